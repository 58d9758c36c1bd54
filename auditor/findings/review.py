"""The review: everything that the pages say, as data."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Self

from auditor.errors import InputError, Problem, UsageError, unknown_name
from auditor.findings.finding import Comparator, Estimate, Finding, Range, Sentence, Withheld
from auditor.findings.listed import Listed

SCHEMA_VERSION = "1"
_SHOWN = 30
"""Findings of a place that a notebook shows."""


@dataclass(frozen=True, slots=True)
class Control:
    """A negative control of one place: a contrast of the same shape in which no effect is expected.

    Attributes
    ----------
    signal, contrast : str
        The signal it belongs to, and its own key.
    group, reference : str or None
    event, label : str
    ratio, low, high : float or None
        As measured, not centred, with the 95 % interval of sampling error alone; None where an end is open.
    p, q : float or None
        Two-sided p-value among the places compared, and corrected over all places' controls of this signal; None where
        no null tells.
    suppressed : bool
        Whether its numbers rest on small counts and are not written.
    """

    signal: str
    contrast: str
    group: str | None
    reference: str | None
    event: str
    label: str
    ratio: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class PlaceReview:
    """What the audit says of one place.

    ``listed`` holds, by signal, the rows of a table of the signal's own (``tables/SIGNAL.csv``): more than one number
    for each contrast.
    """

    place: str
    name: str
    state: str
    verdict: str
    verdict_reasons: tuple[Sentence, ...]
    caps: tuple[Sentence, ...]
    ceiling: Mapping[str, Any]
    page: str
    rank: Mapping[str, Any] | None
    findings: tuple[Finding, ...]
    withheld: tuple[Withheld, ...]
    sections: tuple[Mapping[str, Any], ...]
    simulated: bool = False
    profile: Mapping[str, Any] | None = None
    response: str | None = None
    controls: tuple[Control, ...] = ()
    listed: Mapping[str, Listed] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Say what it is in one line: the numbers behind it run to megabytes."""
        found, withheld = len(self.findings), len(self.withheld)
        return f"<PlaceReview {self.name} ({self.place}): {self.verdict}; {found} findings, {withheld} withheld>"

    def _repr_html_(self) -> str:
        """Show the verdict and the sentence of every finding in a notebook."""
        head = f"{'SIMULATED. ' if self.simulated else ''}{self.name} ({self.place}): {self.verdict}"
        rows = "".join(
            f"<tr><td>{escape(found.signal)}</td><td>{escape(_english(found.sentence))}</td></tr>"
            for found in self.findings[:_SHOWN]
        )
        more = len(self.findings) - _SHOWN
        rest = f"<p>and {more:,} more findings</p>" if more > 0 else ""
        return f"<table><caption>{escape(head)}</caption><tr><th>Signal</th><th>Finding</th></tr>{rows}</table>{rest}"


def _english(sentence: Sentence | None) -> str:
    return sentence.text["en"] if sentence else ""


@dataclass(frozen=True, slots=True)
class Region:
    """What is one number for a region: the nation, a state, a city of precincts; with the models behind it."""

    place: str
    name: str
    findings: tuple[Finding, ...]
    models: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """A whole audit. ``review.json`` is its text; pages and letters are pure functions of it."""

    audit: Mapping[str, Any]
    sources: tuple[Mapping[str, Any], ...]
    calibration: Mapping[str, Any]
    places: tuple[PlaceReview, ...]
    regions: tuple[Region, ...] = ()
    failures: tuple[Mapping[str, str], ...] = ()
    signals: tuple[Mapping[str, Any], ...] = ()

    def place(self, identifier: str) -> PlaceReview:
        """Return the review of one place.

        Raises
        ------
        UsageError
            When the review holds no such place; the nearest one is named.
        """
        for entry in self.places:
            if entry.place == identifier:
                return entry
        raise UsageError(unknown_name("place", identifier, [entry.place for entry in self.places][:12]))

    def findings(self) -> Iterator[Finding]:
        """Yield every finding of every place, then those of the regions."""
        for entry in self.places:
            yield from entry.findings
        for region in self.regions:
            yield from region.findings

    def to_dict(self) -> dict[str, Any]:
        """Return the review as plain dictionaries, lists, numbers and texts."""
        plain: dict[str, Any] = json.loads(self.to_json())
        return plain

    def to_json(self) -> str:
        """Return the text of ``review.json``: sorted keys, a line for each place, source and region, no NaN."""
        return self.to_bytes().decode()

    def to_bytes(self) -> bytes:
        """Return the same in UTF-8; a whole nation's takes hundreds of megabytes, so it is put together once."""
        whole = io.BytesIO()
        whole.writelines(piece.encode() for piece in self._pieces())
        return whole.getvalue()

    def is_written(self, raw: bytes) -> bool:
        """Say whether some bytes are those of this review, piece by piece."""
        rest = io.BytesIO(raw)
        same = all(rest.read(len(wanted)) == wanted for wanted in (piece.encode() for piece in self._pieces()))
        return same and not rest.read(1)

    def _pieces(self) -> Iterator[str]:
        parts = {"schema_version": SCHEMA_VERSION, **_fields(self)}
        between = "{\n"
        for name in sorted(parts):
            yield f"{between}{_dump(name)}: "
            yield from _value(parts[name])
            between = ",\n"
        yield "\n}\n"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a review from what :meth:`to_dict` gave.

        Raises
        ------
        InputError
            When the schema version is not this one, or a part has another form than this version writes.
        """
        if not isinstance(data, Mapping):
            problem = Problem("not a whole review", "a review is a JSON object", "run the audit again", "review.json")
            raise InputError("this review cannot be read", [problem])
        version = data.get("schema_version")
        if version != SCHEMA_VERSION:
            raise InputError(
                "this review cannot be read",
                [
                    Problem(
                        f"schema_version {version!r}",
                        f"this version of auditor reads schema_version {SCHEMA_VERSION!r}",
                        "use the version of auditor that wrote it, or run the audit again",
                        file="review.json",
                    )
                ],
            )
        try:
            return cls._built(data)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            lack = f"it lacks {error}" if isinstance(error, KeyError) else str(error)[:200]
            what = f"not a whole review: {lack}"
            wrote = _version(data)
            remedy = f"use auditor {wrote}, which wrote it, or run the audit again" if wrote else "run the audit again"
            why = "it does not have the form that `auditor schema review` describes"
            raise InputError("this review cannot be read", [Problem(what, why, remedy, file="review.json")]) from error

    @classmethod
    def _built(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            audit=data["audit"],
            sources=tuple(data["sources"]),
            calibration=data["calibration"],
            places=tuple(_place(entry) for entry in data["places"]),
            regions=tuple(_region(entry) for entry in data["regions"]),
            failures=tuple(data["failures"]),
            signals=tuple(data["signals"]),
        )

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read ``review.json`` (or the folder that holds it)."""
        file = Path(path)
        if file.is_dir():
            file = file / "review.json"
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(
                "there is no review here",
                [Problem("no such file", "a review is needed", "name a folder written by 'auditor run'", file.name)],
            ) from None
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise InputError(
                "this review cannot be read",
                [Problem(f"not JSON ({error})", "the file is damaged", "run the audit again", file.name)],
            ) from error
        return cls.from_dict(data)


