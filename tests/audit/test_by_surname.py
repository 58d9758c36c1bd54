"""Groups by surname and place beside the recorded ones: who is counted as what, and what is not printed."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.audit.robustness.by_surname import measure_by_surname, surname_engine, surname_fields
from auditor.baselines import surnames
from auditor.cells import CellSpec
from auditor.engine.engine import Engine
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.signals.registry import signal

GROUPS = frozenset({"hispanic", "white"})
HEADER = "place,event,date,group,surname"


@pytest.fixture(autouse=True)
def _tables():
    if not surnames.available():
        pytest.skip("the extra `surnames` is not installed")


@pytest.fixture
def loaded(tmp_path):
    stores = []

    def read(*files: str):
        specs = []
        for i, text in enumerate(files):
            (tmp_path / f"r{i}.csv").write_text(text)
            specs.append(SourceSpec(path=f"r{i}.csv", format="records"))
        stores.append(Store())
        return load(specs, tmp_path, stores[-1], rows=frozenset({"event", "surname"}))

    yield read
    for store in stores:
        store.close()


def rows(place: str, counts: dict[tuple[str, str], int]) -> list[str]:
    return [
        f"{place},arrest,2011-03-04,{group},{name}" for (group, name), n in counts.items() for _ in range(n)
    ]  # fmt: skip


def opened(found):
    return lambda sql: Engine(found, ("hispanic",), "white", sql=sql)


def by_group(engine: Engine) -> dict[tuple[str, str], float]:
    cells = engine.cells(CellSpec(keys=("event", "group", "group_source")))
    table = cells.counts
    return {
        (cells.ids[j], str(group)): float(n)
        for j, group, n in zip(table.index, table.columns["group"], table.n, strict=True)
    }


def test_people_are_counted_as_their_names_suggest(loaded):
    """Garcia and Hernandez are over 90 % Hispanic, Mueller and Schmidt over 90 % white (Census 2010 surnames)."""
    counts = {
        ("white", "Garcia"): 30,
        ("hispanic", "Hernandez"): 20,
        ("white", "Mueller"): 50,
        ("hispanic", "Schmidt"): 5,
    }
    found = loaded("\n".join([HEADER, *rows("48453", counts)]))
    own = Engine(found, ("hispanic",), "white")
    named = surname_engine(found, GROUPS, opened(found))
    assert named is not None
    assert by_group(named) == {("48453", "hispanic"): 50.0, ("48453", "white"): 55.0}
    # What was recorded is as it was.
    assert by_group(own) == {("48453", "hispanic"): 25.0, ("48453", "white"): 80.0}


def test_a_name_that_is_not_in_the_tables_is_unknown(loaded):
    found = loaded("\n".join([HEADER, *rows("48453", {("white", "Qqzzxxyy"): 12, ("white", "Mueller"): 20})]))
    named = surname_engine(found, GROUPS, opened(found))
    assert named is not None
    assert by_group(named) == {("48453", "unknown"): 12.0, ("48453", "white"): 20.0}


def test_sources_without_surnames_are_left_out(loaded):
    with_names = "\n".join([HEADER, *rows("48453", {("white", "Garcia"): 12})])
    without = "\n".join(["place,event,date,group", *["48453,arrest,2012-03-04,hispanic"] * 40])
    found = loaded(with_names, without)
    named = surname_engine(found, GROUPS, opened(found))
    assert named is not None
    assert by_group(named) == {("48453", "hispanic"): 12.0}


def test_there_is_none_where_nothing_can_be_said(loaded):
    found = loaded("place,event,date,group\n48453,arrest,2011-01-01,white")
    assert surname_engine(found, GROUPS, opened(found)) is None
    found = loaded("\n".join([HEADER, *rows("48453", {("white", "Garcia"): 12})]))
    assert surname_engine(found, frozenset({"asian", "white"}), opened(found)) is None, "Asian people stand under other"


def benchmark(found):
    """Measure the benchmark as recorded and by surname."""
    own = Engine(found, ("hispanic",), "white")
    named = surname_engine(found, GROUPS, opened(found))
    one = signal("benchmark")
    rng = np.random.default_rng(1)
    panel = one.measure(own.cells(one.view(one.options())), one.options(), rng)
    return panel, measure_by_surname(named, one, panel, one.options(), rng)


def test_a_signal_is_measured_again(loaded):
    counts = {("white", "Garcia"): 300, ("hispanic", "Hernandez"): 200, ("white", "Mueller"): 500}
    panel, again = benchmark(loaded("\n".join([HEADER, *rows("48453", counts)])))
    fields = surname_fields(panel, again, 0, 0, published=False, small=11)
    assert (panel.k[0, 0], panel.n[0, 0]) == (200, 1000)
    assert (fields["k"], fields["n"]) == (500, 1000)
    # The rate ratio is proportional to the odds: (500/500) / (200/800) = 4.
    assert fields["value"] / panel.estimate[0, 0] == pytest.approx(4.0, rel=1e-9)
    assert fields["low"] < fields["value"] < fields["high"]


@pytest.mark.parametrize(("moved", "hidden"), [(0, False), (1, True), (10, True), (11, False)])
def test_what_would_tell_of_few_people_is_not_printed(loaded, moved, hidden):
    counts = {("white", "Garcia"): moved, ("hispanic", "Hernandez"): 200, ("white", "Mueller"): 500 - moved}
    panel, again = benchmark(loaded("\n".join([HEADER, *rows("48453", counts)])))
    fields = surname_fields(panel, again, 0, 0, published=False, small=11)
    assert fields["suppressed"] is hidden
    assert (fields["value"] is None) is hidden
    assert surname_fields(panel, again, 0, 0, published=True, small=11)["suppressed"] is False


def test_a_place_without_surnames_has_none_beside_it(loaded):
    with_names = "\n".join([HEADER, *rows("48453", {("white", "Garcia"): 60, ("white", "Mueller"): 90})])
    without = "\n".join(
        ["place,event,date,group", *["48201,arrest,2011-03-04,hispanic"] * 40, *["48201,arrest,2011-03-04,white"] * 40]
    )
    panel, again = benchmark(loaded(with_names, without))
    assert panel.places == ("48201", "48453")
    assert surname_fields(panel, again, 0, 0, published=False, small=11) is None
    assert surname_fields(panel, None, 1, 0, published=False, small=11) is None
