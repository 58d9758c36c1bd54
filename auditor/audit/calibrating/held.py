"""What was measured of the protocol that an audit uses: a file of `auditor calibrate`, else the table as shipped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor import __version__
from auditor.audit.calibrating.settings import settings_sha256
from auditor.audit.config import Config
from auditor.audit.tables import beside
from auditor.audit.wording import say
from auditor.domain.source import Source
from auditor.errors import ConfigError, Problem
from auditor.findings.alarm import REDRAWN
from auditor.findings.finding import Sentence
from auditor.resources import folder

_AGAIN = "run `auditor calibrate` again with this configuration and --out, or take the key calibration out of [audit]"
_WHY = "the rates that it states would not be those of this audit"

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class RateRead(_Model):
    """A rate as it stands in a file; see :class:`auditor.audit.calibrating.rates.Rate`."""

    value: Share
    low: Share
    high: Share
    k: Count | None
    n: Count


class RowRead(_Model):
    """A row as it stands in a file; see :class:`auditor.audit.calibrating.rates.Row`."""

    what: Literal["labels", "controls", "placebo", "simulated"]
    signals: list[str]
    places: Count
    natural: str | None
    amount: float | None
    effect: float | None
    planted: Count
    replicates: Count
    any: RateRead | None
    flags: Annotated[float, Field(ge=0)] | None
    fdr: RateRead | None
    power: RateRead | None
    power_by_size: list[RateRead | None] | None
    sign_errors: RateRead | None
    promised: Share | None
    reason: str | None
    redrawn: list[str] | None = None


class SoftwareRead(_Model):
    """Program and version."""

    name: str
    version: str


class ProtocolRead(_Model):
    """Name and hash of a protocol."""

    name: str
    sha256: Digest


class SourceRead(_Model):
    """Name and hash of a source."""

    path: str
    sha256: Digest


class FileRead(_Model):
    """What ``auditor calibrate --out`` writes."""

    schema_version: Literal["1"]
    software: SoftwareRead
    protocol: ProtocolRead
    config_sha256: Digest | None
    settings_sha256: Digest | None
    sources: list[SourceRead]
    seed: int
    places: Count
    q: Share
    rows: list[RowRead]


class ShippedRead(_Model):
    """The table that travels with the package; ``scripts/ship_calibration.py`` writes it from benchmark results."""

    schema_version: Literal["1"]
    version: str
    protocol_sha256: Digest
    screened_sha256: Digest | None = None
    source: str
    q: Share
    rows: list[RowRead]


def measured_rates(config: Config, sources: Sequence[Source]) -> dict[str, Any]:
    """Return the part ``calibration.measured`` of the review.

    Parameters
    ----------
    config : Config
    sources : sequence of Source
        As they were read.

    Raises
    ------
    ConfigError
        When the configuration names a calibration that cannot be read, or that was measured under another protocol,
        version, data or settings.
    """
    if config.audit.calibration is None:
        return _shipped(config)
    name = config.audit.calibration
    raw = _raw(beside(config.base, name))
    held = _read(raw, Path(name).name)
    _check(held, config, sources, Path(name).name)
    rows = [row.model_dump(exclude_unset=True) for row in held.rows]
    own = any(row["what"] == "labels" and row["any"] for row in rows)
    sentences = _own(rows) if own else [*_simulated(rows, "simulated"), say("calibrate.removes-simulated")]
    file = {"name": Path(name).name, "sha256": hashlib.sha256(raw).hexdigest()}
    kind = "own" if own else "simulated"
    part = _part(kind, sentences, held.protocol.sha256, held.software.version, held.q, rows)
    return part | {"seed": held.seed, "file": file}


def _shipped(config: Config) -> dict[str, Any]:
    path = folder("data") / "calibration" / "default.json"
    held = ShippedRead.model_validate_json(path.read_bytes(), strict=True)
    # A signal that is only described changes the protocol and no rate: the part that is screened must be the same.
    same = held.protocol_sha256 == config.protocol.sha256 or held.screened_sha256 == config.protocol.screened_sha256
    if not same or not held.rows:
        return _part("none", [say("calibrate.none")], config.protocol.sha256, __version__, None, [])
    rows = [row.model_dump(exclude_unset=True) for row in held.rows]
    sentences = [*_simulated(rows, "shipped"), say("calibrate.shipped-alone")]
    return _part("shipped", sentences, held.protocol_sha256, held.version, held.q, rows)


def _part(
    kind: str, sentences: list[Sentence], protocol: str, version: str, q: float | None, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    said = [{"id": item.id, "values": dict(item.values), "text": dict(item.text)} for item in sentences]
    return {
        "kind": kind,
        "sentences": said,
        "protocol_sha256": protocol,
        "version": version,
        "q": q,
        "rows": rows,
        "seed": None,
        "file": None,
    }


def _own(rows: list[dict[str, Any]]) -> list[Sentence]:
    """Say what the worst of all measurements was, what the controls gave, and what each null takes away.

    Controls are one draw of the data each, not runs, and stand by themselves.
    """
    told = [row for row in rows if row["what"] != "controls" and not row["effect"] and row["any"]]
    worst = max(told, key=lambda row: (row["any"]["value"], row["any"]["high"]))
    rate = worst["any"]
    found = [say(f"calibrate.highest-{worst['what']}", {**rate, "rate": rate["value"], "measured": len(told)})]
    trials = [row["any"] for row in rows if row["what"] == "controls" and row["any"]]
    if trials:
        counts = {name: sum(rate[name] for rate in trials) for name in ("k", "n")}
        found.append(say("calibrate.own-controls", counts))
    return found + [say(name) for name in _removed(told)]


def _removed(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the ids of what is said of the nulls behind some rows."""
    labels = next(row for row in rows if row["what"] == "labels")
    redrawn = labels.get("redrawn") or []
    if set(labels["signals"]) - set(redrawn):
        yield "calibrate.removes-labels"
    if redrawn:
        yield REDRAWN
    if any(row["what"] == "simulated" for row in rows):
        yield "calibrate.removes-simulated"


