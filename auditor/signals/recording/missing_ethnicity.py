"""Missing ethnicity: how many records have no ethnic group, when and with which outcome, and what that could hide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator, model_validator

from auditor.cells import Cells, CellSpec, RowSpec, RowTable
from auditor.signals.baseline import public, totals_tell
from auditor.signals.described import Column, stacked
from auditor.signals.exposures import population_exposure
from auditor.signals.gaps.card import CARD
from auditor.signals.gaps.columns import bounds_column, outcome_column, share_column, time_column
from auditor.signals.gaps.counts import (
    ESTIMATED,
    EVENTS,
    Gaps,
    beside_outcome,
    by_outcome,
    count_gaps,
    event_of,
    held_outcomes,
)
from auditor.signals.gaps.simulate import simulate
from auditor.signals.groups import count_groups
from auditor.signals.naming.unusable import CAVEAT, rarely_recorded
from auditor.signals.signal import Contrast, Design, Inventory, Lack, Options, Panel, Signal

LACKS = (
    Lack("missing-ethnicity.absent", "missing-ethnicity.need-records"),
    Lack("missing-ethnicity.no-groups", "missing-ethnicity.need-groups"),
    Lack("missing-ethnicity.suppressed", "missing-ethnicity.need-unsuppressed"),
    Lack("missing-ethnicity.few", "missing-ethnicity.need-longer"),
    Lack("missing-ethnicity.alike", "missing-ethnicity.need-longer"),
    Lack("missing-ethnicity.no-ratio", "missing-ethnicity.need-population"),
)
_ABSENT, _GROUPLESS, _SUPPRESSED, _FEW, _ALIKE, _NO_RATIO = range(1, 7)
_MUCH = 0.2
"""Share of gaps from which no claim rests on the recorded groups alone."""
_CITATIONS = ("/gaps-cited", "/gaps-booked")
_AFTER_MATCH = ("match", "detainer", "custody", "removal")
_KEYS = (
    "event", "group", "group_source", "agency", "month", "searched", "contraband", "cited", "booked", "detainer",
    "disposition",
)  # fmt: skip
Range = tuple[float, float]


class MissingEthnicityOptions(Options):
    """Options under ``[signals.missing-ethnicity]``.

    Attributes
    ----------
    event : str
        Whose records are looked at; ``"auto"`` takes the event with most recorded groups.
    sensitivity : pair of float or None
        Smallest and largest share of the group's people that are thought to be recorded as of it; with the specificity,
        the range that such errors allow is shown too.
    specificity : pair of float or None
        The same of the reference group's people recorded as of that one; both are given or neither.
    """

    event: Literal["auto", "stop", "citation", "arrest", "booking", "detainer", "match", "custody", "removal"] = "auto"
    sensitivity: Range | None = None
    specificity: Range | None = None

    @field_validator("sensitivity", "specificity")
    @classmethod
    def _ranges(cls, value: Range | None) -> Range | None:
        """Refuse what is no range of shares."""
        if value is not None and not 0 < value[0] <= value[1] <= 1:
            raise ValueError("two shares above 0 and at most 1 are needed, the smaller one first")
        return value

    @model_validator(mode="after")
    def _both(self) -> MissingEthnicityOptions:
        """Refuse one without the other: it bounds nothing."""
        if (self.sensitivity is None) is not (self.specificity is None):
            raise ValueError("sensitivity and specificity are given together or not at all")
        return self


class MissingEthnicity(Signal):
    """Gaps in the ethnic group: how many, when, with which outcome, and what they leave open."""

    card = CARD
    options = MissingEthnicityOptions
    describes = True

    def lacks(self, inventory: Inventory, options: MissingEthnicityOptions) -> Lack | None:
        """Say what is missing before any place can be described."""
        events = EVENTS if options.event == "auto" else (options.event,)
        if not set(events) & inventory.events_with_group:
            return Lack("missing-ethnicity.no-group-anywhere", "missing-ethnicity.need-groups")
        return None

    def view(self, options: MissingEthnicityOptions) -> CellSpec:
        """Counts by group and month, populations, and rows by outcome, agency and month."""
        events = EVENTS if options.event == "auto" else (options.event,)
        keys = ("event", "group", "group_source", "month")
        return CellSpec(keys=keys, events=events, population=True, rows=RowSpec(_KEYS, events))

    def measure(self, cells: Cells, options: MissingEthnicityOptions, rng: np.random.Generator) -> Panel:
        """Describe every place."""
        event = event_of(cells, options.event)
        gaps = count_gaps(cells, event)
        code = _codes(gaps, cells)
        columns = list(_columns(cells, gaps, event, options, code))
        kept = [columns[0], *(column for column in columns[1:] if (column.code == 0).any())]
        made = stacked(CARD.name, cells, kept, LACKS, cells.window(event))
        bare = totals_tell(cells, (event,), unrecorded=True)[:, None] | _beside_citations(cells, kept)
        return replace(made, hidden=bare if made.hidden is None else made.hidden | bare)

    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw stops of which some have no group; the effect is the log odds ratio of a gap after a search."""
        return simulate(rng, effect, design)


