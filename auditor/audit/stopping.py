"""Whether the process was asked to stop, for whatever may turn the interruption into an error of another kind.

DuckDB is one: interrupted in a query it raises a plain ``RuntimeError``, and the interruption itself is lost.
"""

from __future__ import annotations


class Terminated(BaseException):
    """The system asked the process to end (SIGTERM)."""


_ASKED: list[type[BaseException]] = []


def ask(kind: type[BaseException]) -> None:
    """Remember that the process was asked to stop.

    Parameters
    ----------
    kind : type of BaseException
        What stops it: ``KeyboardInterrupt`` or :class:`Terminated`.
    """
    _ASKED.append(kind)


def asked() -> type[BaseException] | None:
    """Return what the process was asked to stop with; None where nobody asked."""
    return _ASKED[0] if _ASKED else None


def heed() -> None:
    """Stop if the process was asked to; called wherever an error of any kind is caught and the work goes on.

    Raises
    ------
    KeyboardInterrupt, Terminated
    """
    kind = asked()
    if kind is not None:
        raise kind


def forget() -> None:
    """Begin anew."""
    _ASKED.clear()
