"""What pages say was measured, word for word, made again from tables of results and constants of the program."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Iterator

from auditor.audit.controls import LEAST_OF_THREE_DIGITS
from auditor.audit.robustness.blocks import LONG
from auditor.audit.robustness.confounding import COMMON
from auditor.audit.screening.null import LEVEL, POWER
from auditor.audit.source_entry import rounded
from auditor.audit.tables import LEAST_SHOWN
from auditor.audit.verdict import CONTROL_Q
from auditor.report.labels import PARTS
from auditor.report.units import UNITS
from auditor.signals.series.event_study import BAND
from auditor.stats.ratios.intervals import wilson
from auditor.stats.screening import looks as looking
from tests.bad_inputs.test_all_cases import CASES
from tests.docs.measured_challenge import challenge
from tests.docs.measured_scale import scale
from tests.docs.pages import ROOT
from tests.docs.tables import Row, chosen, constant, one, percent, point, script, table
from tests.stats.test_pathological_fits import REFUSED

_METHODS = {
    "alone": "looks not counted",
    "shares, no last look": "shares 1/(t(t + 1))",
    "shares, planned": "shares 1/5",
    "e-sum": "sum of e-values",
    "e-product": "product of e-values",
}
_SHARES = ("shares, no last look", "shares, planned")


def _look(looks: int, windows: str, persistence: float, planted: float, method: str) -> Row:
    about = {"part": "exact", "looks": looks, "windows": windows, "persistence": persistence, "planted": planted}
    return one("looks", **about, method=method)


def looks() -> Iterator[str]:
    """Yield what docs/looks.md says was measured, and its table."""
    planted = constant("looks", "PLANTED")
    quarter, years = ([percent(row["p_any"]) for row in chosen("looks", part="exact", looks=n, windows="new",
                       planted=0.0, method="alone")] for n in (5, 20))  # fmt: skip
    places = constant("looks", "PLACES")
    yield f"*q* ({100 * constant('looks', 'Q'):.0f} %) for one look"
    yield (
        f"in {places} places, five looks flag somebody in {min(quarter)}-{max(quarter)} % of runs, twenty in "
        f"{min(years)}-{max(years)} %"
    )
    yield f"{', '.join(f'1/{round(1 / looking.look_share(t))}' for t in (1, 2, 3))}, ..., 1/(t(t + 1))"
    whole, half, twenty = (
        percent(_look(n, "new", part, 0.0, "e-product")["p_any"]) for n, part in ((5, 1.0), (5, 0.5), (20, 1.0))
    )
    yield f"products flag somebody in {whole} % of runs of five looks when the differences last entirely, in {half} %"
    yield f"in {twenty} % of twenty looks"
    single, shared = (_look(5, "new", 1.0, planted, name)["power_last"] for name in ("e-sum", _SHARES[0]))
    yield f"(power {point(single, 2)} against {point(shared, 2)})"
    nested = [
        float(row["power_last"])
        for row in chosen("looks", part="exact", looks=5, windows="nested", planted=planted, method=_SHARES[0])
    ]
    yield f"have power {point(min(nested), 2)}-{point(max(nested), 2)} at the fifth look"
    yield from _looks_design(places, planted)
    yield from _looks_rows(planted)
    yield f"finds with {100 * looking.POWER:.0f} % power"
    silent = chosen("looks", part="screen", planted=0.0)
    assert {float(row["p_any"]) for row in silent} == {0.0}
    (screened,) = {row["runs"] for row in silent}
    (counted,) = re.findall(r"_audit\(rng, (\d+), 5, planted\)", script("looks"))
    yield f"counts of two signals in {counted} places"
    yield f"in {screened} runs without an effect"


def _looks_design(places: int, planted: float) -> Iterator[str]:
    exact = chosen("looks", part="exact", looks=5)
    (runs,) = {int(row["runs"]) for row in exact}
    yield (
        f"{places} places, natural differences of SD {constant('looks', 'NATURAL')}, an effect of "
        f"{constant('looks', 'EFFECT')} on the log scale in {100 * planted:.0f} % of them, five looks, {runs:,} runs"
    )
    error_any = max(float(row["mcse_any"]) for row in exact if float(row["planted"]) == 0)
    error_fdr = max(float(row["mcse_fdr"]) for row in exact if float(row["planted"]) > 0)
    q = constant("looks", "Q")
    bound = q + 2 * math.sqrt(q * (1 - q) / runs)
    yield (
        f"(Monte-Carlo error at most {point(error_any, 3)} for P(any), {point(error_fdr, 3)} for FDR; held to "
        f"{point(q, 2)} + 2 errors, {point(bound, 3)} for P(any))"
    )
    worst = max(
        float(row["p_any"]) for name in _SHARES for row in chosen("looks", part="exact", planted=0.0, method=name)
    )
    yield f"(largest P(any) with shares: {point(worst, 3)})"


def _looks_rows(planted: float) -> Iterator[str]:
    for windows, persistence in (("new", 0.0), ("new", 1.0), ("nested", 1.0)):
        for method, words in _METHODS.items():
            if windows == "nested" and method.startswith("e-"):
                continue
            nobody, some = (_look(5, windows, persistence, share, method) for share in (0.0, planted))
            cells = [point(nobody["p_any"], 3), point(some["fdr_last"], 3)]
            cells = [f"**{cell}**" if float(cell) > 0.05 and method == "e-product" else cell for cell in cells]
            powers = [point(some[name], 2) for name in ("power_first", "power_last")]
            yield f"| {words} | {' | '.join([*cells, *powers])} |"


def officers() -> Iterator[str]:
    """Yield what docs/officers.md says was measured, and its table."""
    sizes = sorted({int(row["officers"]) for row in table("officers_signal")})
    listed = f"{sizes[0]}, {sizes[1]} and {sizes[2]} officers"
    (stops,) = re.findall(r"draw\(rng, np\.array\(\[officers\]\), (\d+)\.0,", script("officers_signal"))
    (rate,) = {float(row["rate"]) for row in table("officers_signal")}
    yield f"{listed} with some {stops} stops each, at the default rate of {100 * rate:.0f} %"
    runs = [one("officers_signal", officers=size, sd=0.1, effect=0.0)["runs"] for size in sizes]
    yield f"({listed} in that order; {runs[0]}, {runs[1]} and {runs[2]} runs.)"
    low, high = (f"{math.exp(float(effect)):.1f}" for effect in (1.0, 1.5))
    yield f"| odds {low} times in a tenth: false / found | odds {high} times: false / found |"
    for sd in (0.1, 0.3):
        nobody = chosen("officers_signal", sd=sd, effect=0.0)
        assert {float(row["p_any_false"]) for row in nobody} == {0.0}
        cells = [f"0 of {sum(int(row['runs']) for row in nobody)} runs"]
        for effect in (1.0, 1.5):
            rows = [one("officers_signal", officers=size, sd=sd, effect=effect) for size in sizes]
            cells.append(f"{_each(rows, 'fdr', 3)} / {_each(rows, 'power', 2)}")
        yield f"| {sd} | {' | '.join(cells)} |"
    yield f"truth in {_span(chosen('officers_signal', effect=0.0))} of runs where nobody departs"
    yield f"With a tenth at odds {low} times as high"
    few = chosen("officers_signal", effect=1.0, sd=0.3)
    yield f"where the SD is {few[0]['sd']}, the limits"
    yield f"held it in {_span(few)} of runs"
    (tails,) = {row["natural"] for row in table("officers_null")} - {"normal", ""}
    yield f"(Student t, {tails.removeprefix('t')} degrees of freedom)"
    large, small = (one("officers_speed", officers=count) for count in (3000, 300))
    seconds = math.floor(float(large["cpu_s"]) + 0.5)
    yield (
        f"{int(large['officers']):,} officers with {round(int(large['stops']), -3):,} stops take {seconds} CPU seconds "
        f"({small['officers']} take {small['cpu_s']})"
    )


def _each(rows: Iterable[Row], column: str, digits: int) -> str:
    return ", ".join(point(row[column], digits) for row in rows)


def _span(rows: list[Row]) -> str:
    covers = [float(row["spread_covers"]) for row in rows]
    return f"{point(min(covers), 2)} to {point(max(covers), 2)}"


def review_json() -> Iterator[str]:
    """Yield the numbers of docs/review-json.md as the program has them."""
    worth = 2 * LEAST_SHOWN
    assert rounded(0.5, 2 * worth - 1, LEAST_SHOWN) is None
    assert rounded(0.5, 2 * worth, LEAST_SHOWN) is not None
    yield f"the rounding is worth {worth} people or more; null with fewer than {2 * worth})"
    assert rounded(0.12345, 1e9, LEAST_SHOWN) == 0.123
    yield "(to 0.1 % or more coarsely"
    yield f"`level` ({LEVEL})"
    yield f"(the {len(PARTS)} parts in order"
    yield f"found with {100 * POWER:.0f} % power"
    yield f"(never 0: {sys.float_info.min:.1e} is a bound)"
    yield f"four parts from {LONG} months on"
    yield f"a common outcome (more than {100 * COMMON:.0f} %)"
    yield f"at {CONTROL_Q} or below one has failed"
    yield f"(middle {100 * (BAND[1] - BAND[0]):.0f} % of the comparison places"
    yield f"a count below {LEAST_OF_THREE_DIGITS:,} suppresses the control itself"
    yield f"unless every count in it is at least {LEAST_SHOWN}"
    yield f"the same in persons {UNITS['en'].per1000}"


def numbers() -> Iterator[str]:
    """Yield what docs/numbers.md says of every small table."""
    rows = {row["part"].partition(",")[0]: row for row in table("enumeration")}
    tails, tests, limits, garwood, squares = (
        rows[name]
        for name in (
            "binomial tails",
            "two rates",
            "limits of the ratio of two rates",
            "Garwood's limits",
            "2 x 2 tables",
        )
    )
    gap = max(float(row["gap"]) for row in rows.values())
    most, counts, totals = (re.findall(r"to (\d+)", row["part"])[0] for row in (tests, garwood, squares))
    yield (
        f"{int(tails['numbers']):,} binomial tails, {int(tests['numbers']):,} tests and {int(limits['numbers']):,} "
        f"limits of two rates (counts to {most} together), {garwood['numbers']} tails beyond Garwood's limits "
        f"(counts to {counts}) and {int(squares['numbers']):,} tests of the {int(squares['cases']):,} 2 x 2 tables "
        f"with totals to {totals} are at most {gap:.1e} from rational arithmetic"
    )
    assert (len(REFUSED), pathological()) == (24, 5), "24 kinds are refused, and five more leave out"
    yield f"{len(REFUSED)} kinds are refused, and five more leave out what cannot be told"
    yield from mutation()
    (whole,) = chosen("coverage", part="statistics", folder="all")
    yield (
        f"{int(whole['branches_taken']):,} of their {int(whole['branches']):,} branches "
        f"({100 * float(whole['share']):.1f} %)"
    )


def pathological() -> int:
    """Return how many tests of fits that cannot be made leave out what cannot be told."""
    text = (ROOT / "tests" / "stats" / "test_pathological_fits.py").read_text(encoding="utf-8")
    return len(re.findall(r"^def test_", text, re.M)) - 1


FOUND_AT_FIRST = 319
"""Faults that the tests found before any was written for the others; the table holds the run after (c5df815)."""


def mutation() -> Iterator[str]:
    """Yield what docs/numbers.md says of faults put into the statistics."""
    rows = table("mutation")
    alike = sum(row["note"].startswith("equivalent") for row in rows)
    found = sum(row["result"] != "survived" for row in rows)
    counted = len(rows) - alike
    (every,) = re.findall(r"([\d,]+) faults", MUTANTS_SAID)
    yield f"Of the {every} faults that could be, {len(rows)} were drawn"
    yield f"found {FOUND_AT_FIRST} of them: {_with_interval(FOUND_AT_FIRST, len(rows), '95 % interval ')}"
    yield f"{alike} of the {len(rows) - FOUND_AT_FIRST} others change no result that is promised"
    yield f"of the remaining {counted} it was {_with_interval(FOUND_AT_FIRST, counted, '')}"
    yield f"and {found} of the {counted} are found"


MUTANTS_SAID = "15,413 faults"
"""How many there were to draw from when the table was made (benchmarks/mutation.py prints it)."""


def _with_interval(k: int, n: int, words: str) -> str:
    low, high = (float(limit[0]) for limit in wilson([k], [n]))
    return f"{100 * k / n:.1f} % ({words}{100 * low:.1f} to {100 * high:.1f})"


def data() -> Iterator[str]:
    """Yield what docs/data.md says of damaged files."""
    yield f"Each of {CASES} known ways"
    whole = one("fuzz", by="all")
    kinds = ("corruptions", "error", "noted", "identical", "undetectable", "silent", "crash")
    cells = " | ".join(f"{int(whole[kind]):,}" for kind in kinds)
    yield f"({float(whole['cpu_s']) / 60:.0f} minutes of processor time) | {cells} |"
    drawn = table("fuzz_hypothesis")
    examples, refused, crashes = (sum(int(row[name]) for row in drawn) for name in ("examples", "refused", "crashes"))
    first, later = (
        sum(float(row["cpu_s"]) for row in drawn if row["first_seed"] == seed) / 60 for seed in ("1", "500001")
    )
    yield f"`fuzz_readers.py --hypothesis {first:.0f} --seed 1`"
    yield f"and {later:.0f} minutes of `--seed 500001` | {examples:,} | {refused:,} | | | | | {crashes} |"
    book = one("fuzz", by="file", name="counts.xlsx")
    yield f"the {book['corruptions']} corruptions of `counts.xlsx`"
    yield f"({book['error']} refused, {book['identical']} identical)"
    yield "Measured so far (`benchmarks/results/fuzz.csv`, `fuzz_hypothesis.csv`)"


PAGES = {
    "docs/challenge.md": challenge,
    "docs/data.md": data,
    "docs/looks.md": looks,
    "docs/numbers.md": numbers,
    "docs/officers.md": officers,
    "docs/review-json.md": review_json,
    "docs/scale.md": scale,
}
"""Pages whose numbers stand in phrases that are made here."""
