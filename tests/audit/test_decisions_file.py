"""The file of decisions: every problem with its line, and nothing that cannot be reviewed."""

from pathlib import Path

import pytest

from auditor.audit.config import load_config
from auditor.audit.decisions_file import read_decisions
from auditor.errors import ConfigError

GOOD = """
[[place]]
found = "Bedford, VA"
chosen = "51019"
why = "data from 2016 on, when the city was part of the county"
by = "A. Reader"
on = 2026-03-01

[[facility]]
found = "MOSHANNON VALLEY CORRECTIONAL, PA"
chosen = "federal-prison"
why = "under contract to the Bureau of Prisons"

[[facility]]
found = "ROUNDHOUSE PHI, PA"
chosen = ""
why = ""
"""


def problems(tmp_path: Path, text: str) -> list[tuple[str, int]]:
    file = tmp_path / "decisions.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_decisions(file)
    for problem in caught.value.problems:
        assert problem.why
        assert problem.remedy
    return [(problem.found, problem.row) for problem in caught.value.problems]


def test_decisions_are_read(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    file.write_text(GOOD, encoding="utf-8")
    made = read_decisions(file)
    assert made.file == "decisions.toml"
    assert len(made.sha256) == 64
    place = made.find("place", "BEDFORD, Virginia")
    assert place is not None
    assert (place.chosen, place.by, place.on) == ("51019", "A. Reader", "2026-03-01")
    assert made.find("place", "Bedford, PA") is None
    assert made.find("facility", "Bedford, VA") is None
    prison = made.find("facility", "moshannon valley correctional, pennsylvania")
    assert prison is not None
    assert prison.chosen == "federal-prison"
    assert made.find("facility", "ROUNDHOUSE PHI, PA") is None  # still open


@pytest.mark.parametrize(
    ("text", "found", "row"),
    [
        ('[[place]]\nfound = "A"\nchosen = "48453"\n', "the choice for 'A' has no reason", 1),
        ('[[place]]\nfound = "A"\nchosen = "99999"\nwhy = "x"\n', "'99999' is chosen for 'A'", 3),
        ('[[place]]\nfound = "A"\nchosen = "state-prison"\nwhy = "x"\n', "'state-prison' is chosen for 'A'", 3),
        ('[[place]]\nchosen = "48453"\nwhy = "x"\n', "a decision of [[place]] names no text", 1),
        ('[[place]]\nfound = "A"\nchoosen = "48453"\n', "unknown key 'choosen'", 3),
        ('[[places]]\nfound = "A"\n', "unknown `places`", 1),
        ('[[place]]\nfound = "A"\nchosen = 48453\nwhy = "x"\n', "`chosen` is 48453", 3),
        (
            '[[place]]\nfound = "A, TX"\nchosen = "48453"\nwhy = "x"\n[[place]]\nfound = "a, Texas"\nchosen = "48001"\n'
            'why = "x"\n',
            "'a, Texas' is decided twice: '48453' and '48001'",
            5,
        ),
    ],
)
def test_what_cannot_be_reviewed_is_refused(tmp_path: Path, text: str, found: str, row: int) -> None:
    assert problems(tmp_path, text) == [(found, row)]


def test_the_configuration_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_text(GOOD, encoding="utf-8")
    config = tmp_path / "audit.toml"
    head = '[audit]\ntitle = "x"\nas_of = 2026-03-31\n'
    config.write_text(f'{head}decisions = "d.toml"\n[[sources]]\npath = "a.csv"\n', encoding="utf-8")
    assert len(load_config(config).decisions.entries) == 3
    config.write_text(f'{head}decisions = "e.toml"\n[[sources]]\npath = "a.csv"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="no such file"):
        load_config(config)
