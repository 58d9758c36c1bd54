"""Race in one column, Hispanic origin in another: either alone counts people under a group that is not theirs."""

from __future__ import annotations

from auditor.records.absent import given
from auditor.records.sheet import Sheet, quote
from auditor.records.words import normal

_ORIGIN = frozenset(
    {"hispanic", "latino", "latina", "latinx", "latine", "hisp", "ethnicity", "ethnic", "ethnicgroup", "ethn"}
)
_FILLING = frozenset(
    {"is", "of", "or", "origin", "flag", "yn", "y", "n", "ind", "indicator", "person", "subject", "driver", "suspect",
     "arrestee", "inmate", "desc", "description", "code", "group", "recorded", "nonhispanic", "non", "not", "cd"}
)  # fmt: skip


def ask_beside_group(sheet: Sheet) -> None:
    """Ask where a column read as the group stands beside one of Hispanic origin that nobody reads.

    Parameters
    ----------
    sheet : Sheet
        Of a canonical format, with its columns mapped. What the configuration says of ``columns.group`` is decided.
    """
    if "group" not in sheet.columns.positions or "group" in sheet.spec.columns:
        return
    used = {*sheet.columns.positions.values()}
    headers = {i: header for i, header in enumerate(sheet.raw.columns) if i not in used and _of_origin(header)}
    beside = [header for i, header in headers.items() if _filled(sheet, i)]
    if not beside:
        return
    own = sheet.columns.header("group")
    sheet.ask(
        f"column {own!r} is read as group, and {', '.join(map(repr, beside))} beside it is not read",
        "where race and Hispanic origin are recorded apart, race alone counts Hispanic people among the others",
        f"make one column of both in the file; or say columns.group = {own!r} if it holds Hispanic people as such",
        column="group",
    )
    sheet.docket.answers(sheet.at, sheet.spec).columns["group"] = ""


def _of_origin(header: str) -> bool:
    words = set(normal(header).split())
    return bool(words & _ORIGIN) and words <= _ORIGIN | _FILLING


def _filled(sheet: Sheet, at: int) -> bool:
    columns = sheet.sql("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [sheet.raw.table])
    if (f"c{at}",) not in columns:
        return True  # of a large file columns that nobody reads are not loaded
    return bool(sheet.sql(f"SELECT 1 FROM {quote(sheet.raw.table)} r WHERE {given(f'r.c{at}')} LIMIT 1"))  # noqa: S608
