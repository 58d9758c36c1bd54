"""No charge: do arrests of the group end more often with no charge filed, or a dismissal?"""

from __future__ import annotations

from typing import Literal

import numpy as np

from auditor.cells import Cells, CellSpec, RowSpec
from auditor.findings.card import Card
from auditor.signals.cases import other_groups, richest, rows_of
from auditor.signals.charge_columns import charge_columns, noted
from auditor.signals.charges import ends_of
from auditor.signals.charges_simulated import simulate_charges
from auditor.signals.pair_measure import PairColumn, pair_panel
from auditor.signals.signal import Design, Inventory, Lack, Options, Panel, Signal
from auditor.signals.units import UNITS

CARD = Card(
    name="no-charge",
    family="outcome",
    section=9,
    title="Arrests without a charge",
    question="Do arrests of the group end more often with no charge filed, or a dismissal, than arrests of the "
    "reference group for the same class of offence?",
    null="Among arrests for one class of offence in this place whose outcome is their own, the focal group's end "
    "without a charge or with a dismissal as often as the reference group's.",
    needs="Arrests or bookings row by row, with ethnic group, offence, how the case ended, and whether the person was "
    "transferred to ICE or had a detainer.",
    measures="The focal group's share of cases with no charge filed or dismissed over the reference group's, within "
    "classes of offence. Cases on weaker grounds are dropped more often, so a ratio above 1 is what arrests "
    "as a pretext predict.",
    assumptions=(
        "Immigration custody ends prosecutions: a case that ICE took, or in which it lodged a detainer, has no outcome "
        "of its own, whatever is recorded. It is not tested and not dropped: the range says what all such cases could "
        "change.",
        "Apart from those, whether an outcome is recorded does not depend on what it is.",
        "A case counts once, by the outcome that the record gives for it; several charges are not counted singly.",
        "Within a class of offence, cases with grounds as good are dropped as often in both groups.",
        "One encounter (agency, day, minute and officer), and one officer where six or more are recorded, tells "
        "nothing of how the cases of another end; where neither is recorded, one case does. Simulated without an "
        "effect (benchmarks/results/together_null.csv, 1,000 places a cell), people arrested in threes whose cases end "
        "together gave p of at most 5 % as if neither were recorded in 17.5 % of places, and ten or a hundred officers "
        "who differ (SD 0.5 on the log odds) in 5 to 10 %; with both recorded in 3.4 to 5.1 %.",
    ),
    misleads=(
        "Prosecutors and courts decide as well as officers: one who drops one group's cases more readily hides weak "
        "arrests of the other, or feigns them.",
        "Bail, counsel and custody change outcomes: who is held pleads sooner, and a detainer holds people.",
        "Infra-marginality: the share is an average over all arrests, not over those about which the officer was in "
        "doubt; groups with different mixes of cases differ with one and the same threshold.",
        "The class of offence was chosen by the officer; where it is part of the pretext, comparing within it hides "
        "some of what is asked.",
    ),
    references=(
        "Becker, G. S. (1957). The Economics of Discrimination, on outcome tests.",
        "Ayres, I. (2002). Outcome tests of racial disparities in police practices. Justice Research and Policy 4, "
        "131-142.",
        "Cochran, W. G. (1954). Biometrics 10, 417-451.",
        "Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.",
        "Greenland, S. & Robins, J. M. (1985). Biometrics 41, 55-68.",
        "MacKinnon, J. G., Nielsen, M. O. & Webb, M. D. (2023). Journal of Applied Econometrics 38, 671-694 (CV3).",
        "Breslow, N. E. & Day, N. E. (1980). Statistical Methods in Cancer Research 1; Tarone, R. E. (1985). "
        "Biometrika 72, 91-95.",
        "Manski, C. F. (2003). Partial Identification of Probability Distributions.",
        "Imbens, G. W. & Manski, C. F. (2004). Econometrica 72, 1845-1857.",
    ),
    formulae=(
        "share = cases with no charge filed or dismissed / cases with an outcome of their own (pending, unrecorded and "
        "taken by ICE are none)",
        "ratio = sum_s (a_s m_s / t_s) / sum_s (c_s n_s / t_s), over offences s: a of n focal and c of m reference "
        "cases, t = n + m; one offence: (a / n) / (c / m) with its score interval",
        "p = P(focal cases without a charge >= observed | every margin of every offence): exact, or "
        "Cochran-Mantel-Haenszel where the counts reach far enough (Mantel and Fleiss, 5)",
        "range, with u focal and v reference cases taken by ICE counted in n and m: lowest ratio at a and c + v, "
        "highest at a + u and c; its limits at Imbens and Manski's critical value",
        "even share = (sum_s (c'_s n_s - a_s m_s) / t_s) / (sum_s u_s m_s / t_s), the reference group's taken cases "
        "ending like its others",
        "interval, p and difference no narrower than a jackknife of the same sums, one encounter, and one officer, "
        "left out at a time, by Student's t on units - 1 degrees; no case on one side: limits that invert the "
        "exact test",
        "screen: k of n against the base (k / n) / ratio, with the reference group's own error",
    ),
    controls="The same ratio between groups that are not asked about (other recorded groups against the reference "
    "group), at the same places. They are controls only as far as those groups are not arrested on less suspicion too; "
    "where they are, the screen asks for more than it should. Its error rate by itself was measured on simulated "
    "places (benchmarks/results/together_null.csv). Joint error rates with the other signals are not measured, so it "
    "is described and decides nothing.",
)

