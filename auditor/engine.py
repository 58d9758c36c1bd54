"""Build the cells of an audit: DuckDB groups the canonical tables, arrays come out, rows stay where they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from auditor.cells import (
    Activations,
    Cells,
    CellSpec,
    Coverage,
    Days,
    Inventory,
    Leftover,
    Table,
    default_classes,
    no_activations,
)
from auditor.domain.periods import months_between
from auditor.domain.place_classes import class_of
from auditor.domain.place_codes import agency_state
from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import NATION
from auditor.engine_events import Events
from auditor.engine_leftover import leftovers
from auditor.engine_months import Runs, recorded_months
from auditor.engine_population import baseline_populations
from auditor.engine_rows import Rows
from auditor.records.load import Loaded

_SPANS = ("start", "end")
_UNDECLARED = ("", "", "", "")


@dataclass(frozen=True)
class Ground:
    """What the cells of every signal share.

    Attributes
    ----------
    ids, names, states, parents : tuple of str
        Audited places, sorted by id.
    kinds : tuple of str
        Class of each (:mod:`auditor.domain.place_classes`).
    region_ids : tuple of str
        Nation and states whose rows are baselines.
    windows : mapping
        Event to (first days, last days) by place.
    months : mapping
        Position of the place to event to the stretches of months of which rows speak.
    published, simulated : tuple of bool
        Whether every count of the place is already public; whether any was drawn by a computer.
    published_regions : tuple of bool
        Whether every count of the region's own rows is already public.
    tainted : tuple of bool
        Whether a small unpublished part is added to public counts.
    inventory : Inventory
    population : Table
    baselines : mapping
        Universe to the label that says where its numbers come from and of which year.
    region_names : mapping
        Display names of regions and of every declared place.
    activations : mapping
        Programme starts by place.
    agencies : mapping
        Agencies that the counts name, by place.
    coverage : mapping of str to Coverage
        How each event was recorded in each place.
    leftover : mapping of str to Leftover
        Where a total over all groups gives a small count away.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    states: tuple[str, ...]
    kinds: tuple[str, ...]
    parents: tuple[str, ...]
    region_ids: tuple[str, ...]
    windows: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    months: Mapping[int, Mapping[str, Runs]]
    published: tuple[bool, ...]
    published_regions: tuple[bool, ...]
    simulated: tuple[bool, ...]
    tainted: tuple[bool, ...]
    inventory: Inventory
    population: Table
    baselines: Mapping[str, str]
    region_names: Mapping[str, str]
    activations: Mapping[str, tuple[Mapping[str, str], ...]]
    agencies: Mapping[str, tuple[str, ...]]
    coverage: Mapping[str, Coverage]
    leftover: Mapping[str, Leftover]


