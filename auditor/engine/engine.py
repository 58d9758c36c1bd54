"""Build the cells of an audit: DuckDB groups the canonical tables, arrays come out, rows stay where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np

from auditor.cells import Activations, Cells, CellSpec, Days, default_classes, no_activations
from auditor.engine.events import Events
from auditor.engine.ground import Ground, survey
from auditor.engine.rows import Rows
from auditor.records.load import Loaded

_SPANS = ("start", "end")


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
        self.ground = survey(
            self._sql, loaded, exclude, (self._focal, self._reference), self._gates["persons"], self._events
        )
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


def _starts(ground: Ground) -> Activations:
    """Return the programme starts of the audited places as arrays."""
    rows = [(j, entry) for j, place in enumerate(ground.ids) for entry in ground.activations.get(place, ())]
    return Activations(
        np.array([j for j, _ in rows], dtype=np.int64),
        np.array([entry["program"] for _, entry in rows], dtype=object),
        np.array([entry["kind"] for _, entry in rows], dtype=object),
        np.array([entry["date"] or "NaT" for _, entry in rows], dtype="datetime64[D]"),
    )
