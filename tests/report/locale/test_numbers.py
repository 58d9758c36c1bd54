"""Numbers, days and units in US Spanish: 1,234.5 and never 1.234,5."""

import pytest

from auditor.report import numbers, tongue
from auditor.report.locale.written import again


@pytest.fixture(autouse=True)
def _spanish() -> object:
    with tongue.speaking("es"):
        yield


def test_digits_are_those_of_the_united_states() -> None:
    assert numbers.count(1234567) == "1,234,567"
    assert numbers.number(1234.5, 5) == "1,234.5"
    assert numbers.percent(0.8204, 724) == "82.0 %"


def test_units_are_spanish_and_points_are_not_percent() -> None:
    assert numbers.points(0.567) == "+56.7 puntos porcentuales"
    assert numbers.ratio(3.24) == "3.24 veces"
    assert numbers.more(2.51) == "151 % más"
    assert numbers.more(0.62) == "38 % menos"
    assert numbers.limits(2.0, None, numbers.plain_ratio) == "2.00 o más; sin límite superior"


@pytest.mark.parametrize(
    ("period", "written", "between"),
    [
        ("2011", "2011", "En 2011"),
        ("2011-08", "agosto de 2011", "En agosto de 2011"),
        ("2026-11-22", "22 de noviembre de 2026", "El 22 de noviembre de 2026"),
        ("2008-10-27/2010-06-30", "27 de octubre de 2008 a 30 de junio de 2010",
         "Entre el 27 de octubre de 2008 y el 30 de junio de 2010"),
        ("2009-01-01/2012-12-31", "2009 a 2012", "Entre 2009 y 2012"),
        ("FY2011", "año fiscal 2011 (1 de octubre de 2010 a 30 de septiembre de 2011)",
         "En el año fiscal 2011 (1 de octubre de 2010 a 30 de septiembre de 2011)"),
    ],
)  # fmt: skip
def test_periods(period: str, written: str, between: str) -> None:
    assert numbers.period(period) == written
    assert numbers.between(period) == between


@pytest.mark.parametrize(
    "period", ["2011", "2011-08", "2026-11-22", "2008-10-27/2010-06-30", "2009-01-01/2012-12-31", "FY2011"]
)
def test_a_period_written_in_english_is_written_again(period: str) -> None:
    with tongue.speaking("en"):
        english = numbers.period(period)
    assert again("period", english, "es") == numbers.period(period)


@pytest.mark.parametrize(
    ("kind", "english", "spanish"),
    [
        ("points", "+5.6 percentage points", "+5.6 puntos porcentuales"),
        ("more", "151 % more", "151 % más"),
        ("ratio", "3.24 times", "3.24 veces"),
        ("count", "1,234", "1,234"),
        ("p", "< 0.001", "< 0.001"),
        ("count", "one", None),
        ("date", "some day", None),
    ],
)
def test_a_number_written_in_english_is_written_again(kind: str, english: str, spanish: str | None) -> None:
    assert again(kind, english, "es") == spanish


def test_no_other_language_is_spoken() -> None:
    with pytest.raises(ValueError, match="none of the languages en, es"), tongue.speaking("fr"):
        pass
