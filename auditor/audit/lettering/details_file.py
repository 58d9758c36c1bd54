"""Read ``letter.toml``: every slip at once, each with its line; unknown keys with the nearest known one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor.audit import toml_text
from auditor.audit.config_parts import Found, gathered, validate
from auditor.audit.toml_text import Toml
from auditor.errors import ConfigError, Problem
from auditor.report.letters.details import Details

LARGEST = 1_000_000
"""Bytes of a file of details; more is some other file."""


def read_details(path: Path) -> Details:
    """Read the file.

    Raises
    ------
    ConfigError
        With every problem, each with its line.
    """
    raw = _bytes(path)
    toml = toml_text.parse(toml_text.decode(raw, path.name), path.name)
    found: list[Found] = [("toml", problem) for problem in toml.problems]
    details = validate(Details, toml.data, toml, (), found)
    if details is not None:
        found.extend(("request", problem) for problem in _requests(details, toml))
    if found:
        raise gathered(found, path.name)
    return Details.model_validate(details)


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = "no such file" if isinstance(error, FileNotFoundError) else str(error.strerror)
        problem = Problem(what, "--details names it", "check the path", file=path.name)
        raise ConfigError("the details cannot be read", [problem]) from error
    if len(raw) > LARGEST:
        problem = Problem(f"{len(raw):,} bytes", "a letter is far shorter", "name a letter.toml", file=path.name)
        raise ConfigError("the details cannot be read", [problem])
    return raw


def _requests(details: Details, toml: Toml) -> Iterator[Problem]:
    """Yield the requests that name nothing, or two things at once."""
    for i, entry in enumerate(details.requests):
        if (entry.ask is None) == (entry.text is None):
            found = "a request that has both `ask` and `text`" if entry.ask else "a request without `ask` and `text`"
            why = "`ask` chooses one of the letter's own requests, `text` is one in your words"
            yield toml.problem(("requests", i), found, why, "give one of the two")
