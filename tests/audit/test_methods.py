"""The method pages are what the cards say."""

import importlib.util
from pathlib import Path

import pytest

from auditor.audit.methods import method_page
from auditor.signals.registry import discover

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_pages_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("write_method_pages", ROOT / "scripts" / "write_method_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert sorted(path.name for path in module.stale()) == [], "run `make docs`"
    pages = {path.stem for path in (ROOT / "docs" / "methods").glob("*.md")}
    assert pages - {"README"} == set(discover())


@pytest.mark.parametrize("name", list(discover()))
def test_a_page_carries_the_whole_card_and_every_option(name: str) -> None:
    page, found = method_page(name), discover()[name]
    card = found.card
    for text in (card.question, card.null, card.needs, card.measures, card.controls):
        assert text in page
    for text in (*card.formulae, *card.assumptions, *card.misleads, *card.references):
        assert text in page
    for option in found.options.model_fields:
        assert f"| `{option}` |" in page
        assert page.count(f"`{option}`") >= 2, f"{option} is not described in the docstring of {name}'s options"
