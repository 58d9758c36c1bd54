"""A review built by hand: a dozen places over every verdict of this version, to see and test the pages.

Counts of Travis and McLennan are published (AP in Security Magazine 81378; Waco Tribune), everything else is made up
for the layout: the pages print what a review holds and compute no statistics.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from auditor.findings.finding import Comparator, Estimate, Finding, Range, Withheld
from auditor.findings.review import Control, PlaceReview, Region, Review
from auditor.report import slug
from auditor.report.sentences import sentence

PERIOD = {"start": "2008-10-27", "end": "2010-06-30"}
WAITING = {"start": "2010-01-01", "end": "2010-07-31"}
YEAR = {"start": "2011-01-01", "end": "2011-12-31"}
NASTY = "<script>alert(1)</script>"

OWN = {
    "t.share": "{period:between}, {k:count} of {n:count} {what:text} ({share:percent:n}); in {base_name:text} the "
    "figure was {base:percent}. The ratio is {ratio:plain:n} (95 % interval {low:plain:n} to {high:plain:n}).",
    "t.rates": "{period:between}, {k:count} of {n:count} people arrested were Hispanic. Against {base_name:text} the "
    "rate is {ratio:ratio:n} that of non-Hispanic White people.",
    "t.open": "{period:between}, {k:count} of {n:count} {what:text}. With so few persons no upper limit can be stated.",
    "t.define-level": "A level is a rank of the offence on record, assigned by ICE; before June 2010 by type of "
    "offence, from then on by conviction.",
    "t.define-non": "“Non-criminal” means that no conviction was on record at removal. It does not say that the "
    "person was charged with nothing.",
    "t.define-removal": "A removal is counted once for each person removed, often months after the arrest.",
    "t.define-submission": "A submission is a set of fingerprints sent; one person may be sent more than once.",
    "t.caveat-lag": "Removals lag matches and are not the same people.",
    "t.caveat-period": "The comparison covers other months than the place.",
    "t.verdict": "Higher than {base:text} in {name:text}: ratio {ratio:plain:n}, q {q:q}. The pattern should be "
    "examined.",
    "t.null": "With these data a ratio of {detectable:plain} or more would have been found with 80 % probability; "
    "the observed ratio is {ratio:plain:n} ({low:plain:n} to {high:plain:n}).",
    "t.unclear": "Consistent both with no disparity and with a ratio up to {high:plain}.",
    "t.contra": "Tests point in opposite directions: matches lie below what was expected, low-level cases above.",
    "t.thin": "The records supplied do not allow a test: the expected counts are below {gate:count}.",
    "t.contrast": "{k:count} discretionary and {serious:count} serious arrests: {ratio:plain} times as high.",
    "t.define-sides": "Discretionary classes are those that officers start by their own choice.",
    "raise.t": "A higher verdict needs the same direction in at least two stretches of time.",
    "t.failed": "A negative control failed (q = {fired:q}).",
    "t.cap-control": "No negative control is available for these tests, so the verdict cannot rise above “pattern "
    "worth examining”.",
    "t.cap-aggregate": "Aggregate counts describe places, not persons.",
    "t.ceiling": "Aggregate statistics without negative controls.",
    "t.raise": "Ask for arrests by offence and ethnic group, by month, from 24 months before activation.",
    "t.calibration": "Among {places:count} places in which nobody profiles, and which differ by nature as these do, "
    "this protocol raises a flag in at most {rate:percent} of runs.",
}


def say(name: str, /, **values: Any) -> Any:
    return sentence(name, catalogue=OWN, **values)


def ratio_of(k: int, n: int, base: float) -> tuple[float, float, float]:
    """Ratio of shares with a Wilson interval over a fixed base."""
    z, p = 1.959964, k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return p / base, (middle - half) / base, (middle + half) / base


def level(number: str, name: str, k: int, n: int, base: float, outcome: str, **more: Any) -> Finding:
    value, low, high = ratio_of(k, n, base)
    what = {"low": "removals were at Level 3 or without a conviction"}.get(name, f"removals were at {name}")
    text = say(
        "t.share",
        period=_text(PERIOD),
        k=k,
        n=n,
        what=what,
        share=k / n,
        base_name="the rest of the nation",
        base=base,
        ratio=value,
        low=low,
        high=high,
    )
    fields: dict[str, Any] = {
        "id": f"F-{number}",
        "signal": "level-mix",
        "family": "match",
        "section": 7,
        "question": "Do lesser cases make up more of the removals than in comparable places?",
        "null": "Given the number of removals, the share of each level is that of the rest of the nation.",
        "place": "",
        "group": None,
        "reference": None,
        "event": "removal",
        "period": PERIOD,
        "k": k,
        "n": n,
        "comparator": Comparator(
            base,
            46_205,
            "the fact sheet of 2011 names the national average",
            "nation",
            "AP in Security Magazine 81378",
            PERIOD,
        ),
        "estimate": Estimate(value, low, high, 0.95, "ratio", "ratio of shares (score interval)"),
        "absolute": Estimate(
            1000 * (k / n - base),
            1000 * base * (low - 1),
            1000 * base * (high - 1),
            0.95,
            "per-1000",
            "difference of shares",
        ),
        "outcome": outcome,
        "contrast": f"removal/{name}/nation",
        "tested": name == "low",
        "missing": {"level": 0.031},
        "p_value": 1e-30 if outcome == "signal" else 0.21,
        "calibrated_p": 0.0004 if outcome == "signal" else 0.31,
        "q_value": 0.011 if outcome == "signal" else 0.62,
        "tests_in_family": 33,
        "detectable": 1.22,
        "tipping_point": low if low > 1 else None,
        "shrunken": Estimate(0.6 * value + 0.4, 0.6 * low + 0.3, 0.6 * high + 0.5, 0.95, "ratio", "empirical Bayes"),
        "sentence": text,
        "definitions": (say("t.define-non"), say("t.define-level"), say("t.define-removal")),
        "caveats": (say("t.caveat-lag"),),
        "table": "tables/findings.csv#F",
    }
    if name != "low":
        fields |= {"calibrated_p": None, "q_value": None, "tests_in_family": None}
    if outcome in ("signal", "compatible") and name == "low":
        fields["controls"] = calibrated(
            "peers", n=9, places=9, shift=0.12, spread=0.31, ratio=value * 0.9, low=low * 0.7, high=high * 1.4
        )
    return Finding(**{**fields, **more})


def yields(number: str, k: int, n: int, base: float, outcome: str, **more: Any) -> Finding:
    value, low, high = ratio_of(k, n, base)
    text = say(
        "t.share",
        period=_text(WAITING),
        k=k,
        n=n,
        what="submissions matched",
        share=k / n,
        base_name="the rest of the nation",
        base=base,
        ratio=value,
        low=low,
        high=high,
    )
    fields: dict[str, Any] = {
        "id": f"F-{number}",
        "signal": "match-yield",
        "family": "match",
        "section": 6,
        "question": "Do more submissions match than in comparable places?",
        "null": "Given the number of submissions, the share that matches is that of the rest of the nation.",
        "place": "",
        "group": None,
        "reference": None,
        "event": "match",
        "period": WAITING,
        "k": k,
        "n": n,
        "comparator": Comparator(
            base,
            10_996_045,
            "all activated places",
            "nation",
            "ICE monthly statistics",
            {"start": "2008-10-27", "end": "2011-09-30"},
        ),
        "estimate": Estimate(value, low, high, 0.95, "ratio", "ratio of shares (score interval)"),
        "absolute": Estimate(
            1000 * (k / n - base),
            1000 * base * (low - 1),
            1000 * base * (high - 1),
            0.95,
            "per-1000",
            "difference of shares",
        ),
        "outcome": outcome,
        "contrast": "match/nation",
        "p_value": 0.003,
        "calibrated_p": 0.09,
        "q_value": 0.24,
        "tests_in_family": 33,
        "detectable": 1.35,
        "sentence": text,
        "definitions": (say("t.define-submission"),),
        "caveats": (say("t.caveat-period"),),
    }
    return Finding(**{**fields, **more})


def benchmark(
    number: str, k: int, n: int, value: float, low: float, high: float | None, outcome: str, base: str, **more: Any
) -> Finding:
    text = say("t.rates", period=_text(YEAR), k=k, n=n, base_name=base, ratio=value)
    if high is None:
        text = say("t.open", period=_text(YEAR), k=k, n=n, what="people arrested were Hispanic")
    fields: dict[str, Any] = {
        "id": f"F-{number}",
        "signal": "benchmark",
        "family": "exposure",
        "section": 10,
        "question": "Is the group found among those arrested more often than the people at risk predict?",
        "null": "Per person at risk the rate is the same in both groups.",
        "place": "",
        "group": "hispanic",
        "reference": "white",
        "event": "arrest",
        "period": YEAR,
        "k": k,
        "n": n,
        "comparator": Comparator(
            0.31,
            760_000,
            "the only population counted by the same groups",
            base,
            "Census 2010",
            {"start": "2010-04-01", "end": "2010-04-01"},
        ),
        "estimate": Estimate(value, low, high, 0.95, "ratio", "exact conditional (Clopper-Pearson)"),
        "absolute": Estimate(8.3, 6.1, 10.6, 0.95, "per-1000", "difference of rates"),
        "outcome": outcome,
        "contrast": f"hispanic/{base}",
        "p_value": 0.0002,
        "calibrated_p": 0.04,
        "q_value": 0.09,
        "tests_in_family": 33,
        "detectable": 1.18,
        "tipping_point": low if low > 1 else None,
        "ranges": (Range("everyone whose group is missing counted either way", max(low - 0.2, 0.1), value + 0.5),),
        "e_value": 2.05,
        "robustness": {
            "passed": 7,
            "of": 8,
            "failed": ["ages 15 to 34 only"],
            "blocks": {"same": 3, "of": 4},
            "e_value_limit": 1.36,
            "e_value_of": "square-root",
            "unrecorded_share": 0.46,
            "misrecorded_share": 0.14,
        },
        "sentence": text,
        "missing": {"group": 0.114},
    }
    return Finding(**{**fields, **more})


def _text(period: dict[str, str]) -> str:
    return f"{period['start']}/{period['end']}"


NULL = (
    *("kind", "scale_of", "n", "places", "shift", "spread", "scale", "ratio", "low", "high", "selected"),
    *("lambda", "delta", "floor", "adequate", "promised", "code", "tail", "fired"),
)


def calibrated(kind: str, **more: Any) -> dict[str, Any]:
    """What calibrated a finding, with every key that a review has."""
    fixed = {"kind": kind, "scale_of": "ratio", "adequate": True, "promised": True, "code": kind, "tail": kind}
    return {**dict.fromkeys(NULL), **fixed, **more}


def contrast(number: str, counts: tuple[int, int, int, int], outcome: str, *, licence: bool, **more: Any) -> Finding:
    """A ratio of ratios: focal discretionary and serious arrests, then the reference group's."""
    k, serious, base, base_serious = counts
    value = k * base_serious / (serious * base)
    half = 1.959964 * math.sqrt(sum(1 / count for count in counts))
    low, high = value * math.exp(-half), value * math.exp(half)
    tested = not licence
    fields: dict[str, Any] = {
        "id": f"F-{number}",
        "signal": "discretion-contrast",
        "family": "discretion",
        "section": 9,
        "question": "Is the group's excess in arrests where an officer may choose?",
        "null": "Whatever moves the group's arrests moves them alike for both kinds of offences.",
        "place": "",
        "group": "hispanic",
        "reference": "white",
        "event": "arrest",
        "period": YEAR,
        "k": k,
        "n": float(k + serious),
        "comparator": Comparator(base / (base + base_serious), float(base + base_serious), "the same place", "serious"),
        "estimate": Estimate(value, low, high, 0.95, "ratio", "permutation of offence classes"),
        "absolute": Estimate(314.6, 287.6, 340.7, 0.95, "per 1,000", "difference"),
        "outcome": outcome if tested else "inconclusive",
        "contrast": f"hispanic/white/{'with' if licence else 'without'}-licence",
        "tested": tested,
        "missing": {"group": 0.02},
        "p_value": 0.0006,
        "sentence": say("t.contrast", k=k, serious=serious, ratio=value),
        "definitions": (say("t.define-sides"),),
        "table": "tables/findings.csv#F",
    }
    if tested:
        fields |= {
            "calibrated_p": 0.00016,
            "q_value": 0.016,
            "tests_in_family": 33,
            "local_fdr": 0.031,
            "controls": calibrated(
                "classes",
                **{"n": 318, "places": 221, "shift": 0.066, "spread": 0.12, "scale": 1.2, "fired": 0.62},
                **{"ratio": value / math.exp(0.066), "low": low * 0.6, "high": high * 1.5, "floor": 1.9e-05},
                **{"selected": {"low": low * 0.4, "high": None}, "lambda": 1.1, "delta": 1.2},
            ),
        }
    return Finding(**{**fields, **more})


