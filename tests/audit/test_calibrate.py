"""Measured error rates: each null keeps what it says it keeps, counts are exact, the seed decides every byte."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import numpy as np
import pytest

from auditor.audit import calibrate as module
from auditor.audit.calibrate import calibrate
from auditor.audit.calibrating import held
from auditor.audit.calibrating.columns import chosen
from auditor.audit.calibrating.flagged import flagged, reversed_flags
from auditor.audit.calibrating.own import Bench, Placebos
from auditor.audit.calibrating.placebo import Placebo
from auditor.audit.calibrating.rates import Outcome, Row, binomial, mean_share, summarise
from auditor.audit.calibrating.redraw import Redraw, _limits, _Part
from auditor.audit.calibrating.score import score, thirds
from auditor.audit.calibrating.shuffle import Shuffle, permuted
from auditor.audit.config import Config
from auditor.audit.explain import explain
from auditor.audit.protocol import load_protocol
from auditor.audit.reading import read_sources
from auditor.audit.run import audit
from auditor.audit.schema import calibrate_schema, review_schema
from auditor.audit.screening.decide import decide
from auditor.audit.verdict import Rules
from auditor.cells import Activations, Cells, table
from auditor.errors import ConfigError
from auditor.findings.review import Review
from auditor.records.store import Store
from auditor.report import trace
from auditor.report.render import Renderer
from auditor.signals.registry import signal
from auditor.signals.signal import Design

ROOT = Path(__file__).resolve().parents[2]


# Rates


def test_intervals_of_rates_are_exact():
    # With none of 20 the upper Clopper-Pearson limit is 1 - 0.025^(1/20) (exact arithmetic).
    rate = binomial(0, 20)
    assert (rate.value, rate.low, rate.high, rate.k, rate.n) == (0.0, 0.0, round(1 - 0.025 ** (1 / 20), 4), 0, 20)
    assert binomial(0, 0) is None


def test_a_mean_share_has_its_monte_carlo_interval_and_never_a_certain_zero():
    # Mean 0.1, sample SD of (0, 0.2, 0, 0.2) = 0.11547, MCSE = 0.057735, times 1.959964.
    rate = mean_share([0.0, 0.2, 0.0, 0.2])
    assert (rate.value, rate.low, rate.high) == (0.1, 0.0, 0.2132)
    assert mean_share([0.0] * 20).high == binomial(0, 20).high
    assert mean_share([]) is None


def test_a_row_counts_runs_with_a_flag_not_flags():
    outcomes = [Outcome(3, 1, 0, 2, (0, 1, 1), (1, 1, 1), 2, 2), Outcome(0, 0, 1, 1, (0, 0, 0), (1, 1, 1), 1, 2)]
    row = summarise({"what": "simulated", "signals": ("a",), "places": 9, "effect": 1.0, "planted": 3}, outcomes)
    assert (row.any.k, row.any.n, row.flags, row.promised) == (1, 2, 1.5, 0.75)
    assert row.fdr.value == round((1 / 3 + 0) / 2, 4)
    assert (row.power.k, row.power.n) == (2, 6)
    assert [rate.k for rate in row.power_by_size] == [0, 1, 1]
    assert (row.sign_errors.k, row.sign_errors.n) == (1, 3)
    null = summarise({"what": "labels", "signals": ("a",), "places": 9}, outcomes)
    assert (null.fdr, null.power, null.power_by_size) == (None, None, None)


# Shuffled labels


def test_permuted_labels_keep_both_margins_exactly():
    rng = np.random.default_rng(1)
    counts = rng.poisson(4.0, (50, 6, 3)).astype(float)
    drawn = permuted(counts, rng)
    assert (drawn >= 0).all()
    assert (drawn.sum(axis=2) == counts.sum(axis=2)).all()
    assert (drawn.sum(axis=1) == counts.sum(axis=1)).all()
    assert (drawn != counts).any()


def test_permuted_labels_have_the_hypergeometric_law():
    # Margins (2, 2; 2, 2): the first cell is 0, 1 or 2 with probability 1/6, 4/6, 1/6 = C(2,k) C(2,2-k) / C(4,2).
    runs = 60_000
    drawn = permuted(np.tile(np.array([[2.0, 0.0], [0.0, 2.0]]), (runs, 1, 1)), np.random.default_rng(2))[:, 0, 0]
    for k, p in ((0, 1 / 6), (1, 4 / 6), (2, 1 / 6)):
        assert abs((drawn == k).mean() - p) < 4 * np.sqrt(p * (1 - p) / runs)


def arrests(rows: list[dict[str, object]], places: tuple[str, ...] = ("local:a", "local:b")) -> Cells:
    keys = ("event", "group", "group_source", "offence", "month")
    filled = [{"event": "arrest", "group_source": "recorded", "month": "2010-01"} | row for row in rows]
    nobody = ("",) * len(places)
    empty = table([], places, ("universe", "group"))
    counts = table(filled, places, keys)
    return Cells(places, places, nobody, nobody, counts, empty, (), counts.take(counts.n < 0), ("hispanic",), "white")


def sums(cells: Cells, *keys: str) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    columns = [cells.counts.columns[key] for key in keys]
    for j, n, *values in zip(cells.counts.index, cells.counts.n, *columns, strict=True):
        found[(str(j), *values)] = found.get((str(j), *values), 0.0) + float(n)
    return {key: value for key, value in found.items() if value}


def full(seed: int) -> list[dict[str, object]]:
    rng = np.random.default_rng(seed)
    return [
        {"place": place, "group": group, "offence": offence, "month": month, "n": int(rng.poisson(20))}
        for place in ("local:a", "local:b")
        for group in ("hispanic", "white", "black", "unknown")
        for offence in ("theft", "traffic", "trespass")
        for month in ("2010-01", "2010-02")
    ]


def test_shuffled_labels_keep_every_class_month_and_group_of_a_place():
    cells = arrests(full(3))
    drawn = Shuffle(cells).draw(np.random.default_rng(4))
    assert sums(drawn, "offence", "month") == sums(cells, "offence", "month")
    assert sums(drawn, "group") == sums(cells, "group")
    unknown = cells.counts.columns["group"] == "unknown"
    assert (drawn.counts.n[unknown] == cells.counts.n[unknown]).all()
    assert sums(drawn, "group", "offence") != sums(cells, "group", "offence")


def test_suppressed_counts_are_not_touched():
    rows = full(5)
    for row in rows[:3]:
        row |= {"censored": True, "n": 0}
    cells = arrests(rows)
    drawn = Shuffle(cells).draw(np.random.default_rng(6))
    assert (drawn.counts.censored == cells.counts.censored).all()
    assert (drawn.counts.n[cells.counts.censored] == 0).all()
    assert drawn.counts.n.sum() == cells.counts.n.sum()


def test_a_group_that_no_row_speaks_of_stays_absent_and_the_cell_keeps_its_sum():
    rows = [row for row in full(7) if (row["group"], row["offence"]) != ("black", "theft")]
    cells = arrests(rows)
    drawn = Shuffle(cells).draw(np.random.default_rng(8))
    assert len(drawn.counts.n) == len(cells.counts.n)
    assert sums(drawn, "offence", "month") == sums(cells, "offence", "month")


def test_in_person_events_silence_is_zero_and_may_be_filled():
    rows = [
        {"place": "local:a", "group": "hispanic", "offence": "traffic", "n": 40, "complete": True},
        {"place": "local:a", "group": "white", "offence": "theft", "n": 40, "complete": True},
    ]
    cells = arrests(rows, ("local:a",))
    drawn = Shuffle(cells).draw(np.random.default_rng(9))
    assert len(drawn.counts.n) == 4
    assert sums(drawn, "offence") == sums(cells, "offence")
    assert sums(drawn, "group") == sums(cells, "group")
    assert (drawn.counts.n > 0).all()  # chance of an empty cell: 2 / C(80, 40) < 1e-22


def test_rows_that_are_not_grouped_are_refused():
    row = {"place": "local:a", "group": "white", "offence": "theft", "n": 4}
    with pytest.raises(ValueError, match="grouped"):
        Shuffle(arrests([row, row], ("local:a",)))


# Redrawn counts


@pytest.fixture(scope="module")
def yields() -> SimpleNamespace:
    rule = signal("match-yield")
    cells = rule.simulate(np.random.default_rng(10), 0.0, Design(places=120, natural_sd=0.2))
    panel = rule.measure(cells, rule.options(), np.random.default_rng(1))
    decision = decide({"match-yield": panel}, {}, {"match-yield": "match"}, load_protocol())
    return SimpleNamespace(
        rule=rule, cells=cells, panel=panel, decision=decision, fitted=decision.fitted["match-yield"]
    )


def test_redrawn_counts_keep_n_and_the_comparator_and_have_the_fitted_spread(yields):
    redraw = Redraw(yields.panel, yields.fitted)
    (null,) = (null for nulls in yields.fitted.nulls for null in nulls if null.promised)
    c = next(c for c, nulls in enumerate(yields.fitted.nulls) if nulls)
    drawn = [redraw.draw(np.random.default_rng(seed)) for seed in range(40)]
    for name in ("n", "base"):
        assert np.array_equal(getattr(drawn[0], name), getattr(yields.panel, name), equal_nan=True)
    assert (drawn[0].testable <= yields.panel.testable).all()
    k, n, base = (np.array([getattr(p, name)[null.rows, c] for p in drawn]) for name in ("k", "n", "base"))
    assert (k <= n).all()
    odds = np.log((k + 0.5) / (n - k + 0.5)) - np.log(base / (1 - base))
    facts = null.facts()
    # The variance of the log odds is spread^2 + 1 / (n p (1 - p)) to first order.
    p = base * np.exp(facts["shift"])
    wanted = np.sqrt(facts["spread"] ** 2 + np.median(1 / (n * p * (1 - p))))
    assert abs(np.median(odds) - facts["shift"]) < 0.03
    assert np.std(odds) == pytest.approx(wanted, rel=0.15)


@pytest.mark.parametrize("name", ["match-yield", "benchmark"])
def test_the_limits_of_a_redrawn_count_are_those_that_the_signal_gives(name):
    """At the counts as they are, the limits are the panel's own, to the last bits but for the rounding of the base."""
    rule = signal(name)
    cells = rule.simulate(np.random.default_rng(21), 0.0, Design(places=40, natural_sd=0.2))
    panel = rule.measure(cells, rule.options(), np.random.default_rng(1))
    c = next(c for c, contrast in enumerate(panel.contrasts) if contrast.tested and panel.testable[:, c].any())
    part = _Part(panel.testable[:, c], c, 0.0, 0.0)
    low, high = _limits(panel, panel.k[part.rows, c], part)
    np.testing.assert_allclose(low, panel.low[part.rows, c], rtol=1e-9)
    np.testing.assert_allclose(high, panel.high[part.rows, c], rtol=1e-9)


