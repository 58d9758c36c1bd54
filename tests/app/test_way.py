"""The whole way from a spreadsheet to a letter, page by page; the bytes are those of the command line."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from auditor import cli
from auditor.app.desk import Desk
from auditor.app.letter_form import sections
from auditor.app.steps.review import files_of
from auditor.report.letters.details import Details

from .conftest import Browser, Page, header_of, letterhead

PAGES = ("/", "/questions", "/check", "/review", "/letters", "/finish")


def test_the_review_is_byte_for_byte_that_of_the_command_line(
    finished: Browser, jail: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "jail.xlsx").write_bytes(jail)
    (tmp_path / "audit.toml").write_bytes(finished.get("/audit.toml").content)
    assert cli.main(["run", str(tmp_path / "audit.toml"), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    ours, theirs = files_of(finished.at.case.out), files_of(tmp_path / "out")
    assert {"review.json", "index.html", "SHA256SUMS"} <= set(ours)
    assert set(ours) == set(theirs)
    for name, file in ours.items():
        assert file.read_bytes() == theirs[name].read_bytes(), name
    assert finished.get("/pages/review.json").content == theirs["review.json"].read_bytes()
    assert cli.main(["verify", str(tmp_path / "out")]) == 0
    capsys.readouterr()


def test_init_reads_the_answers_of_the_app_as_its_own(
    finished: Browser, jail: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jail.xlsx").write_bytes(jail)
    written = finished.get("/audit.toml").content
    (tmp_path / "audit.toml").write_bytes(written)
    assert cli.main(["init", "jail.xlsx"]) == 0
    assert "nothing is open" in capsys.readouterr().out
    assert (tmp_path / "audit.toml").read_bytes() == written
    source = tomllib.loads(written.decode())["sources"][0]
    assert source["places"] == {"Dalas County, TX": "48113"}
    assert source["values"]["group"] == {"H": "hispanic", "W": "white", "B": "black"}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_for_those_who_do_not_see(finished: Browser, path: str) -> None:
    text = finished.get(path).text
    page = Page(text)
    assert not {"script", "style", "iframe"} & set(page.tags)
    assert not re.search(r"\son\w+=|javascript:|style=|https?://", text)
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("h1") == 1
    assert page.described <= set(page.ids)
    for field in page.fields:
        if field.get("type") != "hidden":
            assert field["id"] in page.labels, field
    assert page.tags.count("form") == text.count(f'name="form" value="{finished.at.keys.form}"')
    assert "aria-current" in text


def test_no_name_of_a_person_stands_on_any_page(finished: Browser) -> None:
    """The column of names is one of the file; what is in it is nobody's business."""
    for path in PAGES:
        assert "ZYXWVUT" not in finished.get(path).text
    for file in (*files_of(finished.at.case.out).values(), *finished.at.case.state.iterdir(), finished.at.case.config):
        assert b"ZYXWVUT" not in file.read_bytes()


