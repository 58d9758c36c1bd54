"""Text that wants to be more than text: SQL, formulas, markup, marks that turn the direction, paths."""

import csv
import os

import pytest

from auditor import cli

COUNTS = "place,period,event,agency,n\n48453,2011,arrest,{},5\n"
CONFIG = '[audit]\ntitle = "T"\nas_of = 2012-06-30\n[[sources]]\npath = {}\n'
SQL = "x'); DROP TABLE counts; --"
PAYLOADS = [
    SQL,
    "\"); ATTACH '/tmp/x.db' AS x; --",
    '=HYPERLINK("http://example.org";"x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "../../../etc/passwd",
    "$(touch owned)",
    "%s%n%x",
]


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("payload", PAYLOADS)
def test_as_a_cell_it_is_the_same_text_and_no_formula(payload, tmp_path, capsys):
    path = tmp_path / "file.csv"
    path.write_text(COUNTS.format(quoted(payload)))
    assert cli.main(["counts", str(path), "--out", "-"]) == 0
    (row,) = capsys.readouterr().out.splitlines()[1:]
    kept = payload if payload[0] not in "=@" else f"'{payload}"
    assert next(csv.reader([row]))[:2] == ["48453", kept]
    assert [left.name for left in tmp_path.iterdir()] == ["file.csv"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_as_the_name_of_a_column_it_is_named_as_unused(payload, tmp_path, capsys):
    path = tmp_path / "file.csv"
    path.write_text(f"place,period,event,n,{quoted(payload)}\n48453,2011,arrest,5,x\n")
    assert cli.main(["check", str(path)]) == 0
    said = capsys.readouterr().out
    assert f"columns not used: {payload}" in said
    assert "1 rows read, 1 used" in said


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\x1b", "\x07", "\u200b"])
def test_marks_that_nobody_sees_are_not_printed(sign, tmp_path, capsys):
    """Neither from a cell that is asked about, nor from a header, nor from the name of the file."""
    path = tmp_path / f"fi{sign}le.csv"
    path.write_text(f"pla{sign}ce,period,event,group,n,o{sign}ther\n48453,2011,arrest,H{sign},5,x\n")
    assert cli.main(["check", str(path)]) == 4
    said = capsys.readouterr()
    assert sign[0] not in said.out + said.err
    assert "'H' in 1 row" in said.out


def test_what_is_no_file_is_not_waited_for(tmp_path, capsys):
    """A device that never ends, a pipe that nobody writes to, a folder: there is no such file."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    told = {"/dev/zero": "there is no file 'zero'", "pipe.csv": "there is no file 'pipe.csv'", "folder.csv": "no file"}
    for name, words in told.items():
        config = tmp_path / "audit.toml"
        config.write_text(CONFIG.format(quoted(name)))
        assert cli.main(["check", str(config)]) == 3
        assert words in capsys.readouterr().err


def test_a_message_is_no_longer_than_anybody_reads(tmp_path, capsys):
    path = tmp_path / "file.csv"
    path.write_text("a" * 100_000 + ",period,event\n1,2,3\n")
    assert cli.main(["check", str(path)]) == 3
    said = capsys.readouterr().err
    assert "more characters)" in said
    assert len(said) < 4_000
