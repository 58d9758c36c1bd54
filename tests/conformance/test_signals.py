"""What every signal must do, run over whatever the folder search finds.

The tolerances are binomial: with R replicates a share that should be at most a may be a + 3 sqrt(a (1 - a) / R).
"""

from __future__ import annotations

import dataclasses
import math
from functools import cache

import numpy as np
import pytest

from auditor.audit.wording import say, text
from auditor.cells import Cells, Table
from auditor.findings.card import FAMILIES
from auditor.report import sentences
from auditor.signals.registry import discover
from auditor.signals.signal import Design, Inventory, Panel, Signal

SIGNALS = discover()
PLACES = 400
FEW = 9
"""Places on which a signal is tried whose measuring takes seconds."""


@pytest.fixture(params=list(SIGNALS), ids=list(SIGNALS))
def signal(request: pytest.FixtureRequest) -> Signal:
    return SIGNALS[request.param]


# A signal that speaks of regions only tests no place; tests/conformance/test_regional.py holds it to its regions.
# A signal that describes records tests nothing either; test_a_describing_signal_tests_nothing is for those.
LOCAL = [name for name in SIGNALS if not SIGNALS[name].regional and not SIGNALS[name].describes]
DESCRIBING = [name for name in SIGNALS if SIGNALS[name].describes]


@pytest.fixture(params=LOCAL, ids=LOCAL)
def local(request: pytest.FixtureRequest) -> Signal:
    return SIGNALS[request.param]


@pytest.fixture(params=DESCRIBING, ids=DESCRIBING)
def describing(request: pytest.FixtureRequest) -> Signal:
    return SIGNALS[request.param]


def measure(signal: Signal, cells: Cells) -> Panel:
    if signal.trial is None:
        return signal.measure(cells, signal.options(), np.random.default_rng(1))
    key = (signal.card.name, id(cells))
    if key not in _TRIED:
        panel = signal.measure(cells, signal.options(**signal.trial), np.random.default_rng(1))
        _TRIED[key] = (panel, cells)  # the cells are held, so that no others get their id
    return _TRIED[key][0]


_TRIED: dict[tuple[str, int], tuple[Panel, Cells]] = {}


@cache
def _tried(name: str) -> Cells:
    """Return the one data set on which a signal is tried whose measuring takes seconds."""
    return SIGNALS[name].simulate(np.random.default_rng(3), 0.0, Design(places=FEW, natural_sd=0.2))


def first_tested(panel: Panel) -> int:
    return next(c for c, contrast in enumerate(panel.contrasts) if contrast.tested)


def simulated(signal: Signal, seed: int, effect: float = 0.0, **design: float) -> Cells:
    if signal.trial is not None:
        return _tried(signal.card.name)
    return signal.simulate(np.random.default_rng(seed), effect, Design(places=PLACES, **design))


def test_the_folder_search_finds_the_signals_of_this_version():
    assert {"benchmark", "level-mix", "match-yield"} <= set(SIGNALS)


def test_the_card_is_complete(signal):
    card = signal.card
    assert card.family in FAMILIES
    for name in ("title", "question", "null", "needs", "measures", "controls"):
        assert getattr(card, name).strip(), f"{card.name} lacks {name}"
    for name in ("assumptions", "misleads", "references", "formulae"):
        assert getattr(card, name), f"{card.name} lacks {name}"
    assert card.question.endswith("?")
    assert card.null.endswith(".")


def test_p_values_are_honest_under_the_null(local):
    """With no natural differences the exact test must not reject more often than its level."""
    panels = [measure(local, simulated(local, seed)) for seed in range(5)]
    p = np.concatenate([_p_values(panel) for panel in panels])
    for level in (0.10, 0.05, 0.01):
        assert (p <= level).mean() <= level + 3 * math.sqrt(level * (1 - level) * (1 / len(p) + _shared(panels)))
    assert (p <= 0.10).mean() >= 0.03, "so timid that it could find nothing"


def _p_values(panel: Panel) -> np.ndarray:
    c = first_tested(panel)
    return panel.p_greater[panel.testable[:, c], c]


def _shared(panels: list[Panel]) -> float:
    """Variance, as a share of a (1 - a), that ranks against the same m comparison places have in common.

    Places ranked against m others share these: with them held fixed the chance of p <= a is Beta distributed around a,
    with a variance of about a (1 - a) / (m + 1), and 1 / (m + 1) is the panel's ``least_p``.
    """
    least = [_least_p(panel) for panel in panels]
    return sum(least) / len(least) ** 2


