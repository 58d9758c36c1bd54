"""Scenarios 17, 18 and 19 on the records of ethnicity: under-recording, gaps that go with the outcome, weak names.

Each row of the result is one setting over many simulated places: what was estimated without bias, how often intervals
held the truth, and how often a wrong record was seen.
The rows of scenario "screen" hold the signal against its peers. The generators share no code with the estimators but
the bins.

Run: OMP_NUM_THREADS=1 python benchmarks/recording_cells.py   (under four minutes of one core)
Writes benchmarks/results/recording_cells.csv.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.audit.protocol import Protocol, Rule, load_protocol
from auditor.audit.screening.decide import decide
from auditor.signals.recording.ethnicity_recording import SIGNAL
from auditor.signals.signal import Design
from auditor.stats.recording.audit import under_count
from auditor.stats.recording.bins import BINS, bin_of, cells_of
from auditor.stats.recording.cells import RecordingCells
from auditor.stats.recording.misclassified import corrected_ratio, error_bounds
from auditor.stats.recording.missing_group import missing_by_outcome, missing_range
from auditor.stats.recording.shifted_count import shifted_under_count

RUNS, SCREENED, PLANTED = 100, 400, 20
RESULTS = Path(__file__).resolve().parent / "results" / "recording_cells.csv"
Floats = NDArray[np.float64]
PLACES, PERSONS = 2000, 800
APART = {0.85: 1.466, 0.90: 1.812, 0.95: 2.326, 0.988: 3.2}
"""Distance of two normal scores in standard deviations, by the area under the curve (sqrt(2) times its quantile)."""
COLUMNS = ("scenario", "setting", "quantity", "value", "places", "persons_or_runs")


def under_recorded(rng: np.random.Generator) -> Iterator[tuple[str, str, float]]:
    """Scenario 17: only Se of the group are recorded as such, Sp of the others as others, differing by place."""
    for se in (0.95, 0.8, 0.5, 0.05):
        for sp in (1.0, 0.98):
            rates = rng.beta(40 * se, 40 * (1 - se), PLACES)
            share = rng.beta(6, 14, PLACES)
            prior = np.clip(share * np.exp(rng.normal(0, 0.4, PLACES)), 0.02, 0.9)
            truth, bins = _people(rng, share, prior, 0.988)
            recorded = np.where(truth, rng.random(truth.shape) < rates[:, None], rng.random(truth.shape) < 1 - sp)
            found = shifted_under_count(_cells(bins, recorded), 0, prior)
            real = share / (share * rates + (1 - share) * (1 - sp))
            setting = f"Se={se} Sp={sp}"
            seen = found.recorded > 0
            yield setting, "bias of log U (median)", _median(np.log(found.ratio[seen] / real[seen]))
            yield setting, "coverage of U", _inside(found.low, real, found.high)
            yield setting, "seen: lower limit of U above 1", float(np.mean(found.low > 1))
            yield from _corrected(rng, setting, se, sp)


def _corrected(rng: np.random.Generator, setting: str, se: float, sp: float) -> Iterator[tuple[str, str, float]]:
    """Ratio of two groups' rates, truly 1.5, from misrecorded counts: rates known, bounded, and left as it is."""
    if se + sp < 1.1:
        return
    h, w = rng.poisson(300, PLACES), rng.poisson(600, PLACES)
    kept, moved = rng.binomial(h, se), rng.binomial(w, 1 - sp)
    a, b = kept + moved, h + w - kept - moved
    fitted = corrected_ratio(a, b, 1.0, 3.0, se, sp)
    yield setting, "corrected rate ratio: bias (median)", _median(fitted.ratio / 1.5 - 1)
    yield setting, "corrected rate ratio: coverage", _inside(fitted.low, np.full(PLACES, 1.5), fitted.high)
    wide = error_bounds(a, b, 1.0, 3.0, (max(se - 0.1, 0.06), min(se + 0.1, 1.0)), (0.95, 1.0))
    yield (
        setting,
        "range over Se -+ .1, Sp .95 to 1: coverage",
        _inside(wide.limit_low, np.full(PLACES, 1.5), wide.limit_high),
    )
    yield setting, "rate ratio as recorded: bias (median)", _median(a / b * 3 / 1.5 - 1)


def missing_not_at_random(rng: np.random.Generator) -> Iterator[tuple[str, str, float]]:
    """Scenario 18: gaps of 5 to 50 %, twice the odds with the outcome and for the group."""
    for gap in (0.05, 0.2, 0.5):
        h, w = rng.poisson(120, PLACES), rng.poisson(240, PLACES)
        out_h, out_w = rng.binomial(h, 0.4), rng.binomial(w, 0.4)
        base = gap / (1 - gap)
        parts = [
            rng.binomial(n, base * odds / (1 + base * odds))
            for n, odds in ((out_h, 4.0), (h - out_h, 2.0), (out_w, 2.0), (w - out_w, 1.0))
        ]
        unknown = np.sum(parts, axis=0)
        seen_h, seen_w = h - parts[0] - parts[1], w - parts[2] - parts[3]
        reach = missing_range(seen_h, 1.0, seen_w, 3.0, unknown)
        setting = f"odds of a gap {base:.3f}; twice with the outcome; twice for the group"
        yield (
            setting,
            "coverage of the range with sampling limits",
            _inside(reach.limit_low, np.full(PLACES, 1.5), reach.limit_high),
        )
        yield setting, "coverage of the interval with gaps left out", _inside(*_left_out(seen_h, seen_w))
        tested = missing_by_outcome(
            (parts[0] + parts[2])[:, None], (out_h + out_w)[:, None], (parts[1] + parts[3])[:, None],
            (h + w - out_h - out_w)[:, None],
        )  # fmt: skip
        yield setting, "seen: gaps go with the outcome at .05", float(np.mean(tested.p <= 0.05))


