"""Detainers lodged by ICE, as released to the Deportation Data Project: its raw sheets and its processed files.

The sheets of fiscal years differ by a column or so (birth dates); columns are found by name alone. Facts of the
layout: the project's documentation and the headers of the releases of 2025 and 2026.
"""

from __future__ import annotations

from auditor.records.absent import given
from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased
from auditor.records.ice.checks import LOOKED_AT, note_checks
from auditor.records.ice.episodes import FLAGS, IDENTIFIERS, mark_repeats, note_flags, settle_copies
from auditor.records.ice.levels import CRIMINALITY, LEVEL_REMARK, THREAT, add_level, add_record
from auditor.records.ice.places import blank_missing
from auditor.records.raw import RawTable
from auditor.records.rearrange import Rearranged
from auditor.records.redaction import settle_redaction
from auditor.records.store import Store

_DAY = ("detainer_prepare_date",)
_FACILITY = ("detention_facility_code", "detention_facility")
_LIFTED = ("detainer_lift_reason",)
_NAMES = {
    "state": ("facility_state",),
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


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Blank what is withheld, mark repeated detainers, add facility and level, and note what does not fit together."""
    work = Rearranged(raw, store)
    settle_redaction(work, telling=_LIFTED)
    blank_missing(work, states=("facility_state",))
    settle_copies(work)
    note_flags(work)
    mark_repeats(work, "detainers", _DAY, hours=0)
    code, name = work.cell("detention_facility_code"), work.cell("detention_facility")
    work.add("facility", f"CASE WHEN {given(code)} THEN {code} ELSE {name} END")
    add_level(work)
    add_record(work)
    note_checks(work, _DAY)
    return work.done(told=(*CRIMINALITY, *THREAT, *LOOKED_AT, *FLAGS, *_FACILITY, "multiple_prior_misd_yes_no"))


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
    reshape=reshape,
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
