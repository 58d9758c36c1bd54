"""Rebuild ``auditor/data/states.csv`` and ``auditor/data/counties.csv``.

Codes and short names come from ``counties-10m.json`` and ``states-10m.json`` of the npm package us-atlas
3.0.1 (ISC; US Census Bureau cartographic boundary files, 2017, public domain). What that file does not hold
is written out below: the legal suffix of each name (a rule for each state), the codes that ended before 2017
or began after it, and their dates, all from the Census Bureau's lists "Substantial Changes to Counties and
County Equivalent Entities" and, for Connecticut, its notice in the Federal Register of 6 June 2022.

    npm pack us-atlas@3.0.1 && tar xzf us-atlas-3.0.1.tgz
    python scripts/rebuild_counties.py package [--check]
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "auditor" / "data"
STATE_HEADER = ("fips", "postal", "name", "kind")
COUNTY_HEADER = (
    "fips",
    "state_fips",
    "name",
    "kind",
    "valid_from",
    "valid_to",
    "successor",
    "aka",
    "note",
)

POSTAL = {
    "01": "AL",
    "02": "AK",
    "04": "AZ",
    "05": "AR",
    "06": "CA",
    "08": "CO",
    "09": "CT",
    "10": "DE",
    "11": "DC",
    "12": "FL",
    "13": "GA",
    "15": "HI",
    "16": "ID",
    "17": "IL",
    "18": "IN",
    "19": "IA",
    "20": "KS",
    "21": "KY",
    "22": "LA",
    "23": "ME",
    "24": "MD",
    "25": "MA",
    "26": "MI",
    "27": "MN",
    "28": "MS",
    "29": "MO",
    "30": "MT",
    "31": "NE",
    "32": "NV",
    "33": "NH",
    "34": "NJ",
    "35": "NM",
    "36": "NY",
    "37": "NC",
    "38": "ND",
    "39": "OH",
    "40": "OK",
    "41": "OR",
    "42": "PA",
    "44": "RI",
    "45": "SC",
    "46": "SD",
    "47": "TN",
    "48": "TX",
    "49": "UT",
    "50": "VT",
    "51": "VA",
    "53": "WA",
    "54": "WV",
    "55": "WI",
    "56": "WY",
    "60": "AS",
    "66": "GU",
    "69": "MP",
    "72": "PR",
    "78": "VI",
}
LONG_STATE = {
    "60": "American Samoa",
    "66": "Guam",
    "69": "Northern Mariana Islands",
    "72": "Puerto Rico",
    "78": "Virgin Islands",
}

# Alaska: every other organised area is a Borough.
ALASKA = {
    "Census Area": "02016 02050 02070 02105 02158 02180 02198 02240 02261 02290",
    "City and Borough": "02110 02220 02275 02282",
    "Municipality": "02020 02230",
}
ALASKA_SUFFIX = {fips: suffix for suffix, codes in ALASKA.items() for fips in codes.split()}
# Independent cities outside Virginia; Carson City's legal name needs no suffix.
CITIES = {"24510": "Baltimore city", "29510": "St. Louis city", "32510": "Carson City"}
TERRITORIES = {
    "60010": ("Eastern District", "district"),
    "60020": ("Manu'a District", "district"),
    "60030": ("Rose Island", "island"),
    "60040": ("Swains Island", "island"),
    "60050": ("Western District", "district"),
    "66010": ("Guam", "territory"),
}
AKA = {  # coextensive by law with the county, so the name means the same ground
    "11001": "Washington",
    "36005": "The Bronx",
    "36047": "Brooklyn",
    "36061": "Manhattan",
    "36085": "Staten Island",
}

# fips: (valid_from, valid_to, successor, note) for codes that the 2017 file holds.
DATES = {
    "02068": ("1990-12-07", "", "", "from part of Yukon-Koyukuk (02290)"),
    "02105": (
        "2007-06-20",
        "",
        "",
        "rest of Skagway-Hoonah-Angoon (02232); lost a part to Petersburg (02195) on 2013-01-03",
    ),
    "02158": ("2015-07-01", "", "", "Wade Hampton (02270) renamed"),
    "02195": ("2013-01-03", "", "", "Petersburg Census Area became a borough; same code, other boundaries"),
    "02198": ("2008-05-19", "", "", "rest of Prince of Wales-Outer Ketchikan (02201)"),
    "02230": ("2007-06-20", "", "", "from Skagway-Hoonah-Angoon (02232)"),
    "02261": ("", "2019-01-01", "02063;02066", "split into Chugach and Copper River"),
    "02275": ("2008-06-01", "", "", "from Wrangell-Petersburg (02280) and part of 02201"),
    "02282": ("1992-09-22", "", "", "from Skagway-Yakutat-Angoon (02231)"),
    "08014": ("2001-11-15", "", "", "from parts of 08001, 08013, 08059 and 08123"),
    "12086": ("1997-07-22", "", "", "Dade (12025) renamed"),
    "46102": ("2015-05-01", "", "", "Shannon (46113) renamed"),
}
CONNECTICUT_NOTE = "replaced by planning regions in federal statistics from 2022; boundaries do not nest"
CONNECTICUT = {
    "09001": "09120;09140;09190",
    "09003": "09110;09140;09160",
    "09005": "09140;09160;09190",
    "09007": "09130",
    "09009": "09140;09170",
    "09011": "09130;09150;09180",
    "09013": "09110;09150",
    "09015": "09150;09180",
}
REGION_NOTE = "planning region; in federal statistics from 2022"
REGIONS = (
    ("09110", "Capitol"),
    ("09120", "Greater Bridgeport"),
    ("09130", "Lower Connecticut River Valley"),
    ("09140", "Naugatuck Valley"),
    ("09150", "Northeastern Connecticut"),
    ("09160", "Northwest Hills"),
    ("09170", "South Central Connecticut"),
    ("09180", "Southeastern Connecticut"),
    ("09190", "Western Connecticut"),
)
# Codes that the 2017 file does not hold: (fips, name, kind, valid_from, valid_to, successor, note).
OTHERS = (
    ("02063", "Chugach Census Area", "census area", "2019-01-02", "", "", "from Valdez-Cordova (02261)"),
    ("02066", "Copper River Census Area", "census area", "2019-01-02", "", "", "from Valdez-Cordova (02261)"),
    (
        "02195",
        "Petersburg Census Area",
        "census area",
        "2008-06-01",
        "2013-01-02",
        "02195;02198",
        "rest of Wrangell-Petersburg (02280); became a borough of the same code",
    ),
    (
        "02201",
        "Prince of Wales-Outer Ketchikan Census Area",
        "census area",
        "",
        "2008-05-18",
        "02130;02198;02275",
        "parts to Ketchikan Gateway and Wrangell, rest renamed Prince of Wales-Hyder",
    ),
    (
        "02231",
        "Skagway-Yakutat-Angoon Census Area",
        "census area",
        "",
        "1992-09-21",
        "02232;02282",
        "split when Yakutat was incorporated",
    ),
    (
        "02232",
        "Skagway-Hoonah-Angoon Census Area",
        "census area",
        "1992-09-22",
        "2007-06-19",
        "02105;02230",
        "split when Skagway was incorporated",
    ),
    ("02270", "Wade Hampton Census Area", "census area", "", "2015-06-30", "02158", "renamed Kusilvak"),
    (
        "02280",
        "Wrangell-Petersburg Census Area",
        "census area",
        "",
        "2008-05-31",
        "02195;02275",
        "split when Wrangell was incorporated",
    ),
    ("12025", "Dade County", "county", "", "1997-07-21", "12086", "renamed Miami-Dade"),
    (
        "30113",
        "Yellowstone National Park",
        "national park",
        "",
        "1997-11-06",
        "30031;30067",
        "divided between Gallatin and Park",
    ),
    ("46113", "Shannon County", "county", "", "2015-04-30", "46102", "renamed Oglala Lakota"),
    (
        "51515",
        "Bedford city",
        "independent city",
        "",
        "2013-06-30",
        "51019",
        "became a town of Bedford County",
    ),
    (
        "51560",
        "Clifton Forge city",
        "independent city",
        "",
        "2001-06-30",
        "51005",
        "became a town of Alleghany County",
    ),
    (
        "51780",
        "South Boston city",
        "independent city",
        "",
        "1995-06-29",
        "51083",
        "became a town of Halifax County",
    ),
)


def legal_name(fips: str, short: str) -> tuple[str, str]:
    """Return the legal name and the kind of a county equivalent from its short name."""
    state = fips[:2]
    if fips in CITIES:
        return CITIES[fips], "independent city"
    if fips in TERRITORIES:
        return TERRITORIES[fips]
    if state == "11":
        return short, "district"
    if state == "51" and fips >= "51500":
        return f"{short} city", "independent city"
    suffix = {"22": "Parish", "69": "Municipality", "72": "Municipio", "78": "Island"}.get(state, "County")
    if state == "02":
        suffix = ALASKA_SUFFIX.get(fips, "Borough")
    return f"{short} {suffix}", suffix.lower()


def _names(package: Path, layer: str) -> dict[str, str]:
    topology = json.loads((package / f"{layer}-10m.json").read_text(encoding="utf-8"))
    return {shape["id"]: shape["properties"]["name"] for shape in topology["objects"][layer]["geometries"]}


def state_rows(package: Path) -> list[tuple[str, ...]]:
    """Return the rows of states.csv."""
    names = _names(package, "states") | LONG_STATE
    kinds = {"11": "district"} | dict.fromkeys(LONG_STATE, "territory")
    if set(names) != set(POSTAL):
        raise SystemExit(f"the states of us-atlas are not the expected ones: {set(names) ^ set(POSTAL)}")
    return [(fips, POSTAL[fips], names[fips], kinds.get(fips, "state")) for fips in sorted(names)]


def county_rows(package: Path) -> list[tuple[str, ...]]:
    """Return the rows of counties.csv, sorted by code and start."""
    shorts = _names(package, "counties") | {"60030": "", "60040": ""}
    rows = []
    for fips, short in shorts.items():
        name, kind = legal_name(fips, short)
        dates = DATES.get(fips, ("", "", "", ""))
        if fips in CONNECTICUT:
            dates = ("", "2022", CONNECTICUT[fips], CONNECTICUT_NOTE)
        rows.append((fips, fips[:2], name, kind, *dates[:3], AKA.get(fips, ""), dates[3]))
    for fips, short in REGIONS:
        rows.append((fips, "09", f"{short} Planning Region", "planning region", "2022", "", "", "", REGION_NOTE))
    for fips, name, kind, start, end, successor, note in OTHERS:
        rows.append((fips, fips[:2], name, kind, start, end, successor, "", note))
    return sorted(rows, key=lambda row: (row[0], row[4]))


def as_csv(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    """Return the bytes of a CSV file (UTF-8, LF)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode("utf-8")


def main() -> int:
    """Write the two files, or compare them with what is shipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="the unpacked us-atlas package")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    args = parser.parse_args()
    files = {
        "states.csv": as_csv(STATE_HEADER, state_rows(args.package)),
        "counties.csv": as_csv(COUNTY_HEADER, county_rows(args.package)),
    }
    different = []
    for name, content in files.items():
        target = DATA / name
        if args.check:
            different += [] if target.is_file() and target.read_bytes() == content else [name]
        else:
            target.write_bytes(content)
    print("differs: " + ", ".join(different) if different else "same" if args.check else "written")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
