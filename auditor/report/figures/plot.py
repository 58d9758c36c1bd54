"""The frame that line plots share: axes, bands, lines, marks; drawn by ``figures/plot.svg.j2``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from auditor.report.figures.axis import Axis, coordinate
from auditor.report.figures.glyphs import mark
from auditor.report.figures.paths import drawn, line

WIDTH, LEFT, RIGHT, TOP = 720.0, 64.0, 700.0, 34.0

Point = tuple[float, float]


@dataclass(slots=True)
class Plot:
    """A plot that is put together piece by piece.

    Attributes
    ----------
    x, y : Axis
    bottom : float
        Where the vertical axis begins; the height follows.
    x_name, y_name : str
        What the axes show.
    """

    x: Axis
    y: Axis
    bottom: float
    x_name: str
    y_name: str
    parts: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {
            name: [] for name in ("x_ticks", "y_ticks", "bands", "lines", "marks", "rules", "words")
        }
    )

    def ticks(self, x: Sequence[tuple[float, str]], y: Sequence[tuple[float, str]]) -> None:
        """Lay down the ticks of both axes as (value, text)."""
        self.parts["x_ticks"] += [{"at": coordinate(self.x.at(value)), "text": text} for value, text in x]
        self.parts["y_ticks"] += [{"at": coordinate(self.y.at(value)), "text": text} for value, text in y]

    def _places(self, points: Sequence[Point]) -> list[Point]:
        return [(self.x.at(a), self.y.at(b)) for a, b in points]

    def line(self, points: Sequence[Point], css: str) -> None:
        """Draw a broken line."""
        self.parts["lines"].append({"css": css, "d": drawn(line(self._places(points), 0.0))})

    def band(self, low: Sequence[Point], high: Sequence[Point], css: str = "band") -> None:
        """Fill what lies between two lines over the same values."""
        edge = self._places([*low, *reversed(high)])
        self.parts["bands"].append({"css": css, "d": drawn(f"{line(edge, 0.0)}z")})

    def whisker(self, x: float, low: float, high: float, css: str) -> None:
        """Draw an interval upright, with ends."""
        at, top, end = self.x.at(x), self.y.at(high), self.y.at(low)
        across = f"M{coordinate(at - 4)} {{0}}h8"
        data = f"M{coordinate(at)} {coordinate(top)}V{coordinate(end)}"
        data += across.format(coordinate(top)) + across.format(coordinate(end))
        self.parts["lines"].append({"css": css, "d": drawn(data)})

    def mark(self, x: float, y: float, state: str, size: float = 6.0) -> None:
        """Set a mark whose shape says what it is."""
        self.parts["marks"].append(mark(state, self.x.at(x), self.y.at(y), size))

    def rule(self, x: float, text: Markup | str, css: str = "centre") -> None:
        """Draw an upright line with a text at its head."""
        at = self.x.at(x)
        right = at > (self.x.start + self.x.end) / 2
        entry = {"x": coordinate(at), "css": css, "text": text, "anchor": "end" if right else "start"}
        self.parts["rules"].append({**entry, "text_x": coordinate(at - 6 if right else at + 6)})

    def word(self, x: float, y: float, text: str, *, anchor: str = "start", below: bool = False) -> None:
        """Write a word beside a point."""
        at = coordinate(self.y.at(y) + (18 if below else -10))
        self.parts["words"].append({"x": coordinate(self.x.at(x)), "y": at, "text": text, "anchor": anchor})

    def model(self, one: float | None = None, **more: Any) -> dict[str, Any]:
        """Return what the template needs; ``one`` is where the line of no difference lies."""
        return {
            "width": coordinate(WIDTH),
            "height": coordinate(self.bottom + 54),
            "left": coordinate(self.x.start),
            "right": coordinate(self.x.end),
            "top": coordinate(TOP),
            "bottom": coordinate(self.bottom),
            "x_name": self.x_name,
            "y_name": self.y_name,
            "one": "" if one is None else coordinate(self.y.at(one)),
            **self.parts,
            **more,
        }
