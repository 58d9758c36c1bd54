"""Class randomisation: R (lm, limma, combn), brute force over labellings, size under unequal and heavy tails."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from auditor.stats.classes.randomisation import EDGES, MOST, orders, randomise_classes, stratum_of
from auditor.stats.classes.ratios import (
    DEFAULT_VARIANCE,
    ClassRatios,
    class_centres,
    class_ratios,
    natural_variance,
    place_variance,
)
from auditor.stats.weighted_median import weighted_median

SIDE = np.array([-1] * 8 + [1] * 7)


def from_r(rows):
    """Return x, variance, use (J, O) with the classes of each place packed left, and one row of results a place."""
    places = sorted({int(row["place"]) for row in rows})
    width = 6
    x, v = np.zeros((len(places), width)), np.ones((len(places), width))
    use, results = np.zeros((len(places), width), dtype=bool), []
    for j, place in enumerate(places):
        own = [row for row in rows if int(row["place"]) == place]
        # Serious classes take the first three columns, discretionary ones the last three.
        for sign, start in ((-1, 0), (1, 3)):
            part = [row for row in own if int(row["side"]) == sign]
            for i, row in enumerate(part):
                x[j, start + i], v[j, start + i] = float(row["x"]), float(row["variance"])
                use[j, start + i] = True
        results.append({name: float(own[0][name]) for name in ("difference", "se", "prior", "p_greater", "p_less")})
    return x, v, use, results


def test_statistics_and_permutation_agree_with_r(reference_rows):
    """R 4.2.2, limma 3.54.1: lm, fitFDist, every order of the classes  # script: tests/reference/stats_classes.R"""
    x, v, use, expected = from_r(reference_rows("stats_classes.csv"))
    got = randomise_classes(x, v, use, np.array([-1] * 3 + [1] * 3), DEFAULT_VARIANCE)
    assert got.prior == pytest.approx(expected[0]["prior"], rel=1e-6)
    for name in ("difference", "se", "p_greater", "p_less"):
        np.testing.assert_allclose(getattr(got, name), [row[name] for row in expected], rtol=1e-7, err_msg=name)


def test_permutation_agrees_with_plain_enumeration():
    """Every order of 3 + 3 classes by itertools, with means and sums of squares written out."""
    rng = np.random.default_rng(4)
    x, v = rng.normal(0, 1, (1, 6)), rng.uniform(0.05, 0.5, (1, 6))
    side = np.array([-1, 1, 1, -1, 1, -1])
    got = randomise_classes(x, v, np.ones((1, 6), dtype=bool), side, 0.1)
    w = 1 / (v[0] + 0.1)
    mean = sum(w * x[0]) / sum(w)
    standard = [(x[0, i] - mean) * math.sqrt(w[i]) for i in range(6)]
    parts = [[i for i in range(6) if side[i] == which] for which in (1, -1)]

    def statistic(order: tuple[int, ...]) -> float:
        y = [mean + standard[order[i]] / math.sqrt(w[i]) for i in range(6)]
        means = [sum(w[i] * y[i] for i in part) / sum(w[i] for i in part) for part in parts]
        rss = sum(w[i] * (y[i] - means[k]) ** 2 for k, part in enumerate(parts) for i in part)
        error = math.sqrt(sum(1 / sum(w[i] for i in part) for part in parts) * (10 + rss) / (10 + 4))
        return (means[0] - means[1]) / error

    true = statistic(tuple(range(6)))
    every = [statistic(order) for order in itertools.permutations(range(6))]
    assert got.statistic[0] == pytest.approx(true, rel=1e-12)
    assert got.relabellings[0] == len(every) == 720
    assert got.least[0] == pytest.approx(1 / 720)
    assert got.p_greater[0] == pytest.approx(np.mean([t >= true - 1e-9 for t in every]), abs=1e-12)
    assert got.p_less[0] == pytest.approx(np.mean([t <= true + 1e-9 for t in every]), abs=1e-12)