def control(group: str, ratio: float | None, q: float | None, signal: str = "discretion-contrast") -> Control:
    """A control contrast of the shape of :func:`contrast`, or a rate where it belongs to the benchmark."""
    key, label = f"{group}/white/without-licence", "without licence offences"
    if signal == "benchmark":
        key, label = "hispanic/adults/violent", "adults, violent offences"
    limits = (None, None) if ratio is None else (ratio * 0.7, ratio * 1.4)
    p = None if q is None else q / 2
    return Control(signal, key, group, "white", "arrest", label, ratio, *limits, p, q, ratio is None)


def hidden(finding: Finding) -> Finding:
    """The same finding with its small counts suppressed."""
    return replace(
        finding,
        k=None,
        n=None,
        suppressed=True,
        p_value=None,
        calibrated_p=None,
        q_value=None,
        absolute=None,
        shrunken=None,
        detectable=None,
        sentence=None,
        missing={},
        outcome="inconclusive",
        estimate=Estimate(None, None, None, 0.95, "ratio", finding.estimate.method),
    )


def withheld(signal: str, reason: str, needs: str, contrast: str = "") -> Withheld:
    return Withheld(signal, reason, needs, contrast)


NO_GROUPS = withheld("benchmark", "The file records no ethnicity.", "arrests by ethnic group as the agency recorded it")
NO_LEVELS = withheld(
    "level-mix", "The levels are not told apart.", "removals by Level 1, 2, 3 and non-criminal", "removal/low/nation"
)


