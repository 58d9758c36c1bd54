"""Jail bookings with one row a charge, as researchers make them of a jail's records: its number repeats in each row.

Race and ethnicity stand in one column, beside columns of 0 and 1 made of it and of the charges. Facts of the layout:
the bookings of Pierce County, Washington, as published by the University of Washington Center for Human Rights.
"""

from __future__ import annotations

from dataclasses import replace

from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased, key
from auditor.records.raw import RawTable
from auditor.records.store import Store

_NAMES = {
    "date": ("booking_dt",),
    "group": ("race_desc",),
    "sex": ("gender_desc",),
    "charge": ("booking_charge_desc", "booking_charge_txt"),
    "detainer": ("imm_hold",),
    "birth_country": ("country_of_birth",),
    "release_date": ("release_dt",),
}
_GROUPS = {
    "asian/pacific island": "asian",
    "asian/pacific islander": "asian",
    "amer indian/alaskan": "native",
    "amer indian/alaskan native": "native",
}
_KINDS = frozenset({"drug", "property", "violent"})


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Call the kind of charge ``sex`` by another name: among its like it is no sex of a person."""
    if not {key(header) for header in raw.columns} >= _KINDS:
        return raw
    return replace(raw, columns=tuple("sex offence" if key(header) == "sex" else header for header in raw.columns))


ADAPTER = Adapter(
    name="charge-bookings",
    base="records",
    columns=aliased(records.COLUMNS, _NAMES),
    required=(("place", "jurisdiction"), ("event",), ("date",)),
    recognise=lambda names: False,  # by its signatures
    load=records.load,
    by_name=True,
    signatures=tuple(frozenset({"bookingid", "bookingdt", name}) for name in ("bookingchargedesc", "bookingchargetxt")),
    constants={"event": "booking"},
    values={"group": _GROUPS},
    reshape=reshape,
    fold="booking_id",
    remarks=(
        "charge bookings: one row is one charge, and rows with the same booking_id are one booking "
        '(fold = "none" counts each charge)',
        "charge bookings: Hispanic is one of the values of race_desc; Asian people and Pacific Islanders are one "
        "group, counted as asian; the columns of 0 and 1 made of race and charges are not read",
        "charge bookings: jurisdiction_cd says for whom a charge is held, not in which county the jail lies",
        "charge bookings: release_dt is when the booking ended, also where the immigration service took the person "
        "over",
        "charge bookings: a jail holds people for several agencies and counties; a booking is not an arrest by its "
        "county",
    ),
    sample=(
        "booking_id,booking_dt,release_dt,booking_charge_desc,booking_charge_txt,jurisdiction_cd,gender_desc,race_desc,"
        "country_of_birth,imm_hold\n"
        "a1,2017-04-21 11:43:00,2017-07-11 08:00:00,UNL POSS FIREARM 1,,SUP,MALE,ASIAN/PACIFIC ISLAND,THAILAND,1\n"
        "a1,2017-04-21 11:43:00,2017-07-11 08:00:00,HOLD IMMIGRAT,,IMM,MALE,ASIAN/PACIFIC ISLAND,THAILAND,1\n"
        "b2,2017-05-16 19:18:00,2017-05-17 14:55:00,DWLS 3,,PD1,FEMALE,WHITE,USA,0\n"
    ),
)
