"""Places at which nothing is going on, for the signals that only describe: gaps, marks of records, and discretion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.cells import Cells, RowTable
from auditor.domain.policy_dates import EARLIER
from auditor.signals.detainer_draw import place_ids, row_table
from auditor.signals.drawn import drawn_cells

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
GROUPS = ("hispanic", "white", "unknown")
MONTHS = tuple(f"{year}-{month:02d}" for year in (2010, 2011, 2012) for month in range(1, 13))
OFFICERS, DAYS, SHIFT = 6, 420, 480
"""Officers of a place; days of its records; minutes of a shift."""


def months_apart(rng: np.random.Generator, places: int, months: int, sd: float, rho: float = 0.0) -> Floats:
    """Draw what months add to the log odds, (places, months): of this SD, and so like the month before."""
    made = rng.normal(0, 1, (places, months))
    for m in range(1, months):
        made[:, m] = rho * made[:, m - 1] + np.sqrt(1 - rho**2) * made[:, m]
    return sd * made


def gaps(rng: np.random.Generator, places: int, records: int, sd: float) -> tuple[Cells, Floats]:
    """Draw a year of stops of which some have no group, whatever was done and whoever it was; and the true shares."""
    months = MONTHS[12:24]
    share = rng.beta(3, 7, places)
    blank = 1 / (1 + np.exp(2.2 - months_apart(rng, places, 12, sd)))
    stops = rng.multinomial(records, np.tile([0.75 / 12, 0.25 / 12], 12), places).reshape(places, 12, 2)
    missing = rng.binomial(stops, blank[:, :, None])
    focal = rng.binomial(stops - missing, share[:, None, None])
    n = np.stack([focal, stops - missing - focal, missing], axis=-1)
    place, month, searched, group = np.nonzero(n)
    size = len(place)
    texts = {
        "event": np.full(size, "stop", dtype=object),
        "group": np.array(GROUPS, dtype=object)[group],
        "month": np.array(months, dtype=object)[month],
        **{name: np.full(size, "", dtype=object) for name in ("group_source", "agency", "disposition")},
    }
    unsaid = {name: np.full(size, -1, dtype=np.int64) for name in ("contraband", "cited", "booked", "detainer")}
    single = RowTable(
        place.astype(np.int64),
        {**texts, **unsaid, "searched": searched.astype(np.int64)},
        n[place, month, searched, group].astype(float),
    )
    ids = place_ids(places)
    listed = [
        {"place": ids[j], "event": "stop", "group": GROUPS[g], "month": months[m], "n": int(value), "complete": True}
        for (j, m, g), value in np.ndenumerate(n.sum(axis=2))
    ]
    residents = [
        {"place": ids[j], "universe": "residents", "group": group, "n": round(10_000 * part)}
        for j, own in enumerate(share)
        for group, part in (("hispanic", own), ("white", 1 - own))
    ]
    keys = ("event", "group", "group_source", "month")
    return drawn_cells(ids, listed, keys, population=residents, rows=single), blank.mean(axis=1)


def stops(rng: np.random.Generator, places: int, records: int, kind: str) -> Cells:
    """Draw stops with times, officers and ages, as they happened.

    ``any minute``: at every minute of the day alike. ``shifts``: of officers in shifts of eight hours. ``rounded``: in
    shifts, and one time in ten written down to the five minutes. ``together``: in shifts, and one record in ten is of
    somebody who was with the person of another one.
    """
    size = places * records
    place = np.repeat(np.arange(places), records)
    officer = place * OFFICERS + rng.integers(0, OFFICERS, size)
    day = rng.integers(0, DAYS, size)
    begins = rng.integers(0, 1440 - SHIFT, places * OFFICERS)[officer]
    minute = rng.integers(0, 1440, size) if kind == "any minute" else begins + rng.integers(0, SHIFT, size)
    if kind == "rounded":
        minute = np.where(rng.random(size) < 0.1, minute // 5 * 5, minute)
    if kind == "together":
        # The companion's record follows that of the person, in the same place.
        follows = np.flatnonzero((rng.random(size) < 0.1) & (np.arange(size) % records > 0))
        for column in (officer, day, minute):
            column[follows] = column[follows - 1]
    columns = {
        "event": np.full(size, "stop", dtype=object),
        "officer_code": officer,
        "day": np.datetime64("2011-01-01") + day.astype("timedelta64[D]"),
        "minute": minute,
        "age": rng.integers(16, 75, size),
    }
    month = columns["day"].astype("datetime64[M]").astype(np.int64) - 12 * 41
    by_month = np.bincount(place * 24 + month, minlength=places * 24).reshape(places, 24)
    return _monthly(by_month, RowTable(place.astype(np.int64), columns, np.ones(size)), 2011)


def reporting(rng: np.random.Generator, places: int, mean: float, scatter: float) -> Cells:
    """Draw monthly counts of agencies that never stop reporting; variance ``mean + scatter * mean**2``."""
    rate = mean * rng.gamma(1 / scatter, scatter, (places, 36)) if scatter else np.full((places, 36), mean)
    return _monthly(rng.poisson(rate), None, 2010)


def _monthly(n: Ints, rows: RowTable | None, first: int) -> Cells:
    ids = place_ids(len(n))
    listed = [
        {"place": ids[j], "event": "stop", "month": f"{first + m // 12}-{m % 12 + 1:02d}", "n": int(value),
         "complete": True}
        for (j, m), value in np.ndenumerate(n)
        if value
    ]  # fmt: skip
    return drawn_cells(ids, listed, ("event", "month"), rows=rows)


def discretion(rng: np.random.Generator, places: int, records: int, sd: float, rho: float) -> Cells:
    """Draw matches of a year before and a year and a half after 17 June 2011, on which nothing changes."""
    months = (*MONTHS[5:17], *MONTHS[18:35])
    period = [EARLIER] * 12 + ["discretion-2011"] * 9 + ["minor-traffic-2012"] * 8
    made = rng.multinomial(records, np.full(len(months), 1 / len(months)), places)
    without = rng.binomial(made, 1 / (1 + np.exp(0.5 - months_apart(rng, places, len(months), sd, rho))))
    sides = np.stack([without, made - without], axis=2)
    place, month, lodged = np.nonzero(sides)
    single = row_table(
        rng, place.tolist(), sides[place, month, lodged].tolist(), event=["match"] * len(place),
        level=["3"] * len(place), detainer=lodged.tolist(), month=[months[m] for m in month],
        policy_period=[period[m] for m in month],
        detainer_period=[period[m] if yes else "" for m, yes in zip(month, lodged, strict=True)],
    )  # fmt: skip
    ids = place_ids(places)
    counts = [{"place": name, "event": "match", "n": records, "complete": True} for name in ids]
    return drawn_cells(ids, counts, ("event", "level", "level_basis", "level_regime"), rows=single)
