"""Outlines: complete, small, well formed, meeting at their borders."""

import re
from itertools import pairwise

import pytest

from auditor.domain.places import gazetteer
from auditor.report.shapes import county_paths, source, state_paths, view_box

PATH = re.compile(r"M-?\d+[ -]?\d+l[-\d ]+z(m-?\d+[ -]?\d+l[-\d ]+z)*")


def rings(path):
    """Read path data back into points; independent of the code that wrote it."""
    at, found = (0, 0), []
    for part in re.findall(r"[Mm]([^l]+)l([^z]+)z", path):
        start, steps = ([int(number) for number in re.findall(r"-?\d+", text)] for text in part)
        at = (at[0] + start[0], at[1] + start[1])
        ring = [at]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            ring.append((ring[-1][0] + dx, ring[-1][1] + dy))
        found.append(ring)
    return found


def area(path):
    return abs(sum(a[0] * b[1] - b[0] * a[1] for ring in rings(path) for a, b in pairwise([*ring, ring[0]]))) / 2


def test_every_county_of_2017_has_an_outline():
    codes = {place.id for place in gazetteer().counties(when=2017) if place.id[:2] < "57"}
    assert set(county_paths()) == codes
    assert len(codes) == 3142
    assert len(state_paths()) == 51


def test_every_path_is_closed_path_data_with_an_area():
    for code, path in (county_paths() | state_paths()).items():
        assert PATH.fullmatch(path), code
        assert all(len(ring) >= 3 for ring in rings(path)), code


def test_the_map_is_small_enough_for_one_page():
    assert sum(map(len, county_paths().values())) < 350_000
    assert sum(map(len, state_paths().values())) < 60_000


def test_counties_fill_their_state():
    """Counties and states share their borders, so areas agree but for three diamonds of Virginia."""
    counties = county_paths()
    for state, path in state_paths().items():
        inside = sum(area(shape) for code, shape in counties.items() if code[:2] == state)
        assert inside == (pytest.approx(area(path), rel=5e-4) if state == "51" else area(path)), state


def test_renamed_counties_keep_their_outline_and_others_have_none():
    paths = county_paths(["46113", "46102", "12025", "51515", "09110", "72001", "99999"])
    assert list(paths) == ["12025", "46102", "46113"]
    assert paths["46113"] == paths["46102"]


def test_frames_hold_their_states():
    nation = view_box()
    # Known geography, with the usual arrangement of this map: Florida east of Texas, Maine at the north-east.
    assert view_box("12").x > view_box("48").x
    assert view_box("23").y < view_box("12").y
    for state, path in state_paths().items():
        frame = view_box(state)
        for x, y in (point for ring in rings(path) for point in ring):
            assert frame.x <= x <= frame.x + frame.width
            assert frame.y <= y <= frame.y + frame.height
            assert nation.x <= x <= nation.x + nation.width
    assert re.fullmatch(r"-?\d+ -?\d+ \d+ \d+", str(nation))


def test_a_territory_has_no_frame():
    with pytest.raises(KeyError):
        view_box("72")


def test_the_source_is_named():
    assert "us-atlas" in source()
    assert "Census Bureau" in source()
