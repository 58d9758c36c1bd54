"""Cases counted by side and stratum: against a count by hand, whatever the strata are called."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from auditor.cells import RowTable
from auditor.signals.cases import beside_compared, count_cases, strata, unclassed

GROUPS = ("hispanic", "white", "black", "")


@pytest.fixture
def rows() -> RowTable:
    rng = np.random.default_rng(7)
    names = {"group": GROUPS, "offence": ("a", "a / b", "", "unknown"), "agency": ("c", "b / c", "")}
    columns = {name: rng.choice(np.array(values, dtype=object), 400) for name, values in names.items()}
    columns["band"] = rng.integers(-1, 3, 400)
    return RowTable(rng.integers(0, 5, 400), columns, rng.integers(0, 9, 400).astype(float))


def test_every_stratum_is_counted_by_itself(rows):
    """Names that look alike when joined ("a / b" and "c", "a" and "b / c") are two strata."""
    rng = np.random.default_rng(8)
    told, hit = rng.random(400) < 0.8, rng.random(400) < 0.4
    by = ("offence", "agency", "band")
    counted = count_cases(rows, 5, ("hispanic", "white"), told=told, hit=hit, silent=~told, by=by)
    want: Counter = Counter()
    for i in np.flatnonzero(told):
        if rows.columns["group"][i] in GROUPS[:2]:
            stratum = tuple(rows.columns[key][i] for key in by)
            place, side = int(rows.index[i]), GROUPS.index(rows.columns["group"][i])
            want[place, stratum, side, "n"] += rows.n[i]
            want[place, stratum, side, "k"] += rows.n[i] * hit[i]
    for place in range(5):
        names = {key[1] for key in want if key[0] == place}
        hand = sorted(tuple(want[place, name, side, kind] for kind in "kn" for side in (0, 1)) for name in names)
        found = np.concatenate([counted.k[place], counted.n[place]]).T[: len(names)]
        assert sorted(map(tuple, found.tolist())) == hand
        assert not counted.n[place, :, len(names) :].any()
    silent = [rows.n[~told & (rows.columns["group"] == group)].sum() for group in GROUPS[:2]]
    assert counted.unrecorded.sum(axis=0).tolist() == silent


def test_strata_do_not_depend_on_where_a_place_stands(rows):
    order = np.random.default_rng(9).permutation(400)
    at, width = strata(rows, np.ones(400, dtype=bool), ("offence", "band"))
    again, same = strata(rows.take(order), np.ones(400, dtype=bool), ("offence", "band"))
    assert (width, at[order].tolist()) == (same, again.tolist())


def test_too_many_cases_without_a_class():
    """3 of 10 may lack one, 4 of 10 may not."""
    offence = np.array(["theft", "", "unknown"], dtype=object)
    for bare, wanted in ((3, False), (4, True)):
        columns = {"group": np.array(["white"] * 3, dtype=object), "offence": offence}
        rows = RowTable(np.zeros(3, dtype=np.int64), columns, np.array([10.0 - bare, bare - 1, 1]))
        assert unclassed(rows, 1, ("hispanic", "white"), np.ones(3, dtype=bool)).tolist() == [wanted]


def test_cases_beside_those_compared():
    """By hand: of a, 100 + 80 are compared, 7 of another group, 5 of none, 3 not told; b holds one group, c none."""
    cases = [("a", "hispanic", 100), ("a", "white", 80), ("a", "black", 7), ("a", "", 5), ("a", "white", 3)]
    cases += [("b", "hispanic", 60), ("b", "black", 9), ("c", "black", 4)]
    offence, group = (np.array([case[i] for case in cases], dtype=object) for i in (0, 1))
    n = np.array([case[2] for case in cases], dtype=float)
    rows = RowTable(np.zeros(8, dtype=np.int64), {"offence": offence, "group": group}, n)
    found = beside_compared(rows, 1, ("hispanic", "white"), np.arange(8) != 4, ("offence",))
    assert found.tolist() == [[7 + 5 + 3, 9, 7 + 5, 9]]
    # Of strata that do not name the offence, the rows of one offence only.
    among = rows.isin("offence", "a")
    found = beside_compared(rows, 1, ("hispanic", "white"), among & (np.arange(8) != 4), (), among)
    assert found.tolist() == [[7 + 5 + 3, 0, 7 + 5, 0]]
