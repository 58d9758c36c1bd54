"""A row of the nation beside printed places gives no count of 1 to 10 away: every subtraction a reader can make."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from auditor.audit.config import load_config
from auditor.audit.run import audit
from auditor.cells import Cells, table
from auditor.findings.finding import Finding
from auditor.findings.review import Review
from auditor.signals.match import level_mix, match_yield
from auditor.signals.region.rows import gives_away
from auditor.signals.signal import Panel

PLACES = tuple(f"480{2 * i + 1:02d}" for i in range(5))
DAYS = ("2010-01-01", "2010-12-31")
KEYS = ("event", "level", "level_basis", "level_regime")


def cells_of(
    counts: Mapping[str, Mapping[tuple[str, str], int]], row: Mapping[tuple[str, str], int], published: bool = False
) -> Cells:
    """Counts by (event, level) of each place and of the nation, all over one year."""
    ids = tuple(sorted(counts))

    def rows(place: str, values: Mapping[tuple[str, str], int]) -> Iterator[dict[str, object]]:
        for (event, level), n in values.items():
            fixed = {"level_basis": "conviction", "level_regime": "conviction-based"} if level else {}
            days = {"start": DAYS[0], "end": DAYS[1]}
            yield {"place": place, "event": event, "level": level, "n": n, **fixed, **days}

    own = table([entry for place in ids for entry in rows(place, counts[place])], ids, KEYS)
    first, last = (np.full(len(own.n), day, dtype="datetime64[D]") for day in DAYS)
    nobody = ("",) * len(ids)
    return Cells(
        ids,
        ids,
        nobody,
        nobody,
        dataclasses.replace(own, first=first, last=last),
        table([], ids, ("universe", "group")),
        ("US",),
        table(list(rows("US", row)), ("US",), (*KEYS, "start", "end")),
        ("hispanic",),
        "white",
        published_regions=(published,),
    )


def seen(panel: Panel, key: str) -> dict[int, tuple[float, float, float, float]]:
    """k, n of each printed place, and k, n of the sum that its comparator gives together with it."""
    c = [contrast.key for contrast in panel.contrasts].index(key)
    printed = (panel.code[:, c] == 0) & ~panel.hidden[:, c]
    found = {}
    for j in np.flatnonzero(printed).tolist():
        k, n, share, among = (float(getattr(panel, name)[j, c]) for name in ("k", "n", "comparator", "comparator_n"))
        found[j] = (k, n, share * among + k, among + n)
    return found


def leftovers(found: Mapping[int, tuple[float, ...]]) -> Iterator[tuple[frozenset[int], float, float]]:
    """Every comparator less any of the printed places: what is left of k and of n - k."""
    for _, _, whole_k, whole_n in found.values():
        for size in range(len(found) + 1):
            for taken in itertools.combinations(found, size):
                k = whole_k - sum(found[j][0] for j in taken)
                n = whole_n - sum(found[j][1] for j in taken)
                yield frozenset(taken), round(k, 6), round(n - k, 6)


def small_ones(values: Iterable[float]) -> list[float]:
    return [value for value in values if 0 < value < 11]


def attacked(panel: Panel, keys: Sequence[str], hidden_k: float, hidden_rest: float) -> list[str]:
    """Everything that a reader of one column, or of the difference of two, works out and must not."""
    faults = []
    for key in keys:
        found = seen(panel, key)
        for taken, k, rest in leftovers(found):
            if small_ones((k, rest)):
                faults.append(f"{key}: {k}, {rest} left over")
            if taken == frozenset(found) and (0 < hidden_k == k or 0 < hidden_rest == rest):
                faults.append(f"{key}: what is left over is what is hidden")
    return faults


def drawn(rng: np.random.Generator) -> tuple[dict[str, dict[tuple[str, str], int]], dict[tuple[str, str], int], int]:
    """Five places, of which some hide a count, and a row that covers them and sometimes others."""
    counts = {}
    for place in PLACES:
        matches = int(rng.choice([rng.integers(1, 11), rng.integers(40, 200)], p=[0.25, 0.75]))
        counts[place] = {("submission", ""): matches + int(rng.integers(400, 900)), ("match", ""): matches}
    outside = int(rng.choice([0, rng.integers(1, 11), rng.integers(11, 2000)]))
    rest = int(rng.choice([0, rng.integers(1, 11), rng.integers(11, 9000)]))
    k = sum(values["match", ""] for values in counts.values()) + outside
    n = sum(values["submission", ""] for values in counts.values()) + outside + rest
    return counts, {("submission", ""): n, ("match", ""): k}, outside


def test_no_subtraction_from_matches_and_submissions_finds_a_small_count() -> None:
    rng = np.random.default_rng(4)
    used = 0
    for _ in range(100):
        counts, row, _ = drawn(rng)
        panel = match_yield.SIGNAL.measure(cells_of(counts, row), match_yield.MatchYieldOptions(), rng)
        printed = seen(panel, "match/nation")
        out = [values for j, values in enumerate(counts.values()) if j not in printed]
        k = sum(values["match", ""] for values in out)
        n = sum(values["submission", ""] for values in out)
        assert attacked(panel, ["match/nation"], k, n - k) == []
        c = [contrast.key for contrast in panel.contrasts].index("match/nation")
        used += bool((panel.comparator_period[:, c] != "").any())
    # The row is not simply thrown away: of the worlds, those that cover enough others keep it.
    assert 15 < used < 85


@pytest.mark.parametrize(
    ("outside", "hides", "away"),
    [(0, True, True), (9, True, True), (9, False, True), (0, False, False), (500, True, False), (500, False, False)],
)
def test_the_row_is_used_where_nothing_follows_from_it(outside: int, hides: bool, away: bool) -> None:
    """900 and 6 (or 60), 4000 and 160, 5000 and 210; the row is their sum and what it covers besides."""
    k, n = np.array([6.0 if hides else 60.0, 160, 210]), np.array([900.0, 4000, 5000])
    shown = np.array([not hides, True, True])
    total = (k.sum() + outside, n.sum() + 10 * outside)
    assert gives_away(total, k, n, np.ones(3, dtype=bool), shown, 11.0) is away


def test_a_place_whose_count_is_not_known_may_hold_ten() -> None:
    """Two unknown places: what no place holds must be 11 + 2 x 10 = 31 or more."""
    k, n = np.array([160.0, 0, 0]), np.array([4000.0, 0, 0])
    known = np.array([True, False, False])
    for outside, away in ((30, True), (31, False)):
        assert gives_away((160.0 + outside, 4000.0 + 2 * outside), k, n, known, known, 11.0) is away


def levels(rng: np.random.Generator) -> tuple[dict[str, dict[tuple[str, str], int]], dict[tuple[str, str], int]]:
    names = ("1", "2", "3", "none")
    counts = {
        place: {
            ("match", level): int(rng.choice([rng.integers(1, 11), rng.integers(20, 90)], p=[0.06, 0.94]))
            for level in names
        }
        for place in PLACES
    }
    others = {
        level: int(rng.choice([0, rng.integers(1, 11), rng.integers(11, 400)], p=[0.3, 0.1, 0.6])) for level in names
    }
    return counts, {
        ("match", level): sum(values["match", level] for values in counts.values()) + others[level] for level in names
    }


def test_no_subtraction_from_levels_finds_a_small_count() -> None:
    """Columns one by one, and Level 3 as the low ones less those without a conviction."""
    rng = np.random.default_rng(5)
    used = 0
    for _ in range(60):
        counts, row = levels(rng)
        panel = level_mix.SIGNAL.measure(cells_of(counts, row), level_mix.LevelMixOptions(), rng)
        names = [contrast.key for contrast in panel.contrasts if contrast.key.endswith("/nation")]
        assert len(names) == 5
        faults = []
        for key in names:
            faults += attacked(panel, [key], -1, -1)
        row_used = bool((panel.comparator_period != "").any())
        low, none = (seen(panel, f"match/{name}/nation") for name in ("low", "none"))
        both = sorted(set(low) & set(none))
        for a, b in itertools.product(low.values(), none.values()):
            third = a[2] - b[2] - sum(low[j][0] - none[j][0] for j in both)
            if row_used and small_ones([round(third, 6)]):
                faults.append(f"{third} left over at Level 3")
        assert faults == []
        used += row_used
    assert 6 < used < 54


def test_a_row_without_all_its_levels_told_is_looked_at_beside_the_matches() -> None:
    """The nation's 4 matches without a level would follow from its matches less its levels."""
    told = {("match", level): 100 for level in ("1", "2", "3", "none")}
    counts = {place: {**told, ("match", ""): 0} for place in PLACES}
    row = {key: 5 * n + 400 for key, n in told.items()}
    for blank, used in ((0, True), (4, False), (40, True)):
        panel = level_mix.SIGNAL.measure(
            cells_of(counts, {**row, ("match", ""): blank}), level_mix.LevelMixOptions(), np.random.default_rng(1)
        )
        assert bool((panel.comparator_period != "").any()) is used