def test_pages_of_the_review_come_with_the_policy_that_they_state(finished: Browser) -> None:
    for path in ("/pages/index.html", finished.at.jobs.result("run")["places"][0]["page"]):
        answer = finished.get(path if path.startswith("/") else f"/pages/{path}")
        policy = answer.headers["content-security-policy"]
        assert answer.status_code == 200
        assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[^']+'; .*; frame-ancestors 'none'", policy)
        assert "script" not in policy
    table = finished.get("/pages/tables/findings.csv")
    assert table.headers["content-disposition"].startswith("attachment")


def test_a_letter_and_its_details(finished: Browser) -> None:
    sent = {"place": "48453", "kind": "county-board", "format": "html", "language": "en"}
    form = {**sent, "sender.organisation": "Legal <b>Aid</b>", "recipient.address": "1 Main Street\r\nAustin"}
    assert finished.post("/letters", {**form, "date": "2012-12-31"}).headers["location"] == "/working"
    assert finished.wait() == "/letters"
    page = finished.get("/letters").text
    file = re.findall(r'href="/letters/([^"]+)"', page)[-1]
    assert file.endswith("-county-board.html")
    assert "Before you send" in page
    assert not re.search(r" --kind|\(date =", page), "words of a terminal"
    letter = finished.get(f"/letters/{file}")
    assert letter.headers["content-disposition"].startswith("attachment")
    assert "Legal &lt;b&gt;Aid&lt;/b&gt;" in letter.text
    details = tomllib.loads(finished.get(f"/letters/{Path(file).stem}.toml").text)
    assert details["recipient"]["address"] == ["1 Main Street", "Austin"]


def test_the_form_has_whatever_the_details_may_hold() -> None:
    """But offices and addresses of those who sign or are sent a copy: names and titles do."""
    fields = {field.name for _, _, own in sections() for field in own}
    wanted: set[str] = set()
    for name, about in Details.model_fields.items():
        (inner, many) = _inner(about.annotation)
        wanted |= {f"{name}.0.{key}" if many else f"{name}.{key}" for key in inner} or {name}
    lacking = wanted - fields
    people = {f"{who}.{key}" for who in ("signers.0", "copies.0") for key in ("title", "organisation", "address")}
    assert lacking == people - {"signers.0.title"}
    assert {name for name in fields if not re.search(r"\.[1-9]\.", name)} <= wanted


CHOSEN = {
    "requests.0.ask": "records-request/code-book", "requests.0.by": "2013-01-31",
    "requests.2.text": "The log of operations.\r\nBy day.", "requests.3.ask": "records-request/produce",
}  # fmt: skip
BY_HAND = """date = 2012-12-31

[[requests]]
ask = "code-book"
by = 2013-01-31

[[requests]]
text = "The log of operations.\\nBy day."

[[requests]]
ask = "produce"
"""


def test_the_choice_of_requests_gives_the_letter_of_the_command_line(finished: Browser, tmp_path: Path) -> None:
    form = {"place": "48453", "kind": "records-request", "format": "md", "language": "en", "date": "2012-12-31"}
    finished.post("/letters", {**form, **CHOSEN})
    assert finished.wait() == "/letters"
    page = finished.get("/letters").text
    assert '<option value="records-request/code-book" selected>' in page
    file = re.findall(r'href="/letters/([^"]+)"', page)[0]
    (tmp_path / "by-hand.toml").write_text(BY_HAND, encoding="utf-8")
    asked = ["letter", str(finished.at.case.out), "--place", "48453", "--kind", "records-request", "--format", "md"]
    given = ["--details", str(tmp_path / "by-hand.toml"), "--out", str(tmp_path / "by-hand.md")]
    assert cli.main([*asked, *given]) == 0
    letter = finished.get(f"/letters/{file}").content
    assert letter == (tmp_path / "by-hand.md").read_bytes()
    asks = [
        letter.index(words)
        for words in (b"To produce the code book", b"The log of operations", b"To produce the records")
    ]
    assert asks == sorted(asks)
    assert b"not printouts or images" not in letter, "one that was not chosen"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"requests.0.ask": "crcl/publish"}, "f-requests-0-ask"),  # of another letter
        ({"requests.1.ask": "county-board/nothing"}, "f-requests-1-ask"),
        ({"requests.2.by": "2013-01-31"}, "f-requests-2-ask"),
        ({"requests.0.ask": "county-board/agenda", "requests.0.text": "Also."}, "f-requests-0-text"),
    ],
)
def test_a_request_that_cannot_be_made_stands_beside_its_field(
    finished: Browser, given: dict[str, str], field: str
) -> None:
    form = {"place": "48453", "kind": "county-board", "format": "md", "language": "en"}
    refused = finished.post("/letters", {**form, **given})
    assert refused.status_code == 422
    _beside(refused.text, field)


def test_a_request_beyond_the_evidence_is_refused_in_words_without_a_terminal(finished: Browser) -> None:
    form = {"place": "48453", "kind": "county-board", "format": "md", "language": "en"}
    finished.post("/letters", {**form, "requests.0.ask": "county-board/limit-agreement"})
    assert finished.wait() == "/letters"
    page = finished.get("/letters").text
    assert "would ask for more than the evidence bears" in page
    assert "[[requests]]" not in page
    finished.at.case.forget("letter")


