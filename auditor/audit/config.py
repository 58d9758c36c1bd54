"""The configuration: one TOML file, every problem at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from auditor.audit import toml_text
from auditor.audit.complaints import complaints
from auditor.audit.config_parts import (
    Found,
    decisions_of,
    gathered,
    open_date,
    option_models,
    protocol_of,
    records_of,
    signal_options,
    validate,
)
from auditor.audit.protocol import Protocol
from auditor.audit.records_file import Records
from auditor.audit.source_checks import source_problems
from auditor.audit.tables import AuditTable, ConfigTables, OutputTable
from auditor.audit.toml_text import Toml
from auditor.audit.toml_write import dumps
from auditor.domain.periods import Period
from auditor.errors import ConfigError, Problem, UsageError, unknown_name
from auditor.records.decisions import Decisions
from auditor.records.spec import SourceSpec


@dataclass(frozen=True)
class Config:
    """A configuration that was checked from end to end.

    Attributes
    ----------
    audit, sources, output
        The tables of the file.
    signals : mapping of str to BaseModel
        Options of the signals that the file names; ask :meth:`options` for any of them.
    protocol : Protocol
        Loaded and checked.
    records : mapping
        Place to key (``investigations`` ...) to the records of the ``[review]`` file, verbatim.
    decisions : Decisions
        Of the file that ``[audit]`` names; none without one.
    base : pathlib.Path
        Folder that the paths of the sources are relative to.
    file : str
        Base name, for messages.
    sha256, text : str
        Of the bytes of the file, and the file itself.
    open : tuple of Problem
        Questions that the file leaves open (``as_of = ""``), to be asked with those about the sources.
    """

    audit: AuditTable
    sources: tuple[SourceSpec, ...]
    output: OutputTable
    signals: Mapping[str, BaseModel]
    protocol: Protocol
    records: Mapping[str, Records]
    base: Path
    file: str
    sha256: str
    text: str = field(repr=False)
    open: tuple[Problem, ...] = ()
    decisions: Decisions = field(default_factory=Decisions)

    @property
    def period(self) -> Period | None:
        """The audited period; None when all of the data count."""
        chosen = self.audit.period
        return None if chosen is None else Period(chosen.start, chosen.end)

    @property
    def suppress_below(self) -> int:
        """The stricter of the configuration's threshold and the protocol's."""
        return max(self.output.suppress_below, self.protocol.suppress_below)

    def options(self, signal: str) -> BaseModel:
        """Return the options of a signal: those of the file, or its defaults.

        ``focal_nationalities`` of the audit stand in for ``nationalities`` of a signal that knows them and was given
        none of its own.

        Raises
        ------
        UsageError
            When there is no such signal.
        """
        own = self.own_options(signal)
        countries = self.audit.focal_nationalities
        if countries and "nationalities" in type(own).model_fields and not own.model_dump()["nationalities"]:
            return own.model_copy(update={"nationalities": countries})
        return own

    def own_options(self, signal: str) -> BaseModel:
        """Return the options of a signal as its own table has them, without what the audit says of all signals.

        Raises
        ------
        UsageError
            When there is no such signal.
        """
        if signal in self.signals:
            return self.signals[signal]
        known = option_models()
        if signal not in known:
            raise UsageError(unknown_name("signal", signal, list(known)))
        return known[signal]()

    def with_overrides(self, *, seed: int | None = None, as_of: date | None = None) -> Config:
        """Return the configuration with the command line's seed and date, checked like the file's.

        Raises
        ------
        ConfigError
            When the seed is out of range.
        """
        given = {key: value for key, value in (("seed", seed), ("as_of", as_of)) if value is not None}
        if not given:
            return self
        toml = Toml({}, "", "command line")
        try:
            audit = AuditTable.model_validate({**self.audit.model_dump(), **given})
        except ValidationError as error:
            raise gathered(complaints(error, AuditTable, toml), "command line") from None
        return replace(self, audit=audit)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], base: str | Path = ".") -> Config:
        """Build a configuration in code, from the same tables as the file.

        Parameters
        ----------
        data : mapping
            ``{"audit": {...}, "sources": [{...}], ...}``.
        base : path
            Folder that the paths of the sources are relative to.

        Raises
        ------
        ConfigError, NotBuiltYet
            As :func:`load_config`.
        """
        text = dumps(data)
        return _build(toml_text.parse(text, "configuration"), Path(base), text.encode())


def load_config(path: str | Path, *, as_of: date | None = None, seed: int | None = None) -> Config:
    """Read and check a configuration.

    Parameters
    ----------
    path : path
        The TOML file.
    as_of, seed
        From the command line; they take the place of the file's.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        With every problem, each with its line.
    NotBuiltYet
        When all that is wrong is that this version lacks something.
    """
    file = Path(path)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise _unreadable(file, error) from error
    toml = toml_text.parse(toml_text.decode(raw, file.name), file.name)
    table = toml.data.get("audit")
    if as_of is not None and isinstance(table, dict) and table.get("as_of", "") == "":
        table["as_of"] = as_of
    return _build(toml, file.parent, raw).with_overrides(seed=seed, as_of=as_of)


def _unreadable(file: Path, error: OSError) -> ConfigError:
    if file.is_dir():
        what, remedy = "is a folder", "name the TOML file inside it"
    elif isinstance(error, FileNotFoundError):
        near = sorted(entry.name for entry in file.parent.glob("*.toml"))[:5] if file.parent.is_dir() else []
        what = "no such file"
        remedy = f"here are: {', '.join(near)}" if near else "check the name and the folder"
    else:
        what, remedy = str(error.strerror), "check the permissions"
    return ConfigError("the configuration cannot be read", [Problem(what, "an audit needs one", remedy, file.name)])


def _build(toml: Toml, base: Path, raw: bytes) -> Config:
    found: list[Found] = [("toml", problem) for problem in toml.problems]
    left_open = open_date(toml)
    tables = validate(ConfigTables, toml.data, toml, (), found)
    options = signal_options(toml, found)
    found.extend(source_problems(toml))
    protocol = protocol_of(toml, base, found)
    records = records_of(toml, base, found)
    decisions = decisions_of(toml, base, found)
    if found or tables is None or protocol is None:
        raise gathered(found, toml.file)
    return Config(
        audit=tables.audit,
        sources=tables.sources,
        output=tables.output,
        signals=options,
        protocol=protocol,
        records=records,
        base=base,
        file=toml.file,
        sha256=hashlib.sha256(raw).hexdigest(),
        text=raw.decode("utf-8-sig"),
        open=left_open,
        decisions=decisions,
    )


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema of the configuration, with the options of every signal."""
    schema = ConfigTables.model_json_schema()
    signals: dict[str, Any] = {}
    for name, model in option_models().items():
        options = model.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
        for inner, definition in options.pop("$defs", {}).items():
            schema.setdefault("$defs", {})[f"{name}.{inner}"] = definition
        signals[name] = options
    schema["properties"]["signals"] = {
        "title": "Signals",
        "description": "Options of one signal, under [signals.NAME].",
        "type": "object",
        "properties": signals,
        "additionalProperties": False,
        "default": {},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "auditor configuration",
        **{key: value for key, value in schema.items() if key != "title"},
    }
