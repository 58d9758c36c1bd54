"""Group-time effects: R's did, base R by stacked equations, two-by-two means by hand, invariances, refusals."""

import csv
from fractions import Fraction

import numpy as np
import pytest

from auditor.stats.rollout.errors import standard_errors
from auditor.stats.rollout.study import group_time
from tests.stats.r_random import did_example
from tests.stats.rollout_panels import BEGUN, SMALL, WEIGHT, county_employment, fitted

SETTINGS = {
    "mpdta_nev_dr": {"control": "never"},
    "mpdta_nyt_dr": {"control": "not-yet"},
    "mpdta_nev_reg_cov": {"control": "never", "method": "reg", "covariates": True},
    "mpdta_nev_ipw": {"control": "never", "method": "ipw"},
}


@pytest.fixture(scope="module")
def mpdta(shared_data):
    return county_employment(shared_data)


def reference(shared_data, scenario):
    rows = csv.DictReader((shared_data / "mpdta_ref_attgt_R_did.csv").read_text().splitlines())
    return [[float(row[k]) for k in ("group", "t", "att", "se")] for row in rows if row["scenario"] == scenario]


@pytest.mark.parametrize("scenario", SETTINGS)
def test_r_did_on_county_employment(mpdta, shared_data, scenario):
    """R did::att_gt(bstrap = FALSE), 12 values and standard errors a setting (mpdta_ref_attgt_R_did.csv)."""
    found = fitted(mpdta, **SETTINGS[scenario])
    got = np.column_stack([found.cohort, found.period, found.att, standard_errors(found.influence)])
    np.testing.assert_allclose(got, reference(shared_data, scenario), rtol=1e-11, atol=1e-12)


def test_the_three_estimators_agree_with_r_through_the_fits_without_covariates(mpdta, shared_data):
    """With an intercept only, each estimator's own fits must give the plain means again (same reference rows)."""
    y, first, _ = mpdta
    for method in ("dr", "reg", "ipw"):
        found = group_time(
            y, first, periods=range(2003, 2008), control="never", method=method, covariates=np.empty((len(first), 0))
        )
        got = np.column_stack([found.cohort, found.period, found.att, standard_errors(found.influence)])
        np.testing.assert_allclose(got, reference(shared_data, "mpdta_nev_ipw"), rtol=1e-9, atol=1e-12)


def test_r_did_on_its_simulated_example(shared_data):
    """The 9 rows sim_nev_dr: doubly robust with a covariate, on the panel of the vignette, drawn again here."""
    y, first, x = did_example()
    assert y.size == 15916  # the vignette: "nrow(dta) #> [1] 15916"
    assert np.round(y[0], 2).tolist() == [5.56, 4.35, 7.13, 6.24]  # and its first rows
    found = group_time(y, first, periods=[1, 2, 3, 4], control="never", covariates=x, method="dr")
    got = np.column_stack([found.cohort, found.period, found.att, standard_errors(found.influence)])
    np.testing.assert_allclose(got, reference(shared_data, "sim_nev_dr"), rtol=1e-9, atol=1e-10)


def test_universal_base_period(mpdta):
    """R did::att_gt(base_period = "universal", bstrap = FALSE), published with csdid (r_ref/sim/ref_gaps.csv)."""
    found = fitted(mpdta, control="never", base="universal")
    assert len(found.att) == 15
    errors = standard_errors(found.influence)
    rows = {(g, t): (a, s) for g, t, a, s in zip(found.cohort, found.period, found.att, errors, strict=True)}
    for (g, t), att, se in (
        ((2006, 2003), -0.0037692936737142, 0.0313420276018159),
        ((2006, 2005), 0.0, 0.0),
        ((2007, 2003), 0.00330635669251235, 0.0244518729439318),
        ((2007, 2004), 0.0338130122758051, 0.0211291749243127),
        ((2007, 2007), -0.0260544107191966, 0.0166554353492522),
    ):
        assert rows[g, t] == pytest.approx((att, se), rel=1e-11, abs=1e-14)


