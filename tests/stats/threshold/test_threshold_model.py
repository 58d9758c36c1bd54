"""The fast threshold test's posterior: gradient by differences, density by an independent program, rates by sums."""

import numpy as np
import pytest
from scipy import stats

from auditor.stats.threshold.anchor import Anchors
from auditor.stats.threshold.curve import _LEAST, _MOST, GuiltCurves, log_odds_of_guilt
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.model import ThresholdModel
from auditor.stats.threshold.prior import ThresholdPrior

STOPS = np.array([[900, 300], [4000, 120], [60, 0]])
SEARCHES = np.array([[31, 12], [55, 0], [3, 0]])
HITS = np.array([[9, 5], [21, 0], [0, 0]])
PRIOR = ThresholdPrior(guilt=(-3.0, 0.7), separation=(0.4, 0.5), threshold=(1.8, 0.9), spread=(0.6, 0.3, 0.2))


@pytest.fixture(scope="module")
def model():
    return ThresholdModel.of(StopCounts.of(STOPS, SEARCHES, HITS), PRIOR)


@pytest.fixture(scope="module")
def points(model):
    rng = np.random.default_rng(8)
    return np.array([model.start(rng) for _ in range(5)]) + 0.4 * rng.standard_normal((5, model.dim))


def differences(function, q, step=1e-6):
    """Central differences of a function of stacked points by each coordinate: the last axis of the answer."""
    moves = step * np.eye(q.shape[1])
    return np.stack([(function(q + move) - function(q - move)) / (2 * step) for move in moves], axis=-1)


def test_the_weights_of_groups_add_up_to_one_also_where_nobody_was_searched():
    stops, searches = np.vstack([STOPS, [50, 40]]), np.vstack([SEARCHES, [0, 0]])
    anchors = Anchors.of(StopCounts.of(stops, searches, np.vstack([HITS, [0, 0]])), 0.4)
    np.testing.assert_allclose(anchors.mix.sum(axis=2), 1.0, rtol=1e-12)
    assert anchors.mix[0, -1].tolist() == [0.5, 0.5]
    assert anchors.place_information[0, -1] == 0


@pytest.mark.parametrize(("at", "beyond"), [(_LEAST, _LEAST - 1), (_MOST, _MOST), (_MOST, _MOST + 1)])
def test_curves_are_exact_at_their_ends_and_flat_beyond(at, beyond):
    share, hit = np.array([[[0.05, 0.2]]]), np.array([[[0.3, 0.6]]])
    value, slope, bend = GuiltCurves.of(share, hit).at(np.array([[beyond]]), np.array([0]))
    np.testing.assert_allclose(value[0, 0], log_odds_of_guilt(share[0, 0], hit[0, 0], np.exp(at)), rtol=1e-10)
    assert beyond == at or not (slope.any() or bend.any())


def test_gradient_is_that_of_the_density(model, points):
    value, gradient = model.density(points)
    assert np.isfinite(value).all()
    numerical = differences(lambda q: model.density(q)[0], points)
    np.testing.assert_allclose(gradient, numerical, rtol=2e-6, atol=2e-5)


def independent(natural):
    """Log posterior in phi_r, log delta_r, t_r, log sigmas, place parts and thresholds, from SciPy's distributions.

    Shapes (2,) x 3, (3,), (3,), (3,), (3, 2). Densities of the spreads are by their logs.
    """
    guilt, separation, centre, log_sigma, guilt_place, separation_place, t = natural
    sigma = np.exp(log_sigma)
    total = stats.norm(*PRIOR.guilt).logpdf(guilt).sum() + stats.norm(*PRIOR.separation).logpdf(separation).sum()
    total += stats.norm(*PRIOR.threshold).logpdf(centre).sum()
    total += (stats.halfnorm(scale=PRIOR.spread).logpdf(sigma) + log_sigma).sum()
    total += stats.norm(0, sigma[1]).logpdf(guilt_place).sum() + stats.norm(0, sigma[2]).logpdf(separation_place).sum()
    total += stats.norm(centre, sigma[0]).logpdf(t).sum()
    phi = 1 / (1 + np.exp(-(guilt + guilt_place[:, None])))
    delta = np.exp(separation + separation_place[:, None])
    found, missed = phi * stats.norm.sf(t - delta), (1 - phi) * stats.norm.sf(t)
    total += stats.binom.logpmf(SEARCHES, STOPS, found + missed).sum()
    return total + stats.binom.logpmf(HITS, SEARCHES, found / (found + missed)).sum()


def natural(model, q):
    """One point in the coordinates of `independent`."""
    parts, cells = model.natural(q[None]), model.cells(q[None])
    guilt_place = (cells.log_odds - parts.guilt[:, None, :])[0, :, 0]
    separation_place = (np.log(cells.separation) - parts.separation[:, None, :])[0, :, 0]
    shared = [parts.guilt[0], parts.separation[0], parts.threshold[0], parts.spread[0]]
    return [*shared, guilt_place, separation_place, cells.threshold[0]]


