"""Hit rate: do searches of the group find contraband less often than searches of the reference group?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from auditor.cells import Cells, CellSpec, RowSpec, RowTable
from auditor.findings.card import Card
from auditor.signals.blank_group import blank_group
from auditor.signals.cases import few_silent, of_groups
from auditor.signals.drawn import drawn_cells
from auditor.signals.hit_measure import HitColumn, hit_panel
from auditor.signals.pair_measure import METHOD_TOGETHER
from auditor.signals.searches import EVENTS, Searches, event_of, rows_of, tabulate
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal
from auditor.signals.together import together_of

CARD = Card(
    name="hit-rate",
    family="outcome",
    section=10,
    title="What searches find",
    question="Do searches of the group find contraband less often than searches of the reference group?",
    null="Within an agency of this place, a search of the focal group finds contraband as often as one of the "
    "reference group.",
    needs="Stops (or arrests) row by row, with ethnic group, whether a search was made, and whether it found "
    "contraband.",
    measures="The reference group's hit rate over the focal group's: how many times as often a search of the reference "
    "group finds something. People searched on less suspicion have the lower hit rate, so a ratio above 1 is what "
    "profiling predicts.",
    assumptions=(
        "Contraband is recorded alike for both groups, and for every search.",
        "Searches within an agency are of one kind, and what else moves the hit rate (part of town, year) does not go "
        "with the group; searches that the law or a warrant requires leave an officer no choice, and dilute the "
        "comparison.",
        "Both groups' chances of carrying contraband, among those whom an officer would be about to search, are alike.",
        "One encounter (agency, day, minute and officer), and one officer where six or more are recorded, tells "
        "nothing of the result of another; where neither is recorded, one search does. Simulated without an effect "
        "(benchmarks/results/together_null.csv, 1,000 places a cell), p was at most 5 % as if neither were recorded in "
        "12 to 14 % of places with people in cars of two, 16 to 18 % with cars of three, and 5 to 14 % with six to "
        "thirty officers who differ (SD 0.3 or 0.6 on the log odds); with both recorded in 2.3 to 5.9 %.",
    ),
    misleads=(
        "Infra-marginality: hit rates are averages over everyone searched. Where the groups' risks are spread "
        "differently, hit rates differ with one and the same threshold of suspicion, or agree with two.",
        "Kinds of search, precincts and years are not told apart. Simulated with nobody searched on less suspicion "
        "(benchmarks/hit_ugly.py, 1,000 places a cell), p was at most 5 % in 21 % of places of 600 searches where "
        "consent searches, which find less, go with the group; of 2,400 searches, in 15 % where four precincts differ "
        "at random in hit rate and in whom they search, in 57 % where the precincts that find less are always the "
        "group's, and in 38 % where within three years finds become fewer while the group's share grows. Officers held "
        'against themselves (within = "officer") cancel precincts (2.9 and 3.9 %), not the other two. Dog units, an '
        "officer who writes down finds that are none, officers with heavy tails or who come and go, and cars whose "
        "people are written down minutes apart did no harm (2.7 to 6.2 %).",
        "Equal hit rates do not clear: an agency that searches few people of one group, and those on strong grounds, "
        "hides the others.",
        "The size depends on what is divided: a ratio of miss rates is close to 1 wherever most searches find nothing, "
        "so the ratio of hit rates is tested, the reference group's on top.",
        "The offence of an arrest may be the contraband that the search found, so offences are no strata of the test.",
    ),
    references=(
        "Becker, G. S. (1957). The Economics of Discrimination, on outcome tests.",
        "Knowles, J., Persico, N. & Todd, P. (2001). Racial bias in motor vehicle searches. J. Political Economy "
        "109, 203-229.",
        "Ayres, I. (2002). Outcome tests of racial disparities in police practices. Justice Research and Policy 4, "
        "131-142.",
        "Simoiu, C., Corbett-Davies, S. & Goel, S. (2017). The problem of infra-marginality in outcome tests for "
        "discrimination. Annals of Applied Statistics 11, 1193-1216.",
        "Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.",
        "Greenland, S. & Robins, J. M. (1985). Biometrics 41, 55-68.",
        "MacKinnon, J. G., Nielsen, M. O. & Webb, M. D. (2023). Journal of Applied Econometrics 38, 671-694 (CV3).",
    ),
    formulae=(
        "hit rate = searches that found contraband / searches of which it is recorded",
        "ratio = sum_s (c_s n_s / t_s) / sum_s (a_s m_s / t_s), over agencies s: a of n focal and c of m reference "
        "searches hit, t = n + m; one agency: (c / m) / (a / n) with its score interval",
        "p = P(focal misses >= observed | every margin of every agency): exact, or Cochran-Mantel-Haenszel where the "
        "counts reach far enough (Mantel and Fleiss, 5)",
        "screen: focal misses k of n against b = 1 - ratio a / n, the reference group's miss share among the focal "
        "group's searches, with the reference group's own error; an odds ratio theta against b is the ratio 1 - b + b "
        "theta of hit rates",
        "difference per 1,000 searches: Mantel and Haenszel's, with Sato's variance",
        "interval, p and difference no narrower than a jackknife of the same sums, one encounter, and one officer, "
        "left out at a time, by Student's t on units - 1 degrees; no hit on one side: limits that invert the exact "
        "test",
    ),
    controls="The same ratio between groups that are not asked about (other recorded groups against the reference "
    "group), at the same places. They are controls only as far as those groups are not searched on less suspicion too; "
    "where they are, the screen asks for more than it should.",
)

_SHOWN: dict[str, tuple[str, ...]] = {"overall": (), "agency": ("agency",), "offence": ("offence",)}
_WITHIN = {**_SHOWN, "officer": ("agency", "search_officer")}


class HitRateOptions(Options):
    """Options under ``[signals.hit-rate]``.

    Attributes
    ----------
    event : str
        Whose searches are compared; ``"auto"`` takes the event with most of them.
    within : {"agency", "officer", "overall"}
        Strata of the test: the agencies of each place (one stratum where it has one), the officers of each, so that
        every officer is held against himself (precincts and kinds of search that are an officer's own cancel, and so
        does whatever sets officers apart), or none.
    """

    event: Literal["auto", "stop", "citation", "arrest", "booking"] = "auto"
    within: Literal["agency", "officer", "overall"] = "agency"


class HitRate(Signal):
    """Hit rates of searches, the reference group's over the focal group's, within agencies."""

    card = CARD
    options = HitRateOptions

    def lacks(self, inventory: Inventory, options: HitRateOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if not inventory.focal_groups:
            return Lack("hit-rate.no-focal", "hit-rate.need-focal")
        events = EVENTS if options.event == "auto" else (options.event,)
        gaps = [_NEEDED - inventory.row_columns.get(event, frozenset()) for event in events]
        least = min(gaps, key=len)
        if not least:
            return None
        return Lack("hit-rate.no-columns", "hit-rate.need-columns", {"columns": ", ".join(sorted(least))})

    def decides_by(self, inventory: Inventory, options: HitRateOptions) -> Literal["peers", "controls"]:
        """Groups that are not asked about are controls."""
        others = inventory.groups - {"unknown", "other", *inventory.focal_groups}
        return "controls" if len(others) >= 2 else "peers"

    def view(self, options: HitRateOptions) -> CellSpec:
        """Rows by event, group, agency, offence, search and contraband; searches by encounter and officer besides."""
        events = EVENTS if options.event == "auto" else (options.event,)
        keys = ("event", "group", "group_source", "agency", "offence", "searched", "contraband", *_UNITS)
        rows = RowSpec(keys, events, personal=("officer",))
        return CellSpec(keys=("event", "group", "group_source"), events=events, rows=rows)

    def measure(self, cells: Cells, options: HitRateOptions, rng: np.random.Generator) -> Panel:
        """Compare each focal group with the reference group, within agencies and beside that overall and by offence."""
        event = event_of(cells, options.event)
        rows = rows_of(cells, event)
        first = options.within
        shown = [name for name in _SHOWN if name != first and _splits(rows, _SHOWN[name], _WITHIN[first])]
        columns = [
            _column(cells, rows, event, group, name, tested=name == first)
            for group in cells.focal_groups
            for name in (first, *shown)
        ]
        return hit_panel(CARD.name, cells, columns, cells.window(event))

    def controls(self, cells: Cells, options: HitRateOptions, rng: np.random.Generator) -> Panel | None:
        """Compare the groups that are not asked about with the reference group."""
        event = event_of(cells, options.event)
        rows = rows_of(cells, event)
        asked = {"", "unknown", "other", cells.reference_group, *cells.focal_groups}
        others = sorted(set(rows.where(searched=1).columns["group"].astype(str).tolist()) - asked)
        columns = [_column(cells, rows, event, group, options.within, tested=False) for group in others]
        return hit_panel(CARD.name, cells, columns, cells.window(event)) if columns else None

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw searches of three groups by one to three agencies, with an effect on the hit odds of the focal one.

        Agencies differ by an SD of 0.4 in the log odds of a find, and in whom they search; that is no profiling.
        """
        return _simulate(rng, effect, design)


