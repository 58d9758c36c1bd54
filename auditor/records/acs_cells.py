"""Tables of the American Community Survey: which of their cells count people of which group and universe.

Only detailed tables whose cells keep their numbers from year to year are listed, and of these only the cells that say
one thing in the words of the contract. Groups are those of B03002 and of the tables with the letters H (white alone,
not Hispanic) and I (Hispanic): every other table by race counts a race whether Hispanic or not.

References
----------
U.S. Census Bureau, American Community Survey, Table Shells and variable lists of the detailed tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell of a table counts.

    Attributes
    ----------
    universe : str
    group : str
        A word of the vocabulary; ``total`` for everybody.
    path : str
        Its labels, without "Estimate", colons and case: ``total!!not hispanic or latino!!white alone``.
    age, sex : str
        Empty where the cell is not one of several that make up the universe together.
    """

    universe: str
    group: str
    path: str
    age: str = ""
    sex: str = ""


_NOT, _HISPANIC = "total!!not hispanic or latino", "total!!hispanic or latino"
_RACES = {
    3: ("white", "white alone"),
    4: ("black", "black or african american alone"),
    5: ("native", "american indian and alaska native alone"),
    6: ("asian", "asian alone"),
    7: ("pacific", "native hawaiian and other pacific islander alone"),
    8: ("other", "some other race alone"),
    9: ("multiple", "two or more races"),
}
_SEXES = (("male", "total!!male"), ("female", "total!!female"))
_AGES = (
    "18 and 19 years", "20 years", "21 years", "22 to 24 years", "25 to 29 years", "30 to 34 years", "35 to 39 years",
    "40 to 44 years", "45 to 49 years", "50 to 54 years", "55 to 59 years", "60 and 61 years", "62 to 64 years",
    "65 and 66 years", "67 to 69 years", "70 to 74 years", "75 to 79 years", "80 to 84 years", "85 years and over",
)  # fmt: skip
_AGES_BY_RACE = (
    "18 and 19 years", "20 to 24 years", "25 to 29 years", "30 to 34 years", "35 to 44 years", "45 to 54 years",
    "55 to 64 years", "65 to 74 years", "75 to 84 years", "85 years and over",
)  # fmt: skip
_LETTERS = {"H": "white", "I": "hispanic"}
_RACE_ALONE = re.compile(r"[BC]\d{5}[A-G](?:PR)?|[BC]0200\d|B0201[0-9]")


def race_alone(table: str) -> bool:
    """Tell whether a table counts races whether Hispanic or not: none of its cells is a group of the contract."""
    return _RACE_ALONE.fullmatch(table) is not None


@cache
def cells(table: str) -> dict[int, Cell]:
    """Return the cells of a table that are used, by number; none for a table that is not known."""
    letter = table[-1] if table[-1:] in _LETTERS else ""
    group = _LETTERS.get(letter, "total")
    plain = table.removesuffix(letter)
    if plain == "B01001":
        return _ages(group)
    if plain == "B05003":
        return _citizens(group)
    return {} if letter else _PLAIN.get(table, {})


def _ages(group: str) -> dict[int, Cell]:
    """B01001 and its H and I: everybody, and the ages from 18 on of both sexes."""
    ages, female = (_AGES, 31) if group == "total" else (_AGES_BY_RACE, 22)
    found = {1: Cell("residents", group, "total")}
    for first, (sex, path) in zip((7, female), _SEXES, strict=True):
        found |= {first + i: Cell("adults", group, f"{path}!!{age}", age, sex) for i, age in enumerate(ages)}
    return found


def _citizens(group: str) -> dict[int, Cell]:
    """B05003 and its H and I: adults, foreign-born and noncitizens by sex and age."""
    found = {1: Cell("residents", group, "total")}
    for first, (sex, path) in zip((3, 14), _SEXES, strict=True):
        for at, age in ((first, "under 18 years"), (first + 5, "18 years and over")):
            born = f"{path}!!{age}!!foreign born"
            if age != "under 18 years":
                found[at] = Cell("adults", group, f"{path}!!{age}", "", sex)
            found[at + 2] = Cell("foreign-born", group, born, age, sex)
            found[at + 4] = Cell("noncitizens", group, f"{born}!!not a u.s. citizen", age, sex)
    return found


_PLAIN = {
    "B01003": {1: Cell("residents", "total", "total")},
    "B03002": {1: Cell("residents", "total", "total"), 12: Cell("residents", "hispanic", _HISPANIC)}
    | {number: Cell("residents", group, f"{_NOT}!!{label}") for number, (group, label) in _RACES.items()},
    "B03003": {1: Cell("residents", "total", "total"), 3: Cell("residents", "hispanic", _HISPANIC)},
    "B05001": {1: Cell("residents", "total", "total"), 6: Cell("noncitizens", "total", "total!!not a u.s. citizen")},
    "B05002": {
        1: Cell("residents", "total", "total"),
        13: Cell("foreign-born", "total", "total!!foreign born"),
        21: Cell("noncitizens", "total", "total!!foreign born!!not a u.s. citizen"),
    },
}
TABLES = (*_PLAIN, *(f"{plain}{letter}" for plain in ("B01001", "B05003") for letter in ("", "H", "I")))
"""Tables of which cells are used."""


def strata(table: str, number: int) -> frozenset[int]:
    """Return the cells that make up a universe together with one (itself alone when it is the whole)."""
    own = cells(table)[number]
    if not own.age and not own.sex:
        return frozenset({number})
    return frozenset(
        at for at, cell in cells(table).items() if cell.universe == own.universe and (cell.age or cell.sex)
    )


def path(label: str) -> str:
    """Return a label of the Bureau in comparable form: ``Estimate!!Total:!!Male:`` as ``total!!male``."""
    parts = [" ".join(part.split()).rstrip(":").casefold() for part in label.split("!!")]
    return "!!".join(part for part in parts if part not in ("estimate", "margin of error"))
