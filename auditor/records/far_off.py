"""Coordinates that lie far from the county of their row: the mark of rows that are another agency's, or misplaced."""

from __future__ import annotations

from auditor.domain.locations import locate
from auditor.records import placing
from auditor.records.absent import cut
from auditor.records.canonical import examples
from auditor.records.sheet import Row, Sheet, quote

FAR = 400.0
"""Kilometres from the middle of a county: more than any county reaches outside Alaska, whose rows are not looked at."""
_EARTH = 6371.0
_SHOWN = 5
_KEYS = ("place", "name", "state")
_HALF = (
    "power(sin(radians(lat - y) / 2), 2) + cos(radians(lat)) * cos(radians(y)) * power(sin(radians(lon - x) / 2), 2)"
)
_FAR_ROWS = (
    "SELECT DISTINCT _row FROM (SELECT r._row, {lat} AS lat, {lon} AS lon, m.y, m.x FROM {raw} r "  # noqa: S608
    "JOIN {places} p ON {same} JOIN {middles} m ON m.code = p.id) "
    "WHERE abs(lat) <= 90 AND abs(lon) <= 180 AND lat <> 0 AND lon <> 0 "
    f"AND {2 * _EARTH} * asin(sqrt(least(1, {_HALF}))) > {FAR} ORDER BY 1 LIMIT {_SHOWN + 1}"
)


def note_far_off(sheet: Sheet) -> None:
    """Note rows whose coordinates lie further from the middle of their county than any county reaches.

    Great-circle distance by the haversine formula. Nothing is set aside: which of the two is wrong, the row does not
    say. Only the numbers of rows are told, since places of single events may point to people.
    """
    if not {"latitude", "longitude"} <= {*sheet.columns.positions}:
        return
    table = quote(f"map_{sheet.index}_place")
    middles: list[Row] = []
    for (place,) in sheet.sql(f"SELECT DISTINCT id FROM {table} WHERE length(id) = 5 AND aside IS NULL"):  # noqa: S608
        middle = None if place.startswith("02") else locate(place)
        if middle is not None:
            middles.append((place, middle.latitude, middle.longitude))
    if not middles:
        return
    rows = sheet.sql(_FAR_ROWS.format(
        lat=f"TRY_CAST({cut(sheet.text('latitude'))} AS DOUBLE)",
        lon=f"TRY_CAST({cut(sheet.text('longitude'))} AS DOUBLE)",
        raw=quote(sheet.raw.table),
        places=table,
        same=" AND ".join(f"p.{name} = {text}" for name, text in zip(_KEYS, placing.keys(sheet), strict=True)),
        middles=sheet.mapping("middles", "code VARCHAR, y DOUBLE, x DOUBLE", middles),
    ))  # fmt: skip
    if rows:
        first = examples([row[0] for row in rows[:_SHOWN]], len(rows))
        sheet.note(
            f"coordinates more than {FAR:.0f} km from the middle of the county of their row (rows {first}): one of the "
            "two is wrong; the county counts"
        )