def test_orders_are_all_there_once_with_the_true_one_first():
    every = orders(3, 3)
    assert len({tuple(row) for row in every}) == len(every) == math.factorial(6)
    np.testing.assert_array_equal(every[0], range(6))
    drawn = orders(12, 12, 500)
    assert drawn.shape == (500, 24)
    assert (np.sort(drawn, axis=1) == np.arange(24)).all()
    np.testing.assert_array_equal(drawn[0], range(24))


def test_every_division_of_the_classes_is_taken_equally_often():
    some = orders(4, 4)
    times = 2000 // math.comb(8, 4)
    assert len(some) == times * 70
    divisions = [frozenset(row[:4]) for row in some.tolist()]
    assert all(divisions.count(one) == times for one in set(divisions))
    assert len(set(divisions)) == 70
    np.testing.assert_array_equal(some[0], range(8))


def test_classes_of_equal_size_give_the_exact_permutation_over_divisions():
    """4 + 4 classes of one variance: the share of the 70 divisions, whatever the order inside them."""
    rng = np.random.default_rng(9)
    x, side = rng.normal(0, 1, (1, 8)), np.array([-1] * 4 + [1] * 4)
    got = randomise_classes(x, np.full((1, 8), 0.2), np.ones((1, 8), dtype=bool), side, 0.1)
    total = x[0].sum()
    every = [2 * sum(x[0, list(on)]) - total for on in itertools.combinations(range(8), 4)]
    true = 2 * x[0, 4:].sum() - total
    assert got.p_greater[0] == pytest.approx(np.mean([d >= true - 1e-9 for d in every]), abs=1e-12)
    assert got.least[0] <= 1 / 70


def test_the_order_of_classes_and_the_packing_do_not_matter():
    rng = np.random.default_rng(1)
    x, v = rng.normal(0, 0.4, (25, 15)), rng.uniform(0.01, 0.3, (25, 15))
    use = rng.random((25, 15)) < 0.4
    use &= (use.sum(axis=1) <= 6)[:, None]  # up to six classes every order is taken
    order = rng.permutation(15)
    one = randomise_classes(x, v, use, SIDE, 0.1)
    two = randomise_classes(x[:, order], v[:, order], use[:, order], SIDE[order], 0.1)
    assert one.used.sum() >= 8
    for name in ("difference", "se", "p_greater", "p_less"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-10, err_msg=name)


def test_swapping_the_groups_turns_the_contrast_round():
    rng = np.random.default_rng(2)
    x, v = rng.normal(0, 0.4, (40, 15)), rng.uniform(0.01, 0.3, (40, 15))
    one = randomise_classes(x, v, np.ones_like(x, dtype=bool), SIDE, 0.1)
    two = randomise_classes(-x, v, np.ones_like(x, dtype=bool), SIDE, 0.1)
    np.testing.assert_allclose(one.difference, -two.difference, rtol=1e-12)
    np.testing.assert_allclose(one.p_greater, two.p_less, rtol=1e-12)


def test_a_place_without_both_sides_is_left_out():
    use = np.ones((3, 15), dtype=bool)
    use[0, :8] = False
    use[1] = False
    got = randomise_classes(np.zeros((3, 15)), np.ones((3, 15)), use, SIDE, 0.1)
    assert got.used.tolist() == [False, False, True]
    assert np.isnan(got.statistic[:2]).all()


def test_strata_follow_the_number_of_classes():
    assert [stratum_of(n) for n in (3, 7, 8, 9, 10, 11, 12, 13, 14, 15, 30)] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4]


