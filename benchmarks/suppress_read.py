"""From a review to equations over counts: what each published number of each signal says, read from its card.

Written from the cards of the signals and docs/review-json.md. A range for people of unrecorded group gives their
number, since it is written to twelve digits and moves with every one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from benchmarks.suppress_known import DIGITS, FEW, leaves, unread
from benchmarks.suppress_lp import LEAST, System
from benchmarks.suppress_sums import fitting
from benchmarks.suppress_worlds import World

STEPS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5)
Keys = list[tuple]


def system_of(world: World, review: Mapping[str, Any], reader_of: type[Reader]) -> System:
    """Return every equation that a review states about the counts of its world."""
    system = System(world.counts)
    read(reader_of(world, system), review)
    return system


def read(reader: Reader, review: Mapping[str, Any]) -> None:
    """State every equation of a review."""
    for entry in review["places"]:
        for finding in entry["findings"]:
            if finding["suppressed"]:
                reader.suppressed(finding)
            else:
                known(finding)
                reader.finding(finding)
        for control in entry["controls"]:
            if not control["suppressed"]:
                reader.control(control, entry["place"])
    for region in review["regions"]:
        for finding in region["findings"]:
            reader.region(finding)
    reader.pooled()
    for source in review["sources"]:
        reader.source(source)


def known(finding: Mapping[str, Any]) -> None:
    """Hold a finding against what is known of its numbers."""
    many = sorted({name for name, value in leaves(finding) if name in FEW and digits(value) > DIGITS})
    for what, names in (("unread", unread(finding)), ("all the digits of", many)):
        if names:
            raise ArithmeticError(f"{finding['signal']} {finding['contrast']}: {what} {names}")


@dataclass(frozen=True)
class Compared:
    """A place held against the sum of other places.

    Attributes
    ----------
    place : str
    rest, own : (k, n)
        Of the sum without the place, and of the place.
    counted : pair of callables
        The keys that k and n of a place count.
    """

    place: str
    rest: tuple[int, int]
    own: tuple[int, int]
    counted: tuple[Callable[[str], Keys], Callable[[str], Keys]]

    @property
    def whole(self) -> tuple[int, int]:
        """The sum with the place."""
        return self.rest[0] + self.own[0], self.rest[1] + self.own[1]


class Reader:
    """Reads a review's findings, regions and sources into equations; each kind of world has its own."""

    def __init__(self, world: World, system: System) -> None:
        self.world, self.system = world, system
        self.told: dict[tuple[str, str], list[Compared]] = {}
        self.out: dict[tuple[str, str], set[str]] = {}
        self.at: dict[str, Keys] = {}
        for key in world.counts:
            self.at.setdefault(key[1], []).append(key)

    def select(self, wanted: Callable[[tuple], bool], place: str | None = None) -> Keys:
        return [key for key in (self.world.counts if place is None else self.at.get(place, ())) if wanted(key)]

    def value(self, keys: Iterable[tuple]) -> int:
        return sum(self.world.counts[key] for key in keys)

    def holds(self, keys: Keys) -> None:
        """State a sum that is not printed, but which is the only one that agrees with numbers that are."""
        self.system.equals(keys, self.value(keys))

    def about(self, keys: Keys) -> None:
        """State a sum as closely as a ratio of it and its limits tell it, which have three digits.

        A limit is known to 1 in 2,000 at best, the standard error to 0.00027, the inverse of its square to 0.00054 of
        its own power of 1.5; a sum that this leaves open by less than half is told.
        """
        own = self.value(keys)
        error = int(0.00054 * own**1.5)
        self.system.between(keys, max(own - error, 0), own + error)

    def compared(self, finding: Mapping[str, Any], part: Callable[[str], Keys], whole: Callable[[str], Keys]) -> None:
        """Keep what a place is held against: the nation's row less the place, or the sum of other places."""
        place, comparator = finding["place"], finding["comparator"]
        k, n = (round(comparator["value"] * comparator["n"]), round(comparator["n"]))
        if comparator["period"]:
            every = (*self.world.places, "elsewhere")
            for counted, total, own in ((part, k, finding["k"]), (whole, n, finding["n"])):
                self.system.equals([key for here in every for key in counted(here)], total + own)
            return
        known = Compared(place, (k, n), (finding["k"], finding["n"]), (part, whole))
        self.told.setdefault((finding["signal"], finding["contrast"]), []).append(known)

    def suppressed(self, finding: Mapping[str, Any]) -> None:
        """Keep which places are said to be suppressed: they are in no sum over the other places."""
        self.out.setdefault((finding["signal"], finding["contrast"]), set()).add(finding["place"])

    def pooled(self) -> None:
        """Sums over other places: of those whose own numbers are printed, of none that are suppressed.

        Of a place that has no finding a reader cannot tell: it may be part of the sum, or not.
        """
        for name, entries in self.told.items():
            shown = [entry.place for entry in entries]
            out = self.out.get(name, set())
            doubtful = [here for here in self.world.places if here not in shown and here not in out]
            for entry in {entry.whole: entry for entry in entries}.values():
                self.summed(entry.counted, entry.whole, shown, doubtful)

    def summed(
        self,
        counted: Sequence[Callable[[str], Keys]],
        totals: tuple[int, ...],
        sure: Sequence[str],
        doubtful: Sequence[str],
    ) -> None:
        """State sums over some places and some of others, all sums over the same ones.

        Which ones is found from their true counts. Where several choices add up, all are stated: more than anyone knows
        who cannot tell which it is.
        """

        def values(here: str) -> tuple[int, ...]:
            return tuple(self.value(keys(here)) for keys in counted)

        known = [values(here) for here in sure]
        left = tuple(total - sum(own) for total, own in zip(totals, zip(*known, strict=True), strict=True))
        for chosen in fitting([values(here) for here in doubtful], left if known else totals):
            places = (*sure, *(doubtful[i] for i in chosen))
            for keys, total in zip(counted, totals, strict=True):
                self.system.equals([key for here in places for key in keys(here)], total)

    def regional(self, finding: Mapping[str, Any], of: Callable[[str, set[str]], Keys]) -> None:
        """A sum over places: those of which neither group is small, as their own findings show."""
        pair = (finding["group"], "white")
        few = [here for here in self.world.places if any(0 < self.value(of(here, {who})) < LEAST for who in pair)]
        sure = [here for here in self.world.places if here not in few]
        for groups, total in (({pair[0]}, finding["k"]), (set(pair), finding["n"])):
            self.system.equals([key for here in sure for key in of(here, groups)], total)

    def unrecorded(self, finding: Mapping[str, Any], part: Keys, whole: Keys) -> None:
        """The share of cases of unrecorded group, and a range over them, which moves with every one."""
        if finding["missing"].get("group") is not None:
            self.system.share(part, whole, finding["missing"]["group"])
        moved = any(entry["low"] != entry["high"] for entry in finding["ranges"])
        moved |= (finding["robustness"] or {}).get("unrecorded_share") is not None
        if moved or any("tipping" in caveat["values"] for caveat in finding["caveats"]):
            self.system.equals(part, self.value(part))

    def digits(self, part: Keys, whole: Keys, share: float) -> None:
        """State a share as closely as the digits tell it that it is written with, three at least."""
        half = 10.0 ** (floor(log10(share)) + 1 - max(digits(share), 3)) / 2 if share else 0.0
        self.system.within(part, whole, share - half, share + half)

    def rounded(self, part: Keys, whole: Keys, share: float | None) -> None:
        """A share of a whole source; a reader who knows about how many people it is of knows to what it was rounded."""
        if share is not None:
            half = next(step for step in STEPS if step * self.value(whole) >= 2 * LEAST) / 2
            self.system.within(part, whole, max(0.0, share - half), share + half)

    def finding(self, finding: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def control(self, control: Mapping[str, Any], place: str) -> None:
        raise NotImplementedError

    def region(self, finding: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def source(self, source: Mapping[str, Any]) -> None:
        raise NotImplementedError


def digits(value: float) -> int:
    """Return how many significant digits a number is written with."""
    return len(f"{value:.12e}".split("e")[0].replace(".", "").lstrip("-0").rstrip("0"))
