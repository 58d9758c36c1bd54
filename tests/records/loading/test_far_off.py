"""Case 91: rows whose coordinates lie elsewhere than their county."""

HEAD = "place,date,event,latitude,longitude\n"


def test_coordinates_of_another_region_are_noted(loading):
    """Los Angeles lies some 2,000 km from Travis County, Dallas some 300 (great-circle distances)."""
    text = HEAD + (
        "48453,2011-01-01,stop,30.3,-97.7\n"
        "48453,2011-01-02,stop,34.05,-118.24\n"
        "48453,2011-01-03,stop,32.8,-96.8\n"
        "48453,2011-01-04,stop,0,0\n"
        "48453,2011-01-05,stop,NA,\n"
        "02185,2011-01-05,stop,61.2,-149.9\n"
    )
    loaded = loading.one(text)
    assert "more than 400 km from the middle of the county of their row (rows 3)" in loading.notes(loaded)
    assert loaded.sources[0].ledger.used == 6


def test_nothing_is_said_where_all_lie_near(loading):
    assert "km from the middle" not in loading.notes(loading.one(HEAD + "48453,2011-01-01,stop,30.3,-97.7\n"))
