"""What the signals that read people row by row publish, as equations: written from their cards, like `suppress_read`.

Of a comparison within strata the two sides' counts are told, over the strata that hold both; a reader is taken to know
which those are. Beside them nothing of more than three digits may stand that rests on strata: with more, whoever tries
every way to share the cases out over them finds which it was, which no linear programme would show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from typing import Any

from benchmarks.suppress_counts import CONTROLS, DISCRETIONARY, MINOR, SERIOUS
from benchmarks.suppress_known import DIGITS
from benchmarks.suppress_read import Keys, Reader, digits

CITABLE = frozenset(["traffic", "licence", "public-order", "public-intoxication", "trespass", "drug-possession"])
OF_TOTALS = frozenset(
    {"k", "n", "share", "share_low", "share_high", "reference_share", "reference_low", "reference_high", "hit_rate"}
    | {"hit_low", "hit_high", "reference_rate", "share_with", "share_without", "unknown", "group", "outcome"}
    | {"contraband", "detainer", "hold", "times", "effective"}
)
"""Numbers that follow from counts which stand beside them, or which are read as equations of their own."""


class PeopleReader(Reader):
    """Read the findings of a world of people."""

    def of(
        self,
        place: str,
        groups: Collection[str] | None = None,
        outcomes: Collection[str] | None = None,
        strata: Collection[tuple[str, str]] | None = None,
    ) -> Keys:
        """Return the keys of a place by group, outcome, and agency with offence."""
        return self.select(
            lambda key: (
                (groups is None or key[2] in groups)
                and (outcomes is None or key[5] in outcomes)
                and (strata is None or key[3:5] in strata)
            ),
            place,
        )

    def finding(self, finding: Mapping[str, Any]) -> None:
        """State what one finding says."""
        getattr(self, "_" + finding["signal"].replace("-", "_"))(finding, finding["place"])

    def _benchmark(self, finding: Mapping[str, Any], place: str) -> None:
        self.system.equals(self.of(place, {finding["group"]}), finding["k"])
        self.system.equals(self.of(place, {finding["group"], "white"}), finding["n"])
        self.unrecorded(finding, self.of(place, {"unknown"}), self.of(place))

    def _record_authenticity(self, finding: Mapping[str, Any], place: str) -> None:
        """State how many records have a time of day; here that is every one, or none."""
        if finding["contrast"].endswith("on-the-hour"):
            self.system.equals(self.of(place), finding["n"])

    def _minor_traffic(self, finding: Mapping[str, Any], place: str) -> None:
        wanted = MINOR[finding["contrast"].split("/")[1]]
        self.system.equals(self.of(place, None, None, self._cells(place, wanted)), finding["k"])
        self.system.equals(self.of(place), finding["n"])
        self.compared(
            finding,
            lambda here: [key for key in self.of(here) if key[4] in wanted],
            lambda here: self.of(here),
        )

    def _missing_ethnicity(self, finding: Mapping[str, Any], place: str) -> None:
        kind = finding["contrast"].split("/")[1]
        if kind == "gaps-share":
            self.system.equals(self.of(place, {"unknown"}), finding["k"])
            self.system.equals(self.of(place), finding["n"])
        elif kind == "gaps-range":
            self._benchmark(finding, place)
        else:
            self._gaps(finding, place, kind.removeprefix("gaps-"))

    def _gaps(self, finding: Mapping[str, Any], place: str, outcome: str) -> None:
        having, without = _OUTCOMES[self.world.kind, outcome]
        for part, k, n in (
            (having, finding["k"], finding["n"]),
            (without, finding["comparator"]["value"] * finding["comparator"]["n"], finding["comparator"]["n"]),
        ):
            self.system.equals(self.of(place, {"unknown"}, part), round(k))
            self.system.equals(self.of(place, None, part), n)

    def _hit_rate(self, finding: Mapping[str, Any], place: str) -> None:
        self._pair(finding, place, {"miss"}, {"miss", "hit"}, by=_BY[finding["contrast"].split("/")[2]])
        self._missing(finding, place, {"miss", "hit"}, {"silent"}, "contraband")

    def _search_threshold(self, finding: Mapping[str, Any], place: str) -> None:
        groups = finding["contrast"].split("/")[:-1]
        for group, k, n in zip(groups, ("k", "reference_hits"), ("n", "reference_searches"), strict=False):
            told = finding["sentence"]["values"]
            made = self.of(place, {group}, {"miss", "hit"})
            self.system.equals(self.of(place, {group}, {"hit"}), told[k])
            self.system.equals(made, told[n])
            if k == "k" and "search_rate" in told:
                self.digits(made, self.of(place, {group}, {"miss", "hit", "none"}), told["search_rate"])
        # A share without a recorded outcome, or search, is of the group alone.
        for name, silent, whole in (
            ("contraband", {"silent"}, {"miss", "hit", "silent"}),
            ("search", {"unasked"}, {"none", "miss", "hit", "silent", "unasked"}),
        ):
            if finding["missing"].get(name) is not None:
                first = groups[0]
                share = finding["missing"][name]
                self.system.share(self.of(place, {first}, silent), self.of(place, {first}, whole), share)

    def _booking_not_cited(self, finding: Mapping[str, Any], place: str) -> None:
        name = finding["contrast"].split("/")[2]
        offences = _AMONG["booking-not-cited", name]
        self._pair(finding, place, {"booked"}, {"booked", "cited"}, by=_BY[name], offences=offences)
        self._missing(finding, place, {"booked", "cited"}, {"silent"}, "outcome", offences)
        covered = [c["values"]["covered"] for c in finding["caveats"] if c["id"] == "booking-not-cited.caveat-covered"]
        if covered:
            who, told = {finding["group"]}, {"booked", "cited"}
            sides = [({group}, told, told) for group in (finding["group"], "white")]
            _, strata = self._strata(place, sides, _BY[name], offences)
            every = {key[3:5] for key in self.of(place) if offences is None or key[4] in offences}
            self.digits(self.of(place, who, told, strata), self.of(place, who, told, every), covered[0])

    def _no_charge(self, finding: Mapping[str, Any], place: str) -> None:
        name = finding["contrast"].split("/")[2]
        offences = _AMONG.get(("no-charge", name))
        self._pair(finding, place, {"dropped"}, {"dropped", "kept"}, by=_BY[name], offences=offences)
        every = {key[3:5] for key in self.of(place) if offences is None or key[4] in offences}
        for told in (caveat["values"] for caveat in finding["caveats"]):
            for who, taken in ((finding["group"], "taken"), ("white", "reference_taken")):
                if taken in told:
                    self.system.equals(self.of(place, {who}, {"taken"}, every), told[taken])
        self._missing(finding, place, {"dropped", "kept"}, {"open"}, "outcome", offences)

    def _detainer_selectivity(self, finding: Mapping[str, Any], place: str) -> None:
        self._pair(finding, place, self._lodged, self._asked, by=_BY[finding["contrast"].split("/")[-1]])
        self._missing(finding, place, self._asked, {"unsaid"}, "detainer")

    def _hold_time(self, finding: Mapping[str, Any], place: str) -> None:
        told = finding["contrast"].split("/")
        groups = {told[4]} if len(told) > 4 else None
        by = () if told[-1].endswith("overall") else (3,)
        sides = [(groups, {"hold-long"}, {"hold-long", "hold-short"}), (groups, {"long"}, {"long", "short"})]
        self._sides(finding, place, sides, by, None)

    def _pair(
        self,
        finding: Mapping[str, Any],
        place: str,
        having: set[str],
        told: set[str] | None,
        *,
        by: tuple[int, ...],
        offences: Collection[str] | None = None,
    ) -> None:
        sides = [({group}, having, told) for group in (finding["group"], "white")]
        self._sides(finding, place, sides, by, offences)
        if any(digits(entry[end] or 0) > DIGITS for entry in finding["ranges"] for end in ("low", "high")):
            self._ranges(finding, place, having, told, offences)

    def _ranges(
        self,
        finding: Mapping[str, Any],
        place: str,
        having: set[str],
        told: set[str] | None,
        offences: Collection[str] | None,
    ) -> None:
        """State the cases whose group, or outcome, a range with all its digits is over: it moves with every one."""
        strata = {key[3:5] for key in self.of(place) if offences is None or key[4] in offences}
        outcomes = {key[5] for key in self.of(place)}
        for entry in finding["ranges"]:
            if "unrecorded group" in entry["assumption"]:
                for part in (having, (outcomes if told is None else told) - having):
                    self.holds(self.of(place, {"unknown"}, part, strata))
                continue
            for who in (finding["group"], "white"):
                self.holds(self.of(place, {who}, {"taken"}, strata))
                if "taken by ICE, pending" in entry["assumption"]:
                    self.holds(self.of(place, {who}, {"open"}, strata))

    def _sides(
        self,
        finding: Mapping[str, Any],
        place: str,
        sides: list[tuple[set[str] | None, set[str], set[str] | None]],
        by: tuple[int, ...],
        offences: Collection[str] | None,
    ) -> None:
        """State both sides' counts over the strata that hold both."""
        cells, strata = self._strata(place, sides, by, offences)
        if cells > 1:
            few_digits(finding)
        comparator = finding["comparator"]
        reference = (round((comparator["value"] or 0) * (comparator["n"] or 0)), comparator["n"])
        counts = ((finding["k"], finding["n"]), reference)
        for (groups, having, told), (k, n) in zip(sides, counts, strict=True):
            self.system.equals(self.of(place, groups, told, strata), n)
            if comparator["value"] is not None:  # else it is a number beside another comparison, such as a hazard ratio
                self.system.equals(self.of(place, groups, having, strata), k)

    def _strata(
        self,
        place: str,
        sides: list[tuple[set[str] | None, set[str], set[str] | None]],
        by: tuple[int, ...],
        offences: Collection[str] | None,
    ) -> tuple[int, set[tuple[str, str]]]:
        def cell(key: tuple) -> tuple:
            return tuple(key[i] for i in by)

        known = [key for key in self.of(place) if offences is None or key[4] in offences]
        shared: list[set[tuple]] = []
        for groups, _, told in sides:
            counted: dict[tuple, int] = {}
            for key in known:
                if (groups is None or key[2] in groups) and (told is None or key[5] in told):
                    counted[cell(key)] = counted.get(cell(key), 0) + self.world.counts[key]
            shared.append({name for name, n in counted.items() if n})
        both = shared[0] & shared[1]
        return len(both), {key[3:5] for key in known if cell(key) in both}

    def _missing(
        self,
        finding: Mapping[str, Any],
        place: str,
        told: set[str] | None,
        silent: set[str],
        name: str,
        offences: Collection[str] | None = None,
    ) -> None:
        """State the shares of cases without an outcome, and without a group."""
        strata = {key[3:5] for key in self.of(place) if offences is None or key[4] in offences}
        groups = {finding["group"], "white"}
        every = None if told is None else told | silent
        if finding["missing"].get(name) is not None:
            whole = self.of(place, groups, every, strata)
            self.system.share(self.of(place, groups, silent, strata), whole, finding["missing"][name])
        if finding["missing"].get("group") is not None:
            unknown, whole = (self.of(place, who, every, strata) for who in ({"unknown"}, {"unknown", *groups}))
            self.system.share(unknown, whole, finding["missing"]["group"])

    def control(self, control: Mapping[str, Any], place: str) -> None:
        """Three numbers of three digits are taken to tell the two counts, or the four, that they are made of.

        Of several strata they are made of eight counts at least, with no sum of these in print beside them.
        """
        pair, name = (control["group"], "white"), control["contrast"].split("/")[-1]
        if control["signal"] == "benchmark":
            for who in pair:
                self.about(self.of(place, {who}, None, self._cells(place, CONTROLS[name])))
            return
        having, told = {
            "hit-rate": ({"miss"}, {"miss", "hit"}),
            "booking-not-cited": ({"booked"}, {"booked", "cited"}),
            "no-charge": ({"dropped"}, {"dropped", "kept"}),
            "detainer-selectivity": (self._lodged, self._asked),
        }[control["signal"]]
        offences = _AMONG.get((control["signal"], name))
        sides = [({who}, having, told) for who in pair]
        cells, strata = self._strata(place, sides, _BY[name], offences)
        for groups, _, _ in sides if cells == 1 else ():
            self.about(self.of(place, groups, having, strata))
            self.about(self.of(place, groups, told, strata))

    @property
    def _lodged(self) -> set[str]:
        return {"taken"} if self.world.kind == "ends" else {"hold-long", "hold-short"}

    @property
    def _asked(self) -> set[str]:
        """Outcomes that say whether a detainer was lodged."""
        return {key[5] for key in self.world.counts} - {"unsaid"}

    def _cells(self, place: str, offences: Collection[str]) -> set[tuple[str, str]]:
        return {key[3:5] for key in self.of(place) if key[4] in offences}

    def region(self, finding: Mapping[str, Any]) -> None:
        """A sum over places."""
        self.regional(finding, self.of)

    def source(self, source: Mapping[str, Any]) -> None:
        """The rows that were used, of one person each, and the share of everybody without a group."""
        if source["path"] == "own.csv":
            everyone = self.select(lambda key: True)
            if source["rows"]["used"] is not None:
                self.system.equals(everyone, source["rows"]["used"], linking=True)
            told = source["quality"]["missing_group"]
            self.rounded([key for key in everyone if key[2] == "unknown"], everyone, told)


