"""The roll-out signal: who takes part and why, against hand-made estimates, through a whole audit."""

import csv
import dataclasses
import io
import math

import numpy as np
import pytest

from auditor.audit.api import audit
from auditor.cells import Activations, Cells
from auditor.findings.review import Review
from auditor.report.figures.rollout import region_studies
from auditor.report.tables import regions_csv
from auditor.report.wording import check
from auditor.signals.change.activation_rollout import SIGNAL, ActivationRolloutOptions
from auditor.signals.rollout.counts import count_event, periods_of
from auditor.signals.rollout.draw import GROUPS, MONTHS, draw
from auditor.signals.rollout.region import Outcome, after_start
from auditor.signals.rollout.study import REASONS, Study
from auditor.stats.rollout.aggregate import aggregate
from auditor.stats.rollout.study import group_time

FAST = {"draws": 199}


def drawn(seed: int = 1, effect: float = 0.0, places: int = 60, **changes: float) -> Cells:
    given = {"typical": 400.0, "natural_sd": 0.2, "planted": 1.0} | changes
    return draw(np.random.default_rng(seed), effect, places, **given)


def measured(cells: Cells, **options: object):
    return SIGNAL.regions(cells, ActivationRolloutOptions(**FAST, **options), np.random.default_rng(2))


def reasons(cells: Cells, **options: object) -> list[str]:
    panel = SIGNAL.measure(cells, ActivationRolloutOptions(**FAST, **options), np.random.default_rng(2))
    return [REASONS[code - 1] for code in panel.code[:, 0]]


def redated(cells: Cells, days: np.ndarray, keep: np.ndarray | None = None) -> Cells:
    old = cells.activations
    table = Activations(old.index, old.program, old.kind, days.astype("datetime64[D]"))
    return dataclasses.replace(cells, activations=table if keep is None else table.take(keep))


