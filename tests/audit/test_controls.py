"""The negative controls that a review lists, and what may not be worked out from them."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from auditor.audit.controls import controls_of
from auditor.audit.screening.complete import control_tests
from auditor.signals.signal import Contrast, Panel, blank

SHAPE: dict[str, Any] = {
    "reference": "white",
    "event": "arrest",
    "counted": "arrest",
    "among": "arrest",
    "comparator": "adults",
    "why": "",
    "method": "",
}


def a_panel(counts: dict[str, tuple[float, float]], shape: str = "rates", group: str = "hispanic") -> Panel:
    """One place; contrasts by name with the counts of the group and of the reference group."""
    columns = [
        Contrast(key=f"{group}/{name}", group=group, label=name, shape=shape, tested=True, **SHAPE) for name in counts
    ]
    fields = blank(1, len(counts))
    k, w = (np.array([[pair[side] for pair in counts.values()]], dtype=float) for side in (0, 1))
    ratio, low, high = (np.full(k.shape, value) for value in (1.23456, 0.87654, np.inf))
    fields |= {"k": k, "n": k + w, "estimate": ratio, "low": low, "high": high}
    zero, yes = np.zeros(k.shape, dtype=np.int64), np.ones(k.shape, dtype=bool)
    return Panel("benchmark", ("p",), tuple(columns), code=zero, testable=yes, **fields)


def listed(whole: Panel, control: Panel | None, published: bool = False) -> list[Any]:
    columns = 0 if control is None else len(control.contrasts)
    measured = SimpleNamespace(
        card=SimpleNamespace(name="benchmark"),
        panel=whole,
        control=control,
        cells=SimpleNamespace(gates={"persons": 11}, published=(published,), size=1),
        calibrated=SimpleNamespace(control_p=np.full((1, columns), 0.01234), control_q=np.full((1, columns), 0.5678)),
    )
    return list(controls_of(measured, 0))  # type: ignore[arg-type]


def test_numbers_have_few_digits_and_an_open_end_is_null() -> None:
    (control,) = listed(a_panel({"all": (9000, 9000)}), a_panel({"violent": (1000, 1000)}))
    assert (control.ratio, control.low, control.high, control.p, control.q) == (1.23, 0.877, None, 0.012, 0.57)
    assert (control.signal, control.contrast, control.group) == ("benchmark", "hispanic/violent", "hispanic")
    assert control.suppressed is False


@pytest.mark.parametrize(
    "parts",
    [
        {"violent": (1000, 8995), "property": (3000, 8000)},  # 9000 - 8995 = 5 of the reference group are left
        {"violent": (5000, 4000), "property": (3993, 4000)},  # 9000 - 5000 - 3993 = 7 of the group are left by both
    ],
)
def test_a_small_rest_beside_the_finding_hides_all_controls_of_the_group(parts: dict[str, tuple[float, float]]) -> None:
    found = listed(a_panel({"all": (9000, 9000)}), a_panel(parts))
    assert [control.suppressed for control in found] == [True, True]
    assert {(control.ratio, control.low, control.high, control.p, control.q) for control in found} == {(None,) * 5}
    assert not any(control.suppressed for control in listed(a_panel({"all": (9000, 9000)}), a_panel(parts), True))


def test_nothing_left_and_enough_left_hide_nothing() -> None:
    whole = a_panel({"all": (9000, 9000)})
    for parts in (
        {"violent": (5000, 5000), "property": (4000, 4000)},
        {"violent": (1000, 1000), "property": (1000, 1000)},
    ):
        assert not any(control.suppressed for control in listed(whole, a_panel(parts)))


def test_counts_that_three_digits_tell_are_not_told() -> None:
    """Of 999 a ratio and its limits leave thirty values open at best, of 200 not four."""
    whole = a_panel({"all": (9000, 9000)})
    for counts in ((999, 1000), (1000, 999), (200, 5000)):
        (control,) = listed(whole, a_panel({"violent": counts}))
        assert control.suppressed
        assert (control.ratio, control.low, control.high, control.p, control.q) == (None,) * 5
        assert not listed(whole, a_panel({"violent": counts}), published=True)[0].suppressed


@pytest.mark.parametrize(("shape", "reference", "hidden"), [("pair", "white", True), ("share", None, False)])
def test_a_reference_side_is_of_the_place_where_there_is_one(shape: str, reference: str | None, hidden: bool) -> None:
    """2,000 cases of the reference group, 500 with the outcome; of other places they would be nobody's here."""
    panel = a_panel({"other": (3000, 3000)}, shape)
    column = replace(panel.contrasts[0], reference=reference)
    base = {"comparator": np.full((1, 1), 0.25), "comparator_n": np.full((1, 1), 2000.0)}
    found = listed(a_panel({"all": (90_000, 90_000)}), replace(panel, contrasts=(column,), **base))
    assert found[0].suppressed == hidden


def test_one_hidden_part_hides_the_others_of_its_group_only() -> None:
    own, other = a_panel({"violent": (1000, 1000)}), a_panel({"violent": (1000, 1000)}, group="black")
    stacked = Panel(
        "benchmark",
        ("p",),
        (*own.contrasts, *own.contrasts, *other.contrasts),
        code=np.zeros((1, 3), dtype=np.int64),
        testable=np.ones((1, 3), dtype=bool),
        hidden=np.array([[True, False, False]]),
        **{name: np.hstack([getattr(p, name) for p in (own, own, other)]) for name in blank(0, 0)},
    )
    found = listed(a_panel({"all": (9000, 9000)}), stacked)
    assert [control.suppressed for control in found] == [True, True, False]


def test_what_was_not_measured_is_not_listed() -> None:
    assert listed(a_panel({"all": (9000, 9000)}), None) == []
    control = a_panel({"violent": (1000, 1000), "property": (1000, 1000)})
    control.code[0, 0], control.testable[0, 1] = 1, False
    assert listed(a_panel({"all": (9000, 9000)}), control) == []


def test_all_places_controls_are_corrected_together_and_keep_their_column() -> None:
    nulls = [
        SimpleNamespace(rows=np.array([True, True, False]), control_columns=(1,), fired=lambda: ([0.01, np.nan],)),
        SimpleNamespace(rows=np.array([False, False, True]), control_columns=(0, 1), fired=lambda: ([0.04], [0.5])),
    ]
    nobody = SimpleNamespace(rows=np.array([True, True, True]), control_columns=(), fired=lambda: ())
    panel = SimpleNamespace(places=("a", "b", "c"), stratum=None)
    p, q = control_tests(panel, SimpleNamespace(nulls=(tuple(nulls), (nobody,))), 2)  # type: ignore[arg-type]
    np.testing.assert_array_equal(p, [[np.nan, 0.01], [np.nan, np.nan], [0.04, 0.5]])
    # Benjamini & Hochberg over 0.01, 0.04, 0.5: 3 x 0.01, 3/2 x 0.04, 0.5
    np.testing.assert_allclose(q, [[np.nan, 0.03], [np.nan, np.nan], [0.06, 0.5]], rtol=1e-12)