_NEEDED = frozenset({"group", "searched", "contraband"})
_UNITS = ("search_encounter", "search_officer")


def _splits(rows: RowTable, by: Sequence[str], first: Sequence[str]) -> bool:
    """Say whether other strata than those of the test give another comparison: in some place there are several."""
    told = rows.where(searched=1)
    pairs = ({(int(j), str(v)) for j, v in zip(told.index, told.columns[key], strict=True)} for key in by or first)
    return any(len(found) > len(np.unique(told.index)) for found in pairs)


def _column(cells: Cells, rows: RowTable, event: str, group: str, within: str, *, tested: bool) -> HitColumn:
    groups = (group, cells.reference_group)
    counted: Searches = tabulate(rows, cells.size, groups, _WITHIN[within])
    present = np.zeros(cells.size, dtype=bool)
    present[rows.index] = True
    blind = tabulate(rows, cells.size, ("unknown", ""))
    unknown = blind.searches.sum(axis=(1, 2)) + blind.unrecorded.sum(axis=1)
    every = np.ones(cells.size, dtype=bool)
    contrast = Contrast(
        key=f"{group}/{cells.reference_group}/{within}",
        group=group,
        reference=cells.reference_group,
        event=event,
        label=within,
        counted="missed-search",
        among=event,
        comparator="searches-of-reference",
        why=f"hit-rate.why-{within}",
        shape="hits",
        method=METHOD_TOGETHER,
        tested=tested,
        definitions=("hit-rate.define-rate", "hit-rate.define-ratio"),
        words=CARD.name,
    )
    surname = "surname" in set(rows.columns["group_source"].astype(str).tolist())
    notes = {
        "hit-rate.caveat-margin": every,
        "hit-rate.caveat-required": every,
        "hit-rate.caveat-offence": every & (within == "offence"),
        "hit-rate.caveat-surname": every & surname,
    }
    told = (rows.columns["searched"] == 1) & (rows.columns["contraband"] >= 0)
    found = rows.columns["contraband"] == 1
    blank = blank_group(rows, cells, groups, told=told, hit=found, by=_WITHIN[within]).reversed()
    units = together_of(rows, cells.size, groups, told=told, hit=found, by=_WITHIN[within], keys=_UNITS)
    whole = of_groups(rows, cells.size, groups)
    bare = few_silent(cells, rows, (rows.columns["searched"] == 1) & ~told)
    return HitColumn(contrast, counted, present, unknown, notes, blank, whole, units, bare)


