"""An opponent with all that is printed of a place's detainers, and their total, works out no count of 1 to 10.

What is printed are linear equations in the unknown counts; a count is known if it is a combination of these.
"""

from __future__ import annotations

import numpy as np
import pytest

from auditor.cells import Cells, RowTable, table
from auditor.domain.detainers import OUTCOMES
from auditor.signals.match.detainer_practice import SIGNAL

REASONS = {
    "custody": "Booked into Detention",
    "lifted": "Lifted",
    "declined": "Detainer Declined by LEA",
    "error": "United States Citizen Interviewed",
    "case-closed": "Case Closed",
    "otherwise": "Died",
    "unknown": "Something else",
    "blank": "",
}
TIMES = {"before-2011": "2010-05", "discretion-2011": "2011-09", "": ""}
KINDS = tuple(REASONS)


def cells(counts: np.ndarray) -> Cells:
    """Counts by time (the last undated) and kind, of one place."""
    rows = [
        (time, month, REASONS[kind], counts[t, k])
        for t, (time, month) in enumerate(TIMES.items())
        for k, kind in enumerate(KINDS)
        if counts[t, k]
    ]
    size = len(rows)
    texts = {
        "event": ["detainer"] * size, "offence": [""] * size, "detainer_type": [""] * size,
        "detainer_period": [row[0] for row in rows], "detainer_month": [row[1] for row in rows],
        "lift_reason": [row[2] for row in rows],
    }  # fmt: skip
    columns = {name: np.array(values, dtype=object) for name, values in texts.items()}
    columns |= {name: np.full(size, -1, dtype=np.int64) for name in ("detainer", "before_conviction")}
    n = np.array([float(row[3]) for row in rows])
    keys = ("event", "start", "end")
    return Cells(
        ("42091",), ("A",), ("42",), ("",), table([], ("42091",), ("event",)), table([], (), ("universe", "group")), (),
        table([], (), keys), (), "white", rows=RowTable(np.zeros(size, dtype=np.int64), columns, n),
    )  # fmt: skip


def printed(counts: np.ndarray) -> np.ndarray:
    """Rows of coefficients, one for each thing that a reader knows, over the counts laid out flat."""
    panel = SIGNAL.measure(cells(counts), SIGNAL.options(), np.random.default_rng(1))
    known = [np.ones(counts.size)]
    for c, contrast in enumerate(panel.contrasts):
        if "/ended-" not in contrast.key or panel.code[0, c] or panel.hidden[0, c]:
            continue
        _, kind, time = contrast.key.split("/")
        t, k = list(TIMES).index(time), list(OUTCOMES).index(kind.removeprefix("ended-"))
        one, several, missing = (np.zeros(counts.shape) for _ in range(3))
        one[t, k], several[t, : len(OUTCOMES)], missing[t, len(OUTCOMES) :] = 1, 1, 1
        known += [one.ravel(), several.ravel()]
        if not panel.range_hidden[0, c]:
            known.append(missing.ravel())
            if np.isfinite(panel.missing["outcome-unrecognised"][0, c]):
                unknown = np.zeros(counts.shape)
                unknown[t, len(OUTCOMES)] = 1
                known.append(unknown.ravel())
    return np.array(known)


def questions(counts: np.ndarray) -> np.ndarray:
    """Groups of people that a reader might ask about: each count, and each time's known, missing and all."""
    asked = [np.eye(counts.size)[i] for i in range(counts.size)]
    for t in range(counts.shape[0]):
        for part in (slice(0, len(OUTCOMES)), slice(len(OUTCOMES), None), slice(None)):
            group = np.zeros(counts.shape)
            group[t, part] = 1
            asked.append(group.ravel())
    return np.array(asked)


@pytest.mark.parametrize("seed", range(150))
def test_no_small_count_can_be_worked_out(seed):
    rng = np.random.default_rng(seed)
    counts = rng.choice([0, 0, 1, 3, 8, 10, 11, 14, 30, 90, 200], size=(3, len(KINDS)))
    if not counts.sum():
        return
    known, asked = printed(counts), questions(counts)
    # Zeros are taken to be known: where nobody is can be seen from what is never mentioned.
    nobody = np.eye(counts.size)[counts.ravel() == 0]
    known = np.vstack([known, nobody])
    for group in asked:
        size = float(group @ counts.ravel())
        if 0 < size < 11:
            rest = np.linalg.lstsq(known.T, group, rcond=None)[0] @ known - group
            assert np.abs(rest).max() > 1e-6, (size, group.reshape(counts.shape))


def test_the_attack_finds_what_is_printed():
    counts = np.zeros((3, len(KINDS)))
    counts[0, :3] = (300, 200, 100)
    known = printed(counts)
    one = np.zeros(counts.shape)
    one[0, 1] = 1
    assert np.linalg.matrix_rank(known) == np.linalg.matrix_rank(np.vstack([known, one.ravel()]))
