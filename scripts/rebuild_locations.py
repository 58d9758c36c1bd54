"""Rebuild ``auditor/data/locations.csv``: where each county lies, and by which clock it lives.

The middle is the centroid of the outline in ``counties-10m.json`` of the npm package us-atlas 3.0.1 (ISC; US Census
Bureau cartographic boundary files, 2017, public domain), in degrees. Codes that the file does not hold (older and newer
ones) take the mean of the codes that they became, or that became them, as ``counties.csv`` says.

The clock is written out below: the zone of each state, and the counties that keep another one, from 49 CFR part 71
(Standard Time Zone Boundaries, US Department of Transportation) and the comments of the IANA time-zone database (public
domain), whose names are used. A county that two zones share has that of its seat or largest town.

    npm pack us-atlas@3.0.1 && tar xzf us-atlas-3.0.1.tgz
    python scripts/rebuild_locations.py package [--check]
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import sys
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "auditor" / "data"
TARGET = DATA / "locations.csv"
HEADER = ("fips", "latitude", "longitude", "zone")

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
WHOLE = {
    EASTERN: "CT, DC, DE, FL, GA, KY, MA, MD, ME, NC, NH, NJ, NY, OH, PA, RI, SC, VA, VT, WV",
    CENTRAL: "AL, AR, IA, IL, KS, LA, MN, MO, MS, ND, NE, OK, SD, TN, TX, WI",
    MOUNTAIN: "CO, MT, NM, UT, WY",
    PACIFIC: "CA, NV, OR, WA",
    "America/Anchorage": "AK",  # the panhandle and Nome have kept the same clock since 1983
    "America/Phoenix": "AZ",  # the Navajo Nation changes its clocks
    "Pacific/Honolulu": "HI",
    "America/Boise": "ID",
    "America/Indiana/Indianapolis": "IN",
    "America/Detroit": "MI",
    "Pacific/Pago_Pago": "AS",
    "Pacific/Guam": "GU, MP",
    "America/Puerto_Rico": "PR, VI",
}
ZONES = {state: zone for zone, states in WHOLE.items() for state in states.split(", ")}
# Counties that keep another clock than their state, by name.
APART: dict[str, dict[str, str]] = {
    "FL": {CENTRAL: "Bay, Calhoun, Escambia, Holmes, Jackson, Okaloosa, Santa Rosa, Walton, Washington"},
    "ID": {PACIFIC: "Benewah, Bonner, Boundary, Clearwater, Idaho, Kootenai, Latah, Lewis, Nez Perce, Shoshone"},
    "IN": {
        CENTRAL: "Gibson, Jasper, Lake, LaPorte, Newton, Porter, Posey, Spencer, Vanderburgh, Warrick",
        EASTERN: "Dearborn, Ohio",
        "America/Kentucky/Louisville": "Clark, Floyd, Harrison",
        "America/Indiana/Knox": "Starke",
        "America/Indiana/Marengo": "Crawford",
        "America/Indiana/Petersburg": "Pike",
        "America/Indiana/Tell_City": "Perry",
        "America/Indiana/Vevay": "Switzerland",
        "America/Indiana/Vincennes": "Daviess, Dubois, Knox, Martin",
        "America/Indiana/Winamac": "Pulaski",
    },
    "KS": {MOUNTAIN: "Greeley, Hamilton, Sherman, Wallace"},
    "KY": {
        CENTRAL: "Adair, Allen, Ballard, Barren, Breckinridge, Butler, Caldwell, Calloway, Carlisle, Christian, "
        "Clinton, Crittenden, Cumberland, Daviess, Edmonson, Fulton, Graves, Grayson, Green, Hancock, Hart, "
        "Henderson, Hickman, Hopkins, Livingston, Logan, Lyon, McCracken, McLean, Marshall, Metcalfe, Monroe, "
        "Muhlenberg, Ohio, Russell, Simpson, Todd, Trigg, Union, Warren, Webster",
        "America/Kentucky/Monticello": "Wayne",
    },
    "MI": {"America/Menominee": "Dickinson, Gogebic, Iron, Menominee"},
    "ND": {
        MOUNTAIN: "Adams, Billings, Bowman, Dunn, Golden Valley, Grant, Hettinger, Slope, Stark",
        "America/North_Dakota/Beulah": "Mercer",
        "America/North_Dakota/Center": "Oliver",
    },
    "NE": {
        MOUNTAIN: "Arthur, Banner, Box Butte, Chase, Cheyenne, Dawes, Deuel, Dundy, Garden, Grant, Hooker, Keith, "
        "Kimball, Morrill, Perkins, Scotts Bluff, Sheridan, Sioux"
    },
    "OR": {"America/Boise": "Malheur"},
    "SD": {
        MOUNTAIN: "Bennett, Butte, Corson, Custer, Dewey, Fall River, Haakon, Harding, Jackson, Lawrence, Meade, "
        "Oglala Lakota, Pennington, Perkins, Shannon, Ziebach"
    },
    "TN": {
        EASTERN: "Anderson, Blount, Bradley, Campbell, Carter, Claiborne, Cocke, Grainger, Greene, Hamblen, Hamilton, "
        "Hancock, Hawkins, Jefferson, Johnson, Knox, Loudon, McMinn, Meigs, Monroe, Morgan, Polk, Rhea, Roane, Scott, "
        "Sevier, Sullivan, Unicoi, Union, Washington"
    },
    "TX": {MOUNTAIN: "El Paso, Hudspeth"},
}

# Aleutians West keeps two clocks, and its middle lies an hour of the sun west of where its people live.
LEFT_OUT = {"02016"}

Point = tuple[float, float]


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """Return the arcs in degrees; Alaska's last islands lie west of 180 degrees, not east."""
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((x * kx + tx, y * ky + ty))
        arcs.append(arc)
    return arcs


