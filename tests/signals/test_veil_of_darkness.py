"""Veil of darkness: the numbers against statsmodels row by row, and every reason to say nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import statsmodels.api as sm

from auditor.cells import Inventory
from auditor.signals.signal import Panel
from auditor.signals.veil import designs, fit
from auditor.signals.veil import panel as panel_module
from auditor.signals.veil.moments import pair_of
from auditor.signals.veil.stops import recorded_stops
from auditor.signals.visibility.veil_of_darkness import SIGNAL, VeilOptions
from auditor.stats.clock.spline import NaturalSpline
from auditor.stats.clusters.grouped_logit import fit_grouped_logit
from auditor.stats.clusters.robust import cluster_robust
from tests.signals.veil_stops import FIRST, HENNEPIN, Year, cells, made, sun

ARIZONA = "04013"


def measure(found, **options) -> Panel:
    return SIGNAL.measure(found, VeilOptions(**options), np.random.default_rng(1))


def reason(panel: Panel, c: int = 0, j: int = 0) -> str:
    return panel.lacks[int(panel.code[j, c]) - 1].reason.removeprefix("veil-of-darkness.")


def profiling(year: Year) -> np.ndarray:
    return -0.4 + 0.8 * year.light


@pytest.fixture(scope="module")
def year() -> Year:
    """4,000 stops by two agencies whose focal shares differ, and drift with the clock."""
    made_year = Year(5, 4000)
    made_year.agency = np.where(made_year.officer < 25, "A", "B").astype(object)
    made_year.choose(lambda y: -0.5 + 0.6 * (y.agency == "A") + 0.003 * (y.minute - 1100) + 0.4 * y.light)
    return made_year


def row_design(year: Year, kept: np.ndarray, knots: int) -> tuple[np.ndarray, np.ndarray]:
    """The model stop by stop, without its intercepts: the clock in fives, knots by numpy.quantile of the stops."""
    minute = year.minute[kept] // 5 * 5 + 2.0
    inner = np.quantile(minute, np.arange(1, knots) / knots)
    clock = NaturalSpline(inner, minute.min(), minute.max()).basis(minute)
    week = (year.day[kept] - np.datetime64("2017-01-01")).astype(int) // 7
    angle = 2 * np.pi * (7 * week + 3.5) / 365.2425
    waves = np.column_stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)])
    agency = (year.agency[kept] == "B").astype(float)
    return np.column_stack([year.light[kept], clock, waves]), agency


def kept_rows(year: Year, *, by_half_hour: bool = True) -> np.ndarray:
    """Light or dark, from the earliest dusk to the latest sunset, in half hours with 20 of each."""
    told = year.light | (year.minute >= year.dusk)
    kept = told & (year.minute >= year.dusk.min()) & (year.minute < year.sunset.max())
    for half_hour in range(48 if by_half_hour else 0):
        here = kept & (year.minute // 30 == half_hour)
        if min(year.light[here].sum(), (~year.light[here]).sum()) < 20:
            kept[here] = False
    return kept


def test_the_coefficient_is_that_of_statsmodels_on_rows(year):
    """statsmodels.Logit on single stops, Newton to 1e-12; ours on cells, to 1e-8."""
    kept = kept_rows(year)
    design, agency = row_design(year, kept, 6)
    model = sm.Logit(year.focal[kept].astype(float), np.column_stack([design, np.ones(kept.sum()), agency]))
    expected = model.fit(method="newton", tol=1e-14, maxiter=50, disp=0).params[0]
    panel = measure(cells(year))
    assert np.log(panel.estimate[0, 0]) == pytest.approx(expected, abs=1e-8)
    light, focal = year.light[kept], year.focal[kept]
    assert (panel.k[0, 0], panel.n[0, 0]) == ((light & focal).sum(), light.sum())
    assert panel.extra["dark_focal"][0, 0] == (~light & focal).sum()
    assert panel.comparator_n[0, 0] == (~light).sum()


def test_the_clustered_error_is_that_of_single_rows(year):
    """The CR2 error (checked against clubSandwich in tests/stats/clusters) of stops each a cell of its own."""
    kept = kept_rows(year)
    design, agency = row_design(year, kept, 6)
    ones = np.ones(kept.sum(), dtype=int)
    rows = fit_grouped_logit(year.focal[kept].astype(int), ones, design, agency.astype(int))
    day = (year.day[kept] - FIRST).astype(int)
    expected = {
        name: cluster_robust(rows, year.focal[kept].astype(int), ones, np.arange(kept.sum()), codes)
        for name, codes in (("officer", year.officer[kept]), ("day", day))
    }
    expected["auto"] = max(expected.values(), key=lambda each: np.ptp(each.interval()))
    for cluster, error in expected.items():
        panel = measure(cells(year), cluster=cluster)
        assert panel.p_greater[0, 0] == pytest.approx(error.p_greater, rel=1e-6)
        assert panel.extra["df"][0, 0] == pytest.approx(error.df, rel=1e-6)
        np.testing.assert_allclose(np.log([panel.low[0, 0], panel.high[0, 0]]), error.interval(), atol=1e-8)


def decided(panel: Panel) -> list[str]:
    return [name for name in fit.DECIDED if panel.notes[f"veil-of-darkness.{name}"][0, 0]]


@pytest.mark.parametrize(
    ("officers", "days", "expected"), [(0.0, 1.5, "caveat-days-decide"), (1.5, 0.0, "caveat-officers-decide")]
)
def test_the_wider_interval_decides_and_is_named(officers, days, expected):
    """Days of a hundred stops, or officers, of which each has a ratio of its own."""
    year = Year(41, 6000, officers=12)
    year.day = FIRST + 6 * year.rng.integers(0, 60, 6000)
    year.sunset, year.dusk = sun(year.day)
    own, that_day = year.rng.normal(size=12), year.rng.normal(size=365)
    shift = officers * own[year.officer] + days * that_day[(year.day - FIRST).astype(int)]
    found = cells(year.choose(lambda y: shift * y.light - 0.4))
    panel, alone = measure(found), [measure(found, cluster=name) for name in ("officer", "day")]
    assert decided(panel) == [expected]
    assert [decided(each) for each in alone] == [["caveat-officers-alone"], ["caveat-days"]]
    spans = [np.log(each.high[0, 0] / each.low[0, 0]) for each in (panel, *alone)]
    assert spans[0] == pytest.approx(max(spans[1:]), rel=1e-12)
    assert spans[1] != pytest.approx(spans[2], rel=0.1)


def test_cells_are_fewer_than_stops_and_parts_add_up(year):
    found = cells(repeated(year, 3))
    _, stops = recorded_stops(found, found.rows, "civil", "checked")
    sample = designs.by_dusk(pair_of(stops, "hispanic", "white"))
    gathered = fit.gather(sample, sample.kept[sample.pair.at])
    assert len(gathered.n) < 0.9 * gathered.n.sum()
    assert gathered.n.sum() == sample.counts.sum() == 3 * kept_rows(year).sum()
    np.testing.assert_array_equal(np.bincount(gathered.parts[2], gathered.parts[0]), gathered.k)
    np.testing.assert_array_equal(np.bincount(gathered.parts[2], gathered.parts[1]), gathered.n)


def repeated(year: Year, times: int) -> Year:
    """The same stops several times over."""
    copy = Year(5, 0)
    for name in ("day", "minute", "officer", "sunset", "dusk", "focal", "agency"):
        setattr(copy, name, np.tile(getattr(year, name), times))
    return copy


def test_the_screen_reads_the_same_ratio(year):
    panel = measure(cells(year))
    k, n, base = panel.k[0, 0], panel.n[0, 0], panel.base[0, 0]
    assert (k / (n - k)) / (base / (1 - base)) == pytest.approx(panel.estimate[0, 0], rel=1e-12)
    # Whole error: that of the clusters, log high - log low over twice the quantile of t.
    from scipy import stats

    se = np.log(panel.high[0, 0] / panel.low[0, 0]) / (2 * stats.t.ppf(0.975, panel.extra["df"][0, 0]))
    assert panel.base_error[0, 0] ** 2 + 1 / k + 1 / (n - k) == pytest.approx(se**2, rel=1e-9)
    assert panel.absolute[0, 0] == np.rint(1000 * (k / n - base))


def test_more_of_the_group_by_daylight_is_above_one():
    panel = measure(cells(Year(8, 6000).choose(profiling)))
    assert panel.estimate[0, 0] > 1.5
    assert panel.p_greater[0, 0] < 1e-3
    assert panel.testable[0, 0]
    assert [contrast.label for contrast in panel.contrasts] == ["dusk", "clock-change"]
    assert [contrast.tested for contrast in panel.contrasts] == [True, False]


def test_the_weeks_around_the_change_of_the_clock():
    panel = measure(cells(Year(9, 20000).choose(profiling)))
    assert panel.n[0, 1] < panel.n[0, 0] / 2
    assert panel.low[0, 1] < np.exp(0.8) < panel.high[0, 1]
    assert panel.low[0, 1] > 1
    # 10 February is 30 days before 12 March 2017, 4 December would be 29 days after 5 November.
    assert (panel.window[0][0, 1], panel.window[1][0, 1]) == ("2017-02-10", "2017-12-04")


def test_where_clocks_are_never_changed_there_is_no_such_comparison():
    panel = measure(cells(Year(10, 6000, place=ARIZONA).choose(profiling)))
    assert panel.code[0, 0] == 0
    assert reason(panel, 1) == "no-change"


def test_thirty_six_stops_in_the_dark_are_no_odds_ratio():
    """36 stops in the dark, 1 of them focal; by daylight 288 of 300: 24 / (1 / 35) = 840, and a logit prints it."""
    big = Year(11, 4000)
    dark = np.flatnonzero(big.minute >= big.dusk)[:36]
    light = np.flatnonzero(big.light & (big.minute > 1030))[:300]
    few = Year(11, 0)
    for name in ("day", "minute", "officer", "sunset", "dusk"):
        setattr(few, name, getattr(big, name)[np.concatenate([dark, light])])
    few.agency = np.full(336, "", dtype=object)
    few.focal = np.concatenate([np.arange(36) < 1, np.arange(300) < 288])
    design = np.column_stack([few.light, np.ones(336), few.minute - 1100.0])
    assert np.exp(sm.Logit(few.focal.astype(float), design).fit(disp=0).params[0]) > 593.7
    panel = measure(cells(few))
    assert reason(panel) == "overlap"
    assert np.isnan(panel.estimate[0, 0])


@pytest.mark.parametrize(("officers", "expected"), [(5, "few-clusters"), (12, "")])
def test_few_officers(officers, expected):
    panel = measure(cells(Year(12, 4000, officers=officers).choose(0.0)))
    assert (reason(panel) if panel.code[0, 0] else "") == expected


def test_low_degrees_of_freedom_are_not_tested():
    """One officer of six makes nine of ten stops: six clusters, but hardly more than one to compare."""
    year = Year(13, 4000, officers=6)
    year.officer = np.where(year.rng.random(4000) < 0.9, 0, year.officer)
    panel = measure(cells(year.choose(0.0)))
    assert panel.code[0, 0] == 0
    assert panel.extra["df"][0, 0] < 4
    assert not panel.testable[0, 0]


def test_days_are_the_clusters_where_officers_are_not_recorded():
    year = Year(14, 4000).choose(0.0)
    year.officer[:] = -1
    panel = measure(cells(year))
    assert panel.notes["veil-of-darkness.caveat-days"][0, 0]
    assert panel.extra["df"][0, 0] > 45
    assert decided(panel) == ["caveat-days"]
    year.officer[:] = np.arange(4000) % 40
    assert decided(measure(cells(year)))[0].endswith("-decide")


def utc(year: Year) -> Year:
    """The same stops as a file in UTC has them: 6 hours later, 5 in summer."""
    from auditor.stats.clock.local_clock import utc_offsets

    moved = year.minute - utc_offsets(year.day, "America/Chicago").astype(int)
    year.day, year.minute = year.day + moved // 1440, moved % 1440
    return year


def test_a_file_in_utc_is_detected_and_can_be_corrected():
    local = Year(15, 6000).choose(profiling)
    whole = cells(local)
    shifted = cells(utc(Year(15, 6000).choose(profiling)), quiet=False)
    # Stops by day, which a file in UTC moves too.
    minute = (whole.rows.columns["minute"][6000:] + 360) % 1440
    day = np.full(len(minute), FIRST + 10)
    columns = {
        name: np.concatenate([shifted.rows.columns[name], whole.rows.columns[name][6000:]])
        for name in ("event", "group", "group_source", "agency")
    }
    columns["minute"] = np.concatenate([shifted.rows.columns["minute"], minute])
    for new, old, last in (("day", "evening_day", day), ("officer_code", "evening_officer", np.full(len(minute), -1))):
        columns[new] = np.concatenate([shifted.rows.columns[old], last])
        columns[old] = columns[new]
    n = np.concatenate([shifted.rows.n, whole.rows.n[6000:]])
    rows = dataclasses.replace(whole.rows, index=np.zeros(len(n), dtype=int), columns=columns, n=n, censored=n < 0)
    as_exported = made((HENNEPIN,), rows)
    assert reason(measure(as_exported)) == "shifted"
    corrected = measure(as_exported, clock="utc")
    assert corrected.estimate[0, 0] == pytest.approx(measure(whole).estimate[0, 0], rel=1e-9)
    assert (
        measure(as_exported, clock="local").code[0, 0]
        != [r.reason for r in corrected.lacks].index("veil-of-darkness.shifted") + 1
    )


@pytest.mark.parametrize(("share", "minute"), [(0.12, lambda m: 0), (0.3, lambda m: m // 60 * 60)])
def test_times_at_midnight_or_on_the_hour(share, minute):
    year = Year(16, 5000).choose(0.0)
    found = cells(year)
    columns = dict(found.rows.columns)
    some = np.random.default_rng(1).random(len(columns["minute"])) < share
    columns["minute"] = np.where(some, minute(columns["minute"]), columns["minute"])
    changed = dataclasses.replace(found.rows, columns=columns)
    assert reason(measure(dataclasses.replace(found, rows=changed))) == "heaped"


def test_times_in_fives_are_said():
    year = Year(17, 5000).choose(0.0)
    year.minute = year.minute // 5 * 5
    panel = measure(cells(year))
    assert panel.code[0, 0] == 0
    assert panel.notes["veil-of-darkness.caveat-rounded"][0, 0]


def without(found, name, value, share=1.0):
    columns = dict(found.rows.columns)
    some = np.random.default_rng(1).random(len(columns[name])) < share
    columns[name] = np.where(some, value, columns[name])
    return dataclasses.replace(found, rows=dataclasses.replace(found.rows, columns=columns))


def test_no_time_of_day():
    found = cells(Year(18, 5000).choose(0.0))
    assert reason(measure(without(found, "minute", -1))) == "no-times"
    assert reason(measure(without(found, "minute", -1, 0.6))) == "no-times"
    panel = measure(without(found, "minute", -1, 0.3))
    assert panel.code[0, 0] == 0
    assert panel.missing["time"][0, 0] == pytest.approx(0.3, abs=0.02)
    assert reason(measure(without(found, "evening_day", np.datetime64("NaT")))) == "no-times"


def test_one_group_only():
    year = Year(19, 5000)
    assert reason(measure(cells(year))) == "one-group"


def test_a_few_weeks():
    assert reason(measure(cells(Year(20, 5000, days=25).choose(0.0)))) == "season"


def test_a_place_without_a_location_has_its_parent_s():
    found = cells(Year(21, 5000).choose(0.0))
    nowhere = dataclasses.replace(found, ids=("local:precinct-1",))
    assert reason(measure(nowhere)) == "no-location"
    assert measure(dataclasses.replace(nowhere, parents=(HENNEPIN,))).estimate[0, 0] == measure(found).estimate[0, 0]
    assert reason(measure(dataclasses.replace(found, ids=("27",)))) == "no-location"


def test_two_places_do_not_touch_each_other():
    one, two = Year(22, 5000).choose(0.0), Year(23, 5000, place="48453").choose(profiling)
    both = measure(cells(one, two))
    assert both.estimate[:, 0].tolist() == [measure(cells(y)).estimate[0, 0] for y in (one, two)]


def test_a_share_that_moves_with_the_sun_is_caught_by_a_placebo():
    """The focal share falls smoothly for hours before and after sunset: nothing to do with being seen."""
    drifting = Year(24, 30000).choose(lambda y: -0.010 * np.clip(y.minute - y.sunset, -200, 200))
    panel = measure(cells(drifting))
    assert panel.p_greater[0, 0] < 0.05
    assert panel.notes["veil-of-darkness.caveat-placebo"][0, 0]
    control = SIGNAL.controls(cells(drifting), VeilOptions(), np.random.default_rng(1))
    assert [contrast.label for contrast in control.contrasts] == ["placebo-day", "placebo-night"]
    assert (control.p_greater[0] < 0.025).any()
    seen = measure(cells(Year(24, 30000).choose(profiling)))
    assert not seen.notes["veil-of-darkness.caveat-placebo"][0, 0]


def test_other_groups_are_controls():
    found = cells(Year(25, 5000).choose(0.0))
    columns = dict(found.rows.columns)
    third = np.random.default_rng(2).random(len(columns["group"])) < 0.3
    columns["group"] = np.where(third, "black", columns["group"]).astype(object)
    found = dataclasses.replace(found, rows=dataclasses.replace(found.rows, columns=columns))
    control = SIGNAL.controls(found, VeilOptions(), np.random.default_rng(1))
    assert [contrast.key for contrast in control.contrasts][2:] == ["black/white/dusk"]
    assert not any(contrast.tested for contrast in control.contrasts)


def test_small_counts_are_hidden():
    """A rare group: its few stops after dark are a count of 1 to 10."""
    year = Year(26, 3000)
    kept = np.flatnonzero(kept_rows(year))
    dark, light = kept[~year.light[kept]], kept[year.light[kept]]
    year.focal[np.concatenate([dark[:8], light[:120]])] = True
    panel = measure(cells(year))
    assert panel.extra["dark_focal"][0, 0] == 8
    assert panel.hidden[0, 0]
    assert not measure(cells(year, published=(True,))).hidden[0, 0]


def test_a_comparison_that_differs_by_few_is_hidden():
    """All stops but a few lie near a change of the clock: the rest could be worked out."""
    year = Year(27, 12000)
    away = (year.day - np.datetime64("2017-03-12")).astype(int)
    near = (away >= -30) & (away < 30)
    rest = np.flatnonzero((away < -30) & (away > -34) & kept_rows(year))[:9]
    keep = np.union1d(np.flatnonzero(near), rest)
    for name in ("day", "minute", "officer", "sunset", "dusk", "focal", "agency"):
        setattr(year, name, getattr(year, name)[keep])
    panel = measure(cells(year.choose(0.0)))
    assert 0 < panel.k[0, 0] - panel.k[0, 1] <= 10
    assert panel.hidden[0].tolist() == [False, True]


def test_it_names_what_to_ask_for():
    nothing = (frozenset(),) * 7
    held = {"stop": frozenset({"group", "day", "agency"})}
    lack = SIGNAL.lacks(Inventory(*nothing, places=1, months=1, row_columns=held), VeilOptions())
    assert lack.values == {"columns": "time of day"}
    held = {"stop": frozenset({"group", "day", "minute"})}
    assert SIGNAL.lacks(Inventory(*nothing, places=1, months=1, row_columns=held), VeilOptions()) is None


def test_it_reads_officers_as_codes_and_nothing_else_that_is_personal():
    for clock in ("checked", "utc"):
        rows = SIGNAL.view(VeilOptions(clock=clock)).rows
        assert rows.personal == ("officer",)
        assert not rows.columns & {"person", "surname", "latitude", "longitude"}


def small_places(*seeds: int, size: int = 1500) -> list[Year]:
    """Places of which no half hour holds enough by itself."""
    return [Year(seed, size, officers=15).choose(profiling) for seed in seeds]


def region(found, **options):
    return SIGNAL.regions(found, VeilOptions(**options), np.random.default_rng(1))


def test_a_region_is_one_logit_with_an_intercept_for_each_place():
    """statsmodels.Logit on the single stops of three places, to 1e-8."""
    years = small_places(31, 32, 33)
    found = dataclasses.replace(cells(*years), states=("27",) * 3)
    (result,) = region(found)
    told = [kept_rows(year, by_half_hour=False) for year in years]
    minute = np.concatenate([year.minute[kept] for year, kept in zip(years, told, strict=True)])
    light = np.concatenate([year.light[kept] for year, kept in zip(years, told, strict=True)])
    enough = np.zeros(48, dtype=bool)
    for half_hour in range(48):
        here = minute // 30 == half_hour
        enough[half_hour] = min(light[here].sum(), (~light[here]).sum()) >= 20
    joined = Year(1, 0)
    for name in ("day", "minute", "sunset", "dusk", "focal"):
        parts = [getattr(year, name)[kept] for year, kept in zip(years, told, strict=True)]
        setattr(joined, name, np.concatenate(parts)[enough[minute // 30]])
    joined.agency = np.full(len(joined.minute), "", dtype=object)
    place = np.repeat(np.arange(3), [kept.sum() for kept in told])[enough[minute // 30]]
    every = np.ones(len(joined.minute), dtype=bool)
    design, _ = row_design(joined, every, 6)
    dummies = (place[:, None] == np.arange(3)).astype(float)
    model = sm.Logit(joined.focal.astype(float), np.column_stack([design, dummies]))
    expected = model.fit(method="newton", tol=1e-14, maxiter=50, disp=0).params[0]
    assert np.log(result.estimate) == pytest.approx(expected, abs=1e-8)
    assert (result.region, result.places, result.left_out) == ("27", 3, 0)
    assert result.n + result.values["dark_stops"] == len(joined.minute)


def test_a_region_leaves_out_places_with_a_count_that_may_not_be_printed():
    years = small_places(31, 32, 33)
    rare = years[2]
    kept = kept_rows(rare, by_half_hour=False)
    rare.focal = np.zeros(len(rare.minute), dtype=bool)
    rare.focal[np.flatnonzero(kept & ~rare.light)[:5]] = True
    rare.focal[np.flatnonzero(kept & rare.light)[:40]] = True
    found = dataclasses.replace(cells(*years), states=("27",) * 3)
    (result,) = region(found)
    assert (result.places, result.left_out) == (2, 1)
    assert region(dataclasses.replace(found, published=(True,) * 3))[0].places == 3
    assert not region(dataclasses.replace(found, states=("27", "48", "06")))


def blind(year: Year, share: float) -> tuple[Year, np.ndarray]:
    """Forget the group of a share of the stops."""
    found = cells(year)
    lost = np.zeros(len(found.rows.n), dtype=bool)
    lost[: len(year.minute)] = year.rng.random(len(year.minute)) < share
    group = found.rows.columns["group"]
    group[lost & (year.rng.random(len(lost)) < 0.5)] = ""
    group[lost & (group != "")] = "unknown"
    return found, lost[: len(year.minute)]


def test_stops_of_unrecorded_group_bound_the_ratio(year):
    """The ends are what the signal says of the same file with the blanks filled in."""
    found, lost = blind(year, 0.1)
    panel = measure(found)
    low, high = (ends[0, 0] for ends in panel.ranges["missing-group"])
    filled = {}
    for up in (True, False):
        as_focal = np.where(lost, year.light == up, year.focal)
        copy = repeated(year, 1)
        copy.focal = as_focal
        filled[up] = measure(cells(copy)).estimate[0, 0]
    assert (low, high) == pytest.approx((filled[False], filled[True]), rel=1e-9)
    assert low < panel.estimate[0, 0] < high
    assert panel.missing["group"][0, 0] == pytest.approx(lost.sum() / len(lost), abs=0.01)
    assert not panel.range_hidden[0, 0]
    none = measure(cells(year))
    assert np.isnan(none.ranges["missing-group"][0]).all()


def test_a_few_stops_of_unrecorded_group_are_not_told(year):
    found, lost = blind(year, 0.002)
    assert 0 < lost.sum() < 22
    assert measure(found).range_hidden[0].all()


def test_an_interval_that_spans_orders_of_magnitude_is_withheld(monkeypatch):
    found = cells(Year(14, 4000).choose(0.0))
    spans = measure(found)
    assert spans.code[0, 0] == 0
    width = spans.high[0, 0] / spans.low[0, 0]
    monkeypatch.setattr(panel_module, "WIDEST", width * 1.001)
    assert measure(found).code[0, 0] == 0
    monkeypatch.setattr(panel_module, "WIDEST", width * 0.999)
    assert reason(measure(found)) == "wide"
