"""Discretion: how often is a match followed by no detainer, and a detainer lifted, beside comparable places?"""

from __future__ import annotations

from typing import Literal

import numpy as np

from auditor.cells import Cells, CellSpec, RowSpec
from auditor.findings.card import Card
from auditor.signals.detainer_draw import place_ids, row_table, sizes
from auditor.signals.detainer_rows import KEYS, SINGLE, detainers_of, outcome_mix
from auditor.signals.drawn import drawn_cells
from auditor.signals.joined import joined
from auditor.signals.lifted_detainers import lifted_by_level, lifted_changes, lifted_columns, match_changes
from auditor.signals.match_detainers import LACKS, match_columns, matches_of
from auditor.signals.shares import ShareColumn, panel
from auditor.signals.signal import Design, Inventory, Lack, Options, Panel, Signal
from auditor.signals.stated import StatedColumn, stated_panel

CARD = Card(
    name="discretion-use",
    family="match",
    section=13,
    title="Use of discretion",
    question="Is a match followed by no detainer, or a detainer lifted by ICE, as often here as in comparable places?",
    null="A match at a low level (or a detainer) from this place is let go as often as one from its peers.",
    needs="Matches row by row with level and whether a detainer was lodged, or counts of matches and detainers of the "
    "same days by level; detainers row by row with date, level and the reason for which they were lifted.",
    measures="The share of matches that no detainer followed (Level 3 and non-criminal ones where levels are told) "
    "over the same share of the other places; beside it the share of detainers that ICE lifted, by regime of the rules "
    "and by level, and both before and after 17 June 2011 and 20 November 2014. A ratio below 1 means that discretion "
    "was used less often.",
    assumptions=(
        "A match without a detainer on file had none; a reason for lifting is recorded alike everywhere.",
        "Matches of one level are alike in what ICE could have done: who is a citizen or lawfully present is unknown.",
        "Counts of matches and of detainers cover the same people where they cover the same days.",
    ),
    misleads=(
        "Many matches are citizens, on whom no detainer can be lodged, and lawful residents, on whom one can only if "
        "they are removable: none there is no discretion.",
        "Discretion is ICE's, not that of the arresting agency: the share says more about a field office than about a "
        "sheriff.",
        "Where police bring in people for lesser offences there is more to let go: a high share can go with arrests on "
        "a pretext, a low one with few of them. Neither direction is evidence by itself.",
        "“Lifted” is ICE's own code and gives no reason; “Case Closed” is not counted as lifted, and may be.",
        "A blank reason means pending, or no paper: recent detainers have more blanks, and look as if fewer were "
        "lifted among those that ended.",
        "The facility is not the jurisdiction.",
    ),
    references=(
        "Immigration Policy Center (November 2011). Secure Communities: A Fact Sheet.",
        "U.S. Immigration and Customs Enforcement (17 June 2011). Exercising Prosecutorial Discretion. Policy 10075.1.",
        "Department of Homeland Security (20 November 2014). Secure Communities. Memorandum.",
        "Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions. Biometrics 40.",
        "Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in "
        "Medicine 17, 873-890.",
        "Edgington, E. S. & Onghena, P. (2007). Randomization Tests, 4th ed., chapter 11.",
    ),
    formulae=(
        "share = matches without a detainer / matches, of one set of levels; from counts: (M - D) / M where both cover "
        "the same days and D <= M in every level",
        "lifted = (Lifted + Prosecutorial Discretion + Lack of Funds or Space) / detainers with a recorded outcome, in "
        "one regime",
        "base = (K - k) / (N - n) over the other places (leave-one-out); ratio = share / base",
        "change at a date = share after - share before; months moved round the date say how unusual it is",
    ),
    controls="None: there is no kind of match on which discretion is known to be used alike. The screen compares each "
    "place with its peers, and no place can rise above pattern-worth-examining on it. Measured so far: size and power "
    "on simulated places (tests/conformance); described until the joint error rates are measured, and in neither "
    "direction, since profiling predicts none.",
    direction="",
)


class DiscretionUseOptions(Options):
    """Options under ``[signals.discretion-use]``.

    Attributes
    ----------
    compare : str
        What is held against the peers: ``"matches"`` without a detainer, detainers that were ``"lifted"``, or
        ``"auto"``: matches where the sources tell of any, else lifted detainers.
    """

    compare: Literal["auto", "matches", "lifted"] = "auto"


