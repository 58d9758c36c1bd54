"""`auditor letter` and `auditor verify --letter` from the command line, on a flagged and an unflagged place."""

from __future__ import annotations

import importlib
import shutil
import socket
import sys
from pathlib import Path

import pytest

from auditor import cli
from auditor.audit import api
from auditor.audit.lettering import browser, without_browser
from auditor.audit.lettering.details_file import read_details
from auditor.errors import ConfigError
from auditor.findings.review import Review

DETAILS = """
date = 2012-09-01
[sender]
organisation = "Example Legal Aid"
[[incidents]]
text = "He was stopped, and his neighbour was profiled, he says."
source = "declaration of 3 May 2012"
[[requests]]
ask = "publish"
by = 2013-01-31
"""


@pytest.fixture(scope="module")
def review_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review of two published places, and of simulated ones, small and quick: see its sources."""
    folder = tmp_path_factory.mktemp("letters")
    config = Path(__file__).parents[2] / "configs" / "demo"
    for name in ("published.csv", "review-example.toml"):
        shutil.copy(config / name, folder / name)
    text = (
        '[audit]\ntitle = "T"\nas_of = 2012-06-30\nfocal_groups = ["hispanic"]\nreference_group = "white"\n'
        '[[sources]]\nformat = "interoperability"\npath = "published.csv"\npublished = true\n'
        'citation = "Published figures"\n'
    )
    (folder / "audit.toml").write_text(text, encoding="utf-8")
    assert cli.main(["run", str(folder / "audit.toml"), "--out", str(folder / "out"), "--quiet"]) == 0
    return folder / "out"


def run(*arguments: str | Path) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_a_letter_is_printed_and_what_is_missing_told_apart(
    review_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("letter", review_file, "--place", "48453", "--kind", "records-request") == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("# Before you send\n")
    assert printed.err.startswith("Before you send:\n  - Fill in [your organisation].\n")


def test_title_vi_below_a_flag_ends_with_4_and_the_reason(
    review_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("letter", review_file, "--place", "48453", "--kind", "title-vi") == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "the verdict on Travis County is “Inconclusive”" in printed.err
    assert run("letter", review_file, "--place", "48453", "--kind", "crcl") == 4


def test_crcl_rests_on_incidents_and_verify_holds_it_against_the_review(
    review_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter.toml").write_text(DETAILS, encoding="utf-8")
    out = tmp_path / "letter.html"
    given = ("letter", review_file, "--place", "48453", "--kind", "crcl", "--details", tmp_path / "letter.toml")
    assert run(*given, "--out", out) == 0
    page = out.read_text(encoding="utf-8")
    assert "31 January 2013" in page
    assert run("verify", review_file, "--letter", out) == 0
    out.write_text(page.replace(">30 June 2012<", ">30 June 2013<"), encoding="utf-8")
    assert run("verify", review_file, "--letter", out) == 3
    assert "letter.html" in capsys.readouterr().out
    out.write_text(page.replace("look into", "end the racist"), encoding="utf-8")
    assert run("verify", review_file, "--letter", out) == 3
    assert "racist" in capsys.readouterr().out
    other = Review.load(review_file).to_json().replace('"title": "T"', '"title": "U"')
    (tmp_path / "review.json").write_text(other, encoding="utf-8")
    assert run(*("letter", tmp_path / "review.json", *given[2:]), "--out", tmp_path / "other.html") == 0
    assert run("verify", review_file, "--letter", tmp_path / "other.html") == 3
    assert "may have been written from another review" in capsys.readouterr().out
    assert run("verify", review_file, "--letter", tmp_path / "letter.toml") == 3


def test_a_review_that_was_changed_gives_no_letter(
    review_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (review_file / "review.json").read_text(encoding="utf-8")
    changed = tmp_path / "review.json"
    changed.write_text(
        text.replace("They are consistent both with ordinary", "The county is guilty; ordinary"), "utf-8"
    )
    assert run("letter", changed, "--place", "48453", "--kind", "agency-notice") == 3
    assert "guilty" in capsys.readouterr().err


def test_slips_in_the_details_come_all_at_once_with_their_lines(tmp_path: Path) -> None:
    text = (
        DETAILS.replace("[[incidents]]", "[[incident]]").replace("ask =", "asc =") + '[contact]\nemail = "a\\u202eb"\n'
    )
    (tmp_path / "letter.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_details(tmp_path / "letter.toml")
    said = str(caught.value)
    assert "letter.toml › row 5: unknown key 'incident'" in said
    assert "did you mean 'incidents'" in said
    assert "row 9: unknown key 'asc'" in said
    assert "unseen character U+202E" in said
    assert str(tmp_path) not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[requests]]\nby = 2012-01-01\n", "without `ask` and `text`"),
        ('[[requests]]\nask = "publish"\ntext = "x"\n', "both `ask` and `text`"),
        ('[[incidents]]\ntext = "x"\n', "`incidents[1].source` is missing"),
        ('date = "soon"\n', "a date such as 2012-06-30 is expected"),
        ('[[evidence]]\nfactor = "statement"\ntext = "x"\nsource = "y"\n', 'factor = "statements"'),
        ('sent = ""\n', "`sent` is empty"),
    ],
)
def test_details_that_cannot_be_used(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "letter.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_details(tmp_path / "letter.toml")
    assert said in str(caught.value)


def test_details_that_are_not_there_or_are_something_else(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read_details(tmp_path / "missing.toml")
    (tmp_path / "big.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigError, match="a letter is far shorter"):
        read_details(tmp_path / "big.toml")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "docx"), "give --out FILE.docx"),
        (("--format", "pdf"), "give --out FILE.pdf"),
        (("--out", "x.odt"), "unknown format 'odt'"),
        (("--format", "md", "--out", "x.html"), "does not go with a file that ends in .html"),
        (("--letterhead", "x.docx"), "--letterhead goes with --format docx"),
    ],
)
def test_options_that_do_not_go_together(
    review_file: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run("letter", review_file, "--place", "48453", "--kind", "agency-notice", *arguments) == 2
    assert said in capsys.readouterr().err


def test_a_letter_is_never_written_into_the_output_folder(
    review_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("letter", review_file, "--place", "48453", "--kind", "agency-notice")
    assert run(*given, "--out", review_file / "letter.html") == 2
    assert "inside an output folder" in capsys.readouterr().err


def test_docx_is_written_whole_and_the_same_again(review_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("docx", reason="DOCX is written with python-docx")
    given = ("letter", review_file, "--place", "48453", "--kind", "agency-notice")
    for name in ("a.docx", "b.docx"):
        assert run(*given, "--out", tmp_path / name) == 0
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


def test_the_same_from_python(review_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("letter", review_file, "--place", "48453", "--kind", "oig") == 0
    printed = capsys.readouterr().out
    assert api.letter(review_file, "48453", "oig").decode() == printed


def test_without_a_browser_pdf_is_refused_with_the_way_out(
    review_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUDITOR_CHROMIUM", "no-such-browser")
    given = ("letter", review_file, "--place", "48453", "--kind", "agency-notice")
    assert run(*given, "--out", tmp_path / "a.pdf") == 2
    said = capsys.readouterr().err
    assert "AUDITOR_CHROMIUM names no program" in said
    assert "--format html" in said
    assert not (tmp_path / "a.pdf").exists()


def test_without_python_docx_docx_is_refused_with_the_way_out(
    review_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    given = ("letter", review_file, "--place", "48453", "--kind", "agency-notice")
    assert run(*given, "--out", tmp_path / "a.docx") == 2
    assert "pip install 'auditor[letters]'" in capsys.readouterr().err


def test_without_a_browser_and_without_the_extra_pdf_is_refused_and_both_are_named(
    review_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(browser, "browser", lambda: None)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    given = ("letter", review_file, "--place", "48453", "--kind", "agency-notice")
    assert run(*given, "--out", tmp_path / "a.pdf") == 2
    said = capsys.readouterr().err
    assert 'pip install ".[pdf]"' in said
    assert "install Chromium" in said


def test_without_a_browser_the_extra_prints_the_same_bytes_and_asks_for_nothing(
    review_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tagged PDF with the letter's title; a picture from outside is not fetched."""
    try:
        importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:  # OSError: Pango is not there
        pytest.skip(f"WeasyPrint cannot draw here: {error}")
    monkeypatch.setattr(browser, "browser", lambda: None)
    given = ("letter", review_file, "--place", "48453", "--kind", "county-board")
    for name in ("a.pdf", "b.pdf"):
        assert run(*given, "--out", tmp_path / name) == 0
    raw = (tmp_path / "a.pdf").read_bytes()
    assert raw.startswith(b"%PDF-")
    assert raw == (tmp_path / "b.pdf").read_bytes()
    assert b"CreationDate" not in raw
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: asked.append(str(host)) or [])
    picture = '<img src="http://a.example/x.png" alt="x"><link rel="stylesheet" href="https://b.example/x.css">'
    page = without_browser.pdf_without_browser(f'<html lang="en"><head><title>x</title></head>{picture}</html>')
    assert page is not None
    assert page.startswith(b"%PDF-")
    assert asked == []


@pytest.mark.browser
def test_pdf_is_printed_and_has_no_moment_in_it(review_file: Path, tmp_path: Path) -> None:
    if browser.browser() is None:
        pytest.skip("no Chromium, Chrome or Edge was found")
    given = ("letter", review_file, "--place", "48453", "--kind", "county-board")
    for name in ("a.pdf", "b.pdf"):
        assert run(*given, "--out", tmp_path / name) == 0
    raw = (tmp_path / "a.pdf").read_bytes()
    assert raw.startswith(b"%PDF-")
    assert raw == (tmp_path / "b.pdf").read_bytes()
    assert b"/CreationDate (D:19800101000000" in raw
    assert b"/StructTreeRoot" in raw  # tagged: headings and tables can be read aloud
