"""Locations of counties: points and clocks that are known, and that every zone exists."""

from __future__ import annotations

import math
from zoneinfo import ZoneInfo

import pytest

from auditor.domain.locations import Location, _table, locate
from auditor.domain.places import gazetteer


# City halls and seats, to a tenth of a degree (US Geological Survey, Geographic Names Information System); the middle
# of a county lies within the stated kilometres of its largest town.
@pytest.mark.parametrize(
    ("code", "north", "east", "kilometres", "zone"),
    [
        ("27053", 44.98, -93.27, 25, "America/Chicago"),  # Minneapolis
        ("48141", 31.76, -106.49, 35, "America/Denver"),  # El Paso
        ("04013", 33.45, -112.07, 45, "America/Phoenix"),
        ("18097", 39.77, -86.16, 10, "America/Indiana/Indianapolis"),
        ("36061", 40.78, -73.97, 5, "America/New_York"),
        ("15003", 21.31, -157.86, 60, "Pacific/Honolulu"),
        ("51610", 38.88, -77.17, 3, "America/New_York"),  # Falls Church, too small for an outline
    ],
)
def test_known_places(code, north, east, kilometres, zone):
    found = locate(code)
    wide = math.cos(math.radians(north)) * (found.longitude - east)
    assert 111.2 * math.hypot(found.latitude - north, wide) < kilometres
    assert found.zone == zone


def test_every_county_but_three_has_one_within_the_country():
    counties = {place.id for place in gazetteer().counties()}
    assert counties - set(_table()) == {"02016", "60030", "60040"}
    assert set(_table()) <= counties
    for code, found in _table().items():
        assert -15 < found.latitude < 72, code
        # The Pacific islands lie east of Greenwich.
        assert -180 < found.longitude < -64 or code[:2] in ("66", "69"), code


def test_every_zone_is_known():
    for zone in {found.zone for found in _table().values()}:
        ZoneInfo(zone)


def test_older_and_newer_codes():
    assert locate("12025") == locate("12086")
    region, county = locate("09110"), locate("09003")  # Capitol and Hartford County share most towns
    assert abs(region.latitude - county.latitude) < 0.2
    assert abs(region.longitude - county.longitude) < 0.3


def test_the_first_code_that_has_one():
    assert locate("local:precinct-3", "48453") == locate("48453")
    assert locate("local:precinct-3", "") is None
    assert locate("48") is None
    assert isinstance(locate("48453", "27053"), Location)
