"""Encounters by ICE, as released to the Deportation Data Project: a record of contact, which is no event of its own.

ICE writes an encounter when it interviews somebody in a jail, meets somebody at large or is sent a name, whether or not
anything follows. Its type says how ("CAP Local": in a local jail). Nothing in the table says what an encounter is in
the words of this program, nor in which place it was: both are questions. Facts of the layout: the project's
documentation and the headers of the releases of 2023-25 and of March 2026.
"""

from __future__ import annotations

from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased
from auditor.records.ice.episodes import IDENTIFIERS
from auditor.records.ice.layout import IceTable
from auditor.records.ice.levels import LEVEL_REMARK

_DAY = ("event_date",)
_NAMES = {
    "event": ("event_type",),
    "date": _DAY,
    "sex": ("gender",),
    "person": IDENTIFIERS,
    "citizenship": ("citizenship_country",),
    "agency": ("arresting_agency",),
    "program": ("final_program",),
}
_TABLE = IceTable("encounters", _DAY, hours=24)

ADAPTER = Adapter(
    name="ddp-encounters",
    base="records",
    columns=aliased(records.COLUMNS, _NAMES),
    required=(("place", "jurisdiction", "state", "facility", "facility_name"), ("event",), ("date",)),
    recognise=lambda names: False,  # by its signatures
    load=records.load,
    by_name=True,
    signatures=(
        frozenset({"eventdate", "eventtype", "processingdisposition"}),
        frozenset({"eventdate", "responsibleaor", "encountercriminality"}),
    ),
    constants={"level_basis": "unknown", "level_regime": "unknown"},
    reshape=_TABLE.reshape,
    remarks=(
        "ICE encounters: a record of contact, after which nothing need follow (a disposition may be that the person is "
        "not removable): no arrest, booking or detainer. What each type counts as is asked (values.event), and "
        '"exclude" leaves a type out',
        "ICE encounters: neither state nor county is named. The area of responsibility is a field office of several "
        "states and is not read; the landmark is free text, of jails and of streets, blank in about half of the rows: "
        'columns.facility_name may name it, with the state of the file and facilities = "ask"',
        "ICE encounters: no race or ethnicity is recorded; citizenship is a nationality and stands for no ethnic group",
        "ICE encounters: identifiers link rows of one sheet; those of other releases are never taken for the same "
        "person",
        f"ICE encounters: {LEVEL_REMARK}",
        "ICE encounters: lead, processing disposition, case status and category, and birth year are not read",
    ),
    sample=(
        "Event Date,Responsible AOR,Responsible Site,Lead Event Type,Lead Source,Event Type,Final Program,"
        "Final Program Group,Encounter Criminality,Processing Disposition,Case Status,Case Category,Departed Date,"
        "Departure Country,Final Order Yes No,Final Order Date,Birth Date,Birth Year,Citizenship Country,Gender,"
        "Event Landmark,Alien File Number,EID Case ID,EID Subject ID,Unique Identifier\n"
        "2024-02-13 09:29:00,Houston Area of Responsibility,HOUSTON DOCKET CONTROL OFFICE,CAP Local,,CAP Local,"
        "ERO Criminal Alien Program,ICE,3 Other Immigration Violator,Not Amenable to Removal,,,,,,,,1984,MEXICO,Male,"
        "HARRIS COUNTY JAIL,,,,ab12\n"
        "2024-02-14 10:05:00,Houston Area of Responsibility,HOUSTON DOCKET CONTROL OFFICE,Not Applicable,,Located,"
        "Fugitive Operations,ICE,1 Convicted Criminal,Warrant of Arrest/Notice to Appear,ACTIVE,,,,NO,,,1981,HONDURAS,"
        "Male,,,,,cd34\n"
    ),
)
