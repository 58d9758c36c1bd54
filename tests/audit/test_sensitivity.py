"""Specifications, parts of the time, E-values and tipping shares of findings: counts worked by hand."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from auditor.audit.protocol import Protocol
from auditor.audit.robustness.confounding import doubts_of
from auditor.audit.robustness.specifications import against_serious, without_offences
from auditor.audit.sensitivity import Sensitivity, sensitivity_fields, sensitivity_of
from auditor.engine.engine import Engine
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.signals.registry import discover
from auditor.signals.signal import Contrast, Design, Panel, Signal

LATER = "2010-02-01/2010-12-31"
ADULTS, RESIDENTS = (1000, 1000), (3000, 1000)


@contextmanager
def opened(folder: Path, counts: list[str], population: list[str]) -> Iterator[Engine]:
    """An engine over counts (place, period, event, group, offence, n) and populations (place, universe, group, n)."""
    places = sorted({line.split(",")[0] for line in counts})
    tables = {
        "counts": ["place,period,event,group,offence,n", *counts],
        "population": ["place,universe,group,n", *population],
        "places": ["place,name,state", *(f"{place},{place[6:]},48" for place in places)],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    specs = [SourceSpec(path=f"{name}.csv", format=name) for name in tables]
    with Store() as store:
        loaded = load(specs, folder, store, as_of=date(2015, 1, 1))
        yield Engine(loaded, ("hispanic",), "white", order=("adults", "residents"))


def people(place: str = "local:a") -> list[str]:
    return [
        f"{place},{universe},{group},{n}"
        for universe, pair in (("adults", ADULTS), ("residents", RESIDENTS))
        for group, n in zip(("hispanic", "white"), pair, strict=True)
    ]


def arrests(*rows: tuple[str, str, str, int], place: str = "local:a") -> list[str]:
    return [f"{place},{period},arrest,{group},{offence},{n}" for period, group, offence, n in rows]


def protocol(**alternatives: dict[str, dict[str, object]]) -> Protocol:
    rules = {"exposure": {"benchmark": {}}, "discretion": {"discretion-contrast": {}}}
    return Protocol.model_validate({"families": rules, "alternatives": alternatives})


def examine(engine: Engine, rules: Protocol, name: str = "benchmark", **given: str) -> tuple[Panel, Sensitivity]:
    signal = discover()[name]
    options = signal.options(**given)
    cells = engine.cells(signal.view(options))
    panel = signal.measure(cells, options, np.random.default_rng(1))
    return panel, sensitivity_of(signal, panel, cells, engine, options, rules, np.random.default_rng(2))


# 70 against 30, of which serious 10 against 20; adults 1 to 1, residents 3 to 1.
MIXED = arrests(
    ("2010-03", "hispanic", "traffic", 40),
    ("2010-03", "white", "traffic", 5),
    ("2010-09", "hispanic", "traffic", 20),
    ("2010-09", "white", "traffic", 5),
    ("2010-03", "hispanic", "robbery", 5),
    ("2010-03", "white", "robbery", 10),
    ("2010-09", "hispanic", "robbery", 5),
    ("2010-09", "white", "robbery", 10),
)


def test_specifications_by_hand(tmp_path: Path):
    """Main (adults): 70/30 = 2.33, Clopper-Pearson low limit of 70 of 100 is .600, so 1.50.

    Residents: 2.33 / 3 = .78, fails. Serious arrests 10 to 20: 2.33 / .5 = 4.67, agrees. Without traffic: 10/20 = .5,
    fails. Adults: the very same, not counted. Drivers: none supplied, not counted. Without theft: nothing changes.
    """
    rules = protocol(
        benchmark={
            "adults": {"exposure": "adults"},
            "residents": {"exposure": "residents"},
            "drivers": {"exposure": "drivers"},
            "serious": {"against_serious": True},
            "without-traffic": {"without_offences": ["traffic"]},
            "without-theft": {"without_offences": ["theft"]},
        }
    )
    with opened(tmp_path, MIXED, people()) as engine:
        panel, found = examine(engine, rules)
    assert [contrast.key for contrast in panel.contrasts] == ["hispanic/adults", "hispanic/residents"]
    # The described contrast has no specifications of its own.
    np.testing.assert_array_equal(found.of, [[3, 0]])
    np.testing.assert_array_equal(found.passed, [[1, 0]])
    assert found.failures(0, 0) == ["residents", "without-traffic"]
    assert found.failures(0, 1) == []
    fields = sensitivity_fields(panel, panel.contrasts[0], found, 0, 0)
    assert fields["robustness"]["passed"] == 1
    assert fields["robustness"]["of"] == 3
    assert fields["tipping_point"] == pytest.approx(0.600186 / 0.399814, rel=1e-4)


def test_the_direction_of_the_protocol_decides_what_agrees(tmp_path: Path):
    rules = protocol(benchmark={"residents": {"exposure": "residents"}, "serious": {"against_serious": True}})
    less = rules.model_copy(update={"families": {"exposure": {"benchmark": _rule(rules, "less")}}})
    both = rules.model_copy(update={"families": {"exposure": {"benchmark": _rule(rules, "two-sided")}}})
    with opened(tmp_path, MIXED, people()) as engine:
        greater = examine(engine, rules)[1]
        # .78 has an upper limit of 3.77 / 3 = 1.26 (70 of 100: .600 to .788): neither agrees with "less".
        assert examine(engine, less)[1].passed[0, 0] == 0
        assert examine(engine, both)[1].passed[0, 0] == greater.passed[0, 0] == 1


def _rule(rules: Protocol, direction: str) -> object:
    return rules.families["exposure"]["benchmark"].model_copy(update={"direction": direction})


def test_parts_of_the_time_by_hand(tmp_path: Path):
    """March to September are 7 months: March to May, June to September; 45/15 = 3 and 25/15 = 1.67, as the whole 2.33.

    Place b: 60/40 and 20/80, whole 80/120 = .67: one of two. Place c has one row a group for the whole year. Of place
    d, January lies in the first half, and the other row straddles the cut.
    """
    counts = [
        *MIXED,
        *arrests(("2010-03", "hispanic", "", 60), ("2010-03", "white", "", 40), place="local:b"),
        *arrests(("2010-09", "hispanic", "", 20), ("2010-09", "white", "", 80), place="local:b"),
        *arrests(("2010", "hispanic", "", 60), ("2010", "white", "", 40), place="local:c"),
        *arrests(("2010-01", "hispanic", "", 60), ("2010-01", "white", "", 40), place="local:d"),
        *arrests((LATER, "hispanic", "", 6), (LATER, "white", "", 4), place="local:d"),
    ]
    population = [line for letter in "abcd" for line in people(f"local:{letter}")]
    with opened(tmp_path, counts, population) as engine:
        panel, found = examine(engine, protocol())
    assert panel.estimate[:, 0] == pytest.approx([7 / 3, 2 / 3, 1.5, 1.5])
    np.testing.assert_array_equal(found.blocks[:, 0], [2, 2, 0, 1])
    np.testing.assert_array_equal(found.same[:, 0], [2, 1, 0, 1])
    shown = [sensitivity_fields(panel, panel.contrasts[0], found, j, 0)["robustness"]["blocks"] for j in range(4)]
    assert shown == [{"same": 2, "of": 2}, {"same": 1, "of": 2}, None, {"same": 1, "of": 1}]


def test_a_part_without_reference_events_is_not_measured(tmp_path: Path):
    """30 against none has no finite ratio; the whole (70 to 20) has, and the other half (40 to 20) agrees."""
    counts = arrests(
        ("2010-03", "hispanic", "", 30),
        ("2010-03", "white", "", 0),
        ("2010-09", "hispanic", "", 40),
        ("2010-09", "white", "", 20),
    )
    with opened(tmp_path, counts, people()) as engine:
        _, found = examine(engine, protocol())
    assert (found.same[0, 0], found.blocks[0, 0]) == (1, 1)


def test_a_signal_of_a_change_is_not_cut(tmp_path: Path):
    """One that asks for programme starts needs the months on both sides."""
    months = [f"{year}-{month:02d}" for year in range(2008, 2012) for month in range(1, 13)]
    counts = arrests(*((month, group, "", 20) for month in months for group in ("hispanic", "white")))
    with opened(tmp_path, counts, people()) as engine:
        panel, found = examine(engine, protocol(), "activation-series")
    assert found.blocks.shape == panel.code.shape
    assert not found.blocks.any()


CLASSES = ("robbery", "burglary", "aggravated-assault", "traffic", "trespass", "public-order", "licence")


def test_single_classes_left_out_of_the_contrast(tmp_path: Path):
    """Only traffic stands out (8 times): left out, the other classes are alike, and the interval holds 1."""
    focal = {name: 240 if name == "traffic" else 30 for name in CLASSES}
    counts = arrests(*(("2010", "hispanic", name, focal[name]) for name in CLASSES))
    counts += arrests(*(("2010", "white", name, 60) for name in CLASSES))
    rules = protocol(
        **{
            "discretion-contrast": {
                "with-licence": {"licence": "within"},
                "without-licence": {"licence": "apart"},
                "bookings": {"event": "booking"},
                "without-traffic": {"without_offences": ["traffic"]},
                "without-burglary": {"without_offences": ["burglary"]},
            }
        }
    )
    with opened(tmp_path, counts, people()) as engine:
        panel, found = examine(engine, rules, "discretion-contrast")
    assert panel.contrasts[0].tested
    assert panel.low[0, 0] > 1
    assert (found.passed[0, 0], found.of[0, 0]) == (2, 3)
    assert found.failures(0, 0) == ["without-traffic"]


def test_cells_without_offences_and_with_serious_ones_beside():
    cells = discover()["discretion-contrast"].simulate(np.random.default_rng(3), 0.0, Design(places=5))
    without = without_offences(cells, ("theft", "traffic"))
    assert not set(without.counts.columns["offence"]) & {"theft", "traffic"}
    assert (without.classes["theft"], without.classes["traffic"]) == ("neutral", "neutral")
    assert without.classes["robbery"] == "serious"
    left = cells.counts.where(offence=("theft", "traffic")).n.sum()
    assert without.counts.n.sum() == cells.counts.n.sum() - left
    laid = against_serious(cells, "arrest")
    serious = [name for name, side in cells.classes.items() if side == "serious"]
    np.testing.assert_array_equal(
        laid.counts.where(event="serious").total(5), cells.counts.where(offence=serious).total(5)
    )
    np.testing.assert_array_equal(laid.counts.where(event="arrest").n, cells.counts.n)


@pytest.mark.parametrize("name", sorted(discover()))
def test_every_signal_has_a_sensitivity_or_says_that_it_has_none(name: str):
    """All of a panel's entries, in its order; nothing passes that was not counted."""
    signal = discover()[name]
    panel = signal.measure(*_small(signal))
    doubts = doubts_of(panel)
    for values in (doubts.e_value, doubts.e_limit, doubts.rooted, doubts.unrecorded, doubts.misrecorded):
        assert values.shape == panel.code.shape
        assert np.isnan(values[~panel.measured]).all() or values.dtype == bool
    known = ~np.isnan(doubts.e_limit)
    assert (doubts.e_limit[known] >= 1).all()
    assert (doubts.e_value[known] >= doubts.e_limit[known]).all()
    for shares in (doubts.unrecorded, doubts.misrecorded):
        told = shares[~np.isnan(shares)]
        assert ((told > 0) & (told <= 1)).all()


