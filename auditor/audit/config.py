"""The configuration: one TOML file, every problem at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from auditor.audit import toml_text
from auditor.audit.complaints import NOT_BUILT, complaints
from auditor.audit.protocol import Protocol, load_protocol
from auditor.audit.records_file import Records, read_records
from auditor.audit.source_checks import source_problems
from auditor.audit.tables import AuditTable, ConfigTables, OutputTable, beside
from auditor.audit.toml_text import Toml
from auditor.audit.toml_write import dumps
from auditor.domain.periods import Period
from auditor.errors import ConfigError, InputError, NotBuiltYet, Problem, UsageError, unknown_name
from auditor.records.spec import SourceSpec

Found = tuple[str, Problem]

EXAMPLES = {
    "audit": '[audit] with title = "..." and as_of = 2012-06-30',
    "audit.title": 'title = "Example County, 2009-2012"',
    "audit.as_of": "as_of = 2012-06-30 (the date that the report bears; the clock is never read)",
    "audit.period.start": "period = { start = 2008-01-01, end = 2012-06-30 }",
    "audit.period.end": "period = { start = 2008-01-01, end = 2012-06-30 }",
    "sources": '[[sources]] with path = "arrests.csv"',
    "sources.path": 'path = "arrests.csv" (relative to this file)',
    "review.file": 'file = "review.toml"',
}
_PROTOCOL = 'it belongs in a protocol file, whose hash the review bears: protocol = "my.toml"'
ELSEWHERE = {
    **dict.fromkeys(("q", "alpha", "materiality", "gates", "families", "offences", "benchmarks"), _PROTOCOL),
    **dict.fromkeys(("suppress_below", "languages"), "it belongs in [output]"),
    **dict.fromkeys(("period", "seed", "as_of", "focal_groups", "reference_group"), "it belongs in [audit]"),
    **dict.fromkeys(("format", "path", "columns", "values", "published"), "it belongs in [[sources]]"),
}


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
    base : pathlib.Path
        Folder that the paths of the sources are relative to.
    file : str
        Base name, for messages.
    sha256, text : str
        Of the bytes of the file, and the file itself.
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

        Raises
        ------
        UsageError
            When there is no such signal.
        """
        if signal in self.signals:
            return self.signals[signal]
        known = _option_models()
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
            raise _gathered(complaints(error, AuditTable, toml), "command line") from None
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
    if as_of is not None and isinstance(table, dict):
        table.setdefault("as_of", as_of)
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
    tables = _validate(ConfigTables, toml.data, toml, (), found)
    options = _signal_options(toml, found)
    found.extend(source_problems(toml))
    protocol = _protocol(toml, base, found)
    records = _records(toml, base, found)
    if found or tables is None or protocol is None:
        raise _gathered(found, toml.file)
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
    )


def _gathered(found: Iterable[Found], file: str) -> ConfigError | NotBuiltYet:
    """Return the one error that holds every problem, each once and in the order of the lines."""
    unique = {str(problem): (kind, problem) for kind, problem in found}
    ordered = sorted(unique.values(), key=lambda entry: (entry[1].file != file, entry[1].file, entry[1].row))
    problems = [problem for _, problem in ordered]
    if all(kind == NOT_BUILT for kind, _ in ordered):
        return NotBuiltYet(f"{file}: {'; '.join(problem.found for problem in problems)}", problems)
    many = "one thing" if len(problems) == 1 else f"{len(problems)} things"
    return ConfigError(f"{file} cannot be used: {many} to mend", problems)


def _validate(model: type[BaseModel], data: Any, toml: Toml, prefix: tuple[str, ...], found: list[Found]) -> Any:
    """Validate strictly (in JSON's terms, so that lists may become tuples) and gather the problems."""
    try:
        return model.model_validate_json(json.dumps(data, default=_json), strict=True)
    except ValidationError as error:
        found.extend(complaints(error, model, toml, prefix, examples=EXAMPLES, elsewhere=ELSEWHERE))
        return None


def _json(value: Any) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not belong in a configuration")


def _option_models() -> dict[str, type[BaseModel]]:
    from auditor.signals.registry import discover  # late: the signals bring the numeric libraries

    return {name: signal.options for name, signal in discover().items()}


def _signal_options(toml: Toml, found: list[Found]) -> dict[str, BaseModel]:
    tables = toml.data.get("signals", {})
    if not isinstance(tables, dict) or not tables:
        return {}
    known, options = _option_models(), {}
    for name, table in tables.items():
        if name not in known:
            problem = toml.problem(
                ("signals", name),
                unknown_name("signal", name, list(known)),
                "its options would be lost",
                "see `auditor methods` for the signals of this version",
            )
            found.append(("signal", problem))
        elif isinstance(table, dict):
            checked = _validate(known[name], table, toml, ("signals", name), found)
            if checked is not None:
                options[name] = checked
    return options


def _protocol(toml: Toml, base: Path, found: list[Found]) -> Protocol | None:
    table = toml.data.get("audit")
    name = table.get("protocol", "default") if isinstance(table, dict) else "default"
    if not isinstance(name, str) or not name:
        return None
    try:
        return load_protocol(name, base)
    except ConfigError as error:
        found.extend(("protocol", problem) for problem in error.problems)
        return None


def _records(toml: Toml, base: Path, found: list[Found]) -> dict[str, Records]:
    table = toml.data.get("review")
    name = table.get("file") if isinstance(table, dict) else None
    if not isinstance(name, str) or not name:
        return {}
    try:
        return read_records(beside(base, name))
    except (ConfigError, InputError) as error:
        found.extend(("review", problem) for problem in error.problems)
        return {}


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema of the configuration, with the options of every signal."""
    schema = ConfigTables.model_json_schema()
    signals: dict[str, Any] = {}
    for name, model in _option_models().items():
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
