"""Search thresholds: what enters the model, when nothing can be said, what is never printed, and what comes out.

Most tests put posteriors in place of the sampler's: what they are is tested with the sampler.
"""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.outcome.search_threshold import SIGNAL, ThresholdOptions
from auditor.signals.signal import Design, Panel
from auditor.signals.thresholds import fits
from auditor.signals.thresholds.counts import count_stops, labels_of
from auditor.stats.fit import NotConverged
from auditor.stats.threshold.fit import ThresholdFit

KEYS = ("event", "group", "group_source")
PLACES = ("A", "B", "C", "D", "E", "F")


def cells(*rows, places=PLACES, focal=("hispanic",), states=None, **more) -> Cells:
    """Rows of (place, group, agency, searched, contraband, n[, weekend]); -1 is missing."""
    texts = {"event": ["stop"] * len(rows), "group_source": ["recorded"] * len(rows)}
    texts |= {"group": [row[1] for row in rows], "agency": [row[2] for row in rows]}
    columns = {name: np.array(values, dtype=object) for name, values in texts.items()}
    columns |= {"searched": np.array([row[3] for row in rows]), "contraband": np.array([row[4] for row in rows])}
    columns["weekend"] = np.array([row[6] if len(row) > 6 else 0 for row in rows])
    columns["cold_half"] = np.full(len(rows), -1)
    index = np.array([places.index(row[0]) for row in rows], dtype=np.int64)
    nobody = ("",) * len(places)
    return Cells(
        places, places, states or nobody, nobody, table([], places, KEYS), table([], places, ("universe", "group")), (),
        table([], (), (*KEYS, "start", "end")), focal, "white",
        rows=RowTable(index, columns, np.array([float(row[5]) for row in rows])), **more,
    )  # fmt: skip


def stopped(place, group, stops=3000, searches=100, hits=30, agency="Police"):
    """Files write "no contraband" where nobody was searched: those are no misses."""
    return (
        (place, group, agency, 1, 1, hits), (place, group, agency, 1, 0, searches - hits),
        (place, group, agency, 0, 0, stops - searches),
    )  # fmt: skip


def both(place, **counts):
    return (*stopped(place, "hispanic", **counts), *stopped(place, "white", **counts))


def everywhere(*but, **counts):
    return tuple(row for place in PLACES if place not in but for row in both(place, **counts))


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, ThresholdOptions(**options), np.random.default_rng(1))


def reason(panel: Panel, j: int = 0, c: int = 0) -> str:
    return panel.lacks[int(panel.code[j, c]) - 1].reason.rpartition(".")[2]


class Sampler:
    """Stands for the sampler: remembers what it was asked, and answers with thresholds of its own."""

    def __init__(self, thresholds=(0.1, 0.2), moved=(0.0, 0.0, 0.0), failing=()):
        self.asked, self.thresholds, self.moved, self.failing = [], np.array(thresholds), moved, failing

    def __call__(self, counts, factors, seed, *, reference, level, part, effort):
        self.asked.append(SimpleNamespace(counts=counts, factors=factors, seed=seed, reference=reference, part=part))
        return [self.fit(counts, i, reference, part) for i in range(len(factors))]

    def fit(self, counts, i, reference, part):
        if i in self.failing:
            return NotConverged("no")
        groups = np.resize(self.thresholds, counts.groups)
        groups[0] += self.moved[i]
        at = np.tile(groups, (part.max() + 1, 1))

        def around(mean, by=0.02):
            return SimpleNamespace(mean=mean, low=mean - by * (1 + i), high=mean + by * (1 + i), below=mean * 0 + 0.9)

        return ThresholdFit(
            around(at), around(at - at[:, [reference]]), around(np.log(at[:, [reference]] / at)), None, None,
            SimpleNamespace(hit_outside=0.04, hit_error=0.03),
            SimpleNamespace(worst_rhat=1.001 + i / 1000, fewest_effective=900.0 - i), reference, 0.95,
        )  # fmt: skip


@pytest.fixture
def sampler(monkeypatch):
    def install(*args, **kwargs):
        made = Sampler(*args, **kwargs)
        monkeypatch.setattr(fits, "fit_scaled", made)
        return made

    return install


def test_counts_leave_out_what_is_not_recorded():
    found = cells(
        *stopped("A", "hispanic", 3000, 100, 30), ("A", "hispanic", "Police", 1, -1, 7),
        ("A", "hispanic", "Police", -1, 1, 5), ("A", "hispanic", "Police", 0, 1, 4), ("A", "asian", "Police", 1, 1, 9),
    )  # fmt: skip
    counted = count_stops(found.rows, labels_of(found.rows, "group", ("hispanic", "white")), 2, agencies=False)
    parts = (counted.hits, counted.misses, counted.passes, counted.silent, counted.unasked)
    # Found without a search (4) is no hit.
    assert [part[0, 0] for part in parts] == [30, 70, 2904, 7, 5]
    assert [part[0, 1] for part in parts] == [0] * 5


