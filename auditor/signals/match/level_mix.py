"""Level mix: are lesser cases a larger part of those matched or removed than in comparable places?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from auditor.cells import Cells, CellSpec
from auditor.findings.card import Card
from auditor.signals.baseline import Baseline, Own, national, own_counts, small, statewide
from auditor.signals.drawn import drawn_cells
from auditor.signals.level_counts import (
    REDUCE,
    SETS,
    Facts,
    Stratum,
    beside_of,
    facts_of,
    own_of,
    reduce_levels,
)
from auditor.signals.region.rows import Totals
from auditor.signals.shares import ShareColumn, panel
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal

CARD = Card(
    name="level-mix",
    family="match",
    section=7,
    title="Focus on serious offences",
    question="Do people without a conviction, or with the least serious ones, make up more of this place's cases than "
    "of the nation's?",
    null="A case from this place is at a low level (or without a conviction) as often as one from its peers.",
    needs="Matches, people taken into custody or removals by jurisdiction and level, with the basis (charge or "
    "conviction) and the regime of the levels.",
    measures="The share of Level 3 and non-criminal cases (and of each level that is told apart) over the same share "
    "of the nation without the place itself.",
    assumptions=(
        "Levels are assigned alike everywhere within one regime and basis.",
        "The window is the same for place and nation.",
    ),
    misleads=(
        "Near the border, and soon after activation, more cases have no conviction whoever was arrested and why.",
        "Removals lag matches, and are not the same people.",
        "A share that differs from the nation's, however surely, does not say why it differs.",
    ),
    references=(
        "Immigration Policy Center (November 2011). Secure Communities: A Fact Sheet.",
        "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.",
        "Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions. Biometrics 40.",
    ),
    formulae=(
        "share = (M_3 + M_0) / (M_1 + M_2 + M_3 + M_0), within one event, regime and basis; M_0 alone if M_3 is untold",
        "base = (K_US - K) / (N_US - N) (leave-one-out); ratio = share / base",
        "z = (share - base) / sqrt(base (1 - base) / n)",
        "p = P(X >= k), X ~ Binomial(n, base); decided by the over-dispersed peer null",
    ),
    controls="The share of Level 1 among Levels 1 and 2, where they are told apart: arrests on a pretext add lesser "
    "cases, and should not move the mix of the serious ones. Where no place tells it, the screen compares each place "
    "with its peers, and no place can rise above pattern-worth-examining on it.",
)

_EVENTS = ("removal", "custody", "match", "detainer")


class LevelMixOptions(Options):
    """Options under ``[signals.level-mix]``.

    Attributes
    ----------
    event : str
        Whose levels are compared; ``"auto"`` takes the event whose levels most places tell.
    share : str
        ``"low"`` (Level 3 and non-criminal), ``"none"`` (non-criminal) or ``"auto"``: ``low`` where at least half of
        the places tell it, else ``none``.
    """

    event: Literal["auto", "removal", "custody", "match", "detainer"] = "auto"
    share: Literal["auto", "low", "none"] = "auto"


class LevelMix(Signal):
    """Shares of levels against nation and state, within one event, regime and basis."""

    card = CARD
    options = LevelMixOptions

    def lacks(self, inventory: Inventory, options: LevelMixOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        wanted = _EVENTS if options.event == "auto" else (options.event,)
        if not set(wanted) & inventory.events_with_level:
            return Lack("level-mix.no-levels", "level-mix.need-levels")
        return None

    def decides_by(self, inventory: Inventory, options: LevelMixOptions) -> Literal["peers", "controls"]:
        """The mix of the serious levels is a control where they are told apart."""
        return "controls" if {"1", "2"} <= inventory.levels else "peers"

    def view(self, options: LevelMixOptions) -> CellSpec:
        """Counts by event, level, basis and regime."""
        return CellSpec(keys=("event", "level", "level_basis", "level_regime"), events=_EVENTS)

    def measure(self, cells: Cells, options: LevelMixOptions, rng: np.random.Generator) -> Panel:
        """Measure every place, one set of contrasts for each regime and basis met."""
        columns: list[ShareColumn] = []
        for number, stratum in enumerate(_strata(cells, options)):
            facts = facts_of(cells, stratum)
            tested = _tested_share(cells, stratum, options)
            beside = beside_of(cells, stratum, facts, tested)
            for name in (tested, *(name for name in SETS if name != tested)):
                columns += _columns(cells, stratum, facts, name, beside, tested=(name == tested), alone=number == 0)
        return panel(CARD.name, cells, columns, _LACKS)

    def controls(self, cells: Cells, options: LevelMixOptions, rng: np.random.Generator) -> Panel | None:
        """Measure the mix of the serious levels, which arrests on a pretext should not move."""
        columns = []
        for number, stratum in enumerate(_strata(cells, options)):
            facts = facts_of(cells, stratum)
            reduce = reduce_levels(("1",), among=("1", "2"))
            own = own_counts(cells, facts.rows, reduce, facts.coarse | facts.fine)
            beside = beside_of(cells, stratum, facts, _tested_share(cells, stratum, options))
            base = national(cells, own, reduce, stratum.filters, beside)
            column = _column(
                cells, stratum, facts, own, "level-1-of-2", "nation", base, tested=False, alone=number == 0
            )
            if (column.code == 0).any():
                columns.append(column)
        return panel(CARD.name, cells, columns, _LACKS) if columns else None

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw removals whose low-level share varies by nature, with an effect in the planted places."""
        ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
        n = np.maximum(rng.lognormal(np.log(design.typical), 1.0, design.places), 12).round().astype(int)
        planted = np.arange(design.places) < round(design.planted * design.places)
        eta = 0.2 + rng.normal(0, design.natural_sd, design.places) + np.where(planted, effect, 0.0)
        low = rng.binomial(n, 1 / (1 + np.exp(-eta)))
        none = rng.binomial(low, 0.47)
        first = rng.binomial(n - low, 0.58)
        keys = ("event", "level", "level_basis", "level_regime")
        fixed = {"event": "removal", "level_basis": "conviction", "level_regime": "conviction-based"}
        rows = [
            {"place": place, "level": level, "n": value, **fixed}
            for place, *values in zip(ids, first, n - low - first, low - none, none, strict=True)
            for level, value in zip(("1", "2", "3", "none"), values, strict=True)
        ]
        return drawn_cells(ids, rows, keys)


