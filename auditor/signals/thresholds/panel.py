"""Thresholds of every place as a panel: one for each group, then the reference group's over each focal group's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small, tainted
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.signals.thresholds.counts import Ints, Stops
from auditor.signals.thresholds.fits import FACTS, Fitted

NAME = "search-threshold"
UNRECORDED = 0.1
"""Share of a group's stops (searches) without a recorded search (outcome) above which a place is withheld."""
LACKS = tuple(
    Lack(f"{NAME}.{reason}", f"{NAME}.{needs}")
    for reason, needs in (
        ("absent", "need-rows"),
        ("suppressed", "need-unsuppressed"),
        ("no-searches", "need-searches"),
        ("only-searched", "need-stops"),
        ("one-group", "need-groups"),
        ("unrecorded", "need-contraband"),
        ("no-finds", "need-contraband"),
        ("few", "need-longer"),
        ("few-places", "need-places"),
        ("unconverged", "need-more"),
        ("prior", "need-more"),
    )
)
FOUR = "missing-group-four"
"""Name of the range over four ways to give stops of unrecorded group to two groups."""
_SURE = 0.005
"""Posterior probabilities are not told beyond this and one less it: the draws do not bear more."""
_MODELLED = ("threshold", "reference_threshold", "points", "lower", "rhat", "error")
_CODES = {lack.reason.rpartition(".")[2]: number for number, lack in enumerate(LACKS, 1)}
EXTRA = (
    "hit_rate", "search_rate", "reference_searches", "reference_hits", "reference_hit_rate", "reference_search_rate",
    "threshold", "reference_threshold", "points", "lower", "least", "most", *FACTS,
)  # fmt: skip


def codes_of(cells: Cells, present: Bools, counted: Stops, unread: Bools, least: float) -> Ints:
    """Return why a place cannot be measured, 0 where it can.

    Parameters
    ----------
    cells : Cells
    present : (J,) bool array
        Where any stop is in the sources.
    counted : Stops
        By place, of the groups compared.
    unread : (J,) bool array
        Where a suppressed number is part of the stops.
    least : float
        Fewest searches of each group.
    """
    whole = counted.stops + counted.silent + counted.unasked
    with np.errstate(invalid="ignore", divide="ignore"):
        blind = (counted.silent > UNRECORDED * counted.made) | (counted.unasked > UNRECORDED * whole)
    found, made = counted.hits.sum(axis=1), counted.searches.sum(axis=1)
    code = np.zeros(cells.size, dtype=np.int64)
    code[(counted.searches < least).any(axis=1)] = _CODES["few"]
    code[(found == 0) | (found == made)] = _CODES["no-finds"]
    code[blind.any(axis=1)] = _CODES["unrecorded"]
    code[(counted.made == 0).any(axis=1)] = _CODES["one-group"]
    code[counted.passes.sum(axis=1) == 0] = _CODES["only-searched"]
    code[counted.made.sum(axis=1) == 0] = _CODES["no-searches"]
    code[unread] = _CODES["suppressed"]
    code[~present] = _CODES["absent"]
    return code


def modelled(code: Ints) -> Bools:
    """Return the places that may enter a model: few searches help the others, though nothing is said of them."""
    return np.asarray((code == 0) | (code == _CODES["few"]))


def columns_of(
    cells: Cells,
    groups: Sequence[str],
    counted: Stops,
    code: Ints,
    fitted: Fitted,
    revealing: Bools,
    *,
    single: bool = True,
) -> list[dict[str, Any]]:
    """Return the columns of one model.

    Parameters
    ----------
    cells : Cells
    groups : sequence of str
        The groups compared, the reference group last.
    counted : Stops
        By place, of these groups.
    code : (J,) int array
        As :func:`codes_of` gives it.
    fitted : Fitted
    revealing : (J, G) bool array
        Whose counts, beside those of another group or signal, would give a small one away.
    single : bool
        Whether each group's threshold is a column of its own.
    """
    code = np.where((code == 0) & ~fitted.pooled, _CODES["few-places"], code)
    code = np.where((code == 0) & ~fitted.converged, _CODES["unconverged"], code)
    model = _Model(cells, groups, counted, code, fitted, _small(cells, counted) | revealing)
    singles = [_single(model, g) for g in range(len(groups))] if single else []
    return [*singles, *(_compared(model, g) for g in range(len(groups) - 1))]


