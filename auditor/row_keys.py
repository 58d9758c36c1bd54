"""What rows may be grouped by: columns of the table ``events``, and keys derived from them.

A new derived key is one entry of :data:`KEYS`: its SQL over ``events e`` (joined with what :data:`JOINS` names), how it
leaves DuckDB, and the columns that it reads. Whatever may point to a person is read here and never leaves by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from auditor.domain.policy_dates import DATES, EARLIER
from auditor.records.event_columns import MOMENTS, PERSONAL, READINGS

Form = Literal["text", "whole", "number", "day", "moment"]
"""How a key leaves DuckDB: object text ("" missing), int64 (-1 missing), float64 (NaN), days or seconds (NaT)."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    Attributes
    ----------
    sql : str
        Over ``events e``.
    form : str
    columns : frozenset of str
        Columns of ``events`` that it reads.
    joins : tuple of str
        Entries of :data:`JOINS` that its SQL needs, in their order.
    codes : str
        Table whose column ``code`` it is: its range is known without a look at the rows. Empty for all others.
    """

    sql: str
    form: Form
    columns: frozenset[str]
    joins: tuple[str, ...] = ()
    codes: str = ""


def _key(sql: str, form: Form, *columns: str, joins: tuple[str, ...] = (), codes: str = "") -> Key:
    return Key(sql, form, frozenset(columns), joins, codes)


# The person's stay ends with the first of release and transfer; both at once is a transfer, which is the reason for the
# release. A stay without an end is censored on the last day that its source speaks of.
_ENDED = "least(e.release_date, e.transfer_date)"
_LAST = f"coalesce({_ENDED}, x.last)"
_END_TIMED = (
    "CASE WHEN e.transfer_date IS NOT NULL AND (e.release_date IS NULL OR e.transfer_date <= e.release_date) "
    "THEN e.transfer_date_timed ELSE coalesce(e.release_date_timed, false) END"
)
# An end that was written and cannot be read is no stay without an end.
_UNREAD = (
    "(e.release_date IS NULL AND e.release_date_timed IS NOT NULL "
    "OR e.transfer_date IS NULL AND e.transfer_date_timed IS NOT NULL)"
)
_STAY = ("release_eligible_date", "release_date", "transfer_date")


def _hours(start: str, end: str, timed: str) -> str:
    """Return the SQL of the hours between two moments; whole days where either has no time of day."""
    exact = f"date_diff('minute', {start}, {end}) / 60.0"
    whole = f"24.0 * date_diff('day', {start}::DATE, {end}::DATE)"
    return f"CASE WHEN {timed} THEN {exact} ELSE {whole} END"


def _not_before(start: str, end: str, hours: str) -> str:
    """An end before its beginning is an error of the record, and no time at all."""
    return f"CASE WHEN {end} >= {start} OR {end}::DATE = {start}::DATE THEN greatest({hours}, 0.0) END"


_HELD_TIMED = f"e.release_eligible_date_timed AND {_END_TIMED}"
_HELD = _hours("e.release_eligible_date", _LAST, _HELD_TIMED)
# 8 CFR 287.7(d) counts no hour of a Saturday, a Sunday or a holiday: what lies on such days is taken off.
_FREE_DAYS = "24.0 * (t.before - f.before)"
_FREE = (
    f"CASE WHEN {_HELD_TIMED} THEN {_FREE_DAYS} "
    f"+ CASE WHEN t.free THEN date_diff('minute', t.day::TIMESTAMP, {_LAST}) / 60.0 ELSE 0.0 END "
    "- CASE WHEN f.free THEN date_diff('minute', f.day::TIMESTAMP, e.release_eligible_date) / 60.0 ELSE 0.0 END "
    f"ELSE {_FREE_DAYS} END"
)
_FOLLOWED = _hours("e.release_eligible_date", "x.last", "e.release_eligible_date_timed")
# A hold that came after release fell due was none then (2); one with a date, but marked as none, contradicts itself.
_LODGED_BY_THEN = (
    "CASE WHEN e.detainer_date_timed AND e.release_eligible_date_timed THEN e.detainer_date <= e.release_eligible_date "
    "ELSE e.detainer_date::DATE <= e.release_eligible_date::DATE END"
)
_EVENT = "(e.day::TIMESTAMP + to_minutes(coalesce(e.minute, 0)::BIGINT))"
_TO_DETAINER = _hours(_EVENT, "e.detainer_date", "e.minute IS NOT NULL AND e.detainer_date_timed")

# The day of an event of the kind "detainer" is the day on which it was lodged.
_LODGED = f"coalesce(e.detainer_date, CASE WHEN e.event = 'detainer' THEN {_EVENT} END)"
_LODGED_TIMED = (
    "CASE WHEN e.detainer_date IS NOT NULL THEN coalesce(e.detainer_date_timed, false) ELSE e.minute IS NOT NULL END"
)
_WITHIN_MONTH = "date_trunc('month', e.start) = date_trunc('month', e.\"end\")"


def _period(day: str) -> str:
    """Return the SQL of the time between two of the policy dates in which a day lies."""
    later = " ".join(f"WHEN {day} >= DATE '{entry.start}' THEN '{entry.name}'" for entry in reversed(DATES))
    return f"CASE WHEN {day} IS NULL THEN NULL {later} ELSE '{EARLIER}' END"


def _lodged(of_day: str, of_span: str) -> str:
    """Return the SQL of something about the time when a detainer was lodged: by its day, else by the event's span."""
    return f"CASE WHEN {_LODGED} IS NOT NULL THEN {of_day} WHEN e.event = 'detainer' THEN {of_span} END"


