"""What was measured of each signal, as tables for its page, read from benchmarks/results/."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

RESULTS = Path(__file__).resolve().parent.parent / "benchmarks" / "results"
MOST_ROWS = 40
"""A longer table is cut to its largest values of the first figure."""


@dataclass(frozen=True)
class Measured:
    """A table of results, or the part of one that speaks of a signal.

    Attributes
    ----------
    file : str
        Name under benchmarks/results/, without ending.
    script : str
        What made it.
    says : str
        What a row is.
    settings : mapping of str to str
        Columns that tell the rows apart, and their headings.
    figures : mapping of str to str
        Columns that were measured, and their headings.
    where : mapping of str to str
        Values that a row must have to speak of the signal.
    """

    file: str
    script: str
    says: str
    settings: Mapping[str, str]
    figures: Mapping[str, str]
    where: Mapping[str, str] = field(default_factory=dict)

    def rows(self) -> list[dict[str, str]]:
        """Return the rows that speak of the signal.

        Raises
        ------
        ValueError
            When there are none, or a column is not there.
        """
        with (RESULTS / f"{self.file}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = {*self.settings, *self.figures, *self.where} - set(reader.fieldnames or ())
            rows = [row for row in reader if all(row[name] == value for name, value in self.where.items())]
        if missing or not rows:
            raise ValueError(f"{self.file}.csv: {len(rows)} rows for this signal, columns missing: {sorted(missing)}")
        return rows


def measured_section(name: str) -> list[str]:
    """Return the lines of the section on what was measured of a signal."""
    lines = ["## Measured", ""]
    for measured in MEASURED.get(name, ()):
        lines += _table(measured)
    if name not in MEASURED:
        lines += [f"{UNMEASURED} All tables: [Measured error rates](../calibration.md).", ""]
    return lines


def _table(measured: Measured) -> Iterator[str]:
    rows = measured.rows()
    first = next(iter(measured.figures))
    shown = rows
    cut = ""
    if len(rows) > MOST_ROWS:
        shown = sorted(rows, key=lambda row: -_number(row[first]))[:MOST_ROWS]
        cut = f" The {MOST_ROWS} rows of {len(rows)} with the largest “{measured.figures[first]}”."
    yield f"{measured.says}{cut}"
    yield ""
    yield f"Command: `python benchmarks/{measured.script}.py`; the table: `benchmarks/results/{measured.file}.csv`."
    yield ""
    headings = [*measured.settings.values(), *measured.figures.values()]
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in shown:
        yield f"| {' | '.join(_cell(row[name]) for name in (*measured.settings, *measured.figures))} |"
    yield ""


def _number(text: str) -> float:
    return float(text) if text else float("-inf")


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "-"


UNMEASURED = "Its error rates have not been measured by simulation. It describes, and no verdict rests on it."

_TOGETHER = {
    "cases": "cases", "together": "people met together", "officers": "officers (0: one a case)",
    "sd": "SD of their log odds", "places": "runs",
}  # fmt: skip
_REJECTED = {"one_sided": "rejected at .05, one-sided", "two_sided": "rejected at .05, two-sided"}


def _together(name: str) -> Measured:
    return Measured(
        "together_null", "together_null", "Nobody treated differently: share of places where the test rejects.",
        _TOGETHER, _REJECTED, {"signal": name},
    )  # fmt: skip


def _shown(name: str) -> Measured:
    return Measured(
        "rows_shown", "rows_shown",
        "Nobody treated differently, and places alike (SD 0) or naturally different: what pages show of this signal. "
        "All described signals together: [measured error rates](../calibration.md).",
        {"sd": "natural SD", "audits": "audits", "places": "places of each", "pages": "pages"},
        {"own_outside": "its interval leaves out no difference", "beside_outside": "one shown beside it does",
         "page_p01": "p at most .01 in the direction asked"},
        {"signal": name},
    )  # fmt: skip


_OUTSIDE = {"outside": "interval leaves out the truth", "outside_printed": "of those printed"}
_NO_DIFFERENCE = {"outside": "interval leaves out no difference", "outside_printed": "of those printed"}
_UNUSUAL = {"p_05": "p at most .05", "p_01": "p at most .01"}


def _described(name: str, says: str, figures: Mapping[str, str], part: str = "all") -> Measured:
    return Measured(
        "described_null", "described_null", says,
        {"statement": "what is said", "setting": "setting", "records": "records", "measured": "measured at",
         "printed": "printed at"},
        figures, {"signal": name, "part": part},
    )  # fmt: skip


_SBC = {
    "mean_rank": "mean rank", "chi_square_p": "chi-square p", "outside_99_band": "ranks outside the 99 % band",
    "covered_95": "coverage of the 95 % interval",
}  # fmt: skip
_SCREEN = Measured(
    "screen_grid", "screen_grid",
    "All aggregate signals of the default protocol together, from counts to verdicts.",
    {"cell": "cell", "places": "places", "planted": "planted", "effect": "log effect", "runs": "runs"},
    {"any": "runs with a flag", "flags": "flags a run", "fdr": "FDR"},
)  # fmt: skip

MEASURED: Mapping[str, tuple[Measured, ...]] = {
    "hit-rate": (
        _together("hit-rate"),
        Measured(
            "hit_ugly", "hit_ugly",
            "What an opposing expert would name, nobody searched on less suspicion. “Alike”: the null hypothesis "
            "holds; “unlike”: kinds of search, precincts or years go with the group, and the hit rates do differ.",
            {"scenario": "pattern", "hit_rates": "hit rates", "searches": "searches", "officers": "officers",
             "places": "runs"},
            {"one_sided": "rejected at .05, one-sided", "two_sided": "two-sided",
             "within_officers": "one-sided, `within = \"officer\"`"},
        ),
        _shown("hit-rate"),
    ),
    "no-charge": (_together("no-charge"), _shown("no-charge")),
    "booking-not-cited": (_together("booking-not-cited"), _shown("booking-not-cited")),
    "minor-traffic": (_shown("minor-traffic"),),
    "detainer-practice": (_shown("detainer-practice"),),
    "detainer-selectivity": (_shown("detainer-selectivity"),),
    "veil-of-darkness": (
        Measured(
            "veil_null", "veil_null",
            "Stops drawn with clusters; a log odds ratio of 0 is no effect of daylight. Coverage of the 95 % interval.",
            {"scenario": "scenario", "officers": "officers", "icc": "ICC of officers", "day_icc": "ICC of days",
             "cluster": "clusters used", "log_odds_ratio": "true log odds ratio", "runs": "runs"},
            {"rejected": "rejected at .05", "rejected_greater": "rejected, greater", "covered": "coverage"},
        ),
        _shown("veil-of-darkness"),
    ),
    "operation-days": (
        Measured(
            "days_null", "days_null",
            "Stops drawn over a year with declared operations; a log odds ratio of 0 is no effect.",
            {"operations": "operations", "correlation": "correlation of days", "trend": "trend", "season": "season",
             "in_a_run": "every week", "officers": "officers", "length": "days of each",
             "weekly": "SD of weeks", "drift": "SD of the drift", "keep": "its autocorrelation",
             "taken": "days of one operation", "log_odds_ratio": "true log odds ratio", "runs": "runs"},
            {"rejected_either": "rejected at .05", "rejected_greater": "rejected, greater",
             "coverage_of_95_per_cent": "coverage"},
        ),
        _shown("operation-days"),
    ),
    "perceived-ethnicity": (
        Measured(
            "person_null", "person_null", "Drivers stopped several times; a ratio of 1 is no effect of perception.",
            {"persons": "drivers", "searched": "searched", "alike": "likeness of a driver's stops",
             "officers": "officers (0: none drawn)", "spread": "their SD", "together": "correlation of both",
             "size_cv": "CV of their sizes", "held": "held fixed", "ratio": "true ratio", "runs": "runs"},
            {"rejected_either": "rejected at .05", "rejected_greater": "rejected, greater",
             "coverage_of_95_per_cent": "coverage"},
        ),
        _shown("perceived-ethnicity"),
    ),
    "hold-time": (
        Measured(
            "hold_null", "hold_null", "Nobody held for a detainer: share of places where each test rejects at .05.",
            {"jails": "jails", "icc": "ICC of jails", "cv": "CV of their sizes", "slopes": "spread of effects by jail",
             "weeks": "weeks", "people": "people", "places": "runs"},
            {"two_sided": "48 hours, two-sided", "one_sided": "48 hours, one-sided", "hazard": "Cox",
             "log_rank": "log-rank"},
        ),
        Measured(
            "hold_ugly", "hold_ugly",
            "What an opposing expert would name. “Alike”: the null hypothesis holds; “unlike”: holds come with "
            "something else that keeps people longer, and the shares do differ.",
            {"scenario": "pattern", "sides": "both sides", "jails": "jails", "places": "runs"},
            {"one_sided": "48 hours, one-sided", "two_sided": "48 hours, two-sided",
             "plain_clock": "every hour counted", "hazard": "Cox", "log_rank": "log-rank"},
        ),
        _shown("hold-time"),
    ),
    "officer-benchmark": (
        Measured(
            "officers_signal", "officers_signal",
            "Officers of one agency from rows to flags. FDR: false flags among the flags, mean over runs.",
            {"officers": "officers", "sd": "natural SD", "effect": "planted log effect", "runs": "runs", "rate": "q"},
            {"p_any_false": "P(any false flag)", "fdr": "FDR", "power": "power", "promised": "runs with a promise"},
        ),
        Measured(
            "officers_ugly", "officers_ugly",
            "What an opposing expert would name, no officer treating anybody differently. “Recorded”: time, square or "
            "offence tell of it; “hidden”: nothing does.",
            {"scenario": "pattern", "told": "in the records", "officers": "officers", "sd": "natural SD",
             "agencies": "agencies"},
            {"any_flag": "any officer stands out", "flags_per_100": "flags per 100 officers", "compared": "compared"},
        ),
    ),
    "search-threshold": (
        Measured(
            "threshold_sbc", "threshold_sbc",
            "Simulation-based calibration: ranks of what was drawn from the prior among its posterior. No quantity's "
            "ranks leave their simultaneous band. One coverage of the 26 is no binomial noise by itself: the weighted "
            "threshold of group 1 is covered in 323 of 357 data sets, which a right interval (381 of 400 ranks) would "
            "come to, or to fewer, with probability .0001, and the least of 26 such counts with .003. Data sets drawn "
            "anew (the next two tables), 124 so far, are too few to settle it.",
            {"quantity": "quantity", "simulations": "data sets"}, _SBC,
        ),
        Measured(
            "threshold_sbc_again", "threshold_sbc",
            "The same with 102 other data sets (--simulations 102 --seed 2). The weighted threshold of group 1 is "
            "covered in 96, where 97.2 are expected of a right interval.",
            {"quantity": "quantity", "simulations": "data sets"}, _SBC,
        ),
        Measured(
            "threshold_sbc_more", "threshold_sbc",
            "That series gone on with (--first 102 --simulations 124 --seed 2): the weighted threshold of group 1 is "
            "covered in 19 of 22, so in 115 of 124 of the series. A right interval would be expected to cover 118.1, "
            "and 115 or fewer with probability .14; one that covers 323 of 357 would cover 115 or more with .25. So "
            "the new data sets alone neither repeat nor refute the low coverage.",
            {"quantity": "quantity", "simulations": "data sets"}, _SBC,
        ),
        Measured(
            "threshold_risk", "threshold_risk",
            "Scenario 31: how often thresholds are said to differ (they do in the last kind alone, if shown), and hit "
            "rates. “Shown” are the widest limits over the prior's three scalings.",
            {"risks": "risks of the two groups", "simulations": "data sets"},
            {"widest_excludes_0": "shown limits leave out 0", "prior_alone_excludes_0": "limits of one prior do",
             "hit_rates_differ": "hit rates differ at .05", "widest_covers": "shown limits cover",
             "prior_alone_covers": "limits of one prior cover"},
        ),
        Measured(
            "threshold_published", "threshold_published",
            "The published thresholds of three states (Simoiu, Corbett-Davies and Goel 2017) beside ours.",
            {"state": "state", "fit": "form", "cells": "county-groups"},
            {"correlation": "correlation", "mean_difference": "mean difference", "same_order": "same order of groups",
             "worst_rhat": "worst R-hat", "fewest_effective": "fewest effective draws"},
        ),
        Measured(
            "threshold_order", "threshold_order",
            "White and black drivers of North Carolina, whose order differs from the published one. Means weighted by "
            "the stops of a county (“by searches”: by its searches); counts expected by the beta fit are such that the "
            "curve of 2017 holds without chance.",
            {"fit": "fit", "places": "counties"},
            {"white": "white", "black": "black", "black_less_white": "black less white", "sd": "its posterior SD",
             "p_white_above": "P(white higher)", "black_less_white_by_searches": "black less white, by searches",
             "places_white_above": "counties with white higher", "places_sure": "counties where that is sure (.95)"},
        ),
    ),
    "ethnicity-recording": (
        Measured(
            "recording_cells", "recording_cells", "Known errors of recording and of surnames (scenarios 17 and 19).",
            {"setting": "setting", "quantity": "quantity", "places": "places"}, {"value": "value"}, {"scenario": "19"},
        ),
    ),
    "missing-ethnicity": (
        _described(
            "missing-ethnicity",
            "A year of stops in which one in ten has no group, whatever was done and whoever it was. No verdict "
            "rests on this signal, so it has no false alarms of its own; its intervals and p-values have. "
            "“Measured at” is a number of places; “printed at”, those whose numbers are not hidden for small "
            "counts. The truth over time is “no lasting change”. That interval takes records as independent: "
            "where months differ for reasons of the office's own it leaves the truth out far more often than one "
            "time in twenty, and the sentence beside it says that the months vary.",
            _OUTSIDE | _UNUSUAL,
        ),
    ),
    "record-authenticity": (
        _described(
            "record-authenticity",
            "Stops as they happened, nobody making anything up. No verdict rests on a mark. The truth is the "
            "share that untouched records show. Habit and company leave marks too: times that are rounded are "
            "found to be rounded, and people met together make identical rows, close records and uneven digits "
            "commoner than p says. A share that rests on a small count is hidden, so that of few records only the "
            "high ones are printed: see times on the hour, “of those printed”. There the expected share lies "
            "below what can be printed at all.",
            _OUTSIDE | _UNUSUAL,
        ),
        _described(
            "record-authenticity",
            "Agencies that go on reporting, three years by month: how often the silence at the end looks unusual.",
            _UNUSUAL, "silence",
        ),
    ),
    "discretion-use": (
        _described(
            "discretion-use",
            "Matches (or detainers) let go alike in every place, or as places differ by nature, held against the other "
            "places of an audit. With natural differences a ratio of 1 is not the truth of a place: an interval that "
            "leaves it out is right about the place, and says nothing of anybody's intent.",
            _NO_DIFFERENCE,
        ),
        _described(
            "discretion-use",
            "No change at a date: months alike, months that differ, and months that resemble the one before. The "
            "interval takes the months as independent. Where they are not, the part of the shifted dates with as "
            "large a difference (p) is the number to look at; it has too few dates to be as small as one in a "
            "hundred.",
            _NO_DIFFERENCE | _UNUSUAL, "change",
        ),
    ),
    "activation-series": (
        Measured(
            "series", "series_null", "A true ratio of 1 is no change. Newey-West's test beside it, for comparison.",
            {"design": "design", "months": "months", "rho": "autocorrelation", "tested_place": "tested place",
             "true_ratio": "true ratio", "runs": "runs"},
            {"rejected": "rejected at .05", "withheld": "withheld", "newey_west_two_sided": "Newey-West rejects"},
        ),
    ),
    "activation-synthetic": (
        Measured(
            "synthetic", "synthetic_null", "Placebo ranks over donors.",
            {"kind": "kind", "months": "months", "rho": "autocorrelation", "donors": "donors", "effect": "true ratio",
             "weights": "true weights", "runs": "runs"},
            {"rejected_05": "rejected at .05", "refused": "refused", "coverage_95": "coverage"},
        ),
    ),
    "activation-rollout": (
        Measured(
            "rollout_null", "rollout_null", "Staggered starts without an effect.",
            {"design": "design", "rho": "autocorrelation", "season": "season", "runs": "runs"},
            {"mean_effect_size": "mean effect rejects at .05", "trend_test_size": "trend test rejects",
             "bands_hold": "simultaneous bands hold"},
        ),
        Measured(
            "rollout_effects", "rollout_null", "With effects, beside the two-way regression that is not used.",
            {"effects": "effects", "runs": "runs", "truth": "true mean"},
            {"estimate_over_truth": "estimate / truth", "interval_covers": "coverage", "below_zero": "wrong sign",
             "two_way_over_truth": "two-way / truth"},
        ),
    ),
    "benchmark": (_SCREEN,),
    "level-mix": (_SCREEN,),
    "match-yield": (_SCREEN,),
    "class-excess": (
        Measured(
            "class_excess", "class_excess",
            "The statistic by itself, Benjamini-Hochberg at q = .05 over the places. Log effect 0: nobody profiles. "
            "Planted in 5 % of the places: two classes (traffic, drug possession), three (and public order), or all.",
            {"cell": "cell", "places": "places", "log_effect": "log effect", "runs": "runs"},
            {"any": "runs with a flag", "fdr": "FDR", "power": "power", "p_below_01": "p at most .01, nothing planted"},
        ),
    ),
    "discretion-contrast": (
        Measured(
            "class_screen", "class_screen",
            "3,000 counties, nobody profiling: how often any is flagged at q = .05; “naive” is how many the textbook "
            "test flags.",
            {"cell": "natural differences", "runs": "runs"},
            {"any-0.05": "P(any flag)", "size": "single tests at .05", "coverage": "coverage", "naive": "naive"},
            {"places": "3000", "effect": "0.0"},
        ),
        Measured(
            "class_one_place", "class_screen",
            "One county alone: how often it stands out at .05, without an effect and with one.",
            {"cell": "natural differences", "effect": "planted log effect", "runs_alone": "runs"},
            {"found_alone": "stands out", "flagged_alone": "flagged"},
        ),
    ),
}  # fmt: skip
"""By signal. A signal that is not here has no table, and its page says so."""
