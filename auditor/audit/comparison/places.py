"""What the reviews say of one place, side by side, as data."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from auditor.audit.comparison.accounting import Accounting, Standing, screened
from auditor.audit.comparison.reviews import Look
from auditor.audit.comparison.series import Series, series_of
from auditor.audit.verdict import FLAG, GRADES
from auditor.audit.wording import say
from auditor.findings.finding import Estimate, Finding, Sentence
from auditor.findings.review import PlaceReview


def written(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence as plain data."""
    return {"id": sentence.id, "values": dict(sentence.values), "text": dict(sentence.text)}


def up(value: float, digits: int = 2) -> float:
    """Round a p- or q-value up to a few digits, so that it never looks smaller than it is."""
    if value <= 0:
        return 0.0
    scale = 10.0 ** (digits - 1 - math.floor(math.log10(value)))
    # What is a round number but for the last bits of a double stays that number.
    return min(1.0, float(f"{math.ceil(value * scale - 1e-9) / scale:.{digits}g}"))


def place_entry(identifier: str, looks: Sequence[Look], accounting: Accounting, least: int) -> dict[str, Any]:
    """Compare one place over the looks.

    Parameters
    ----------
    identifier : str
    looks : sequence of Look
    accounting : Accounting
    least : int
        Smallest count that may be printed.

    Returns
    -------
    dict
        As the schema ``compare`` says.
    """
    entries = [look.places.get(identifier) for look in looks]
    there = [entry for entry in entries if entry is not None]
    apart = len({entry.simulated for entry in there}) > 1
    changed = accounting.changed
    found = series_of([None if e is None else e.findings for e in entries], least, apart, changed)
    standings = accounting.of(identifier)
    flags = [None if entry is None else GRADES[entry.verdict] >= GRADES[FLAG] for entry in entries]
    newest = there[-1]
    stood = [not apart and bool(flag) and any(s.at[t] for s in standings) for t, flag in enumerate(flags)]
    return {
        "place": identifier,
        "name": newest.name,
        "state": newest.state,
        "simulated": newest.simulated,
        "verdicts": [None if entry is None else entry.verdict for entry in entries],
        "change": _change(entries, apart),
        "flagged": flags,
        "flag": _flag(flags),
        "stands": any(stood),
        "sentences": [written(s) for s in _sentences(newest.name, entries, flags, standings, stood, changed, apart)],
        "families": [_family(standing, found) for standing in standings],
        "findings": [finding_entry(series, accounting) for series in found],
        "warnings": [written(s) for s in _warnings(newest.name, found, looks)],
    }


def _change(entries: Sequence[PlaceReview | None], apart: bool) -> str:
    """Say how the newest verdict compares with the one before."""
    new, old = entries[-1], next((entry for entry in reversed(entries[:-1]) if entry is not None), None)
    if new is None:
        return "went"
    if old is None:
        return "came"
    if apart:
        return "not-compared"
    before, after = GRADES[old.verdict], GRADES[new.verdict]
    return "same" if before == after else "raised" if after > before else "lowered"


def _flag(flags: Sequence[bool | None]) -> str:
    before = next((flag for flag in reversed(flags[:-1]) if flag is not None), None)
    if flags[-1] is None or before is None:
        return "not-compared"
    return {(True, True): "kept", (False, True): "gained", (True, False): "lost"}.get((before, flags[-1]), "none")


def _sentences(
    name: str,
    entries: Sequence[PlaceReview | None],
    flags: Sequence[bool | None],
    standings: Sequence[Standing],
    stood: Sequence[bool],
    changed: Collection[str],
    apart: bool,
) -> Iterator[Sentence]:
    there = [entry for entry in entries if entry is not None]
    if apart:
        yield say("compare.place.apart")
        return
    if entries[-1] is None:
        yield say("compare.place.went", {"place": name})
    elif len(there) == 1:
        yield say("compare.place.came", {"place": name})
    for older in dict.fromkeys(entry.name for entry in there if entry.name != name):
        yield say("compare.place.renamed", {"older": older})
    rests = not any(stood) and _rests_on(entries, flags, changed)
    if not rests or any(s.signal[t] for s in standings for t, flag in enumerate(flags) if flag):
        yield from _standing(name, flags, standings, stood)
        if any(flags) and not any(stood) and any(any(standing.hidden) for standing in standings):
            yield say("compare.standing.hidden")
    if rests:
        yield say("compare.standing.options", {"place": name})