def place(
    code: str,
    name: str,
    state: str,
    verdict: str,
    reasons: tuple[Any, ...],
    findings: tuple[Finding, ...],
    held: tuple[Withheld, ...] = (),
    **more: Any,
) -> PlaceReview:
    return PlaceReview(
        place=code,
        name=name,
        state=state,
        verdict=verdict,
        verdict_reasons=reasons,
        caps=(say("t.cap-control"), say("t.cap-aggregate")),
        ceiling={
            "verdict": "pattern-worth-examining",
            "why": _plain(say("t.ceiling")),
            "would_raise": _plain(say("t.raise")),
        },
        page=slug.page(name, code),
        rank=more.pop("rank", None),
        findings=tuple(replace(finding, place=code) for finding in findings),
        withheld=held,
        sections=more.pop("sections", ()),
        **more,
    )


def _plain(value: Any) -> dict[str, Any]:
    return {"id": value.id, "values": dict(value.values), "text": dict(value.text)}


def _travis() -> PlaceReview:
    findings = (
        level(
            "0001",
            "low",
            650,
            724,
            0.5512,
            "signal",
        ),
        level("0002", "none", 594, 724, 0.2532, "signal"),
        level("0003", "level-1", 43, 724, 0.212, "signal"),
        level("0004", "level-2", 31, 724, 0.237, "signal"),
        level("0005", "level-3", 56, 724, 0.298, "signal"),
        yields("0006", 812, 11_480, 0.063, "compatible"),
        benchmark("0007", 9_214, 24_031, 1.31, 1.27, 1.36, "inconclusive", "adults"),
        benchmark(
            "0008",
            9_214,
            24_031,
            1.52,
            1.46,
            1.58,
            "inconclusive",
            "residents",
            tested=False,
            calibrated_p=None,
            q_value=None,
        ),
        contrast("0009", (1_277, 104, 1_097, 701), "signal", licence=False),
        contrast("0010", (1_737, 104, 1_501, 701), "signal", licence=True),
    )
    reason = say("t.verdict", base="the rest of the nation", name="Travis County", ratio=3.24, n=724, q=0.011)
    profile = {
        "agencies": ["TX2270000"],
        "activations": [{"program": "Secure Communities", "kind": "activated", "date": "2009-06-16", "agency": ""}],
        "population": {"residents": {"hispanic": 342_766.0, "white": 517_644.0}},
        "baselines": {"residents": "Census 2010"},
        "windows": {"removal": PERIOD, "arrest": YEAR},
        "parent": "",
        "peers": 7,
    }
    lawsuit = {
        "place": "48453",
        "title": "Example v. County",
        "status": "settled",
        "date": "2009-05-01",
        "source": "docket 1:08-cv-00001",
        "text": "Plaintiffs alleged that officers profiled drivers.",
    }
    course = {"place": "48453", "title": "Course on civil rights", "date": "2010-03-04", "status": "held"}
    sections = tuple(
        {
            "number": part,
            "findings": [],
            "withheld": [],
            "records": {3: {"lawsuits": [lawsuit]}, 14: {"training": [course]}}.get(part, {}),
        }
        for part in range(21)
    )
    return place(
        "48453",
        "Travis County",
        "TX",
        "pattern-worth-examining",
        (reason, say("raise.t")),
        findings,
        (),
        controls=(
            control("black", 1.92, 0.62),
            control("asian", None, None),
            control("hispanic", 1.54, 0.9, "benchmark"),
        ),
        rank={"low": 1, "high": 3, "of": 9, "signal": "level-mix", "contrast": "removal/low/nation"},
        profile=profile,
        sections=sections,
        response="We were never contacted.",
    )