@pytest.mark.parametrize("kind", ["normal", "t3", "lognormal", "contaminated", "wide"])
def test_one_place_alone_has_its_size(kind):
    """2,000 places of 5 + 5 classes, each by itself; .05 + 3 Monte-Carlo standard errors."""
    rng = np.random.default_rng([5, len(kind)])
    x = {
        "normal": rng.normal(0, 0.25, (2000, 10)),
        "t3": rng.standard_t(3, (2000, 10)) * 0.15,
        "lognormal": np.exp(rng.normal(0, 0.5, (2000, 10))) * 0.4,
        "contaminated": rng.normal(0, 0.2, (2000, 10)) * np.where(rng.random((2000, 10)) < 0.1, 4, 1),
        "wide": rng.normal(0, 0.25, (2000, 10)) * np.where(np.arange(10) < 5, 1.0, 1.5),
    }[kind]
    got = randomise_classes(x, np.full(x.shape, 0.03), np.ones(x.shape, dtype=bool), SIDE[3:13], 0.06)
    assert (got.p_greater <= 0.05).mean() <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 2000)
    assert (got.p_greater <= 0.05).mean() >= 0.02


@pytest.mark.parametrize(
    ("serious", "discretionary", "reference", "sd"),
    [(150, 2, 10, 0.0), (150, 3, 30, 0.1), (150, 10, 10, 0.15), (5, 150, 10, 0.1)],
)
def test_sides_of_very_different_size_do_not_make_flags(serious, discretionary, reference, sd):
    """Counts of 8 + 6 classes, nobody profiling, each place by itself; both sides, .05 + 3 Monte-Carlo errors.

    Relabelling the deviations themselves, with weights from the counts tested, rejected up to 60 % of the first design.
    """
    rng = np.random.default_rng([6, serious, discretionary])
    side = SIDE[:14]
    mean = np.where(side > 0, discretionary, serious)
    drawn = [rng.poisson(mean * k * np.exp(rng.normal(0, sd, (1500, 14)))) for k in (1, reference)]
    ratios = class_ratios(*drawn, side)
    natural = place_variance(ratios.log_ratio, ratios)
    got = randomise_classes(ratios.log_ratio, ratios.variance, ratios.use, side, natural, 500)
    n = int(got.used.sum())
    for p in (got.p_greater[got.used], got.p_less[got.used]):
        assert (p <= 0.05).mean() <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / n)


def test_pooled_bins_sum_to_one_and_hold_the_relabelled_statistics():
    rng = np.random.default_rng(8)
    x = rng.normal(0, 0.3, (30, 10))
    got = randomise_classes(x, np.full(x.shape, 0.05), np.ones(x.shape, dtype=bool), SIDE[3:13], 0.06)
    assert got.pooled[2].sum() == pytest.approx(1)
    assert got.pooled_count[2] == 30 * (MOST // math.comb(10, 5)) * math.comb(10, 5)
    middle = (EDGES[1:] + EDGES[:-1]) / 2
    # A statistic and that of the mirrored labelling cancel where the sides are alike in number and weight.
    assert (got.pooled[2] * middle).sum() == pytest.approx(0, abs=0.02)


def test_class_ratios_gate_by_size_and_never_fill_what_is_absent():
    focal = np.array([[40, 30, 0, 50, 60, 0], [40, 30, 20, 50, 60, 0]])
    reference = np.array([[90, 80, 0, 70, 60, 1], [90, 80, 40, 70, 60, 0]])
    side = np.array([-1, -1, -1, 1, 1, 1])
    known = np.ones(focal.shape, dtype=bool)
    known[1, 0] = known[1, 1] = False
    got = class_ratios(focal, reference, side, known)
    assert got.use[0].tolist() == [True, True, False, True, True, False]  # 0 of 0, and 0 of 1: nothing to tell
    assert not got.use[1].any()  # one serious class is left: too few
    assert got.log_ratio[0, 0] == pytest.approx(math.log(40.5 / 90.5))
    share = 180 / (180 + 301)  # over all six classes of the place
    assert got.variance[0, 0] == pytest.approx(1 / (130 * share * (1 - share)))


def test_class_ratios_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match="side"):
        class_ratios(np.ones((2, 3)), np.ones((2, 3)), [1, -1])
    with pytest.raises(ValueError, match="whole"):
        class_ratios(np.full((2, 3), 0.5), np.ones((2, 3)), [1, -1, 1])


