"""Bad inputs, chapter 4, cases 85-96: places, and the baselines that they are held against."""

import pytest

HEAD = "jurisdiction,state,period,event,n\n"
COUNTS = "place,period,event,group,n\n"


def places(*rows):
    return HEAD + "".join(f'"{name}",{state},2011,arrest,{7 + i}\n' for i, (name, state) in enumerate(rows))


@pytest.mark.parametrize("name", ["NA", "None", "Null", "TRUE"])
def test_case_085_places_called_like_a_missing_value(desk, name):
    """Kept as text: asked about as a name, and a place of one's own keeps it."""
    problem = desk.read(places((name, "TX"), ("Travis", "TX"))).refused("question", f"'{name}, TX'")
    assert problem["where"] == "file.csv › row 2 › column jurisdiction"
    told = desk.read(f"place,name,kind,parent\nlocal:{name},{name},precinct,36047\n")
    assert told.rows("place, name", "places") == [(f"local:{name}", name)]


def test_case_086_names_that_several_places_bear(desk):
    desk.read(places(("Washington County", ""))).refused("question", "which state?", "Washington County, AL (01129)")
    both = "Baltimore County, MD (24005) or Baltimore city, MD (24510)"
    desk.read(places(("Baltimore", "MD"))).refused("question", both)
    spelt = [("Saint Lawrence", "NY"), ("LaSalle", "IL"), ("De Kalb", "IL"), ("St. Louis city", "MO")]
    assert [place for (place,) in desk.read(places(*spelt)).rows("place")] == ["36089", "17099", "17037", "29510"]


def test_case_087_a_name_that_is_nearly_right(desk):
    told = desk.read(places(("Travs County", "TX"), ("Travis County", "TX")))
    told.refused("question", "candidates, none of them accepted: Travis County, TX (48453)")


def test_case_088_places_that_have_ended(desk):
    told = desk.read("place,period,event,n\n46113,2011,arrest,5\n51515,2011,arrest,6\n09001,2011,arrest,7\n")
    told.says("Shannon County, SD (46113) has ended and is kept as it is; now Oglala Lakota County, SD (46102)")
    told.says("Bedford city, VA (51515) has ended", "Fairfield County, CT (09001) has ended")
    assert told.accounts() == (3, 3, 0, 0)


def test_case_089_a_jail_that_serves_several_counties(desk):
    """Bookings speak of the jail, not of who arrested: the highest verdict is capped, with the reason."""
    rows = "48453,2011,booking,{0},{1}\n48201,2011,booking,{0},{1}\n"
    text = COUNTS + rows.format("hispanic", 400) + rows.format("white", 500)
    place = desk.audit(desk.source(desk.write(text))).places[0]
    said = {cap.id: cap.text["en"] for cap in place.caps}
    assert said["cap.jail"].startswith("A jail books for several agencies and is not the arresting agency")


def test_case_090_no_state_and_no_place(desk):
    told = desk.read("place,period,event,n\n48453,2011,arrest,5\n,2011,arrest,6\n")
    assert told.steps() == {"place is blank": (1, True, "3")}
    desk.read(places(("Harris County", ""), ("Travis County", "TX"))).refused("question", "which state?")


def test_case_091_a_row_that_lies_elsewhere(desk):
    told = desk.read("place,state,period,event,n\n48453,GA,2011,arrest,5\n48201,TX,2011,arrest,6\n")
    problem = told.refused("question", "code 48453 lies in Texas, the row says Georgia")
    assert problem["where"] == "file.csv › row 2 › column place"


def test_case_092_ranks_in_place_of_codes(desk):
    """Counties numbered by the alphabet: 1, 2, 4 to 6 are codes of states, 3 and 14 are none."""
    rows = "".join(f"{i},2011,arrest,{10 * i}\n" for i in (1, 2, 3, 4, 5, 6, 14))
    told = desk.read("CountyCode,period,event,n\n" + rows, columns={"place": "CountyCode"})
    told.refused("question", "7 places with no FIPS code, ORI or name", 'place_prefix = "local:"')


def test_case_093_territories_tribes_campuses_and_federal_agencies(desk):
    rows = "72001,2011,arrest,5\nPR0010000,2011,arrest,6\nTX2270500,2011,arrest,7\nUSDEA0000,2011,arrest,8\n"
    told = desk.read("place,period,event,n\n" + rows)
    assert [place for (place,) in told.rows("place")] == ["72001", "PR0010000", "TX2270500", "USDEA0000"]


def test_case_094_places_without_baseline_and_the_reverse(desk):
    desk.write(COUNTS + "48453,2011,arrest,hispanic,50\n48201,2011,arrest,white,40\n", "c.csv")
    desk.write("place,group,universe,n\n48453,hispanic,adults,1000\n13121,white,adults,1000\n", "p.csv")
    told = desk.of(desk.source("c.csv"), desk.source("p.csv"))
    told.says("1 place with a baseline and no counts (13121)", "1 place with counts and no baseline (48201)")


BOTH = COUNTS + "48453,2011,arrest,hispanic,400\n48453,2011,arrest,white,500\n"


def test_case_095_baseline_of_another_time(desk):
    desk.write(BOTH, "c.csv")
    rows = "48453,hispanic,adults,2000,90000\n48453,white,adults,2000,100000\n"
    desk.write("place,group,universe,period,n\n" + rows, "p.csv")
    told = desk.of(desk.source("c.csv"), desk.source("p.csv"))
    told.says("the baseline is of 2000-01-01 to 2000-12-31, and the counts are of 2011-01-01 to 2011-12-31: more")


def test_case_096_margin_of_error_above_the_estimate(desk):
    """It enters the interval (90 %: a standard error is a 1.645th of it), and the place is described, not tested."""
    desk.write(BOTH, "c.csv")
    rows = "48453,hispanic,adults,1000,2000\n48453,white,adults,100000,50\n"
    desk.write("place,group,universe,n,moe\n" + rows, "p.csv")
    (place,) = desk.audit(desk.source("c.csv"), desk.source("p.csv")).places
    finding = next(f for f in place.findings if "p.csv" in f.sentence.text["en"])
    assert finding.outcome == "insufficient"
    assert finding.estimate.high / finding.estimate.low > 10
    assert any("so wide a margin of error" in caveat.text["en"] for caveat in finding.caveats)


def test_case_092_a_number_with_a_sign_is_no_code(desk):
    """Found by corrupting files: "<11" moved into the column of places was the District of Columbia (11)."""
    desk.read("place,period,event,n\n48453,2011,arrest,5\n<11,2011,arrest,6\n").refused("question", "'<11'")