def _simulated(rows: list[dict[str, Any]], name: str) -> list[Sentence]:
    """Say what came of the least favourable null."""
    rates = [row["any"] for row in rows if row["what"] == "simulated" and row["effect"] == 0 and row["any"]]
    if not rates:
        return [say("calibrate.none")]
    worst = max(rates, key=lambda rate: (rate["value"], rate["n"]))
    return [say(f"calibrate.{name}", {**worst, "rate": worst["value"], "settings": len(rates)})]


def _raw(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = "no such file" if isinstance(error, FileNotFoundError) else str(error.strerror)
        problem = Problem(what, "[audit] names it as its calibration", _AGAIN, file=path.name)
        raise ConfigError("the calibration cannot be read", [problem]) from error


def _read(raw: bytes, name: str) -> FileRead:
    try:
        data = json.loads(raw)
        return FileRead.model_validate(data, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        found = f"{where}: {first['msg'][:80]}"
    except ValueError:
        found = "it is not JSON"
    problem = Problem(found, "it is not what `auditor calibrate --out` writes", _AGAIN, file=name)
    raise ConfigError("the calibration cannot be used", [problem]) from None


def _check(held: FileRead, config: Config, sources: Sequence[Source], name: str) -> None:
    problems = []
    if held.protocol.sha256 != config.protocol.sha256:
        problems.append(f"it was measured under another protocol ({held.protocol.sha256[:12]})")
    if held.software.version != __version__:
        problems.append(f"it was measured by auditor {held.software.version}, and this is {__version__}")
    if held.settings_sha256 is not None:
        if sorted(source.sha256 for source in held.sources) != sorted(source.sha256 for source in sources):
            problems.append("it was measured on other files")
        elif held.settings_sha256 != settings_sha256(config):
            problems.append("it was measured under other settings")
    if problems:
        raise ConfigError(
            "the calibration is not one of this audit",
            [Problem(found, _WHY, _AGAIN, file=name) for found in problems],
        )
