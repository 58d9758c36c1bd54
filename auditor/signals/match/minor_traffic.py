"""Minor traffic: do traffic and licence offences make up more of a place's cases than of comparable places'?"""

from __future__ import annotations

from typing import Literal

import numpy as np

from auditor.cells import Cells, CellSpec, RowSpec
from auditor.findings.card import Card
from auditor.signals.drawn import drawn_cells
from auditor.signals.joined import joined
from auditor.signals.minor_shares import (
    CONTROLS,
    EVENTS,
    LACKS,
    NO_OFFENCE,
    control_columns,
    share_columns,
    tested_event,
)
from auditor.signals.minor_timing import KEYS, SINGLE, over_time, timing_columns
from auditor.signals.shares import panel
from auditor.signals.signal import Design, Inventory, Lack, Options, Panel, Signal
from auditor.signals.stated import stated_panel

CARD = Card(
    name="minor-traffic",
    family="match",
    section=8,
    title="Minor traffic and licence offences",
    question="Do traffic and licence offences make up more of this place's cases than of comparable places'?",
    null="A case from this place is for a traffic or licence offence, and nothing more serious, as often as one from "
    "its peers.",
    needs="Arrests, bookings, matches or detainers by offence class, with traffic and licence offences told apart from "
    "driving under the influence; for the timing of detainers single arrests or detainers with offence, date of the "
    "detainer, date of conviction or outcome, and prior convictions.",
    measures="The share of events for traffic or licence offences over the same share of the nation without the place "
    "itself; beside it each of the two, the first years against the last, and the share of detainers on such arrests "
    "that were lodged before a conviction.",
    assumptions=(
        "An event's offence is its most serious charge (serious before neutral before discretionary), so that an event "
        "for traffic or licence holds no charge of a serious or neutral class.",
        "Offences are classed alike everywhere: what one place books as a traffic arrest another does not issue as a "
        "citation that is in no file.",
        "Detainers are told by their date: the conviction, or an outcome without one, belongs to the same arrest.",
    ),
    misleads=(
        "Places differ in which traffic offences may lead to custody at all, in who can hold a licence, and in "
        "how much their officers patrol.",
        "Without the citations nobody sees how many drivers were let go: the share among arrests is not the risk of "
        "being arrested.",
        "The rule of 27 April 2012 spoke of people without other convictions and outside ICE's priorities. Where prior "
        "convictions or priorities are not in the file, a detainer before conviction may have been within the rule.",
        "Detainers whose timing is not recorded are left out, and need not be like the others.",
    ),
    references=(
        "National Immigration Forum (4 May 2012). Secure Communities.",
        "U.S. Immigration and Customs Enforcement (27 April 2012). ICE Response to the Task Force on Secure "
        "Communities Findings and Recommendations.",
        "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.",
        "Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions. Biometrics 40.",
        "Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in "
        "Medicine 17, 873-890.",
        "Edgington, E. S. & Onghena, P. (2007). Randomization Tests, 4th ed., chapter 11.",
    ),
    formulae=(
        "share = (traffic + licence) / events with a recorded offence, within one kind of event; withheld where more "
        "than 30 % have none",
        "base = (K_US - K) / (N_US - N) (leave-one-out); ratio = share / base",
        "p = P(X >= k), X ~ Binomial(n, base), with the base's own error where it rests on few; decided by the "
        "over-dispersed peer null or the controls",
        "over time: share in the last m whole years less share in the first m, m as large as the months allow",
        "before conviction: detainers lodged before the day of conviction, or in cases without one, over detainers of "
        "which that is known; people with a prior conviction on file left out",
    ),
    controls="Shares of pairs of serious classes among the serious offences (homicide and sexual assault, robbery and "
    "aggravated assault, burglary and arson): arrests on a pretext add minor offences, and should not move the mix of "
    "the serious ones. Measured so far: size and power on simulated places (tests/conformance); the joint error rates "
    "of a screen with this signal are not measured, so it is described and not tested.",
)


