"""Removals by ICE, as released to the Deportation Data Project: the least reliable of its tables.

Facts of the layout: the project's documentation and the headers of the releases of 2025.
"""

from __future__ import annotations

from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased
from auditor.records.ice.checks import LOOKED_AT, note_checks
from auditor.records.ice.episodes import FLAGS, IDENTIFIERS, mark_repeats, note_flags, settle_copies
from auditor.records.ice.levels import CRIMINALITY, LEVEL_REMARK, THREAT, add_level
from auditor.records.ice.places import blank_missing
from auditor.records.raw import RawTable
from auditor.records.rearrange import Rearranged
from auditor.records.redaction import settle_redaction
from auditor.records.store import Store

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


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Blank what is withheld, mark repeated removals, add the level, and note what does not fit together."""
    work = Rearranged(raw, store)
    settle_redaction(work)
    blank_missing(work, *_COUNTIES, states=_STATES)
    settle_copies(work)
    note_flags(work)
    mark_repeats(work, "removals", _DAY, hours=0)
    add_level(work)
    note_checks(work, _DAY)
    return work.done(told=(*CRIMINALITY, *THREAT, *LOOKED_AT, *FLAGS))


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
    reshape=reshape,
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
