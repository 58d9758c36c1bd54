"""Every number that a finding, a control or a region may hold: what it is to whoever attacks the output.

A number that stands under a name which is not here stops the attack (`unread`): whoever prints something new says what
it tells. `READ` are stated as equations or bounds by the readers; `FOLLOWS` are functions of numbers that are read, of
the same finding; `FEW` rest on strata, classes or other places besides and have three digits at most, which the number
of ways (auditor/signals/ways.py) allows for; `NO_COUNT` count no people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

READ = frozenset(
    {"k", "n", "comparator.value", "comparator.n", "ranges.low", "ranges.high"}
    | {f"missing.{name}" for name in ("group", "offence", "level", "outcome", "contraband", "search", "detainer")}
    | {f"missing.{name}" for name in ("hold", "times")}
    | {f"sentence.{name}" for name in ("n", "k", "reference_hits", "reference_searches", "search_rate", "unknown")}
    | {
        "caveats.covered",
        "caveats.tipping",
        "caveats.taken",
        "caveats.reference_taken",
        "sentence.n_early",
        "sentence.n_late",
    }
)
FOLLOWS = frozenset(
    {"estimate.value", "estimate.low", "estimate.high", "absolute.value", "absolute.low", "absolute.high", "p_value"}
    | {"e_value", "robustness.e_value_limit", "robustness.misrecorded_share", "robustness.unrecorded_share"}
    | {"tipping_point", "caveats.n", "sentence.n_without"}
    | {f"sentence.{name}" for name in ("base", "points", "z", "ratio", "low", "high", "crude", "own_p", "w")}
    | {f"sentence.{name}" for name in ("absolute", "absolute_low", "absolute_high", "hits", "hit_rate", "hit_low")}
    | {f"sentence.{name}" for name in ("hit_high", "share", "share_low", "share_high", "share_with", "share_without")}
    | {f"sentence.{name}" for name in ("bound_low", "bound_high", "limit_low", "limit_high", "expected", "serious")}
    | {f"sentence.reference_{name}" for name in ("k", "n", "rate", "share", "low", "high", "discretionary", "serious")}
    | {"sentence.early", "sentence.late", "caveats.taken_low", "caveats.taken_high", "caveats.taken_even"}
    | {"caveats.share"}
    | {f"sentence.{name}" for name in ("std_reference", "std_ratio", "std_low", "std_high")}
)
"""Within several strata, or classes, these have three digits: ``few_digits`` of the readers holds them to it."""
FEW = frozenset(
    {"calibrated_p", "q_value", "local_fdr", "detectable", "shrunken.value", "shrunken.low", "shrunken.high"}
    | {f"controls.{name}" for name in ("delta", "fired", "floor", "high", "lambda", "low", "ratio", "scale", "shift")}
    | {"controls.spread", "caveats.strata_p", "sentence.p_shuffle", "sentence.log_rank_p", "sentence.lower"}
    | {f"sentence.{name}" for name in ("threshold", "reference_threshold", "focal_hours", "reference_hours")}
    | {"sentence.p_months", "sentence.rho", "sentence.p_silence", "controls.selected.low", "controls.selected.high"}
    | {f"caveats.{name}" for name in ("cells", "effective", "error", "least", "most", "outside", "rhat", "units")}
)
NO_COUNT = frozenset(
    {"section", "tests_in_family", "estimate.level", "absolute.level", "shrunken.level", "controls.n"}
    | {"controls.places", "robustness.of", "robustness.passed", "robustness.blocks.of", "robustness.blocks.same"}
    | {f"sentence.{name}" for name in ("exposure", "exposure_reference", "classes", "relabellings", "horizon")}
    | {"sentence.limit", "sentence.rounded", "sentence.months", "sentence.silent"}
    | {"sentence.reported", "sentence.gaps"}
)
"""Months and classes are counted, not their events; residents are a source of their own."""
DIGITS = 4
"""p_months has four, and is hidden where months are few; all others have three."""


def unread(finding: Mapping[str, Any]) -> list[str]:
    """Return under which names a finding holds numbers that the attack knows nothing of."""
    return sorted({name for name, _ in leaves(finding)} - READ - FOLLOWS - FEW - NO_COUNT)


def leaves(entry: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, float]]:
    """Yield every number of a finding with its name; lists, and the values of sentences, are no level of their own."""
    if isinstance(entry, Mapping):
        for key, value in entry.items():
            yield from leaves(value, at if key == "values" else (*at, key))
    elif isinstance(entry, list):
        for value in entry:
            yield from leaves(value, at)
    elif isinstance(entry, int | float) and not isinstance(entry, bool):
        yield ".".join(at), entry
