"""The event study of a region: drawn from the models of the review, with its table; the others are told of."""

from __future__ import annotations

import re
from dataclasses import replace
from math import exp
from typing import Any

import pytest

from auditor.findings.review import Review
from auditor.report.figures.rollout import MOST, region_studies
from auditor.report.render import Renderer
from auditor.report.trace import check_data


def models(group: str = "hispanic", places: int = 32) -> tuple[dict[str, Any], ...]:
    """Rows as the signal writes them: event times, and others that are no step of the contrast."""
    band = f"{group}: contrast: quarters since the start (simultaneous band)"
    terms = {"2 before": -0.05, "1 before": 0.02, "start": 0.25, "1 after": 0.4}
    steps = [
        {"model": band, "term": term, "coefficient": b, "se": 0.1, "low": b - 0.2, "high": b + 0.2, "places": places}
        for term, b in terms.items()
    ]
    others = [
        {"model": f"{group}: contrast", "term": "mean after the start", "coefficient": 0.3, "places": places},
        {"model": f"{group}: contrast: wave (simultaneous band)", "term": "2009-Q1", "coefficient": 0.1, "places": 9},
        {
            "model": band.replace("contrast", "negative control, groups"),
            "term": "start",
            "coefficient": 0.0,
            "places": 9,
        },
    ]
    return tuple({"signal": "activation-rollout", **row} for row in (*others[:1], *steps, *others[1:]))


@pytest.fixture
def rolled(review: Review) -> Review:
    return replace(review, regions=(replace(review.regions[0], models=models()),))


def test_a_figure_and_a_table_of_the_contrasts_steps(rolled: Review) -> None:
    (study,), more = region_studies(rolled)
    assert not more
    assert [str(row["step"]).count("before") for row in study["rows"]] == [1, 1, 0, 0]
    assert len(study["marks"]) == 4
    assert len(study["lines"]) == 2 + 4  # broken at the start; an upright for each step
    page = Renderer(rolled).index()
    assert check_data(page, rolled.to_dict()) == []
    for value in (-0.05, 0.02, 0.25, 0.4):
        assert f">{exp(value):.2f}</data>" in page
    figure = re.search(r'<figure>\s*<div[^>]*aria-label="Event study of a region.*?</figure>', page, re.DOTALL)
    assert figure is not None
    assert 'role="img" aria-labelledby="rollout-1-t rollout-1-d"' in figure[0]
    after = page[figure.end() :]
    assert "Steps of the region" in after[:400]
    assert 'href="tables/regions.csv"' in after[: after.index("</section>")]


def test_an_altered_step_is_told(rolled: Review) -> None:
    page = Renderer(rolled).index()
    changed = page.replace(f">{exp(0.4):.2f}</data>", ">1.94</data>")
    assert changed != page
    assert check_data(changed, rolled.to_dict())


def test_those_of_most_places_are_drawn_and_the_rest_told_of(review: Review) -> None:
    base = review.regions[0]
    regions = tuple(replace(base, name=f"Region {i}", models=models(places=20 + i)) for i in range(MOST + 2))
    many = replace(review, regions=regions)
    drawn, more = region_studies(many)
    assert more
    assert [study["region"] for study in drawn] == [f"Region {i}" for i in range(MOST + 1, 1, -1)]
    page = Renderer(many).index()
    assert "further regions are not drawn" in page
    assert check_data(page, many.to_dict()) == []


def test_a_band_that_is_not_finite_is_left_out(review: Review) -> None:
    rows = tuple(row | {"low": None, "high": None} if row["term"] == "start" else row for row in models())
    changed = replace(review, regions=(replace(review.regions[0], models=rows),))
    (study,), _ = region_studies(changed)
    assert len(study["lines"]) == 2 + 3
    assert check_data(Renderer(changed).index(), changed.to_dict()) == []


@pytest.mark.parametrize(
    "change", [{"coefficient": 900.0}, {"places": None}, {"coefficient": "x"}, {"low": 0, "high": 900}]
)
def test_what_is_no_ratio_is_left_out(review: Review, change: dict[str, Any]) -> None:
    rows = tuple(row | change if row["term"] == "start" else row for row in models())
    changed = replace(review, regions=(replace(review.regions[0], models=rows),))
    (study,), _ = region_studies(changed)
    assert len(study["rows"]) == (4 if "low" in change else 3)
    assert check_data(Renderer(changed).index(), changed.to_dict()) == []


def test_nothing_is_drawn_without_steps(review: Review) -> None:
    assert region_studies(review) == ([], False)
    assert "Event study of a region" not in Renderer(review).index()
