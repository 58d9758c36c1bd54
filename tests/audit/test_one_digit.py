"""One digit of a page, a table or a letter is altered, anywhere a reader can see it: `verify` must tell."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from auditor.audit import api
from auditor.audit.face import Review
from auditor.audit.lettering.again import differences
from auditor.audit.lettering.write import letter_of, rendered
from auditor.audit.pages import pages
from auditor.audit.verify import verify
from auditor.audit.verify_pages import page_problems
from auditor.audit.verify_tables import expected_tables, table_problems
from auditor.report.letters.build import digest
from auditor.report.letters.details import Details
from auditor.report.trace import check_data
from auditor.resources import folder

PUBLISHED = "48453"
CONFIG = folder("configs") / "demo" / "audit.toml"
SEEN = re.compile(r">[^<>]*\d[^<>]*<")
KINDS = ("crcl", "title-vi", "county-board", "oig", "records-request", "agency-notice")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, with the pages of a flagged place and of one whose counts are published."""
    made = api.run(CONFIG)
    out = tmp_path_factory.mktemp("whole") / "out"
    return made.save(out, places=(flagged(made), PUBLISHED))


@pytest.fixture(scope="module")
def review(whole: Path) -> Review:
    return Review.load(whole)


def flagged(review: Review) -> str:
    return next(entry.place for entry in review.places if entry.verdict == "pattern-worth-examining")


def digits(text: str) -> list[int]:
    """Where the digits stand that a reader of a page sees: text and figures, but no attribute, style or script."""
    body = text.index("<body")
    hidden = [match.span() for match in re.finditer(r"<(style|script)\b.*?</\1>", text, re.DOTALL)]
    found = []
    for match in SEEN.finditer(text, body):
        if any(start <= match.start() < end for start, end in hidden):
            continue
        found += [i for i in range(*match.span()) if text[i].isdigit() and not _entity(text, i)]
    return found


def _entity(text: str, at: int) -> bool:
    start = text.rfind("&", max(0, at - 8), at)
    return start >= 0 and ";" not in text[start:at]


def alter(text: str, at: int, rng: np.random.Generator) -> str:
    other = (int(text[at]) + int(rng.integers(1, 10))) % 10
    return f"{text[:at]}{other}{text[at + 1 :]}"


def test_a_digit_of_a_page_is_told_whatever_it_is(whole: Path, review: Review) -> None:
    """Text, tables, figures, captions, hashes, dates of the standards map: the page is compared byte for byte too."""
    rng = np.random.default_rng(8)
    data = review.to_dict()
    for file in sorted(whole.rglob("*.html")):
        name, page = file.relative_to(whole).as_posix(), file.read_text(encoding="utf-8")
        places = digits(page)
        assert len(places) > 500
        try:
            for at in rng.choice(places, 5, replace=False):
                file.write_text(alter(page, int(at), rng), encoding="utf-8")
                found = list(page_problems(whole, [name], review, data, same=True))
                assert found, page[at - 80 : at + 20]
        finally:
            file.write_text(page, encoding="utf-8")
        assert list(page_problems(whole, [name], review, data, same=True)) == []


def test_a_digit_that_the_review_gave_is_told_without_the_program_that_wrote_it(whole: Path, review: Review) -> None:
    """Another version cannot write the page again, but follows every number to its source.

    Exempt is what is the same in every review (``data-fixed``), names, hashes and held quotations.
    """
    rng = np.random.default_rng(9)
    data = review.to_dict()
    altered = 0
    for file in sorted(whole.rglob("*.html")):
        page = file.read_text(encoding="utf-8")
        spans = [m.span(1) for m in re.finditer(r"<(?:data|tspan)\b[^>]*data-ref=[^>]*>([^<]*\d[^<]*)<", page)]
        spots = [i for start, end in spans for i in range(start, end) if page[i].isdigit()]
        assert len(spots) > 200
        for at in rng.choice(spots, 12, replace=False):
            changed = alter(page, int(at), rng)
            altered += 1
            assert check_data(changed, data), page[at - 160 : at + 20]
    assert altered == 36


def cells(text: str) -> list[int]:
    return [i for i, character in enumerate(text) if character.isdigit()]


def test_a_digit_of_a_table_is_told(whole: Path, review: Review) -> None:
    rng = np.random.default_rng(10)
    for name, text in expected_tables(review, same=True).items():
        spots = cells(text)
        for at in rng.choice(spots, min(12, len(spots)), replace=False):
            (whole / name).write_text(alter(text, int(at), rng), encoding="utf-8", newline="")
            found = list(table_problems(whole, name, text, same=True))
            (whole / name).write_bytes(text.encode())
            assert found, (name, text[at - 40 : at + 10])


def letters(review: Review, form: str) -> Iterator[tuple[str, bytes]]:
    """Every letter that may be written of a flagged and of an unflagged place."""
    for place in (flagged(review), PUBLISHED):
        for kind in KINDS:
            if place != PUBLISHED or kind not in ("title-vi", "crcl"):
                yield f"{place[-2:]}-{kind}.{form}", rendered(letter_of(review, place, kind), form)


def in_text(raw: bytes, change: Callable[[str, int], str], rng: np.random.Generator) -> bytes:
    text = raw.decode("utf-8")
    return change(text, int(rng.choice(cells(text)))).encode()


