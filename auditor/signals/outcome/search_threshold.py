"""Search threshold: how strong a suspicion do officers ask for before they search people of each group?"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic import Field

from auditor.cells import Bools, Cells, CellSpec, RowSpec, RowTable
from auditor.findings.card import Card
from auditor.signals.baseline import small
from auditor.signals.concealment import NEVER, concealed
from auditor.signals.searches import rows_of, tabulate
from auditor.signals.signal import Design, Inventory, Lack, Options, Panel, Signal
from auditor.signals.thresholds.asked import Asked
from auditor.signals.thresholds.counts import Ints, Stops, count_stops, labels_of, labels_of_days
from auditor.signals.thresholds.draw import draw_cells
from auditor.signals.thresholds.fits import fit_places
from auditor.signals.thresholds.panel import codes_of, columns_of, modelled, stack_columns
from auditor.stats.mcmc.run import Effort
from auditor.stats.threshold.fit import SCALED

CARD = Card(
    name="search-threshold",
    family="outcome",
    section=10,
    title="How much suspicion a search takes",
    question="Do officers search people of the group on less suspicion than people of the reference group?",
    null="Officers of this place search people of both groups from the same chance of contraband on.",
    needs="Stops row by row, those without a search among them, with ethnic group, whether a search was made, and "
    "whether it found contraband; of at least five places of a state, or of at least five agencies.",
    measures="For each group the threshold: the chance of contraband from which on officers search, as "
    "search rates and hit rates together imply it. Then the reference group's threshold over the "
    "group's: people searched on less suspicion have the lower threshold, so a ratio above 1 is what "
    "profiling predicts.",
    assumptions=(
        "Officers judge the chance of contraband and search above a threshold of their own for each group and place.",
        "Contraband is recorded alike for both groups, and for every search; every search is the officer's choice.",
        "The chances of contraband of the people of a group in a place follow the curve that the model supposes: a sum "
        "of what is common to the group and what is common to the place.",
        "Before the counts are seen, about 3 % of the people stopped carry contraband, and hardly fewer "
        "than 2 % or more than 5 %, in every group.",
    ),
    misleads=(
        "How many of the people stopped carry contraband is told by the counts only through the shape of that curve: "
        "where it is wrong, thresholds are. They are therefore shown under three scalings of the prior, "
        "their limits are the widest of the three, and a comparison whose sign depends on the scaling is withheld.",
        "The form of the curve matters. On the counts of 2017 for North Carolina, Colorado and Connecticut, thresholds "
        "of counties with at least 50 searches of a group go along with the published ones at correlations of .97, .97 "
        "and .96, but lie .01 higher, .01 lower and .02 lower on average; groups come in the same order in each state, "
        "but for white and black drivers in North Carolina. These two are a tie: the published means are .134 and "
        ".132, with posterior standard deviations of .006, and white drivers stand above black ones in 28 of 55 "
        "counties; the fast form gives .141 and .143, with a posterior probability of .41 that the first is the "
        "higher. The same counts fitted with the curve of 2017, under its own priors, give the published means to .001 "
        "and the published order, and so does weighting by searches: neither the counts nor the weights have a part in "
        "it.",
        "Groups whose risks lie far from what the prior allows can seem to have different thresholds when they do not: "
        "with risks that differ, thresholds that do not and the limits shown here, in none of 20 data sets near the "
        "prior and in 1 of 20 far from it; limits of the one prior alone would have said so in 9 and 14 of 20, equal "
        "hit rates as a test in 12 and 20 (benchmarks/threshold_risk.py).",
        "Stops of unrecorded group are left out. What they could change is shown from four models, in which all of "
        "them are the group's or the reference group's, in every place alike; an end is open where one does not "
        "converge. There is no range over every way to give them out: on 20 small tables tried way by way, by the "
        "posterior mode, the furthest way lay beyond an end by less than a tenth of the range in 69 of 80 cases, and "
        "far beyond it where places were given opposite ways (benchmarks/threshold_blank.py).",
        "A threshold says how suspicion and search are related, not why: a rule, a consent practice or a posting can "
        "lower it for one group.",
        "Searches that the law or a warrant requires lower the hit rate and the threshold of whoever meets them.",
        "Whom officers stop is taken as given: a group stopped on less suspicion is another question.",
    ),
    references=(
        "Simoiu, C., Corbett-Davies, S. & Goel, S. (2017). The problem of infra-marginality in outcome tests for "
        "discrimination. Annals of Applied Statistics 11, 1193-1216.",
        "Pierson, E., Corbett-Davies, S. & Goel, S. (2018). Fast threshold tests for detecting "
        "discrimination. AISTATS, 96-105.",
        "Pierson, E. et al. (2017). A large-scale analysis of racial disparities in police stops across the United "
        "States. arXiv:1706.05678 (the priors).",
        "Vehtari, A. et al. (2021). Rank-normalization, folding, and localization: an improved R-hat. "
        "Bayesian Analysis 16, 667-718.",
    ),
    formulae=(
        "of group r in place d a share phi carries contraband; officers see a signal that is N(delta, 1) for those and "
        "N(0, 1) for the others, and search above t",
        "P(search) = phi (1 - Phi(t - delta)) + (1 - phi) (1 - Phi(t)); P(find | search) = phi (1 - Phi(t - delta)) / "
        "P(search)",
        "threshold = chance of contraband at t: logit = logit(phi) + delta (t - delta / 2)",
        "logit(phi) = phi_r + phi_d, log(delta) = delta_r + delta_d, t ~ N(t_r, sigma_t)",
        "prior: phi_r N(-3.5, 0.25), delta_r N(0.39, 0.17), t_r N(1.74, 0.72); sigma of t, phi_d, delta_d half-normal "
        "0.17, 0.25, 0.16: the priors of the analysis of 2017 carried over from its beta form",
        "shown where R-hat <= 1.01 and at least 400 effective draws hold for every threshold and "
        "comparison, under each of the prior's scalings by 0.5, 1 and 1.5",
        "range over unrecorded groups: least and largest posterior mean with the misses the group's and the passes the "
        "reference group's, and the other way round, the finds on either side",
        "ratio = exp(posterior mean of log(reference group's threshold / group's threshold))",
    ),
    controls="The same model with weekdays and weekends, and with the warm and the cold half of the year, in place of "
    "groups: officers have no cause to ask for more suspicion on some days than on others, so the ratio "
    "should be about 1. They are shown, and decide nothing: a posterior is no p-value, and this signal "
    "is never tested. Its error rates as a test are not known, because they depend on how far the prior "
    "is from the truth, which no calibration on simulated counts can tell.",
)

NAMELESS = ("", "unknown")
_NEEDED = frozenset({"group", "searched", "contraband"})
_TARGET = 0.65
"""Acceptance that steps are tuned to: shorter trajectories than Stan's 0.8, as many effective draws a second."""
_PLACEBOS = {"weekend": ("weekend", "weekday"), "cold_half": ("cold-half", "warm-half")}


