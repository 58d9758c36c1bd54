"""Codes to the vocabularies: bad-inputs.md, cases 97, 98, 103 and 113. Nothing is guessed."""

import tomllib

import pytest

from auditor.errors import ConfigError, DecisionNeeded, InputError
from auditor.records.words import HISPANIC_WITH_RACE, VOCABULARIES

HEAD = "place,period,event,group,n\n"


def table(*groups: str) -> str:
    return HEAD + "".join(f'48453,{2000 + i},arrest,"{group}",{99 - i}\n' for i, group in enumerate(groups))


WORDS = [
    ("Hispanic", "hispanic"),
    ("HISPANIC OR LATINO", "hispanic"),
    ("Hispanic/Latino", "hispanic"),
    ("Hispanic or Latino (of any race)", "hispanic"),
    ("White, not Hispanic", "white"),
    ("White Non-Hispanic", "white"),
    ("Non-Hispanic White", "white"),
    ("White alone, not Hispanic or Latino", "white"),
    ("Black or African American", "black"),
    ("American Indian/Alaskan Native", "native"),
    ("Native Hawaiian and Other Pacific Islander", "pacific"),
    ("Two or More Races", "multiple"),
    ("Not reported", "unknown"),
    (" white ", "white"),
]


def test_full_words_are_known(loading):
    loaded = loading.one(table(*(text for text, _ in WORDS)))
    assert loading.rows(loaded, '"group"') == [(group,) for _, group in WORDS]


@pytest.mark.parametrize(
    "text",
    ["NON-HISPANIC", "Not Hispanic or Latino", "H", "W", "B", "L", "HISP", "Mex/Lat/Hisp", "4", "White alone", "Hispa",
     "Asian/Pacific Islander", "Mexican", "Non-white"],
)  # fmt: skip
def test_what_is_not_known_whole_is_a_question(loading, text):
    """NON-HISPANIC holds HISPANIC and is its opposite; letters mean other things elsewhere (cases 97, 98)."""
    problem = loading.problem(DecisionNeeded, table("Hispanic", text))
    assert (problem.column, problem.row) == ("group", 3)
    assert problem.found == f"unknown group code: {text!r} in 1 row"
    assert "none is guessed" in problem.why


@pytest.mark.parametrize("name", sorted(VOCABULARIES))
def test_no_vocabulary_word_of_one_letter_means_a_group(name):
    short = {word for word in VOCABULARIES[name].words if len(word) == 1}
    known: dict[str, set[str]] = {"group": set(), "level": {"1", "2", "3"}, "sex": {"m", "f"}}
    assert short <= known.get(name, {"y", "n", "t", "f", "1", "0"})


def test_every_word_leads_to_its_vocabulary():
    for vocabulary in VOCABULARIES.values():
        assert set(vocabulary.words.values()) <= set(vocabulary.values)


def test_the_question_lists_values_with_counts_and_ready_toml(loading):
    text = HEAD + "48453,2011,arrest,H,5\n48453,2012,arrest,W,7\n48453,2013,arrest,W,7\n48453,2014,arrest,Black,7\n"
    error = loading.error(DecisionNeeded, loading.spec(text, values={"group": {"B": "black"}}))
    (problem,) = error.problems
    assert problem.found == "unknown group code: 'W' in 2 rows, 'H' in 1 row"
    assert tomllib.loads(error.toml) == {"values": {"group": {"B": "black", "W": "", "H": ""}}}


def test_the_question_survives_hostile_text(loading):
    error = loading.error(DecisionNeeded, loading.spec(table('x"" = 1 # \\')))
    assert list(tomllib.loads(error.toml)["values"]["group"]) == ['x" = 1 # \\']


def test_the_answers_are_used(loading):
    answers = {"H": "hispanic", "W": "white", "?": "missing", "Z": "exclude"}
    loaded = loading.one(table("H", "W", "?", "Z"), values={"group": answers})
    assert loading.rows(loaded, '"group"') == [("hispanic",), ("white",), (None,)]
    assert loading.steps(loaded) == {"group 'Z' left out by the configuration": (1, False, "5")}