def test_what_promises_nothing_is_left_out(yields):
    class Unpromised:
        promised = False
        rows = np.ones(120, dtype=bool)

    fitted = dataclasses.replace(yields.fitted, nulls=tuple((Unpromised(),) for _ in yields.fitted.nulls))
    assert Redraw(yields.panel, fitted).empty


# Controls as focal


def test_control_columns_become_the_tested_ones_with_their_relabelled_samples():
    rule = signal("discretion-contrast")
    cells = rule.simulate(np.random.default_rng(11), 0.0, Design(places=40, natural_sd=0.1))
    panel = rule.measure(cells, rule.options(), np.random.default_rng(1))
    picked = chosen(panel, [1], tested=True)
    assert [item.key for item in picked.contrasts] == [panel.contrasts[1].key]
    assert picked.contrasts[0].tested
    assert np.array_equal(picked.k[:, 0], panel.k[:, 1], equal_nan=True)
    assert picked.samples == {0: panel.samples[1]}


# Placebo starts


def monthly(spans: list[tuple[int, int]], starts: list[str]) -> Cells:
    """Places with one arrest of each group in every month of a span from January 2005 on, and their starts."""
    places = tuple(f"local:{i}" for i in range(len(spans)))
    rows = [
        {
            "place": places[i],
            "group": group,
            "offence": "theft",
            "month": str(np.datetime64("2005-01", "M") + t),
            "n": 1,
        }
        for i, (first, last) in enumerate(spans)
        for t in range(first, last)
        for group in ("hispanic", "white")
    ]
    known = [(i, day) for i, day in enumerate(starts) if day]
    size = len(known)
    activations = Activations(
        np.array([i for i, _ in known], dtype=np.int64),
        np.full(size, "secure-communities", dtype=object),
        np.full(size, "activated", dtype=object),
        np.array([day for _, day in known], dtype="datetime64[D]"),
    )
    return dataclasses.replace(arrests(rows, places), activations=activations)


