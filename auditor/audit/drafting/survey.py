"""Look at one file: recognise its format, or propose one."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from auditor.domain.source import Source
from auditor.errors import ConfigError, DecisionNeeded, InputError, Problem
from auditor.records.adapter import AUTO, Adapter, fitting, found_adapters, named
from auditor.records.bundle import Gathered, parts
from auditor.records.columns import find_columns
from auditor.records.proposing.line import Line
from auditor.records.proposing.profile import Profile, profiles
from auditor.records.proposing.proposal import CANONICAL, Proposal, propose, set_aside
from auditor.records.raw import RawTable
from auditor.records.read import read
from auditor.records.spec import SourceSpec
from auditor.records.store import Store


@dataclass
class Surveyed:
    """What was found out about one source.

    Attributes
    ----------
    spec : SourceSpec
        As it was tried: what is in the configuration already, with what is proposed.
    head : list of str
        Remarks on the file.
    lines : list of Line
        Proposals and open questions.
    asked, wrong : list of Problem
        The questions as the terminal words them (with counts); what makes the file unusable.
    met : list of Source
        What was read.
    names : frozenset of str
        Canonical columns that it has, whether they could be read yet or not.
    proposed : bool
        Whether its format was proposed here, for the first time.
    headers : tuple of str
        Columns of its fullest table, as the file names them.
    """

    spec: SourceSpec
    head: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    asked: list[Problem] = field(default_factory=list)
    wrong: list[Problem] = field(default_factory=list)
    met: list[Source] = field(default_factory=list)
    names: frozenset[str] = frozenset()
    proposed: bool = False
    headers: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The canonical format; empty where it is open."""
        known = found_adapters()
        return known[self.spec.format].kind if self.spec.format in known else ""


def look(spec: SourceSpec, base: Path, *, begun: bool) -> Surveyed:
    """Look at the file (or the files) of one source, and recognise or propose its format.

    Parameters
    ----------
    spec : SourceSpec
        Nothing but a path, or what a configuration says already.
    base : path
        Folder that its path is relative to.
    begun : bool
        Whether it stands in a configuration: what was proposed there once is not pressed again.
    """
    files = files_of(spec, base)
    bundled = bundle_of(files, spec.format)
    if bundled is not None:
        return _bundle(bundled, spec)
    with Store() as store:
        try:
            tables = read(files[0] if files else base / spec.path, spec, store)
            found = _looked_at(tables, spec, store, begun=begun)
        except (InputError, ConfigError) as error:
            return Surveyed(spec, wrong=list(error.problems))
        except DecisionNeeded as error:
            found = Surveyed(spec, asked=list(error.problems))
            found.lines = [Line("", "", text, firm=False) for text in error.toml.split("\n") if text]
            return found
    headers = max(tables, key=lambda raw: raw.ledger.read).columns
    found.headers = tuple(headers)
    if found.kind:
        known = found_adapters()[found.spec.format]
        found.names = frozenset({*find_columns(headers, known.columns), *found.spec.columns, *found.spec.constants})
    return found


def files_of(spec: SourceSpec, base: Path) -> list[Path]:
    """Return the files that a path names: a file, those in a folder, or those that fit a pattern."""
    full = base / spec.path
    if full.is_file():
        return [full]
    inside = full.iterdir() if full.is_dir() else map(Path, glob.glob(str(full), recursive=True))
    return sorted(path for path in inside if path.is_file() and not path.name.startswith((".", "~$")))


def bundle_of(files: Sequence[Path], format_: str = AUTO) -> Adapter | None:
    """Return the layout of several files that some files are, by their names; None where they are none."""
    for adapter in found_adapters().values():
        if adapter.bundle is None or format_ not in ("", AUTO, adapter.name):
            continue
        if any(isinstance(part, Gathered) for part in parts(files, [adapter.bundle], named=False)):
            return adapter
    return None


def _bundle(adapter: Adapter, spec: SourceSpec) -> Surveyed:
    found = Surveyed(spec.model_copy(update={"format": adapter.name}))
    found.head = [f"recognised as {adapter.name} by the names of its files"]
    found.names = frozenset(column.name for column in adapter.columns)
    if _formatless(spec):
        found.lines.append(Line("", "format", adapter.name))
    return found


def _looked_at(tables: Sequence[RawTable], spec: SourceSpec, store: Store, *, begun: bool) -> Surveyed:
    """Return what the columns of a file tell."""
    adapter, raw = _recognised(tables, spec)
    looked = profiles(raw, store)
    if adapter is None:
        named_ = "" if spec.format == AUTO else spec.format
        return _proposed(propose(looked, named_), spec, begun=begun)
    found = Surveyed(spec.model_copy(update={"format": adapter.name}), _about(adapter, raw, looked))
    if _formatless(spec):
        found.lines.append(Line("", "format", adapter.name))
    if adapter.name in CANONICAL:
        more = propose(looked, adapter.name)
        found.lines += [*_beside(_new(more, spec), spec, begun=begun)]
        found.spec = applied(found.spec, adapter.name, found.lines)
    return found


