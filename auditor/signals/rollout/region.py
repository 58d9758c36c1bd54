"""The findings of a regional roll-out: the focal contrast, its negative controls, other specifications, their words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from auditor.cells import Bools, Cells, Floats
from auditor.signals.baseline import small
from auditor.signals.region.result import RegionResult
from auditor.signals.rollout.counts import ALL, PeriodCounts
from auditor.signals.rollout.estimate import Estimated, Settings, effects_of, estimate, mean_of
from auditor.signals.rollout.rows import Row, counted, mean_row, rounded, rows_of, started, with_group
from auditor.signals.rollout.study import Study, hidden, needed
from auditor.stats.rollout.outcome import large_enough

METHOD = (
    "Callaway and Sant'Anna group-time effects, waves weighted by size; HC2 variance, Satterthwaite degrees of freedom"
)


@dataclass(frozen=True)
class Outcome:
    """One log contrast of counts: what it is called, which counts it is made of.

    Attributes
    ----------
    kind : str
        ``"discretion"``, ``"ratio"``, ``"control-groups"``, ``"control-groups-ratio"`` or ``"control-serious"``.
    group, reference : str
    parts : (m, J, T) array
    """

    kind: str
    group: str
    reference: str
    parts: Floats


@dataclass(frozen=True)
class Ask:
    """What is asked of a region, besides its study and outcomes."""

    settings: Settings
    least: float
    places: int
    covariates: Floats | None
    primary: bool
    program: str


def outcomes(counts: PeriodCounts, study: Study, group: str, reference: str, others: tuple[str, ...]) -> list[Outcome]:
    """Return the focal outcome and its negative controls."""
    focal = Outcome(study.outcome, group, reference, needed(counts, study.outcome, (group, reference)))
    kind = "control-groups" if study.outcome == "discretion" else "control-groups-ratio"
    found = [focal]
    if others:
        totals = {name: np.nansum(counts.of(ALL, name)[study.used]) for name in others}
        other = max(others, key=lambda name: (totals[name], name))
        found.append(Outcome(kind, other, reference, needed(counts, study.outcome, (other, reference))))
    if study.outcome == "discretion":
        pairs = (("person", group), ("property", reference), ("person", reference), ("property", group))
        found.append(Outcome("control-serious", group, reference, np.stack([counts.of(*pair) for pair in pairs])))
    return found


def region_results(
    region: str,
    cells: Cells,
    counts: PeriodCounts,
    study: Study,
    wanted: list[Outcome],
    ask: Ask,
    rng: np.random.Generator,
) -> Iterator[RegionResult]:
    """Yield the focal finding of one region and, beside it, those of its negative controls."""
    focal, *controls = wanted
    found = _estimated(focal, study, study.used, ask, rng)
    if found is None:
        return
    beside = []
    for control in controls:
        used = study.used & large_enough(control.parts, study.window, ask.least) & ~hidden(cells, control.parts)
        result = _estimated(control, study, used, ask, rng) if used.sum() >= ask.places else None
        if result is not None:
            beside.append((control, used, result))
    moved = any(result.mean.low > 0 or result.mean.high < 0 for _, _, result in beside)
    rows = [*rows_of("contrast", found, study.periods), *_alternatives(focal, study, ask)]
    caveats, values = _caveats(study, found, ask, cells, moved=moved, controlled=bool(beside))
    yield replace(
        _result(region, cells, counts, study, study.used, focal, found),
        caveats=caveats,
        values=values,
        absolute=_absolute(cells, focal, study, found),
        models=with_group(iter(rows), focal.group),
    )
    for control, used, result in beside:
        yield replace(
            _result(region, cells, counts, study, used, control, result),
            caveats=("activation-rollout.caveat-control",),
            models=with_group(
                rows_of(control.kind.replace("control-", "negative control, "), result, study.periods), control.group
            ),
        )


def _estimated(outcome: Outcome, study: Study, used: Bools, ask: Ask, rng: np.random.Generator) -> Estimated | None:
    x = ask.covariates[used] if ask.primary and ask.covariates is not None else None
    effects = effects_of(outcome.parts[:, used], study.first[used], study.window, ask.settings, x)
    return estimate(effects, ask.settings, rng)


def _alternatives(focal: Outcome, study: Study, ask: Ask) -> Iterator[Row]:
    """Yield the mean effect under other specifications, named before the data were seen."""
    plain = ask.settings
    x = ask.covariates[study.used] if ask.covariates is not None else None
    main = x if ask.primary else None
    other: Literal["never", "not-yet"] = "never" if plain.control == "not-yet" else "not-yet"
    tries: list[tuple[str, Settings, Floats | None]] = [
        ("every place of the same weight", replace(plain, weighted=False), main),
        (f"compared with places that {_CONTROL[other]}", replace(plain, control=other), main),
        ("one period of anticipation more", replace(plain, anticipation=plain.anticipation + 1), main),
    ]
    if x is not None:
        tries.append(("not adjusted" if ask.primary else "adjusted for covariates", plain, None if ask.primary else x))
    else:
        yield {"model": _OTHERWISE, "term": "adjusted for covariates: none are in the sources for every place"}
    for term, settings, covariates in tries:
        parts, first = focal.parts[:, study.used], study.first[study.used]
        mean = mean_of(effects_of(parts, first, study.window, settings, covariates))
        yield (
            mean_row("contrast, otherwise specified", term, mean)
            if mean is not None
            else {
                "model": "contrast, otherwise specified",
                "term": f"{term}: cannot be estimated",
            }
        )


_OTHERWISE = "contrast, otherwise specified"
_CONTROL = {"never": "never started", "not-yet": "had not started yet"}


def _caveats(
    study: Study, found: Estimated, ask: Ask, cells: Cells, *, moved: bool, controlled: bool
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the caveats of the focal finding and the values of its sentences."""
    effects = found.effects
    waves = {item.cohort: item.places for item in effects.left_out if item.period is None}
    values: dict[str, Any] = {
        "waves": len(np.unique(effects.cohort[effects.post])),
        "programme": ask.program.replace("-", " ") or "the programme",
        "left": sum(waves.values()),
        "least": ask.settings.minimum_cohort,
        "gate": float(ask.least),
        "small": int((study.reason == "small").sum()),
        "statewide": _statewide(cells, study, effects.cohort),
    }
    names = ["chosen"]
    if found.trend is not None:
        values["trend"] = found.trend
        names.append("trend" if found.trend > 0.05 else "trend-broken")
    if found.robust is not None and np.isfinite(found.robust.value):
        values["breakdown"] = rounded(found.robust.value, 2)
        names.append("breakdown" if found.robust.value > 0 else "breakdown-none")
    names += ["left-out"] if waves else []
    names += ["small"] if values["small"] else []
    names += ["statewide"] if values["statewide"] else []
    names += ["control-moved"] if moved else []
    names += [] if controlled else ["no-control"]
    names += ["unverified"] if _unverified(cells, study) else []
    return tuple(f"activation-rollout.caveat-{name}" for name in names), values


