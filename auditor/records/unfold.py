"""Tables with a column a figure turned into tables with a row a figure, as the baselines are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from auditor.records.raw import RawTable
from auditor.records.store import Store, literal, quote

FIELDS = ("group", "universe", "age", "sex", "period")


@dataclass(frozen=True, slots=True)
class Figure:
    """One column of numbers, and what its numbers are.

    Attributes
    ----------
    n : int
        Position of the numbers in the table.
    moe : int or None
        Position of their margins of error.
    group, universe, age, sex, period : str
        The same for every row; empty where nothing is said.
    """

    n: int
    moe: int | None = None
    group: str = ""
    universe: str = ""
    age: str = ""
    sex: str = ""
    period: str = ""


def _numbers(figure: Figure) -> str:
    return f"r.c{figure.n}"


def _margins(figure: Figure) -> str:
    return "''" if figure.moe is None else f"r.c{figure.moe}"


def unfold(
    raw: RawTable,
    store: Store,
    figures: Sequence[Figure],
    keep: Mapping[str, str],
    *,
    number: Callable[[Figure], str] = _numbers,
    margin: Callable[[Figure], str] = _margins,
    always: Collection[str] = ("group",),
) -> RawTable:
    """Give every figure of a row a row of its own.

    Parameters
    ----------
    raw : RawTable
        The table; it is replaced.
    store : Store
        Where it is.
    figures : sequence of Figure
        At least one.
    keep : mapping of str to str
        Columns that every row of the result has: name = SQL over the old table ``r``.
    number, margin : callable
        From a figure to the SQL of its numbers and of their margins.
    always : collection of str
        Those of :data:`FIELDS` that every row of the result has, whatever the figures say.

    Returns
    -------
    RawTable
        Columns of ``keep``, then those of :data:`FIELDS` of which some figure says something (and ``always``), ``n``,
        and ``moe`` where there is any. ``_row`` is the row of the file and repeats.
    """
    given = [name for name in FIELDS if name in always or any(getattr(figure, name) for figure in figures)]
    margins = any(figure.moe is not None for figure in figures)
    names = [*keep, *given, "n", *(["moe"] if margins else [])]
    parts = []
    for figure in figures:
        values = [*keep.values(), *(literal(getattr(figure, name)) for name in given), number(figure)]
        if margins:
            values.append(margin(figure))
        columns = ", ".join(f"{value} AS c{i}" for i, value in enumerate(values))
        parts.append(f"SELECT r._row AS _row, {columns} FROM {quote(raw.table)} r")  # noqa: S608
    return replaced(raw, store, " UNION ALL ".join(parts), names)


def replaced(raw: RawTable, store: Store, query: str, names: Sequence[str]) -> RawTable:
    """Put the rows of a query (``_row``, ``c0`` ...) in the place of a table."""
    table = store.fresh("raw")
    store.connection.execute(f"CREATE TABLE {quote(table)} AS {query}")
    store.drop(raw.table)
    return replace(raw, table=table, columns=tuple(names), unfolded=True)