def _inner(kind: Any) -> tuple[list[str], bool]:
    """Return the keys of a table, or of each of a list of tables."""
    (many,) = [get_args(kind)[0] if get_origin(kind) is tuple else None]
    table = many if many is not None else kind
    keys = list(table.model_fields) if isinstance(table, type) and issubclass(table, BaseModel) else []
    return keys, bool(keys) and many is not None


def test_a_slip_in_the_details_stands_beside_its_field(finished: Browser) -> None:
    form = {"place": "48453", "kind": "county-board", "format": "md", "language": "en", "incidents.1.text": "Stopped."}
    before = sorted(finished.at.case.letters.iterdir())
    here = finished.post("/letters", form)  # told at once, before anything is written
    assert here.status_code == 422
    _beside(here.text, "f-incidents-1-source")
    finished.post("/letters", {**form, "incidents.1.source": "A\u202eB"})  # told by what reads the details
    assert finished.wait() == "/letters"
    there = finished.get("/letters").text
    _beside(there, "f-incidents-1-source")
    assert "Stopped." in there
    assert sorted(finished.at.case.letters.iterdir()) == before
    finished.at.case.forget("letter")


def _beside(page: str, field: str) -> None:
    assert f'id="{field}-error"' in page
    assert re.search(rf'id="{field}"[^>]*aria-describedby="{field}-error"[^>]*aria-invalid', page)
    assert f'<a href="#{field}">' in page


def test_a_letter_that_the_evidence_does_not_bear_says_so(finished: Browser) -> None:
    finished.post("/letters", {"place": "48453", "kind": "title-vi", "format": "md", "language": "en"})
    assert finished.wait() == "/letters"
    assert "No title-vi letter is written about this place" in finished.get("/letters").text
    finished.at.case.forget("letter")
    wrong = finished.post("/letters", {"place": "99999", "kind": "x", "format": "exe", "language": "en"})
    assert wrong.status_code == 422
    assert wrong.text.count("Choose one of the list.") >= 3


def test_the_bundle_holds_the_review_and_none_of_the_files(finished: Browser) -> None:
    first, second = finished.get("/bundle"), finished.get("/bundle")
    assert first.content == second.content
    bundle = zipfile.ZipFile(io.BytesIO(first.content))
    names = bundle.namelist()
    assert names == sorted(names)
    assert {"audit.toml", "review/index.html", "review/review.json"} <= set(names)
    assert not [name for name in names if "jail" in name or name.startswith(("/", ".."))]
    assert bundle.read("review/review.json") == finished.get("/pages/review.json").content
    assert {entry.date_time for entry in bundle.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_before_there_is_anything_every_page_leads_back(browser: Browser, at: Desk) -> None:
    for path in ("/questions", "/check", "/review", "/letters", "/working"):
        assert browser.get(path).headers["location"] == "/"
    for path in ("/questions", "/check", "/run", "/letters"):
        assert browser.post(path).headers["location"] == "/"
    assert browser.post("/look").status_code == 422
    assert at.jobs.current is None


def test_a_file_that_cannot_be_taken_is_named_with_the_reason(browser: Browser, at: Desk) -> None:
    answer = browser.upload(
        ("audit.toml", b"x = 1"), ("empty.csv", b""), ("good.csv", b"a,b\n1,2\n"), ("GOOD.csv", b"a")
    )
    assert answer.status_code == 422
    for said in ("audit.toml is no data", "empty.csv: the file is empty", "GOOD.csv is here already"):
        assert said in answer.text
    assert [file.name for file in at.case.files()] == ["good.csv"]
    assert at.case.files()[0].stat().st_mode & 0o777 == 0o600
    assert 'aria-describedby="files-help trouble"' in answer.text
    assert browser.post("/files").status_code == 422
    page = Page(browser.get("/").text)
    assert "<b>good.csv</b>" in browser.get("/").text
    assert "button" in page.tags


def test_wrong_answers_stand_beside_their_questions_and_change_nothing(browser: Browser, at: Desk, jail: bytes) -> None:
    browser.upload(("jail.xlsx", jail))
    browser.post("/look")
    assert browser.wait() == "/questions"
    before = at.case.config.read_text()
    day = browser.control("Date that the review bears")
    answer = browser.answer(("Date that the review bears", "31/12/2012"), ("What does “H” mean?", "martian"))
    assert answer.status_code == 422
    assert f'id="{day}-error"' in answer.text
    assert f'<a href="#{day}">Write a day as 2012-06-30.</a>' in answer.text
    assert 'value="31/12/2012"' in answer.text
    assert at.case.config.read_text() == before
    # What only the reading of the files can tell is taken back too, and stands beside its question; the rest is kept.
    place = browser.control("Where is “Travis County”?")
    browser.answer(("Where is “Travis County”?", "nowhere at all"), ("Title of the review", "A title"))
    assert browser.wait() == "/questions"
    text = browser.get("/questions").text
    assert f'id="{place}-error"' in text
    assert "“nowhere at all” is no county or state code" in text
    written = tomllib.loads(at.case.config.read_text())
    assert written["audit"]["title"] == "A title"
    assert written["sources"][0]["places"]["Travis County"] == ""
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))


