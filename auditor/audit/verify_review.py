"""Whether a review agrees with itself, and with the configuration and the protocol beside it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.audit import toml_text
from auditor.audit.environment import code_sha256
from auditor.audit.protocol import Protocol
from auditor.audit.verdict import CONTROL_Q, FLAG, GRADES, Evidence, Rules, flags
from auditor.audit.verify_files import AGAIN, content
from auditor.errors import ConfigError, Problem
from auditor.findings.finding import Finding, Sentence
from auditor.findings.review import Control, PlaceReview, Region, Review, field_names
from auditor.report.sentences import CatalogueError, sentence

_FILE = "review.json"
_BOM = b"\xef\xbb\xbf"


def written_by(review: Review) -> str:
    """Return the version of auditor that a review names; empty when it names none."""
    software = review.audit.get("software")
    version = software.get("version") if isinstance(software, Mapping) else None
    return version if isinstance(version, str) else ""


def same_version(review: Review) -> bool:
    """Say whether this version of auditor wrote a review."""
    return written_by(review) == __version__


def other_code(root: Path, review: Review) -> bool:
    """Say whether other code of this same version wrote a folder: a checkout changes while its version stays."""
    raw = content(root, "environment.json")
    try:
        data = json.loads(raw or b"")
    except ValueError:
        return False
    return same_version(review) and isinstance(data, Mapping) and data.get("code_sha256") != code_sha256()


def origin_problems(root: Path, review: Review) -> Iterator[Problem]:
    """Hold the configuration, the protocol and the record of the surroundings against the review."""
    protocol = review.audit.get("protocol")
    stated = protocol.get("sha256") if isinstance(protocol, Mapping) else None
    raw = content(root, "config.toml")
    # The hash is of the file as it was given; a byte-order mark is not copied into the folder.
    if raw is not None and review.audit.get("config_sha256") not in (_sha(raw), _sha(_BOM + raw)):
        what = "it is not the configuration that review.json names"
        yield Problem(what, "its hash is another", AGAIN, file="config.toml")
    # The hash of a protocol is that of its content as one version understands it.
    if same_version(review) and (raw := content(root, "protocol.toml")) is not None:
        read = read_protocol(raw)
        if read is None:
            yield Problem("it cannot be read as a protocol", "it says what was tested", AGAIN, file="protocol.toml")
        elif read.sha256 != stated:
            what = "it is not the protocol that review.json names"
            yield Problem(what, "its hash is another", AGAIN, file="protocol.toml")
    yield from _environment_problems(root, review, stated)


def _environment_problems(root: Path, review: Review, protocol_sha256: Any) -> Iterator[Problem]:
    raw = content(root, "environment.json")
    if raw is None:
        return
    try:
        data = json.loads(raw)
        found = {name: data[name] for name in ("auditor", "seed", "config_sha256", "protocol_sha256")}
    except (ValueError, KeyError, TypeError):
        yield Problem("it cannot be read", "it says what the audit ran on", AGAIN, file="environment.json")
        return
    expected = {
        "auditor": written_by(review),
        "seed": review.audit.get("seed"),
        "config_sha256": review.audit.get("config_sha256"),
        "protocol_sha256": protocol_sha256,
    }
    for name, value in found.items():
        if value != expected[name]:
            what = f"{name} is {str(value)[:80]!r}, the review {str(expected[name])[:80]!r}"
            yield Problem(what, "both were written by one run", AGAIN, file="environment.json")


def _sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def read_protocol(raw: bytes) -> Protocol | None:
    """Return the protocol that a folder holds; None when it cannot be used (the signals are not asked)."""
    try:
        toml = toml_text.parse(toml_text.decode(raw, "protocol.toml"), "protocol.toml")
        return None if toml.problems else Protocol.model_validate_json(json.dumps(toml.data, default=str), strict=True)
    except (ConfigError, ValueError):  # pydantic's ValidationError is a ValueError
        return None


def verdict_problems(root: Path, review: Review) -> Iterator[Problem]:
    """Yield each verdict that the findings, the ceiling or this version do not allow."""
    raw = content(root, "protocol.toml")
    protocol = read_protocol(raw) if same_version(review) and raw is not None else None
    least = review.audit.get("suppress_below")
    for entry in review.places:
        told = list(_verdict(entry))
        if same_version(review) and entry.verdict in GRADES:
            told.extend(_judged(entry))
        if protocol is not None and isinstance(least, int):
            told.extend(_outcomes(entry, Rules(q=protocol.q, persons=least)))
        for what in told:
            yield Problem(f"{entry.name} ({entry.place}): {what}", _VERDICT, AGAIN, file=_FILE)


_VERDICT = "a verdict follows from the findings by the rules of the protocol"


def _verdict(entry: PlaceReview) -> Iterator[str]:
    """Yield what no version allows."""
    highest = str(entry.ceiling.get("verdict"))
    for verdict in (entry.verdict, highest):
        if verdict not in GRADES:
            yield f"{verdict!r} is no verdict"
            return
    if GRADES[entry.verdict] > GRADES[highest]:
        yield f"the verdict {entry.verdict!r} is above its ceiling {highest!r}"
    if GRADES[entry.verdict] >= GRADES[FLAG] and not any(f.outcome == "signal" for f in entry.findings):
        yield f"the verdict {entry.verdict!r} without any finding that is a signal"


def _judged(entry: PlaceReview) -> Iterator[str]:
    """Yield what :func:`auditor.audit.verdict.judge` of this version cannot have given."""
    tested = [finding for finding in entry.findings if finding.tested]
    outcomes = {finding.outcome for finding in tested}
    families = {finding.family for finding in tested if finding.outcome != "insufficient"}
    ceiling = GRADES.get(str(entry.ceiling.get("verdict")), 0.0)
    if (entry.verdict == "insufficient-data") is bool(outcomes - {"insufficient"}):
        yield f"the verdict {entry.verdict!r} does not fit how many tests had enough data"
    if entry.verdict == "no-disparity-detected" and (outcomes != {"compatible"} or len(families) < 2):
        yield f"the verdict {entry.verdict!r} needs compatible findings only, of two families or more"
    if entry.verdict == "contradictory" and len(families) < 2 and not _fired(tested, entry.controls):
        yield f"the verdict {entry.verdict!r} needs tests of two families or more, or a control that failed"
    if entry.verdict != "contradictory" and _failed(tested):
        yield f"the verdict {entry.verdict!r} although a negative control of a calibrated test failed"
    if entry.verdict == "strong-signal" and len({f.family for f in tested if f.outcome == "signal"}) < 2:
        yield f"the verdict {entry.verdict!r} needs signals of two families or more"
    if GRADES[entry.verdict] > GRADES[FLAG] and not any(_controlled(f) for f in tested if f.outcome == "signal"):
        yield f"the verdict {entry.verdict!r} needs a signal that negative controls calibrate"
    if "signal" in outcomes and entry.verdict == "inconclusive" and ceiling >= GRADES[FLAG]:
        yield f"the verdict {entry.verdict!r} although a finding is a signal"


def _fired(tested: Sequence[Finding], own: Sequence[Control]) -> bool:
    """Say whether a control failed, or may have: that of a test, or one of a test that has too few data."""
    told = [*((finding.controls or {}).get("fired") for finding in tested), *(control.q for control in own)]
    hidden = any(finding.suppressed for finding in tested) or any(control.suppressed for control in own)
    return hidden or any(value is not None and value <= CONTROL_Q for value in told)


def _failed(tested: Sequence[Finding]) -> bool:
    """Say whether a control of a calibrated test failed beyond what the rounding of its value leaves open."""
    asked = [finding for finding in tested if finding.calibrated_p is not None and finding.outcome != "insufficient"]
    told = [(finding.controls or {}).get("fired") for finding in asked]
    return any(value is not None and value < CONTROL_Q for value in told)


def _controlled(finding: Finding) -> bool:
    controls = finding.controls or {}
    return finding.suppressed or controls.get("kind") in ("classes", "controls")


def _outcomes(entry: PlaceReview, rules: Rules) -> Iterator[str]:
    for finding in entry.findings:
        if finding.outcome == "signal" and not finding.suppressed and not flags(_evidence(finding), rules):
            yield f"finding {finding.id} is called a signal, and its own numbers are not those of one"


def _evidence(finding: Finding) -> Evidence:
    """Return the conditions of a flag that a finding shows; the bounds for missing groups are not among them."""
    controls = finding.controls or {}
    return Evidence(
        signal=finding.signal,
        family=finding.family,
        testable=finding.tested,
        persons=finding.k,
        low=finding.estimate.low,
        calibrated_low=controls.get("low"),
        q=finding.q_value,
    )


def sentence_problems(entry: PlaceReview | Region) -> Iterator[Problem]:
    """Fill every sentence of a place or region once more from its values, and yield those whose text is another."""
    told: dict[str, None] = {}
    for said in _sentences(entry):
        try:
            filled = sentence(said.id, languages=tuple(said.text), **said.values)
        except (CatalogueError, TypeError) as error:
            told[str(error)[:200]] = None
            continue
        if dict(filled.text) != dict(said.text):
            told[f"the sentence {said.id!r} reads {str(next(iter(said.text.values()), ''))[:80]!r}"] = None
    for what in told:
        yield Problem(f"{entry.name} ({entry.place}): {what}", _CATALOGUE, AGAIN, file=_FILE)


_CATALOGUE = "sentences are those of the catalogue, filled with their values"


def _sentences(value: Any) -> Iterator[Sentence]:
    if isinstance(value, Sentence):
        yield value
    elif dataclasses.is_dataclass(value):
        for name in field_names(type(value)):  # type: ignore[arg-type]
            yield from _sentences(getattr(value, name))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for entry in value:
            yield from _sentences(entry)