_BY: dict[str, tuple[int, ...]] = {
    "agency": (3,), "overall": (), "offence": (4,), "discretionary": (4,), "offence-time-agency": (3, 4),
    "traffic": (3, 4), "serious": (3, 4), "plain": (),
}  # fmt: skip
"""Places in a key of what the strata of a comparison are."""
_AMONG: dict[tuple[str, str], Collection[str]] = {
    ("booking-not-cited", "traffic"): {"traffic"},
    ("booking-not-cited", "serious"): SERIOUS,
    ("booking-not-cited", "offence-time-agency"): CITABLE,
    ("booking-not-cited", "overall"): CITABLE,
    ("no-charge", "discretionary"): DISCRETIONARY,
}
"""Offences that a comparison is about, where it is not about all."""
_SEARCHED = {"miss", "hit", "silent"}
_OUTCOMES: dict[tuple[str, str], tuple[set[str], set[str]]] = {
    ("searches", "searched"): (_SEARCHED, {"none"}),
    ("searches", "contraband"): ({"hit"}, {"miss"}),
    ("custody", "cited"): ({"cited"}, {"booked"}),
    ("custody", "booked"): ({"booked"}, {"cited"}),
    ("ends", "detainer"): ({"taken"}, {"kept", "dropped", "open"}),
    ("ends", "not-convicted"): ({"dropped"}, {"kept"}),
    ("holds", "detainer"): ({"hold-long", "hold-short"}, {"long", "short"}),
}


