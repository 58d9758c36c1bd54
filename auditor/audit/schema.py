"""The JSON Schemas: of the configuration, of review.json, of ``check --json`` and of ``compare --json``."""

from __future__ import annotations

import json
from typing import Any

from auditor.errors import UsageError, unknown_name
from auditor.resources import folder


def _held(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((folder("data") / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def review_schema() -> dict[str, Any]:
    """Return the schema of ``review.json`` (draft 2020-12)."""
    return _held("review")


def check_schema() -> dict[str, Any]:
    """Return the schema of what ``auditor check --json`` prints."""
    return _held("check")


def compare_schema() -> dict[str, Any]:
    """Return the schema of what ``auditor compare --json`` prints."""
    return _held("compare")


def calibrate_schema() -> dict[str, Any]:
    """Return the schema of what ``auditor calibrate --json`` prints and ``--out`` writes."""
    return _held("calibrate")


def config_schema() -> dict[str, Any]:
    """Return the schema of the configuration, with the options of every signal."""
    from auditor.audit import config  # late: the signals bring the numeric libraries

    return config.config_schema()


def schema_named(name: str) -> dict[str, Any]:
    """Return one schema by name.

    Raises
    ------
    UsageError
        When there is none of this name.
    """
    known = {"config": config_schema, "review": review_schema, "check": check_schema, "compare": compare_schema}
    known["calibrate"] = calibrate_schema
    if name not in known:
        raise UsageError(unknown_name("schema", name, list(known)))
    return known[name]()
