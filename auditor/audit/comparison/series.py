"""One comparison over the looks: the findings of one signal and contrast, matched, with what may be said of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from auditor.audit.comparison.windows import Window, hull, overlap, side_by_side, small_increment, window_of
from auditor.findings.finding import Estimate, Finding
from auditor.stats.ratios.mover import ratio_of_ratios

Key = tuple[str, str]
RATIOS = ("ratio", "odds-ratio")
LEVEL = 0.95


@dataclass(frozen=True)
class Series:
    """A signal's contrast at one place, one entry for each look.

    Attributes
    ----------
    key : (signal, contrast)
    findings : tuple of Finding or None
        Oldest look first; None where the look has no such finding.
    shown : tuple of bool
        Whether a look's numbers may stand beside the newer ones.
    reasons : tuple of str
        Why the newest numbers are not compared with the ones before: ids of ``compare.reason.*``.
    change : (value, low, high) or None
        Newest ratio over the one before; low 0 and high infinite where open.
    small : tuple of (int, int)
        Pairs of looks whose findings, both published, may let a count of 1 to 10 be worked out.
    """

    key: Key
    findings: tuple[Finding | None, ...]
    shown: tuple[bool, ...]
    reasons: tuple[str, ...]
    change: tuple[float, float, float] | None
    small: tuple[tuple[int, int], ...]

    @property
    def newest(self) -> Finding:
        """The newest of the findings."""
        return next(finding for finding in reversed(self.findings) if finding is not None)


def series_of(
    entries: Sequence[Sequence[Finding] | None], least: int, apart: bool = False, changed: Collection[str] = ()
) -> list[Series]:
    """Match the findings of one place over the looks.

    Parameters
    ----------
    entries : sequence of (sequence of Finding) or None
        For each look, oldest first; None where the look lacks the place.
    least : int
        Counts of 1 to one less than this are never given away.
    apart : bool
        True when the entries are not of one place at all (simulated in one review, real in another).
    changed : collection of str
        Signals whose options differ between the looks: another test under the same name.

    Returns
    -------
    list of Series
        In the order of the newest look, then of what only older looks hold.
    """
    windows = [None if entry is None else hull(entry) for entry in entries]
    maps = [{} if entry is None else _keyed(entry) for entry in entries]
    keys = dict.fromkeys(key for found in reversed(maps) for key in found)
    why = {key: "apart" if apart else "options" if key[0] in changed else "" for key in keys}
    return [_series(key, [found.get(key) for found in maps], windows, least, why[key]) for key in keys]


def _keyed(findings: Sequence[Finding]) -> dict[Key, Finding]:
    # A review has one finding for a signal and contrast; should it have two, the first is the one that is followed.
    found: dict[Key, Finding] = {}
    for finding in findings:
        found.setdefault((finding.signal, finding.contrast), finding)
    return found


def _series(
    key: Key,
    findings: Sequence[Finding | None],
    windows: Sequence[Mapping[str, Window] | None],
    least: int,
    why: str,
) -> Series:
    there = [finding for finding in findings if finding is not None]
    kept = side_by_side(windows, there[-1].event)
    shown = tuple(
        flag and finding is not None and finding.event == there[-1].event
        for flag, finding in zip(kept, findings, strict=True)
    )
    reasons = (why,) if why else tuple(_reasons(findings, shown))
    change = None
    if not reasons:
        change = _change(there[-2].estimate, there[-1].estimate)
    small = () if why == "apart" else tuple(_small(findings, least))
    return Series(key, tuple(findings), shown, reasons, change, small)


def _small(findings: Sequence[Finding | None], least: int) -> Iterator[tuple[int, int]]:
    for (i, old), (j, new) in combinations(enumerate(findings), 2):
        if old is not None and new is not None and small_increment(old, new, least):
            yield i, j


def _reasons(findings: Sequence[Finding | None], shown: Sequence[bool]) -> Iterator[str]:
    """Yield why the newest look's numbers cannot be held against those of the look before it."""
    new, before = findings[-1], [t for t, finding in enumerate(findings[:-1]) if finding is not None]
    if new is None:
        yield "gone"
        return
    if not before:
        yield "new"
        return
    old = findings[before[-1]]
    assert old is not None
    if old.suppressed or new.suppressed:
        yield "suppressed"
    if (old.group, old.reference, old.event) != (new.group, new.reference, new.event):
        yield "subject"
    elif _definition(old) != _definition(new):
        yield "definition"
    elif new.reference is None and old.comparator.label != new.comparator.label:
        # With a reference group the label names a table, and the next year's table is another one.
        yield "comparator"
    if overlap(window_of(old), window_of(new)):
        yield "overlap"
    elif not shown[before[-1]]:
        yield "overlap-event"


def _definition(finding: Finding) -> tuple[Any, ...]:
    names = tuple(sentence.id for sentence in finding.definitions)
    return (names, finding.estimate.scale, finding.estimate.method, finding.family)


def _change(old: Estimate, new: Estimate) -> tuple[float, float, float] | None:
    """Return new over old with its interval; None where there is no such ratio."""
    if new.scale not in RATIOS or not old.level == new.level == LEVEL:
        return None
    before, after = _limits(old), _limits(new)
    if before is None or after is None:
        return None
    return ratio_of_ratios(after, before)


def _limits(estimate: Estimate) -> tuple[float, float, float] | None:
    value = estimate.value
    if value is None or value <= 0:
        return None
    low = 0.0 if estimate.low is None else estimate.low
    high = math.inf if estimate.high is None else estimate.high
    return (value, low, high) if 0 <= low <= value <= high else None