_GROUPS = ("hispanic", "white", "black")
_AGENCIES = ("sheriff", "city", "county")


def _simulate(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    total = np.maximum(rng.lognormal(np.log(2 * design.typical), 0.8, design.places), 40)
    agencies = 1 + np.arange(design.places) % len(_AGENCIES)
    planted = np.arange(design.places) < round(design.planted * design.places)
    there = np.arange(len(_AGENCIES)) < agencies[:, None]
    share = rng.dirichlet((4.0, 6.0, 3.0), size=(design.places, len(_AGENCIES)))
    mean = total[:, None, None] / agencies[:, None, None] * share * there[:, :, None]
    searches = rng.poisson(mean)
    log_odds = -0.9 + rng.normal(0, 0.4, (design.places, len(_AGENCIES), 1))
    log_odds = log_odds + rng.normal(0, design.natural_sd, (design.places, 1, len(_GROUPS)))
    log_odds[:, :, 0] -= np.where(planted, effect, 0.0)[:, None]
    hits = rng.binomial(searches, 1 / (1 + np.exp(-log_odds)))
    rows = [
        (j, _GROUPS[g], _AGENCIES[a], found, n)
        for (j, a, g), whole in np.ndenumerate(searches)
        for found, n in ((1, hits[j, a, g]), (0, whole - hits[j, a, g]))
        if n
    ]
    keys = ("event", "group", "group_source")
    counts = [
        {"place": ids[j], "event": "stop", "group": group, "n": searches[j, :, g].sum() * 20, "complete": True}
        for j in range(design.places)
        for g, group in enumerate(_GROUPS)
    ]
    return drawn_cells(ids, counts, keys, rows=_rows(rows))


def _rows(rows: Sequence[tuple[int, str, str, int, Any]]) -> RowTable:
    size = len(rows)
    texts = {
        "event": ["stop"] * size,
        "group": [row[1] for row in rows],
        "group_source": [""] * size,
        "agency": [row[2] for row in rows],
        "offence": [""] * size,
    }
    columns: dict[str, Any] = {name: np.array(values, dtype=object) for name, values in texts.items()}
    columns["searched"] = np.ones(size, dtype=np.int64)
    columns["contraband"] = np.array([row[3] for row in rows], dtype=np.int64)
    index = np.array([row[0] for row in rows], dtype=np.int64)
    return RowTable(index, columns, np.array([row[4] for row in rows], dtype=float))


SIGNAL = HitRate()
