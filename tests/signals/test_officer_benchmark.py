"""Officers against colleagues: what is measured, when nothing can be said, and what is never printed."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cells import Cells, Inventory, RowTable, table
from auditor.findings.listed import Listed
from auditor.signals.exposure.officer_benchmark import SIGNAL, OfficerBenchmarkOptions, find_officers
from auditor.signals.officers.draw import AFFECTED, draw
from auditor.signals.officers.listing import ODDS, size_bands
from auditor.signals.officers.mix import LEAST, mix_of
from auditor.signals.officers.rows import Records, records_of
from auditor.signals.signal import Panel

OPTIONS = OfficerBenchmarkOptions()
COLUMNS = {
    "event": "stop", "group": "white", "group_source": "", "agency": "", "officer_code": 0, "hour": 12, "weekday": 1,
    "month": "2011-05", "offence": "", "area": -1, "operation": "",
}  # fmt: skip


def cells(rows, places=("48453",), focal=("hispanic",), censored=(), **more) -> Cells:
    """Rows as (place, {column: value}, n); columns that are not given are as in COLUMNS."""
    columns = {}
    for name, usual in COLUMNS.items():
        values = [row[1].get(name, usual) for row in rows]
        columns[name] = np.array(values, dtype=object if isinstance(usual, str) else np.int64)
    index = np.array([places.index(row[0]) for row in rows], dtype=np.int64)
    keys = ("event", "group", "group_source")
    nobody = ("",) * len(places)
    n = np.array([float(row[2]) for row in rows])
    dark = np.isin(np.arange(len(rows)), censored)
    return Cells(
        places, places, nobody, nobody, table([], places, keys), table([], places, ("universe", "group")), (),
        table([], (), keys), focal, "white", rows=RowTable(index, columns, n, dark), **more,
    )  # fmt: skip


def officer(code, hispanic, white, place="48453", **more):
    """One officer's stops of the two groups."""
    counted = (("hispanic", hispanic), ("white", white))
    return [(place, {"officer_code": code, "group": group, **more}, n) for group, n in counted if n]


def alike(officers, hispanic=30, white=60, first=0, **more):
    return [row for code in range(officers) for row in officer(first + code, hispanic + code % 3, white, **more)]


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, OfficerBenchmarkOptions(**options), np.random.default_rng(1))


def reasons(panel: Panel, j: int = 0) -> list[str]:
    return [panel.lacks[code - 1].reason.partition(".")[2] if code else "" for code in panel.code[j].tolist()]


def notes(panel: Panel, c: int) -> set[str]:
    return {name.partition("caveat-")[2] for name, mask in panel.notes.items() if mask[0, c]}


def drawn(seed, officers=40, effect=0.0, sd=0.1, stops=150.0) -> Cells:
    return draw(np.random.default_rng(seed), np.array([officers]), stops, sd, np.array([effect]))


def test_without_any_mix_an_officer_is_held_against_all_colleagues():
    """One stratum: the expected share is the others' share, (K - k) / (N - n), by arithmetic."""
    k, n = [30 + 2 * i for i in range(12)], 90
    rows = [row for code, hits in enumerate(k) for row in officer(code, hits, n - hits)]
    one = find_officers(cells(rows), OPTIONS).places[0].compared["hispanic"]
    np.testing.assert_allclose(one.result.expected, [(sum(k) - hits) / (11 * n) for hits in k], rtol=1e-9)
    np.testing.assert_allclose(one.result.share, np.array(k) / n, rtol=1e-12)


def test_officers_who_bear_an_effect_stand_out():
    """A tenth of 40 officers at odds e^1.6 = 5.0 times as high: all four are found, nobody else."""
    panel = measure(drawn(5, effect=1.6))
    assert (panel.k[0, 0], panel.n[0, 0]) == (4, 40)
    assert AFFECTED == 0.1
    rows = list(panel.listed[0].records())
    assert [row["stands_out"] for row in rows] == [True] * 4 + [False] * 36
    assert all(row["odds_low"] >= 3 for row in rows[:4])
    assert panel.extra["false"][0, 0] == pytest.approx(0.4)
    assert 0 <= panel.extra["most_false"][0, 0] <= 4
    assert panel.low[0, 0] == (4 - panel.extra["most_false"][0, 0]) / 40
    assert {"detectable", "peers", "within", "no-area"} - notes(panel, 0) == {"no-area"}


