from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace

import pytest

from auditor.findings.finding import Estimate
from auditor.findings.review import Review
from auditor.report import effects
from auditor.report.figures import axis, funnel, interval, mix, paths
from auditor.report.figures.glyphs import mark
from auditor.report.figures.map import verdict_map
from auditor.report.figures.matrix import matrix


def test_axes_map_ends_to_ends_and_clip_beyond() -> None:
    linear = axis.Axis(0.0, 2.0, 10.0, 110.0)
    assert [linear.at(v) for v in (0.0, 1.0, 2.0, 9.0, -1.0)] == [10.0, 60.0, 110.0, 110.0, 10.0]
    log = axis.Axis(0.25, 4.0, 0.0, 100.0, log=True)
    assert [log.at(v) for v in (0.25, 1.0, 4.0, 0.0)] == pytest.approx([0.0, 50.0, 100.0, 0.0])
    for low, high, kind in ((1.0, 1.0, False), (0.0, 1.0, True), (math.nan, 1.0, False)):
        with pytest.raises(ValueError, match="axis"):
            axis.Axis(low, high, 0.0, 1.0, log=kind)


@pytest.mark.parametrize("values", [[1.0], [0.3, 3.24], [1e-9, 1e9], [], [0.98, 1.02]])
def test_ratio_axes_hold_one_and_few_ticks(values: list[float]) -> None:
    made = axis.ratio_axis(values, 0.0, 100.0)
    assert made.holds(1.0)
    assert 1.0 in axis.ratio_ticks(made)
    assert 2 <= len(axis.ratio_ticks(made)) <= 7


@pytest.mark.parametrize("high", [0.004, 0.011, 0.05, 0.0999, 0.3, 0.62, 0.99, 1.0])
def test_share_axes_have_a_handful_of_round_ticks(high: float) -> None:
    made = axis.share_axis([high], 330.0, 20.0)
    ticks = axis.share_ticks(made)
    assert 2 <= len(ticks) <= 7
    assert ticks[0] == 0.0
    assert made.low == 0.0


@pytest.mark.parametrize("values", [[1, 3], [30, 40_000], [5, 1e9], [7]])
def test_count_axes(values: list[float]) -> None:
    made = axis.count_axis(values, 0.0, 100.0)
    assert all(made.holds(value) for value in values)
    assert 1 <= len(axis.count_ticks(made)) <= 10


def test_information_of_a_ratio_is_one_over_its_squared_error(review: Review) -> None:
    """A log interval of +-1.959964 x 0.1 has standard error 0.1, so information 100."""
    finding = review.places[0].findings[6]
    low, high = math.exp(-0.1959964), math.exp(0.1959964)
    exact = replace(finding, estimate=Estimate(1.0, low, high, 0.95, "ratio", "x"))
    assert funnel.information(exact) == pytest.approx(100.0)
    assert funnel.information(replace(exact, estimate=Estimate(1.0, low, None, 0.95, "ratio", "x"))) is None


def test_funnels_draw_every_tested_place_once(review: Review) -> None:
    made = {(f.signal, f.contrast, f.simulated): f for f in funnel.funnels(review)}
    shares = made["level-mix", "removal/low/nation", False]
    assert shares.kind == "share"
    # Travis, two Washingtons, Dona Ana, Los Angeles; Loving is suppressed, Georgia tells
    # "none" only, and two simulated places are too few for a funnel of their own
    assert len(shares.points) == 5
    drawn = funnel.Drawing(shares, 1.0)
    marks = drawn.backdrop["others"].lower().count("m")
    marks += sum(drawn.backdrop[name].count("M") for name in ("higher", "lower"))
    assert marks == len(shares.points)
    assert drawn.at(0) is not None
    assert drawn.at(1) is None


def test_funnel_signals_point_the_way_they_lie(review: Review) -> None:
    yields = next(f for f in funnel.funnels(review) if f.signal == "match-yield")
    drawn = funnel.Drawing(yields, 1.0)
    assert drawn.backdrop["higher"] == ""
    assert drawn.backdrop["lower"].count("M") == 1  # Dona Ana: 610 of 14,800 against 6.3 %


def test_interval_plot_has_a_row_for_each_ratio_and_says_what_is_open(review: Review) -> None:
    place = review.places[8]
    pointed = [(f"/places/8/findings/{j}", f) for j, f in enumerate(place.findings)]
    drawn = interval.interval_plot(pointed)
    assert drawn is not None
    assert drawn["count"] == len(place.findings)
    cedar = [("/x", f) for f in review.places[10].findings]
    opened = interval.interval_plot(cedar)
    assert opened is not None
    assert opened["rows"][0]["open_high"] is True
    hidden = [("/x", f) for f in review.places[5].findings]
    assert interval.interval_plot(hidden) is None


