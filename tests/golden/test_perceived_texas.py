"""Texas highway stops of drivers perceived differently (Gera & Pierson 2024), through the whole program.

Published: searched +0.258 percentage points when perceived as Hispanic, with an effect of every driver; 7,462 drivers
and 18,807 stops in the authors' filtered file.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from auditor.audit.api import audit
from auditor.findings.review import Review
from tests.golden.lookup import find

FILE = "gera_pierson_filtered_tx_processed_hispanic_white_drivers_driver_race.csv.gz"


@pytest.fixture(scope="module")
def texas(shared_data: Path) -> Review:
    if not (shared_data / FILE).is_file():
        pytest.skip(f"no {FILE} among the shared data")
    source = {
        "format": "records",
        "path": FILE,
        "constants": {"place": "48", "event": "stop", "group_source": "perceived"},
        "columns": {"person": "driver_id", "searched": "search_conducted", "group": "driver_race"},
    }
    return audit({"audit": {"title": "Texas", "as_of": date(2018, 6, 30)}, "sources": [source]}, shared_data)


def test_the_published_difference(texas: Review):
    finding = find(texas, "48", "perceived-ethnicity", "hispanic/white/searched/person")
    # Per 1,000 stops, so 0.258 percentage points.
    assert finding.absolute.value == 2.58
    assert finding.absolute.low < 0 < finding.absolute.high
    assert "the first share less the second is 0.258 percentage points" in finding.sentence.text["en"]


def test_the_counts_behind_it(texas: Review):
    """181 of 10,323 and 128 of 8,484: counted from the file with csv and a Counter, no code of the program."""
    finding = find(texas, "48", "perceived-ethnicity", "hispanic/white/searched/person")
    assert (finding.k, finding.n, finding.comparator.n) == (181, 10323, 8484)
    assert finding.comparator.value == pytest.approx(128 / 8484)
    assert finding.sentence.text["en"].startswith("7,462 people were taken to be Hispanic on some occasions")
    assert not finding.tested


def test_nobody_is_named(texas: Review):
    """The first driver of the file, and the first officer."""
    written = texas.to_json()
    assert "a516a87cfcaef229b342c437fe2b95f7" not in written
    assert "a65eb348fb03103dcd48530b52b996a7" not in written
