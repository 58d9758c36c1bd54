"""Misuse in both directions: nothing lifts a cap, buys a flag, clears an agency or gives a small count away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from auditor.audit.config import load_config
from auditor.audit.run import audit
from auditor.domain.vocabulary import DISCRETIONARY, SERIOUS
from auditor.findings.review import Review

CLASSES = (*SERIOUS, *DISCRETIONARY)
HEAD = """[audit]
title = "Misuse"
as_of = 2012-06-30
focal_groups = ["hispanic"]
reference_group = "white"
"""


def rows(rng: np.random.Generator, places: int, prefix: str, effect: float = 0.0) -> list[str]:
    """Arrests of three groups by class: 150 to 300 of each class for the reference group, natural SD 0.15."""
    lines = []
    for j in range(places):
        for group, share in (("hispanic", 0.3), ("white", 1.0), ("black", 0.4)):
            for offence in CLASSES:
                lift = effect if group == "hispanic" and offence in DISCRETIONARY else 0.0
                mean = rng.uniform(150, 300) * share * np.exp(rng.normal(0, 0.15) + lift)
                lines.append(f"local:{prefix}{j:02d},2008/2011,arrest,{group},{offence},{rng.poisson(mean) + 11}")
    return lines


def place_table(*names: str) -> str:
    return "place,name,kind\n" + "".join(f"local:{name},{name},city\n" for name in names)


def run(folder: Path, sources: dict[str, tuple[str, str]], extra: str = "") -> Review:
    """Write files and a configuration, and audit them; a source is its text and further lines of its table."""
    folder.mkdir(parents=True, exist_ok=True)
    toml = HEAD
    for name, (text, more) in sources.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        kind = "places" if name.startswith("places") else "counts"
        toml += f'\n[[sources]]\nformat = "{kind}"\npath = "{name}.csv"\n{more}'
    (folder / "audit.toml").write_text(toml + extra, encoding="utf-8")
    return audit(load_config(folder / "audit.toml"))


def counts(lines: list[str]) -> str:
    return "\n".join(["place,period,event,group,offence,n", *lines, ""])


@pytest.fixture(scope="module")
def real() -> tuple[str, str]:
    lines = rows(np.random.default_rng(1), 12, "p", 0.25)
    return counts(lines), place_table(*(f"p{j:02d}" for j in range(12)))


def test_simulated_places_move_nothing_of_real_ones(tmp_path: Path, real: tuple[str, str]) -> None:
    """Nineteen simulated places with a large effect lower no q-value of a place that exists."""
    text, places = real
    alone = run(tmp_path / "a", {"arrests": (text, ""), "places": (places, "")})
    drawn = rows(np.random.default_rng(2), 19, "s", 1.5)
    more = {
        "drawn": (counts(drawn), "simulated = true\n"),
        "places2": (place_table(*(f"s{j:02d}" for j in range(19))), "simulated = true\n"),
    }
    both = run(tmp_path / "b", {"arrests": (text, ""), "places": (places, "")} | more)
    for place in alone.places:
        other = both.place(place.place)
        assert other.verdict == place.verdict
        assert [f.q_value for f in other.findings] == [f.q_value for f in place.findings]
        assert [f.tests_in_family for f in other.findings] == [f.tests_in_family for f in place.findings]


def test_a_changed_option_is_an_exploratory_audit(tmp_path: Path, real: tuple[str, str]) -> None:
    text, places = real
    sources = {"arrests": (text, ""), "places": (places, "")}
    assert run(tmp_path / "a", sources).audit["protocol"]["exploratory"] is False
    other = run(tmp_path / "b", sources, '\n[signals.discretion-contrast]\nlicence = "within"\n')
    assert other.audit["protocol"]["exploratory"] is True
    assert all("cap.exploratory" in {cap.id for cap in place.caps} for place in other.places)


def test_two_groups_are_never_cleared(tmp_path: Path) -> None:
    """Nothing bounds how many of one group are recorded as the other, so equal numbers are no clearance."""
    lines = rows(np.random.default_rng(3), 40, "q")
    review = run(tmp_path, {"a": (counts(lines), ""), "places": (place_table(*(f"q{j:02d}" for j in range(40))), "")})
    assert "no-disparity-detected" not in {place.verdict for place in review.places}


def test_a_small_unpublished_part_of_a_public_sum_hides_the_sum(tmp_path: Path) -> None:
    """Public counts of all classes but one, and five unpublished arrests of that one: no sum may be printed."""
    lines = rows(np.random.default_rng(4), 1, "r")
    public = [line for line in lines if ",trespass," not in line]
    own = [line.rsplit(",", 1)[0] + ",5" for line in lines if ",trespass," in line]
    review = run(
        tmp_path,
        {
            "public": (counts(public), 'published = true\ncitation = "a report"\n'),
            "own": (counts(own), ""),
            "places": (place_table("r00"), ""),
        },
    )
    assert all(finding.k is None for finding in review.places[0].findings)


def test_other_events_lift_no_cap(tmp_path: Path) -> None:
    """One person-event of another kind leaves counts what they are: counts."""
    lines = rows(np.random.default_rng(5), 3, "t")
    (tmp_path / "one.csv").write_text("place,event,date\nlocal:t00,custody,2010-01-05\n", encoding="utf-8")
    record = '\n[[sources]]\nformat = "records"\npath = "one.csv"\n'
    sources = {"a": (counts(lines), ""), "places": (place_table("t00", "t01", "t02"), "")}
    review = run(tmp_path, sources, record)
    assert "cap.aggregate" in {cap.id for cap in review.place("local:t00").caps}
