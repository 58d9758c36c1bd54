"""The keys of agency tables of arrests: which agency, where, which month or year, and how much of it was reported."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.records.derive import cell
from auditor.records.nibrs_columns import Measure
from auditor.records.raw import RawTable
from auditor.records.sheet import literal, quote
from auditor.records.store import Store

REPORTED = ("number_of_months_reported", "months_reported", "number_of_months", "num_months_reported")
OFFENCE = ("offense", "offence", "offense_name", "offense_category", "offense_code")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def put_keys(raw: RawTable, store: Store, found: Sequence[Measure], *, monthly: bool) -> None:
    """Put the keys of each row beside it, as columns ``k_...`` of its table.

    Parameters
    ----------
    raw : RawTable
        The table; its own columns stay.
    store : Store
        Where it is.
    found : sequence of Measure
        Its figures, for their sum and their faults.
    monthly : bool
        Whether a row is a month (else a year).
    """
    month = f"lower({cell(raw, 'month')})"
    number = " ".join(f"WHEN {literal(name)} THEN '{i:02d}'" for i, name in enumerate(_MONTHS, 1))
    number = f"CASE {month} {number} ELSE lpad(regexp_replace({month}, '[.]0+$', ''), 2, '0') END"
    year = f"regexp_replace({cell(raw, 'year')}, '[.]0+$', '')"
    cells = [f"c{spot}" for m in found for parts in m.cells.values() for spot in parts.values()]
    blank = "('', 'na', 'null', 'nan')"
    odd = " OR ".join(f"(lower(trim({c})) NOT IN {blank} AND TRY_CAST({c} AS DOUBLE) IS NULL)" for c in cells)
    keys = {
        "k_ori VARCHAR": f"upper({cell(raw, 'ori9', 'ori')})",
        "k_offence VARCHAR": cell(raw, *OFFENCE),
        "k_year VARCHAR": year,
        "k_period VARCHAR": f"{year} || '-' || {number}" if monthly else year,
        "k_place VARCHAR": _place(raw),
        "k_months DOUBLE": f"TRY_CAST({cell(raw, *REPORTED)} AS DOUBLE)",
        "k_sum DOUBLE": "+".join(f"coalesce(abs(TRY_CAST({c} AS DOUBLE)), 0)" for c in cells),
        "k_odd BOOLEAN": odd,
        "k_below BOOLEAN": " OR ".join(f"coalesce(TRY_CAST({c} AS DOUBLE) < 0, false)" for c in cells),
    }
    name = quote(raw.table)
    for key in keys:
        store.connection.execute(f"ALTER TABLE {name} ADD COLUMN {key}")
    values = ", ".join(f"{key.split()[0]} = {sql}" for key, sql in keys.items())
    store.connection.execute(f"UPDATE {name} SET {values}")  # noqa: S608


def _place(raw: RawTable) -> str:
    """Return the SQL of the county of an agency, else its ORI: a state's police and the like have no county."""
    whole = cell(raw, "fips_state_county_code", "county_fips", "fips")
    state, county = cell(raw, "fips_state_code", "state_fips"), cell(raw, "fips_county_code")
    made = "''" if "''" in (state, county) else f"lpad({state}, 2, '0') || lpad({county}, 3, '0')"
    part = "''" if made == "''" else f"CASE WHEN {_missing(state)} OR {_missing(county)} THEN '' ELSE {made} END"
    ori = f"upper({cell(raw, 'ori9', 'ori')})"
    given = "''" if whole == "''" else f"CASE WHEN {_missing(whole)} THEN '' ELSE {whole} END"
    return f"coalesce(nullif({given}, ''), nullif({part}, ''), {ori})"


def _missing(text: str) -> str:
    return f"lower({text}) IN ('', 'na', 'nan', 'null', '0', '00', '000', '99', '999', '00000')"
