"""Synthetic control: quadprog, exact rational enumeration, the Basque example, and what ranks must obey."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.fit import NotConverged
from auditor.stats.synthetic import simplex as synthetic
from auditor.stats.synthetic.conformal import conformal_p
from auditor.stats.synthetic.gate import Gate
from auditor.stats.synthetic.nested import nested_weights, standardise
from auditor.stats.synthetic.placebo import placebo_test
from auditor.stats.synthetic.ridge import augmented, choose_lambda, plus_limits
from auditor.stats.synthetic.simplex import simplex_weights, spreading_penalty

OPEN = Gate(np.inf, np.inf, np.inf)


def data_of(periods: int, donors: int) -> tuple[np.ndarray, np.ndarray]:
    """The same formulae as in tests/reference/stats_synthetic.R."""
    t, i = np.arange(1, periods + 1), np.arange(1, donors + 1)
    x = np.sin(1.3 * t) + 0.1 * t / periods
    phase = np.sin(1.3 * t[:, None] + 0.37 * i) + 0.5 * np.cos(np.outer(t, i))
    return x, phase + 0.2 * (i % 3)


def reference(rows, case: str, what: str = "weights") -> np.ndarray:
    return np.array([float(row["value"]) for row in rows if (row["case"], row["what"]) == (case, what)])


@pytest.mark.parametrize(
    ("case", "periods", "donors", "penalty"),
    [("small", 12, 5, 0), ("square", 8, 8, 0), ("long", 40, 20, 0), ("spread", 24, 30, 2.5), ("wide", 10, 25, 0.8)],
)
def test_weights_agree_with_quadprog(case, periods, donors, penalty, reference_rows):
    """R 4.2.2, quadprog 1.5.8  # script: tests/reference/stats_synthetic.R"""
    x, pool = data_of(periods, donors)
    got = simplex_weights(x, pool, penalty=penalty)
    np.testing.assert_allclose(got.weights, reference(reference_rows("stats_synthetic.csv"), case), atol=1e-10)
    assert got.gap <= 1e-12
    assert got.weights.min() >= 0
    assert got.weights.sum() == pytest.approx(1, abs=1e-14)


def test_predictor_weights_agree_with_quadprog(reference_rows):
    """Script as above; v = 1, 4, 9 ..., 144."""
    x, pool = data_of(12, 5)
    got = simplex_weights(x, pool, np.arange(1.0, 13.0) ** 2)
    np.testing.assert_allclose(got.weights, reference(reference_rows("stats_synthetic.csv"), "weighted"), atol=1e-10)


@given(
    st.lists(st.lists(st.integers(-6, 6), min_size=3, max_size=3), min_size=2, max_size=4),
    st.lists(st.integers(-6, 6), min_size=3, max_size=3),
)
def test_least_loss_agrees_with_exact_enumeration(pool, target):
    """The least loss over all supports, in rational arithmetic (the weights may not be unique, the loss is)."""
    exact = _least_loss(pool, target)
    got = simplex_weights(np.array(target, float), np.array(pool, float).T)
    assert got.loss == pytest.approx(float(exact), abs=1e-9)


def _least_loss(pool, target) -> Fraction:
    losses = []
    for size in range(1, len(pool) + 1):
        for chosen in combinations(pool, size):
            weights = _on_support([[Fraction(a - b) for a, b in zip(d, target, strict=True)] for d in chosen])
            if weights is None or min(weights) < 0:
                continue
            residual = [sum(w * (d[k] - target[k]) for w, d in zip(weights, chosen, strict=True)) for k in range(3)]
            losses.append(sum(r * r for r in residual))
    return min(losses)