def _mclennan() -> PlaceReview:
    findings = (
        yields("0101", 155, 3_955, 0.063, "inconclusive"),
        level("0102", "none", 15, 18, 0.2532, "insufficient", period=WAITING),
    )
    return place(
        "48309",
        "McLennan County",
        "TX",
        "inconclusive",
        (say("t.unclear", high=1.9),),
        findings,
        (NO_GROUPS,),
        rank={"low": 3, "high": 9, "of": 9},
    )


def _others() -> list[PlaceReview]:
    null = say("t.null", detectable=1.22, ratio=1.02, n=4100, low=0.95, high=1.09)
    return [
        place(
            "41067",
            "Washington County",
            "OR",
            "no-disparity-detected",
            (null,),
            (
                level("0201", "low", 2305, 4100, 0.5512, "compatible"),
                yields("0202", 2_590, 41_000, 0.063, "compatible"),
                benchmark("0203", 1_480, 6_120, 1.02, 0.96, 1.08, "compatible", "adults"),
            ),
            rank={"low": 2, "high": 8, "of": 9},
        ),
        place(
            "42125",
            "Washington County",
            "PA",
            "inconclusive",
            (say("t.unclear", high=2.1),),
            (level("0301", "low", 61, 96, 0.5512, "inconclusive"),),
            (NO_GROUPS,),
            rank={"low": 1, "high": 9, "of": 9},
        ),
        place(
            "35013",
            "Doña Ana County",
            "NM",
            "contradictory",
            (say("t.failed", fired=0.003),),
            (
                level("0401", "low", 702, 960, 0.5512, "signal"),
                yields("0402", 610, 14_800, 0.063, "signal"),
                benchmark("0403", 2_410, 3_300, 0.94, 0.87, 1.01, "inconclusive", "residents"),
                contrast(
                    "0404",
                    (190, 60, 410, 260),
                    "inconclusive",
                    licence=False,
                    controls=calibrated(
                        "alone", n=0, places=1, floor=0.0042, fired=0.003, ratio=2.0, low=0.9, high=4.6
                    ),
                ),
            ),
            controls=(control("black", 4.1, 0.003),),
            rank={"low": 1, "high": 5, "of": 9},
        ),
        place(
            "48301",
            "Loving County",
            "TX",
            "insufficient-data",
            (say("t.thin", gate=5),),
            (
                hidden(level("0501", "low", 2, 3, 0.5512, "insufficient")),
                hidden(benchmark("0502", 4, 9, 2.0, 0.5, 8.0, "insufficient", "residents")),
            ),
            (withheld("match-yield", "No submissions are on file.", "submissions and matches by month"),),
        ),
        place(
            "06037",
            "Los Angeles County",
            "CA",
            "inconclusive",
            (say("t.unclear", high=1.4),),
            (
                level("0601", "low", 5_920, 10_100, 0.5512, "inconclusive"),
                yields("0602", 39_020, 590_000, 0.063, "inconclusive"),
            ),
            (NO_GROUPS,),
            rank={"low": 2, "high": 8, "of": 9},
        ),
        place(
            "13",
            "Georgia",
            "GA",
            "inconclusive",
            (say("t.unclear", high=1.7),),
            (level("0701", "none", 243, 624, 0.2532, "signal", tested=True),),
            (NO_GROUPS,),
        ),
    ]


