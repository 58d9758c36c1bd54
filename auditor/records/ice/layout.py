"""What the Deportation Data Project's four tables of ICE (arrests, detainers, encounters, removals) have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auditor.records.ice.checks import LOOKED_AT, note_checks
from auditor.records.ice.episodes import FLAGS, mark_repeats, note_flags, settle_copies
from auditor.records.ice.levels import CRIMINALITY, THREAT, add_level
from auditor.records.ice.places import blank_missing
from auditor.records.raw import RawTable
from auditor.records.rearrange import Rearranged
from auditor.records.redaction import settle_redaction
from auditor.records.store import Store


def _nothing(work: Rearranged) -> None:
    """Do nothing more."""


@dataclass(frozen=True, slots=True)
class IceTable:
    """One of the tables: what tells it from the other three.

    Attributes
    ----------
    what : str
        Noun of its events, in the plural.
    day : tuple of str
        Columns of the day (and time), the first that is there.
    hours : int
        Longest gap within one person's episode; 0 for the same day.
    states, counties : tuple of str
        Columns of places, in which marks for what is missing are blanked.
    telling : tuple of str
        Columns of which a blank means something.
    told : tuple of str
        Columns that others are made of, beside those that all four tables have.
    more : callable
        What is done with this table alone, once its level is known.
    """

    what: str
    day: tuple[str, ...]
    hours: int
    states: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    more: Callable[[Rearranged], None] = _nothing

    def reshape(self, raw: RawTable, store: Store) -> RawTable:
        """Blank what is withheld, mark repeated events, add the level, and note what does not fit together."""
        work = Rearranged(raw, store)
        settle_redaction(work, telling=self.telling)
        blank_missing(work, *self.counties, states=self.states)
        settle_copies(work)
        note_flags(work)
        mark_repeats(work, self.what, self.day, hours=self.hours)
        add_level(work)
        self.more(work)
        note_checks(work, self.day)
        return work.done(told=(*CRIMINALITY, *THREAT, *LOOKED_AT, *FLAGS, *self.told))
