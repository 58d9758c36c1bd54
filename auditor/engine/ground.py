"""What the cells of every signal share: the places, when and how each recorded, and what of it is public."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from auditor.cells import Coverage, Inventory, Leftover, Table
from auditor.domain.place_classes import class_of
from auditor.engine import masks, spans
from auditor.engine.events import Events
from auditor.engine.held import inventory
from auditor.engine.identity import UNDECLARED, declared_places, name_of, regional, state_of
from auditor.engine.leftover import bare_sources, leftovers, telling_sources
from auditor.engine.months import Runs, recorded_months
from auditor.engine.population import baseline_populations
from auditor.records.load import Loaded


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
    telling : frozenset of int
        Sources of which the number of rows does.
    bare : frozenset of int
        Those of which the share of people without a group would.
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
    telling: frozenset[int] = frozenset()
    bare: frozenset[int] = frozenset()


def survey(
    sql: duckdb.DuckDBPyConnection,
    loaded: Loaded,
    exclude: Collection[str],
    groups: tuple[tuple[str, ...], str],
    persons: float,
    events: Events,
) -> Ground:
    """Look over the canonical tables once.

    The temporary tables ``audit_places`` and ``audit_regions``, which number the places, stand afterwards.

    Parameters
    ----------
    sql : DuckDBPyConnection
    loaded : Loaded
    exclude : collection of str
        Places left out of everything.
    groups : tuple
        Focal groups and the reference group.
    persons : float
        Counts below it, and above nothing, are not for publication.
    events : Events
        Asked, once the places are numbered, which columns their rows hold.
    """
    present = {row[0] for row in sql.execute("SELECT DISTINCT place FROM counts").fetchall()} - set(exclude)
    declared = declared_places(sql)
    parents = {row[2] for place, row in declared.items() if place in present and row[2]}
    regions = regional(present) | (parents & present)
    ids, region_ids = tuple(sorted(present - regions)), tuple(sorted(regions))
    _number(sql, "audit_places", ids)
    _number(sql, "audit_regions", region_ids)
    complete = [i for i, source in enumerate(loaded.sources) if source.persons]
    population, baselines = baseline_populations(sql, loaded, ids)
    published = masks.published(sql, "audit_places", len(ids))
    states = tuple(state_of(place, declared) for place in ids)
    activations = spans.programme_starts(sql)
    asked = (*groups, persons, complete)
    leftover = leftovers(sql, published, *asked)
    return Ground(
        ids=ids,
        names=tuple(name_of(place, declared, loaded.names) for place in ids),
        states=states,
        kinds=tuple(
            class_of(place, declared.get(place, UNDECLARED)[3], state) for place, state in zip(ids, states, strict=True)
        ),
        parents=tuple(declared.get(place, UNDECLARED)[2] for place in ids),
        region_ids=region_ids,
        windows=spans.recorded_windows(sql, len(ids)),
        months=recorded_months(sql, complete),
        published=published,
        published_regions=masks.published(sql, "audit_regions", len(region_ids)),
        simulated=masks.simulated(sql, len(ids), [i for i, source in enumerate(loaded.sources) if source.simulated]),
        tainted=masks.tainted(sql, len(ids), persons),
        inventory=inventory(sql, ids, population, groups[0], activations, events.held()),
        population=population,
        baselines=baselines,
        region_names={place: name_of(place, declared, loaded.names) for place in (*declared, *region_ids)},
        activations=activations,
        agencies=spans.named_agencies(sql),
        coverage=spans.coverages(sql, len(ids), complete),
        leftover=leftover,
        telling=telling_sources(sql, leftover, *asked),
        bare=bare_sources(sql, persons),
    )


def _number(sql: duckdb.DuckDBPyConnection, name: str, ids: Sequence[str]) -> None:
    sql.execute(f"CREATE OR REPLACE TEMP TABLE {name} (idx BIGINT, place VARCHAR)")
    if ids:
        sql.execute(
            f"INSERT INTO {name} SELECT unnest(?::BIGINT[]), unnest(?::VARCHAR[])",
            [list(range(len(ids))), list(ids)],
        )