def _simulated() -> list[PlaceReview]:
    reason = say("t.verdict", base="the rest of the nation", name="Simulated county", ratio=1.71, n=840, q=0.021)
    return [
        place(
            "local:sim-01",
            "Alder County",
            "",
            "pattern-worth-examining",
            (reason,),
            (
                level("0801", "low", 702, 840, 0.49, "signal"),
                benchmark("0802", 812, 1_320, 1.71, 1.52, 1.93, "signal", "noncitizens"),
            ),
            simulated=True,
            rank={"low": 1, "high": 4, "of": 9},
        ),
        place(
            "local:sim-02",
            "Birch County",
            "",
            "inconclusive",
            (say("t.unclear", high=1.6),),
            (level("0901", "low", 190, 320, 0.5512, "inconclusive"),),
            (NO_GROUPS,),
            simulated=True,
        ),
        place(
            "local:sim-03",
            "Cedar County",
            "",
            "insufficient-data",
            (say("t.thin", gate=5),),
            (benchmark("1001", 11, 11, 4.0, 1.2, None, "insufficient", "residents"),),
            (NO_LEVELS,),
            simulated=True,
        ),
        place(
            "local:x",
            NASTY,
            "",
            "insufficient-data",
            (say("t.thin", gate=5),),
            (),
            (NO_GROUPS, NO_LEVELS),
            simulated=True,
        ),
    ]


