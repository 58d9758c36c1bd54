"""Bad inputs, chapter 5, cases 110-121: other programmes, identifiers, redaction, personal data, the configuration."""

import math
from datetime import date, timedelta

import pytest

RECORDS = "place,event,date,group"


def test_case_110_records_of_another_programme(desk):
    text = f"{RECORDS},program\n48453,custody,2011-08-15,white,CBP\n48453,custody,2011-08-16,white,ERO\n"
    told = desk.read(text)
    told.says("program: 2 programmes in one file are used together: 'CBP', 'ERO'")
    filtered = desk.read(text, values={"program": {"CBP": "exclude"}})
    assert filtered.steps() == {"program 'CBP' left out by the configuration": (1, False, "2")}
    assert filtered.rows("n") == [(1,)]


def test_case_111_identifiers_that_differ_between_releases(desk):
    """The same number in two files is not the same person: each row keeps the source that its number belongs to."""
    head = f"{RECORDS},person,searched\n"
    desk.write(head + "48453,stop,2011-08-15,white,7,no\n", "a.csv")
    desk.write(head + "48453,stop,2011-09-15,white,7,no\n", "b.csv")
    told = desk.of(desk.source("a.csv"), desk.source("b.csv"))
    assert told.rows("source, person", "events") == [(0, "7"), (1, "7")]
    assert told.accounts(1) == (1, 1, 0, 0)


def test_case_112_records_without_an_identifier(desk):
    """None is dropped for it."""
    told = desk.read(f"{RECORDS},person,searched\n48453,stop,2011-08-15,white,,no\n48453,stop,2011-08-16,white,7,no\n")
    assert told.accounts() == (2, 2, 0, 0)
    assert told.rows("person", "events") == [(None,), ("7",)]


def test_case_113_redaction(desk):
    """Of whole columns and of single cells: missing, never a value of its own."""
    groups = ("(b)(6), (b)(7)(c)", "white", "b(6), b(7)c")
    told = desk.read(RECORDS + "\n" + "".join(f'48453,arrest,2011-08-15,"{group}"\n' for group in groups))
    told.says("group: read as missing: '(b)(6), (b)(7)(c)', 'b(6), b(7)c'")
    assert sorted(told.rows('"group", n'), key=str) == [("white", 1), (None, 2)]


def test_case_114_a_summary_that_contradicts_the_rows(desk):
    """43,300 in the agency's summary, 10,893 in its rows (here a hundredth): never added, never chosen between."""
    desk.write("place,period,event,n\n48453,2011,arrest,433\n", "summary.csv")
    desk.write("place,event,date\n" + "48453,arrest,2011-08-15\n" * 109, "rows.csv")
    told = desk.of(desk.source("summary.csv"), desk.source("rows.csv"))
    told.refused("question", "the same events would be counted twice", "summary.csv", file="rows.csv")


def test_case_115_records_that_look_made_up(desk):
    """Identical rows in heaps: described for the place, by the signal that looks at records themselves."""
    rows = "".join(f"48453,stop,2011-{1 + i % 12:02d}-{1 + i % 28:02d} {i % 24:02d}:00,white\n" for i in range(240))
    told = desk.audit(desk.source(desk.write(RECORDS + "\n" + rows)))
    said = [f.sentence.text["en"] for f in told.places[0].findings if f.signal == "record-authenticity"]
    assert any("on the hour" in text or "full hour" in text for text in said), said


def test_case_116_agencies_that_need_not_report(desk):
    desk.write("place,period,event,n\n22071,2011,stop,50\n", "c.csv")
    desk.write("place,name\n22071,Orleans Parish\n22051,Jefferson Parish\n", "p.csv")
    told = desk.of(desk.source("c.csv"), desk.source("p.csv"))
    told.says("1 place listed and without counts (22051): those that do not report may differ from those that do")


def test_case_117_personal_data_that_is_not_needed(desk):
    """Named as unused, and gone: no table holds a name, number or date of birth, nor does any message."""
    secrets = ("Xochitl", "Ybarra-Quint", "A098765432", "1968-02-03")
    head = f"{RECORDS},first_name,last_name,a_number,dob\n"
    told = desk.read(head + f"48453,arrest,2011-08-15,white,{','.join(secrets)}\n")
    told.says("columns not used: first_name, last_name, a_number, dob")
    tables = told.loaded.store.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    for (name,) in tables:
        held = str(told.loaded.store.connection.execute(f'SELECT * FROM "{name}"').fetchall())
        assert not any(secret in held for secret in secrets), name
    assert not any(secret in told.text for secret in secrets)


def test_case_117_a_name_in_the_wrong_column(desk):
    """Cells moved by one: a word where a day or a number belongs is not shown in a file that holds names."""
    told = desk.read("place,event,date,group,last_name\n" + "48453,arrest,Ybarra,white,2011-08-15\n" * 2)
    told.refused("input", "[hidden: 6 characters] cannot be read")
    assert "Ybarra" not in told.text
    counts = "place,period,event,group,n,last_name\n48453,2011,arrest,white,Ybarra,5\n"
    told = desk.read(counts + "48453,2011,arrest,black,5,Ybarra\n48453,2012,arrest,black,5,Ybarra\n")
    told.says("n: rows quarantined with [hidden: 6 characters]")
    assert "Ybarra" not in told.text