def _small(signal: Signal) -> tuple:
    design = Design(places=40 if signal.trial is None else 9, planted=0.5)
    cells = signal.simulate(np.random.default_rng(4), 0.5, design)
    return cells, signal.options(**signal.trial or {}), np.random.default_rng(1)


def contrast(shape: str = "rates", scale: str = "ratio", reference: str | None = "white") -> Contrast:
    return Contrast("hispanic/x", "hispanic", reference, "arrest", "", "", "", "", "", shape, "", True, scale)


def a_panel(
    h: float, w: float, kind: Contrast, low: float, high: float, *, estimate: float | None = None, **more: object
) -> Panel:
    """One place, one contrast; base 2/5, comparator 60 of 100."""
    values = {
        "k": h,
        "n": h + w,
        "base": 0.4,
        "estimate": h / w * 1.5 if estimate is None else estimate,
        "low": low,
        "high": high,
        "comparator": 0.6,
        "comparator_n": 100.0,
    }
    names = ("p_greater", "p_less", "absolute", "absolute_low", "absolute_high")
    arrays = {name: np.array([[value]]) for name, value in (values | dict.fromkeys(names, 0.5)).items()}
    return Panel(
        "x", ("local:a",), (kind,), code=np.zeros((1, 1), dtype=np.int64), testable=np.ones((1, 1), dtype=bool),
        **arrays, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "scale", "ratio", "low", "high", "rooted"),
    [
        ("rates", "ratio", 3.9, 1.8, 8.7, False),
        ("share", "ratio", 3.9, 1.8, 8.7, False),
        ("share", "odds-ratio", 3.9**2, 1.8**2, 8.7**2, True),
        ("contrast", "ratio", 3.9**2, 1.8**2, 8.7**2, True),
        ("change", "ratio", 3.9**2, 1.8**2, 8.7**2, True),
        ("change", "ratio", 3.9**-2, 8.7**-2, 1.8**-2, True),
    ],
)
def test_e_values_of_the_authors_example(shape: str, scale: str, ratio: float, low: float, high: float, rooted: bool):
    """VanderWeele & Ding (2017): 3.9 (1.8 to 8.7) has 7.26 and 3.0; an odds ratio of a common outcome is rooted."""
    found = doubts_of(a_panel(60, 40, contrast(shape, scale), low, high, estimate=ratio))
    assert round(found.e_value[0, 0], 2) == 7.26
    assert found.e_limit[0, 0] == pytest.approx(3.0)
    assert found.rooted[0, 0] == rooted


