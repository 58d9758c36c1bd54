"""Bad inputs, chapter 5, cases 97-109: ethnic groups, charges, levels, and what was counted at all."""

import pytest

from auditor.audit.checking import check

COUNTS = "place,period,event,group,n\n"


def groups(*names):
    return COUNTS + "".join(f'48453,2011,arrest,"{name}",{17 + i}\n' for i, name in enumerate(names))


def test_case_097_codes_of_agencies(desk):
    """The same letter means different things: none is guessed, all are asked about at once."""
    codes = ("H", "HISP", "Mex/Lat/Hisp", "Hispa", "WWH", "L", "4")
    told = desk.read(groups(*codes, "White-Hispanic"))
    told.refused("question", *(f"'{code}' in 1 row" for code in codes), 'values.group = { "4" = ""')
    told = desk.read(groups(*codes), values={"group": dict.fromkeys(codes, "hispanic")})
    assert set(told.rows('"group"')) == {("hispanic",)}


def test_case_098_non_hispanic_holds_the_word_hispanic(desk):
    desk.read(groups("NON-HISPANIC", "Hispanic")).refused("question", "'NON-HISPANIC' in 1 row")
    told = desk.read(groups("White Non-Hispanic", "Non-Hispanic Black", "Hispanic"))
    assert [group for (group,) in told.rows('"group"')] == ["white", "black", "hispanic"]


def test_case_099_race_apart_from_ethnicity(desk):
    """One file before the merging of the two columns, one after it: nothing is combined by guess."""
    text = "place,period,event,race,ethnicity,n\n48453,2011,arrest,white,hispanic,25\n"
    desk.read(text, format="counts").refused("question", "columns 'ethnicity' and 'race' could each be group")
    told = desk.read(text, format="counts", columns={"group": "ethnicity"})
    told.says("columns not used: race")
    assert told.rows('"group", n') == [("hispanic", 25)]


def test_case_100_a_group_that_is_hardly_ever_recorded(desk):
    """2 of 902 against 40 % of the residents of Travis County in 2010: below a third, so rates are refused."""
    text = COUNTS + "48453,2011,stop,hispanic,2\n48453,2011,stop,white,900\n"
    (place,) = desk.audit(desk.source(desk.write(text))).places
    reasons = {item.signal: item.reason for item in place.withheld}
    assert reasons["benchmark"].startswith("the recorded share of the group is below a third of its share")


def test_case_101_a_third_without_a_group(desk):
    rows = "".join(f"48453,2011,arrest,{group},{n}\n" for group, n in (("hispanic", 200), ("white", 400), ("", 300)))
    (place,) = desk.audit(desk.source(desk.write(COUNTS + rows))).places
    gaps, bounds = [finding for finding in place.findings if finding.signal == "missing-ethnicity"]
    assert gaps.estimate.value == pytest.approx(1 / 3)  # 300 of 900
    assert any("no claim about groups in this place" in caveat.text["en"] for caveat in gaps.caveats)
    assert "Over every way of filling the gaps it lies between" in bounds.sentence.text["en"]


def test_case_102_groups_that_the_provider_filled_in(desk):
    """Recorded and inferred ones stay apart."""
    rows = "48453,2011,arrest,hispanic,surname,15\n48453,2011,arrest,hispanic,recorded,26\n"
    told = desk.read("place,period,event,group,group_source,n\n" + rows)
    assert told.rows("group_source, n") == [("surname", 15), ("recorded", 26)]


def test_case_103_nationality_is_no_group(desk):
    desk.read(groups("MEXICO", "white")).refused("question", "unknown group code: 'MEXICO' in 1 row")
    told = desk.read("place,event,date,citizenship\n48453,detainer,2011-08-15,MEXICO\n")
    assert told.rows('"group", n') == [(None, 1)]


def test_case_104_small_groups_are_not_collapsed(desk):
    told = desk.read(groups("native", "pacific", "asian", "other", "multiple"))
    assert [group for (group,) in told.rows('"group"')] == ["native", "pacific", "asian", "other", "multiple"]


def test_case_105_charges_missing_for_more_than_a_third(desk):
    """1,200 of 3,400: noted when the file is read; the mix of the others is not tested, and the place is told why."""
    classes = (("traffic", 300), ("licence", 200), ("theft", 300), ("burglary", 300), ("", 600))
    rows = "".join(f"48453,2011,arrest,{g},{o},{n}\n" for g in ("hispanic", "white") for o, n in classes)
    source = desk.source(desk.write("place,period,event,group,offence,n\n" + rows))
    desk.of(source).says("offence: more than 30 % of the events (arrest) carry none that is known")
    (place,) = desk.audit(source).places
    reasons = {item.signal: item.reason for item in place.withheld}
    assert reasons["minor-traffic"].startswith("more than 30 % of the events carry no offence")
    assert reasons["discretion-contrast"].startswith("more than 30 % of a group's events carry no offence")
    assert not {"minor-traffic", "discretion-contrast"} & {finding.signal for finding in place.findings}
    # Before anything is run, `check` says it too: it listed both among the signals that can speak.
    said = {item.signal: (item.can, item.reason) for item in check([desk.config(source)]).signals}
    assert {name: said[name] for name in ("discretion-contrast", "minor-traffic")} == {
        name: (False, reasons[name]) for name in ("discretion-contrast", "minor-traffic")
    }


