"""Stops as the Stanford Open Policing Project publishes them: the current layout, and that of 2017.

Every row is a stop (or a person stopped). Facts of the layout: Pierson, E. et al. (2020), A large-scale analysis of
racial disparities in police stops across the United States, Nature Human Behaviour 4, 736-745, and the project's
descriptions of its data. A file is of one agency or state: where it has no county, ``constants.place`` says which.
"""

from __future__ import annotations

from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased

_NAMES = {
    "place": ("county_fips",),
    "jurisdiction": ("county_name",),
    "date": ("date", "stop_date"),
    "time": ("time", "stop_time"),
    "group": ("subject_race", "driver_race"),
    "age": ("subject_age", "driver_age"),
    "sex": ("subject_sex", "driver_gender"),
    "agency": ("department_name", "police_department", "department_id"),
    "officer": ("officer_id_hash", "officer_id"),
    "person": ("driver_id_hash", "driver_id"),
    "charge": ("violation", "reason_for_stop"),
    "searched": ("search_conducted",),
    "contraband": ("contraband_found",),
    "cited": ("citation_issued",),
    "booked": ("arrest_made", "is_arrested"),
    "latitude": ("lat",),
    "longitude": ("lng",),
}
_GROUPS = {"asian/pacific islander": "asian", "other/unknown": "unknown"}

ADAPTER = Adapter(
    name="open-policing",
    base="records",
    columns=aliased(records.COLUMNS, _NAMES),
    required=(("place", "jurisdiction"), ("event",), ("date",)),
    recognise=lambda names: False,  # by its signatures
    load=records.load,
    by_name=True,
    signatures=(
        frozenset({"subjectrace", "date", "type"}),
        frozenset({"subjectrace", "searchconducted"}),
        frozenset({"driverrace", "searchconducted"}),
    ),
    constants={"event": "stop"},
    values={"group": _GROUPS},
    remarks=(
        "Open Policing: agencies differ in which stops they record and for how long; look at the counts over time, "
        "and compare groups within one agency",
        "Open Policing: Asian people and Pacific Islanders are one group in these files, counted as asian",
    ),
    sample=(
        "raw_row_number,date,time,county_fips,subject_age,subject_race,subject_sex,officer_id_hash,type,violation,"
        "arrest_made,citation_issued,outcome,contraband_found,search_conducted,search_basis\n"
        "1,2015-03-01,21:15,37119,34,hispanic,male,ab12,vehicular,speeding,FALSE,TRUE,citation,NA,FALSE,NA\n"
        "2,2015-03-02,08:40,37119,51,white,female,cd34,vehicular,equipment,FALSE,FALSE,warning,TRUE,TRUE,consent\n"
    ),
)
