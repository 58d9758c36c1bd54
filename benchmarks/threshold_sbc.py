"""Simulation-based calibration of the threshold test, over a generator that shares no code with the library.

Parameters come from the default prior, counts from the parameters: 12 places by 3 groups, 300 to 6,000 stops in a
place for the largest group, 40 % and 15 % of that for the others. Each data set is sampled as the library samples it
(4 chains; R-hat at most 1.01 and 400 effective draws for every threshold, or it is sampled further, or refused), and
the rank of each true value is taken among 399 draws.

Run: OMP_NUM_THREADS=1 python benchmarks/threshold_sbc.py [--simulations 1000] [--seed 1] [--out FILE]
Writes benchmarks/results/threshold_sbc.csv (one row a quantity; `covered_95`: in how many simulations the central 95 %
interval holds the planted value, so for the thresholds of group 2 whether those of the smallest group are recovered)
and, as it goes, the ranks to the file of --ranks, from which a run that was stopped goes on. threshold_sbc_again.csv is
of other data sets (--simulations 102 --seed 2), to see whether what one coverage of 26 showed comes again;
threshold_sbc_more.csv goes on with that series (--first 102 --simulations 124 --seed 2).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import time
from pathlib import Path

import numpy as np

from auditor.stats.fit import NotConverged
from auditor.stats.mcmc import sbc
from auditor.stats.mcmc.run import Effort, converging
from auditor.stats.threshold.anchor import Anchors
from auditor.stats.threshold.curve import GuiltCurves
from auditor.stats.threshold.data import StopCounts
from auditor.stats.threshold.fit import model_chains
from auditor.stats.threshold.model import ThresholdModel
from auditor.stats.threshold.prior import ThresholdPrior
from auditor.stats.threshold.summary import Comparison

RESULTS = Path(__file__).resolve().parent / "results" / "threshold_sbc.csv"
PLACES, GROUPS, TOGETHER, LARGEST = 12, 3, 12, 399
EFFORT = Effort(chains=4, warmup=250, draws=400, most=8000)
QUANTITIES = (
    *(f"{name} of group {g}" for name in ("guilt", "separation", "mean threshold") for g in range(GROUPS)),
    *("spread of thresholds", "spread of guilt", "spread of separation"),
    *(f"threshold in place {d} of group {g}" for d in (0, 6, 11) for g in range(GROUPS)),
    *(f"weighted threshold of group {g}" for g in range(GROUPS)),
    *(f"weighted difference of group {g}" for g in range(1, GROUPS)),
)


def normal_cdf(x: np.ndarray) -> np.ndarray:
    from scipy.stats import norm

    return norm.cdf(x)


def draw(rng: np.random.Generator, prior: ThresholdPrior) -> tuple[np.ndarray, np.ndarray]:
    """Counts, shape (3, D, R), and the true values of the quantities."""
    guilt = rng.normal(*prior.guilt, GROUPS)
    separation = rng.normal(*prior.separation, GROUPS)
    centre = rng.normal(*prior.threshold, GROUPS)
    spread = np.abs(rng.normal(0, prior.spread))
    phi = 1 / (1 + np.exp(-(guilt + spread[1] * rng.standard_normal((PLACES, 1)))))
    delta = np.exp(separation + spread[2] * rng.standard_normal((PLACES, 1)))
    t = centre + spread[0] * rng.standard_normal((PLACES, GROUPS))
    guilty, innocent = phi * normal_cdf(delta - t), (1 - phi) * normal_cdf(-t)
    largest = np.exp(rng.uniform(np.log(300), np.log(6000), (PLACES, 1)))
    stops = np.ceil(largest * np.array([1, 0.4, 0.15])).astype(int)
    searches = rng.binomial(stops, guilty + innocent)
    hits = rng.binomial(searches, guilty / (guilty + innocent))
    threshold = 1 / (1 + (1 - phi) / phi * np.exp(delta * (delta / 2 - t)))
    weights = stops.sum(axis=1) / stops.sum()
    mean = weights @ threshold
    truth = [guilt, separation, centre, np.log(spread), threshold[[0, 6, 11]].ravel(), mean, mean[1:] - mean[0]]
    return np.array([stops, searches, hits]), np.concatenate(truth)


def quantities(model: ThresholdModel, q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The quantities, and all that the library reports, of draws (C, N, dim)."""
    compared = Comparison.of(model.rates(q)[0], model.data.stops[0].sum(axis=1), 0)
    groups = model.natural(q.reshape(-1, model.dim))
    shared = np.concatenate([groups.guilt, groups.separation, groups.threshold, groups.spread], axis=1)
    chosen = compared.threshold[:, :, [0, 6, 11]].reshape(*q.shape[:2], -1)
    parts = [shared.reshape(*q.shape[:2], -1), chosen, compared.group, compared.group_difference[:, :, 1:]]
    return np.concatenate(parts, axis=2), compared.reported(0)