def test_placebo_dates_lie_in_the_months_before_with_room_on_both_sides():
    # 60 months before the start: dates from month 24 to month 48, which is 60 - 36 + 1 = 25 of them.
    cells = monthly([(0, 84), (0, 84), (0, 84), (30, 84)], ["2010-01-15", "2008-01-01", "", "2007-06-01"])
    placebo = Placebo(cells)
    assert placebo.admissible.tolist() == [25, 1, 0, 0]
    met = set()
    for seed in range(300):
        drawn = placebo.draw(np.random.default_rng(seed)).activations
        assert drawn.index.tolist() == [0, 1]
        assert str(drawn.date[1]) == "2007-01-01"
        met.add(str(drawn.date[0]))
    assert (min(met), max(met), len(met)) == ("2007-01-01", "2009-01-01", 25)


def test_counts_from_the_true_start_on_are_taken_out_and_other_places_stay_whole():
    cells = monthly([(0, 84), (0, 84), (0, 84)], ["2010-01-15", "", "2005-06-01"])
    drawn = Placebo(cells).draw(np.random.default_rng(1))
    months = [drawn.counts.columns["month"][drawn.counts.index == j] for j in range(3)]
    assert (max(months[0]), max(months[1]), max(months[2])) == ("2009-12", "2011-12", "2005-05")
    assert len(months[1]) == 2 * 84
    early = Placebo(cells, anticipation=3).draw(np.random.default_rng(1))
    assert max(early.counts.columns["month"][early.counts.index == 0]) == "2009-09"


