"""One letter in several formats: they say the same, carry what a reader without sight needs, and let nothing run."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import InputError
from auditor.findings.review import Review
from auditor.report import trace, wording
from auditor.report.letters.build import build
from auditor.report.letters.details import Details
from auditor.report.letters.formats.html import html
from auditor.report.letters.formats.markdown import escaped, markdown
from auditor.report.letters.formats.png import HEIGHT, WIDTH, bar
from auditor.report.letters.model import KINDS, Letter

docx = pytest.importorskip("docx", reason="DOCX is written with python-docx: pip install 'auditor[letters]'")

from docx.opc.constants import RELATIONSHIP_TYPE as RT  # noqa: E402
from docx.oxml.ns import qn  # noqa: E402

from auditor.report.letters.formats.docx import docx as written  # noqa: E402

Letters = dict[tuple[str, str], Letter]
FLAGGED = "48453"
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.org","x")',
    "=cmd|'/C calc'!A0",
    "../../../../etc/passwd",
    "[x](javascript:alert(1)) ![y](http://example.org/z.png)",
    "# heading\n- list\n1. one\n> quote\n| a | b |\n```\n---\n<!-- -->",
    "{{ 7 * 7 }} {% raw %} {place:text}",
    "]]> &lt; &amp; <w:p/> \\u0041 \\\\",
    '" onmouseover="alert(1)" data-ref="/audit/seed"',
)


def opened(letter: Letter, **more: Any) -> Any:
    return docx.Document(io.BytesIO(written(letter, **more)))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.replace("\\", ""))


def docx_text(document: Any) -> str:
    roots = [document.element.body, *([footnotes(document)] if footnotes(document) is not None else [])]
    return " ".join(node.text or "" for root in roots for node in root.iter("{*}t"))


def found(root: Any, path: str) -> list[Any]:
    return list(root.xpath(path, namespaces={"w": qn("w:t")[1:-2]}))


def footnotes(document: Any) -> Any:
    """The root of the part of footnotes; None where there is none."""
    return next((r.target_part.element for r in document.part.rels.values() if r.reltype == RT.FOOTNOTES), None)


class Seen(HTMLParser):
    """The text of a page that is read, without its style and its pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.hidden += tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def html_text(page: str) -> str:
    seen = Seen()
    seen.feed(page)
    return " ".join(seen.parts)


def test_html_markdown_and_docx_hold_the_same_numbers_and_sentences(letters: Letters) -> None:
    for key in [(FLAGGED, kind) for kind in KINDS] + [("48309", "crcl"), ("48309", "records-request")]:
        letter = letters[key]
        page, text = html(letter), words(markdown(letter))
        document = words(docx_text(opened(letter)))
        shown = " ".join(shown for _, _, shown in trace.numbers_in(page))
        read = set(words(html_text(page)))
        ignored = {"Re", "Notes"}  # Markdown has its notes as footnotes, which need no heading
        assert set(words(shown)) <= set(text) & set(document), key
        assert read - set(text) - {"amp", "Share"} - ignored <= set(), (key, read - set(text))
        assert read - set(document) - ignored <= set(), (key, read - set(document))


def test_no_forbidden_word_in_docx(letters: Letters, told: str) -> None:
    held = [told, "Plaintiffs alleged that officers profiled drivers."]
    for key, letter in letters.items():
        if key[0] not in (FLAGGED, "48309"):
            continue  # the words of the others were tested as HTML and Markdown
        paragraphs = [p.text for p in opened(letter).element.body.iter("{*}p") if p.text]
        assert wording.check("\n".join(paragraphs), held=held) == [], key


def test_the_same_bytes_again_and_no_moment_in_them(letters: Letters) -> None:
    letter = letters[FLAGGED, "county-board"]
    first = written(letter)
    assert first == written(letter)
    assert html(letter) == html(letter)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", core)) == {"1980-01-01T"}
    assert "python-docx" not in core


def test_docx_has_headings_header_rows_alternative_text_and_a_language(letters: Letters) -> None:
    document = opened(letters[FLAGGED, "county-board"])
    styles = [p.style.name for p in document.paragraphs]
    assert styles.count("Heading 1") == 2  # the cover note and the subject
    assert styles.count("Heading 2") >= 4
    assert document.tables
    for table in document.tables:
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
        assert table._tbl.tblPr.xpath("./w:tblCaption")
    pictures = document.element.body.xpath(".//wp:docPr")
    assert pictures
    assert all(len(picture.get("descr")) > 10 for picture in pictures)
    assert document.styles.element.xpath(".//w:docDefaults//w:lang/@w:val") == ["en-GB"]


