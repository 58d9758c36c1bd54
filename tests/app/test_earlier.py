"""Answers of an earlier time: gone on with where they speak of the files handed in, refused by name where of others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import BaseModel

from auditor.app import earlier as earlier_rules
from auditor.app.desk import Desk
from auditor.app.earlier import NotTakenUp, taken_up
from auditor.audit.tables import AuditTable, ConfigTables
from auditor.records.spec import SourceSpec

from .conftest import Browser, Page

HEAD = '[audit]\ntitle = "Two counties, 2010"\nas_of = 2011-12-31\nreference_group = "white"\n'
SOURCE = '\n[[sources]]\npath = "arrests.csv"\nformat = "counts"\nvalues.group = { H = "hispanic", W = "white" }\n'
ROWS = "place,period,event,group,n\n48453,2010,arrest,H,150\n48453,2010,arrest,W,190\n48209,2010,arrest,H,140\n"


def earlier(browser: Browser, text: str | bytes, name: str = "audit.toml") -> object:
    sent = text.encode() if isinstance(text, str) else text
    return browser.post("/earlier", files=[("earlier", (name, sent))])


def test_the_answers_are_taken_and_only_what_is_new_is_asked(browser: Browser, at: Desk) -> None:
    browser.upload(("arrests.csv", (ROWS + "48209,2010,arrest,B,160\n").encode()))
    assert earlier(browser, HEAD + SOURCE).headers["location"] == "/working"
    assert browser.wait() == "/questions"
    page = browser.get("/questions").text
    assert "1 question is open" in page
    assert "What does “B” mean?" in page
    assert "Two counties, 2010" in page
    browser.answer(("What does “B” mean?", "black"))
    assert browser.wait() == "/questions"
    assert "Nothing is open" in browser.get("/questions").text
    assert 'H = "hispanic"' in at.case.config.read_text()


def test_what_the_last_page_saves_is_what_the_first_one_goes_on_with(browser: Browser, at: Desk) -> None:
    """The same files and the same answers: the same configuration, byte for byte."""
    browser.upload(("arrests.csv", ROWS.encode()))
    earlier(browser, HEAD + SOURCE)
    assert browser.wait() == "/questions"
    saved = browser.get("/audit.toml").content
    browser.post("/delete")
    assert browser.get("/audit.toml").status_code == 404
    browser.upload(("arrests.csv", ROWS.encode()))
    earlier(browser, saved, "audit (1).toml")
    assert browser.wait() == "/questions"
    assert browser.get("/audit.toml").content == saved


def test_a_file_more_than_before_is_looked_at_too(browser: Browser, at: Desk) -> None:
    browser.upload(("arrests.csv", ROWS.encode()), ("more.csv", ROWS.replace("2010", "2011").encode()))
    earlier(browser, HEAD + SOURCE)
    assert browser.wait() == "/questions"
    assert at.case.config.read_text().count("[[sources]]") == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "speaks of no file"),
        (HEAD + 'sources = "arrests.csv"\n', "speaks of no file"),
        (HEAD + SOURCE.replace("arrests.csv", "other.csv"), "speaks of other.csv, which is not among"),
        (HEAD + SOURCE.replace("arrests.csv", "../arrests.csv"), "speaks of ../arrests.csv"),
        (HEAD + SOURCE.replace("arrests.csv", "/etc/passwd"), "speaks of /etc/passwd"),
        (HEAD + SOURCE.replace("arrests.csv", "*"), "speaks of *,"),
        (HEAD + SOURCE + 'crosswalk = "/etc/passwd"\n', "A source has crosswalk"),
        (HEAD + SOURCE + 'engine = "postgres"\n', "A source has engine"),
        (HEAD + SOURCE + 'database = "/x.db"\n', "A source has database"),
        (HEAD + 'protocol = "mine.toml"\n' + SOURCE, "[audit] protocol names a file"),
        (HEAD + 'decisions = "mine.toml"\n' + SOURCE, "[audit] decisions names a file"),
        (HEAD + 'calibration = "/x.json"\n' + SOURCE, "[audit] calibration names a file"),
        (HEAD + SOURCE + '[review]\nfile = "/etc/passwd"\n', "speaks of /etc/passwd, a review file that is not"),
        (HEAD + SOURCE + '[review]\nfile = "../x.toml"\n', "speaks of ../x.toml, a review file that is not"),
        (HEAD + SOURCE + '[review]\nfile = ""\n', "[review] names no file"),
        (HEAD.replace("[audit]", 'review = "x"\n[audit]') + SOURCE, "[review] names no file"),
        ("title = ", "It is no configuration"),
        (b"\xff\xfe\x00", "It is no text file"),
    ],
)
def test_what_reaches_beyond_the_files_handed_in_is_refused(
    browser: Browser, at: Desk, text: str | bytes, said: str
) -> None:
    browser.upload(("arrests.csv", ROWS.encode()))
    answer = earlier(browser, text)
    assert answer.status_code == 422
    assert said in answer.text
    page = Page(answer.text)
    assert page.described <= set(page.ids)
    assert at.jobs.current is None
    assert not at.case.config.exists()


HARMLESS = {
    AuditTable: "title as_of seed focal_groups focal_nationalities reference_group data_opened exclude period",
    SourceSpec: "format path published citation simulated columns values constants place_prefix places facilities "
    "agencies state repair_fips sheet header_row delimiter encoding fill_down day_first roster thousands totals issues "
    "charge_codes fold offence_rule",
    ConfigTables: "audit sources signals output review",
}
"""Settings that open nothing; the path of a source, and the review file, are among the files handed in."""


@pytest.mark.parametrize(
    ("table", "refused"),
    [(AuditTable, earlier_rules._AUDIT), (SourceSpec, earlier_rules._SOURCE), (ConfigTables, [])],
)
def test_every_setting_is_refused_or_known_to_open_nothing(table: type[BaseModel], refused: Sequence[str]) -> None:
    """Whoever adds a setting says here which of the two it is."""
    assert set(table.model_fields) == {*HARMLESS[table].split(), *refused}


def test_a_configuration_that_is_wrong_leaves_the_one_that_is_there(browser: Browser, at: Desk) -> None:
    browser.upload(("arrests.csv", ROWS.encode()))
    browser.post("/look")
    assert browser.wait() == "/questions"
    before = at.case.config.read_bytes()
    earlier(browser, HEAD + SOURCE + "colour = 1\n")
    browser.wait()
    page = browser.get("/").text
    assert "unknown key" in page.lower()
    assert "<title>Error: " in page
    assert at.case.config.read_bytes() == before


def test_no_file_chosen_is_said_beside_the_field(browser: Browser) -> None:
    browser.upload(("arrests.csv", ROWS.encode()))
    answer = browser.post("/earlier", files=[("earlier", ("", b""))])
    assert answer.status_code == 422
    assert "No file was chosen." in answer.text
    assert 'aria-describedby="earlier-help trouble" aria-invalid="true"' in answer.text


def test_text_is_given_back_as_it_came(tmp_path: Path) -> None:
    assert taken_up(b"\xef\xbb\xbf" + (HEAD + SOURCE).encode(), ["arrests.csv"]) == HEAD + SOURCE
    with pytest.raises(NotTakenUp) as error:
        taken_up((SOURCE.replace("arrests", "a") + SOURCE.replace("arrests", "b")).encode(), ["arrests.csv"])
    assert len(error.value.args) == 2