def test_the_estimate_is_that_of_the_counts_added_up_by_hand():
    """The same number from the raw draws: quarters, log odds with a half added, weights by precision."""
    cells = drawn()
    n = np.zeros((60, 3, 4, 72))
    offence = {"traffic": 0, "licence": 1, "aggravated-assault": 2, "theft": 3}
    columns = cells.counts.columns
    month = (columns["month"].astype(str).astype("datetime64[M]") - MONTHS[0]).astype(int)
    group = [GROUPS.index(name) for name in columns["group"]]
    n[cells.counts.index, group, [offence[name] for name in columns["offence"]], month] = cells.counts.n
    quarter = n.reshape(60, 3, 2, 2, 24, 3).sum(axis=(3, 5)) + 0.5
    hd, hs, wd, ws = quarter[:, 0, 0], quarter[:, 0, 1], quarter[:, 1, 0], quarter[:, 1, 1]
    y, v = np.log(hd * ws / (wd * hs)), 1 / hd + 1 / hs + 1 / wd + 1 / ws
    days = cells.activations.date.astype("datetime64[M]").astype(int) - MONTHS[0].astype(int)
    first = np.where(days >= 72, np.inf, days // 3)
    early = v[:, : int(first.min())].mean(axis=1)
    effects = group_time(y, first, weights=1 / (early + np.median(early)), correction="hc2")
    assert math.log(measured(cells)[0].estimate) == pytest.approx(aggregate(effects).overall, abs=5e-4)


def test_a_month_that_is_absent_makes_its_quarter_unknown_and_not_small():
    cells = drawn()
    columns = cells.counts.columns
    gone = (cells.counts.index == 3) & (columns["month"] == "2008-05") & (columns["group"] == "hispanic")
    blind = dataclasses.replace(cells.counts.take(~gone), complete=np.zeros((~gone).sum(), dtype=bool))
    counts = count_event(dataclasses.replace(cells, counts=blind), "arrest", GROUPS, 3)
    whole = count_event(cells, "arrest", GROUPS, 3)
    at = counts.periods.labels.index("2008-Q2")
    for side in ("all", "serious", "person"):
        assert np.isnan(counts.of(side, "hispanic")[3, at])
        counts.of(side, "hispanic")[3, at] = whole.of(side, "hispanic")[3, at]
        np.testing.assert_array_equal(counts.of(side, "hispanic"), whole.of(side, "hispanic"))
    np.testing.assert_array_equal(counts.of("all", "white"), whole.of("all", "white"))


def test_periods_are_whole_calendar_periods():
    months = [str(m) for m in np.arange(np.datetime64("2009-02"), np.datetime64("2010-09"))]
    quarters = periods_of(months, 3)
    assert quarters.labels == ("2009-Q2", "2009-Q3", "2009-Q4", "2010-Q1", "2010-Q2")
    assert np.datetime64(quarters.first, "M") == np.datetime64("2009-04")
    assert periods_of(months, 6).labels == ("2009-H2", "2010-H1")
    assert periods_of(months[:2], 1).labels == ("2009-02", "2009-03")
    assert periods_of((), 3).labels == ()


def test_no_dates_at_all():
    cells = drawn()
    bare = redated(cells, cells.activations.date, np.zeros(60, dtype=bool))
    assert set(reasons(bare)) == {"no-dates"}
    assert measured(bare) == []
    assert set(reasons(bare, undated="never")) == {"no-dates"}


def test_a_place_without_a_date_is_unknown_unless_the_list_is_complete():
    cells = drawn()
    missing = redated(cells, cells.activations.date, cells.activations.index != 4)
    assert reasons(missing)[4] == "undated"
    assert measured(missing)[0].places == 59
    assert reasons(missing, undated="never")[4] == "regional"
    assert measured(missing, undated="never")[0].places == 60


def test_one_wave_only():
    cells = drawn()
    together = redated(cells, np.where(np.arange(60) < 30, np.datetime64("2010-01-01"), np.datetime64("2014-01-01")))
    assert set(reasons(together)) == {"one-wave"}
    assert measured(together) == []


def test_fewer_than_24_months_before():
    cells = drawn()
    early = redated(cells, np.where(np.arange(60) == 7, np.datetime64("2008-12-30"), cells.activations.date))
    assert reasons(early)[7] == "early"
    everywhere = redated(cells, np.full(60, np.datetime64("2008-06-01")))
    assert set(reasons(everywhere)) == {"early"}


def test_no_wave_has_a_year_after_it():
    cells = drawn()
    late = np.where(np.arange(60) < 30, np.datetime64("2012-04-01"), np.datetime64("2012-07-01"))
    assert set(reasons(redated(cells, late))) == {"short-after"}


def test_too_few_places_and_too_small_counts():
    assert set(reasons(drawn(places=15))) == {"few-places"}
    small = reasons(drawn(typical=40.0))
    assert "small" in small
    assert set(reasons(drawn(typical=4.0))) == {"small", "hidden"}


def test_the_size_gate_does_not_look_past_the_first_start():
    """Counts after the first start may be anything: who takes part stays the same."""
    cells = drawn(typical=60.0)
    late = cells.counts.columns["month"].astype(str) >= "2009-04"
    more = dataclasses.replace(cells, counts=dataclasses.replace(cells.counts, n=np.where(late, 0.0, cells.counts.n)))
    assert "small" in reasons(cells)
    assert reasons(more) == reasons(cells)


def test_a_wave_of_one_place_is_left_out_and_said():
    cells = drawn()
    days = np.where(np.arange(60) == 9, np.datetime64("2011-08-02"), cells.activations.date)
    found = measured(redated(cells, days))[0]
    assert "activation-rollout.caveat-left-out" in found.caveats
    assert (found.values["left"], found.values["least"]) == (1, 5)
    row = next(row for row in found.models if "too few places" in row["model"])
    assert (row["term"], row["places"], row.get("coefficient")) == ("2011-Q3", 1, None)
    assert not any(row["term"] == "2011-Q3" and "coefficient" in row for row in found.models)


def test_offences_absent_leave_the_ratio_of_groups():
    cells = drawn(effect=0.4)
    blank = np.full(len(cells.counts.n), "", dtype=object)
    bare = dataclasses.replace(
        cells, counts=dataclasses.replace(cells.counts, columns={**cells.counts.columns, "offence": blank})
    )
    focal, control = measured(bare)
    assert focal.sentence == "activation-rollout.finding-ratio"
    assert control.sentence == "activation-rollout.finding-control-groups-ratio"
    # The effect of 0.4 on the 55 % of arrests that are discretionary moves the group's total by less.
    assert 1 < focal.estimate < math.exp(0.4)
    assert focal.n > focal.k


def test_a_trend_before_the_start_is_said():
    """Focal discretionary arrests rise in each place over the year before its start: the caveat changes."""
    cells = drawn()
    columns = cells.counts.columns
    month = (columns["month"].astype(str).astype("datetime64[M]") - MONTHS[0]).astype(int)
    start = (cells.activations.date.astype("datetime64[M]") - MONTHS[0]).astype(int)[cells.counts.index]
    rise = np.clip((month - start + 12) / 12, 0, 1)
    touched = (columns["group"] == "hispanic") & np.isin(columns["offence"].astype(str), ("traffic", "licence"))
    n = np.where(touched, np.round(cells.counts.n * np.exp(0.8 * rise)), cells.counts.n)
    found = measured(dataclasses.replace(cells, counts=dataclasses.replace(cells.counts, n=n)))[0]
    assert "activation-rollout.caveat-trend-broken" in found.caveats
    assert found.values["breakdown"] < 0.3


def test_a_negative_control_that_moves_is_said():
    cells = drawn()
    columns = cells.counts.columns
    start = cells.activations.date.astype("datetime64[M]")[cells.counts.index]
    late = columns["month"].astype(str).astype("datetime64[M]") >= start
    touched = late & (columns["group"] == "black") & np.isin(columns["offence"].astype(str), ("traffic", "licence"))
    n = np.where(touched, cells.counts.n * 2, cells.counts.n)
    focal, other, _ = measured(dataclasses.replace(cells, counts=dataclasses.replace(cells.counts, n=n)))
    assert other.low > 1
    assert "activation-rollout.caveat-control-moved" in focal.caveats
    assert "activation-rollout.caveat-control-moved" not in measured(cells)[0].caveats


def alike(cells, **options):
    """All that the signal says of regions: every field, every row."""
    return [dataclasses.astuple(result) for result in measured(cells, **options)]


def thinned(cells, place, total, group="hispanic", classes=("traffic", "licence")):
    """Leave this many arrests of one kind and place, one in each of its first months, so that the gate is passed."""
    columns = cells.counts.columns
    own = (cells.counts.index == place) & (columns["group"] == group)
    own &= np.isin(columns["offence"].astype(str), classes)
    first = own & (columns["offence"] == classes[0])
    n = np.where(own, 0.0, cells.counts.n)
    n[np.flatnonzero(first)[3 * np.arange(total)]] = 1.0
    return dataclasses.replace(cells, counts=dataclasses.replace(cells.counts, n=n))


@pytest.mark.parametrize("states", [False, True])
def test_no_number_of_a_region_moves_with_a_count_that_is_hidden(states):
    """A place with 9 or 10 arrests in six years passes a gate of one a quarter before anything started."""
    cells = dataclasses.replace(drawn(places=120), states=("48",) * 60 + ("04",) * 60)
    worlds = [thinned(cells, 3, total) for total in (9, 10)]
    first, other = (alike(world, least=1.0, states=states) for world in worlds)
    assert first == other
    assert reasons(worlds[0], least=1.0)[3] == "hidden"
    found = measured(worlds[0], least=1.0, states=states)
    assert {(result.region, result.left_out) for result in found} == (
        {("US", 1), ("48", 1), ("04", 0)} if states else {("US", 1)}
    )
    # Eleven may be printed, and so the place takes part.
    assert measured(thinned(cells, 3, 11), least=1.0)[0].places == found[0].places + 1


def test_a_place_may_be_left_out_of_a_negative_control_only():
    cells = drawn()
    worlds = [thinned(cells, 3, total, "black") for total in (9, 10)]
    first, other = (alike(world, least=1.0) for world in worlds)
    assert first == other
    focal, groups, serious = measured(worlds[0], least=1.0)
    assert (focal.left_out, groups.left_out, serious.left_out) == (0, 1, 0)
    assert groups.places == focal.places - 1


@pytest.mark.parametrize(("few", "counted"), [(1.0, False), (10.0, False), (11.0, True)])
def test_the_difference_per_thousand_rests_on_no_small_count_after_the_start(few, counted):
    """Two places: after the first period, (few, 20) and (30, 40); the sums are of the second alone, or of both."""
    cells = drawn(places=2)
    parts = np.full((4, 2, 6), 50.0)
    parts[0, :, 1:], parts[3, :, 1:] = 0.0, 0.0
    parts[0, :, 2], parts[3, :, 3] = (few, 30.0), (20.0, 40.0)
    used = np.ones(2, dtype=bool)
    study = Study("discretion", periods_of([], 3), np.ones(2), used, np.full(2, "regional"), used, 2)
    sums = after_start(cells, Outcome("discretion", "hispanic", "white", parts), study)
    assert sums == ((few + 30, 60) if counted else (30, 40))


def test_a_place_whose_public_and_own_counts_are_mixed_takes_no_part():
    cells = dataclasses.replace(drawn(), tainted=(True,) + (False,) * 59)
    assert measured(cells)[0].places == measured(drawn())[0].places - 1
    assert measured(cells)[0].left_out == 1
    assert measured(drawn())[0].left_out == 0


def test_states_by_themselves():
    cells = dataclasses.replace(drawn(places=120), states=("48",) * 60 + ("04",) * 60)
    assert {result.region for result in measured(cells)} == {"US"}
    assert {result.region for result in measured(cells, states=True)} == {"US", "48", "04"}
    assert {result.region for result in measured(dataclasses.replace(cells, states=("48",) * 120))} == {"48"}


def test_waves_of_a_single_state_are_said():
    cells = drawn(places=120)
    wave = np.unique(cells.activations.date, return_inverse=True)[1]
    found = measured(dataclasses.replace(cells, states=tuple("48" if w == 0 else "04" for w in wave)))[0]
    # Every one of the six waves that start within the data lies in one of the two states.
    assert found.values["statewide"] == 6
    assert "activation-rollout.caveat-statewide" in found.caveats
    mixed = measured(dataclasses.replace(cells, states=("48", "04") * 60))[0]
    assert "activation-rollout.caveat-statewide" not in mixed.caveats


def test_covariates_beside_first_and_absent():
    cells = drawn()
    rows = [
        {"place": place, "universe": "residents", "group": group, "n": n}
        for i, place in enumerate(cells.ids)
        for group, n in (("hispanic", 500 + 37 * i % 900), ("white", 4000 + 211 * i % 3000))
    ]
    from auditor.cells import table

    known = dataclasses.replace(cells, population=table(rows, cells.ids, ("universe", "group")))
    terms = {row["term"]: row for row in measured(known)[0].models}
    beside = terms["adjusted for covariates"]["coefficient"]
    primary = measured(known, adjust="primary")[0]
    assert math.log(primary.estimate) == pytest.approx(beside, abs=1e-3)
    assert set(reasons(cells, adjust="primary")) == {"no-covariates"}
    assert any(row["term"].startswith("adjusted for covariates: none") for row in measured(cells)[0].models)


def test_effects_that_differ_between_waves_do_not_reverse_the_sign():
    """Half of the places bear an effect of 0.6, half none: the mean lies between, above 0."""
    found = measured(drawn(effect=0.6, planted=0.5))[0]
    assert 1 < found.low < found.estimate < math.exp(0.6)


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """A whole audit of 40 simulated places, from files."""
    folder = tmp_path_factory.mktemp("rollout")
    cells = drawn(seed=4, effect=0.4, places=40, typical=600.0)
    columns = cells.counts.columns
    names = [f"local:p{i:02d}" for i in range(40)]
    with (folder / "arrests.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["place", "period", "event", "group", "offence", "n"])
        rows = zip(
            cells.counts.index, columns["month"], columns["group"], columns["offence"], cells.counts.n, strict=True
        )
        writer.writerows([names[j], month, "arrest", group, offence, int(n)] for j, month, group, offence, n in rows)
    starts = zip(names, cells.activations.date.astype(str), strict=True)
    lines = [f"{name},secure-communities,{day},activated" for name, day in starts]
    (folder / "starts.csv").write_text("place,program,date,kind\n" + "\n".join(lines) + "\n")
    (folder / "places.csv").write_text("place,name\n" + "\n".join(f"{n},Place {n[-2:]}" for n in names) + "\n")
    (folder / "protocol.toml").write_text(
        '[families.exposure]\nbenchmark = { role = "test", direction = "greater" }\n'
        '[families.change]\nactivation-rollout = { role = "describe", direction = "greater" }\n'
    )
    sources = [
        {"format": "counts", "path": "arrests.csv", "simulated": True},
        {"format": "activations", "path": "starts.csv"},
        {"format": "places", "path": "places.csv"},
    ]
    config = {
        "audit": {"title": "Roll-out", "as_of": "2026-11-01", "protocol": "protocol.toml"},
        "sources": sources,
        "signals": {"activation-rollout": FAST},
    }
    return audit(config, folder)


def test_an_audit_states_the_region_and_flags_no_place(review: Review):
    region = next(region for region in review.regions if region.place == "US")
    focal = next(f for f in region.findings if f.contrast.endswith("start of the programme"))
    assert focal.estimate.low < math.exp(0.4) < focal.estimate.high
    assert not focal.tested
    assert focal.outcome == "inconclusive"
    assert focal.period == {"start": "2007-01-01", "end": "2012-12-31"}
    assert focal.absolute is not None
    assert focal.absolute.low < focal.absolute.value < focal.absolute.high
    controls = [f for f in region.findings if "negative control" in f.contrast]
    assert len(controls) == 2
    for place in review.places:
        assert not any(f.signal == "activation-rollout" for f in place.findings)
        assert any(w.signal == "activation-rollout" and "whole region" in w.reason for w in place.withheld)


def test_its_words_are_allowed_and_say_that_the_order_was_chosen(review: Review):
    region = review.regions[0]
    texts = [s.text["en"] for f in region.findings for s in (f.sentence, *f.definitions, *f.caveats) if s is not None]
    assert not [offence for text in texts for offence in check(text)]
    assert any("chosen" in text and "drawn by lot" in text for text in texts)
    assert any("nothing of any one place" in text for text in texts)


def test_the_event_times_stand_in_the_table_of_regions(review: Review):
    rows = [row for row in csv.DictReader(io.StringIO(regions_csv(review))) if row["signal"] == "activation-rollout"]
    events = [row for row in rows if row["model"].startswith("hispanic: contrast: quarters since the start")]
    before, after = [f"{e} before" for e in range(8, 0, -1)], [f"{e} after" for e in range(1, 9)]
    assert [row["term"] for row in events] == [*before, "start", *after]
    assert all(float(row["low"]) < float(row["coefficient"]) < float(row["high"]) for row in events)
    (study,), _ = region_studies(review)
    assert len(study["rows"]) == len(events)
    assert {"largest change", "compared with places that never started"} <= {row["term"] for row in rows}
    assert any("negative control" in row["model"] for row in rows)


def test_it_is_written_as_json_and_read_again(review: Review):
    assert Review.from_dict(review.to_dict()) == Review.from_dict(Review.from_dict(review.to_dict()).to_dict())
