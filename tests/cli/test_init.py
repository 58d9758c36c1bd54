"""`auditor init` as a newcomer uses it: every doubt is a question, answers stay, the file always parses."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path

import pytest

from auditor import cli
from auditor.audit.config import load_config
from auditor.audit.drafting.template import REQUIRED, TEMPLATES
from auditor.cli_data import TEMPLATES as OFFERED
from auditor.records.adapter import fitting, found_adapters

JAIL = """booking_id,booking_dt,race_desc,inmate_name,dob,charge_desc
1,2011-03-01 10:00:00,H,"LOPEZ, ANA",1980-01-02,DWLS
2,2011-03-02 11:00:00,W,"SMITH, JOHN",1975-05-06,THEFT
2,2011-03-02 11:00:00,W,"SMITH, JOHN",1975-05-06,DUI
3,2011-04-02 11:00:00,W,"DOE, JANE",1971-05-06,DUI
"""


class Desk:
    """A folder of files, and the command line run from within."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def put(self, name: str, text: str) -> Path:
        """Write a file."""
        (self.folder / name).write_text(text, encoding="utf-8")
        return self.folder / name

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command in the folder; return its exit code, stdout and stderr."""
        code = cli.main(list(arguments))
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err

    def init(self, *files: str) -> str:
        """Draft (or go on with) audit.toml and return it."""
        code, _, said = self.run("init", *files)
        assert code == 0, said
        return self.text()

    def text(self) -> str:
        """Return audit.toml."""
        return (self.folder / "audit.toml").read_text(encoding="utf-8")

    def answer(self, *pairs: tuple[str, str]) -> None:
        """Replace texts in audit.toml, each of which must be there."""
        text = self.text()
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        self.put("audit.toml", text)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)


def test_an_unknown_layout_is_proposed_and_every_doubt_is_a_question(desk: Desk) -> None:
    desk.put("jail.csv", JAIL)
    source = tomllib.loads(desk.init("jail.csv"))["sources"][0]
    assert source["format"] == "records"
    assert source["columns"] == {"date": "booking_dt", "group": "race_desc", "charge": "charge_desc"}
    assert source["fold"] == ""
    assert source["constants"] == {"place": "", "event": ""}
    assert source["values"] == {"group": {"W": "", "H": ""}}
    config = load_config(desk.folder / "audit.toml")
    assert [question.found for question in config.open] == ['as_of = ""']


def test_running_before_answering_ends_with_the_list(desk: Desk) -> None:
    desk.put("jail.csv", JAIL)
    desk.init("jail.csv")
    for command in (("run", "audit.toml", "--quiet"), ("check", "audit.toml"), ("counts", "audit.toml", "--out", "-")):
        code, out, err = desk.run(*command)
        assert code == 4
        for question in (
            'as_of = ""',
            'constants.place = ""',
            'constants.event = ""',
            "unknown group code: 'W' in 3 rows",
        ):
            assert question in out + err
    assert not (desk.folder / "out").exists()


def test_letters_come_with_what_they_mean_elsewhere_and_never_with_an_answer(desk: Desk) -> None:
    desk.put("jail.csv", JAIL)
    text = desk.init("jail.csv")
    assert "#? 'H': hispanic in most agencies\n#? 'H': Hawaiian (pacific) in one: Bloomington, Indiana\n" in text
    assert "in Texas jails Hispanic people too" in text


def test_personal_columns_are_named_as_unused_and_their_values_stand_nowhere(desk: Desk) -> None:
    desk.put("jail.csv", JAIL)
    code, out, err = desk.run("init", "jail.csv")
    assert code == 0
    said = desk.text() + out + err
    assert "not used, since they may point to a person: 'booking_id', 'inmate_name', 'dob'" in said
    for canary in ("LOPEZ", "SMITH", "DOE", "1980-01-02", "1975"):
        assert canary not in said


def test_a_row_that_may_be_a_charge_is_pointed_out(desk: Desk) -> None:
    """Bad input 61."""
    desk.put("jail.csv", JAIL)
    text = desk.init("jail.csv")
    assert "#? QUESTION: booking_id stands in more than one row: is a row a charge, or an event?" in text
    desk.answer(*ANSWERS, ('fold = ""', 'fold = "booking_id"'), ('values.group."W" = ""', 'values.group."W" = "white"'))
    desk.init("jail.csv")
    code, out, _ = desk.run("check", "audit.toml", "--json")
    assert (code, json.loads(out)["rows"]["used"]) == (0, 3)


def test_the_configuration_holds_no_number_of_rows(desk: Desk) -> None:
    """It goes into the output folder, where a small number of people must not stand; the terminal may show it."""
    desk.put("jail.csv", JAIL.replace("H,", "Hx,", 1))
    code, out, _ = desk.run("init", "jail.csv")
    assert code == 0
    assert "'Hx' in 1 row" in out
    assert "numbers of rows may be numbers of few people" in out
    assert "1 row" not in desk.text()
    assert "4 rows" not in desk.text()


ANSWERS = (
    ('constants.place = ""', '# whose jail\nconstants.place = "48453"'),
    ('constants.event = ""', 'constants.event = "booking"  # as the clerk says'),
    ('values.group."H" = ""', 'values.group."H" = "hispanic"'),
)


def test_it_goes_on_where_the_answers_end(desk: Desk) -> None:
    desk.put("jail.csv", JAIL)
    desk.init("jail.csv")
    desk.answer(*ANSWERS)
    text = desk.init("jail.csv")
    for _, answer in ANSWERS:
        assert answer in text
    assert 'values.group."W" = ""' in text
    assert text.count("[[sources]]") == 1
    desk.answer(('values.group."W" = ""', 'values.group."W" = "white"'), ('fold = ""', 'fold = "none"'))
    code, out, _ = desk.run("init", "jail.csv")
    assert (code, "nothing is open" in out) == (0, True)
    text = desk.text()
    assert "as_of = 2011-04-30\n" in text
    assert '""' not in "\n".join(line for line in text.split("\n") if not line.startswith("#"))
    text = desk.init("jail.csv")
    assert desk.init("jail.csv") == text
    assert desk.run("check", "audit.toml")[0] == 0


def test_files_may_come_later_and_a_file_is_never_taken_twice(desk: Desk) -> None:
    desk.put("jail.csv", JAIL)
    desk.put(
        "people.csv",
        "place,period,group,universe,n\n48453,2010,hispanic,residents,300\n48453,2010,white,residents,500\n",
    )
    desk.init("jail.csv")
    desk.answer(*ANSWERS)
    text = desk.init("./jail.csv", "people.csv")
    assert [source["path"] for source in tomllib.loads(text)["sources"]] == ["jail.csv", "people.csv"]
    assert 'constants.place = "48453"' in text
    assert desk.init() == text


def test_what_is_missing_is_named_with_its_census_table(desk: Desk) -> None:
    desk.put("arrests.csv", "place,period,event,group,n\n48453,2011,arrest,hispanic,40\n48453,2012,arrest,white,50\n")
    said = " ".join(desk.init("arrests.csv").replace("\n#? ", " ").split())
    assert "Census table B03002 (Hispanic or Latino Origin by Race), ACS 5-year estimates 2009-2013" in said
    desk.put("matches.csv", "state,jurisdiction,period_end,matches\nTX,Travis,2011-12-31,40\n")
    said = " ".join(desk.init("matches.csv").replace("\n#? ", " ").split())
    assert "B05001 (Nativity and Citizenship Status in the United States)" in said


def test_tables_that_belong_together_become_one_source(desk: Desk) -> None:
    """North Carolina's five tables, as a folder or one by one; a baseline beside them is a source of its own."""
    folder = desk.folder / "nc"
    folder.mkdir()
    for name in ("STOP", "PERSON", "SEARCH", "CONTRABAND", "SEARCHBASIS"):
        (folder / f"{name}.txt").write_text("1\t2\n", encoding="utf-8")
    (folder / "people.csv").write_text("place,period,group,n\n37119,2010,hispanic,300\n", encoding="utf-8")
    for files in ([f"nc/{file.name}" for file in sorted(folder.iterdir())], ["nc"]):
        desk.run("init", *files)
        assert [(s["path"], s["format"]) for s in tomllib.loads(desk.text())["sources"]] == [
            ("nc", "nc-sbi"),
            ("nc/people.csv", "population"),
        ]
        (desk.folder / "audit.toml").unlink()


