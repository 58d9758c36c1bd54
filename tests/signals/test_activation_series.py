"""activation-series: windows, choice of design, comparison places, caveats, privacy, and what is withheld."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from auditor.cells import Activations, Cells, table
from auditor.signals.change.activation_series import SIGNAL, ActivationSeriesOptions
from auditor.signals.series.starts import Start, month_number, starts, windows
from auditor.signals.signal import Inventory, Panel

MONTHS = [f"{year}-{month:02d}" for year in range(2007, 2011) for month in range(1, 13)]
KEYS = ("event", "group", "group_source", "offence", "month")
SERIOUS, CHOSEN = ("robbery", "burglary", "theft", "arson"), ("traffic", "licence", "trespass", "public-order")
Mean = Callable[[str, str, str, str], float]


def plain(place: str, month: str, group: str, offence: str) -> float:
    return 20.0 if group == "white" else 10.0


def build(
    places: int,
    dates: dict[int, str],
    mean: Mean = plain,
    offences: tuple[str, ...] = (*SERIOUS, *CHOSEN),
    months: list[str] = MONTHS,
    seed: int = 1,
    **row: object,
) -> Cells:
    """Monthly arrests of ``places`` places; ``dates`` gives the start of some of them."""
    rng = np.random.default_rng(seed)
    ids = tuple(f"local:{j:03d}" for j in range(places))
    rows = [
        {"place": place, "event": "arrest", "group": group, "group_source": "", "offence": offence, "month": month}
        | {"n": rng.poisson(mean(place, month, group, offence))}
        | row
        for place in ids
        for offence in offences
        for month in months
        for group in ("hispanic", "white")
    ]
    counts = table(rows, ids, KEYS)
    days = np.array([f"{r['month']}-01" for r in rows], dtype="datetime64[D]")
    ends = (days.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    nobody = ("",) * places
    return Cells(
        ids,
        ids,
        nobody,
        nobody,
        dataclasses.replace(counts, first=days, last=ends),
        table([], ids, ("universe", "group")),
        (),
        table([], (), (*KEYS, "start", "end")),
        ("hispanic",),
        "white",
        activations=begun(dates),
    )


def begun(dates: dict[int, str], program: str = "sc", kind: str = "activated") -> Activations:
    return Activations(
        np.array(list(dates), dtype=np.int64),
        np.full(len(dates), program, dtype=object),
        np.full(len(dates), kind, dtype=object),
        np.array(list(dates.values()), dtype="datetime64[D]"),
    )


def joined(*parts: Activations) -> Activations:
    names = ("index", "program", "kind", "date")
    return Activations(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def measured(cells: Cells, **options: object) -> Panel:
    return SIGNAL.measure(cells, ActivationSeriesOptions(**options), np.random.default_rng(1))


def column(panel: Panel, kind: str, start: str = "sc/activated") -> int:
    return [c.key for c in panel.contrasts].index(f"arrest/{start}/hispanic/{kind}")


def reason(panel: Panel, j: int, c: int) -> str:
    code = int(panel.code[j, c])
    return panel.lacks[code - 1].reason if code else ""


@pytest.fixture(scope="module")
def cells() -> Cells:
    """Thirty places; the first started in January 2009, nothing happened."""
    return build(30, {0: "2009-01-01"})


@pytest.fixture(scope="module")
def panel(cells: Cells) -> Panel:
    return measured(cells)


def test_sums_and_estimate_by_hand(cells: Cells, panel: Panel):
    """The estimate of the series lies beside the plain ratio of ratios of the sums; k and n are those sums, exactly."""
    counts = cells.counts.take(cells.counts.index == 0)
    sums = {}
    for side, names in (("d", CHOSEN), ("s", SERIOUS)):
        for group in ("hispanic", "white"):
            rows = counts.where(group=group, offence=names)
            late = rows.columns["month"] >= "2009-01"
            sums[side, group] = np.array([rows.n[~late].sum(), rows.n[late].sum()])
    c, series = column(panel, "classes"), column(panel, "series")
    for at in (c, series):
        assert panel.k[0, at] == sums["d", "hispanic"][1]
        assert panel.n[0, at] == sums["d", "hispanic"].sum()
        assert panel.comparator_n[0, at] == sums["d", "white"].sum()
    ratio = {key: value[1] / value[0] for key, value in sums.items()}
    plain = (ratio["d", "hispanic"] / ratio["d", "white"]) / (ratio["s", "hispanic"] / ratio["s", "white"])
    assert panel.estimate[0, c] == pytest.approx(plain, rel=0.05)
    odds = panel.base[0, c] / (1 - panel.base[0, c])
    assert panel.k[0, c] / (panel.n[0, c] - panel.k[0, c]) / odds == pytest.approx(panel.estimate[0, c])
    assert panel.absolute[0, c] == pytest.approx(1000 * (1 - 1 / panel.estimate[0, c]))


def test_the_p_value_is_that_of_the_permutation(cells: Cells, panel: Panel):
    """Eight classes, four a side: 70 divisions, each 14 times within a thousand orders (exact)."""
    c = column(panel, "classes")
    assert panel.least_p is not None
    assert panel.least_p[0, c] == pytest.approx(1 / 980)
    assert panel.p_greater[0, c] * 980 == pytest.approx(round(panel.p_greater[0, c] * 980))
    assert panel.p_greater[0, c] + panel.p_less[0, c] >= 1


def test_the_limits_invert_the_test(cells: Cells):
    """Over forty places that all start: p at most .025 exactly where the lower limit exceeds 1."""
    moving = build(40, dict.fromkeys(range(40), "2009-01-01"), seed=2)
    panel = measured(moving)
    c = column(panel, "classes")
    assert ((panel.low[:, c] > 1) == (panel.p_greater[:, c] <= 0.025)).all()
    assert ((panel.high[:, c] < 1) == (panel.p_less[:, c] <= 0.025)).all()


def test_the_series_ranks_among_the_places_in_which_nothing_started(panel: Panel):
    series = column(panel, "series")
    assert panel.extra["units"][0, series] == 29
    assert panel.p_greater[0, series] * 30 == pytest.approx(round(panel.p_greater[0, series] * 30))


def test_a_slope_is_described():
    """The group's discretionary arrests grow by half a year after the start; nothing moves elsewhere."""

    def mean(place: str, month: str, group: str, offence: str) -> float:
        hit = place == "local:000" and group == "hispanic" and offence in CHOSEN
        years = max(MONTHS.index(month) - 24, 0) / 12
        return 5 * plain(place, month, group, offence) * (1.5**years if hit else 1.0)

    panel = measured(build(30, {0: "2009-01-01", 1: "2009-01-01"}, mean))
    series = column(panel, "series")
    assert panel.notes["activation-series.caveat-slope"][:3, series].tolist() == [True, True, False]
    low, high = panel.extra["slope_low"][:, series], panel.extra["slope_high"][:, series]
    assert low[0] < 1.5 < high[0]
    assert low[0] > 1
    assert low[1] < 1 < high[1]