def _on_support(z: list[list[Fraction]]) -> list[Fraction] | None:
    """Solve the equality-constrained programme by Gauss-Jordan; None when singular (a smaller support does as well)."""
    n = len(z)
    rows = [[sum(a * b for a, b in zip(p, q, strict=True)) for q in z] + [Fraction(1), Fraction(0)] for p in z]
    rows.append([Fraction(1)] * n + [Fraction(0), Fraction(1)])
    for i in range(n + 1):
        pivot = next((r for r in range(i, n + 1) if rows[r][i] != 0), None)
        if pivot is None:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(n + 1):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[-1] for row in rows[:n]]


def test_donors_equal_to_the_target_share_the_weight():
    got = simplex_weights([1.0, 2.0], [[1.0, 1.0], [2.0, 2.0]])
    assert got.weights.tolist() == [0.5, 0.5]
    assert got.loss == 0


def test_a_solution_that_misses_its_conditions_is_refused(monkeypatch):
    """Weights that no polishing can mend (a solver that puts all on the worst donor)."""
    monkeypatch.setattr(synthetic, "nnls", lambda a, b, maxiter: (np.eye(a.shape[1])[-1], 0.0))
    with pytest.raises(NotConverged, match="duality gap"):
        simplex_weights([0.0, 0.0], [[1.0, 9.0], [0.0, 9.0]])


def test_a_solver_that_gives_up_is_refused(monkeypatch):
    def gives_up(a, b, maxiter):
        raise RuntimeError("Maximum number of iterations reached.")

    monkeypatch.setattr(synthetic, "nnls", gives_up)
    with pytest.raises(NotConverged, match="iterations"):
        simplex_weights([0.0, 0.0], [[1.0, 9.0], [0.0, 9.0]])


@pytest.mark.parametrize(
    ("target", "donors"), [([1.0], [[1.0]]), ([1.0, 2.0], [[1.0, 2.0]]), ([np.nan], [[1.0, 2.0]]), ([1.0], [1.0, 2.0])]
)
def test_bad_shapes_and_numbers_are_refused(target, donors):
    with pytest.raises(ValueError):
        simplex_weights(target, donors)


def test_spreading_penalty_by_hand():
    """Differences 1, -1, 3, 1: variance 8/3; T0 = 3, T1 = 4: 3 * 2 * 8/3 = 16."""
    assert spreading_penalty([[0.0, 1.0, 0.0], [0.0, 3.0, 4.0]], 4) == pytest.approx(16, rel=1e-14)


# -- the Basque example -------------------------------------------------------------------------------------------

_PREDICTORS = (
    [(f"school.{name}", range(1964, 1970)) for name in ("illit", "prim", "med", "high", "post.high")]
    + [("invest", range(1964, 1970)), ("gdpcap", range(1960, 1970))]
    + [
        (f"sec.{name}", range(1961, 1970, 2))
        for name in ("agriculture", "energy", "industry", "construction", "services.venta", "services.nonventa")
    ]
    + [("popdens", [1969])]
)
BASQUE = 17.0


@pytest.fixture(scope="module")
def basque(shared_data):
    """Abadie & Gardeazabal (2003) as the R package Synth sets it up: means over 1964-69, the sectors every second
    year, the outcome followed over 1960-69; all the other seventeen units (Spain as a whole among them) as donors.
    """
    table = pd.read_csv(shared_data / "synth_basque.csv")
    means = [table[table.year.isin(years)].groupby("regionno")[name].mean() for name, years in _PREDICTORS]
    predictors = pd.DataFrame(means)
    return predictors, table.pivot(index="year", columns="regionno", values="gdpcap")


def test_basque_weights_and_gap(basque):
    """Published with Synth: Cataluna .851, Madrid .149; mean gap 1975-97 -0.69956."""
    predictors, outcome = basque
    donors = [unit for unit in outcome.columns if unit != BASQUE]
    x, pool = standardise(predictors[BASQUE].to_numpy(), predictors[donors].to_numpy())
    followed = outcome.loc[1960:1969]
    got = nested_weights(x, pool, followed[BASQUE].to_numpy(), followed[donors].to_numpy())
    weights = dict(zip(donors, got.weights, strict=True))
    assert weights[10.0] == pytest.approx(0.851, abs=5e-4)
    assert weights[14.0] == pytest.approx(0.149, abs=5e-4)
    gap = outcome[BASQUE] - outcome[donors] @ got.weights
    assert gap.loc[1975:1997].mean() == pytest.approx(-0.69956, abs=1e-5)
    assert got.mspe == pytest.approx(0.0088645, abs=1e-7)
    np.testing.assert_allclose(got.v.sum(), 1)