# A span that straddles one of the dates lies in no period.
_FIRST_PERIOD, _LAST_PERIOD = _period("e.start"), _period('e."end"')
_SPAN_PERIOD = f"CASE WHEN {_FIRST_PERIOD} = {_LAST_PERIOD} THEN {_FIRST_PERIOD} END"
_LODGING = ("event", "day", "minute", "detainer_date")
# A date that was written and cannot be read is a detainer, or a transfer, all the same.
_TAKEN = "e.disposition = 'transferred-to-ice' OR e.transfer_date_timed IS NOT NULL"
_HELD_FOR_ICE = "e.detainer OR e.detainer_date_timed IS NOT NULL"
# A column of operations is filled with their names, or with yes and no.
_MARKED = (
    "CASE WHEN e.operation IS NULL THEN NULL WHEN lower(trim(e.operation)) IN ('no', 'n', 'false', 'f', '0') THEN 0 "
    "ELSE 1 END"
)
# A declared day without an agency is one of every agency of the place, and so is one whose rows name none.
_DECLARED = (
    "CASE WHEN e.day IS NULL THEN NULL WHEN EXISTS (SELECT 1 FROM operations d WHERE d.place = e.place "
    "AND d.date = e.day AND (d.agency IS NULL OR e.agency IS NULL "
    "OR lower(trim(d.agency)) = lower(trim(e.agency)))) THEN 1 ELSE 0 END"
)
_FREE_OF_CONVICTION = "e.disposition IN ('dismissed', 'no-charge', 'acquitted', 'pending')"

# From 14:00 on, which is before dusk everywhere, and an hour before it too.
_EVENING = "e.minute >= 840"
_ENCOUNTER = "CASE WHEN e.day IS NOT NULL THEN coalesce(g.code, 0) END"
_OFFICER = ("officer", "agency", "day", "minute")

JOINS: Final[dict[str, str]] = {
    "officers": "LEFT JOIN row_officers o ON o.place = e.place AND o.agency IS NOT DISTINCT FROM e.agency "
    "AND o.officer = e.officer",
    "persons": "LEFT JOIN row_persons p ON p.source = e.source AND p.person = e.person",
    "grouped": "LEFT JOIN row_grouped y ON y.source = e.source AND y.event = e.event",
    "encounters": "LEFT JOIN row_encounters g ON g.place = e.place AND g.event = e.event AND g.day = e.day "
    "AND g.agency IS NOT DISTINCT FROM e.agency AND g.minute IS NOT DISTINCT FROM e.minute "
    "AND g.officer IS NOT DISTINCT FROM e.officer",
    "ends": "LEFT JOIN row_ends x ON x.source = e.source",
    "days": "LEFT JOIN row_days f ON f.day = e.release_eligible_date::DATE "
    f"LEFT JOIN row_days t ON t.day = ({_LAST})::DATE",
    "chances": "LEFT JOIN row_chances c ON c.place = e.place AND c.surname = e.surname",
}
"""Tables that derived keys need, by name; :mod:`auditor.engine.events` makes each when it is first asked for."""