def test_a_step_can_be_stopped_and_everything_deleted(browser: Browser, at: Desk, jail: bytes) -> None:
    browser.upload(("jail.xlsx", jail))
    browser.post("/look")
    assert browser.post("/stop").headers["location"] == "/"
    assert at.jobs.running is False
    assert "You stopped this step" in browser.get("/").text
    root = at.case.root
    assert browser.post("/delete").headers["location"] == "/"
    assert [path.name for path in root.rglob("*") if path.is_file()] == ["lock"]
    assert "jail.xlsx" not in browser.get("/").text


def test_a_file_is_deleted_by_itself(browser: Browser, at: Desk) -> None:
    browser.upload(("a.csv", b"a\n1\n"), ("b.csv", b"a\n1\n"))
    button = re.search(r'name="file" value="(q[0-9a-f]+)">Delete<span class="vh"> a.csv', browser.get("/").text)
    assert button is not None
    browser.post("/files/remove", {"file": "../b.csv"})
    browser.post("/files/remove", {"file": button.group(1)})
    assert [file.name for file in at.case.files()] == ["b.csv"]


def test_closing_ends_the_program(browser: Browser, at: Desk) -> None:
    assert "are being deleted" in browser.post("/close", {"keep": "no"}).text
    assert at.told == ["left"]  # type: ignore[attr-defined]
    assert at.case.keep is False
    assert "is kept" in browser.post("/close", {"keep": "yes"}).text
    assert at.case.keep is True
    at.case.keep = False


def test_nothing_changes_while_a_step_is_under_way(browser: Browser, at: Desk, jail: bytes) -> None:
    browser.upload(("jail.xlsx", jail))
    browser.post("/look")
    for path in ("/questions", "/check", "/run", "/letters", "/look"):
        assert browser.post(path).headers["location"] == "/working"
    assert browser.upload(("more.csv", b"a\n1\n")).headers["location"] == "/working"
    assert [file.name for file in at.case.files()] == ["jail.xlsx"]


def test_a_review_of_earlier_answers_says_so_and_keeps_its_own(browser: Browser, at: Desk) -> None:
    at.case.out.mkdir()
    at.case.ran.write_text("title = 'before'")
    (at.case.state / "run.json").write_text('{"result": {"places": [], "failures": []}}')
    at.case.config.write_text("title = 'before'")
    assert "were changed since" not in browser.get("/review").text + browser.get("/finish").text
    at.case.config.write_text("title = 'after'")
    for path in ("/review", "/finish"):
        assert "were changed since" in browser.get(path).text
    bundle = zipfile.ZipFile(io.BytesIO(browser.get("/bundle").content))
    assert bundle.read("audit.toml") == b"title = 'before'"


