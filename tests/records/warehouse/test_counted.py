"""A table counted by DuckDB through Ibis gives what the same table as a file gives."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.audit.checking import report
from auditor.audit.config import Config
from auditor.audit.environment import engines
from auditor.audit.run import read_sources
from auditor.domain.source import Ledger
from auditor.errors import ConfigError, DecisionNeeded, InputError
from auditor.records.load import Loaded
from auditor.records.store import Store

from .conftest import AS_OF, DIRT, SPEC

pytest.importorskip("ibis", reason="the extra warehouse (ibis-framework) is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # what Ibis warns of is not ours to mend
Read = Callable[..., tuple[Loaded, list[tuple]]]
Make = Callable[[str], Path]
VALUES = SPEC["values"]
DUCKDB = {"path": "arrests", "engine": "duckdb", "database": "w.duckdb"}


def steps(ledger: Ledger) -> dict[tuple[str, bool], int]:
    return {(step.reason, step.quarantined): step.rows for step in ledger.steps}


def test_counts_and_ledger_are_those_of_the_file(database: Make, read: Read) -> None:
    database(DIRT)
    file, counted = read(path="arrests.csv"), read(**DUCKDB)
    assert counted[1] == file[1]
    assert len(counted[1]) > 300
    ours, theirs = counted[0].sources[0].ledger, file[0].sources[0].ledger
    assert ours.read == theirs.read == 4000
    assert steps(ours) == steps(theirs)
    assert {"place is blank", "period is blank", "date lies before 1971", "date lies in the future"} == {
        reason for reason, _ in steps(ours)
    }
    assert counted[0].sources[0].persons


@pytest.mark.parametrize("kind", ["TIMESTAMP", "DATE"])
def test_days_are_those_of_the_file_whatever_their_type(database: Make, read: Read, kind: str) -> None:
    database(DIRT)
    cast = DIRT.replace("AS date", f"::{kind} AS date").replace("CREATE TABLE", "CREATE OR REPLACE TABLE")
    cast = cast.replace("CASE WHEN i % 97", "(CASE WHEN i % 97").replace("::INT END", "::INT END)")
    database(cast)
    assert read(**DUCKDB)[1] == read(path="arrests.csv")[1]


@pytest.mark.parametrize(
    ("timed", "years"),
    [("", [("2011-01-01", "2011-12-31")]), (" + INTERVAL 9 HOUR", [("2011-01-01", "2011-01-31")])],
)
def test_dates_of_which_only_the_year_is_known(database: Make, read: Read, timed: str, years: list) -> None:
    """Forty arrests, all on 1 January: a year without months, unless an hour says that the day is meant."""
    database(
        "CREATE TABLE arrests AS SELECT '48453' AS place, "
        f"TIMESTAMP '2011-01-01'{timed} AS date, 'H' AS \"group\" FROM range(40)"
    )
    for found in (read(path="arrests.csv"), read(**DUCKDB)):
        assert [(str(row[2]), str(row[3])) for row in found[1]] == years
        assert sum(row[-5] for row in found[1]) == 40
        assert any("only their year is known" in note for note in found[0].sources[0].ledger.notes) is not timed


def test_no_column_of_people_is_asked_for(database: Make, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    from auditor.records.warehouse import fetch

    seen: list[str] = []

    def spy(backend: object, engine: str, expression: object) -> object:
        import ibis

        seen.append(ibis.to_sql(expression))
        return batches(backend, engine, expression)

    batches = fetch.batches
    monkeypatch.setattr(fetch, "batches", spy)
    database(DIRT)
    loaded, _ = read(**DUCKDB, columns={"officer": "officer"})
    assert len(seen) == 1
    assert "GROUP BY" in seen[0]
    assert not any(name in seen[0] for name in ("surname", "officer", "latitude"))
    assert "columns that stayed in the warehouse: officer, surname, latitude" in loaded.sources[0].ledger.notes


def test_the_hash_is_of_the_cells_whatever_the_order_of_rows(database: Make, read: Read) -> None:
    database(DIRT)
    first = read(**DUCKDB)[0].sources[0].sha256
    database("CREATE TABLE shuffled AS SELECT * FROM arrests ORDER BY hash(officer)")
    assert read(**{**DUCKDB, "path": "shuffled"})[0].sources[0].sha256 == first
    one = "SELECT min(officer) FROM arrests WHERE offence = 'robbery'"
    database(f"UPDATE arrests SET offence = 'dui' WHERE officer = ({one})")
    assert read(**DUCKDB)[0].sources[0].sha256 != first


def test_parquet_files_are_counted_where_they_lie(database: Make, read: Read) -> None:
    folder = database(DIRT)
    database(f"COPY arrests TO '{folder / 'arrests.parquet'}'")
    assert read(path="arrests.parquet", engine="duckdb")[1] == read(path="arrests.csv")[1]


def test_unknown_codes_are_asked_with_the_rows_that_hold_them(database: Make, read: Read) -> None:
    database(DIRT)
    with pytest.raises(DecisionNeeded) as asked:
        read(**DUCKDB, values={"group": {"H": "hispanic", "W": "white"}})
    with pytest.raises(DecisionNeeded) as from_file:
        read(path="arrests.csv", values={"group": {"H": "hispanic", "W": "white"}})
    rows = [re.search(r"'B' in [\d,]+ rows", str(error.value)) for error in (asked, from_file)]
    assert rows[0] is not None
    assert rows[1] is not None
    assert rows[0][0] == rows[1][0]


REFUSED = {
    "a number with parts": ("place, 0.5 AS agency", "of the type"),
    "a moment with a zone": ("place, now() AS date", "depends on where"),
    "a number of events": ("place, 3 AS n", "is a number of events"),
    "days as text": ("place, '2011-02-03' AS date", "single days would leave the warehouse"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_grouped_alike_is_refused(database: Make, read: Read, name: str) -> None:
    columns, said = REFUSED[name]
    day = "" if "AS date" in columns else ", DATE '2011-02-03' AS date"
    database(f"CREATE TABLE arrests AS SELECT '48453' AS {columns}{day} FROM range(30)")
    with pytest.raises(InputError) as refused:
        read(**DUCKDB)
    assert said in str(refused.value)


def test_whether_bookings_are_a_roster_is_asked(database: Make, read: Read) -> None:
    """Nothing that would tell leaves the warehouse."""
    database(DIRT)
    booked = {**DUCKDB, "constants": {"event": "booking"}}
    with pytest.raises(DecisionNeeded, match="is this a roster"):
        read(**booked)
    assert read(**booked, roster=False)[1] == read(path="arrests.csv", constants={"event": "booking"})[1]


def test_a_list_of_detainers_is_told_by_its_rows_and_not_by_its_cells(database: Make, read: Read) -> None:
    """Two cells stand for thirty bookings, each with a detainer: eleven rows are enough to tell."""
    database(
        "CREATE TABLE arrests AS SELECT '48453' AS place, DATE '2011-02-03' + 40 * (i % 2)::INT AS date, "
        "'yes' AS detainer FROM range(30) r(i)"
    )
    booked = {"constants": {"event": "booking"}, "values": {}, "roster": False}
    found = read(**DUCKDB, **booked)
    assert found[1] == read(path="arrests.csv", **booked)[1]
    assert {row[5] for row in found[1]} == {"detainer"}


def test_days_may_all_be_blank(database: Make, read: Read) -> None:
    database("CREATE TABLE arrests AS SELECT '48453' AS place, NULL::DATE AS date FROM range(30)")
    for found in (read(path="arrests.csv", values={}), read(**DUCKDB, values={})):
        assert steps(found[0].sources[0].ledger) == {("period is blank", True): 30}


def test_months_may_be_text(database: Make, read: Read) -> None:
    database("CREATE TABLE arrests AS SELECT '48453' AS place, '2011-0' || (i % 9 + 1) AS date FROM range(90) r(i)")
    assert read(**DUCKDB, values={})[1] == read(path="arrests.csv", values={})[1]


def test_names_that_are_not_there_are_answered_with_the_nearest(database: Make, read: Read) -> None:
    database(DIRT)
    with pytest.raises(InputError, match="did you mean 'arrests'"):
        read(**{**DUCKDB, "path": "arests"})
    with pytest.raises(InputError, match="did you mean 'group'"):
        read(**DUCKDB, columns={"group": "grup"})
    with pytest.raises(InputError, match=r"there is no file 'w2.duckdb'"):
        read(**{**DUCKDB, "database": "w2.duckdb"})
    database("CREATE TABLE empty AS SELECT * FROM arrests WHERE false")
    with pytest.raises(InputError, match="has no rows"):
        read(**{**DUCKDB, "path": "empty"})


@pytest.mark.parametrize(
    "option",
    [{"sheet": "1"}, {"fold": "booking"}, {"values": {"program": {"CAP": "exclude"}}}, {"constants": {"n": "1"}}],
)
def test_options_of_files_are_refused(database: Make, read: Read, option: dict) -> None:
    database(DIRT)
    with pytest.raises(ConfigError, match="not with an engine"):
        read(**DUCKDB, **option)


def test_the_environment_names_the_engine(database: Make, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    database(DIRT)
    left = {**DUCKDB, "engine": "environment"}
    monkeypatch.delenv("AUDITOR_ENGINE", raising=False)
    with pytest.raises(ConfigError, match="AUDITOR_ENGINE is not set"):
        read(**left)
    monkeypatch.setenv("AUDITOR_ENGINE", "duckbd")
    with pytest.raises(ConfigError, match="Did you mean 'duckdb'"):
        read(**left)
    monkeypatch.setenv("AUDITOR_ENGINE", "duckdb")
    assert read(**left)[1] == read(**DUCKDB)[1]


def test_an_engine_that_nobody_knows_is_refused() -> None:
    table = {"audit": {"title": "x", "as_of": AS_OF}, "sources": [{"path": "arrests", "engine": "postgress"}]}
    with pytest.raises(ConfigError, match='one of duckdb, pyspark, postgres, environment — write: engine = "postgres"'):
        Config.from_dict(table)


def test_signals_of_single_rows_say_that_these_stay(database: Make) -> None:
    folder = database(DIRT)
    (folder / "population.csv").write_text("place,group,n,period,universe\n48453,hispanic,4000,2010,residents\n")
    source = {**DUCKDB, "format": "records", "constants": {"event": "stop"}, "values": VALUES}
    audit = {"title": "x", "as_of": AS_OF}
    base = {"format": "population", "path": "population.csv"}
    config = Config.from_dict({"audit": audit, "sources": [source, base]}, folder)
    with Store() as store:
        found = report(config, read_sources(config, store))
    reasons = {signal.signal: signal.reason for signal in found.signals}
    for signal in ("veil-of-darkness", "officer-benchmark", "hold-time", "search-threshold"):
        assert "stay in the warehouse" in reasons[signal]
    assert "detainers row by row" in reasons["detainer-practice"]
    assert engines(config.sources)["warehouse"]["engines"] == ["duckdb"]


def test_an_engine_that_is_not_installed_names_the_extra(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r'pip install "auditor\[warehouse\]"'):
        read(path="arrests", engine="postgres")