def _least_p(panel: Panel) -> float:
    """Largest of the smallest p-values that a signal's own randomisation allows; 0 where it makes none."""
    c = first_tested(panel)
    return 0.0 if panel.least_p is None else float(np.max(panel.least_p[panel.testable[:, c], c]))


def test_intervals_cover_the_truth(local):
    """95 % intervals of a ratio that is 1 by construction."""
    covered = []
    for seed in range(5):
        panel = measure(local, simulated(local, 100 + seed))
        c = first_tested(panel)
        rows = panel.testable[:, c]
        covered.append((panel.low[rows, c] <= 1) & (panel.high[rows, c] >= 1))
    share = np.concatenate(covered)
    assert share.mean() >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / len(share))


def test_a_planted_effect_is_seen(local):
    panel = measure(local, simulated(local, 7, effect=1.0, planted=0.1))
    c = first_tested(panel)
    planted = np.zeros(PLACES, dtype=bool)
    planted[: round(0.1 * PLACES)] = True
    rows = panel.testable[:, c]
    assert np.median(panel.p_greater[planted & rows, c]) < max(1e-3, 2 * _least_p(panel))
    assert np.median(panel.estimate[planted & rows, c]) > 1.15
    assert np.median(panel.p_greater[~planted & rows, c]) > 0.2


def test_measured_entries_are_finite_and_ordered(local):
    panel = measure(local, simulated(local, 3, natural_sd=0.3))
    # A number that is stated for itself has no base and no p-value.
    stated = np.array([contrast.shape == "described" for contrast in panel.contrasts])
    for name in ("k", "n", "base", "comparator"):
        held = panel.measured if name in ("k", "n") else panel.measured & ~stated
        assert np.isfinite(getattr(panel, name)[held]).all(), name
    assert np.isnan(panel.p_greater[:, stated]).all()
    ok = panel.testable & ~stated
    assert (panel.k[ok] <= panel.n[ok]).all()
    assert (panel.low[ok] <= panel.estimate[ok]).all()
    assert (panel.estimate[ok] <= panel.high[ok]).all()
    assert ((panel.p_greater[ok] >= 0) & (panel.p_greater[ok] <= 1)).all()
    assert (panel.testable <= panel.measured).all()


def test_a_describing_signal_tests_nothing(describing):
    """It has numbers and intervals, and no p-value that a screen could take."""
    panel = measure(describing, simulated(describing, 3, natural_sd=0.3))
    assert not panel.speaks.any()
    assert not any(contrast.tested for contrast in panel.contrasts)
    assert panel.measured.any()
    assert np.isfinite(panel.estimate[panel.measured & panel.testable]).any()
    assert np.isnan(panel.p_greater[~panel.measured]).all()
    for contrast in panel.contrasts:
        assert contrast.words, "the sentences of a shape are about tests"


def test_the_order_of_rows_does_not_matter(signal):
    cells = simulated(signal, 11, natural_sd=0.2)
    shuffled = dataclasses.replace(
        cells,
        counts=_shuffled(cells.counts, 1),
        population=_shuffled(cells.population, 2),
        rows=None if cells.rows is None else cells.rows.take(np.random.default_rng(3).permutation(len(cells.rows.n))),
    )
    _same(measure(signal, cells), measure(signal, shuffled), slice(None))


def test_the_order_and_names_of_places_do_not_matter(signal):
    cells = simulated(signal, 12, natural_sd=0.2)
    order = np.random.default_rng(5).permutation(cells.size)
    renamed = dataclasses.replace(cells.select(order), ids=tuple(f"local:other-{i:05d}" for i in range(cells.size)))
    _same(measure(signal, cells), measure(signal, renamed), order)


def _shuffled(table: Table, seed: int) -> Table:
    order = np.random.default_rng(seed).permutation(len(table.n))
    return Table(
        table.index[order],
        {name: values[order] for name, values in table.columns.items()},
        table.n[order],
        table.censored[order],
        table.complete[order],
        None if table.moe is None else table.moe[order],
    )


def _same(left: Panel, right: Panel, order: object) -> None:
    assert [c.key for c in left.contrasts] == [c.key for c in right.contrasts]
    for name in ("k", "n", "base", "estimate", "low", "high", "p_greater", "code"):
        np.testing.assert_allclose(getattr(left, name)[order], getattr(right, name), rtol=1e-9, atol=0, err_msg=name)