YEAR = "race,day,n,county\nH,{0}-03-01,30,48453\nW,{0}-03-02,40,48453\n"


def test_a_pattern_is_one_source_and_asks_once(desk: Desk) -> None:
    """In quotes it comes as it is written; files of one header are one source, those of later years among them."""
    (desk.folder / "records").mkdir()
    for year in (2010, 2011):
        desk.put(f"records/{year}.csv", YEAR.format(year))
    code, told, _ = desk.run("init", "records/*.csv")
    assert code == 0
    assert [source["path"] for source in tomllib.loads(desk.text())["sources"]] == ["records/*.csv"]
    assert desk.text().count('\nvalues.group."H" = ""') == 1
    assert 'then run `auditor init "records/*.csv" --out audit.toml` again' in " ".join(told.split())
    desk.put("records/2012.csv", YEAR.format(2012))
    for again in ("records/*.csv", "records/2012.csv"):
        paths = [source["path"] for source in tomllib.loads(desk.init(again))["sources"]]
        assert paths == ["records/*.csv"]


def test_files_of_other_headers_under_one_pattern_are_sources_of_their_own(desk: Desk) -> None:
    desk.put("a.csv", "place,period,event,n\n48453,2011,arrest,5\n")
    desk.put("b.csv", "place,period,group,n\n48453,2010,hispanic,300\n")
    desk.init("*.csv")
    assert [source["path"] for source in tomllib.loads(desk.text())["sources"]] == ["a.csv", "b.csv"]


