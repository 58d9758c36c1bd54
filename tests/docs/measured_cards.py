"""What the cards of signals (their method pages, and reports) say was simulated, made again from tables of results."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

from scipy import stats

from tests.docs.tables import Row, chosen, one, point, table


def _percents(rows: Iterable[Row], column: str, digits: int = 0) -> str:
    """Return the smallest and the largest share of some rows in percent, as the cards write them."""
    shares = [float(row[column]) for row in rows]
    return f"{_round(100 * min(shares), digits)} to {_round(100 * max(shares), digits)} %"


def _round(value: float, digits: int) -> str:
    """Round half up, as a person does: 14.5 to 15."""
    return f"{math.floor(value * 10**digits + 0.5 + 1e-9) / 10**digits:.{digits}f}"


def _percent(row: Row, column: str, digits: int = 0) -> str:
    return f"{_round(100 * float(row[column]), digits)} %"


def hit_rate() -> Iterator[str]:
    """Yield what ``hit-rate`` says of people met together, officers, precincts and years."""
    rows = chosen("together_null", signal="hit-rate")
    plain = [row for row in rows if row["officers"] == "0"]
    pairs, threes = ([row for row in plain if row["together"] == many] for many in ("2", "3"))
    officers = [row for row in rows if row["together"] == "1" and row["officers"] in ("6", "10", "30")]
    yield (
        f"(benchmarks/results/together_null.csv, {int(rows[0]['places']):,} places a cell), p was at most 5 % as if "
        f"neither were recorded in {_percents(pairs, 'before_one_sided')} of places with people in cars of two, "
        f"{_percents(threes, 'before_one_sided')} with cars of three, and "
        f"{_percents(officers, 'before_one_sided')} with six to thirty "
        f"officers who differ (SD 0.3 or 0.6 on the log odds); with both recorded in "
        f"{_percents(rows, 'one_sided', 1)}"
    )
    found = {(row["scenario"], row["searches"]): row for row in table("hit_ugly")}
    kinds = found["kinds of search go with the group", "600"]
    random, always = found["precincts at random", "2400"], found["precincts where the group is", "2400"]
    years = found["trend of three years", "2400"]
    yield (
        f"p was at most 5 % in {_percent(kinds, 'one_sided')} of places of 600 searches where consent searches, which "
        f"find less, go with the group; of 2,400 searches, in {_percent(random, 'one_sided')} where four precincts "
        f"differ at random in hit rate and in whom they search, in {_percent(always, 'one_sided')} where the precincts "
        f"that find less are always the group's, and in {_percent(years, 'one_sided')}"
    )
    within = " and ".join(_round(100 * float(row["within_officers"]), 1) for row in (random, always))
    yield f'Officers held against themselves (within = "officer") cancel precincts ({within} %)'
    harmless = [row for row in table("hit_ugly") if row["hit_rates"] == "alike" and "precincts" not in row["scenario"]]
    yield f"did no harm ({_percents(harmless, 'one_sided', 1)})"


def booking_not_cited() -> Iterator[str]:
    """Yield what ``booking-not-cited`` says of people met together and officers."""
    threes, officers, rows = _together("booking-not-cited")
    yield f"in {_percent(threes, 'before_one_sided')} of places with people met in threes"
    yield f"in {_percents(officers, 'before_one_sided')} with ten or a hundred officers"
    yield f"(SD {officers[0]['sd']} on the log odds each); with both recorded in {_percents(rows, 'one_sided', 1)}"


def no_charge() -> Iterator[str]:
    """Yield what ``no-charge`` says of people arrested together and officers."""
    threes, officers, rows = _together("no-charge")
    yield f"as if neither were recorded in {_percent(threes, 'before_one_sided', 1)} of places"
    yield f"(SD {officers[0]['sd']} on the log odds) in {_percents(officers, 'before_one_sided')}"
    yield f"with both recorded in {_percents(rows[1:], 'one_sided', 1)}"


def _together(signal: str) -> tuple[Row, list[Row], list[Row]]:
    rows = chosen("together_null", signal=signal)
    (threes,) = [row for row in rows if row["together"] == "3"]
    return threes, [row for row in rows if row["officers"] != "0"], rows


def hold_time() -> Iterator[str]:
    """Yield what ``hold-time`` says of vans, seasons, jails and clocks."""
    ugly = table("hold_ugly")
    named: Callable[[str], list[Row]] = lambda name: [row for row in ugly if row["scenario"] == name]  # noqa: E731
    often = [*named("half fetched by a van a week"), *named("half fetched by a van in two weeks")]
    yield f"(benchmarks/hold_ugly.py, {ugly[0]['places']} places a cell, no effect)"
    yield f"p was at most 5 % in {_percents(often, 'one_sided', 1)} of places where it comes every week or every other"
    seldom = named("half fetched by a van in four weeks")
    yield f"in {_percents(seldom, 'one_sided', 1)} where it comes every four weeks"
    yield f"p was at most 5 % in {_percents(named('harvest'), 'one_sided')} of places where holds are more common"
    yield f"{_percent(named('two jails under one name')[0], 'one_sided')} where the slower of two jails under one name"
    yield f"and {_percents(named('ends lost with a hold'), 'one_sided')} where 4 % of releases"
    fridays = named("no release at weekends, holds on Fridays")
    yield f"look longer (p at most 5 % in {_percents(fridays, 'plain_clock')} of places)"
    apart = one("hold_null", jails=1, slopes=0.4, weeks=52)
    yield f"by an SD of {apart['slopes']} on the log odds, and is none on average, it rejects in"
    yield f"it rejects in {_percent(apart, 'one_sided')} of them"
    year = [row for row in table("hold_null") if (row["slopes"], row["van"], row["weeks"]) == ("0.0", "1", "52")]
    misses = [row for row in year if row["hazard"]]
    yield (
        f"by a correlation of .02 to .2 and 1 to 50 jails a place the test rejects at a nominal one-sided 5 % in "
        f"{_percents(year, 'one_sided', 1)}, and of intervals of the hazard ratio "
        f"{_percents(misses, 'hazard', 1)} miss 1"
    )
    short = [row for row in table("hold_null") if (row["jails"], row["slopes"], row["icc"]) == ("1", "0.0", "0.05")]
    yield f"in threes or in fives, it rejects in {_percents(short, 'one_sided', 1)}"


def officer_benchmark() -> Iterator[str]:
    """Yield what ``officer-benchmark`` says of officers who depart, and of what no record tells."""
    rows = chosen("officers_signal")
    some = [row for row in rows if row["power"]]
    fewest, most = min(int(row["officers"]) for row in rows), max(int(row["officers"]) for row in rows)
    worst = max(float(row["fdr"]) for row in some)
    assert {float(row["p_any_false"]) for row in rows if float(row["effect"]) == 0} == {0.0}
    assert min(float(row["power"]) for row in some if (row["sd"], row["effect"]) == ("0.1", "1.5")) > 0.9
    much = [row for row in some if (row["sd"], row["effect"]) == ("0.3", "1.5")]
    yield f"with {fewest} to {most} officers at a rate of 10 % at most {_round(100 * worst, 1)} % of flags were false"
    yield f"officers at odds {math.exp(1.5):.1f} times as high were found nearly always"
    yield f"in {_percents(much, 'power')} of cases where they differ much (SD 0.3)"
    ugly = table("officers_ugly")
    units = [row for row in ugly if row["scenario"] == "unit of a tenth, odds 3 times"]
    rest = [row for row in ugly if "unit of" not in row["scenario"]]
    sizes = [int(row["agencies"]) for row in ugly]
    yield f"(benchmarks/officers_ugly.py, {min(sizes)} to {max(sizes)} agencies a cell)"
    most_flagged = max(float(row["any_flag"]) for row in rest)
    yield f"any officer stood out in at most {_round(100 * most_flagged, 0)} % of agencies"
    small, large = units
    yield f"in {_percent(small, 'any_flag')} of agencies of {small['officers']} officers and"
    yield f"{_percent(large, 'any_flag')} of {large['officers']}: for their assignment"


def activation_series() -> Iterator[str]:
    """Yield what ``activation-series`` says of factors in common and of large places."""
    rows = chosen("series", design="classes", true_ratio=1.0)
    low = [row for row in rows if "factor SD 0.1;" in row["tested_place"]]
    high = [row for row in rows if "factor SD 0.2;" in row["tested_place"]]
    yield f"With a common factor of SD 0.1 a 5 % test errs in {_percent(low[0], 'rejected')} of places"
    yield f"with SD 0.2 in {_percents(high, 'rejected')} (benchmarks/results/series.csv)"
    large = one("series", tested_place="five times as large")
    yield f"is called a change in {_percent(large, 'rejected')} at 5 %"


def perceived_ethnicity() -> Iterator[str]:
    """Yield what ``perceived-ethnicity`` says of a true null, with officers and without."""
    plain = [row for row in table("person_null") if row["officers"] == "0"]
    null = [row["rejected_either"] for row in plain if row["ratio"] == "1.0"]
    covers = [row["coverage_of_95_per_cent"] for row in plain]
    yield f"a true null rejected at .05 in {_points(null)} of runs (two-sided)"
    yield f"95 % limits of the ratio covered it in {_points(covers)}"
    wide = [row for row in table("person_null") if row["ratio"] == "1.0" and float(row["spread"]) >= 0.8]
    kept, free = ([row["rejected_either"] for row in wide if row["held"] == held] for held in ("True", "False"))
    alike = [row["rejected_either"] for row in chosen("person_null", held="True", ratio=1.0)]
    assert set(kept) <= set(alike)
    yield f"{_points(alike)} with officers held fixed, {_points(free)} without"
    ten = one("person_null", officers=10, spread=0.8, held="False")
    yield "with 10 officers whose log odds of a search, and of writing the group down, differ by SDs of .8, in "
    yield f"in {point(ten['rejected_either'], 2)} of runs (benchmarks/person_null.py)"


def _points(shares: list[str]) -> str:
    low, high = (_round(edge(map(float, shares)), 3).removeprefix("0") for edge in (min, max))
    return f"{low} to {high}"


def veil_of_darkness() -> Iterator[str]:
    """Yield what ``veil-of-darkness`` says of a true null with officers and days alike."""
    told = []
    for officers in (10, 20, 50):
        row = one("veil_null", scenario="officers and days", officers=officers, cluster="auto")
        end = " tested runs with 10 officers" if officers == 10 else f" with {officers}"
        told.append(f"{point(row['rejected'], 3)} of {int(row['tested']):,}{end}")
    yield f"a true null rejected at .05 (two-sided) in {', '.join(told)}"
    alone = max(float(row["rejected"]) for row in chosen("veil_null", scenario="null"))
    yield f"(officers alone: to {_round(alone, 3).removeprefix('0')})"


def ethnicity_recording() -> Iterator[str]:
    """Yield what ``ethnicity-recording`` says of its own screen."""
    rows = chosen("recording_cells", scenario="screen")
    assert {float(row["value"]) for row in rows if row["quantity"] == "P(any flag)"} == {0.0}
    (many,), (runs,) = {row["places"] for row in rows}, {row["persons_or_runs"] for row in rows}
    yield f"(benchmarks/recording_cells.py; {many} places, q = .05, {runs} runs each)"
    found = [row["value"] for row in rows if row["quantity"] == "power" and "effect 1.0" in row["setting"]]
    plain, wide, none = (point(value, 2) for value in found)
    assert none == ".00"
    yield f"record one in {math.exp(1.0):.1f} of the group, {plain} of them are flagged without natural differences"
    yield f"{wide} at SD .15 and none at .25"


def search_threshold() -> Iterator[str]:
    """Yield what ``search-threshold`` says of its form, its prior and stops without a group."""
    fast = [one("threshold_published", state=state, fit="fast, default prior") for state in ("NC", "CO", "CT")]
    first, second, third = (point(row["correlation"], 2) for row in fast)
    yield f"at correlations of {first}, {second} and {third}"
    higher, lower, lowest = (point(abs(float(row["mean_difference"])), 2) for row in fast)
    assert [float(row["mean_difference"]) > 0 for row in fast] == [True, False, False]
    yield f"lie {higher} higher, {lower} lower and {lowest} lower on average"
    published = one("threshold_order", fit="published")
    yield f"the published means are {point(published['white'], 3)} and {point(published['black'], 3)}"
    yield f"stand above black ones in {published['places_white_above']} of {published['places']} counties"
    ours = one("threshold_order", fit="fast, default prior x 1.0")
    white, black = (_round(float(ours[name]), 3).removeprefix("0") for name in ("white", "black"))
    yield f"the fast form gives {white} and {black}, with a posterior probability of {point(ours['p_white_above'], 2)}"
    risks = {row["risks"]: row for row in table("threshold_risk")}
    near, far = risks["risks differ"], risks["risks differ, far from the prior"]
    runs = int(near["simulations"])
    share: Callable[[Row, str], int] = lambda row, name: round(float(row[name]) * int(row["simulations"]))  # noqa: E731
    assert share(near, "widest_excludes_0") == 0, "in none"
    yield f"in none of {runs} data sets near the prior and in {share(far, 'widest_excludes_0')} of {runs} far from it"
    alone = [share(row, "prior_alone_excludes_0") for row in (near, far)]
    rates = [share(row, "hit_rates_differ") for row in (near, far)]
    yield f"in {alone[0]} and {alone[1]} of {runs}, equal hit rates as a test in {rates[0]} and {rates[1]}"
    ends = [float(row[name]) for row in table("threshold_blank") for name in ("beyond_low", "beyond_high")]
    tables = len({row["table"] for row in table("threshold_blank")})
    yield f"on {tables} small tables tried way by way"
    yield f"in {sum(end < 0.1 for end in ends)} of {len(ends)} cases"
    yield from _sbc()


RIGHT = 381 / 400
"""Share of the ranks of 399 draws that the central interval of benchmarks/threshold_sbc.py holds."""


def _sbc() -> Iterator[str]:
    """Yield what the page says of one coverage that is lower than a right interval's."""
    (k, n), again, more = (_covered(name) for name in ("threshold_sbc", "threshold_sbc_again", "threshold_sbc_more"))
    fewer = float(stats.binom.cdf(k, n, RIGHT))
    quantities = len(table("threshold_sbc"))
    yield f"One coverage of the {quantities} is no binomial noise by itself"
    yield f"is covered in {k} of {n} data sets, which a right interval (381 of 400 ranks) would come to, or to fewer"
    yield f"with probability {point(fewer, 4)}, and the least of {quantities} such counts with"
    yield f"such counts with {point(1 - (1 - fewer) ** quantities, 3)}"
    yield f"The same with {again[1]} other data sets (--simulations {again[1]} --seed 2)"
    yield f"is covered in {again[0]}, where {again[1] * RIGHT:.1f} are expected of a right interval"
    found, many = again[0] + more[0], again[1] + more[1]
    yield f"is covered in {more[0]} of {more[1]}, so in {found} of {many} of the series"
    low, high = float(stats.binom.cdf(found, many, RIGHT)), float(stats.binom.sf(found - 1, many, k / n))
    yield f"would be expected to cover {many * RIGHT:.1f}, and {found} or fewer with probability {point(low, 2)}"
    yield f"one that covers {k} of {n} would cover {found} or more with {point(high, 2)}"


