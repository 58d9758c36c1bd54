"""From what is named on the command line to loaded tables, without the tests: nothing heavy is imported for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.audit.config import Config, load_config
from auditor.audit.config_parts import FAR_FUTURE
from auditor.errors import UsageError
from auditor.records.docket import Docket
from auditor.records.load import Loaded, load
from auditor.records.store import Store

if TYPE_CHECKING:
    from auditor.cells import RowSpec


def config_of(inputs: Sequence[Path], format_: str = "auto") -> Config:
    """Return the configuration that the inputs are, or one made for files given by themselves.

    Raises
    ------
    UsageError
        When a configuration is mixed with other inputs.
    """
    if any(path.suffix.lower() == ".toml" for path in inputs):
        if len(inputs) != 1:
            raise UsageError("give one configuration, or data files; not both")
        return load_config(inputs[0])
    sources = [{"format": format_, "path": str(path.resolve())} for path in inputs]
    return Config.from_dict({"audit": {"title": "check", "as_of": FAR_FUTURE}, "sources": sources})


def read_sources(
    config: Config, store: Store, also: RowSpec | None = None, docket: Docket | None = None, *, single: bool = True
) -> Loaded:
    """Read the sources of a configuration into the canonical tables.

    Single rows are read for the signals that the protocol names, and for what is asked for besides, unless ``single``
    is false. Whatever is wrong or open is gathered on the docket first.
    """
    rows: frozenset[str] = frozenset()
    if single:
        from auditor.audit.ruled import rows_wanted  # brings every signal, and with them scipy

        rows = rows_wanted(config, also)
    docket = Docket() if docket is None else docket
    docket.questions += config.open
    return load(
        config.sources,
        config.base,
        store,
        period=config.period,
        exclude=config.audit.exclude,
        as_of=config.audit.as_of,
        rows=rows,
        docket=docket,
        decisions=config.decisions,
    )
