"""Comparing reviews: what is refused, what is printed, and that the looks are accounted for."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.audit.comparison.accounting import account, at_most, family_p
from auditor.audit.comparison.compare import Comparison, compare, compare_looks
from auditor.audit.comparison.places import up
from auditor.audit.comparison.reviews import Look
from auditor.audit.comparison.windows import overlap, side_by_side, small_increment
from auditor.audit.config import load_config
from auditor.audit.run import audit
from auditor.audit.schema import compare_schema, review_schema
from auditor.errors import InputError, UsageError
from auditor.findings.finding import Estimate
from auditor.findings.review import Review
from auditor.report import wording
from tests.audit.made_reviews import BOTH, FIRST, SECOND, finding, hidden, place, review, saved

SCHEMA_OF_REVIEW = jsonschema.Draft202012Validator(review_schema())
SCHEMA = jsonschema.Draft202012Validator(compare_schema())


def looks(*reviews: Review) -> list[Look]:
    return [Look(f"look-{t + 1}", str(t) * 64, made) for t, made in enumerate(reviews)]


def compared(*reviews: Review, earlier: int = 0) -> dict[str, Any]:
    """Compare, and check on the way that the data fit the schema and the words are allowed."""
    made = compare_looks(looks(*reviews), earlier)
    data = json.loads(made.to_json())
    assert [error.message for error in SCHEMA.iter_errors(data)] == []
    assert wording.check(made.to_text()) == []
    assert max(map(len, made.to_text().splitlines())) <= 80
    return data


def ids(sentences: list[dict[str, Any]]) -> list[str]:
    return [sentence["id"].removeprefix("compare.") for sentence in sentences]


def pair(old: Any, new: Any) -> dict[str, Any]:
    """Compare two reviews of one place with one finding each, and return that place."""
    first, second = (place("1", "inconclusive", entry) for entry in (old, new))
    data = compared(review("2012-01-31", first), review("2013-01-31", second))
    return data["places"][0]


# What is refused


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"protocol": {"name": "x", "sha256": "c" * 64}}, "its protocol (cccccccccccc...) is not that of look-1"),
        ({"focal_groups": ["black"]}, "its focal groups (black) are not those of look-1/review.json (hispanic)"),
        ({"reference_group": "black"}, "its reference group (black)"),
    ],
)
def test_other_rules_and_other_groups_are_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    paths = saved(tmp_path, review("2012-01-31", place()), review("2013-01-31", place(), **change))
    with pytest.raises(InputError, match="cannot be compared") as met:
        compare(paths)
    assert said in str(met.value)
    assert "look-2/review.json: " in str(met.value)
    assert str(tmp_path) not in str(met.value)


def test_every_problem_is_shown_at_once(tmp_path: Path) -> None:
    other = review("2011-01-31", place("2"), focal_groups=["black"], reference_group="asian")
    with pytest.raises(InputError) as met:
        compare(saved(tmp_path, review("2012-01-31", place("1")), other))
    assert len(met.value.problems) == 4  # date, two groups, no shared place


def test_order_and_repeats_are_refused(tmp_path: Path) -> None:
    old, new = saved(tmp_path, review("2012-01-31", place()), review("2013-01-31", place()))
    assert isinstance(compare([old, new]), Comparison)
    for wrong, said in (([new, old], "oldest first"), ([old, old], "the same review"), ([old, new, old], "the same")):
        with pytest.raises(InputError, match=said):
            compare(wrong)
    with pytest.raises(UsageError, match="a change needs two"):
        compare([old])
    (same_day,) = saved(tmp_path / "x", review("2012-01-31", place(verdict="contradictory")))
    with pytest.raises(InputError, match="two runs for one date are one look"):
        compare([old, same_day])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ('{"schema_version": "9"}', "schema_version '9'"),
        ('{"schema_version": "1"}', "not a whole review"),
        ("[]", "not a whole review"),
    ],
)
def test_an_unreadable_review_is_named(tmp_path: Path, text: str, said: str) -> None:
    old, new = saved(tmp_path, review("2012-01-31", place()), review("2013-01-31", place()))
    (new / "review.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(said)) as met:
        compare([old, new])
    assert "look-2/review.json" in str(met.value)
    (new / "review.json").unlink()
    with pytest.raises(InputError, match="no such file"):
        compare([old, new / "review.json"])


# Numbers side by side


def test_new_data_are_stated_with_both_periods_and_their_change() -> None:
    newer = finding(period=SECOND, k=400, n=500.0, estimate=Estimate(4.0, 2.0, 8.0, 0.95, "ratio", "exact"))
    entry = pair(finding(), newer)["findings"][0]
    assert entry["compared"]
    assert [(look["k"], look["n"], look["period"]) for look in entry["looks"]] == [
        (200, 300.0, FIRST),
        (400, 500.0, SECOND),
    ]
    # 4 / 2 = 2; limits as in tests/stats/screening/test_looks.py: 2^(1 -+ sqrt 2), to six digits.
    change = entry["change"]
    assert change["value"] == 2
    assert change["low"] == pytest.approx(2 ** (1 - math.sqrt(2)), rel=1e-5)
    assert change["high"] == pytest.approx(2 ** (1 + math.sqrt(2)), rel=1e-5)
    assert ids(entry["sentences"])[0] == "change.closed"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reference": "black"}, "subject"),
        ({"group": "asian"}, "subject"),
        ({"estimate": Estimate(2.0, 1.0, 4.0, 0.95, "ratio", "another way")}, "definition"),
        ({"estimate": Estimate(2.0, 1.0, 4.0, 0.95, "odds-ratio", "exact")}, "definition"),
        ({"period": BOTH}, "overlap"),
        ({"period": {"start": "2011-12-31", "end": "2012-12-31"}}, "overlap"),
        ({"period": {"start": "", "end": ""}}, "overlap"),
    ],
)
def test_what_would_mislead_is_said_and_not_compared(changes: dict[str, Any], reason: str) -> None:
    entry = pair(finding(), finding(**{"period": SECOND, **changes}))["findings"][0]
    assert not entry["compared"]
    assert ids(entry["reasons"]) == [f"reason.{reason}"]
    assert entry["change"] is None


def test_another_comparator_is_no_comparison_unless_it_is_next_years_table() -> None:
    relabelled = replace(finding().comparator, label="adults, 2011")
    assert pair(finding(), finding(period=SECOND, comparator=relabelled))["findings"][0]["compared"]
    share = {"reference": None, "group": None}
    entry = pair(finding(**share), finding(period=SECOND, comparator=relabelled, **share))["findings"][0]
    assert ids(entry["reasons"]) == ["reason.comparator"]


def test_findings_that_came_or_went_are_said() -> None:
    other = finding(number=2, contrast="hispanic/residents", period=SECOND)
    new, gone = pair(finding(), other)["findings"]
    assert (new["contrast"], ids(new["reasons"])) == ("hispanic/residents", ["reason.new"])
    assert (gone["contrast"], ids(gone["reasons"])) == ("hispanic/adults", ["reason.gone"])


# What must not be worked out

NUMBERS = ("k", "n", "calibrated_p", "q_value", "detectable")


def test_of_overlapping_periods_only_the_newest_numbers_are_written() -> None:
    old = finding(k=211, n=317.0, p=0.0123, estimate=Estimate(2.125, 1.0625, 4.25, 0.95, "ratio", "exact"))
    result = compare_looks(
        looks(
            review("2012-01-31", place("1", "inconclusive", old)),
            review("2013-01-31", place("1", "inconclusive", finding(period=BOTH, k=216, n=330.0))),
        )
    )
    first, second = result.data["places"][0]["findings"][0]["looks"]
    assert [first[name] for name in NUMBERS] == [None] * 5
    assert first["estimate"] == {"value": None, "low": None, "high": None, "level": 0.95, "scale": "ratio"}
    assert second["k"] == 216
    assert result.data["places"][0]["families"][0]["p"][0] is None
    for number in ("211", "317", "2.125", "1.0625", "4.25", "0.0123", "0.012"):
        assert not re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", result.to_json() + result.to_text()), number


@pytest.mark.parametrize(
    ("k", "n", "warned"),
    [
        (205, 340, True),  # 5 of the group were added
        (240, 345, True),  # 5 of the others
        (240, 310, True),  # 10 altogether
        (195, 340, True),  # 5 were taken back
        (200, 300, False),  # nobody: a zero tells nobody apart
        (211, 311, False),  # 11, and none of the others
        (240, 380, False),
    ],
)
def test_a_small_increment_is_warned_of_by_the_name_of_the_finding(k: int, n: int, warned: bool) -> None:
    entry = pair(finding(number=3), finding(number=9, period=BOTH, k=k, n=float(n)))
    assert bool(entry["warnings"]) is warned
    if warned:
        assert "F-0003" in entry["warnings"][0]["text"]["en"]
        assert "F-0009" in entry["warnings"][0]["text"]["en"]
    assert pair(finding(), finding(period=SECOND, k=k, n=float(n)))["warnings"] == []


def test_suppressed_numbers_stay_suppressed() -> None:
    place_ = pair(hidden(), finding(period=SECOND))
    entry = place_["findings"][0]
    assert ids(entry["reasons"]) == ["reason.suppressed"]
    assert [entry["looks"][0][name] for name in NUMBERS] == [None] * 5
    assert entry["looks"][0]["suppressed"]
    assert not entry["looks"][0]["shown"]
    # Its p-value counts as 1: at_most(0.5) = 0.505 at the second look is what is left, over 1/6.
    family = place_["families"][0]
    assert family["suppressed"] == [1, 0]
    assert family["p"] == [1.0, 0.51]
    assert family["p_over_looks"] == 1


WINDOWS = st.tuples(st.integers(1, 9), st.integers(0, 5)).map(lambda w: (f"2011-0{w[0]}", f"2011-{w[0] + w[1]:02d}"))


@given(st.lists(st.none() | WINDOWS, min_size=1, max_size=6))
def test_windows_side_by_side_share_no_day_and_the_newest_is_always_kept(windows: list[tuple[str, str] | None]) -> None:
    hulls = [None if window is None else {"arrest": window} for window in windows]
    kept = side_by_side(hulls, "arrest")
    shown = [window for window, flag in zip(windows, kept, strict=True) if flag and window is not None]
    assert all(not overlap(a, b) for i, a in enumerate(shown) for b in shown[i + 1 :])
    present = [t for t, window in enumerate(windows) if window is not None]
    assert not present or kept[present[-1]]
    # Months that only one shown window holds are known by themselves: no sum of shown counts gives any other part.
    dropped = [w for w, flag in zip(windows, kept, strict=True) if not flag and w is not None]
    assert all(any(overlap(window, other) for other in shown) for window in dropped)


def test_overlap_elsewhere_in_the_place_hides_the_older_numbers_too() -> None:
    def entries(period: dict[str, str], wide: dict[str, str]) -> tuple[Any, ...]:
        return finding(period=period), finding(number=2, contrast="hispanic/residents", period=wide)

    data = compared(
        review("2012-01-31", place("1", "inconclusive", *entries(FIRST, FIRST))),
        review("2013-01-31", place("1", "inconclusive", *entries(SECOND, BOTH))),
    )
    narrow = data["places"][0]["findings"][0]
    assert ids(narrow["reasons"]) == ["reason.overlap-event"]
    assert narrow["looks"][0]["k"] is None


def test_small_increment_needs_both_numbers() -> None:
    assert not small_increment(hidden(), finding(k=205), 11)
    assert small_increment(finding(), finding(k=210), 11)
    assert not small_increment(finding(), finding(k=211, n=311.0), 11)


# Verdicts and places


def test_places_that_came_or_went_and_verdicts_that_moved() -> None:
    flag = "pattern-worth-examining"
    data = compared(
        review("2012-01-31", place("1", flag), place("2"), place("3", flag), place("5", "insufficient-data")),
        review("2013-01-31", place("1"), place("2", flag), place("3", "strong-signal"), place("4")),
    )
    found = {entry["place"]: entry for entry in data["places"]}
    assert list(found) == ["1", "2", "3", "4", "5"]
    assert [found[name]["change"] for name in found] == ["lowered", "raised", "raised", "came", "went"]
    assert [found[name]["flag"] for name in found] == ["lost", "gained", "kept", "not-compared", "not-compared"]
    assert found["5"]["verdicts"] == ["insufficient-data", None]
    assert "place.went" in ids(found["5"]["sentences"])
    assert "place.came" in ids(found["4"]["sentences"])
    # No finding had a calibrated p-value: no flag can stand, whatever the verdicts were.
    assert not any(entry["stands"] for entry in data["places"])
    assert ids(data["looks"]["sentences"]) == ["looks.nothing"]


def test_a_simulated_place_is_never_held_against_a_real_one() -> None:
    old = place("1", "pattern-worth-examining", finding(p=1e-9, outcome="signal"), simulated=True)
    new = place("1", "inconclusive", finding(period=SECOND))
    entry = compared(review("2012-01-31", old), review("2013-01-31", new))["places"][0]
    assert ids(entry["sentences"]) == ["place.apart"]
    assert ids(entry["findings"][0]["reasons"]) == ["reason.apart"]
    assert not entry["stands"]
    assert entry["families"][0]["tests"] == [0, 1]


def test_notes_say_what_else_differs() -> None:
    old, new = review("2012-01-31", place()), review("2013-01-31", place())
    other = {"software": {"name": "auditor", "version": "0.2.0"}, "exclude": ["9"], "suppress_below": 16}
    new = replace(new, audit={**new.audit, **other}, signals=({"name": "benchmark", "null": "b"},))
    old = replace(old, signals=({"name": "benchmark", "null": "a"},))
    notes = compared(old, new)["notes"]
    assert ids(notes) == ["note.software", "note.excluded", "note.threshold", "note.signals"]
    assert "0.1.0, 0.2.0" in notes[0]["text"]["en"]


def test_a_renamed_identifier_is_pointed_out() -> None:
    data = compared(review("2012-01-31", place("1", name="Ash")), review("2013-01-31", place("1", name="Oak")))
    assert "Ash" in data["places"][0]["sentences"][0]["text"]["en"]


# The looks


def many(as_of: str, p: list[float], period: dict[str, str] = FIRST, flagged: float = 0.01, **about: Any) -> Review:
    """Return a review with one tested place for each p-value; those at or below `flagged` bear a flag."""
    entries = []
    for i, value in enumerate(p):
        outcome = "signal" if value <= flagged else "inconclusive"
        verdict = "pattern-worth-examining" if value <= flagged else "inconclusive"
        entries.append(place(f"{i:02d}", verdict, finding(p=value, period=period, outcome=outcome)))
    return review(as_of, *entries, cutoff=flagged, **about)


def test_a_flag_of_one_look_stands_or_falls_with_its_share() -> None:
    # 10 tests, q = 0.05: alone p <= 0.005 is flagged; over looks p/w <= 0.005, so 0.0025 at the first look
    # (w = 1/2) and 0.00083 at the second (w = 1/6), each p taken at the upper end of its digits.
    first = [0.0024, 0.004, *[0.5] * 8]
    second = [0.5, 0.5, 0.00082, 0.00084, *[0.5] * 6]
    data = compared(many("2012-01-31", first), many("2013-01-31", second, SECOND))
    found = {entry["place"]: entry for entry in data["places"]}
    # The second place has 0.00405 * 2 = 0.0081 and the fourth 0.000845 * 6 = 0.00507: with two p-values
    # below 0.005 Benjamini-Hochberg takes the third up to 0.015 and the fourth up to 0.02.
    assert [found[f"{i:02d}"]["stands"] for i in range(5)] == [True, True, True, True, False]
    assert [found[f"{i:02d}"]["flag"] for i in range(5)] == ["lost", "lost", "gained", "gained", "none"]
    lone = compared(many("2012-01-31", [0.004, *[0.5] * 9]), many("2013-01-31", [0.5] * 10, SECOND))
    entry = lone["places"][0]
    assert not entry["stands"]
    # 0.00405 / (1/2) = 0.0081, times 10 tests is 0.081.
    assert entry["families"][0]["p_over_looks"] == 0.0081
    assert entry["families"][0]["q_over_looks"] == 0.081
    assert ids(entry["sentences"]) == ["standing.fallen"]
    assert ids(lone["places"][1]["sentences"]) == ["standing.none"]


def test_the_sentences_say_whether_a_flag_stands() -> None:
    data = compared(
        many("2012-01-31", [1e-5, 1e-5, 0.5, 0.5, *[0.5] * 6]),
        many("2013-01-31", [1e-5, 0.5, 0.004, 0.5, *[0.5] * 6], SECOND),
    )
    said = [ids(entry["sentences"])[0] for entry in data["places"][:4]]
    assert said == ["standing.stands", "standing.lasting", "standing.newest-only", "standing.none"]


def test_families_are_combined_as_the_screen_does() -> None:
    tests = [finding(p=0.010), finding(p=0.040, number=2), finding(p=0.5, number=3)]
    # Simes with the upper ends of two printed digits: 3 * 0.0105 = 0.0315, 3/2 * 0.0405, 0.505.
    assert family_p(tests, None) == pytest.approx(0.0315, rel=1e-12)
    # A suppressed test counts as 1, so there are four tests; one that was flagged bounds the family by the cut-off.
    assert family_p([*tests, hidden()], None) == pytest.approx(0.042, rel=1e-12)
    assert family_p([hidden(outcome="signal")], 0.0016) == pytest.approx(0.00165, rel=1e-12)
    assert family_p([hidden(outcome="signal")], None) == 1


def test_a_suppressed_flag_can_stand_by_the_cutoff_of_its_look() -> None:
    rest = [place(f"{i:02d}", "inconclusive", finding(p=0.5)) for i in range(5)]
    flagged = place("99", "pattern-worth-examining", hidden(outcome="signal"))
    quiet = place("99", "inconclusive", finding(period=SECOND))
    for cutoff, stands in ((0.001, True), (0.009, False)):
        data = compared(review("2012-01-31", flagged, *rest, cutoff=cutoff), review("2013-01-31", quiet, *rest))
        entry = next(entry for entry in data["places"] if entry["place"] == "99")
        # 0.00105 * 2 * 6 tests = 0.0126; 0.0095 * 2 * 6 = 0.114.
        assert entry["stands"] is stands
        assert ("standing.hidden" in ids(entry["sentences"])) is not stands


def test_a_suppressed_test_that_was_too_small_never_entered() -> None:
    entry = pair(hidden(outcome="insufficient"), hidden(outcome="insufficient", period=SECOND))
    assert entry["families"] == []


def test_a_plan_shares_equally_and_ends() -> None:
    protocol = {"name": "p.toml", "sha256": "a" * 64, "looks": 2}
    reviews = [many(f"201{t}-01-31", [1e-6, 0.5], protocol=protocol) for t in range(2, 5)]
    data = compared(*reviews[:2])
    assert [entry["share"] for entry in data["reviews"]] == [0.5, 0.5]
    assert "looks.planned" in ids(data["looks"]["sentences"])
    data = compared(*reviews)
    assert [entry["share"] for entry in data["reviews"]] == [0.5, 0.5, 0.0]
    assert "looks.used-up" in ids(data["looks"]["sentences"])
    assert data["looks"]["cutoff"] is None
    # What only the look beyond the plan flags cannot stand, however small its p.
    late = many("2014-01-31", [0.5, 1e-12], protocol=protocol)
    assert not compared(*reviews[:2], late)["places"][1]["stands"]


def test_earlier_looks_have_had_their_shares() -> None:
    reviews = many("2012-01-31", [1e-6, 0.5]), many("2013-01-31", [1e-6, 0.5])
    data = compared(*reviews, earlier=2)
    assert [entry["number"] for entry in data["reviews"]] == [3, 4]
    assert [entry["share"] for entry in data["reviews"]] == [float(Fraction(1, 12)), float(Fraction(1, 20))]
    assert "looks.earlier" in ids(data["looks"]["sentences"])


@pytest.mark.parametrize("look", [1, 2, 3])
def test_looking_again_never_takes_a_standing_flag_back(look: int) -> None:
    first = [1e-4, 0.003, 0.02, *[0.3] * 7]
    reviews = [many("2012-01-31", first)] + [many(f"201{t}-01-31", [0.9] * 10, SECOND) for t in range(3, 6)]
    before = {key for key, entry in account(looks(*reviews[:look])).standings.items() if entry.stands}
    after = {key for key, entry in account(looks(*reviews[: look + 1])).standings.items() if entry.stands}
    assert before <= after
    assert ("00", "exposure") in before


def test_the_price_is_told_in_what_can_be_detected() -> None:
    data = compared(many("2012-01-31", [0.5] * 10), many("2013-01-31", [0.5] * 10, SECOND, flagged=0.005))
    # Nothing is flagged: a first flag needs 0.05/10, and 1/6 of that with both looks counted.
    assert data["looks"]["cutoff_alone"] == 0.005
    assert data["looks"]["cutoff"] == 0.00083
    entry = data["places"][0]["findings"][0]
    assert entry["detectable_as_only_look"] == 1.5
    # exp(log(1.5) * (qnorm(.8) - qnorm(.005/6)) / (qnorm(.8) - qnorm(.005))) = 1.6046 (R 4.2.2).
    assert entry["detectable_over_looks"] == 1.6
    assert "power.both" in ids(entry["sentences"])
    # Two of ten are flagged: at q R / m = 0.01, and with both looks counted at 1/6 of it.
    first, second = many("2012-01-31", [1e-9, 1e-9, *[0.5] * 8]), many("2013-01-31", [1e-9, 1e-9, *[0.5] * 8], SECOND)
    data = compared(first, second)
    assert (data["looks"]["cutoff_alone"], data["looks"]["cutoff"]) == (0.01, 0.0017)


@given(st.floats(1e-12, 1))
def test_what_is_printed_is_never_smaller_than_what_it_stands_for(value: float) -> None:
    printed = float(f"{value:.2g}")
    assert at_most(printed) >= value * (1 - 1e-12)
    assert at_most(printed) <= min(1.0, printed * 1.051)
    assert value <= up(value) * (1 + 1e-9) <= value * 1.1 * (1 + 1e-9)


def test_a_p_value_of_zero_is_no_certainty() -> None:
    assert 0 < at_most(0.0) < 1e-290
    assert up(0.05) == 0.05
    assert up(0.0501) == 0.051


def test_three_looks_and_a_place_missing_in_the_middle(tmp_path: Path) -> None:
    reviews = (
        review("2012-01-31", place("1", "inconclusive", finding(p=0.02)), place("2", "inconclusive", finding("2"))),
        review("2013-01-31", place("2", "inconclusive", finding("2", period=SECOND))),
        review("2014-01-31", place("1", "inconclusive", finding(period={"start": "2013-01-01", "end": "2013-12-31"}))),
    )
    with pytest.raises(InputError, match="shares no place"):
        compare(saved(tmp_path, *reviews))
    third = replace(reviews[2], places=(*reviews[2].places, place("2")))
    entry = compared(*reviews[:2], third)["places"][0]
    assert entry["verdicts"] == ["inconclusive", None, "inconclusive"]
    assert entry["families"][0]["p"] == [0.021, None, 0.51]
    assert entry["findings"][0]["compared"]


def test_bytes_do_not_depend_on_where_the_reviews_lie(tmp_path: Path) -> None:
    reviews = many("2012-01-31", [0.001, 0.5]), many("2013-01-31", [0.5, 0.5], SECOND)
    one, other = saved(tmp_path / "a", *reviews), saved(tmp_path / "b" / "c", *reviews)
    first, second = compare(one), compare([path / "review.json" for path in other])
    assert first.to_json() == second.to_json()
    assert first.to_text() == second.to_text()


def test_a_small_p_alone_is_no_flag() -> None:
    # The tests said no more than "inconclusive" (too few persons, say), or the verdict was contradictory.
    rest = [place(f"{i:02d}", "inconclusive", finding(p=0.5)) for i in range(5)]
    for verdict, outcome in (("inconclusive", "inconclusive"), ("contradictory", "signal")):
        data = compared(
            review("2012-01-31", place("99", verdict, finding(p=1e-8, outcome=outcome)), *rest),
            review("2013-01-31", place("99", verdict, finding(p=1e-8, outcome=outcome, period=SECOND)), *rest),
        )
        entry = next(entry for entry in data["places"] if entry["place"] == "99")
        assert entry["families"][0]["q_over_looks"] < 0.001
        assert entry["families"][0]["stands"] is (outcome == "signal")
        assert not entry["stands"]
        assert ids(entry["sentences"]) == ["standing.none"]


# Changed tests under one name


def with_options(made: Review, options: dict[str, Any] | None, exploratory: bool = True) -> Review:
    card = {"name": "benchmark", "null": "a"} | ({} if options is None else {"options": options})
    protocol = {**made.audit["protocol"], "exploratory": exploratory}
    return replace(made, audit={**made.audit, "protocol": protocol}, signals=(card, {"name": "level-mix"}))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (({}, False), ({"exposure": "drivers"}, True), "benchmark (exposure)"),
        (({"exposure": "adults"}, True), ({"exposure": "drivers", "order": ["adults"]}, True), "(exposure, order)"),
        (({"exposure": "drivers"}, True), (None, False), "benchmark (exposure)"),
        # Written without stating its options: no test is known to be the same.
        ((None, False), (None, True), "benchmark; level-mix"),
    ],
)
def test_a_test_whose_options_changed_is_named_and_not_compared(old: Any, new: Any, said: str) -> None:
    """The first look flags the place at p = 1e-9; the second asks something else under the same name."""
    flagged = place("1", "pattern-worth-examining", finding(p=1e-9, outcome="signal"))
    rest = [place("2", "inconclusive", finding(p=0.5, signal="match-yield", family="match", contrast="match/nation"))]
    first = with_options(review("2012-01-31", flagged, *rest), *old)
    later = place("1", "inconclusive", finding(p=0.3, period=SECOND))
    second = with_options(review("2013-01-31", later, *rest), *new)
    data = compared(first, second)
    notes = dict(zip(ids(data["notes"]), data["notes"], strict=True))
    assert said in notes["note.options"]["text"]["en"]
    assert ("31 January 2013" in notes["note.exploratory"]["text"]["en"]) is new[1]
    assert ("31 January 2012" in notes["note.exploratory"]["text"]["en"]) is old[1]
    entry = data["places"][0]
    assert ids(entry["findings"][0]["reasons"]) == ["reason.options"]
    assert entry["findings"][0]["change"] is None
    # One test is left, that of the other place; the error rate is about it alone.
    assert (data["looks"]["tests"], entry["families"]) == (1, [])
    assert data["looks"]["left_out"][0] == "benchmark"
    assert "looks.left-out" in ids(data["looks"]["sentences"])
    assert not entry["stands"]
    assert ids(entry["sentences"]) == ["standing.options"]


def test_the_same_options_at_every_look_are_the_same_test() -> None:
    flagged = place("1", "pattern-worth-examining", finding(p=1e-9, outcome="signal"))
    first = with_options(review("2012-01-31", flagged), {"exposure": "drivers"})
    second = with_options(
        review("2013-01-31", place("1", "inconclusive", finding(period=SECOND))), {"exposure": "drivers"}
    )
    data = compared(first, second)
    assert data["places"][0]["stands"]
    assert data["places"][0]["findings"][0]["compared"]
    assert (data["looks"]["left_out"], ids(data["notes"])) == ([], ["note.exploratory"])


def test_nothing_may_be_left_to_count() -> None:
    first = with_options(review("2012-01-31", place("1", "inconclusive", finding())), None, exploratory=False)
    second = with_options(review("2013-01-31", place("1", "inconclusive", finding(period=SECOND))), {"order": ["x"]})
    assert ids(compared(first, second)["looks"]["sentences"]) == ["looks.left-out", "looks.nothing-left"]


def test_an_audit_states_the_options_that_are_not_the_default(tmp_path: Path) -> None:
    """Through the file: one option of one signal, and nothing where all are the default."""
    rows = [f"48{2 * i + 1:03d},2010,arrest,{g},,{n}" for i in range(3) for g, n in (("hispanic", 90), ("white", 200))]
    (tmp_path / "counts.csv").write_text("\n".join(["place,period,event,group,offence,n", *rows, ""]), encoding="utf-8")
    head = '[audit]\ntitle = "T"\nas_of = {}\nfocal_groups = ["hispanic"]\nreference_group = "white"\n'
    source = '\n[[sources]]\nformat = "counts"\npath = "counts.csv"\n'
    reviews = []
    for day, more in (("2012-06-30", ""), ("2012-12-31", "\n[signals.benchmark]\nregional = false\n")):
        (tmp_path / "audit.toml").write_text(head.format(day) + source + more, encoding="utf-8")
        reviews.append(audit(load_config(tmp_path / "audit.toml")))
    stated = [{card["name"]: card["options"] for card in made.signals if "options" in card} for made in reviews]
    assert stated == [{}, {"benchmark": {"regional": False}}]
    SCHEMA_OF_REVIEW.validate(reviews[1].to_dict())
    data = compared(*reviews)
    assert {"note.options", "note.exploratory"} <= set(ids(data["notes"]))


def test_a_changed_test_takes_no_other_test_with_it() -> None:
    """A flag of another signal of the place stands as before."""
    own = finding(p=1e-9, outcome="signal", number=2, signal="match-yield", family="match", contrast="match/nation")
    flagged = place("1", "pattern-worth-examining", finding(p=1e-9, outcome="signal"), own)
    first = with_options(review("2012-01-31", flagged), None, exploratory=False)
    second = with_options(review("2013-01-31", place("1", "inconclusive", finding(period=SECOND))), {"order": ["x"]})
    entry = compared(first, second)["places"][0]
    assert entry["stands"]
    assert [family["family"] for family in entry["families"]] == ["match"]
    assert ids(entry["sentences"]) == ["standing.lasting"]


# Which flag stands


def other(p: float, outcome: str = "inconclusive", **changes: Any) -> Any:
    return finding(p=p, outcome=outcome, number=2, signal="match-yield", family="match", contrast="m/n", **changes)


def test_a_family_that_stands_is_no_help_to_a_flag_of_another_one() -> None:
    """A contradictory place at the first look, p = 1e-9 in one family; at the second the other family flags at 0.02."""
    old = place("1", "contradictory", finding(p=1e-9, outcome="signal"), other(0.5))
    new = place("1", "pattern-worth-examining", finding(p=0.5, period=SECOND), other(0.02, "signal", period=SECOND))
    entry = compared(review("2012-01-31", old), review("2013-01-31", new))["places"][0]
    assert [(f["family"], f["stands"]) for f in entry["families"]] == [("exposure", True), ("match", False)]
    assert not entry["stands"]
    assert ids(entry["sentences"]) == ["standing.newest-only"]
    # Its own q: 0.0205 / (1/6) = 0.123, of two families with the other one far below.
    assert entry["sentences"][0]["values"]["q"] == 0.13


def test_an_older_flag_that_stands_is_not_taken_for_the_newest_one() -> None:
    old = place("1", "pattern-worth-examining", finding(p=1e-9, outcome="signal"), other(0.5))
    new = place("1", "pattern-worth-examining", finding(p=0.5, period=SECOND), other(0.02, "signal", period=SECOND))
    entry = compared(review("2012-01-31", old), review("2013-01-31", new))["places"][0]
    assert entry["stands"]
    assert ids(entry["sentences"]) == ["standing.other"]
    assert entry["sentences"][0]["values"]["q"] == 0.13
    assert entry["sentences"][0]["values"]["older"] < 1e-7


def test_a_flag_stands_by_the_p_value_of_its_own_look() -> None:
    """Flagged at 0.04; a year later the same family has p = 1e-9 and is no flag (too few people, say)."""
    old = place("1", "pattern-worth-examining", finding(p=0.04, outcome="signal"))
    new = place("1", "inconclusive", finding(p=1e-9, period=SECOND))
    entry = compared(review("2012-01-31", old), review("2013-01-31", new))["places"][0]
    assert entry["families"][0]["q_over_looks"] < 1e-7
    assert not entry["families"][0]["stands"]
    assert not entry["stands"]
    assert ids(entry["sentences"]) == ["standing.fallen"]
    # 0.0405 / (1/2) = 0.081, the only test.
    assert entry["sentences"][0]["values"]["q"] == 0.081
