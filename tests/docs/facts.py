"""Numbers of pages that nothing here can compute: facts of the world with their source, and settings of the code.

A number in ``FACTS`` is one that somebody outside published, or that is a name (a table of the Census, a form). A
number in ``CODED`` stands in a file of the project, as the text beside it: where that changes, the page is asked about
again. Natural exponents count as their value (``0.9`` on the log odds is 2.5 times).
"""

from __future__ import annotations

_ACS = "American Community Survey: names of detailed tables (api.census.gov)"
_FIPS = "FIPS code of Autauga County, Alabama (ANSI INCITS 31): the first that loses its zero in a spreadsheet"
_STYLE = "an example of how numbers are written"

FACTS: dict[str, dict[str, str]] = {
    "README.md": {"01001": _FIPS, "48": "8 CFR 287.7(d): a detainer asks for 48 hours"},
    "docs/data.md": {
        "03002": _ACS,
        "05001": _ACS,
        "11": "2010-11, a year into the next, as agencies write it",
        "7": "an example: a 1 that became a 7",
    },
    "docs/glossary.md": {"80": "power of 80 %: a convention (Cohen 1988), and POWER of the screen"},
    "docs/glossary-es.md": {
        **dict.fromkeys(("1234.5", "1234", "12.5", "5.6", "151", "38", "22", "2", "3", "3.24"), _STYLE),
        "5": "a term: false discovery rate of 5 %",
        "75": "a term: at least 75 % likely",
    },
    "docs/limits.md": {
        "93": "Warren Institute, study of Secure Communities, 2011: share of Latinos among those apprehended",
        "77": "the same study: share of Latinos in the national population that it is held against",
        "375": "the same study: people analysed, of a sample of 1,650",
        "90": "Center for Immigration Studies, 2012, on that study: about this share in AZ, TX and CA",
    },
    "docs/tutorial-journalist.md": {
        "81378": "Associated Press, in Security Magazine, item 81378: number of the item",
        "2.51": "University of Washington Center for Human Rights, Unequal Justice, 2019: ratio of days in jail",
    },
    "docs/write-an-adapter.md": {"01001": _FIPS},
}  # fmt: skip
"""Page to number to where it comes from."""

_WORLD = "tests/calibration/challenge/world.py"
_NULLS = "tests/calibration/challenge/nulls.py"
_PLANTED = "tests/calibration/challenge/planted.py"
_TRYING = "tests/calibration/challenge/trying.py"
_DESCRIBED = "tests/calibration/challenge/described.py"
_MATCHES = "tests/calibration/challenge/statistics.py"
_FACILITIES = "tests/records/loading/test_facilities.py"

_SERIES = "auditor/signals/series/measure.py"
_MEASURED = "scripts/method_measured.py"
_TOGETHER = "benchmarks/results/together_null.csv"

