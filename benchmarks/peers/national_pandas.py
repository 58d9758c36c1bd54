"""The national audit as a careful user would put it together: pandas, statsmodels a place at a time, matplotlib.

    PYTHON benchmarks/peers/national_pandas.py FOLDER [--without-figures]

The peer of benchmarks/national.py, run by an interpreter that has pandas, statsmodels and matplotlib. FOLDER holds the
tables of `benchmarks/national.py --keep`. For each place: arrests of Hispanic against white residents (Poisson
regression), the same in lesser against serious offences (logistic regression on the counts), matches per submission and
the mix of levels against the nation (two-sample tests with Wilson intervals), the change at the programme's start
(interrupted time series with Newey-West errors) and against a weighted average of 40 other places (SLSQP), all with
Benjamini-Hochberg over places; eight figures and an HTML page. Prints seconds of processor time, wall seconds, peak
memory and places as JSON. It holds no place to its peers, calibrates nothing, hides no small count and says nothing of
what it left out: it does less than the audit that it is held against.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import tempfile
import time
import warnings
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import optimize
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

matplotlib.use("svg")
from matplotlib import pyplot as plt

SERIOUS = ("theft", "aggravated-assault")
DONORS = 40
CODES = {"place": str, "county_fips": str}


def load(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables as a user writes it."""
    arrests = pd.read_csv(folder / "arrests.csv", dtype=CODES)
    arrests["month"] = pd.PeriodIndex(arrests["period"], freq="M")
    statistics = pd.read_csv(folder / "statistics.csv", dtype=CODES)
    starts = pd.read_csv(folder / "activations.csv", dtype=CODES, parse_dates=["date"])
    residents = pd.read_csv(folder / "residents.csv", dtype=CODES)
    return {"arrests": arrests, "statistics": statistics, "starts": starts, "residents": residents}


def rates(counts: pd.Series, people: pd.Series) -> tuple[float, float, float, float]:
    """Poisson regression of arrests on the group, with residents as exposure: ratio, limits, p."""
    frame = counts.groupby("group").sum()
    y = np.array([frame.get("hispanic", 0), frame.get("white", 0)])
    exposure = np.array([people["hispanic"], people["white"]])
    fit = sm.GLM(y, sm.add_constant([1.0, 0.0]), family=sm.families.Poisson(), exposure=exposure).fit()
    low, high = fit.conf_int()[1]
    return float(np.exp(fit.params[1])), float(np.exp(low)), float(np.exp(high)), float(fit.pvalues[1])


def contrast(counts: pd.Series) -> tuple[float, float, float, float]:
    """Logistic regression of lesser against serious offences on the group: odds ratio, limits, p."""
    table = counts.unstack("offence").groupby("group").sum()
    serious = table[[name for name in table if name in SERIOUS]].sum(axis=1)
    lesser = table.sum(axis=1) - serious
    groups = ["hispanic", "white"]
    y = np.column_stack([lesser[groups], serious[groups]])
    fit = sm.GLM(y, sm.add_constant([1.0, 0.0]), family=sm.families.Binomial()).fit()
    low, high = fit.conf_int()[1]
    return float(np.exp(fit.params[1])), float(np.exp(low)), float(np.exp(high)), float(fit.pvalues[1])


def share(k: float, n: float, rest_k: float, rest_n: float) -> tuple[float, float, float, float]:
    """A share against that of the rest of the nation."""
    if n == 0:
        return float("nan"), float("nan"), float("nan"), 1.0
    _, p = proportions_ztest([k, rest_k], [n, rest_n])
    low, high = proportion_confint(k, n, method="wilson")
    return k / n, float(low), float(high), float(p)


def change(series: np.ndarray, start: int) -> tuple[float, float, float, float]:
    """Interrupted time series with Newey-West errors."""
    month = np.arange(len(series))
    after = (month >= start).astype(float)
    season = np.column_stack([np.sin(2 * np.pi * month / 12), np.cos(2 * np.pi * month / 12)])
    design = sm.add_constant(np.column_stack([after, month, season]))
    fit = sm.OLS(series, design).fit(cov_type="HAC", cov_kwds={"maxlags": 12})
    low, high = fit.conf_int()[1]
    return float(fit.params[1]), float(low), float(high), float(fit.pvalues[1])


def synthetic(own: np.ndarray, donors: np.ndarray, start: int) -> np.ndarray:
    """Weights of the donors that sum to one and fit the months before the start."""
    before, pool = own[:start], donors[:, :start]
    found = optimize.minimize(
        lambda w: ((before - w @ pool) ** 2).sum(), np.full(len(pool), 1 / len(pool)), method="SLSQP",
        bounds=[(0, 1)] * len(pool), constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        jac=lambda w: -2 * pool @ (before - w @ pool), options={"maxiter": 200},
    )  # fmt: skip
    return np.asarray(found.x @ donors)


FAILED: list[str] = []