def _version(data: Mapping[str, Any]) -> str:
    """Return the version of auditor that a review names; empty where it names none."""
    audit = data.get("audit")
    software = audit.get("software") if isinstance(audit, Mapping) else None
    version = software.get("version") if isinstance(software, Mapping) else None
    return version[:40] if isinstance(version, str) else ""


def _value(value: Any) -> Iterator[str]:
    """Write a top-level value; the entries of a list on lines of their own, so that two reviews can be compared."""
    if not isinstance(value, tuple) or not value:
        yield _dump(value)
        return
    between = "[\n"
    for entry in value:
        yield f"{between}{_dump(entry)}"
        between = ",\n"
    yield "\n]"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return _fields(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} does not belong in a review")


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in field_names(type(value))}  # type: ignore[arg-type]


@cache
def field_names(kind: type) -> tuple[str, ...]:
    """Return the names of the fields of a class of this package, in their order."""
    return tuple(field.name for field in dataclasses.fields(kind))


def _estimate(data: Mapping[str, Any] | None) -> Estimate | None:
    return None if data is None else Estimate(**data)


def _sentence(data: Mapping[str, Any] | None) -> Sentence | None:
    return None if data is None else Sentence(**data)


def _finding(data: Mapping[str, Any]) -> Finding:
    fields = dict(data)
    fields["comparator"] = Comparator(**fields["comparator"])
    for name in ("estimate", "absolute", "shrunken"):
        fields[name] = _estimate(fields[name])
    fields["ranges"] = tuple(Range(**entry) for entry in fields["ranges"])
    fields["sentence"] = _sentence(fields["sentence"])
    fields["definitions"] = tuple(Sentence(**entry) for entry in fields["definitions"])
    fields["caveats"] = tuple(Sentence(**entry) for entry in fields["caveats"])
    return Finding(**fields)


def _withheld(data: Mapping[str, Any]) -> Withheld:
    return Withheld(**{**data, "sentence": _sentence(data["sentence"])})


def _place(data: Mapping[str, Any]) -> PlaceReview:
    fields = dict(data)
    fields["findings"] = tuple(_finding(entry) for entry in fields["findings"])
    fields["withheld"] = tuple(_withheld(entry) for entry in fields["withheld"])
    fields["sections"] = tuple(fields["sections"])
    for name in ("verdict_reasons", "caps"):
        fields[name] = tuple(Sentence(**entry) for entry in fields[name])
    fields["controls"] = tuple(Control(**entry) for entry in fields.get("controls", ()))
    fields["listed"] = {name: _listed(entry) for name, entry in fields.get("listed", {}).items()}
    return PlaceReview(**fields)


def _listed(data: Mapping[str, Any]) -> Listed:
    return Listed(tuple(data["columns"]), tuple(tuple(row) for row in data["rows"]))


def _region(data: Mapping[str, Any]) -> Region:
    return Region(
        data["place"], data["name"], tuple(_finding(entry) for entry in data["findings"]), tuple(data["models"])
    )
