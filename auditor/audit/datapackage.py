"""``datapackage.json`` (Frictionless) and ``SHA256SUMS`` of an output folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
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


def datapackage(files: Mapping[str, tuple[str, int]], about: Mapping[str, Any]) -> str:
    """Return the text of ``datapackage.json``.

    Parameters
    ----------
    files : mapping of str to (sha256, bytes)
        Every file of the folder except this one and ``SHA256SUMS``.
    about : mapping
        ``title``, ``description`` and the like, as Frictionless names them.
    """
    names: set[str] = set()
    resources = [_resource(path, *files[path], names) for path in sorted(files)]
    package = {
        "profile": "data-package",
        "name": "auditor-output",
        **about,
        "auditor": {"version": __version__, "contract": "1"},
        "resources": resources,
    }
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def _resource(path: str, sha256: str, size: int, names: set[str]) -> dict[str, Any]:
    kind = path.rpartition(".")[2]
    name = re.sub(r"[^a-z0-9._-]+", "-", path.lower())
    if name in names:  # two paths that differ in case or in a slash only
        name = f"{name}-{sha256[:8]}"
    names.add(name)
    table = {"profile": "tabular-data-resource", "dialect": {"delimiter": ","}} if kind == "csv" else {}
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
