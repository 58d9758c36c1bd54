"""Cells of some places only: whatever is known place by place goes along, in the new order."""

import dataclasses

import numpy as np

from auditor.cell_facts import Leftover
from auditor.cells import Activations, Cells, Coverage, table
from auditor.row_cells import RowTable

IDS = ("48001", "48003", "48005")


def cells() -> Cells:
    counts = table([{"place": place, "n": 10 * j, "event": "arrest"} for j, place in enumerate(IDS)], IDS, ["event"])
    nothing = table([], ("48",), ["event"])
    three = np.array([False, True, False])
    names = np.array(["a", "b", "c"], dtype=object)
    days = np.array(["2009-01-01", "2010-01-01", "2011-01-01"], dtype="datetime64[D]")
    return Cells(
        IDS,
        ("A", "B", "C"),
        ("48",) * 3,
        ("48",) * 3,
        counts,
        counts,
        ("48",),
        nothing,
        ("hispanic",),
        "white",
        windows={"arrest": (("2009", "2010", "2011"), ("2012", "2013", "2014"))},
        baselines={"residents": "Census"},
        published=(True, False, True),
        simulated=(False, True, False),
        tainted=(True, True, False),
        activations=Activations(np.arange(3), names, names, days),
        coverage={"arrest": Coverage(three, np.array([0.0, 0.5, 1.0]), np.array([1, 2, 3]))},
        published_regions=(True,),
        rows=RowTable(np.arange(3), {"officer": names}, np.array([1.0, 2.0, 3.0])),
        kinds=("county", "agency", "county"),
        leftover={"arrest": Leftover(three, ~three)},
    )


def plain(value: object) -> object:
    """Return arrays as lists and objects as mappings, so that they compare."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value) if field.compare}
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return value.astype(str).tolist() if isinstance(value, np.ndarray) else value


def test_all_places_chosen_change_nothing():
    # Every field of the class, also those to come: one that is forgotten would be empty here.
    before = cells()
    assert all(getattr(before, field.name) for field in dataclasses.fields(Cells))
    assert plain(before.select(range(3))) == plain(before)


def test_what_is_known_place_by_place_takes_the_new_order():
    chosen = cells().select([2, 1])
    assert chosen.ids == ("48005", "48003")
    assert chosen.counts.total(2).tolist() == [20.0, 10.0]
    assert chosen.windows["arrest"] == (("2011", "2010"), ("2014", "2013"))
    assert chosen.coverage["arrest"].days.tolist() == [3, 2]
    assert chosen.leftover["arrest"].whole.tolist() == [False, True]
    assert chosen.activations.first(2, kinds=("a", "b", "c")).astype(str).tolist() == ["2011-01-01", "2010-01-01"]
    assert chosen.rows is not None
    assert dict(zip(chosen.rows.index.tolist(), chosen.rows.columns["officer"], strict=True)) == {0: "c", 1: "b"}
    assert (chosen.published, chosen.kinds) == ((True, False), ("county", "agency"))
    assert chosen.published_regions == (True,)
