"""Match yield: do more of those fingerprinted match the immigration database than in comparable places?"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from auditor.cells import Bools, Cells, CellSpec, Floats, Table
from auditor.findings.card import Card
from auditor.signals.baseline import Baseline, Own, national, own_counts, statewide
from auditor.signals.drawn import drawn_cells
from auditor.signals.exposures import people
from auditor.signals.shares import ShareColumn, panel
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal
from auditor.stats.fit import NotConverged
from auditor.stats.logit import grouped_logit

CARD = Card(
    name="match-yield",
    family="match",
    section=6,
    title="Matches per submission",
    question="Do more of the fingerprints submitted match the immigration database than in comparable places?",
    null="Given what is known of its population, a submission from this place matches as often as one from its peers.",
    needs="Fingerprint submissions and matches by jurisdiction for the same window; noncitizen and resident "
    "population by county for the adjusted comparison.",
    measures="Matches divided by submissions, over the share expected of it (nation without the place itself, or a "
    "regression on the noncitizen share).",
    assumptions=(
        "Submissions and matches are counted over the same window and by the same jurisdiction.",
        "The share of noncitizens among those booked varies with the share among residents alike everywhere.",
    ),
    misleads=(
        "A place with more noncitizens matches more, with nobody profiling; the unadjusted comparison cannot tell.",
        "Matches count print sets, not persons, and include citizens and lawful residents with a file.",
        "Profiling predicts a high yield only where low-level arrests are few; with many pretextual arrests of "
        "citizens the yield falls.",
    ),
    references=(
        "U.S. Government Accountability Office (2012). Secure Communities. GAO-12-708.",
        "Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine 24.",
    ),
    formulae=(
        "share = M / S; ratio = (M / S) / e",
        "e = (M_US - M) / (S_US - S) (leave-one-out), or logit e = a + b log(noncitizens / residents) over places",
        "p = P(X >= M), X ~ Binomial(S, e); decided by the over-dispersed peer null",
    ),
    controls="None: the screen compares each place with its peers, and no place can rise above "
    "pattern-worth-examining on it.",
)
_MINIMUM_PLACES = 30


class MatchYieldOptions(Options):
    """Options under ``[signals.match-yield]``.

    Attributes
    ----------
    expected : str
        ``"nation"``, ``"noncitizens"`` (regression on the noncitizen share) or ``"auto"``: the regression where at
        least 30 places whose counts may be printed have both populations, else the nation.
    """

    expected: Literal["auto", "nation", "noncitizens"] = "auto"


class MatchYield(Signal):
    """Matches per submission against the nation, the state, and what the noncitizen share predicts."""

    card = CARD
    options = MatchYieldOptions

    def lacks(self, inventory: Inventory, options: MatchYieldOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if "match" not in inventory.events and "submission" not in inventory.events:
            return Lack("match-yield.no-events", "match-yield.need-both")
        if "submission" not in inventory.events:
            return Lack("match-yield.no-denominator", "match-yield.need-submissions")
        if "match" not in inventory.events:
            return Lack("match-yield.no-matches", "match-yield.need-both")
        return None

    def view(self, options: MatchYieldOptions) -> CellSpec:
        """Submissions and matches, with the populations."""
        return CellSpec(keys=("event",), events=("submission", "match"), population=True)

    def measure(self, cells: Cells, options: MatchYieldOptions, rng: np.random.Generator) -> Panel:
        """Measure every place against nation, state and noncitizen share."""
        own = own_counts(cells, cells.counts, _yield, np.zeros(cells.size, dtype=bool))
        faults = _faults(cells)
        adjusted = _adjusted(cells, own, faults == 0, options)
        columns = [] if adjusted is None else [_column("noncitizens", cells, own, faults, adjusted, tested=True)]
        # Where the noncitizen share is not known, the nation is what a place is tested against.
        known_share = np.zeros(cells.size, dtype=bool) if adjusted is None else adjusted.n > 0
        nation = national(cells, own, _yield, {})
        columns.append(_column("nation", cells, own, faults, nation, tested=True, preferred=~known_share))
        columns.append(_column("state", cells, own, faults, statewide(cells, own), tested=False))
        return panel(CARD.name, cells, columns, _LACKS)

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw submissions and matches whose share varies by nature, with an effect in the planted places."""
        ids = tuple(f"local:sim-{i:05d}" for i in range(design.places))
        n = np.maximum(rng.lognormal(np.log(design.typical * 10), 1.0, design.places), 30).round().astype(int)
        planted = np.arange(design.places) < round(design.planted * design.places)
        eta = -2.7 + rng.normal(0, design.natural_sd, design.places) + np.where(planted, effect, 0.0)
        k = rng.binomial(n, 1 / (1 + np.exp(-eta)))
        rows = [
            {"place": place, "event": event, "n": value}
            for place, a, b in zip(ids, k, n, strict=True)
            for event, value in (("match", a), ("submission", b))
        ]
        return drawn_cells(ids, rows, ("event",))


