"""W2: six tests in 3,100 places at once, against a loop over scipy and statsmodels.

    python benchmarks/six_tests.py --peer PYTHON [--places 3100] [--pairs 5]

PYTHON is the interpreter of an environment with scipy and statsmodels. Both sides get the same counts (fixed seed) and
return p-values and limits: the exact binomial tail, the exact conditional comparison of two rates, the beta-binomial
tail, a logistic regression of 24 months in each place (two-sided Wald p), Clopper-Pearson limits, and
Benjamini-Hochberg values. They must agree (`AGREE`, outside separation) before a time is written.
Shrinkage and funnels are not among the six: no peer here works them out place by place. CPU seconds are medians over
pairs, imports not counted; one row a test in benchmarks/results/six_tests.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
import pickle
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "six_tests.csv"
MONTHS, RHO = 24, 0.01
AGREE: dict[str, float] = {}
"""Largest difference allowed where it is not 1e-9."""
Inputs = Mapping[str, Any]
Test = Callable[[], Any]


def drawn(places: int) -> Inputs:
    """Return the counts of some places: long-tailed sizes, shares between 1 and 99 %."""
    rng = np.random.default_rng(20120630)
    n = np.maximum(rng.lognormal(6, 1.5, places).astype(int), 30)
    share = np.clip(rng.beta(2, 6, places), 0.01, 0.99)
    total = rng.poisson(np.maximum(n / MONTHS, 5)[:, None], (places, MONTHS)) + 2
    return {
        "n": n,
        "share": share,
        "k": rng.binomial(n, np.clip(share * np.exp(rng.normal(0, 0.2, places)), 0.01, 0.99)),
        "other": rng.poisson(n * 0.6) + 1,
        "people": n * 20.0,
        "others": n * 15.0,
        "focal": rng.binomial(total, share[:, None]),
        "total": total,
    }


def ours(given: Inputs) -> dict[str, Test]:
    """Return the six tests over arrays of places."""
    from scipy.special import ndtr

    from auditor.stats.peer.tails import beta_binomial_upper
    from auditor.stats.ratios.binomial import binom_upper
    from auditor.stats.ratios.intervals import clopper_pearson
    from auditor.stats.ratios.rates import rate_ratio
    from auditor.stats.screening.multiple import benjamini_hochberg
    from auditor.stats.series.interrupted import fit_series

    k, n, share = given["k"], given["n"], given["share"]

    def logistic() -> Any:
        fit = fit_series(given["focal"], given["total"], _design())
        z = fit.coefficients[:, 1] / np.sqrt(fit.bread[:, 1, 1])
        return 2 * ndtr(-np.abs(z))

    p = binom_upper(k, n, share)
    return {
        "exact binomial": lambda: binom_upper(k, n, share),
        "two rates, conditional": lambda: rate_ratio(k, given["other"], given["people"], given["others"]).p_greater,
        "beta-binomial": lambda: beta_binomial_upper(k, n, share, np.full(len(k), RHO)),
        "logistic regression": logistic,
        "Clopper-Pearson": lambda: np.stack(clopper_pearson(k, n)),
        "Benjamini-Hochberg": lambda: benjamini_hochberg(p),
    }


def theirs(given: Inputs) -> dict[str, Test]:
    """Return the same as a loop over places."""
    import statsmodels.api as sm
    from scipy import stats
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import proportion_confint

    k, n, share = (given[name].tolist() for name in ("k", "n", "share"))
    other, people, others = (given[name].tolist() for name in ("other", "people", "others"))
    size, scale = range(len(k)), (1 - RHO) / RHO

    def exact(i: int) -> float:
        return float(stats.binomtest(k[i], n[i], share[i], alternative="greater").pvalue)

    def rates(i: int) -> float:
        part = people[i] / (people[i] + others[i])
        return float(stats.binomtest(k[i], k[i] + other[i], part, alternative="greater").pvalue)

    def logistic(i: int) -> float:
        counts = np.column_stack([given["focal"][i], given["total"][i] - given["focal"][i]])
        return float(
            sm.GLM(counts, design, family=sm.families.Binomial())
            .fit(tol=1e-12, tol_criterion="params", maxiter=100)
            .pvalues[1]
        )

    design, p = _design(), np.array([exact(i) for i in size])
    return {
        "exact binomial": lambda: np.array([exact(i) for i in size]),
        "two rates, conditional": lambda: np.array([rates(i) for i in size]),
        "beta-binomial": lambda: np.array(
            [stats.betabinom.sf(k[i] - 1, n[i], share[i] * scale, (1 - share[i]) * scale) for i in size]
        ),
        "logistic regression": lambda: np.array([logistic(i) for i in size]),
        "Clopper-Pearson": lambda: np.array([proportion_confint(k[i], n[i], method="beta") for i in size]).T,
        "Benjamini-Hochberg": lambda: multipletests(p, method="fdr_bh")[1],
    }


def _design() -> Any:
    return np.column_stack([np.ones(MONTHS), np.arange(MONTHS) / 12 - 1])


def measured(tests: Mapping[str, Test], *, warm: bool = False) -> dict[str, tuple[Any, float]]:
    """Return what each test gives, and its CPU seconds; ``warm`` calls each once before."""
    found = {}
    for name, test in tests.items():
        if warm:
            test()
        started = time.process_time()
        value = test()
        found[name] = np.asarray(value), time.process_time() - started
    return found


def agree(one: Any, other: Any) -> float:
    """Return the largest difference; where one is not told (separation), both are left out.

    Everything compared lies between 0 and 1. Small tails are not held against each other by ratio: scipy's
    beta-binomial tail is 1 less a sum.
    """
    told = np.isfinite(one) & np.isfinite(other)
    return float(np.abs(one - other)[told].max())


def serve() -> None:
    """Do the peer's part: inputs come in, results and versions go out."""
    import scipy
    import statsmodels

    given = pickle.load(sys.stdin.buffer)
    versions = f"scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, numpy {np.__version__}"
    pickle.dump((measured(theirs(given)), versions), sys.stdout.buffer)