_DERIVED: Final[dict[str, Key]] = {
    "hour": _key("e.minute // 60", "whole", "minute"),
    "weekday": _key("isodow(e.day) - 1", "whole", "day"),
    "weekend": _key("(isodow(e.day) >= 6)::INTEGER", "whole", "day"),
    "cold_half": _key("(month(e.day) NOT BETWEEN 4 AND 9)::INTEGER", "whole", "day"),
    "month": _key(
        f"CASE WHEN {_WITHIN_MONTH} THEN strftime(e.start, '%Y-%m') END",
        "text",
        "start",
        "end",
    ),
    # Badge numbers mean something within one agency of one place, identifiers of persons within one source.
    "officer_code": _key("o.code", "whole", *_OFFICER, joins=("officers",), codes="row_officers"),
    # Squares of a fiftieth of a degree (some 2 km): enough to tell beats apart, too coarse for an address.
    "area": _key(
        "(floor(e.latitude * 50)::BIGINT + 4500) * 100000 + floor(e.longitude * 50)::BIGINT + 9000",
        "whole",
        "latitude",
        "longitude",
    ),
    # How likely a bearer of this surname is Hispanic in this county, in bins (auditor/stats/recording/bins.py).
    "chance_bin": _key("c.bin", "whole", "surname", joins=("chances",)),
    # Rows before the evening are told by their minute alone, so that they group into few.
    "evening_day": _key(f"CASE WHEN {_EVENING} THEN e.day END", "day", "minute", "day"),
    "evening_officer": _key(
        f"CASE WHEN {_EVENING} THEN o.code END", "whole", *_OFFICER, joins=("officers",), codes="row_officers"
    ),
    # People met together: by one agency on one day, at one minute by one officer as far as these are recorded. 0 is
    # somebody met alone; where the day is missing nothing is known.
    "encounter": _key(_ENCOUNTER, "whole", *_OFFICER, joins=("encounters",), codes="row_encounters"),
    "search_encounter": _key(
        f"CASE WHEN e.searched THEN {_ENCOUNTER} END",
        "whole",
        "searched",
        *_OFFICER,
        joins=("encounters",),
        codes="row_encounters",
    ),
    "search_officer": _key(
        "CASE WHEN e.searched THEN o.code END",
        "whole",
        "searched",
        *_OFFICER,
        joins=("officers",),
        codes="row_officers",
    ),
    "person_code": _key("p.code", "whole", "person", "day", "minute", joins=("persons",), codes="row_persons"),
    "in_operation": _key(_MARKED, "whole", "operation"),
    "operation_day": _key(_DECLARED, "whole", "day", "agency"),
    "held_hours": _key(
        f"CASE WHEN NOT {_UNREAD} THEN {_not_before('e.release_eligible_date', _LAST, _HELD)} END",
        "number",
        *_STAY,
        joins=("ends",),
    ),
    "ended": _key(
        f"CASE WHEN e.release_eligible_date IS NULL OR {_UNREAD} THEN NULL "
        "WHEN e.transfer_date <= e.release_date THEN 'transfer' WHEN e.release_date IS NOT NULL THEN 'release' "
        "WHEN e.transfer_date IS NOT NULL THEN 'transfer' ELSE 'censored' END",
        "text",
        *_STAY,
    ),
    "held_hours_regulation": _key(
        f"CASE WHEN NOT {_UNREAD} THEN {_not_before('e.release_eligible_date', _LAST, f'({_HELD}) - ({_FREE})')} END",
        "number",
        *_STAY,
        joins=("ends", "days"),
    ),
    # How long a stay could be seen at most: from the moment on which release fell due to the source's last day.
    "followed_hours": _key(
        _not_before("e.release_eligible_date", "x.last", _FOLLOWED), "number", "release_eligible_date", joins=("ends",)
    ),
    "hold_when_due": _key(
        "CASE WHEN e.release_eligible_date IS NULL OR (NOT e.detainer AND e.detainer_date IS NOT NULL) THEN NULL "
        f"WHEN e.detainer_date IS NOT NULL THEN (CASE WHEN {_LODGED_BY_THEN} THEN 1 ELSE 2 END) "
        "ELSE e.detainer::INTEGER END",
        "whole",
        "detainer",
        "detainer_date",
        "release_eligible_date",
    ),
    # A date says that one was lodged; a date of one that was not contradicts itself.
    "lodged": _key(
        "CASE WHEN e.detainer_date IS NULL THEN e.detainer::INTEGER WHEN coalesce(e.detainer, true) THEN 1 END",
        "whole",
        "detainer",
        "detainer_date",
    ),
    "hours_to_detainer": _key(
        _not_before(_EVENT, "e.detainer_date", _TO_DETAINER), "number", "day", "minute", "detainer_date"
    ),
    # Whether immigration custody took the person: a transfer, a detainer only, neither as far as is recorded.
    "ice": _key(
        f"CASE WHEN {_TAKEN} THEN 'taken' WHEN {_HELD_FOR_ICE} THEN 'detainer' WHEN NOT e.detainer THEN 'no' END",
        "text",
        "disposition",
        "transfer_date",
        "detainer",
        "detainer_date",
    ),
    # Lodged on the day of the conviction is not before it. Without a date of conviction the outcome must say that there
    # is none: a blank alone says nothing.
    "before_conviction": _key(
        f"CASE WHEN {_LODGED} IS NULL THEN NULL WHEN e.conviction_date IS NOT NULL THEN "
        f"(CASE WHEN ({_LODGED_TIMED}) AND e.conviction_date_timed THEN {_LODGED} < e.conviction_date "
        f"ELSE {_LODGED}::DATE < e.conviction_date::DATE END)::INTEGER "
        f"WHEN {_FREE_OF_CONVICTION} THEN 1 END",
        "whole",
        *_LODGING,
        "conviction_date",
        "disposition",
    ),
    # When the detainer was lodged: its month, and the time between two changes of the rules.
    "detainer_month": _key(
        _lodged(f"strftime({_LODGED}, '%Y-%m')", f"CASE WHEN {_WITHIN_MONTH} THEN strftime(e.start, '%Y-%m') END"),
        "text",
        *_LODGING,
        "start",
        "end",
    ),
    "detainer_period": _key(_lodged(_period(f"{_LODGED}::DATE"), _SPAN_PERIOD), "text", *_LODGING, "start", "end"),
    "policy_period": _key(_SPAN_PERIOD, "text", "start", "end"),
}

# Where a source records groups for an event, a blank one is a person of unrecorded group (as in the counts).
_GROUP = 'CASE WHEN e."group" IS NULL AND y.told THEN \'unknown\' ELSE e."group" END'
_FORMS: Final[dict[str, Form]] = {
    "day": "day",
    "start": "day",
    "end": "day",
    "minute": "whole",
    "age": "whole",
    **dict.fromkeys(("searched", "contraband", "cited", "booked", "detainer", "prior_conviction"), "whole"),
    **dict.fromkeys(MOMENTS, "moment"),
}


def _plain(name: str) -> Key:
    form = _FORMS.get(name, "text")
    sql = _GROUP if name == "group" else f'e."{name}"'
    joins = ("grouped",) if name == "group" else ()
    return _key(f"{sql}::INTEGER" if form == "whole" else sql, form, name, joins=joins)


KEYS: Final[dict[str, Key]] = {
    **{name: _plain(name) for name in READINGS if name not in PERSONAL | {"place", "n"}},
    **_DERIVED,
}
"""Every key, by name."""
