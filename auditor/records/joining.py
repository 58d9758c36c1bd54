"""Programme starts and days of operations beside counts: which joined to none, and which counts have none."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.domain.places import gazetteer
from auditor.domain.vocabulary import NATION
from auditor.records.sheet import SHOWN, Sheet, times
from auditor.records.store import Store


def note_unjoined(sheets: Sequence[Sheet], store: Store) -> None:
    """Note, in the ledger of every source of programme starts, the places that did not meet.

    Nothing is joined by guess: a start under a code that has ended stays there, and the note names the codes that
    took its place, so that the configuration can say which of them it stands for.
    """
    counted = {row[0] for row in store.connection.execute("SELECT DISTINCT place FROM counts").fetchall()} - {NATION}
    if not counted:
        return
    _note_operations(sheets, store, counted)
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
