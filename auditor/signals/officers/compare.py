"""The officers of one place against their colleagues: who can be compared, who stands out, how far they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from auditor.cells import Bools, Floats
from auditor.signals.officers.mix import mix_of
from auditor.signals.officers.pools import Plan, benchmark_rows, controls_of, is_group
from auditor.signals.officers.reach import Reach, ends, reach_of, unbounded
from auditor.signals.officers.rows import Ints, Records
from auditor.stats.conformal.limits import conformal_detectable
from auditor.stats.fit import NotConverged
from auditor.stats.officer.benchmark import OfficerBenchmark
from auditor.stats.officer.contrasts import contrast_of
from auditor.stats.officer.null import OfficerScreen, screen_officers
from auditor.stats.officer.spread import FEWEST, OfficerSpread, officer_spread
from auditor.stats.peer.limits import peer_detectable
from auditor.stats.screening.fdp_bound import most_false

HALF = 0.5
POWER = 0.8
MIDDLE = 0.8
"""Part of the officers between whose two ends the spread is told."""

(ABSENT, SUPPRESSED, NO_OFFICER, NO_GROUP, NO_TIME, RARE, UNSETTLED, FEW, UNPROMISED) = range(1, 10)
"""Why nothing is said of a place, in the order in which it is asked; 0 where there is a comparison."""


@dataclass(frozen=True)
class Compared:
    """Officers of one place and one focal group.

    Attributes
    ----------
    codes : (J,) int array
        ``officer_code`` of each: for the private key alone, never written anywhere else.
    result : OfficerBenchmark
    screen : OfficerScreen
    spread : OfficerSpread
    flagged : (J,) bool array
        Who stands out; nobody where no error rate is promised.
    most_false : int
        Upper 95 % limit of the number of false ones among them.
    detectable : float
        Odds ratio at which a typical officer would have been found with 80 % probability; infinite where none would.
    """

    codes: Ints
    result: OfficerBenchmark
    screen: OfficerScreen
    spread: OfficerSpread
    flagged: Bools
    most_false: int
    detectable: float

    @property
    def promised(self) -> bool:
        """Whether an error rate is promised, so that officers may be singled out at all."""
        return self.screen.promised


@dataclass(frozen=True)
class Place:
    """What the records of one place say.

    Attributes
    ----------
    code : dict of str to int
        Of each focal group.
    officers : int
        Officers with any stop of recorded group.
    missing : dict of str to float
        Share of stops without officer, group, time of day, place.
    mixed : tuple of str
        What the colleagues' mix was matched on.
    compared : dict of str to Compared
    largest : float
        Largest share of the stops that stands under one identifier.
    blank : float
        Stops of an officer and of unrecorded group.
    reaches : dict of str to Reach
        What those could do; empty where there are none.
    """

    code: dict[str, int]
    officers: int = 0
    missing: dict[str, float] = field(default_factory=dict)
    mixed: tuple[str, ...] = ()
    compared: dict[str, Compared] = field(default_factory=dict)
    largest: float = 0.0
    blank: float = 0.0
    reaches: dict[str, Reach] = field(default_factory=dict)


def compare_place(records: Records, j: int, plan: Plan) -> Place:
    """Compare the officers of one place.

    Parameters
    ----------
    records : Records
    j : int
    plan : Plan
    """
    span = records.place(j)
    missing = _missing(records, span)
    code = _readable(records, span, missing)
    if code:
        return Place(dict.fromkeys(plan.focal, code), missing=missing)
    rows = span.start + np.flatnonzero((records.officer[span] >= 0) & (records.group[span] >= 0))
    codes, who = np.unique(records.officer[rows], return_inverse=True)
    stops: Floats = np.bincount(who, records.n[rows], len(codes)).astype(np.float64)
    found = {group: _enough(records, rows, who, stops, group, plan) for group in plan.focal}
    blank = float(records.n[span][(records.officer[span] >= 0) & (records.group[span] < 0)].sum())
    place = Place(found, len(codes), missing, largest=float(stops.max() / stops.sum()), blank=blank)
    asked = [group for group, why in found.items() if why == 0]
    return _measured(records, span, rows, codes, asked, plan, place) if asked else place


def _missing(records: Records, span: slice) -> dict[str, float]:
    n = records.n[span]
    total = float(n.sum())
    if total == 0:
        return {}
    gaps = {"officer": records.officer, "group": records.group, "time": records.hour, "area": records.area}
    return {name: float(n[values[span] < 0].sum()) / total for name, values in gaps.items()}


def _readable(records: Records, span: slice, missing: dict[str, float]) -> int:
    if span.start == span.stop:
        return ABSENT
    if records.censored[span].any():
        return SUPPRESSED
    if not missing:
        return ABSENT
    for name, code in (("officer", NO_OFFICER), ("group", NO_GROUP), ("time", NO_TIME)):
        if missing[name] > HALF:
            return code
    return 0


def _enough(records: Records, rows: Ints, who: Ints, stops: Floats, group: str, plan: Plan) -> int:
    """Sizes alone, before anything is compared: officers with enough stops, and enough of the group in them."""
    able = stops >= plan.gates.stops
    if able.sum() < FEWEST:
        return FEW
    hit = is_group(records, rows, group)
    k = np.bincount(who, np.where(hit, records.n[rows], 0.0), len(stops))
    mean = min(float(k[able].mean()), float((stops - k)[able].mean()))
    return RARE if mean < plan.expected else 0


def _measured(
    records: Records, span: slice, rows: Ints, codes: Ints, asked: Sequence[str], plan: Plan, place: Place
) -> Place:
    mixed, levels = mix_of(records, rows, offence=plan.offence)
    controls = tuple(controls_of(records, rows, plan))
    counted = [is_group(records, rows, group) for group in (*asked, *controls)]
    try:
        _, result = benchmark_rows(records, rows, levels, counted, plan)
    except NotConverged:
        return Place({**place.code, **dict.fromkeys(asked, UNSETTLED)}, place.officers, place.missing)
    others = range(len(asked), len(asked) + len(controls))
    compared = {}
    for at, group in enumerate(asked):
        one = contrast_of(result, at, others)
        if one.compared.sum() >= FEWEST:
            compared[group] = _compared(codes, one, plan.rate)
    code = place.code | {group: FEW for group in asked if group not in compared}
    reaches = _reaches(records, span, compared, controls, plan) if compared else {}
    return replace(place, code=code, mixed=mixed, compared=compared, reaches=reaches)


def _reaches(
    records: Records, span: slice, compared: Mapping[str, Compared], controls: Sequence[str], plan: Plan
) -> dict[str, Reach]:
    """Compare once more over the stops of unrecorded group too, with none and with all of them the group's."""
    rows = span.start + np.flatnonzero(records.officer[span] >= 0)
    blank = records.group[rows] < 0
    if records.n[rows][blank].sum() == 0:
        return {}
    none = [is_group(records, rows, group) for group in compared]
    counted = [*none, *(mask | blank for mask in none), *(is_group(records, rows, group) for group in controls)]
    levels = mix_of(records, rows, offence=plan.offence)[1]
    try:
        codes, result = benchmark_rows(records, rows, levels, counted, plan)
    except NotConverged:
        return {group: unbounded(one.codes.size) for group, one in compared.items()}
    others = range(2 * len(none), len(counted))
    found = {}
    for at, (group, one) in enumerate(compared.items()):
        ways = [contrast_of(result, at + step, others) for step in (0, len(none))]
        again = [one, *(_compared(codes, way, plan.rate) for way in ways if way.compared.sum() >= FEWEST)]
        low, high = reach_of(ways[0], ways[1], np.searchsorted(codes, one.codes), np.exp(one.screen.estimate))
        if len(again) <= len(ways):
            found[group] = Reach(low, high)
            continue
        found[group] = Reach(low, high, ends([_share(way) for way in again]), ends([_spread(way) for way in again]))
    return found