@pytest.mark.parametrize(
    "config, row, words",
    [
        ('[[sources]]\npath = "a.csv"\nformt = "counts"\n', 7, ("unknown key 'formt'", "did you mean 'format'?")),
        ('[[sources]]\npath = "a.csv"\nrepair_fips = "yes"\n', 7, ("repair_fips", "true or false")),
        ('[[sources]]\npath = "a.csv"\nplaces = { "A" = 01001 }\n', 7, ('"01001"',)),
        ('[[sources]]\npath = "a.csv"\npath = "b.csv"\n', 7, ("a key is given twice (first on row 6)",)),
    ],
)
def test_case_118_slips_in_the_configuration(desk, config, row, words):
    problem = desk.of(config).refused("usage", *words, file="audit.toml")
    assert problem["where"] == f"audit.toml › row {row}"


@pytest.mark.parametrize(
    "old, new", [("q = 0.05", "q = 5"), ("clear_p = 0.10", "clear_p = 1.5"), ("[families", "[familes")]
)
def test_case_118_slips_in_the_protocol(desk, old, new):
    """q = 5 for 0.05; a level that no test has; a table that nobody reads."""
    from auditor.resources import folder

    text = (folder("configs") / "protocols" / "default.toml").read_text(encoding="utf-8")
    assert old in text
    (desk.folder / "own.toml").write_text(text.replace(old, new), encoding="utf-8")
    desk.write("place,period,event,n\n48453,2011,arrest,5\n")
    told = desk.of(desk.source("file.csv"), head='protocol = "own.toml"\n')
    told.refused("usage", new.split(" = ")[0].strip("["), file="own.toml")


def test_case_118_a_group_compared_with_itself(desk):
    desk.write("place,period,event,n\n48453,2011,arrest,5\n")
    told = desk.of(desk.source("file.csv"), head='focal_groups = ["white"]\n')
    told.refused("usage", "both a focal group and the reference group", file="audit.toml")


def test_case_119_a_roster_given_as_bookings(desk):
    """One person on the lists of two days: a stock. Refused, since whoever stays long would count more than once."""
    head = "person,place,event,date,group,roster_date\n"
    rows = "".join(f"7,48453,booking,2011-08-15,white,2011-09-0{day}\n" for day in (1, 2))
    told = desk.read(head + rows)
    first = told.refused("input", "column 'roster_date' says that the rows are people held on a day", "give no rates")
    assert first["where"] == "file.csv › column roster_date"


def _held(name, header="release_date", blank="", rows=20):
    head = f"person,place,event,date,group{',' + header if header else ''}\n"
    end = f",{blank}" if header else ""
    return head + "".join(f"{i},48453,booking,2011-08-{i % 28 + 1:02d},white{end}\n" for i in range(rows)), name


@pytest.mark.parametrize(
    "content, name, words",
    [
        (*_held("file.csv"), "column 'release_date' is blank in every row"),
        (*_held("file.csv", "Days in Custody", "5"), "column 'Days in Custody' says"),
        (*_held("jail_roster_2011-09-01.csv", ""), "is a name of lists of the people held on a day"),
    ],
)
def test_case_119_what_looks_like_a_roster_is_asked_about(desk, content, name, words):
    """No rates of bookings before a person says what it is: refused as a roster, used as bookings."""
    asked = desk.read(content, name)
    asked.refused("question", words, "is this a roster", "roster = false", file=name)
    desk.read(content, name, roster=True).refused("input", words, "give no rates", file=name)
    used = desk.read(content, name, roster=False)
    used.says("they are bookings all the same (configuration)")
    assert used.accounts() == (20, 20, 0, 0)


def test_case_119_somebody_was_released(desk):
    """One release in the column, or fewer than eleven rows: a file of bookings."""
    text, _ = _held("file.csv")
    desk.read(text + "21,48453,booking,2011-08-02,white,2011-08-30\n").says("21 rows read")
    desk.read(_held("file.csv", rows=10)[0]).says("10 rows read")


def test_case_119_bookings_that_crowd_at_the_end(desk):
    """Stays of 30 days on average, drawn by their quantiles: no column says so, their days do. Noted, not refused."""
    ages = [round(-30 * math.log(1 - (i + 0.5) / 100)) for i in range(100)]
    days = [date(2011, 9, 1) - timedelta(days=age) for age in ages]
    even = [date(2011, 9, 1) - timedelta(days=i) for i in range(100)]
    for found, said in ((days, True), (even, False)):
        rows = "".join(f"48453,booking,{day},white\n" for day in found)
        told = desk.read(RECORDS + "\n" + rows)
        assert ("bookings crowd at the end" in told.text) == said


def test_case_120_several_charges_of_one_person(desk):
    """The most serious one, by the contract's rule; the first listed as the declared alternative."""
    head = "booking_id,place,event,date,group,charge\n"
    text = head + "".join(f"B1,48453,booking,2011-08-15,white,{charge}\n" for charge in ("NO DRIVERS LICENSE", "THEFT"))
    assert desk.read(text, fold="booking_id").rows("offence, n") == [("theft", 1)]
    top = desk.read(text, fold="booking_id", offence_rule="top-listed")
    assert top.rows("offence, n") == [("licence", 1)]


def test_case_121_a_national_total_larger_than_the_rows(desk):
    head = "state,jurisdiction,period_start,period_end,cumulative,submissions,matches\n"
    rows = "TX,Travis,2011-01-01,2011-12-31,false,90,9\nGA,Fulton,2011-01-01,2011-12-31,false,80,8\n"
    told = desk.read(head + rows + ",Total,2011-01-01,2011-12-31,false,31000,3700\n")
    told.says("the nationwide total is larger than the rows supplied; kept as the place US")
    assert told.rows("place, n")[-2:] == [("US", 31000), ("US", 3700)]
    other = desk.read("place,period,event,n\n48453,2011,arrest,50\n13121,2011,arrest,40\nTotal,2011,arrest,4000\n")
    assert other.steps() == {"totals row": (1, False, "4")}
