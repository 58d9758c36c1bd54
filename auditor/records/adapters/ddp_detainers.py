"""Detainers lodged by ICE, as released to the Deportation Data Project: its raw sheets and its processed files.

The sheets of fiscal years differ by a column or so (birth dates); columns are found by name alone. Facts of the
layout: the project's documentation and the headers of the releases of 2025 and 2026.
"""

from __future__ import annotations

from auditor.records.absent import given
from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased
from auditor.records.ice.episodes import IDENTIFIERS
from auditor.records.ice.layout import IceTable
from auditor.records.ice.levels import LEVEL_REMARK, add_record
from auditor.records.rearrange import Rearranged

_DAY = ("detainer_prepare_date",)
_STATES = ("facility_state",)
_FACILITY = ("detention_facility_code", "detention_facility")
_LIFTED = ("detainer_lift_reason",)
_NAMES = {
    "state": _STATES,
    "date": _DAY,
    "sex": ("gender",),
    "person": IDENTIFIERS,
    "citizenship": ("citizenship_country",),
    "lift_reason": _LIFTED,
    "conviction_date": ("msc_conviction_date",),
    "facility": _FACILITY,
    "facility_name": ("detention_facility",),
    "facility_city": ("facility_city",),
}


def _add_own(work: Rearranged) -> None:
    """Add the facility by its code, else by its name, and what is known of the person's record."""
    code, name = work.cell("detention_facility_code"), work.cell("detention_facility")
    work.add("facility", f"CASE WHEN {given(code)} THEN {code} ELSE {name} END")
    add_record(work)


_TABLE = IceTable(
    "detainers",
    _DAY,
    hours=0,
    states=_STATES,
    telling=_LIFTED,
    told=(*_FACILITY, "multiple_prior_misd_yes_no"),
    more=_add_own,
)

ADAPTER = Adapter(
    name="ddp-detainers",
    base="records",
    columns=aliased(records.COLUMNS, _NAMES),
    required=(("place", "jurisdiction", "state"), ("event",), ("date",)),
    recognise=lambda names: False,  # by its signatures
    load=records.load,
    by_name=True,
    signatures=(frozenset({"detainerpreparedate", "facilitystate"}),),
    constants={"event": "detainer", "level_basis": "unknown", "level_regime": "unknown"},
    reshape=_TABLE.reshape,
    remarks=(
        "ICE detainers: the file holds only people with a detainer: it tells of their composition and of time, never "
        "of a rate",
        "ICE detainers: a facility is no jurisdiction: state and federal prisons stand beside county jails; rows are "
        "the state's until a table of facilities places them. facility is the code, or the name where there is none",
        "ICE detainers: a blank lift reason means that the case is pending or that there is no paper, never that the "
        "detainer was not lifted",
        "ICE detainers: no race or ethnicity is recorded; citizenship and country of birth are nationalities and stand "
        "for no ethnic group",
        "ICE detainers: identifiers link rows of one sheet; those of other releases are never taken for the same "
        "person",
        f"ICE detainers: {LEVEL_REMARK}",
        "ICE detainers: the conviction is the most serious one of any year: its date is read as conviction_date, and "
        "may be long before this arrest; its charge is read neither as charge nor as offence. disposition is pending "
        "where nothing but pending charges were known; sentence, felony marks, priorities, case status and birth year "
        "are not read",
    ),
    sample=(
        "detainer_prepare_date,facility_state,facility_aor,departed_date,departure_country,"
        "detainer_prepared_criminality,detention_facility,detention_facility_code,facility_city,"
        "detainer_prep_threat_level,gender,citizenship_country,birth_country,birth_year,msc_conviction_date,"
        "detainer_lift_reason,detainer_type,unique_identifier\n"
        "2026-02-11,MINNESOTA,St. Paul Area of Responsibility,NA,NA,1 Convicted Criminal,HENNEPIN COUNTY JAIL,"
        "ABCDEFG,TOWN,2,Male,MEXICO,MEXICO,1996,2025-12-18,NA,I247A - Immigration Detainer - Notice of Action,ab12\n"
        "2026-02-02,MINNESOTA,St. Paul Area of Responsibility,NA,NA,2 Pending Criminal Charges,HENNEPIN COUNTY JAIL,"
        "ABCDEFG,TOWN,NA,Male,LAOS,THAILAND,1981,NA,Lifted,I247A - Immigration Detainer - Notice of Action,cd34\n"
    ),
)
