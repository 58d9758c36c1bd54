"""Jails, prisons and rooms of ICE: one row is a facility, with the county that the table gives it.

The table serves to place records that bear only a facility. Its counties are not taken on trust: see
:mod:`auditor.records.facility_place`. The layout of ICE's own list (``detloc`` ...) is read by its names.
"""

from __future__ import annotations

from collections import Counter

from auditor.domain.facilities import APART, LOCAL
from auditor.domain.places import gazetteer
from auditor.records import canonical
from auditor.records.adapter import Adapter
from auditor.records.columns import Column
from auditor.records.directory import add_facilities, directory
from auditor.records.facility_place import BY_NAME, Settled
from auditor.records.sheet import QUARANTINED, SHOWN, Row, Sheet, literal, quote
from auditor.records.typed import build

COLUMNS = (
    Column("facility", "text", ("detloc", "facility_code", "detention_facility_code", "code")),
    Column("name", "text", ("facility_name", "detention_facility", "det_facility")),
    Column("city", "text", ("facility_city",)),
    Column("county", "text", ("county_name", "place", "fips", "county_fips")),
    Column("state", "state", ("facility_state", "state_abbr", "state_name")),
    Column("kind", "text", ("type", "facility_type")),
    Column("detail", "text", ("type_detailed", "type_detail")),
    Column("area", "text", ("aor", "facility_aor", "area_of_responsibility")),
)


def load(sheet: Sheet) -> None:
    """Write a sheet of facilities into ``facilities``, each with its county or kind where that is certain."""
    build(sheet, COLUMNS)
    sheet.run(
        f"UPDATE {sheet.typed} SET aside = '{QUARANTINED}neither a code nor a name' "  # noqa: S608
        "WHERE aside IS NULL AND facility IS NULL AND name IS NULL"
    )
    canonical.post(sheet)
    rows = sheet.sql(
        "SELECT t._row, coalesce(t.facility, ''), coalesce(t.name, ''), "  # noqa: S608
        f"coalesce({sheet.text('state')}, {literal(sheet.spec.state)}), coalesce(t.city, ''), coalesce(t.county, ''), "
        f"concat_ws(' / ', t.kind, t.detail), coalesce(t.area, '') FROM {sheet.typed} t "
        f"JOIN {quote(sheet.raw.table)} r USING (_row) WHERE t.aside IS NULL ORDER BY t._row"
    )
    written: list[tuple[str, ...]] = [(*row[1:3], _state(row[3]), *row[4:]) for row in rows]
    known = directory(sheet.store)
    settled = [known.settle(facility) for _, facility in add_facilities(known, written)]
    _insert(sheet, rows, written, settled)
    _note(sheet, written, settled)


def _state(text: str) -> str:
    """Return the code of a state; ND is North Dakota here, and never "no data"."""
    found = gazetteer().state(text)
    return found.id if found is not None else ""


def _insert(sheet: Sheet, rows: list[Row], written: list[tuple[str, ...]], settled: list[Settled]) -> None:
    lines = [
        (row[0], *(value or None for value in fields), found.kind or None, found.place or None, _why(found))
        for row, fields, found in zip(rows, written, settled, strict=True)
    ]
    names = ("code", "name", "state", "city", "county", "types", "area", "kind", "place", "rule")
    columns = "_row BIGINT, " + ", ".join(f"{name} VARCHAR" for name in names)
    table = sheet.mapping("facilities", columns, lines)
    canonical.insert(sheet, "facilities", {name: name for name in names}, f"SELECT * FROM {table}")  # noqa: S608


def _why(found: Settled) -> str:
    return "; ".join(text for text in (found.rule, found.why) if text)


def _note(sheet: Sheet, written: list[tuple[str, ...]], settled: list[Settled]) -> None:
    """Say how many facilities are whose, and where the table contradicts itself."""
    placed = [found for found in settled if found.place]
    by_name = sum(found.rule == BY_NAME for found in placed)
    apart = Counter(found.kind for found in settled if found.kind in APART)
    doubtful = sum(found.open for found in settled)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(apart.items())) or "none"
    sheet.note(
        f"facilities: {len(settled):,}, of them {len(placed):,} of a county ({by_name:,} "
        f"by the county that the name states, {len(placed) - by_name:,} by the table's county that something else "
        f"confirms); no county's: {kinds}; {doubtful:,} in doubt, which place nothing until somebody decides"
    )
    wrong = [
        f"{fields[1]} ({found.why})"
        for fields, found in zip(written, settled, strict=True)
        if found.kind == LOCAL and found.rule == BY_NAME and found.why
    ]
    if wrong:
        more = f"; and {len(wrong) - SHOWN:,} more" if len(wrong) > SHOWN else ""
        sheet.note(f"placed by the county in the name against the table's own: {'; '.join(wrong[:SHOWN])}{more}")
    codes = Counter(fields[0].casefold() for fields in written if fields[0])
    twice = sorted(code for code, count in codes.items() if count > 1)
    if twice:
        sheet.note(f"codes given to more than one facility, used only where they agree: {', '.join(twice[:SHOWN])}")


ADAPTER = Adapter(
    name="facilities",
    columns=COLUMNS,
    required=(("facility", "name"), ("state",)),
    recognise=lambda names: False,  # by its signatures: a facility's name and county look like those of any place
    load=load,
    signatures=(frozenset({"detloc", "county", "state"}), frozenset({"facility", "county", "state", "kind"})),
    sample=(
        "facility,name,city,county,state,kind\n"
        "YORCOPA,YORK COUNTY PRISON,YORK,YORK,PA,local\n"
        "BOPCAA,USP CANAAN,WAYMART,WAYNE,PA,federal-prison\n"
    ),
)
