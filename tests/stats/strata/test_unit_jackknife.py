"""Units left out one at a time: block_jackknife (checked against R), refits, people alone, what has no error."""

import numpy as np
import pytest
from scipy import stats

from auditor.stats.strata.block_jackknife import block_jackknife
from auditor.stats.strata.mantel_haenszel import mh_risk_difference, mh_risk_ratio
from auditor.stats.strata.unit_jackknife import Parts, leave_units
from tests.stats.strata.test_block_jackknife import BASE_K, BASE_N, STRATUM, K, N


def parts(rows, place=0) -> Parts:
    """Rows of (stratum, unit, a, b, c, d) or with the times behind."""
    table = np.array([row if len(row) == 7 else (*row, 1) for row in rows])
    where = np.full(len(table), place)
    return Parts(where, table[:, 0], table[:, 1], table[:, 2:6].astype(float), table[:, 6].astype(float))


CROSSING = [
    (0, 1, 3, 5, 2, 9), (1, 1, 1, 2, 0, 4), (0, 2, 2, 2, 1, 7), (1, 2, 0, 3, 2, 6), (0, 3, 4, 6, 1, 3),
    (1, 4, 2, 2, 1, 8), (0, 5, 0, 1, 3, 9), (1, 5, 2, 5, 1, 1),
]  # fmt: skip


def test_units_of_one_stratum_are_blocks():
    """The case of test_block_jackknife.py, which R has."""
    blocks = zip(STRATUM, K, N, BASE_K, BASE_N, strict=True)
    rows = [(s, i, k, n - k, c, m - c) for i, (s, k, n, c, m) in enumerate(blocks)]
    found, known = leave_units(parts(rows), 1), block_jackknife(K, N, BASE_K, BASE_N, STRATUM)
    assert found.se[0] == pytest.approx(known.se[0], rel=1e-12)
    assert np.exp(found.log_ratio[0]) == pytest.approx(known.ratio[0], rel=1e-12)
    assert found.p(1.0)[0] == pytest.approx(known.p_greater[0], rel=1e-10)
    assert found.p(-1.0)[0] == pytest.approx(known.p_less[0], rel=1e-10)
    reach = found.reach()[0] * found.se[0]
    assert np.exp(found.log_ratio[0] + reach) == pytest.approx(known.high[0], rel=1e-10)
    assert (found.units[0], found.df[0]) == (known.strata[0], known.strata[0] - 1)


def test_units_that_cross_strata_agree_with_refits():
    """mh_risk_ratio and mh_risk_difference of what is left, unit by unit; 5 units, so 4/5 of the squares."""
    table = np.array(CROSSING)

    def pooled(keep):
        k, n, c, m = (np.zeros(2) for _ in range(4))
        for s, _, a, b, e, d in table[keep]:
            k[s], n[s], c[s], m[s] = k[s] + a, n[s] + a + b, c[s] + e, m[s] + e + d
        return np.log(mh_risk_ratio(k, n, c, m).estimate[0]), mh_risk_difference(k, n, c, m).estimate[0]

    whole = pooled(np.full(len(table), True))
    left = np.array([pooled(table[:, 1] != unit) for unit in range(1, 6)])
    found = leave_units(parts(CROSSING), 1)
    assert found.log_ratio[0] == pytest.approx(whole[0], rel=1e-12)
    assert found.gap[0] == pytest.approx(whole[1], rel=1e-12)
    assert (found.se[0], found.gap_se[0]) == pytest.approx(np.sqrt(0.8 * ((left - whole) ** 2).sum(axis=0)), rel=1e-10)
    assert found.reach(0.9)[0] == pytest.approx(stats.t.ppf(0.95, 4), rel=1e-12)


def test_people_alone_may_be_told_together():
    """40 units of one person, told by four rows, and the same people one by one."""
    kinds = [(0, -2, 1, 0, 0, 0, 7), (0, -3, 0, 1, 0, 0, 9), (0, -4, 0, 0, 1, 0, 5), (0, -5, 0, 0, 0, 1, 19)]
    singles = [(*kind[:1], 100 * i + j, *kind[2:6]) for i, kind in enumerate(kinds) for j in range(kind[6])]
    one, other = leave_units(parts(kinds), 1), leave_units(parts(singles), 1)
    assert one.units[0] == other.units[0] == 40
    assert one.se[0] == pytest.approx(other.se[0], rel=1e-12)
    assert one.gap_se[0] == pytest.approx(other.gap_se[0], rel=1e-12)


def test_places_do_not_touch_each_other():
    first, second = parts(CROSSING, 0), parts([(0, 1, 1, 2, 3, 4), (0, 2, 2, 1, 1, 1)], 2)
    names = ("place", "stratum", "unit", "counts", "times")
    both = Parts(*(np.concatenate([getattr(second, name), getattr(first, name)]) for name in names))
    found = leave_units(both, 3)
    assert found.se[0] == leave_units(first, 1).se[0]
    assert np.isnan(found.se[1])
    assert found.units.tolist() == [5, 0, 2]


def test_what_carries_the_comparison_has_no_error():
    """All reference events in one unit; one unit only; a stratum with one group, which counts for nothing."""
    carried = [(0, 1, 3, 5, 4, 9), (0, 2, 2, 2, 0, 7), (0, 3, 1, 2, 0, 7)]
    assert np.isnan(leave_units(parts(carried), 1).se[0])
    assert np.isnan(leave_units(parts(carried), 1).p(1.0)[0])
    assert np.isnan(leave_units(parts([(0, 1, 3, 5, 4, 9)]), 1).se[0])
    found = leave_units(parts([*CROSSING, (2, 9, 4, 4, 0, 0)]), 1)
    assert (found.units[0], found.se[0]) == (5, leave_units(parts(CROSSING), 1).se[0])
    with pytest.raises(ValueError, match="counts"):
        leave_units(parts([(0, 1, -3, 5, 4, 9)]), 1)