def _beside_citations(cells: Cells, columns: Sequence[Column]) -> NDArray[np.bool_]:
    """Return, (J, C), where all who were cited or booked may not be told: unless every count is public.

    Whoever is compared for it stands in strata of offence, time and agency so narrow that most places have some with
    one side only, and the total would give away who is in those.
    """
    told = np.array([column.contrast.key.endswith(_CITATIONS) for column in columns])
    return np.asarray(told & ~public(cells)[:, None])


def _codes(gaps: Gaps, cells: Cells) -> NDArray[np.int64]:
    code = np.zeros(cells.size, dtype=np.int64)
    code[gaps.censored] = _SUPPRESSED
    code[gaps.total == 0] = _GROUPLESS
    code[gaps.censored & (gaps.total == 0)] = _SUPPRESSED
    code[~gaps.present] = _ABSENT
    return code


def _columns(
    cells: Cells, gaps: Gaps, event: str, options: MissingEthnicityOptions, code: NDArray[np.int64]
) -> Iterator[Column]:
    first = share_column(cells, gaps, _contrast(event, "share", "share", "Wilson"), code)
    much = np.nan_to_num(first.values["estimate"]) > _MUCH
    rare = _unusable(cells, gaps)
    yield replace(first, notes={"missing-ethnicity.caveat-much": much, **rare})
    method = "difference of shares (Newcombe, method 10)"
    yield time_column(cells, gaps, _contrast(event, "time", "difference", method), code, _FEW)
    yield from _by_outcome(cells, event, code)
    if event not in _AFTER_MATCH:
        yield from (replace(c, notes={**c.notes, **rare}) for c in _bounds(cells, event, options, code))


def _unusable(cells: Cells, gaps: Gaps) -> dict[str, NDArray[np.bool_]]:
    """Where some focal group is recorded in less than a third of its share of the residents."""
    found = np.zeros(cells.size, dtype=bool)
    told = gaps.total - gaps.missing
    for group in cells.focal_groups:
        recorded = gaps.rows.where(group=group).total(cells.size)
        found |= rarely_recorded(cells, group, recorded, told)
    return {CAVEAT["missing-ethnicity"]: found}


def _by_outcome(cells: Cells, event: str, code: NDArray[np.int64]) -> Iterator[Column]:
    rows = _rows(cells, event)
    if rows is None:
        return
    hidden = np.bincount(rows.index[rows.censored], minlength=cells.size) > 0
    code = np.where((code == 0) & hidden, _SUPPRESSED, code)
    for outcome in held_outcomes(rows):
        contrast = _contrast(event, outcome, "odds-ratio", "Mantel and Haenszel")
        counted = by_outcome(rows, cells.size, outcome)
        beside = beside_outcome(rows, cells.size, outcome, cells.focal_groups, cells.reference_group)
        yield outcome_column(cells, counted, contrast, code, _FEW, _ALIKE, beside)


def _rows(cells: Cells, event: str) -> RowTable | None:
    """Rows of the event from sources that record groups; None where there are none."""
    if cells.rows is None:
        return None
    rows = cells.rows.where(event=event)
    rows = rows.take(~np.isin(rows.columns["group"].astype(str), ("",)))
    estimated = np.isin(rows.columns["group_source"].astype(str), ESTIMATED)
    rows = rows.take(~estimated)
    return rows if len(rows.n) else None


def _bounds(cells: Cells, event: str, options: MissingEthnicityOptions, code: NDArray[np.int64]) -> Iterator[Column]:
    present = cells.population.levels("universe")
    universe = next((name for name in cells.order if name in present), None)
    if universe is None or not cells.focal_groups:
        return
    groups = (*cells.focal_groups, cells.reference_group)
    base, counted = population_exposure(cells, universe, groups), count_groups(cells, event, groups)
    errors = None
    if options.sensitivity is not None and options.specificity is not None:
        errors = (options.sensitivity, options.specificity)
    for g, group in enumerate(cells.focal_groups):
        contrast = _contrast(event, "range", "ratio", "exact conditional (Clopper-Pearson)")
        key = f"{event}/gaps-range/{group}"
        contrast = replace(contrast, key=key, group=group, reference=cells.reference_group, comparator=base.label)
        column = bounds_column(cells, counted, base, g, contrast, code, _NO_RATIO, errors)
        tipping = np.isfinite(column.extra["tipping"])
        yield replace(column, notes={"missing-ethnicity.caveat-tipping": tipping})


_COUNTED = {"share": "without-group", "time": "without-group", "range": "group-recorded"}


def _contrast(event: str, label: str, scale: str, method: str) -> Contrast:
    kind = label if label in ("share", "time", "range") else "outcome"
    return Contrast(
        key=f"{event}/gaps-{label}",
        group=None,
        reference=None,
        event=event,
        label=label,
        counted=_COUNTED.get(kind, "without-group"),
        among=event,
        comparator=f"gaps-{kind}",
        why=f"missing-ethnicity.why-{kind}",
        shape="described",
        method=method,
        tested=False,
        scale=scale,
        definitions=("missing-ethnicity.define-gap", f"missing-ethnicity.define-{kind}"),
        words=f"{CARD.name}.{kind}",
    )


SIGNAL = MissingEthnicity()
