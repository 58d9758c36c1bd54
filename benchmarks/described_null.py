"""What three signals that only describe print where nothing is going on: gaps, marks of records, use of discretion.

    python benchmarks/described_null.py [--places 1000]

Every row is one statement at one setting, drawn at so many places (benchmarks/described_draws.py): at how many it was
measured, and printed (not hidden for small numbers); how often its 95 % interval leaves out what is true, of all that
were measured (all are printed where counts are published already) and of those that are printed else; and how often the
number that says how unusual it is was .05 or less, and .01 or less, of all that were measured. Empty where a statement
has no interval or no such number, or there are fewer than 50 places. Settings in which something harmless is going on
(months that differ, times rounded from habit, people met together, places that differ by nature) stand beside those in
which every assumption holds.

Writes benchmarks/results/described_null.csv (under two minutes of CPU for each signal).
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Iterator
from pathlib import Path

import described_draws as draws
import numpy as np
from numpy.typing import NDArray

from auditor.signals.match import discretion_use
from auditor.signals.recording import missing_ethnicity, record_authenticity
from auditor.signals.signal import Design, Panel

RESULTS = Path(__file__).resolve().parent / "results" / "described_null.csv"
AUDIT = 50
"""Places of one audit, where each is held against the others; and of one draw of single records."""
FEWEST = 50
"""Places below which no part of them is given."""
Floats = NDArray[np.float64]
Row = dict[str, object]


def row(signal: str, statement: str, setting: str, records: float, panels: list[Panel], key: str, **how: object) -> Row:
    """Count what was printed of one contrast: ``truth`` against its interval, and ``p``, a further number of it."""
    at = [[contrast.key for contrast in panel.contrasts].index(key) for panel in panels]
    pairs = list(zip(panels, at, strict=True))

    def gather(name: str) -> Floats:
        return np.concatenate([np.asarray(getattr(panel, name))[:, c] for panel, c in pairs])

    measured = (gather("code") == 0) & gather("testable")
    hidden = np.concatenate([np.zeros(len(p.places), bool) if p.hidden is None else p.hidden[:, c] for p, c in pairs])
    low, high, truth = gather("low"), gather("high"), np.broadcast_to(how.get("truth", math.nan), measured.shape)
    told, outside = measured & np.isfinite(low) & np.isfinite(truth), (low > truth) | (high < truth)
    p = np.concatenate([q.extra[how["p"]][:, c] if "p" in how else np.full(len(q.places), np.nan) for q, c in pairs])
    known = measured & np.isfinite(p)
    return {
        "signal": signal, "part": PARTS.get(statement, "all"), "statement": statement, "setting": setting,
        "records": records, "places": len(measured),
        "measured": int(measured.sum()), "printed": int((measured & ~hidden).sum()),
        "outside": _share(outside, told), "outside_printed": _share(outside, told & ~hidden),
        "p_05": _share(p <= 0.05, known), "p_01": _share(p <= 0.01, known),
    }  # fmt: skip


def _share(found: NDArray[np.bool_], among: NDArray[np.bool_]) -> str:
    """Part of some places; empty where they are too few to say."""
    return f"{found[among].mean():.4f}" if among.sum() >= FEWEST else ""


def of_gaps(places: int) -> Iterator[Row]:
    """Gaps that go with nothing: every month alike, or each with a share of its own."""
    for records in (400, 4000):
        for sd, setting in ((0.0, "months alike"), (0.5, "months differ, SD 0.5 on the log odds")):
            rng = np.random.default_rng([1, records, round(10 * sd)])
            cells, share = draws.gaps(rng, places, records, sd)
            panel = missing_ethnicity.SIGNAL.measure(cells, missing_ethnicity.MissingEthnicityOptions(), rng)
            about = ("missing-ethnicity", setting, records, [panel])
            yield _gap(about, "share of gaps", "share", truth=share)
            yield _gap(about, "later half against earlier half", "time", truth=0.0)
            yield _gap(about, "months vary more than by chance", "time", p="p_months")
            yield _gap(about, "gaps after a search", "searched", truth=1.0, p="p_shuffle")
            yield _gap(about, "ratio of two groups' rates", "range/hispanic", truth=1.0)


def _gap(about: tuple[str, str, int, list[Panel]], statement: str, key: str, **how: object) -> Row:
    return row(about[0], statement, *about[1:], f"stop/gaps-{key}", **how)


def of_marks(places: int) -> Iterator[Row]:
    """Records as they happened: at any minute, in shifts, rounded from habit, of people met together."""
    settings = {
        "any minute": "any minute", "shifts": "shifts of eight hours", "rounded": "shifts, one time in ten rounded",
        "together": "shifts, one in ten met together",
    }  # fmt: skip
    expected = {"on-the-hour": 1 / 60, "five-minutes": 1 / 5, "midnight": 1 / 1440, "close": 2 / 10}
    for kind, setting in settings.items():
        for records in (400, 4000):
            rng = np.random.default_rng([2, records, list(settings).index(kind)])
            panels = [
                record_authenticity.SIGNAL.measure(
                    draws.stops(rng, AUDIT, records, kind), record_authenticity.RecordAuthenticityOptions(), rng
                )
                for _ in range(places // AUDIT)
            ]
            for key, truth in expected.items():
                if kind != "any minute" and key == "midnight":
                    continue  # shifts reach midnight or not: one part in 1,440 is not what they would show
                p = {"p": "p_close"} if key == "close" else {}
                yield from _mark(setting, records, panels, key, truth=truth, **p)
            yield from _mark(setting, records, panels, "digits", p="p_digits")
            yield from _mark(setting, records, panels, "identical", p="p_identical")
    yield from of_silence(places)


def _mark(setting: str, records: float, panels: list[Panel], key: str, **how: object) -> Iterator[Row]:
    """Yield the row of a mark, from the panels that hold it; none where no place had enough of it."""
    held = [panel for panel in panels if f"stop/marks-{key}" in [contrast.key for contrast in panel.contrasts]]
    if held:
        yield row("record-authenticity", WORDS[key], setting, records, held, f"stop/marks-{key}", **how)


PARTS = {"silent months at the end": "silence", "change on 17 June 2011": "change"}
"""Statements that have a table of their own on the page of their signal."""
WORDS = {
    "on-the-hour": "times on the hour", "five-minutes": "times on five minutes", "midnight": "times at midnight",
    "close": "records of one officer close in time", "digits": "last digits", "identical": "identical rows",
    "silence": "silent months at the end",
}  # fmt: skip


def of_silence(places: int) -> Iterator[Row]:
    """Agencies that go on reporting, with few records a month or more."""
    for mean in (1.0, 3.0, 10.0):
        for scatter, setting in ((0.0, "goes on, months alike"), (1.0, "goes on, months scatter")):
            rng = np.random.default_rng([3, round(mean), round(scatter)])
            cells = draws.reporting(rng, places, mean, scatter)
            panel = record_authenticity.SIGNAL.measure(cells, record_authenticity.RecordAuthenticityOptions(), rng)
            yield from _mark(setting, round(36 * mean), [panel], "silence", p="p_silence")


def of_discretion(places: int) -> Iterator[Row]:
    """Places let go alike, or differ by nature; and no change at a date, in months alike or not."""
    for typical in (100.0, 1000.0):
        for sd, setting in ((0.0, "places alike"), (0.2, "places differ by nature, SD 0.2 on the log odds")):
            for compare, statement in (("matches", "matches without a detainer"), ("lifted", "detainers lifted")):
                if compare == "lifted" and sd:
                    continue  # the simulation has every place lift alike
                yield _against_peers(places, typical, sd, setting, compare, statement)
    for records in (400, 4000):
        for sd, rho, setting in (
            (0.0, 0.0, "months alike"), (0.3, 0.0, "months differ, SD 0.3 on the log odds"),
            (0.3, 0.8, "months differ, SD 0.3, each like the one before (.8)"),
        ):  # fmt: skip
            rng = np.random.default_rng([5, records, round(10 * sd), round(10 * rho)])
            cells = draws.discretion(rng, places, records, sd, rho)
            panel = discretion_use.SIGNAL.measure(cells, discretion_use.DiscretionUseOptions(), rng)
            about = ("discretion-use", "change on 17 June 2011", setting, records, [panel])
            yield row(*about, "match/no-detainer/2011-06-17", truth=0.0, p="turned")


def _against_peers(places: int, typical: float, sd: float, setting: str, compare: str, statement: str) -> Row:
    rng = np.random.default_rng([4, round(typical), round(10 * sd), len(compare)])
    panels = [
        discretion_use.SIGNAL.measure(
            discretion_use.SIGNAL.simulate(rng, 0.0, Design(AUDIT, typical, sd)),
            discretion_use.DiscretionUseOptions(compare=compare),
            rng,
        )
        for _ in range(places // AUDIT)
    ]
    (key,) = {contrast.key for panel in panels for contrast in panel.contrasts if contrast.tested}
    return row("discretion-use", statement, setting, round(2 * typical), panels, key, truth=1.0)


def main() -> None:
    """Draw every setting and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=1000)
    places = parser.parse_args().places
    rows: list[Row] = []
    for part in (of_gaps, of_marks, of_discretion):
        began = time.process_time()
        for made in part(places):
            rows.append(made)
            print(*made.values(), sep="\t", flush=True)
        print(f"{part.__name__}: {time.process_time() - began:.0f} s of CPU", flush=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
