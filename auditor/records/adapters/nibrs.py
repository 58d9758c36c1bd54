"""Arrests of police agencies by month or year, as researchers give out the Uniform Crime Reports and NIBRS.

One row is an agency in a month or year, with a column for each offence and group, or one row is an agency, period and
offence. Race and ethnicity are two countings of the same arrests: one of them is read; the configuration says which.
Facts of the layout: Kaplan, J., Uniform Crime Reporting (UCR) Program Data: A Practitioner's Guide, and the FBI's
record descriptions of its master files of arrests by age, sex, race and ethnic origin.
"""

from __future__ import annotations

from auditor.records import nibrs_tables
from auditor.records.adapter import Adapter
from auditor.records.adapters import counts
from auditor.records.columns import key
from auditor.records.nibrs_columns import OFFENCES
from auditor.records.nibrs_keys import REPORTED
from auditor.records.raw import RawTable
from auditor.records.sheet import Sheet, quote
from auditor.records.store import Store

_ABOUT = {
    "race": "NIBRS: by race; Hispanic people are in every race, most of them in white, so that a group of these "
    "figures must not be held against a baseline of people who are not Hispanic",
    "ethnicity": "NIBRS: by ethnicity, which few agencies report; arrests without it are of unknown group, and all who "
    "are not Hispanic are in other, of whatever race",
}


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Unfold the figures of a file into rows of one group each."""
    return nibrs_tables.unfold(raw, store)


def load(sheet: Sheet) -> None:
    """Write the arrests of the marginal that is read into ``counts``."""
    headers = {name: index for index, name in enumerate(sheet.raw.columns) if name in nibrs_tables.MARGINALS}
    chosen = key(sheet.columns.header("group"))
    # The other marginal counts the same arrests again; its rows are no rows of the file.
    for name, index in headers.items():
        if name != chosen and len(headers) > 1:
            sheet.run(f"DELETE FROM {quote(sheet.raw.table)} WHERE c{index} <> ''")  # noqa: S608
    if chosen in _ABOUT:
        sheet.note(_ABOUT[chosen])
    counts.load(sheet)


ADAPTER = Adapter(
    name="nibrs",
    base="counts",
    columns=counts.COLUMNS,
    required=(("place", "jurisdiction"), ("period", "period_end", "month"), ("event",), ("n",)),
    recognise=lambda names: False,  # by its signatures
    load=load,
    signatures=tuple(
        frozenset({ori, key(other)})
        for ori in ("ori", "ori9")
        for other in (
            *REPORTED,
            "murder_tot_white",
            "murder_total_white",
            "theft_tot_white",
            "theft_total_white",
            "murder_adult_white",
        )
    ),
    constants={"event": "arrest"},
    values={
        "group": {"not hispanic": "other"},
        "offence": {name.replace("_", mark): value for name, value in OFFENCES.items() for mark in ("_", " ")},
    },
    reshape=reshape,
    remarks=(
        "NIBRS: an arrest of several offences is counted under one of them, and a person arrested twice is two arrests",
        "NIBRS: a month without a report looks like one without arrests; years that were not reported whole are left "
        "out, or their months of zeros",
        "NIBRS: what counts as a month reported was changed after 2020: do not compare across that year without "
        "looking at each agency",
        "NIBRS: the place is the county of the agency; a state's police and other agencies without a county are places "
        "of their own (ORI)",
        "NIBRS: asian holds Pacific Islanders in years in which they were one group",
    ),
    sample=(
        "ori,agency_name,state_abb,fips_state_county_code,year,month,number_of_months_reported,murder_tot_hispanic,"
        "murder_tot_non_hispanic,dui_tot_hispanic,dui_tot_non_hispanic\n"
        "TX2270000,travis,TX,48453,2016,january,12,0,1,30,12\n"
        "TX2270000,travis,TX,48453,2016,february,12,1,0,28,9\n"
    ),
)