def _left_out(h: Floats, w: Floats) -> tuple[Floats, Floats, Floats]:
    found = missing_range(h, 1.0, w, 3.0, np.zeros(PLACES, dtype=int))
    return found.limit_low, np.full(PLACES, 1.5), found.limit_high


def weak_names(rng: np.random.Generator) -> Iterator[tuple[str, str, float]]:
    """Scenario 19: names that tell less, residents' shares that vary, and odds of the group 1.7 times those."""
    for auc in (0.85, 0.90, 0.95):
        prior = rng.beta(4, 16, PLACES)
        share = 1.7 * prior / (1 + 0.7 * prior)
        truth, bins = _people(rng, share, prior, auc)
        recorded = truth & (rng.random(truth.shape) < 0.7)
        cells = _cells(bins, recorded)
        found, plain = shifted_under_count(cells, 0, prior), under_count(cells, 0)
        real = np.full(PLACES, 1 / 0.7)
        yield f"AUC={auc}", "U: bias of log (median)", float(np.log(np.median(found.ratio) * 0.7))
        yield f"AUC={auc}", "U: coverage", _inside(found.low, real, found.high)
        yield f"AUC={auc}", "plain sum: bias of log (median)", float(np.log(np.median(plain.ratio) * 0.7))
        yield f"AUC={auc}", "plain sum: coverage", _inside(plain.low, real, plain.high)


def screened(rng: np.random.Generator) -> Iterator[tuple[str, str, float]]:
    """The signal against its peers, 400 places, q = .05: false alarms where nobody under-records, and power."""
    protocol = _testing()
    for sd in (0.0, 0.15, 0.25):
        for effect in (0.0, 0.5, 1.0):
            flags = np.array([_flags(rng, protocol, sd, effect) for _ in range(RUNS)])
            setting = f"natural SD {sd} of log U, effect {effect} in 5 % of places"
            if effect == 0:
                yield setting, "P(any flag)", float(np.mean(flags.sum(axis=1) > 0))
            else:
                false, true = flags[:, PLANTED:].sum(axis=1), flags[:, :PLANTED].sum(axis=1)
                yield setting, "FDR", float(np.mean(false / np.maximum(false + true, 1)))
                yield setting, "power", float(np.mean(true / PLANTED))


def _testing() -> Protocol:
    """Return the protocol as shipped, with this signal tested and no other."""
    rules = {"recording": {SIGNAL.card.name: Rule(role="test", direction="greater")}}
    return load_protocol().model_copy(update={"families": rules})


def _flags(rng: np.random.Generator, protocol: Protocol, sd: float, effect: float) -> NDArray[np.bool_]:
    design = Design(places=SCREENED, typical=400, natural_sd=sd, planted=0.05 if effect else 0.0)
    cells = SIGNAL.simulate(rng, effect, design)
    panel = SIGNAL.measure(cells, SIGNAL.options(), rng)
    name = SIGNAL.card.name
    return np.nan_to_num(decide({name: panel}, {}, {name: "recording"}, protocol).q_greater[:, 0], nan=1.0) <= 0.05


def _people(rng: np.random.Generator, share: Floats, prior: Floats, auc: float) -> tuple[NDArray[np.bool_], Floats]:
    """Who is of the group, and the bin of the chance under the residents' share, (J, N)."""
    truth = rng.random((PLACES, PERSONS)) < share[:, None]
    apart = APART[auc]
    score = apart * rng.normal(np.where(truth, apart / 2, -apart / 2), 1)
    chance = 1 / (1 + np.exp(-(score + np.log(prior / (1 - prior))[:, None])))
    return truth, bin_of(chance).astype(float)


def _cells(bins: Floats, recorded: NDArray[np.bool_]) -> RecordingCells:
    persons = np.zeros((PLACES, 2, BINS))
    place = np.broadcast_to(np.arange(PLACES)[:, None], recorded.shape)
    np.add.at(persons, (place, np.where(recorded, 0, 1), bins.astype(int)), 1)
    return cells_of(persons)


def _median(values: Floats) -> float:
    return float(np.median(values))


def _inside(low: Floats, real: Floats, high: Floats) -> float:
    return float(np.mean((low <= real) & (real <= high)))


def main() -> None:
    """Write every setting as a row."""
    rng = np.random.default_rng(20111121)
    studies = (("17", under_recorded), ("18", missing_not_at_random), ("19", weak_names), ("screen", screened))
    with RESULTS.open("w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(COLUMNS)
        for number, study in studies:
            for setting, quantity, value in study(rng):
                size = (SCREENED, RUNS) if number == "screen" else (PLACES, PERSONS)
                out.writerow([number, setting, quantity, f"{value:.3f}", *size])


if __name__ == "__main__":
    main()