def _beside(lines: Sequence[Line], spec: SourceSpec, *, begun: bool) -> Iterator[Line]:
    """Yield what a file of a known format may hold beside its own columns: a group under another name above all.

    Without it nothing could be said of groups, and its owner would not see why. In a configuration that was begun it is
    asked only where it was left open.
    """
    for line in lines:
        if line.name == "group" and (not begun or "columns.group" in spec.unanswered):
            yield line
        elif line.name == "group":
            yield from () if line.open else (replace(line, firm=False),)
        elif not line.firm or line.name == "fold":
            yield line


def _recognised(tables: Sequence[RawTable], spec: SourceSpec) -> tuple[Adapter | None, RawTable]:
    """Return the format of the first sheet that has one, as named or by its columns; else the longest sheet."""
    longest = max(tables, key=lambda raw: raw.ledger.read)
    if spec.format not in (AUTO, ""):
        adapter = named(spec.format)
        complete = adapter.signed(longest.columns) or not _missing(adapter, spec, longest)
        return (adapter if complete or adapter.name not in CANONICAL else None), longest
    for raw in tables:
        fits = fitting(raw.columns, spec)
        if len(fits) == 1:
            return fits[0], raw
    return None, longest


def _missing(adapter: Adapter, spec: SourceSpec, raw: RawTable) -> bool:
    names = {*find_columns(raw.columns, adapter.columns), *spec.answered().columns, *spec.answered().constants}
    return not all(names & set(group) for group in adapter.required)


def _formatless(spec: SourceSpec) -> bool:
    """Tell whether a source is to be given a format; one whose owner wrote ``auto`` has one."""
    return not spec.format or (spec.format == AUTO and "format" not in spec.model_fields_set)


def _about(adapter: Adapter, raw: RawTable, looked: Sequence[Profile]) -> list[str]:
    used = find_columns(raw.columns, adapter.columns)
    read = [f"{raw.columns[at[0]]} as {name}" for name, at in used.items() if raw.columns[at[0]] != name]
    taken = {raw.columns[at[0]] for at in used.values()}
    aside = [header for header in set_aside(looked) if header not in taken]
    remarks = [f"recognised as {adapter.name} by its columns"]
    remarks += [f"read: {', '.join(read)}"] * bool(read)
    return remarks + [f"not used, since they may point to a person: {', '.join(aside)}"] * bool(aside)


def _new(proposal: Proposal, spec: SourceSpec) -> list[Line]:
    """Return the lines of a proposal that the configuration does not answer already."""
    answered = spec.answered()
    told = {*answered.columns, *answered.constants, *(["fold"] if spec.fold else [])}
    settled = told | ({"place", "jurisdiction", "state"} if told & {"place", "jurisdiction"} else set())
    return [line for line in proposal.lines if line.name not in settled]


def _proposed(proposal: Proposal, spec: SourceSpec, *, begun: bool) -> Surveyed:
    """Return what a proposal makes of a source."""
    lines = _new(proposal, spec)
    if begun:
        # What its owner took out of the configuration is offered again, not pressed.
        left = {name.partition(".")[2] for name in spec.unanswered}
        lines = [line if line.open or line.name in left else replace(line, firm=False) for line in lines]
    if _formatless(spec):
        lines.insert(0, format_line(proposal.format, proposal.why))
    why = [f"no format fits its columns. {proposal.format}: {proposal.why}"] if proposal.format and proposal.why else []
    return Surveyed(applied(spec, proposal.format, lines), [*why, *proposal.remarks], lines, proposed=not begun)


def format_line(format_: str, why: str) -> Line:
    """Return the line of the format: what it is, or the question what one row is."""
    if format_:
        return Line("", "format", format_)
    choice = f"one of {', '.join(CANONICAL)} (`auditor init --template NAME` shows the columns of each)"
    return Line("", "format", "", (f"what is one row? {why}", choice))


def applied(spec: SourceSpec, format_: str, lines: Sequence[Line]) -> SourceSpec:
    """Return a source as its firm lines make it."""
    firm = [line for line in lines if line.firm]
    tables = {
        table: {**getattr(spec, table), **{line.name: line.value for line in firm if line.table == table}}
        for table in ("columns", "constants")
    }
    named_ = format_ or ("" if spec.format == AUTO else spec.format)
    own = {line.name: line.value for line in firm if not line.table and line.name == "fold"}
    return spec.model_copy(update={**tables, **own, "format": named_})