def stack_columns(cells: Cells, columns: Sequence[dict[str, Any]]) -> Panel:
    """Stack columns into a panel."""

    def stack(name: str) -> Any:
        return np.column_stack([column[name] for column in columns])

    codes = stack("code")
    first, last = cells.window("stop")
    return Panel(
        signal=NAME,
        places=cells.ids,
        contrasts=tuple(column["contrast"] for column in columns),
        code=codes,
        testable=codes == 0,
        lacks=LACKS,
        notes={name: stack(name) & (codes == 0) for name in _NOTES},
        extra={name: stack(name) for name in EXTRA},
        missing={"contraband": stack("silent"), "search": stack("unasked")},
        window=(_wide(first, len(columns)), _wide(last, len(columns))),
        hidden=stack("hidden"),
        ranges={FOUR: (stack("range_low"), stack("range_high"))},
        range_hidden=stack("hidden") | stack("few"),
        missing_hidden=stack("hidden"),
        coarse=np.ones(codes.shape, dtype=bool),
        stratum=cells.stratum,
        **{name: stack(name) for name in blank(0, 0)},
    )


_EVERY = tuple(f"{NAME}.caveat-{name}" for name in ("check", "converged", "model", "required"))
_TURNED, _SCALED = f"{NAME}.caveat-turned", (f"{NAME}.caveat-scaled", f"{NAME}.caveat-scaled-ratio")
_NOTES = (*_EVERY, _TURNED, *_SCALED)


@dataclass(frozen=True)
class _Model:
    """What the columns of one model have in common: arguments of :func:`columns_of`; ``hidden`` is (J, G)."""

    cells: Cells
    groups: Sequence[str]
    counted: Stops
    code: Ints
    fitted: Fitted
    hidden: Bools


def _wide(days: Sequence[str], columns: int) -> Any:
    return np.column_stack([np.array(days, dtype=object)] * columns)


def _small(cells: Cells, counted: Stops) -> Bools:
    """Return where a count behind a group's threshold may not be worked out, (J, G)."""
    parts = (counted.hits, counted.misses, counted.passes, counted.silent, counted.unasked)
    hidden = np.logical_or.reduce([small(part, cells) for part in parts])
    return np.asarray(hidden | tainted(cells)[:, None])


def _coarse(values: Floats) -> Floats:
    """Return values to three significant digits."""
    return np.array([float(f"{value:.3g}") for value in values])


def _part(top: Floats, whole: Floats, ok: Bools) -> Floats:
    return np.divide(top, whole, out=np.full(len(top), np.nan), where=ok & (whole > 0))


def _shared(model: _Model, code: Ints, g: int) -> dict[str, Any]:
    """Return what every column of a group has: its counts, those of the reference group, and facts of the fit."""
    counted, fitted, ok = model.counted, model.fitted, code == 0
    column: dict[str, Any] = {name: values[:, 0] for name, values in blank(model.cells.size, 1).items()}
    whole = counted.stops + counted.silent + counted.unasked
    known: dict[str, Any] = {
        "k": counted.hits[:, g],
        "n": counted.searches[:, g],
        "reference_hits": counted.hits[:, -1],
        "reference_searches": counted.searches[:, -1],
        "threshold": fitted.threshold.mean[:, g],
        "reference_threshold": fitted.threshold.mean[:, -1],
        "points": fitted.difference[:, g],
        "lower": np.clip(fitted.lower[:, g], _SURE, 1 - _SURE),
        **fitted.facts,
    }
    column |= {name: np.where(ok, values, np.nan) for name, values in known.items()}
    shares = {"silent": (counted.silent[:, g], counted.made[:, g]), "unasked": (counted.unasked[:, g], whole[:, g])}
    for prefix, i in (("", g), ("reference_", -1)):
        shares[f"{prefix}hit_rate"] = (counted.hits[:, i], counted.searches[:, i])
        shares[f"{prefix}search_rate"] = (counted.searches[:, i], counted.stops[:, i])
    column |= {name: _part(top, under, ok) for name, (top, under) in shares.items()}
    # Sentences print these: all their digits would tell the number of stops, or of a small group's.
    column |= {name: _coarse(column[name]) for name in ("search_rate", "reference_search_rate", *_MODELLED)}
    # Of a place without such stops only the others' in its model could move the threshold.
    blank_ = counted.blank.any(axis=1)
    column |= {"few": small(counted.blank, model.cells).any(axis=1), "blank": blank_}
    turned = model.fitted.log_ratio.turns[:, :-1].any(axis=1)
    notes = dict.fromkeys(_EVERY, ok) | {_TURNED: ok & turned} | dict.fromkeys(_SCALED, np.zeros_like(ok))
    return column | {"code": code} | notes