def test_an_unfinished_answer_stays_a_question(loading):
    problem = loading.problem(DecisionNeeded, table("H"), values={"group": {"H": ""}})
    assert "'H' in 1 row" in problem.found


def test_a_wildcard_answers_for_the_rest_and_says_for_how_many(loading):
    loaded = loading.one(table("H", "Q", "Q", "White"), values={"group": {"H": "hispanic", "*": "other"}})
    assert loading.rows(loaded, '"group"') == [("hispanic",), ("other",), ("other",), ("white",)]
    assert "group: 2 rows with 1 other value read as 'other' (configuration)" in loading.notes(loaded)


def test_a_wrong_answer_is_a_configuration_error_with_the_nearest_word(loading):
    error = loading.error(ConfigError, loading.spec(table("H"), values={"group": {"H": "hispanc"}}))
    assert "Did you mean 'hispanic'?" in str(error)


def test_answers_for_values_that_do_not_occur_are_noted(loading):
    loaded = loading.one(table("White"), values={"group": {"H": "hispanic"}})
    assert "values.group names values that this file does not hold: 'H'" in loading.notes(loaded)


@pytest.mark.parametrize(
    "mark", ["", "NA", "NULL", "IIDS ETL NULL", "(b)(6), (b)(7)(c)", "b(6), b(7)C", "Not  Applicable"]
)
def test_marks_for_missing_are_missing(loading, mark):
    loaded = loading.one(table("White", mark))
    assert loading.rows(loaded, '"group"') == [("white",), (None,)]
    assert (f"group: read as missing: {mark!r}" in loading.notes(loaded)) is bool(mark)


@pytest.mark.parametrize("text", sorted(HISPANIC_WITH_RACE))
def test_hispanic_with_a_race_is_folded_by_a_stated_rule(loading, text):
    loaded = loading.one(table(text.upper()))
    assert loading.rows(loaded, '"group"') == [("hispanic",)]
    assert "counted as hispanic, of whatever race" in loading.notes(loaded)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("level", "1/2/3", "1/2/3"),
        ("level", "3/1", "1/3"),
        ("level", "Level 2", "2"),
        ("level", "Non-Criminal", "none"),
        ("level", "1.0", "1"),
        ("level_basis", "Convicted", "conviction"),
        ("level_regime", "conviction-based", "conviction-based"),
        ("offence", "Motor Vehicle Theft", "vehicle-theft"),
        ("offence", "license", "licence"),
        ("searched", "TRUE", "yes"),
        ("contraband", "0", "no"),
        ("group_source", "Perceived", "perceived"),
    ],
)
def test_other_vocabularies(loading, column, text, value):
    loaded = loading.one(f"place,period,event,{column},n\n48453,2011,arrest,{text},5\n")
    assert loading.rows(loaded, column) == [(value,)]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Arrests", "arrest"),
        ("Alien IDENT Matches", "match"),
        ("Booked into ICE custody", "custody"),
        ("Removals and returns", "removal"),
        ("ICE detainer", "detainer"),
    ],
)
def test_events_by_their_words(loading, text, event):
    loaded = loading.one(f"place,period,event,n\n48453,2011,{text},5\n")
    assert loading.rows(loaded, "event") == [(event,)]


def test_booked_alone_is_a_question(loading):
    """Booked into a jail or by ICE: two different events (case 108)."""
    assert "'booked'" in loading.problem(DecisionNeeded, "place,period,event,n\n48453,2011,booked,5\n").found


def test_a_column_of_names_is_hidden_and_refused(loading):
    """Case 117: a person's name never appears in a message, whatever column it was mistaken for."""
    rows = "".join(f"48453,2011,arrest,Doe Jane {i},5\n" for i in range(1100))
    problem = loading.problem(InputError, "place,period,event,Full Name,n\n" + rows, columns={"group": "Full Name"})
    assert "1,100 different values" in problem.found
    few = "place,period,event,Last Name,n\n48453,2011,arrest,Doe,5\n"
    error = loading.error(DecisionNeeded, loading.spec(few, columns={"group": "Last Name"}))
    assert "Doe" not in str(error)
    assert "[hidden: 3 characters]" in str(error)
    assert "hidden, since this column may point to people: look them up in the file" in str(error)
    assert "Doe" not in str(tomllib.loads(error.toml))


