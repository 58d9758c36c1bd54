"""Baselines of an audit: gathered over files, nearest in time, with the built-in census where groups are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from auditor.cells import Cells, CellSpec
from auditor.engine.engine import Engine
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.signals.exposure.benchmark import SIGNAL
from auditor.signals.exposures import people, population_exposure

ARRESTS = "place,period,event,group,n\n48453,2011,arrest,hispanic,400\n48453,2011,arrest,white,500\n"
HEAD = "place,period,group,universe,n,moe\n"
AGES = [*range(7, 17), *range(22, 32)]

Build = Callable[..., Cells]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Cells of arrests in Travis County in 2011, with baselines from further files."""
    store = Store()

    def cells(*texts: str) -> Cells:
        specs = []
        for i, text in enumerate((ARRESTS, *texts)):
            (tmp_path / f"{i}.csv").write_text(text)
            specs.append(SourceSpec(path=f"{i}.csv"))
        loaded = load(specs, tmp_path, store)
        spec = CellSpec(keys=("event", "group", "group_source", "offence"), population=True)
        return Engine(loaded, ("hispanic",), "white").cells(spec)

    yield cells
    store.close()


def ages(table: str, each: int) -> str:
    head = ",".join(f"{table}_{number:03}E" for number in AGES)
    return f"GEO_ID,{head}\n0500000US48453,{','.join(str(each) for _ in AGES)}\n"


def values(cells: Cells, universe: str) -> dict[str, float]:
    rows = cells.population.where(universe=universe)
    return dict(zip(rows.columns["group"].tolist(), rows.n.tolist(), strict=True))


def test_the_groups_of_a_universe_may_stand_in_a_file_each(build):
    """B01001H and B01001I are two downloads: 20 ages of 10 and of 30 people."""
    cells = build(ages("B01001H", 10), ages("B01001I", 30))
    assert values(cells, "adults") == {"hispanic": 600.0, "white": 200.0}


def test_a_total_from_one_file_does_not_hide_the_groups_of_another(build):
    totals = "GEO_ID,B05001_001E,B05001_006E\n0500000US48453,1000,130\n"
    groups = "GEO_ID,B03002_003E,B03002_012E\n0500000US48453,500,340\n"
    for order in ((totals, groups), (groups, totals)):
        cells = build(*order)
        assert values(cells, "residents") == {"": 1000.0, "hispanic": 340.0, "white": 500.0}
        assert people(cells, "residents").tolist() == [1000.0]
        assert people(cells, "noncitizens").tolist() == [130.0]


def test_everybody_is_the_sum_of_the_groups_where_no_total_is_stated(build):
    cells = build("GEO_ID,B03002_003E,B03002_012E\n0500000US48453,500,340\n")
    assert people(cells, "residents").tolist() == [840.0]
    assert np.isnan(people(cells, "noncitizens")).all()


def test_the_census_stands_in_where_residents_come_without_groups(build):
    """Travis County, 2010 Census (P9): 342,766 Hispanic and 517,644 non-Hispanic white residents."""
    cells = build("GEO_ID,B05001_001E,B05001_006E\n0500000US48453,1000,130\n")
    found = values(cells, "residents")
    assert (found[""], found["hispanic"], found["white"]) == (1000.0, 342766.0, 517644.0)
    assert "built-in Census 2010" in cells.baselines["residents"]


def test_the_nearest_vintage_and_the_first_of_two_files_that_agree(build):
    near = f"{HEAD}48453,2010,hispanic,adults,200,\n48453,2010,white,adults,300,\n"
    far = f"{HEAD}48453,2001,hispanic,adults,1,\n48453,2001,white,adults,2,\n"
    again = f"{HEAD}48453,2010,hispanic,adults,201,\n48453,2010,white,adults,301,\n"
    assert values(build(far, near, again), "adults") == {"hispanic": 200.0, "white": 300.0}


@pytest.mark.parametrize(
    ("period", "note"),
    [("2011", ""), ("2007/2011", ""), ("2009", "other-years"), ("2014", "other-years"), ("2004", "old"), ("", "")],
)
def test_case_095_a_benchmark_of_other_years(build, period, note):
    """Overlapping years pass; others are said; more than five years apart, the verdict is held down."""
    cells = build(f"{HEAD}48453,{period},hispanic,adults,300000,\n48453,{period},white,adults,500000,\n")
    panel = _measured(cells)
    found = {name for name in ("other-years", "old") if panel.notes[f"benchmark.caveat-{name}"][0, 0]}
    assert found == ({note} if note else set())


def test_case_096_a_margin_larger_than_the_estimate_is_described_and_not_tested(build):
    """SE = 520 / 1.645 = 316 of 500 people: the error of the log ratio is 0.63, above the 0.3 that a test may have."""
    cells = build(f"{HEAD}48453,2011,hispanic,adults,500,520\n48453,2011,white,adults,500000,900\n")
    panel = _measured(cells)
    assert not panel.testable[0, 0]
    assert panel.notes["benchmark.caveat-imprecise"][0, 0]
    assert panel.base_error[0, 0] == pytest.approx(np.hypot(520 / 1.645 / 500, 900 / 1.645 / 500_000))
    assert population_exposure(cells, "adults", ("hispanic",)).error[0, 0] == pytest.approx(520 / 1.645)


def _measured(cells: Cells) -> Any:
    return SIGNAL.measure(cells, SIGNAL.options(exposure="adults"), np.random.default_rng(1))
