"""The ``[review]`` file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.audit.config import load_config
from auditor.audit.records_file import read_records
from auditor.errors import ConfigError

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
