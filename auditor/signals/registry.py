"""Find every signal by searching the folders of this package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import auditor.signals as package
from auditor.errors import UsageError, unknown_name
from auditor.signals.signal import Signal


@cache
def discover() -> dict[str, Signal]:
    """Return every signal, by name, in the order of the names.

    A module of a subfolder of ``auditor/signals`` that holds a ``SIGNAL`` is a signal; nothing is registered on import.

    Raises
    ------
    TypeError
        When a ``SIGNAL`` is not a :class:`Signal`, or two share a name.
    """
    found: dict[str, Signal] = {}
    for info in pkgutil.walk_packages(package.__path__, prefix=f"{package.__name__}."):
        if info.ispkg or info.name.count(".") < 3:
            continue
        candidate = getattr(importlib.import_module(info.name), "SIGNAL", None)
        if candidate is None:
            continue
        if not isinstance(candidate, Signal):
            raise TypeError(f"{info.name}.SIGNAL is not a Signal")
        if candidate.card.name in found:
            raise TypeError(f"two signals are called {candidate.card.name!r}")
        found[candidate.card.name] = candidate
    return dict(sorted(found.items()))


def signal(name: str) -> Signal:
    """Return one signal.

    Raises
    ------
    UsageError
        When there is no such signal; the nearest name is given.
    """
    known = discover()
    if name not in known:
        raise UsageError(unknown_name("signal", name, list(known)))
    return known[name]
