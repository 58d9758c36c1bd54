"""Places that the audit fails on: found one by one, so that the others can be audited as if those were left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from auditor.audit import stopping
from auditor.cells import Cells, CellSpec, Days
from auditor.engine.engine import Engine
from auditor.engine.ground import Ground

_ASKED_FIRST: Final = 3

Probe = Callable[[Sequence[int]], object]
"""Does the work for some of the places, by their positions; raises what it raises."""


class Poisoned(Exception):
    """The work on some places failed.

    Parameters
    ----------
    places : mapping of str to str
        The name of the error by place: its text may hold data.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        self.places = dict(places)
        super().__init__(f"{len(self.places)} places failed")


def culprits(probe: Probe, size: int) -> dict[int, Exception]:
    """Find the places for which some work fails.

    Parameters
    ----------
    probe : callable
        The work, which failed for all places together.
    size : int
        How many places there are.

    Returns
    -------
    dict of int to Exception
        What each of them raises by itself. Empty when no place is to blame: it fails for every place that is tried, or
        for several together and for none of them alone.
    """
    spread = sorted({round(i * (size - 1) / max(_ASKED_FIRST - 1, 1)) for i in range(_ASKED_FIRST)})
    if all(_raised(probe, [j]) is not None for j in spread):
        return {}
    return dict(_found(probe, list(range(size)), None))


def _found(probe: Probe, places: Sequence[int], known: Exception | None) -> Iterator[tuple[int, Exception]]:
    """Yield the culprits among places that fail together; halve until each is alone."""
    if len(places) == 1:
        error = known or _raised(probe, places)
        if error is not None:
            yield places[0], error
        return
    half = len(places) // 2
    for part in (places[:half], places[half:]):
        error = _raised(probe, part)
        if error is not None:
            yield from _found(probe, part, error)


def _raised(probe: Probe, places: Sequence[int]) -> Exception | None:
    try:
        probe(places)
    except Exception as error:  # whatever it is: it is what is looked for, and is handed back
        stopping.heed()
        return error
    return None


class Few:
    """An engine that counts some of the places only; for looking for culprits, not for numbers.

    Parameters
    ----------
    engine : Engine
    places : sequence of int
        Their positions.
    """

    def __init__(self, engine: Engine, places: Sequence[int]) -> None:
        self._engine, self._places = engine, places

    @property
    def ground(self) -> Ground:
        """That of the whole engine."""
        return self._engine.ground

    def cells(self, spec: CellSpec, window: tuple[Days, Days] | None = None) -> Cells:
        """Return the cells of these places, as :meth:`auditor.engine.engine.Engine.cells`."""
        return self._engine.cells(spec, None if window is None else self._whole(window)).select(self._places)

    def _whole(self, window: tuple[Days, Days]) -> tuple[Days, Days]:
        """Return a window of every place: nothing of those that are not looked at."""
        first, last = (np.full(len(self.ground.ids), np.datetime64("NaT"), dtype=days.dtype) for days in window)
        first[list(self._places)], last[list(self._places)] = window
        return first, last
