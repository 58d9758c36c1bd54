"""Counties of audited places, and whose residents the chances hold for."""

import numpy as np
import pytest

from auditor.baselines import bisg, census2010


def test_a_place_is_its_own_county_or_that_of_its_parent():
    row = bisg.counties().row
    found = bisg.counties_of([("48453", ""), ("local:x", "48453"), ("48", ""), ("local:y", "local:z")])
    assert found.tolist() == [row["48453"], row["48453"], -1, -1]


@pytest.mark.parametrize("group", ["hispanic", "white", "other"])
def test_shares_of_residents_are_those_of_the_census(group):
    """Travis County and the nation by plain counting of the built-in table."""
    counted = {}
    for level, place in (("county", "48453"), ("nation", "US")):
        rows = {name: n for where, name, n in census2010.load(level).rows if where == place}
        counted[place] = rows[group] / sum(rows.values())
    found = bisg.resident_share(group, np.array([bisg.counties().row["48453"], -1]))
    np.testing.assert_allclose(found, [counted["48453"], counted["US"]], rtol=1e-12)
