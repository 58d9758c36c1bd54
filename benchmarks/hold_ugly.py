"""Error rates of hold-time under innocent patterns that an opposing expert would name, by a generator of its own.

One, three or eight jails a place, 800 stays over 52 weeks, a third of them with a hold, a quarter held beyond 48 hours
whether or not there is one. Each scenario adds one thing that is nobody's treatment of a hold. Where it moves both
sides alike ("alike": the null of the card holds) the test is to reject in 5 % of places. Where holds come with
something else that keeps people longer ("unlike": jails that the records do not tell apart, a season, a day of the
week, ends that were not written down) the two sides really differ; the share of places that are told apart shows what
the assumption costs.

Counted over the places measured: rejections of the tested ratio of shares at .05, one-sided (longer with a hold) and
two-sided, by the regulation's clock; the same one-sided by the plain clock, where it differs; 95 % intervals of the
hazard ratio that miss 1, and the log-rank test at .05.

Run: OMP_NUM_THREADS=1 python benchmarks/hold_ugly.py [--places 400] [--jails 8]
Writes benchmarks/results/hold_ugly.csv.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hold_null import FOLLOWED, KEYS, missed, ranked

from auditor.cells import Cells, RowTable, table
from auditor.signals.match.hold_time import SIGNAL
from auditor.signals.signal import Panel

RESULTS = Path(__file__).resolve().parent / "results" / "hold_ugly.csv"
LEVEL, PEOPLE, WEEKS, DAY, WEEK = 0.05, 800, 52, 24.0, 168.0
LONGER = -1.1
"""Log odds of being held beyond 48 hours: a quarter."""


def expit(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@dataclass
class Stays:
    """Stays being drawn: (N,) arrays; log odds of a hold and of a long stay; hours until release fell due."""

    rng: np.random.Generator
    places: int
    place: np.ndarray
    jail: np.ndarray
    week: np.ndarray
    day: np.ndarray
    hold: np.ndarray
    longer: np.ndarray
    told: np.ndarray
    open: np.ndarray
    fate: np.ndarray
    weekend_closed: bool = False

    def by_week(self, values: np.ndarray) -> np.ndarray:
        """Spread (J, weeks) values over the stays."""
        return values[self.place, self.week]


def begin(rng: np.random.Generator, places: int, jails: int) -> Stays:
    """Stays with everything alike; jails differ in level and in how many have a hold (SD .4)."""
    place = np.repeat(np.arange(places), PEOPLE)
    size = len(place)
    jail, week, day = rng.integers(0, jails, size), rng.integers(0, WEEKS, size), rng.integers(0, 7, size)
    level, held = (0.4 * rng.standard_normal((places, jails)) for _ in range(2))
    hold, longer = -0.7 + held[place, jail], LONGER + level[place, jail]
    return Stays(rng, places, place, jail, week, day, hold, longer, jail, np.zeros(size), rng.random(size))


def jails_untold(s: Stays) -> None:
    """Two of three jails stand under one name; the larger holds more people with a hold, and is slower."""
    s.hold = s.hold + np.array([0.5, -0.5, 0.0])[s.jail]
    s.longer = s.longer + np.array([0.4, -0.4, 0.0])[s.jail]
    s.told = np.where(s.jail == 2, 1, 0)


def jails_told(s: Stays) -> None:
    jails_untold(s)
    s.told = s.jail


def courts(s: Stays) -> None:
    """Courts sit in some weeks only: how many are held longer varies by week (SD .6), and with it how many by day."""
    s.longer = s.longer + s.by_week(0.6 * s.rng.standard_normal((s.places, WEEKS)))
    s.day = np.where(s.rng.random(len(s.day)) < 0.7, np.where(s.rng.random(len(s.day)) < 0.5, 0, 3), s.day)


def autocorrelated(s: Stays, keep: float, sd: float) -> np.ndarray:
    """AR(1) over the weeks of each place."""
    values = np.empty((s.places, WEEKS))
    values[:, 0] = s.rng.standard_normal(s.places)
    for week in range(1, WEEKS):
        values[:, week] = keep * values[:, week - 1] + np.sqrt(1 - keep**2) * s.rng.standard_normal(s.places)
    return sd * values


def sweeps(s: Stays, keep: float) -> None:
    """Weeks differ in holds and in long stays (SD .5 each), independently, with a memory from week to week."""
    s.hold = s.hold + s.by_week(autocorrelated(s, keep, 0.5))
    s.longer = s.longer + s.by_week(autocorrelated(s, keep, 0.5))


def steps(s: Stays) -> None:
    """A change in holds and one in staffing, each of size SD .6, each at a week of its own."""
    for name in ("hold", "longer"):
        week, size = s.rng.integers(8, 44, s.places), 0.6 * s.rng.standard_normal(s.places)
        setattr(s, name, getattr(s, name) + np.where(s.week >= week[s.place], size[s.place], 0.0))


def season(s: Stays) -> None:
    """Harvest: in a quarter of the year there are more holds, and the jail is full and slow."""
    harvest = (s.week >= 26) & (s.week < 39)
    s.hold, s.longer = s.hold + 0.8 * harvest, s.longer + 0.6 * harvest


def weekends(s: Stays) -> None:
    """Nobody is released from Friday noon to Monday, and agents lodge most holds on Thursdays and Fridays."""
    s.hold = s.hold + np.where(s.day >= 3, 0.5, -0.5) * (s.day < 5)
    s.weekend_closed = True


def weekends_alike(s: Stays) -> None:
    s.weekend_closed = True


def transport(s: Stays, every: int) -> None:
    """Vans fetch people with a hold from all jails every so many weeks: half of those due by then share one fate."""
    # Loads do not begin with the file.
    load = s.place * WEEKS + (s.week + 1) // every
    fates = s.rng.random(int(load.max()) + 1)
    drawn = s.rng.random(len(load)) < expit(s.hold)
    s.hold = np.where(drawn, np.inf, -np.inf)
    rides = drawn & (s.rng.random(len(load)) < 0.5)
    s.fate = np.where(rides, fates[load], s.fate)


def batches(s: Stays) -> None:
    """A judge clears the docket on one day: half of a jail's people due in a week, hold or none, share one fate."""
    load = (s.place * (s.jail.max() + 1) + s.jail) * WEEKS + s.week
    fates = s.rng.random(int(load.max()) + 1)
    s.fate = np.where(s.rng.random(len(load)) < 0.5, fates[load], s.fate)


