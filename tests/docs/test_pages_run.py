"""Every command of README and docs is run, in the order of the page, and says what the page says it says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from auditor import cli
from auditor.audit.explain import explain
from auditor.findings.review import Review
from tests.docs.pages import ROOT, Runner, blocks, commands, pages, shared_data

PAGES = pages()
RUNNING = [name for name, path in PAGES.items() if any(commands(b) for b in blocks(path.read_text(encoding="utf-8")))]

UNRUN = {
    ("README.md", "make demo"): "makes an environment and installs into it from the package index",
    ("README.md", "make test"): "the same, and this is one of those tests",
    ("README.md", "pip install ."): "installs from the package index",
    ("README.md", 'pip install ".[app,letters]"'): "the same; its parts are those of pyproject.toml",
}
"""Commands that no test can run, and why. None of them is out of date: each stands in its page."""

COUNTS = """place,period,event,group,offence,n
48453,2010,arrest,hispanic,traffic,120
48453,2010,arrest,white,traffic,190
48453,2010,arrest,hispanic,robbery,30
48453,2010,arrest,white,robbery,60
"""
POPULATION = "place,group,universe,period,n\n48453,hispanic,residents,2010,342766\n48453,white,residents,2010,517644\n"
"""Arrests made up; residents of Travis County, Census 2010, table P9 as the package holds it."""


CHECKOUTS = ("docs/write-a-signal.md", "docs/write-a-state.md", "docs/write-an-adapter.md")
"""Pages that add files to a checkout: they are run in a copy of this one."""


def checkout(folder: Path) -> None:
    """Copy what a new file is built into and tried with."""
    for part in (
        "auditor",
        "templates",
        "configs",
        "scripts",
        "docs",
        "benchmarks/results",
        "tests/conformance",
        "tests/docs",
        "tests/records",
    ):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "tests/conftest.py"):
        shutil.copyfile(ROOT / file, folder / file)


def listed_beyond_the_contract(folder: Path, name: str) -> None:
    """Do what the page on adapters says in words: add the name to the list of the suite."""
    suite = folder / "tests" / "records" / "loading" / "test_adapters_conformance.py"
    text = suite.read_text(encoding="utf-8")
    assert text.count("MORE_FORMATS = {") == 1
    suite.write_text(text.replace("MORE_FORMATS = {", f'MORE_FORMATS = {{"{name}", '), encoding="utf-8")


def given(name: str, folder: Path, demonstration: tuple[str, Path]) -> None:
    """Put into the folder what a page takes for granted."""
    if name == "README.md":
        (folder / "arrests.csv").write_text(COUNTS, encoding="utf-8")
        (folder / "population.csv").write_text(POPULATION, encoding="utf-8")
    if name in CHECKOUTS:
        checkout(folder)
    if name == "docs/write-an-adapter.md":
        listed_beyond_the_contract(folder, "evergreen")
    if name == "docs/letters.md":
        shutil.copytree(demonstration[1], folder / "review")
    if name == "docs/data.md":
        data = shared_data()
        if data is None:
            pytest.skip("the shared data are not here")
        for file in re.findall(r"^\$ auditor init (\S+)", PAGES[name].read_text(encoding="utf-8"), re.M):
            if (data / file).is_file():
                shutil.copyfile(data / file, folder / file)


@pytest.mark.parametrize("name", RUNNING)
def test_a_page_is_what_happens(name: str, tmp_path: Path, demonstration: tuple[str, Path]) -> None:
    """Commands, files and words of a page, one after the other, in a folder of its own."""
    given(name, tmp_path, demonstration)
    unrun = {command: why for (page, command), why in UNRUN.items() if page == name}
    runner = Runner(tmp_path, {"auditor demo": demonstration}, unrun, apart=name in CHECKOUTS)
    text = PAGES[name].read_text(encoding="utf-8")
    runner.page(text)
    every = [command for block in blocks(text) for command in commands(block)]
    assert sorted(runner.ran + runner.passed) == sorted(every)
    assert set(runner.passed) == set(unrun), "listed as not to be run, and not there"


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_names_no_machine(name: str) -> None:
    text = PAGES[name].read_text(encoding="utf-8")
    assert not re.search(r"(^|[\s`(])/(tmp|home|work|usr|Users)\b", text)


@pytest.mark.parametrize("name", list(PAGES))
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link is a file that is there, and every anchor a heading in it."""
    path = PAGES[name]
    text = re.sub(r"^( *)```.*?^\1```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target or target.startswith("mailto:"):
            continue
        file, _, anchor = target.partition("#")
        other = (path.parent / file).resolve() if file else path
        assert other.exists(), target
        if anchor:
            assert anchor in _anchors(other), target


def test_the_map_leads_to_every_page() -> None:
    """Nothing is written that a reader who starts at the map cannot find."""
    text = PAGES["docs/index.md"].read_text(encoding="utf-8")
    told = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)}
    written = {path.name for name, path in PAGES.items() if name.startswith("docs/")} - {"index.md"}
    assert sorted(written - told) == []


@pytest.mark.parametrize("name", list(PAGES))
def test_commands_that_are_only_named_exist_with_their_options(name: str) -> None:
    """In code, indented or in a sentence: the command is one, and so is every option behind it."""
    text = PAGES[name].read_text(encoding="utf-8")
    code = [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^(?: {4,}|\$ | {3}\$ )(.+)$", text, re.M)]
    for line in code:
        for command, rest in re.findall(r"(?:^|\s)auditor ([a-z]+)((?: [^`#|]*)?)", line):
            assert command in cli.cli.commands, line
            known = {option for parameter in cli.cli.commands[command].params for option in parameter.opts}
            assert set(re.findall(r"(?<=\s)--[a-z-]+", rest)) <= {*known, "--help"}, line


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_what_explain_prints_ends_its_sentences_once(demonstration: tuple[str, Path]) -> None:
    """The needs of a card are sentences already; what is said of a withheld test must not end in two full stops."""
    said = explain(Review.load(demonstration[1]), "48453")
    assert "Needs: " in said
    assert re.findall(r"\.\.", said) == []