def bench_of(name: str, places: int) -> Bench:
    rule, protocol = signal(name), load_protocol()
    cells = rule.simulate(np.random.default_rng(13), 0.0, Design(places=places))
    rng = np.random.default_rng(1)
    control = rule.controls(cells, rule.options(), rng)
    return Bench(
        {name: rule},
        {name: rule.options()},
        {name: cells},
        {name: rule.measure(cells, rule.options(), rng)},
        {} if control is None else {name: control},
        protocol,
        Rules(),
        5,
        lambda *names: module._spawn(5, *names),
    )


def test_false_dates_go_through_the_screen():
    bench = bench_of("activation-synthetic", 240)
    placebos = Placebos(bench)
    assert placebos.about == {"what": "placebo", "signals": ("activation-synthetic",), "places": 240}
    outcome = placebos.one(0)
    assert outcome == placebos.one(0)
    # Seven places in eight started; 5 % of the tests at most are flagged where nothing happened.
    assert outcome.nulls > 0
    assert outcome.flags <= 8


def test_too_few_months_before_a_start_are_said():
    # Its simulation starts the programme in month 24: no date leaves 24 months before it and 12 after.
    bench = bench_of("activation-series", 24)
    jobs, rows = module._own(bench, 3)
    assert [job.kind for job in jobs] == ["labels"]
    reasons = {row.what: row.reason for row in rows if row.reason}
    assert reasons["placebo"] == "no place has the 36 months before its programme's start that a false date needs"


# Scores