def test_without_a_floor_the_two_searches_part_company(basque):
    """Predictors that weigh next to nothing drop out; the searches then end at different fits, and none is reported."""
    predictors, outcome = basque
    donors = [unit for unit in outcome.columns if unit != BASQUE]
    x, pool = standardise(predictors[BASQUE].to_numpy(), predictors[donors].to_numpy())
    followed = outcome.loc[1960:1969]
    with pytest.raises(NotConverged, match="two searches"):
        nested_weights(x, pool, followed[BASQUE].to_numpy(), followed[donors].to_numpy(), floor=1e-3)


def test_a_predictor_that_does_not_vary_is_refused():
    with pytest.raises(ValueError, match="vary"):
        standardise([1.0, 2.0], [[1.0, 1.0], [2.0, 3.0]])


# -- placebos -----------------------------------------------------------------------------------------------------


def units(seed: int, count: int, before: int = 18, after: int = 6) -> tuple[np.ndarray, np.ndarray]:
    y = np.random.default_rng(seed).normal(size=(count, before + after)) + np.arange(count)[:, None] / 5
    return y[:, :before], y[:, before:]


def as_place(before, after, chosen: int, **options):
    rest = np.delete(np.arange(len(before)), chosen)
    return placebo_test(before[[chosen]], after[[chosen]], before[rest], after[rest], **options)


@pytest.mark.parametrize("centre", [True, False])
@pytest.mark.parametrize("penalty", [0.0, 9.0])
def test_ranks_are_exactly_uniform_over_which_unit_changed(centre, penalty):
    """Each of 12 units in turn as the place: its p-values are 1/12, 2/12 ... 12/12, each once (exchangeability)."""
    before, after = units(3, 12)
    results = [as_place(before, after, j, centre=centre, penalty=penalty, gate=OPEN) for j in range(12)]
    for name in ("p_greater", "p_less", "p_ratio"):
        ranks = sorted(round(12 * getattr(result, name)[0]) for result in results)
        assert ranks == list(range(1, 13)), name


def test_an_update_for_the_place_equals_a_solution_from_scratch():
    before, after = units(4, 9)
    got = as_place(before, after, 0, centre=False, gate=OPEN)
    score = []
    for i in range(9):
        rest = np.delete(np.arange(9), i)
        weights = simplex_weights(before[i], before[rest].T).weights
        gaps = after[i] - weights @ after[rest]
        score.append(gaps.mean() / np.sqrt(np.mean((before[i] - weights @ before[rest]) ** 2)))
    assert got.statistic[0] == pytest.approx(score[0], rel=1e-9)
    assert got.p_greater[0] == pytest.approx(np.mean(np.array(score) >= score[0] - 1e-12))


def test_donors_alone_serve_every_place():
    """Without leaning, a placebo is what its own fit among the donors gives, whoever the place is."""
    before, after = units(4, 9)
    got = as_place(before, after, 0, centre=False, lean=False, gate=OPEN)
    score = []
    for i in range(9):
        rest = np.delete(np.arange(9), [0, i])
        weights = simplex_weights(before[i], before[rest].T).weights
        gaps = after[i] - weights @ after[rest]
        score.append(gaps.mean() / np.sqrt(np.mean((before[i] - weights @ before[rest]) ** 2)))
    assert got.statistic[0] == pytest.approx(score[0], rel=1e-9)
    assert got.p_greater[0] == pytest.approx(np.mean(np.array(score) >= score[0] - 1e-12))


