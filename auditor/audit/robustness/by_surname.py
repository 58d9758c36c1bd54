"""The same measurement with groups that surname and place make likeliest, beside the one with recorded groups.

Nothing of it enters a test: who is taken to be of which group is an assumption, and stands beside the finding as one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from auditor.audit.written import number, writer
from auditor.baselines import surnames
from auditor.baselines.surnames import GROUPS
from auditor.engine import chances
from auditor.engine.engine import Engine
from auditor.records.load import Loaded
from auditor.signals.signal import Panel, Signal
from auditor.stats.fit import NotConverged

KNOWN = frozenset({"hispanic", "white", "black", "native"})
"""Groups that the surname tables tell apart as the records do."""
_UNKNOWN = "unknown"

Opener = Callable[[duckdb.DuckDBPyConnection], Engine]


@dataclass(frozen=True)
class BySurname:
    """A signal measured again, with groups by surname and place.

    Attributes
    ----------
    panel : Panel
        Over the places whose records hold surnames.
    row : (J,) int array
        Row of each audited place in that panel, -1 where it is not there.
    """

    panel: Panel
    row: NDArray[np.int64]


def surname_engine(loaded: Loaded, groups: frozenset[str], opened: Opener) -> Engine | None:
    """Open a second engine over the same records, in which each person's group is the likeliest by surname and place.

    Parameters
    ----------
    loaded : Loaded
    groups : frozenset of str
        Groups that the audit compares.
    opened : callable
        Opens an engine over a connection.

    Returns
    -------
    Engine or None
        None where no row holds a surname (they are read only where a signal declares that it uses them), where the
        surname tables are not installed, or where they do not know a group that the audit compares.

    Notes
    -----
    The tables of the copy shadow those of the store on a connection of their own. A person whose surname is not in the
    tables is of unknown group. Rows of sources without surnames are left out, so that recorded and estimated groups are
    never added.
    """
    if not groups <= KNOWN or not surnames.available():
        return None
    sql = loaded.store.connection.cursor()
    sql.execute(_PLACES)
    if not sql.execute("SELECT 1 FROM audit_places LIMIT 1").fetchall():
        return None
    chances.fill_groups(sql)
    sql.execute(_EVENTS, [list(GROUPS), _UNKNOWN])
    sql.execute(_COUNTS)
    return opened(sql)


_PLACES = (
    "CREATE TEMP TABLE audit_places AS SELECT row_number() OVER (ORDER BY place) - 1 AS idx, place "
    "FROM (SELECT DISTINCT place FROM main.events WHERE surname IS NOT NULL)"
)
_EVENTS = (
    'CREATE TEMP TABLE events AS SELECT e.* REPLACE (coalesce((?::VARCHAR[])[l.likeliest + 1], ?) AS "group", '
    "'surname' AS group_source) FROM main.events e "
    "LEFT JOIN row_likely l ON l.place = e.place AND l.surname = e.surname "
    "WHERE e.source IN (SELECT source FROM main.events WHERE surname IS NOT NULL)"
)
_COUNTS = (
    'CREATE TEMP TABLE counts AS SELECT c.* REPLACE (e."group" AS "group", \'surname\' AS group_source, e.n AS n) '
    'FROM main.counts c JOIN (SELECT source, counted, "group", '
    "CASE WHEN bool_and(n IS NOT NULL) THEN sum(n)::BIGINT END AS n FROM temp.events GROUP BY ALL) e "
    "ON e.source = c.source AND e.counted = c.row"
)


def measure_by_surname(
    engine: Engine | None,
    signal: Signal,
    panel: Panel,
    options: BaseModel,
    rng: np.random.Generator,
) -> BySurname | None:
    """Measure a signal with groups by surname; None where it compares no groups or cannot speak of them.

    Parameters
    ----------
    engine : Engine or None
        Of :func:`surname_engine`.
    signal : Signal
    panel : Panel
        What it measured with recorded groups.
    options : BaseModel
    rng : numpy.random.Generator
    """
    grouped = any(contrast.group is not None for contrast in panel.contrasts)
    if engine is None or signal.regional or not grouped or not panel.measured.any():
        return None
    if signal.lacks(engine.ground.inventory, options) is not None:
        return None
    try:
        other = signal.measure(engine.cells(signal.view(options)), options, rng)
    except NotConverged:  # nothing of such a fit may be shown
        return None
    position = {place: j for j, place in enumerate(other.places)}
    return BySurname(other, np.array([position.get(place, -1) for place in panel.places], dtype=np.int64))


def surname_fields(
    panel: Panel, found: BySurname | None, j: int, c: int, *, published: bool, small: int
) -> Mapping[str, Any] | None:
    """Return what stands in a finding as ``by_surname``; None where there is nothing to set beside it.

    Nothing is printed where the counts differ from the recorded ones by 1 to ``small`` - 1 people: that number would
    be the people who are recorded otherwise than their names suggest.

    Parameters
    ----------
    panel : Panel
    found : BySurname or None
    j, c : int
        Place and contrast.
    published : bool
        Whether the place's counts are public anyway.
    small : int
        Smallest number of people that may be printed.
    """
    if found is None or found.row[j] < 0:
        return None
    other, row = found.panel, int(found.row[j])
    column = next((i for i, con in enumerate(other.contrasts) if con.key == panel.contrasts[c].key), None)
    if column is None or not other.measured[row, column] or not np.isfinite(other.estimate[row, column]):
        return None
    nothing = {"k": None, "n": None, "value": None, "low": None, "high": None, "suppressed": True}
    if other.hidden is not None and other.hidden[row, column]:
        return nothing
    if not published and _near(panel, j, c, other, row, column, small):
        return nothing
    write = writer(other, row, column)
    values = {name: write(getattr(other, name)[row, column]) for name in ("low", "high")}
    counts = {"k": int(other.k[row, column]), "n": number(other.n[row, column])}
    return {**counts, "value": write(other.estimate[row, column]), **values, "suppressed": False}


def _near(panel: Panel, j: int, c: int, other: Panel, row: int, column: int, small: int) -> bool:
    """Say whether a printed count of the one lies within 1 to small - 1 of that of the other."""
    own = np.array([panel.k[j, c], panel.n[j, c], panel.n[j, c] - panel.k[j, c]])
    theirs = np.array([other.k[row, column], other.n[row, column], other.n[row, column] - other.k[row, column]])
    gap = np.abs(own - theirs)
    return bool(((gap > 0) & (gap < small)).any())
