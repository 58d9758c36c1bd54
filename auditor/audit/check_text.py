"""What ``auditor check`` says in words: one screen, from what was read to what to ask for.

Where everything does not fit on a screen, what every file of a layout says is said once, signals that lack the same
thing stand together, and the last notes of each file give way, with how many there are; if that does not do, signals
that cannot speak are named without their reasons; if that does not do either, the rule of the grades and the signals
that want each column give way, and requests after the first few are counted. Rows, reasons for which rows were left
out, verdicts and questions are never shortened.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from auditor.domain.source import Source
from auditor.records.quality import RULE, Quality

if TYPE_CHECKING:
    from auditor.audit.check_report import CheckReport, SignalReach

PRIVATE = "For your own eyes: numbers here may count few people. Not for publication."
SCREEN, WIDTH = 45, 120
"""Lines of a screen and letters of a line, as far as that can be said; longer lines take several."""
_SHOWN = 12
_FEW = 6
_MOST, _LEAST = 12, 1
"""Notes of each file that a shortened report shows: the most, and the least."""
_ASKED = 6
"""Requests that the shortest report shows."""
_OF_SIGNALS = re.compile(r" \([a-z, -]+?(?: and \d+ more)?\)")
_TRIVIAL = re.compile(
    r"columns? .* (read as|not used)|columns? (not used|known)|the file was packed|delimiter|encoding|"
    r"\d+ (hidden|merged)|\d+ lines? above the header|\d+ columns? without name"
)
"""How notes begin that a shortened report shows last: they say how a file is made, not what its records are."""
_LISTS, _BY_ROW = "no source that lists ", " row by row says of them: "
"""How the reason of a signal begins that needs rows, and what stands before the columns that it needs."""


def lines(report: CheckReport, *, verbose: bool = True) -> list[str]:
    """Return the report line by line.

    Parameters
    ----------
    report : CheckReport
    verbose : bool
        True for everything; else as many notes of each file as leave one screen, and how many there are besides.
    """
    found = [*_lines(report, None)]
    if verbose or height(found) <= SCREEN:
        return found
    # The fullest report that fits; else the shortest, which holds what is never shortened.
    for tight, bare in ((False, False), (True, False), (True, True)):
        for most in range(_MOST, _LEAST - 1, -1):
            found = [*_lines(report, most, tight=tight, bare=bare)]
            if height(found) <= SCREEN:
                return found
    return found


def height(found: Sequence[str]) -> int:
    """Return how many lines of a screen some lines take."""
    return sum(max(1, -(-len(line) // WIDTH)) for text in found for line in text.split("\n"))


def _lines(report: CheckReport, most: int | None, *, tight: bool = False, bare: bool = False) -> Iterator[str]:
    """Yield the report with so many notes of each file (None: all).

    A tight one names signals without reasons; a bare one leaves out what only explains, and counts the last requests.
    """
    yield PRIVATE
    if most is not None:
        yield "Shortened to a screen: --verbose shows everything, and --json holds it too."
    several = {} if most is None else _several(report.sources)
    if report.sources:
        yield from ("", "Files and rows")
    for number, source in enumerate(report.sources):
        yield from _source(source, report.quality[number] if report.quality else None, several, most)
    if several:
        said = [f"  note (of {count} of the files above): {note}" for note, count in several.items()]
        yield from _cut(said, most, "  ")
    if report.quality and not bare:
        yield f"  Grade: {RULE}"
    if report.notes:
        yield from ("", "Over all files", *(f"  note: {note}" for note in report.notes))
    yield from _keys(report, together=tight)
    if report.ethnicity:
        yield from ("", "Ethnicity is hardly ever recorded", *_unrecorded(report))
    if report.signals:
        yield from _named(report.signals) if tight else _signals(report.signals, together=most is not None)
    if report.ceiling:
        yield from ("", f"Highest verdict that these data can reach: {report.ceiling['verdict']}")
        yield f"  Why: {report.ceiling['why']}"
        yield f"  What would raise it: {report.ceiling['would_raise']}"
    yield from _listed("To ask the agency for", _shortest(report.ask) if bare else report.ask)
    yield from _listed("Still missing beside it", report.missing)
    yield from _listed("To be decided by you first", [str(question) for question in report.questions])
    if report.toml:
        yield from ("", "Add to the configuration, once completed:", "", report.toml.rstrip("\n"))


def _several(sources: Sequence[Source]) -> dict[str, int]:
    """Return the notes that several files (or sheets) have, with how many."""
    counts = Counter(note for source in sources for note in dict.fromkeys(source.ledger.notes))
    return {note: count for note, count in counts.items() if count > 1}


def _cut(items: Sequence[str], most: int | None, indent: str) -> Iterator[str]:
    """Yield so many lines, and how many there are besides."""
    shown = items if most is None else items[:most]
    yield from shown
    left = len(items) - len(shown)
    if left:
        yield f"{indent}and {left} {'more ' if shown else ''}{'note' if left == 1 else 'notes'}"


def _source(source: Source, quality: Quality | None, several: Mapping[str, int], most: int | None) -> Iterator[str]:
    ledger = source.ledger
    sheet = f", sheet {source.sheet}" if source.sheet else ""
    grade = f"; grade {quality.grade}" if quality else ""
    why = f" ({'; '.join(quality.reasons)})" if quality and quality.reasons else ""
    yield f"  {source.name}{sheet} ({source.format}): {ledger.read:,} rows read, {ledger.used:,} used{grade}{why}"
    for step in ledger.steps:
        kind = "set aside, not understood" if step.quarantined else "left out"
        example = f" (rows {step.example})" if step.example else ""
        yield f"    {step.rows:,} {kind}: {step.reason}{example}"
    own = [note for note in ledger.notes if note not in several]
    if most is not None:
        own.sort(key=lambda note: bool(_TRIVIAL.match(note)))
    yield from _cut([f"    note: {note}" for note in own], most, "    ")


def _keys(report: CheckReport, *, together: bool) -> Iterator[str]:
    held = {name: values for name, values in report.keys.items() if values}
    if held:
        yield from ("", "What is in them")
    said = []
    for name, values in held.items():
        more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
        said.append(f"{name}: {len(values)} ({', '.join(values[:_SHOWN])}{more})")
    if said and together:
        said = ["; ".join(said)]
    yield from (f"  {text}" for text in said)


def _unrecorded(report: CheckReport) -> Iterator[str]:
    for found in report.ethnicity[:_FEW]:
        who = f"{found.group.capitalize()} people are hardly ever recorded among {found.event}s"
        yield (
            f"  {found.name} ({found.place}): {who}: "
            f"{found.recorded_share:.1%} of the records with a group, {found.population_share:.1%} of the population"
        )
    if len(report.ethnicity) > _FEW:
        yield f"  and {len(report.ethnicity) - _FEW} more places and events"
    yield "  Below a third of the population's share no comparison of recorded groups is made there."


def _named(signals: Sequence[SignalReach]) -> Iterator[str]:
    """Yield which signals can speak and which cannot, without their reasons: what they need is asked for below."""
    able, unable = [s.signal for s in signals if s.can], [s.signal for s in signals if not s.can]
    yield from ("", f"Signals: {len(able)} of {len(signals)} can speak")
    if able:
        yield f"  yes: {', '.join(able)}"
    if unable:
        yield f"  no (--verbose says why): {', '.join(unable)}"


def _signals(signals: Sequence[SignalReach], *, together: bool) -> Iterator[str]:
    able, unable = [s.signal for s in signals if s.can], [s for s in signals if not s.can]
    yield from ("", f"Signals: {len(able)} of {len(signals)} can speak")
    if able:
        yield f"  yes: {', '.join(able)}"
    if not together:
        yield from (f"  no: {signal.signal}: {signal.reason}" for signal in unable)
        return
    by_row = [signal for signal in unable if signal.reason.startswith(_LISTS) and _BY_ROW in signal.reason]
    unable = [signal for signal in unable if signal not in by_row]
    if by_row:
        wanted = "; ".join(f"{signal.signal} ({signal.reason.partition(_BY_ROW)[2]})" for signal in by_row)
        yield f"  no: no source says row by row what these need: {wanted}"
    for reason in dict.fromkeys(signal.reason for signal in unable):
        yield f"  no: {', '.join(signal.signal for signal in unable if signal.reason == reason)}: {reason}"


def _shortest(asked: Sequence[str]) -> list[str]:
    """Return the first requests, columns without the signals that want them, and how many there are besides."""
    kept = []
    for item in asked[:_ASKED]:
        what, colon, columns = item.partition(", for the signals named: ")
        kept.append(f"{what}: {_OF_SIGNALS.sub('', columns)}" if colon else item)
    left = len(asked) - len(kept)
    return [*kept, f"and {left} more: --verbose"] if left else kept


def _listed(head: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield from ("", head, *(f"  - {item}" for item in items))