def test_a_pattern_that_no_file_fits(desk: Desk) -> None:
    code, _, said = desk.run("init", "records/*.csv")
    assert code == 3
    assert "*.csv: no file fits the pattern" in said


def test_a_file_whose_name_looks_like_a_pattern(desk: Desk) -> None:
    desk.put("arrests [1].csv", "place,period,event,n\n48453,2011,arrest,5\n")
    desk.init("arrests [1].csv")
    assert [source["path"] for source in tomllib.loads(desk.text())["sources"]] == ["arrests [1].csv"]


def test_a_source_is_tried_with_the_tables_that_it_is_looked_up_in(desk: Desk) -> None:
    """A jail that a table of facilities gives to nobody is a question once that table is there."""
    row = "2007-10-02 00:00:00,Lifted,RIVERSIDE CORR. FACILITY,PHILADELPHIA,PENNSYLVANIA,\n"
    desk.put("d.csv", "date,lift_reason,det_facility,city,state,detainer_type\n" + row)
    desk.put("f.csv", "facility,name,city,county,state,kind\nYORCOPA,YORK COUNTY PRISON,YORK,YORK,PA,local\n")
    assert "places." not in desk.init("d.csv")
    text = desk.init("d.csv", "f.csv")
    assert 'places."RIVERSIDE CORR. FACILITY, PENNSYLVANIA" = ""' in text
    assert "#? QUESTION: say whose it is (a code, local:<id>, federal-prison" in text
    assert desk.run("run", "audit.toml", "--quiet")[0] == 4


