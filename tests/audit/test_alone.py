"""Places decided by their own offence classes: no promise, own controls, own words; ten or more go together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from auditor.audit.config import load_config
from auditor.audit.run import audit
from auditor.domain.vocabulary import DISCRETIONARY, SERIOUS
from auditor.findings.alarm import alarm_positions
from auditor.findings.review import Review

CLASSES = (*SERIOUS, *DISCRETIONARY)
TOML = """[audit]
title = "Alone"
as_of = 2012-06-30
focal_groups = ["hispanic"]
reference_group = "white"
[[sources]]
format = "counts"
path = "arrests.csv"
[[sources]]
format = "places"
path = "places.csv"
"""


def audited(folder: Path, lifts: list[dict[str, float]], sd: float = 0.1, groups: tuple[str, ...] = ()) -> Review:
    """Arrests of places by class; each place lifts the discretionary arrests of some groups (log scale)."""
    rng = np.random.default_rng(7)
    lines = ["place,period,event,group,offence,n"]
    for j, lift in enumerate(lifts):
        for group in groups or ("hispanic", "white", "black"):
            for offence in CLASSES:
                more = lift.get(group, 0.0) if offence in DISCRETIONARY else 0.0
                n = rng.poisson(250 * np.exp(rng.normal(0, sd) + more)) + 11
                lines.append(f"local:p{j:02d},2008/2011,arrest,{group},{offence},{n}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "arrests.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    names = "".join(f"local:p{j:02d},Town {j},city\n" for j in range(len(lifts)))
    (folder / "places.csv").write_text("place,name,kind\n" + names, encoding="utf-8")
    (folder / "audit.toml").write_text(TOML, encoding="utf-8")
    return audit(load_config(folder / "audit.toml"))


@pytest.fixture(scope="module")
def nine(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return audited(tmp_path_factory.mktemp("nine"), [{"hispanic": 0.6}] * 9)


def test_nothing_is_promised_of_places_decided_alone(nine: Review) -> None:
    assert nine.calibration["promised"] is False
    assert nine.calibration["sentence"]["id"] == "calibration.assumed"
    assert nine.calibration["false_bound"] is None
    assert {null["code"] for null in nine.calibration["nulls"]} == {"alone"}


def test_what_one_place_shows_is_not_held_against_a_centre(nine: Review) -> None:
    flagged = [place for place in nine.places if place.verdict == "pattern-worth-examining"]
    assert flagged  # a lift of exp(0.6) in seven of fifteen classes of some 250 arrests
    for place in flagged:
        assert place.verdict_reasons[0].id == "verdict.pattern-alone"
        assert "comparable places" not in place.verdict_reasons[0].text["en"]
        assert any(cap.id == "cap.alone" for cap in place.caps)
        assert place.profile is not None
        assert place.profile["peers"] == 0


def test_what_was_measured_on_many_places_is_not_said_of_one(nine: Review) -> None:
    flagged = next(place for place in nine.places if place.verdict == "pattern-worth-examining")
    told = nine.calibration["measured"]["sentences"]
    beside = [told[i]["id"] for i in alarm_positions(nine.calibration["measured"], flagged.findings)]
    assert beside == ["calibrate.shipped-alone"]


def test_a_shift_that_all_places_share_flags_nobody_once_there_are_ten(tmp_path: Path) -> None:
    review = audited(tmp_path, [{"hispanic": 0.6}] * 10)
    assert {null["code"] for null in review.calibration["nulls"]} == {"classes"}
    assert review.calibration["promised"] is True
    assert not [place for place in review.places if place.verdict == "pattern-worth-examining"]


def test_the_control_of_one_place_fires(tmp_path: Path) -> None:
    """Black and Hispanic arrests are lifted alike: whatever does that is no sign of ethnic profiling of one of them."""
    review = audited(tmp_path, [{"hispanic": 0.6, "black": 0.6}])
    (place,) = review.places
    assert (place.verdict, place.verdict_reasons[0].id) == ("contradictory", "verdict.control-fired")
    assert not any(cap.id == "cap.no-control" for cap in place.caps)


def test_two_groups_promise_nothing_however_many_places(tmp_path: Path) -> None:
    lifts: list[dict[str, float]] = [{}] * 12
    review = audited(tmp_path, lifts, groups=("hispanic", "white"))
    assert {null["code"] for null in review.calibration["nulls"]} == {"classes-no-controls"}
    assert review.calibration["promised"] is False


def test_a_large_class_that_points_down_denies_small_ones_that_point_up(tmp_path: Path) -> None:
    """The counts of a hostile review: crude ratio 0.65, class by class 1.6."""
    white = dict.fromkeys(SERIOUS, 400) | dict.fromkeys(DISCRETIONARY, 170) | {"traffic": 20000}
    focal = dict.fromkeys(SERIOUS, 120) | dict.fromkeys(DISCRETIONARY, 120) | {"traffic": 3500}
    lines = ["place,period,event,group,offence,n"]
    for group, table in (("hispanic", focal), ("white", white)):
        lines += [f"local:p00,2008/2011,arrest,{group},{offence},{n}" for offence, n in table.items()]
    (tmp_path / "arrests.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (tmp_path / "places.csv").write_text("place,name,kind\nlocal:p00,Town,city\n", encoding="utf-8")
    (tmp_path / "audit.toml").write_text(TOML, encoding="utf-8")
    (place,) = audit(load_config(tmp_path / "audit.toml")).places
    finding = next(f for f in place.findings if f.signal == "discretion-contrast" and f.tests_in_family)
    assert finding.absolute.value is not None
    assert finding.absolute.value < 0
    assert (place.verdict, place.verdict_reasons[0].id) == ("inconclusive", "verdict.totals-oppose")
