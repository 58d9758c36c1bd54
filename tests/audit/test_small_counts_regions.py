"""A hidden count is in no number of a region: brute force over every candidate, and worlds that must look alike."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from auditor.audit.config import load_config
from auditor.audit.run import audit
from auditor.audit.written import number, pooled
from auditor.findings.finding import Finding
from auditor.findings.review import Review
from auditor.stats.fit import NotConverged
from auditor.stats.ratios.stratified import poisson_stratified

PEOPLE = {"48001": (1000, 4000), "48003": (5000, 15000), "48005": (4000, 12000)}
HEAD = """[audit]
title = "Regions"
as_of = 2012-06-30
focal_groups = {focal}
reference_group = "white"

[[sources]]
format = "counts"
path = "counts.csv"
{more}
[[sources]]
format = "population"
path = "people.csv"
"""
GROUPS = ("hispanic", "white", "black")


def run(folder: Path, counts: dict[str, tuple[int, ...]], focal: str = '["hispanic"]', more: str = "") -> Review:
    """Audit counts of Hispanic, White (and Black) arrests by county against residents."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{place},2008/2011,arrest,{group},{n}"
        for place, values in counts.items()
        for group, n in zip(GROUPS, values, strict=False)
    ]
    (folder / "counts.csv").write_text("\n".join(["place,period,event,group,n", *lines, ""]), encoding="utf-8")
    people = [
        f"{place},{group},{n},residents"
        for place, (h, w) in PEOPLE.items()
        for group, n in zip(GROUPS, (h, w, h // 2), strict=True)
    ]
    (folder / "people.csv").write_text("\n".join(["place,group,n,universe", *people, ""]), encoding="utf-8")
    (folder / "audit.toml").write_text(HEAD.format(focal=focal, more=more), encoding="utf-8")
    return audit(load_config(folder / "audit.toml"))


def printed(finding: Finding) -> tuple[float | None, ...]:
    assert finding.estimate is not None
    assert finding.comparator is not None
    return (
        finding.estimate.value,
        finding.estimate.low,
        finding.estimate.high,
        finding.comparator.value,
        finding.p_value,
    )


def fitted(counts: np.ndarray, people: np.ndarray) -> tuple[float, ...] | None:
    """Refit the region as a reader can who knows the method: columns White, Hispanic."""
    try:
        model = poisson_stratified(counts, people).places_and_groups
    except NotConverged:
        return None
    value = model.coefficients[1]
    error = np.fmax(model.se[1], model.se_scaled[1])
    rates = counts.sum(axis=0) / people.sum(axis=0)
    z = float(ndtri(0.975))
    limits = np.exp([value, value - z * error, value + z * error])
    return (*limits.tolist(), float(rates[1] / rates[0]), float(ndtr(-value / error)))


def fitting(finding: Finding, others: dict[str, tuple[int, ...]]) -> list[tuple[int, int]]:
    """Every count of the hidden county under which the printed numbers come out, whether it takes part or not."""
    known = np.array([[w, h] for h, w, *_ in others.values()], dtype=float)
    people = np.array([PEOPLE[place][::-1] for place in others], dtype=float)
    own = np.array([PEOPLE["48001"][::-1]], dtype=float)
    target = printed(finding)
    without = fitted(known, people)

    def agrees(values: tuple[float, ...] | None) -> bool:
        return values is not None and any(
            all(write(a) == b for a, b in zip(values, target, strict=True)) for write in (number, pooled)
        )

    alone = agrees(without)
    found = []
    for h, w in itertools.product(range(20), range(60)):
        if alone or agrees(fitted(np.vstack([[[w, h]], known]), np.vstack([own, people]))):
            found.append((h, w))
    return found


OTHERS = {"48003": (30, 80), "48005": (25, 70)}


def test_no_brute_force_over_the_region_finds_a_hidden_count(tmp_path: Path) -> None:
    """Before, the ratio, its interval and p to three digits left one candidate in 1,200: the true one."""
    review = run(tmp_path, {"48001": (7, 23), **OTHERS})
    assert review.place("48001").findings[0].suppressed
    (region,) = review.regions
    assert len(fitting(region.findings[0], OTHERS)) == 1200
    assert "Left out: 1 of its places" in " ".join(caveat.text["en"] for caveat in region.findings[0].caveats)


def text_of(review: Review) -> str:
    return json.dumps([dataclasses.asdict(region) for region in review.regions])


@pytest.mark.parametrize("focal", ['["hispanic"]', '["hispanic", "black"]'])
def test_nothing_that_is_printed_of_a_region_moves_with_a_hidden_count(tmp_path: Path, focal: str) -> None:
    """Ratios, intervals, p, sums, coefficients, dispersion: worlds apart in hidden counts look the same.

    One county hides a Hispanic count, another a Black one: each takes no part where that group is compared, and Black
    arrests do not enter the comparison of the other two groups.
    """
    looks = set()
    for h, b in ((3, 5), (7, 9), (10, 10)):
        counts = {"48001": (h, 23, 40), "48003": (30, 80, 20), "48005": (25, 70, b)}
        looks.add(text_of(run(tmp_path / f"{h}-{b}", counts, focal)))
    assert len(looks) == 1
    region = json.loads(looks.pop())
    assert len(region) == 1


def test_a_region_of_one_printable_place_is_no_region(tmp_path: Path) -> None:
    assert run(tmp_path, {"48001": (7, 23), "48003": (30, 80), "48005": (3, 70)}).regions == ()


def test_counts_that_are_public_already_take_part(tmp_path: Path) -> None:
    """R 4.2: y <- c(7,23,30,80,25,70); p <- c(1000,4000,5000,15000,4000,12000)

    exp(coef(glm(y ~ 0 + gl(3,2) + rep(c(1,0),3), poisson, offset = log(p)))[4])
    """
    review = run(tmp_path, {"48001": (7, 23), **OTHERS}, more="published = true\n")
    finding = review.regions[0].findings[0]
    assert (finding.k, finding.n) == (62, 235)
    assert finding.estimate is not None
    assert finding.estimate.value == pytest.approx(1.11288963032387, rel=1e-9)
    assert not any("Left out" in caveat.text["en"] for caveat in finding.caveats)