def test_a_place_noisier_than_its_comparisons_is_not_ranked_among_them():
    """Months of place 0 swing by a factor of four (exp(0.7) up and down), those of the others by chance alone."""

    def mean(place: str, month: str, group: str, offence: str) -> float:
        swing = 2.0 if hash_of(month) else 0.5
        return 8 * plain(place, month, group, offence) * (swing if place == "local:000" and group == "hispanic" else 1)

    def hash_of(month: str) -> bool:
        return MONTHS.index(month) * 7 % 11 > 5

    panel = measured(build(30, {0: "2009-01-01", 1: "2009-01-01"}, mean))
    series = column(panel, "series")
    assert reason(panel, 0, series) == "activation-series.rougher"
    assert reason(panel, 1, series) == ""


def test_one_design_speaks_for_a_place(panel: Panel):
    """Both designs are marked as tests; the classes speak where they can."""
    assert panel.speaks[0, column(panel, "classes")]
    assert not panel.speaks[0, column(panel, "series")]


def test_both_designs_can_be_asked(cells: Cells, panel: Panel):
    """The larger p and the wider limits of the two (exact); the series alone can be made to speak."""
    both = measured(cells, decide="both")
    c, series = column(panel, "classes"), column(panel, "series")
    assert both.p_greater[0, c] == max(panel.p_greater[0, c], panel.p_greater[0, series])
    assert both.low[0, c] == min(panel.low[0, c], panel.low[0, series])
    assert both.high[0, c] == max(panel.high[0, c], panel.high[0, series])
    assert both.least_p is not None
    assert both.least_p[0, c] == pytest.approx(1 / 30)
    assert both.speaks[0, c]
    assert both.notes["activation-series.caveat-both"][0, c]
    assert not both.notes["activation-series.caveat-common"][0, c]
    first = measured(cells, decide="series")
    assert first.speaks[0, series]
    assert not first.speaks[0, c]