def test_notes_are_footnotes_in_the_order_of_their_marks(letters: Letters) -> None:
    """ECMA-376 part 1, 17.11: each reference has its note, in order; a second mark is a NOTEREF field to the first."""
    for (place, kind), letter in letters.items():
        if place != FLAGGED:
            continue
        document = opened(letter)
        body = document.element.body
        marked = body.xpath(".//w:footnoteReference/@w:id")
        root = footnotes(document)
        if not letter.notes:
            assert marked == []
            assert root is None
            continue
        assert found(root, "./w:footnote/@w:type") == ["separator", "continuationSeparator"]
        assert marked == found(root, "./w:footnote[not(@w:type)]/@w:id"), kind
        assert found(root, ".//w:footnoteRef/ancestor::w:footnote/@w:id") == marked
        texts = ["".join(t.text for t in note.iter(qn("w:t"))).strip() for note in root.findall(qn("w:footnote"))[2:]]
        assert texts == ["".join(run.text for run in note.runs) for note in letter.notes]
        names = body.xpath(".//w:bookmarkStart/@w:name")
        assert names == [f"note_{note.number}" for note in letter.notes]
        fields = [node.text.split() for node in body.iter(qn("w:instrText"))]
        assert all(field[0] == "NOTEREF" and field[1] in names for field in fields)
        assert bool(fields) == (kind in ("title-vi", "oig"))  # their later parts come back to the findings of the table
        inside = {style.style_id for style in document.styles if style.name in ("footnote text", "footnote reference")}
        assert inside == set(found(root, ".//w:pStyle/@w:val")) | set(found(root, ".//w:rStyle/@w:val"))


def test_footnotes_of_the_office_stay(letters: Letters, tmp_path: Path) -> None:
    """Paper with a footnote of its own, in a look of its own, keeps both; ours follow."""
    paper = tmp_path / "paper.docx"
    paper.write_bytes(written(letters[FLAGGED, "crcl"], cover=False))
    own = docx.Document(str(paper))
    own.styles["footnote text"].font.name = "Garamond"
    before = len(footnotes(own))
    for entry in footnotes(own)[2:]:
        entry.set(qn("w:id"), str(int(entry.get(qn("w:id"))) - 999))
    for entry in own.element.body.iter(qn("w:footnoteReference")):
        entry.set(qn("w:id"), str(int(entry.get(qn("w:id"))) - 999))
    own.save(str(paper))
    letter = letters[FLAGGED, "county-board"]
    document = opened(letter, letterhead=paper)
    assert len(footnotes(document)) == before + len(letter.notes)
    assert document.styles["footnote text"].font.name == "Garamond"
    identifiers = [entry.get(qn("w:id")) for entry in footnotes(document)]
    assert len(identifiers) == len(set(identifiers))
    for entry in footnotes(own)[2:]:
        entry.set(qn("w:id"), "1000")
    own.save(str(paper))
    with pytest.raises(InputError, match="numbered 1000 or more"):
        opened(letter, letterhead=paper)


