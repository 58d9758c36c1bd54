"""Reviews made by hand: every number in them is chosen by the test that uses them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from auditor.findings.finding import Comparator, Estimate, Finding
from auditor.findings.review import PlaceReview, Review

PROTOCOL = "a" * 64
FIRST = {"start": "2011-01-01", "end": "2011-12-31"}
SECOND = {"start": "2012-01-01", "end": "2012-12-31"}
BOTH = {"start": "2011-01-01", "end": "2012-12-31"}


def finding(place: str = "48453", *, p: float | None = 0.5, number: int = 1, **changes: Any) -> Finding:
    """Return a tested rate comparison: 200 of 300, ratio 2.0 (1.0 to 4.0)."""
    made = Finding(
        id=f"F-{number:04d}",
        signal="benchmark",
        family="exposure",
        section=10,
        question="?",
        null="none",
        place=place,
        group="hispanic",
        reference="white",
        event="arrest",
        period=FIRST,
        k=200,
        n=300.0,
        comparator=Comparator(1.0, 100.0, "why", "adults, 2010"),
        estimate=Estimate(2.0, 1.0, 4.0, 0.95, "ratio", "exact"),
        outcome="inconclusive",
        contrast="hispanic/adults",
        calibrated_p=p,
        q_value=p,
        tests_in_family=2,
        detectable=1.5,
    )
    return replace(made, **changes)


def hidden(place: str = "48453", **changes: Any) -> Finding:
    """Return a finding whose numbers are suppressed."""
    gone = Estimate(None, None, None, 0.95, "ratio", "exact")
    bare = {"k": None, "n": None, "estimate": gone, "suppressed": True, "detectable": None, "q_value": None}
    return finding(place, p=None, **{**bare, **changes})


def place(
    identifier: str = "48453",
    verdict: str = "inconclusive",
    *findings: Finding,
    name: str = "",
    simulated: bool = False,
) -> PlaceReview:
    """Return a place with findings."""
    return PlaceReview(
        place=identifier,
        name=name or f"County {identifier}",
        state="TX",
        verdict=verdict,
        verdict_reasons=(),
        caps=(),
        ceiling={},
        page="",
        rank=None,
        findings=findings,
        withheld=(),
        sections=(),
        simulated=simulated,
    )


def review(as_of: str, *places: PlaceReview, cutoff: float | None = 0.01, **about: Any) -> Review:
    """Return a review of places; `about` overrides keys of its audit."""
    audit = {
        "title": "Made by hand",
        "as_of": as_of,
        "seed": 1,
        "protocol": {"name": "default", "sha256": PROTOCOL, "exploratory": False},
        "config_sha256": "b" * 64,
        "software": {"name": "auditor", "version": "0.1.0"},
        "focal_groups": ["hispanic"],
        "reference_group": "white",
        "exclude": [],
        "suppress_below": 11,
    }
    return Review(
        audit={**audit, **about},
        sources=(),
        calibration={"q": 0.05, "tests": len(places), "cutoff": cutoff},
        places=places,
    )


def saved(folder: Path, *reviews: Review) -> list[Path]:
    """Write reviews to folders named look-1, look-2 and so on."""
    paths = []
    for t, made in enumerate(reviews):
        path = folder / f"look-{t + 1}"
        path.mkdir(parents=True)
        (path / "review.json").write_text(made.to_json(), encoding="utf-8")
        paths.append(path)
    return paths
