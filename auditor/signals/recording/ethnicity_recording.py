"""Ethnicity recording: are people with names of the group recorded as of the group?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from auditor.baselines import surnames
from auditor.cells import Bools, Cells, CellSpec, RowSpec
from auditor.domain.vocabulary import NATION
from auditor.signals.described import Column, stacked
from auditor.signals.naming.card import CARD
from auditor.signals.naming.counts import EVENTS, Named, count_names, event_of
from auditor.signals.naming.mandates import mandate_column
from auditor.signals.naming.simulate import simulate
from auditor.signals.naming.under import else_column, under_column
from auditor.signals.naming.units import units_column
from auditor.signals.naming.unusable import CAVEAT, rarely_recorded
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal

GROUP = "hispanic"
"""The group of which surnames tell enough; its chance is what ``chance_bin`` holds."""

LACKS = (
    Lack("ethnicity-recording.absent", "ethnicity-recording.need-rows"),
    Lack("ethnicity-recording.suppressed", "ethnicity-recording.need-unsuppressed"),
    Lack("ethnicity-recording.no-surnames", "ethnicity-recording.need-surnames"),
    Lack("ethnicity-recording.no-groups", "ethnicity-recording.need-groups"),
    Lack("ethnicity-recording.nobody", "ethnicity-recording.need-longer"),
    Lack("ethnicity-recording.few", "ethnicity-recording.need-longer"),
    Lack("ethnicity-recording.few-agencies", "ethnicity-recording.need-agencies"),
    Lack("ethnicity-recording.few-officers", "ethnicity-recording.need-officers"),
    Lack("ethnicity-recording.no-mandate", "ethnicity-recording.need-months"),
)
_ABSENT, _SUPPRESSED, _NAMELESS, _GROUPLESS, _NOBODY, _FEW, _AGENCIES, _OFFICERS, _MANDATE = range(1, 10)
_FEWEST_OFFICERS = 11


class EthnicityRecordingOptions(Options):
    """Options under ``[signals.ethnicity-recording]``.

    Attributes
    ----------
    event : str
        Whose persons are looked at; ``"auto"`` takes the event with most usable surnames.
    calibration_error : float
        Standard error of the log of true over estimated members, from a check of such estimates against what people
        say of themselves; 0 takes names as right, and leaves their error to the comparison with other places.
    mandates : table of dates
        First day on which a law required ethnicity to be recorded, by place, by two-digit state, or ``US`` for all.
    """

    event: Literal["auto", "stop", "citation", "arrest", "booking", "detainer", "match", "custody", "removal"] = "auto"
    calibration_error: float = Field(default=0.0, ge=0)
    mandates: Mapping[str, date] = {}

    @field_validator("mandates")
    @classmethod
    def _places(cls, value: Mapping[str, date]) -> Mapping[str, date]:
        """Refuse a key that no place could have: its mandate would silently be nobody's."""
        for key in value:
            if key != NATION and not key.startswith("local:") and not (key.isdigit() and len(key) in (2, 5)):
                raise ValueError(f"{key!r} is no place: write US, two digits for a state, or a place's id")
        return value