def test_anticipation(mpdta):
    """R did::att_gt(anticipation = 1, bstrap = FALSE), published with csdid (r_ref/sim/ref_gaps.csv)."""
    found = fitted(mpdta, control="never", anticipation=1)
    got = np.column_stack([found.cohort, found.period, found.att, standard_errors(found.influence)])
    wanted = [
        (2006, 2004, 0.006520112424233, 0.0233268051418047),
        (2006, 2005, -0.00275081875051881, 0.0195585610358817),
        (2006, 2006, -0.00734542570338184, 0.022942862267559),
        (2006, 2007, -0.0439752902967363, 0.0265787670169677),
        (2007, 2004, 0.0305066555832928, 0.01503356028013),
        (2007, 2005, -0.00272589288611625, 0.0163958328955344),
        (2007, 2006, -0.0310871193896889, 0.0178775113133435),
        (2007, 2007, -0.0571415301088855, 0.020210163218686),
    ]
    np.testing.assert_allclose(got, wanted, rtol=1e-11, atol=1e-14)


def whole_numbers():
    """The panel of tests/reference/stats_rollout.R."""
    j, t = np.arange(1, 121), np.arange(1, 7)
    first = np.array([np.inf, 3, 4, 6, np.inf])[j % 5]
    x = np.column_stack([(j * j * 3 + j * 7) % 19 / 9 - 1, (j * j * 13 + 7) % 23 / 11 - 1])
    noise = ((j[:, None] * 53 + t * 71 + j[:, None] * t * 17) % 97) / 40
    late = t >= first[:, None]
    effect = np.where(late, 0.5 + 0.2 * (t - np.minimum(first, 6)[:, None]), 0.0)
    y = noise + 0.3 * t * x[:, :1] + 0.1 * t * (first <= 4)[:, None] + x[:, 1:] + effect
    return y, first, x, 1 + (j * 29) % 7 / 4


def test_covariates_and_weights_agree_with_stacked_equations_in_base_r(reference_rows):
    """R 4.2.2 glm, lm and a numeric sandwich  # script: tests/reference/stats_rollout.R"""
    y, first, x, w = whole_numbers()
    rows = reference_rows("stats_rollout.csv")
    assert len(rows) == 90
    for method, control in sorted({(row["method"], row["control"]) for row in rows}):
        found = group_time(
            y, first, periods=range(1, 7), covariates=x, weights=w, method=method, control=control, minimum_controls=2
        )
        wanted = [row for row in rows if (row["method"], row["control"]) == (method, control)]
        assert [(float(r["cohort"]), float(r["period"])) for r in wanted] == list(
            zip(found.cohort, found.period, strict=True)
        )
        np.testing.assert_allclose(found.att, [float(r["att"]) for r in wanted], rtol=1e-9, atol=1e-10)
        # R's derivatives are numeric, so its errors hold to about 1e-9.
        se = standard_errors(found.influence)
        np.testing.assert_allclose(se, [float(r["se"]) for r in wanted], rtol=1e-7)


@pytest.mark.parametrize("control", ["never", "not-yet"])
def test_two_by_two_means_by_exact_arithmetic(control):
    """Differences of weighted mean changes, in fractions; the variance as the sum over both sides of share^2 r^2."""
    found = group_time(SMALL, BEGUN, control=control, weights=WEIGHT)
    assert list(zip(found.cohort, found.period, found.base, strict=True)) == [
        (2, 1, 0), (2, 2, 1), (2, 3, 1), (3, 1, 0), (3, 2, 1), (3, 3, 2),
    ]  # fmt: skip
    for c, (g, t, b) in enumerate(zip(found.cohort, found.period.astype(int), found.base.astype(int), strict=True)):
        others = [
            j for j in range(7) if BEGUN[j] == np.inf or (control == "not-yet" and BEGUN[j] > t and BEGUN[j] != g)
        ]
        att, variance = Fraction(0), Fraction(0)
        for side, sign in (([j for j in range(7) if BEGUN[j] == g], 1), (others, -1)):
            total = sum(WEIGHT[j] for j in side)
            change = {j: Fraction(int(SMALL[j, t] - SMALL[j, b])) for j in side}
            mean = sum(Fraction(WEIGHT[j], total) * change[j] for j in side)
            att += sign * mean
            variance += sum((Fraction(WEIGHT[j], total) * (change[j] - mean)) ** 2 for j in side)
        assert found.att[c] == pytest.approx(float(att), abs=1e-14)
        assert standard_errors(found.influence)[c] ** 2 == pytest.approx(float(variance), rel=1e-13)


def test_hc2_makes_the_variance_of_small_cohorts_unbiased():
    """With equal weights each side's part of the variance grows by n / (n - 1): here 2/1 and 3/2."""
    plain = group_time(SMALL, BEGUN, control="never")
    wide = group_time(SMALL, BEGUN, control="never", correction="hc2")
    treated, never = BEGUN == 2, np.isinf(BEGUN)
    square = plain.influence[:, 2] ** 2
    wanted = 2 * square[treated].sum() + 1.5 * square[never].sum()
    assert (wide.influence[:, 2] ** 2).sum() == pytest.approx(wanted, rel=1e-13)
    np.testing.assert_array_equal(plain.att, wide.att)