def test_without_classes_the_series_speaks():
    cells = build(25, {0: "2009-01-01"}, offences=("",))
    panel = measured(cells)
    assert [contrast.key.rsplit("/", 1)[1] for contrast in panel.contrasts] == ["series"]
    assert panel.entered[0, 0]
    assert panel.notes["activation-series.caveat-one-side"][0, 0]


def test_with_too_few_classes_the_series_speaks():
    """Three and two classes have ten labellings, which cannot reach .05."""
    cells = build(25, {0: "2009-01-01"}, offences=(*SERIOUS[:3], *CHOSEN[:2]))
    panel = measured(cells)
    assert reason(panel, 0, column(panel, "classes")) == "activation-series.few-classes"
    assert panel.entered[0, column(panel, "series")]


@pytest.mark.parametrize(("places", "enough"), [(20, True), (19, False)])
def test_fewer_than_twenty_assignments_withhold_the_series(places: int, enough: bool):
    panel = measured(build(places, {0: "2009-01-01"}, offences=("",)))
    assert panel.testable[0, 0] == enough
    assert (reason(panel, 0, 0) == "") == enough
    if not enough:
        assert reason(panel, 0, 0) == "activation-series.few-comparisons"


def test_places_that_started_meanwhile_are_no_comparisons():
    dates = {0: "2009-01-01"} | dict.fromkeys(range(1, 6), "2009-06-01") | dict.fromkeys(range(6, 11), "2012-01-01")
    panel = measured(build(30, dates))
    # 24 others never started or started after the window; the five of June 2009 are no comparisons.
    assert panel.extra["units"][0, column(panel, "series")] == 24


def test_an_ongoing_programme_makes_no_comparison():
    """A place that started before the window is treated throughout it: it shows what treated places do, and is left."""
    panel = measured(build(30, {0: "2009-01-01", 1: "2006-05-01"}))
    assert panel.extra["units"][0, column(panel, "series")] == 28
    assert reason(panel, 1, column(panel, "series")) == "activation-series.too-short"


def test_places_of_the_same_state_are_preferred():
    cells = build(60, {0: "2009-01-01"}, offences=("",))
    cells = dataclasses.replace(cells, states=("48",) * 25 + ("06",) * 35)
    panel = measured(cells)
    assert panel.extra["units"][0, 0] == 24
    assert not panel.notes["activation-series.caveat-wide"][0, 0]
    wide = measured(cells, within="all")
    assert wide.extra["units"][0, 0] == 59
    assert wide.notes["activation-series.caveat-wide"][0, 0]
    alone = dataclasses.replace(cells, states=("48",) * 10 + ("06",) * 50)
    assert measured(alone).extra["units"][0, 0] == 59
    assert reason(measured(alone, within="state"), 0, 0) == "activation-series.few-comparisons"


def test_a_planted_change_is_found_and_only_there():
    def mean(place: str, month: str, group: str, offence: str) -> float:
        hit = place == "local:000" and month >= "2009-01" and group == "hispanic" and offence in CHOSEN
        return plain(place, month, group, offence) * (2.0 if hit else 1.0)

    panel = measured(build(30, {0: "2009-01-01", 1: "2009-01-01"}, mean))
    for kind in ("classes", "series"):
        c = column(panel, kind)
        assert panel.p_greater[0, c] <= (1 / 70 if kind == "classes" else 1 / 28)
        assert panel.low[0, c] < 2 < panel.high[0, c]
        assert panel.p_greater[1, c] > 0.05


def test_a_shock_that_moves_every_class_is_no_change():
    """All arrests of the group triple, serious ones too: the classes see nothing."""

    def mean(place: str, month: str, group: str, offence: str) -> float:
        hit = place == "local:000" and month >= "2009-01" and group == "hispanic"
        return plain(place, month, group, offence) * (3.0 if hit else 1.0)

    panel = measured(build(30, {0: "2009-01-01"}, mean))
    for kind in ("classes", "series"):
        assert panel.p_greater[0, column(panel, kind)] > 0.05
        assert panel.estimate[0, column(panel, kind)] == pytest.approx(1.0, abs=0.25)


