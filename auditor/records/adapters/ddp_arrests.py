"""Administrative arrests by ICE, as released to the Deportation Data Project: its raw sheets and its processed files.

Four layouts differ in names only: ICE's sheets (titles of six rows above the header, one sheet a fiscal year), the
project's files of 2023-25 and of 2026, and the extract of Big Local News. Rows are arrests of a person by ICE, not by
a local agency: the canonical event is ``custody``, which is ICE's "administratively arrested or booked into custody".
"""

from __future__ import annotations

from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased
from auditor.records.ice.episodes import IDENTIFIERS
from auditor.records.ice.layout import IceTable
from auditor.records.ice.levels import LEVEL_REMARK
from auditor.records.ice.places import note_filled_states

_DAY = ("apprehension_date_time", "apprehension_date", "arrest_date")
_FILLED, _WRITTEN = "apprehension_state_filled_in", ("apprehension_state_original", "apprehension_state", "state")
_STATES = (_FILLED, "apprehension_state", "state", "apprehension_state_original", "detention_state")
_COUNTIES = ("apprehension_county", "county")
_NAMES = {
    "state": _STATES,
    "jurisdiction": _COUNTIES,
    "date": _DAY,
    "sex": ("gender",),
    "person": IDENTIFIERS,
    "citizenship": ("citizenship_country",),
    "agency": ("arresting_agency",),
    "program": ("apprehension_method", "arrest_street_custodial"),
}
_TABLE = IceTable(
    "arrests", _DAY, hours=24, states=_STATES, counties=_COUNTIES, told=_STATES,
    more=lambda work: note_filled_states(work, _FILLED, _WRITTEN),
)  # fmt: skip

ADAPTER = Adapter(
    name="ddp-arrests",
    base="records",
    columns=aliased(records.COLUMNS, _NAMES),
    required=(("place", "jurisdiction", "state"), ("event",), ("date",)),
    recognise=lambda names: False,  # by its signatures
    load=records.load,
    by_name=True,
    signatures=(
        frozenset({"apprehensiondate", "apprehensionmethod", "apprehensioncriminality"}),
        frozenset({"arrestdate", "arrestcriminality", "blnpersonid"}),
    ),
    constants={"event": "custody", "level_basis": "unknown", "level_regime": "unknown"},
    reshape=_TABLE.reshape,
    remarks=(
        "ICE arrests: these are ICE's own administrative arrests, of people handed over by jails as well as of people "
        "found at large: counted as custody, not as arrests by a local agency",
        "ICE arrests: no race or ethnicity is recorded; citizenship is a nationality and stands for no ethnic group",
        "ICE arrests: identifiers link rows of one sheet; those of other releases are never taken for the same person",
        "ICE arrests: the place is what ICE wrote, often its own office; rows with a state and no county are the "
        "state's. The landmark is free text, of jails and of streets, and is not read: columns.facility may name it",
        "ICE arrests: in the extract of Big Local News the only state is that in which ICE held the person; where it "
        'is blank, state = "CA" in the source says it for the whole file',
        f"ICE arrests: {LEVEL_REMARK}",
        "ICE arrests: program is the method of apprehension; values.program leaves out those in which no local agency "
        "had a part (Located, Non-Custodial Arrest ...)",
        "ICE arrests: a conviction is the most serious one of any year, not the charge of this arrest: read neither as "
        "charge nor as offence; case status, category, final order and birth year are not read either",
    ),
    sample=(
        "apprehension_date,apprehension_state,apprehension_aor,final_program,apprehension_method,"
        "apprehension_criminality,case_status,departed_date,departure_country,final_order_yes_no,final_order_date,"
        "birth_year,citizenship_country,gender,apprehension_site_landmark,unique_identifier\n"
        "2024-08-07 09:43:00,VIRGINIA,Washington Area of Responsibility,ERO Criminal Alien Program,Located,"
        "3 Other Immigration Violator,ACTIVE,NA,NA,NO,NA,1981,HONDURAS,Male,GENERAL AREA,ab12\n"
        "2024-10-19 08:33:00,TEXAS,Houston Area of Responsibility,ERO Criminal Alien Program,CAP Local Incarceration,"
        "1 Convicted Criminal,ACTIVE,NA,NA,NO,NA,1984,MEXICO,Male,HARRIS COUNTY JAIL,cd34\n"
    ),
)