class EthnicityRecording(Signal):
    """Recorded groups against chances from surname and county."""

    card = CARD
    options = EthnicityRecordingOptions

    def lacks(self, inventory: Inventory, options: EthnicityRecordingOptions) -> Lack | None:
        """Say what is missing before any place can be measured."""
        if GROUP not in inventory.focal_groups:
            return Lack("ethnicity-recording.no-focal", "ethnicity-recording.need-focal")
        events = EVENTS if options.event == "auto" else (options.event,)
        gaps = [_NEEDED - inventory.row_columns.get(event, frozenset()) for event in events]
        least = min(gaps, key=len)
        if least:
            return Lack("ethnicity-recording.no-columns", "ethnicity-recording.need-columns", _listed(least))
        if not surnames.available():
            return Lack("ethnicity-recording.no-tables", "ethnicity-recording.need-tables")
        return None

    def view(self, options: EthnicityRecordingOptions) -> CellSpec:
        """Rows by recorded group, agency, officer, month and bin of the chance; the surname stays where it is."""
        events = EVENTS if options.event == "auto" else (options.event,)
        keys = ("event", "group", "group_source", "agency", "month", "chance_bin", "officer_code")
        rows = RowSpec(keys, events, personal=("surname", "officer"))
        return CellSpec(keys=("event", "group", "group_source"), events=events, population=True, rows=rows)

    def measure(self, cells: Cells, options: EthnicityRecordingOptions, rng: np.random.Generator) -> Panel:
        """Measure the under-count, and beside it who is recorded otherwise, by whom, and since when."""
        if cells.rows is None:
            raise ValueError("the cells hold no single rows: the signal's view must ask for them")
        event = event_of(cells.rows, options.event)
        named = count_names(cells, cells.rows.where(event=event), GROUP)
        code = _codes(named)
        columns = list(_columns(cells, named, event, options, code))
        kept = [column for column in columns[1:] if (column.code == 0).any()]
        rare = rarely_recorded(cells, GROUP, named.recorded, named.persons, named.prior)
        columns = [_noted(column, rare) for column in (columns[0], *kept)]
        return stacked(CARD.name, cells, columns, LACKS, cells.window(event))

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw persons whose names are told and whose group is recorded, with an effect on the under-count."""
        return simulate(rng, effect, design)


_NEEDED = frozenset({"group", "surname"})


def _listed(names: frozenset[str]) -> dict[str, str]:
    return {"columns": ", ".join(sorted(names))}


def _codes(named: Named) -> NDArray[np.int64]:
    code = np.zeros(len(named.present), dtype=np.int64)
    code[named.persons == 0] = _GROUPLESS
    code[~named.named] = _NAMELESS
    code[named.censored] = _SUPPRESSED
    code[~named.present] = _ABSENT
    return code


def _columns(
    cells: Cells, named: Named, event: str, options: EthnicityRecordingOptions, code: NDArray[np.int64]
) -> Iterator[Column]:
    """Yield the tested column, then those that are shown beside it."""
    error = options.calibration_error
    yield under_column(cells, named, _contrast(event, "under-count", "ratio"), code, error, _NOBODY)
    above = _contrast(event, "else-recorded", "share", cells.reference_group)
    yield else_column(cells, named, above, code, _FEW)
    for label, key, few, least in (
        ("agencies", "agency", _AGENCIES, 2),
        ("officers", "officer_code", _OFFICERS, _FEWEST_OFFICERS),
    ):
        yield units_column(cells, named, key, _contrast(event, label, "share"), code, few, least)
    if options.mandates:
        mandate = _contrast(event, "mandate", "difference")
        yield mandate_column(cells, named, options.mandates, mandate, code, _MANDATE)


_PREFIX = dict.fromkeys(("under-count", "else-recorded"), "")
_METHODS = {
    "under-count": "maximum likelihood of a mixture of known chances; limits by variance recovery (Zou and Donner)",
    "else-recorded": "Wilson",
    "agencies": "peer null, Benjamini and Hochberg at .05",
    "officers": "peer null, Benjamini and Hochberg at .05",
    "mandate": "least squares with a trend; residuals turned in a circle",
}
_COUNTED = {
    "under-count": "not-recorded",
    "else-recorded": "recorded-otherwise",
    "agencies": "recorded-by-flagged",
    "officers": "recorded-by-flagged",
    "mandate": "recorded-as-group",
}


def _contrast(event: str, label: str, scale: str, reference: str | None = None) -> Contrast:
    tested = label == "under-count"
    return Contrast(
        key=f"{event}/{_PREFIX.get(label, 'recording-')}{label}",
        group=GROUP,
        reference=reference,
        event=event,
        label=label,
        counted=_COUNTED[label],
        among=event,
        comparator="names" if label in ("under-count", "else-recorded") else f"names-{label}",
        why=f"ethnicity-recording.why-{label}",
        shape="hits" if tested else "described",
        method=_METHODS[label],
        tested=tested,
        scale=scale,
        definitions=("ethnicity-recording.define-chance", f"ethnicity-recording.define-{label}"),
        words=f"{CARD.name}.{label}",
    )


def _noted(column: Column, rare: Bools) -> Column:
    every = np.ones(len(column.code), dtype=bool)
    label = column.contrast.label
    notes = {
        "ethnicity-recording.caveat-names": every,
        "ethnicity-recording.caveat-calibration": every & (label == "under-count"),
        "ethnicity-recording.caveat-county": every & (label == "under-count"),
        "ethnicity-recording.caveat-office": every & (label in ("agencies", "officers")),
        "ethnicity-recording.caveat-mandate": every & (label == "mandate"),
        CAVEAT["ethnicity-recording"]: rare,
    }
    return replace(column, notes=notes)


SIGNAL = EthnicityRecording()
