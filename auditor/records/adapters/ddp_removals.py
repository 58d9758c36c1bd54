"""Removals by ICE, as released to the Deportation Data Project: the least reliable of its tables.

Facts of the layout: the project's documentation and the headers of the releases of 2025.
"""

from __future__ import annotations

from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased
from auditor.records.ice.episodes import IDENTIFIERS
from auditor.records.ice.layout import IceTable
from auditor.records.ice.levels import LEVEL_REMARK

_DAY = ("departed_date",)
_STATES, _COUNTIES = ("apprehension_state",), ("apprehension_county",)
_NAMES = {
    "state": _STATES,
    "jurisdiction": _COUNTIES,
    "date": _DAY,
    "sex": ("gender",),
    "person": IDENTIFIERS,
    "citizenship": ("citizenship_country",),
    "conviction_date": ("msc_conviction_date",),
    "program": ("final_program",),
}
_TABLE = IceTable("removals", _DAY, hours=0, states=_STATES, counties=_COUNTIES)

ADAPTER = Adapter(
    name="ddp-removals",
    base="records",
    columns=aliased(records.COLUMNS, _NAMES),
    required=(("place", "jurisdiction", "state"), ("event",), ("date",)),
    recognise=lambda names: False,  # by its signature
    load=records.load,
    by_name=True,
    signatures=(frozenset({"departeddate", "docketaor", "portofdeparture"}),),
    constants={"event": "removal", "level_basis": "unknown", "level_regime": "unknown"},
    reshape=_TABLE.reshape,
    remarks=(
        "ICE removals: use this table with extreme caution, as its publisher urges: releases of the same days differ "
        "by many rows, and fiscal year 2024 holds far fewer removals than ICE's own annual report",
        "ICE removals: the place is where the person was apprehended, as far as ICE wrote it; removals lag arrests, "
        "and are of other people than those arrested in the same months",
        "ICE removals: no race or ethnicity is recorded; citizenship and country of birth are nationalities and stand "
        "for no ethnic group",
        "ICE removals: identifiers link rows of one sheet; those of other releases are never taken for the same person",
        f"ICE removals: {LEVEL_REMARK}",
        "ICE removals: the conviction is the most serious one of any year: its date is read as conviction_date, its "
        "charge neither as charge nor as offence",
    ),
    sample=(
        "Departed Date,Port of Departure,Departure Country,Docket AOR,Apprehension State,Apprehension County,Gender,"
        "Birth Country,Citizenship Country,MSC NCIC Charge,MSC Conviction Date,Case Threat Level,Case Criminality,"
        "Final Program,Final Order Yes No,Final Order Date,Unique Identifier\n"
        "2025-02-03,LAREDO,MEXICO,San Antonio,TEXAS,,Male,MEXICO,MEXICO,Traffic Offense,2019-04-01,3,"
        "1 Convicted Criminal,ERO Criminal Alien Program,YES,2025-01-05,ab12\n"
        "2025-02-04,LAREDO,MEXICO,San Antonio,TEXAS,,Female,MEXICO,MEXICO,,,,3 Other Immigration Violator,"
        "ERO Criminal Alien Program,YES,2025-01-06,cd34\n"
    ),
)
