"""Detainer practice: which forms ICE used, whether before a conviction, and how the detainers ended."""

from __future__ import annotations

from typing import Literal

import numpy as np

from auditor.cells import Cells, CellSpec, RowSpec
from auditor.domain.detainers import FORMS, OUTCOMES, form_of
from auditor.domain.policy_dates import REGIMES
from auditor.findings.card import Card
from auditor.signals.detainer_columns import regimes_met, stated
from auditor.signals.detainer_draw import place_ids, row_table, sizes
from auditor.signals.detainer_rows import (
    KEYS,
    LEFT_OVER,
    SINGLE,
    Detainers,
    Mix,
    detainers_of,
    kinds_of,
    mix_of,
    outcome_mix,
)
from auditor.signals.detainer_timing import LACKS, only, timing_columns
from auditor.signals.drawn import drawn_cells
from auditor.signals.joined import joined
from auditor.signals.shares import panel
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal
from auditor.signals.stated import StatedColumn, stated_panel

CARD = Card(
    name="detainer-practice",
    family="match",
    section=13,
    title="Detainer practice",
    question="Are detainers on people held in this place lodged before a conviction more often than elsewhere, and how "
    "do they end?",
    null="Under one set of rules, a detainer on somebody held in this place comes before a conviction as often as one "
    "elsewhere.",
    needs="Detainers row by row: date, place of the person, form, reason for which it was lifted, and the date of "
    "conviction or how the criminal case ended; the offence for the negative control.",
    measures="The share of detainers lodged before a conviction over the same share of the other places, within one "
    "set of rules (regimes beginning on 17 June 2011, 21 December 2012, 2 July 2015, 20 February 2017, 20 January 2021 "
    "and 20 January 2025). Beside it, stated and not tested: the mix of forms and of outcomes in each regime, with the "
    "scatter of the months in its limits.",
    assumptions=(
        "The date of a detainer is the day on which it was lodged.",
        "A conviction on file belongs to the arrest from which the detainer came.",
        "Places of one regime are under the same rules: the rules are ICE's own, its offices' habits are not.",
    ),
    misleads=(
        "The facility is not the jurisdiction: a county with a state or federal prison has detainers on people "
        "convicted long ago elsewhere, and one with a busy jail has few of them.",
        "Detainers follow ICE's practice and the speed of the courts as well as whom the police bring in.",
        "A blank reason for lifting means that the case is pending or that there is no paper: not that the detainer "
        "was never lifted. Recent detainers have more blanks.",
        "The reasons are ICE's own codes: “Lifted” and “Case Closed” say nothing of why, and people who turned out to "
        "be citizens may stand under other codes.",
        "People without any conviction often have no date of conviction on file: where more than 30 % of the timing is "
        "missing, nothing is compared.",
        "Administrative batches (many detainers bearing one date) look like a change of practice.",
    ),
    references=(
        "National Immigrant Justice Center (November 2014), on the Priority Enforcement Program.",
        "U.S. Immigration and Customs Enforcement (21 December 2012). Guidance on the Use of Detainers in the Federal, "
        "State, Local, and Tribal Criminal Justice Systems.",
        "Goodman, L. A. (1965). On simultaneous confidence intervals for multinomial proportions. Technometrics 7.",
        "McCullagh, P. & Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., section 4.5.",
        "Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions. Biometrics 40.",
    ),
    formulae=(
        "before conviction: lodged on an earlier day than the conviction, or in a case that ended (or is pending) "
        "without one; share = before / detainers of which that is known, in one regime",
        "base = (K - k) / (N - n) over the other places, same regime (leave-one-out); ratio = share / base",
        "forms, outcomes: share of those whose form or reason is a known word of the vocabulary; limits by Goodman for "
        "all kinds at once, the sample divided by the Pearson dispersion of the months",
        "bounds: every detainer without a reason counted to the outcome, or none",
    ),
    controls="The same share among detainers on people held for serious offences: pretext adds lesser cases, and "
    "should not move when detainers on serious ones are lodged. Forms and outcomes are not tested at all: forms are "
    "ICE's choice for the whole nation, outcomes are recorded unevenly, and a detainer lifted in error is too rare for "
    "a test in most places. Measured so far: size and power on simulated places (tests/conformance); described until "
    "the joint error rates are measured.",
)


class DetainerPracticeOptions(Options):
    """Options under ``[signals.detainer-practice]``."""