def test_scores_are_counted_place_by_family(yields):
    places = len(yields.panel.places)
    greater, less = np.full((places, 1), 1.0), np.full((places, 1), 1.0)
    greater[[0, 1, 5], 0], less[2, 0] = 0.01, 0.02
    decision = dataclasses.replace(yields.decision, p_greater=np.full((places, 1), 0.5), q_greater=greater, q_less=less)
    up, down = greater <= 0.05, less <= 0.05
    outcome = score(decision, {"match-yield": yields.panel}, up, down, np.arange(places) < 3)
    assert (outcome.flags, outcome.false, outcome.wrong, outcome.signed) == (3, 1, 1, 3)
    assert (sum(outcome.found), sum(outcome.planted)) == (2, 3)


def flags_of(case: SimpleNamespace, decision) -> tuple[np.ndarray, np.ndarray]:
    cards, panels = {"match-yield": case.rule.card}, {"match-yield": case.panel}
    up = flagged(decision, panels, cards, {"match-yield": case.cells}, Rules())
    return up[:, 0], reversed_flags(decision, panels, cards, Rules())[:, 0]


def test_a_small_q_alone_is_no_flag():
    """Every q at 0.01: only places whose own and calibrated limits lie above 1 are flags, as in a verdict."""
    rule = signal("match-yield")
    cells = rule.simulate(np.random.default_rng(10), 0.5, Design(places=120, natural_sd=0.2, planted=0.1))
    panel = rule.measure(cells, rule.options(), np.random.default_rng(1))
    decision = decide({"match-yield": panel}, {}, {"match-yield": "match"}, load_protocol())
    fitted = decision.fitted["match-yield"]
    case, shape = SimpleNamespace(rule=rule, cells=cells, panel=panel), decision.q_greater.shape
    small = np.full(shape, 0.01)
    decision = dataclasses.replace(decision, q_greater=small, q_less=small, selected=decision.tests)
    c = next(c for c, nulls in enumerate(fitted.nulls) if nulls)
    (null,) = fitted.nulls[c]
    low, high = np.full(shape[0], np.nan), np.full(shape[0], np.nan)
    low[null.rows], high[null.rows] = null.interval(0.95)
    p = fitted.p_greater[:, c]
    up, down = flags_of(case, decision)
    assert 0 < up.sum() < 12
    assert np.array_equal(up, (low > 1) & (panel.low[:, c] > 1) & (p <= 0.05))
    assert np.array_equal(down, (high < 1) & (panel.high[:, c] < 1))
    # The test is one-sided and the interval two-sided: by q alone some of 0.025 to 0.05 would have been counted.
    assert ((p <= 0.05) & ~up).any()


def test_flags_are_those_of_the_review(folder):
    """The same data through the audit: place by place and family by family."""
    config = config_of(folder)
    with Store() as store:
        bench, places = module._bench(config, read_sources(config, store))
    up, _ = bench.flags(bench.decision, bench.panels)
    review = audit(config)
    told = np.zeros(up.shape, dtype=bool)
    for j, place in enumerate(review.places):
        for finding in place.findings:
            if finding.outcome == "signal":
                told[j, bench.decision.families.index(finding.family)] = True
    assert told.any()
    assert len(told) == places
    assert np.array_equal(up, told)


def test_thirds_follow_the_size_of_the_places(yields):
    tested = yields.panel.entered.any(axis=1)
    third = thirds({"match-yield": yields.panel}, tested)
    size = np.where(yields.panel.entered, np.nan_to_num(yields.panel.n), 0.0).sum(axis=1)
    assert size[third == 0].max() <= size[third == 1].min() <= size[third == 1].max() <= size[third == 2].min()
    assert (third[~tested] == -1).all()
    assert abs((third == 0).sum() - (third == 2).sum()) <= 1