def test_what_work_does_is_no_officer():
    """Officers of two beats whose shares are .2 and .6: beside colleagues of the beat nobody is unusual."""
    rows = [row for code in range(30) for row in _beat(code, code % 2)]
    panel = measure(cells(rows))
    assert panel.k[0, 0] == 0
    assert panel.estimate[0, 1] < 1.5
    blind = [(place, {**values, "area": -1}, n) for place, values, n in rows]
    assert measure(cells(blind)).estimate[0, 1] > 5


def _beat(code, home):
    """100 stops, nine tenths of them in the home beat."""
    for beat in (0, 1):
        n = 90 if beat == home else 10
        hits = round(n * (0.2, 0.6)[beat]) + code % 3 - 1
        yield from officer(code, hits, n - hits, area=450_000_000 + beat)


def test_colleagues_are_those_of_the_same_agency():
    """Two agencies with shares of .25 and .5: nobody stands out, and expected shares are the agency's own."""
    rows = alike(15, 20, 60, agency="A") + alike(15, 40, 40, first=15, agency="B")
    found = find_officers(cells(rows), OPTIONS).places[0].compared["hispanic"]
    expected = found.result.expected
    assert abs(expected[:15] - 0.26).max() < 0.01
    assert abs(expected[15:] - 0.506).max() < 0.01
    assert not found.flagged.any()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "absent"),
        ([*alike(12), ("48453", {"officer_code": -1}, 12 * 91 + 40)], "no-officer"),
        ([*alike(12), ("48453", {"group": "unknown"}, 12 * 91 + 40)], "no-group"),
        (alike(12, hour=-1), "no-time"),
        (alike(12, 2, 88), "rare"),
        (alike(12, 88, 1), "rare"),
        (alike(10), "few"),
        (alike(11, 10, 39), "few"),  # 49 to 51 stops each: fewer than eleven with 50
    ],
)
def test_withheld(rows, reason):
    """Beside a second place that can be measured."""
    found = cells(rows + alike(12, place="48201"), places=("48201", "48453"))
    panel = measure(found)
    assert reasons(panel, 1) == [reason, reason]
    assert panel.listed[1] == Listed((), ())
    assert panel.code[0, 1] == 0


def test_a_suppressed_row_withholds_the_place():
    assert reasons(measure(cells(alike(12), censored=(3,)))) == ["suppressed"] * 2


def test_a_place_without_half_of_its_officers_says_how_many_it_lacks():
    panel = measure(cells([*alike(12), ("48453", {"officer_code": -1}, 500)]))
    assert reasons(panel) == ["unpromised", ""]
    assert panel.missing["officer"][0, 1] == round(500 / (500 + 12 * 91), 2)


@pytest.mark.parametrize("officers", [11, 19])
def test_below_twenty_officers_nobody_is_singled_out(officers):
    panel = measure(cells(alike(officers - 1) + officer(99, 85, 5)))
    assert reasons(panel) == ["unpromised", ""]
    assert "unpromised" in notes(panel, 1)
    assert {row["stands_out"] for row in panel.listed[0].records()} == {None}
    assert len(panel.listed[0].rows) == officers


def test_from_twenty_officers_on_somebody_may_be():
    panel = measure(cells(alike(19) + officer(99, 85, 5)))
    assert panel.code[0].tolist() == [0, 0]
    assert panel.k[0, 0] == 1


