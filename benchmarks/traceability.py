"""Every number of every page back to review.json, and pages of which one digit was altered.

    python benchmarks/traceability.py FOLDER... [--altered 30] [--seed 17]

For each output folder of `auditor run` (made by this version): what `auditor verify` finds; how many numbers its pages
cite; of how many pages, each with one random visible digit altered, verify tells (hashes left out, as if they had been
forged too); and of how many the numbers' sources alone tell, the altered digit being one of a cited number, as for
a review of another version, whose pages are not rendered again. Rows go to benchmarks/results/traceability.csv.

A source alone cannot tell the two roundings of a tie apart: 1.15, shown as 1.1 and altered into 1.2, passes there.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from auditor.audit.verify import verify
from auditor.audit.verify_pages import page_names, page_problems
from auditor.findings.review import Review
from auditor.report.trace import Checker, numbers_in

RESULTS = Path(__file__).with_name("results") / "traceability.csv"
FIELDS = ("run", "places", "pages", "numbers", "problems", "altered", "told", "altered_numbers", "told_by_source")
_TEXT = re.compile(r">([^<]+)<")
_CITED = re.compile(r"<(data|tspan)\b[^>]*data-ref=[^>]*>([^<]+)</\1>")


def digits(page: str, pattern: re.Pattern[str], group: int) -> list[int]:
    """Return where the digits of a page stand that its reader sees: behind the style, outside tags."""
    start = page.index("<body")
    found = (met for met in pattern.finditer(page, start))
    return [met.start(group) + i for met in found for i, c in enumerate(met[group]) if c.isdigit()]


def altered(
    folder: Path, names: list[str], rng: random.Random, times: int, pattern: re.Pattern[str], group: int
) -> Iterator[tuple[str, str]]:
    """Yield names of pages, and each with one digit made another."""
    for _ in range(times):
        name = rng.choice(names)
        page = (folder / name).read_text(encoding="utf-8")
        at = rng.choice(digits(page, pattern, group))
        yield name, page[:at] + rng.choice([c for c in "0123456789" if c != page[at]]) + page[at + 1 :]


def told(page: str, name: str, review: Review, data: object) -> bool:
    """Say whether verify tells that a page was altered, its hash not looked at."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(page, encoding="utf-8")
        return bool(list(page_problems(root, [name], review, data, same=True, workers=1)))  # type: ignore[arg-type]


def measure(folder: Path, times: int, seed: int) -> dict[str, object]:
    """Return the row of one output folder."""
    report = verify(folder)
    for problem in report.problems[:5]:
        print(problem)
    review = Review.load(folder)
    data = json.loads((folder / "review.json").read_text(encoding="utf-8"))
    names, checker, rng = sorted(page_names(review)), Checker(data), random.Random(seed)
    numbers = sum(len(numbers_in((folder / name).read_text(encoding="utf-8"))) for name in names)
    anywhere = [told(page, name, review, data) for name, page in altered(folder, names, rng, times, _TEXT, 1)]
    cited = [bool(checker.check(page)) for _, page in altered(folder, names, rng, times, _CITED, 2)]
    counted = (len(review.places), len(names), numbers, len(report.problems), times, sum(anywhere), times, sum(cited))
    return dict(zip(FIELDS, (str(review.audit["title"]), *counted), strict=True))


def main() -> None:
    """Measure the folders named and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--altered", type=int, default=30)
    parser.add_argument("--seed", type=int, default=17)
    given = parser.parse_args()
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        for folder in given.folders:
            row = measure(folder, given.altered, given.seed)
            print(row)
            table.writerow(row)


if __name__ == "__main__":
    main()
