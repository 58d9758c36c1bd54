"""Errors: what was met, why it matters, and how to mend it.

Every error that a user can cause is an :class:`AuditorError`. Each carries the exit code of the command line, and
the input errors carry one :class:`Problem` for each thing that is wrong, so that all of them are shown at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EXIT_OK = 0
EXIT_UNEXPECTED = 1
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_DECISION = 4
EXIT_PARTIAL = 5
EXIT_FLAG = 6


_LONGEST = 2_000
"""Longest part of a message in characters: a file can hold cells, and names of columns, of any length."""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… (and {len(text) - _LONGEST:,} more characters)"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where.

    Attributes
    ----------
    found : str
        What was met (masked by the caller if it may be personal).
    why : str
        Why it matters.
    remedy : str
        What to do about it.
    file, sheet, column : str
        Where; empty when that part does not apply. ``file`` is a base name, never a path with a user's name in it.
    row : int
        Row number as a spreadsheet or editor shows it, from 1; 0 when it does not apply.
    """

    found: str
    why: str
    remedy: str
    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        where = " › ".join(
            part
            for part in (
                self.file,
                self.sheet,
                f"row {self.row}" if self.row else "",
                f"column {self.column}" if self.column else "",
            )
            if part
        )
        text = " — ".join(_cut(part) for part in (self.found, self.why, self.remedy) if part)
        return f"{where}: {text}" if where else text


class AuditorError(Exception):
    """Something a user can mend.

    Parameters
    ----------
    summary : str
        One line.
    problems : iterable of Problem
        Everything that is wrong, all at once.
    """

    exit_code = EXIT_UNEXPECTED

    def __init__(self, summary: str, problems: Iterable[Problem] = ()) -> None:
        self.summary = summary
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(summary)

    def __str__(self) -> str:
        return "\n".join([self.summary, *(f"  - {problem}" for problem in self.problems)])


class UsageError(AuditorError):
    """The command line or the configuration cannot be used (exit 2)."""

    exit_code = EXIT_USAGE


class ConfigError(UsageError):
    """The configuration is wrong (exit 2)."""


class NotBuiltYet(UsageError):
    """An option of the contract that this version does not have (exit 2)."""


class InputError(AuditorError):
    """A file cannot be read, or what is in it cannot be used (exit 3)."""

    exit_code = EXIT_INPUT


class DecisionNeeded(AuditorError):
    """A person must decide: an unmatched place, an unknown code (exit 4).

    Parameters
    ----------
    summary : str
        One line.
    problems : iterable of Problem
        One for each open question.
    toml : str
        Lines that would settle the questions once completed, ready to be pasted into the configuration.
    """

    exit_code = EXIT_DECISION

    def __init__(self, summary: str, problems: Iterable[Problem] = (), toml: str = "") -> None:
        super().__init__(summary, problems)
        self.toml = toml

    def __str__(self) -> str:
        text = super().__str__()
        return f"{text}\n\nTo settle this, add to the configuration:\n\n{self.toml}" if self.toml else text


def nearest(name: str, known: Sequence[str]) -> str:
    """Return the known name that looks most like ``name``, or an empty string."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def unknown_name(kind: str, name: str, known: Sequence[str]) -> str:
    """Word the message for a name that is not known, with the nearest one that is.

    Parameters
    ----------
    kind : str
        What is named, such as ``"signal"``.
    name : str
        The name that was given.
    known : sequence of str
        Every name that would do.

    Returns
    -------
    str
        ``unknown signal 'levelmix'. Did you mean 'level-mix'? Known: ...``
    """
    close = nearest(name, known)
    hint = f" Did you mean {close!r}?" if close else ""
    return f"unknown {kind} {name!r}.{hint} Known: {', '.join(sorted(known))}"
