"""What `auditor calibrate` prints: tables of 80 columns, then each null in words."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence

from auditor import __version__
from auditor.audit.calibrating.drawn import PLANTED
from auditor.audit.calibrating.rates import Rate, Row
from auditor.audit.protocol import Protocol
from auditor.audit.wording import text

WIDTH = 80


def printed(protocol: Protocol, seed: int, places: int, q: float, rows: Sequence[Row]) -> str:
    """Return the result as text.

    Parameters
    ----------
    protocol : Protocol
    seed, places : int
    q : float
        Level of a flag.
    rows : sequence of Row
    """
    lines = [
        f"Protocol {protocol.name} ({protocol.sha256[:12]}), auditor {__version__}, seed {seed}",
        f"{places:,} places; a flag as in a verdict, at q <= {q:g}; in brackets 95 % intervals",
    ]
    own = [row for row in rows if row.what != "simulated"]
    drawn = [row for row in rows if row.what == "simulated"]
    if own:
        lines += ["", *_own(own)]
    if drawn:
        lines += ["", *_nulls([row for row in drawn if not row.effect])]
        lines += ["", *_effects([row for row in drawn if row.effect])]
    for what in dict.fromkeys(row.what for row in rows):
        lines += ["", *_wrapped(text(f"calibrate.null.{what}"))]
    lines += ["", *_wrapped(text("page.calibrate.note"))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _wrapped(words: str) -> list[str]:
    return textwrap.wrap(words, WIDTH)


def _own(rows: Sequence[Row]) -> Iterator[str]:
    yield f"{'ON THESE DATA':<38}{'runs':>6}  {'with any flag':<23}{'flags/run':>9}"
    for row in rows:
        title = text(f"calibrate.title.{row.what}")
        if row.reason:
            yield from textwrap.wrap(f"{title}: not measured, {row.reason}", WIDTH, subsequent_indent="  ")
            continue
        yield f"{title:<38}{row.replicates:>6}  {_rate(row.any):<23}{row.flags or 0.0:>9.3f}"
        yield from textwrap.wrap(", ".join(row.signals), WIDTH, initial_indent="  ", subsequent_indent="  ")


def _nulls(rows: Sequence[Row]) -> Iterator[str]:
    yield f"{'SIMULATED, NO EFFECT: natural SD':<38}{'runs':>6}  {'with any flag':<23}{'flags/run':>9}"
    for row in rows:
        yield f"  {row.amount:<36g}{row.replicates:>6}  {_rate(row.any):<23}{row.flags or 0.0:>9.3f}"
    yield from _tests(rows)


def _tests(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    return textwrap.wrap("tests: " + ", ".join(rows[0].signals), WIDTH, initial_indent="  ", subsequent_indent="  ")


def _effects(rows: Sequence[Row]) -> Iterator[str]:
    yield f"SIMULATED, EFFECT IN {100 * PLANTED:.0f} % OF THE PLACES"
    yield f"{'SD':>4} {'ratio':>6} {'runs':>5}  {'false discoveries':<20} {'power':<20} {'by size':<12} {'wrong':>6}"
    for row in rows:
        sizes = " ".join("  -" if rate is None else _short(rate.value) for rate in row.power_by_size or ())
        wrong = "-" if row.sign_errors is None else f"{row.sign_errors.k}/{row.sign_errors.n}"
        yield (
            f"{row.amount:>4g} {math.exp(row.effect or 0.0):>6.2f} {row.replicates:>5}  {_rate(row.fdr):<20} "
            f"{_rate(row.power):<20} {sizes:<12} {wrong:>6}"
        )
    yield "  ratio: in the planted places; by size: power in the small, middle and large"
    yield "  third of the places; wrong: flags of planted places that point the other way"


def _rate(rate: Rate | None) -> str:
    return "-" if rate is None else f"{rate.value:.3f} ({rate.low:.3f}-{rate.high:.3f})"


def _short(value: float) -> str:
    return "1.0" if value >= 0.995 else f"{value:.2f}".removeprefix("0")
