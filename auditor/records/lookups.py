"""What is looked up while places are read: people's decisions, and the user's own tables of agencies and facilities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.records.decisions import Decision, Decisions, Kind
from auditor.records.directory import Directory, directory

if TYPE_CHECKING:
    from auditor.records.store import Store


@dataclass
class Lookups:
    """One for all sheets of a run.

    Attributes
    ----------
    decisions : Decisions
        Of the file that the configuration names.
    used : set of Decision
        Those that answered something so far.
    """

    decisions: Decisions = field(default_factory=Decisions)
    used: set[Decision] = field(default_factory=set)
    _directory: Directory | None = None

    def decided(self, kind: Kind, text: str) -> Decision | None:
        """Return the decision on a written text, and note that it was used."""
        found = self.decisions.find(kind, text)
        if found is not None:
            self.used.add(found)
        return found

    def decides(self, kind: Kind) -> bool:
        """Say whether any decision is about this kind of text."""
        return any(entry.kind == kind for entry in self.decisions.entries)

    def directory(self, store: Store) -> Directory:
        """Return what the tables of agencies and facilities hold, which are all read before anything is looked up."""
        if self._directory is None:
            self._directory = directory(store)
        return self._directory
