"""Marks of records: counted by hand, found where they were planted, and never printed where they are few."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.cells import Cells, Inventory, RowTable, table
from auditor.signals.recording.record_authenticity import SIGNAL, RecordAuthenticityOptions
from auditor.signals.signal import Panel

PLACE = "48453"


def cells(minutes, officers=None, days=None, ages=None, months=(), places=(PLACE,), place=0, **more) -> Cells:
    """One record a row; a missing column is missing in every row."""
    size = len(minutes)

    def whole(values):
        return np.full(size, -1) if values is None else np.asarray(values, dtype=np.int64)

    day = np.full(size, np.datetime64("2011-03-01")) if days is None else np.asarray(days, dtype="datetime64[D]")
    columns = {
        "event": np.full(size, "stop", dtype=object), "officer_code": whole(officers), "day": day,
        "minute": np.asarray(minutes, dtype=np.int64), "age": whole(ages),
    }  # fmt: skip
    index = np.full(size, place) if np.isscalar(place) else np.asarray(place)
    keys, nobody = ("event", "month"), ("",) * len(places)
    counted = [{"place": p, "event": "stop", "month": m, "n": n} for p, m, n in months] or [
        {"place": places[int(j)], "event": "stop", "month": "2011-03", "n": int((index == j).sum())}
        for j in np.unique(index)
    ]
    return Cells(
        places, places, nobody, nobody, table(counted, places, keys), table([], places, ("universe", "group")), (),
        table([], (), (*keys, "start", "end")), ("hispanic",), "white",
        rows=RowTable(index.astype(np.int64), columns, np.ones(size)), **more,
    )  # fmt: skip


def measure(found: Cells) -> Panel:
    return SIGNAL.measure(found, RecordAuthenticityOptions(), np.random.default_rng(1))


def column(panel: Panel, label: str) -> int:
    return [contrast.label for contrast in panel.contrasts].index(label)


def even(size: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1440, size)


def test_round_times_are_counted():
    """60 at 10:00, 60 at 10:05, 180 at 10:07."""
    panel = measure(cells([600] * 60 + [605] * 60 + [607] * 180))
    found = {label: column(panel, label) for label in ("on-the-hour", "five-minutes", "midnight")}
    assert panel.k[0, list(found.values())].tolist() == [60, 120, 0]
    assert panel.estimate[0, found["five-minutes"]] == 0.4
    assert panel.comparator[0, found["five-minutes"]] == 0.2
    # (0.4 - 0.2) / (1 - 0.2)
    assert panel.extra["rounded"][0, found["five-minutes"]] == 0.25
    assert not any(contrast.tested for contrast in panel.contrasts)


def test_favourite_digits_of_the_other_minutes():
    """240 times end on 7, 60 on each of the seven others: 660 in all, excess 240/660 - 1/8."""
    digits = [7] * 240 + [d for d in (1, 2, 3, 4, 6, 8, 9) for _ in range(60)]
    panel = measure(cells(digits))
    c = column(panel, "digits")
    assert panel.n[0, c] == 660
    assert panel.estimate[0, c] == pytest.approx(240 / 660 - 1 / 8, abs=5e-4)
    assert panel.extra["p_digits"][0, c] < 1e-6
    level = measure(cells(even(3000)))
    assert level.extra["p_digits"][0, column(level, "digits")] > 0.001


@pytest.mark.parametrize(("more", "hidden"), [(8, True), (0, False), (16, False)])
def test_few_digits_that_would_have_to_change_are_not_printed(more, hidden):
    """On 7 end 40 + more, 40 on each of the other seven: 7/8 more would have to change, 7 of 328 or 14 of 336."""
    panel = measure(cells([7] * (40 + more) + [d for d in (1, 2, 3, 4, 6, 8, 9) for _ in range(40)]))
    c = column(panel, "digits")
    assert panel.k[0, c] == more * 7 / 8
    assert panel.hidden is not None
    assert panel.hidden[0, c] == hidden


def test_close_pairs_of_one_officer():
    """Each of 80 days: records at 600, 601 and 608: pairs 1, 7 and 8 apart, so 80 close of 240."""
    days = np.repeat(np.arange("2011-01-01", "2011-03-22", dtype="datetime64[D]"), 3)
    panel = measure(cells([601, 602, 609] * 80, officers=[0] * 240, days=days))
    c = column(panel, "close")
    assert (panel.k[0, c], panel.n[0, c]) == (80, 240)
    assert panel.extra["same"][0, c] == 0


def test_officers_with_rounded_times_say_nothing_of_gaps():
    days = np.repeat(np.arange("2011-01-01", "2011-03-22", dtype="datetime64[D]"), 3)
    panel = measure(cells([600, 605, 610] * 80, officers=[0] * 240, days=days))
    assert "close" not in [contrast.label for contrast in panel.contrasts]


def test_copied_rows_are_found():
    """2,000 records, of which 100 are copied once with another date."""
    rng = np.random.default_rng(2)
    minutes, officers, ages = even(2000), rng.integers(0, 20, 2000), rng.integers(16, 80, 2000)
    honest = measure(cells(minutes, officers=officers, ages=ages))
    c = column(honest, "identical")
    assert honest.extra["p_identical"][0, c] > 0.001
    copies = [np.concatenate([values, values[:100]]) for values in (minutes, officers, ages)]
    panel = measure(cells(copies[0], officers=copies[1], ages=copies[2]))
    assert panel.estimate[0, c] == pytest.approx(100 / 2100, abs=0.01)
    assert panel.extra["p_identical"][0, c] < 1e-9


def test_places_that_stop():
    """Two places over 24 months; the second has nothing after month 18."""
    names = [f"{2010 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
    months = [("48201", m, 40) for m in names] + [("48453", m, 40) for m in names[:18]]
    panel = measure(cells(even(60), months=months, places=("48201", "48453"), place=1))
    c = column(panel, "silence")
    assert panel.estimate[:, c].tolist() == [0, 6]
    assert panel.n[:, c].tolist() == [24, 24]
    assert panel.extra["p_silence"][1, c] < 0.001
    assert panel.extra["p_silence"][0, c] == 1


def test_less_than_a_year_is_not_judged():
    panel = measure(cells(even(60)))
    assert "silence" not in [contrast.label for contrast in panel.contrasts]


def test_a_clock_of_another_zone_is_noted():
    """Stops from 08:00 to 23:59 local, recorded nine hours later: quiet from 09:00 to 16:59."""
    rng = np.random.default_rng(3)
    local = rng.integers(8 * 60, 24 * 60, 3000)
    panel = measure(cells((local + 9 * 60) % 1440))
    c = column(panel, "on-the-hour")
    assert panel.notes["record-authenticity.caveat-clock"][0, c]
    assert abs(panel.extra["shift"][0, c]) >= 5
    assert not measure(cells(local)).notes["record-authenticity.caveat-clock"].any()


@pytest.mark.parametrize(("at", "hidden"), [(4, True), (0, False), (12, False)])
def test_few_times_at_midnight_are_hidden(at, hidden):
    panel = measure(cells([0] * at + [601] * 300))
    assert bool(panel.hidden[0, column(panel, "midnight")]) is hidden


def test_few_times_are_no_shares():
    panel = measure(cells(even(49)))
    assert (panel.code > 0).all()


def test_records_without_times_have_their_months_only():
    names = [f"2010-{m + 1:02d}" for m in range(12)]
    panel = measure(cells([-1] * 60, months=[(PLACE, m, 5) for m in names]))
    assert [contrast.label for contrast in panel.contrasts] == ["silence"]


def test_it_asks_for_times_where_there_are_none():
    nothing = Inventory(*(frozenset(),) * 7, places=1, months=1)
    assert SIGNAL.lacks(nothing, RecordAuthenticityOptions()).needs == "record-authenticity.need-times"


def test_officers_are_read_as_numbers_only():
    rows = SIGNAL.view(RecordAuthenticityOptions()).rows
    assert rows.personal == ("officer",)
    assert "officer" not in rows.keys
