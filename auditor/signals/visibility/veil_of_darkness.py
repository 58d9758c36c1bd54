"""Veil of darkness: is more of the group stopped by daylight than after dark, at the same time by the clock?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from auditor.cells import Bools, Cells, CellSpec, Floats, RowSpec, RowTable
from auditor.findings.card import Card
from auditor.signals.blank_group import blank_odds
from auditor.signals.cases import richest, rows_of
from auditor.signals.region.result import RegionResult
from auditor.signals.sides import Blank
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal
from auditor.signals.veil.designs import Comparison, Refusal, by_clock_change, by_dusk, placebo_day, placebo_night
from auditor.signals.veil.draw import simulate
from auditor.signals.veil.fit import DECIDED, Compared, log_ratio
from auditor.signals.veil.moments import blind_counts, completed
from auditor.signals.veil.panel import Column, compare_places, fired, veil_panel
from auditor.signals.veil.region import region_results
from auditor.signals.veil.stops import EVENTS, NAMELESS, Clock, Recorded, Stops, keys_of, recorded_stops
from auditor.stats.clock.sun import Twilight
from auditor.stats.clusters.robust import METHOD
from auditor.stats.numbering import summed

CARD = Card(
    name="veil-of-darkness",
    family="visibility",
    section=10,
    title="Daylight against darkness",
    question="Is more of the group stopped by daylight, when officers can see who drives, than after dark at the same "
    "time by the clock?",
    null="Given the time by the clock, the season and the agency, the focal group's share of stops is the same in "
    "daylight and in darkness.",
    needs="Stops row by row, with date, exact time of day and ethnic group; the officer of each stop, under a number "
    "that stands for no name; a place whose county is known.",
    measures="The odds that a stopped person is of the focal group rather than the reference group, by daylight over "
    "after dark, among stops at clock times that are light in summer and dark in winter. Profiling needs sight, so a "
    "ratio above 1 is what it predicts.",
    assumptions=(
        "Who drives at a given time by the clock does not depend on the sun, beyond a smooth change with the season.",
        "After dark officers see less of who drives than by daylight.",
        "Times are those at which stops began, by the local clock, and darkness is that of the middle of the county.",
    ),
    misleads=(
        "A ratio near 1 is weak evidence: street lights show who drives, drivers who expect to be stopped may stay "
        "away by daylight, and an officer may know a car or a neighbourhood.",
        "Who drives may change with the season faster than two waves a year, or at some hours only (shifts at farms, "
        "school terms): then both placebos and the comparison around the change of the clock can differ from 1 too.",
        "Violations differ: lights that do not work are stopped for after dark, belts by daylight; where groups differ "
        "in them, so do the odds.",
        "Officers of the evening and of the night may work other streets.",
        "The middle of a wide county is up to four minutes of sun away from its edges; the time between sunset and "
        "dusk that is left out is six times as long.",
    ),
    references=(
        "Grogger, J. & Ridgeway, G. (2006). Testing for racial profiling in traffic stops from behind a veil of "
        "darkness. J. American Statistical Association 101, 878-887.",
        "Ridgeway, G. (2009). Cincinnati Police Department Traffic Stops. RAND, on the weeks around the change of the "
        "clock.",
        "Horrace, W. C. & Rohlin, S. M. (2016). How dark is dark? Bright lights, big city, racial profiling. Review of "
        "Economics and Statistics 98, 226-232.",
        "Kalinowski, J., Ross, M. B. & Ross, S. L. (2024). Endogenous driving behavior in tests of racial profiling. "
        "J. Human Resources 59, 425-463.",
        "Pustejovsky, J. E. & Tipton, E. (2018). J. Business & Economic Statistics 36, 672-683.",
        "Meeus, J. (1998). Astronomical Algorithms, 2nd ed., for the sun.",
    ),
    formulae=(
        "log odds(focal | focal or reference) = b light + s(clock) + season + years + agency, over stops from the "
        "earliest dusk to the latest sunset of the place; stops between sunset and dusk of their day are left out",
        "s: natural cubic spline, knots at quantiles of the stops; season: one or two waves a year; clock in stretches "
        "of 30 minutes with at least 20 stops by daylight and 20 after dark, 50 of each in all",
        "exp(b): the ratio; error: CR2 sandwich over officers and again over days, t with Satterthwaite degrees of "
        "freedom; the wider interval and its p-value decide (days alone where officers are not recorded); fewer than 6 "
        "clusters of either kind are refused, below 4 degrees of freedom of either no test; an interval whose limits "
        "are more than 25 times apart is refused",
        "stops of unrecorded group: the ratio again with all of them by daylight counted as the focal group's and all "
        "after dark as the reference group's, and the other way round",
        "measured (benchmarks/veil_null.py): officers and days both alike, a true null rejected at .05 (two-sided) in "
        ".032 of 839 tested runs with 10 officers, .034 of 992 with 20, .040 of 1,000 with 50 (officers alone: to "
        ".064)",
        "screen: k focal of n stops by daylight against b0 with odds(k / n) / odds(b0) = exp(b), with what is left of "
        "the clustered error",
        "beside it: the same within 30 days of a change of the clock, with an intercept for each change and a line "
        "through the days on either side of it",
    ),
    controls="Dusk moved by an hour: forward, where all stops compared were made by daylight, and back, where all were "
    "made in darkness; and the same ratio for groups that are not asked about. A placebo that differs from 1 (p at "
    "most .025) is said beside the finding and holds the test down.",
)


class VeilOptions(Options):
    """Options under ``[signals.veil-of-darkness]``.

    Attributes
    ----------
    event : str
        Whose times are compared; ``"auto"`` takes the event with most rows of known time.
    twilight : {"civil", "nautical", "horizon"}
        Darkness begins when the sun is 6 or 12 degrees below the horizon, or at sunset.
    clock : {"checked", "local", "utc"}
        ``"checked"``: local times, withheld where the quiet hours are not those of a night; ``"local"``: the same,
        without that check; ``"utc"``: times of UTC, to be turned into local ones.
    cluster : {"auto", "officer", "day"}
        What makes stops alike. ``"auto"``: officers and days, whichever makes the interval wider, where at least four
        of five stops have an officer; else days.
    knots : int
        Columns of the clock's spline at most; small places have fewer.
    """

    event: Literal["auto", "stop", "citation", "arrest"] = "auto"
    twilight: Twilight = "civil"
    clock: Clock = "checked"
    cluster: Literal["auto", "officer", "day"] = "auto"
    knots: int = Field(6, ge=2, le=12)


_NEEDED = frozenset({"group", "day", "minute"})
_PLACEBOS: dict[str, Comparison] = {"placebo-day": placebo_day, "placebo-night": placebo_night}


class VeilOfDarkness(Signal):
    """Odds of being of the group among those stopped, by daylight over after dark, at the same clock time."""

    card = CARD
    options = VeilOptions

    def lacks(self, inventory: Inventory, options: VeilOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if not inventory.focal_groups:
            return Lack("veil-of-darkness.no-focal", "veil-of-darkness.need-focal")
        events = EVENTS if options.event == "auto" else (options.event,)
        gaps = [_NEEDED - inventory.row_columns.get(event, frozenset()) for event in events]
        least = min(gaps, key=len)
        if not least:
            return None
        names = {"minute": "time of day", "day": "date", "group": "group"}
        missing = ", ".join(sorted(names[name] for name in least))
        return Lack("veil-of-darkness.no-columns", "veil-of-darkness.need-columns", {"columns": missing})

    def decides_by(self, inventory: Inventory, options: VeilOptions) -> Literal["peers", "controls"]:
        """Moved dusks are controls in the same data."""
        return "controls"

    def view(self, options: VeilOptions) -> CellSpec:
        """Rows by event, group, agency and minute, from 14:00 on by day and officer too: an officer's together."""
        events = EVENTS if options.event == "auto" else (options.event,)
        day, officer = keys_of(options.clock)
        keys = ("event", "group_source", "agency", officer, day, "minute", "group")
        rows = RowSpec(keys, events, personal=("officer",))
        return CellSpec(keys=("event", "group", "group_source"), events=events, rows=rows)

    def measure(self, cells: Cells, options: VeilOptions, rng: np.random.Generator) -> Panel:
        """Compare each focal group with the reference group by dusk, and beside it around the change of the clock."""
        ground = _ground(cells, options)
        columns = []
        for group in cells.focal_groups:
            main = ground.compare(group, _every(by_dusk))
            measured = np.array([isinstance(found, Compared) for found in main], dtype=bool)
            moved = [ground.compare(group, _every(design), measured) for design in _PLACEBOS.values()]
            failed = np.array([any(fired(found) for found in each) for each in zip(*moved, strict=True)], dtype=bool)
            change = ground.compare(group, ground.around)
            placebo = {f"{CARD.name}.caveat-placebo": failed}
            bounds = ground.blank(group, _every(by_dusk), main)
            columns.append(ground.column(group, "dusk", main, placebo, bounds, tested=True))
            columns.append(
                ground.column(group, "clock-change", change, blank=ground.blank(group, ground.around, change))
            )
        return veil_panel(cells, ground.recorded, columns, ground.unknown, ground.total)

    def controls(self, cells: Cells, options: VeilOptions, rng: np.random.Generator) -> Panel | None:
        """Move dusk by an hour, and compare the groups that are not asked about with the reference group."""
        ground = _ground(cells, options)
        columns = [
            ground.column(group, name, ground.compare(group, _every(design)))
            for group in cells.focal_groups
            for name, design in _PLACEBOS.items()
        ]
        asked = {"", "unknown", "other", cells.reference_group, *cells.focal_groups}
        others = sorted(set(ground.groups) - asked)
        columns += [ground.column(group, "dusk", ground.compare(group, _every(by_dusk))) for group in others]
        return veil_panel(cells, ground.recorded, columns, ground.unknown, ground.total) if columns else None

    def regions(self, cells: Cells, options: VeilOptions, rng: np.random.Generator) -> Sequence[RegionResult]:
        """Compare over the stops of all places of a region, each with its own sun and intercept."""
        ground = _ground(cells, options)
        usable = ground.recorded.usable & ground.recorded.present
        return region_results(cells, ground.places, usable, ground.event, options.knots, options.cluster)

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw stops of three groups, with an effect on the odds of the focal one by daylight.

        Officers differ by an SD of 0.2 in the log odds, and the share drifts with the clock and the season; that is no
        profiling.
        """
        return simulate(rng, effect, design)


@dataclass(frozen=True)
class _Ground:
    """What all comparisons of an audit share.

    Attributes
    ----------
    cells : Cells
    options : VeilOptions
    event : str
    recorded : Recorded
    places : tuple of Stops
    groups : tuple of str
        Groups that any stop of an evening is of.
    unknown, total : (J,) arrays
        Stops of the evening whose group is not recorded, and all of the evening.
    surname : bool
        Whether groups are estimated from surnames.
    """

    cells: Cells
    options: VeilOptions
    event: str
    recorded: Recorded
    places: tuple[Stops, ...]
    groups: tuple[str, ...]
    unknown: Floats
    total: Floats
    surname: bool

    def compare(
        self, group: str, design: Callable[[int], Comparison], where: Bools | None = None
    ) -> tuple[Compared | Refusal, ...]:
        """Make one comparison of a group with the reference group in every place."""
        groups = (group, self.cells.reference_group)
        return compare_places(
            self.recorded, self.places, groups, design, self.options.knots, self.options.cluster, where
        )

    def blank(self, group: str, design: Callable[[int], Comparison], found: tuple[Compared | Refusal, ...]) -> Blank:
        """Bound a comparison over the ways to give the stops of unrecorded group to its two groups."""
        groups, knots = (group, self.cells.reference_group), self.options.knots
        known = np.array([np.exp(each.effect.estimate) if isinstance(each, Compared) else np.nan for each in found])
        parts = np.array([blind_counts(stops) for stops in self.places]).reshape(-1, 2)

        def again(j: int, up: bool) -> float | None:
            return log_ratio(design(j)(completed(self.places[j], *groups, up=up)), knots)

        return blank_odds(self.cells, parts, known, again)

    def around(self, j: int) -> Comparison:
        """Return the comparison around the change of the clock of one place."""
        where = self.recorded.locations[j]
        return by_clock_change(where.zone if where else "")

    def column(
        self,
        group: str,
        label: str,
        found: tuple[Compared | Refusal, ...],
        notes: Mapping[str, Bools] | None = None,
        blank: Blank | None = None,
        *,
        tested: bool = False,
    ) -> Column:
        """Return one comparison with its words and caveats."""
        every = np.ones(self.cells.size, dtype=bool)
        decided = np.array([each.decided if isinstance(each, Compared) else "" for each in found])
        contrast = Contrast(
            key=f"{group}/{self.cells.reference_group}/{label}",
            group=group,
            reference=self.cells.reference_group,
            event=self.event,
            label=label,
            counted="daylight-stop",
            among=self.event,
            comparator="after-dark",
            why=f"{CARD.name}.why-{label}",
            shape="odds",
            scale="odds-ratio",
            method=f"logistic regression on the clock and the season; {METHOD}",
            tested=tested,
            definitions=(f"{CARD.name}.define-compared", f"{CARD.name}.define-ratio"),
            words=CARD.name,
        )
        caveats = {
            f"{CARD.name}.caveat-null": every,
            **{f"{CARD.name}.{name}": decided == name for name in DECIDED},
            f"{CARD.name}.caveat-rounded": self.recorded.rounded,
            f"{CARD.name}.caveat-surname": every & self.surname,
        }
        return Column(contrast, found, caveats | dict(notes or {}), blank)


def _every(design: Comparison) -> Callable[[int], Comparison]:
    """Return the same comparison for all places."""
    return lambda _: design


def _ground(cells: Cells, options: VeilOptions) -> _Ground:
    rows, event = _rows(cells, options)
    recorded, stops = recorded_stops(cells, rows, options.twilight, options.clock)
    blind = stops.named(*NAMELESS)
    total, unknown = (summed(stops.index, each, cells.size) for each in (stops.n, stops.n * blind))
    surname = bool(rows.isin("group_source", "surname").any())
    places = tuple(stops.by_place(cells.size))
    return _Ground(cells, options, event, recorded, places, stops.groups, unknown, total, surname)


def _rows(cells: Cells, options: VeilOptions) -> tuple[RowTable, str]:
    """Return the rows of the event that is compared: the one with most of known time, unless one is asked for."""
    if cells.rows is None:
        raise ValueError("the cells hold no single rows: the signal's view must ask for them")
    timed = cells.rows.columns["minute"] >= 0
    event = richest(cells, EVENTS, timed) if options.event == "auto" else options.event
    return rows_of(cells, event), event


SIGNAL = VeilOfDarkness()