_LACKS = (
    Lack("level-mix.absent", "level-mix.need-levels"),
    Lack("level-mix.suppressed", "level-mix.need-unsuppressed"),
    Lack("level-mix.no-base", "level-mix.need-peers"),
    Lack("level-mix.not-told-apart", "level-mix.need-each-level"),
)


def _strata(cells: Cells, options: LevelMixOptions) -> list[Stratum]:
    events = _EVENTS if options.event == "auto" else (options.event,)
    known = cells.counts.take(~cells.counts.isin("level", "", "unknown"))
    reach = {event: len(np.unique(known.where(event=event).index)) for event in events}
    best = max(events, key=lambda event: (reach[event], -_EVENTS.index(event)))
    rows = known.where(event=best)
    pairs = list(
        zip(
            rows.columns["level_regime"].astype(str).tolist(),
            rows.columns["level_basis"].astype(str).tolist(),
            strict=True,
        )
    )
    size = {pair: len(np.unique(rows.where(level_regime=pair[0], level_basis=pair[1]).index)) for pair in set(pairs)}
    return [Stratum(best, *pair) for pair in sorted(size, key=lambda pair: (-size[pair], pair))]


def _tested_share(cells: Cells, stratum: Stratum, options: LevelMixOptions) -> str:
    if options.share != "auto":
        return options.share
    rows = cells.counts.where(**stratum.filters)
    low = int(reduce_levels(SETS["low"])(rows, cells.size)[2].sum())
    none = int(reduce_levels(SETS["none"])(rows, cells.size)[2].sum())
    return "low" if 2 * low >= none else "none"


def _columns(
    cells: Cells,
    stratum: Stratum,
    facts: Facts,
    name: str,
    beside: Sequence[tuple[Own, Totals]],
    *,
    tested: bool,
    alone: bool,
) -> list[ShareColumn]:
    reduce = REDUCE[name]
    own = own_of(cells, facts, reduce, tested=tested)
    bases = {"nation": national(cells, own, reduce, stratum.filters, beside)}
    if tested:
        bases["state"] = statewide(cells, own)
    return [
        _column(cells, stratum, facts, own, name, where, base, tested=tested and where == "nation", alone=alone)
        for where, base in bases.items()
    ]


def _column(
    cells: Cells,
    stratum: Stratum,
    facts: Facts,
    own: Own,
    name: str,
    where: str,
    base: Baseline,
    *,
    tested: bool,
    alone: bool,
) -> ShareColumn:
    code = np.zeros(cells.size, dtype=np.int64)
    code[~base.enough(cells)] = 3
    code[~own.known] = 4
    code[facts.censored] = 2
    code[~(facts.told > 0)] = 1
    everyone = facts.everyone
    missing = np.divide(everyone - facts.told, everyone, out=np.full(cells.size, np.nan), where=everyone > 0)
    missing[small(everyone - facts.told, cells)] = np.nan
    suffix = "" if alone else f"/{stratum.regime or 'unstated'}/{stratum.basis or 'unstated'}"
    contrast = Contrast(
        key=f"{stratum.event}/{name}/{where}{suffix}",
        group=None,
        reference=None,
        event=stratum.event,
        label=name,
        counted=name,
        among=stratum.event,
        comparator=where,
        why=f"level-mix.why-{where}",
        shape="share",
        method="ratio of shares (score interval)",
        tested=tested,
        definitions=_definitions(stratum, name),
    )
    unstated = (code == 0) & (not stratum.basis or stratum.basis == "unknown")
    return ShareColumn(
        contrast,
        own,
        base,
        code,
        missing,
        facts.censored,
        {
            "level-mix.caveat-basis": np.asarray(unstated, dtype=bool),
            "level-mix.caveat-why": (code == 0) & tested,
            "level-mix.caveat-lag": (code == 0) & (stratum.event == "removal") & tested,
        },
    )


def _definitions(stratum: Stratum, name: str) -> tuple[str, ...]:
    regime = stratum.regime if stratum.regime in ("offence-type", "conviction-based") else "unstated"
    stage = stratum.event if stratum.event in ("removal", "custody", "match") else "detainer"
    parts = [f"level-mix.define-regime-{regime}", f"level-mix.define-stage-{stage}"]
    if name in ("low", "none"):
        parts.insert(0, "level-mix.define-noncriminal")
    return tuple(parts)


SIGNAL = LevelMix()