def test_a_missing_month_is_not_zero():
    """Two months without rows leave the window; with six of 48 missing the place is withheld."""
    cells = build(25, {0: "2009-01-01"})
    month = cells.counts.columns["month"].astype(str)
    here = cells.counts.index == 0

    def without(months: list[str]) -> Cells:
        return dataclasses.replace(cells, counts=cells.counts.take(~(here & np.isin(month, months))))

    c = column(measured(cells), "classes")
    few = measured(without(["2008-03", "2009-05"]))
    assert reason(few, 0, c) == ""
    assert few.extra["months_before"][0, c] == 23
    assert few.extra["months_after"][0, c] == 23
    many = measured(without([f"2008-{m:02d}" for m in range(3, 9)]))
    assert reason(many, 0, c) == "activation-series.gaps"


def test_a_suppressed_month_is_not_zero():
    cells = build(25, {0: "2009-01-01"})
    month = cells.counts.columns["month"].astype(str)
    blind = cells.counts.censored | ((cells.counts.index == 0) & (month >= "2008-06") & (month < "2009-01"))
    panel = measured(dataclasses.replace(cells, counts=dataclasses.replace(cells.counts, censored=blind)))
    assert reason(panel, 0, column(panel, "classes")) == "activation-series.suppressed"
    assert panel.censored is not None
    assert panel.censored[0].all()


def test_a_rare_class_takes_no_part_and_harms_nothing():
    """A class told in half of the months is left out; the others keep all their months."""
    cells = build(25, {0: "2009-01-01"})
    drop = (cells.counts.columns["offence"] == "arson") & (cells.counts.columns["month"].astype(str) < "2009-01")
    panel = measured(dataclasses.replace(cells, counts=cells.counts.take(~drop)))
    c = column(panel, "classes")
    assert panel.extra["units"][0, c] == 7
    assert panel.extra["months_before"][0, c] == 24


def test_an_unstated_kind_is_unverified():
    """A row without a kind counts as an activation, and says that it is not verified."""
    cells = build(25, {0: "2009-01-01", 1: "2009-01-01"})
    kinds = np.array(["", "activated"], dtype=object)
    cells = dataclasses.replace(cells, activations=dataclasses.replace(cells.activations, kind=kinds))
    panel = measured(cells)
    assert panel.notes["activation.caveat-unverified"][:2, column(panel, "classes")].tolist() == [True, False]


def test_several_programmes_and_kinds_each_get_their_contrast():
    cells = build(30, {0: "2009-01-01", 1: "2009-01-01"})
    more = joined(cells.activations, begun({0: "2009-07-01"}, "287-g"), begun({1: "2008-12-01"}, "sc", "signed"))
    cells = dataclasses.replace(cells, activations=more)
    panel = measured(cells, kinds=("activated", "signed"))
    tested = {contrast.key for contrast in panel.contrasts if contrast.tested}
    assert tested == {"arrest/sc/activated/hispanic/classes", "arrest/sc/activated/hispanic/series"}
    described = column(panel, "classes", "287-g/activated")
    assert reason(panel, 0, described) == ""
    assert reason(panel, 1, described) == "activation-series.no-start"
    # The window of the first programme holds the second one's start; that is said.
    assert panel.notes["activation-series.caveat-other-start"][0, column(panel, "classes")]
    other = measured(cells, program="287-g")
    assert other.contrasts[0].key == "arrest/287-g/activated/hispanic/classes"


def test_two_dates_for_the_same_thing_are_both_run():
    cells = build(30, {0: "2009-01-01"})
    twice = joined(cells.activations, begun({0: "2009-04-01"}))
    panel = measured(dataclasses.replace(cells, activations=twice))
    late = column(panel, "classes", "sc/activated/latest")
    assert panel.code[0, late] == 0
    assert not panel.contrasts[late].tested
    assert panel.k[0, late] != panel.k[0, column(panel, "classes")]


def test_controls_are_placebos_one_year_early():
    cells = build(30, {0: "2010-01-01"})
    panel = SIGNAL.controls(cells, ActivationSeriesOptions(), np.random.default_rng(1))
    assert panel is not None
    c = column(panel, "classes", "sc/activated/placebo")
    assert panel.code[0, c] == 0
    assert panel.window is not None
    assert (panel.window[0][0, c], panel.window[1][0, c]) == ("2007-01-01", "2009-12-31")
    short = SIGNAL.controls(build(30, {0: "2009-01-01"}), ActivationSeriesOptions(), np.random.default_rng(1))
    assert short is not None
    assert reason(short, 0, c) == "activation-series.too-short"


