"""What stands beside counts (programme starts, operations, baselines, lists of places): what joined to none."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import NATION
from auditor.records.sheet import SHOWN, Sheet, times
from auditor.records.store import Store

FAR_YEARS = 5
"""Years between a baseline and the counts beyond which the ledger says so."""


def note_unjoined(sheets: Sequence[Sheet], store: Store) -> None:
    """Note, in the ledger of every source of programme starts, the places that did not meet.

    Nothing is joined by guess: a start under a code that has ended stays there, and the note names the codes that
    took its place, so that the configuration can say which of them it stands for.
    """
    counted = {row[0] for row in store.connection.execute("SELECT DISTINCT place FROM counts").fetchall()} - {NATION}
    if not counted:
        return
    _note_operations(sheets, store, counted)
    _note_baselines(sheets, store, counted)
    _note_listed(sheets, store, counted)
    rows = store.connection.execute("SELECT DISTINCT source, place FROM activations ORDER BY 1, 2").fetchall()
    for source in sorted({row[0] for row in rows}):
        begun = {place for index, place in rows if index == source}
        _note_starts(sheets[source], begun, counted)
        _note_counts(sheets[source], begun, counted)


def _note_operations(sheets: Sequence[Sheet], store: Store, counted: set[str]) -> None:
    """Note, in the ledger of every source of operation days, the places of which there are no counts."""
    rows = store.connection.execute("SELECT DISTINCT source, place FROM operations ORDER BY 1, 2").fetchall()
    for source in sorted({row[0] for row in rows}):
        places = {place for index, place in rows if index == source}
        alone = sorted(places - counted)
        none = f"{len(alone):,} without counts ({_listed(alone)})" if alone else "all have counts"
        sheets[source].note(f"days of operations at {times(len(places), 'place')}: {none}")


def _note_baselines(sheets: Sequence[Sheet], store: Store, counted: set[str]) -> None:
    """Note, in the ledger of every baseline, the places that did not meet, both ways, and years far apart."""
    rows = store.connection.execute("SELECT DISTINCT source, place FROM population ORDER BY 1, 2").fetchall()
    everywhere = {place for _, place in rows}
    for source in sorted({row[0] for row in rows}):
        alone = sorted({place for index, place in rows if index == source} - counted - {NATION})
        if alone:
            sheets[source].note(f"{times(len(alone), 'place')} with a baseline and no counts ({_listed(alone)})")
        without = sorted(counted - everywhere)
        if without:
            sheets[source].note(f"{times(len(without), 'place')} with counts and no baseline ({_listed(without)})")
        _note_other_codes(sheets[source], without, everywhere)
        _note_years(sheets[source], store)


def _note_other_codes(sheet: Sheet, without: Sequence[str], based: set[str]) -> None:
    """Note the places whose baseline stands under a code that came before or after theirs (Connecticut since 2022)."""
    after = {code: set(gazetteer().successors(code)) for code in (*without, *based)}
    found = []
    for place in without:
        others = sorted((after[place] & based) | {code for code in based if place in after[code]})
        if others:
            found.append(f"{_name(place)}: {', '.join(map(_name, others))}")
    if found:
        more = f"; and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
        sheet.note(
            f"places whose ground has its baseline under another code, with which nothing is joined by guess: "
            f"{'; '.join(found[:SHOWN])}{more}; where it is the same ground, places = {{ ... }} says so"
        )


def _note_years(sheet: Sheet, store: Store) -> None:
    """Note a baseline of which no year lies within five years of the counts."""
    found = store.connection.execute(
        'SELECT min(p.start), max(p."end"), min(c.start), max(c."end"), min(greatest(0, '
        "date_diff('day', p.\"end\", c.start), date_diff('day', c.\"end\", p.start))) FROM population p, "
        '(SELECT min(start) AS start, max("end") AS "end" FROM counts) c WHERE p.source = ? AND p.start IS NOT NULL',
        [sheet.index],
    ).fetchall()[0]
    if found[4] is not None and found[4] > FAR_YEARS * 365.25:
        sheet.note(
            f"the baseline is of {found[0]} to {found[1]}, and the counts are of {found[2]} to {found[3]}: more than "
            f"{FAR_YEARS} years lie between them, and who lives there may have changed"
        )


def _note_listed(sheets: Sequence[Sheet], store: Store, counted: set[str]) -> None:
    """Note the listed places of which there are no counts: who does not report is not missing at random."""
    rows = store.connection.execute("SELECT DISTINCT source, place FROM places ORDER BY 1, 2").fetchall()
    for source in sorted({row[0] for row in rows}):
        alone = [place for index, place in rows if index == source and place not in counted]
        if alone:
            sheets[source].note(
                f"{times(len(alone), 'place')} listed and without counts ({_listed(alone)}): those that do not report "
                "may differ from those that do"
            )


def _note_starts(sheet: Sheet, begun: set[str], counted: set[str]) -> None:
    alone = sorted(begun - counted)
    if not alone:
        sheet.note(f"programme starts of {times(len(begun), 'place')}: all have counts")
        return
    sheet.note(
        f"programme starts of {times(len(begun), 'place')}: {len(begun) - len(alone):,} joined to counts, "
        f"{len(alone):,} to none ({_listed(alone)})"
    )
    ended = [place for place in alone if gazetteer().successors(place)]
    if ended:
        some = "; ".join(f"{_name(place)}, now {_successors(place)}" for place in ended[:SHOWN])
        more = f"; and {len(ended) - SHOWN:,} more" if len(ended) > SHOWN else ""
        sheet.note(
            f"{times(len(ended), 'start')} without counts under a code that has ended: {some}{more}; "
            "places = { ... } says which code the counts stand under, if any"
        )


def _note_counts(sheet: Sheet, begun: set[str], counted: set[str]) -> None:
    without = sorted(counted - begun)
    if without:
        sheet.note(f"{times(len(without), 'place')} with counts and no programme start here ({_listed(without)})")


def _successors(place: str) -> str:
    return ", ".join(_name(code) for code in gazetteer().successors(place))


def _name(place: str) -> str:
    known = gazetteer().place(place)
    return str(known) if known is not None else place


def _listed(places: Sequence[str]) -> str:
    more = f", and {len(places) - SHOWN:,} more" if len(places) > SHOWN else ""
    return ", ".join(places[:SHOWN]) + more
