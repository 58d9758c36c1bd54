"""A byte of a zip package altered, whatever its members are packed with: words, never an exception of a library."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from auditor.audit.lettering.read import lines_of
from auditor.errors import InputError
from auditor.records.archive import inspect_zip
from auditor.records.grid import Where

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LINES = "".join(f"<w:p><w:t>In 20{i:02d} there were {i * 37}.</w:t></w:p>" for i in range(60))
PACKED = {"stored": 0, "deflated": 8, "bzip2": 12, "lzma": 14}


def package(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}">{LINES}</w:document>')
    return out.getvalue()


@pytest.mark.parametrize("method", PACKED.values(), ids=PACKED)
def test_a_damaged_package_is_refused_in_words(method: int, tmp_path: Path) -> None:
    whole, path = package(method), tmp_path / "a.zip"
    assert lines_of(whole, "docx")["In 2011 there were 407."] == 1
    refused = {"letter": 0, "archive": 0}
    places = np.random.default_rng(5).choice(len(whole), 150, replace=False)
    damaged = [whole[:at] + bytes([whole[at] ^ 129]) + whole[at + 1 :] for at in places]
    for raw in [*damaged, *(whole[:at] for at in range(0, len(whole), len(whole) // 20))]:
        path.write_bytes(raw)
        try:
            lines_of(raw, "docx")
        except ValueError:
            refused["letter"] += 1
        try:
            inspect_zip(path, Where("a.zip"))
        except InputError:
            refused["archive"] += 1
    # Bytes of dates and of names of systems mean nothing to a reader; most of a package is its member.
    assert min(refused.values()) > 80
