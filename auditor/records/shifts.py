"""Sudden steps in monthly figures: a new record system, a new rule, or a place that stopped reporting.

The rule looks at counts only and tests nothing: twelve months on either side, each side's median, and a factor of
three between them. It is a note for a person who knows the place, never a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.domain.vocabulary import NATION
from auditor.records.sheet import Sheet, times

if TYPE_CHECKING:
    from auditor.records.store import Store

MONTHS = 12
FACTOR = 3
FEWEST = 10
"""The larger median must be at least this: small figures move by such factors by chance."""

_SHOWN = 8

# Half of the months on a side lie at or above its median, and half at or below it: a series whose sixth largest figure
# is not three times its sixth smallest holds no step, and most are done with there.
_STEPS = f"""
WITH m AS (
    SELECT source, place, event, start, sum(n) AS n FROM counts
    WHERE period_kind = 'month' AND place <> '{NATION}' AND cumulative IS NOT TRUE
    GROUP BY ALL HAVING bool_and(n IS NOT NULL)
), c AS (
    SELECT source, place, event, list_last(min(n, {MONTHS // 2})) AS small, list_last(max(n, {MONTHS // 2})) AS large
    FROM m GROUP BY ALL HAVING count(*) >= {2 * MONTHS} AND large >= {FEWEST} AND large > {FACTOR} * small
), w AS (
    SELECT *, median(n) OVER before AS low, median(n) OVER after AS high, count(*) OVER before AS past,
           count(*) OVER after AS coming, avg(n) OVER before AS mean_low, avg(n) OVER after AS mean_high
    FROM m SEMI JOIN c USING (source, place, event)
    WINDOW before AS (PARTITION BY source, place, event ORDER BY start ROWS BETWEEN {MONTHS} PRECEDING
           AND 1 PRECEDING), after AS (PARTITION BY source, place, event ORDER BY start ROWS BETWEEN CURRENT ROW
           AND {MONTHS - 1} FOLLOWING)
), s AS (
    SELECT *, abs(ln((mean_high + 0.5) / (mean_low + 0.5))) AS size FROM w
    WHERE past = {MONTHS} AND coming = {MONTHS} AND greatest(low, high) >= {FEWEST}
      AND (high > {FACTOR} * low OR low > {FACTOR} * high)
)
SELECT source, event, place, strftime(arg_max(start, (size, start)), '%Y-%m'), arg_max(high > low, (size, start))
FROM s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608


def note_steps(sheets: Sequence[Sheet], store: Store) -> None:
    """Note, for each source and event, the places whose monthly figures step up or down by more than a factor of three.

    Parameters
    ----------
    sheets : sequence of Sheet
        Their ledgers take the notes.
    store : Store
        Holds ``counts``.
    """
    found: dict[tuple[int, str], list[str]] = {}
    for source, event, place, month, up in store.connection.execute(_STEPS).fetchall():
        found.setdefault((source, event), []).append(f"{place} {'up' if up else 'down'} in {month}")
    for (source, event), steps in found.items():
        more = f" and {len(steps) - _SHOWN:,} more" if len(steps) > _SHOWN else ""
        sheets[source].note(
            f"{event}: in {times(len(steps), 'place')} the monthly figures step by more than a factor of {FACTOR} "
            f"({', '.join(steps[:_SHOWN])}{more}): ask whether records or rules changed; a step says nothing of why"
        )
