"""Hold time: are people with an immigration hold kept longer after their release fell due than people without one?"""

from __future__ import annotations

import numpy as np

from auditor.cells import Cells, CellSpec, RowSpec
from auditor.findings.card import Card
from auditor.signals.hold_described import described_panel
from auditor.signals.hold_draw import draw_stays
from auditor.signals.hold_options import HoldTimeOptions
from auditor.signals.hold_panels import compared_panel
from auditor.signals.joined import joined
from auditor.signals.signal import Design, Inventory, Lack, Panel, Signal
from auditor.signals.stays import EVENTS, KEYS, event_of, stays_of

CARD = Card(
    name="hold-time",
    family="match",
    section=13,
    title="Held after release fell due",
    question="Are people with an immigration hold still in custody after the hours that a hold may last, more often "
    "than people without one?",
    null="Within a jail, a person with an immigration hold is still held as many hours after release fell due as often "
    "as a person without one.",
    needs="Bookings row by row, with the jail, whether and when an immigration hold (detainer) was lodged, the moment "
    "from which the person could have been released but for it, and the moments of release and of transfer.",
    measures="The share of people still held more than 48 hours after their release fell due, with a hold over without "
    "one, within each jail. Beside it: the hazard of leaving, the difference in mean hours, and the share by either "
    "clock. No ethnicity is needed; where one is recorded the same is shown for each group.",
    assumptions=(
        "The moment at which release fell due is recorded alike with and without a hold.",
        "Nothing else that keeps people in custody (a warrant, another agency's hold) goes with an immigration hold.",
        "In a place with fewer than six jails, one person's stay tells nothing of another's whose release fell due in "
        "another week. From six jails on the jails are the units, and people of one may be alike.",
        "A stay without an end had not ended by the last day of the source.",
    ),
    misleads=(
        "A hold asks the jail to keep somebody: a longer stay is what it is for, and only the part beyond its hours "
        "is a departure. A ratio far above 1 does not say whose decision that was.",
        "Release falls due on paper before anyone can open a door: people without a hold are also kept some hours. "
        "That is why both are compared, and not the regulation's limit alone.",
        "Transfers come in groups: people fetched by one van leave at one moment. With fewer than six jails, weeks are "
        "therefore the units wherever they make the limits wider; with two or three weeks the limits are next to "
        "useless, and where release fell due in one week for everybody nothing is tested. Weeks of all jails, and "
        "periods of four weeks where there are six or more, are units besides. What lasts longer is not allowed for: "
        "simulated (benchmarks/hold_ugly.py, 400 places a cell, no effect), with half of those who have a hold fetched "
        "by one van for all jails, p was at most 5 % in 3.0 to 6.5 % of places where it comes every week or every "
        "other week, in 7.3 to 8.8 % where it comes every four weeks.",
        "Whatever else goes with holds is taken for them. In the same simulation p was at most 5 % in 10 to 11 % of "
        "places where holds are more common in a slow quarter of the year, 15 % where the slower of two jails under "
        "one name holds more of them, and 13 to 15 % where 4 % of releases with a hold and 1 % of others were not "
        "written down. By the plain clock, and not by the regulation's, holds lodged before weekends without releases "
        "look longer (p at most 5 % in 46 to 47 % of places).",
        "In a place with one jail the test is of that jail: where a hold's effect differs from jail to jail by an SD "
        "of 0.4 on the log odds, and is none on average, it rejects in 24 % of them.",
        "A hold lodged after release fell due is counted as none: whoever stays longer has more time to receive one.",
        "A group's own comparison is of one group, with a hold and without: people of unrecorded group are in it on "
        "neither side, and no range is shown of what they could change.",
        "The date that a file calls release is often that of the booking's last charge; read its documentation.",
    ),
    references=(
        "8 CFR 287.7(d): custody for at most 48 hours, no Saturday, Sunday or holiday counted.",
        "Kaplan, E. L. & Meier, P. (1958). Nonparametric estimation from incomplete observations. JASA 53, 457-481.",
        "Cox, D. R. (1972). Regression models and life-tables. JRSS B 34, 187-220.",
        "Lin, D. Y. & Wei, L. J. (1989). JASA 84, 1074-1078 (the score added up by cluster).",
        "Royston, P. & Parmar, M. K. B. (2013). Restricted mean survival time. BMC Medical Research Methodology 13.",
        "Anderson, J. R., Cain, K. C. & Gelber, R. D. (1983). Analysis of survival by tumor response. Journal of "
        "Clinical Oncology 1, 710-719 (why status at a landmark is compared, and not status at the end).",
    ),
    formulae=(
        "counted: stays whose release fell due at least 7 days before the last day of the source, so that each is seen "
        "for 168 hours; k = stays that lasted longer than 48 hours, n = all",
        "ratio = sum_s (a_s m_s / t_s) / sum_s (c_s n_s / t_s), over jails s: a of n with a hold and c of m without "
        "one lasted longer, t = n + m; one jail: (a / n) / (c / m) with its score interval",
        "p = P(stays with a hold beyond the limit >= observed | every margin of every jail): exact, or "
        "Cochran-Mantel-Haenszel where the counts reach far enough (Mantel and Fleiss, 5); six jails or more: the log "
        "ratio over its jackknife error, one jail left out at a time, by Student's t on jails - 1 degrees, which gives "
        "the interval too; fewer jails, and two weeks or more in which release fell due: the same with weeks of each "
        "jail left out, taken wherever it is wider or its p larger; the same with weeks of all jails, and with four "
        "weeks where there are six such periods",
        "hazard ratio: Cox's partial likelihood over the 168 hours, Efron's ties, jails as strata; six jails or more: "
        "jackknife over jails with Student's t; two to five: not stated; one: no narrower than its weeks allow",
        "log-rank p beside it: the score of that model at no effect, added up by jail (six or more) or week (one jail, "
        "where its p is larger), by Student's t on clusters - 1 degrees",
        "difference of mean hours: sum_s w_s (mean min(T, 168) with less without a hold), w_s = the jail's share of "
        "those with one",
        "regulation's clock: hours between the two moments less those on Saturdays, Sundays and federal holidays",
    ),
    controls="None. A hold that was lifted before release fell due should leave the time unchanged, but the records "
    "that are known give no day of lifting. So the screen compares each place with its peers, and no place can rise "
    "above pattern-worth-examining on it. Measured so far on simulated stays without an effect "
    "(benchmarks/hold_null.py, 400 places a cell): with people of a jail alike by a correlation of .02 to .2 and 1 to "
    "50 jails a place the test rejects at a nominal one-sided 5 % in 1.5 to 8.3 %, and of intervals of the hazard "
    "ratio 2.8 to 7.5 % miss 1; in one jail over 2 to 52 weeks, with people who have a hold fetched one by one, in "
    "threes or in fives, it rejects in 1.3 to 7.3 %. Joint error rates with the other signals are not measured, so it "
    "is described and decides no verdict.",
)