EVENTS = ("arrest", "booking")
_NEEDED = frozenset({"group", "disposition", "offence"})


class NoChargeOptions(Options):
    """Options under ``[signals.no-charge]``.

    Attributes
    ----------
    event : str
        Whose outcomes are compared; ``"auto"`` takes the event with more cases that have one.
    within : {"offence", "offence-agency", "overall"}
        Strata of the test.
    ice : {"detainer", "transfer"}
        Whether a detainer alone leaves a case without an outcome of its own, or a transfer to ICE only.
    """

    event: Literal["auto", "arrest", "booking"] = "auto"
    within: Literal["offence", "offence-agency", "overall"] = "offence"
    ice: Literal["detainer", "transfer"] = "detainer"


class NoCharge(Signal):
    """Shares of arrests without a charge, the focal group's over the reference group's, within offences."""

    card = CARD
    options = NoChargeOptions

    def lacks(self, inventory: Inventory, options: NoChargeOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if not inventory.focal_groups:
            return Lack("no-charge.no-focal", "no-charge.need-focal")
        needed = _NEEDED - {"offence"} if options.within == "overall" else _NEEDED
        gaps = [needed - inventory.row_columns.get(event, frozenset()) for event in _events(options)]
        least = min(gaps, key=len)
        if not least:
            return None
        return Lack("no-charge.no-columns", "no-charge.need-columns", {"columns": ", ".join(sorted(least))})

    def decides_by(self, inventory: Inventory, options: NoChargeOptions) -> Literal["peers", "controls"]:
        """Groups that are not asked about are controls."""
        others = inventory.groups - {"unknown", "other", *inventory.focal_groups}
        return "controls" if len(others) >= 2 else "peers"

    def view(self, options: NoChargeOptions) -> CellSpec:
        """Rows by event, group, agency, offence, ending, whether immigration custody took over, encounter, officer."""
        keys = ("event", "group", "group_source", "agency", "offence", "disposition", "ice", *UNITS)
        rows = RowSpec(keys, _events(options), personal=("officer",))
        return CellSpec(keys=("event", "group", "group_source"), events=_events(options), rows=rows)

    def measure(self, cells: Cells, options: NoChargeOptions, rng: np.random.Generator) -> Panel:
        """Compare each focal group with the reference group: the test, and beside it overall and by discretion."""
        event = _event(cells, options)
        rows = rows_of(cells, event)
        names = (options.within, *(name for name in ("overall", "discretionary") if name != options.within))
        columns: list[PairColumn] = []
        for group in cells.focal_groups:
            columns += charge_columns(cells, rows, event, group, names, options.ice)
        return noted(pair_panel(CARD.name, cells, columns, cells.window(event)))

    def controls(self, cells: Cells, options: NoChargeOptions, rng: np.random.Generator) -> Panel | None:
        """Compare the groups that are not asked about with the reference group."""
        event = _event(cells, options)
        rows = rows_of(cells, event)
        columns: list[PairColumn] = []
        for group in other_groups(cells, rows):
            columns += charge_columns(cells, rows, event, group, (options.within,), options.ice, control=True)
        return pair_panel(CARD.name, cells, columns, cells.window(event)) if columns else None

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw arrests of three groups for six offences, with an effect on the focal group's odds of no charge.

        Offences differ in those odds and in whom they befall; ICE takes more of the focal group, whatever the outcome;
        none of that is profiling.
        """
        return simulate_charges(rng, effect, design)


def _events(options: NoChargeOptions) -> tuple[str, ...]:
    return EVENTS if options.event == "auto" else (options.event,)


def _event(cells: Cells, options: NoChargeOptions) -> str:
    if options.event != "auto" or cells.rows is None:
        return _events(options)[0]
    return richest(cells, EVENTS, ends_of(cells.rows, options.ice).told)


SIGNAL = NoCharge()
