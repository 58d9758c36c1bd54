"""Adapters: one file a format, found by looking into the folder.

A canonical format (``counts``, ``records`` ...) is recognised by the canonical columns that a header holds. A foreign
one, the layout of somebody else's file, is recognised by the names that only such files have (``signatures``), brings
its own names for the columns of the canonical format that it is a layout of (``base``), its own words (``values``) and
what is the same in every row (``constants``), and may rearrange the rows first (``reshape``). Everything else is the
canonical format's: what the user decides in the configuration stands before what the layout brings.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from auditor.errors import InputError, NotBuiltYet, Problem, UsageError, unknown_name
from auditor.records import adapters
from auditor.records.bundle import Bundle
from auditor.records.columns import Column, find_columns, key
from auditor.records.raw import RawTable
from auditor.records.sheet import Sheet
from auditor.records.spec import FORMATS_OF_THE_CONTRACT, SourceSpec
from auditor.records.store import Store

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
        true of this format's sample and of no other's. Foreign layouts are recognised by their signatures instead.
    load : callable
        Writes a sheet's canonical rows and settles its ledger.
    sample : str
        A small file of the format, as CSV.
    national : bool
        True for the statistics of one national programme, whose grand total is the nation's.
    partial : bool
        True when a total larger than its parts is no contradiction (a baseline of some groups only).
    base : str
        For a foreign layout the canonical format that its rows become; empty for a canonical one.
    signatures : tuple of frozenset of str
        For a foreign layout: names of columns (any of these sets, whole) that tell it from every other, in comparable
        form (:func:`auditor.records.columns.key`).
    signs : callable or None
        From the headers to whether they are of this layout, where its names are codes or phrases rather than a fixed
        list; asked beside the signatures. A canonical format may have one too: for files that hold it in another shape.
    constants : mapping of str to str
        Canonical columns that the layout lacks because they are the same in every row.
    values : mapping of str to mapping
        For a canonical column, the layout's own words: theirs = ours.
    reshape : callable or None
        From the raw table to the one that is read: rows joined, unfolded or dated. Its ledger must account for every
        row.
    unless : frozenset of str
        Canonical columns that, named in the configuration, say that nothing is to be rearranged.
    remarks : tuple of str
        What every user of such a file must know; noted in its ledger.
    bundle : Bundle or None
        For a layout of several files, which they are and how they are joined.
    fold : str
        The column by which its rows, one a charge, are folded into events (``fold`` of a source).
    unlike : frozenset of str
        Names of columns (comparable form) that a file of this foreign layout does not have.
    by_name : bool
        True when nothing of a row is read but the columns that have a canonical name and those that number records,
        so that the others of a large file need not be loaded.
    """

    name: str
    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]
    recognise: Callable[[frozenset[str]], bool]
    load: Callable[[Sheet], None]
    sample: str
    national: bool = False
    partial: bool = False
    base: str = ""
    signatures: tuple[frozenset[str], ...] = ()
    signs: Callable[[Sequence[str]], bool] | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reshape: Callable[[RawTable, Store], RawTable] | None = None
    unless: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()
    bundle: Bundle | None = None
    fold: str = ""
    unlike: frozenset[str] = frozenset()
    by_name: bool = False

    @property
    def kind(self) -> str:
        """The canonical format."""
        return self.base or self.name

    def signed(self, headers: Sequence[str]) -> bool:
        """Tell whether a header has the names that only this layout has."""
        names = {key(header) for header in headers}
        own = any(signature <= names for signature in self.signatures) and not self.unlike & names
        return own or (self.signs is not None and self.signs(headers))

    def rearranged(self, raw: RawTable, spec: SourceSpec, store: Store) -> RawTable:
        """Return the table that is to be read: reshaped where it comes in the layout's own shape."""
        if self.reshape is None or self.unless & set(spec.columns):
            return raw
        asked = self.base or spec.format == self.name or self.signed(raw.columns)
        return self.reshape(raw, store) if asked else raw

    def completed(self, spec: SourceSpec, headers: Sequence[str]) -> SourceSpec:
        """Return a source's configuration with what is the same in every row of this layout."""
        here = {*find_columns(headers, self.columns), *spec.columns}
        fixed = {name: value for name, value in self.constants.items() if name not in here}
        known = {"constants": fixed | spec.constants, "fold": spec.fold or self.fold}
        return spec.model_copy(update=known) if fixed or self.fold else spec


