"""From a review to equations over counts: what each published number of each signal says, read from its card.

Written from the cards of the signals and docs/review-json.md. A range for people of unrecorded group gives their
number, since it is written to twelve digits and moves with every one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.suppress_lp import LEAST, System
from benchmarks.suppress_sums import fitting
from benchmarks.suppress_worlds import LEVELS, World

SERIOUS = frozenset(
    ["homicide", "sexual-assault", "robbery", "aggravated-assault", "burglary", "arson", "vehicle-theft", "theft"]
)
DISCRETIONARY = frozenset(
    ["traffic", "licence", "public-order", "public-intoxication", "trespass", "drug-possession", "false-identification"]
)
MINOR = {"minor": {"traffic", "licence"}, "traffic": {"traffic"}, "licence": {"licence"}}
SETS = {"low": {"3", "none"}, "none": {"none"}, "level-1": {"1"}, "level-2": {"2"}, "level-3": {"3"}}
STEPS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5)
Keys = list[tuple]


def system_of(world: World, review: Mapping[str, Any], reader_of: type[Reader] | None = None) -> System:
    """Return every equation that a review states about the counts of its world."""
    system = System(world.counts)
    reader = (reader_of or {"arrests": _Arrests, "matches": _Matches}[world.kind])(world, system)
    for entry in review["places"]:
        for finding in entry["findings"]:
            if finding["suppressed"]:
                reader.suppressed(finding)
            else:
                reader.finding(finding)
    for region in review["regions"]:
        for finding in region["findings"]:
            reader.region(finding)
    reader.pooled()
    for source in review["sources"]:
        reader.source(source)
    return system


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
        if finding["ranges"] and all(entry["low"] != entry["high"] for entry in finding["ranges"]):
            self.system.equals(part, self.value(part))

    def rounded(self, part: Keys, whole: Keys, share: float | None) -> None:
        """A share of a whole source; a reader who knows about how many people it is of knows to what it was rounded."""
        if share is not None:
            half = next(step for step in STEPS if step * self.value(whole) >= 2 * LEAST) / 2
            self.system.within(part, whole, max(0.0, share - half), share + half)

    def finding(self, finding: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def region(self, finding: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def source(self, source: Mapping[str, Any]) -> None:
        raise NotImplementedError


class _Arrests(Reader):
    def of(self, place: str, groups: set[str] | None = None, offences: set[str] | None = None, half: int = 0) -> Keys:
        return self.select(
            lambda key: (
                (groups is None or key[2] in groups)
                and (offences is None or key[3] in offences)
                and half in (0, key[4])
            ),
            place,
        )

    def finding(self, finding: Mapping[str, Any]) -> None:
        getattr(self, "_" + finding["signal"].replace("-", "_"))(finding, finding["place"])

    def _benchmark(self, finding: Mapping[str, Any], place: str) -> None:
        group = finding["group"]
        self.system.equals(self.of(place, {group}), finding["k"])
        self.system.equals(self.of(place, {group, "white"}), finding["n"])
        self.unrecorded(finding, self.of(place, {"unknown"}), self.of(place))

    def _discretion_contrast(self, finding: Mapping[str, Any], place: str) -> None:
        on = DISCRETIONARY - ({"licence"} if finding["contrast"].endswith("without-licence") else set())
        both, n, group = on | SERIOUS, finding["comparator"]["n"], finding["group"]
        self.system.equals(self.of(place, {group}, on), finding["k"])
        self.system.equals(self.of(place, {group}, both), finding["n"])
        self.system.equals(self.of(place, {"white"}, on), round(finding["comparator"]["value"] * n))
        self.system.equals(self.of(place, {"white"}, both), n)
        asked = self.of(place, {"unknown"}, both)
        self.unrecorded(finding, asked, asked + self.of(place, {group, "white"}, both))

    def _minor_traffic(self, finding: Mapping[str, Any], place: str) -> None:
        wanted = MINOR[finding["contrast"].split("/")[1]]

        def part(here: str) -> Keys:
            return self.of(here, None, wanted)

        def whole(here: str) -> Keys:
            return [key for key in self.of(here) if key[3] != "unknown"]

        self.system.equals(part(place), finding["k"])
        self.system.equals(whole(place), finding["n"])
        if finding["missing"].get("offence") is not None:
            self.system.share(self.of(place, None, {"unknown"}), self.of(place), finding["missing"]["offence"])
        self.compared(finding, part, whole)

    def _missing_ethnicity(self, finding: Mapping[str, Any], place: str) -> None:
        kind = finding["contrast"].split("/")[1]
        if kind == "gaps-share":
            self.system.equals(self.of(place, {"unknown"}), finding["k"])
            self.system.equals(self.of(place), finding["n"])
        elif kind == "gaps-time":
            n = finding["comparator"]["n"]
            self.system.equals(self.of(place, {"unknown"}, None, 2), finding["k"])
            self.system.equals(self.of(place, None, None, 2), finding["n"])
            self.system.equals(self.of(place, {"unknown"}, None, 1), round(finding["comparator"]["value"] * n))
            self.system.equals(self.of(place, None, None, 1), n)
        else:
            self._benchmark(finding, place)

    def _record_authenticity(self, finding: Mapping[str, Any], place: str) -> None:
        """Months and digits; counts of people only as the total of all months."""

    def region(self, finding: Mapping[str, Any]) -> None:
        """A sum over places."""
        self.regional(finding, self.of)

    def source(self, source: Mapping[str, Any]) -> None:
        if source["path"] != "own.csv":
            return
        everyone = self.select(lambda key: key[1] != "elsewhere")
        share = source["quality"]["missing_group"]
        self.rounded([key for key in everyone if key[2] == "unknown"], everyone, share)


class _Matches(Reader):
    def of(self, event: str, place: str, levels: set[str] | None = None) -> Keys:
        return self.select(lambda key: key[0] == event and (levels is None or key[2] in levels), place)

    def finding(self, finding: Mapping[str, Any]) -> None:
        place, contrast = finding["place"], finding["contrast"]
        if finding["signal"] == "match-yield":
            self.system.equals(self.of("match", place), finding["k"])
            self.system.equals(self.of("match", place) + self.of("submission", place), finding["n"])
            self.compared(
                finding,
                lambda here: self.of("match", here),
                lambda here: self.of("match", here) + self.of("submission", here),
            )
            return
        event, wanted = contrast.split("/")[:2]
        if finding["signal"] != "level-mix":
            raise KeyError(finding["signal"])
        self.system.equals(self.of(event, place, SETS[wanted]), finding["k"])
        self.system.equals(self.of(event, place, set(LEVELS)), finding["n"])
        if finding["missing"].get("level") is not None:
            self.system.share(self.of(event, place, {"unknown"}), self.of(event, place), finding["missing"]["level"])
        self.compared(
            finding, lambda here: self.of(event, here, SETS[wanted]), lambda here: self.of(event, here, set(LEVELS))
        )

    def region(self, finding: Mapping[str, Any]) -> None:
        raise KeyError(finding["signal"])

    def source(self, source: Mapping[str, Any]) -> None:
        if source["path"] != "own.csv":
            return
        told = self.select(lambda key: key[1] != "elsewhere" and key[0] != "submission")
        self.rounded([key for key in told if key[2] == "unknown"], told, source["quality"]["unknown_level"])


def targets(world: World) -> dict[str, Keys]:
    """Return every count of people that a reader may ask for: single cells, and sums over each of their keys."""
    found: dict[str, Keys] = {}
    for key in world.counts:
        event, place = key[0], key[1]
        if place == "elsewhere":
            names = [f"{event}/elsewhere/{key[3] if world.kind == 'arrests' else key[2]}"]
        elif world.kind == "matches":
            names = [f"{event}/{place}/{key[2]}", f"{event}/{place}"]
        else:
            group, offence = key[2], key[3]
            names = [f"{place}/{group}/{offence}", f"{place}/{group}", f"{place}/-/{offence}"]
            side = "on" if offence in DISCRETIONARY else "off" if offence in SERIOUS else "neutral"
            names += [f"{place}/{group}/{side}", f"{place}/-/{side}"]
            if group not in (*world.focal, "white"):
                names += [f"{place}/others/{offence}", f"{place}/others/{side}", f"{place}/others"]
            if group in ("hispanic", "white"):
                names += [f"{place}/both/{offence}", f"{place}/both/{side}"]
            else:
                names += [f"{place}/neither/{offence}", f"{place}/neither/{side}", f"{place}/neither"]
            if world.monthly:
                names += [f"{place}/{group}/half-{key[4]}", f"{place}/-/{offence}/half-{key[4]}"]
        for name in names:
            found.setdefault(name, []).append(key)
    return found
