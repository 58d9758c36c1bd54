"""A review of another version is rendered, or it is said why not: never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import cli
from auditor.errors import InputError
from auditor.findings.review import Review
from auditor.report.render import Renderer
from auditor.report.tables import tables
from tests.audit.made_reviews import finding, place, review

COMMANDS = (
    ("letter", "{}", "--place", "48453", "--kind", "records-request"),
    ("explain", "{}", "--place", "48453"),
    ("compare", "{}", "{}"),
)


def written(folder: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    data = review("2012-06-30", place("48453", "inconclusive", finding())).to_dict()
    data["places"][0]["page"] = "places/county-48453-48453-093d0a1e.html"
    change(data)
    (folder / "review.json").write_text(json.dumps(data), encoding="utf-8")
    return folder / "review.json"


def without_controls_and_lists(data: dict[str, Any]) -> None:
    """As it was before places had them."""
    for entry in data["places"]:
        del entry["controls"], entry["listed"]
    data["audit"]["software"]["version"] = "0.0.9"


def test_a_review_without_what_was_added_since_is_read_and_rendered(tmp_path: Path) -> None:
    found = Review.load(written(tmp_path, without_controls_and_lists))
    assert (found.places[0].controls, found.places[0].listed) == ((), {})
    assert Review.from_dict(found.to_dict()).to_json() == found.to_json()
    assert "County 48453" in Renderer(found).index()
    assert 'id="part-20"' in Renderer(found).place(0)
    assert len(dict(tables(found))) > 10


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(schema_version="0"), "this version of auditor reads schema_version '1'"),
        (lambda data: data.update(schema_version="2"), "use the version of auditor that wrote it"),
        (lambda data: data.pop("schema_version"), "schema_version None"),
        (lambda data: data.pop("regions"), "it lacks 'regions'"),
        (lambda data: data["places"][0].pop("verdict_reasons"), "it lacks 'verdict_reasons'"),
        (lambda data: data["places"][0]["findings"][0].pop("comparator"), "use auditor 0.1.0, which wrote it"),
        (lambda data: data["places"][0]["findings"][0].update(later=1), "unexpected keyword argument 'later'"),
        (lambda data: data["places"][0]["findings"][0]["estimate"].update(scale=None, value="x"), "real number"),
    ],
)
def test_what_cannot_be_read_is_refused_by_every_command_with_the_reason(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, change)
    with pytest.raises(InputError, match="this review cannot be read") as caught:
        Review.load(file)
    assert said in str(caught.value)
    for command in COMMANDS:
        assert cli.main([part.format(file) for part in command]) == 3
        printed = capsys.readouterr()
        assert said in printed.err, command
        assert "Traceback" not in printed.err