def test_odds_of_a_rare_outcome_are_not_rooted():
    """15 of 100 and 10 of 100 are at most 15 %; on another scale there is no E-value."""
    rare = a_panel(15, 85, contrast("contrast"), 1.8, 8.7, estimate=3.9)
    assert doubts_of(rare).rooted[0, 0], "60 of the reference group's 100 are many"
    assert not doubts_of(dataclasses.replace(rare, comparator=np.array([[0.1]]))).rooted[0, 0]
    assert np.isnan(doubts_of(a_panel(60, 40, contrast("share", "difference"), 1.0, 2.0)).e_value[0, 0])


def test_the_shares_of_rates_are_those_of_exact_arithmetic():
    """60 against 40 at base 2/5, 50 unrecorded (see tests/stats/ratios/test_group_tipping.py): 23 of 50, 10 of 60."""
    lowest, highest = 60 / 90 * 1.5, 110 / 40 * 1.5
    ranges = {"missing-group": (np.array([[lowest]]), np.array([[highest]]))}
    panel = a_panel(60, 40, contrast(), 1.44, 3.5, ranges=ranges)
    found = doubts_of(panel)
    assert (found.unrecorded[0, 0], found.misrecorded[0, 0]) == (23 / 50, 10 / 60)
    # A number of unrecorded groups that is suppressed bounds nothing, and tips nothing.
    blind = {"missing-group": (np.array([[0.0]]), np.array([[np.inf]]))}
    found = doubts_of(dataclasses.replace(panel, ranges=blind))
    assert np.isnan(found.unrecorded[0, 0])
    assert found.misrecorded[0, 0] == 10 / 60
    # The limit is 1 or less already.
    assert np.isnan(doubts_of(dataclasses.replace(panel, low=np.array([[0.9]]))).misrecorded[0, 0])


