"""Discretion: matches without a detainer, detainers lifted, by level and over time, and what is never printed."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.cells import Cells, Inventory, RowTable, Table, table
from auditor.signals.match.discretion_use import SIGNAL, DiscretionUseOptions
from auditor.signals.signal import Panel

IDS = ("42077", "42091", "42101")
KEYS = ("event", "level", "level_basis", "level_regime")
LATE = "detainers-2012"


def row(n: int, **more: object) -> dict[str, object]:
    return {
        "place": 1, "event": "detainer", "offence": "", "level": "", "detainer": -1, "detainer_month": "2013-05",
        "detainer_period": LATE, "lift_reason": "", "month": "2013-05", "policy_period": LATE, "n": n, **more,
    }  # fmt: skip


def match(without: int, lodged: int, **more: object) -> list[dict[str, object]]:
    return [
        row(without, event="match", detainer=0, detainer_period="", detainer_month="", **more),
        row(lodged, event="match", detainer=1, **more),
    ]


def ended(counts: dict[str, int], **more: object) -> list[dict[str, object]]:
    return [row(n, lift_reason=reason, **more) for reason, n in counts.items()]


def counted(place: int, event: str, levels: dict[str, int], basis: str = "charge") -> list[dict[str, object]]:
    return [
        {"place": IDS[place], "event": event, "level": level, "level_basis": basis, "n": n}
        for level, n in levels.items()
    ]


def cells(*rows: dict[str, object], counts: list[dict[str, object]] | None = None, **more) -> Cells:
    keys = [key for key in row(1) if key not in ("place", "n")]
    columns = {key: np.array([r[key] for r in rows], dtype=np.int64 if key == "detainer" else object) for key in keys}
    index, n = np.array([r["place"] for r in rows], dtype=np.int64), np.array([float(r["n"]) for r in rows])
    return Cells(
        IDS, IDS, ("42",) * 3, ("",) * 3, table(counts or [], IDS, KEYS), table([], IDS, ("universe", "group")), (),
        table([], (), (*KEYS, "start", "end")), (), "white", rows=RowTable(index, columns, n), **more,
    )  # fmt: skip


def measure(found: Cells, **options) -> Panel:
    return SIGNAL.measure(found, DiscretionUseOptions(**options), np.random.default_rng(1))


def column(panel: Panel, key: str) -> int:
    return [contrast.key for contrast in panel.contrasts].index(key)


def reason(panel: Panel, key: str, j: int = 1) -> str:
    code = int(panel.code[j, column(panel, key)])
    return panel.lacks[code - 1].reason if code else ""


def hidden(panel: Panel, key: str) -> bool:
    return bool(panel.hidden[1, column(panel, key)])


LOW, ALL = "match/no-detainer-low/nation", "match/no-detainer-all/nation"
OTHERS = [
    *match(300, 700, place=0, level="3"), *match(100, 900, place=0, level="1"),
    *match(200, 300, place=2, level="none"), *match(50, 450, place=2, level="2"),
]  # fmt: skip
OWN = [*match(30, 70, level="3"), *match(20, 80, level="none"), *match(20, 180, level="1"), *match(40, 160, level="2")]


def test_matches_at_low_levels_are_held_against_the_others():
    """50 of 200 against 500 of 1,500; levels 1 and 2 are no part of it."""
    panel = measure(cells(*OTHERS, *OWN))
    c = column(panel, LOW)
    assert (panel.k[1, c], panel.n[1, c]) == (50, 200)
    assert panel.estimate[1, c] == pytest.approx((50 / 200) / (500 / 1500), rel=1e-12)
    assert [contrast.key for contrast in panel.contrasts if contrast.tested] == [LOW]
    assert panel.k[1, column(panel, ALL)] == 110
    assert panel.n[1, column(panel, "match/no-detainer-level-2/nation")] == 200


def test_without_levels_all_matches_are_compared():
    panel = measure(cells(*match(300, 700, place=0), *match(50, 150)))
    assert [contrast.key for contrast in panel.contrasts if contrast.tested] == [ALL]
    assert panel.notes["discretion-use.caveat-levels"][1, column(panel, ALL)]


def test_a_match_of_which_nothing_is_said_is_missing():
    panel = measure(cells(*OTHERS, *OWN, row(100, event="match", detainer_period="", level="3")))
    assert panel.n[1, column(panel, LOW)] == 200
    assert panel.missing["detainer"][1, column(panel, LOW)] == pytest.approx(100 / 700)


def test_a_date_of_a_detainer_says_that_there_was_one():
    rows = [*OTHERS, *match(50, 0, level="3"), row(150, event="match", level="3")]
    assert measure(cells(*rows)).n[1, column(measure(cells(*rows)), LOW)] == 200


def test_counts_of_matches_and_detainers_serve_where_no_row_tells():
    counts = [
        *counted(0, "match", {"3": 1000}), *counted(0, "detainer", {"3": 700}),
        *counted(1, "match", {"3": 200, "1": 100}), *counted(1, "detainer", {"3": 150, "1": 90}),
    ]  # fmt: skip
    panel = measure(cells(counts=counts))
    c = column(panel, LOW)
    assert (panel.k[1, c], panel.n[1, c]) == (50, 200)
    assert panel.comparator[1, c] == pytest.approx(0.3)
    assert reason(panel, LOW, 2) == "discretion-use.absent"


def test_levels_of_another_basis_are_not_taken_from_each_other():
    """Matches by charge, detainers by conviction: only the totals belong together."""
    counts = [
        *counted(0, "match", {"3": 1000}), *counted(0, "detainer", {"3": 700}),
        *counted(1, "match", {"3": 200, "1": 100}), *counted(1, "detainer", {"3": 40, "1": 200}, "conviction"),
    ]  # fmt: skip
    panel = measure(cells(counts=counts))
    assert reason(panel, LOW) == "discretion-use.no-level"
    assert (panel.k[1, column(panel, ALL)], panel.n[1, column(panel, ALL)]) == (60, 300)


def test_more_detainers_than_matches_are_not_the_same_people():
    counts = [
        *counted(0, "match", {"3": 1000}), *counted(0, "detainer", {"3": 700}),
        *counted(1, "match", {"3": 200}), *counted(1, "detainer", {"3": 201}),
    ]  # fmt: skip
    assert reason(measure(cells(counts=counts)), LOW) == "discretion-use.unmatched"


def test_other_days_are_other_people():
    counts = [*counted(0, "match", {"3": 1000}), *counted(0, "detainer", {"3": 700})]
    counts += [*counted(1, "match", {"3": 200}), *counted(1, "detainer", {"3": 150})]
    found = cells(counts=counts)
    first = np.array(["2011-01-01"] * 3 + ["2011-02-01"], dtype="datetime64[D]")
    last = np.array(["2011-12-31"] * 4, dtype="datetime64[D]")
    old = found.counts
    dated = Table(old.index, old.columns, old.n, old.censored, old.complete, old.moe, first, last)
    object.__setattr__(found, "counts", dated)
    panel = measure(found)
    assert reason(panel, LOW) == "discretion-use.unmatched"
    assert panel.code[0, column(panel, LOW)] == 3  # nothing is left to compare it with


def test_a_suppressed_count():
    counts = [*counted(0, "match", {"3": 1000}), *counted(0, "detainer", {"3": 700})]
    counts += [*counted(1, "match", {"3": 200}), *counted(1, "detainer", {"3": 0})]
    counts[-1]["censored"] = True
    assert reason(measure(cells(counts=counts)), LOW) == "discretion-use.suppressed"


def test_beside_a_small_level_only_the_tested_share_is_printed():
    rows = [*OTHERS, *match(30, 70, level="3"), *match(20, 80, level="none"), *match(5, 195, level="1")]
    panel = measure(cells(*rows))
    assert not hidden(panel, LOW)
    assert hidden(panel, "match/no-detainer-level-3/nation")
    assert hidden(panel, ALL)


def test_few_matches_at_other_levels_hide_the_low_ones():
    """How many matches there were is printed elsewhere: 6 would be what is left."""
    rows = [*OTHERS, *match(30, 70, level="3"), *match(20, 80, level="none"), *match(0, 6, level="1")]
    assert hidden(measure(cells(*rows)), LOW)


def test_a_few_silent_matches_at_the_low_levels_hide_these():
    """How many matches there were at each level is printed elsewhere; at all levels 54 are silent."""
    quiet = {"event": "match", "detainer_period": "", "detainer_month": ""}
    panel = measure(cells(*OTHERS, *OWN, row(4, level="3", **quiet), row(50, level="1", **quiet)))
    assert hidden(panel, LOW)
    assert not hidden(measure(cells(*OTHERS, *OWN, row(50, level="1", **quiet))), LOW)


OUTCOMES = {"Booked into Detention": 300, "Lifted": 50, "Prosecutorial Discretion": 30, "Case Closed": 70, "": 100}
PEERS = [*ended({"Booked into Detention": 700, "Lifted": 300}, place=0)]


def test_lifted_detainers_are_held_against_the_others():
    """80 of 450 against 300 of 1,000; tested where no match tells of its detainer."""
    panel = measure(cells(*PEERS, *ended(OUTCOMES)))
    c = column(panel, f"detainer/lifted/nation/{LATE}")
    assert (panel.k[1, c], panel.n[1, c], panel.comparator[1, c]) == (80, 450, 0.3)
    assert panel.missing["outcome"][1, c] == pytest.approx(100 / 550)
    assert [contrast.key for contrast in panel.contrasts if contrast.tested] == [f"detainer/lifted/nation/{LATE}"]
    assert panel.notes["discretion-use.caveat-pending"][1, c]


def test_matches_are_tested_where_both_are_told():
    panel = measure(cells(*OTHERS, *OWN, *PEERS, *ended(OUTCOMES)))
    assert [contrast.key for contrast in panel.contrasts if contrast.tested] == [LOW]
    other = measure(cells(*OTHERS, *OWN, *PEERS, *ended(OUTCOMES)), compare="lifted")
    assert [contrast.key for contrast in other.contrasts if contrast.tested] == [f"detainer/lifted/nation/{LATE}"]


def test_lifted_by_level():
    rows = [*ended({"Lifted": 40, "Booked into Detention": 60}, level="3")]
    rows += [*ended({"Lifted": 20, "Booked into Detention": 80}, level="1")]
    panel = measure(cells(*PEERS, *rows))
    c = column(panel, f"detainer/lifted-level-3/{LATE}")
    assert (panel.k[1, c], panel.n[1, c], panel.estimate[1, c]) == (40, 100, 0.4)
    assert panel.contrasts[c].shape == "described"
    assert not hidden(panel, f"detainer/lifted-level-1/{LATE}")


def test_a_small_level_hides_all_levels():
    rows = [*ended({"Lifted": 40, "Booked into Detention": 60}, level="3")]
    rows += [*ended({"Lifted": 4, "Booked into Detention": 80}, level="1")]
    panel = measure(cells(*PEERS, *rows))
    assert hidden(panel, f"detainer/lifted-level-3/{LATE}")
    assert not hidden(panel, f"detainer/lifted/nation/{LATE}")


def test_a_few_detainers_of_a_level_in_another_time_hide_the_levels():
    rows = [*ended({"Lifted": 40, "Booked into Detention": 60}, level="3")]
    rows += [row(4, lift_reason="Lifted", level="3", detainer_period="pep-2015", detainer_month="2016-01")]
    assert hidden(measure(cells(*PEERS, *rows)), f"detainer/lifted-level-3/{LATE}")


def months(start: str, stop: str, period: str, **outcome: int) -> list[dict[str, object]]:
    span = np.arange(np.datetime64(start), np.datetime64(stop), dtype="datetime64[M]")
    names = {"lifted": "Lifted", "booked": "Booked into Detention"}
    return [
        row(n, lift_reason=names[name], detainer_month=str(month), detainer_period=period)
        for month in span
        for name, n in outcome.items()
    ]


def test_the_change_of_november_2014_is_within_its_regime():
    """Six months on either side: 10 of 50 a month, then 20 of 50. What was lifted under PEP is no part of it."""
    rows = months("2014-05", "2014-11", LATE, lifted=10, booked=40)
    rows += months("2014-12", "2015-06", "priorities-2014", lifted=20, booked=30)
    rows += months("2015-08", "2016-08", "pep-2015", lifted=50, booked=50)
    panel = measure(cells(*PEERS, *rows))
    c = column(panel, "detainer/lifted/2014-11-20")
    assert (panel.k[1, c], panel.n[1, c]) == (120, 300)
    assert panel.estimate[1, c] == pytest.approx(0.2)
    assert (panel.extra["turns"][1, c], panel.extra["turned"][1, c]) == (12, pytest.approx(2 / 12))
    assert not hidden(panel, "detainer/lifted/2014-11-20")
    assert "detainer/lifted/2011-06-17" not in [contrast.key for contrast in panel.contrasts]


def test_changes_of_matches_without_a_detainer():
    rows = []
    for month, period, without in [
        *((f"2011-{m:02d}", "before-2011", 10) for m in range(1, 7)),
        *((f"2011-{m:02d}", "discretion-2011", 20) for m in range(7, 13)),
    ]:
        rows += match(without, 50 - without, month=month, policy_period=period)
    panel = measure(cells(*rows))
    c = column(panel, "match/no-detainer/2011-06-17")
    assert (panel.k[1, c], panel.n[1, c]) == (120, 300)
    assert panel.estimate[1, c] == pytest.approx(0.2)


def test_regimes_are_never_added():
    rows = [*ended(OUTCOMES), *ended({"Lifted": 90, "Booked into Detention": 10}, detainer_period="pep-2015")]
    panel = measure(cells(*PEERS, *rows))
    assert panel.n[1, column(panel, f"detainer/lifted/nation/{LATE}")] == 450
    assert reason(panel, "detainer/lifted/nation/pep-2015") == "discretion-use.no-base"


def test_there_is_no_control():
    found = cells(*OTHERS, *OWN)
    assert SIGNAL.controls(found, DiscretionUseOptions(), np.random.default_rng(1)) is None
    assert SIGNAL.card.controls.startswith("None:")


@pytest.mark.parametrize(
    ("events", "held", "compare", "expected"),
    [
        ((), {}, "auto", "discretion-use.no-records"),
        (("match",), {}, "auto", "discretion-use.no-records"),
        (("match", "detainer"), {}, "auto", None),
        (("match",), {"match": {"detainer"}}, "auto", None),
        (("detainer",), {"detainer": {"lift_reason"}}, "auto", None),
        (("detainer",), {"detainer": {"lift_reason"}}, "matches", "discretion-use.no-records"),
    ],
)
def test_what_it_lacks(events, held, compare, expected):
    columns = {event: frozenset(names) for event, names in held.items()}
    nothing = (frozenset(),) * 6
    inventory = Inventory(frozenset(events), *nothing, places=1, months=1, row_columns=columns)
    lack = SIGNAL.lacks(inventory, DiscretionUseOptions(compare=compare))
    assert (lack.reason if lack else None) == expected


def test_it_reads_nothing_personal():
    assert SIGNAL.view(DiscretionUseOptions()).rows.personal == ()
