"""Persons perceived both ways, in every place: the two shares within persons, their ratio and their difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import public, small, tainted
from auditor.signals.persons.counts import LEVEL, Occasions
from auditor.signals.sides import BLANK, Blank, telling
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.stats.strata.person_fixed_effects import PersonEffect, person_effect
from auditor.stats.strata.person_officers import OfficerEffect
from auditor.stats.strata.person_ratio import PersonRatio, person_ratio

DIGITS = 3
_NORMAL = 1.959963984540054
"""Quantile of the normal distribution that 95 % limits stand at."""
_UNRECORDED = 0.5
"""Share of the occasions of persons perceived both ways without a recorded outcome above which nothing is said."""
_NAME = "perceived-ethnicity"
_EXTRA = (
    "persons", "occasions", "reference_outcomes", "reference_occasions", "rate", "reference_rate", "gap", "gap_low",
    "gap_high", "gap_officers",
)  # fmt: skip

LACKS = tuple(
    Lack(f"{_NAME}.{reason}", f"{_NAME}.{need}")
    for reason, need in (
        ("absent", "need-rows"),
        ("suppressed", "need-unsuppressed"),
        ("no-persons", "need-persons"),
        ("one-group", "need-groups"),
        ("seen-once", "need-longer"),
        ("alike", "need-perceived"),
        ("unrecorded", "need-outcome"),
        ("no-outcomes", "need-larger"),
    )
)


@dataclass(frozen=True)
class PersonColumn:
    """One comparison.

    Attributes
    ----------
    contrast : Contrast
    counted : Occasions
    notes : mapping of str to bool array
    blank : Blank or None
        What occasions of unrecorded group could do to the ratio.
    """

    contrast: Contrast
    counted: Occasions
    notes: dict[str, Bools] = field(default_factory=dict)
    blank: Blank | None = None


def person_panel(cells: Cells, columns: Sequence[PersonColumn], window: tuple[Sequence[str], Sequence[str]]) -> Panel:
    """Measure the columns and stack them; what is printed beside another must not give a small count away."""
    parts = [_measure(cells, column) for column in columns]
    for i, part in enumerate(parts):
        for earlier, column in zip(parts[:i], columns, strict=False):
            part["range_hidden"] |= telling(cells, columns[i].blank, column.blank)
            gap = np.abs(part["counts"] - earlier["counts"])
            part["hidden"] = part["hidden"] | np.asarray(small(gap, cells).any(axis=1), dtype=bool)

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    names = sorted({name for column in columns for name in column.notes})
    none = np.zeros(cells.size, dtype=bool)
    code = stack("code")
    return Panel(
        signal=_NAME,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=code,
        testable=stack("testable"),
        lacks=LACKS,
        notes={name: np.column_stack([c.notes.get(name, none) for c in columns]) & (code == 0) for name in names},
        extra={name: stack(name) for name in _EXTRA},
        missing={name: stack(f"missing_{name}") for name in ("group", "person", "outcome")},
        ranges={BLANK: (stack("range_low"), stack("range_high"))},
        window=(_wide(window[0], len(columns)), _wide(window[1], len(columns))),
        censored=np.column_stack([column.counted.censored for column in columns]),
        hidden=stack("hidden"),
        range_hidden=stack("range_hidden"),
        base_error=stack("base_error"),
        coarse=code == 0,
        stratum=cells.stratum,
        **{name: stack(name) for name in blank(0, 0)},
    )


def _wide(days: Sequence[str], columns: int) -> NDArray[np.object_]:
    return np.column_stack([np.array(days, dtype=object)] * columns)


def _measure(cells: Cells, column: PersonColumn) -> dict[str, Any]:
    counted, places = column.counted, cells.size
    part: dict[str, Any] = {name: values[:, 0] for name, values in blank(places, 1).items()}
    part |= {name: np.full(places, np.nan) for name in _EXTRA}
    part["base_error"], part["testable"] = np.zeros(places), np.zeros(places, dtype=bool)
    count, persons = counted.cells(places)
    part["code"] = _codes(counted, count)
    ok = part["code"] == 0
    # The persons of a cell are not printed, but one person who was met often would be told of by the occasions.
    part["counts"] = np.column_stack([count, persons])
    fit, ratio = fits(counted, places)
    # All occasions of a group are told elsewhere: what is left of them may not be few either.
    told = np.column_stack([part["counts"], fit.persons, counted.whole - count])
    few = small(told.astype(float), cells).any(axis=1)
    part["hidden"] = np.asarray((few & ~public(cells)) | tainted(cells), dtype=bool)
    if ok.any():
        _fill(part, ok, count[ok], fit, ratio)
        if counted.officers is not None:
            part["gap_officers"][ok] = _brief(100 * counted.officers.effect[ok])
        many = (fit.persons >= cells.gates["persons"])[ok]
        part["testable"][ok] = many & (counted.expected(places)[ok] >= cells.gates["expected"])
    _missing(part, cells, counted, ok)
    ends = (np.nan, np.nan) if column.blank is None else (column.blank.low, column.blank.high)
    part["range_low"], part["range_high"] = (np.where(ok, end, np.nan) for end in ends)
    if column.blank is not None:
        part["range_hidden"] = part["range_hidden"] | column.blank.few
    return part


def _codes(counted: Occasions, count: Floats) -> NDArray[np.int64]:
    """Return 0 where measurable, else the number of the reason (1-based into :data:`LACKS`)."""
    had, whole = count[:, :2].sum(axis=1), count.sum(axis=1)
    code = np.zeros(len(whole), dtype=np.int64)
    code[(had == 0) | (had == whole)] = 8
    code[(whole == 0) | (counted.unrecorded > _UNRECORDED * (counted.unrecorded + whole))] = 7
    code[counted.varied == 0] = 6
    code[counted.repeated == 0] = 5
    code[(counted.groups == 0).any(axis=1)] = 4
    code[counted.identified == 0] = 3
    code[counted.censored] = 2
    code[counted.rows == 0] = 1
    return code


def fits(counted: Occasions, places: int) -> tuple[PersonEffect, PersonRatio]:
    """Return the difference and the ratio of every place; the more cautious of two where officers are recorded."""
    sums = (counted.both, counted.focal, counted.outcome, counted.size, counted.place)
    fit = person_effect(*sums, places, person=counted.person, level=LEVEL)
    ratio = person_ratio(*sums, places, person=counted.person, df=fit.df, level=LEVEL)
    return (fit, ratio) if counted.officers is None else _held(fit, ratio, counted.officers, counted.named)


def _held(fit: PersonEffect, ratio: PersonRatio, held: OfficerEffect, named: Bools) -> tuple[PersonEffect, PersonRatio]:
    """Let the fit with an effect of every officer decide where it is the more cautious, in p-values and limits.

    A difference in shares is one of the ratio at the reference group's weighted share.
    """
    base = ratio.reference
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(base > 0, np.maximum(1 + held.low / base, 0.0), 0.0)
        high = np.where(base > 0, 1 + held.high / base, np.inf)
        low, high = (
            np.where(named, np.fmin(ratio.low, low), ratio.low),
            np.where(named, np.fmax(ratio.high, high), ratio.high),
        )
        reach = (np.log(high) - np.log(low)) / (2 * _NORMAL)
    tails = {
        name: np.where(named, np.maximum(getattr(fit.shuffled, name), getattr(held, name)), getattr(fit.shuffled, name))
        for name in ("p_greater", "p_less")
    }
    ends = {"low": np.where(named, np.fmin(fit.low, held.low), fit.low)}
    ends["high"] = np.where(named, np.fmax(fit.high, held.high), fit.high)
    # Open limits have no standard error; the screen then takes the plain one.
    se = np.where(named & np.isfinite(reach), np.fmax(ratio.se, reach), ratio.se)
    shuffled = replace(fit.shuffled, **tails)
    return replace(fit, shuffled=shuffled, **ends), replace(ratio, low=low, high=high, se=se)


def _fill(part: dict[str, Any], ok: Bools, count: Floats, fit: PersonEffect, within: PersonRatio) -> None:
    k, w = count[:, 0], count[:, 1]
    n, m = k + count[:, 2], w + count[:, 3]
    ratio, se = within.ratio[ok], within.se[ok]
    base = _base(k, n, ratio, within.reference[ok], m)
    gap = [_brief(100 * values[ok]) for values in (fit.effect, fit.low, fit.high)]
    values = {
        "k": k,
        "n": n,
        "base": base,
        "estimate": ratio,
        "low": within.low[ok],
        "high": within.high[ok],
        "p_greater": fit.shuffled.p_greater[ok],
        "p_less": fit.shuffled.p_less[ok],
        "comparator": w / m,
        "comparator_n": m,
        "base_error": _base_error(k, n, w, m, base, se),
        "absolute": _brief(1000 * fit.effect[ok]),
        "absolute_low": _brief(1000 * fit.low[ok]),
        "absolute_high": _brief(1000 * fit.high[ok]),
        "persons": fit.persons[ok],
        "occasions": n + m,
        "reference_outcomes": w,
        "reference_occasions": m,
        "rate": k / n,
        "reference_rate": w / m,
        "gap": gap[0],
        "gap_low": gap[1],
        "gap_high": gap[2],
    }
    for name, array in values.items():
        part[name][ok] = array


def _brief(values: Floats) -> Floats:
    """Round to a few significant digits: with all of them, sums over persons could tell of single ones."""
    return np.array([float(f"{value:.{DIGITS}g}") for value in values.tolist()])


def _base(k: Floats, n: Floats, ratio: Floats, reference: Floats, m: Floats) -> Floats:
    """Return the reference share that stands to k / n as the pooled ratio says.

    Where the ratio is 0 or infinite, or would leave no share, it is the reference group's own weighted share; half an
    occasion is kept on either side, since the screen works on log odds.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        agreed = k / n / ratio
    base = np.where(np.isfinite(agreed) & (agreed > 0) & (agreed < 1), agreed, reference)
    edge = 0.5 / (m + 1)
    return np.clip(base, edge, 1 - edge)


