"""Every number in the prose of README and of the pages for readers is one that a table, a run or arithmetic gives.

A number may stand in a page because the page's own files or commands show it (:mod:`tests.docs.test_pages_run` runs
them), or because it is computed here. Years, dates, parts of the review and the like are not looked at.
"""

from __future__ import annotations

import csv
import json
import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import cli
from auditor.app.forms import MOST_FILES
from auditor.audit.calibrate import PLACES
from auditor.audit.calibrating.drawn import EFFECTS, NATURAL, PLANTED
from auditor.audit.evidence import _MOST_SUPPRESSED
from auditor.cli_guard import EXIT_INTERRUPTED, EXIT_TERMINATED
from auditor.errors import EXIT_INPUT
from auditor.records.coded import _IN_MEMORY
from auditor.signals.series.measure import LEAST_AFTER, LEAST_BEFORE
from benchmarks import calibration_table, conformal, peer_null, screen_null
from scripts.evidence import requirements
from tests.docs import facts, measured
from tests.docs.measured_cards import CARDS
from tests.docs.pages import ROOT, blocks, pages
from tests.hostile.test_hostile import SECONDS

WRITTEN: dict[str, Callable[[], str]] = {
    "docs/calibration.md": lambda: calibration_table.page_text(),
    "docs/calibration-conformal.md": lambda: conformal.page(conformal.read()),
    "docs/calibration-peer-null.md": lambda: peer_null.page_text(),
    "docs/calibration-screen.md": lambda: screen_null.page_text(),
}
"""Pages that a script writes from tables of results, and what it writes."""

BY_THEIR_TESTS = {
    "docs/conformance.md": "tests/test_conformance_page.py; written while the tests of every procedure run",
    "docs/evidence.md": "tests/test_evidence_page.py; its remarks are looked at below",
}
"""Pages of other tests."""

HELD = [name for name in pages() if name not in WRITTEN and name not in BY_THEIR_TESTS]
"""All others, also one that is new: each of its numbers is shown, computed, made again, or told with its source."""

_OTHER = (
    r"(?ms)^## References$.*",
    r"(?m)^( *)```[^\n]*\n(?:.*\n)*?\1```$",
    r"`[^`]*`",
    r"\]\([^)]*\)",
    r"(?m)^(#+ )?\d+\. ",
    r"\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December) \d{4}",
    r"\b(19|20)\d\d\b",
    r"287\(g\)",
    r"\b([Pp]arts?|[Ll]a parte) \d+",
    r"Level 1, 2, 3",
    r"\bLevels? \d(?: and \d)?\b",
    r"\b[Ss]cenarios? \d+(?: and \d+)?",
    r"\d+ CFR [\d.]+",
    r"\b95 %",
    r"90 Fed\. Reg\. 57141",
    r"SHA-256",
    r"\bRFC \d+",
    r"\bmode 0600\b",
    r"\bofficer (?:[AB] )?\d\d\b",
    r"\b0\.1\.0\b",
    r"127\.0\.0\.1",
    r"exit(?: code)?(?: is)? \d",
    r"(?m)\| \d+ \|$",
)
"""What is no number of the kind meant: references, code, links, headings, dates, names of laws, parts and officers."""


def _of_shown() -> dict[str, str]:
    """What pages of described signals hold, with nobody treated differently: nothing else that differs, and SD 0.2."""
    alike, natural = (row for row in table("rows_shown") if row["signal"] == "all together")
    return {
        "0.2": natural["sd"],
        "8.2": f"{float(alike['own']):.1f}",
        "35": f"{100 * float(alike['page_own']):.0f}",
        "88": f"{100 * float(alike['page_any']):.0f}",
        "52": f"{100 * float(natural['own_outside']):.0f}",
    }


def prose_numbers(text: str) -> set[str]:
    """Return the numbers in the prose of a page, without thousands separators."""
    for pattern in _OTHER:
        text = re.sub(pattern, " ", text)
    return numbers(text)


def numbers(text: str) -> set[str]:
    """Return the numbers of a text, without thousands separators."""
    return {found.replace(",", "") for found in re.findall(r"\d+(?:,\d{3}(?!\d))*(?:\.\d+)?", text)}