HOSTILE = """a"] = 1 #,day,race,n
x,2011-03-01,"H"" = ""hispanic""
[audit]",1
x,2011-03-02,\u001b[31mred,1
x,2011-03-03,abc\u202edef,1
x,2011-03-04,back\\slash,1
x,2011-03-05,'''quoted\u2028,1
x,2011-03-06,#?,1
"""


def test_hostile_texts_stay_text(desk: Desk) -> None:
    """Headers and cells end up as keys, values and remarks: none of them becomes TOML, or steers the terminal."""
    desk.put("x.csv", HOSTILE)
    code, out, err = desk.run("init", "x.csv")
    assert code == 0
    text = desk.text()
    assert set(tomllib.loads(text)) == {"audit", "sources"}
    assert load_config(desk.folder / "audit.toml").audit.title == "Untitled audit"
    assert not any(ord(c) < 32 and c != "\n" for c in text + out + err)
    assert "\u202e" not in text + out + err
    again = desk.init("x.csv")
    assert tomllib.loads(again) == tomllib.loads(text)


def test_a_hostile_file_name(desk: Desk) -> None:
    name = 'a"b\n[audit] #.csv'
    desk.put(name, "place,period,event,group,n\n48453,2011,arrest,hispanic,40\n")
    text = desk.init(name)
    assert [source["path"] for source in tomllib.loads(text)["sources"]] == [name]
    assert desk.run("check", "audit.toml")[0] == 0


def test_a_broken_file_is_an_error_and_the_others_are_drafted(desk: Desk) -> None:
    desk.put("empty.csv", "")
    desk.put("arrests.csv", "place,period,event,group,n\n48453,2011,arrest,hispanic,40\n")
    code, _, err = desk.run("init", "empty.csv", "arrests.csv")
    assert code == 3
    assert "empty.csv" in err
    assert "arrests.csv" in desk.text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "name the data files"),
        (("nope.csv",), 3, "there is no such file"),
        (("audit.toml",), 2, "name it with --out"),
        (("x.csv", "--template", "counts"), 2, "leave the files out"),
        (("--template", "cuonts"), 2, "counts"),
    ],
)
def test_wrong_uses(desk: Desk, arguments: tuple[str, ...], code: int, said: str) -> None:
    ended = desk.run("init", *arguments)
    assert ended[0] == code
    assert said in ended[2]


def test_a_broken_configuration_is_left_as_it_is(desk: Desk) -> None:
    desk.put("jail.csv", JAIL)
    desk.put("audit.toml", "[audit]\ntitel = 1\n")
    code, _, err = desk.run("init", "jail.csv")
    assert code == 2
    assert "titel" in err
    assert desk.text() == "[audit]\ntitel = 1\n"


def test_templates_have_the_columns_of_the_contract(desk: Desk) -> None:
    assert sorted(OFFERED) == sorted(TEMPLATES) == sorted(REQUIRED)
    assert desk.run("init", "--template")[0] == 0
    header = (desk.folder / "interoperability.csv").read_text()
    assert header == (
        "state,jurisdiction,county_fips,activation_date,period_start,period_end,cumulative,submissions,matches,"
        "matches_l1,matches_l2,matches_l3,matches_none,booked,booked_l1,booked_l2,booked_l3,booked_none,removed,"
        "removed_l1,removed_l2,removed_l3,removed_none,level_regime,level_basis,source\n"
    )
    assert desk.run("init", "--template", "interoperability")[0] == 2
    assert (desk.folder / "interoperability.csv").read_text() == header


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_is_recognised_as_what_it_is(desk: Desk, name: str) -> None:
    code, out, _ = desk.run("init", "--template", name, "--out", "-")
    assert code == 0
    header = next(csv.reader(io.StringIO(out)))
    assert [adapter.name for adapter in fitting(header)] == [name]
    known = {column.name for column in found_adapters()[name].columns}
    assert {column for column in header if column != "county_fips"} <= known