def test_case_105_charges_missing_for_a_few(desk):
    """800 of 3,000 is less than 30 %: nothing is said and nothing withheld for it."""
    classes = (("traffic", 300), ("public-order", 200), ("theft", 300), ("burglary", 300), ("", 400))
    rows = "".join(f"48453,2011,arrest,{g},{o},{n}\n" for g in ("hispanic", "white") for o, n in classes)
    source = desk.source(desk.write("place,period,event,group,offence,n\n" + rows))
    assert "carry none that is known" not in desk.of(source).text
    (place,) = desk.audit(source).places
    assert "discretion-contrast" in {finding.signal for finding in place.findings}
    assert {"discretion-contrast", "minor-traffic"} <= {
        item.signal for item in check([desk.config(source)]).signals if item.can
    }


def test_case_106_charges_in_codes_and_free_text(desk):
    rows = "48453,2011,arrest,PC 459,25\n48453,2011,arrest,5404,26\n48453,2011,arrest,traffic,27\n"
    told = desk.read("place,period,event,offence,n\n" + rows)
    told.refused("question", "'5404' in 1 row, 'PC 459' in 1 row", 'values.offence = { "5404" = ""')


def test_case_107_levels_whose_meaning_changed(desk):
    """Priorities of 2014 are no levels; figures of two regimes stay apart."""
    head = "place,period,event,level,level_regime,n\n"
    told = desk.read(
        head + "48453,2011,removal,Level 1,offence-type,50\n48453,2015,removal,Priority 1,offence-type,60\n"
    )
    told.refused("question", "unknown level code: 'Priority 1' in 1 row")
    apart = desk.read(head + "48453,2011,removal,1,offence-type,50\n48453,2012,removal,1,conviction-based,40\n")
    assert apart.rows("level, level_regime") == [("1", "offence-type"), ("1", "conviction-based")]


def test_case_108_matches_of_two_kinds(desk):
    """Alien matches are a part of all matches: never added."""
    text = "place,period,event,n\n48453,2011,IDENT match,50\n48453,2011,alien IDENT match,40\n"
    problem = desk.read(text).refused("question", "matches of two kinds", "would count people twice")
    assert problem["where"] == "file.csv › row 3 › column event"
    told = desk.read(text, values={"event": {"IDENT match": "exclude", "alien IDENT match": "match"}})
    assert told.rows("event, n") == [("match", 40)]
    assert told.accounts() == (2, 1, 1, 0)


def test_case_108_matches_of_two_kinds_in_two_files(desk):
    desk.write("place,period,event,n\n48453,2011,IDENT match,50\n", "a.csv")
    desk.write("place,period,event,n\n48453,2012,alien IDENT match,40\n", "b.csv")
    problem = desk.of(desk.source("a.csv"), desk.source("b.csv")).refused(
        "question", "'IDENT match' here, 'alien IDENT match' in b.csv", "would count people twice", file="a.csv"
    )
    assert problem["where"] == "a.csv › column event"
    same = desk.of(desk.source("a.csv", values={"event": {"IDENT match": "match"}}), desk.source("b.csv"))
    assert same.rows("event, n") == [("match", 50), ("match", 40)]


def test_case_108_matches_of_two_kinds_in_two_headers(desk):
    """ICE's tables, typed off: one issue with all matches, the next with those of aliens."""
    head = "state,jurisdiction,period_start,period_end,cumulative,{}\n"
    desk.write(head.format("IDENT matches") + "TX,Travis,2010-01-01,2010-12-31,false,90\n", "a.csv")
    desk.write(head.format("alien IDENT matches") + "TX,Travis,2011-01-01,2011-12-31,false,40\n", "b.csv")
    told = desk.of(desk.source("a.csv"), desk.source("b.csv"))
    problem = told.refused("question", "matches of two kinds", 'columns = { "matches" = "" }', file="a.csv")
    assert problem["where"] == "a.csv › column IDENT matches"
    same = desk.of(desk.source("a.csv", columns={"matches": "IDENT matches"}), desk.source("b.csv"))
    assert same.rows("event, n") == [("match", 90), ("match", 40)]


def test_case_109_a_sample_with_weights(desk):
    told = desk.read("place,event,date,group,weight\n48453,arrest,2011-08-15,white,4.4\n")
    told.says("column 'weight' says that the rows are a sample: they are counted as they stand, without weights")
