"""Panels side by side: nothing is lost, and every code still points to its own reason."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.signals.joined import joined
from auditor.signals.match.level_mix import SIGNAL
from auditor.signals.signal import Design, Lack, Panel


def panel(seed: int = 1, places: int = 5) -> Panel:
    cells = SIGNAL.simulate(np.random.default_rng(seed), 0.0, Design(places=places))
    return SIGNAL.measure(cells, SIGNAL.options(), np.random.default_rng(1))


def test_the_contrasts_stand_beside_each_other():
    one = panel()
    both = joined([one, one])
    width = len(one.contrasts)
    assert len(both.contrasts) == 2 * width
    for name in ("k", "n", "base", "estimate", "low", "high", "p_greater", "testable", "hidden", "apart"):
        np.testing.assert_array_equal(getattr(both, name)[:, width:], getattr(one, name))
    np.testing.assert_array_equal(both.extra["z"][:, :width], one.extra["z"])
    assert both.window[0].shape == (5, 2 * width)


def test_codes_point_into_their_own_lacks():
    one = panel()
    code = one.code.copy()
    code[2, :] = 1
    other = dataclasses.replace(one, code=code, lacks=(Lack("stated.too-few", "stated.need-longer"),))
    both = joined([one, other])
    width = len(one.contrasts)
    assert both.lacks[both.code[2, width] - 1].reason == "stated.too-few"
    assert (both.code[:, width:] == 0).sum() == (code == 0).sum()


def test_what_one_panel_does_not_have_is_filled_with_what_it_means():
    one = panel()
    extra = {"turns": np.ones(one.code.shape)}
    other = dataclasses.replace(
        one, hidden=None, preferred=None, notes={"stated.why": np.ones(one.code.shape, bool)}, extra=extra, ranges={}
    )
    both = joined([one, other])
    width = len(one.contrasts)
    assert not both.hidden[:, width:].any()
    assert both.preferred[:, width:].all()
    assert np.isnan(both.extra["turns"][:, :width]).all()
    assert not both.notes["stated.why"][:, :width].any()
    assert both.notes["stated.why"][:, width:].all()


def test_panels_of_other_places_are_refused():
    with pytest.raises(ValueError, match="same places"):
        joined([panel(), panel(places=6)])