def test_the_spread_of_many_agencies_is_that_of_the_officers():
    """Natural SD .3 within areas and hours is .3 * .9517 of whole shares (benchmarks/officers_signal.py, `marginal`).

    The middle eight in ten span exp(2 * 1.28155 * .28551) = 2.0788; limits hold it in most places.
    """
    rng = np.random.default_rng(8)
    panel = measure(draw(rng, np.full(12, 30), 150.0, 0.3, np.zeros(12)))
    inside = (panel.low[:, 1] <= 2.0788) & (panel.high[:, 1] >= 2.0788)
    assert inside.sum() >= 10
    assert np.median(panel.estimate[:, 1]) == pytest.approx(2.0788, rel=0.15)


def test_two_groups_have_lists_that_cannot_be_joined():
    found = dataclasses.replace(drawn(6, officers=30), focal_groups=("hispanic", "black"))
    panel = measure(found)
    assert [contrast.group for contrast in panel.contrasts] == ["hispanic", "hispanic", "black", "black"]
    names = Counter(row["officer"][:9] for row in panel.listed[0].records())
    assert names == {"Officer A": 30, "Officer B": 30}
    # Whether one group is asked about or two, what is said of it is the same.
    np.testing.assert_allclose(panel.estimate[:, :2], measure(drawn(6, officers=30)).estimate, rtol=1e-9)


def test_names_and_order_of_officers_leave_every_byte_as_it_was():
    """Other codes, in another order, as other badge numbers and a shuffled file would give them."""
    found = drawn(9, officers=30, effect=1.0)
    assert found.rows is not None
    codes = np.random.default_rng(1).permutation(500)[found.rows.columns["officer_code"]]
    rows = dataclasses.replace(found.rows, columns={**found.rows.columns, "officer_code": codes})
    other = dataclasses.replace(found, rows=rows.take(np.random.default_rng(2).permutation(len(rows.n))))
    first, second = measure(found), measure(other)
    assert json.dumps(first.listed, default=dataclasses.asdict) == json.dumps(second.listed, default=dataclasses.asdict)
    np.testing.assert_allclose(first.estimate, second.estimate, rtol=1e-9)


def test_the_key_is_of_the_officers_listed():
    found = find_officers(drawn(5, effect=1.6), OPTIONS)
    listing, one = found.listings[0]["hispanic"], found.places[0].compared["hispanic"]
    assert sorted(listing.codes) == list(range(40))
    flagged = {int(code) for code in one.codes[one.flagged]}
    assert flagged == {0, 1, 2, 3}  # those who bear the effect
    assert set(listing.codes[:4]) == flagged


def test_what_is_listed_of_an_officer():
    """No count, no share, no agency, nothing exact."""
    listed = measure(drawn(5, effect=1.6)).listed[0]
    columns = ("group", "event", "officer", "events_low", "events_high", "odds_low", "odds_high", "stands_out")
    assert listed.columns == (*columns, "bounded_low", "bounded_high")
    for row in listed.records():
        assert row["odds_low"] in (0.0, *ODDS)
        assert row["odds_high"] is None or row["odds_high"] in ODDS


def blanked(n=2, of=range(24), **more):
    """Twenty-four officers, each with stops of unrecorded group: one in forty-seven where n is 2."""
    rows = [row for code in range(24) for row in officer(code, 30 + code % 3, 60)]
    return cells([*rows, *(("48453", {"officer_code": code, "group": "unknown"}, n) for code in of if n)], **more)


def test_each_officer_is_bounded_over_the_stops_of_unrecorded_group():
    """One stratum, by arithmetic: all of the officer's two such stops the group's and none of the colleagues'."""
    place = find_officers(blanked(), OPTIONS).places[0]
    k = np.array([30 + code % 3 for code in range(24)], dtype=float)
    reach, n = place.reaches["hispanic"], k + 60 + 2
    colleagues = (k.sum() - k) / (n.sum() - n)
    every = (k.sum() - k + 2 * 23) / (n.sum() - n)
    share, least = (k + 2) / n, k / n

    def odds(p):
        return p / (1 - p)

    # The estimate of the log odds takes a small bias of counting out: within a hundredth.
    np.testing.assert_allclose(reach.high, odds(share) / odds(colleagues), rtol=0.01)
    np.testing.assert_allclose(reach.low, odds(least) / odds(every), rtol=0.01)
    known = np.exp(place.compared["hispanic"].screen.estimate)
    assert (reach.low < known).all()
    assert (reach.high > known).all()