def _statewide(cells: Cells, study: Study, waves: Floats) -> int:
    """Count the waves that lie in one state, where the region has several: what that state did cannot be told apart."""
    states = np.array(cells.states, dtype=str)
    if len(set(states[study.used].tolist()) - {""}) < 2:
        return 0
    met = [set(states[study.used & (study.first == wave)].tolist()) for wave in np.unique(waves)]
    return sum(len(found) == 1 and found != {""} for found in met)


def _unverified(cells: Cells, study: Study) -> bool:
    """Say whether the source leaves open which kind of date a used place's start is."""
    table = cells.activations
    return bool((study.used[table.index] & (table.kind == "")).any())


def _result(
    region: str, cells: Cells, counts: PeriodCounts, study: Study, used: Bools, outcome: Outcome, found: Estimated
) -> RegionResult:
    k, n = counted(outcome.parts, used)
    mean = found.mean
    return RegionResult(
        region=region,
        group=outcome.group,
        reference=outcome.reference,
        event=counts.event,
        k=k,
        n=n,
        estimate=rounded(np.exp(mean.value)),
        low=rounded(np.exp(mean.low)),
        high=rounded(np.exp(mean.high)),
        comparator=None,
        places=int(used.sum()),
        method=METHOD,
        p_value=rounded(mean.p_greater),
        left_out=int(((study.reason == "hidden") | (study.used & hidden(cells, outcome.parts))).sum()),
        contrast=_CONTRAST[outcome.kind],
        sentence=f"activation-rollout.finding-{outcome.kind}",
        why="activation-rollout.why-not-yet",
        detectable=float(np.exp(mean.detectable)),
        definitions=(f"activation-rollout.define-{outcome.kind}",),
        period=_span(study),
        values={"waves": len(np.unique(found.effects.cohort[found.effects.post]))},
    )


_CONTRAST = {
    "discretion": "change with the start of the programme",
    "ratio": "change with the start of the programme",
    "control-groups": "negative control (other groups)",
    "control-groups-ratio": "negative control (other groups)",
    "control-serious": "negative control (serious offences only)",
}


def after_start(cells: Cells, focal: Outcome, study: Study) -> tuple[float, float]:
    """Return the sums of the first and the last count after the start, over places where both may be printed."""
    late = started(study.first, focal.parts.shape[2]) & study.used[:, None]
    top, bottom = focal.parts[0], focal.parts[-1]
    both = late & np.isfinite(top) & np.isfinite(bottom)
    sums = [np.where(both, part, 0.0).sum(axis=1) for part in (top, bottom)]
    shown = ~(small(sums[0], cells) | small(sums[1], cells))
    return float(sums[0][shown].sum()), float(sums[1][shown].sum())


def _absolute(cells: Cells, focal: Outcome, study: Study, found: Estimated) -> tuple[float, float, float] | None:
    """Persons per 1,000 by which the focal group's mix after the start differs from one with the old contrast.

    Of the focal group's arrests after the start, the share p of discretionary ones (of all arrests, the share of the
    focal group, where offences are not told) against the share whose odds are p / (1 - p) divided by the ratio.
    """
    a, b = after_start(cells, focal, study)
    if not a > 0 or not b > 0:
        return None
    odds, mean = a / b, found.mean

    def apart(log_ratio: float) -> float:
        old = odds / np.exp(log_ratio)
        return rounded(1000 * (odds / (1 + odds) - old / (1 + old)))

    return apart(mean.value), apart(mean.low), apart(mean.high)


def _span(study: Study) -> Mapping[str, str]:
    first = np.datetime64(study.periods.first, "M")
    last = np.datetime64(study.periods.end, "M").astype("datetime64[D]") - 1
    return {"start": str(first.astype("datetime64[D]")), "end": str(last)}
