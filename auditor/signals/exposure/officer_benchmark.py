"""Officer benchmark: does an officer stop the group more than colleagues at the same time and place, for the same?"""

from __future__ import annotations

import string
from typing import Literal

import numpy as np
from pydantic import Field

from auditor.cells import Cells, CellSpec, RowSpec
from auditor.findings.card import Card
from auditor.signals.baseline import small
from auditor.signals.officers.compare import compare_place
from auditor.signals.officers.draw import places_of
from auditor.signals.officers.listing import Listing, listing_of
from auditor.signals.officers.panel import Found, panel_of
from auditor.signals.officers.pools import Plan
from auditor.signals.officers.rows import EVENTS, KEYS, PERSONAL, event_of, records_of
from auditor.signals.signal import Design, Inventory, Lack, Options, Panel, Signal
from auditor.stats.officer.benchmark import Gates

CARD = Card(
    name="officer-benchmark",
    family="exposure",
    section=12,
    title="Officers against their colleagues",
    question="Do some officers stop the group more often than colleagues who work at the same times and places, and "
    "for the same offences?",
    null="No officer's share of stops of the group differs from that of colleagues in the same mix of time, place and "
    "offence by more than officers differ anyway.",
    needs="Stops (or arrests) row by row with ethnic group, a stable identifier of the officer (a pseudonym will do), "
    "date and time of day; better with offence and coordinates, and the agency where a place has several.",
    measures="For each place: how many of its officers stand out at a stated false discovery rate, with how many of "
    "them may be false; and how far officers differ when chance, time, place and offence are taken out. Nothing is "
    "tested of a place: officers differ everywhere, so that there is no null hypothesis about a place, and an agency "
    "whose officers all act alike shows nothing here. Officers are never named. Measured so far "
    "(benchmarks/officers_signal.py, normal differences between officers): with 22 to 300 officers at a rate of 10 % "
    "at most 2.5 % of flags were false on average, and nobody was flagged where nobody departs; officers at odds 4.5 "
    "times as high were found nearly always where officers differ little (SD 0.1 on the log odds), in 4 to 30 % of "
    "cases where they differ much (SD 0.3).",
    assumptions=(
        "One identifier is one officer throughout; a catch-all identifier has been declared missing.",
        "Officers choose whom to stop, not when and where: what they are assigned to is in the records' time, place "
        "and offence.",
        "Ethnic group is recorded alike by all officers.",
        "Colleagues are those of the same agency, over the whole period.",
    ),
    misleads=(
        "Colleagues are the benchmark: where all of them single out the group, nobody stands out. That none does is "
        "no sign that nothing is wrong.",
        "An assignment that no record holds (a detail, a radio channel, a car with a plate reader) looks like the "
        "officer. So a place's officers are held to how much they differ anyway; but that spread may itself be "
        "what a reader looks for.",
        "Simulated with nobody treating anybody differently (benchmarks/officers_ugly.py, 40 to 300 agencies a cell): "
        "with beats or partners that no record holds, heavy tails, or 12 to 20 officers, any officer stood out in at "
        "most 2 % of agencies; where a tenth of the officers are a unit that meets the group at three times the odds "
        "and no record tells of it, in 50 % of agencies of 24 officers and 68 % of 60: for their assignment.",
        "Matching on the offence hides what works through the choice of offence, such as licence checks.",
        "Officers with few stops, or with a mix of work that colleagues do not have, are not compared; they may be the "
        "very ones.",
        "An officer who records people of the group as white is not found, and may make colleagues stand out.",
        "Stops of unrecorded group are left out. What they could change is shown for each officer, over every group "
        "that they could be of. For who stands out and for the spread there is no range over every way to assign stops "
        "of unrecorded group, since both rest on all officers at once: they are shown with all of those stops counted "
        "to the group, and with none.",
    ),
    references=(
        "Ridgeway, G. & MacDonald, J. M. (2009). Doubly robust internal benchmarking and false discovery rates for "
        "detecting racial bias in police stops. Journal of the American Statistical Association 104, 661-668.",
        "Hainmueller, J. (2012). Entropy balancing for causal effects. Political Analysis 20, 25-46.",
        "Zhao, Q. & Percival, D. (2017). Entropy balancing is doubly robust. Journal of Causal Inference 5 (1).",
        "Efron, B. (2007). Size, power and false discovery rates. Annals of Statistics 35, 1351-1377.",
        "Goeman, J. J. & Solari, A. (2011). Multiple testing for exploratory research. Statistical Science 26, "
        "584-597.",
        "Walker, S. (2001). Searching for the denominator: problems with police traffic stop data and an early warning "
        "system solution. Justice Research and Policy 3, 63-95.",
    ),
    formulae=(
        "weights w of colleagues' stops: exp(x'b), b such that the weighted shares of every level of part of day and "
        "weekend, quarter, offence, area and operation are the officer's own (entropy balancing)",
        "expected share = mean of m over the officer's stops + sum over colleagues' stops of w (y - m), m a logistic "
        "model of colleagues' stops: right if the weights or m are",
        "compared: 50 stops or more, effective colleagues' stops (sum w)^2 / sum w^2 of 30 or more, effective "
        "colleagues 6 or more, no level off by more than 0.1 standard deviations, nine tenths of the stops in levels "
        "that colleagues have",
        "stands out: Benjamini-Hochberg over the officers of the place, at p among their natural differences (ranks "
        "among negative controls from 300 officers on, otherwise the officers' own robust spread with a heavy tail)",
        "bounded: odds of the officer with all own stops of unrecorded group the group's over the odds expected where "
        "no colleague's are, and the other way round; exact for weighted shares, to 0.05 of the log odds with the "
        "model's part (all assignments of 40 small pools)",
        "of k who stand out, false: about rate x k on average; at most most_false with 95 % confidence (Simes closed "
        "testing)",
        "spread = exp(2 z s), z the normal quantile of 0.9, s the robust SD of the log odds ratios beyond counting and "
        "the error of what is expected",
    ),
    controls="Other recorded groups' shares of the same officers' stops, by the same weights, where they are 5 % of "
    "all stops or more: they decide who stands out in agencies with 300 officers or more compared, as far as they vary "
    "as the focal share does. Groups that are singled out too make that screen ask for more than it should. There is "
    "no control for a place: nothing is tested of it.",
)


