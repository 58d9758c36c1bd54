"""What every adapter must keep: it knows its own sample and no other's, fills canonical columns, loses no row."""

import csv
import io

import pytest

from auditor.errors import InputError, NotBuiltYet, Problem, UsageError
from auditor.records.adapter import choose, fits, fitting, found_adapters, named, not_built
from auditor.records.canonical import TABLES
from auditor.records.spec import FORMATS_OF_THE_CONTRACT, SourceSpec

MORE_FORMATS = {"charge-bookings", "ddp-encounters", "fbi-agencies"}
"""Layouts read beyond those that the contract names: only ever added to."""

ADAPTERS = sorted(found_adapters())


def header(name: str) -> list[str]:
    return next(csv.reader(io.StringIO(found_adapters()[name].sample)))


def test_the_folder_holds_the_formats_of_the_contract():
    canonical = [name for name in ADAPTERS if not found_adapters()[name].base]
    assert canonical == [
        "activations", "counts", "facilities", "interoperability", "operations", "places", "population", "records",
    ]  # fmt: skip
    assert {found_adapters()[name].base for name in ADAPTERS} <= {*canonical, ""}
    assert set(ADAPTERS) <= {*canonical, *FORMATS_OF_THE_CONTRACT, *MORE_FORMATS}


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("sample", ADAPTERS)
def test_an_adapter_recognises_its_own_sample_and_no_other(name, sample):
    assert (found_adapters()[name] in fitting(header(sample))) is (name == sample)


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_sample_loads_and_no_row_vanishes(name, loading):
    adapter = found_adapters()[name]
    # A report of one jail does not name its county; ICE's encounters name no place and are no event of their own.
    options = {"constants": {"place": "48453"}} if adapter.fold or name == "ddp-encounters" else {}
    if name == "ddp-encounters":
        options["values"] = {"event": {"CAP Local": "custody", "Located": "custody"}}
    loaded = loading.one(adapter.sample, **options)
    ledger = loaded.sources[0].ledger
    assert loaded.sources[0].format == name
    assert ledger.read == len(adapter.sample.splitlines()) - 1
    assert ledger.quarantined == 0
    assert ledger.used > 0
    assert adapter.fold or ledger.used == ledger.read


@pytest.mark.parametrize("table", sorted(TABLES))
def test_tables_have_the_agreed_columns_and_types(table, loading):
    """The canonical tables exist with their columns in order, whatever was read."""
    loaded = loading.one(found_adapters()["counts"].sample)
    described = loaded.store.connection.execute(f"DESCRIBE {table}").fetchall()
    names = [part.split()[0].strip('"') for part in TABLES[table].split(", ")]
    assert [row[0] for row in described] == names
    said = ", ".join(f"typeof(NULL::{part.split()[1]})" for part in TABLES[table].split(", "))
    assert tuple(row[1] for row in described) == loaded.store.connection.execute(f"SELECT {said}").fetchone()


@pytest.mark.parametrize("name", ADAPTERS)
def test_columns_of_an_adapter_are_unique(name):
    names = [column.name for column in found_adapters()[name].columns]
    assert len(names) == len(set(names))


def test_every_format_of_the_contract_is_built_and_one_that_were_not_would_say_so(monkeypatch):
    assert not_built() == ()
    monkeypatch.setattr("auditor.records.adapter.FORMATS_OF_THE_CONTRACT", ("counts", "to-come"))
    assert not_built() == ("to-come",)
    with pytest.raises(NotBuiltYet, match=r"'to-come' is not built yet.*counts"):
        named("to-come")


def test_an_unknown_format_gets_the_nearest_name():
    with pytest.raises(UsageError, match="Did you mean 'interoperability'"):
        named("interoperabilty")


def test_auto_refuses_what_nothing_fits():
    with pytest.raises(InputError) as caught:
        choose(SourceSpec(path="x.csv"), ["colour", "size"], Problem("", "", "", file="x.csv"))
    (problem,) = caught.value.problems
    assert (problem.file, problem.found) == ("x.csv", "no format fits the columns colour, size")
    assert "format" in problem.remedy


def test_a_configured_column_helps_recognition():
    spec = SourceSpec(path="x.csv", columns={"place": "where", "n": "how many"}, constants={"event": "arrest"})
    assert fits(spec, ["where", "year", "how many"])
    assert not fits(SourceSpec(path="x.csv"), ["where", "year", "how many"])


def test_a_cover_sheet_is_set_aside_when_another_sheet_holds_the_data(loading):
    """Case 25: of two sheets only one is a table of counts; the other is accounted for."""
    sheets = {
        "Data": [["place", "period", "event", "n"], ["48453", "2011", "arrest", "5"]],
        "About": [["topic", "text"], ["contact", "desk"], ["phone", "none"]],
    }
    loaded = loading.load(loading.workbook(sheets))
    assert [(source.sheet, source.ledger.read, source.ledger.used) for source in loaded.sources] == [
        ("Data", 1, 1),
        ("About", 2, 0),
    ]
    reason = "sheet of another kind (without the columns of the format)"
    assert loading.steps(loaded, 1) == {reason: (2, False, "")}


def test_sheets_of_one_layout_are_sources_of_their_own(loading):
    head = ["place", "period", "event", "n"]
    sheets = {"FY10": [head, ["48453", "2010", "arrest", "5"]], "FY11": [head, ["48453", "2011", "arrest", "7"]]}
    loaded = loading.load(loading.workbook(sheets))
    assert loading.rows(loaded, "source, n") == [(0, 5), (1, 7)]