class Run:
    """One simulation being sampled: its generator of questions, the points it asks for, and in the end its ranks."""

    def __init__(self, index: int, seed: int, prior: ThresholdPrior) -> None:
        root = np.random.SeedSequence([seed, index])
        self.index, self.ranks = index, [-1] * len(QUANTITIES)
        counts, self.truth = draw(np.random.default_rng(root.spawn(1)[0]), prior)
        self.asked: tuple[np.ndarray, np.ndarray] | None = None
        # Nothing to fit where nobody was searched: the library refuses such counts.
        if counts[1].sum() > 0:
            self.model = ThresholdModel.of(StopCounts.of(*counts), prior)
            chains = model_chains(self.model, root.spawn(EFFORT.chains), EFFORT)
            self.questions = converging(chains, lambda q: quantities(self.model, q)[1], EFFORT)
            self.asked = next(self.questions)

    def tell(self, answers: tuple[np.ndarray, np.ndarray]) -> None:
        try:
            self.asked = self.questions.send(answers)
        except NotConverged:
            self.asked = None
        except StopIteration as end:
            self.asked = None
            self.ranks = rank(self.truth, quantities(self.model, end.value[0].q)[0]).tolist()


def answer_all(runs: list[Run]) -> None:
    """One round: what all runs ask is evaluated as one stack of data sets."""
    first = runs[0].model
    pick = [run.model.anchors for run in runs]
    data = StopCounts(*(np.concatenate([getattr(r.model.data, f) for r in runs]) for f in ("hits", "misses", "passes")))
    fields = ("log_share", "naive", "information", "mix", "place_information")
    curves = GuiltCurves(np.concatenate([anchors.curves.coefficients for anchors in pick], axis=1))
    stacked = Anchors(*(np.concatenate([getattr(a, f) for a in pick]) for f in fields), curves)
    model = ThresholdModel(data, stacked, first.prior)
    while all(run.asked for run in runs):
        points = [run.asked[0] for run in runs]
        sizes = [len(p) for p in points]
        values, gradients = model.density(np.concatenate(points), np.repeat(np.arange(len(runs)), sizes))
        ends = np.cumsum(sizes)[:-1]
        for run, value, gradient in zip(runs, np.split(values, ends), np.split(gradients, ends), strict=True):
            run.tell((value, gradient))


def rank(truth: np.ndarray, values: np.ndarray) -> np.ndarray:
    flat = values.transpose(1, 0, 2).reshape(-1, values.shape[2])
    keep = np.linspace(0, flat.shape[0] - 1, LARGEST).astype(int)
    return sbc.rank_of(truth, flat[keep])


def run(simulations: int, seed: int, ranks_file: Path, first: int = 0) -> None:
    prior = ThresholdPrior()
    done = set(np.loadtxt(ranks_file, delimiter=",", dtype=int, ndmin=2)[:, 0]) if ranks_file.exists() else set()
    waiting = [index for index in range(first, simulations) if index not in done][::-1]
    runs: list[Run] = []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while waiting or runs:
            while waiting and len(runs) < TOGETHER:
                runs.append(Run(waiting.pop(), seed, prior))
            for ended in [r for r in runs if r.asked is None]:
                with ranks_file.open("a") as file:
                    file.write(",".join(map(str, [ended.index, *ended.ranks])) + "\n")
            runs = [r for r in runs if r.asked is not None]
            if runs:
                answer_all(runs)


def code_hash() -> str:
    folder = Path(sbc.__file__).parents[1]
    names = sorted([*folder.glob("threshold/*.py"), *folder.glob("mcmc/*.py")])
    return hashlib.sha256(b"".join(name.read_bytes() for name in names)).hexdigest()[:16]


def summarise(ranks_file: Path, out: Path, code: str, seconds: float) -> None:
    ranks = np.loadtxt(ranks_file, delimiter=",", dtype=int, ndmin=2)[:, 1:]
    kept = ranks[ranks[:, 0] >= 0]
    looked = sbc.uniformity(kept, LARGEST)
    with out.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            [
                "quantity",
                "simulations",
                "refused",
                "mean_rank",
                "chi_square_p",
                "outside_99_band",
                "largest_gap",
                "covered_95",
                "code",
            ]
        )
        for m, name in enumerate(QUANTITIES):
            p, gap, mean = looked.p_value[m], looked.largest_gap[m], kept[:, m].mean() / LARGEST
            row = [name, len(kept), len(ranks) - len(kept), f"{mean:.3f}", f"{p:.4f}", int(looked.outside[m])]
            # An interval from the 10th to the 390th of 399 draws holds 95 % of the ranks of a calibrated posterior.
            covered = np.mean((kept[:, m] >= 10) & (kept[:, m] <= LARGEST - 10))
            writer.writerow([*row, f"{gap:.3f}", f"{covered:.3f}", code])
    print(f"{len(kept)} simulations, {seconds:.0f} s, least p {looked.p_value.min():.4f}")
    print("outside the band:", [n for n, out in zip(QUANTITIES, looked.outside, strict=True) if out] or "none")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ranks", type=Path, default=Path("threshold_sbc_ranks.private.csv"))
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--first", type=int, default=0, help="number of the first data set: go on with a series")
    options = parser.parse_args()
    # Of the code that is loaded: what lies on the disk may change while this runs.
    code, began = code_hash(), time.process_time()
    run(options.simulations, options.seed, options.ranks, options.first)
    summarise(options.ranks, options.out, code, time.process_time() - began)


if __name__ == "__main__":
    main()
