"""The example's pages and letters, in both languages, in a browser and before the HTML validator.

    python benchmarks/page_checks.py [--keep FOLDER]

Runs the example in English and Spanish; takes the index, a flagged place, one that is not, one that cannot be tested,
and all letters about these three; opens each in Chromium at 390 and 1280 pixels with axe-core (WCAG 2.2 AA and best
practice), prints it, and hands it to the validator. Needs Chromium, Java, Node, and a folder named by
AUDITOR_NODE_MODULES with playwright-core, axe-core and vnu-jar. Rows go to benchmarks/results/page_checks.csv.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from auditor.audit.api import run_to_folder
from auditor.audit.lettering.write import write
from auditor.errors import DecisionNeeded
from auditor.findings.review import Review

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results" / "page_checks.csv"
PLACES: Final = {"local:sim-20": "flagged", "local:sim-01": "not flagged", "06": "cannot be tested"}
KINDS: Final = ("crcl", "title-vi", "county-board", "oig", "records-request", "agency-notice")
WIDTHS: Final = (390, 1280)
FIELDS: Final = (
    *("what", "language", "bytes", "axe_390", "axe_1280", "validator", "requests", "scripts", "console"),
    *("wider_than_screen", "tagged_pdf"),
)


def made(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Run the example and yield what it and its letters are, their language, and the file."""
    out = folder / "out"
    run_to_folder(ROOT / "configs" / "demo" / "audit.toml", out, quiet=True, language="es")
    pages = {place.place: place.page.removesuffix(".html") for place in Review.load(out).places}
    for language, mark in (("en", ".en"), ("es", "")):
        yield "index", language, out / f"index{mark}.html"
        for place, name in PLACES.items():
            yield f"place, {name}", language, out / f"{pages[place]}{mark}.html"
            for kind in KINDS:
                target = folder / f"{kind}-{place.replace(':', '-')}-{language}.html"
                try:
                    written = write(out, place, kind, "html", details=None, letterhead=None, language=language)
                except DecisionNeeded:
                    continue  # such a letter is refused for this place
                target.write_bytes(written.content)
                yield f"{kind}, {name}", language, target


def opened(files: list[Path], *, bypass: bool) -> list[dict[str, Any]]:
    """Open the files in Chromium; past the policy for axe-core, under it for what the policy lets through."""
    modules = os.environ["AUDITOR_NODE_MODULES"]
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(found for name in names if (found := shutil.which(name)))
    task = {"chromium": chromium, "files": [str(file) for file in files], "widths": list(WIDTHS), "bypass": [bypass]}
    done = subprocess.run(
        ["node", str(ROOT / "tests" / "report" / "browser.cjs")],
        input=json.dumps({**task, "axe": bypass, "pdf": not bypass}),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "AUDITOR_NODE_MODULES": modules},
    )
    return list(json.loads(done.stdout))


def validated(files: list[Path]) -> list[str]:
    """Return the validator's messages, warnings among them, each beginning with the file."""
    jar = Path(os.environ["AUDITOR_NODE_MODULES"], "vnu-jar", "build", "dist", "vnu.jar")
    call = ["java", "-Xmx1g", "-jar", str(jar), "--format", "gnu", *map(str, files)]
    return subprocess.run(call, capture_output=True, text=True, check=False).stderr.splitlines()


def rows(folder: Path) -> Iterator[dict[str, object]]:
    """Yield a row for each file."""
    entries = list(made(folder))
    files = [file for _, _, file in entries]
    free, held, told = opened(files, bypass=True), opened(files, bypass=False), validated(files)
    for i, (what, language, file) in enumerate(entries):
        narrow, wide = free[2 * i : 2 * i + 2]
        seen = [narrow, wide, *held[2 * i : 2 * i + 2]]
        for entry in (narrow, wide):
            print(*entry["violations"], sep="\n", end="\n" * bool(entry["violations"]))
        yield {
            "what": what,
            "language": language,
            "bytes": file.stat().st_size,
            "axe_390": len(narrow["violations"]),
            "axe_1280": len(wide["violations"]),
            "validator": sum(str(file) in line for line in told),
            "requests": sum(len(entry["requests"]) for entry in seen),
            "scripts": sum(entry["scripts"] for entry in held[2 * i : 2 * i + 2]),
            "console": sum(len(entry["console"]) for entry in held[2 * i : 2 * i + 2]),
            "wider_than_screen": sum(entry["scrollWidth"] > entry["clientWidth"] for entry in seen),
            "tagged_pdf": all(entry["tagged"] for entry in held[2 * i : 2 * i + 2]),
        }
    print(*told, sep="\n")


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="folder to keep the pages and letters in")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = given.keep or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        found = list(rows(folder))
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(found)
    for row in found:
        print(*row.values())


if __name__ == "__main__":
    main()