def test_the_shares_of_a_ratio_of_ratios_by_hand():
    """Estimate 3, limit 2, lowest bound 1.5: 2 / (1 + s) = 1 at s = 1. At 1.2: 2 / (1 + 1.5 s) = 1 at 2/3.

    60 discretionary of the group and .6 of 100 of the reference: 2 (1 - x) / (1 + x) = 1 at x = 1/3.
    """
    for lowest, share in ((1.5, 1.0), (1.2, 2 / 3), (1.6, np.nan)):
        ranges = {"missing-group": (np.array([[lowest]]), np.array([[9.0]]))}
        found = doubts_of(a_panel(60, 40, contrast("contrast"), 2.0, 4.5, estimate=3.0, ranges=ranges))
        assert found.unrecorded[0, 0] == pytest.approx(share, nan_ok=True)
        assert found.misrecorded[0, 0] == pytest.approx(1 / 3)


def test_signals_without_groups_have_no_shares():
    found = doubts_of(a_panel(60, 40, contrast("share", reference=None), 1.44, 3.5))
    assert np.isnan(found.misrecorded[0, 0])
    assert np.isnan(found.unrecorded[0, 0])


def a_sensitivity(panel: Panel) -> Sensitivity:
    one = np.ones((1, 1), dtype=np.int64)
    failed = np.array([[[False, True]]])
    return Sensitivity(one, 2 * one, ("first", "second"), failed, 4 * one, 3 * one, doubts_of(panel))


RANGES = {"missing-group": (np.array([[60 / 90 * 1.5]]), np.array([[110 / 40 * 1.5]]))}


