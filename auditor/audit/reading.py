"""From what is named on the command line to loaded tables, without the tests: nothing heavy is imported for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from auditor.audit.config import Config, load_config
from auditor.audit.config_parts import FAR_FUTURE
from auditor.errors import InputError, Problem, UsageError
from auditor.records.docket import Docket
from auditor.records.load import Loaded, load
from auditor.records.store import MEMORY, Store

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

    Raises
    ------
    ConfigError, InputError, DecisionNeeded
        As of :func:`auditor.records.load.load`; InputError also where the records do not fit into the memory and the
        disk that are set aside for them.
    """
    rows: frozenset[str] = frozenset()
    if single:
        from auditor.audit.ruled import rows_wanted  # brings every signal, and with them scipy

        rows = rows_wanted(config, also)
    docket = Docket() if docket is None else docket
    docket.questions += config.open
    try:
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
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        found = f"the records do not fit into the memory and disk set aside for them ({type(error).__name__})"
        why = f"{MEMORY} of memory, and beyond it the temporary folder, were not enough"
        mend = "free disk space in the temporary folder, or give files with fewer columns or fewer years"
        raise InputError("the sources cannot be read", [Problem(found, why, mend)]) from error