def in_page(raw: bytes, change: Callable[[str, int], str], rng: np.random.Generator) -> bytes:
    text = raw.decode("utf-8")
    return change(text, int(rng.choice(digits(text)))).encode()


def in_docx(raw: bytes, change: Callable[[str, int], str], rng: np.random.Generator) -> bytes:
    """Alter a digit of the text of the body or of a footnote."""
    source, target = zipfile.ZipFile(io.BytesIO(raw)), io.BytesIO()
    parts = {info.filename: source.read(info) for info in source.infolist()}
    names = [name for name in ("word/document.xml", "word/footnotes.xml") if name in parts]
    texts = {name: parts[name].decode("utf-8") for name in names}
    spots = [
        (name, i)
        for name, text in texts.items()
        for match in re.finditer(r"<w:t(?: [^>]*)?>([^<]*\d[^<]*)</w:t>", text)
        for i in range(*match.span(1))
        if text[i].isdigit() and not _entity(text, i)
    ]
    name, at = spots[rng.integers(len(spots))]
    parts[name] = change(texts[name], at).encode()
    with zipfile.ZipFile(target, "w") as made:
        for part, content in parts.items():
            made.writestr(part, content)
    return target.getvalue()


@pytest.mark.parametrize(("form", "where"), [("md", in_text), ("html", in_page), ("docx", in_docx)])
def test_a_digit_of_a_letter_is_told(
    review: Review,
    tmp_path: Path,
    form: str,
    where: Callable[[bytes, Callable[[str, int], str], np.random.Generator], bytes],
) -> None:
    rng = np.random.default_rng(11)
    few = dataclasses.replace(review, places=tuple(review.place(name) for name in (flagged(review), PUBLISHED)))
    sha256, altered = digest(few), 0
    made = list(letters(Review.of(few), form))
    assert len(made) == 10
    # A DOCX takes a third of a second to write, and a changed one is held against every kind of letter.
    for name, raw in made if form != "docx" else made[:1]:
        file = tmp_path / name
        file.write_bytes(raw)
        assert list(differences(file, few, sha256, Details())) == []
        for _ in range(4):
            file.write_bytes(where(raw, lambda text, at: alter(text, at, rng), rng))
            altered += 1
            assert list(differences(file, few, sha256, Details())), name
    assert altered == (4 if form == "docx" else 40)


@pytest.mark.parametrize(("form", "where"), [("md", in_text), ("docx", in_docx)])
def test_a_reading_copy_is_held_against_its_own_language(
    review: Review,
    tmp_path: Path,
    form: str,
    where: Callable[[bytes, Callable[[str, int], str], np.random.Generator], bytes],
) -> None:
    rng = np.random.default_rng(12)
    few = Review.of(dataclasses.replace(review, places=(review.place(PUBLISHED),)))
    raw, sha256 = rendered(letter_of(few, PUBLISHED, "agency-notice", language="es"), form), digest(few)
    file = tmp_path / f"letter.{form}"
    file.write_bytes(raw)
    assert list(differences(file, few, sha256, Details())) == []
    file.write_bytes(where(raw, lambda text, at: alter(text, at, rng), rng))
    assert list(differences(file, few, sha256, Details()))


def test_verify_reads_letters_in_every_format(whole: Path, review: Review, tmp_path: Path) -> None:
    files = []
    for form in ("md", "docx", "html"):
        files.append(tmp_path / f"letter.{form}")
        files[-1].write_bytes(review.letter(PUBLISHED, "agency-notice", form))
    assert verify(whole, workers=1, letters=files).problems == ()
    # 724 removals, of which 594 without a conviction (Associated Press)
    text = files[0].read_text(encoding="utf-8")
    assert "594" in text
    files[0].write_text(text.replace("594", "595"), encoding="utf-8")
    (tmp_path / "no.docx").write_bytes(b"PK")
    (tmp_path / "other.md").write_text("In 2012 there were 12.\n", encoding="utf-8")
    told = [
        str(p) for p in verify(whole, workers=1, letters=[*files, tmp_path / "no.docx", tmp_path / "other.md"]).problems
    ]
    assert any(line.startswith("letter.md: a line that the review does not give: ") and "595" in line for line in told)
    assert any(line.startswith("letter.md: a line is missing: ") and "594" in line for line in told)
    assert any(line.startswith("no.docx: it cannot be read") for line in told)
    assert any(line.startswith("other.md: it is of no place of this review") for line in told)
    assert not any(line.startswith(("letter.docx", "letter.html")) for line in told)


def test_the_same_review_gives_the_same_bytes(review: Review) -> None:
    """Pages, tables and letters in every format, of a review and of the same read from its text."""
    again = Review.from_dict(review.to_dict())
    for form in ("md", "html"):
        for (name, first), (_, second) in zip(letters(review, form), letters(again, form), strict=True):
            assert first == second, name
    assert review.letter(PUBLISHED, "oig", "docx") == again.letter(PUBLISHED, "oig", "docx")
    at = [i for i, entry in enumerate(review.places) if entry.place in (flagged(review), PUBLISHED)]
    assert dict(pages(review, at)) == dict(pages(again, at))
    assert expected_tables(review, same=True) == expected_tables(again, same=True)