class MinorTrafficOptions(Options):
    """Options under ``[signals.minor-traffic]``.

    Attributes
    ----------
    event : str
        Whose share is compared with the peers; ``"auto"`` takes the event of which most places tell the offence.
    """

    event: Literal["auto", "arrest", "booking", "match", "detainer"] = "auto"


class MinorTraffic(Signal):
    """Shares of traffic and licence offences against nation and state, over time, and detainers on them."""

    card = CARD
    options = MinorTrafficOptions

    def lacks(self, inventory: Inventory, options: MinorTrafficOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        wanted = EVENTS if options.event == "auto" else (options.event,)
        if not set(wanted) & inventory.events:
            return Lack("minor-traffic.no-events", "minor-traffic.need-offences")
        if not {"traffic", "licence"} & inventory.offences:
            return Lack("minor-traffic.no-offences", "minor-traffic.need-offences")
        return None

    def lacks_places(self, cells: Cells, options: MinorTrafficOptions) -> Lack | None:
        """Say that too many events carry no offence, where that is why no place has a share."""
        held = [event for event in EVENTS if len(cells.counts.where(event=event).n)]
        codes = np.array([column.code for event in held for column in share_columns(cells, event, tested=False)])
        unrecorded = LACKS.index(NO_OFFENCE) + 1
        return NO_OFFENCE if (codes == unrecorded).any() and (codes > 0).all() else None

    def decides_by(self, inventory: Inventory, options: MinorTrafficOptions) -> Literal["peers", "controls"]:
        """The mix of the serious offences is a control where they are told apart."""
        told = [pair for pair in CONTROLS.values() if set(pair) & inventory.offences]
        return "controls" if len(told) > 1 else "peers"

    def view(self, options: MinorTrafficOptions) -> CellSpec:
        """Counts by event, offence and month, and single rows with the timing of detainers."""
        return CellSpec(keys=("event", "offence", "month"), events=EVENTS, rows=RowSpec(KEYS, SINGLE))

    def measure(self, cells: Cells, options: MinorTrafficOptions, rng: np.random.Generator) -> Panel:
        """Compare every place, for each event that the sources hold."""
        first = tested_event(cells, options.event)
        rest = [event for event in EVENTS if event != first and len(cells.counts.where(event=event).n)]
        compared = [column for event in (first, *rest) for column in share_columns(cells, event, tested=event == first)]
        stated = [over_time(cells, event) for event in (first, *rest)] + timing_columns(cells)
        return joined([panel(CARD.name, cells, compared, LACKS), stated_panel(CARD.name, cells, stated)])

    def controls(self, cells: Cells, options: MinorTrafficOptions, rng: np.random.Generator) -> Panel | None:
        """Measure the mix of the serious offences, which arrests on a pretext should not move."""
        columns = control_columns(cells, tested_event(cells, options.event))
        return panel(CARD.name, cells, columns, LACKS) if columns else None

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw arrests whose minor share varies by nature, with an effect in the planted places."""
        return _simulate(rng, effect, design)


_MIX = {"traffic": 0.6, "licence": 0.4}
_SERIOUS = {"robbery": 0.2, "aggravated-assault": 0.3, "burglary": 0.3, "theft": 0.2}
_REST = {"dui": 0.6, "other": 0.4}


def _simulate(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
    n = np.maximum(rng.lognormal(np.log(design.typical), 1.0, design.places), 12).round().astype(int)
    planted = np.arange(design.places) < round(design.planted * design.places)
    eta = -1.0 + rng.normal(0, design.natural_sd, design.places) + np.where(planted, effect, 0.0)
    minor = rng.binomial(n, 1 / (1 + np.exp(-eta)))
    serious = rng.binomial(n - minor, 0.4)
    rows = []
    for mix, whole in ((_MIX, minor), (_SERIOUS, serious), (_REST, n - minor - serious)):
        drawn = rng.multinomial(whole, list(mix.values()))
        rows += [
            {"place": ids[j], "event": "arrest", "offence": offence, "n": drawn[j, i], "complete": True}
            for j in range(design.places)
            for i, offence in enumerate(mix)
        ]
    keys = ("event", "offence", "month")
    return drawn_cells(ids, rows, keys)


SIGNAL = MinorTraffic()