CODED: dict[str, dict[str, tuple[str, str]]] = {
    "docs/challenge.md": {
        "8000": (_WORLD, "8_000, 1_500_000"),
        "1.5": (_WORLD, "8_000, 1_500_000"),
        "4": (_WORLD, "rng.normal(0, 0.4, (places, 1, len(CLASSES)))"),
        "2": (_WORLD, "rng.normal(0, 0.2, (places, 4, 1))"),
        "25": (_WORLD, "rng.normal(0, 0.25, (1, 4, len(CLASSES)))"),
        "200": (_WORLD, ">= 200"),
        "01": ("tests/calibration/challenge/score.py", "ALONE = 0.01"),
        "60": (_PLANTED, "world(rng, 60)"),
        "1.3": (_NULLS, "uniform(1.3, 2.2)"),
        "2.2": (_NULLS, "uniform(1.3, 2.2)"),
        "14": (_NULLS, "choice(drawn.places, 14, replace=False)"),
        "40": (_NULLS, '"places": 40'),
        "1.15": (_NULLS, "*= 1.15"),
        "1.6": (_DESCRIBED, "np.log(1.6)"),
        "8": (_NULLS, "rng.gamma(8.0"),
        "3": (_NULLS, "natural=0.3, tails=3.0"),
        "90": (_TRYING, "binomial(counts[j, :, 0], 0.9)"),
        "4.5": (_PLANTED, "drawn.large(15), 4.5"),
        "15": (_PLANTED, "drawn.large(15), 4.5"),
        "300": (_PLANTED, "world(rng, 300)"),
        "5": (_PLANTED, "drawn.large(3), 5.0"),
        "6": (_PLANTED, "drawn.plant(chosen, 6.0, [TRAFFIC, LICENCE])"),
        "80": (_PLANTED, "rng, 80, planted=6"),
        "2.5": (_MATCHES, "+ 0.9 * hit"),
        "2.7": (_MATCHES, "1.0 * hit"),
        "12000": (_DESCRIBED, "size = 12_000"),
        "12": (_PLANTED, "drawn.large(4)"),
    },
    "docs/data.md": {"60": ("tests/hostile/test_hostile.py", "SECONDS, BYTES, RESIDENT = 60, 4 << 30, 1 << 20")},
    "docs/methods/activation-rollout.md": {
        "20": ("auditor/signals/change/activation_rollout.py", "minimum_places: int = Field(20"),
    },
    "docs/methods/activation-series.md": {
        "24": (_SERIES, "LEAST_BEFORE"),
        "12": (_SERIES, "LEAST_AFTER"),
        "36": (_SERIES, "LEAST_BEFORE"),
    },
    "docs/methods/activation-synthetic.md": {
        "19": ("auditor/signals/change/activation_synthetic.py", "donors_least: int = Field(19"),
    },
    "docs/methods/booking-not-cited.md": {"1000": (_TOGETHER, ",0.0,0.0,1000,")},
    "docs/methods/detainer-practice.md": {"30": ("auditor/signals/detainer_timing.py", "MOST_UNRECORDED = 0.3")},
    "docs/methods/detainer-selectivity.md": {
        "112": ("tests/golden/test_pierce_holds.py", '"112 times as often" in said'),
    },
    "docs/methods/discretion-contrast.md": {"3000": (_MEASURED, '"places": "3000"')},
    "docs/methods/hold-time.md": {
        "40": (_MEASURED, "MOST_ROWS = 40"),
        "66": (_MEASURED, "rows of {len(rows)} with the largest"),
        "48": ("auditor/signals/hold_options.py", "limit: float = Field(default=48.0"),
        "52": ("benchmarks/results/hold_null.csv", ",52,"),
    },
    "docs/methods/match-yield.md": {"30": ("auditor/signals/match/match_yield.py", "_MINIMUM_PLACES = 30")},
    "docs/methods/no-charge.md": {"1000": (_TOGETHER, ",0.0,0.0,1000,")},
    "docs/methods/officer-benchmark.md": {
        "0.1": ("benchmarks/results/officers_signal.csv", ",0.1,"),
        "12": ("benchmarks/results/officers_ugly.csv", "few officers,recorded,12,"),
        "20": ("benchmarks/results/officers_ugly.csv", "few officers,recorded,20,"),
    },
    "docs/methods/operation-days.md": {"20000": ("auditor/stats/days/randomisation.py", "MOST = 20_000")},
    "docs/methods/search-threshold.md": {
        "50": ("benchmarks/threshold_published.py", "FEW = 50"),
        "11": ("auditor/signals/outcome/search_threshold.py", "searches: int = Field(default=20, ge=11)"),
        "150": ("auditor/signals/outcome/search_threshold.py", "warmup: int = Field(default=250, ge=150)"),
        "3": ("auditor/stats/threshold/prior.py", "guilt: tuple[float, float] = (-3.5, 0.25)"),
        "006": ("benchmarks/results/threshold_published.csv", "0.0056"),
        "001": ("benchmarks/results/threshold_published.csv", "+0.0001"),
    },
    "docs/methods/veil-of-darkness.md": {
        "025": ("auditor/signals/veil/panel.py", "p_value <= 0.025"),
        "6": ("auditor/stats/clock/sun.py", '"civil": 96.0'),
        "12": ("auditor/stats/clock/sun.py", '"nautical": 102.0'),
    },
    "docs/places.md": {
        "400": ("auditor/records/far_off.py", "FAR = 400.0"),
        "1532": (_FACILITIES, "assert sum(found.values()) == 1532"),
        "808": (_FACILITIES, 'found["placed"] == 808'),
        "102": (_FACILITIES, 'found["federal-prison"] == 102'),
        "227": (_FACILITIES, 'found["doubt"] == 227'),
        "3000": (_FACILITIES, "pa_ice_detainers_first3000.csv"),
        "851": (_FACILITIES, "ledger.used == 851"),
        "33": (_FACILITIES, "assert len(rows) == 33"),
        "1935": (_FACILITIES, '"in a prison or jail that the state runs": 269'),
        "8": (_FACILITIES, '"with the US Marshals, which is no place": 3'),
        "206": (_FACILITIES, '"facility left out by a decision": 206'),
    },
    "docs/scale.md": {
        "17": ("Makefile", "openjdk-17-jre-headless"),
        "40": ("benchmarks/warehouse.py", "40"),
    },
}
"""Page to number to a file and what stands in it."""
