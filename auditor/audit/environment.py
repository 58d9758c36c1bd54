"""What the audit ran on, for whoever repeats it: versions, but no host name, no user and no path."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Any

from auditor import __version__
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


_WAREHOUSE = ("ibis-framework", "psycopg", "pyspark", "pyarrow", "sqlglot")


def engines(specs: Sequence[SourceSpec]) -> dict[str, Any]:
    """Return what counted the tables that stay in warehouses, with the versions on this side; nothing without any."""
    named = sorted({engine_of(spec) for spec in specs if spec.engine})
    return {"warehouse": {"engines": named, "packages": {name: _version(name) for name in _WAREHOUSE}}} if named else {}


def environment(**more: Any) -> dict[str, Any]:
    """Return the versions that the numbers depend on.

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
