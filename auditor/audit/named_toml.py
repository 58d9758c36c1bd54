"""TOML files that a configuration names (decisions, records of a review): lists of tables, read with every problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from auditor.audit import toml_text
from auditor.audit.toml_text import Toml
from auditor.errors import ConfigError, Problem


def read_named(path: Path, what: str, named: str, check: Callable[[Toml], Iterable[Problem]]) -> tuple[Toml, bytes]:
    """Read such a file and check it.

    Parameters
    ----------
    path : path
    what, named : str
        Of which the file is, and where the configuration names it; for the message.
    check : callable
        Gives the problems of what was read.

    Returns
    -------
    (Toml, bytes)
        The tables, and the file as it stands.

    Raises
    ------
    ConfigError
        When it cannot be read, or with every problem.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        found = "no such file" if isinstance(error, FileNotFoundError) else str(error.strerror)
        remedy = "check the path, which is relative to the configuration"
        raise ConfigError(f"{what} cannot be read", [Problem(found, named, remedy, file=path.name)]) from error
    toml = toml_text.parse(toml_text.decode(raw, path.name), path.name)
    problems = [*toml.problems, *check(toml)]
    if problems:
        raise ConfigError(f"{path.name} cannot be used", problems)
    return toml, raw


def not_tables(toml: Toml, name: str) -> Iterator[Problem]:
    """Yield the problem of a key that is no list of tables, if it is none."""
    entries = toml.data[name]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        yield toml.problem((name,), f"`{name}` is not a list of tables", "there may be several", f"write: [[{name}]]")