def test_a_place_unobserved_in_a_period_leaves_only_the_cells_of_that_period():
    y = SMALL.astype(float)
    y[1, 2] = np.nan
    found, full = group_time(y, BEGUN, control="never"), group_time(SMALL, BEGUN, control="never")
    cell = {(g, t): c for c, (g, t) in enumerate(zip(found.cohort, found.period, strict=True))}
    assert found.treated[cell[2, 2]] == 1
    assert found.att[cell[2, 2]] == pytest.approx((4 - 2) - ((0 - 1) + (3 - 4) + (5 - 5)) / 3, abs=1e-14)
    assert found.att[cell[2, 3]] == pytest.approx(full.att[2], abs=1e-14)
    assert found.influence[1, cell[2, 2]] == 0


def test_small_cohorts_are_listed_and_never_treated():
    first = np.array([2, 2, 3, 1, np.inf, np.inf, np.inf])
    found = group_time(SMALL, first, minimum_cohort=2)
    assert set(found.cohort) == {2}
    assert [(item.cohort, item.places, item.reason) for item in found.left_out] == [
        (1, 1, "few-places"),
        (3, 1, "few-places"),
    ]
    assert np.isnan(found.member[[2, 3]]).all()
    # Place 2 began in period 3 and still serves as a control in period 2; place 3 began first and never does.
    assert found.controls[found.period == 2].tolist() == [4]
    assert found.controls[found.period == 3].tolist() == [3]


def test_cells_without_enough_controls_are_listed():
    found = group_time(SMALL[:4], BEGUN[:4], minimum_controls=2)
    assert set(zip(found.cohort, found.period, strict=True)) == {(2, 1), (2, 2), (3, 1)}
    assert [(item.cohort, item.period, item.reason) for item in found.left_out] == [
        (2, 3, "few-controls"), (3, 2, "few-controls"), (3, 3, "few-controls"),
    ]  # fmt: skip


def test_places_that_began_at_once_are_neither_treated_nor_controls():
    early = np.array([0, 2, 3, 3, np.inf, np.inf, np.inf])
    found = group_time(SMALL, early)
    assert set(found.cohort) == {2, 3}
    assert (found.influence[0] == 0).all()
    assert np.isnan(found.member[0])


def test_separated_covariates_leave_a_cell_out_with_the_reason():
    x = np.array([5.0, 5.0, 0.1, 0.4, 0.0, 0.3, 0.2])
    found = group_time(SMALL, BEGUN, control="never", covariates=x, method="dr")
    assert {(item.cohort, item.reason) for item in found.left_out} == {(2, "not-estimable")}
    assert set(found.cohort) == {3}
    assert np.isfinite(found.att).all()


def test_order_and_constants_of_places_do_not_matter():
    rng = np.random.default_rng(3)
    order = rng.permutation(7)
    found = group_time(
        SMALL[order] + rng.normal(size=(7, 1)) + np.arange(4), BEGUN[order], weights=np.array(WEIGHT)[order]
    )
    plain = group_time(SMALL, BEGUN, weights=WEIGHT)
    np.testing.assert_allclose(found.att, plain.att, atol=1e-13)
    np.testing.assert_allclose(found.influence, plain.influence[order], atol=1e-13)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first": [1, 2]}, "places x periods"),
        ({"first": [np.nan] * 7}, "never began"),
        ({"y": np.full((7, 4), np.inf)}, "finite"),
        ({"periods": [0, 1, 1, 2]}, "increasing"),
        ({"weights": [0] * 7}, "weights"),
        ({"weights": [1, 1]}, "weights"),
        ({"covariates": [np.nan] * 7}, "covariates"),
        ({"control": "all"}, "control"),
        ({"base": "first"}, "base"),
        ({"method": "ols"}, "method"),
        ({"correction": "hc3"}, "correction"),
    ],
)
def test_bad_input_is_refused_by_name(change, message):
    arguments = {"y": SMALL, "first": BEGUN} | change
    with pytest.raises(ValueError, match=message):
        group_time(arguments.pop("y"), arguments.pop("first"), **arguments)


def test_nobody_ever_began():
    found = group_time(SMALL, np.full(7, np.inf))
    assert found.att.shape == (0,)
    assert found.influence.shape == (7, 0)