def test_what_a_finding_says():
    panel = a_panel(60, 40, contrast(), 1.4412345678, 3.5, ranges=RANGES)
    found = sensitivity_fields(panel, panel.contrasts[0], a_sensitivity(panel), 0, 0)
    assert found["tipping_point"] == 1.4412345678
    assert found["e_value"] == pytest.approx(2.25 + np.sqrt(2.25 * 1.25))
    robustness = found["robustness"]
    assert list(robustness) == [
        "passed", "of", "failed", "blocks", "e_value_limit", "e_value_of", "unrecorded_share", "misrecorded_share",
        "by_surname",
    ]  # fmt: skip
    assert (robustness["passed"], robustness["of"], robustness["failed"]) == (1, 2, ["second"])
    assert robustness["blocks"] == {"same": 3, "of": 4}
    assert (robustness["e_value_of"], robustness["unrecorded_share"]) == ("ratio", 0.46)


def test_nothing_hidden_is_said():
    yes = np.ones((1, 1), dtype=bool)
    nothing = {"e_value": None, "tipping_point": None, "robustness": None}
    plain = a_panel(60, 40, contrast(), 1.4412345678, 3.5, ranges=RANGES)
    told = a_sensitivity(plain)
    for panel in (dataclasses.replace(plain, hidden=yes), dataclasses.replace(plain, testable=~yes)):
        assert sensitivity_fields(panel, panel.contrasts[0], told, 0, 0) == nothing
    bare = sensitivity_fields(dataclasses.replace(plain, range_hidden=yes), plain.contrasts[0], told, 0, 0)
    assert bare["robustness"]["unrecorded_share"] is None
    assert bare["robustness"]["misrecorded_share"] == pytest.approx(1 / 6)
    coarse = sensitivity_fields(dataclasses.replace(plain, coarse=yes), plain.contrasts[0], told, 0, 0)
    assert (coarse["tipping_point"], coarse["e_value"]) == (1.44, 3.93)
    assert coarse["robustness"]["misrecorded_share"] == 0.167
    without = sensitivity_fields(plain, plain.contrasts[0], None, 0, 0)
    assert without == {"tipping_point": 1.4412345678, "e_value": None, "robustness": None}


def test_tipping_points_of_rates_and_of_ratios_of_ratios_only():
    for shape, low, wanted in (
        ("rates", 1.5, 1.5),
        ("contrast", 1.5, 1.5),
        ("contrast", 0.9, None),
        ("share", 1.5, None),
        ("change", 1.5, None),
    ):
        panel = a_panel(60, 40, contrast(shape), low, 3.5)
        assert sensitivity_fields(panel, panel.contrasts[0], None, 0, 0)["tipping_point"] == wanted


def test_fewer_focal_events_in_one_half_never_look_sturdier(tmp_path: Path):
    """Worsening: what is taken away in one half raises no count of agreement, no E-value of the limit, no share."""
    rng = np.random.default_rng(20121)
    halves = rng.integers(20, 110, (150, 2))
    fewer = np.column_stack([halves[:, 0], rng.integers(1, halves[:, 1] + 1)])
    old, new = (_fields(tmp_path, pairs) for pairs in (halves, fewer))
    compared = 0
    for before, after in zip(old, new, strict=True):
        was, now = before["robustness"], after["robustness"]
        assert now["passed"] <= was["passed"]
        assert now["blocks"]["same"] <= was["blocks"]["same"] or after["tipping_point"] is None
        if after["tipping_point"] is not None:
            assert after["tipping_point"] <= before["tipping_point"]
            assert now["e_value_limit"] <= was["e_value_limit"]
            assert now["misrecorded_share"] <= was["misrecorded_share"] + 1 / 40
            compared += 1
    assert compared > 50


def _fields(folder: Path, halves: np.ndarray) -> list[dict]:
    """What findings say of places with 25 of the reference group in each half; residents are 3 to 1 as adults are 1."""
    rules = protocol(benchmark={"residents": {"exposure": "residents"}})
    places = [f"local:{j:03d}" for j in range(len(halves))]
    counts = [
        line
        for place, pair in zip(places, halves, strict=True)
        for month, n in zip(("2010-03", "2010-09"), pair, strict=True)
        for line in arrests((month, "hispanic", "", n), (month, "white", "", 25), place=place)
    ]
    with opened(folder, counts, [line for place in places for line in people(place)]) as engine:
        panel, found = examine(engine, rules)
    return [sensitivity_fields(panel, panel.contrasts[0], found, j, 0) for j in range(len(places))]


def test_the_same_seed_gives_the_same_sensitivity(tmp_path: Path):
    rules = protocol(benchmark={"residents": {"exposure": "residents"}})
    with opened(tmp_path, MIXED, people()) as engine:
        one, two = (examine(engine, rules)[1] for _ in range(2))
    for field in dataclasses.fields(one):
        if field.name != "doubts":
            np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name))