@pytest.mark.parametrize("header", ["Inmate Race", "person_ethnicity", "Ethnicity of Person", "Inmate Eth Code"])
def test_codes_of_peoples_ethnicity_are_shown_to_whoever_must_say_what_they_mean(loading, header):
    """The header says whose ethnicity it is, and names nobody."""
    text = f"place,period,event,{header},n\n48453,2011,arrest,H,15\n48453,2011,arrest,W,25\n"
    error = loading.error(DecisionNeeded, loading.spec(text, columns={"group": header}))
    assert "'H' in 1 row, 'W' in 1 row" in str(error)
    assert tomllib.loads(error.toml) == {"values": {"group": {"H": "", "W": ""}}}


@pytest.mark.parametrize("header", ["Inmate Name", "person", "Inmate", "Person Race Name", "Inmate sex street"])
def test_a_trait_beside_a_name_hides_nothing_less(loading, header):
    text = f"place,period,event,{header},n\n48453,2011,arrest,Doe,5\n"
    error = loading.error(DecisionNeeded, loading.spec(text, columns={"group": header}))
    assert "Doe" not in str(error)
    assert "Doe" not in error.toml


def test_race_beside_ethnicity_is_a_question(loading):
    text = "place,period,event,race,ethnicity,n\n48453,2011,arrest,White,Hispanic,5\n"
    error = loading.error(DecisionNeeded, loading.spec(text, format="counts"))
    assert "'ethnicity' and 'race'" in error.problems[0].found
    assert tomllib.loads(error.toml) == {"columns": {"group": ""}}


def test_aliases_used_and_columns_left_are_noted(loading):
    loaded = loading.one("County FIPS,Year,Event,RACE,Count,Remarks\n48453,2011,arrest,White,5,x\n", format="counts")
    notes = loading.notes(loaded)
    for line in ("'County FIPS' read as place", "'Year' read as period", "'RACE' read as group", "'Count' read as n"):
        assert line in notes
    assert "columns not used: Remarks" in notes


def test_an_unknown_column_in_the_configuration(loading):
    error = loading.error(ConfigError, loading.spec(table("White"), format="counts", columns={"grup": "group"}))
    assert "unknown column in columns 'grup'. Did you mean 'group'?" in str(error)


def test_a_column_that_the_file_lacks(loading):
    problem = loading.problem(InputError, table("White"), columns={"group": "ETHNICTY"}, format="counts")
    assert problem.found == "there is no column 'ETHNICTY'"
    near = loading.problem(InputError, table("White"), columns={"n": "grop"}, format="counts")
    assert "did you mean 'group'?" in near.remedy


def test_a_required_column_that_is_missing(loading):
    problem = loading.problem(InputError, "place,event,n\n48453,arrest,5\n", format="counts")
    assert problem.found.startswith("no column for period or period_end or month; the file has place, event, n")
    assert "constants.period" in problem.remedy


def test_charges_of_two_digits_among_those_of_three(loading):
    """020 is rape, 20 offences against the family: the former where zeros were lost, neither where some were kept."""
    days = [f"48453,arrest,2011-08-1{i}," for i in range(3)]
    head = "place,event,date,charge\n"
    kept = loading.one(head + "".join(f"{day}{code}\n" for day, code in zip(days, ("020", "20", "180"), strict=True)),
                       charge_codes="ucr")  # fmt: skip
    assert sorted(loading.rows(kept, "offence, n")) == [("drug-sale", 1), ("sexual-assault", 1), ("unknown", 1)]
    assert "20 may be codes of two digits, or of three that lost their zero" in loading.notes(kept)
    lost = loading.one(head + "".join(f"{day}{code}\n" for day, code in zip(days, ("20", "30", "180"), strict=True)),
                       charge_codes="ucr")  # fmt: skip
    assert sorted(loading.rows(lost, "offence, n")) == [("drug-sale", 1), ("robbery", 1), ("sexual-assault", 1)]
    assert "lost their zero: 20 as 020, 30 as 030" in loading.notes(lost)
