"""Formatting. Expected values are exact arithmetic done by hand, or the published figures named beside them."""

from __future__ import annotations

import math
from datetime import date

import pytest

from auditor.domain.periods import parse_period
from auditor.report import numbers


@pytest.mark.parametrize(
    ("share", "n", "shown"),
    [
        (594 / 724, 724, "82.0 %"),  # Travis TX (AP): 0.82044
        (155 / 3955, 3955, "3.92 %"),  # McLennan TX (Waco Tribune): 0.039191
        (15 / 18, 18, "83 %"),  # 0.8333 of 18: no decimal is supported
        (12_293 / 46_929, 46_929, "26.2 %"),  # national, to June 2010: 0.26195
        (9 / 16_918, 16_918, "0.053 %"),  # 0.000532
        (152 / 2540, 2540, "6.0 %"),  # 0.059843
        (0.0, 40, "0 %"),
        (1.0, 40, "100 %"),
        (0.5, None, "50.0 %"),
        (0.0021, None, "0.21 %"),
    ],
)
def test_percent_prints_no_more_digits_than_the_base_supports(share: float, n: float | None, shown: str) -> None:
    assert numbers.percent(share, n) == shown


def test_a_ratio_of_two_and_a_half_is_not_250_percent_more() -> None:
    """The Pierce County table labels 2.51 "251 % increase"; the increase is 151 %."""
    assert numbers.more(2.51) == "151 % more"
    assert numbers.more(0.62) == "38 % less"
    assert numbers.more(1.0) == "0 % more"


def test_percentage_points_are_named_and_signed() -> None:
    assert numbers.points(0.8204 - 0.2532) == "+56.7 percentage points"
    assert numbers.points(-0.024) == "−2.4 percentage points"
    assert numbers.points(0.0) == "0.0 percentage points"
    assert numbers.points(0.000_102) == "+0.01 percentage points"  # 0.0102 of a point: not "0.0"
    assert numbers.points(-0.000_6) == "−0.1 percentage points"


@pytest.mark.parametrize(
    ("value", "n", "shown"),
    [
        (3.2402, 724, "3.24"),
        (3.2402, 18, "3.2"),
        (1.0, None, "1.00"),
        (112.4, None, "112"),
        (0.053, None, "0.053"),
        (0.28, 724, "0.28"),
        (24.51, None, "24.5"),
        (9.999, None, "10.00"),
    ],
)
def test_ratio(value: float, n: float | None, shown: str) -> None:
    assert numbers.plain_ratio(value, n) == shown
    assert numbers.ratio(value, n) == f"{shown} times"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "< 0.001"),
        (1e-300, "< 0.001"),
        (0.00099, "< 0.001"),
        (0.001, "0.001"),
        (0.0123, "0.012"),
        (0.0999, "0.100"),
        (0.35, "0.35"),
        (0.995, "> 0.99"),
        (1.0, "> 0.99"),
    ],
)
def test_p_values_are_never_zero_or_one(value: float, shown: str) -> None:
    assert numbers.p(value) == shown


def test_p_must_be_a_probability() -> None:
    with pytest.raises(ValueError, match="probability"):
        numbers.p(1.2)


def test_counts_z_and_per_thousand() -> None:
    assert numbers.count(11_000_000) == "11,000,000"
    assert numbers.count(342_766.0) == "342,766"
    assert (numbers.z(35.1), numbers.z(-6.2), numbers.z(0.0)) == ("+35.1", "−6.20", "0.00")
    assert (numbers.per1000(567.2), numbers.per1000(-3.14), numbers.per1000(0.42)) == ("+567", "−3.1", "+0.42")
    assert numbers.number(-0.0001, 2) == "−0.00010"
    assert numbers.number(0) == "0"


@pytest.mark.parametrize("write", [numbers.count, numbers.percent, numbers.ratio, numbers.p, numbers.z, numbers.points])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_cannot_be_said_is_refused(write: object, bad: float) -> None:
    with pytest.raises(ValueError, match="cannot be printed"):
        write(bad)  # type: ignore[operator]


def test_booleans_and_texts_are_not_numbers() -> None:
    for bad in (True, "7", None):
        with pytest.raises(TypeError):
            numbers.count(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "shown", "begins"),
    [
        ("2008-10-27/2010-06-30", "27 October 2008 to 30 June 2010", "Between 27 October 2008 and 30 June 2010"),
        ("2011", "2011", "In 2011"),
        ("2009/2011", "2009 to 2011", "Between 2009 and 2011"),
        ("2011-08", "August 2011", "In August 2011"),
        ("2012-02", "February 2012", "In February 2012"),
        ("2011-08-15", "15 August 2011", "On 15 August 2011"),
        (
            "FY2011",
            "fiscal year 2011 (1 October 2010 to 30 September 2011)",
            "In fiscal year 2011 (1 October 2010 to 30 September 2011)",
        ),
    ],
)
def test_periods(given: str, shown: str, begins: str) -> None:
    assert numbers.period(given) == shown
    assert numbers.period(parse_period(given)) == shown
    assert numbers.between(given) == begins


def test_dates() -> None:
    assert numbers.date(date(2008, 10, 27)) == numbers.date("2008-10-27") == "27 October 2008"
    assert numbers.period({"start": "2008-10-27", "end": "2010-06-30"}) == "27 October 2008 to 30 June 2010"


def test_open_intervals_are_said_in_words() -> None:
    write = numbers.plain_ratio
    assert numbers.limits(1.2, 3.4, write) == "1.20 to 3.40"
    assert numbers.limits(1.2, None, write) == "1.20 or more; no upper limit"
    assert numbers.limits(None, 3.4, write) == "3.40 or less; no lower limit"
    assert numbers.limits(None, None, write) == "no limit can be stated"