def _standing(
    name: str, flags: Sequence[bool | None], standings: Sequence[Standing], stood: Sequence[bool]
) -> Iterator[Sentence]:
    """Say of the newest flag, and of an older one, whether it stands; each by the families that raised it."""
    newest = max(t for t, flag in enumerate(flags) if flag is not None)

    def q(*looks: int) -> float:
        return up(min((s.q_at[t] for s in standings for t in looks), default=1.0))

    older = [t for t in range(newest) if flags[t]]
    lasting = [t for t in older if stood[t]]
    if flags[newest] and stood[newest]:
        yield say("compare.standing.stands", {"place": name, "q": q(newest)})
    elif flags[newest] and lasting:
        yield say("compare.standing.other", {"place": name, "q": q(newest), "older": q(*lasting)})
    elif flags[newest]:
        yield say("compare.standing.newest-only", {"place": name, "q": q(newest)})
    elif lasting:
        yield say("compare.standing.lasting", {"place": name, "q": q(*lasting)})
    elif older:
        yield say("compare.standing.fallen", {"place": name, "q": q(*older)})
    else:
        yield say("compare.standing.none", {"place": name})


def _rests_on(entries: Sequence[PlaceReview | None], flags: Sequence[bool | None], changed: Collection[str]) -> bool:
    """Say whether a flag rests on a signal whose options were changed."""
    return any(
        flag and entry is not None and any(f.outcome == "signal" and f.signal in changed for f in entry.findings)
        for entry, flag in zip(entries, flags, strict=True)
    )


def _family(standing: Standing, found: Sequence[Series]) -> dict[str, Any]:
    looks = range(len(standing.p))
    return {
        "family": standing.family,
        "tests": list(standing.tests),
        "suppressed": list(standing.hidden),
        "flagged": list(standing.signal),
        "p": [_shown_p(standing, t, found) for t in looks],
        "p_over_looks": up(standing.over),
        "q_over_looks": up(standing.q),
        "stands": standing.stands,
    }


def _shown_p(standing: Standing, t: int, found: Sequence[Series]) -> float | None:
    """Return a look's p-value where all the numbers behind it may stand beside the newer ones."""
    value = standing.p[t]
    for series in found:
        finding = series.findings[t]
        if finding is not None and finding.family == standing.family and screened(finding) and not series.shown[t]:
            return None
    return None if value is None else up(value)


def finding_entry(series: Series, accounting: Accounting | None) -> dict[str, Any]:
    """Return a comparison over the looks as plain data; numbers that may not stand side by side are null."""
    newest = series.newest
    change = None
    if series.change is not None:
        value, low, high = (float(f"{part:.6g}") for part in series.change)
        change = {"value": value, "low": low, "high": None if math.isinf(high) else high, "level": 0.95}
    power = None
    if accounting is not None and series.findings[-1] is not None:
        found = accounting.detectable(newest)
        power = None if found is None else (float(f"{found[0]:.2g}"), float(f"{found[1]:.2g}"))
    return {
        "signal": newest.signal,
        "contrast": newest.contrast,
        "family": newest.family,
        "group": newest.group,
        "reference": newest.reference,
        "event": newest.event,
        "tested": newest.tested,
        "looks": [_look(f, shown) for f, shown in zip(series.findings, series.shown, strict=True)],
        "compared": not series.reasons,
        "reasons": [written(say(f"compare.reason.{reason}")) for reason in series.reasons],
        "change": change,
        "detectable_as_only_look": None if power is None else power[0],
        "detectable_over_looks": None if power is None else power[1],
        "sentences": [written(s) for s in _finding_sentences(change, power)],
    }


def _look(finding: Finding | None, shown: bool) -> dict[str, Any] | None:
    if finding is None:
        return None
    return {
        "id": finding.id,
        "period": dict(finding.period),
        "outcome": finding.outcome,
        "suppressed": finding.suppressed,
        "shown": shown and not finding.suppressed,
        "k": finding.k if shown else None,
        "n": finding.n if shown else None,
        "estimate": _estimate(finding.estimate, shown),
        "comparator": finding.comparator.label,
        "calibrated_p": finding.calibrated_p if shown else None,
        "q_value": finding.q_value if shown else None,
        "detectable": finding.detectable if shown else None,
    }


def _estimate(estimate: Estimate, shown: bool) -> dict[str, Any]:
    limits = {name: getattr(estimate, name) if shown else None for name in ("value", "low", "high")}
    return {**limits, "level": estimate.level, "scale": estimate.scale}


def _finding_sentences(change: Mapping[str, Any] | None, power: tuple[float, float] | None) -> Iterator[Sentence]:
    if change is not None:
        kind = {(False, False): "closed", (False, True): "open-high", (True, False): "open-low"}
        name = kind.get((change["low"] == 0, change["high"] is None), "open-both")
        yield say(f"compare.change.{name}", {"change": change["value"], "low": change["low"], "high": change["high"]})
    if power is not None:
        yield say("compare.power.both", {"alone": power[0], "counted": power[1]})


def _warnings(name: str, found: Sequence[Series], looks: Sequence[Look]) -> Iterator[Sentence]:
    for series in found:
        for i, j in series.small:
            old, new = series.findings[i], series.findings[j]
            if old is not None and new is not None:
                dates = {"old_date": looks[i].as_of, "new_date": looks[j].as_of}
                yield say("compare.warning.small", {"place": name, "old": old.id, "new": new.id, **dates})