def _share(one: Compared) -> float:
    """Return the share of the officers who stand out, NaN where none may be singled out."""
    return float(one.flagged.sum() / one.result.compared.sum()) if one.promised else float("nan")


def _spread(one: Compared) -> float:
    return one.spread.ratio(MIDDLE)[0]


def _compared(codes: Ints, result: OfficerBenchmark, rate: float) -> Compared:
    screen, spread = screen_officers(result), officer_spread(result)
    if spread is None:
        raise ValueError("a spread needs eleven officers")
    at = np.flatnonzero(result.compared)
    flagged = np.zeros(len(codes), dtype=bool)
    if screen.promised:
        flagged[at] = screen.q[at] <= rate
    false = most_false(screen.p_greater[at], flagged[at])
    return Compared(codes, result, screen, spread, flagged, false, _detectable(result, screen, flagged, rate))


def _detectable(result: OfficerBenchmark, screen: OfficerScreen, flagged: Bools, rate: float) -> float:
    """Median over the officers, at the cut-off that Benjamini-Hochberg really used (for one flag where none is)."""
    at = np.flatnonzero(result.compared)
    cutoff = rate * max(int(flagged.sum()), 1) / at.size
    if screen.conformal is not None:
        with np.errstate(over="ignore"):
            return float(np.median(np.exp(conformal_detectable(screen.conformal, cutoff, POWER))))
    if screen.peers is None:
        return float("inf")
    found = peer_detectable(screen.peers, result.stops[at], result.expected[at], cutoff, POWER)
    return float(np.median(found))