def _reached(column: dict[str, Any], ok: Bools, low: Floats, high: Floats) -> dict[str, Floats]:
    """Return the range over stops of unrecorded group, where the place has any."""
    some = ok & column["blank"]
    return {"range_low": np.where(some, low, np.nan), "range_high": np.where(some, high, np.nan)}


def _single(model: _Model, g: int) -> dict[str, Any]:
    column, ok = _shared(model, model.code, g), model.code == 0
    found = model.fitted.threshold
    column |= _reached(column, ok, *(end[:, g] for end in model.fitted.reach.threshold))
    column |= {name: np.where(ok, getattr(found, part)[:, g], np.nan) for name, part in _VALUES}
    column |= {name: _coarse(column[name]) for name in ("least", "most")} | {_SCALED[0]: ok}
    contrast = _contrast(model.groups[g], None, f"{model.groups[g]}/threshold", scale="share", words=NAME)
    return column | {"contrast": contrast, "hidden": model.hidden[:, g]}


def _compared(model: _Model, g: int) -> dict[str, Any]:
    """Return the reference group's threshold over the group's; nothing where the prior decides which is the lower."""
    found, (group, reference) = model.fitted.log_ratio, (model.groups[g], model.groups[-1])
    code = np.where((model.code == 0) & found.turns[:, g], _CODES["prior"], model.code)
    column, ok = _shared(model, code, g), code == 0
    column |= _reached(column, ok, *(np.exp(end[:, g]) for end in model.fitted.reach.log_ratio))
    column |= {name: np.where(ok, np.exp(getattr(found, part)[:, g]), np.nan) for name, part in _VALUES}
    column |= {name: _coarse(column[name]) for name in ("least", "most")} | {
        _SCALED[1]: ok & (found.most > found.least)[:, g]
    }
    column["comparator"] = column["reference_threshold"]
    contrast = _contrast(group, reference, f"{group}/{reference}/thresholds", scale="ratio", words=f"{NAME}-compared")
    return column | {"contrast": contrast, "hidden": model.hidden[:, g] | model.hidden[:, -1]}


_VALUES = (("estimate", "mean"), ("low", "low"), ("high", "high"), ("least", "least"), ("most", "most"))


def _contrast(group: str, reference: str | None, key: str, *, scale: str, words: str) -> Contrast:
    define = ("threshold", "prior") if reference is None else ("threshold", "prior", "ratio")
    return Contrast(
        key=key,
        group=group,
        reference=reference,
        event="stop",
        label=key.rpartition("/")[2],
        counted="search-find",
        among="stop",
        comparator="threshold-none" if reference is None else "threshold-of-reference",
        why=f"{NAME}.why-{'none' if reference is None else 'reference'}",
        shape="described",
        method="posterior mean by sampling; widest 95 % limits under the prior and its scalings by 0.5 and 1.5",
        tested=False,
        scale=scale,
        definitions=tuple(f"{NAME}.define-{name}" for name in define),
        words=words,
        own_reason=reference is not None,
    )
