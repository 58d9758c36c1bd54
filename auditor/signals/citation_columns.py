"""Comparisons of custody and citation: which cases each is about, and what is said beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.signals.baseline import small
from auditor.signals.blank_group import blank_group
from auditor.signals.cases import beside_compared, count_cases, of_groups, of_unknown_group, present, total, unclassed
from auditor.signals.citations import Ways, left_out, standardised, ways_of, without_time
from auditor.signals.pair_measure import METHOD_TOGETHER, PairColumn
from auditor.signals.sides import LEVEL, Counted
from auditor.signals.signal import Contrast, Lack
from auditor.signals.together import together_of
from auditor.signals.units import Together

WORDS = "booking-not-cited"
CITABLE = ("traffic", "licence", "public-order", "public-intoxication", "trespass", "drug-possession")
"""Classes of offence that are citable unless the configuration says otherwise."""
_BY: dict[str, tuple[str, ...]] = {
    "offence-time-agency": ("offence", "band", "part", "agency"),
    "offence-agency": ("offence", "agency"),
    "overall": (),
    "traffic": ("band", "part", "agency"),
    "serious": ("offence", "band", "part", "agency"),
}
_PARTS = ("traffic", "serious")
"""Comparisons within classes of which other signals print how many there were."""
_COVERED = 0.995
_TIMELESS = 0.3


def _kept(cells: Cells, rows: RowTable, name: str, citable: tuple[str, ...]) -> Bools:
    """Return the rows of the offences that a comparison is about."""
    serious = tuple(offence for offence, side in cells.classes.items() if side == "serious")
    classes: Sequence[str] = {"traffic": ("traffic",), "serious": serious}.get(name, citable)
    return rows.isin("offence", *classes)


def citation_column(
    cells: Cells,
    rows: RowTable,
    event: str,
    group: str,
    name: str,
    citable: tuple[str, ...],
    *,
    tested: bool,
    units: RowTable | None = None,
) -> PairColumn:
    """Compare a group with the reference group.

    Parameters
    ----------
    cells : Cells
    rows : RowTable
        Of the event, with the keys of :func:`auditor.signals.citations.with_time`.
    event, group : str
    name : {"offence-time-agency", "offence-agency", "overall", "traffic", "serious"}
        What the cases compared have in common, or which offences are compared.
    citable : tuple of str
        Classes of offence that officers may answer with a citation.
    tested : bool
    units : RowTable or None
        The same rows by encounter and officer besides; None where ``rows`` are.
    """
    ways, kept = ways_of(rows), _kept(cells, rows, name, citable)
    groups = (group, cells.reference_group)
    counted = count_cases(
        rows, cells.size, groups, told=ways.told & kept, hit=ways.custody, silent=ways.silent & kept, by=_BY[name]
    )
    extra = standardised(counted, LEVEL)
    bare = unclassed(rows, cells.size, groups, ways.told)
    # Traffic arrests of everybody are printed elsewhere: beside missing shares those of the other groups follow, and
    # from these and all arrests of the other groups their arrests for other offences.
    named = ~rows.isin("group", "", "unknown", *groups)
    others = total(rows, cells.size, kept & named)
    bare_others = small(others, cells) | small(total(rows, cells.size, named) - others, cells)
    return PairColumn(
        _contrast(group, cells.reference_group, event, name, citable, tested=tested),
        counted,
        present(rows, cells.size),
        of_unknown_group(rows, cells.size, (ways.told | ways.silent) & kept),
        _notes(cells, rows, ways, kept, left_out(counted), extra["covered"], name, citable),
        extra,
        withheld=((Lack("booking-not-cited.no-offence", "booking-not-cited.need-offence"), bare),),
        blank=blank_group(rows, cells, groups, told=ways.told & kept, hit=ways.custody, by=_BY[name]),
        range_hidden=bare_others,
        missing_hidden=bare_others | (_few_silent(cells, rows, kept & ways.silent) if name in _PARTS else False),
        hidden=_left(cells, rows, kept, counted, others) if name == "traffic" else None,
        whole=of_groups(rows, cells.size, groups),
        counted_elsewhere=False,
        beside=beside_compared(rows, cells.size, groups, ways.told & kept, _BY[name], kept) if _BY[name] else None,
        units=_units(cells, rows if units is None else units, groups, name, citable),
    )


def _few_silent(cells: Cells, rows: RowTable, silent: Bools) -> Bools:
    """Return where 1 to 10 of any group have no outcome: shares of several comparisons together would tell how many."""
    names = sorted(set(rows.columns["group"].astype(str).tolist()))
    few = [small(total(rows, cells.size, silent & rows.isin("group", name)), cells) for name in names]
    return np.asarray(np.any(few, axis=0), dtype=bool) if few else np.zeros(cells.size, dtype=bool)


def _left(cells: Cells, rows: RowTable, kept: Bools, counted: Counted, others: Floats) -> Bools:
    """Return where the traffic cases compared, taken from those of everybody, leave 1 to 10, of any kind or all."""
    compared = counted.shared()[1].sum(axis=(1, 2))
    every = total(rows, cells.size, kept)
    unknown = of_unknown_group(rows, cells.size, kept)
    rest = every - compared
    left = np.column_stack([rest, rest - unknown, rest - others, rest - unknown - others])
    return np.asarray(small(left, cells).any(axis=1), dtype=bool)


def _units(cells: Cells, rows: RowTable, groups: tuple[str, str], name: str, citable: tuple[str, ...]) -> Together:
    ways = ways_of(rows)
    told = ways.told & _kept(cells, rows, name, citable)
    return together_of(rows, cells.size, groups, told=told, hit=ways.custody, by=_BY[name])


def _notes(
    cells: Cells,
    rows: RowTable,
    ways: Ways,
    kept: Bools,
    lone: Floats,
    covered: Floats,
    name: str,
    citable: tuple[str, ...],
) -> dict[str, Bools]:
    every = np.ones(cells.size, dtype=bool)
    surname = "surname" in set(rows.columns["group_source"].astype(str).tolist())
    timed = "band" in _BY[name]
    blind = without_time(rows, ways.told & kept, cells.size)
    licence = name not in ("traffic", "serious") and "licence" in citable
    return {
        "booking-not-cited.caveat-identity": every,
        "booking-not-cited.caveat-licence": every & licence,
        # The part compared tells how many are left out.
        "booking-not-cited.caveat-covered": (covered < _COVERED) & ~small(lone, cells),
        "booking-not-cited.caveat-time": (blind > _TIMELESS) & timed,
        "booking-not-cited.caveat-surname": every & surname,
    }


def _contrast(group: str, reference: str, event: str, name: str, citable: tuple[str, ...], *, tested: bool) -> Contrast:
    usual = set(citable) == set(CITABLE)
    return Contrast(
        key=f"{group}/{reference}/{name}",
        group=group,
        reference=reference,
        event=event,
        label=name,
        counted="custody-not-cited",
        among=event,
        comparator="citable-of-reference",
        why=f"booking-not-cited.why-{name}",
        shape="pair",
        method=METHOD_TOGETHER,
        tested=tested,
        definitions=(
            "booking-not-cited.define-share",
            f"booking-not-cited.define-citable{'' if usual else '-own'}",
            "booking-not-cited.define-ratio",
        ),
        words=WORDS,
    )