# The whole


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four places with submissions and matches, and arrests by group and class; one is far out."""
    base, rng = tmp_path_factory.mktemp("calibrate"), np.random.default_rng(12)
    places = [f"local:p{i:02d}" for i in range(24)]
    classes = ("burglary", "robbery", "theft", "vehicle-theft", "traffic", "trespass", "drug-possession")
    lines = ["place,period,event,group,offence,n"]
    for i, place in enumerate(places):
        n = int(rng.integers(2000, 6000))
        share = 0.06 * np.exp(rng.normal(0, 0.1)) * (4 if i == 0 else 1)
        lines += [f"{place},2010,submission,,,{n}", f"{place},2010,match,,,{rng.binomial(n, share)}"]
        for offence in classes:
            for group, mean in (("hispanic", 60), ("white", 150), ("black", 50)):
                lines.append(f"{place},2010,arrest,{group},{offence},{rng.poisson(mean)}")
    (base / "counts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (base / "places.csv").write_text("place,name,kind\n" + "".join(f"{p},{p[6:]},county\n" for p in places))
    return base


def config_of(folder: Path, **audit_table: object) -> Config:
    data = {
        "audit": {"title": "T", "as_of": date(2012, 6, 30), "seed": 5, **audit_table},
        "sources": [
            {"format": "places", "path": "places.csv"},
            {"format": "counts", "path": "counts.csv", "published": True, "citation": "made up"},
        ],
    }
    return Config.from_dict(data, folder)


@pytest.fixture(scope="module")
def measured(folder: Path) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "NATURAL", (0.15,))
        patch.setattr(module, "EFFECTS", (0.0, 1.5))
        told: list[str] = []
        text = calibrate(config_of(folder), replicates=4, tell=told.append)
        assert len(told) == 1
        assert told[0].startswith("9 replicates; about ")  # 4 of labels, 4 without an effect, 1 with one
        assert text.to_json() == calibrate(config_of(folder), replicates=4).to_json()
        assert max(len(line) for line in text.to_text().splitlines()) <= 80
        return text.to_json()


def test_draws_depend_on_the_seed_and_on_their_names_alone():
    draws = [module._spawn(*names).random() for names in ((5, "a", "0"), (6, "a", "0"), (5, "b", "0"), (5, "a", "1"))]
    assert len(set(draws)) == 4
    assert module._spawn(5, "a", "0").random() == draws[0]


def test_the_result_fits_its_schema_and_names_what_was_measured(measured, folder):
    data = json.loads(measured)
    jsonschema.Draft202012Validator(calibrate_schema()).validate(data)
    config = config_of(folder)
    assert data["protocol"]["sha256"] == config.protocol.sha256
    assert (data["config_sha256"], data["seed"], data["places"]) == (config.sha256, 5, 24)
    assert [source["path"] for source in data["sources"]] == ["places.csv", "counts.csv"]
    labels, *controls, null, effect = data["rows"]
    assert (labels["what"], labels["replicates"]) == ("labels", 4)
    assert labels["signals"] == ["discretion-contrast", "match-yield"]
    assert [row["what"] for row in controls] == ["controls"]
    # One control contrast (black and white), in two directions.
    assert (controls[0]["signals"], controls[0]["any"]["n"]) == (["discretion-contrast"], 2)
    assert (null["effect"], null["planted"], null["any"]["n"], null["fdr"]) == (0.0, 0, 4, None)
    assert (effect["effect"], effect["planted"], effect["replicates"]) == (1.5, 1, 1)


def test_the_rates_stand_in_the_review_and_beside_every_flag(measured, folder):
    (folder / "calibration.json").write_text(measured, encoding="utf-8")
    review = audit(config_of(folder, calibration="calibration.json"))
    part = review.to_dict()["calibration"]["measured"]
    assert (part["kind"], part["seed"], part["file"]["name"]) == ("own", 5, "calibration.json")
    said = [sentence["text"]["en"] for sentence in part["sentences"]]
    assert said[0].startswith("Measured false-alarm rate of this protocol, the highest of 2 measurements: on ")
    assert " of 4 runs flagged any place " in said[0]
    # Arrests are shuffled and matches redrawn, and simulated places stand beside them: what each takes away is said.
    assert [sentence["id"].removeprefix("calibrate.") for sentence in part["sentences"][1:]] == [
        "own-controls",
        "removes-labels",
        "removes-redrawn",
        "removes-simulated",
    ]
    schema = review_schema()
    own = schema["properties"]["calibration"]["properties"]["measured"] | {"$defs": schema["$defs"]}
    jsonschema.Draft202012Validator(own).validate(part)
    index = [entry.place for entry in review.places].index("local:p00")
    findings = tuple(dataclasses.replace(f, outcome="signal") for f in review.places[index].findings[:1])
    flagged = dataclasses.replace(review.places[index], verdict="pattern-worth-examining", findings=findings)
    place = next(html for name, html in _pages(dataclasses.replace(review, places=(flagged,))) if "places/" in name)
    # In the verdict, beside the flagged finding, and in the appendix.
    assert place.count("the highest of 2 measurements") == 3
    assert place.count("which removes every difference between places") == 3
    quiet = dataclasses.replace(flagged, verdict="inconclusive", findings=review.places[index].findings[:0])
    place = next(html for name, html in _pages(dataclasses.replace(review, places=(quiet,))) if "places/" in name)
    assert place.count("the highest of 2 measurements") == 1
    # Of a place that its own classes decided, nothing is said of other places' shares beside the flag.
    lone = tuple(dataclasses.replace(f, controls={**(f.controls or {}), "kind": "alone"}) for f in findings)
    place = next(
        html
        for name, html in _pages(dataclasses.replace(review, places=(dataclasses.replace(flagged, findings=lone),)))
        if "places/" in name
    )
    assert place.count("the highest of 2 measurements") == 3
    assert place.count("which removes every difference between places") == 1
    assert place.count("which removes every difference between offence classes") == 3


def row(what: str, k: int, n: int, **more: object) -> dict[str, object]:
    rate = binomial(k, n)
    return Row(what, ("discretion-contrast",), 19, any=rate, replicates=n, **more).to_dict()


@pytest.mark.parametrize(
    ("labels", "simulated", "said"),
    [
        (
            3,
            (0, 9, 6),
            "on simulated data of as many places, without any effect, 9 of 60 runs",
        ),
        (12, (0, 9, 6), "on these data, with every effect taken out, 12 of 60 runs"),
    ],
)
def test_the_worst_of_the_measured_rates_stands_beside_a_flag(labels, simulated, said):
    """Nineteen places of a hostile review: 3 of 60 with labels shuffled, but 9 of 60 among simulated ones."""
    rows = [row("labels", labels, 60, redrawn=())]
    rows += [row("simulated", k, 60, natural="normal", amount=0.1 * i, effect=0.0) for i, k in enumerate(simulated)]
    rows.append(row("simulated", 60, 60, natural="normal", amount=0.1, effect=1.5, planted=1))
    sentences = held._own(rows)
    texts = [sentence.text["en"] for sentence in sentences]
    assert f"the highest of 4 measurements: {said}" in texts[0]
    assert not any("redrawn" in text for text in texts)
    assert [sentence.id for sentence in sentences[1:]] == ["calibrate.removes-labels", "calibrate.removes-simulated"]


def _pages(review: Review) -> list[tuple[str, str]]:
    renderer = Renderer(review)
    pages = [("index.html", renderer.index()), ("places/one.html", renderer.place(0))]
    for _, html in pages:
        assert trace.check(html, review) == []
    return pages


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"protocol": {"name": "x", "sha256": "0" * 64}}, "another protocol (000000000000)"),
        ({"software": {"name": "auditor", "version": "0.0.9"}}, "auditor 0.0.9, and this is"),
        ({"sources": []}, "other files"),
        ({"settings_sha256": "0" * 64}, "other settings"),
        ({"schema_version": "9"}, "schema_version: Input should be '1'"),
        ({"rows": [{"what": "labels"}]}, "rows.0."),
        ({"more": 1}, "more: Extra inputs"),
    ],
)
def test_a_calibration_of_something_else_is_refused_with_the_remedy(measured, folder, change, said):
    (folder / "other.json").write_text(json.dumps(json.loads(measured) | change), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        audit(config_of(folder, calibration="other.json"))
    assert said in str(error.value)
    assert "other.json" in str(error.value)
    assert "run `auditor calibrate` again" in str(error.value)


@pytest.mark.parametrize(("text", "said"), [(None, "no such file"), ("{", "it is not JSON")])
def test_an_unreadable_calibration_is_refused(folder, text, said):
    if text is not None:
        (folder / "broken.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        audit(config_of(folder, calibration="broken.json" if text else "none.json"))


def test_without_a_file_the_shipped_table_speaks_for_its_own_protocol_only(folder, monkeypatch, tmp_path):
    config = config_of(folder)
    shipped = json.loads((ROOT / "auditor" / "data" / "calibration" / "default.json").read_text(encoding="utf-8"))
    (tmp_path / "calibration").mkdir()
    monkeypatch.setattr(held, "folder", lambda name: tmp_path)
    file = tmp_path / "calibration" / "default.json"
    file.write_text(json.dumps(shipped | {"protocol_sha256": config.protocol.sha256}), encoding="utf-8")
    part = held.measured_rates(config, ())
    rates = [row["any"] for row in shipped["rows"] if row["effect"] == 0]
    assert part["kind"] == "shipped"
    assert part["rows"] == shipped["rows"]
    worst = max(rate["value"] for rate in rates)
    assert part["sentences"][0]["values"]["rate"] == worst
    file.write_text(json.dumps(shipped | {"protocol_sha256": "0" * 64}), encoding="utf-8")
    part = held.measured_rates(config, ())
    assert (part["kind"], part["protocol_sha256"]) == ("shipped", "0" * 64)  # another protocol, the same screen
    file.write_text(json.dumps(shipped | {"protocol_sha256": "0" * 64, "screened_sha256": None}), encoding="utf-8")
    part = held.measured_rates(config, ())
    assert (part["kind"], part["rows"]) == ("none", [])
    assert "No measured false-alarm rate is shipped for this protocol" in part["sentences"][0]["text"]["en"]


def test_the_shipped_table_is_what_the_script_makes_of_the_committed_results():
    spec = importlib.util.spec_from_file_location("ship_calibration", ROOT / "scripts" / "ship_calibration.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.SHIPPED.read_text(encoding="utf-8") == script.table()
    held.ShippedRead.model_validate_json(script.SHIPPED.read_bytes(), strict=True)


def test_the_script_reads_a_grid(tmp_path):
    spec = importlib.util.spec_from_file_location("ship_calibration", ROOT / "scripts" / "ship_calibration.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    thirds_ = ",".join(f"power_k{i},power_n{i}" for i in (1, 2, 3))
    header = (
        "protocol_sha256,screened_sha256,version,signals,natural,amount,places,planted,effect,runs,any,flags,fdr,fdr_mcse,"
        f"power_k,power_n,{thirds_},wrong,signed,promised"
    )
    (tmp_path / "grid.csv").write_text(
        f"{header}\n"
        f"{'a' * 64},{'b' * 64},0.1.0,benchmark level-mix,t4,0.25,3100,,0,40,2,0.05,,,,,,,,,,,,,1\n"
        f"{'a' * 64},{'b' * 64},0.1.0,benchmark level-mix,t4,0.25,3100,155,1.5,10,10,99.5,0.04,0.01,900,1550,"
        "100,500,300,525,500,525,0,950,1\n",
        encoding="utf-8",
    )
    data = json.loads(script.table(tmp_path / "grid.csv"))
    held.ShippedRead.model_validate(data, strict=True)
    assert data["screened_sha256"] == "b" * 64
    null, effect = data["rows"]
    assert (null["natural"], null["amount"], null["any"]["k"], null["power"]) == ("t4", 0.25, 2, None)
    assert (effect["fdr"]["value"], effect["fdr"]["low"], effect["fdr"]["high"]) == (0.04, 0.0204, 0.0596)
    assert (effect["power"]["k"], effect["power"]["n"], effect["power_by_size"][2]["k"]) == (900, 1550, 500)


def test_explain_says_what_was_measured_beside_a_flag_only(measured, folder):
    (folder / "calibration.json").write_text(measured, encoding="utf-8")
    review = audit(config_of(folder, calibration="calibration.json"))
    for verdict, times in (("pattern-worth-examining", 1), ("inconclusive", 0)):
        place = dataclasses.replace(review.places[0], verdict=verdict)
        text = explain(dataclasses.replace(review, places=(place,)), place.place)
        assert text.count("Measured false-alarm rate of this protocol, the highest of 2 measurements") == times
