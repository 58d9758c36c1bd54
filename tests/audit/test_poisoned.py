"""A place that the audit fails on is listed; the others are those of an audit whose ``exclude`` names it."""

import csv
import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from auditor import cli
from auditor.audit import limits, pages, run, stopping
from auditor.audit.crew import KILLED, Crew, Failed
from auditor.audit.poisoned import culprits
from auditor.report.render import Renderer
from auditor.signals.registry import discover
from tests.audit.county_files import write_counties

PLACES = 14
TEN = tuple(f"{1001 + 2 * j:05d}" for j in range(2, 12))


@pytest.mark.parametrize("bad", [set(), {0}, {6}, {3, 4}, {1, 5, 9, 12}, set(range(1, 13))])
def test_culprits_are_found_one_by_one(bad: set[int]) -> None:
    def probe(places: Sequence[int]) -> None:
        if bad & set(places):
            raise ValueError(min(bad & set(places)))

    found = culprits(probe, PLACES)
    assert set(found) == bad
    assert [error.args[0] for error in found.values()] == sorted(bad)


def test_few_questions_are_asked_for_one_culprit_among_many() -> None:
    asked: list[int] = []

    def probe(places: Sequence[int]) -> None:
        asked.append(len(places))
        if 777 in places:
            raise ValueError

    assert set(culprits(probe, 3_100)) == {777}
    assert len(asked) <= 3 + 2 * 12  # 2 ** 12 > 3,100


def test_no_place_is_blamed_for_what_fails_everywhere_or_only_together() -> None:
    def everywhere(places: Sequence[int]) -> None:
        raise ValueError

    def together(places: Sequence[int]) -> None:
        if len(places) > 3:
            raise MemoryError

    assert culprits(everywhere, 50) == {}
    assert culprits(everywhere, 1) == {}
    assert culprits(together, 50) == {}


def test_no_place_is_looked_for_once_the_run_is_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[int]] = []

    def probe(places: Sequence[int]) -> None:
        asked.append(places)
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(stopping, "_ASKED", [stopping.Terminated])
    with pytest.raises(stopping.Terminated):
        culprits(probe, 50)
    assert asked == [[0]]


Poison = Callable[[pytest.MonkeyPatch, tuple[str, ...]], None]


def in_measuring(patch: pytest.MonkeyPatch, bad: tuple[str, ...]) -> None:
    kind = type(discover()["benchmark"])
    measure = kind.measure

    def failing(self: Any, cells: Any, options: Any, rng: Any) -> Any:
        if set(cells.ids) & set(bad):
            raise ArithmeticError("of a Jane Doe")
        return measure(self, cells, options, rng)

    patch.setattr(kind, "measure", failing)


def in_grading(patch: pytest.MonkeyPatch, bad: tuple[str, ...]) -> None:
    review_place = run.review_place

    def failing(setting: Any, j: int, number: int) -> Any:
        if setting.cells.ids[j] in bad:
            raise MemoryError
        return review_place(setting, j, number)

    patch.setattr(run, "review_place", failing)


def in_grading_apart(patch: pytest.MonkeyPatch, bad: tuple[str, ...]) -> None:
    in_grading(patch, bad)
    patch.setattr(run, "_MANY", 2)


def in_time(patch: pytest.MonkeyPatch, bad: tuple[str, ...]) -> None:
    review_place = run.review_place

    def waiting(setting: Any, j: int, number: int) -> Any:
        if setting.cells.ids[j] in bad:
            time.sleep(60)
        return review_place(setting, j, number)

    patch.setattr(run, "within", lambda: limits.within(0.5))
    patch.setattr(run, "review_place", waiting)


def in_pages(patch: pytest.MonkeyPatch, bad: tuple[str, ...]) -> None:
    place = Renderer.place

    def failing(self: Renderer, index: int) -> str:
        if self.context.review.places[index].place in bad:
            raise KeyError("Jane Doe")
        return place(self, index)

    patch.setattr(Renderer, "place", failing)


def in_a_killed_worker(patch: pytest.MonkeyPatch, bad: tuple[str, ...]) -> None:
    place, owner = Renderer.place, os.getpid()

    def dying(self: Renderer, index: int) -> str:
        if self.context.review.places[index].place in bad and os.getpid() != owner:
            os.kill(os.getpid(), signal.SIGKILL)
        return place(self, index)

    patch.setattr(Renderer, "place", dying)
    patch.setattr(pages, "_FEW", 2)


