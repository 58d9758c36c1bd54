"""Secure Communities activation dates of every county, joined to simulated monthly arrests.

Source of the dates: replication data of Vargas Nunez et al. (PNAS 2026). ICE told Congress of 658 jurisdictions in 32
states on 2010-09-30; the file gives 661 counties in the same number of states, and 1,562 by 2011-09-27 (1,595 were
published). Counts are drawn here and stand for no place's arrests.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from auditor.cells import Cells
from auditor.engine.engine import Engine
from auditor.records.load import Loaded, load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.signals.change.activation_series import SIGNAL
from auditor.signals.signal import Panel

pytestmark = pytest.mark.data

FILE = "secure_communities_activation_by_county.csv"
TRAVIS, HARRIS, COOK = "48453", "48201", "17031"
CLASSES = ("robbery", "burglary", "theft", "vehicle-theft", "traffic", "licence", "trespass", "public-order")
MONTHS = [f"{year}-{month:02d}" for year in range(2006, 2011) for month in range(1, 13)]


@pytest.fixture(scope="module")
def later(shared_data: Path) -> list[str]:
    """Thirty counties that were activated in 2012 or later: nothing started there in these months."""
    lines = (shared_data / FILE).read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split(",") for line in lines]
    found = sorted(row[0] for row in rows if row[2] >= "2012" and row[0] != COOK)
    return found[:: len(found) // 30][:30]


def _draw(folder: Path, places: list[str]) -> None:
    """Arrests by month, class and group; in Travis the group's discretionary ones double after the start."""
    rng = np.random.default_rng(20090616)
    lines = ["place,period,event,group,offence,n"]
    for place in places:
        for offence in CLASSES:
            for month in MONTHS:
                doubled = place == TRAVIS and offence in CLASSES[4:] and month > "2009-06"
                for group, mean in (("hispanic", 12 * (2 if doubled else 1)), ("white", 24)):
                    lines.append(f"{place},{month},arrest,{group},{offence},{rng.poisson(mean)}")
    (folder / "arrests.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def loaded(shared_data: Path, later: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("activations")
    # 12086 was Dade (12025) until 1997; 51005 took in Clifton Forge (51560) in 2001.
    _draw(folder, [TRAVIS, HARRIS, COOK, "12086", "51005", *later])
    starts = SourceSpec(
        format="activations",
        path=str(shared_data / FILE),
        citation="Vargas Nunez et al. (PNAS 2026), replication data",
        columns={"place": "county_fips", "date": "date_secure"},
        constants={"program": "Secure Communities", "kind": "activated"},
        # Was never a code, and carries no date.
        places={"41006": "exclude"},
    )
    store = Store()
    yield load([starts, SourceSpec(format="counts", path="arrests.csv", simulated=True)], folder, store)
    store.close()


def _one(loaded: Loaded, query: str) -> tuple[object, ...]:
    row = loaded.store.connection.execute(query).fetchone()
    assert row is not None
    return tuple(row)


def test_how_many_had_started(loaded: Loaded):
    counted = "SELECT count(DISTINCT place), count(DISTINCT left(place, 2)) FROM activations WHERE date <= "
    assert _one(loaded, counted + "'2010-09-30'") == (661, 32)
    assert _one(loaded, counted + "'2011-09-27'")[0] == 1562


@pytest.mark.parametrize(
    ("place", "day"), [(TRAVIS, date(2009, 6, 16)), (HARRIS, date(2008, 10, 27)), (COOK, date(2013, 1, 22))]
)
def test_when_they_started(loaded: Loaded, place: str, day: date):
    found = f"SELECT program, kind, date FROM activations WHERE place = '{place}'"
    assert _one(loaded, found) == ("secure-communities", "activated", day)


def test_every_row_is_accounted_for(loaded: Loaded):
    """3,147 rows: 3,143 with a date; three known codes without one (02231, 12025, 30113) and 41006."""
    ledger = loaded.sources[0].ledger
    assert (ledger.read, ledger.used, ledger.excluded, ledger.quarantined) == (3147, 3143, 4, 0)
    reasons = {step.reason: step.rows for step in ledger.steps}
    assert reasons["no date (not known to have begun)"] == 3
    assert reasons["place '41006' left out by the configuration"] == 1


def test_codes_that_have_ended_are_kept_and_listed(loaded: Loaded):
    notes = loaded.sources[0].ledger.notes
    ended = next(note for note in notes if "place codes that have ended since are kept" in note)
    for code in ("12025", "51560", "51780", "46113"):
        assert code in ended
    alone = next(note for note in notes if "under a code that has ended" in note)
    assert "Clifton Forge city, VA (51560), now Alleghany County, VA (51005)" in alone
    assert "12025" not in alone, "it has no date, so there is no start to place"


def test_the_ledger_says_which_starts_met_no_counts(loaded: Loaded):
    """35 places have counts and all have a start; 3,143 starts less 35 met none."""
    notes = loaded.sources[0].ledger.notes
    assert any("3,143 places: 35 joined to counts, 3,108 to none" in note for note in notes)
    assert not any("with counts and no programme start" in note for note in notes)


@pytest.fixture(scope="module")
def cells(loaded: Loaded) -> Cells:
    engine = Engine(loaded, ("hispanic",), "white")
    return engine.cells(SIGNAL.view(SIGNAL.options()))


@pytest.fixture(scope="module")
def panel(cells: Cells) -> Panel:
    return SIGNAL.measure(cells, SIGNAL.options(), np.random.default_rng(1))


def test_the_planted_change_is_seen_where_it_was_planted(panel: Panel):
    """Four and four classes: 70 divisions. Doubled arrests come back within the interval."""
    classes = [contrast.key.rsplit("/", 1)[1] for contrast in panel.contrasts].index("classes")
    travis, harris = panel.places.index(TRAVIS), panel.places.index(HARRIS)
    assert panel.least_p is not None
    assert panel.least_p[travis, classes] == pytest.approx(1 / 980)  # 70 divisions of the classes, 14 times each
    assert panel.p_greater[travis, classes] <= 1 / 70
    assert panel.low[travis, classes] < 2 < panel.high[travis, classes]
    assert panel.p_greater[harris, classes] > 0.05
    assert panel.low[harris, classes] < 1 < panel.high[harris, classes]


def test_the_series_compares_with_counties_in_which_nothing_started(panel: Panel):
    series = [contrast.key.rsplit("/", 1)[1] for contrast in panel.contrasts].index("series")
    travis = panel.places.index(TRAVIS)
    # The thirty later counties and Cook; Harris, Miami-Dade and Alleghany had started.
    assert panel.extra["units"][travis, series] == 31
    assert panel.p_greater[travis, series] == pytest.approx(1 / 32)


def test_a_county_that_started_later_is_withheld(panel: Panel):
    cook = panel.places.index(COOK)
    assert {panel.lacks[code - 1].reason for code in panel.code[cook]} == {"activation-series.too-short"}


def test_dates_with_a_kind_are_verified(panel: Panel):
    assert not panel.notes["activation.caveat-unverified"].any()
