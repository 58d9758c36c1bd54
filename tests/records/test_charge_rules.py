"""Charges in words and in codes: ordered rules, each with an example, and what they leave open."""

import collections
import csv
import os
from pathlib import Path

import pytest

from auditor.domain.vocabulary import DISCRETIONARY, OFFENCES, SERIOUS
from auditor.records.charge_codes import class_of, codes, is_code
from auditor.records.charge_rules import is_detainer, rule_of, rules
from auditor.records.charge_text import plain, words

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HANDCODED = DATA / "pierce_wa_charge_seriousness_handcoded.csv"
real = pytest.mark.skipif(
    not HANDCODED.is_file() and not os.environ.get("AUDITOR_REQUIRE_DATA"), reason="the shared data are not here"
)


def offence(text: str) -> str | None:
    rule = rule_of(text)
    return rule.offence if rule else None


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.example)
def test_every_rule_is_the_first_to_fit_its_example(rule):
    """So no rule is hidden behind another."""
    assert rule_of(rule.example) is rule
    assert rule.offence in OFFENCES
    assert rule.why or rule.offence != "unknown"


def test_every_code_gives_a_class():
    assert set(codes().values()) <= set(OFFENCES)
    assert {system for system, _ in codes()} == {"nibrs", "ucr", "ncic"}


def test_no_abbreviation_stands_for_itself_or_for_another():
    for written, meant in words().items():
        assert written not in meant.split(), written
        assert not set(meant.split()) & set(words()), written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DWI", "dui"),
        ("D.W.I. 2ND", "dui"),
        ("POSS CS", "drug-possession"),
        ("POSS CS PG 1<1G", "drug-possession"),
        ("PWISD COCAINE", "drug-sale"),
        ("MAN DEL SELL POSS CONTROLLED SUBSTANCE(F*)", "drug-sale"),
        ("DWLI", "licence"),
        ("DWLS/DWLR", "licence"),
        ("NO DL", "licence"),
        ("NVOL", "licence"),
        ("FTA", "warrant"),
        ("FTA - THEFT", "warrant"),
        ("PI", "public-intoxication"),
        ("ASSLT", "simple-assault"),
        ("ASSAULT 4 /DV", "domestic-violence"),
        ("AGG ASSLT W/DW", "aggravated-assault"),
        ("UNL CARRY WPN", "weapons"),
        ("TRESP", "trespass"),
        ("CRIM TRESP /DV", "domestic-violence"),
        ("FAIL TO ID FUGITIVE INTENT GIVE FALSE (MA)", "false-identification"),
        ("SPEEDING 82 IN 65", "traffic"),
        ("TRAFFIC OFFENSE MULTIPLE", "traffic"),
        ("BURGLARY OF HABITATION", "burglary"),
        ("BURGLARY OF VEHICLE", "theft"),
        ("THEFT MTR VEH FUEL", "theft"),
        ("THEFT OF MV", "vehicle-theft"),
        ("POSSESS STOLEN VEHICLE", "other"),
        ("POSS BURG TOOLS", "other"),
        ("IDENTITY THEFT", "fraud"),
        ("B&E", "burglary"),
        ("ICE DETAINER", "immigration"),
        ("HOLD IMMIGRAT", "immigration"),
        ("FEDERAL DETAINER", "warrant"),
    ],
)
def test_what_charges_say(text, expected):
    assert offence(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HUMAN TRAFFICKING 1", "other"),
        ("DRUG TRAFFICKING", "drug-sale"),
        ("BUSINESS LIC VIOL", "other"),
        ("FISHING W/O LICENSE", "other"),
        ("SEX OFFENDER FAIL TO REGISTER", "other"),
        ("FAILURE TO INITIALLY REGISTER VEHICLE", "traffic"),
        ("THREATENED BODILY INJURY-NON DV", "simple-assault"),
        ("CONTROLLED SUBSTANCES HOMICIDE", "homicide"),
        ("ALIEN IN POSSESSION OF FIREARM", "weapons"),
        ("OBSTRUCTING JUSTICE", "other"),
        ("DURANGO", None),
    ],
)
def test_a_part_of_a_word_or_one_word_of_many_does_not_decide(text, expected):
    """Case 106: traffic is in trafficking, licence in a business licence, register in two duties."""
    assert offence(text) == expected


@pytest.mark.parametrize("text", ["TRAFFIC", "ASLT 2", "ASSAULT 3RD DEGREE", "DANGEROUS DRUGS", "FALSE INFO"])
def test_what_may_be_two_things_stays_unknown_with_the_reason(text):
    """Case 106: a heading or a degree that differs by state is left to the user."""
    rule = rule_of(text)
    assert rule is not None
    assert rule.offence == "unknown"
    assert "values.offence" in rule.why


def test_nothing_that_is_not_recognised_gets_a_class():
    assert [offence(text) for text in ("LPDA", "UICD", "MISC", "")] == [None] * 4


def test_a_detainer_is_told_from_a_charge_under_immigration_law():
    assert is_detainer("ICE DETAINER")
    assert is_detainer("Immigration Hold")
    assert not is_detainer("ILLEGAL REENTRY")
    assert not is_detainer("POSS ICE")
    assert not is_detainer("FEDERAL DETAINER")


