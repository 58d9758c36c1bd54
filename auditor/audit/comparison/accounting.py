"""The looks accounted for: which place x family tests stand once every look is counted.

Each look may use its share of the protocol's q, fixed in advance. A test's p-value over the looks is the smallest of
its p-values, each divided by the share of its look; Benjamini-Hochberg over all place x family tests then holds the
false discovery rate at every look, however the windows overlap and however much of what makes places differ by nature
lasts from look to look. A flag once raised so does not vanish by looking again.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from auditor.audit.comparison.options import changed_options
from auditor.audit.comparison.reviews import Look
from auditor.audit.comparison.series import RATIOS
from auditor.findings.finding import Finding
from auditor.findings.review import PlaceReview
from auditor.stats.screening.looks import effect_at, look_share, over_looks
from auditor.stats.screening.multiple import benjamini_hochberg, simes

MOST_Q = 0.05
"""The words of the verdicts rest on at most this, whatever the protocol says."""
_SMALLEST = 1e-300


@dataclass(frozen=True)
class Standing:
    """One family of one place over the looks.

    Attributes
    ----------
    place, family : str
    tests : tuple of int
        How many tests of the family each look made there; suppressed ones count.
    hidden : tuple of int
        How many of them have a suppressed p-value, which counts as 1 (or, where that test was flagged, as the p-value
        at which its look rejected).
    p : tuple of float or None
        The family's p-value at each look (Simes), taken at the upper end of what its printed digits may mean.
    signal : tuple of bool
        Whether the look itself flagged a test of the family.
    at : tuple of bool
        Whether the flag of that look stands with every look counted.
    q_at : tuple of float
        The q-value of that flag, by the p-value of its own look; 1 where there is none.
    over : float
        p over all looks.
    q : float
        Its Benjamini-Hochberg value over all place x family tests.
    """

    place: str
    family: str
    tests: tuple[int, ...]
    hidden: tuple[int, ...]
    p: tuple[float | None, ...]
    signal: tuple[bool, ...]
    at: tuple[bool, ...]
    q_at: tuple[float, ...]
    over: float
    q: float

    @property
    def stands(self) -> bool:
        """Whether the flag of some look stands with every look counted."""
        return any(self.at)


@dataclass(frozen=True)
class Accounting:
    """All standings, and what the looks cost.

    Attributes
    ----------
    q : float
        The protocol's false discovery rate.
    planned : int or None
        Looks that the protocol declares; None when it declares none.
    earlier : int
        Looks before the first review given, as the user counts them.
    shares : tuple of float
        Of q, for each review given.
    standings : mapping of (place, family) to Standing
    cutoff : float or None
        p up to which a test of the newest look stands with every look counted; None when that look has no share, or
        nothing was tested.
    cutoff_alone : float or None
        p up to which it would be rejected were this the only look.
    cutoff_review : float or None
        The cut-off that the newest review's detectable ratios rest on, as printed there.
    changed : mapping of str to tuple of str
        Signals whose options differ between the looks, with those options; none of their tests is counted.
    """

    q: float
    planned: int | None
    earlier: int
    shares: tuple[float, ...]
    standings: Mapping[tuple[str, str], Standing]
    cutoff: float | None
    cutoff_alone: float | None
    cutoff_review: float | None
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, place: str) -> list[Standing]:
        """Return the standings of a place, by family."""
        return self._by_place.get(place, [])

    @cached_property
    def _by_place(self) -> dict[str, list[Standing]]:
        found: dict[str, list[Standing]] = {}
        for entry in self.standings.values():
            found.setdefault(entry.place, []).append(entry)
        return found

    def detectable(self, finding: Finding) -> tuple[float, float] | None:
        """Return about which ratio the newest look finds with 80 % power: were it the only one, and all counted."""
        ratio, cutoffs = finding.detectable, (self.cutoff_review, self.cutoff_alone, self.cutoff)
        if ratio is None or ratio <= 1 or finding.estimate.scale not in RATIOS:
            return None
        known = [cutoff for cutoff in cutoffs if cutoff is not None and 0 < cutoff < 0.5]
        if len(known) < len(cutoffs):
            return None
        return effect_at(ratio, known[0], known[1]), effect_at(ratio, known[0], known[2])


def account(looks: Sequence[Look], earlier: int = 0) -> Accounting:
    """Account for the looks.

    Parameters
    ----------
    looks : sequence of Look
        Oldest first.
    earlier : int
        Looks at these places before the first one given.

    Returns
    -------
    Accounting
    """
    newest = looks[-1].review
    planned = newest.audit["protocol"].get("looks")
    shares = tuple(look_share(earlier + t + 1, planned) for t in range(len(looks)))
    q = min(float(newest.calibration["q"]), MOST_Q)
    changed = changed_options(looks)
    rows = _gather(looks, changed)
    p = np.array([[np.nan if value is None else value for value in row.p] for row in rows]).reshape(-1, len(looks))
    over = over_looks(p, shares)
    adjusted = benjamini_hochberg(over) if rows else over
    standings = {
        row.key: row.standing(float(over[i]), float(adjusted[i]), q, _by_look(i, row, p[i], over, shares))
        for i, row in enumerate(rows)
    }
    now = p[~np.isnan(p[:, -1]), -1]
    cutoff = shares[-1] * _threshold(over, q) if len(now) and shares[-1] > 0 else None
    alone = _threshold(now, q) if len(now) else None
    review = newest.calibration.get("cutoff")
    printed = None if review is None else float(review)
    return Accounting(q, planned, earlier, shares, standings, cutoff, alone, printed, changed)


def _threshold(p: NDArray[np.float64], q: float) -> float:
    """Return q R / m: the p-value up to which Benjamini-Hochberg rejects; with no rejection, what the first needs."""
    rejected = int((benjamini_hochberg(p) <= q).sum())
    return q * max(1, rejected) / len(p)


@dataclass
class _Row:
    key: tuple[str, str]
    tests: list[int]
    hidden: list[int]
    p: list[float | None]
    signal: list[bool]

    def standing(self, over: float, q_value: float, q: float, q_at: Sequence[float]) -> Standing:
        place, family = self.key
        at = tuple(flag and value <= q for flag, value in zip(self.signal, q_at, strict=True))
        lists = tuple(self.tests), tuple(self.hidden), tuple(self.p), tuple(self.signal)
        return Standing(place, family, *lists, at, tuple(q_at), over, q_value)


def _by_look(
    i: int, row: _Row, p: NDArray[np.float64], over: NDArray[np.float64], shares: Sequence[float]
) -> tuple[float, ...]:
    """Return the q-value of a test's flag at each look by the p-value of that look; 1 where it raised none.

    A flag stands by its own numbers: a smaller p-value of a look that flagged nothing is no help to it.
    """
    found = []
    for t, flag in enumerate(row.signal):
        own = over.copy()
        own[i] = over_looks(p[None, [t]], (shares[t],))[0] if flag else 1.0
        found.append(float(benjamini_hochberg(own)[i]) if flag else 1.0)
    return tuple(found)


def _gather(looks: Sequence[Look], changed: Collection[str]) -> list[_Row]:
    rows: dict[tuple[str, str], _Row] = {}
    many = len(looks)
    # An identifier that is simulated in one review and real in another names two places; the newest one is meant.
    kind = {entry.place: entry.simulated for look in looks for entry in look.review.places}
    for t, look in enumerate(looks):
        cutoff = look.review.calibration.get("cutoff")
        for entry in look.review.places:
            for family, tests in _families(entry, changed).items() if entry.simulated is kind[entry.place] else ():
                empty = _Row((entry.place, family), [0] * many, [0] * many, [None] * many, [False] * many)
                row = rows.setdefault((entry.place, family), empty)
                row.tests[t] = len(tests)
                row.hidden[t] = sum(finding.calibrated_p is None for finding in tests)
                row.signal[t] = any(finding.outcome == "signal" for finding in tests)
                row.p[t] = family_p(tests, None if cutoff is None else float(cutoff))
    return [rows[key] for key in sorted(rows)]


def _families(entry: PlaceReview, changed: Collection[str]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in entry.findings:
        if screened(finding) and finding.signal not in changed:
            found.setdefault(finding.family, []).append(finding)
    return found


def screened(finding: Finding) -> bool:
    """Say whether a finding entered the screen; a suppressed one is taken to have, unless it was too small."""
    if finding.calibrated_p is not None:
        return True
    return finding.suppressed and finding.tested and finding.outcome != "insufficient" and bool(finding.tests_in_family)


def family_p(tests: Sequence[Finding], cutoff: float | None) -> float:
    """Combine the tests of a family as the screen does (Simes), never below what the screen had.

    Parameters
    ----------
    tests : sequence of Finding
        At least one. A suppressed p-value counts as 1: leaving it out would let the counts decide which tests count.
    cutoff : float or None
        The p-value at which the review rejects: a family in which it flagged a suppressed test lies at or below it.
    """
    p = np.array([[1.0 if f.calibrated_p is None else at_most(f.calibrated_p) for f in tests]])
    combined = float(simes(p, np.ones(p.shape, dtype=bool))[0])
    flagged = any(f.calibrated_p is None and f.outcome == "signal" for f in tests)
    if flagged and cutoff is not None:
        combined = min(combined, at_most(cutoff))
    return combined


def at_most(printed: float, digits: int = 2) -> float:
    """Return the largest number that is written as this one with so many significant digits, at most 1."""
    if printed <= _SMALLEST:
        return _SMALLEST
    half = 0.5 * 10.0 ** (math.floor(math.log10(printed)) - digits + 1)
    return min(1.0, printed + half)
