"""The tables of the fuzzing, written every little while, so that a run that was ended can be gone on with."""

from __future__ import annotations

import csv
import os
import platform
import resource
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

OUTCOMES = ("error", "noted", "identical", "undetectable", "silent", "crash")
Found = Counter[tuple[str, str, str]]
"""How many corruptions, by ("file" or "corruption", its name, outcome)."""


@dataclass
class Tally:
    """What came of a target of drawn input; ``batches`` of examples, each with a seed of its own."""

    batches: int = 0
    examples: int = 0
    refused: int = 0
    crashes: int = 0
    seconds: float = 0.0


def cpu_seconds() -> float:
    """Return the processor time of this process and of those that it waited for."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def _replace(path: Path, rows: list[tuple[object, ...]]) -> None:
    """Write a table beside its place first, so that a kill leaves the old one."""
    made = path.with_suffix(".part")
    with made.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)
    os.replace(made, path)


def write_corruptions(path: Path, found: Found, seconds: float, seed: int) -> None:
    """Write one row for each file, one for each corruption, and one for all of them."""
    rows: list[tuple[object, ...]] = [("by", "name", "corruptions", *OUTCOMES, "cpu_s", "seed", "python")]
    version = platform.python_version()
    for by in ("file", "corruption"):
        for name in sorted({key[1] for key in found if key[0] == by}):
            row = [found[by, name, outcome] for outcome in OUTCOMES]
            rows.append((by, name, sum(row), *row, "", seed, version))
    row = [sum(n for key, n in found.items() if key[0] == "file" and key[2] == o) for o in OUTCOMES]
    rows.append(("all", "", sum(row), *row, round(seconds, 1), seed, version))
    _replace(path, rows)


def read_corruptions(path: Path, seed: int) -> tuple[Found, float]:
    """Return what an earlier run with this seed wrote, and its processor time; nothing where there was none."""
    found: Found = Counter()
    seconds = 0.0
    for row in _rows(path):
        if row["seed"] != str(seed) or "cpu_s" not in row:
            return Counter(), 0.0
        if row["by"] == "all":
            seconds = float(row["cpu_s"])
        else:
            found.update({(row["by"], row["name"], outcome): int(row[outcome]) for outcome in OUTCOMES})
    return found, seconds


def write_drawn(path: Path, tallies: dict[str, Tally], seed: int) -> None:
    """Write one row for each reader; those of runs with other seeds stay."""
    head = ("reader", "batches", "examples", "refused", "crashes", "cpu_s", "first_seed", "python")
    others = [row for row in _rows(path) if row["first_seed"] != str(seed) and "batches" in row]
    rows: list[tuple[object, ...]] = [head, *(tuple(row[name] for name in head) for row in others)]
    for name, t in tallies.items():
        spent = round(t.seconds, 1)
        rows.append((name, t.batches, t.examples, t.refused, t.crashes, spent, seed, platform.python_version()))
    _replace(path, rows)


def read_drawn(path: Path, seed: int) -> dict[str, Tally]:
    """Return what an earlier run with this seed wrote; nothing where there was none."""
    return {
        row["reader"]: Tally(
            int(row["batches"]), int(row["examples"]), int(row["refused"]), int(row["crashes"]), float(row["cpu_s"])
        )
        for row in _rows(path)
        if row["first_seed"] == str(seed) and "batches" in row
    }


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))