class Engine:
    """Counts once what the signals ask for.

    Parameters
    ----------
    loaded : Loaded
        The canonical tables.
    focal_groups : sequence of str
    reference_group : str
    exclude : sequence of str
        Places left out of everything.
    gates : mapping
        Gates of the protocol on sample size.
    order : sequence of str
        Population universes in the protocol's order of preference.
    classes : mapping, optional
        Side of each offence class; by default those of the protocol as shipped.
    sql : DuckDBPyConnection, optional
        Connection over the same store whose temporary tables stand before the store's own.
    """

    def __init__(
        self,
        loaded: Loaded,
        focal_groups: Sequence[str],
        reference_group: str,
        exclude: Sequence[str] = (),
        gates: Mapping[str, float] | None = None,
        order: Sequence[str] = (),
        classes: Mapping[str, str] | None = None,
        sql: duckdb.DuckDBPyConnection | None = None,
    ) -> None:
        self._sql = loaded.store.connection if sql is None else sql
        self._events = Events(self._sql)
        self._complete = [i for i, source in enumerate(loaded.sources) if source.persons]
        self._focal, self._reference = tuple(focal_groups), reference_group
        self._order = tuple(order)
        self._classes = dict(classes or default_classes())
        self._gates = dict(gates or {"expected": 5.0, "persons": 11.0})
        self.ground = self._survey(loaded, set(exclude))
        self._rows = Rows(self._sql, self._complete)

    def cells(self, spec: CellSpec, window: tuple[Days, Days] | None = None) -> Cells:
        """Return the cells that one signal sees.

        Parameters
        ----------
        spec : CellSpec
        window : pair of (J,) day arrays, optional
            First and last day of each place (NaT: nothing of that place). Only rows that lie within it are counted; a
            row that straddles an end belongs to no part. Rows of regions are baselines and are not cut.
        """
        ground = self.ground
        if window is not None:
            self._open(window)
        return Cells(
            ids=ground.ids,
            names=ground.names,
            states=ground.states,
            parents=ground.parents,
            counts=self._rows.table("idx", spec.keys, spec.events, cut=window is not None),
            population=ground.population,
            region_ids=ground.region_ids,
            regions=self._rows.table("region", tuple(dict.fromkeys((*spec.keys, *_SPANS))), spec.events),
            focal_groups=self._focal,
            reference_group=self._reference,
            windows=ground.windows,
            baselines=ground.baselines,
            published=ground.published,
            simulated=ground.simulated,
            tainted=ground.tainted,
            order=self._order,
            gates=self._gates,
            classes=self._classes,
            activations=_starts(ground) if spec.activations else no_activations(),
            coverage=ground.coverage,
            published_regions=ground.published_regions,
            kinds=ground.kinds,
            leftover=ground.leftover,
            rows=None if spec.rows is None else self._events.table(spec.rows, cut=window is not None),
        )

    def officers(self) -> dict[int, tuple[str, str]]:
        """Return the agency ("" where none is recorded) and the identifier behind each ``officer_code``.

        Identifiers leave the store here and nowhere else: for the private key that a user asks for.
        """
        return self._events.officers()

    def _survey(self, loaded: Loaded, exclude: set[str]) -> Ground:
        present = {row[0] for row in self._sql.execute("SELECT DISTINCT place FROM counts").fetchall()} - exclude
        declared = {
            row[0]: row[1:]
            for row in self._sql.execute(
                "SELECT place, coalesce(any_value(name), ''), coalesce(any_value(state), ''), "
                "coalesce(any_value(parent), ''), coalesce(any_value(kind), '') FROM places GROUP BY place"
            ).fetchall()
        }
        parents = {row[2] for place, row in declared.items() if place in present and row[2]}
        regions = _regional(present) | (parents & present)
        ids = tuple(sorted(present - regions))
        region_ids = tuple(sorted(regions))
        self._index("audit_places", ids)
        self._index("audit_regions", region_ids)
        names = tuple(_name(place, declared, loaded.names) for place in ids)
        population, baselines = baseline_populations(self._sql, loaded, ids)
        published = self._published("audit_places", len(ids))
        return Ground(
            ids=ids,
            names=names,
            states=tuple(_state(place, declared) for place in ids),
            kinds=tuple(class_of(place, declared.get(place, _UNDECLARED)[3], _state(place, declared)) for place in ids),
            parents=tuple(declared.get(place, _UNDECLARED)[2] for place in ids),
            region_ids=region_ids,
            windows=self._windows(ids),
            months=recorded_months(self._sql, self._complete),
            published=published,
            published_regions=self._published("audit_regions", len(region_ids)),
            simulated=self._simulated(ids, loaded),
            tainted=self._tainted(ids),
            inventory=self._inventory(ids, population),
            population=population,
            baselines=baselines,
            region_names={place: _name(place, declared, loaded.names) for place in (*declared, *region_ids)},
            activations=self._activations(),
            agencies=self._agencies(),
            coverage=self._coverage(ids),
            leftover=leftovers(
                self._sql, published, self._focal, self._reference, self._gates["persons"], self._complete
            ),
        )

    def _index(self, name: str, ids: Sequence[str]) -> None:
        self._sql.execute(f"CREATE OR REPLACE TEMP TABLE {name} (idx BIGINT, place VARCHAR)")
        if ids:
            self._sql.execute(
                f"INSERT INTO {name} SELECT unnest(?::BIGINT[]), unnest(?::VARCHAR[])",
                [list(range(len(ids))), list(ids)],
            )

    def _open(self, window: tuple[Days, Days]) -> None:
        """Lay down the days of each place that are to be counted."""
        self._sql.execute("CREATE OR REPLACE TEMP TABLE audit_window (idx BIGINT, first DATE, last DATE)")
        known = np.flatnonzero(~(np.isnat(window[0]) | np.isnat(window[1])))
        if len(known):
            days = (np.datetime_as_string(ends[known].astype("datetime64[D]")).tolist() for ends in window)
            self._sql.execute(
                "INSERT INTO audit_window "
                "SELECT unnest(?::BIGINT[]), unnest(?::VARCHAR[])::DATE, unnest(?::VARCHAR[])::DATE",
                [known.tolist(), *days],
            )

    def _tainted(self, ids: Sequence[str]) -> tuple[bool, ...]:
        """Places where an unpublished count of 1 to 10 is added to public ones: the sum would give it away.

        Not only cells count but every sum of them that a signal may print: by group, by class, by level.
        """
        rows = self._sql.execute(
            'SELECT DISTINCT i.idx FROM (SELECT place, event, "group", offence, level, '
            "sum(n) FILTER (NOT coalesce(published, false)) AS own FROM counts GROUP BY GROUPING SETS ("
            '(place, event), (place, event, "group"), (place, event, offence), (place, event, level), '
            '(place, event, "group", offence), (place, event, "group", offence, level))) t '
            "JOIN (SELECT DISTINCT place, event FROM counts WHERE published) p "
            "ON p.place = t.place AND p.event = t.event JOIN audit_places i ON i.place = t.place "
            "WHERE own > 0 AND own < ?",
            [self._gates["persons"]],
        ).fetchall()
        marked = {row[0] for row in rows}
        return tuple(i in marked for i in range(len(ids)))

    def _windows(self, ids: Sequence[str]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        rows = self._sql.execute(
            'SELECT i.idx, c.event, CAST(min(c.start) AS VARCHAR), CAST(max(c."end") AS VARCHAR) '
            "FROM counts c JOIN audit_places i ON i.place = c.place GROUP BY 1, 2 ORDER BY 2, 1"
        ).fetchall()
        windows: dict[str, tuple[list[str], list[str]]] = {}
        for idx, event, first, last in rows:
            lists = windows.setdefault(event, ([""] * len(ids), [""] * len(ids)))
            lists[0][idx], lists[1][idx] = first or "", last or ""
        return {event: (tuple(first), tuple(last)) for event, (first, last) in windows.items()}

    def _published(self, table: str, size: int) -> tuple[bool, ...]:
        rows = self._sql.execute(
            "SELECT i.idx, bool_and(coalesce(c.published, false)) FROM counts c "  # noqa: S608
            f"JOIN {table} i ON i.place = c.place GROUP BY 1"
        ).fetchall()
        known = dict(rows)
        return tuple(bool(known.get(i, False)) for i in range(size))

    def _simulated(self, ids: Sequence[str], loaded: Loaded) -> tuple[bool, ...]:
        drawn = [i for i, source in enumerate(loaded.sources) if source.simulated]
        rows = self._sql.execute(
            "SELECT DISTINCT i.idx FROM counts c JOIN audit_places i ON i.place = c.place "
            "WHERE list_contains(?::BIGINT[], c.source)",
            [drawn],
        ).fetchall()
        marked = {row[0] for row in rows}
        return tuple(i in marked for i in range(len(ids)))

    def _activations(self) -> dict[str, tuple[Mapping[str, str], ...]]:
        rows = self._sql.execute(
            "SELECT DISTINCT place, coalesce(program, ''), coalesce(kind, ''), coalesce(CAST(date AS VARCHAR), ''), "
            "coalesce(agency, '') FROM activations ORDER BY 1, 4, 2, 3, 5"
        ).fetchall()
        found: dict[str, tuple[Mapping[str, str], ...]] = {}
        for place, program, kind, day, agency in rows:
            entry = {"program": program, "kind": kind, "date": day, "agency": agency}
            found[place] = (*found.get(place, ()), entry)
        return found

    def _agencies(self) -> dict[str, tuple[str, ...]]:
        rows = self._sql.execute(
            "SELECT place, list_sort(list(DISTINCT agency)) FROM counts WHERE agency IS NOT NULL GROUP BY 1 ORDER BY 1"
        ).fetchall()
        return {place: tuple(agencies) for place, agencies in rows}

    def _coverage(self, ids: Sequence[str]) -> dict[str, Coverage]:
        rows = self._sql.execute(
            "SELECT i.idx, c.event, NOT bool_and(list_contains(?::BIGINT[], c.source)), avg((c.n IS NULL)::INTEGER), "
            "any_value(s.days) FROM counts c JOIN audit_places i ON i.place = c.place JOIN ("
            "SELECT place, event, sum(date_diff('day', start, \"end\") + 1) AS days "
            'FROM (SELECT DISTINCT place, event, start, "end" FROM counts) GROUP BY 1, 2) s '
            "ON s.place = c.place AND s.event = c.event GROUP BY 1, 2 ORDER BY 2, 1",
            [self._complete],
        ).fetchall()
        found: dict[str, Coverage] = {}
        for idx, event, aggregate, suppressed, days in rows:
            if event not in found:
                size = len(ids)
                found[event] = Coverage(np.ones(size, dtype=bool), np.zeros(size), np.zeros(size, dtype=np.int64))
            found[event].aggregate[idx], found[event].suppressed[idx] = aggregate, suppressed
            found[event].days[idx] = int(days or 0)
        return found

    def _inventory(self, ids: Sequence[str], population: Table) -> Inventory:
        def distinct(column: str, extra: str = "") -> frozenset[str]:
            query = f'SELECT DISTINCT c."{column}" FROM counts c JOIN audit_places i ON i.place = c.place {extra}'  # noqa: S608
            return frozenset(str(row[0]) for row in self._sql.execute(query).fetchall() if row[0])

        span = self._sql.execute(
            'SELECT min(c.start), max(c."end") FROM counts c JOIN audit_places i ON i.place = c.place'
        ).fetchone()
        months = months_between(span[0], span[1]) if span and span[0] and span[1] else 0
        return Inventory(
            events=distinct("event"),
            groups=distinct("group"),
            universes=frozenset(population.levels("universe")),
            levels=distinct("level"),
            offences=distinct("offence"),
            events_with_group=distinct("event", 'WHERE c."group" IS NOT NULL AND c."group" <> \'unknown\''),
            events_with_level=distinct("event", "WHERE c.level IS NOT NULL AND c.level <> 'unknown'"),
            places=len(ids),
            months=months,
            focal_groups=self._focal,
            events_with_offence=distinct(
                "event", 'WHERE c.offence IS NOT NULL AND c."group" IS NOT NULL AND c."group" <> \'unknown\''
            ),
            activated=len(set(ids) & set(self._activations())),
            row_columns=self._events.held(),
            operated=self._operated(),
        )

    def _operated(self) -> int:
        row = self._sql.execute(
            "SELECT count(DISTINCT o.place) FROM operations o JOIN audit_places i ON i.place = o.place"
        ).fetchone()
        return int(row[0]) if row else 0


def _regional(present: Iterable[str]) -> set[str]:
    """Return the nation, and every state of which the sources hold smaller places too."""
    present = set(present)
    states = {place for place in present if len(place) == 2 and place.isdigit()}
    within = {place[:2] for place in present if len(place) == 5 and place.isdigit()}
    return ({NATION} & present) | (states & within)


def _name(place: str, declared: Mapping[str, tuple[str, str, str, str]], given: Mapping[str, str]) -> str:
    if declared.get(place, _UNDECLARED)[0]:
        return str(declared[place][0])
    known = gazetteer().place(place)
    return known.name if known is not None else given.get(place, place)


def _state(place: str, declared: Mapping[str, tuple[str, str, str, str]]) -> str:
    if place.isdigit() and len(place) in (2, 5):
        return place[:2]
    stated = declared.get(place, _UNDECLARED)[1]
    known = gazetteer().state(stated) if stated else None
    if known is not None:
        return known.id
    return "" if place.startswith("local:") else agency_state(place) or ""


def _starts(ground: Ground) -> Activations:
    """Return the programme starts of the audited places as arrays."""
    rows = [(j, entry) for j, place in enumerate(ground.ids) for entry in ground.activations.get(place, ())]
    return Activations(
        np.array([j for j, _ in rows], dtype=np.int64),
        np.array([entry["program"] for _, entry in rows], dtype=object),
        np.array([entry["kind"] for _, entry in rows], dtype=object),
        np.array([entry["date"] or "NaT" for _, entry in rows], dtype="datetime64[D]"),
    )
