"""The sides of the signal detainer-selectivity: ethnic groups, or citizens of named countries and of all others."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import numpy as np
from pydantic import Field, field_validator

from auditor.cells import Bools, Cells, Floats, RowTable
from auditor.domain.vocabulary import OWN_COUNTRY
from auditor.signals.baseline import small
from auditor.signals.blank_group import blank_group
from auditor.signals.cases import beside_compared, few_silent, of_groups, other_groups, present, splits, total
from auditor.signals.lodged import STRATA, Lodged, by_counts, by_rows, count, of_no_side, too_many, unclassed
from auditor.signals.pair_measure import METHOD, PairColumn
from auditor.signals.sides import Blank
from auditor.signals.signal import Contrast, Lack, Options

NAME = "detainer-selectivity"
_NAMED, _OTHERS = "named countries", "other countries"
_TOO_MANY = Lack(f"{NAME}.too-many", f"{NAME}.need-linked")
_OTHER_DAYS = Lack(f"{NAME}.other-days", f"{NAME}.need-same-days")
_NO_CLASS = Lack(f"{NAME}.no-class", f"{NAME}.need-class")


class DetainerSelectivityOptions(Options):
    """Options under ``[signals.detainer-selectivity]``.

    Attributes
    ----------
    event : str
        Among which cases detainers are counted; ``"auto"`` takes the event of which most tell of one, matches first.
    within : {"auto", "level", "offence", "overall"}
        Strata of the test; ``"auto"`` takes levels for matches, offences for others, if most cases have one.
    nationalities : tuple of str
        Countries as the source writes them: their citizens are then compared with those of all other countries but the
        United States, in place of ethnic groups.
    nationality_of : {"citizenship", "birth_country"}
        Column that names the country.
    """

    event: Literal["auto", "match", "booking", "arrest"] = "auto"
    within: Literal["auto", "level", "offence", "overall"] = "auto"
    nationalities: tuple[str, ...] = Field(default=())
    nationality_of: Literal["citizenship", "birth_country"] = "citizenship"

    @field_validator("nationalities")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        folded = [_fold(name) for name in names]
        if "" in folded or len(set(folded)) < len(folded):
            raise ValueError("a country is named twice, or not at all")
        if set(folded) & OWN_COUNTRY:
            raise ValueError("citizens of the United States are on neither side")
        return names


def found_of(cells: Cells, events: Sequence[str], options: DetainerSelectivityOptions) -> Lodged:
    """Return the cases that are compared: single rows where some tell of a detainer, else two counts."""
    if options.nationalities:
        found = by_rows(_by_country(cells, options), events, options.nationality_of)
    else:
        found = by_rows(cells, events) or by_counts(cells, events)
    if found is not None:
        return found
    nothing = np.zeros(0, dtype=bool)
    keys = ("group", "group_source", "level", "offence")
    rows = RowTable(np.zeros(0, dtype=np.int64), {key: np.zeros(0, dtype=object) for key in keys}, np.zeros(0))
    return Lodged(events[0], rows, nothing, nothing, nothing, True, "")


def columns_of(cells: Cells, found: Lodged, options: DetainerSelectivityOptions) -> list[PairColumn]:
    """Return the comparisons of every focal side, the tested one first."""
    first = found.within(options.within)
    used = found.cases | found.hits
    names = [first, *(name for name in STRATA if name != first and _adds(found, used, name, first))]
    sides = [(_NAMED, _OTHERS)] if options.nationalities else [(g, cells.reference_group) for g in cells.focal_groups]
    return [_column(cells, found, pair, name, options, tested=name == first) for pair in sides for name in names]


def controls_of(cells: Cells, found: Lodged, options: DetainerSelectivityOptions) -> list[PairColumn]:
    """Return the test's comparison for the groups that nobody asks about."""
    first = found.within(options.within)
    groups = other_groups(cells, found.rows.take(found.cases))
    return [_column(cells, found, (group, cells.reference_group), first, options, tested=False) for group in groups]


def _adds(found: Lodged, used: Bools, name: str, first: str) -> bool:
    """Say whether other strata tell something else: several are told apart, or taken together, or some have none."""
    if name == "overall":
        classed = found.classed(first)
        return bool((used & ~classed).any()) or splits(found.rows, used & classed, STRATA[first])
    return splits(found.rows, used & found.classed(name), STRATA[name])


def _by_country(cells: Cells, options: DetainerSelectivityOptions) -> Cells:
    """Give every row the side that its country puts it on; citizens of the United States are left out."""
    if cells.rows is None:
        return cells
    country = np.array([_fold(str(name)) for name in cells.rows.columns[options.nationality_of]], dtype=object)
    named = np.isin(country.astype(str), [_fold(name) for name in options.nationalities])
    side = np.where(named, _NAMED, np.where(country == "", "", _OTHERS)).astype(object)
    rows = dataclasses.replace(cells.rows, columns={**cells.rows.columns, "group": side})
    return dataclasses.replace(cells, rows=rows.take(~np.isin(country.astype(str), sorted(OWN_COUNTRY))))


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()


