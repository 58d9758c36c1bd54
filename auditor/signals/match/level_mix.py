"""Level mix: are lesser cases a larger part of those matched or removed than in comparable places?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from auditor.cells import Bools, Cells, CellSpec, Floats, Table, table
from auditor.domain.vocabulary import parse_level
from auditor.findings.card import Card
from auditor.signals.baseline import Baseline, Reduce, national, statewide
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
    controls="None: the screen compares each place with its peers, and no place can rise above "
    "pattern-worth-examining on it.",
)

_SETS: dict[str, tuple[str, ...]] = {
    "low": ("3", "none"),
    "none": ("none",),
    "level-1": ("1",),
    "level-2": ("2",),
    "level-3": ("3",),
}
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
    level : float
        Level of the intervals.
    """

    event: Literal["auto", "removal", "custody", "match", "detainer"] = "auto"
    share: Literal["auto", "low", "none"] = "auto"
    level: float = Field(default=0.95, gt=0.5, lt=1)


@dataclass(frozen=True)
class _Stratum:
    """One event under one regime and basis: never mixed with another."""

    event: str
    regime: str
    basis: str

    @property
    def filters(self) -> dict[str, str]:
        return {"event": self.event, "level_regime": self.regime, "level_basis": self.basis}


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

    def view(self, options: LevelMixOptions) -> CellSpec:
        """Counts by event, level, basis and regime."""
        return CellSpec(keys=("event", "level", "level_basis", "level_regime"), events=_EVENTS)

    def measure(self, cells: Cells, options: LevelMixOptions, rng: np.random.Generator) -> Panel:
        """Measure every place, one set of contrasts for each regime and basis met."""
        strata = _strata(cells, options)
        columns: list[ShareColumn] = []
        for number, stratum in enumerate(strata):
            tested = _tested_share(cells, stratum, options)
            names = [tested, *(name for name in _SETS if name != tested)]
            for name in names:
                columns += _columns(cells, stratum, name, tested=(name == tested), alone=number == 0)
        return panel(CARD.name, cells, columns, _LACKS, options.level, _atoms(cells, strata))

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
        nobody = ("",) * len(ids)
        return Cells(
            ids,
            ids,
            nobody,
            nobody,
            table(rows, ids, keys),
            table([], ids, ("universe", "group")),
            (),
            table([], (), (*keys, "start", "end")),
            ("hispanic",),
            "white",
        )


_LACKS = (
    Lack("level-mix.absent", "level-mix.need-levels"),
    Lack("level-mix.suppressed", "level-mix.need-unsuppressed"),
    Lack("level-mix.no-base", "level-mix.need-peers"),
    Lack("level-mix.not-told-apart", "level-mix.need-each-level"),
)


def _strata(cells: Cells, options: LevelMixOptions) -> list[_Stratum]:
    events = _EVENTS if options.event == "auto" else (options.event,)
    known = cells.counts.take(~np.isin(cells.counts.columns["level"].astype(str), ("", "unknown")))
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
    return [_Stratum(best, *pair) for pair in sorted(size, key=lambda pair: (-size[pair], pair))]


def _reduce(wanted: tuple[str, ...]) -> Reduce:
    """Return a function that counts the wanted levels among all those known.

    A row whose union of levels lies partly inside and partly outside makes the share undeterminable there.
    """

    def reduce(rows: Table, size: int) -> tuple[Floats, Floats, Bools]:
        inside = np.zeros(len(rows.n), dtype=bool)
        outside = np.zeros(len(rows.n), dtype=bool)
        for text in set(rows.columns["level"].astype(str).tolist()):
            union = set(parse_level(text) or ()) - {"unknown"}
            hit = rows.columns["level"].astype(str) == text
            inside |= hit & bool(union & set(wanted))
            outside |= hit & bool(union - set(wanted))
        counted = (inside | outside) & ~rows.censored
        straddles = inside & outside & (rows.n > 0)
        k = np.bincount(rows.index, weights=rows.n * (inside & ~outside), minlength=size).astype(float)
        n = np.bincount(rows.index, weights=rows.n * counted, minlength=size).astype(float)
        bad = np.bincount(rows.index, weights=(straddles | rows.censored).astype(float), minlength=size) > 0
        return k, n, (n > 0) & ~bad

    return reduce


def _atoms(cells: Cells, strata: list[_Stratum]) -> Floats:
    """Return the count of every level text of every stratum, a column each."""
    parts = [np.zeros((cells.size, 0))]
    for stratum in strata:
        rows = cells.counts.where(**stratum.filters)
        parts.append(rows.cube(cells.size, "level", rows.levels("level")).values)
    return np.concatenate(parts, axis=1)


def _tested_share(cells: Cells, stratum: _Stratum, options: LevelMixOptions) -> str:
    if options.share != "auto":
        return options.share
    rows = cells.counts.where(**stratum.filters)
    told = int(_reduce(_SETS["low"])(rows, cells.size)[2].sum())
    some = int((rows.take(~np.isin(rows.columns["level"].astype(str), ("", "unknown"))).total(cells.size) > 0).sum())
    return "low" if 2 * told >= some else "none"


def _columns(cells: Cells, stratum: _Stratum, name: str, *, tested: bool, alone: bool) -> list[ShareColumn]:
    reduce = _reduce(_SETS[name])
    bases = {"nation": national(cells, stratum.event, reduce, stratum.filters)}
    if tested:
        bases["state"] = statewide(cells, reduce, stratum.filters)
    return [
        _column(cells, stratum, name, where, base, reduce, tested=tested and where == "nation", alone=alone)
        for where, base in bases.items()
    ]


def _column(
    cells: Cells,
    stratum: _Stratum,
    name: str,
    where: str,
    base: Baseline,
    reduce: Reduce,
    *,
    tested: bool,
    alone: bool,
) -> ShareColumn:
    rows = cells.counts.where(**stratum.filters)
    k, n, known = reduce(rows, cells.size)
    told = rows.take(~np.isin(rows.columns["level"].astype(str), ("", "unknown")))
    everyone, with_level = rows.total(cells.size), told.total(cells.size)
    censored = np.bincount(told.index, weights=told.censored.astype(float), minlength=cells.size) > 0
    code = np.zeros(cells.size, dtype=np.int64)
    code[~base.enough(cells)] = 3
    code[~known] = 4
    code[censored] = 2
    code[~(with_level > 0)] = 1
    missing = np.divide(everyone - with_level, everyone, out=np.full(cells.size, np.nan), where=everyone > 0)
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
        k,
        n,
        base.k,
        base.n,
        code,
        base.period,
        base.differs,
        missing,
        censored,
        {
            "level-mix.caveat-basis": np.asarray(unstated, dtype=bool),
            "level-mix.caveat-why": (code == 0) & tested,
            "level-mix.caveat-lag": (code == 0) & (stratum.event == "removal") & tested,
        },
    )


def _definitions(stratum: _Stratum, name: str) -> tuple[str, ...]:
    regime = stratum.regime if stratum.regime in ("offence-type", "conviction-based") else "unstated"
    stage = stratum.event if stratum.event in ("removal", "custody", "match") else "detainer"
    parts = [f"level-mix.define-regime-{regime}", f"level-mix.define-stage-{stage}"]
    if name in ("low", "none"):
        parts.insert(0, "level-mix.define-noncriminal")
    return tuple(parts)


SIGNAL = LevelMix()