def test_nobody_is_bounded_where_every_group_is_recorded_or_few_are_not():
    for found in (blanked(0), blanked(2, range(5))):
        panel = measure(found)
        assert {row["bounded_low"] for row in panel.listed[0].records()} == {None}
        assert "kept" not in notes(panel, 0)
    assert np.isnan(measure(blanked(0)).ranges["missing-group-alike"]).all()
    assert measure(blanked(2, range(5))).range_hidden[0].all()
    assert not measure(blanked(2, range(6))).range_hidden[0].any()
    public = measure(blanked(2, range(5), published=(True,)))
    assert not public.range_hidden[0].any()
    assert {row["bounded_high"] for row in public.listed[0].records()} <= set(ODDS)


def test_stops_of_unrecorded_group_alone_are_no_comparison():
    assert reasons(measure(blanked(200))) == ["no-group", "no-group"]


def test_who_stands_out_is_told_beside_what_unrecorded_groups_could_change():
    """Four officers of forty bear 1.6 on the log odds; a fifth of all stops, and then nearly all, lose their group."""
    found = drawn(5, effect=1.6, stops=200.0)

    def without(share):
        gone = np.random.default_rng(1).random(len(found.rows.n)) < share
        groups = np.where(gone, "unknown", found.rows.columns["group"])
        columns = {name: found.rows.columns[name] for name in found.rows.columns} | {"group": groups}
        return measure(dataclasses.replace(found, rows=dataclasses.replace(found.rows, columns=columns)))

    little, much = without(0.05), without(0.4)
    for panel in (little, much):
        assert panel.k[0, 0] > 0
        assert "kept" in notes(panel, 0)
        low, high = (end[0] for end in panel.ranges["missing-group-alike"])
        assert (low <= panel.estimate[0]).all()
        assert (high >= panel.estimate[0]).all()
        flagged = [row for row in panel.listed[0].records() if row["stands_out"]]
        assert all(row["bounded_low"] <= row["odds_low"] for row in panel.listed[0].records())
        assert panel.extra["kept"][0, 0] >= sum(row["bounded_low"] > 1 for row in flagged)
    assert little.extra["kept"][0, 0] == little.k[0, 0]
    assert much.extra["kept"][0, 0] < much.k[0, 0]


def test_officers_may_stand_out_by_the_stops_of_unrecorded_group_alone():
    """Two of 24 officers who are all alike have sixty such stops each: none stands out, and both would if all count."""
    panel = measure(blanked(60, range(2)))
    low, high = (end[0] for end in panel.ranges["missing-group-alike"])
    assert panel.k[0, 0] == 0
    assert (low[0], high[0]) == (0.0, 2 / 24)
    assert "kept" not in notes(panel, 0)
    wide = [row for row in panel.listed[0].records() if row["bounded_high"] is None or row["bounded_high"] > 2]
    assert len(wide) == 2


officers = st.lists(st.tuples(st.integers(50, 30_000), st.booleans()), min_size=11, max_size=80)


@settings(deadline=None)
@given(officers)
def test_no_size_points_to_fewer_than_eleven_officers_or_to_what_all_of_them_share(people):
    stops, flagged = np.array([n for n, _ in people], dtype=float), np.array([flag for _, flag in people])
    bands = size_bands(stops, flagged, 50)
    together = Counter(bands)
    assert all(low <= n and (high is None or n < high) for n, (low, high) in zip(stops, bands, strict=True))
    assert min(together.values()) >= 11
    if len(together) > 1:
        for band in together:
            inside = [flag for flag, own in zip(flagged, bands, strict=True) if own == band]
            assert not all(inside)


def test_missing_rows_are_told_in_whole_percents():
    """3 of 1,103 rows without an officer: "1 %", from which nothing can be worked out."""
    panel = measure(cells([*alike(12), ("48453", {"officer_code": -1}, 3)]))
    assert panel.missing["officer"][0, 1] == 0.01
    assert panel.missing["group"][0, 1] == 0.0


