"""Layouts of several files: tables of one export that belong together, told by the names of their files and joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from auditor.errors import InputError, Problem
from auditor.records.headless import Headless
from auditor.records.raw import RawTable
from auditor.records.read import read
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.records.unseen import visible

JOINED = "joined to "
"""How the ledger step begins under which the rows of the other tables stand."""

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Member:
    """One table of a bundle.

    Attributes
    ----------
    name : str
        What its file is called, before any number or ending: ``STOP`` for ``Stop.txt`` and ``STOPS_2019.txt``.
    layout : Headless
        Its columns.
    needed : bool
        Whether nothing can be read without it.
    """

    name: str
    layout: Headless
    needed: bool = True


@dataclass(frozen=True)
class Bundle:
    """The tables of one layout, and how they become one.

    Attributes
    ----------
    members : tuple of Member
        The first is the one whose rows the joined table has.
    join : callable
        From the tables by name to the same: the first holds what the others say of its rows, each row of it once or
        set aside; the ledgers of the others say which of their rows fit none.
    """

    members: tuple[Member, ...]
    join: Callable[[Mapping[str, RawTable], Store], Mapping[str, RawTable]]

    def member(self, path: Path) -> Member | None:
        """Return the table that a file is by its name, or None."""
        stem = re.sub(r"[^a-z0-9]", "", path.name.casefold().split(".")[0])
        for member in self.members:
            if re.fullmatch(rf"{member.name.casefold()}s?(\d.*)?", stem):
                return member
        return None


@dataclass(frozen=True)
class Gathered:
    """The files of one source that make up a bundle.

    Attributes
    ----------
    bundle : Bundle
        What they are.
    files : mapping of str to list of Path
        By the name of the table.
    others : tuple of Path
        What lies beside them and is none of them.
    """

    bundle: Bundle
    files: Mapping[str, list[Path]]
    others: tuple[Path, ...] = field(default=())

    def read(self, spec: SourceSpec, store: Store) -> list[RawTable]:
        """Read and join the tables.

        Returns
        -------
        list of RawTable
            The joined one; then the others, whose rows stand in its rows and are accounted for as such.

        Raises
        ------
        InputError
            When a table is missing, is there twice, or cannot be read.
        """
        self._check()
        tables = dict(self.bundle.join(self._tables(spec, store), store))
        first = self.bundle.members[0].name
        joined = self._noted(tables.pop(first))
        step = f"{JOINED}the rows of {joined.file}"
        return [joined, *(replace(raw, ledger=raw.ledger.step(step, raw.ledger.used)) for raw in tables.values())]

    def _tables(self, spec: SourceSpec, store: Store) -> dict[str, RawTable]:
        layouts = {member.name: member.layout for member in self.bundle.members}
        tables: dict[str, RawTable] = {}
        problems: list[Problem] = []
        for name, (path,) in self.files.items():
            try:
                found = read(path, spec, store, layouts[name])
            except InputError as error:
                problems += error.problems
                continue
            tables[name] = found[0]
            if len(found) > 1:
                sheets = ", ".join(repr(raw.sheet) for raw in found)
                where = Problem(f"more than one sheet: {sheets}", "it is not known which is the table", "keep that one")
                problems.append(replace(where, file=found[0].file))
        if problems:
            raise InputError("tables that belong together cannot be read", problems)
        return tables

    def _check(self) -> None:
        found = ", ".join(visible(path.name) for paths in self.files.values() for path in paths)
        problems = [
            Problem(
                f"no file of the table {member.name} beside {found}",
                "the tables belong together, and each holds a part of what a row says",
                f"put {member.name} (with any ending) into the same folder, and give the folder as path",
                file=found.split(", ")[0],
            )
            for member in self.bundle.members
            if member.needed and member.name not in self.files
        ]
        problems += [
            Problem(
                f"{len(paths)} files of the table {name}: {', '.join(visible(path.name) for path in paths)}",
                "their numbers may repeat from one export to the next, so the files are not put together",
                "give each export as a source of its own",
                file=visible(paths[0].name),
            )
            for name, paths in self.files.items()
            if len(paths) > 1
        ]
        if problems:
            raise InputError("tables that belong together are not all there", problems)

    def _noted(self, joined: RawTable) -> RawTable:
        ledger = joined.ledger
        if self.others:
            names = ", ".join(visible(path.name) for path in self.others)
            ledger = ledger.note(f"files beside the tables that are none of them, passed over: {names}")
        for member in self.bundle.members:
            if member.name not in self.files:
                ledger = ledger.note(f"there is no file of the table {member.name}; nothing is read from it")
        return replace(joined, ledger=ledger)


def parts(paths: Sequence[Path], bundles: Sequence[Bundle], *, named: bool) -> list[Path | Gathered]:
    """Return what is to be read of the files of one source: each by itself, or those of a bundle together.

    Parameters
    ----------
    paths : sequence of Path
        The files.
    bundles : sequence of Bundle
        Those of the format that the configuration names, or of every format.
    named : bool
        Whether it names one; else two of the tables must be there before the files are taken for a bundle.
    """
    for bundle in bundles:
        files: dict[str, list[Path]] = {}
        for path in paths:
            if (member := bundle.member(path)) is not None:
                files.setdefault(member.name, []).append(path)
        if len(files) >= (1 if named else _FEWEST):
            others = tuple(path for path in paths if bundle.member(path) is None)
            ordered = {member.name: files[member.name] for member in bundle.members if member.name in files}
            return [Gathered(bundle, ordered, others)]
    return list(paths)
