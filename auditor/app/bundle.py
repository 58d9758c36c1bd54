"""The bundle: the review, the letters and the configuration in one file, the same bytes for the same contents."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from auditor.app.case import Case

NAME: Final = "auditor-bundle.zip"
_DAY: Final = (1980, 1, 1, 0, 0, 0)
_PLAIN: Final = 0o100644 << 16
_UNIX: Final = 3


def write_bundle(case: Case) -> Path:
    """Write the bundle into the case and return its path; the files handed in are not in it.

    Parameters
    ----------
    case : Case
        With a finished review.
    """
    target = case.root / "tmp" / NAME
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        for name, path in sorted(_inside(case)):
            entry = zipfile.ZipInfo(name, _DAY)
            entry.external_attr, entry.create_system, entry.compress_type = _PLAIN, _UNIX, zipfile.ZIP_DEFLATED
            with path.open("rb") as stream, bundle.open(entry, "w") as into:
                while block := stream.read(1 << 20):
                    into.write(block)
    return target


def _inside(case: Case) -> Iterator[tuple[str, Path]]:
    yield "audit.toml", case.ran
    for folder in (case.out, case.letters):
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield f"{folder.name}/{path.relative_to(folder).as_posix()}", path
