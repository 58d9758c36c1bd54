"""What the audit ran on, for whoever repeats it: versions, but no host name, no user and no path."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from auditor import __version__, resources
from auditor.records.spec import SourceSpec
from auditor.records.warehouse.engines import engine_of

_PACKAGES = (
    "numpy",
    "scipy",
    "statsmodels",
    "pandas",
    "duckdb",
    "python-calamine",
    "pydantic",
    "rapidfuzz",
    "jinja2",
)
_BESIDE = ("templates", "configs")
"""Folders at the top of a checkout that a wheel holds inside the package."""
_WAREHOUSE = ("ibis-framework", "psycopg", "pyspark", "pyarrow", "sqlglot")


def engines(specs: Sequence[SourceSpec]) -> dict[str, Any]:
    """Return what counted the tables that stay in warehouses, with the versions on this side; nothing without any."""
    named = sorted({engine_of(spec) for spec in specs if spec.engine})
    return {"warehouse": {"engines": named, "packages": {name: _version(name) for name in _WAREHOUSE}}} if named else {}


@cache
def code_sha256() -> str:
    """Return the SHA-256 of the package's own files, templates and configurations: they change while a version stays.

    Names and contents, each by its hash, in the order of names; the same for a checkout, a wheel and an sdist, which
    hold the same files in different folders.
    """
    digest = hashlib.sha256()
    for name, path in sorted(_own_files()):
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()


def _own_files() -> Iterator[tuple[str, Path]]:
    package = Path(resources.__file__).parent
    for name in ("auditor", *_BESIDE):
        root = package if name == "auditor" else resources.folder(name)
        for path in root.rglob("*"):
            parts = path.relative_to(root).parts
            elsewhere = root == package and parts[0] in {f"_{other}" for other in _BESIDE}
            # What Python and editors leave in a checkout is no part of the program.
            left = path.suffix == ".pyc" or any(part.startswith(".") for part in parts)
            if path.is_file() and not elsewhere and not left:
                yield "/".join((name, *parts)), path


def environment(**more: Any) -> dict[str, Any]:
    """Return the versions that the numbers depend on, and the hash of the program's own code.

    Parameters
    ----------
    **more
        What else the run wants on record, such as ``seed`` and ``config_sha256``.

    Returns
    -------
    dict
        Plain data; the same on the same machine whatever the time, the folder and the number of workers.
    """
    return {
        "auditor": __version__,
        "code_sha256": code_sha256(),
        "python": {"implementation": platform.python_implementation(), "version": platform.python_version()},
        "platform": {"system": platform.system(), "machine": platform.machine(), "byteorder": sys.byteorder},
        "packages": {name: _version(name) for name in _PACKAGES},
        **more,
    }


def environment_json(**more: Any) -> str:
    """Return :func:`environment` as the text of ``environment.json``."""
    return json.dumps(environment(**more), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