class OfficerBenchmarkOptions(Options):
    """Options under ``[signals.officer-benchmark]``.

    Attributes
    ----------
    event : str
        What officers are compared in; ``"auto"`` takes the event with most rows of known officer and group.
    rate : float
        False discovery rate among the officers of a place.
    stops : int
        Fewest stops of an officer; 50 or more.
    offence : bool
        Whether colleagues' stops are weighted to the officer's mix of offences as well.
    """

    event: Literal["auto", "stop", "citation", "arrest"] = "auto"
    rate: float = Field(default=0.1, gt=0.0, le=0.2)
    stops: int = Field(default=50, ge=50)
    offence: bool = True


class OfficerBenchmark(Signal):
    """Officers' shares of the focal group against those of weighted colleagues, place by place."""

    card = CARD
    describes = True
    options = OfficerBenchmarkOptions

    def lacks(self, inventory: Inventory, options: OfficerBenchmarkOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if not inventory.focal_groups:
            return Lack("officer-benchmark.no-focal", "officer-benchmark.need-focal")
        gaps = [_NEEDED.keys() - inventory.row_columns.get(event, frozenset()) for event in _events(options)]
        least = min(gaps, key=len)
        if not least:
            return None
        columns = ", ".join(sorted(_NEEDED[name] for name in least))
        return Lack("officer-benchmark.no-columns", "officer-benchmark.need-columns", {"columns": columns})

    def view(self, options: OfficerBenchmarkOptions) -> CellSpec:
        """Rows by officer (a number), group, agency, hour, weekday, month, offence, square of the map, operation."""
        events = _events(options)
        return CellSpec(keys=("event", "group", "group_source"), events=events, rows=RowSpec(KEYS, events, PERSONAL))

    def measure(self, cells: Cells, options: OfficerBenchmarkOptions, rng: np.random.Generator) -> Panel:
        """Compare the officers of each place with their colleagues."""
        return panel_of(CARD.name, cells, find_officers(cells, options))

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw places with few officers and, one in twenty, a large agency; a tenth of its officers bear the effect."""
        return places_of(rng, effect, design)


def find_officers(cells: Cells, options: OfficerBenchmarkOptions) -> Found:
    """Compare the officers of each place; beside the panel, what the private key needs.

    Parameters
    ----------
    cells : Cells
        As :meth:`OfficerBenchmark.view` asks for them.
    options : OfficerBenchmarkOptions
    """
    event = event_of(cells, options.event)
    records = records_of(cells, event)
    gates = Gates(stops=options.stops)
    plan = Plan(
        cells.focal_groups, cells.reference_group, options.rate, options.offence, cells.gates["expected"], gates
    )
    places = [compare_place(records, j, plan) for j in range(cells.size)]
    # Pseudonyms of two lists must never look alike: officer A 01 of one group is not officer B 01 of another.
    words = [f"Officer {letter}" for letter in string.ascii_uppercase] if len(cells.focal_groups) > 1 else ["Officer"]
    word = dict(zip(cells.focal_groups, words, strict=False))
    few = small(np.array([place.blank for place in places]), cells)
    listings: list[dict[str, Listing]] = [
        {
            group: listing_of(
                one, group, event, options.stops, word[group], None if few[j] else place.reaches.get(group)
            )
            for group, one in place.compared.items()
        }
        for j, place in enumerate(places)
    ]
    return Found(places, listings, event, options.rate, records.surname)


def _events(options: OfficerBenchmarkOptions) -> tuple[str, ...]:
    return EVENTS if options.event == "auto" else (options.event,)


_NEEDED = {"officer": "officer", "group": "group", "minute": "time"}
"""Columns that rows must have, and what a file calls them."""

SIGNAL = OfficerBenchmark()
