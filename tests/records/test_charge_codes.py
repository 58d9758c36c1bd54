"""The lists of codes against public documents: the FBI's NIBRS manual, its arrest files, and what agencies publish."""

import pytest

from auditor.records.charge_codes import class_of, codes, lost_zeros

# FBI, NIBRS User Manual, version 2023.0 (2023), in a public transcription: its codes, each with the NCIC codes of the
# same offence ("NCIC codes" of the entry). Codes that have none are in NO_NCIC.
NCIC_OF = {
    "09A": "0901-0908 0911-0912", "09B": "0910", "11A": "1101-1103", "11B": "1104-1115", "11D": "3601",
    "36A": "3604 3607", "36B": "1116", "360": "3612", "13A": "1301-1312 1314-1315", "13B": "1313",
    "13C": "1316 5215-5216", "100": "1001-1009 1099", "120": "1201-1211 1299", "200": "2001-2009 2099",
    "220": "2201-2205 2207 2299", "23A": "2301", "23B": "2302", "23C": "2303", "23D": "2308 2311", "23E": "2307",
    "23F": "2305", "23G": "2304 2407", "23H": "2306 2309-2310 2312-2316 2410", "240": "2401-2405 2408 2412 2499",
    "250": "2501-2507 2509-2510 2589 2599", "26A": "2601-2603 2607 2699", "26B": "2605", "26C": "2604",
    "26E": "2608", "26F": "2610", "26G": "2609", "26H": "6300", "270": "2701-2705 2799", "280": "2801-2805 2899",
    "290": "2901-2906 2999", "35B": "3550", "210": "2101-2105 2199", "39B": "3901-3902 3904-3905 3907 3915-3916",
    "39C": "3908-3914", "39D": "3919", "40A": "4003-4004", "40B": "4001-4002 4006-4009 4099", "40C": "4005",
    "370": "3700-3706 3799", "510": "5101-5113 5199", "520": "5201-5214 5299", "526": "5204-5206 5211",
    "64A": "6411", "64B": "6411", "720": "7201", "30A": "0301", "30B": "0302", "30C": "0303", "30D": "0399",
    "49A": "4901 4904", "49B": "4902", "49C": "4902", "61A": "4101-4104 4199 6103", "61B": "6102", "90K": "5015",
    "90M": "5003-5004", "101": "0101", "103": "0103", "90C": "5310-5311 5399", "90D": "5403-5404",
    "90F": "3801-3803 3806-3808 3899", "90G": "4101-4104 4199", "90J": "5707",
}  # fmt: skip
DRUGS = "3501-3505 3510-3513 3520-3523 3530-3533 3540-3543 3560-3564 3570-3573 3580-3583 3599"
NO_NCIC = ["09C", "11C", "26D", "35A", "39A", "521", "522", "58A", "58B", "620", "90B", "90L", "90Z"]
WITHDRAWN = ["90A", "90E", "90H", "90I"]  # in version 1.0 (2013), not in 2023.0

# Where the two lists may differ here, and why.
APART = {
    ("240", "2408"): "the possession of a stolen vehicle is no theft of it",
    ("49C", "4902"): "flight from prosecution and from deportation under one code",
    ("90C", "5399"): "described in words: interference with an emergency call and deadly conduct in Texas",
}


def spelled(ranges: str) -> list[str]:
    """Return the codes of ranges ("1301-1312 1314")."""
    found = []
    for part in ranges.split():
        first, _, last = part.partition("-")
        found += [f"{code:04d}" for code in range(int(first), int(last or first) + 1)]
    return found


def test_nibrs_has_the_codes_of_the_manual_and_no_other():
    """71 offences of Group A and 10 of Group B in version 2023.0; four of 2013 were withdrawn since."""
    listed = {code for system, code in codes() if system == "nibrs"}
    manual = {*NCIC_OF, *NO_NCIC}
    assert listed == manual | set(WITHDRAWN)
    group_b = {code for code in manual if code.startswith("90")}
    assert (len(manual - group_b), len(group_b)) == (71, 10)