CARDS = (
    {
        "name": "match-yield",
        "family": "match",
        "section": 6,
        "title": "Match yield",
        "question": "Do more submissions match than in comparable places?",
        "null": "Given the number of submissions, the share that matches is that of comparable places.",
        "needs": "Submissions and matches by place and month.",
        "measures": "Matches over expected matches.",
        "assumptions": ["Every booking is submitted."],
        "misleads": ["More noncitizens give more matches."],
        "references": [],
        "formulae": ["O/E"],
        "controls": "None in this version.",
        "direction": "greater",
    },
    {
        "name": "level-mix",
        "family": "match",
        "section": 7,
        "title": "Level mix",
        "question": "Do lesser cases make up more of the removals than in comparable places?",
        "null": "The share of each level is that of comparable places.",
        "needs": "Removals by level.",
        "measures": "Share of Level 3 and non-criminal.",
        "assumptions": ["Levels are assigned alike everywhere."],
        "misleads": ["Near the border, more cases have no conviction whoever was arrested and why."],
        "references": ["Wilson, E. B. (1927). JASA 22, 209-212."],
        "formulae": ["ratio = share / base"],
        "controls": "",
        "direction": "greater",
    },
    {
        "name": "discretion-contrast",
        "family": "discretion",
        "section": 9,
        "title": "Discretion against serious crime",
        "question": "Is the group's excess in arrests where an officer may choose?",
        "null": "Whatever moves the group's arrests moves them alike for both kinds of offences.",
        "needs": "Arrests by ethnic group and offence class.",
        "measures": "The pretext ratio.",
        "assumptions": ["The groups' relative exposure is the same for both kinds."],
        "misleads": ["A campaign against one offence looks the same."],
        "references": [],
        "formulae": [],
        "controls": "The same contrast for other groups.",
        "direction": "greater",
    },
    {
        "name": "benchmark",
        "family": "exposure",
        "section": 10,
        "title": "Group rates against benchmarks",
        "question": "Is the group found among those arrested more often than the people at risk predict?",
        "null": "Per person at risk the rate is the same in both groups.",
        "needs": "Counts by ethnic group.",
        "measures": "The rate ratio.",
        "assumptions": ["Group is recorded alike in counts and benchmark."],
        "misleads": ["Commuters, borders and census undercount."],
        "references": [],
        "formulae": [],
        "controls": "",
        "direction": "greater",
    },
)

NULLS = (
    {
        "signal": "level-mix",
        "contrast": "removal/low/nation",
        "kind": "peers",
        "places": 9,
        "controls": 0,
        "centre": 0.12,
        "sigma": 0.31,
        "sigma_upper": 0.4,
        "rho": 0.01,
        "scale": None,
        "floor": None,
        "tail": "normal",
        "adequate": True,
        "promised": True,
        "code": "adequate",
        "simulated": False,
        "reason": "the model describes them",
    },
    {
        "signal": "discretion-contrast",
        "contrast": "hispanic/white/without-licence",
        "kind": "classes",
        "places": 221,
        "controls": 318,
        "centre": 0.066,
        "sigma": 0.12,
        "sigma_upper": None,
        "rho": None,
        "scale": 1.2,
        "floor": 1.1e-05,
        "tail": "relabelled classes",
        "adequate": True,
        "promised": True,
        "code": "classes",
        "simulated": False,
        "reason": "offence classes relabelled inside each place",
    },
)

