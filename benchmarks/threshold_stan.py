"""The same posterior sampled by Stan and by the library: time, effective draws a second, and agreement.

One planted data set of --places places by 3 groups (the default prior). Stan gets the model as its users write it: the
usual non-centred form, or with --centred thresholds drawn about their group's mean directly, as in the authors' code.
PyStan lives in an environment of its own (pip install pystan), so the work goes in three steps:

  python benchmarks/threshold_stan.py make FOLDER [--places 100]     writes counts, and the library's draws with times
  VENV/bin/python benchmarks/threshold_stan.py stan FOLDER           the same by Stan (needs only numpy and pystan)
  python benchmarks/threshold_stan.py compare FOLDER                 writes benchmarks/results/threshold_stan.csv
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import threading
import time
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).resolve().parent / "results" / "threshold_stan.csv"
CHAINS = 4

STAN = """
data {
  int<lower=1> D; int<lower=1> R;
  array[D, R] int n; array[D, R] int s; array[D, R] int h;
  array[2] real guilt_prior; array[2] real separation_prior; array[2] real threshold_prior; vector[3] spread_prior;
}
parameters {
  vector[R] guilt; vector[R] separation; vector[R] centre; vector<lower=0>[3] spread;
  vector[D] guilt_place; vector[D] separation_place; matrix[D, R] raw;
}
transformed parameters {
  matrix[D, R] threshold;
  matrix[D, R] found; matrix[D, R] missed;
  for (d in 1:D) for (r in 1:R) {
    real log_odds = guilt[r] + spread[2] * guilt_place[d];
    real phi = inv_logit(log_odds);
    real delta = exp(separation[r] + spread[3] * separation_place[d]);
    real t = TVALUE;
    found[d, r] = phi * Phi(delta - t);
    missed[d, r] = (1 - phi) * Phi(-t);
    threshold[d, r] = inv_logit(log_odds + delta * (t - delta / 2));
  }
}
model {
  guilt ~ normal(guilt_prior[1], guilt_prior[2]);
  separation ~ normal(separation_prior[1], separation_prior[2]);
  centre ~ normal(threshold_prior[1], threshold_prior[2]);
  spread ~ normal(0, spread_prior);
  guilt_place ~ std_normal(); separation_place ~ std_normal();
  TPRIOR
  for (d in 1:D) for (r in 1:R)
    target += h[d, r] * log(found[d, r]) + (s[d, r] - h[d, r]) * log(missed[d, r])
      + (n[d, r] - s[d, r]) * log1m(found[d, r] + missed[d, r]);
}
"""
FORMS = {
    "non-centred": ("centre[r] + spread[1] * raw[d, r]", "to_vector(raw) ~ std_normal();"),
    "centred": ("raw[d, r]", "for (r in 1:R) col(raw, r) ~ normal(centre[r], spread[1]);"),
}


def planted(places: int) -> np.ndarray:
    """Counts, shape (3, places, 3)."""
    from scipy.stats import norm

    rng = np.random.default_rng(0)
    stops = (np.exp(rng.normal(7.5, 1, (places, 1))) * np.array([1, 0.4, 0.15])).astype(int) + 20
    phi = 1 / (1 + np.exp(-(np.array([-3, -2.7, -2.8]) + 0.3 * rng.standard_normal((places, 1)))))
    delta = np.exp(np.array([0.6, 0.5, 0.55]) + 0.1 * rng.standard_normal((places, 1)))
    t = np.array([2.0, 1.7, 1.5]) + 0.25 * rng.standard_normal((places, 3))
    found, missed = phi * norm.cdf(delta - t), (1 - phi) * norm.cdf(-t)
    searches = rng.binomial(stops, found + missed)
    return np.array([stops, searches, rng.binomial(searches, found / (found + missed))])


class Cpu:
    """CPU seconds of all processes of this session, looked at every half second: PyStan's workers are no children."""

    def __init__(self) -> None:
        if os.getpid() != os.getsid(0):
            os.setsid()
        self.seen: dict[str, float] = {}
        self.look()
        self.before = dict(self.seen)
        self.over = threading.Event()
        self.watch = threading.Thread(target=self.keep_looking, daemon=True)
        self.watch.start()

    def look(self) -> None:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                fields = (process / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[3]) == os.getsid(0):
                self.seen[process.name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def keep_looking(self) -> None:
        while not self.over.wait(0.5):
            self.look()

    def seconds(self) -> float:
        self.look()
        self.over.set()
        return sum(spent - self.before.get(process, 0.0) for process, spent in self.seen.items())


def record(folder: Path, name: str, draws: np.ndarray, **numbers: float) -> None:
    np.save(folder / f"{name}.npy", draws)
    (folder / f"{name}.json").write_text(json.dumps(numbers))
    print(name, numbers, flush=True)


def make(folder: Path, places: int) -> None:
    from auditor.stats.mcmc.run import Effort
    from auditor.stats.threshold.data import StopCounts
    from auditor.stats.threshold.fit import model_chains
    from auditor.stats.threshold.model import ThresholdModel
    from auditor.stats.threshold.prior import ThresholdPrior

    folder.mkdir(parents=True, exist_ok=True)
    counts, prior = planted(places), ThresholdPrior()
    scales = {"guilt_prior": prior.guilt, "separation_prior": prior.separation, "threshold_prior": prior.threshold}
    data = dict(zip("nsh", counts.tolist(), strict=True)) | scales | {"spread_prior": prior.spread}
    (folder / "data.json").write_text(json.dumps(data | {"D": places, "R": 3}))
    wall, used = time.perf_counter(), Cpu()
    model, effort = ThresholdModel.of(StopCounts.of(*counts), prior), Effort()
    chains = model_chains(model, np.random.SeedSequence(1).spawn(CHAINS), effort)
    chains.warm_up()
    sample = chains.draw(1000)
    draws = model.rates(sample.q)[0].reshape(CHAINS, 1000, -1)
    spent = {"cpu": used.seconds(), "wall": time.perf_counter() - wall}
    record(folder, "auditor", draws, **spent, steps=float(sample.steps.mean()), divergent=int(sample.divergent.sum()))


def stan(folder: Path, forms: list[str]) -> None:
    import aiohttp
    import stan as pystan

    # PyStan gives its compiler five minutes, which a busy machine exceeds.
    aiohttp.client.DEFAULT_TIMEOUT = aiohttp.ClientTimeout(total=None)
    data = json.loads((folder / "data.json").read_text())
    for form in forms:
        value, prior = FORMS[form]
        began = time.perf_counter()
        model = pystan.build(STAN.replace("TVALUE", value).replace("TPRIOR", prior), data=data, random_seed=1)
        built, used, wall = time.perf_counter() - began, Cpu(), time.perf_counter()
        fit = model.sample(num_chains=CHAINS, num_warmup=1000, num_samples=1000, delta=0.9)
        spent = {"cpu": used.seconds(), "wall": time.perf_counter() - wall, "build": built}
        # PyStan stacks the chains last: parameters, draws, chains.
        draws = fit["threshold"].reshape(data["D"] * data["R"], 1000, CHAINS, order="F").transpose(2, 1, 0)
        steps, divergent = float(np.mean(fit["n_leapfrog__"])), int(np.sum(fit["divergent__"]))
        record(folder, f"stan {form}", draws, **spent, steps=steps, divergent=divergent)


def compare(folder: Path) -> None:
    from auditor.stats.mcmc.diagnostics import effective_bulk, rhat

    data = json.loads((folder / "data.json").read_text())
    own, rows = np.load(folder / "auditor.npy"), []
    for path in sorted(folder.glob("*.npy")):
        draws, numbers = np.load(path), json.loads(path.with_suffix(".json").read_text())
        if path.stem != "auditor":
            # Stan's matrices come column by column.
            draws = draws.reshape(*draws.shape[:2], data["R"], data["D"]).transpose(0, 1, 3, 2).reshape(own.shape)
        fewest = float(effective_bulk(draws).min())
        spread = own.std(axis=(0, 1))
        gap = np.abs(draws.mean(axis=(0, 1)) - own.mean(axis=(0, 1))) / spread
        rows.append(
            {
                "program": path.stem,
                "places": data["D"],
                "draws": draws.shape[0] * draws.shape[1],
                "cpu_seconds": f"{numbers['cpu']:.1f}",
                "wall_seconds": f"{numbers['wall']:.1f}",
                "build_seconds": f"{numbers.get('build', 0):.1f}",
                "worst_rhat": f"{rhat(draws).max():.4f}",
                "fewest_effective": f"{fewest:.0f}",
                "fewest_effective_per_cpu_second": f"{fewest / numbers['cpu']:.2f}",
                "leapfrog_steps": f"{numbers['steps']:.1f}",
                "divergent": numbers["divergent"],
                "largest_gap_of_means_in_sd": f"{gap.max():.3f}",
                "largest_ratio_of_sd": f"{(draws.std(axis=(0, 1)) / spread).max():.3f}",
            }
        )
        print(rows[-1])
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["make", "stan", "compare"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--places", type=int, default=100)
    parser.add_argument("--forms", nargs="*", default=list(FORMS), choices=list(FORMS))
    options = parser.parse_args()
    if options.step == "make":
        make(options.folder, options.places)
    elif options.step == "stan":
        stan(options.folder, options.forms)
    else:
        compare(options.folder)


if __name__ == "__main__":
    main()