def _base_error(k: Floats, n: Floats, w: Floats, m: Floats, base: Floats, se: Floats) -> Floats:
    """Return the standard error of the log odds of ``base``: what is left of the pooled ratio's error.

    var log ratio = var log (focal share) + var log (base), and d logit(b) = d log b / (1 - b). Persons are alike to
    themselves, so that the ratio can have less error than its focal share alone; then, as where it has none, the
    reference group's plain error stands in.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        left = se**2 - (1 - k / n) / k
        known = np.sqrt(left) / (1 - base)
    plain = np.sqrt(1 / (w + 0.5) + 1 / (m - w + 0.5))
    return np.where(np.isfinite(known) & (left > 0), known, plain)


def _missing(part: dict[str, Any], cells: Cells, counted: Occasions, ok: Bools) -> None:
    whole = part["counts"][:, :4].sum(axis=1)
    for name, count, base in (
        ("missing_group", counted.unknown, counted.rows),
        ("missing_person", counted.unidentified, counted.identified + counted.unidentified),
        ("missing_outcome", counted.unrecorded, counted.unrecorded + whole),
    ):
        part[name] = np.divide(count, base, out=np.full(cells.size, np.nan), where=ok & (base > 0))
    few = [small(values, cells) for values in (counted.unknown, counted.unidentified, counted.unrecorded)]
    part["range_hidden"] = np.logical_or.reduce(few)