def bundles_of(name: str) -> list[Bundle]:
    """Return the bundles of a format (of every format for ``auto``); none for a name that no format bears."""
    fits = [adapter for adapter in found_adapters().values() if name in (AUTO, adapter.name)]
    return [adapter.bundle for adapter in fits if adapter.bundle is not None]


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


def not_built() -> tuple[str, ...]:
    """Return the formats of the contract that this version does not read yet."""
    return tuple(name for name in FORMATS_OF_THE_CONTRACT if name not in found_adapters())


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
    if name in not_built():
        raise NotBuiltYet(
            f"format {name!r} is not built yet in this version; hand the file in as one of {', '.join(known)}"
        )
    raise UsageError(unknown_name("format", name, [AUTO, *known, *not_built()]))


def choose(spec: SourceSpec, headers: Sequence[str], where: Problem) -> Adapter:
    """Return the adapter for one sheet: the one that is named, or the only one that recognises it.

    Raises
    ------
    InputError
        When the format is to be recognised and none, or more than one, fits.
    """
    if spec.format != AUTO:
        return named(spec.format)
    fits = fitting(headers, spec)
    if len(fits) == 1:
        return fits[0]
    names = [adapter.name for adapter in fits or found_adapters().values()]
    raise InputError(
        "a format could not be recognised",
        [
            Problem(
                f"{'more than one format fits' if fits else 'no format fits'} the columns {', '.join(headers)}",
                "the wrong reading would give wrong counts",
                f"name it with format = ... ({', '.join(names)}), and columns that are called otherwise in columns; "
                "`auditor init` proposes both",
                file=where.file,
                sheet=where.sheet,
            )
        ],
    )


def fits(spec: SourceSpec, headers: Sequence[str]) -> bool:
    """Tell whether a sheet has what its format needs: to tell the sheets of a workbook that hold data."""
    if spec.format == AUTO:
        return len(fitting(headers, spec)) == 1
    adapter = named(spec.format)
    names = {*find_columns(headers, adapter.columns), *spec.columns, *spec.constants, *adapter.constants}
    signed = adapter.signed(headers)
    if adapter.reshape is not None and not adapter.unless & set(spec.columns) and (signed or adapter.base):
        return signed
    given = all(wanted in headers for wanted in spec.columns.values() if wanted)
    return given and all(names & set(group) for group in adapter.required)


def fitting(headers: Sequence[str], spec: SourceSpec | None = None) -> list[Adapter]:
    """Return the adapters that recognise a header: foreign layouts by their own names, before canonical formats."""
    decided = set(spec.columns) if spec is not None else set()
    known = found_adapters().values()
    signed = [adapter for adapter in known if not adapter.unless & decided and adapter.signed(headers)]
    foreign = [adapter for adapter in signed if adapter.base]
    return foreign or signed or [known for known in known if not known.base and recognises(known, headers, spec)]


def recognises(adapter: Adapter, headers: Sequence[str], spec: SourceSpec | None = None) -> bool:
    """Tell whether a header (with what the configuration adds to it) is of an adapter's format."""
    # Every adapter's names, so that a format can say what it must not have: a baseline has no event.
    canonical = (known for known in found_adapters().values() if not known.base)
    names = {name for known in canonical for name in find_columns(headers, known.columns)}
    if spec is not None:
        names |= {*spec.columns, *spec.constants}
    return adapter.recognise(frozenset(names))
