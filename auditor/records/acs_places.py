"""Places in files of the Census Bureau: GEO_ID, or numbers of state and county in columns of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from auditor.errors import InputError, Problem
from auditor.records.columns import key
from auditor.records.raw import RawTable
from auditor.records.sheet import times
from auditor.records.store import Store, quote

_GEO = ("geoid", "ucgid", "geography", "id", "fips")
_WORDS = {
    "020": "regions", "030": "divisions", "060": "county subdivisions", "140": "tracts", "150": "block groups",
    "160": "cities and towns", "310": "metropolitan areas", "500": "congressional districts", "860": "ZIP code areas",
}  # fmt: skip
_SMALLER = ("tract", "block group", "place", "county subdivision", "zip code tabulation area")
NAMES = ("name", "geographicareaname", "geodisplaylabel")


def expression(headers: Sequence[str]) -> str:
    """Return the SQL (over the table ``r``) of the code of each row's place, empty when no column gives one.

    The part before ``US`` in a GEO_ID (``0500000US48453``, ``05000US48453``) says what kind of place it is.
    """
    at = {key(header): i for i, header in reversed(list(enumerate(headers)))}
    geo = next((at[name] for name in _GEO if name in at), None)
    if geo is not None:
        text = f"trim(r.c{geo})"
        return (
            f"CASE WHEN regexp_full_match({text}, '010\\w*US') THEN 'US' "
            f"WHEN regexp_full_match({text}, '(040|050)\\w*US\\d+') THEN regexp_extract({text}, 'US(\\d+)$', 1) "
            f"ELSE {text} END"
        )
    if "state" not in at:
        return "'US'" if "us" in at else ""
    state = f"lpad(trim(r.c{at['state']}), 2, '0')"
    code = f"{state} || lpad(trim(r.c{at['county']}), 3, '0')" if "county" in at else state
    return f"CASE WHEN {state} = '00' THEN 'US' ELSE {code} END"


def drop_smaller(raw: RawTable, store: Store) -> RawTable:
    """Set aside the rows of places that are neither nation, state nor county.

    Raises
    ------
    InputError
        When no row is of one of these.
    """
    at = {key(header): i for i, header in reversed(list(enumerate(raw.columns)))}
    column = next((header for header in _SMALLER if key(header) in at), "")
    if column:
        raise _none_left(raw, f"every row is a {column}")
    level, other = _level(at)
    if not level:
        return raw
    rows = store.connection.execute(
        f"SELECT {level}, count(*) FROM {quote(raw.table)} WHERE {other} GROUP BY 1 ORDER BY 1"  # noqa: S608
    ).fetchall()
    ledger = raw.ledger
    for number, count in rows:
        ledger = ledger.step(f"neither nation, state nor county ({_word(number)})", count)
    if rows and ledger.used == 0:
        raise _none_left(raw, "; ".join(f"{times(count, 'row')} of {_word(number)}" for number, count in rows))
    store.connection.execute(f"DELETE FROM {quote(raw.table)} WHERE {other}")  # noqa: S608
    return replace(raw, ledger=ledger)


def _level(at: dict[str, int]) -> tuple[str, str]:
    """Return the SQL of a row's summary level, and of whether it is another than nation, state and county."""
    wanted = "('010', '040', '050')"
    if "sumlev" in at:
        level = f"lpad(trim(c{at['sumlev']}), 3, '0')"
        return level, f"{level} NOT IN {wanted}"
    geo = next((at[name] for name in _GEO if name in at), None)
    if geo is None:
        return "", ""
    level = f"left(trim(c{geo}), 3)"
    return level, f"regexp_full_match(trim(c{geo}), '\\d{{3}}\\w*US\\w*') AND {level} NOT IN {wanted}"


def _word(level: str) -> str:
    return _WORDS.get(level, f"summary level {level}")


def _none_left(raw: RawTable, found: str) -> InputError:
    problem = Problem(
        found,
        "baselines are of counties, states or the nation",
        "get the same table for counties (summary level 050)",
        file=raw.file,
        sheet=raw.sheet,
    )
    return InputError(f"{raw.file} cannot be used", [problem])
