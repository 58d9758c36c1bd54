"""Many events of one place that bear one date: entered together, or one operation, and no change over time by itself.

Of the detainers of one state prison nearly all were dated on one day of 2026. A series of such dates shows when
somebody worked through a list, not when people came.
"""

from __future__ import annotations

from math import lgamma, log

from auditor.records.day_notes import day_rows, extent
from auditor.records.private import LEAST
from auditor.records.sheet import Row, Sheet, quote

_FEWEST, _SHARE, _CHANCE = 5, 0.5, 1e-3
"""A batch has at least five rows, half of its unit's, and more than chance would put on any one day of the file."""

_NAMED = 5
_UNITS = {"facility": "facilities", "agency": "agencies", "place": "places"}


def note_batches(sheet: Sheet) -> None:
    """Note where half or more of the rows of a facility (else agency, else place) bear one date.

    Parameters
    ----------
    sheet : Sheet
        Typed, with its rows set aside. Only units with at least eleven such rows are named, unless the source is
        published.
    """
    unit = next(name for name in _UNITS if name == "place" or name in sheet.columns)
    span, units = _busiest(sheet, unit)
    found = [row for row in units if _unlikely(row[1], row[2], span)]
    if not found:
        return
    named = [row for row in found if row[1] >= LEAST or sheet.spec.published]
    shown = "".join(f"{sheet.shown(unit, row[0])} on {row[3].isoformat()}; " for row in named[:_NAMED])
    words = unit if len(found) == 1 else _UNITS[unit]
    sheet.note(
        f"batches: at {len(found):,} {words} half or more of the rows bear one date ({shown}first in row "
        f"{min(row[4] for row in found):,}): entered together, or one operation, and no change over time by itself"
    )


def _busiest(sheet: Sheet, unit: str) -> tuple[int, list[Row]]:
    """Return the days from the first to the last, and of each unit its rows on the busiest day, all, day, first row."""
    first, last, _ = extent(sheet)
    if first is None or (sheet.together and unit != "facility" and not _crowded(sheet, unit)):
        return 0, []
    text = f"nullif(trim({sheet.text(unit)}), '')" if unit == "facility" else f"t.{quote(unit)}"
    join = f"JOIN {quote(sheet.raw.table)} r USING (_row)" if unit == "facility" else ""
    rows = sheet.sql(
        f"WITH d AS (SELECT {text} AS unit, t.start AS day, count(*) AS k, min(t._row) AS first "  # noqa: S608
        f"FROM {day_rows(sheet)} t {join} "
        "GROUP BY 1, 2) SELECT unit, max(k), sum(k)::BIGINT, min(day) FILTER (top), min(first) FILTER (top) FROM "
        "(SELECT *, k = max(k) OVER (PARTITION BY unit) AS top FROM d WHERE unit IS NOT NULL) GROUP BY 1 "
        f"HAVING max(k) >= {_FEWEST} AND max(k) >= {_SHARE} * sum(k) ORDER BY 2 DESC, 1"
    )
    return (last - first).days + 1, rows


def _crowded(sheet: Sheet, unit: str) -> bool:
    """Tell whether half of the rows of some unit lie within one month: else no day can hold them."""
    found = sheet.sql(
        f"WITH m AS (SELECT {quote(unit)} AS unit, start, sum(file_rows) AS k FROM {sheet.typed} "  # noqa: S608
        f"WHERE aside IS NULL AND {quote(unit)} IS NOT NULL GROUP BY ALL) SELECT 1 FROM m GROUP BY unit "
        f"HAVING max(k) >= {_FEWEST} AND max(k) >= {_SHARE} * sum(k) LIMIT 1"
    )
    return bool(found)


def _unlikely(top: int, rows: int, span: int) -> bool:
    """Tell whether so many rows would share a day once in a thousand times at most, were all days alike.

    The bound is that of Boole: days times the binomial coefficient times the chance of one set of rows.
    """
    chosen = lgamma(rows + 1) - lgamma(top + 1) - lgamma(rows - top + 1)
    return span > 1 and chosen + (1 - top) * log(span) < log(_CHANCE)
