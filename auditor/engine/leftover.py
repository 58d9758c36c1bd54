"""What is left of the events of all groups when the groups that are compared are taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, combinations

import numpy as np
from duckdb import DuckDBPyConnection

from auditor.cells import Bools, Floats, Leftover

# Of persons listed one by one, no group is a group that was not recorded; of counts, it is a total beside its parts.
_SUMS = (
    "SELECT i.idx, c.event, coalesce(c.group_source, ''), coalesce(c.\"group\", 'unknown'), sum(c.n) FROM counts c "
    'JOIN audit_places i ON i.place = c.place WHERE c."group" IS NOT NULL OR list_contains(?::BIGINT[], c.source) '
    "GROUP BY ALL ORDER BY 2, 3, 1, 4"
)

_OF_SOURCE = (
    "SELECT i.idx, c.event, coalesce(c.\"group\", 'unknown'), sum(c.n) FROM counts c "
    "JOIN audit_places i ON i.place = c.place WHERE c.source = ? GROUP BY ALL"
)


def leftovers(
    sql: DuckDBPyConnection,
    published: Sequence[bool],
    focal: Sequence[str],
    reference: str,
    least: float,
    persons: Sequence[int] = (),
) -> dict[str, Leftover]:
    """Find where a total over all groups would give a small count of the other groups away.

    A finding of two groups prints both of them; whoever has the events of all groups, too, has those of the others.

    Parameters
    ----------
    sql : DuckDBPyConnection
        With the canonical tables, and the audited places by number in ``audit_places``.
    published : sequence of bool, length J
        Whether every count of the place is already public.
    focal, reference
        The groups that are compared.
    least : float
        The smallest count that may be printed.
    persons : sequence of int
        Sources that list persons one by one.

    Returns
    -------
    dict
        By event.
    """
    sums: dict[tuple[str, str], dict[str, Floats]] = {}
    unknown: dict[str, Floats] = {}
    for idx, event, source, group, n in sql.execute(_SUMS, [list(persons)]).fetchall():
        # A group that is not recorded has no way of being known: it stands beside the groups of every way.
        held = unknown if group == "unknown" else sums.setdefault((event, source), {})
        held.setdefault(event if group == "unknown" else group, np.zeros(len(published)))[idx] += float(n or 0)
    own = ~np.array(published, dtype=bool)
    found: dict[str, Leftover] = {}
    for (event, _), groups in sums.items():
        whole, named = (small & own for small in _small(groups, unknown.get(event), focal, reference, least))
        earlier = found.get(event, Leftover(~own & own, ~own & own))
        found[event] = Leftover(earlier.whole | whole, earlier.named | named)
    return found


def _small(
    groups: Mapping[str, Floats], unrecorded: Floats | None, focal: Sequence[str], reference: str, least: float
) -> tuple[Bools, Bools]:
    """Return where the others are few: with those of unrecorded group, and without them."""
    nobody = np.zeros_like(next(iter(groups.values())))
    unknown = nobody if unrecorded is None else unrecorded
    others = sum((n for name, n in groups.items() if name not in (*focal, reference)), start=nobody)
    asked = [groups[name] for name in focal if name in groups]
    whole, named = np.zeros(len(nobody), dtype=bool), np.zeros(len(nobody), dtype=bool)
    # Of several focal groups any may be hidden, and then it is among the others.
    for chosen in chain.from_iterable(combinations(asked, size) for size in range(max(len(asked), 1))):
        rest = others + sum(chosen, start=nobody)
        named |= (rest > 0) & (rest < least)
        whole |= (rest + unknown > 0) & (rest + unknown < least)
    return whole, named


def telling_sources(
    sql: DuckDBPyConnection,
    found: Mapping[str, Leftover],
    focal: Sequence[str],
    reference: str,
    least: float,
    persons: Sequence[int],
) -> frozenset[int]:
    """Find the sources that list persons one by one of which the number of rows would give a small count away.

    It is a total over all places: less those of the places whose totals are printed, and less the groups that are
    compared in the others, it leaves the people whom :func:`leftovers` found to be few, of all such places together,
    with those of unrecorded group or, since their share of the source is told, without.

    Parameters
    ----------
    sql, focal, reference, least, persons
        As :func:`leftovers` takes them.
    found : mapping
        What it returned.

    Returns
    -------
    frozenset of int
    """
    telling = set()
    for source in persons:
        groups: dict[tuple[int, str], dict[str, float]] = {}
        for idx, event, group, n in sql.execute(_OF_SOURCE, [source]).fetchall():
            groups.setdefault((idx, event), {})[group] = float(n or 0)
        whole = named = 0.0
        for (idx, event), counted in groups.items():
            # A place of few people has no total in print whatever its groups are.
            if (event in found and found[event].whole[idx]) or sum(counted.values()) < least:
                whole += _hidden(counted, focal, reference, least)
            if event in found and found[event].named[idx]:
                # The source's share without a group, however rounded, bounds these from below, and the others above.
                recorded = {group: n for group, n in counted.items() if group != "unknown"}
                named += _hidden(recorded, focal, reference, least)
        if 0 < whole < least or 0 < named < least:
            telling.add(source)
    return frozenset(telling)


def bare_sources(sql: DuckDBPyConnection, least: float) -> frozenset[int]:
    """Find the sources of which the share of people without a group, however rounded, may tell of 1 to 10.

    A reader who has the number of every place but those in which it is small takes it from the source's: where these
    hold 1 to 10 together, the upper end of what was rounded may leave fewer than five values.

    Parameters
    ----------
    sql : DuckDBPyConnection
        With the canonical tables, and the audited places by number in ``audit_places``.
    least : float
        The smallest count that may be printed.

    Returns
    -------
    frozenset of int
    """
    found = sql.execute(
        "SELECT source FROM (SELECT c.source, c.place, sum(c.n) AS bare FROM counts c "
        'JOIN audit_places i ON i.place = c.place WHERE c."group" IS NULL OR c."group" = \'unknown\' '
        "GROUP BY c.source, c.place, c.event HAVING bare > 0 AND bare < $least) "
        "GROUP BY source HAVING sum(bare) < $least",
        {"least": least},
    ).fetchall()
    return frozenset(source for (source,) in found)


def _hidden(counted: Mapping[str, float], focal: Sequence[str], reference: str, least: float) -> float:
    """Return how many of a place no finding tells of, at least: those of other groups, and focal ones that are few."""
    told = {group for group, n in counted.items() if group == reference or (group in focal and n >= least)}
    return sum(n for group, n in counted.items() if group not in told)