def numbers(entry: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number of a finding that is no count, with the name that it stands under."""
    if isinstance(entry, Mapping):
        for key, value in entry.items():
            yield from numbers(value, key)
    elif isinstance(entry, list):
        for value in entry:
            yield from numbers(value, name)
    elif isinstance(entry, float) and not entry.is_integer():
        yield name, entry


def few_digits(finding: Mapping[str, Any]) -> None:
    """Hold a comparison within several strata against the rule that what rests on them has three digits."""
    known = {finding["comparator"]["value"], finding["k"] / finding["n"]}
    loose = [(name, value) for name, value in numbers(finding) if digits(value) > 3 and name not in OF_TOTALS]
    loose = [(name, value) for name, value in loose if value not in known]
    if loose:
        raise ArithmeticError(f"{finding['signal']} {finding['contrast']}: all the digits of {loose}")


def people_targets(counts: Mapping[tuple, int]) -> dict[str, Keys]:
    """Return the counts of people that a reader may ask for: by group, outcomes, agency and offence.

    Of outcomes also several together: who was held, however long, is a number of people like any other.
    """
    ends = sorted({key[5] for key in counts})
    several = ["+".join(some) for size in range(1, len(ends)) for some in combinations(ends, size)]
    holding = {end: ["-", *(name for name in several if end in name.split("+"))] for end in ends}
    found: dict[str, Keys] = {}
    for key in counts:
        _, place, group, agency, offence, outcome = key
        for who in (group, "-", "both" if group in ("hispanic", "white") else "neither"):
            for where in {(agency, offence), (agency, "-"), ("-", offence), ("-", "-")}:
                for what in holding[outcome]:
                    found.setdefault("/".join((place, who, what, *where)), []).append(key)
    return found
