"""Read the lines of a letter in any format, for what is compared with the letter that its review gives."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Final

from auditor.audit.lettering.read_docx import docx_lines

_DIGIT: Final = re.compile(r"\d")


class _Texts(HTMLParser):
    """The texts of a page, each as it stands between two tags; styles are none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.style = False
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.style = False

    def handle_data(self, data: str) -> None:
        if not self.style:
            self.texts.append(data)


def lines_of(raw: bytes, form: str) -> Counter[str]:
    """Return the lines of a letter that hold a figure, with how often each stands there.

    Parameters
    ----------
    raw : bytes
    form : {"docx", "html", "md"}
        Of a DOCX the body and the footnotes: a letterhead of one's own stands in its headers.

    Raises
    ------
    ValueError
        When it is not of that format.
    """
    return Counter(line for line in read(raw, form) if _DIGIT.search(line))


def read(raw: bytes, form: str) -> list[str]:
    """Return the lines of a letter, white space drawn together; raises as :func:`lines_of` does."""
    if form == "docx":
        found = docx_lines(raw)
    else:
        text = raw.decode("utf-8")
        found = text.splitlines()
        if form == "html":
            reader = _Texts()
            reader.feed(text)
            reader.close()
            found = reader.texts
    return [" ".join(line.split()) for line in found]
