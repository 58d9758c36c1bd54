"""Record authenticity: round times, favourite digits, duplicates in time, identical rows, months that stop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Cells, CellSpec, RowSpec, RowTable
from auditor.findings.card import Card
from auditor.signals.baseline import totals_tell
from auditor.signals.described import Column, stacked
from auditor.signals.marks.columns import (
    close_column,
    digit_column,
    identical_column,
    round_column,
    silence_column,
    times_of,
)
from auditor.signals.marks.simulate import simulate
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal

CARD = Card(
    name="record-authenticity",
    family="recording",
    section=4,
    title="Marks of the records",
    question="Do the records bear marks of rounding, copying or made-up entries, and do they stop?",
    null="None is tested: these are facts about the records, each beside what untouched records would show.",
    needs="Events row by row with date and clock time, a number for the officer, and age; by month for the question "
    "whether they stop.",
    measures="Shares of times at midnight, on the hour and on five minutes; how uneven the last digits of the other "
    "minutes are; pairs of records of one officer one or two minutes apart; rows identical in officer, hour, minute "
    "and age beyond chance; months without a record at the end.",
    assumptions=(
        "Untouched times fall on every minute alike, and gaps of one to ten minutes between two records of one officer "
        "are about equally common (real work makes the shortest ones rarer).",
        "Within a year, age and minute of the hour do not depend on officer and hour.",
        "The months of a place's event follow those before it; the end of the file is the last month of any place.",
    ),
    misleads=(
        "Rounded times are a habit, and no sign that a record is untrue; a time at midnight is often a date without a "
        "time.",
        "Several people taken together have records in one minute: these pairs are counted apart and held against "
        "nothing.",
        "A row for every charge, or a file joined twice, gives identical rows with nobody making anything up.",
        "An agency that was merged, renamed or left out of a later file falls silent.",
        "Records without any of these marks can be wrong all the same.",
    ),
    references=(
        "Mosimann, J. E., Wiseman, C. V. & Edelman, R. E. (1995). Data fabrication: can people generate random digits? "
        "Accountability in Research 4, 31-55.",
        "Knox, E. G. (1964). The detection of space-time interactions. Applied Statistics 13, 25-29.",
        "David, F. N. & Barton, D. E. (1966). Two space-time interaction tests for epidemicity. British Journal of "
        "Preventive and Social Medicine 20, 44-48.",
    ),
    formulae=(
        "round times: k of n against 1/1440, 1/60 and 1/5; rounded share = (share - expected) / (1 - expected)",
        "clock: quietest three hours against those that start at 02:00 to 05:00; suspect from a ratio of 1.5 at p <= "
        ".01",
        "digits: chi-square of the last digits 1-4 and 6-9 against 1/8 each, exact up to 40 times; excess = half the "
        "sum of absolute differences of shares",
        "close pairs: pairs 1 to 2 minutes apart among pairs 1 to 10 apart, against 2/10 (officers with more than half "
        "of their times on five minutes are left out)",
        "identical rows: pairs that agree on (officer, hour) and (age, minute of the hour), against their mean and "
        "variance when the second is shuffled within a year",
        "silence: (1 + d m)^(-1/d) for each silent month at the end, mean m and over-dispersion d of the months "
        "before, or the share of earlier silent months where larger; from twelve months on",
    ),
    controls="There are none: nothing is tested.",
)

LACKS = (
    Lack("record-authenticity.absent", "record-authenticity.need-rows"),
    Lack("record-authenticity.suppressed", "record-authenticity.need-unsuppressed"),
    Lack("record-authenticity.few-months", "record-authenticity.need-months"),
    Lack("record-authenticity.few-times", "record-authenticity.need-times"),
    Lack("record-authenticity.few-pairs", "record-authenticity.need-officers"),
    Lack("record-authenticity.few-rows", "record-authenticity.need-ages"),
)
_ABSENT, _SUPPRESSED, _MONTHS, _TIMES, _PAIRS, _ROWS = range(1, 7)
EVENTS = ("stop", "citation", "arrest", "booking")


class RecordAuthenticityOptions(Options):
    """Options under ``[signals.record-authenticity]``.

    Attributes
    ----------
    event : str
        Whose records are looked at; ``"auto"`` takes the event with most clock times, else with most records.
    """

    event: Literal["auto", "stop", "citation", "arrest", "booking"] = "auto"


class RecordAuthenticity(Signal):
    """Marks that records bear, each beside what untouched records would show."""

    card = CARD
    options = RecordAuthenticityOptions
    describes = True

    def lacks(self, inventory: Inventory, options: RecordAuthenticityOptions) -> Lack | None:
        """Say what is missing before any place can be described."""
        events = EVENTS if options.event == "auto" else (options.event,)
        timed = any("minute" in inventory.row_columns.get(event, frozenset()) for event in events)
        if timed or (set(events) & inventory.events and inventory.months >= 12):
            return None
        return Lack("record-authenticity.nothing", "record-authenticity.need-times")

    def view(self, options: RecordAuthenticityOptions) -> CellSpec:
        """Counts by month, and rows by officer, day, minute and age."""
        events = EVENTS if options.event == "auto" else (options.event,)
        keys = ("event", "officer_code", "day", "minute", "age")
        return CellSpec(keys=("event", "month"), events=events, rows=RowSpec(keys, events, personal=("officer",)))

    def measure(self, cells: Cells, options: RecordAuthenticityOptions, rng: np.random.Generator) -> Panel:
        """Describe every place."""
        event = _event_of(cells, options.event)
        columns = list(_columns(cells, event, _codes(cells, event)))
        kept = [column for column in columns if (column.code == 0).any()] or columns[:1]
        made = stacked(CARD.name, cells, kept, LACKS, cells.window(event))
        # All records, less those of the groups that are compared, are those of the others.
        bare = totals_tell(cells, (event,), unrecorded=True)[:, None]
        return replace(made, hidden=bare if made.hidden is None else made.hidden | bare)

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw stops with times, officers and ages; the effect rounds more of the times."""
        return simulate(rng, effect, design)