def test_limits_invert_the_two_sided_rank_test():
    """Take each supposed effect off the place and test again: inside the limits p > .1, outside p <= .1."""
    before, after = units(5, 25)
    got = as_place(before, after, 0, gate=OPEN, level=0.9)

    def p_of(effect: float) -> float:
        shifted = after.copy()
        shifted[0] -= effect
        scores = np.abs([as_place(before, shifted, j, gate=OPEN).statistic[0] for j in range(25)])
        return float((scores >= scores[0] * (1 - 1e-12)).mean())

    low, high = got.low[0], got.high[0]
    assert low < got.gap[0] < high
    assert p_of(low + 1e-7) > 0.1
    assert p_of(high - 1e-7) > 0.1
    for outside in (low - 1e-6, low - 0.3, high + 1e-6, high + 0.3):
        assert p_of(outside) <= 0.1


@pytest.mark.parametrize(("donors", "bounded"), [(18, False), (19, True)])
def test_nineteen_donors_are_the_fewest_for_the_usual_level(donors, bounded):
    """1 / (19 + 1) = .05: the first number of donors with which p can reach .05 and 95 % limits are finite."""
    before, after = units(6, donors + 1)
    got = as_place(before, after, 0, gate=OPEN)
    assert np.isfinite([got.low[0], got.high[0]]).all() == bounded
    assert got.least_p[0] == pytest.approx(1 / (donors + 1), rel=1e-15)


def test_places_share_their_donors_but_not_each_other():
    before, after = units(7, 24)
    both = placebo_test(before[:2], after[:2], before[2:], after[2:])
    for j in range(2):
        one = placebo_test(before[[j]], after[[j]], before[2:], after[2:])
        for name in ("gap", "p_greater", "low", "high"):
            np.testing.assert_allclose(getattr(both, name)[j], getattr(one, name)[0], err_msg=name)


def test_a_poor_fit_is_refused_and_says_nothing():
    """A place on a slope of its own: its error is far above its donors' (scenario 33: more than twice)."""
    before, after = units(8, 30)
    before[0] += np.linspace(0, 15, before.shape[1])
    got = as_place(before, after, 0)
    assert got.poor[0]
    assert got.others[0] > 2
    for name in ("statistic", "p_greater", "p_less", "p_ratio", "low", "high"):
        assert np.isnan(getattr(got, name)[0])


def test_a_place_at_another_level_is_refused_unless_centred():
    before, after = units(9, 30)
    before[0] += 40
    after[0] += 40
    assert as_place(before, after, 0, centre=False).poor[0]
    assert not as_place(before, after, 0, centre=True).poor[0]


def test_a_donor_with_a_poor_fit_is_not_ranked():
    before, after = units(10, 30)
    before[7] += np.linspace(0, 15, before.shape[1])
    assert as_place(before, after, 0, gate=Gate(drift=np.inf)).donors[0] == 28


def test_a_drift_before_the_change_is_refused_though_the_error_is_small():
    """A slope of one noise SD over the time before: the RMSPE hardly shows it, the correlation with time does."""
    before, after = units(8, 30, before=60)
    before[0] += np.linspace(-1, 1, 60)
    after[0] += 1
    got = as_place(before, after, 0)
    assert got.others[0] < 2
    assert got.own[0] < 1.25
    assert got.drift[0] > 3
    assert got.poor[0]
    assert not as_place(before, after, 0, gate=Gate(drift=np.inf)).poor[0]


def test_drift_is_the_correlation_of_gap_and_time_over_the_median():
    before, after = units(15, 8)
    got = as_place(before, after, 0, centre=False, lean=False, gate=OPEN)
    found = []
    for i in range(8):
        rest = np.delete(np.arange(8), i) if i == 0 else np.delete(np.arange(8), [0, i])
        gap = before[i] - simplex_weights(before[i], before[rest].T).weights @ before[rest]
        time = np.arange(18) - 8.5
        found.append(abs(gap @ time) / np.sqrt((gap @ gap) * (time @ time)))
    assert got.drift[0] == pytest.approx(found[0] / np.median(found), rel=1e-9)


