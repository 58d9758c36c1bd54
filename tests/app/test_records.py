"""The review file: taken as the command line takes it, named in the configuration, printed in the review."""

from __future__ import annotations

import html
import tomllib
from pathlib import Path
from typing import Any

import pytest

from auditor import cli
from auditor.app.config_text import with_records
from auditor.app.desk import Desk
from auditor.app.review_file import KINDS
from auditor.app.steps.review import files_of
from auditor.audit.records_file import KINDS as READ
from auditor.errors import Problem

from .conftest import Browser, Page
from .test_earlier import HEAD, ROWS, SOURCE, earlier

RECORDS = """[[lawsuits]]
place = "48453"
date = "2011"
title = "Example v. County"
source = "No. 1:11-cv-1"

[[training]]
place = "48209"
title = "Training of half of the staff"
"""


def hand_in(browser: Browser, text: str = RECORDS, name: str = "records.toml") -> Any:
    return browser.post("/records", files=[("records", (name, text.encode()))])


def looked(browser: Browser, at: Desk) -> dict[str, Any]:
    """Have the files looked at; return the configuration."""
    assert browser.post("/look").headers["location"] == "/working"
    assert browser.wait() == "/questions"
    return tomllib.loads(at.case.config.read_text())


def ran(browser: Browser) -> None:
    for path, then in (("/check", "/check"), ("/run", "/review")):
        assert browser.post(path, {"which": "all"}).headers["location"] == "/working"
        assert browser.wait() == then


def test_the_review_bears_the_records_byte_for_byte_as_the_command_line_prints_them(
    browser: Browser, at: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    browser.upload(("arrests.csv", ROWS.encode()))
    assert hand_in(browser).headers["location"] == "/"
    assert 'records.toml</b> <span class="quiet">review file: 1 lawsuit, 1 record on training; about 2 places' in (
        browser.get("/").text
    )
    assert [file.name for file in at.case.files()] == ["arrests.csv"]
    text = HEAD + SOURCE + '\n[review]\nfile = "records.toml"\n'
    assert earlier(browser, text).headers["location"] == "/working"
    assert browser.wait() == "/questions"
    ran(browser)
    place = browser.get("/pages/places/" + _page(browser, "48453")).text
    assert "Example v. County" in place
    saved = browser.get("/audit.toml").content
    mine = tmp_path / "mine"
    mine.mkdir()
    for name, sent in (("arrests.csv", ROWS.encode()), ("records.toml", RECORDS.encode()), ("audit.toml", saved)):
        (mine / name).write_bytes(sent)
    assert cli.main(["run", str(mine / "audit.toml"), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    ours, theirs = files_of(at.case.out), files_of(tmp_path / "out")
    assert set(ours) == set(theirs)
    for name, file in ours.items():
        assert file.read_bytes() == theirs[name].read_bytes(), name
    capsys.readouterr()


def _page(browser: Browser, place: str) -> str:
    (entry,) = [entry for entry in browser.at.jobs.result("run")["places"] if entry["place"] == place]
    return str(entry["page"]).rpartition("/")[2]


def test_it_is_named_whenever_it_comes_and_no_more_once_it_is_gone(browser: Browser, at: Desk) -> None:
    """Before the files are looked at or after; and the configuration is what `auditor init` would leave as it is."""
    browser.upload(("arrests.csv", ROWS.encode()))
    looked(browser, at)
    assert "review" not in looked(browser, at)  # the second look leaves the remarks of the first draft out
    before = at.case.config.read_text()
    hand_in(browser)
    named = at.case.config.read_text()
    assert tomllib.loads(named)["review"] == {"file": "records.toml"}
    assert looked(browser, at)["review"] == {"file": "records.toml"}
    assert at.case.config.read_text() == named
    hand_in(browser, name="other.toml")
    assert tomllib.loads(at.case.config.read_text())["review"] == {"file": "other.toml"}
    assert sorted(path.name for path in at.case.data.iterdir()) == ["arrests.csv", "audit.toml", "other.toml"]
    assert (at.case.data / "other.toml").stat().st_mode & 0o777 == 0o600
    assert browser.post("/records/remove").headers["location"] == "/"
    assert at.case.config.read_text() == before
    assert at.case.records is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (RECORDS.replace("lawsuits", "lawsuit"), "records.toml"),
        (RECORDS.replace("source", "sauce"), "records.toml"),
        ("[[lawsuits]]\nplace = 48453\n", "records.toml"),
        ("lawsuits = 3\n", "records.toml"),
        ("[[lawsuits\n", "records.toml"),
    ],
)
def test_what_the_command_line_refuses_is_refused_in_its_words(
    browser: Browser, at: Desk, tmp_path: Path, text: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    browser.upload(("arrests.csv", ROWS.encode()))
    hand_in(browser)
    answer = hand_in(browser, text, name)
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert 'aria-describedby="records-help trouble" aria-invalid="true"' in answer.text
    assert Page(answer.text).described <= set(Page(answer.text).ids)
    for file, held in (("arrests.csv", ROWS), (name, text), ("audit.toml", HEAD + SOURCE)):
        (tmp_path / file).write_text(held)
    (tmp_path / "audit.toml").write_text(HEAD + SOURCE + f'[review]\nfile = "{name}"\n')
    assert cli.main(["check", str(tmp_path / "audit.toml")]) == 2
    told = capsys.readouterr().err
    page = html.unescape(answer.text)
    for problem in _problems(tmp_path / name):
        for part in (problem.found, problem.why, problem.remedy):
            assert part in told
            assert part[1:] in page
    assert at.case.records is not None  # the one before stays
    assert at.case.records.read_text() == RECORDS
    assert not [*(at.case.root / "tmp").iterdir()]


def _problems(file: Path) -> tuple[Problem, ...]:
    from auditor.audit.records_file import read_records
    from auditor.errors import ConfigError

    with pytest.raises(ConfigError) as error:
        read_records(file)
    assert error.value.problems
    return tuple(error.value.problems)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("records.txt", "records.txt is no review file"),
        ("audit.toml", "audit.toml is the name of the configuration"),
        ("AUDIT.TOML", "audit.toml is the name of the configuration"),
        ("../../x", "x is no review file"),
        (".toml", "toml is no review file"),
    ],
)
def test_a_name_that_cannot_be_is_refused(browser: Browser, at: Desk, name: str, said: str) -> None:
    answer = hand_in(browser, RECORDS, name)
    assert answer.status_code == 422
    assert said in answer.text
    assert at.case.records is None
    assert browser.post("/records").status_code == 422