@pytest.mark.parametrize("nibrs", NCIC_OF)
def test_the_ncic_codes_of_an_offence_are_of_its_class(nibrs):
    expected = class_of("nibrs", nibrs)
    for code in spelled(NCIC_OF[nibrs]):
        assert (class_of("ncic", code) == expected) != ((nibrs, code) in APART), code


def test_drugs_have_one_code_in_nibrs_and_many_in_the_ncics_list():
    """35A is possession and sale alike; of the NCIC's codes some say which."""
    assert class_of("nibrs", "35A") == "unknown"
    assert {class_of("ncic", code) for code in spelled(DRUGS)} == {"drug-sale", "drug-possession", "unknown"}
    # Montgomery County, Maryland: "DRUGS - MARIJUANA - POSSESS" is 3562; North Dakota: 3532 cocaine, 3530 its sale.
    assert class_of("ncic", "3562") == class_of("ncic", "3532") == "drug-possession"
    assert class_of("ncic", "3530") == "drug-sale"


@pytest.mark.parametrize(
    ("three", "offence"),
    # The layout of the FBI's master file of arrests by age, sex and race (J. Kaplan, setup file of 2023).
    [
        ("020", "sexual-assault"), ("030", "robbery"), ("040", "aggravated-assault"), ("050", "burglary"),
        ("060", "theft"), ("070", "vehicle-theft"), ("080", "simple-assault"), ("090", "arson"), ("161", "other"),
        ("180", "drug-sale"), ("189", "drug-possession"), ("210", "dui"), ("230", "public-intoxication"),
        ("260", "unknown"), ("280", "public-order"), ("302", "other"),
    ],
)  # fmt: skip
def test_the_arrest_files_codes_of_three_digits(three, offence):
    assert class_of("ucr", three) == offence


def test_a_number_that_two_lists_of_the_fbi_read_differently_is_not_guessed():
    """The Handbook numbers arson 8 and other assaults 9; the arrest files the other way round."""
    assert class_of("ucr", "08") == class_of("ucr", "8") == class_of("ucr", "09") == "unknown"


@pytest.mark.parametrize(
    ("code", "offence", "words"),
    # Lists of agencies that keep the FBI's meaning: North Dakota (ND), Montgomery County, Maryland (MC).
    [
        ("4801", "public-order", "resisting officer (MC)"),
        ("4808", "other", "compounding crime (ND)"),
        ("4812", "other", "failure to report crime (ND)"),
        ("4813", "public-order", "failure to move on (ND)"),
        ("5012", "warrant", "probation violation (ND)"),
        ("5016", "other", "violation of a court order (MC)"),
        ("5309", "other", "harassing communication (MC)"),
        ("5401", "other", "hit and run (ND)"),
        ("2411", "vehicle-theft", "unauthorised use, joyriding (MC)"),
        ("2206", "other", "burglary tools: not among the codes of 220"),
    ],
)
def test_codes_that_agencies_publish_with_their_words(code, offence, words):
    assert class_of("ncic", code) == offence, words


def test_codes_of_three_digits_that_lost_their_zero():
    """20 is offences against the family in the list of two digits, and rape (020) in that of three."""
    assert lost_zeros("ucr", ["20", "11", "180", "260"]) == {"20": "020", "11": "011"}
    assert class_of("ucr", "20") == "other"
    assert class_of("ucr", "020") == "sexual-assault"


@pytest.mark.parametrize(
    "codes",
    [
        ["20", "11", "26"],  # two digits throughout
        ["20", "18", "185"],  # 18 is of two digits: 018 is no code
        ["2", "20", "180"],  # 2 is 02 without its zero: no code of three digits lost two
        ["02", "20", "180"],  # zeros are kept
    ],
)
def test_codes_of_two_digits_stay_what_they_are(codes):
    assert lost_zeros("ucr", codes) == {}


def test_codes_of_another_list_have_no_such_width():
    assert lost_zeros("ncic", ["20", "180"]) == {}
