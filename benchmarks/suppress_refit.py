"""Try every value of one hidden count, and audit again: which of them prints the numbers that were published?

    python benchmarks/suppress_refit.py [--places 12 30 60] [--seed 1]

One place hides how many of its 400 arrests were of the focal group: 6. The numbers of all others are in print, and the
sum of 400 too (`missing-ethnicity`). What calibrates a finding is fitted on every place, the hiding one as well, and is
written with two or three digits in each of them; whoever has the program and the other counts fits it ten times.
`agree` says how many of the values 1 to 10 give every number of the other places as it was printed: 10 would tell
nothing, 1 tells the count. `differ` is how many numbers the nearest wrong value changes.

Writes benchmarks/results/suppress_refit.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from auditor.audit.config import load_config
from auditor.audit.run import audit
from benchmarks.suppress_worlds import HEAD

ROOT = Path(__file__).resolve().parents[1]
HIDDEN, SUM = 6, 400
CONFIG = HEAD.format(focal='["hispanic"]') + "".join(
    f'\n[[sources]]\nformat = "{form}"\npath = "{name}"\n'
    for name, form in (("own.csv", "counts"), ("people.csv", "population"))
)


def drawn(rng: np.random.Generator, places: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw residents and arrests of two groups, (J, 2) each; the first place is the one that hides."""
    people = np.stack([rng.integers(3000, 30000, places), rng.integers(10000, 60000, places)], axis=1)
    natural = np.exp(rng.normal(0, 0.3, people.shape))
    arrests = rng.poisson(0.02 * people * natural) + 11
    people[0], arrests[0] = (300, 20000), (HIDDEN, SUM - HIDDEN)
    return people, arrests


def published(people: np.ndarray, arrests: np.ndarray) -> dict[tuple, Any]:
    """Audit, and return every number of the other places by where it stands."""
    ids = [f"48{2 * j + 1:03d}" for j in range(len(people))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, head, counts, row in (
            ("own.csv", "place,period,event,group,n", arrests, "{},2011,arrest,{},{}"),
            ("people.csv", "place,group,n,universe", people, "{},{},{},residents"),
        ):
            pairs = zip(ids, counts.tolist(), strict=True)
            lines = [
                row.format(here, who, n)
                for here, own in pairs
                for who, n in zip(("hispanic", "white"), own, strict=True)
            ]
            (folder / file).write_text("\n".join([head, *lines, ""]), encoding="utf-8")
        (folder / "audit.toml").write_text(CONFIG, encoding="utf-8")
        review = audit(load_config(folder / "audit.toml")).to_dict()
    own = [finding for finding in review["places"][0]["findings"] if finding["signal"] == "benchmark"]
    if not all(finding["suppressed"] for finding in own):
        raise ArithmeticError("the hidden count is printed")
    return dict(_numbers(review["places"][1:], ()))


def _numbers(entry: Any, at: tuple) -> Iterator[tuple[tuple, Any]]:
    if isinstance(entry, dict | list):
        for key, value in entry.items() if isinstance(entry, dict) else enumerate(entry):
            yield from _numbers(value, (*at, key))
    elif isinstance(entry, int | float):
        yield at, entry


def tried(rng: np.random.Generator, places: int) -> dict[str, Any]:
    """Try the ten values."""
    people, arrests = drawn(rng, places)
    truth, differ = published(people, arrests), {}
    for value in range(1, 11):
        guess = arrests.copy()
        guess[0] = (value, SUM - value)
        found = published(people, guess)
        differ[value] = sum(truth.get(at) != found.get(at) for at in truth.keys() | found.keys())
    wrong = [n for value, n in differ.items() if value != HIDDEN]
    return {"places": places, "tried": 10, "agree": sum(n == 0 for n in differ.values()), "differ": min(wrong)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, nargs="+", default=[12, 30, 60])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "suppress_refit.csv")
    given = parser.parse_args()
    rows = [tried(np.random.default_rng([given.seed, places]), places) for places in given.places]
    print(rows)
    with given.out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
