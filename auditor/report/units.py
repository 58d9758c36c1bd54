"""The words and months that numbers are written with, by language; :mod:`auditor.report.numbers` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from auditor.report import tongue


@dataclass(frozen=True, slots=True)
class Units:
    """The words around numbers in one language; digits are written alike (1,234.5) in English and US Spanish."""

    months: tuple[str, ...]
    day: str
    month: str
    span: str
    fiscal: str
    between_days: str
    between_years: str
    on: str
    within: str
    within_fiscal: str
    points: str
    times: str
    more: str
    less: str
    per1000: str
    no_limit: str
    no_upper: str
    no_lower: str


UNITS: Final[Mapping[str, Units]] = {
    "en": Units(
        months=(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
        day="{day} {month} {year}",
        month="{month} {year}",
        span="{first} to {last}",
        fiscal="fiscal year {year} ({first} to {last})",
        between_days="Between {first} and {last}",
        between_years="Between {first} and {last}",
        on="On {day}",
        within="In {period}",
        within_fiscal="In {period}",
        points="percentage points",
        times="times",
        more="% more",
        less="% less",
        per1000="per 1,000",
        no_limit="no limit can be stated",
        no_upper="{limit} or more; no upper limit",
        no_lower="{limit} or less; no lower limit",
    ),
    "es": Units(
        months=(
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ),
        day="{day} de {month} de {year}",
        month="{month} de {year}",
        span="{first} a {last}",
        fiscal="año fiscal {year} ({first} a {last})",
        between_days="Entre el {first} y el {last}",
        between_years="Entre {first} y {last}",
        on="El {day}",
        within="En {period}",
        within_fiscal="En el {period}",
        points="puntos porcentuales",
        times="veces",
        more="% más",
        less="% menos",
        per1000="por cada 1,000",
        no_limit="no se puede dar ningún límite",
        no_upper="{limit} o más; sin límite superior",
        no_lower="{limit} o menos; sin límite inferior",
    ),
}


def units(language: str = "") -> Units:
    """Return the words of a language, by default of the one that is being written."""
    return UNITS[language or tongue.current()]
