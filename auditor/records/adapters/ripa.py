"""Stops as California's Department of Justice publishes them under the Racial and Identity Profiling Act.

One row is one person in one stop. The columns are those of 2018 to 2023 or those from 2024 on (``ADS_*`` became
``NFA_*`` and ``OFA_*``); a file in which both stand side by side is read too. Facts of the layout: the read-me files
that the department publishes with the data, Cal. Code Regs., tit. 11, sec. 999.224 ff., and the Board's reports.
"""

from __future__ import annotations

from auditor.records import derive
from auditor.records.adapter import Adapter
from auditor.records.adapters import records
from auditor.records.columns import aliased
from auditor.records.private import counted
from auditor.records.raw import RawTable
from auditor.records.sheet import Sheet, quote, times
from auditor.records.store import Store

_NAMES = {
    "place": ("AGENCY_ORI",),
    "date": ("DATE_OF_STOP",),
    "time": ("TIME_OF_STOP",),
    "age": ("AGE",),
    "sex": ("G_FULL",),
    "agency": ("AGENCY_NAME",),
    "charge": ("REASON_FOR_STOP",),
}
_FLAG = ("RAE_HISPANIC_LATINEX", "RAE_HISPANIC_LATINO")
_SEARCHES = ("ADS_SEARCH_PERSON", "ADS_SEARCH_PROPERTY")
_SEARCHES_2024 = ("NFA_SEARCH_PERSON", "NFA_SEARCH_PROPERTY", "NFA_TERRY_FRISK")
_FOUND = (
    "CED_FIREARM", "CED_AMMUNITION", "CED_WEAPON", "CED_DRUGS", "CED_ALCOHOL", "CED_MONEY", "CED_DRUG_PARAPHERNALIA",
    "CED_STOLEN_PROP", "CED_ELECT_DEVICE", "CED_OTHER_CONTRABAND",
)  # fmt: skip
_CITED = ("ROS_CITATION", "ROS_IN_FIELD_CITE_RELEASE")
_BOOKED = ("ROS_CUSTODIAL_WARRANT", "ROS_CUSTODIAL_WITHOUT_WARRANT")

_GROUPS = {
    "1": "asian",
    "2": "black",
    "3": "hispanic",
    "4": "other",
    "5": "native",
    "6": "pacific",
    "7": "white",
    "8": "multiple",
}
_SEXES = {"1": "male", "2": "female", "3": "male", "4": "female", "5": "other", "6": "other"}


def reshape(raw: RawTable, store: Store) -> RawTable:
    """Put beside the columns of a file what they say of the group, the search, what it found and how the stop ended."""
    full = f"regexp_replace({derive.cell(raw, 'RAE_FULL')}, '[.]0+$', '')"
    flag = derive.any_yes(raw, _FLAG[:1] if derive.position(raw, _FLAG[0]) is not None else _FLAG[1:])
    searched = derive.either(derive.any_yes(raw, _SEARCHES), derive.any_yes(raw, _SEARCHES_2024))
    found = derive.any_yes(raw, _FOUND)
    number = [derive.cell(raw, name) for name in ("DOJ_RECORD_ID", "PERSON_NUMBER")]
    columns = {
        # The number of a person-stop, by which copies of it are told, in this file and in others.
        "record_id": "''"
        if "''" in number
        else f"CASE {number[0]} WHEN '' THEN '' ELSE {number[0]} || ' ' || {number[1]} END",
        # A flag that is neither yes nor no must be a question, so it stands before the code.
        "group": f"CASE ({flag}) WHEN 'yes' THEN 'hispanic' WHEN 'no' THEN {full} WHEN '' THEN {full} ELSE {flag} END",
        "searched": searched,
        "contraband": "''" if "''" in (searched, found) else f"CASE WHEN ({searched}) = 'yes' THEN {found} ELSE '' END",
        "cited": derive.any_yes(raw, _CITED),
        "booked": derive.any_yes(raw, _BOOKED),
    }
    return derive.added(raw, store, columns)


def load(sheet: Sheet) -> None:
    """Count the persons stopped by month, and say what bears on the reading of this file."""
    _note_era(sheet)
    _note_hispanic(sheet)
    _note_repeated(sheet)
    records.load(sheet)


def _note_era(sheet: Sheet) -> None:
    before, after = (derive.position(sheet.raw, names[0]) is not None for names in (_SEARCHES, _SEARCHES_2024))
    if before or after:
        era = "of 2018 to 2023 and from 2024 on" if before and after else "from 2024 on" if after else "of 2018 to 2023"
        sheet.note(f"RIPA: the columns are those {era}")