@pytest.fixture(scope="module")
def excluded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[str, ...]], Path]:
    """Run the audit whose configuration excludes some places, once for each set of them."""
    done: dict[tuple[str, ...], Path] = {}

    def made(bad: tuple[str, ...]) -> Path:
        if bad not in done:
            folder = tmp_path_factory.mktemp("excluded")
            config = write_counties(folder, PLACES, bad)
            assert cli.main(["run", str(config), "--out", str(folder / "out"), "--quiet"]) == 0
            done[bad] = folder / "out"
        return done[bad]

    return made


@pytest.mark.parametrize(
    ("poison", "bad", "error"),
    [
        (in_measuring, TEN[:1], "ArithmeticError"),
        (in_measuring, TEN, "ArithmeticError"),
        (in_grading, TEN, "MemoryError"),
        (in_grading_apart, TEN[:2], "MemoryError"),
        (in_time, TEN[:1], "TimeoutError"),
        (in_pages, TEN[:1], "KeyError"),
        (in_pages, TEN, "KeyError"),
        (in_a_killed_worker, TEN[:1], KILLED),
    ],
)
def test_the_others_are_as_if_it_had_been_left_out(
    poison: Poison,
    bad: tuple[str, ...],
    error: str,
    excluded: Callable[[tuple[str, ...]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = excluded(bad)
    config = write_counties(tmp_path / "in", PLACES)
    capsys.readouterr()
    poison(monkeypatch, bad)
    out = tmp_path / "out"
    assert cli.main(["run", str(config), "--out", str(out), "--workers", "2"]) == 5
    said = capsys.readouterr().err
    assert [line for line in said.splitlines() if line.startswith("failed")] == [f"failed: {p}: {error}" for p in bad]
    assert "Jane" not in said
    monkeypatch.undo()
    assert cli.main(["verify", str(out)]) == 0
    ours, theirs = (json.loads((folder / "review.json").read_text()) for folder in (out, other))
    assert ours.pop("failures") == [{"error": error, "place": place} for place in bad]
    assert theirs.pop("failures") == []
    hashes = [review["audit"].pop("config_sha256") for review in (ours, theirs)]
    assert [review["audit"].pop("exclude") for review in (ours, theirs)] == [[], list(bad)]
    assert ours == theirs
    names = sorted(path.name for path in (other / "places").iterdir())
    assert names == sorted(path.name for path in (out / "places").iterdir())
    assert len(names) == PLACES - len(bad)
    for name in names:  # pages and a table name the configuration that they were made with: nothing else may differ
        page = (out / "places" / name).read_text().replace(*hashes)
        assert page == (other / "places" / name).read_text()
    assert [row["place"] for row in csv.DictReader((out / "tables" / "failures.csv").read_text().splitlines())] == list(
        bad
    )
    for table in (path for path in (other / "tables").iterdir() if path.name != "failures.csv"):
        assert (out / "tables" / table.name).read_text().replace(*hashes) == table.read_text()
    assert sorted(tmp_path.iterdir()) == [tmp_path / "in", out]


@pytest.mark.parametrize("poison", [in_measuring, in_grading, in_pages])
def test_what_fails_for_every_place_is_a_fault_of_ours(
    poison: Poison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_counties(tmp_path / "in", 4)
    poison(monkeypatch, tuple(f"{1001 + 2 * j:05d}" for j in range(4)))
    assert cli.main(["run", str(config), "--out", str(tmp_path / "out")]) == 1
    assert "unexpected error" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_crew_keeps_the_order_and_survives_its_workers() -> None:
    def work(task: int) -> str:
        if task % 7 == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        if task % 7 == 5:
            raise LookupError
        return str(task * task)

    with Crew(work, 2) as crew:
        found = list(crew.results(range(40)))
    expected = {3: Failed(KILLED), 5: Failed("LookupError")}
    assert found == [(task, expected.get(task % 7, str(task * task))) for task in range(40)]


def test_what_a_worker_died_of_by_chance_is_tried_once_more(tmp_path: Path) -> None:
    def work(task: int) -> str:
        mark = tmp_path / str(task)
        if task % 4 == 1 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return str(task)

    with Crew(work, 2) as crew:
        assert list(crew.results(range(12))) == [(task, str(task)) for task in range(12)]


def test_a_limit_ends_and_leaves_no_trace() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TimeoutError), limits.within(0.05):
        time.sleep(60)
    with limits.within(60):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before