def test_text_of_files_is_text_on_every_page(browser: Browser, at: Desk) -> None:
    """In names of files, headers, words and places: shown as it is written, and never taken for a tag."""
    bad = '"><img src=x onerror=alert(1)>'
    quoted = bad.replace('"', '""')
    rows = f'place,period,event,group,n,"{quoted}"\n"{quoted}",2011,arrest,"{quoted}",5,1\n'
    browser.upload((f"{bad}.csv", rows.encode()))
    browser.post("/look")
    assert browser.wait() == "/questions"
    for path in ("/", "/questions"):
        text = browser.get(path).text
        assert "img" not in Page(text).tags
        assert "&lt;img src=x" in text or path == "/"
        assert "_img src=x onerror=alert(1)_.csv" in text


def test_a_choice_of_places_that_is_none_starts_nothing(finished: Browser) -> None:
    before = finished.at.jobs.current
    for sent in ({"which": "some"}, {"which": "some", "place": "99999"}):
        answer = finished.post("/run", sent)
        assert answer.status_code == 422
        assert "Choose at least one place of the list" in answer.text
    assert finished.at.jobs.current is before


def test_a_step_ends_with_the_program_that_started_it(browser: Browser, at: Desk, jail: bytes) -> None:
    """Killed, it holds the other end of the step's standard input no more."""
    browser.upload(("jail.xlsx", jail))
    browser.post("/look")
    job = at.jobs.current
    assert job is not None
    assert job.process.stdin is not None
    job.process.stdin.close()
    job.ear.join(60)
    assert job.process.returncode in (143, -15)  # 143 once it listens to signals, the system's own word before
    assert at.jobs.result("look") is None
    assert "ended without a result" in browser.get("/").text


def last_header(browser: Browser) -> str:
    """Return the header of the letter written last."""
    assert browser.wait() == "/letters"
    file = re.findall(r'href="/letters/([^"]+)" download', browser.get("/letters").text)[0]
    return header_of(browser.get(f"/letters/{file}").content)


def test_a_letter_is_written_onto_the_letterhead_until_it_is_taken_away(finished: Browser) -> None:
    sent = {"place": "48453", "kind": "county-board", "format": "docx", "language": "en"}
    own = finished.at.case.letterhead
    finished.post("/letters", sent, files=[("letterhead", ("Paper.DOCX", letterhead("Example Legal Aid, since 1970")))])
    assert last_header(finished) == "Example Legal Aid, since 1970"
    assert own.stat().st_mode & 0o777 == 0o600
    finished.post("/letters", sent, files=[("letterhead", ("", b""))])
    assert last_header(finished) == "Example Legal Aid, since 1970"
    assert "Without the letterhead" in finished.get("/letters").text
    assert not [
        name for name in zipfile.ZipFile(io.BytesIO(finished.get("/bundle").content)).namelist() if "head" in name
    ]
    finished.post("/letters", {**sent, "letterhead.drop": "yes"})
    assert last_header(finished) != "Example Legal Aid, since 1970"
    assert not own.exists()


def test_a_letterhead_that_is_none_is_named(finished: Browser) -> None:
    sent = {"place": "48453", "kind": "county-board", "format": "docx", "language": "en"}
    answer = finished.post("/letters", sent, files=[("letterhead", ("paper.doc", b"x"))])
    assert answer.status_code == 422
    assert "Choose a Word document (.docx)." in answer.text
    assert 'aria-describedby="f-letterhead-help f-letterhead-error" aria-invalid="true"' in answer.text
    assert not finished.at.case.letterhead.exists()
    finished.post("/letters", sent, files=[("letterhead", ("paper.docx", b"no document"))])
    assert finished.wait() == "/letters"
    assert "The letterhead cannot be used" in finished.get("/letters").text
    finished.at.case.letterhead.unlink()
    finished.at.case.forget("letter")