def ends_lost(s: Stays) -> None:
    """Releases to the agency are not always written down: 4 % of stays with a hold have no end, 1 % of others."""
    drawn = s.rng.random(len(s.hold)) < expit(s.hold)
    s.hold = np.where(drawn, np.inf, -np.inf)
    s.open = np.where(drawn, 0.04, 0.01)


def ends_lost_alike(s: Stays) -> None:
    s.open = np.full(len(s.hold), 0.03)


def recent(s: Stays) -> None:
    """The programme is new: holds grow over the year, so that those near the end of the file are not seen to theirs."""
    s.hold = s.hold + 1.5 * (0.5 - s.week / WEEKS)


Change = Callable[[Stays], None]
SCENARIOS: tuple[tuple[str, str, int, Change], ...] = (
    ("nothing", "alike", 1, lambda s: None),
    ("nothing", "alike", 3, lambda s: None),
    ("nothing", "alike", 8, lambda s: None),
    ("jails told apart", "alike", 3, jails_told),
    ("two jails under one name", "unlike", 3, jails_untold),
    *(("courts' calendar", "alike", jails, courts) for jails in (1, 3)),
    *(("weeks with a memory of 0", "alike", jails, lambda s: sweeps(s, 0.0)) for jails in (1, 3)),
    *(("weeks with a memory of .7", "alike", jails, lambda s: sweeps(s, 0.7)) for jails in (1, 3)),
    *(("weeks with a memory of .95", "alike", jails, lambda s: sweeps(s, 0.95)) for jails in (1, 3)),
    *(("two steps in the year", "alike", jails, steps) for jails in (1, 3)),
    *(("harvest", "unlike", jails, season) for jails in (1, 3)),
    *(("no release at weekends", "alike", jails, weekends_alike) for jails in (1, 3)),
    *(("no release at weekends, holds on Fridays", "unlike", jails, weekends) for jails in (1, 3)),
    *(("half fetched by a van a week", "alike", jails, lambda s: transport(s, 1)) for jails in (1, 3, 8)),
    *(("half fetched by a van in two weeks", "alike", jails, lambda s: transport(s, 2)) for jails in (1, 3, 8)),
    *(("half fetched by a van in four weeks", "alike", jails, lambda s: transport(s, 4)) for jails in (1, 3, 8)),
    *(("release batches", "alike", jails, batches) for jails in (1, 3)),
    *(("ends lost alike", "alike", jails, ends_lost_alike) for jails in (1, 3)),
    *(("ends lost with a hold", "unlike", jails, ends_lost) for jails in (1, 3)),
    *(("holds grow to the end of the file", "alike", jails, recent) for jails in (1, 3)),
)  # fmt: skip


