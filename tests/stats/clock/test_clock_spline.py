"""Natural splines: R's ns(), quantiles of rows written out, straight lines outside, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.stats.clock.spline import NaturalSpline, row_quantiles, spline_of_rows

# The formula of tests/reference/stats_clock_spline.R.
X = 1020.0 + 15 * np.arange(18)
N = 1 + (np.arange(18) * 37) % 23


def reference(reference_rows, case, df, what):
    rows = [
        row
        for row in reference_rows("stats_clock_spline.csv")
        if (row["case"], row["df"], row["what"]) == (case, str(df), what) and row["value"]
    ]
    found = np.full((1 + max(int(row["row"]) for row in rows), 1 + max(int(row["column"]) for row in rows)), np.nan)
    for row in rows:
        found[int(row["row"]), int(row["column"])] = float(row["value"])
    return found


@pytest.mark.parametrize("df", [1, 3, 4, 6])
def test_knots_and_basis_are_those_of_the_rows_in_r(reference_rows, df):
    """R 4.2.2: ns(rep(x, n), df)  # script: tests/reference/stats_clock_spline.R"""
    spline = spline_of_rows(X, N, df)
    if df > 1:
        np.testing.assert_allclose(spline.inner, reference(reference_rows, "rows", df, "knots")[:, 0], rtol=1e-14)
    assert spline.width == df
    np.testing.assert_allclose(spline.basis(X), reference(reference_rows, "rows", df, "basis"), atol=1e-12)


def test_given_knots_and_values_outside_agree_with_r(reference_rows):
    """R 4.2.2: ns(z, knots = c(1080, 1125, 1200), Boundary.knots = c(1020, 1275))"""
    spline = NaturalSpline(np.array([1080.0, 1125.0, 1200.0]), 1020.0, 1275.0)
    z = [980, 1020, 1033.5, 1101, 1150, 1219.25, 1275, 1300]
    np.testing.assert_allclose(spline.basis(z), reference(reference_rows, "given", 4, "basis"), atol=1e-12)


def test_knots_do_not_depend_on_how_the_cells_were_cut():
    halves = spline_of_rows(np.concatenate([X, X]), np.concatenate([N // 2, N - N // 2]), 5)
    whole = spline_of_rows(X, N, 5)
    assert halves.inner.tolist() == whole.inner.tolist()
    # With every cell counted once the knots would be others: the rows are what decides.
    assert spline_of_rows(X, np.ones(18), 5).inner.tolist() != whole.inner.tolist()


@given(
    st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 9)), min_size=1, max_size=30),
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
)
def test_quantiles_are_those_of_the_rows_written_out(cells, levels):
    values, counts = (np.array(column, dtype=float) for column in zip(*cells, strict=True))
    if counts.sum() == 0:
        counts[0] = 1
    expected = np.quantile(np.repeat(values, counts.astype(int)), levels)
    np.testing.assert_allclose(row_quantiles(values, counts, levels), expected, rtol=1e-12, atol=1e-9)


def test_the_spline_holds_every_straight_line_and_bends_nowhere_outside():
    spline = NaturalSpline(np.array([3.0, 5.0]), 1.0, 9.0)
    x = np.linspace(-4, 14, 50)
    design = np.column_stack([np.ones(50), spline.basis(x)])
    assert np.linalg.matrix_rank(design) == 4
    residual = x - design @ np.linalg.lstsq(design, x, rcond=None)[0]
    np.testing.assert_allclose(residual, 0, atol=1e-10)
    for outside in (np.array([-3.0, -2.0, -1.0]), np.array([10.0, 11.0, 12.0])):
        np.testing.assert_allclose(np.diff(spline.basis(outside), n=2, axis=0), 0, atol=1e-12)


@pytest.mark.parametrize(
    "values, counts, df, message",
    [
        ([1, 2, 3], [1, 1, 1], 0, "df must be 1 or more"),
        ([1, 2, 3], [0, 0, 0], 2, "no rows"),
        ([1, 2, 3], [1, 900, 1], 4, "too many rows share a value for 4 columns: knots would be 1, 2, 2, 2, 3"),
        ([5, 5], [3, 4], 1, "knots would be 5, 5"),
        ([1, 2], [1, 1, 1], 2, "equally long"),
        ([1, np.inf], [1, 1], 1, "values must be finite"),
        ([1, 2], [1, 0.5], 1, "whole numbers"),
    ],
)
def test_what_cannot_carry_knots_is_refused(values, counts, df, message):
    with pytest.raises(ValueError, match=message):
        spline_of_rows(values, counts, df)


def test_knots_out_of_order_and_tables_are_refused():
    with pytest.raises(ValueError, match="increase strictly"):
        NaturalSpline(np.array([5.0, 3.0]), 1.0, 9.0)
    with pytest.raises(ValueError, match="one dimension"):
        NaturalSpline(np.array([3.0]), 1.0, 9.0).basis(np.ones((2, 2)))