def _column(
    cells: Cells,
    found: Lodged,
    sides: tuple[str, str],
    name: str,
    options: DetainerSelectivityOptions,
    *,
    tested: bool,
) -> PairColumn:
    numbers = count(found, cells.size, sides, name)
    every, none = np.ones(cells.size, dtype=bool), np.zeros(cells.size, dtype=bool)
    by_country = bool(options.nationalities)
    too_few = unclassed(found, cells.size, sides, name) if STRATA[name] else none
    notes = {
        f"{NAME}.caveat-agency": every,
        f"{NAME}.caveat-file": every & (found.event == "match"),
        f"{NAME}.caveat-alienage": every & (found.event != "match"),
        f"{NAME}.caveat-totals": every & (not found.linked),
        f"{NAME}.caveat-nationality": every & by_country,
        f"{NAME}.caveat-surname": every & (found.source == "surname"),
    }
    withheld = [(_NO_CLASS, too_few)]
    if not found.linked:
        withheld += [(_TOO_MANY, too_many(numbers)), (_OTHER_DAYS, _other_days(cells, found.event))]
    return PairColumn(
        _contrast(found, sides, name, options, tested=tested),
        numbers,
        present(found.rows, cells.size),
        of_no_side(found, cells.size, sides, groups=not by_country),
        notes,
        withheld=withheld,
        blank=None if by_country or not found.linked else _blank(found, cells, sides, name),
        sides=sides,
        whole=of_groups(found.rows, cells.size, sides) if found.linked else None,
        missing_hidden=few_silent(cells, found.rows, found.silent) if found.linked else None,
        beside=_beside(found, cells, sides, name) if found.linked and STRATA[name] else None,
    )


def _beside(found: Lodged, cells: Cells, sides: tuple[str, str], name: str) -> Floats:
    return beside_compared(found.rows, cells.size, sides, found.cases & found.classed(name), STRATA[name])


def _blank(found: Lodged, cells: Cells, sides: tuple[str, str], name: str) -> Blank:
    """Return what cases of unrecorded group could do; only single rows say whether a detainer was lodged on them."""
    told = found.cases & found.classed(name)
    blank = blank_group(found.rows, cells, sides, told=told, hit=found.hits, by=STRATA[name])
    return dataclasses.replace(blank, few=blank.few | _few_others(found, cells, sides))


def _few_others(found: Lodged, cells: Cells, sides: tuple[str, str]) -> Bools:
    """Return where 1 to 10 cases of other groups, any focal ones among them or none, had a detainer, or had none.

    How long people are held is printed of everybody with a detainer, and without: less both sides, and less those of
    unrecorded group, whom a range tells, they are left.
    """
    focal = [group for group in cells.focal_groups if group not in sides]
    few = np.zeros(cells.size, dtype=bool)
    for told in (chosen for size in range(len(focal) + 1) for chosen in combinations(focal, size)):
        rest = found.cases & ~found.rows.isin("group", "", "unknown", *sides, *told)
        for kept in (rest & found.hits, rest & ~found.hits):
            few |= small(total(found.rows, cells.size, kept), cells)
    return few


def _other_days(cells: Cells, event: str) -> Bools:
    """Return where detainers and cases are not counted over the same days."""
    first, last = (np.stack([np.array(ends[i]) for ends in map(cells.window, (event, "detainer"))]) for i in (0, 1))
    return np.asarray((first[0] != first[1]) | (last[0] != last[1]), dtype=bool)


def _contrast(
    found: Lodged, sides: tuple[str, str], name: str, options: DetainerSelectivityOptions, *, tested: bool
) -> Contrast:
    group, reference = sides
    if options.nationalities:
        what = "born in" if options.nationality_of == "birth_country" else "citizens of"
        group, reference = f"{what} {', '.join(options.nationalities)}", f"{what} other countries"
    return Contrast(
        key=f"lodged/{sides[0]}/{sides[1]}/{name}".replace(" ", "-"),
        group=group,
        reference=reference,
        event=found.event,
        label=name,
        counted="lodged",
        among=found.event,
        comparator="cases-of-others" if options.nationalities else "cases-of-reference",
        why=f"{NAME}.why-{name}",
        shape="pair",
        method=METHOD,
        tested=tested,
        definitions=(f"{NAME}.define-share", f"{NAME}.define-ratio"),
        words=f"{NAME}-country" if options.nationalities else NAME,
    )