def test_level_bars_fill_their_length(review: Review) -> None:
    pointed = [(f"/places/0/findings/{j}", f) for j, f in enumerate(review.places[0].findings)]
    bars = mix.level_mix(pointed)
    assert len(bars) == 1
    assert sum(float(segment["width"]) for segment in bars[0]["place"]) == pytest.approx(mix.WIDTH, abs=0.3)
    # 43 + 31 + 56 + 594 = 724 in the fixture, so nothing is left over
    assert [segment["name"] for segment in bars[0]["place"]] == ["Level 1", "Level 2", "Level 3", "Non-criminal"]
    assert mix.level_mix(pointed[:2]) == []


def test_every_state_of_the_matrix_has_a_shape_of_its_own() -> None:
    shapes = {state: mark(state, 0, 0)["d"] for state in effects._STRENGTH}
    assert len(set(shapes.values())) == len(shapes)
    drawn = matrix(
        [("A place with a very long name that goes on, TX", "inconclusive", ["higher"])], [("A test", "Match")]
    )
    assert drawn["rows"][0]["name"].endswith("…")
    assert drawn["rows"][0]["cells"][0]["word"] == "higher"


def test_opposite_directions_are_not_called_a_direction() -> None:
    assert effects.strongest(["higher", "lower"]) == "inconclusive"
    assert effects.strongest(["compatible", "higher"]) == "higher"
    assert effects.strongest([]) == "absent"


def test_the_map_frames_one_state_or_the_nation(review: Review) -> None:
    nation = verdict_map(review)
    assert nation is not None
    texas = replace(review, places=tuple(p for p in review.places if p.place.startswith("48")))
    one = verdict_map(texas)
    assert one is not None
    assert one["box"] != nation["box"]
    assert sum(c["d"].count("M") > 0 for c in one["classes"]) == len({p.verdict for p in texas.places})
    local = replace(review, places=tuple(p for p in review.places if p.place.startswith("local:")))
    assert verdict_map(local) is None


def test_figures_are_named_described_and_hold_no_nan(pages: dict[str, str]) -> None:
    for html in pages.values():
        for figure in re.findall(r'<svg class="fig.*?</svg>', html, re.DOTALL):
            assert 'role="img"' in figure
            title = re.search(r'<title id="([^"]+)"[^>]*>[^<]+</title>', figure)
            text = re.search(r'<desc id="([^"]+)"[^>]*>[^<]+</desc>', figure)
            assert title is not None
            assert text is not None
            assert f'aria-labelledby="{title.group(1)} {text.group(1)}"' in figure
            assert not re.search(r'="[^"]*\b(?:nan|inf|None)\b', figure)


def test_a_number_without_a_calibrated_error_rate_is_not_called_unclear(review: Review) -> None:
    finding = replace(review.places[1].findings[0], outcome="inconclusive", tested=True)
    assert effects.cell(finding) == "inconclusive"
    assert effects.cell(replace(finding, calibrated_p=None)) == "uncalibrated"
    assert effects.cell(replace(finding, outcome="insufficient")) == "insufficient"
    assert effects.cell(replace(finding, tested=False)) == "beside"


def test_odds_ratios_are_not_drawn_on_an_axis_of_ratios(review: Review) -> None:
    share = review.places[0].findings[0]
    odds = replace(share, controls={**(share.controls or {}), "scale_of": "odds-ratio"})
    assert effects.peer_scale(odds) == "odds ratio"
    assert effects.calibrated_interval(odds)
    drawn = interval.interval_plot([("/x", odds)])
    assert drawn is not None
    assert drawn["rows"][0]["ranges"] == []
    kept = interval.interval_plot([("/x", share)])
    assert kept is not None
    assert [line["word"] for line in kept["rows"][0]["ranges"]] == ["peers"]


def test_lines_leave_out_only_what_a_straight_line_passes() -> None:
    straight = [(float(x), 2.0 * x) for x in range(50)]
    assert paths.line(straight) == "M0 0l49 98"
    bent = [(0.0, 0.0), (10.0, 0.1), (20.0, 0.0), (30.0, 5.0)]
    assert paths.line(bent) == "M0 0l20 0 10 5"
    assert paths.line([]) == ""
    curve = [(float(x), 100 * math.exp(-x / 80)) for x in range(300)]
    drawn = paths.line(curve)
    at, worst = (0.0, 0.0), 0.0
    numbers = [float(text) for text in re.findall(r"-?[\d.]+", drawn)]
    points = []
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        at = (at[0] + dx, at[1] + dy)
        points.append(at)
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        for x in range(math.ceil(x0), math.floor(x1) + 1):
            worst = max(worst, abs(y0 + (y1 - y0) * (x - x0) / (x1 - x0) - 100 * math.exp(-x / 80)))
    assert points[-1][0] == pytest.approx(299.0)
    assert worst < 0.5
    assert len(drawn) < 200


def test_dots_stand_where_they_were_and_neighbours_share_a_stroke() -> None:
    spots = [(3, 6), (3, 9), (3, 12), (3, 30), (9, 3)]
    assert paths.dots(spots) == "M3 6h0m0 3h0m0 3h0m0 18h0m6-27h0"
    assert paths.dots(spots, 3) == "M3 6v6m0 18h0m6-27h0"
    assert paths.dots([]) == ""