def _event_of(cells: Cells, wanted: str) -> str:
    if wanted != "auto":
        return wanted
    total = {event: float(cells.counts.where(event=event).n.sum()) for event in EVENTS}
    timed = dict.fromkeys(EVENTS, 0.0)
    if cells.rows is not None:
        known = cells.rows.take(cells.rows.columns["minute"] >= 0)
        timed = {event: float(known.where(event=event).n.sum()) for event in EVENTS}
    return max(EVENTS, key=lambda event: (timed[event], total[event], -EVENTS.index(event)))


def _codes(cells: Cells, event: str) -> NDArray[np.int64]:
    counts = cells.counts.where(event=event)
    code = np.zeros(cells.size, dtype=np.int64)
    hidden = counts.index[counts.censored]
    if cells.rows is not None:
        rows = cells.rows.where(event=event)
        hidden = np.concatenate([hidden, rows.index[rows.censored]])
    code[hidden] = _SUPPRESSED
    code[np.bincount(counts.index, minlength=cells.size) == 0] = _ABSENT
    return code


def _columns(cells: Cells, event: str, code: NDArray[np.int64]) -> Iterator[Column]:
    yield silence_column(cells, event, _contrast(event, "silence", "months"), code, _MONTHS)
    if cells.rows is None:
        return
    rows: RowTable = cells.rows.where(event=event)
    times = times_of(rows, cells.size)
    for kind, label in (("hour", "on-the-hour"), ("five_minutes", "five-minutes"), ("midnight", "midnight")):
        yield round_column(times, kind, _contrast(event, label, "share"), code, _TIMES)
    yield digit_column(times, _contrast(event, "digits", "share"), code, _TIMES)
    yield close_column(cells, rows, _contrast(event, "close", "share"), code, _PAIRS)
    yield identical_column(cells, rows, _contrast(event, "identical", "share"), code, _ROWS)


_WORDS = {"on-the-hour": "times", "five-minutes": "times", "midnight": "times"}
_METHODS = {
    "silence": "negative binomial months",
    "digits": "chi-square (exact up to 40)",
    "identical": "shuffled details (Knox; David and Barton)",
}


def _contrast(event: str, label: str, scale: str) -> Contrast:
    kind = _WORDS.get(label, label)
    return Contrast(
        key=f"{event}/marks-{label}",
        group=None,
        reference=None,
        event=event,
        label=label,
        counted=f"mark-{label}",
        among=event,
        comparator=f"untouched-{kind}",
        why=f"record-authenticity.why-{kind}",
        shape="described",
        method=_METHODS.get(label, "Wilson"),
        tested=False,
        scale=scale,
        definitions=(f"record-authenticity.define-{kind}",),
        words=f"{CARD.name}.{kind}",
    )


SIGNAL = RecordAuthenticity()