def test_a_starved_place_is_withheld_with_a_reason(signal):
    """One place loses all its rows: it is withheld with a reason and a need, and nothing else is disturbed."""
    cells = simulated(signal, 13)
    kept = cells.counts.take(cells.counts.index != 5)
    rows = None if cells.rows is None else cells.rows.take(cells.rows.index != 5)
    panel = measure(signal, dataclasses.replace(cells, counts=kept, rows=rows))
    assert (panel.code[5] > 0).all()
    for code in panel.code[5]:
        lack = panel.lacks[int(code) - 1]
        assert text(lack.reason)
        assert text(lack.needs)
    if signal.regional:
        assert (panel.code[6] != panel.code[5]).all()
    else:
        assert panel.measured[6].any()


def test_a_suppressed_count_is_withheld_not_zero(signal):
    cells = simulated(signal, 14)
    censored = cells.counts.censored.copy()
    censored[cells.counts.index == 8] = True
    table = dataclasses.replace(cells.counts, censored=censored)
    rows = None if cells.rows is None else dataclasses.replace(cells.rows, censored=cells.rows.index == 8)
    panel = measure(signal, dataclasses.replace(cells, counts=table, rows=rows))
    assert (panel.code[8] > 0).all()


def test_it_says_what_it_lacks_when_there_is_nothing(signal):
    nothing = Inventory(*(frozenset[str]() for _ in range(7)), places=0, months=0)
    lack = signal.lacks(nothing, signal.options())
    assert lack is not None
    assert say(lack.reason, lack.values).text["en"]
    assert say(lack.needs, lack.values).text["en"]


def test_its_sentences_are_in_the_catalogue(signal):
    panel = measure(signal, simulated(signal, 15))
    known = sentences.load("en")
    named = {contrast.why for contrast in panel.contrasts} | set(panel.notes)
    named |= {name for contrast in panel.contrasts for name in contrast.definitions}
    named |= {lack.reason for lack in panel.lacks} | {lack.needs for lack in panel.lacks}
    assert named <= set(known)


def test_an_option_that_is_not_known_is_refused(signal):
    with pytest.raises(ValueError, match="no-such-option"):
        signal.options(**{"no-such-option": 1})


def test_an_effect_the_other_way_points_the_other_way(local):
    """A negative effect in a tenth of the places: the lower tail is small, the upper one is not."""
    panel = measure(local, simulated(local, 21, effect=-1.0, planted=0.1))
    c = first_tested(panel)
    planted = np.zeros(len(panel.places), dtype=bool)
    planted[: round(0.1 * len(planted))] = True
    rows = panel.testable[:, c] & planted
    assert np.median(panel.p_less[rows, c]) < 0.02 + _least(panel, c)
    assert np.median(panel.p_greater[rows, c]) > 0.5
    assert np.median(panel.estimate[rows, c]) < 0.9


def _least(panel: Panel, c: int) -> float:
    """Return twice the smallest p-value that a randomisation of the signal can give; 0 where p is exact."""
    return 0.0 if panel.least_p is None else float(2 * np.nanmedian(panel.least_p[:, c]))


def test_swapping_the_groups_turns_a_ratio_round(local):
    """For a ratio between two groups: focal and reference exchanged give the reciprocal, and the other tail."""
    cells = simulated(local, 22, natural_sd=0.2)
    panel = measure(local, cells)
    c = first_tested(panel)
    if panel.contrasts[c].reference is None:
        # A pair without groups compares other sides (with and without a hold): its own tests exchange those. One group
        # held against itself (as recorded, and by its names) has no other to exchange it with.
        contrast = panel.contrasts[c]
        assert contrast.shape in ("share", "pair", "hits")
        assert contrast.group is None or contrast.shape == "hits"
        return
    swapped = dataclasses.replace(cells, focal_groups=(cells.reference_group,), reference_group=cells.focal_groups[0])
    other = measure(local, swapped)
    d = first_tested(other)
    both = panel.testable[:, c] & other.testable[:, d]
    assert both.sum() >= 10
    np.testing.assert_allclose(np.log(panel.estimate[both, c]), -np.log(other.estimate[both, d]), atol=0.05)
    np.testing.assert_allclose(panel.p_greater[both, c], other.p_less[both, d], atol=0.1)


def test_controls_are_honest_where_nobody_profiles(local):
    """Negative controls have the size of their tests, and are never tested themselves."""
    cells = simulated(local, 23)
    control = local.controls(cells, local.options(), np.random.default_rng(1))
    if control is None or not control.testable.any():
        assert local.card.controls  # the card says why there is none, or what it would need
        return
    p = control.p_greater[control.testable]
    assert len(p) >= 20
    assert (p <= 0.05).mean() <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / len(p)) + 0.02
    known = sentences.load("en")
    assert {contrast.why for contrast in control.contrasts} <= set(known)