def test_a_path_is_no_part_of_the_name(browser: Browser, at: Desk) -> None:
    hand_in(browser, RECORDS, "C:\\records\\mine.toml")
    assert at.case.records == at.case.data / "mine.toml"


def test_places_that_have_no_page_are_told_by_the_check(browser: Browser, at: Desk) -> None:
    browser.upload(("arrests.csv", ROWS.encode()))
    hand_in(browser, RECORDS.replace("48209", "48029"))
    earlier(browser, HEAD + SOURCE + '\n[review]\nfile = "records.toml"\n')
    assert browser.wait() == "/questions"
    browser.post("/check")
    assert browser.wait() == "/check"
    assert "The review file has records of 48029, which have no page in this audit" in browser.get("/check").text


def test_another_review_file_of_the_same_name_makes_the_review_one_of_before(browser: Browser, at: Desk) -> None:
    browser.upload(("arrests.csv", ROWS.encode()))
    hand_in(browser)
    earlier(browser, HEAD + SOURCE + '\n[review]\nfile = "records.toml"\n')
    assert browser.wait() == "/questions"
    ran(browser)
    assert "were changed since" not in browser.get("/review").text
    hand_in(browser, RECORDS.replace("2011", "2012"))
    assert "were changed since" in browser.get("/review").text
    hand_in(browser)
    assert "were changed since" not in browser.get("/review").text
    browser.post("/delete")
    assert at.case.records is None


def test_the_example_that_is_offered_is_taken(browser: Browser, at: Desk) -> None:
    link = "/review-file-example.toml"
    assert f'href="{link}" download' in browser.get("/").text
    answer = browser.get(link)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert hand_in(browser, answer.text, "review-file-example.toml").headers["location"] == "/"
    assert "review file: " in browser.get("/").text


def test_every_kind_has_a_name() -> None:
    assert tuple(KINDS) == READ


CONFIG = '# mine\n[audit]\ntitle = "x"\n\n[[sources]]\npath = "a.csv"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CONFIG, CONFIG + '\n[review]\nfile = "r.toml"\n'),
        (CONFIG + "\n#? Still missing: b\n", CONFIG + '\n[review]\nfile = "r.toml"\n\n#? Still missing: b\n'),
        (CONFIG + "#? more\n", CONFIG + '#? more\n\n[review]\nfile = "r.toml"\n'),
        (CONFIG + '\n[review]\nfile = "q.toml"\n', CONFIG + '\n[review]\nfile = "r.toml"\n'),
        ('review = { file = "r.toml" }\n' + CONFIG, 'review = { file = "r.toml" }\n' + CONFIG),
        ('review.file = "q.toml"\n' + CONFIG, CONFIG + '\n[review]\nfile = "r.toml"\n'),
    ],
)
def test_the_table_is_written_where_init_leaves_it(before: str, after: str) -> None:
    assert with_records(before, "r.toml") == after
    assert tomllib.loads(with_records(after, "")) == tomllib.loads(CONFIG)


def test_a_table_that_is_written_in_any_other_way_is_written_anew() -> None:
    odd = 'review = { file = """\nq.toml""" }\n' + CONFIG
    assert tomllib.loads(with_records(odd, "r.toml")) == {**tomllib.loads(CONFIG), "review": {"file": "r.toml"}}
