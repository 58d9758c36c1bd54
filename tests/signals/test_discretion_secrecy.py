"""An opponent with all that is printed of a place's matches and detainers, and their totals by level, works out no
count of 1 to 10: what is printed are linear equations, and a count is known if it is a combination of these.
"""

from __future__ import annotations

import numpy as np
import pytest

from auditor.cells import Cells, RowTable, table
from auditor.signals.match.discretion_use import SIGNAL
from auditor.signals.signal import Panel

LEVELS = ("1", "2", "3", "none", "")
SETS = {
    "all": (0, 1, 2, 3, 4), "low": (2, 3), "level-1": (0,), "level-2": (1,), "level-3": (2,), "none": (3,),
}  # fmt: skip
TIMES = (("detainers-2012", "2013-05"), ("pep-2015", "2016-01"), ("", ""))
OUTCOMES = ("Lifted", "Booked into Detention", "Case Closed", "")
VALUES, CHANCE = (0, 1, 3, 8, 10, 11, 14, 30, 90, 200), (8, 1, 1, 1, 1, 2, 3, 4, 6, 6)
KEYS = ("event", "level", "level_basis", "level_regime")
TEXTS = ("event", "offence", "level", "detainer_month", "detainer_period", "lift_reason", "month", "policy_period")


def draw(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(seed).choice(VALUES, size=shape, p=np.array(CHANCE) / sum(CHANCE))


def measured(rows: list[dict[str, object]]) -> Panel:
    """The place that is attacked is the second; the first is there to compare with."""
    columns = {name: np.array([row.get(name, "") for row in rows], dtype=object) for name in TEXTS}
    columns["detainer"] = np.array([row.get("detainer", -1) for row in rows], dtype=np.int64)
    single = RowTable(np.array([row["j"] for row in rows]), columns, np.array([float(row["n"]) for row in rows]))
    cells = Cells(
        ("A", "B"), ("A", "B"), ("42", "42"), ("", ""), table([], ("A", "B"), KEYS), table([], (), ("universe",)), (),
        table([], (), (*KEYS, "start", "end")), (), "white", rows=single,
    )  # fmt: skip
    return SIGNAL.measure(cells, SIGNAL.options(), np.random.default_rng(1))


def group(shape: tuple[int, ...], *where: object) -> np.ndarray:
    mask = np.zeros(shape)
    mask[np.ix_(*(range(size) if at is None else at for at, size in zip(where, shape, strict=True)))] = 1
    return mask.ravel()


def given_away(known: list[np.ndarray], asked: list[np.ndarray], counts: np.ndarray) -> list[float]:
    """Return the sizes of the groups of 1 to 10 that the equations determine; a sum of 0 is 0 throughout."""
    equations, flat = np.array(known), counts.ravel()
    nobody = equations[(equations @ flat) == 0].sum(axis=0) > 0
    equations = np.vstack([equations, np.eye(flat.size)[nobody]])
    small = [one for one in asked if 0 < one @ flat < 11]
    solved = (np.linalg.lstsq(equations.T, one, rcond=None)[0] @ equations - one for one in small)
    return [float(one @ flat) for one, rest in zip(small, solved, strict=True) if np.abs(rest).max() < 1e-6]


def by_level(known: list[np.ndarray], counts: np.ndarray, axis: int) -> None:
    """Another signal prints how many there are at each level, where none is small."""
    other = tuple(i for i in range(counts.ndim) if i != axis)
    total = counts.sum(axis=other)
    if not ((total > 0) & (total < 11)).any():
        known += [group(counts.shape, *([i] if a == axis else None for a in range(counts.ndim))) for i in range(4)]


@pytest.mark.parametrize("seed", range(60))
def test_detainers_lifted_by_level_and_time(seed):
    counts = draw(seed, (3, 5, 4))
    rows = [
        {"j": 1, "n": n, "event": "detainer", "detainer_period": TIMES[t][0], "detainer_month": TIMES[t][1],
         "level": LEVELS[level], "lift_reason": OUTCOMES[o]}
        for (t, level, o), n in np.ndenumerate(counts) if n
    ]  # fmt: skip
    rows += [
        {"j": 0, "n": 500, "event": "detainer", "detainer_period": time, "detainer_month": month, "lift_reason": reason}
        for time, month in TIMES[:2]
        for reason in OUTCOMES[:2]
    ]
    panel, known = measured(rows), [np.ones(counts.size)]
    by_level(known, counts, 1)
    for c, contrast in enumerate(panel.contrasts):
        _, what, *_, time = contrast.key.split("/")
        if panel.code[1, c] or panel.hidden[1, c] or not what.startswith("lifted") or time not in dict(TIMES):
            continue
        at = [list(dict(TIMES)).index(time)]
        levels = SETS[what.removeprefix("lifted-") if "-" in what else "all"]
        known += [group(counts.shape, at, levels, [0]), group(counts.shape, at, levels, [0, 1, 2])]
        if np.isfinite(panel.missing["outcome"][1, c]) and not panel.range_hidden[1, c]:
            known.append(group(counts.shape, at, levels, [3]))
    asked = [*np.eye(counts.size)]
    asked += [group(counts.shape, [t], [level], o) for t in range(3) for level in range(5) for o in (None, [0, 1, 2])]
    asked += [group(counts.shape, [t], None, o) for t in range(3) for o in (None, [0], [1], [2], [3])]
    assert given_away(known, asked, counts) == []


@pytest.mark.parametrize("seed", range(60))
def test_matches_without_a_detainer_by_level(seed):
    counts = draw(seed, (5, 3))
    rows = [
        {"j": 1, "n": n, "event": "match", "level": LEVELS[level], "detainer": (0, 1, -1)[o]}
        for (level, o), n in np.ndenumerate(counts) if n
    ]  # fmt: skip
    rows += [{"j": 0, "n": 400, "event": "match", "level": x, "detainer": d} for x in LEVELS for d in (0, 1)]
    panel, known = measured(rows), [np.ones(counts.size)]
    by_level(known, counts, 0)
    for c, contrast in enumerate(panel.contrasts):
        what = contrast.key.split("/")[1]
        if panel.code[1, c] or panel.hidden[1, c] or not what.startswith("no-detainer"):
            continue
        levels = SETS[what.removeprefix("no-detainer-")]
        known += [group(counts.shape, levels, [0]), group(counts.shape, levels, [0, 1])]
        if np.isfinite(panel.missing["detainer"][1, c]):
            known.append(group(counts.shape, None, [2]))
    asked = [*np.eye(counts.size), *(group(counts.shape, level, [o]) for level in (None, [2, 3]) for o in range(3))]
    assert given_away(known, asked, counts) == []
