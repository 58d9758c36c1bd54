"""What the signals that count arrests and matches publish, as equations, and the counts that a reader asks for.

Numbers of twelve digits that are made of several counts are taken to tell each of them: whoever tries all ways finds
the one that agrees. So are three of three digits that are made of two counts, as a negative control prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.suppress_read import Keys, Reader, digits
from benchmarks.suppress_worlds import LEVELS, World

SERIOUS = frozenset(
    ["homicide", "sexual-assault", "robbery", "aggravated-assault", "burglary", "arson", "vehicle-theft", "theft"]
)
DISCRETIONARY = frozenset(
    ["traffic", "licence", "public-order", "public-intoxication", "trespass", "drug-possession", "false-identification"]
)
PROPERTY = frozenset(["burglary", "vehicle-theft", "theft", "arson"])
CONTROLS = {
    "property": PROPERTY,
    "violent": SERIOUS - PROPERTY,
    "homicide-sexual-assault": {"homicide", "sexual-assault"},
    "robbery-aggravated-assault": {"robbery", "aggravated-assault"},
    "burglary-arson": {"burglary", "arson"},
}
MINOR = {"minor": {"traffic", "licence"}, "traffic": {"traffic"}, "licence": {"licence"}}
SETS = {"low": {"3", "none"}, "none": {"none"}, "level-1": {"1"}, "level-2": {"2"}, "level-3": {"3"}}


class ArrestReader(Reader):
    """Read the findings of a world of arrests by group, offence and half year."""

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
        # The ratio and its limits are made of every class.
        if max(digits(finding["estimate"][name] or 0) for name in ("value", "low", "high")) > 3:
            for who in (group, "white", *(["unknown"] if finding["ranges"] else [])):
                for offence in both:
                    self.holds(self.of(place, {who}, {offence}))

    # Its counts are those of the other contrast of classes; its ratio, of three digits, is of a class not named.
    _class_excess = _discretion_contrast

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

    def control(self, control: Mapping[str, Any], place: str) -> None:
        """State both groups' offences of a kind, or everybody's; a contrast of classes has too many."""
        name = control["contrast"].split("/")
        if control["signal"] == "benchmark":
            self.about(self.of(place, {control["group"]}, CONTROLS[name[-1]]))
            self.about(self.of(place, {"white"}, CONTROLS[name[-1]]))
        elif control["signal"] == "minor-traffic":
            self.about(self.of(place, None, CONTROLS[name[1]]))
            self.about(self.of(place, None, SERIOUS))
        elif control["signal"] not in ("class-excess", "discretion-contrast"):
            raise KeyError(control["signal"])

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


class MatchReader(Reader):
    """Read the findings of a world of matches and removals by level."""

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

    def control(self, control: Mapping[str, Any], place: str) -> None:
        """State how many of the two most serious levels there are, and how many of the first."""
        if control["signal"] != "level-mix":
            raise KeyError(control["signal"])
        event = control["contrast"].split("/")[0]
        for levels in ({"1"}, {"1", "2"}):
            self.about(self.of(event, place, levels))

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
