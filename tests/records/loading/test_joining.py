"""Programme starts and counts that did not meet are listed in the ledger of the starts."""

from auditor.errors import DecisionNeeded

STARTS = "place,program,date,kind\n48453,SC,2009-06-16,activated\n46113,SC,2010-08-31,activated\n"
COUNTS = "place,period,event,n\n48453,2010-01,arrest,40\n46102,2010-01,arrest,30\n"


def test_what_did_not_meet_is_listed(loading):
    loaded = loading.load(loading.spec(STARTS, "starts.csv"), loading.spec(COUNTS, "counts.csv"))
    notes = loading.notes(loaded)
    assert "programme starts of 2 places: 1 joined to counts, 1 to none (46113)" in notes
    assert "1 place with counts and no programme start here (46102)" in notes
    # Shannon County was renamed in 2015; nothing is joined by guess.
    assert "Shannon County, SD (46113), now Oglala Lakota County, SD (46102)" in notes


def test_a_decision_joins_them(loading):
    starts = loading.spec(STARTS, "starts.csv", places={"46113": "46102"})
    loaded = loading.load(starts, loading.spec(COUNTS, "counts.csv"))
    assert "programme starts of 2 places: all have counts" in loading.notes(loaded)


def test_without_counts_there_is_nothing_to_join(loading):
    assert "joined" not in loading.notes(loading.one(STARTS))


def test_a_kind_that_nobody_states_stays_unstated(loading):
    loaded = loading.one("place,program,date\n48453,SC,2009-06-16\n")
    assert loading.rows(loaded, "kind", "activations") == [(None,)]
    assert "1 date without a kind" in loading.notes(loaded)


def test_a_kind_that_is_stated_raises_no_note(loading):
    assert "without a kind" not in loading.notes(loading.one(STARTS))


def test_two_dates_are_kept_and_noted(loading):
    loaded = loading.one("place,program,date\n48453,SC,2009-06-16\n48453,SC,2009-07-01\n")
    assert len(loading.rows(loaded, "date", "activations")) == 2
    assert "48453: 2 dates for sc start, 2009-06-16 to 2009-07-01; none is preferred" in loading.notes(loaded)


def test_a_code_that_never_was_is_asked_about(loading):
    """41006 was never a county; where it has no date, as in the published list of dates, nothing hangs on it."""
    text = "place,program,date\n48453,SC,2009-06-16\n41006,SC,"
    problem = loading.problem(DecisionNeeded, f"{text}2010-06-01\n")
    assert "41006" in problem.found
    assert loading.rows(loading.one(f"{text}\n"), "place", "activations") == [("48453",)]


def test_a_baseline_under_an_older_or_newer_code_is_named(loading):
    """Case 88: Connecticut's planning regions share ground with its old counties; Shannon County is Oglala Lakota."""
    counts = "place,period,event,n\n09001,2011,arrest,40\n46102,2016,arrest,30\n"
    baseline = "place,group,n\n09190,hispanic,100\n46113,hispanic,10\n48453,hispanic,10\n"
    loaded = loading.load(loading.spec(counts, "c.csv"), loading.spec(baseline, "p.csv"))
    notes = loading.notes(loaded, 1)
    assert "2 places with counts and no baseline (09001, 46102)" in notes
    assert "Fairfield County, CT (09001): Western Connecticut Planning Region, CT (09190)" in notes
    assert "Oglala Lakota County, SD (46102): Shannon County, SD (46113)" in notes