def points_of(ring: list[int], arcs: list[list[Point]], west: bool) -> list[Point]:
    """Return the corners of a ring; ``west`` counts all degrees westward."""
    points: list[Point] = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return [(x - 360.0 if west and x > 0 else x, y) for x, y in points]


def moments(points: list[Point]) -> tuple[float, float, float]:
    """Return twice the signed area of a ring, and twice its first moments, by the shoelace formula."""
    area = east = north = 0.0
    x0, y0 = points[0]
    for (xa, ya), (xb, yb) in zip(points, points[1:] + points[:1], strict=True):
        # About the first point, so that small rings lose no digits.
        xa, ya, xb, yb = xa - x0, ya - y0, xb - x0, yb - y0
        cross = xa * yb - xb * ya
        area, east, north = area + cross, east + (xa + xb) * cross / 3, north + (ya + yb) * cross / 3
    return area, east + area * x0, north + area * y0


def centroid(shape: dict[str, Any], arcs: list[list[Point]]) -> Point:
    """Return longitude and latitude of the middle of a shape, by area in degrees."""
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    west = shape["id"].startswith("02")
    rings = [points_of(ring, arcs, west) for polygon in polygons for ring in polygon]
    area, east, north = (math.fsum(part) for part in zip(*(moments(ring) for ring in rings), strict=True))
    if area == 0:  # three cities of Virginia are too small for the file: what is left of them has no area
        corners = [point for ring in rings for point in ring]
        east, north = (sum(part) for part in zip(*corners, strict=True))
        area = float(len(corners))
    longitude = east / area
    return (longitude + 360.0 if longitude < -180.0 else longitude), north / area


def zone_of(state: str, name: str, met: set[tuple[str, str]]) -> str:
    """Return the zone of a county, and remember which exception it was."""
    for zone, names in APART.get(state, {}).items():
        if name in names.split(", "):
            met.add((state, name))
            return zone
    return ZONES[state]


def build(topology: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return the rows of the shipped file."""
    counties = _table("counties.csv")
    postal = {row["fips"]: row["postal"] for row in _table("states.csv")}
    arcs = arcs_of(topology)
    shapes = topology["objects"]["counties"]["geometries"]
    known = {shape["id"]: centroid(shape, arcs) for shape in shapes if shape.get("arcs")}
    near: dict[str, set[str]] = {}
    for row in counties:
        for after in filter(None, row["successor"].split(";")):
            near.setdefault(row["fips"], set()).add(after)
            near.setdefault(after, set()).add(row["fips"])
    met: set[tuple[str, str]] = set()
    rows = {}
    for row in counties:
        fips, state = row["fips"], postal[row["state_fips"]]
        codes = [fips] if fips in known else sorted(near.get(fips, set()) & set(known))
        points = [known[code] for code in codes]
        if points and fips not in LEFT_OUT:
            east, north = (sum(part) / len(points) for part in zip(*points, strict=True))
            zone = zone_of(state, row["name"].removesuffix(" County"), met)
            rows[fips] = (fips, f"{north:.3f}", f"{east:.3f}", zone)
    asked = {(state, name) for state, zones in APART.items() for names in zones.values() for name in names.split(", ")}
    if asked != met:
        raise SystemExit(f"no county of these names: {sorted(asked - met)}")
    lost = sorted({row["fips"] for row in counties} - set(rows))
    if lost != ["02016", "60030", "60040"]:  # two islands of American Samoa have no outline
        raise SystemExit(f"without a location: {lost}")
    return [rows[fips] for fips in sorted(rows)]


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def main() -> int:
    """Write the file, or compare it with what is shipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="the unpacked us-atlas package")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    args = parser.parse_args()
    topology = json.loads((args.package / "counties-10m.json").read_text(encoding="utf-8"))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADER, *build(topology)])
    content = out.getvalue().encode("utf-8")
    if not args.check:
        TARGET.write_bytes(content)
    elif not TARGET.exists() or TARGET.read_bytes() != content:
        print(f"{TARGET.name} differs from what this script makes", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
