"""Headers to canonical columns: by decision, by exact name, or by a listed alias; the way taken is noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from auditor.errors import Problem, nearest, unknown_name
from auditor.records.docket import Docket
from auditor.records.spec import SourceSpec
from auditor.records.words import normal

Kind = Literal[
    "place",
    "jurisdiction",
    "state",
    "period",
    "month",
    "start",
    "end",
    "day",
    "count",
    "amount",
    "code",
    "text",
    "idle",
    "personal",
]


@dataclass(frozen=True, slots=True)
class Column:
    """A canonical column that an adapter can fill.

    Attributes
    ----------
    name : str
        Canonical name.
    kind : str
        How its values are read. ``idle`` columns belong to the format and do not enter the counts; ``personal`` ones
        may point to a person. Both are read only into the private table ``events``, where a signal asks for them;
        ``personal`` ones are never written or quoted.
    aliases : tuple of str
        Other headers for it, the preferred first; case, blanks and underscores do not matter.
    sole : bool
        True when two aliases side by side mean different things, so that a person must choose.
    """

    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    sole: bool = False


PLACE = Column(
    "place",
    "place",
    ("county_fips", "fips", "fips_code", "county_fips_code", "fips_county", "geoid", "geo_id", "ori", "agency_ori"),
)
JURISDICTION = Column(
    "jurisdiction", "jurisdiction", ("county", "county_name", "jurisdiction_name", "place_name", "name_of_county")
)
STATE = Column("state", "state", ("state_abbr", "state_name", "state_code", "statefips", "state_fips", "st"))
PERIOD = Column("period", "period", ("year", "fiscal_year", "fy", "quarter", "year_month", "date"))
MONTH = Column("month", "month", ("month_of_year",))
START = Column("period_start", "start", ("start_date", "from_date"))
END = Column("period_end", "end", ("end_date", "through_date"))
GROUP = Column("group", "code", ("race_ethnicity", "race_eth", "ethnicity", "race", "race_or_ethnicity"), sole=True)
COUNT = Column("n", "count", ("count", "counts", "number", "frequency"))


_WEIGHTS = frozenset({"weight", "weights", "sampleweight", "samplingweight", "surveyweight", "pweight", "wt"})


def aliased(columns: Sequence[Column], names: Mapping[str, tuple[str, ...]]) -> tuple[Column, ...]:
    """Return columns with a layout's own headers put before their other aliases.

    Raises
    ------
    ValueError
        When a name is no column.
    """
    unknown = set(names) - {column.name for column in columns}
    if unknown:
        raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
    return tuple(
        Column(column.name, column.kind, (*names.get(column.name, ()), *column.aliases), column.sole)
        for column in columns
    )


@dataclass(frozen=True)
class ColumnMap:
    """Where each canonical column comes from.

    Attributes
    ----------
    positions : mapping of str to int
        Canonical name to the position of the column in the file.
    constants : mapping of str to str
        Canonical name to the text that holds for every row.
    headers : tuple of str
        Every header of the file.
    notes : tuple of str
        Which aliases were used, and which columns were not.
    """

    positions: Mapping[str, int]
    constants: Mapping[str, str]
    headers: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __contains__(self, name: object) -> bool:
        return name in self.positions or name in self.constants

    def header(self, name: str) -> str:
        """Return the header of a canonical column, or an empty text when it is a constant."""
        return self.headers[self.positions[name]] if name in self.positions else ""


@lru_cache(maxsize=1 << 12)
def key(header: str) -> str:
    """Return a header in comparable form."""
    return normal(header).replace(" ", "")


def find_columns(headers: Sequence[str], columns: Iterable[Column]) -> dict[str, list[int]]:
    """Return, for each canonical column, the positions that its name or aliases match, the best first.

    A column of the file that carries a canonical name belongs to that one only.
    """
    known = list(columns)
    keys = [key(header) for header in headers]
    own = {key(column.name) for column in known}
    found: dict[str, list[int]] = {}
    for column in known:
        named = [i for i, text in enumerate(keys) if text == key(column.name)]
        wanted = [key(alias) for alias in column.aliases]
        aliased = [i for alias in wanted for i, text in enumerate(keys) if text == alias and text not in own]
        if named or aliased:
            found[column.name] = named or list(dict.fromkeys(aliased))
    return found


def map_columns(
    headers: Sequence[str],
    spec: SourceSpec,
    columns: Sequence[Column],
    docket: Docket,
    *,
    at: int,
    where: Problem,
    used: frozenset[str] = frozenset(),
    told: frozenset[str] = frozenset(),
) -> ColumnMap:
    """Map the headers of one sheet.

    Parameters
    ----------
    headers : sequence of str
        As the file has them.
    spec : SourceSpec
        Its ``columns`` and ``constants`` come first.
    columns : sequence of Column
        What the adapter knows.
    docket : Docket
        Takes every problem.
    at : int
        Which ``[[sources]]`` table.
    where : Problem
        File and sheet, copied into each problem.
    used : frozenset of str
        Idle and personal columns that are read all the same, into the table ``events``.
    told : frozenset of str
        Headers of which the layout has made other columns.

    Returns
    -------
    ColumnMap
    """
    positions = _decided(headers, spec, columns, docket, where)
    notes = [f"column {headers[i]!r} read as {name} (configuration)" for name, i in positions.items()]
    _check_names(spec, columns, docket, where)
    for name, places in find_columns(headers, columns).items():
        column = next(c for c in columns if c.name == name)
        free = [i for i in places if i not in positions.values()]
        if name in positions or name in spec.constants or not free or name in docket.unanswered.get(at, ()):
            continue
        if column.sole and len(free) > 1:
            _ask_which(name, [headers[i] for i in free], spec, docket, at, where)
            continue
        positions[name] = free[0]
        if key(headers[free[0]]) != key(name):
            notes.append(f"column {headers[free[0]]!r} read as {name}")
    notes += _left(headers, positions, columns, used, told)
    return ColumnMap(positions, dict(spec.constants), tuple(headers), tuple(notes))


def _decided(
    headers: Sequence[str], spec: SourceSpec, columns: Sequence[Column], docket: Docket, where: Problem
) -> dict[str, int]:
    positions: dict[str, int] = {}
    for name, wanted in spec.columns.items():
        if name not in {column.name for column in columns}:
            continue
        exact = [i for i, header in enumerate(headers) if header.strip() == wanted.strip()]
        loose = exact or [i for i, header in enumerate(headers) if key(header) == key(wanted)]
        if len(loose) == 1:
            positions[name] = loose[0]
            continue
        close = nearest(wanted, headers)
        hint = f"; did you mean {close!r}?" if close else f"; the file has {', '.join(headers)}"
        docket.input.append(
            Problem(
                f"there is {'more than one' if loose else 'no'} column {wanted!r}",
                f"the configuration reads {name} from it",
                f"correct columns.{name}{hint}",
                file=where.file,
                sheet=where.sheet,
            )
        )
    return positions


def _check_names(spec: SourceSpec, columns: Sequence[Column], docket: Docket, where: Problem) -> None:
    known = [column.name for column in columns]
    for table, entries in (("columns", spec.columns), ("constants", spec.constants), ("values", spec.values)):
        for name in entries:
            if name not in known:
                docket.config.append(
                    Problem(
                        unknown_name(f"column in {table}", name, known),
                        "a name that is not read would change nothing, silently",
                        "correct it or take it out",
                        file=where.file,
                    )
                )


def _ask_which(name: str, headers: list[str], spec: SourceSpec, docket: Docket, at: int, where: Problem) -> None:
    docket.questions.append(
        Problem(
            f"columns {' and '.join(repr(header) for header in headers)} could each be {name}",
            "recorded apart they say different things, and only one is read",
            f"say which with columns.{name}",
            file=where.file,
            sheet=where.sheet,
        )
    )
    docket.answers(at, spec).columns[name] = ""


def _left(
    headers: Sequence[str],
    positions: Mapping[str, int],
    columns: Sequence[Column],
    used: frozenset[str],
    told: frozenset[str],
) -> list[str]:
    kinds = {column.name: column.kind for column in columns if column.name not in used}
    idle = [headers[i] for name, i in positions.items() if kinds.get(name) in ("idle", "personal")]
    unused = [header for i, header in enumerate(headers) if i not in positions.values() and header not in told]
    notes = []
    if unused:
        notes.append("columns not used: " + ", ".join(unused))
    notes += [
        f"column {header!r} says that the rows are a sample: they are counted as they stand, without weights"
        for header in unused
        if key(header) in _WEIGHTS
    ]
    if idle:
        notes.append("columns known but not used by this version: " + ", ".join(idle))
    return notes


IDS = frozenset(
    key(name)
    for name in (
        "record_id", "record_number", "unique_id", "unique_identifier", "row_id", "raw_row_number", "event_id",
        "stop_id", "stop_number", "call_id", "crime_id", "incident_id", "arrest_id", "arrest_number", "citation_id",
        "citation_number", "booking_id", "booking_number", "detainer_id", "detainer_number", "encounter_id",
    )
)  # fmt: skip
"""Names of columns that number records, in comparable form."""
