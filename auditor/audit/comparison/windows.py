"""Which looks' numbers may stand side by side: only those of windows that have no day in common.

New minus old is what was added. Where windows overlap, it may be a count of 1 to 10 people, and the two estimates
share data besides. So of looks whose windows overlap only the newest one's numbers are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from auditor.findings.finding import Finding

Window = tuple[str, str]
UNKNOWN: Window = ("", "")


def hull(findings: Iterable[Finding]) -> dict[str, Window]:
    """Return, for each event, the days from the first to the last of a place's findings; unknown days stay unknown."""
    found: dict[str, Window] = {}
    for finding in findings:
        window = window_of(finding)
        known = found.get(finding.event, window)
        found[finding.event] = UNKNOWN if UNKNOWN in (known, window) else _around(known, window)
    return found


def window_of(finding: Finding) -> Window:
    """Return the first and last day of a finding, ISO; both empty when either is unknown."""
    start, end = str(finding.period.get("start") or ""), str(finding.period.get("end") or "")
    return (start, end) if start and end else UNKNOWN


def _around(one: Window, other: Window) -> Window:
    return min(one[0], other[0]), max(one[1], other[1])


def overlap(one: Window, other: Window) -> bool:
    """Say whether two windows share a day; an unknown one may share any."""
    if UNKNOWN in (one, other):
        return True
    return max(one[0], other[0]) <= min(one[1], other[1])


def side_by_side(windows: Sequence[Mapping[str, Window] | None], event: str) -> tuple[bool, ...]:
    """Say of each look whether its numbers of an event may be written.

    Parameters
    ----------
    windows : sequence of mapping or None
        For each look, oldest first, the hulls of a place by event; None where the look lacks the place.
    event : str

    Returns
    -------
    tuple of bool
        Kept from the newest backwards: a look is kept when its window overlaps none that was kept before.
    """
    kept: list[Window] = []
    result = [False] * len(windows)
    for t in range(len(windows) - 1, -1, -1):
        window = (windows[t] or {}).get(event)
        if window is not None and not any(overlap(window, other) for other in kept):
            kept.append(window)
            result[t] = True
    return tuple(result)


def small_increment(old: Finding, new: Finding, least: int) -> bool:
    """Say whether two published findings on overlapping windows let a count below `least` be worked out.

    The counts are k, n and n - k; a difference of 0 tells nobody apart.
    """
    if None in (old.k, old.n, new.k, new.n) or not overlap(window_of(old), window_of(new)):
        return False
    pairs = ((old.k, new.k), (old.n, new.n), (old.n - old.k, new.n - new.k))  # type: ignore[operator]
    return any(0 < abs(after - before) < least for before, after in pairs)  # type: ignore[operator]