def shown_numbers(text: str) -> set[str]:
    """Return the numbers in the files and printed lines of a page."""
    found: set[str] = set()
    for block in blocks(text):
        whole = "\n".join(block.lines)
        found |= numbers(whole.replace(",", " ") if block.file.endswith(".csv") else whole)
    return found


def z_of(share: float, base: float, n: int) -> str:
    return f"{(share - base) / math.sqrt(base * (1 - base) / n):.1f}"


def protocol(name: str) -> Any:
    """Return a value of the protocol as shipped."""
    return tomllib.loads((ROOT / "configs" / "protocols" / "default.toml").read_text(encoding="utf-8"))[name]


def travis(demonstration: tuple[str, Path]) -> dict[str, Any]:
    """Return the demonstration's finding of Travis County against the nation."""
    review = json.loads((demonstration[1] / "review.json").read_text(encoding="utf-8"))
    (place,) = [entry for entry in review["places"] if entry["place"] == "48453"]
    (finding,) = place["findings"]
    return {**finding, "places_in_all": len(review["places"])}


EVERYWHERE = {"1", "10", "0"}
METHODS = {f"docs/methods/{path.name}": path for path in sorted((ROOT / "docs" / "methods").glob("*.md"))}
"""Small counts are those of 1 to 10; an interval holds 1, or 0."""