def test_each_group_has_its_threshold_and_the_limits_are_the_widest(sampler):
    """Thresholds .1 and .2: ratio 2; limits .06 wide under the last scaling."""
    made = sampler()
    panel = measure(cells(*everywhere()))
    assert [c.key for c in panel.contrasts] == ["hispanic/threshold", "white/threshold", "hispanic/white/thresholds"]
    assert [c.scale for c in panel.contrasts] == ["share", "share", "ratio"]
    assert made.asked[0].factors == (1.0, 0.5, 1.5)
    assert panel.estimate[0] == pytest.approx([0.1, 0.2, 2.0])
    assert panel.low[0] == pytest.approx([0.04, 0.14, np.exp(np.log(2) - 0.06)])
    assert panel.high[0] == pytest.approx([0.16, 0.26, np.exp(np.log(2) + 0.06)])
    assert panel.k[0].tolist() == [30, 30, 30]
    assert panel.n[0].tolist() == [100, 100, 100]
    assert panel.extra["points"][0, 2] == pytest.approx(-0.1)
    assert panel.extra["search_rate"][0, 0] == 0.0333
    assert (panel.extra["rhat"][0, 0], panel.extra["effective"][0, 0]) == (1.0, 898.0)
    assert not any(contrast.tested for contrast in panel.contrasts)


def test_a_prior_that_turns_the_comparison_withholds_it_alone(sampler):
    sampler((0.19, 0.2), (0.0, 0.02, 0.0))
    panel = measure(cells(*everywhere()))
    assert reason(panel, 0, 2) == "prior"
    assert panel.measured[:, :2].all()
    assert panel.notes["search-threshold.caveat-turned"][0].tolist() == [True, True, False]
    assert panel.contrasts[2].own_reason
    assert (panel.extra["least"][0, 0], panel.extra["most"][0, 0]) == (0.19, 0.21)
    assert panel.notes["search-threshold.caveat-scaled"][0].tolist() == [True, True, False]


@pytest.mark.parametrize("failing", [(0,), (2,)])
def test_what_did_not_converge_under_any_prior_is_withheld(sampler, failing):
    sampler(failing=failing)
    panel = measure(cells(*everywhere()))
    assert {reason(panel, j, c) for j in range(6) for c in range(3)} == {"unconverged"}


def test_contraband_without_a_search_is_no_miss(sampler):
    """Every row says "no contraband", nobody was searched."""
    made = sampler()
    rows = (("A", "hispanic", "", 0, 0, 500), ("A", "white", "", 0, 0, 500))
    panel = measure(cells(*everywhere("A"), *rows))
    assert reason(panel) == "no-searches"
    assert made.asked[0].counts.places == 5


def test_one_group_is_no_comparison(sampler):
    sampler()
    panel = measure(cells(*everywhere("A"), *stopped("A", "white")))
    assert reason(panel) == "one-group"
    unsearched = (("A", "hispanic", "Police", 0, 0, 800),)
    assert reason(measure(cells(*everywhere("A"), *stopped("A", "white"), *unsearched))) == "one-group"


def test_a_file_of_searches_only_tells_no_threshold(sampler):
    sampler()
    assert reason(measure(cells(*everywhere("A"), *both("A", stops=100)))) == "only-searched"


def test_few_searches_help_the_model_and_are_not_shown(sampler):
    made = sampler()
    panel = measure(cells(*everywhere("A"), *both("A", searches=19, hits=8)))
    assert reason(panel) == "few"
    assert made.asked[0].counts.places == 6
    assert measure(cells(*everywhere("A"), *both("A", searches=20, hits=8))).measured[0].all()


def test_outcomes_that_are_not_recorded(sampler):
    sampler()
    for row in (("A", "white", "Police", 1, -1, 12), ("A", "white", "Police", -1, -1, 400)):
        assert reason(measure(cells(*everywhere(), row))) == "unrecorded"
    panel = measure(cells(*everywhere(), ("A", "white", "Police", 1, -1, 11)))
    assert panel.measured[0].all()
    assert panel.missing["contraband"][0].tolist() == pytest.approx([0, 11 / 111, 0])


def test_searches_that_never_find_anything(sampler):
    sampler()
    assert reason(measure(cells(*everywhere("A"), *both("A", hits=0)))) == "no-finds"


def test_suppressed_and_absent_places(sampler):
    made = sampler()
    found = cells(*everywhere("B"))
    rows = dataclasses.replace(found.rows, censored=found.rows.index == 0)
    panel = measure(dataclasses.replace(found, rows=rows), units=5)
    assert (reason(panel, 0), reason(panel, 1), reason(panel, 2)) == ("suppressed", "absent", "few-places")
    assert not made.asked