def test_a_catch_all_identifier_is_pointed_out():
    rows = alike(24) + officer(98, 300, 550)  # 850 of 3,058 rows
    assert "one-identifier" in notes(measure(cells(rows)), 1)
    assert "one-identifier" not in notes(measure(cells(alike(12))), 1)


def test_grouped_rows_count_as_often_as_they_say():
    once = [(place, values, 1) for place, values, n in alike(12) for _ in range(n)]
    np.testing.assert_allclose(measure(cells(once)).estimate, measure(cells(alike(12))).estimate, rtol=1e-12)


def test_the_event_with_most_known_officers():
    rows = alike(12, event="arrest") + alike(12, 60, 90, officer_code=-1)
    rows += [("48453", {"officer_code": -1, "group": "white"}, 9000)]
    assert measure(cells(rows)).contrasts[0].event == "arrest"
    assert measure(cells(rows), event="stop").contrasts[0].event == "stop"


def test_estimated_and_recorded_groups_are_never_added():
    rows = alike(12) + alike(12, 60, 20, group_source="surname")
    assert "surname" in notes(measure(cells(rows[len(alike(12)) :])), 1)
    panel = measure(cells(alike(12, group_source="recorded") + alike(12, 60, 20, group_source="surname")))
    assert "surname" not in notes(panel, 1)
    assert panel.extra["colleagues"][0, 1] == pytest.approx(31 / 91, abs=0.01)


def records(**columns) -> Records:
    size = len(next(iter(columns.values())))
    rows = [("48453", {name: values[i] for name, values in columns.items()}, 1) for i in range(size)]
    return records_of(cells(rows), "stop")


def test_rare_levels_are_put_together():
    """Of 200 stops 3 % is 6: an offence with 5 joins the others, and so does a square, within its block at first."""
    offences = ["traffic"] * 100 + ["licence"] * 90 + ["dui"] * 5 + ["warrant"] * 5
    squares = [100_000] * 170 + [500_000 + i for i in range(10)] * 2 + [900_000_000] * 2 + [-1] * 8
    found = records(offence=offences, area=squares)
    names, codes = mix_of(found, np.arange(200))
    assert LEAST == 0.03
    assert names == ("offence", "area")
    assert sorted(Counter(codes[:, 0].tolist()).values()) == [10, 90, 100]
    # Ten squares of two stops each lie in two blocks; the lone far square is left over.
    assert sorted(Counter(codes[:, 1].tolist()).values()) == [2, 8, 10, 10, 170]


def test_periods_are_quarters_or_longer():
    found = records(month=[f"{2000 + i // 12}-{1 + i % 12:02d}" for i in range(24)])
    assert len(np.unique(mix_of(found, np.arange(24))[1])) == 8
    found = records(month=[f"{2000 + i // 12}-{1 + i % 12:02d}" for i in range(240)])
    assert len(np.unique(mix_of(found, np.arange(240))[1])) == 10


def test_it_says_what_it_lacks():
    def inventory(columns, focal=("hispanic",)):
        nothing = [frozenset[str]() for _ in range(7)]
        return Inventory(*nothing, places=1, months=1, focal_groups=focal, row_columns={"stop": frozenset(columns)})

    assert SIGNAL.lacks(inventory({"officer", "group", "minute"}), OPTIONS) is None
    lack = SIGNAL.lacks(inventory({"officer"}), OPTIONS)
    assert lack is not None
    assert lack.values == {"columns": "group, time"}
    lack = SIGNAL.lacks(inventory({"officer", "group", "minute"}, ()), OPTIONS)
    assert lack is not None
    assert lack.reason == "officer-benchmark.no-focal"


@pytest.mark.parametrize("wrong", [{"rate": 0.0}, {"rate": 0.5}, {"stops": 49}, {"event": "detainer"}])
def test_options_that_would_loosen_it_are_refused(wrong):
    with pytest.raises(ValueError):
        OfficerBenchmarkOptions(**wrong)