def test_two_periods_before_are_enough_to_rank_by():
    before, after = units(14, 30)
    got = as_place(before[:, :2], after, 0, gate=OPEN, penalty=50.0)  # without one two periods are fitted exactly
    assert 1 / 30 <= got.p_greater[0] <= 1


def test_noise_excuses_a_small_place():
    """Five times the median's error, but five times its sampling noise as well."""
    before, after = units(11, 30)
    before[0], after[0] = 5 * before[0], 5 * after[0]
    assert as_place(before, after, 0).poor[0]
    excused = placebo_test(before[:1], after[:1], before[1:], after[1:], noise=[5.0], donors_noise=np.ones(29))
    assert not excused.poor[0]


def test_a_perfect_fit_leaves_no_scale():
    before, after = units(12, 6)
    before[0] = before[1:].mean(axis=0)
    assert as_place(before, after, 0, gate=OPEN, centre=False).poor[0]


def test_an_effect_moves_the_gap_by_itself():
    before, after = units(13, 30)
    plain = as_place(before, after, 0)
    after[0] += 0.7
    moved = as_place(before, after, 0)
    assert moved.gap[0] - plain.gap[0] == pytest.approx(0.7, rel=1e-12)
    assert moved.low[0] - plain.low[0] == pytest.approx(0.7, rel=1e-7)
    assert moved.p_greater[0] <= plain.p_greater[0]


@pytest.mark.parametrize("shape", [(2, 18, 6), (5, 17, 6), (5, 18, 5)])
def test_donors_that_do_not_fit_are_refused(shape):
    before, after = units(14, 4)
    count, first, second = shape
    with pytest.raises(ValueError, match="donors"):
        placebo_test(before, after, np.ones((count, first)), np.ones((count, second)))


# -- the augmented form, and conformal inference --------------------------------------------------------------------


@pytest.mark.parametrize(("case", "periods", "donors", "lam"), [("ridge-small", 12, 5, 0.5), ("ridge-wide", 10, 25, 3)])
def test_ridge_agrees_with_r(case, periods, donors, lam, reference_rows):
    """R 4.2.2: quadprog, then svd()  # script: tests/reference/stats_synthetic.R"""
    x, pool = data_of(periods + 4, donors)
    got = augmented(x[:periods], x[periods:], pool[:periods].T, pool[periods:].T, lam=lam, penalty=0.8)
    rows = reference_rows("stats_synthetic.csv")
    np.testing.assert_allclose(got.weights, reference(rows, case), atol=1e-9)
    assert got.gap == pytest.approx(reference(rows, case, "gap")[0], abs=1e-9)
    assert got.weights.sum() == pytest.approx(1, abs=1e-12)


def test_a_strong_ridge_leaves_the_simplex_weights_and_a_weak_one_fits_exactly():
    x, pool = data_of(12, 30)
    args = (x[:8], x[8:], pool[:8].T, pool[8:].T)
    strong, weak = augmented(*args, lam=1e12), augmented(*args, lam=1e-10)
    np.testing.assert_allclose(strong.weights, strong.simplex, atol=1e-10)
    assert weak.rmspe < 1e-8
    assert weak.rmspe <= augmented(*args, lam=1.0).rmspe <= strong.rmspe