def test_four_places_are_too_few_and_five_agencies_are_not(sampler):
    made = sampler()
    few = cells(*(row for place in "ABCD" for row in both(place)))
    assert reason(measure(few)) == "few-places"
    rows = [row for agency in "vwxyz" for row in both("A", stops=600, searches=20, hits=6, agency=agency)]
    panel = measure(cells(*rows, *both("B")))
    assert panel.measured[:2].all()
    assert made.asked[-1].counts.places == 6
    assert sorted(made.asked[-1].part.tolist()) == [0] * 5 + [1]
    assert panel.n[0, 0] == 100


def test_states_are_modelled_apart(sampler):
    made = sampler()
    places = tuple(f"{state}{n}" for state in ("08", "09") for n in range(5))
    rows = [row for place in places for row in both(place)]
    measure(cells(*rows, places=places, states=tuple(place[:2] for place in places)))
    assert [len(asked.part) for asked in made.asked] == [5, 5]
    assert made.asked[0].seed != made.asked[1].seed


def test_further_groups_help_when_they_are_searched_enough(sampler):
    made = sampler()
    asian = [row for place in PLACES for row in stopped(place, "asian", searches=18, hits=6)]
    black = [row for place in PLACES for row in stopped(place, "black", searches=15, hits=5)]
    unknown = stopped("A", "unknown", searches=500)
    panel = measure(cells(*everywhere(), *asian, *black, *unknown))
    assert made.asked[0].counts.groups == 3
    assert made.asked[0].reference == 1
    assert len(panel.contrasts) == 3


def test_small_counts_hide_the_threshold_and_the_comparison(sampler):
    """The White finds, taken from everybody's, would leave the 10 Hispanic ones; with others they leave 110."""
    sampler()
    found = cells(*everywhere("A"), *stopped("A", "hispanic", hits=10), *stopped("A", "white"))
    assert measure(found).hidden[0].all()
    others = stopped("A", "black", searches=500, hits=100)
    beside = cells(*everywhere("A"), *stopped("A", "hispanic", hits=10), *stopped("A", "white"), *others)
    assert measure(beside).hidden[0].tolist() == [True, False, True]
    assert not measure(dataclasses.replace(found, published=(True,) * 6)).hidden.any()
    unread = cells(*everywhere(), ("A", "white", "Police", -1, 0, 3))
    assert measure(unread).hidden[0].tolist() == [False, True, True]


def test_an_agency_of_few_searches_is_not_given_away_by_the_hit_rates(sampler):
    """Hit rates within agencies leave out agency "small", which searched 4 White people and no Hispanic ones."""
    sampler()
    small = (("A", "white", "small", 1, 1, 4), ("A", "white", "small", 0, 0, 50))
    assert measure(cells(*everywhere(), *small)).hidden[0].all()
    large = (("A", "white", "large", 1, 1, 40), ("A", "white", "large", 1, 0, 60), ("A", "white", "large", 0, 0, 500))
    assert not measure(cells(*everywhere(), *large)).hidden[0].any()


def test_weekends_and_seasons_are_controls(sampler):
    made = sampler()
    rows = [(*row, weekend) for row in everywhere() for weekend in (0, 1)]
    control = SIGNAL.controls(cells(*rows), ThresholdOptions(), np.random.default_rng(1))
    assert [contrast.key for contrast in control.contrasts] == [
        "weekend/weekday/thresholds",
        "cold-half/warm-half/thresholds",
    ]
    assert control.measured[:, 0].all()
    assert not control.measured[:, 1].any()
    assert made.asked[0].factors == (1.0,)
    assert control.estimate[0, 0] == pytest.approx(2.0)
    assert SIGNAL.controls(cells(*rows), ThresholdOptions(placebos=False), np.random.default_rng(1)) is None


def test_it_names_the_columns_to_ask_for():
    held = {"stop": frozenset({"group", "searched"}), "arrest": frozenset({"group", "searched", "contraband"})}
    inventory = Inventory(*(frozenset(),) * 7, places=1, months=1, row_columns=held)
    assert SIGNAL.lacks(inventory, ThresholdOptions()).values == {"columns": "contraband"}


def test_it_reads_nothing_personal():
    spec = SIGNAL.view(ThresholdOptions()).rows
    assert spec.personal == ()
    assert not spec.columns & {"officer", "person", "surname", "latitude", "longitude", "minute"}


def test_planted_thresholds_are_recovered():
    """8 places, the first four with log odds of the focal threshold 1 lower: .2 becomes .084."""
    drawn = SIGNAL.simulate(np.random.default_rng(4), 1.0, Design(places=8, planted=0.5))
    panel = SIGNAL.measure(drawn, ThresholdOptions(chains=2, draws=400), np.random.default_rng(1))
    assert panel.measured[:4].all()
    assert (panel.low[:, 1] < 0.2).sum() >= 7
    assert (panel.high[:, 1] > 0.2).sum() >= 7
    assert panel.estimate[:4, 0].mean() == pytest.approx(0.084, abs=0.03)
    assert (panel.estimate[:4, 2] > 1.5).all()
    assert panel.extra["rhat"].max() <= 1.01
    assert panel.extra["effective"].min() >= 400
