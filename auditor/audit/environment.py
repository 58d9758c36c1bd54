"""What the audit ran on, for whoever repeats it: versions, but no host name, no user and no path."""

from __future__ import annotations

import json
import platform
import sys
from importlib import metadata
from typing import Any

from auditor import __version__

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