def test_lambda_leaves_out_one_period_as_a_slow_loop_does():
    """Twenty penalties from the largest squared singular value down to 1e-8 of it, refitted one by one."""
    x, pool = data_of(9, 12)
    pool = pool.T
    centred = pool - pool.mean(axis=0)
    grid = np.linalg.svd(centred)[1][0] ** 2 * 1e-8 ** np.linspace(0, 1, 20)
    errors = np.zeros((9, 20))
    for t in range(9):
        rest = np.delete(np.arange(9), t)
        for g, lam in enumerate(grid):
            fit = augmented(x[rest], x[[t]], pool[:, rest], pool[:, [t]], lam=lam)
            errors[t, g] = fit.gap**2
    mean, se = errors.mean(axis=0), errors.std(axis=0, ddof=1) / 3
    within = mean <= mean.min() + se[mean.argmin()]
    assert choose_lambda(x, pool) == pytest.approx(grid[within].max(), rel=1e-9)


def test_a_left_out_period_is_not_given_away_by_the_mean():
    """Levels are taken off without the period left out. With the whole mean off and as many donors as periods, the
    periods kept would determine it and every penalty, however weak, would look perfect.
    """
    y = np.random.default_rng(8).normal(size=(31, 20))
    honest = augmented(y[0, :14], y[0, 14:], y[1:, :14], y[1:, 14:], centre=True)
    levelled = y - y[:, :14].mean(axis=1, keepdims=True)
    leaking = augmented(levelled[0, :14], levelled[0, 14:], levelled[1:, :14], levelled[1:, 14:])
    assert honest.lam > 100 * leaking.lam
    assert honest.rmspe > 100 * leaking.rmspe


def test_taking_levels_off_first_makes_levels_irrelevant():
    x, pool = data_of(16, 9)
    pool = pool.T
    one = augmented(x[:12], x[12:], pool[:, :12], pool[:, 12:], centre=True, level=0.8)
    other = augmented(x[:12] + 5, x[12:] + 5, pool[:, :12] - 3, pool[:, 12:] - 3, centre=True, level=0.8)
    for name in ("gap", "lam", "rmspe", "low", "high"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-6), name


def test_jackknife_plus_limits_by_hand():
    """19 gaps 1..19 and residuals .5: rank 1 of 20 each side at alpha = .05: 0.5 and 19.5; with 18 none."""
    gaps = np.arange(1.0, 20.0)
    assert plus_limits(gaps, np.full(19, 0.5), 0.05) == (0.5, 19.5)
    assert plus_limits(gaps[:18], np.full(18, 0.5), 0.05) == (-np.inf, np.inf)


def test_conformal_p_by_hand():
    """Two identical donors at 0, outcome 0, 0, 0, 3, centred -.75, -.75, -.75, 2.25: one period after ranks first."""
    flat = np.zeros((2, 4))
    assert conformal_p([0.0, 0.0, 0.0, 3.0], flat, 1) == 0.25
    assert conformal_p([0.0, 0.0, 0.0, 3.0], flat, 1, effect=3.0) == 1.0


def test_conformal_p_is_large_at_the_truth_and_least_far_from_it():
    rng = np.random.default_rng(3)
    y = rng.normal(size=(21, 40))
    y[0, -10:] += 2
    assert conformal_p(y[0], y[1:], 10, 2.0, penalty=10.0) > 0.05
    assert conformal_p(y[0], y[1:], 10, 12.0, penalty=10.0) == pytest.approx(1 / 40)


def test_levels_do_not_matter_to_the_conformal_p_where_they_are_taken_off():
    y = np.random.default_rng(5).normal(size=(9, 30))
    level = np.array([40.0, -7, 3, 12, -20, 5, 0, 8, 100])[:, None]
    one, moved = (conformal_p(v[0], v[1:], 6, 1.0, penalty=5.0) for v in (y, y + level))
    assert one == moved < 0.5
    raw, raised = (conformal_p(v[0], v[1:], 6, 1.0, penalty=5.0, centre=False) for v in (y, y + level))
    assert raw != raised


@pytest.mark.parametrize("after", [0, 3])
def test_conformal_needs_periods_on_both_sides(after):
    with pytest.raises(ValueError):
        conformal_p([0.0, 1.0, 2.0, 3.0], np.ones((2, 4)), after)