def dwindling(place: str, month: str, group: str, offence: str) -> float:
    """The group's discretionary arrests of one place all but end at the start: a count of 1 to 10 stands after it."""
    if place != "local:000" or offence not in CHOSEN:
        return 10.0
    after = month >= "2009-01"
    return (0.05 if after else 1.2) if group == "hispanic" else (1.6 if after else 1.0)


def test_small_counts_are_hidden_unless_published():
    cells = build(30, {0: "2009-01-01", 1: "2009-01-01"}, dwindling, seed=4)
    panel = measured(cells)
    assert panel.hidden is not None
    for kind in ("classes", "series"):
        c = column(panel, kind)
        assert panel.code[0, c] == 0
        assert 0 < panel.k[0, c] < 11
        assert panel.hidden[:2, c].tolist() == [True, False]
    public = measured(dataclasses.replace(cells, published=(True,) * 30))
    assert public.hidden is not None
    assert not public.hidden.any()


@pytest.mark.parametrize(("day", "hides"), [("2009-04-01", True), ("2009-01-10", False)])
def test_a_start_months_apart_hides_what_could_be_worked_out(day: str, hides: bool):
    """Windows of two starts differ: 97 and 104 arrests before leave 7, which may not be printable; 97 of 97 leave 0."""

    def mean(place: str, month: str, group: str, offence: str) -> float:
        return 1.2 if offence in CHOSEN else 6.0

    cells = build(30, {0: "2009-01-01"}, mean, seed=5)
    panel = measured(dataclasses.replace(cells, activations=joined(cells.activations, begun({0: day}))))
    one, two = column(panel, "classes"), column(panel, "classes", "sc/activated/latest")
    before = panel.n - panel.k
    assert (before[0, one], before[0, two]) == ((97, 104) if hides else (97, 97))
    assert panel.hidden is not None
    assert panel.hidden[0, [one, two]].tolist() == [False, hides]


def test_too_few_events_withhold_the_series():
    cells = build(30, {0: "2009-01-01"}, lambda place, *_: 0.1 if place == "local:000" else 5.0, seed=4)
    panel = measured(cells)
    assert reason(panel, 0, column(panel, "series")) == "activation-series.few-events"