def _note_hispanic(sheet: Sheet) -> None:
    """Say how many are Hispanic by each of the two readings, and where the two columns contradict each other."""
    raw = sheet.raw
    if all(derive.position(raw, name) is None for name in _FLAG):
        sheet.note(
            "RIPA: there is no column RAE_HISPANIC_LATINO or RAE_HISPANIC_LATINEX, so people perceived as Hispanic and "
            "of another race as well are counted as multiple"
        )
        return
    alone = f"regexp_replace({derive.cell(raw, 'RAE_FULL')}, '[.]0+$', '') = '3'"
    flag = derive.any_yes(raw, [name for name in _FLAG if derive.position(raw, name) is not None])
    flagged, single, torn, row = sheet.sql(
        f"SELECT count(*) FILTER (({flag}) = 'yes' OR {alone}), count(*) FILTER ({alone}), "  # noqa: S608
        f"count(*) FILTER ({alone} AND ({flag}) = 'no'), min(_row) FILTER ({alone} AND ({flag}) = 'no') "
        f"FROM {quote(raw.table)}"
    )[0]
    numbers = f"{times(flagged, 'row')} by the flag, {single:,} by RAE_FULL = 3 alone"
    sheet.note(
        "RIPA: hispanic is everybody perceived as Hispanic, also with another race; RAE_FULL = 3 counts only those "
        f"perceived as nothing else{counted(sheet.spec, numbers)}"
    )
    if torn:
        sheet.note(
            f"RIPA: rows with RAE_FULL = 3 whose flag says not Hispanic, counted as hispanic (first in row {row})"
            f"{counted(sheet.spec, times(torn, 'row'))}"
        )


def _note_repeated(sheet: Sheet) -> None:
    """Note persons of a stop who stand in the file twice, in rows that differ: each is counted."""
    number = derive.cell(sheet.raw, "record_id")
    if number == "''":
        return
    count, row = sheet.sql(
        f"SELECT sum(k - 1), min(later) FROM (SELECT count(*) AS k, max(_row) AS later FROM "  # noqa: S608
        f"{quote(sheet.raw.table)} WHERE {number} <> '' GROUP BY {number} HAVING count(*) > 1)"
    )[0]
    if count:
        sheet.note(
            "RIPA: one person of one stop (DOJ_RECORD_ID and PERSON_NUMBER) stands in several rows that differ, e.g. "
            f"in row {row}; each is counted{counted(sheet.spec, times(int(count), 'row') + ' more')}"
        )


ADAPTER = Adapter(
    name="ripa",
    base="records",
    columns=aliased(records.COLUMNS, _NAMES),
    required=(("place", "jurisdiction"), ("event",), ("date",)),
    recognise=lambda names: False,  # by its signature
    load=load,
    signatures=(frozenset({"raefull", "dateofstop"}),),
    constants={"event": "stop", "group_source": "perceived", "state": "CA"},
    values={"group": _GROUPS, "sex": _SEXES},
    reshape=reshape,
    remarks=(
        "RIPA: one row is one person in one stop, so that a stop of three persons is three rows",
        "RIPA: race, sex and age are as the officer perceived them, without asking",
        "RIPA: people perceived as Middle Eastern or South Asian (RAE_FULL = 4) are counted as other",
        "RIPA: searched is a search of the person or of property, from 2024 on also a frisk (NFA_TERRY_FRISK), which "
        "was recorded as a search of the person before; contraband is contraband or evidence, where a search is "
        "recorded",
        "RIPA: booked is a custodial arrest, cited a citation or a release in the field with a citation",
        "RIPA: the largest agencies began in July 2018, and all of them report only from 2022 on: a rise before is "
        "new agencies; compare within one agency",
        "RIPA: REASON_FOR_STOP has the codes 9 and 10 only from 2024 on; the shares of the other codes fall then for "
        "that reason alone",
        "RIPA: offence codes (CJIS) are numbers without their leading zeros",
        'RIPA: files are made by county and do not hold its name: constants = { place = "06..." } says which; without '
        "it each agency (ORI) is a place of its own; the Highway Patrol has files of its own",
    ),
    sample=(
        "DOJ_RECORD_ID,PERSON_NUMBER,AGENCY_ORI,AGENCY_NAME,TIME_OF_STOP,DATE_OF_STOP,RAE_FULL,RAE_HISPANIC_LATINO,"
        "RAE_WHITE,G_FULL,AGE,REASON_FOR_STOP,ADS_SEARCH_PERSON,ADS_SEARCH_PROPERTY,CED_NONE_CONTRABAND,CED_DRUGS,"
        "ROS_CITATION,ROS_CUSTODIAL_WITHOUT_WARRANT\n"
        "U0001,1,CA0330000,RIVERSIDE CO SO,21:15,2019-03-01,3,1,0,1,34,1,1,0,0,1,0,1\n"
        "U0001,2,CA0330000,RIVERSIDE CO SO,21:15,2019-03-01,7,0,1,2,31,1,0,0,0,0,1,0\n"
    ),
)
