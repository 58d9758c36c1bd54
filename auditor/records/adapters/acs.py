"""Tables of the American Community Survey: from the Census API, data.census.gov, or packages that fetch them.

A file has a column a cell (``B05001_006E`` with its margin ``B05001_006M``), a row a cell (``variable, estimate,
moe``), or is a table as data.census.gov shows it (a row a line, a column a place). Which cells count whom is in
:mod:`auditor.records.acs_cells`; a table by race alone is refused, since its races hold Hispanic people too.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.records import acs_display, acs_shapes
from auditor.records.acs_names import codes, is_profile
from auditor.records.adapter import Adapter
from auditor.records.adapters import population
from auditor.records.columns import aliased, key
from auditor.records.raw import RawTable
from auditor.records.store import Store

_NAMES = {"jurisdiction": ("NAME",)}
_GEOGRAPHY = frozenset({"geoid", "name", "state", "county", "us", "ucgid", "fips", "geographicareaname"})
_EVENTS = frozenset({"event", "date", "arrests", "stops", "bookings", "detainers"})


def signs(headers: Sequence[str]) -> bool:
    """Tell whether a header is of the survey: its codes beside a place, or a table as it is shown."""
    names = {key(header) for header in headers}
    if names & _EVENTS:
        return False
    coded = bool(codes(headers)) or any(is_profile(header) for header in headers)
    return (coded and bool(names & _GEOGRAPHY)) or _long(headers) is not None or _displayed(headers)


def _long(headers: Sequence[str]) -> tuple[int, int, int] | None:
    names = [key(header) for header in headers]
    if not {"geoid", "variable", "estimate"} <= set(names):
        return None
    return names.index("variable"), names.index("estimate"), names.index("moe") if "moe" in names else -1


def _displayed(headers: Sequence[str]) -> bool:
    return key(headers[0]) == "labelgrouping" and any(header.endswith("!!Estimate") for header in headers)


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Give each figure a row of its own, whatever the shape.

    Raises
    ------
    InputError
        When no cell counts people of a group or universe, or every row is smaller than a county.
    """
    if _displayed(raw.columns):
        return acs_display.as_displayed(raw, store)
    found = _long(raw.columns)
    return acs_shapes.by_code(raw, store) if found is None else acs_shapes.long(raw, store, found)


ADAPTER = Adapter(
    name="acs",
    base="population",
    columns=aliased(population.COLUMNS, _NAMES),
    required=(("place", "jurisdiction", "state"), ("n",)),
    recognise=lambda names: False,  # by its signs
    load=population.load,
    partial=True,
    signs=signs,
    reshape=reshape,
    unless=frozenset({"n", "group"}),
    remarks=(
        "American Community Survey: estimates from a sample over the whole period that they cover (five years for most "
        "counties), with margins of error at 90 %",
    ),
    sample=(
        "NAME,B03002_001E,B03002_001M,B03002_003E,B03002_003M,B03002_012E,B03002_012M,state,county\n"
        '"Travis County, Texas",979712,-555555555,498318,151,328037,-555555555,48,453\n'
        '"Harris County, Texas",3950999,-555555555,1350000,432,1600000,-555555555,48,201\n'
    ),
)