class DiscretionUse(Signal):
    """Matches without a detainer and detainers lifted, against the peers, by level and over time."""

    card = CARD
    options = DiscretionUseOptions

    def lacks(self, inventory: Inventory, options: DiscretionUseOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        held = {event: inventory.row_columns.get(event, frozenset()) for event in SINGLE}
        matches = {"match", "detainer"} <= inventory.events or "detainer" in held["match"]
        lifted = any("lift_reason" in names for names in held.values())
        told = {"matches": matches, "lifted": lifted, "auto": matches or lifted}[options.compare]
        return None if told else Lack("discretion-use.no-records", "discretion-use.need-rows")

    def view(self, options: DiscretionUseOptions) -> CellSpec:
        """Counts of matches and detainers by level; matches and detainers row by row."""
        keys = (*KEYS, "level", "lift_reason", "month", "policy_period")
        counted = ("event", "level", "level_basis", "level_regime")
        return CellSpec(keys=counted, events=("match", "detainer"), rows=RowSpec(keys, SINGLE))

    def measure(self, cells: Cells, options: DiscretionUseOptions, rng: np.random.Generator) -> Panel:
        """Compare matches or lifted detainers, and state the other, the levels and the changes."""
        matches = matches_of(cells)
        first = options.compare == "matches" or (options.compare == "auto" and bool((matches.told > 0).any()))
        lifted, stated = _lifted(cells, tested=not first)
        compared = [*match_columns(cells, matches, tested=first or not lifted), *lifted]
        parts = [panel(CARD.name, cells, compared, LACKS)]
        return joined([*parts, stated_panel(CARD.name, cells, stated)] if stated else parts)

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw matches whose share without a detainer varies by nature, with an effect in the planted places."""
        return _simulate(rng, effect, design)


def _lifted(cells: Cells, *, tested: bool) -> tuple[list[ShareColumn], list[StatedColumn]]:
    """Return what detainers row by row tell: the comparisons, and what is stated."""
    if cells.rows is None:
        return [], []
    found = detainers_of(cells)
    mix = outcome_mix(cells, found)
    changes = match_changes(cells, cells.rows)
    if mix is None or not mix.n.any():
        return [], changes
    stated = [*lifted_by_level(cells, found, mix), *lifted_changes(cells, found, mix), *changes]
    return lifted_columns(cells, found, mix, tested=tested), stated


_LEVELS = ("1", "2", "3", "none")
_MIX = (0.2, 0.2, 0.3, 0.3)
_REASONS = ("Booked into Detention", "Lifted", "Case Closed", "")


def _simulate(rng: np.random.Generator, effect: float, design: Design) -> Cells:
    ids, n = place_ids(design.places), sizes(rng, 2 * design.typical, design.places)
    planted = np.arange(design.places) < round(design.planted * design.places)
    odds = rng.normal(0, design.natural_sd, design.places) + np.where(planted, effect, 0.0) - 0.5
    made = rng.multinomial(n, _MIX)
    without = rng.binomial(made, 1 / (1 + np.exp(-odds[:, None])))
    # Each detainer ends for a reason of its own: one for all of a place and level would be a difference between places.
    ended = rng.multinomial(made - without, np.full(len(_REASONS), 1 / len(_REASONS)))
    rows = [
        (j, _LEVELS[i], lodged, why, count)
        for (j, i), bare in np.ndenumerate(without)
        for lodged, why, count in ((0, "", bare), *((1, *pair) for pair in zip(_REASONS, ended[j, i], strict=True)))
        if count
    ]
    index, level, lodged, reason, count = zip(*rows, strict=True)
    period = ["detainers-2012" if yes else "" for yes in lodged]
    event, month = ["match"] * len(rows), ["2013-06"] * len(rows)
    single = row_table(
        rng, index, count, event=event, level=level, detainer=lodged, lift_reason=reason, detainer_period=period,
        policy_period=["detainers-2012"] * len(rows), month=month,
    )  # fmt: skip
    counts = [{"place": ids[j], "event": "match", "n": n[j], "complete": True} for j in range(design.places)]
    return drawn_cells(ids, counts, ("event", "level", "level_basis", "level_regime"), rows=single)


SIGNAL = DiscretionUse()