def test_of_two_windows_of_the_row_one_is_used() -> None:
    """The difference of the row of the year and that of its first half would be the second half's."""
    cells = cells_of(
        {place: {("submission", ""): 4000, ("match", ""): 160} for place in PLACES},
        {("submission", ""): 90_000, ("match", ""): 4000},
    )
    columns = {name: np.tile(values, 2) for name, values in cells.regions.columns.items()}
    columns["end"] = np.array(["2010-12-31"] * 2 + ["2010-06-30"] * 2, dtype=object)
    regions = dataclasses.replace(
        cells.regions,
        index=np.zeros(4, dtype=np.int64),
        columns=columns,
        n=np.array([90_000.0, 4000, 89_000, 3996]),
        censored=np.zeros(4, dtype=bool),
        complete=np.zeros(4, dtype=bool),
        moe=None,
    )
    assert cells.counts.last is not None
    last = cells.counts.last.copy()
    last[cells.counts.index == 4] = np.datetime64("2010-06-30")
    cells = dataclasses.replace(cells, regions=regions, counts=dataclasses.replace(cells.counts, last=last))
    panel = match_yield.SIGNAL.measure(cells, match_yield.MatchYieldOptions(), np.random.default_rng(1))
    assert set(panel.comparator_period[:4, 0]) == {"2010-01-01/2010-12-31"}
    assert panel.comparator_period[4, 0] == ""


