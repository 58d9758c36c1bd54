"""What a user reads when something is wrong: the message, the exit code, and that nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import cli

COUNTS = """place,period,event,group,n
48453,2011,arrest,hispanic,400
48453,2011,arrest,white,500
48113,2011,arrest,hispanic,300
48113,2011,arrest,white,700
"""
CONFIG = """[audit]
title = "T"
as_of = 2012-06-30

[[sources]]
format = "{format}"
path = "{path}"
"""


class Desk:
    """A folder with a configuration and one file, and the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def run(self, text: str | bytes, name: str = "c.csv", format: str = "counts", more: str = "") -> tuple[int, str]:
        """Run an audit of one file; return the exit code and stderr."""
        raw = text if isinstance(text, bytes) else text.encode()
        (self.folder / name).write_bytes(raw)
        return self.audit(CONFIG.format(format=format, path=name) + more)

    def audit(self, config: str) -> tuple[int, str]:
        """Run an audit of a configuration."""
        (self.folder / "audit.toml").write_text(config, encoding="utf-8")
        code = cli.main(["run", str(self.folder / "audit.toml"), "--out", str(self.folder / "out"), "--quiet"])
        return code, self.capsys.readouterr().err

    def check(self) -> str:
        """Return what check says of the same configuration."""
        cli.main(["check", str(self.folder / "audit.toml")])
        return self.capsys.readouterr().out


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_a_good_file_runs(desk: Desk):
    assert desk.run(COUNTS) == (0, "")


def test_bad_configuration_shows_every_problem_with_its_line_and_the_near_name(desk: Desk):
    config = CONFIG.format(format="counts", path="c.csv").replace("title", "titel").replace("as_of", "asof")
    code, said = desk.audit(config)
    assert code == 2
    assert "row 2: unknown key 'titel'" in said
    assert "did you mean 'title'" in said
    assert "row 3: unknown key 'asof'" in said


def test_missing_file(desk: Desk):
    code, said = desk.audit(CONFIG.format(format="counts", path="nope.csv"))
    assert code == 3
    assert "nope.csv: there is no file" in said


def test_unreadable_file(desk: Desk):
    code, said = desk.run(b"PK\x03\x04garbage", name="x.xlsx")
    assert code == 3
    assert "x.xlsx" in said
    assert "damaged or cut off" in said


def test_unknown_column(desk: Desk):
    code, said = desk.run(COUNTS, more='columns = { group = "ETHN" }\n')
    assert code == 3
    assert "no column 'ETHN'" in said
    assert "place, period, event, group, n" in said


def test_unknown_code_is_a_question_with_its_counts_and_the_lines_to_add(desk: Desk):
    code, said = desk.run(COUNTS.replace("hispanic", "H").replace("white", "W"))
    assert code == 4
    assert "'H' in 2 rows, 'W' in 2 rows" in said
    assert 'values.group = { "H" = "", "W" = "" }' in said


def test_unmatched_place_is_suggested_never_accepted(desk: Desk):
    code, said = desk.run(COUNTS.replace("48453", '"Travs County, TX"'))
    assert code == 4
    assert "candidates, none of them accepted: Travis County, TX (48453)" in said


STATISTICS = """state,jurisdiction,period_start,period_end,cumulative,submissions,matches
TX,Travis,2011-01-01,2011-12-31,false,100,150
TX,Dallas,2011-01-01,2011-12-31,false,1000,60
TX,Harris,2011-01-01,2011-12-31,false,2000,160
TX,Total,2011-01-01,2011-12-31,false,3100,370
"""


def test_numerator_over_denominator_is_quarantined_and_the_totals_row_set_aside(desk: Desk):
    code, _ = desk.run(STATISTICS, format="interoperability")
    assert code == 0
    said = desk.check()
    assert "4 rows read, 2 used" in said
    assert "1 set aside, not understood: matches exceed submissions (rows 2)" in said
    assert "1 left out: totals row (Texas) (rows 5)" in said


def test_fips_without_its_zero_is_a_question_and_repaired_only_when_told(desk: Desk):
    text = COUNTS.replace("48453", "1001").replace("48113", "1003")
    code, said = desk.run(text)
    assert code == 4
    assert "'1001' (would be 01001)" in said
    assert desk.run(text, more="repair_fips = true\n")[0] == 0


def test_a_county_named_na_stays_a_place(desk: Desk):
    text = "place,state,period,event,group,n\nNA,TX,2011,arrest,hispanic,40\nTravis,TX,2011,arrest,white,400\n"
    code, said = desk.run(text)
    assert code == 4
    assert "unmatched place 'NA, TX'" in said
    placed = 'places = { "NA, TX" = "48113" }\n'
    assert desk.run(text, more=placed)[0] == 0
    assert "2 rows read, 2 used" in desk.check()
