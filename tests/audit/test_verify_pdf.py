"""A letter as PDF: the same browser gives the same bytes again; anything else is refused, and says why."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from auditor.audit import api
from auditor.audit.face import Review
from auditor.audit.lettering import again_pdf, browser
from auditor.audit.lettering.again_pdf import entry_of, pdf_problems
from auditor.audit.lettering.write import letter_of, rendered
from auditor.errors import UsageError
from auditor.report.letters.build import digest
from auditor.report.letters.details import Details
from auditor.resources import folder

PLACE = "48453"
LETTER = b"%PDF-1.4 1 0 obj <</Title (Letter to the board, Travis County, TX) /Producer (Skia/PDF m1)>> 594 of 724"


@pytest.fixture(scope="module")
def review() -> Review:
    whole = api.run(folder("configs") / "demo" / "audit.toml")
    return Review.of(dataclasses.replace(whole, places=(whole.place(PLACE),)))


def told(path: Path, raw: bytes, review: Review) -> list[str]:
    path.write_bytes(raw)
    return [str(problem) for problem in pdf_problems(path, review, digest(review), Details())]


def test_what_a_browser_writes_of_a_pdf_is_read() -> None:
    """ISO 32000-1: literal strings (7.3.4.2), hexadecimal strings (7.3.4.3), UTF-16 with its mark (7.9.2.2)."""
    assert entry_of(rb"<</Title (A \(b\) \\ \101)>>", b"Title") == "A (b) \\ A"
    assert entry_of(b"<</Title <FEFF00E9>>>", b"Title") == "\u00e9"
    assert entry_of(rb"<</Title (\376\377\000\351)>>", b"Title") == "\u00e9"
    assert entry_of(b"/Title (old) /Title (new)", b"Title") == "new"
    assert entry_of(b"/Author (x)", b"Title") == ""
    assert entry_of(rb"/Title (\9\777)", b"Title") == "9\u00ff"
    assert entry_of(b"/Title <41 4>", b"Title") == "A@"  # a last digit that is missing is 0


def test_the_letter_that_the_review_gives_is_found_and_held_against_it(
    review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        again_pdf, "rendered", lambda letter, form: asked.append((letter.kind, letter.language)) or LETTER
    )
    path = tmp_path / "letter.pdf"
    assert told(path, LETTER, review) == []
    assert asked == [("county-board", "en")]
    (altered,) = told(path, LETTER.replace(b"594", b"595"), review)
    assert "it is not the PDF that this review gives" in altered
    (other,) = told(path, LETTER.replace(b"m1", b"m2"), review)
    assert "it cannot be checked here" in other
    assert "Skia/PDF m2" in other
    (stray,) = told(path, LETTER.replace(b"Travis", b"Another"), review)
    assert "it is of no place of this review" in stray
    for raw in (b"", b"594 of 724", b"%PDF-" + bytes(again_pdf.LARGEST)):
        assert len(told(path, raw, review)) == 1
    (missing,) = pdf_problems(tmp_path / "none.pdf", review, digest(review))
    assert "it cannot be read" in str(missing)


def test_without_a_browser_nothing_is_said_of_a_pdf(
    review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(browser.VARIABLE, "no-such-browser")
    (line,) = told(tmp_path / "letter.pdf", LETTER, review)
    assert "it cannot be checked here" in line
    assert "names no program" in line


@pytest.mark.browser
def test_a_printed_letter_is_verified_and_an_altered_one_told(review: Review, tmp_path: Path) -> None:
    try:
        browser.browser()
    except UsageError as error:
        pytest.skip(str(error))
    path = tmp_path / "letter.pdf"
    for language in ("en", "es"):
        raw = rendered(letter_of(review, PLACE, "county-board", language=language), "pdf")
        assert told(path, raw, review) == []
        middle = len(raw) // 2
        altered = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]
        assert "it is not the PDF that this review gives" in told(path, altered, review)[0]