def hours(s: Stays, hold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hours of every stay, all of them, and without those of Saturdays and Sundays."""
    longer = s.fate < expit(s.longer)
    own = np.where(longer, s.rng.integers(49, 160, len(hold)), s.rng.integers(1, 49, len(hold))).astype(float)
    if not s.weekend_closed:
        return own, own
    # Working hours until the door opens, then the weekends that they run into; noon of the day is where they begin.
    begin = DAY * s.day + 12.0
    begin = np.where(s.day >= 5, 5 * DAY, begin)
    weekends = np.floor((begin + own) / (5 * DAY))
    closed = 48.0 * weekends - np.where(s.day >= 5, DAY * (s.day - 5) + 12.0, 0.0)
    return own + np.maximum(closed, 0.0), own


def cells(s: Stays) -> Cells:
    """Cells of these stays."""
    hold = (s.rng.random(len(s.hold)) < expit(s.hold)).astype(np.int64)
    plain, regulation = hours(s, hold)
    followed = FOLLOWED - 300.0 + WEEK * s.week
    gone = s.rng.random(len(hold)) < s.open
    seen = plain <= followed
    ended = np.where(seen & ~gone, "release", "censored").astype(object)
    plain, regulation = (np.where(ended == "release", values, followed) for values in (plain, regulation))
    size = len(hold)
    texts = {name: np.full(size, value, dtype=object) for name, value in
             (("event", "booking"), ("group", ""), ("group_source", ""), ("agency", ""))}  # fmt: skip
    columns: dict[str, Any] = {
        **texts, "ended": ended, "facility": np.array([f"jail {i}" for i in range(8)], dtype=object)[s.told],
        "held_hours": plain, "held_hours_regulation": regulation, "followed_hours": followed, "hold_when_due": hold,
    }  # fmt: skip
    ids = tuple(f"local:p{i}" for i in range(s.places))
    nobody = ("",) * s.places
    return Cells(
        ids, ids, nobody, nobody, table([], ids, KEYS), table([], ids, ("universe", "group")), (),
        table([], (), KEYS), (), "white", rows=RowTable(s.place, columns, np.ones(size)),
    )  # fmt: skip


def plain_clock(panel: Panel) -> str:
    """Share of one-sided rejections by the plain clock; empty where it says the same as the other."""
    found = [c for c, contrast in enumerate(panel.contrasts) if contrast.label == "plain" and contrast.shape == "pair"]
    if not found:
        return ""
    there = panel.testable[:, found[0]]
    return f"{(panel.p_greater[there, found[0]] <= LEVEL).mean():.4f}"


def measured(name: str, kind: str, jails: int, change: Change, places: int, seed: int) -> dict[str, object]:
    """One row of the table."""
    began = time.process_time()
    s = begin(np.random.default_rng([20113, seed]), places, jails)
    change(s)
    panel = SIGNAL.measure(cells(s), SIGNAL.options(), np.random.default_rng(1))
    tested = panel.testable[:, 0]
    greater, less = panel.p_greater[tested, 0], panel.p_less[tested, 0]
    return {
        "scenario": name, "sides": kind, "jails": jails, "places": int(tested.sum()),
        "one_sided": f"{(greater <= LEVEL).mean():.4f}",
        "two_sided": f"{(2 * np.minimum(greater, less) <= LEVEL).mean():.4f}",
        "plain_clock": plain_clock(panel), "hazard": missed(panel, "leaving/hold/no-hold", 1.0),
        "log_rank": ranked(panel), "cpu_seconds": f"{time.process_time() - began:.1f}",
    }  # fmt: skip


def main() -> None:
    """Measure the scenarios and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=int, default=400)
    parser.add_argument("--jails", type=int, default=0, help="measure the rows of so many jails, keep the others")
    asked = parser.parse_args()
    rows: dict[int, dict[str, object]] = {}
    if asked.jails:
        with RESULTS.open(encoding="utf-8", newline="") as file:
            rows = dict(enumerate(csv.DictReader(file)))
    with np.errstate(over="ignore"):
        for seed, (name, kind, jails, change) in enumerate(SCENARIOS):
            if asked.jails not in (0, jails):
                continue
            rows[seed] = measured(name, kind, jails, change, asked.places, seed)
            print(*rows[seed].values(), sep="\t", flush=True)
            with RESULTS.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[seed]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows[at] for at in sorted(rows))


if __name__ == "__main__":
    main()