def _covered(name: str) -> tuple[int, int]:
    row = one(name, quantity="weighted threshold of group 1")
    return round(float(row["covered_95"]) * int(row["simulations"])), int(row["simulations"])


def operation_days() -> Iterator[str]:
    """Yield what ``operation-days`` says of a true null, of officers, and of days near each other."""
    null = chosen("days_null", log_odds_ratio=0.0)
    single = [row for row in null if (row["length"], row["drift"]) == ("1", "0.0")]
    plain = [row["rejected_either"] for row in single if not row["officers"]]
    apart = [row["rejected_either"] for row in single if row["officers"] == "known"]
    yield f"a true null rejected at .05 in {_points(plain)} of runs (two-sided), officers told apart {_points(apart)}"
    runs = [row for row in null if row["length"] != "1" and not row["officers"]]
    as_one, each = (
        [row["rejected_either"] for row in runs if row["taken"] == how] for how in ("together", "one by one")
    )
    yield f"{_points(as_one)} with such days taken together, {_points(each)} one by one ({runs[0]['runs']} runs each)"


CARDS: dict[str, Callable[[], Iterator[str]]] = {
    "activation-series": activation_series,
    "booking-not-cited": booking_not_cited,
    "ethnicity-recording": ethnicity_recording,
    "hit-rate": hit_rate,
    "hold-time": hold_time,
    "no-charge": no_charge,
    "officer-benchmark": officer_benchmark,
    "operation-days": operation_days,
    "perceived-ethnicity": perceived_ethnicity,
    "search-threshold": search_threshold,
    "veil-of-darkness": veil_of_darkness,
}
"""Signals whose cards tell what was simulated."""