COMPUTED: dict[str, Callable[[dict[str, Any]], dict[str, str]]] = {
    "docs/app.md": lambda found: {"200": str(MOST_FILES), "3.11": _python()},
    "docs/calibrate.md": lambda found: {
        "400": str(PLACES), "24": str(LEAST_BEFORE), "12": str(LEAST_AFTER), "36": str(LEAST_BEFORE + LEAST_AFTER),
        "200": str(_default("calibrate", "replicates")), "0.05": str(protocol("q")), "5": f"{100 * PLANTED:.0f}",
        **{str(value): str(value) for value in (*NATURAL, *EFFECTS) if value},
    },
    "docs/errata.md": lambda found: {},
    "docs/interrupted.md": lambda found: {"130": str(EXIT_INTERRUPTED), "143": str(EXIT_TERMINATED)},
    "docs/letters.md": lambda found: {},
    "docs/faq.md": lambda found: {
        "35": f"{_z(found):.0f}",
        "5": f"{100 * protocol('q'):.0f}",
    },
    "docs/glossary.md": lambda found: {"1.25": str(protocol("materiality"))},
    "docs/limits.md": lambda found: {
        # The shares are published (tests/docs/facts.py); the z-scores are arithmetic on them.
        "7.4": z_of(0.93, 0.77, 375),
        "1.9": z_of(0.93, 0.90, 375),
        "3000": str(max(int(row["places"]) for row in table("class_screen"))),
        "7102": str(sum(int(row["table_sets"]) for row in table("suppression") if row["seed"] == "14")),
        "2225": str(sum(int(row["table_sets"]) for row in table("suppression") if row["seed"] == "15")),
        "12": table("suppress_refit")[0]["places"], "30": table("suppress_refit")[1]["places"],
        "60": table("suppress_refit")[2]["places"],
        "16": table("suppress_looks")[1]["recovered"], "919": table("suppress_looks")[1]["small"],
        "13": table("suppress_looks")[1]["places"],
        "20": f"{100 * _suppressed_cap():.0f}",
        **_of_shown(),
    },
    "docs/reading.md": lambda found: _of_reading(found),
    "docs/reading-es.md": lambda found: _of_reading(found),
    "docs/requests.md": lambda found: {"24": str(_months()[0]), "12": str(_months()[1])},
    "docs/tutorial-analyst.md": lambda found: {
        "1644": _arrests("H"), "2680": _arrests("W"), "0.0598": f"{_held('Hispanic'):.4f}",
        "0.000532": f"{_held('White'):.6f}",
    },
    "docs/tutorial-journalist.md": lambda found: {
        # Published figures: shared with the demonstration, whose finding of Travis County is the same.
        "82": f"{100 * found['k'] / found['n']:.0f}",
        "0.8204": f"{found['k'] / found['n']:.4f}",
        "0.2532": f"{found['comparator']['value']:.4f}",
        "35": f"{_z(found):.0f}",
        "39": f"{100 * 243 / 624:.0f}",
        "324": f"{100 * round(found['estimate']['value'], 2):.0f}",
        "224": f"{100 * (round(found['estimate']['value'], 2) - 1):.0f}",
        "251": f"{100 * 2.51:.0f}", "151": f"{100 * (2.51 - 1):.0f}",
        "11": str(protocol("suppress_below")),
    },
    "docs/tutorial-litigator.md": lambda found: {"3": str(EXIT_INPUT)},
    "README.md": lambda found: _of_readme(found),
    "docs/scale.md": lambda found: {"16": str(_IN_MEMORY // 1_000_000)},
}  # fmt: skip
"""For each page its numbers that no command of it shows, and the same as a table, a run or arithmetic gives them."""


def _python() -> str:
    """Return the oldest Python that the package takes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["requires-python"]).removeprefix(">=")


def _of_readme(found: dict[str, Any]) -> dict[str, str]:
    """Return the README's numbers; those of its paragraph on what was measured are held by the tests below, too."""
    rows = table("challenge")
    alone = {row["cell"]: float(row["found_alone"]) for row in table("class_one_place") if float(row["effect"]) == 0}
    nobody = [round(100 * screen(cell, 0.0)["any-0.05"]) for cell in ORDINARY]
    return {
        "3.11": _python(),
        "44": str(found["places_in_all"]),
        "82": f"{100 * found['k'] / found['n']:.0f}",
        "3.2": f"{found['estimate']['value']:.1f}",
        "35": f"{_z(found):.0f}",
        "2": str(min(nobody)),
        "4": str(max(nobody)),
        "1000": f"{screen('normal', 0.0)['runs']:.0f}",
        "3000": str(max(int(row["places"]) for row in table("class_screen"))),
        "2.7": f"{math.exp(1.0):.1f}",
        "4.5": f"{math.exp(1.5):.1f}",
        "05": str(protocol("q")).removeprefix("0."),
        "5": f"{100 * protocol('q'):.0f}",
        "6": f"{100 * alone['normal']:.0f}",
        "0.2": next(cell for cell in alone if cell.startswith("factor")).removeprefix("factor-"),
        "3": str(EXIT_INPUT),
        "89": str(sum(row["right"] == "True" for row in rows)),
        "96": str(len(rows)),
        "20": str(len(table("blind"))),
        "15": str(sum(row["right"] == "True" for row in table("blind"))),
    }


def _of_reading(found: dict[str, Any]) -> dict[str, str]:
    told = _analyst_says()
    return {
        "3.24": f"{found['estimate']['value']:.2f}",
        "224": f"{100 * (round(found['estimate']['value'], 2) - 1):.0f}",
        "0.05": str(protocol("q")),
        **{number: number for number in ("1.71", "1.60", "1.82") if number in told},
    }


def _analyst_says() -> set[str]:
    """Return the numbers that the analyst's tutorial shows, and that its commands print."""
    return shown_numbers((ROOT / "docs" / "tutorial-analyst.md").read_text(encoding="utf-8"))


def _z(found: dict[str, Any]) -> float:
    k, n, base = found["k"], found["n"], found["comparator"]["value"]
    return float((k / n - base) / math.sqrt(base * (1 - base) / n))


def _arrests(code: str) -> str:
    text = (ROOT / "docs" / "tutorial-analyst.md").read_text(encoding="utf-8")
    (block,) = [block for block in blocks(text) if block.file == "arrests.csv"]
    return str(sum(int(row["Arrests"]) for row in csv.DictReader(block.lines) if row["Eth"] == code))


def _held(race: str) -> float:
    """Return the share of bookings of a race that bear a hold, in the table of the analyst's tutorial."""
    text = (ROOT / "docs" / "tutorial-analyst.md").read_text(encoding="utf-8")
    (block,) = [block for block in blocks(text) if block.file == "bookings.csv"]
    counts = {row["event"]: int(row["n"]) for row in csv.DictReader(block.lines) if row["race"] == race}
    return counts["detainer"] / counts["booking"]


def _default(command: str, option: str) -> Any:
    (found,) = [parameter for parameter in cli.cli.commands[command].params if parameter.name == option]
    return found.default


def _months() -> tuple[int, int]:
    return LEAST_BEFORE, LEAST_AFTER


def _suppressed_cap() -> float:
    return _MOST_SUPPRESSED


def table(name: str) -> list[dict[str, str]]:
    """Return a committed table of measurements."""
    with (ROOT / "benchmarks" / "results" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", HELD)
def test_every_number_of_a_page_is_shown_by_its_commands_or_computed(
    name: str, demonstration: tuple[str, Path]
) -> None:
    text = pages()[name].read_text(encoding="utf-8")
    computed = COMPUTED[name](travis(demonstration)) if name in COMPUTED else {}
    assert {written: given for written, given in computed.items() if written != given} == {}
    made = [" ".join(phrase.split()) for phrase in measured.PAGES[name]()] if name in measured.PAGES else []
    words = " ".join(text.split())
    assert [phrase for phrase in made if phrase not in words] == [], "made anew, and not in the page"
    given = {*computed, *facts.FACTS.get(name, {}), *facts.CODED.get(name, {})}
    open_numbers = prose_numbers(text) - shown_numbers(text) - given - EVERYWHERE - numbers(" ".join(made))
    assert open_numbers == set(), f"{name}: neither shown by a command, computed, made again, nor told with its source"
    assert given <= prose_numbers(text), "computed or told, and not in the page"


@pytest.mark.parametrize("name", METHODS)
def test_every_number_that_a_card_tells_is_made_again_or_a_setting(name: str) -> None:
    """Tables and options are written by a script, which another test runs; this is of the sentences."""
    text = METHODS[name].read_text(encoding="utf-8")
    signal = METHODS[name].stem
    words = " ".join(text.split())
    made = [" ".join(phrase.split()) for phrase in CARDS[signal]()] if signal in CARDS else []
    assert [phrase for phrase in made if phrase not in words] == [], "made anew, and not in the page"
    lines = re.sub(r"(?ms)^## References$.*?(?=^## )", "", text).splitlines()
    said = prose_numbers("\n".join(line for line in lines if not line.startswith("|")))
    told = {*facts.FACTS.get(name, {}), *facts.CODED.get(name, {})}
    assert said - told - numbers(" ".join(made)) - EVERYWHERE - {"05", "5"} == set(), "neither made again nor told"
    assert told <= said, "told, and not in the page"


def test_no_page_escapes() -> None:
    """A page in a folder of its own would be in no list."""
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert there <= {*HELD, *WRITTEN, *BY_THEIR_TESTS, *METHODS}
    assert "README.md" in HELD
    assert {*WRITTEN, *BY_THEIR_TESTS} <= set(pages())


def test_every_card_with_sentences_of_tables_has_a_page() -> None:
    assert {f"docs/methods/{signal}.md" for signal in CARDS} <= set(METHODS)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_page_of_tables_is_what_its_script_writes(name: str) -> None:
    assert pages()[name].read_text(encoding="utf-8") == WRITTEN[name]()


def test_every_number_in_the_remarks_on_the_evidence_is_one_of_a_page_or_told() -> None:
    """The matrix of evidence repeats figures of other pages; those that none of them has are told with their source."""
    others = {number for name in pages() if name != EVIDENCE for number in quoted(name)}
    said = {name: numbers(item.get("said", "")) | numbers(item["what"]) for name, item in requirements().items()}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (large,) = {row["rejected"] for row in table("series") if row["tested_place"] == "five times as large"}
    computed = {
        "N4": str(sum(int(row["numbers"]) for row in table("enumeration"))),
        "C11": large.removeprefix("0."),
        "S4": str(SECONDS),
        "S10": str(len(set(re.findall(r"^([a-z0-9-]+)==", lock, re.M)))),
    }
    open_numbers = {name: found - others - {computed.get(name)} - EVERYWHERE for name, found in said.items()}
    assert {name: found for name, found in open_numbers.items() if found} == {}
    assert all(number in said[name] for name, number in computed.items()), "computed, and not there"


EVIDENCE = "docs/evidence.md"


def quoted(name: str) -> set[str]:
    """Return the numbers of a page that another may repeat: all of a page that is held, else those outside tables."""
    lines = pages()[name].read_text(encoding="utf-8").splitlines()
    return numbers("\n".join(line for line in lines if name in HELD or not line.startswith("|")))


@pytest.mark.parametrize(("page", "number"), [(page, number) for page, own in facts.CODED.items() for number in own])
def test_a_setting_that_a_page_tells_stands_in_the_code(page: str, number: str) -> None:
    file, text = facts.CODED[page][number]
    assert text in (ROOT / file).read_text(encoding="utf-8")


def test_every_fact_names_its_source_and_its_page() -> None:
    known = {*pages(), *METHODS}
    assert {*facts.FACTS, *facts.CODED} <= known
    assert all(len(source) > 15 for own in facts.FACTS.values() for source in own.values())


ORDINARY = ("normal", "t4", "t3", "contaminated", "lognormal", "skew-right", "skew-left")
"""Cells in which counties simply differ: what the README's sentence on false alarms speaks of."""


def screen(cell: str, effect: float) -> dict[str, float]:
    (row,) = [
        row for row in table("class_screen")
        if (row["cell"], int(row["places"]), float(row["effect"])) == (cell, 3000, effect) and _planted(row)
    ]  # fmt: skip
    return {name: float(row[name]) for name in ("runs", "naive", "any-0.05", "fdp-0.05", "power-0.05")}


def _planted(row: dict[str, str]) -> bool:
    return float(row["share"]) == (0.05 if float(row["effect"]) else 0.0)


def test_what_the_readme_says_was_measured_was_measured():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    nobody = [screen(cell, 0.0) for cell in ORDINARY]
    rates = [round(100 * row["any-0.05"]) for row in nobody]
    assert f"raised any flag in {min(rates)} to {max(rates)} % of 1,000 runs at q = .05" in readme
    assert {row["runs"] for row in nobody} == {1000.0}
    assert all(100 <= row["naive"] < 1000 for row in nobody), "hundreds of innocent counties"
    large, small = ([screen(cell, effect) for cell in ORDINARY] for effect in (1.5, 1.0))
    assert f"a pretext effect of {math.exp(1.5):.1f} times" in readme
    assert all(0.75 <= row["power-0.05"] < 0.85 for row in large), "about four in five"
    assert f"two in five at {math.exp(1.0):.1f} times" in readme
    assert all(0.35 <= row["power-0.05"] < 0.50 for row in small), "two in five"
    worst = max(row["fdp-0.05"] for row in (*large, *small))
    assert f"with at most {math.ceil(100 * worst)} % of flags false" in readme
    assert 0.45 <= screen("factor-0.2", 1.5)["power-0.05"] <= 0.55, "with a natural factor of SD 0.2 half is found"


def test_what_the_readme_says_of_one_county_was_measured():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "stands\nout at 5 % in some 6 % of cases, in 10 % with such a factor" in readme
    alone = {row["cell"]: float(row["found_alone"]) for row in table("class_one_place") if float(row["effect"]) == 0}
    assert all(round(100 * rate) == 6 for cell, rate in alone.items() if not cell.startswith("factor"))
    assert round(100 * alone["factor-0.2"]) == 10


def test_what_the_readme_says_of_the_demonstration_is_so(demonstration):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    review = json.loads((demonstration[1] / "review.json").read_text(encoding="utf-8"))
    simulated = [entry for entry in review["places"] if entry["place"].startswith("local:")]
    assert len(review["places"]) == 44
    assert len(simulated) == 40
    by_verdict = {entry["name"]: entry["verdict"] for entry in simulated}
    assert by_verdict["Heather County"] == "notable-departure"
    assert sum(verdict == "insufficient-data" for verdict in by_verdict.values()) == 2
    found = travis(demonstration)
    share, ratio = 100 * found["k"] / found["n"], found["estimate"]["value"]
    assert f"{share:.0f} % of those removed had no conviction on record, {ratio:.1f} times the national share" in readme
    assert f"with z = {_z(found):.0f}" in readme
