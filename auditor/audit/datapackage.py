"""``datapackage.json`` (Frictionless) and ``SHA256SUMS`` of an output folder."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from auditor import __version__

SUMS = "SHA256SUMS"
PACKAGE = "datapackage.json"
_MEDIA = {
    "html": "text/html",
    "json": "application/json",
    "csv": "text/csv",
    "toml": "application/toml",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "md": "text/markdown",
}


_AGAIN = (
    "What an audit of auditor {version} wrote. `sha256sum -c SHA256SUMS` checks the files, `auditor verify .` also the "
    "pages and tables against review.json. To reproduce it: install auditor {version} and the versions that "
    "environment.json names; put the files that tables/sources.csv names (their SHA-256 stand there) where config.toml "
    "looks for them, and protocol.toml where it names a protocol of its own; run `auditor run config.toml --out again` "
    "with the seed of environment.json. The files are then the same, byte for byte."
)


def columns_of(raw: bytes) -> list[str]:
    """Return the header of a CSV table."""
    return next(csv.reader(io.StringIO(raw.decode("utf-8"), newline="")), [])


def datapackage(
    files: Mapping[str, tuple[str, int]], about: Mapping[str, Any], columns: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Return the text of ``datapackage.json``, by the rules of the Data Package standard, version 1.

    Parameters
    ----------
    files : mapping of str to (sha256, bytes)
        Every file of the folder except this one and ``SHA256SUMS``.
    about : mapping
        ``title``, ``description`` and the like, as Frictionless names them.
    columns : mapping of str to sequence of str, optional
        The header of each table, by its path: those are described as tables.
    """
    names: set[str] = set()
    headers = columns or {}
    resources = [_resource(path, *files[path], names, headers.get(path, ())) for path in sorted(files)]
    package = {
        "profile": "data-package",
        "name": "auditor-output",
        "description": _AGAIN.format(version=__version__),
        **about,
        "auditor": {"version": __version__, "contract": "1"},
        "resources": resources,
    }
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def _resource(path: str, sha256: str, size: int, names: set[str], columns: Sequence[str]) -> dict[str, Any]:
    kind = path.rpartition(".")[2]
    name = re.sub(r"[^a-z0-9._-]+", "-", path.lower())
    if name in names:  # two paths that differ in case or in a slash only
        name = f"{name}-{sha256[:8]}"
    names.add(name)
    table: dict[str, Any] = {"profile": "data-resource"}
    if kind == "csv" and columns:
        # Numbers and words may share a column; what is empty does not apply, or may not be told.
        fields = [{"name": column, "type": "any"} for column in columns]
        table = {
            "profile": "tabular-data-resource",
            "dialect": {"delimiter": ","},
            "schema": {"fields": fields, "missingValues": [""]},
        }
    return {
        "name": name,
        "path": path,
        **table,
        "format": kind,
        "mediatype": _MEDIA.get(kind, "application/octet-stream"),
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{sha256}",
    }


def sums(files: Mapping[str, tuple[str, int]]) -> str:
    """Return the text of ``SHA256SUMS``: sorted by path, as ``sha256sum`` writes it."""
    return "".join(f"{files[path][0]}  {path}\n" for path in sorted(files))


def is_ours(folder: Path) -> bool:
    """Say whether a folder is an output that auditor wrote."""
    try:
        package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(package, dict) and isinstance(package.get("auditor"), dict)