_LACKS = (
    Lack("match-yield.absent", "match-yield.need-both"),
    Lack("match-yield.suppressed", "match-yield.need-unsuppressed"),
    Lack("match-yield.no-base", "match-yield.need-peers"),
    Lack("match-yield.nobody", "match-yield.need-submissions"),
    Lack("match-yield.windows", "match-yield.need-both"),
)


def _yield(rows: Table, size: int) -> tuple[Floats, Floats, Bools]:
    cube = rows.cube(size, "event", ("match", "submission"))
    known = cube.observed.all(axis=1) & ~cube.censored.any(axis=1) & (cube.values[:, 1] > 0)
    return cube.values[:, 0], cube.values[:, 1], known & (cube.values[:, 0] <= cube.values[:, 1])


def _faults(cells: Cells) -> NDArray[np.int64]:
    """Return why a place has no yield, 0 where it has one; numbered as ``_LACKS`` from 1."""
    cube = cells.counts.cube(cells.size, "event", ("match", "submission"))
    matches = cells.counts.where(event="match").window(cells.size)
    submissions = cells.counts.where(event="submission").window(cells.size)
    code = np.zeros(cells.size, dtype=np.int64)
    code[(matches[0] != submissions[0]) | (matches[1] != submissions[1])] = 5
    code[~(cube.values[:, 1] > 0)] = 4
    code[cube.censored.any(axis=1)] = 2
    code[~cube.observed.all(axis=1)] = 1
    return code


def _column(
    name: str,
    cells: Cells,
    own: Own,
    faults: NDArray[np.int64],
    base: Baseline,
    *,
    tested: bool,
    preferred: Bools | None = None,
) -> ShareColumn:
    code = np.where(faults > 0, faults, np.where(base.enough(cells), 0, 3))
    contrast = Contrast(
        key=f"match/{name}",
        group=None,
        reference=None,
        event="match",
        label=name,
        counted="match",
        among="submission",
        comparator=name,
        why=f"match-yield.why-{name}",
        shape="share",
        method="ratio of shares (score interval)",
        tested=tested,
        definitions=("match-yield.define-submission", "match-yield.define-match"),
    )
    unadjusted = np.full(cells.size, name != "noncitizens", dtype=bool)
    return ShareColumn(
        contrast,
        own,
        base,
        code,
        np.full(cells.size, np.nan),
        faults == 2,
        {"match-yield.caveat-unadjusted": unadjusted & (code == 0)},
        preferred,
    )


def _adjusted(cells: Cells, own: Own, usable: Bools, options: MatchYieldOptions) -> Baseline | None:
    """Return the share that the noncitizen share of each place predicts, or None where that cannot be fitted."""
    if options.expected == "nation":
        return None
    present = cells.population.levels("universe")
    if "noncitizens" not in present or "residents" not in present:
        return None
    alien, everybody = np.nan_to_num(people(cells, "noncitizens")), np.nan_to_num(people(cells, "residents"))
    usable = usable & own.known & (alien > 0) & (everybody > alien)
    # Two printed shares give the curve away, and its score equations whatever count entered it.
    shown = usable & own.shown
    if shown.sum() < _MINIMUM_PLACES:
        return None
    x = np.log(np.where(usable, alien, 1.0) / np.where(usable, everybody, 2.0))
    try:
        expected = grouped_logit(own.k[shown], own.n[shown], x[shown])
    except NotConverged:
        return None
    share = expit(expected.intercept + expected.slope * x)
    share[shown] = expected.fitted
    base_n, base_k = np.full(cells.size, np.nan), np.full(cells.size, np.nan)
    # The base rests on all the places of the fit; its own sampling error is that of their submissions together.
    base_n[usable] = own.n[shown].sum() - np.where(shown, own.n, 0.0)[usable]
    base_k[usable] = (base_n * share)[usable]
    none = np.zeros(cells.size, dtype=bool)
    return Baseline(base_k, base_n, np.full(cells.size, "", dtype=object), none, none, none)


SIGNAL = MatchYield()