class HoldTime(Signal):
    """Shares still held after the limit, with and without an immigration hold, within jails."""

    card = CARD
    options = HoldTimeOptions

    def lacks(self, inventory: Inventory, options: HoldTimeOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        events = EVENTS if options.event == "auto" else (options.event,)
        gaps = [_gap(event, inventory.row_columns.get(event, frozenset())) for event in events]
        least = min(gaps, key=len)
        if not least:
            return None
        return Lack("hold-time.no-columns", "hold-time.need-columns", {"columns": ", ".join(least)})

    def view(self, options: HoldTimeOptions) -> CellSpec:
        """Rows by event, group, jail, hold, hours held and how the stay ended."""
        events = EVENTS if options.event == "auto" else (options.event,)
        return CellSpec(keys=("event", "group", "group_source"), events=events, rows=RowSpec(KEYS, events))

    def measure(self, cells: Cells, options: HoldTimeOptions, rng: np.random.Generator) -> Panel:
        """Compare people with and without a hold, and describe beside that how fast and after how long they leave."""
        event = event_of(cells, options.event)
        stays = stays_of(cells, event, options.horizon)
        compared = compared_panel(CARD.name, cells, stays, event, options)
        return joined([compared, described_panel(CARD.name, cells, stays, event, options, compared)])

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw stays in one or two jails a place, with an effect on the odds of being held beyond the limit.

        Jails differ by an SD of 0.4 in those odds, and in how many have a hold; that is no effect of the hold.
        """
        return draw_stays(rng, effect, design)


def _gap(event: str, held: frozenset[str]) -> list[str]:
    """Return what the rows of an event lack."""
    gap = [] if "release_eligible_date" in held else ["release_eligible_date"]
    if not held & {"release_date", "transfer_date"}:
        gap.append("release_date or transfer_date")
    if event != "detainer" and not held & {"detainer", "detainer_date"}:
        gap.append("detainer or detainer_date")
    return gap


SIGNAL = HoldTime()
