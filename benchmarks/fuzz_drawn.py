"""Every reader and parser on input drawn by hypothesis: only auditor's own errors may come out."""

from __future__ import annotations

import gzip
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from fuzz_corrupt import corruptions_of
from fuzz_files import archive_of, members, valid_files
from fuzz_tables import Tally, cpu_seconds, read_drawn, write_drawn
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from auditor.domain.periods import parse_period
from auditor.domain.place_codes import classify, repair_fips
from auditor.domain.places import gazetteer
from auditor.errors import AuditorError
from auditor.records import isolated
from auditor.records.adapter import found_adapters
from auditor.records.amounts import read_amount, style_of
from auditor.records.clocks import read_clock
from auditor.records.columns import find_columns
from auditor.records.dates import order_of, read_period
from auditor.records.delimited import sniff
from auditor.records.grid import Where
from auditor.records.header import find_header
from auditor.records.load import load
from auditor.records.read import read
from auditor.records.spec import SourceSpec
from auditor.records.store import Store
from auditor.records.words import VOCABULARIES, is_missing, is_total

BATCH = 100
"""Examples between two looks at the clock."""

CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "48453", "48", "1001", "2011", "2011-08-15", "FY2011", "03/04/2011", "40817", "arrest", "match", "Total",
         "hispanic", "white", "NA", "-", "<11", "*", "1,234", "1.234", "(5)", "12%", "inf", "1e400", "US", "local:a",
         "#REF!", "Source: x", "Doña Ana", "DoÃ±a", "\x00", "\u202e", "(b)(6)", "secure-communities", "x" * 200]
    ),
    st.integers(-(10**12), 10**12).map(str),
    st.dates().map(str),
    st.datetimes().map(str),
)  # fmt: skip
NAMES = st.one_of(
    st.text(max_size=10),
    st.sampled_from(
        sorted(
            {name for adapter in found_adapters().values() for c in adapter.columns for name in (c.name, *c.aliases)}
        )
    ),
)
TABLES = st.tuples(st.lists(NAMES, min_size=1, max_size=8), st.lists(st.lists(CELLS, max_size=8), max_size=12))
HEADS = [adapter.sample.splitlines()[0].split(",") for adapter in found_adapters().values()]
LIKELY = st.sampled_from(HEADS).flatmap(
    lambda head: st.tuples(
        st.just(head), st.lists(st.lists(CELLS, min_size=len(head), max_size=len(head)), min_size=1, max_size=10)
    )
)


def written(table: tuple[list[str], list[list[str]]]) -> bytes:
    """Write a table as text with commas, every cell in quotes."""
    rows = ([f'"{text.replace(chr(34), chr(34) * 2)}"' for text in row] for row in (table[0], *table[1]))
    return "".join(",".join(row) + "\n" for row in rows).encode("utf-8", "replace")


def bare(table: tuple[list[str], list[list[str]]]) -> bytes:
    """Write a table with semicolons and no quotes, whatever its cells hold."""
    return "".join(";".join(row) + "\n" for row in (table[0], *table[1])).encode("utf-8", "replace")


@dataclass(frozen=True)
class Target:
    """A reader, what it is fed with, and how it is run."""

    name: str
    drawn: SearchStrategy[Any]
    run: Callable[[Any], object]


def _page(table: tuple[list[str], list[list[str]]]) -> bytes:
    rows = ("".join(f"<td>{cell}" for cell in row) for row in (table[0], *table[1]))
    return ("<html><table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>").encode("utf-8", "replace")


def _reader(folder: Path, name: str) -> Callable[[bytes], object]:
    def run(content: bytes) -> None:
        path = folder / name
        path.write_bytes(content)
        with Store() as store:
            read(path, SourceSpec(path=name), store)

    return run


def _loader(folder: Path) -> Callable[[bytes], object]:
    wanted = frozenset({"day", "minute", "person", "officer", "surname", "age", "sex", "disposition", "release_date"})

    def run(content: bytes) -> None:
        path = folder / "drawn.csv"
        path.write_bytes(content)
        with Store() as store:
            load([SourceSpec(path=path.name)], folder, store, rows=wanted)

    return run


def _damaged(name: str) -> SearchStrategy[bytes]:
    """Draw damaged files from a valid one of a container."""
    file = next(file for file in valid_files() if file.name == name)
    known = corruptions_of(file)

    def damaged(key: str, number: int) -> bytes:
        return known[key](Random(number), file.content)

    return st.builds(damaged, st.sampled_from(sorted(known)), st.integers(0, 2**32))


