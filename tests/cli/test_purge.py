"""`auditor purge`: what a killed run leaves is listed and deleted, what lives or belongs to others is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from auditor import cli
from auditor.audit.output import OutputFolder
from auditor.audit.output_lock import Lock
from auditor.records.own_folder import own_folder, private_folder

HELD = """
import sys, time
from auditor.audit.output import OutputFolder
from auditor.records.own_folder import private_folder
with private_folder("frames-") as folder, OutputFolder(sys.argv[1], key="k" * 64) as out:
    (folder / "frame-1.csv").write_text("name")
    out.write("review.json", "{}")
    out.keep()
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system's temporary folder of this test's own."""
    base = tmp_path / "system"
    base.mkdir()
    monkeypatch.setenv("TMPDIR", str(base))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return base


def held(out: Path) -> subprocess.Popen[str]:
    """Start a process that is in the middle of a run."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.Popen([sys.executable, "-c", HELD, out], env=environment, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    return run


@pytest.mark.skipif(os.name != "posix", reason="files are locked by fcntl here")
def test_what_a_killed_run_leaves(temporary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = held(tmp_path / "out")
    try:
        assert cli.main(["purge", str(tmp_path), "--yes"]) == 0
        assert capsys.readouterr().out == "Nothing was left behind.\n"
        assert list(temporary.glob("auditor-frames-*/frame-1.csv"))
    finally:
        run.send_signal(signal.SIGKILL)
        run.communicate()
    assert cli.main(["purge", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.out.count("left: ") == 3
    assert "frames-" in told.out
    assert ".out.partial-" in told.out
    assert ".out.lock" in told.out
    assert list(temporary.glob("auditor-frames-*"))
    assert "--yes" in told.err
    assert cli.main(["purge", str(tmp_path), "--yes"]) == 0
    assert capsys.readouterr().out.count("deleted: ") == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["system"]
    assert not list(temporary.iterdir())


def test_outputs_and_the_files_of_others_stay(temporary: Path, tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as folder:
        folder.write("index.html", "page")
    (tmp_path / ".mine.lock").write_text("not a run's")
    (tmp_path / ".mine.partial-1").mkdir(mode=0o700)
    (tmp_path / ".notes.staging-1").mkdir(mode=0o755)
    (temporary / "auditor-kept").mkdir(mode=0o700)
    young = temporary / ".auditor-young"
    young.mkdir(mode=0o700)
    before = sorted(tmp_path.rglob("*"))
    assert cli.main(["purge", str(tmp_path), "--yes"]) == 0
    assert sorted(tmp_path.rglob("*")) == before
    os.utime(young, (0, 0))
    assert cli.main(["purge", str(tmp_path), "--yes"]) == 0
    assert not young.exists()


def test_an_output_that_is_being_written_is_left_alone(temporary: Path, tmp_path: Path) -> None:
    with Lock(tmp_path / ".out.lock"):
        (tmp_path / ".out.staging-1").mkdir(mode=0o700)
        assert cli.main(["purge", str(tmp_path), "--yes"]) == 0
        assert (tmp_path / ".out.staging-1").exists()
    assert cli.main(["purge", str(tmp_path), "--yes"]) == 0
    assert not (tmp_path / ".out.staging-1").exists()


def test_a_private_folder_is_closed_and_goes(temporary: Path) -> None:
    with private_folder("frames-") as folder:
        assert folder.parent == temporary.resolve()
        assert os.name != "posix" or folder.stat().st_mode & 0o777 == 0o700
        (folder / "inner").mkdir()
    assert not folder.exists()


@pytest.mark.skipif(os.name != "posix", reason="files are locked by fcntl here")
def test_the_next_run_sweeps_what_is_abandoned(temporary: Path) -> None:
    folder, lock = own_folder(temporary, "auditor-frames-")
    assert lock is not None
    with private_folder("letter-"):
        assert folder.exists()
    os.close(lock)
    with private_folder("letter-"):
        assert not folder.exists()


def test_a_folder_that_is_none_is_refused(temporary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["purge", str(tmp_path / "none")]) == 2
    assert "no folder" in capsys.readouterr().err