SOURCES = (
    {
        "path": "removals.csv",
        "sha256": "a" * 64,
        "format": "interoperability",
        "sheet": "",
        "published": True,
        "citation": "ICE monthly statistics, August 2010",
        "quality": {
            "grade": "B",
            "reasons": ["events without a level: 11.4 %"],
            "places": 44,
            "months": 20,
            "missing_group": None,
            "unknown_level": 0.114,
            "suppressed": 0.0,
            "missing_months": 0.021,
        },
        "notes": ["2 rows carry a later correction."],
        "simulated": False,
        "rows": {
            "read": 1_204,
            "used": 1_180,
            "quarantined": 3,
            "quarantined_reasons": [{"reason": "no month ('Jan 20111')", "n": 3, "rows": "7, 9, 88"}],
            "excluded": [{"reason": "totals row ('Total')", "n": 20}, {"reason": "outside the period", "n": 1}],
        },
    },
    {
        "path": "arrests 2011.xlsx",
        "sha256": "b" * 64,
        "format": "counts",
        "sheet": "By county",
        "published": False,
        "citation": "",
        "notes": [],
        "rows": {"read": 48, "used": 48, "quarantined": 0, "excluded": []},
    },
)


def audit() -> Review:
    """The whole fixture audit."""
    places = (_travis(), _mclennan(), *_others(), *_simulated())
    region = Region("TX", "Texas", (level("R001", "low", 2_604, 4_510, 0.5512, "compatible"),))
    return Review(
        audit={
            "title": "Thirteen places, 2008-2011",
            "as_of": "2012-06-30",
            "seed": 20120630,
            "protocol": {"name": "default", "sha256": "c" * 64},
            "config_sha256": "d" * 64,
            "software": {"name": "auditor", "version": "0.1.0"},
            "focal_groups": ["hispanic"],
            "reference_group": "white",
            "data_opened": "2012-05-01",
        },
        sources=SOURCES,
        calibration={
            "statement": say("t.calibration", places=3100, rate=0.05).text["en"],
            "promised": True,
            "q": 0.05,
            "tests": 33,
            "cutoff": 0.0031,
            "families": ["exposure", "match"],
            "selected": 7,
            "false_bound": 0.29,
            "negative_controls": ["Discretion against serious crime: 2 control contrasts, measured in 199 places."],
            "nulls": list(NULLS),
        },
        places=places,
        regions=(region,),
        failures=({"place": "48999", "error": "timed out after 60 s"},),
        signals=CARDS,
    )


def national(count: int = 3_100) -> Review:
    """An audit of many places with the codes of real counties, for the size and speed of the pages."""
    from auditor.report.shapes import county_paths

    codes = list(county_paths())[:count]
    kinds = ("inconclusive", "no-disparity-detected", "insufficient-data", "inconclusive", "pattern-worth-examining")
    made = []
    for i, code in enumerate(codes):
        n = 30 + (i * 7919) % 40_000
        k = round(n * (0.4 + 0.35 * ((i * 104_729) % 997) / 997))
        outcome = ("inconclusive", "compatible", "insufficient", "inconclusive", "signal")[i % 5]
        findings = (
            level(f"{i:05d}a", "low", k, n, 0.5512, outcome),
            level(f"{i:05d}b", "none", k // 2, n, 0.2532, outcome),
            level(f"{i:05d}c", "level-1", (n - k) // 2, n, 0.21, outcome),
            yields(f"{i:05d}d", max(k // 9, 1), 2 * n, 0.063, outcome),
            benchmark(
                f"{i:05d}e", k, n, 1 + (i % 50) / 60, 0.8 + (i % 50) / 70, 1.3 + (i % 50) / 50, outcome, "adults"
            ),
        )
        reason = say("t.unclear", high=1.7)
        made.append(place(code, f"Example {i} County", "XX", kinds[i % 5], (reason,), findings, (NO_GROUPS,)))
    return replace(audit(), places=tuple(made), failures=())