def _members(name: str) -> SearchStrategy[bytes]:
    """Draw archives of which one member holds drawn bytes."""
    parts = members(next(file for file in valid_files() if file.name == name).content)

    def replaced(at: int, data: bytes) -> bytes:
        return archive_of([(info, data if i == at else old) for i, (info, old) in enumerate(parts)])

    markup = st.text(alphabet="<>/&;\"'= abcdrstv:xmlns0123456789\n!-[]", max_size=200).map(str.encode)
    return st.builds(replaced, st.integers(0, len(parts) - 1), st.one_of(st.binary(max_size=200), markup))


def _pure(text: str) -> None:
    for order in ("none", "month-first", "day-first"):
        read_period(text, order)  # type: ignore[arg-type]
    order_of([text], None)
    for fractions in (False, True):
        read_clock(text, fractions=fractions)
    for zeros in (False, True):
        read_amount(text, style_of([text], "", zeros=zeros))
    for vocabulary in VOCABULARIES.values():
        vocabulary.lookup(text)
    is_missing(text), is_total(text)


def _place(text: str) -> None:
    classify(text)
    repair_fips(text, allowed=True)
    gazetteer().state(text)
    gazetteer().resolve(text, "")
    gazetteer().resolve(text, "TX")
    gazetteer().suggest(text, "")
    try:
        parse_period(text)
    except ValueError:
        return


def _header(rows: list[list[str]]) -> None:
    find_header(list(enumerate(rows, 1)), Where("x.csv"))
    for row in rows:
        for adapter in found_adapters().values():
            find_columns(row, adapter.columns)


def targets(folder: Path) -> list[Target]:
    """Return every reader with what it is fed with."""
    loose = st.text(alphabet="<>/tablerdhspn =\"'0123456789&;\n", max_size=300)
    html = st.one_of(loose.map(lambda text: b"<table>" + text.encode()), TABLES.map(_page))
    return [
        Target("dates, numbers, words", CELLS, _pure),
        Target("places", CELLS, _place),
        Target("delimiter", st.lists(st.text(max_size=40), max_size=12), lambda lines: sniff(lines, Where("x.csv"))),
        Target("header", st.lists(st.lists(CELLS, max_size=8), min_size=1, max_size=12), _header),
        Target("any bytes", st.binary(max_size=400), _reader(folder, "drawn.csv")),
        Target("any text", st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace")), _reader(folder, "d.csv")),
        Target("tables", TABLES.map(written), _reader(folder, "table.csv")),
        Target("tables without quotes", TABLES.map(bare), _reader(folder, "bare.csv")),
        Target("tables of every format", LIKELY.map(written), _loader(folder)),
        Target("pages", html, _reader(folder, "page.xls")),
        Target("gzip", st.binary(max_size=300).map(gzip.compress), _reader(folder, "drawn.csv.gz")),
        *(Target(f"damaged {name}", _damaged(name), _reader(folder, name)) for name in
          ("counts.csv", "counts.csv.gz", "counts.xlsx", "counts.ods", "counts.xls", "counts.parquet")),
        Target("parts of XLSX", _members("counts.xlsx"), _reader(folder, "drawn.xlsx")),
        Target("parts of ODS", _members("counts.ods"), _reader(folder, "drawn.ods")),
    ]  # fmt: skip


def _batch(target: Target, number: int, tally: Tally) -> None:
    @seed(number)
    @settings(max_examples=BATCH, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(target.drawn)
    def once(value: Any) -> None:
        tally.examples += 1
        try:
            target.run(value)
        except AuditorError:
            tally.refused += 1
        except Exception:
            tally.crashes += 1
            print(f"crash: {target.name}: {str(value)[:300]!r}", flush=True)
            traceback.print_exc(limit=-4)

    once()


def draw_all(minutes: float, first: int, results: Path, *, resume: bool = False) -> int:
    """Run all targets in turn until the processor time is spent, and write a table; return the number of crashes."""
    from fuzz_readers import forked

    isolated._run = forked
    kept = read_drawn(results, first) if resume else {}
    with tempfile.TemporaryDirectory() as folder:
        known = {target.name: target for target in targets(Path(folder))}
        found = {name: kept.get(name, Tally()) for name in known}
        while sum(tally.seconds for tally in found.values()) < 60 * minutes:
            # The target on which least time was spent comes next, so that quick ones see many more examples.
            name = min(found, key=lambda name: found[name].seconds)
            before, number = cpu_seconds(), first + sum(tally.batches for tally in found.values())
            _batch(known[name], number, found[name])
            found[name].batches += 1
            found[name].seconds += cpu_seconds() - before
            write_drawn(results, found, first)
    total = list(found.values())
    print(f"{sum(t.examples for t in total):,} examples, {sum(t.crashes for t in total)} crashes, "
          f"{time.strftime('%H:%M:%S', time.gmtime(sum(t.seconds for t in total)))} of processor time")  # fmt: skip
    return sum(t.crashes for t in total)
