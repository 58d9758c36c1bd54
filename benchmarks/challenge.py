"""The challenge: data sets whose truth the audit never sees, drawn by code that shares nothing with the package.

    python benchmarks/challenge.py [--seeds 1 2 3] [--sets NAME ...]
    python benchmarks/challenge.py --blind

Three processes, one after the other: the first draws the files of every set (tests/calibration/challenge/) and puts
what is true into another folder; the second audits each folder of files under the protocol as shipped and keeps what
was said; the third alone reads the truth and scores. Writes benchmarks/results/challenge.csv; what counts as right is
in tests/calibration/challenge/score.py. With `--blind` the twenty sets of another author, written down before any was
audited (tests/calibration/blind/), are audited and scored in the same way, into benchmarks/results/blind.csv. Exits 1
where the goal is missed: 19 of 20 right, no `strong-signal` where nobody profiles, no clearance of an agency that
profiles.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "challenge.csv"
BLIND = RESULTS.with_name("blind.csv")
TESTS = ROOT / "tests"
SHARE = 0.95


def draw(work: Path, names: list[str], seeds: list[int], *, blind: bool) -> None:
    """Draw the files of the sets, each once a seed; those of the blind challenge have one seed, their own."""
    if blind:
        from calibration.blind.sets import draw_all

        draw_all(work / "data" / "1", work / "truth" / "1")
        return
    from calibration.challenge.sets import SETS, generate

    for name in names or SETS:
        for seed in seeds:
            generate(name, seed, work / "data" / str(seed), work / "truth" / str(seed))


def heard(folder: Path) -> dict[str, Any]:
    """Audit one folder of files and return what is said of each place."""
    import auditor

    review = auditor.run(folder / "audit.toml")
    signals: dict[str, dict[str, Any]] = {}
    for place in review.places:
        for finding in place.findings:
            estimate = finding.estimate
            told = {"low": None if estimate is None else estimate.low, "p": finding.p_value}
            signals.setdefault(finding.signal, {}).setdefault(place.place, told)
    return {"verdicts": {place.place: place.verdict for place in review.places}, "signals": signals}


def audit(data: Path, said: Path) -> None:
    """Audit every set."""
    answers = {}
    for folder in sorted(data.glob("*/*")):
        start = time.process_time()
        answers[f"{folder.parent.name}/{folder.name}"] = heard(folder)
        print(f"{folder.name}: {time.process_time() - start:.1f} CPU-s", file=sys.stderr, flush=True)
    said.write_text(json.dumps(answers), encoding="utf-8")


def report(said: Path, truth: Path, out: Path) -> bool:
    """Score every set, write the table, and say whether the goal is met."""
    from calibration.challenge.score import score

    answers = json.loads(said.read_text(encoding="utf-8"))
    rows = []
    for key, answer in answers.items():
        seed, name = key.split("/")
        rows.append({"set": name, "seed": seed} | score(answer, truth / f"{key}.json"))
    rows.sort(key=lambda row: (row["kind"], row["set"], row["seed"]))
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    right = sum(row["right"] for row in rows)
    strong = sum(row["strong"] for row in rows if row["kind"] in ("null", "reverse"))
    cleared = sum(row["planted_cleared"] for row in rows)
    for row in rows:
        print(*row.values(), sep="\t")
    print(f"{right} of {len(rows)} right; {strong} strong signals where nobody profiles; {cleared} wrongly cleared")
    return right >= SHARE * len(rows) and not strong and not cleared


def main() -> None:
    """Run one step, or all of them as processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", nargs="*", type=int, default=[1, 2, 3])
    parser.add_argument("--sets", nargs="*", default=[])
    parser.add_argument("--blind", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--step", choices=["draw", "audit", "score"])
    parser.add_argument("--work", type=Path)
    given = parser.parse_args()
    out = given.out or (BLIND if given.blind else RESULTS)
    if given.step is None:
        with tempfile.TemporaryDirectory() as held:
            work = given.work or Path(held)
            common = ["--out", str(out), "--work", str(work), *(["--blind"] if given.blind else [])]
            common += ["--seeds", *map(str, given.seeds), "--sets", *given.sets]
            for step in ("draw", "audit"):
                subprocess.run([sys.executable, __file__, "--step", step, *common], check=True)
            sys.exit(subprocess.run([sys.executable, __file__, "--step", "score", *common], check=False).returncode)
    sys.path.insert(0, str(TESTS))
    if given.step == "draw":
        draw(given.work, given.sets, given.seeds, blind=given.blind)
    elif given.step == "audit":
        audit(given.work / "data", given.work / "said.json")
    elif not report(given.work / "said.json", given.work / "truth", out):
        sys.exit(1)


if __name__ == "__main__":
    main()
