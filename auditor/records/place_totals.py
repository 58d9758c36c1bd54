"""Totals over places: a state beside its counties, "Statewide", "Total", the nation.

The nation's own figure is worth more than a total of the rows at hand: when it is larger than they are, it becomes
the place ``US``, a baseline. Every other total is set aside.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import NATION
from auditor.records.private import counted
from auditor.records.sheet import EXCLUDED, QUARANTINED, Row, Sheet, literal, quote
from auditor.records.totals import TOLERANCE, dimensions_of, key_columns, sums, time_keys

_FEWEST_PARTS, _FEWEST_EVENTS = 3, 100
"""Fewer parts, or smaller sums, are equal by chance too often to bother a person with."""


def settle_place_totals(sheet: Sheet, values: Sequence[str]) -> None:
    """Set aside the rows that sum other places, or make them the nation.

    Parameters
    ----------
    sheet : Sheet
        Its typed table is changed: ``aside`` and ``place`` of the totals.
    values : sequence of str
        Number columns to compare; empty where rows are persons.
    """
    for (state,) in _states(sheet):
        _settle_state_row(sheet, state, values)
    scopes = sheet.sql(
        f"SELECT place_total FROM {sheet.typed} WHERE aside IS NULL AND place_total IS NOT NULL "  # noqa: S608
        "GROUP BY 1 ORDER BY length(place_total) DESC, 1"
    )
    # Subtotals of states first ("06" before "all"), so that larger totals do not meet them among their parts.
    for (scope,) in sorted(scopes, key=lambda row: (len(row[0]) != 2, row[0])):
        _settle_scope(sheet, scope, values)
    if values and sheet.spec.totals != "keep":
        _ask_unlabelled(sheet, values)


def _states(sheet: Sheet) -> list[Row]:
    """States that stand as rows of their own beside some of their counties."""
    return sheet.sql(
        f"SELECT DISTINCT s.place FROM {sheet.typed} s WHERE length(s.place) = 2 AND s.place <> '{NATION}' "  # noqa: S608
        f"AND s.aside IS NULL AND EXISTS (SELECT 1 FROM {sheet.typed} c WHERE c.within = s.place "
        "AND length(c.place) = 5 AND c.aside IS NULL) ORDER BY 1"
    )


def _sums_of(sheet: Sheet, total: str, parts: str, values: Sequence[str]) -> list[Row]:
    """Return, for each value column, the totals' sum and the least and largest sum of their parts.

    Only cells in which both stand are compared.
    """
    if not values:  # one row is one person: there is no figure to compare
        return []
    keys = [*key_columns(dimensions_of(sheet), without="place"), *time_keys(sheet)]
    listed = ", ".join(f"k{i}" for i in range(len(keys))) or "1"
    aliased = "".join(f", {text} AS k{i}" for i, text in enumerate(keys))
    same = " AND ".join(f"t.k{i} = p.k{i}" for i in range(len(keys))) or "true"
    selected = ", ".join(
        f"sum(t.{quote(v)}) FILTER (p.{quote(v + '_lo')} IS NOT NULL), "
        f"sum(p.{quote(v + '_lo')}) FILTER (t.{quote(v)} IS NOT NULL), "
        f"sum(p.{quote(v + '_hi')}) FILTER (t.{quote(v)} IS NOT NULL)"
        for v in values
    )
    row = sheet.sql(
        f"WITH k AS (SELECT *{aliased} FROM {sheet.typed} WHERE aside IS NULL), "  # noqa: S608
        f"p AS (SELECT {listed}{sums(values)} FROM k WHERE {parts} GROUP BY ALL) "
        f"SELECT {selected} FROM k t JOIN p ON {same} WHERE {total}"
    )[0]
    return [tuple(row[3 * i : 3 * i + 3]) for i in range(len(values))]


def _compare(found: list[Row]) -> str:
    """Return ``above``, ``equal``, ``near``, ``below`` or ``nothing`` (no cell to compare)."""
    rows = [row for row in found if row[0] is not None and row[1] is not None and row[2] is not None]
    if not rows:
        return "nothing"
    if all(low <= total <= high for total, low, high in rows):
        return "equal"
    if any(total < low * (1 - TOLERANCE) for total, low, _ in rows):
        return "below"
    return "above" if any(total > high for total, _, high in rows) else "near"


def _said(found: list[Row], values: Sequence[str]) -> str:
    return "; ".join(
        f"{value} {total:,.10g} against {low:,.10g}" + (f" to {high:,.10g}" if high != low else "")
        for value, (total, low, high) in zip(values, found, strict=True)
        if total is not None and low is not None
    )


def _settle_state_row(sheet: Sheet, state: str, values: Sequence[str]) -> None:
    total = f"place = {literal(state)}"
    parts = f"within = {literal(state)} AND length(place) = 5"
    found = _sums_of(sheet, total, parts, values)
    name = _name(state)
    if not values:
        sheet.note(f"{name}: rows without a county stand as the state beside its counties, and are part of none")
    elif _compare(found) == "equal" and sheet.spec.totals != "keep":
        _set_aside(sheet, total, f"subtotal of a state beside its counties ({name})")
        sheet.note(f"{name}: equals the sum of its counties{counted(sheet.spec, _said(found, values))}; set aside")
    elif found:
        said = counted(sheet.spec, _said(found, values))
        sheet.note(f"{name} is a row of its own beside some of its counties; kept as a state{said}")


def _name(state: str) -> str:
    place = gazetteer().place(state)
    return place.name if place else state


def _set_aside(sheet: Sheet, where: str, reason: str, mark: str = EXCLUDED) -> None:
    sheet.run(f"UPDATE {sheet.single} SET aside = {literal(mark + reason)} WHERE aside IS NULL AND {where}")  # noqa: S608


def _make(sheet: Sheet, where: str, place: str) -> None:
    sheet.run(
        f"UPDATE {sheet.single} SET place = {literal(place)}, place_total = NULL WHERE aside IS NULL AND {where}"  # noqa: S608
    )


def _settle_scope(sheet: Sheet, scope: str, values: Sequence[str]) -> None:
    total = f"place_total = {literal(scope)}"
    found = _sums_of(sheet, total, _parts(sheet, scope), values)
    outcome, said = _compare(found), _said(found, values)
    if scope == "blank":
        _blank(sheet, total, outcome, said)
    elif len(scope) == 2:
        _state_total(sheet, total, scope, outcome, said)
    elif scope == "nation" or _national(sheet, outcome):
        _nation(sheet, total, scope, outcome, said)
    else:
        _other(sheet, total, outcome, said)


def _parts(sheet: Sheet, scope: str) -> str:
    base = f"place IS NOT NULL AND place <> '{NATION}'"
    if len(scope) == 2:
        return f"{base} AND within = {literal(scope)} AND length(place) > 2"
    fine = f"{base} AND length(place) > 2"
    below = sheet.sql(f"SELECT 1 FROM {sheet.typed} WHERE aside IS NULL AND {fine} LIMIT 1")  # noqa: S608
    return fine if below else base


def _blank(sheet: Sheet, total: str, outcome: str, said: str) -> None:
    if outcome == "equal":
        _set_aside(sheet, total, "totals row (no label, equals the sum of the others)")
        shown = counted(sheet.spec, said)
        sheet.note(f"a row without a place equals the sum of the others{shown}; set aside as their total")
    else:
        _set_aside(sheet, total, "place is blank", QUARANTINED)


def _state_total(sheet: Sheet, total: str, state: str, outcome: str, said: str) -> None:
    if sheet.spec.totals == "keep":
        _make(sheet, total, state)
        return
    if outcome == "below":
        _ask_below(sheet, total, f"the total of {_name(state)}", said)
    _set_aside(sheet, total, f"totals row ({_name(state)})")
    words = "equals the sum of its rows" if outcome == "equal" else "differs from the sum of its rows"
    shown = f"{words}{counted(sheet.spec, said)}; set aside" if said else "set aside"
    sheet.note(f"total of {_name(state)} {shown}")


def _national(sheet: Sheet, outcome: str) -> bool:
    """A bare "Total" of a national programme's table that exceeds rows of several states is the nation's."""
    if not sheet.adapter.national or outcome != "above" or sheet.spec.state:
        return False
    states = sheet.sql(f"SELECT count(DISTINCT within) FROM {sheet.typed} WHERE aside IS NULL")[0][0]  # noqa: S608
    return bool(states > 1)


def _nation(sheet: Sheet, total: str, scope: str, outcome: str, said: str) -> None:
    if outcome in ("above", "nothing") or sheet.spec.totals == "keep":
        _make(sheet, total, NATION)
        shown = counted(sheet.spec, said)
        sheet.note(f"the nationwide total is larger than the rows supplied{shown}; kept as the place US" if said
                   else "nationwide rows kept as the place US")  # fmt: skip
        return
    if outcome == "below":
        _ask_below(sheet, total, "the nationwide total", said)
    _set_aside(sheet, total, "totals row (nation)" if scope == "nation" else "totals row")
    words = {"equal": "equal to the sum of the rows", "below": "smaller than the sum of the rows"}.get(outcome, "")
    sheet.note(f"nationwide total set aside{f', {words}' if words else ''}{counted(sheet.spec, said)}")


def _ask_below(sheet: Sheet, total: str, what: str, said: str) -> None:
    """Ask about a total that is smaller than the rows it should hold, unless the configuration settles totals."""
    if "totals" in sheet.spec.model_fields_set:
        return
    row = sheet.sql(f"SELECT min(_row) FROM {sheet.typed} WHERE aside IS NULL AND {total}")[0][0]  # noqa: S608
    sheet.ask(
        f"{what} is smaller than the rows that it should hold: {said}",
        "a total cannot have fewer than its parts: something is counted twice, or the periods differ",
        'mend the file, or say totals = "exclude" to set the total aside',
        column="place",
        row=row,
        line='totals = "exclude"',
    )


def _other(sheet: Sheet, total: str, outcome: str, said: str) -> None:
    if (outcome == "nothing" and not _others(sheet)) or sheet.spec.totals == "keep":
        row = sheet.sql(f"SELECT min(_row) FROM {sheet.typed} WHERE aside IS NULL AND {total}")[0][0]  # noqa: S608
        sheet.ask(
            "a total without the rows that it sums",
            "it does not say of which place it is the total",
            "name the place in places (a state code, US) or in the file",
            column="place",
            row=row,
        )
        return
    if outcome == "below":
        _ask_below(sheet, total, "the total", said)
    _set_aside(sheet, total, "totals row")
    words = {"equal": "equals the sum of the other rows", "above": "is larger than the rows supplied"}
    tail = '; if it is the nation\'s, say places = { "<its label>" = "US" }' if outcome == "above" else ""
    shown = counted(sheet.spec, said)
    sheet.note(f"the total {words.get(outcome, 'differs from the sum of the other rows')}{shown}; set aside{tail}")


def _others(sheet: Sheet) -> bool:
    return bool(sheet.sql(f"SELECT 1 FROM {sheet.typed} WHERE aside IS NULL AND place IS NOT NULL LIMIT 1"))  # noqa: S608


def _ask_unlabelled(sheet: Sheet, values: Sequence[str]) -> None:
    """Ask about a local place whose figures are, in every cell, the sum of all the others ("Citywide")."""
    keys = [*key_columns(dimensions_of(sheet), without="place"), *time_keys(sheet)]
    listed = ", ".join(f"k{i}" for i in range(len(keys)))
    aliased = "".join(f", {text} AS k{i}" for i, text in enumerate(keys))
    value = quote(values[0])
    rows = sheet.sql(
        f"WITH k AS (SELECT place, _row, {value} AS n{aliased} FROM {sheet.typed} "  # noqa: S608
        f"WHERE aside IS NULL AND place IS NOT NULL AND place <> '{NATION}'), "
        f"c AS (SELECT *, sum(n) OVER (PARTITION BY {listed}) AS whole, "
        f"count(*) OVER (PARTITION BY {listed}) AS rows FROM k) "
        "SELECT place, min(_row), sum(n), sum(rows - 1) FROM c WHERE length(place) > 5 GROUP BY place "
        f"HAVING bool_and(2 * n = whole AND rows > {_FEWEST_PARTS}) AND sum(n) >= {_FEWEST_EVENTS} ORDER BY 1"
    )
    for place, row, total, _ in rows:
        sheet.ask(
            f"the figures of {place} ({int(total):,}) are the sum of all the other rows",
            "it looks like a total under another name, and would count everybody twice",
            'leave it out with places = { "<its text>" = "exclude" }, or say totals = "keep" if it is a place',
            column="place",
            row=row,
        )
