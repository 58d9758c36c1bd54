"""North Carolina's stop reports: the five tables without names, and the sums made of them.

Columns and widths: the Bureau's key to the data (nc_sbi_raw_data_key.csv of the shared data, held to it below). The
tables of these tests are invented.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from auditor.domain.vocabulary import OFFENCES
from auditor.errors import DecisionNeeded, InputError
from auditor.records.nc_tables import BUNDLE
from auditor.records.quality import assess
from auditor.records.spec import SourceSpec

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
GROUPED = DATA / "nc_mecklenburg_sheriff_stops_2002_2022_grouped.csv"
PURPOSES = DATA / "nc_mecklenburg_sheriff_stop_purpose_counts.csv"
KEY = DATA / "nc_sbi_raw_data_key.csv"
real = pytest.mark.skipif(
    not GROUPED.is_file() and not os.environ.get("AUDITOR_REQUIRE_DATA"), reason="the shared data are not here"
)
WANTED = frozenset({"group", "searched", "contraband", "cited", "booked", "sex", "age", "minute", "officer"})
WIDTHS = {member.name: member.layout.widths for member in BUNDLE.members}
HERE = {"constants": {"place": "37119"}}


def stop(number: str, *, purpose="1", action="3", arrest="0", day="2015-03-01 21:15:00.000", at="60", officer="17"):
    flags = [arrest, "0", "0", "0", "0", "0", "0"]
    return [number, "Mecklenburg County Sheriff", day, purpose, action, *flags, officer, at, "CHARLOTTE"]


def search(number: str, of: str, person: str, *, vehicle="0", driver="1", passenger="0"):
    return [number, of, person, "3", vehicle, driver, passenger, "0", "0", "0", "0"]


def found(number: str, searched: str, person: str, of: str):
    return [number, searched, person, of, *["0"] * 5, "2", "0", "0", "0", "0"]


def tables() -> dict[str, list[list[str]]]:
    """Three stops: a search that found something, one that did not, and none; and a passenger."""
    return {
        "STOP": [
            stop("100"),
            stop("101", action="4"),
            stop("102", action="5", day="2015-04-02 00:00:00.000", officer="Unknown"),
        ],
        "PERSON": [
            ["1", "100", "D", "34", "M", "H", "W"],
            ["2", "101", "D", "51", "F", "N", "B"],
            ["3", "101", "P", "20", "M", "N", "W"],
            ["4", "102", "D", "19", "F", "N", "W"],
        ],
        "SEARCH": [search("900", "100", "1"), search("901", "101", "3")],
        "CONTRABAND": [found("800", "900", "1", "100")],
        "SEARCHBASIS": [["700", "900", "1", "100", "OB"]],
    }


def tab(name: str, row: list[str]) -> str:
    return "\t".join(row) + "\r\n"


def fixed(name: str, row: list[str]) -> str:
    """The last column as long as what stands in it."""
    return "".join(cell.ljust(width) for cell, width in zip(row, WIDTHS[name], strict=True)).rstrip() + "\r\n"


class Tables:
    """Writes the tables into a folder of their own and loads it."""

    def __init__(self, loading) -> None:
        self.loading = loading

    def spec(self, given, line=tab, *, head=False, **options) -> SourceSpec:
        folder = self.loading.folder / "sbi"
        folder.mkdir(exist_ok=True)
        for member in BUNDLE.members:
            if member.name in given:
                rows = [list(member.layout.names), *given[member.name]] if head else given[member.name]
                text = "".join(line(member.name, row) for row in rows)
                (folder / f"{member.name.capitalize()}.txt").write_bytes(text.encode())
        return SourceSpec(path="sbi", **(HERE | options))

    def load(self, given, line=tab, *, head=False, **options):
        return self.loading.load(self.spec(given, line, head=head, **options), rows=WANTED)


@pytest.fixture
def sbi(loading) -> Tables:
    return Tables(loading)


@pytest.mark.skipif(not KEY.is_file() and not os.environ.get("AUDITOR_REQUIRE_DATA"), reason="no shared data")
def test_the_columns_are_those_of_the_key():
    known: dict[str, dict[str, int]] = {}
    for first, name, *_, width in list(csv.reader(KEY.read_text(encoding="utf-8").splitlines()))[1:]:
        if first:
            table = first.removesuffix(" Data").removesuffix("S") if first.startswith("STOPS") else first.split()[0]
        elif name:
            known.setdefault(table, {})[name] = int(width)
    ours = {m.name: dict(zip(m.layout.names, m.layout.widths, strict=True)) for m in BUNDLE.members}
    assert ours == known


@pytest.mark.parametrize(("line", "head"), [(tab, False), (tab, True), (fixed, False)])
def test_five_tables_are_one_source(sbi, loading, line, head):
    """Tab-delimited without names, as they come; with names; and in the widths of the key."""
    loaded = sbi.load(tables(), line, head=head)
    columns = '"group", searched, contraband, cited, booked, sex, age, minute'
    assert loading.rows(loaded, columns, "events") == [
        ("hispanic", True, True, True, False, "male", 34, 21 * 60 + 15),
        ("black", True, False, False, True, "female", 51, 21 * 60 + 15),
        ("white", False, None, False, False, "female", 19, None),
    ]
    assert loading.rows(loaded, 'place, agency, start, event, "group", searched, contraband, n')[0] == (
        "37119", "Mecklenburg County Sheriff", date(2015, 3, 1), "stop", "hispanic", "yes",
        "yes", 1,
    )  # fmt: skip


def test_every_row_of_every_table_is_accounted_for(sbi, loading):
    loaded = sbi.load(tables())
    found = {source.name: source.ledger for source in loaded.sources}
    assert {name: (ledger.read, ledger.used) for name, ledger in found.items()} == {
        "Person.txt": (4, 3),
        "Stop.txt": (3, 0),
        "Search.txt": (2, 0),
        "Contraband.txt": (1, 0),
        "Searchbasis.txt": (1, 0),
    }
    assert loading.steps(loaded, 1) == {"joined to the rows of Person.txt": (3, False, "")}
    assert len({source.sha256 for source in loaded.sources}) == 5
    # Nothing is wrong with a table whose rows stand in those of another.
    assert [quality.grade for quality in assess(loaded)] == ["A"] * 5


def test_passengers_are_left_out_until_asked_for(sbi, loading):
    """They are in the tables where something befell them; counted as stops they would swell their groups."""
    assert loading.steps(sbi.load(tables()))["event 'passenger' is left out in this format"][0] == 1
    every = sbi.load(tables(), values={"event": {"passenger": "stop"}})
    assert (3, "white", True, False) in loading.rows(every, 'row, "group", searched, contraband', "events")


def test_a_search_of_a_passenger_alone_counts_for_the_stop_and_is_noted(sbi, loading):
    given = tables()
    given["SEARCH"][1] = search("901", "101", "3", driver="0", passenger="1")
    loaded = sbi.load(given, published=True)
    assert loading.rows(loaded, "searched", "events")[1] == (True,)
    assert "a passenger alone was searched" in loading.notes(loaded)
    assert "the driver's group (1 stop)" in loading.notes(loaded)


@pytest.mark.parametrize("missing", ["STOP", "PERSON", "SEARCH", "CONTRABAND"])
def test_a_missing_table_is_named(sbi, loading, missing):
    given = tables()
    del given[missing]
    (problem,) = loading.error(InputError, sbi.spec(given)).problems
    assert problem.found.startswith(f"no file of the table {missing} beside ")


def test_a_bare_table_of_a_named_format_asks_for_the_others(sbi, loading):
    sbi.spec(tables())
    error = loading.error(InputError, SourceSpec(path="sbi/Stop.txt", format="nc-sbi"))
    assert len(error.problems) == 3


def test_the_basis_of_searches_is_not_needed(sbi, loading):
    given = tables()
    del given["SEARCHBASIS"]
    loaded = sbi.load(given)
    assert loaded.sources[0].ledger.used == 3
    assert "there is no file of the table SEARCHBASIS; nothing is read from it" in loading.notes(loaded)


def test_two_exports_in_one_folder_are_not_put_together(sbi, loading):
    spec = sbi.spec(tables())
    (loading.folder / "sbi" / "STOP_2019.txt").write_text(tab("STOP", stop("200")))
    (problem,) = loading.error(InputError, spec).problems
    assert "2 files of the table STOP: STOP_2019.txt, Stop.txt" in problem.found


def test_what_lies_beside_the_tables_is_passed_over_and_named(sbi, loading):
    spec = sbi.spec(tables())
    (loading.folder / "sbi" / "STOP_format.txt").write_text("10.0\n15\n")
    (loading.folder / "sbi" / "QUERY_README.txt").write_text("about\n")
    loaded = loading.load(spec)
    assert "passed over: QUERY_README.txt, STOP_format.txt" in loading.notes(loaded)


def test_a_table_with_other_columns_is_refused(sbi, loading):
    given = tables()
    given["PERSON"] = [[*row, "more"] for row in given["PERSON"]]
    (problem,) = loading.error(InputError, sbi.spec(given)).problems
    assert "8 columns, where this table has 7: PersonID, StopID" in problem.found


def test_rows_that_fit_no_other_table_are_quarantined(sbi, loading):
    given = tables()
    given["PERSON"].append(["5", "999", "D", "40", "M", "N", "W"])
    given["SEARCH"].append(search("902", "998", "5"))
    given["STOP"].append(stop("997"))
    loaded = sbi.load(given)
    assert loading.steps(loaded)["no stop with this StopID"] == (1, True, "5")
    assert loading.steps(loaded, 1)["no person with this StopID"] == (1, True, "4")
    assert loading.steps(loaded, 2)["no person with this StopID"] == (1, True, "3")


def test_a_stop_in_two_versions_is_not_chosen_between_and_one_given_twice_joined_once(sbi, loading):
    given = tables()
    given["STOP"] += [stop("100"), stop("101", purpose="7")]
    loaded = sbi.load(given)
    assert loading.steps(loaded)["its StopID stands in STOP with two different stops"] == (2, True, "2, 3")
    assert loading.rows(loaded, "n") == [(1,), (1,)]
    assert "stops that stand twice in the same words, e.g. in row 4: joined once" in loading.notes(loaded, 1)


@pytest.mark.parametrize(
    ("ethnicity", "race", "group"),
    [("H", "W", "hispanic"), ("H", "B", "hispanic"), ("H", "", "hispanic"), ("N", "A", "asian"), ("N", "I", "native"),
     ("N", "B", "black"), ("n", "w", "white"), ("", "W", "unknown"), ("", "", "unknown")],
)  # fmt: skip
def test_race_and_ethnicity_stand_apart(sbi, loading, ethnicity, race, group):
    """Case 99: a race without an ethnicity says nothing of who is Hispanic."""
    given = tables()
    given["PERSON"][0] = ["1", "100", "D", "34", "M", ethnicity, race]
    assert loading.rows(sbi.load(given), '"group"', "events")[0] == (group,)


def test_race_u_is_a_question(sbi, loading):
    """Case 97: one public reader takes it for other, another for other or unknown."""
    given = tables()
    given["PERSON"][0] = ["1", "100", "D", "34", "M", "N", "U"]
    (problem,) = loading.error(DecisionNeeded, sbi.spec(given)).problems
    assert "unknown group code: 'N U' in 1 row" in problem.found
    decided = sbi.load(given, values={"group": {"N U": "other"}})
    assert loading.rows(decided, '"group"', "events")[0] == ("other",)


def test_the_number_of_a_county_is_no_fips_code(sbi, loading):
    """Case 92: 3 is the third county by name in such lists, and 37003 is the second."""
    given = tables()
    given["STOP"] = [[*row[:13], "3", row[14]] for row in given["STOP"]]
    error = loading.error(DecisionNeeded, sbi.spec(given, constants={}))
    assert "'StopLocation 3" in error.problems[0].found
    decided = sbi.load(given, constants={}, places={"StopLocation 3, NC": "37005"})
    assert {row[0] for row in loading.rows(decided, "place")} == {"37005"}


def test_an_unknown_purpose_or_outcome_stays_and_is_asked_about(sbi, loading):
    given = tables()
    given["STOP"][0] = stop("100", action="6")
    with pytest.raises(DecisionNeeded, match="'6' in 1 row"):
        sbi.load(given)


def test_officers_written_as_unknown_are_none(sbi, loading):
    assert loading.rows(sbi.load(tables()), "officer", "events") == [("17",), ("17",), (None,)]


SUMS = "year,driver_race,stop_purpose,search_type,contraband_found,engage_force,count\n"


def test_sums_alike_in_every_cell_are_added_and_no_kind_of_search_is_no_search(loading):
    rows = (
        "2002,Hispanic,Speed Limit Violation,,False,False,3\n" * 2 + "2002,White,Investigation,Consent,True,False,2\n"
    )
    loaded = loading.one(SUMS + rows, **HERE)
    assert loaded.sources[0].format == "nc-sbi"
    assert loading.rows(loaded, '"group", searched, contraband, n') == [
        ("hispanic", "no", "no", 6),
        ("white", "yes", "yes", 2),
    ]
    assert "fewer than 11 rows equal to another row in every column; kept and counted" in loading.notes(loaded)
    assert "rows alike in every cell are different sums, and are added by count" in loading.notes(loaded)


def test_a_kind_of_search_that_is_not_known_is_a_question(loading):
    problem = loading.problem(DecisionNeeded, SUMS + "2002,White,Investigation,No Search,False,False,2\n", **HERE)
    assert "unknown searched code: 'No Search' in 1 row" in problem.found


@real
def test_the_mecklenburg_file(loading):
    """11,171 rows of which 8,401 repeat another (the data's description); 40,297 drivers, found in 10 of 57 searches
    of Hispanic, 35 of 93 of White and 59 of 188 of Black ones: pandas, sums of ``count`` over the file itself."""
    loaded = loading.load(SourceSpec(path=str(GROUPED), **HERE), rows=WANTED)
    assert (loaded.sources[0].ledger.read, loaded.sources[0].ledger.used) == (11_171, 11_171)
    assert "8,401 rows equal to another row in every column; kept and counted" in loading.notes(loaded)
    run = loaded.store.connection.execute
    assert run("SELECT sum(n) FROM counts").fetchall() == [(40_297,)]
    rates = run(
        'SELECT "group", sum(n) FILTER (searched), sum(n) FILTER (contraband), bool_or(contraband AND NOT searched) '
        "FROM events WHERE \"group\" IN ('hispanic', 'white', 'black') GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert [(group, int(n), int(k)) for group, n, k, _ in rates] == [
        ("black", 188, 59),
        ("hispanic", 57, 10),
        ("white", 93, 35),
    ]


@real
def test_the_mecklenburg_sums_are_those_of_its_table_of_purposes(loading):
    """The second file of the same source gives the stops of each year, purpose and race: 1,116 cells, 40,297 stops.

    Each purpose stands under a class of its own here, only so that the ten can be told apart.
    """
    words = {"Asian": "asian", "Black": "black", "Hispanic": "hispanic", "Native American": "native", "Other": "other",
             "White": "white"}  # fmt: skip
    table: Counter[tuple[int, str, str]] = Counter()
    for row in csv.DictReader(PURPOSES.read_text(encoding="utf-8").splitlines()):
        for race, group in words.items():
            table[int(row["year"]), row["stop_purpose"], group] += int(float(row[race]))
    assert (len(table), sum(table.values())) == (1_116, 40_297)
    classes = dict(zip(sorted({purpose for _, purpose, _ in table}), OFFENCES, strict=False))
    decided = {"columns": {"offence": "stop_purpose"}, "values": {"offence": classes}}
    loaded = loading.load(SourceSpec(path=str(GROUPED), **HERE, **decided))
    ours = loaded.store.connection.execute(
        'SELECT year(start), offence, "group", sum(n) FROM counts GROUP BY ALL'
    ).fetchall()
    purposes = {value: purpose for purpose, value in classes.items()}
    assert {(year, purposes[offence], group): int(n) for year, offence, group, n in ours} == +table
