"""The signals that the protocol names, and what they ask of single rows."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.audit.config import Config
from auditor.cells import RowSpec
from auditor.engine.events import asked
from auditor.signals.registry import discover
from auditor.signals.signal import Signal


def ruled(config: Config) -> Iterator[tuple[str, Signal]]:
    """Yield the signals that the protocol names."""
    for name, signal in discover().items():
        if config.protocol.rule(name) is not None:
            yield name, signal


def rows_wanted(config: Config, also: RowSpec | None = None) -> frozenset[str]:
    """Return the columns of single rows that the signals of the protocol ask for, and what is asked for besides."""
    return asked([also, *(found.view(config.options(name)).rows for name, found in ruled(config))])