def by_noncitizens(matches: int, submissions: int) -> Panel:
    """Thirty-two counties, the first with counts that are hidden."""
    rng = np.random.default_rng(11)
    ids = tuple(f"48{2 * i + 1:03d}" for i in range(32))
    people = rng.integers(20_000, 90_000, 32)
    alien = (people * rng.uniform(0.02, 0.2, 32)).astype(int)
    n = rng.integers(2000, 9000, 32)
    k = rng.binomial(n, 0.02 + alien / people)
    n[0], k[0] = submissions, matches
    counts = {place: {("submission", ""): int(a), ("match", ""): int(b)} for place, a, b in zip(ids, n, k, strict=True)}
    rows = [
        {"place": place, "universe": universe, "group": "", "n": value}
        for universe, values in (("residents", people), ("noncitizens", alien))
        for place, value in zip(ids, values.tolist(), strict=True)
    ]
    cells = cells_of(counts, {})
    cells = dataclasses.replace(cells, region_ids=(), population=table(rows, ids, ("universe", "group")))
    return match_yield.SIGNAL.measure(cells, match_yield.MatchYieldOptions(), rng)


def test_the_curve_over_noncitizens_rests_on_no_hidden_count() -> None:
    """Before, two printed shares gave the curve, and its score k - n p of the hidden place: one whole solution."""
    panels = [by_noncitizens(*world) for world in ((6, 900), (9, 300))]
    shares = [panel.comparator[1:, 0] for panel in panels]
    assert panels[0].hidden[0].all()
    assert panels[0].contrasts[0].key == "match/noncitizens"
    assert np.array_equal(*shares)
    panel = panels[0]
    # What is left of the score equation by the printed places is nothing.
    assert abs(float((panel.k[1:, 0] - panel.n[1:, 0] * panel.comparator[1:, 0]).sum())) < 1e-6
    assert panel.comparator[0, 0] > 0


HEAD = """[audit]
title = "Nation"
as_of = 2012-06-30
focal_groups = []
"""


def run(folder: Path, places: Mapping[str, tuple[int, int]], nation: tuple[int, int], more: str = "") -> Review:
    folder.mkdir(parents=True, exist_ok=True)
    toml = HEAD
    for name, entries, extra in (("places", places, ""), ("nation", {"US": nation}, more)):
        lines = [f"{p},2010,submission,{n}\n{p},2010,match,{k}" for p, (n, k) in entries.items()]
        (folder / f"{name}.csv").write_text("\n".join(["place,period,event,n", *lines, ""]), encoding="utf-8")
        toml += f'\n[[sources]]\nformat = "counts"\npath = "{name}.csv"\n{extra}'
    (folder / "audit.toml").write_text(toml, encoding="utf-8")
    return audit(load_config(folder / "audit.toml"))


def nation_of(review: Review, place: str) -> Finding:
    return next(f for f in review.place(place).findings if f.contrast == "match/nation")


A = {"48001": (900, 6), "48003": (4000, 160), "48005": (5000, 210)}


def test_a_whole_audit_prints_no_row_that_gives_six_matches_away(tmp_path: Path) -> None:
    """Before, B's comparator (0.0363 of 5,950) and its own 160 of 4,000 gave the row of 376, and 376 less 370 is 6."""
    review = run(tmp_path, A, (9950, 376))
    assert nation_of(review, "48001").suppressed
    finding = nation_of(review, "48003")
    assert finding.comparator is not None
    assert (finding.comparator.value, finding.comparator.n) == (210 / 5000, 5000)
    assert any("not used" in caveat.text["en"] for caveat in finding.caveats)


@pytest.mark.parametrize(
    ("places", "nation", "more", "used"),
    [
        (A | {"48001": (900, 60)}, (9990, 439), "", False),
        (A | {"48001": (900, 60)}, (11_000, 600), "", True),
        (A, (11_000_000, 700_000), "", True),
        (A, (9950, 376), "published = true\n", True),
    ],
    ids=["nine-elsewhere", "many-elsewhere", "the-nation", "public"],
)
def test_a_row_that_gives_nothing_away_is_used(
    tmp_path: Path, places: dict[str, tuple[int, int]], nation: tuple[int, int], more: str, used: bool
) -> None:
    finding = nation_of(run(tmp_path, places, nation, more), "48003")
    assert finding.comparator is not None
    assert finding.comparator.n == (nation[0] - 4000 if used else 900 + 5000)
