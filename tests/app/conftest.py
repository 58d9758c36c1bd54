"""A spreadsheet as an agency sends it, and a browser's requests without a browser."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest

pytest.importorskip("starlette", reason="the extra app is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed")
from starlette.testclient import TestClient

from auditor.app.build import build
from auditor.app.case import Case
from auditor.app.desk import Desk
from auditor.app.guard import cookie_name
from auditor.app.keys import Keys

PORT = 8123
HOME = f"http://127.0.0.1:{PORT}"


def write_jail(path: Path, rows: int = 900) -> Path:
    """Write bookings of four counties as a workbook: letters for groups, one name misspelt, a column of names."""
    draw = random.Random(20100101)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Bookings"
    sheet.append(["County", "Booked", "Eth", "Charge", "Name"])
    for _ in range(rows):
        day = date(2010, 1, 1) + timedelta(days=draw.randrange(900))
        county = draw.choice(["Travis County", "Bexar County", "Harris County", "Dalas County"])
        charge = draw.choice(["THEFT", "DWLS", "DUI", "ASSAULT", "BURGLARY", "NO DRIVER LICENSE"])
        sheet.append([county, day, draw.choices(["H", "W", "B"], [4, 4, 2])[0], charge, "ZYXWVUT, QRSTA"])
    book.save(path)
    return path


def letterhead(header: str) -> bytes:
    """Return a Word document with one line of header."""
    library = pytest.importorskip("docx", reason="python-docx is not installed")
    made, held = library.Document(), io.BytesIO()
    made.sections[0].header.paragraphs[0].text = header
    made.save(held)
    return held.getvalue()


def header_of(document: bytes) -> str:
    """Return the first line of a Word document's header."""
    library = pytest.importorskip("docx", reason="python-docx is not installed")
    return str(library.Document(io.BytesIO(document)).sections[0].header.paragraphs[0].text)


class Page(HTMLParser):
    """The forms of a page: their hidden and filled-in fields, their labels, the ids of everything."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.fields: list[dict[str, str]] = []
        self.labels: set[str] = set()
        self.described: set[str] = set()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what matters of a tag."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag in ("input", "select", "textarea"):
            self.fields.append({"tag": tag, **given})
        if tag == "label":
            self.labels.add(given["for"])
        self.described.update(given.get("aria-describedby", "").split())


class Browser:
    """Requests as a browser sends them: the right host and origin, the cookie, the mark of the form."""

    def __init__(self, at: Desk) -> None:
        self.at = at
        self.client = TestClient(build(at), base_url=HOME, follow_redirects=False)
        self.client.cookies.set(cookie_name(PORT), at.keys.session, domain="127.0.0.1")

    def get(self, path: str, **more: Any) -> Any:
        """Open a page."""
        return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """Send a form of our own."""
        headers = {"origin": HOME, **more.pop("headers", {})}
        return self.client.post(path, data={"form": self.at.keys.form, **(data or {})}, headers=headers, **more)

    def upload(self, *files: tuple[str, bytes]) -> Any:
        """Hand files in."""
        return self.post("/files", files=[("files", file) for file in files])

    def wait(self) -> str:
        """Stay on the page of the step until it ends; return where it leads."""
        text = self.get("/working").text
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', text)
        return found.group(1) if found else self.get("/working").headers["location"]

    def control(self, label: str) -> str:
        """Return the name of the control with this label on the page of questions."""
        text = self.get("/questions").text
        found = re.search(rf'(?:for|id)="(q[0-9a-f]{{16}})"[^>]*>{re.escape(label)}<', text)
        if found is None:
            found = re.search(rf'<legend>{re.escape(label)}</legend>.*?id="(q[0-9a-f]{{16}})"', text, re.DOTALL)
        assert found is not None, label
        return found.group(1)

    def answer(self, *answers: tuple[str, str]) -> Any:
        """Answer questions by their labels."""
        data: dict[str, Any] = {}
        for label, value in answers:
            name = self.control(label)
            data |= {f"{name}-there": "1", name: value}
        return self.post("/questions", data)


@contextmanager
def desk_in(base: Path) -> Iterator[Desk]:
    """A desk with a case of its own, which is gone at the end; ``told`` has what it was told to do."""
    base.mkdir()
    left: list[str] = []
    opened = Desk(Case.open(base), Keys(), PORT, leave=lambda: left.append("left"), spent=lambda: left.append("spent"))
    opened.told = left  # type: ignore[attr-defined]
    try:
        yield opened
    finally:
        opened.jobs.stop()
        opened.case.close()


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    """A desk for one test."""
    with desk_in(tmp_path / "system") as opened:
        yield opened


@pytest.fixture
def browser(at: Desk) -> Browser:
    """A browser that came in by the link."""
    return Browser(at)


@pytest.fixture(scope="session")
def jail(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The workbook's bytes."""
    return write_jail(tmp_path_factory.mktemp("jail") / "jail.xlsx").read_bytes()


ANSWERS = (
    ("Title of the review", "Four counties"),
    ("Date that the review bears", "2012-12-31"),
    ("State of every place in this file", "TX"),
    ("What happened to the person of each row?", "booking"),
    ("What does “H” mean?", "hispanic"),
    ("What does “W” mean?", "white"),
    ("What does “B” mean?", "black"),
)


@pytest.fixture(scope="session")
def finished(jail: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser at the end of the way: everything answered, the audit run. To be looked at, not changed."""
    with desk_in(tmp_path_factory.mktemp("finished") / "system") as opened:
        browser = Browser(opened)
        assert browser.upload(("jail.xlsx", jail)).headers["location"] == "/"
        assert browser.post("/look").headers["location"] == "/working"
        assert browser.wait() == "/questions"
        assert browser.answer(*ANSWERS).headers["location"] == "/working"
        assert browser.wait() == "/questions"
        assert browser.answer(("Where is “Dalas County, TX”?", "48113")).headers["location"] == "/working"
        assert browser.wait() == "/questions"
        assert browser.post("/check").headers["location"] == "/working"
        assert browser.wait() == "/check"
        assert browser.post("/run", {"which": "all"}).headers["location"] == "/working"
        assert browser.wait() == "/review"
        yield browser
