"""The ``[review]`` file."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.audit.config import load_config
from auditor.audit.places import _RECORDS_AT
from auditor.audit.records_file import FIELDS, KINDS, read_records
from auditor.errors import ConfigError
from auditor.resources import folder

GOOD = """
[[investigations]]
place = "48453"
date = 2011-06-17
title = "Inquiry"
status = "open"
source = "letter of 17 June 2011"

[[training]]
place = "48453"
text = 'Sworn staff: <b>80 %</b>, so "they" say'

[[agency_response]]
place = "48309"
date = "summer 2012"
text = "We disagree."
"""


def test_records_are_kept_verbatim_by_place(tmp_path: Path) -> None:
    file = tmp_path / "review.toml"
    file.write_text(GOOD)
    assert read_records(file) == {
        "48309": {"agency_response": [{"place": "48309", "date": "summer 2012", "text": "We disagree."}]},
        "48453": {
            "investigations": [
                {
                    "place": "48453",
                    "date": "2011-06-17",
                    "title": "Inquiry",
                    "status": "open",
                    "source": "letter of 17 June 2011",
                }
            ],
            "training": [{"place": "48453", "text": 'Sworn staff: <b>80 %</b>, so "they" say'}],
        },
    }


def test_the_configuration_carries_the_records_and_their_problems(
    tmp_path: Path, snapshot: Callable[[str, str], None]
) -> None:
    config = tmp_path / "audit.toml"
    head = '[audit]\ntitle = "x"\nas_of = 2012-06-30\n[[sources]]\npath = "a.csv"\n[review]\nfile = "review.toml"\n'
    config.write_text(head)
    with pytest.raises(ConfigError) as caught:
        load_config(config)
    snapshot("records_no_file", str(caught.value))
    (tmp_path / "review.toml").write_text(GOOD)
    assert sorted(load_config(config).records) == ["48309", "48453"]
    (tmp_path / "review.toml").write_text(
        '[[lawsuit]]\nplace = "48453"\n\n[[training]]\nplace = 48453\ntitle = ""\n\n'
        '[[complaints]]\nplace = "1"\ntitel = "x"\n\n[agreements]\nplace = "1"\n\n[[supervision]]\ntext = "x"\n'
    )
    with pytest.raises(ConfigError) as caught:
        load_config(config)
    snapshot("records_many", str(caught.value))


def test_the_example_of_real_counties_is_read_and_every_record_names_its_source() -> None:
    found = read_records(folder("configs") / "review" / "alamance-and-maricopa.toml")
    assert set(found) == {"37001", "04013"}
    records = [record for kinds in found.values() for entries in kinds.values() for record in entries]
    assert len(records) == 2
    assert all(record["source"] and record["date"] and record["title"] for record in records)


def test_the_document_names_every_kind_and_key() -> None:
    text = (folder("configs").parent / "docs" / "review-file.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))
    assert told == {*KINDS, *FIELDS}
    parts = dict(re.findall(r"^\| `([a-z_]+)` \|.*\| ([0-9]+) \|$", text, re.MULTILINE))
    assert parts == {kind: str(part) for kind, part in _RECORDS_AT.items()}
