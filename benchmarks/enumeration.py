"""Every small table there is, against rational arithmetic.

    python benchmarks/enumeration.py

Binomial tails (n to 60, all k, seven shares), the exact comparison of two rates (all pairs of counts to 40 together,
four pairs of exposures; limits put back into the tail), Garwood's limits of a Poisson count (0 to 80, so that the
lower limits reach an expectation of 60; three levels; tails by a series of 60 digits), and the exact test of a 2 x 2
table (every table with a total of 30 or less). A reference is a fraction of whole numbers, or a decimal of 60 digits,
and never a float. Writes benchmarks/results/enumeration.csv; exits 1 where a gap is above 1e-12, or 1e-10 for limits.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np

from auditor.stats.ratios.binomial import binom_lower, binom_upper, mid_p_upper
from auditor.stats.ratios.intervals import garwood
from auditor.stats.ratios.rates import rate_ratio
from auditor.stats.strata.exact_strata import exact_strata

RESULTS = Path(__file__).resolve().parent / "results" / "enumeration.csv"
SHARES = (1e-6, 0.01, 0.0628, 0.25, 0.5, 0.7468, 0.999)
EXPOSURES = ((1, 1), (1, 7), (2540, 16918), (3, 1))
LEVELS = (0.9, 0.95, 0.99)
SMALLEST = Fraction(1, 10**290)
"""Below this a double loses digits of its own."""
Comparison = tuple[float, Fraction]


def binomial() -> Iterator[list[Comparison]]:
    """Yield the tails of every table."""
    for share in SHARES:
        p = Fraction(share)
        for n in range(61):
            weights = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
            k = np.arange(n + 1)
            found = (binom_upper(k, n, share), binom_lower(k, n, share), mid_p_upper(k, n, share))
            lower = Fraction(0)
            for i, weight in enumerate(weights):
                lower += weight
                upper = 1 - lower + weight
                wanted = (upper, lower, upper - weight / 2)
                yield [(float(f[i]), w) for f, w in zip(found, wanted, strict=True) if w > SMALLEST]


def _upper(k: int, n: int, p: Fraction) -> Fraction:
    return sum((comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)), Fraction(0))


def pairs() -> list[tuple[int, int]]:
    """Return all pairs of counts that make 40 or less."""
    return [(h, n - h) for n in range(41) for h in range(n + 1)]


def rates() -> Iterator[list[Comparison]]:
    """Yield the tests of every pair of counts."""
    h, w = (np.array(x) for x in zip(*pairs(), strict=True))
    for at, of in EXPOSURES:
        got, share = rate_ratio(h, w, at, of), Fraction(at, at + of)
        for j, (a, b) in enumerate(pairs()):
            point, upper = comb(a + b, a) * share**a * (1 - share) ** b, _upper(a, a + b, share)
            wanted = (upper, 1 - upper + point, upper - point / 2)
            found = (got.p_greater[j], got.p_less[j], got.mid_p_greater[j])
            yield [(float(f), w) for f, w in zip(found, wanted, strict=True)]


def rate_limits() -> Iterator[list[Comparison]]:
    """Yield the tail beyond each limit, the limit taken as the exact fraction that its double is."""
    h, w = (np.array(x) for x in zip(*pairs(), strict=True))
    for at, of in EXPOSURES[:2]:
        got = rate_ratio(h, w, at, of)
        for j, (a, b) in enumerate(pairs()):
            tails = []
            if a:
                odds = Fraction(float(got.low[j])) * at / of
                tails.append(_upper(a, a + b, odds / (1 + odds)))
            if b:
                odds = Fraction(float(got.high[j])) * at / of
                tails.append(_upper(b, a + b, 1 / (1 + odds)))
            yield [(float(tail), Fraction(1, 40)) for tail in tails]


def _poisson_lower(k: int, mean: float) -> Decimal:
    """P(X <= k), to 60 digits."""
    at, term, total = Decimal(mean), Decimal(1), Decimal(1)
    for i in range(1, k + 1):
        term *= at / i
        total += term
    return total * (-at).exp()


def poisson() -> Iterator[list[Comparison]]:
    """Yield the tails beyond Garwood's limits."""
    with localcontext() as context:
        context.prec = 60
        for level in LEVELS:
            low, high = garwood(np.arange(81), 1.0, level)
            tail = (1 - Fraction(level)) / 2
            for k in range(81):
                tails = [_poisson_lower(k, float(high[k]))]
                tails += [1 - _poisson_lower(k - 1, float(low[k]))] if k else []
                yield [(float(value), tail) for value in tails]


def tables() -> Iterator[list[Comparison]]:
    """Yield the tests of every 2 x 2 table in which both groups and both outcomes occur."""
    for total in range(2, 31):
        for n in range(1, total):
            m = total - n
            cases = [(a, b) for a in range(n + 1) for b in range(m + 1) if 0 < a + b < total]
            k, c = (np.array(x)[:, None] for x in zip(*cases, strict=True))
            got = exact_strata(k, np.full_like(k, n), c, np.full_like(c, m))
            for j, (a, b) in enumerate(cases):
                events = a + b
                span = range(max(0, events - m), min(n, events) + 1)
                ways = {u: comb(n, u) * comb(m, events - u) for u in span}
                whole = sum(ways.values())
                upper = Fraction(sum(w for u, w in ways.items() if u >= a), whole)
                point = Fraction(ways[a], whole)
                wanted = (upper, 1 - upper + point, upper - point / 2)
                found = (got.p_greater[j], got.p_less[j], got.mid_p_greater[j])
                yield [(float(f), w) for f, w in zip(found, wanted, strict=True)]


PARTS = {
    "binomial tails, n to 60": (binomial, 1e-12),
    "two rates, counts to 40 together": (rates, 1e-12),
    "limits of the ratio of two rates": (rate_limits, 1e-10),
    "Garwood's limits, counts to 80": (poisson, 1e-10),
    "2 x 2 tables, totals to 30": (tables, 1e-12),
}


def main() -> int:
    """Enumerate, write the table, and say whether every gap is small enough."""
    rows = []
    for name, (cases, allowed) in PARTS.items():
        count, compared, gap = 0, 0, Fraction(0)
        for case in cases():
            count += 1
            compared += len(case)
            gap = max([gap, *(abs(Fraction(found) / wanted - 1) for found, wanted in case)])
        rows.append({"part": name, "cases": count, "numbers": compared, "gap": f"{float(gap):.1e}", "allowed": allowed})
        print(rows[-1], flush=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return int(any(float(row["gap"]) > row["allowed"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