class DetainerPractice(Signal):
    """Detainers before a conviction against the peers; forms and outcomes stated, all within regimes."""

    card = CARD
    options = DetainerPracticeOptions

    def lacks(self, inventory: Inventory, options: DetainerPracticeOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        held = {event: inventory.row_columns.get(event, frozenset()) for event in SINGLE}
        told = [names for event, names in held.items() if event == "detainer" or names & {"detainer", "detainer_date"}]
        if not any(told):
            return Lack("detainer-practice.no-rows", "detainer-practice.need-rows")
        if not any(names & _TOLD for names in told):
            return Lack("detainer-practice.no-columns", "detainer-practice.need-rows")
        return None

    def decides_by(self, inventory: Inventory, options: DetainerPracticeOptions) -> Literal["peers", "controls"]:
        """Detainers on people held for serious offences are a control where offences are recorded."""
        serious = any("offence" in inventory.row_columns.get(event, frozenset()) for event in SINGLE)
        return "controls" if serious else "peers"

    def view(self, options: DetainerPracticeOptions) -> CellSpec:
        """Detainers row by row; the counts only say which places have any."""
        keys = (*KEYS, "detainer_type", "lift_reason", "before_conviction")
        return CellSpec(keys=("event",), events=SINGLE, rows=RowSpec(keys, SINGLE))

    def measure(self, cells: Cells, options: DetainerPracticeOptions, rng: np.random.Generator) -> Panel:
        """Compare every place within each regime, and state the mix of forms and outcomes."""
        found = detainers_of(cells)
        parts = [panel(CARD.name, cells, timing_columns(cells, found), LACKS)]
        columns = [*_forms(cells, found), *_outcomes(cells, found)]
        return joined([*parts, stated_panel(CARD.name, cells, columns)] if columns else parts)

    def controls(self, cells: Cells, options: DetainerPracticeOptions, rng: np.random.Generator) -> Panel | None:
        """Measure the same share among people held for serious offences."""
        found = detainers_of(cells)
        serious = [offence for offence, side in cells.classes.items() if side == "serious"]
        kept = only(cells, found, np.isin(found.rows.columns["offence"].astype(str), serious))
        columns = [column for column in timing_columns(cells, kept, control=True) if (column.code == 0).any()]
        return panel(CARD.name, cells, columns, LACKS) if columns else None

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw detainers whose share before a conviction varies by nature, with an effect on the lesser cases."""
        return _simulate(rng, effect, design)


_TOLD = frozenset({"detainer_type", "lift_reason", "conviction_date", "disposition"})


def _forms(cells: Cells, found: Detainers) -> list[StatedColumn]:
    mix = mix_of(cells, found, kinds_of(found.rows, "detainer_type", form_of, FORMS), len(FORMS))
    return [] if mix is None else _stated(cells, found, mix, tuple(f"form-{name}" for name in FORMS), "form")


def _outcomes(cells: Cells, found: Detainers) -> list[StatedColumn]:
    mix = outcome_mix(cells, found)
    return [] if mix is None else _stated(cells, found, mix, tuple(f"ended-{name}" for name in OUTCOMES), "outcome")


def _stated(cells: Cells, found: Detainers, mix: Mix, names: tuple[str, ...], what: str) -> list[StatedColumn]:
    """Return the share of each kind in each regime in which it occurs anywhere, beside others."""
    facility = np.ones(cells.size, dtype=bool)
    notes = {"detainer-practice.caveat-facility": facility}
    if what == "outcome":
        notes["detainer-practice.caveat-pending"] = facility
    return [
        stated(cells, found, mix, (i,), regime, _stating(found.event, name, regime, what), what, notes)
        for regime in regimes_met(mix, cells.gates["persons"])
        for i, name in enumerate(names)
        if mix.parts[:, regime, i].any() and not (what == "outcome" and i == LEFT_OVER) and _mixed(mix, regime)
    ]


def _mixed(mix: Mix, regime: int) -> bool:
    """Say whether there is more than one kind in a regime: that all detainers are on the one form says nothing."""
    return int(mix.parts[:, regime].any(axis=0).sum()) > 1


def _stating(event: str, name: str, regime: int, what: str) -> Contrast:
    return Contrast(
        key=f"{event}/{name}/{REGIMES[regime]}",
        group=None,
        reference=None,
        event="detainer",
        label=REGIMES[regime],
        counted=name,
        among=f"detainer-with-{what}",
        comparator="itself",
        why="stated.why",
        shape="described",
        method="share (Goodman, simultaneous over the kinds, with the scatter of the months)",
        tested=False,
        scale="share",
        definitions=(f"detainer-practice.define-{what}", "detainer-practice.define-regime"),
        words="stated",
    )


_OFFENCES = ("robbery", "theft", "dui", "traffic", "other")
_DRAWN = (0.15, 0.15, 0.25, 0.25, 0.2)
_REASONS = ("Booked into Detention", "Lifted", "Case Closed", "")


def _simulate(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    ids, n = place_ids(design.places), sizes(rng, design.typical, design.places)
    planted = np.arange(design.places) < round(design.planted * design.places)
    eta = rng.normal(0, design.natural_sd, design.places)
    made = rng.multinomial(n, _DRAWN)
    serious = np.isin(_OFFENCES, ("robbery", "theft"))
    odds = eta[:, None] + np.where(planted[:, None] & ~serious, effect, 0.0)
    before = rng.binomial(made, 1 / (1 + np.exp(-odds)))
    rows = [
        (j, _OFFENCES[i], early, count)
        for (j, i), whole in np.ndenumerate(made)
        for early, count in ((1, before[j, i]), (0, whole - before[j, i]))
        if count
    ]
    index, offence, early, count = zip(*rows, strict=True)
    reason = [_REASONS[i] for i in rng.integers(0, len(_REASONS), len(rows))]
    single = row_table(rng, index, count, offence=offence, before_conviction=early, lift_reason=reason)
    counts = [{"place": ids[j], "event": "detainer", "n": n[j], "complete": True} for j in range(design.places)]
    return drawn_cells(ids, counts, ("event",), rows=single)


SIGNAL = DetainerPractice()
