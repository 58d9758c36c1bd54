"""Comparisons of every place as a panel: numbers, reasons, caveats, and what is never printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small, tainted
from auditor.signals.sides import BLANK, Blank, telling
from auditor.signals.signal import Contrast, Lack, Panel, blank
from auditor.signals.veil.curve import rows_of, tables
from auditor.signals.veil.designs import Comparison, Refusal
from auditor.signals.veil.fit import LEVEL, Compared, compare
from auditor.signals.veil.moments import pair_of
from auditor.signals.veil.stops import Recorded, Stops

NAME = "veil-of-darkness"
LEAST_DF = 4.0
"""Degrees of freedom below which a p-value of clusters is not relied on (Tipton 2015; Pustejovsky & Tipton 2018)."""
WIDEST = 25.0
"""Upper over lower limit beyond which an interval says nothing: it holds a fivefold difference either way."""

_REASONS = {
    "absent": "rows",
    "suppressed": "unsuppressed",
    "no-location": "location",
    "no-times": "times",
    "heaped": "exact-times",
    "shifted": "local-times",
    "one-group": "groups",
    "season": "year",
    "overlap": "longer",
    "few-clusters": "officers",
    "no-fit": "longer",
    "wide": "longer",
    "no-change": "nothing",
}
LACKS = tuple(Lack(f"{NAME}.{reason}", f"{NAME}.need-{need}") for reason, need in _REASONS.items())
_NUMBER = {reason: i + 1 for i, reason in enumerate(_REASONS)}
_EXTRA = ("share", "dark_focal", "dark_stops", "dark_share", "df")


@dataclass(frozen=True)
class Column:
    """One comparison in all places.

    Attributes
    ----------
    contrast : Contrast
    found : tuple of Compared or Refusal
        By place.
    notes : mapping of str to (J,) bool array
    blank : Blank or None
        What stops of unrecorded group could do to the ratio.
    """

    contrast: Contrast
    found: tuple[Compared | Refusal, ...]
    notes: dict[str, Bools] = field(default_factory=dict)
    blank: Blank | None = None


def compare_places(
    recorded: Recorded,
    places: Sequence[Stops],
    groups: tuple[str, str],
    design: Callable[[int], Comparison],
    knots: int,
    cluster: str,
    where: Bools | None = None,
) -> tuple[Compared | Refusal, ...]:
    """Make one comparison in every place.

    Parameters
    ----------
    recorded : Recorded
    places : sequence of Stops
        The stops of each place.
    groups : pair of str
        Focal and reference group.
    design : callable
        From the position of a place to its design.
    knots, cluster
        As in :func:`auditor.signals.veil.fit.compare`.
    where : (J,) bool array, optional
        Places to look at; elsewhere the comparison is refused.
    """
    gate = gates(recorded)
    if where is not None:
        gate = [reason or ("" if wanted else "overlap") for reason, wanted in zip(gate, where.tolist(), strict=True)]
    found: list[Compared | Refusal] = []
    for j, stops in enumerate(places):
        if gate[j]:
            found.append(Refusal(gate[j]))
            continue
        pair = pair_of(stops, *groups)
        if not pair.varies:
            found.append(Refusal("one-group"))
            continue
        compared = compare(design(j)(pair), knots, cluster)
        found.append(Refusal("wide") if isinstance(compared, Compared) and compared.spans > WIDEST else compared)
    return tuple(found)


def gates(recorded: Recorded) -> list[str]:
    """Return why the times of each place cannot be used at all, "" where they can."""
    timed = np.nan_to_num(recorded.timed) >= 0.5
    checks = (
        ("absent", ~recorded.present),
        ("suppressed", recorded.censored),
        ("no-location", ~recorded.located),
        ("no-times", ~timed),
        ("heaped", recorded.heaped),
        ("shifted", recorded.shifted),
    )
    return [next((name for name, mask in checks if mask[j]), "") for j in range(len(recorded.present))]


def fired(found: Compared | Refusal) -> bool:
    """Say whether a placebo shows what only daylight should show, at half of .05 since there are two."""
    return isinstance(found, Compared) and found.df >= LEAST_DF and found.effect.p_value <= 0.025


def veil_panel(cells: Cells, recorded: Recorded, columns: Sequence[Column], unknown: Floats, every: Floats) -> Panel:
    """Stack the comparisons; what is printed beside another must not give small counts away.

    Parameters
    ----------
    cells : Cells
    recorded : Recorded
    columns : sequence of Column
    unknown, every : (J,) arrays
        Stops of the evening whose group is not recorded; all stops of the evening.
    """
    parts = [_part(cells, column) for column in columns]
    for i, part in enumerate(parts):
        part["range_hidden"] |= small(unknown, cells)
        for at in range(i):
            part["range_hidden"] |= telling(cells, columns[i].blank, columns[at].blank)
            gap = np.abs(part["counts"] - parts[at]["counts"])
            # Comparisons of two focal groups share the stops of the reference group only.
            same = columns[at].contrast.group == columns[i].contrast.group
            part["hidden"] |= small(gap[:, slice(None) if same else slice(1, None, 2)], cells).any(axis=1)

    def stack(name: str) -> Any:
        return np.column_stack([part[name] for part in parts])

    none = np.zeros(cells.size, dtype=bool)
    names = sorted({name for column in columns for name in column.notes})
    code = stack("code")
    curves = _curves(cells, columns, [part["hidden"] for part in parts])
    blind = np.divide(unknown, every, out=np.full(cells.size, np.nan), where=every > 0)
    missing_times = 1 - np.where(recorded.present, recorded.timed, np.nan)
    return Panel(
        signal=NAME,
        places=cells.ids,
        contrasts=tuple(column.contrast for column in columns),
        code=code,
        testable=stack("testable"),
        lacks=LACKS,
        notes={name: np.column_stack([c.notes.get(name, none) for c in columns]) & (code == 0) for name in names},
        extra={name: stack(name) for name in _EXTRA},
        missing={
            "group": np.where(code == 0, blind[:, None], np.nan),
            "time": np.where(code == 0, missing_times[:, None], np.nan),
        },
        window=(stack("first"), stack("last")),
        censored=np.column_stack([recorded.censored] * len(columns)),
        hidden=stack("hidden"),
        ranges={BLANK: (stack("range_low"), stack("range_high"))},
        range_hidden=stack("range_hidden"),
        base_error=stack("base_error"),
        coarse=code == 0,
        stratum=cells.stratum,
        listed=tables(curves),
        **{name: stack(name) for name in blank(0, 0)},
    )


def _curves(cells: Cells, columns: Sequence[Column], hidden: Sequence[Bools]) -> list[list[dict[str, Any]]]:
    """Return the rows along the clock of every place, for the comparisons that are tested and may be printed."""
    rows: list[list[dict[str, Any]]] = [[] for _ in range(cells.size)]
    for column, closed in zip(columns, hidden, strict=True):
        about = column.contrast
        for j, found in enumerate(column.found):
            if about.tested and isinstance(found, Compared) and not closed[j]:
                rows[j] += rows_of(found.curve, about.group, about.reference, about.event)
    return rows


def _part(cells: Cells, column: Column) -> dict[str, Any]:
    size = cells.size
    part: dict[str, Any] = {name: values[:, 0] for name, values in blank(size, 1).items()}
    part |= {name: np.full(size, np.nan) for name in _EXTRA}
    part |= {"base_error": np.zeros(size), "testable": np.zeros(size, dtype=bool), "counts": np.zeros((size, 4))}
    part |= {"first": np.full(size, "", dtype=object), "last": np.full(size, "", dtype=object)}
    reasons = [found.reason if isinstance(found, Refusal) else "" for found in column.found]
    part["code"] = np.array([_NUMBER.get(reason, 0) for reason in reasons], dtype=np.int64)
    for j, found in enumerate(column.found):
        if isinstance(found, Compared):
            _fill(part, j, found, cells.gates["expected"])
    ends = (np.nan, np.nan) if column.blank is None else (column.blank.low, column.blank.high)
    part["range_low"], part["range_high"] = (np.where(part["code"] == 0, end, np.nan) for end in ends)
    part["range_hidden"] = np.zeros(size, dtype=bool) if column.blank is None else column.blank.few.copy()
    part["hidden"] = small(part["counts"], cells).any(axis=1) | (tainted(cells) & (part["code"] == 0))
    return part


def _fill(part: dict[str, Any], j: int, found: Compared, least: float) -> None:
    (focal, reference), (dark_focal, dark_reference) = found.counts.tolist()
    n, dark, effect = focal + reference, dark_focal + dark_reference, found.effect
    low, high = effect.interval(LEVEL)
    share = focal / n
    values = {
        "k": focal,
        "n": n,
        "base": _against(focal, reference, effect.estimate),
        "estimate": np.exp(effect.estimate),
        "low": np.exp(low),
        "high": np.exp(high),
        "p_greater": effect.p_greater,
        "p_less": effect.p_less,
        "comparator": dark_focal / dark,
        "comparator_n": dark,
        **{
            name: np.rint(1000 * (share - _against(focal, reference, log_ratio)))
            for name, log_ratio in (("absolute", effect.estimate), ("absolute_low", low), ("absolute_high", high))
        },
        "base_error": _base_error(found),
        "share": share,
        "dark_focal": dark_focal,
        "dark_stops": dark,
        "dark_share": dark_focal / dark,
        "df": effect.df,
    }
    for name, value in values.items():
        part[name][j] = value
    part["counts"][j] = found.counts.ravel()
    part["testable"][j] = found.expected >= least and found.df >= LEAST_DF
    part["first"][j], part["last"][j] = found.first, found.last


def _against(focal: float, reference: float, log_ratio: float) -> float:
    """Return the share whose odds are those of daylight over a ratio; half a stop on an empty side."""
    k, m = (focal, reference) if min(focal, reference) > 0 else (focal + 0.5, reference + 0.5)
    return float(1 / (1 + m / k * np.exp(log_ratio)))


def _base_error(found: Compared) -> float:
    """Return the standard error of the log odds of the base: what daylight's own counts leave of the robust error.

    Where they leave nothing, the plain error of the counts in darkness.
    """
    plain = 1 / np.maximum(found.counts, 0.5)
    left = found.effect.se**2 - plain[0].sum()
    return float(np.sqrt(left if left > 0 else plain[1].sum()))
