"""Adapters: one file a format, found by looking into the folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from auditor.errors import InputError, NotBuiltYet, Problem, UsageError, unknown_name
from auditor.records import adapters
from auditor.records.columns import Column, find_columns
from auditor.records.sheet import Sheet
from auditor.records.spec import FORMATS_NOT_BUILT, SourceSpec

AUTO = "auto"


@dataclass(frozen=True)
class Adapter:
    """How one format becomes canonical rows.

    Attributes
    ----------
    name : str
        As ``format`` names it.
    columns : tuple of Column
        Every column that the format may have.
    required : tuple of tuple of str
        For each thing that must be there, the columns (or constants) any of which will do.
    recognise : callable
        From the set of canonical columns (of any format) found in a header to whether it is this format; must be
        true of this format's sample and of no other's.
    load : callable
        Writes a sheet's canonical rows and settles its ledger.
    sample : str
        A small file of the format, as CSV.
    national : bool
        True for the statistics of one national programme, whose grand total is the nation's.
    partial : bool
        True when a total larger than its parts is no contradiction (a baseline of some groups only).
    """

    name: str
    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]
    recognise: Callable[[frozenset[str]], bool]
    load: Callable[[Sheet], None]
    sample: str
    national: bool = False
    partial: bool = False


@cache
def found_adapters() -> dict[str, Adapter]:
    """Return every adapter of the folder by name, sorted.

    Returns
    -------
    dict
        Each module of ``records/adapters`` holds one, called ``ADAPTER``.
    """
    found: dict[str, Adapter] = {}
    for module in pkgutil.iter_modules(adapters.__path__):
        adapter = importlib.import_module(f"{adapters.__name__}.{module.name}").ADAPTER
        found[adapter.name] = adapter
    return dict(sorted(found.items()))


def named(name: str) -> Adapter:
    """Return the adapter of a format.

    Raises
    ------
    NotBuiltYet
        When the format belongs to the contract and this version does not read it.
    UsageError
        When nothing is called that; the message holds the nearest name.
    """
    known = found_adapters()
    if name in known:
        return known[name]
    if name in FORMATS_NOT_BUILT:
        raise NotBuiltYet(
            f"format {name!r} is not built yet in this version; hand the file in as one of {', '.join(known)}"
        )
    raise UsageError(unknown_name("format", name, [AUTO, *known, *FORMATS_NOT_BUILT]))


def choose(spec: SourceSpec, headers: Sequence[str], where: Problem) -> Adapter:
    """Return the adapter for one sheet: the one that is named, or the only one that recognises it.

    Raises
    ------
    InputError
        When the format is to be recognised and none, or more than one, fits.
    """
    if spec.format != AUTO:
        return named(spec.format)
    fits = [adapter for adapter in found_adapters().values() if recognises(adapter, headers, spec)]
    if len(fits) == 1:
        return fits[0]
    names = [adapter.name for adapter in fits or found_adapters().values()]
    raise InputError(
        "a format could not be recognised",
        [
            Problem(
                f"{'more than one format fits' if fits else 'no format fits'} the columns {', '.join(headers)}",
                "the wrong reading would give wrong counts",
                f"name it with format = ... ({', '.join(names)}), and columns that are called otherwise in columns",
                file=where.file,
                sheet=where.sheet,
            )
        ],
    )


def fits(spec: SourceSpec, headers: Sequence[str]) -> bool:
    """Tell whether a sheet has what its format needs: to tell the sheets of a workbook that hold data."""
    if spec.format == AUTO:
        return sum(recognises(adapter, headers, spec) for adapter in found_adapters().values()) == 1
    adapter = named(spec.format)
    names = {*find_columns(headers, adapter.columns), *spec.columns, *spec.constants}
    given = all(wanted in headers for wanted in spec.columns.values())
    return given and all(names & set(group) for group in adapter.required)


def recognises(adapter: Adapter, headers: Sequence[str], spec: SourceSpec | None = None) -> bool:
    """Tell whether a header (with what the configuration adds to it) is of an adapter's format."""
    # Every adapter's names, so that a format can say what it must not have: a baseline has no event.
    names = {name for known in found_adapters().values() for name in find_columns(headers, known.columns)}
    if spec is not None:
        names |= {*spec.columns, *spec.constants}
    return adapter.recognise(frozenset(names))
