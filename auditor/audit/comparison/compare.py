"""`auditor compare`: what changed between reviews of the same places."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from auditor.audit.comparison.accounting import Accounting, account
from auditor.audit.comparison.options import exploratory
from auditor.audit.comparison.places import finding_entry, place_entry, written
from auditor.audit.comparison.reviews import Look, read_looks
from auditor.audit.comparison.series import series_of
from auditor.audit.comparison.text import to_text
from auditor.audit.tables import LEAST_SHOWN
from auditor.audit.verdict import FLAG, GRADES
from auditor.audit.wording import say
from auditor.findings.finding import Sentence
from auditor.report import numbers

SCHEMA_VERSION = "1"


@dataclass(frozen=True)
class Comparison:
    """What changed, as plain data (the schema ``compare``) and in words."""

    data: Mapping[str, Any]

    def to_json(self) -> str:
        """Return the comparison as JSON text."""
        return json.dumps(self.data, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"

    def to_text(self) -> str:
        """Return the comparison in words, at most 80 columns wide."""
        return to_text(self.data)


def compare(paths: Sequence[Path], earlier: int = 0) -> Comparison:
    """Compare reviews of the same places.

    Parameters
    ----------
    paths : sequence of path
        Two or more output folders, or their review.json, the oldest first.
    earlier : int
        Looks at these places before the first one given; they have had their shares of the error rate.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError
        When fewer than two are given.
    InputError
        When one cannot be read, or with every reason why they cannot be compared.
    """
    return compare_looks(read_looks(paths), earlier)


def compare_looks(looks: Sequence[Look], earlier: int = 0) -> Comparison:
    """Compare reviews that were read and checked already."""
    accounting = account(looks, earlier)
    least = max(int(look.review.audit.get("suppress_below", LEAST_SHOWN)) for look in looks)
    places = [place_entry(name, looks, accounting, least) for name in _in_order(looks, "places")]
    data = {
        "schema_version": SCHEMA_VERSION,
        "reviews": [_about(look, share, earlier + t + 1) for t, (look, share) in enumerate(_shared(looks, accounting))],
        "looks": _looks(looks, accounting),
        "notes": [written(note) for note in _notes(looks, least, accounting.changed)],
        "places": places,
        "regions": [_region(name, looks, least, accounting.changed) for name in _in_order(looks, "regions")],
    }
    return Comparison(data)


def _in_order(looks: Sequence[Look], kind: str) -> list[str]:
    """Return the identifiers of the newest review in its order, then those of older ones only."""
    return list(dict.fromkeys(entry.place for look in reversed(looks) for entry in getattr(look.review, kind)))


def _shared(looks: Sequence[Look], accounting: Accounting) -> Iterator[tuple[Look, float]]:
    return zip(looks, accounting.shares, strict=True)


def _about(look: Look, share: float, number: int) -> dict[str, Any]:
    review = look.review
    about = {
        "number": number,
        "title": review.audit["title"],
        "as_of": look.as_of,
        "sha256": look.sha256,
        "software": review.audit["software"],
        "places": len(review.places),
        "flagged": sum(GRADES[entry.verdict] >= GRADES[FLAG] for entry in review.places),
        "tests": int(review.calibration.get("tests") or 0),
        "cutoff": review.calibration.get("cutoff"),
        "share": share,
    }
    return {**about, "sentence": written(say("compare.look", about))}


def _looks(looks: Sequence[Look], accounting: Accounting) -> dict[str, Any]:
    cutoff, alone = (
        None if value is None else float(f"{value:.2g}") for value in (accounting.cutoff, accounting.cutoff_alone)
    )
    return {
        "method": "spending",
        "q": accounting.q,
        "planned": accounting.planned,
        "earlier": accounting.earlier,
        "tests": len(accounting.standings),
        "left_out": sorted(accounting.changed),
        "cutoff": cutoff,
        "cutoff_alone": alone,
        "protocol_sha256": looks[-1].review.audit["protocol"]["sha256"],
        "sentences": [written(s) for s in _said(accounting, cutoff, alone)],
    }


def _said(accounting: Accounting, cutoff: float | None, alone: float | None) -> Iterator[Sentence]:
    if accounting.changed:
        yield say("compare.looks.left-out", {"signals": ", ".join(sorted(accounting.changed))})
    if not accounting.standings:
        yield say("compare.looks.nothing-left" if accounting.changed else "compare.looks.nothing")
        return
    context = {
        "q": accounting.q,
        "tests": len(accounting.standings),
        "planned": accounting.planned,
        "earlier": accounting.earlier,
        "cutoff": _plain(cutoff),
        "alone": _plain(alone),
    }
    yield say("compare.looks.open" if accounting.planned is None else "compare.looks.planned", context)
    if accounting.shares[-1] == 0:
        yield say("compare.looks.used-up", context)
    if accounting.earlier:
        yield say("compare.looks.earlier", context)
    else:
        yield say("compare.looks.unseen")
    if cutoff is not None and alone is not None:
        yield say("compare.looks.price", context)


def _plain(value: float | None) -> str:
    """Write a small p-value with its two digits; the report's own writer ends at 0.001."""
    return "" if value is None else f"{Decimal(f'{value:.2g}'):f}"


def _notes(looks: Sequence[Look], least: int, options: Mapping[str, tuple[str, ...]]) -> Iterator[Sentence]:
    audits = [look.review.audit for look in looks]
    versions = list(dict.fromkeys(str(audit["software"].get("version")) for audit in audits))
    if len(versions) > 1:
        yield say("compare.note.software", {"versions": ", ".join(versions)})
    if len({tuple(sorted(audit.get("exclude", ()))) for audit in audits}) > 1:
        yield say("compare.note.excluded")
    if len({audit.get("suppress_below", LEAST_SHOWN) for audit in audits}) > 1:
        yield say("compare.note.threshold", {"least": least})
    if options:
        told = (f"{name} ({', '.join(names)})" if names else name for name, names in sorted(options.items()))
        yield say("compare.note.options", {"signals": "; ".join(told)})
    other = [numbers.date(look.as_of) for look in looks if exploratory(look)]
    if other:
        yield say("compare.note.exploratory", {"reviews": ", ".join(other)})
    changed = _changed_signals(looks)
    if changed:
        yield say("compare.note.signals", {"signals": ", ".join(changed)})


def _changed_signals(looks: Sequence[Look]) -> list[str]:
    """Name the signals whose card says another thing in another review."""
    said: dict[str, set[str]] = {}
    for look in looks:
        for card in look.review.signals:
            text = json.dumps([card.get(key) for key in ("null", "measures", "formulae")], ensure_ascii=False)
            said.setdefault(str(card["name"]), set()).add(text)
    return sorted(name for name, texts in said.items() if len(texts) > 1)


def _region(identifier: str, looks: Sequence[Look], least: int, changed: Collection[str]) -> dict[str, Any]:
    entries = [next((e for e in look.review.regions if e.place == identifier), None) for look in looks]
    name = next(entry.name for entry in reversed(entries) if entry is not None)
    found = series_of([None if entry is None else entry.findings for entry in entries], least, changed=changed)
    return {"place": identifier, "name": name, "findings": [finding_entry(series, None) for series in found]}