def tried(test: Callable[..., tuple[float, float, float, float]], *given: Any) -> tuple[float, float, float, float]:
    """Return what a test gives, or nothing with p = 1 where statsmodels raises: as loops of this kind do."""
    try:
        return test(*given)
    except (ValueError, KeyError, np.linalg.LinAlgError):
        FAILED.append(test.__name__)
        return float("nan"), float("nan"), float("nan"), 1.0


def figure(draw: Any) -> str:
    """Return an SVG."""
    page, axes = plt.subplots(figsize=(7.2, 3))
    draw(axes)
    out = io.StringIO()
    page.savefig(out, format="svg")
    plt.close(page)
    return out.getvalue()


def figures(one: dict[str, Any]) -> list[str]:
    """Draw the eight."""
    months = np.arange(len(one["series"]))
    names = list(one["results"])
    values = np.array([one["results"][name][:3] for name in names])
    by = one["by"]
    return [
        figure(lambda a: (a.plot(months, one["series"]), a.axvline(one["start"]), a.set_title("Arrests by month"))),
        figure(lambda a: (a.plot(months, one["series"]), a.plot(months, one["synthetic"]), a.axvline(one["start"]))),
        figure(lambda a: a.errorbar(values[:, 0], range(len(names)), fmt="o",
                                    xerr=np.abs(values[:, 1:3] - values[:, :1]).T)),
        figure(lambda a: (a.scatter(one["sizes"][: len(one["ratios"])], one["ratios"], s=4), a.set_xscale("log"))),
        figure(lambda a: a.bar(range(4), one["levels"])),
        figure(lambda a: (a.bar(range(len(by)), by.to_numpy()), a.set_xticks(range(len(by)), by.index))),
        figure(lambda a: a.imshow(one["series"][: len(months) // 12 * 12].reshape(-1, 12), aspect="auto")),
        figure(lambda a: a.hist(one["ratios"], bins=40)),
    ]  # fmt: skip


def audit(folder: Path, out: Path, *, draw: bool) -> int:
    """Audit every place and write its page."""
    tables = load(folder)
    counts = tables["arrests"].set_index(["place", "group", "offence", "month"])["n"]
    people = tables["residents"].pivot_table(index="place", columns="group", values="n", aggfunc="sum")
    statistics = tables["statistics"].set_index("county_fips")
    total = statistics[["submissions", "matches", "matches_none"]].sum()
    monthly = counts.loc[:, "hispanic"].groupby(["place", "month"]).sum().unstack("month")
    logs = np.log(monthly.to_numpy() + 0.5)
    first = monthly.columns[0]
    starts = {
        place: (date.year - first.year) * 12 + date.month - first.month
        for place, date in zip(tables["starts"]["place"], tables["starts"]["date"], strict=True)
    }
    rng = np.random.default_rng(1)
    places = list(monthly.index)
    found: dict[str, dict[str, Any]] = {}
    for row, place in enumerate(places):
        own, its = counts.loc[place], statistics.loc[place]
        results = {
            "benchmark": tried(rates, own, people.loc[place]),
            "contrast": tried(contrast, own),
            "matches": share(its["matches"], its["submissions"], total["matches"] - its["matches"],
                             total["submissions"] - its["submissions"]),
            "levels": share(its["matches_none"], its["matches"], total["matches_none"] - its["matches_none"],
                            total["matches"] - its["matches"]),
        }  # fmt: skip
        start = starts.get(place, 60)
        made = logs[row]
        if place in starts:
            results["change"] = tried(change, logs[row], start)
            donors = rng.choice([j for j in range(len(places)) if j != row], DONORS, replace=False)
            made = synthetic(logs[row], logs[donors], start)
        found[place] = {
            "results": results, "series": logs[row], "synthetic": made, "start": start,
            "levels": its[["matches_l1", "matches_l2", "matches_l3", "matches_none"]].to_numpy(float),
            "by": own.groupby("offence").sum(),
        }  # fmt: skip
    every = [(place, name) for place, one in found.items() for name in one["results"]]
    q = multipletests([found[place]["results"][name][3] for place, name in every], method="fdr_bh")[1]
    adjusted = dict(zip(every, q, strict=True))
    ratios = [value for one in found.values() if np.isfinite(value := one["results"]["benchmark"][0])]
    sizes = [float(one["by"].sum()) for one in found.values()]
    for place, one in found.items():
        rows = "".join(
            f"<tr><td>{escape(name)}</td>{''.join(f'<td>{value:.4g}</td>' for value in values)}"
            f"<td>{adjusted[place, name]:.4g}</td></tr>"
            for name, values in one["results"].items()
        )
        drawn = figures(one | {"ratios": ratios, "sizes": sizes}) if draw else []
        text = f"<!doctype html><title>{place}</title><table>{rows}</table>{''.join(drawn)}"
        (out / f"{place}.html").write_text(text, encoding="utf-8")
    return len(found)


def main() -> None:
    """Audit, time, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without-figures", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as out:
        places = audit(given.folder, Path(out), draw=not given.without_figures)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "places": places, "cpu": used.ru_utime + used.ru_stime, "wall": time.monotonic() - started,
        "peak_mib": used.ru_maxrss / 1024, "failed": len(FAILED),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