def test_marks_and_numbers():
    assert plain("ASSLT W/DEADLY WPN (F2)") == "assault with deadly weapon f2"
    assert plain("SPEEDING 82/65") == plain("speeding 91/55") == "speeding 0 0"
    assert plain("DUI 2ND") != plain("DUI 3RD")


@pytest.mark.parametrize(
    ("system", "text", "expected"),
    [
        ("nibrs", "13A", "aggravated-assault"),
        ("nibrs", "9A", "homicide"),
        ("nibrs", "90z", "unknown"),
        ("nibrs", "35A", "unknown"),
        ("ucr", "011", "homicide"),
        ("ucr", "11", "fraud"),
        ("ucr", "1A", "homicide"),
        ("ucr", "3", "robbery"),
        ("ucr", "185", "drug-possession"),
        ("ncic", "2300", "theft"),
        ("ncic", "5404", "dui"),
        ("ncic", "901", "homicide"),
        ("ncic", "54040009", "dui"),
        ("ncic", "22990004A", "burglary"),
        ("ncic", "9990019", "homicide"),
        ("ncic", "1234567890", None),
        ("ncic", "8888", None),
    ],
)
def test_codes_of_the_three_lists(system, text, expected):
    """Facts of the FBI's lists; Texas makes eight digits of the NCIC's four, and spreadsheets lose zeros."""
    assert class_of(system, text) == expected


def test_what_is_a_bare_code():
    assert all(is_code(text) for text in ("13A", "54040009", "2300", "1.5"))
    assert not any(is_code(text) for text in ("DWI", "459 PC", "THEFT 3"))


def test_words_and_codes_of_one_charge_are_never_on_opposite_sides():
    """Charges of a Texas county with the state's codes; a code is coarser than its words, but no contradiction."""
    pairs = {
        "13990001": "ASSLT CAUSES BODILY INJ",
        "22990002": "BURGLARY OF HABITATION",
        "23990067": "THEFT>=$50<$500(B)",
        "24110003": "UNAUTHORIZED USE OF VEHICLE(FS)",
        "35620008": "POSS MARIJ <2OZ (MB)",
        "48010006": "RESIST ARREST SEARCH OR TRANSP",
        "54040009": "DRIVING WHILE INTOXICATED",
        "57070010": "CRIMINAL TRESPASS",
        "52030003": "UNL CARRYING WEAPON",
        "25890001": "FORGERY FINANCIAL INSTRUMENT(FS)",
        "11990001A": "ATTM SEXUAL ASSLT",
    }
    for code, text in pairs.items():
        sides = {class_of("ncic", code), offence(text)}
        assert sides.isdisjoint(SERIOUS) or sides.isdisjoint(DISCRETIONARY)
        assert len(sides - {"unknown"}) == 1, (code, text, sides)


def handcoded() -> list[tuple[str, str, str]]:
    with HANDCODED.open(encoding="utf-8", newline="") as handle:
        return [(row[1], row[3].strip(), row[4].strip()) for row in list(csv.reader(handle))[1:]]


@real
def test_the_603_charges_that_a_person_coded():
    """603 charges (the data's description): 12 are not recognised, 13 may be of two classes."""
    found = collections.Counter(offence(text) for text, _, _ in handcoded())
    assert sum(found.values()) == 603
    assert found[None] == 12
    assert found["unknown"] == 13


# Where our class and that person's kind differ, and why.
DIFFER = {
    "CONTROLLED SUBSTANCES HOMICIDE": "a death, ours homicide",
    "OBTAIN CS BY FRAUD": "ours fraud",
    "POSSESS COUNTERFEIT SUBSTANCE": "theirs property; ours possession",
    "UNL SOL TO POSS CONT SUB": "theirs public order; ours possession",
    "VIOL DISTRUB CS TO MINOR UNDER 18": "theirs public order; ours sale",
    "FIGHT IN PUB": "theirs violent, a misdemeanour; ours public order",
    "UNLAWFUL USE OF A FORTIFED BLDG": "theirs drug; drugs are not named",
    "SODA VIOL": "not recognised",
    "TRANS-CONS/INTOX": "not recognised",
    "ENDANG W/CONTR SUB": "possession or sale is not said, unknown",
    "INVOLV MINOR IN CS TRANSACTION": "possession or sale is not said, unknown",
    "NARCOTICS - CONTR SUB": "possession or sale is not said, unknown",
    "UU BLDG DRUGS": "possession or sale is not said, unknown",
    "VIOL NARC": "possession or sale is not said, unknown",
    "VUCSA CONSPIRACY": "possession or sale is not said, unknown",
}


@real
def test_classes_agree_with_what_a_person_took_each_charge_for():
    """Their kinds are violent, property, sex, drug and public order; drugs, sex and violence must be ours too."""
    drugs = ("drug-possession", "drug-sale")
    differ = {
        text
        for text, _, kind in handcoded()
        if (offence(text) in SERIOUS and kind not in ("violent", "property", "sex"))
        or (offence(text) in DISCRETIONARY and kind in ("violent", "sex"))
        or (offence(text) in drugs) != (kind == "drug")
    }
    assert differ == set(DIFFER)


@real
def test_what_is_discretionary_here_is_no_felony_there():
    """But for drugs, of which possession is a felony there, and a false identity card (class C)."""
    felonies = {
        text
        for text, grave, _ in handcoded()
        if offence(text) in DISCRETIONARY and offence(text) != "drug-possession" and "felony" in grave
    }
    assert felonies == {"UNL POSS FICT ID"}
