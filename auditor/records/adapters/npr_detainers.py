"""Detainers lodged by ICE from 2007 on, in the layout of National Public Radio and TRAC: a day, a facility, an ending.

There is no identifier, no county and no record of the person; many rows are equal to one another and are people.
"""

from __future__ import annotations

from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased

ADAPTER = Adapter(
    name="npr-detainers",
    base="records",
    columns=aliased(records.COLUMNS, {"facility": ("det_facility",), "facility_city": ("city",)}),
    required=(("place", "jurisdiction", "state"), ("event",), ("date",)),
    recognise=lambda names: False,  # by its signatures
    load=records.load,
    by_name=True,
    signatures=(frozenset({"date", "liftreason", "detfacility"}),),
    constants={"event": "detainer"},
    remarks=(
        "Detainers (NPR): the file holds only people with a detainer: it tells of their composition and of time, never "
        "of a rate",
        "Detainers (NPR): a facility is no jurisdiction: state and federal prisons stand beside county jails; rows are "
        "the state's until a table of facilities places them",
        "Detainers (NPR): a blank lift_reason means that the case is pending or that there is no paper, never that the "
        "detainer was not lifted",
        "Detainers (NPR): there is no identifier: one person with two detainers cannot be told from two people",
    ),
    sample=(
        "date,lift_reason,det_facility,city,state,detainer_type\n"
        '2007-10-02 00:00:00,Case Closed,"MONTGOMERY CNTY JAIL, PA",NORRISTOWN,PENNSYLVANIA,\n'
        '2007-10-02 00:00:00,,"MONTGOMERY CNTY JAIL, PA",NORRISTOWN,PENNSYLVANIA,I247\n'
    ),
)