def test_centres_are_medians_that_profiling_places_do_not_move():
    """With equal weights: each class's median deviation, moved so that the centres sum to zero."""
    rng = np.random.default_rng(3)
    true = np.array([0.4, -0.2, 0.1, -0.3])
    values = rng.normal(0, 0.05, (200, 4)) + rng.normal(0, 1, (200, 1)) + true
    values[:30, 2:] += 2.0
    ratios = ClassRatios(values, np.full(values.shape, 0.01), np.ones(values.shape, dtype=bool))
    np.testing.assert_allclose(class_centres(ratios), true - true.mean(), atol=0.05)
    few = ClassRatios(values[:9], ratios.variance[:9], ratios.use[:9])
    np.testing.assert_array_equal(class_centres(few), 0)
    # What an entry holds that is not used is not looked at.
    use = np.random.default_rng(4).random(values.shape) < 0.7
    filled = (np.where(use, values, fill) for fill in (0.0, 50.0))
    one, other = (class_centres(ClassRatios(x, ratios.variance, use)) for x in filled)
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(one, true - true.mean(), atol=0.1)


def test_weighted_median_is_the_lower_one():
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.ones(3)) == 2.0
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.array([5.0, 1.0, 1.0])) == 3.0


@pytest.mark.parametrize("sd", [0.1, 0.25, 0.5])
def test_natural_variance_is_found_whatever_the_sampling_error(sd):
    """Bias of the SD at most 15 % (the tolerance of C9), 25 % with 5 % of classes three times as wide."""
    rng = np.random.default_rng([7, int(sd * 100)])
    variance = rng.uniform(0.005, 0.2, (600, 15))
    for wild in (0.0, 0.05):
        scale = np.where(rng.random((600, 15)) < wild, 3.0, 1.0)
        x = rng.normal(0, sd, (600, 15)) * scale + rng.normal(0, 1, (600, 15)) * np.sqrt(variance)
        ratios = ClassRatios(x, variance, np.ones(x.shape, dtype=bool))
        assert math.sqrt(natural_variance(x, ratios, SIDE)) == pytest.approx(sd, rel=0.15 if wild == 0 else 0.25)


def test_natural_variance_of_few_classes_is_the_default():
    ratios = ClassRatios(np.zeros((2, 15)), np.ones((2, 15)), np.ones((2, 15), dtype=bool))
    assert (
        natural_variance(
            np.zeros((1, 15)), ClassRatios(*(a[:1] for a in (ratios.log_ratio, ratios.variance, ratios.use))), SIDE
        )
        == DEFAULT_VARIANCE
    )


def test_a_places_own_variance_is_its_surplus_where_errors_are_equal():
    """Paule & Mandel with equal sampling variances v has a closed form: the sample variance less v, at least 0."""
    rng = np.random.default_rng(11)
    x = rng.normal(0, 0.5, (6, 8))
    x[-1] *= 0.01  # sampling error explains it all
    v = np.array([0.01, 0.05, 0.1, 0.2, 0.02, 0.3])
    got = place_variance(x, ClassRatios(x, np.tile(v[:, None], 8), np.ones(x.shape, dtype=bool)))
    surplus = np.maximum(x.var(axis=1, ddof=1) - v, 0.0)
    assert (surplus[:-1] > 0).sum() >= 3
    np.testing.assert_allclose(got, surplus, atol=1e-8)
    # A class that is not used does not count, whatever it holds.
    wide, use = np.c_[x, np.full(6, 99.0)], np.ones((6, 9), dtype=bool)
    use[:, -1] = False
    np.testing.assert_allclose(place_variance(wide, ClassRatios(wide, np.tile(v[:, None], 9), use)), got, atol=1e-12)
