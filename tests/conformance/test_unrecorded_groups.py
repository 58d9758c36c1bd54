"""Every comparison of groups has a range over the records of unrecorded group, or its card says why there is none."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

from auditor.cells import Cells, RowTable, Table
from auditor.signals.registry import discover
from auditor.signals.signal import Design, Panel, Signal
from auditor.signals.thresholds import blanks, fits
from tests.signals.test_search_threshold import Sampler
from tests.signals.test_threshold_blank import Sets

SIGNALS = discover()
LOST = 0.1
"""Share of the people of every row whose group is not recorded."""
WITHOUT = {
    "activation-rollout": "one number for a region",
    "ethnicity-recording": "by the recorded group alone",
    "hold-time": "of one group, with a hold and without",
    "officer-benchmark": "all officers at once",
    "search-threshold": "in every place alike",
}
"""Signals that compare a group and have no range over every way, with words of the card that says why."""


def split(names, n, rng):
    """Return which people of each row lose their group; those without one already stay as they are."""
    known = ~np.isin(names.astype(str), ("", "unknown"))
    return np.where(known, rng.binomial(n.astype(np.int64), LOST), 0).astype(float)


def twice(columns, gone):
    both = {name: np.concatenate([columns[name], columns[name][gone]]) for name in columns}
    both["group"][len(gone) :] = "unknown"
    return both


def blanked(cells: Cells) -> Cells:
    """Return the cells with a tenth of the people of every count and row moved to the unknown group."""
    rng, counts, rows = np.random.default_rng(9), cells.counts, cells.rows
    if "group" in counts.columns:
        lost = split(counts.columns["group"], counts.n, rng)
        gone = lost > 0
        counts = Table(
            np.concatenate([counts.index, counts.index[gone]]), twice(counts.columns, gone),
            np.concatenate([counts.n - lost, lost[gone]]), np.concatenate([counts.censored, counts.censored[gone]]),
            np.concatenate([counts.complete, counts.complete[gone]]),
        )  # fmt: skip
    if rows is not None and "group" in rows.columns:
        lost = split(rows.columns["group"], rows.n, rng)
        gone = lost > 0
        both = RowTable(
            np.concatenate([rows.index, rows.index[gone]]), twice(rows.columns, gone),
            np.concatenate([rows.n - lost, lost[gone]]),
        )  # fmt: skip
        rows = both.take(both.n > 0)
    return dataclasses.replace(cells, counts=counts, rows=rows)


@cache
def measured(name: str) -> Panel:
    signal = SIGNALS[name]
    places = 9 if signal.trial is not None else 120
    cells = blanked(signal.simulate(np.random.default_rng(3), 0.0, Design(places=places, natural_sd=0.1)))
    return signal.measure(cells, signal.options(**(signal.trial or {})), np.random.default_rng(1))


@pytest.fixture(params=list(SIGNALS), ids=list(SIGNALS))
def signal(request, monkeypatch) -> Signal:
    # What the sampler gives is tested elsewhere; here it is asked whether there is a range.
    monkeypatch.setattr(fits, "fit_scaled", Sampler((0.25, 0.25, 0.3)))
    monkeypatch.setattr(blanks, "fit_sets", Sets())
    return SIGNALS[request.param]


def ranged(panel: Panel, c: int) -> bool:
    ends = panel.ranges.get("missing-group")
    return ends is not None and bool(np.isfinite(ends[0][panel.measured[:, c], c]).any())


def test_a_comparison_of_groups_is_bounded_or_its_card_says_why_not(signal):
    name, panel = signal.card.name, measured(signal.card.name)
    grouped = [c for c, contrast in enumerate(panel.contrasts) if contrast.group or contrast.reference]
    spoken = [c for c in grouped if panel.measured[:, c].any()]
    bare = [panel.contrasts[c].key for c in spoken if not ranged(panel, c)]
    if name in WITHOUT:
        assert not any(ranged(panel, c) for c in grouped), "it has a range now: the card must not deny it"
        told = [text for text in signal.card.misleads if "no range" in text and "unrecorded group" in text]
        assert any(WITHOUT[name] in text for text in told), f"the card of {name} must say why it has no range"
        return
    assert not bare, f"{name} compares groups without a range: {bare}"
    assert not any("no range" in text for text in signal.card.misleads)
    assert spoken or not grouped or name in UNMEASURED


UNMEASURED = frozenset({"activation-series", "activation-synthetic"})
"""Signals whose own simulation needs more places than these to be measured; their own tests hold their range."""


def test_the_range_holds_what_is_recorded(signal):
    panel = measured(signal.card.name)
    for name, (low, high) in panel.ranges.items():
        if not name.startswith("missing-group"):
            continue
        some = panel.measured & np.isfinite(low)
        assert (low[some] <= panel.estimate[some] * (1 + 1e-9)).all()
        assert (high[some] >= panel.estimate[some] * (1 - 1e-9)).all()


def test_nothing_is_bounded_where_every_group_is_recorded(signal):
    drawn = signal.simulate(np.random.default_rng(3), 0.0, Design(places=9 if signal.trial is not None else 12))
    counts, rows = drawn.counts, drawn.rows
    if "group" in counts.columns:
        counts = counts.take(counts.columns["group"] != "unknown")
    if rows is not None and "group" in rows.columns:
        rows = rows.take(rows.columns["group"] != "unknown")
    cells = dataclasses.replace(drawn, counts=counts, rows=rows)
    panel = signal.measure(cells, signal.options(**(signal.trial or {})), np.random.default_rng(1))
    for name, (low, _) in panel.ranges.items():
        assert not name.startswith("missing-group") or np.isnan(low).all()