def letterhead(path: Path, *, body: bool, bare: bool) -> Path:
    """An office's paper: a header of its own, its own look of headings, or hardly any styles at all."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Example Legal Aid, since 1970"
    document.styles["Heading 2"].font.name = "Garamond"
    if body:
        document.add_paragraph("Printed above every letter")
    if bare:
        for style in list(document.styles):
            if style.name in (
                "Heading 1",
                "Heading 2",
                "List Bullet",
                "List Paragraph",
                "Quote",
                "Caption",
                "Table Grid",
            ):
                style.element.getparent().remove(style.element)
    document.save(str(path))
    return path


@pytest.mark.parametrize(("body", "bare"), [(False, False), (True, False), (True, True)])
def test_styles_survive_an_offices_own_paper(letters: Letters, tmp_path: Path, *, body: bool, bare: bool) -> None:
    paper = letterhead(tmp_path / "paper.docx", body=body, bare=bare)
    document = opened(letters[FLAGGED, "crcl"], letterhead=paper)
    assert document.sections[0].header.paragraphs[0].text == "Example Legal Aid, since 1970"
    if not bare:
        assert document.styles["Heading 2"].font.name == "Garamond"
    headings = [p for p in document.paragraphs if p.style.name == "Heading 2"]
    assert len(headings) >= 6
    texts = [p.text for p in document.paragraphs if p.text]
    assert (texts[0] == "Printed above every letter") == body
    assert texts.index("Before you send") == (0 if not body else texts.index("Before you send"))
    outlines = document.styles["Heading 2"].element.xpath("./w:pPr/w:outlineLvl/@w:val")
    assert outlines == ["1"]


def test_a_letterhead_that_is_none_is_refused(letters: Letters, tmp_path: Path) -> None:
    broken, other, archive = tmp_path / "a.docx", tmp_path / "b.docm", tmp_path / "c.docx"
    broken.write_bytes(b"PK\x03\x04 not a document")
    other.write_bytes(b"")
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("x.txt", "x")
    for path in (broken, other, archive, tmp_path / "missing.docx"):
        with pytest.raises(InputError, match="letterhead cannot be used") as caught:
            written(letters[FLAGGED, "crcl"], letterhead=path)
        assert str(tmp_path) not in str(caught.value)


def hostile_details(payload: str) -> Details:
    line = payload.replace("\n", " ")
    return Details(
        sent=line,
        law=line,
        agencies=(line,),
        costs=payload,
        records_log=line,
        enclosures=(line,),
        sender={"organisation": line, "address": (line,), "about": payload},  # type: ignore[arg-type]
        signers=({"name": line},),  # type: ignore[arg-type]
        recipient={"name": line, "organisation": line, "address": (line,)},  # type: ignore[arg-type]
        copies=({"name": line},),  # type: ignore[arg-type]
        contact={"name": line},  # type: ignore[arg-type]
        complainant={"name": line, "consent": line, "statement": payload},  # type: ignore[arg-type]
        incidents=({"text": payload, "source": line, "place": line, "date": line},),  # type: ignore[arg-type]
        funding={"recipient": line, "ground": line},  # type: ignore[arg-type]
        evidence=({"factor": "statements", "text": payload, "source": line},),  # type: ignore[arg-type]
        requests=({"text": payload},),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("payload", HOSTILE)
def test_what_the_sender_writes_is_shown_and_does_nothing(review: Review, payload: str) -> None:
    details = hostile_details(payload)
    for kind in KINDS:
        letter = build(review, FLAGGED, kind, details)
        page = html(letter)
        assert trace.check_data(page, review.to_dict()) == []
        tags = set(re.findall(r"<([a-zA-Z!/][^\s>]*)", page))
        assert not {tag for tag in tags if tag.lower().strip("/") in ("script", "img", "iframe", "w:p", "!--")}
        assert 'onmouseover="' not in page
        assert "49" not in html_text(page).replace("57141", "").split()
        assert " ".join(payload.split()) in " ".join(html_text(page).split())
        text = markdown(letter)
        assert not re.search(r"<(?!/?$)[a-zA-Z!/]", text)
        assert not re.search(r"(?<!\\)\]\(", text)
        if kind != "title-vi":
            continue  # the kind that prints every field of the details
        document = opened(letter)
        assert payload.split("\n")[0] in docx_text(document)
        assert not document.element.body.xpath(".//w:fldSimple")
        assert {node.text.split()[0] for node in document.element.body.iter(qn("w:instrText"))} <= {"NOTEREF"}
        assert {r.target_ref for r in document.part.rels.values() if r.is_external} == set()


def test_payloads_of_the_pages_do_not_run_in_letters(review: Review, payloads: tuple[str, ...]) -> None:
    for start in range(0, len(payloads), 12):
        text = " ".join(payloads[start : start + 12])
        clean = "".join(c for c in text if c.isprintable())
        page = html(build(review, FLAGGED, "crcl", Details(incidents=({"text": clean, "source": "x"},))))  # type: ignore[arg-type]
        inside = page.split("<main", 1)[1]
        allowed = "a|abbr|address|aside|b|blockquote|br|caption|code|data|div|figcaption|figure|h1|h2"
        allowed += "|header|li|main|mark|ol|p|rect|section|span|sup|svg|table|tbody|td|th|thead|tr|ul|body|html"
        assert not re.findall(rf"<(?!/?(?:{allowed})\b)[a-zA-Z!/]", inside)
        assert trace.check_data(page, review.to_dict()) == []


def test_an_unseen_character_is_refused() -> None:
    for character in ("\x00", "\x0b", "\u202e", "\u200b", "\ufeff", "\ue000"):
        with pytest.raises(ValueError, match="unseen character"):
            Details(costs=f"a{character}b")
    with pytest.raises(ValueError, match="several lines"):
        Details(sent="a\nb")


def test_markdown_begins_nothing() -> None:
    assert escaped("<b> & *x* [y](z)") == "&lt;b&gt; &amp; \\*x\\* \\[y\\](z)"


def test_the_page_asks_for_nothing_and_runs_nothing(letters: Letters) -> None:
    for key, letter in letters.items():
        page = html(letter)
        assert "default-src 'none'" in unescape(page), key
        assert not re.search(r"https?://|src=|@import|url\(", page), key
        assert page.count("<h1>") == 1
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), key
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids), key
        assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) <= set(ids), key


def test_a_bar_is_a_png_of_its_length() -> None:
    """PNG specification: signature, IHDR with width, height, 8-bit palette; rows of one filter byte and the pixels."""
    raw = bar(0.25, 1)
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">IIBB", raw[16:26]) == (WIDTH, HEIGHT, 8, 3)
    start = raw.index(b"IDAT")
    (length,) = struct.unpack(">I", raw[start - 4 : start])
    pixels = zlib.decompress(raw[start + 4 : start + 4 + length])
    middle = pixels[(HEIGHT // 2) * (WIDTH + 1) + 1 : (HEIGHT // 2 + 1) * (WIDTH + 1)]
    assert middle.count(1) == 179  # a quarter of the 716 pixels inside the frame
    assert bar(2.0, 1) == bar(1.0, 1)
    assert bar(-1.0, 1) == bar(0.0, 1)


def test_libreoffice_opens_it(letters: Letters, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: that it opens the DOCX was not tried")
    file = tmp_path / "letter.docx"
    file.write_bytes(written(letters[FLAGGED, "crcl"]))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = (tmp_path / "letter.txt").read_text(encoding="utf-8", errors="replace")
    assert "What the statistics show" in text
