"""`run --resume` on real processes that are killed in every part of their work, or asked to stop."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from auditor import cli
from tests.audit.county_files import write_counties

PLACES = 30

PROGRAM = """
import os, signal, sys
from auditor import cli
from auditor.audit import api, face, measuring, output, pages, partial, run

def struck(module, name, call, number, after=False):
    '''Have the process struck by a signal at the given call of a function.'''
    own, count = getattr(module, name), 0
    def wrapped(*arguments, **options):
        nonlocal count
        count += 1
        if after:
            own(*arguments, **options)
        if count == call:
            os.kill(os.getpid(), number)
        if not after:
            return own(*arguments, **options)
    setattr(module, name, wrapped)

def at(stage, number):
    if stage == "reading":
        struck(run, "read_sources", 1, number)
    elif stage == "screening":
        struck(measuring, "run_screen", 1, number)
    elif stage == "review":  # written, and not yet of any batch
        struck(partial.Partial, "keep", 1, number)
    elif stage == "first pages":  # a batch is half written
        struck(output, "place_whole", 30, number)
    elif stage == "last pages":
        struck(partial.Partial, "keep", 3, number, after=True)
    elif stage == "publishing":
        struck(output, "publish", 1, number)
    elif stage == "published":
        struck(output, "publish", 1, number, after=True)

face._KEPT_EVERY = 8
pages._FEW = 8
if sys.argv[1] != "nowhere":
    at(sys.argv[1], int(sys.argv[2]))
sys.exit(cli.main(sys.argv[3:]))
"""


def tree(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


class Place:
    """Where runs of one audit write, beside the output of a run that was left alone."""

    def __init__(self, base: Path) -> None:
        self.config = write_counties(base / "in", PLACES)
        self.temporary = base / "temporary"
        self.temporary.mkdir()
        assert cli.main(["run", str(self.config), "--out", str(base / "alone"), "--quiet"]) == 0
        self.whole = tree(base / "alone")
        self.out = base / "beside" / "out"
        assert cli.main(["run", str(write_counties(base / "old", 3)), "--out", str(base / "earlier"), "--quiet"]) == 0
        self.earlier, self.before = base / "earlier", tree(base / "earlier")

    def fresh(self) -> None:
        """Put an earlier output there, and nothing else."""
        if self.out.parent.exists():
            shutil.rmtree(self.out.parent)
        shutil.copytree(self.earlier, self.out)

    def run(self, stage: str, number: signal.Signals, *more: str, workers: int = 2) -> subprocess.CompletedProcess[str]:
        """Run until a signal strikes; check that no process is left."""
        given = ["run", str(self.config), "--out", str(self.out), "--workers", str(workers), *more]
        command = [sys.executable, "-c", PROGRAM, stage, str(int(number)), *given]
        environment = {**os.environ, "TMPDIR": str(self.temporary)}
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        ) as process:
            # This waits until nobody holds the pipes any longer: a worker that outlived the run would hang the test.
            out, err = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def beside(self) -> list[str]:
        """Return what stands beside the output."""
        return sorted(path.name for path in self.out.parent.iterdir() if path != self.out)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("resume"))


def test_killed_again_and_again_it_ends_with_the_same_bytes(place: Place) -> None:
    place.fresh()
    said = []
    for stage in ("reading", "screening", "review", "first pages", "last pages", "publishing"):
        ended = place.run(stage, signal.SIGKILL, "--resume")
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert tree(place.out) == place.before, f"killed in {stage}"
        said.append(ended.stderr.strip())
    # A folder without a whole review is of no use.
    assert said[:4] == ["nothing of this run was kept: it starts from the beginning"] * 4
    pages = [int(line.split(" pages")[0].split()[-1]) for line in said[4:]]
    assert 0 < pages[0] < pages[1] < PLACES
    ended = place.run("nowhere", signal.SIGKILL, "--resume", workers=1)
    assert ended.returncode == 0, ended.stderr
    assert f"going on: the review and {PLACES + 1} pages are there" in ended.stderr
    assert tree(place.out) == place.whole
    assert place.beside() == []
    assert list(place.temporary.iterdir()) == []


def test_killed_once_it_is_published_the_output_is_whole(place: Place) -> None:
    place.fresh()
    assert place.run("published", signal.SIGKILL).returncode == -signal.SIGKILL
    assert tree(place.out) == place.whole


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_asked_to_stop_it_says_how_to_go_on(place: Place, number: signal.Signals, code: int) -> None:
    place.fresh()
    ended = place.run("last pages", number)
    assert ended.returncode == code
    assert ended.stderr.strip().count("\n") == 0
    assert "nothing was published; the same command with --resume goes on" in ended.stderr
    assert tree(place.out) == place.before
    assert len(place.beside()) == 1
    assert list(place.temporary.iterdir()) == []
    if number == signal.SIGINT:
        return
    ended = place.run("nowhere", number, "--resume", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert tree(place.out) == place.whole
    assert place.beside() == []
