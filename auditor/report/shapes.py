"""Outlines of counties and states for maps drawn in SVG.

Coordinates are whole tenths of a pixel on a map of about 975 by 610 pixels (Albers, Alaska and Hawaii moved),
so a county is a short string and borders meet. Stroke with ``vector-effect="non-scaling-stroke"``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from auditor import resources
from auditor.domain.places import gazetteer

MARGIN = 0.02


@dataclass(frozen=True, slots=True)
class ViewBox:
    """The part of the map that is shown, in map units; ``str()`` is the ``viewBox`` attribute."""

    x: int
    y: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.x} {self.y} {self.width} {self.height}"


@dataclass(frozen=True, slots=True)
class _Shapes:
    source: str
    box: tuple[int, ...]
    boxes: dict[str, tuple[int, ...]]
    states: dict[str, str]
    counties: dict[str, str]


@cache
def _shapes() -> _Shapes:
    packed = (resources.folder("data") / "shapes.json.gz").read_bytes()
    raw = json.loads(gzip.decompress(packed))
    boxes = {code: tuple(box) for code, box in raw["boxes"].items()}
    counties = dict(raw["counties"])
    # A county that was only renamed keeps its ground: the outline is there under both codes.
    for place in gazetteer().counties():
        new = gazetteer().renamed_to(place.id)
        if new in counties:
            counties[place.id] = counties[new]
    return _Shapes(raw["source"], tuple(raw["box"]), boxes, dict(raw["states"]), counties)


def source() -> str:
    """Return the sentence that names where the outlines come from."""
    return _shapes().source


def county_paths(codes: Iterable[str] | None = None) -> dict[str, str]:
    """Return the outlines of counties.

    Parameters
    ----------
    codes : iterable of str, optional
        Five-digit FIPS codes; all of 2017 when left out.

    Returns
    -------
    dict of str to str
        SVG path data by code, sorted; a code without an outline (territories, the planning regions of
        Connecticut, codes that were split or absorbed) is not in it: list such places beside the map.
    """
    known = _shapes().counties
    if codes is None:
        return {code: known[code] for code in sorted(known) if gazetteer().alive(code, 2017)}
    return {code: known[code] for code in sorted(set(codes)) if code in known}


def state_paths(codes: Iterable[str] | None = None) -> dict[str, str]:
    """Return the outlines of states and the District of Columbia: path data by two-digit code, sorted.

    Parameters
    ----------
    codes : iterable of str, optional
        Two-digit codes; all 51 when left out. Territories have no outline.
    """
    known = _shapes().states
    return {code: known[code] for code in sorted(known if codes is None else set(codes)) if code in known}


def view_box(state: str = "") -> ViewBox:
    """Return the frame of the whole map, or of one state, with a small margin.

    Parameters
    ----------
    state : str
        Two-digit code; empty for the nation.

    Raises
    ------
    KeyError
        When the state has no outline (a territory, or no state at all).
    """
    shapes = _shapes()
    x, y, width, height = shapes.boxes[state] if state else shapes.box
    margin = round(max(width, height) * MARGIN)
    return ViewBox(x - margin, y - margin, width + 2 * margin, height + 2 * margin)