def test_unrecorded_groups_bound_the_estimate():
    """One traffic arrest a month is of unrecorded group; the bounds are those of the sums, by hand."""
    cells = build(30, {0: "2009-01-01"})
    month = [f"{text}" for text in MONTHS]
    extra = table(
        [
            {"place": "local:000", "event": "arrest", "group": "unknown", "offence": "traffic", "month": text, "n": 1}
            for text in month
        ],
        cells.ids,
        KEYS,
    )
    days = np.array([f"{text}-01" for text in month], dtype="datetime64[D]")
    merged = dataclasses.replace(
        cells.counts,
        index=np.concatenate([cells.counts.index, extra.index]),
        columns={key: np.concatenate([cells.counts.columns[key], extra.columns[key]]) for key in KEYS},
        n=np.concatenate([cells.counts.n, extra.n]),
        censored=np.concatenate([cells.counts.censored, extra.censored]),
        complete=np.concatenate([cells.counts.complete, extra.complete]),
        moe=None,
        first=np.concatenate([cells.counts.first, days]),  # type: ignore[list-item]
        last=np.concatenate([cells.counts.last, (days.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1]),  # type: ignore[list-item]
    )
    plain_panel, panel = measured(cells), measured(dataclasses.replace(cells, counts=merged))
    c = column(panel, "classes")
    np.testing.assert_allclose(panel.estimate[0, c], plain_panel.estimate[0, c])
    low, high = panel.ranges["missing-group"]
    after, before = panel.k[0, c], panel.n[0, c] - panel.k[0, c]
    rows = cells.counts.take(cells.counts.index == 0).where(group="white", offence=CHOSEN)
    late = rows.columns["month"] >= "2009-01"
    w0, w1 = rows.n[~late].sum(), rows.n[late].sum()
    # 24 unrecorded before, 24 after; half an event stands on every count, as in the estimate.
    most = (1 + 24 / (after + 0.5)) * (1 + 24 / (w0 + 0.5))
    least = 1 / ((1 + 24 / (before + 0.5)) * (1 + 24 / (w1 + 0.5)))
    assert high[0, c] / panel.estimate[0, c] == pytest.approx(most)
    assert low[0, c] / panel.estimate[0, c] == pytest.approx(least)
    assert np.isnan(low[1, c])
    assert panel.missing["group"][0, c] == pytest.approx(48 / (48 + panel_total(cells)))


def panel_total(cells: Cells) -> float:
    return float(cells.counts.n[cells.counts.index == 0].sum())


def start_of(day: str) -> Start:
    return Start("sc", "activated", "", np.array([day], dtype="datetime64[D]"), np.array([True]))


def month(text: str) -> int:
    return int(month_number(np.array([text], dtype="datetime64[M]"))[0])


@pytest.mark.parametrize(
    ("day", "anticipation", "expected"),
    [
        # Positions from January 2007: January 2009 is 24. A start on the first day leaves no month out.
        ("2009-01-01", 0, (0, 24, 24, 47)),
        # A start within January leaves January out; only one whole year follows.
        ("2009-01-20", 0, (0, 24, 25, 36)),
        # Three months of anticipation end the months before in October 2008: one whole year is too few.
        ("2009-01-01", 3, (-1, -1, -1, -1)),
        ("2009-06-16", 3, (2, 26, 30, 41)),
        ("2010-06-16", 0, (-1, -1, -1, -1)),
    ],
)
def test_windows_are_whole_years(day: str, anticipation: int, expected: tuple[int, ...]):
    spans = (np.array([0]), np.array([47]))
    found = windows(start_of(day), month("2007-01"), spans, anticipation, (24, 12), (60, 36))
    assert (found.first[0], found.start[0], found.after[0], found.last[0]) == expected


def test_a_place_without_a_start_is_withheld(panel: Panel):
    assert reason(panel, 3, column(panel, "classes")) == "activation-series.no-start"


def test_no_starts_at_all():
    panel = measured(build(3, {}))
    assert {reason(panel, j, 0) for j in range(3)} == {"activation-series.no-start"}


def test_records_that_begin_within_a_month_lose_that_month():
    cells = build(25, {0: "2009-02-01"})
    assert cells.counts.first is not None
    first = cells.counts.first.copy()
    first[(cells.counts.index == 0) & (first == np.datetime64("2007-01-01"))] += 14
    panel = measured(dataclasses.replace(cells, counts=dataclasses.replace(cells.counts, first=first)))
    whole, part = measured(cells), panel
    c = column(panel, "classes")
    # 25 months before with January 2007, 24 without: the window of whole years is the same and holds no January 2007.
    assert whole.k[0, c] == part.k[0, c]
    early = build(25, {0: "2009-01-01"})
    cut = dataclasses.replace(early, counts=dataclasses.replace(early.counts, first=first))
    assert reason(measured(cut), 0, c) == "activation-series.too-short"


def test_what_it_lacks():
    def held(**changes: object) -> Inventory:
        base = {
            "events": frozenset({"arrest"}),
            "groups": frozenset({"hispanic", "white"}),
            "universes": frozenset[str](),
            "levels": frozenset[str](),
            "offences": frozenset[str](),
            "events_with_group": frozenset({"arrest"}),
            "events_with_level": frozenset[str](),
            "places": 3,
            "months": 60,
        }
        return Inventory(**(base | changes))  # type: ignore[arg-type]

    options = ActivationSeriesOptions()
    assert SIGNAL.lacks(held(), options) is None
    for changes, wanted in (
        ({"focal_groups": ()}, "no-focal"),
        ({"events_with_group": frozenset({"match"})}, "no-group"),
        ({"months": 30}, "too-short"),
    ):
        lack = SIGNAL.lacks(held(**changes), options)
        assert lack is not None
        assert lack.reason == f"activation-series.{wanted}"


def test_the_tested_programme_is_the_one_that_most_places_have():
    cells = build(4, {0: "2009-01-01"}, offences=("",), months=MONTHS[:1])
    more = joined(cells.activations, begun({1: "2009-01-01", 2: "2009-01-01"}, "zz"))
    found = starts(dataclasses.replace(cells, activations=more), "", ("activated",))
    assert [start.program for start in found] == ["zz", "sc"]