def main() -> None:
    """Draw, run both, compare, write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", help="interpreter of the environment of the peers")
    parser.add_argument("--places", type=int, default=3100)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        return serve()
    inputs = drawn(given.places)
    times: dict[str, tuple[list[float], list[float], list[float]]] = {}
    for _ in range(given.pairs):
        mine = measured(ours(inputs), warm=True)
        command = [given.peer or sys.executable, __file__, "--serve"]
        answer = subprocess.run(command, input=pickle.dumps(inputs), stdout=subprocess.PIPE, check=True).stdout
        peer, versions = pickle.loads(answer)
        for name, (value, seconds) in mine.items():
            gap = agree(value, peer[name][0])
            if not gap <= AGREE.get(name, 1e-9):
                raise SystemExit(f"{name}: the results differ by {gap:.2g}")
            kept = times.setdefault(name, ([], [], []))
            for entries, entry in zip(kept, (seconds, peer[name][1], gap), strict=True):
                entries.append(entry)
    _write(given, times, versions)


def _write(given: argparse.Namespace, times: Mapping[str, tuple[list[float], ...]], versions: str) -> None:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    rows = [(name, *map(statistics.median, kept[:2]), max(kept[2])) for name, kept in times.items()]
    rows.append(("all six", sum(row[1] for row in rows), sum(row[2] for row in rows), max(row[3] for row in rows)))
    with RESULTS.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("test", "places", "pairs", "cpu_s", "peer_cpu_s", "times", "largest_gap", "peer", "machine"))
        for name, own, peer, gap in rows:
            line = (f"{own:.4f}", f"{peer:.2f}", f"{peer / own:.0f}", f"{gap:.1e}")
            writer.writerow((name, given.places, given.pairs, *line, versions, machine))
            print(name, *line)


if __name__ == "__main__":
    main()
