"""A user's own list of charges and their offence classes, read once for each source that names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.domain.vocabulary import OFFENCES
from auditor.errors import ConfigError, DecisionNeeded, InputError, Problem, unknown_name
from auditor.records.columns import Column, find_columns
from auditor.records.crosswalk import EXCLUDE, MISSING, comparable
from auditor.records.docket import Docket
from auditor.records.raw import RawTable
from auditor.records.read import read
from auditor.records.sheet import quote
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

_COLUMNS = (
    Column("charge", "text", ("charge_description", "charge_text", "description", "code")),
    Column("offence", "text", ("offense", "offence_class", "offense_class", "class")),
)


@dataclass(frozen=True, slots=True)
class OwnCrosswalk:
    """Offence classes by charge (comparable form), and the note that says where they come from."""

    classes: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def own_crosswalk(spec: SourceSpec, base: Path, store: Store, docket: Docket) -> OwnCrosswalk:
    """Read the file that a source names as its crosswalk.

    Parameters
    ----------
    spec : SourceSpec
        Its ``crosswalk``; empty for none.
    base : Path
        Folder that the path is relative to.
    store : Store
        Where the file is read.
    docket : Docket
        Takes what is wrong with the file: no such file or column, a class that is none, two classes for one charge.

    Returns
    -------
    OwnCrosswalk
        Empty where none is named or it cannot be used.
    """
    if not spec.crosswalk:
        return OwnCrosswalk()
    path = base / spec.crosswalk
    try:
        (table,) = read(path, SourceSpec(path=spec.crosswalk), store)
    except (InputError, ConfigError, DecisionNeeded) as error:
        docket.config += error.problems
        return OwnCrosswalk()
    except ValueError:
        docket.config.append(_problem(path, "more than one sheet", "one table of charges and classes is read"))
        return OwnCrosswalk()
    classes = _classes(path, table, store, docket)
    store.drop(table.table)
    note = f"charge: classes of {len(classes):,} charges from the crosswalk {path.name}, SHA-256 {table.sha256}"
    return OwnCrosswalk(classes, note)


def _classes(path: Path, table: RawTable, store: Store, docket: Docket) -> dict[str, str]:
    found = {name: places[0] for name, places in find_columns(table.columns, _COLUMNS).items()}
    if len(found) < len(_COLUMNS):
        why = f"it has {', '.join(table.columns)}; the columns charge and offence are read"
        docket.config.append(_problem(path, "no column of charges and of classes", why))
        return {}
    rows = store.connection.execute(
        f"SELECT c{found['charge']}, c{found['offence']}, _row FROM {quote(table.table)} ORDER BY _row"  # noqa: S608
    ).fetchall()
    classes: dict[str, str] = {}
    allowed = (*OFFENCES, EXCLUDE, MISSING)
    for text, given, row in rows:
        charge, offence = comparable(text), given.strip()
        if not charge or not offence:
            continue
        if offence not in allowed:
            found_ = unknown_name("offence class", offence, allowed)
            docket.config.append(_problem(path, found_, "only these classes reach the tests", row))
        elif classes.setdefault(charge, offence) != offence:
            why = f"it is {classes[charge]} in an earlier row"
            docket.config.append(_problem(path, f"{text.strip()!r} has a second class, {offence}", why, row))
    return classes


def _problem(path: Path, found: str, why: str, row: int = 0) -> Problem:
    return Problem(found, why, "correct the crosswalk", file=path.name, row=row)