def test_only_state_jurisdiction_period_end_and_one_figure_are_needed(desk: Desk) -> None:
    """Without a start or an activation date the figures run from the programme's first day, 27 October 2008."""
    desk.put(
        "statistics.csv", "state,jurisdiction,period_end,matches\nTX,Travis,2011-12-31,40\nTX,Dallas,2011-12-31,90\n"
    )
    desk.init("statistics.csv")
    code, out, _ = desk.run("check", "audit.toml", "--json")
    assert code == 0
    assert json.loads(out)["rows"] == {"read": 2, "used": 2, "excluded": 0, "quarantined": 0}
    table = desk.run("counts", "audit.toml", "--out", "-")[1]
    assert "48453,,2008-10-27/2011-12-31,match,,,,,,40\n" in table


@pytest.mark.parametrize(
    ("start", "end", "regime"),
    [
        ("2009-10-01", "2010-06-30", "offence-type"),
        ("2011-01-01", "2011-12-31", "conviction-based"),
        ("2009-10-01", "2011-12-31", "unknown"),
    ],
)
def test_regime_and_basis_are_offered_from_the_dates_with_the_reason(
    desk: Desk, start: str, end: str, regime: str
) -> None:
    row = f"TX,Travis,{start},{end},10,20,30,40"
    desk.put(
        "s.csv", f"state,jurisdiction,period_start,period_end,removed_l1,removed_l2,removed_l3,removed_none\n{row}\n"
    )
    text = desk.init("s.csv")
    assert f'#= constants.level_regime = "{regime}"' in text
    assert '#= constants.level_basis = "conviction"' in text
    assert "June 2010" in text or regime == "offence-type"
    assert desk.run("check", "audit.toml")[0] == 0


EVENTS = "Place,Date,Event,{}\n" + "".join(
    f"48453,2011-03-0{day},arrest,{cells}\n" for day in range(1, 9) for cells in ("H,Y", "W,N")
)


@pytest.mark.parametrize("header", ["Driver Race", "Inmate ethnicity", "Ethnicity/Race"])
def test_a_group_under_another_name_is_proposed_also_where_the_format_is_known(desk: Desk, header: str) -> None:
    """Else the file would be audited without groups, and nothing would say why."""
    desk.put("stops.csv", EVENTS.format(f"{header},Local"))
    source = tomllib.loads(desk.init("stops.csv"))["sources"][0]
    assert source["columns"] == {"group": header}
    assert source["values"] == {"group": {"H": "", "W": ""}}
    desk.answer((f'columns.group = "{header}"\n', ""), ('values.group."H" = ""\n', ""), ('values.group."W" = ""\n', ""))
    again = desk.init("stops.csv")
    assert "columns" not in tomllib.loads(again)["sources"][0]
    assert f'#= columns.group = "{header}"' in again


def test_a_question_about_a_column_stays_one_until_it_is_answered(desk: Desk) -> None:
    desk.put("stops.csv", EVENTS.format("Race,Driver Ethnicity"))
    for _ in range(3):
        text = desk.init("stops.csv")
        assert text.count("is read as group, and 'Driver Ethnicity' beside it is not") == 1
        assert text.count('columns.group = ""') == 1
        assert "to be written into" not in text
    _, out, _ = desk.run("init", "stops.csv")
    assert "2 questions are open" in out
    desk.answer(('columns.group = ""', 'columns.group = "Race"'))
    assert "beside it is not" not in desk.init("stops.csv")


def test_a_column_that_its_owner_left_open_is_asked_for(desk: Desk) -> None:
    desk.put("stops.csv", EVENTS.format("Race,Local"))
    desk.init("stops.csv")
    desk.answer(('format = "records"\n', 'format = "records"\ncolumns.age = ""\n'))
    again = desk.init("stops.csv")
    assert again.count('columns.age = ""') == 1
    assert "name the header of the column, or take the line out if there is none" in " ".join(again.split())