def test_density_is_the_papers_up_to_the_jacobian(model, points):
    """Density of the coordinates = density of the natural parameters times |d natural / d coordinates|, up to one
    constant for all points: binomial coefficients and normalisers."""
    constants = []
    for q in points:
        jacobian = differences(
            lambda rows: np.array([np.concatenate([np.ravel(x) for x in natural(model, row)]) for row in rows]),
            q[None],
        )[0]
        log_volume = np.linalg.slogdet(jacobian)[1]
        constants.append(model.density(q[None])[0][0] - independent(natural(model, q)) - log_volume)
    assert constants == pytest.approx([constants[0]] * len(points), abs=2e-6)


def test_rates_by_numerical_integration(model, points):
    """Search and hit rates as integrals of the two signal densities; thresholds by Bayes' rule."""
    cells = model.cells(points[:1])
    probability, search, hit = model.rates(points[0])
    for d, r in ((0, 0), (1, 1), (2, 0)):
        phi, delta, t = cells.guilt[0, d, r], cells.separation[0, d, r], cells.threshold[0, d, r]
        x = np.linspace(t, t + 12, 200_001)
        guilty = np.trapezoid(phi * stats.norm.pdf(x, delta), x)
        both = guilty + np.trapezoid((1 - phi) * stats.norm.pdf(x), x)
        assert search[d, r] == pytest.approx(both, rel=1e-8)
        assert hit[d, r] == pytest.approx(guilty / both, rel=1e-8)
        at = phi * stats.norm.pdf(t, delta), (1 - phi) * stats.norm.pdf(t)
        assert probability[d, r] == pytest.approx(at[0] / sum(at), rel=1e-12)


def test_data_sets_side_by_side_are_each_alone():
    rng = np.random.default_rng(2)
    more = StopCounts.of(*(np.stack([x, x[::-1]]) for x in (STOPS, SEARCHES, HITS)))
    both = ThresholdModel.of(more, PRIOR)
    q = np.array([both.start(rng) for _ in range(3)])
    value, gradient = both.density(q, np.array([0, 1, 1]))
    for i, flip in ((0, 1), (2, -1)):
        alone = ThresholdModel.of(StopCounts.of(STOPS[::flip], SEARCHES[::flip], HITS[::flip]), PRIOR)
        want = alone.density(q[i : i + 1])
        assert value[i] == pytest.approx(want[0][0], rel=1e-10)
        np.testing.assert_allclose(gradient[i], want[1][0], rtol=1e-6, atol=1e-6)


def test_guilt_from_shares_and_back():
    """phi .03, delta 1.5, t 2: the shares they imply give phi back."""
    found, missed = 0.03 * stats.norm.sf(0.5), 0.97 * stats.norm.sf(2.0)
    share, hit = np.array([found + missed]), np.array([found / (found + missed)])
    assert log_odds_of_guilt(share, hit, np.array([1.5]))[0] == pytest.approx(np.log(0.03 / 0.97), rel=1e-10)
    curves = GuiltCurves.of(share[None, :, None], hit[None, :, None])
    value, slope, bend = (x[0, 0, 0] for x in curves.at(np.log([[1.5]]), np.array([0])))
    assert value == pytest.approx(np.log(0.03 / 0.97), abs=1e-4)
    step = 1e-4
    around = [curves.at(np.log([[1.5]]) + s, np.array([0]))[0][0, 0, 0] for s in (-step, step)]
    assert slope == pytest.approx((around[1] - around[0]) / (2 * step), rel=1e-6)
    assert bend == pytest.approx((sum(around) - 2 * value) / step**2, rel=1e-3)


@pytest.mark.parametrize(
    ("stops", "searches", "hits", "reason"),
    [
        ([[5, 5]], [[6, 1]], [[0, 0]], "searches"),
        ([[5, 5]], [[2, 1]], [[3, 0]], "hits"),
        ([[5, 5], [0, 0]], [[2, 1], [0, 0]], [[1, 0], [0, 0]], "place 1 has no stops"),
        ([[5, 0]], [[2, 0]], [[1, 0]], "group 1 has no stops"),
        ([[5, 5]], [[0, 0]], [[0, 0]], "no search at all"),
        ([[5]], [[1]], [[0]], "2 or more groups"),
        ([[5, 5]], [[1, 1]], [0, 0], "one shape"),
        ([[5.5, 5]], [[1, 1]], [[0, 0]], "whole"),
    ],
)
def test_impossible_counts_are_refused(stops, searches, hits, reason):
    with pytest.raises(ValueError, match=reason):
        StopCounts.of(stops, searches, hits)


def test_impossible_priors_are_refused():
    with pytest.raises(ValueError, match="guilt"):
        ThresholdPrior(guilt=(-3, 0))
    with pytest.raises(ValueError, match="spread"):
        ThresholdPrior(spread=(0.5, -1, 0.1))
    assert ThresholdPrior().scaled(0.5).guilt == (-3.5, 0.125)