class ThresholdOptions(Options):
    """Options under ``[signals.search-threshold]``.

    Attributes
    ----------
    draws : int
        Draws of each chain before convergence is looked at; they are doubled up to eight times as many.
    warmup : int
        Transitions of each chain that tune it and are thrown away; at least 150.
    chains : int
        Chains of each fit; what they take grows less than their number.
    searches : int
        Fewest searches of each group in a place whose thresholds are shown; at least 11.
    units : int
        Fewest places (or agencies) that a model pools over; at least 5, as in the published analyses.
    placebos : bool
        Whether the model is fitted to weekdays and seasons as well.
    """

    draws: int = Field(default=500, ge=100)
    warmup: int = Field(default=250, ge=150)
    chains: int = Field(default=4, ge=2)
    searches: int = Field(default=20, ge=11)
    units: int = Field(default=5, ge=5)
    placebos: bool = True


class SearchThreshold(Signal):
    """Thresholds of suspicion before a search, by group, from a hierarchical model over places."""

    card = CARD
    options = ThresholdOptions
    describes = True
    by_group = "threshold"
    trial = MappingProxyType({"placebos": False})

    def lacks(self, inventory: Inventory, options: ThresholdOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if not inventory.focal_groups:
            return Lack(f"{CARD.name}.no-focal", f"{CARD.name}.need-focal")
        least = _NEEDED - inventory.row_columns.get("stop", frozenset())
        if not least:
            return None
        return Lack(f"{CARD.name}.no-columns", f"{CARD.name}.need-columns", {"columns": ", ".join(sorted(least))})

    def view(self, options: ThresholdOptions) -> CellSpec:
        """Stops by group, agency, search and contraband, and by the days of the placebos."""
        keys: tuple[str, ...] = ("event", "group", "group_source", "agency", "searched", "contraband")
        keys += tuple(_PLACEBOS) if options.placebos else ()
        return CellSpec(keys=("event", "group", "group_source"), events=("stop",), rows=RowSpec(keys, ("stop",)))

    def measure(self, cells: Cells, options: ThresholdOptions, rng: np.random.Generator) -> Panel:
        """Fit the model to the groups that are asked about, and every other recorded one that is searched enough."""
        rows = rows_of(cells, "stop")
        groups = (*cells.focal_groups, cells.reference_group)
        others = set(rows.codes("group")[1]) - {*NAMELESS, "other", *groups}
        label = labels_of(rows, "group", (*groups, *sorted(others)))
        revealing = np.logical_or.reduce(
            [_revealing(cells, rows, (focal, cells.reference_group)) for focal in cells.focal_groups]
        )
        blank = rows.isin("group", *NAMELESS)
        return stack_columns(cells, _columns(cells, rows, groups, label, revealing, options, rng, SCALED, blank))

    def controls(self, cells: Cells, options: ThresholdOptions, rng: np.random.Generator) -> Panel | None:
        """Fit the model to weekends against weekdays, and to the cold half of the year against the warm one."""
        if not options.placebos:
            return None
        rows = rows_of(cells, "stop")
        plain = np.zeros(cells.size, dtype=bool)
        columns = [
            column
            for key, names in _PLACEBOS.items()
            for column in _columns(cells, rows, names, labels_of_days(rows, key), plain, options, rng, ())
        ]
        return stack_columns(cells, columns)

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw stops of three groups from the model, with an effect on the log odds of the focal group's threshold.

        Groups differ in how many carry contraband and in how well it shows; that is no profiling.
        """
        return draw_cells(rng, effect, design)


def _columns(
    cells: Cells,
    rows: RowTable,
    groups: tuple[str, ...],
    label: Ints,
    revealing: Bools,
    options: ThresholdOptions,
    rng: np.random.Generator,
    scaled: tuple[float, ...],
    blank: Bools | None = None,
) -> list[dict[str, Any]]:
    """Count, fit, and lay out the columns of one model; `groups` are those reported, the reference group last."""
    width = max(int(label.max(initial=-1)) + 1, len(groups))
    agencies = count_stops(rows, label, width, agencies=True, blank=blank)
    whole = agencies.by_place(cells.size)
    counted = whole.groups(list(range(len(groups))))
    present, unread = (np.zeros(cells.size, dtype=bool) for _ in range(2))
    present[rows.index], unread[rows.index[rows.censored]] = True, True
    code = codes_of(cells, present, counted, unread, options.searches)
    effort = Effort(options.chains, options.warmup, options.draws, 8 * options.draws, target=_TARGET)
    asked = Asked(int(rng.integers(2**63)), effort, options.units, len(groups), scaled)
    fitted = fit_places(cells, agencies, modelled(code), asked)
    hidden = revealing[:, None] | _beside_hidden(cells, whole, len(groups))
    return columns_of(cells, groups, counted, code, fitted, hidden, single=len(scaled) > 0)


def _beside_hidden(cells: Cells, whole: Stops, groups: int) -> Bools:
    """Return, (J, G), whose counts, taken from everybody's, would give those of a hidden group away.

    Other signals print the searches of everybody, and of unrecorded group, with and without a find.
    """
    hidden = np.zeros((cells.size, groups), dtype=bool)
    blocks = [*range(groups), *[NEVER] * (whole.hits.shape[1] - groups)]
    for parts in (whole.hits, whole.misses, whole.passes):
        hidden |= concealed(parts, cells, blocks)[:, :groups]
    return hidden


def _revealing(cells: Cells, rows: RowTable, groups: tuple[str, str]) -> Bools:
    """Return where searches differ by 1 to 10 from those of agencies that searched both groups.

    Those are what the hit rates within agencies are printed of: whoever has both would know the difference.
    """
    counted = tabulate(rows, cells.size, groups, ("agency",))
    both = (counted.searches > 0).all(axis=1, keepdims=True)
    gaps = [(part * ~both).sum(axis=2) for part in (counted.hits, counted.searches - counted.hits)]
    return np.asarray(np.logical_or.reduce([small(gap, cells).any(axis=1) for gap in gaps]))


SIGNAL = SearchThreshold()
