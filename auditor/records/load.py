"""From files to the canonical tables: every file read, every problem gathered, every row accounted for."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from auditor.domain.periods import Period
from auditor.domain.source import Source
from auditor.errors import ConfigError, DecisionNeeded, InputError, Problem
from auditor.records import account, canonical, repeats
from auditor.records.adapter import AUTO, bundles_of, choose, fits
from auditor.records.beside_group import ask_beside_group
from auditor.records.bundle import Gathered, parts
from auditor.records.columns import ColumnMap, find_columns, map_columns
from auditor.records.container import is_lock_file
from auditor.records.decisions import Decisions, use_note
from auditor.records.docket import Docket
from auditor.records.event_columns import source_column
from auditor.records.events import prune
from auditor.records.fill_down import fill_down
from auditor.records.flag_columns import drop_days
from auditor.records.lookups import Lookups
from auditor.records.own_crosswalk import own_crosswalk
from auditor.records.raw import RawTable
from auditor.records.read import read, with_differences
from auditor.records.record_ids import set_aside_copies
from auditor.records.required import ask_place, check_required
from auditor.records.sheet import Sheet
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.records.unseen import visible
from auditor.records.wanted_columns import wanted_columns

_FIRST = {"places": 0, "facilities": 1}
_LOOKED_UP = frozenset({"facility_name", "facility_city"})


@dataclass(frozen=True)
class Loaded:
    """What was read.

    Attributes
    ----------
    sources : tuple of Source
        One for each file and sheet; its position is the ``source`` column of the canonical tables.
    notes : tuple of str
        What holds over several sources.
    names : dict
        Display names of places that the files themselves name (``local:`` places and agencies first of all).
    store : Store
        Holds the canonical tables: ``counts``, ``population``, ``places``, ``activations``, ``operations``, ``events``.
    """

    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    names: dict[str, str]
    store: Store


def load(
    specs: Sequence[SourceSpec],
    base: Path,
    store: Store,
    *,
    period: Period | None = None,
    exclude: Sequence[str] = (),
    as_of: date | None = None,
    rows: frozenset[str] = frozenset(),
    docket: Docket | None = None,
    decisions: Decisions = Decisions(),  # noqa: B008 - frozen
) -> Loaded:
    """Read every source into the canonical tables.

    Parameters
    ----------
    specs : sequence of SourceSpec
        The ``[[sources]]`` tables.
    base : Path
        Folder that their paths are relative to.
    store : Store
        Takes the canonical tables.
    period : Period, optional
        Counts whose period does not lie inside are left out; baselines and activations stay.
    exclude : sequence of str
        Places left out of everything.
    as_of : date, optional
        Day that the report bears; days after it lie in the future and are quarantined.
    rows : frozenset of str
        Columns of the table ``events`` that the signals ask for; empty leaves that table empty.
    docket : Docket, optional
        Takes every problem; may hold some already.
    decisions : Decisions
        What people decided about written places and facilities.

    Returns
    -------
    Loaded

    Raises
    ------
    ConfigError
        When a source's configuration is wrong (exit 2), or names a format that is not built (exit 2).
    InputError
        When a file cannot be read or used (exit 3): all files' problems at once.
    DecisionNeeded
        When places or codes need a person's decision (exit 4), with the TOML lines that would settle them.
    """
    canonical.create_tables(store)
    docket, lookups = Docket() if docket is None else docket, Lookups(decisions)
    docket.decisions_file = decisions.file
    sheets: list[Sheet] = []
    passed: list[str] = []
    for at, spec in enumerate(specs):
        docket.left_open(at, spec)
        if "format" in spec.unanswered:
            continue
        first: RawTable | None = None
        own = own_crosswalk(spec, base, store, docket)
        if spec.engine:
            sheet = _counted(spec, at, len(sheets), base, store, docket, as_of)
            if sheet is not None:
                sheet.crosswalk = own
                sheets.append(sheet)
            continue
        for part in parts(_paths(spec, base, docket), bundles_of(spec.format), named=spec.format != AUTO):
            tables = _tables(part, spec, at, store, docket, rows)
            if isinstance(part, Path):
                if is_lock_file(part):
                    passed.append(f"{visible(part.name)}: the lock file of a workbook that is open; passed over")
                tables = [with_differences(first, raw) if first else raw for raw in tables]
                first = first or next(iter(tables), None)
            fitting = [raw for raw in tables if fits(spec, raw.columns)]
            for raw in tables:
                if fitting and raw not in fitting:
                    sheets.append(_set_aside(raw, fitting[0], spec, at, len(sheets), store, docket))
                elif (sheet := _open(raw, spec, at, len(sheets), store, docket, as_of, rows)) is not None:
                    sheet.crosswalk = own
                    sheets.append(sheet)
    repeated = repeats.repeats(sheets)
    set_aside_copies([sheet for sheet in sheets if sheet.index not in repeated])
    # What is looked up is read first: agencies with their counties, then facilities, then what needs them.
    for sheet in sorted(sheets, key=lambda sheet: _FIRST.get(sheet.adapter.kind, len(_FIRST))):
        sheet.lookups = lookups
        if sheet.index not in repeated:
            _load_one(sheet)
    docket.met += [_source(sheet) for sheet in sheets]
    docket.settle()
    notes = (*passed, *account.settle(sheets, store, period=period, exclude=tuple(exclude)))
    if said := use_note(decisions, lookups.used):
        notes += (said,)
    prune(store)
    names: dict[str, str] = {}
    for sheet in sheets:
        names = {**sheet.names, **names}
        sheet.clear()
    return Loaded(tuple(_source(sheet) for sheet in sheets), notes, names | _named_places(store), store)


def _counted(
    spec: SourceSpec, at: int, index: int, base: Path, store: Store, docket: Docket, as_of: date | None
) -> Sheet | None:
    """Have a table counted in its warehouse; nothing is asked of its single rows."""
    from auditor.records.warehouse.fetch import fetch  # late: only where a source asks for it

    try:
        fetched = fetch(spec, at, base, store, docket, as_of)
    except InputError as error:
        docket.input += error.problems
    except ConfigError as error:
        docket.config += error.problems
    else:
        if fetched is not None:
            narrowed, raw = fetched
            return _open(raw, narrowed, at, index, store, docket, as_of, frozenset())
    return None


def files_of(spec: SourceSpec, base: Path) -> list[Path]:
    """Return the files that a ``[[sources]]`` table names, sorted; none where nothing fits, or an engine reads it."""
    if spec.engine:
        return []
    full = base / spec.path
    if full.is_file():
        return [full]
    inside = [path for path in full.iterdir() if not path.name.startswith(".")] if full.is_dir() else []
    return sorted(path for path in inside or map(Path, glob.glob(str(full), recursive=True)) if path.is_file())


def _paths(spec: SourceSpec, base: Path, docket: Docket) -> list[Path]:
    found = files_of(spec, base)
    if not found:
        pattern = Path(spec.path)
        full = base / pattern
        name = repr(pattern.name)
        said = "no file fits the pattern" if glob.has_magic(str(pattern)) else f"there is no file {name}"
        docket.input.append(
            Problem(
                f"the folder {name} holds no file" if full.is_dir() else said,
                "nothing can be read from it",
                "correct path (it is relative to the configuration file)",
                file=pattern.name,
            )
        )
    return found


def _tables(
    part: Path | Gathered, spec: SourceSpec, at: int, store: Store, docket: Docket, rows: frozenset[str]
) -> list[RawTable]:
    """Read one file or bundle; what is wrong with it goes on the docket, so that the others are read as well."""
    name = part.name if isinstance(part, Path) else Path(spec.path).name
    try:
        if isinstance(part, Path):
            return read(part, spec, store, keep=partial(wanted_columns, spec, at, rows))
        return part.read(spec, store)
    except InputError as error:
        docket.input += error.problems or (Problem(error.summary, "", "", file=name),)
    except ConfigError as error:
        docket.config += error.problems or (Problem(error.summary, "", "", file=name),)
    except DecisionNeeded as error:
        docket.questions += error.problems
        docket.answers(at, spec).lines.append(error.toml)
    return []


def _open(
    raw: RawTable,
    spec: SourceSpec,
    at: int,
    index: int,
    store: Store,
    docket: Docket,
    as_of: date | None,
    rows: frozenset[str],
) -> Sheet | None:
    """Choose the adapter, map the columns, and check that the required ones are there."""
    where = Problem("", "", "", file=raw.file, sheet=raw.sheet)
    try:
        raw = fill_down(raw, spec, store)
        adapter = choose(spec, raw.columns, where)
    except InputError as error:
        docket.input += error.problems
        return None
    try:
        raw = adapter.rearranged(raw, spec, store)
    except InputError as error:
        docket.input += error.problems
        return None
    spec = adapter.completed(spec.answered(), raw.columns)
    before = len(docket.config) + len(docket.input) + len(docket.questions)
    asked = rows if adapter.kind == "records" else frozenset()
    used = frozenset(map(source_column, asked)) | (_LOOKED_UP if spec.facilities != "off" else frozenset())
    if "offence" not in {*find_columns(raw.columns, adapter.columns), *spec.columns, *spec.constants}:
        used |= {"charge"}  # read for its class
    told = raw.told | {spec.fold}
    columns = map_columns(raw.columns, spec, adapter.columns, docket, at=at, where=where, used=used, told=told)
    ledger = raw.ledger
    for note in (*adapter.remarks, *columns.notes):
        ledger = ledger.note(note)
    sheet = Sheet(index, at, spec, raw, store, docket, adapter, columns, as_of, ledger, wanted=asked)
    drop_days(sheet)
    if not adapter.base:
        ask_beside_group(sheet)
    placeless = check_required(sheet)
    sheet.open = len(docket.config) + len(docket.input) + len(docket.questions) > before
    if placeless:
        ask_place(sheet)
    return sheet


def _set_aside(
    raw: RawTable, fitting: RawTable, spec: SourceSpec, at: int, index: int, store: Store, docket: Docket
) -> Sheet:
    """Set aside a sheet (a cover, notes) of a workbook whose other sheets are what was asked for."""
    adapter = choose(spec, fitting.columns, Problem("", "", "", file=raw.file))
    ledger = raw.ledger.step("sheet of another kind (without the columns of the format)", raw.ledger.used)
    ledger = ledger.note(f"columns of this sheet: {', '.join(raw.columns)}")
    columns = ColumnMap({}, {}, raw.columns)
    return Sheet(index, at, spec, raw, store, docket, adapter, columns, None, ledger, open=True)


def _load_one(sheet: Sheet) -> None:
    """Load one sheet; one whose columns are not settled is left until they are."""
    if sheet.open:
        return
    if sheet.ledger.used == 0:
        sheet.note("no records: nothing in it can be tested")
        return
    sheet.adapter.load(sheet)
    repeats.note_identical_rows(sheet)


def _source(sheet: Sheet) -> Source:
    return Source(
        sheet.raw.file,
        sheet.raw.sha256,
        sheet.adapter.name,
        sheet.ledger,
        sheet.spec.published,
        sheet.spec.citation,
        sheet.raw.sheet,
        sheet.spec.simulated,
        kind=sheet.adapter.kind,
    )


def _named_places(store: Store) -> dict[str, str]:
    rows = store.connection.execute(
        "SELECT place, min(name) FROM places WHERE name IS NOT NULL GROUP BY place ORDER BY place"
    ).fetchall()
    return dict(rows)
