"""Look at each column of a raw table: what kind of values it holds, and how many different ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from auditor.records.columns import key
from auditor.records.dates import read_period
from auditor.records.personal import names_a_person
from auditor.records.raw import RawTable
from auditor.records.sheet import BLANKS
from auditor.records.store import Store, quote
from auditor.records.words import VOCABULARIES, is_missing, normal

LOOKED_AT = 200
"""How many different values of a column are looked at, the most frequent first."""

CODED = 60
"""A column of more different values than this is no column of codes."""

_MOSTLY = 0.9
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]\.?m\.?)?", re.I)
_MOMENT = re.compile(r"(\S.*\d)[ T]+(\d{1,2}:\d{2}.*|\d{1,2} ?[ap]\.?m\.?)", re.I)
_YEAR = re.compile(r"(19|20)\d\d(\.0)?")
_WHOLE = re.compile(r"\d+(\.0*)?|\d{1,3}(,\d{3})+")
_NUMBER = re.compile(r"[-−]?\d*\.?\d+([eE][-+]?\d+)?%?|\d{1,3}(,\d{3})+\.\d+")
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
_ALIEN = re.compile(r"A[- #]?\d{7,9}")
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_PHONE = re.compile(r"\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}")
_NAMED = re.compile(r"[A-Z][A-Za-z'’. -]+, ?[A-Z][A-Za-z'’.-]+( [A-Z][A-Za-z'’.-]*){0,3}")
_PERSONS = (_SSN, _ALIEN, _EMAIL, _PHONE, _NAMED)
_IDENTIFIER_WORDS = frozenset({"id", "ids", "hash", "identifier", "guid", "uuid"})
_NUMBER_WORDS = frozenset({"no", "num", "number", "nbr", "key"})
_NUMBERED = frozenset(
    {"booking", "case", "cause", "incident", "report", "record", "citation", "ticket", "badge", "docket", "file",
     "subject", "row", "serial", "alien", "state", "jacket"}
)  # fmt: skip
_BIRTH_WORDS = frozenset({"birth", "born", "dob"})


@dataclass(frozen=True, slots=True)
class Profile:
    """One column, looked at.

    Attributes
    ----------
    index : int
        Its position in the file, from 0.
    header : str
    filled, distinct : int
        Rows with a value; how many different ones.
    values : tuple of str
        The most frequent of them, in that order, at most :data:`LOOKED_AT`; never to be shown where ``personal``.
    kind : str
        ``blank``, ``moment`` (a day with a clock time), ``day``, ``clock``, ``year``, ``month`` (or any other
        stretch of days: a quarter, a fiscal year, an interval), ``flag``, ``whole``,
        ``number``, ``code`` (a few different texts) or ``text``.
    personal : bool
        Whether its values may point to a person, by its header or by their shape.
    """

    index: int
    header: str
    filled: int
    distinct: int
    values: tuple[str, ...]
    kind: str
    personal: bool

    @property
    def words(self) -> frozenset[str]:
        """The words of the header."""
        return words_of(self.header)

    @property
    def repeats(self) -> bool:
        """Whether an identifier stands in several rows."""
        return self.distinct < self.filled


def words_of(header: str) -> frozenset[str]:
    """Return the words of a header: ``bookingDate`` and ``BOOKING_DT`` have two each."""
    return frozenset(normal(re.sub(r"([a-z])([A-Z])", r"\1 \2", header)).split())


def profiles(raw: RawTable, store: Store) -> tuple[Profile, ...]:
    """Return what each column of a raw table holds."""
    return tuple(_profile(raw, store, index, header) for index, header in enumerate(raw.columns))


def _profile(raw: RawTable, store: Store, index: int, header: str) -> Profile:
    table, text = quote(raw.table), f"trim(c{index}, {_blanks()})"
    rows = store.connection.execute(
        f"SELECT {text} AS v, count(*) AS n FROM {table} WHERE {text} <> '' GROUP BY v ORDER BY n DESC, v "  # noqa: S608
        f"LIMIT {LOOKED_AT}"
    ).fetchall()
    ((filled, distinct),) = store.connection.execute(
        f"SELECT count(*) FILTER ({text} <> ''), count(DISTINCT {text}) FILTER ({text} <> '') FROM {table}"  # noqa: S608
    ).fetchall()
    role = "state" if "state" in words_of(header) else ""
    values = tuple(str(value) for value, _ in rows if not is_missing(value, role))
    return Profile(index, header, filled, distinct, values, kind_of(values, distinct), _personal(header, values))


def _blanks() -> str:
    return "'" + BLANKS + "'"


def kind_of(values: Sequence[str], distinct: int) -> str:
    """Return the kind of a column by (most of) its values; see :class:`Profile`."""
    if not values:
        return "blank"
    for name, fits in _KINDS:
        if sum(map(fits, values)) >= _MOSTLY * len(values):
            return name
    return "code" if distinct <= CODED else "text"


def is_identifier(profile: Profile) -> bool:
    """Tell whether a column is one of identifiers, by its header."""
    words = profile.words
    if profile.kind == "flag":
        return False
    return bool(words & _IDENTIFIER_WORDS) or bool(words & _NUMBER_WORDS and words & _NUMBERED)


def _personal(header: str, values: Sequence[str]) -> bool:
    words = words_of(header)
    if values and all(map(_is_flag, values)):
        return False
    if names_a_person(words, key(header)):
        # "facility name" and "name of county" name no person.
        return not words & {"county", "facility", "agency", "department", "state", "city", "jail", "site", "program"}
    if words & _BIRTH_WORDS and not words & {"place", "country", "state", "in", "us"}:
        return any(_is_day(value) for value in values[:20]) or "dob" in words
    return any(sum(bool(shape.fullmatch(value)) for value in values) > len(values) / 2 for shape in _PERSONS)


def _is_day(text: str) -> bool:
    if not any(c.isdigit() for c in text) or (text.isdigit() and len(text) != 8):
        return False
    period = read_period(text, "month-first") or read_period(text, "day-first")
    return period is not None and period.kind == "day"


def _is_moment(text: str) -> bool:
    found = _MOMENT.fullmatch(text)
    return found is not None and _is_day(found[1])


def _is_day_at_all(text: str) -> bool:
    return _is_day(text) or _is_moment(text)


def _is_month(text: str) -> bool:
    if text.isdigit():
        return False
    period = read_period(text)
    return period is not None and period.kind in ("month", "quarter", "year", "fiscal-year", "interval")


def _is_flag(text: str) -> bool:
    return normal(text) in VOCABULARIES["searched"].words


_KINDS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("flag", _is_flag),
    ("year", lambda text: _YEAR.fullmatch(text) is not None),
    ("moment", _is_moment),
    ("day", _is_day_at_all),
    ("clock", lambda text: _CLOCK.fullmatch(text) is not None),
    ("month", _is_month),
    ("whole", lambda text: _WHOLE.fullmatch(text) is not None),
    ("number", lambda text: _NUMBER.fullmatch(text) is not None),
)
"""In order of precedence."""
