"""The output folder: whole or not at all, one writer, nothing outside of it."""

import errno
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.audit import datapackage, output, publish
from auditor.audit.output import OutputFolder
from auditor.audit.output_names import safe_name
from auditor.errors import AuditorError, UsageError

Snapshot = Callable[[str, str], None]


def write_one(path: Path, text: str = "one", name: str = "places/a.html") -> None:
    with OutputFolder(path, {"title": "Example"}) as folder:
        folder.write(name, text)


def fail_after(path: Path, files: dict[str, str]) -> None:
    with OutputFolder(path) as folder:
        for name, text in files.items():
            folder.write(name, text)
        raise RuntimeError


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def whole(folder: Path) -> bool:
    """Ask the system's own tool."""
    tool = ["sha256sum"] if shutil.which("sha256sum") else ["shasum", "-a", "256"]
    checked = subprocess.run([*tool, "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False)
    return checked.returncode == 0


def test_a_folder_appears_with_hashes_that_stock_tools_check(tmp_path: Path) -> None:
    write_one(tmp_path / "deep" / "out", "Doña Ana\n")
    out = tmp_path / "deep" / "out"
    assert names(tmp_path / "deep") == ["out"]
    assert (out / "places/a.html").read_bytes() == "Doña Ana\n".encode()
    sums = (out / "SHA256SUMS").read_bytes()
    assert b"\r" not in sums
    assert [line.split(b"  ")[1] for line in sums.splitlines()] == [b"datapackage.json", b"places/a.html"]
    assert whole(out)


def test_the_data_package_lists_every_other_file(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out", {"title": "Example"}) as folder:
        folder.write("tables/findings.csv", "a,b\n")
        folder.write("index.html", b"x")
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text())
    assert package["title"] == "Example"
    # sha256 of "a,b\n": printf 'a,b\n' | sha256sum
    assert package["resources"][1] == {
        "name": "tables-findings.csv",
        "path": "tables/findings.csv",
        "profile": "tabular-data-resource",
        "dialect": {"delimiter": ","},
        "schema": {
            "fields": [{"name": "a", "type": "any"}, {"name": "b", "type": "any"}],
            "missingValues": [""],
        },
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": 4,
        "hash": "sha256:5be08c9684a1d25efcee09318204824278b08bbfb4aef973ffefd0b9d7478313",
    }
    assert [entry["path"] for entry in package["resources"]] == ["index.html", "tables/findings.csv"]


def test_names_of_resources_are_unique() -> None:
    text = datapackage.datapackage({"a/b.csv": ("1" * 64, 1), "a-b.csv": ("2" * 64, 1)}, {})
    resources = json.loads(text)["resources"]
    assert len({entry["name"] for entry in resources}) == 2


def test_staging_is_private_and_the_published_folder_follows_the_umask(tmp_path: Path) -> None:
    previous = os.umask(0o027)
    try:
        with OutputFolder(tmp_path / "out") as folder:
            folder.write("a.txt", "x")
            staging = next(entry for entry in tmp_path.iterdir() if "staging" in entry.name)
            assert staging.name == f".out.staging-{os.getpid()}"
            assert stat.S_IMODE(staging.stat().st_mode) == 0o700
            assert not (tmp_path / "out").exists()
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o750


def test_an_earlier_output_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write_one(tmp_path / "out", "old", "old.html")
    write_one(tmp_path / "out", "new", "new.html")
    assert names(tmp_path / "out") == ["SHA256SUMS", "datapackage.json", "new.html"]
    assert names(tmp_path) == ["out"]


def test_it_is_replaced_also_where_the_system_cannot_exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "exchange", lambda one, other: False)
    write_one(tmp_path / "out", "old", "old.html")
    write_one(tmp_path / "out", "new", "new.html")
    assert names(tmp_path / "out") == ["SHA256SUMS", "datapackage.json", "new.html"]
    assert names(tmp_path) == ["out"]


def test_the_old_output_is_put_back_when_the_second_of_two_steps_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_one(tmp_path / "out", "old")
    monkeypatch.setattr(publish, "exchange", lambda one, other: False)
    rename = os.rename

    def failing(old: Path, new: Path) -> None:
        if ".staging-" in str(old):
            raise OSError(errno.EIO, "Input/output error")
        rename(old, new)

    monkeypatch.setattr(publish.os, "rename", failing)
    with pytest.raises(AuditorError, match="nothing was published"):
        write_one(tmp_path / "out", "new")
    assert (tmp_path / "out/places/a.html").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_a_crash_between_the_two_steps_is_mended_by_the_next_run(tmp_path: Path) -> None:
    write_one(tmp_path / "out", "old")
    (tmp_path / "out").rename(tmp_path / ".out.previous")
    with pytest.raises(RuntimeError):
        fail_after(tmp_path / "out", {})
    assert (tmp_path / "out/places/a.html").read_text() == "old"
    write_one(tmp_path / ".." / tmp_path.name / "out", "new")
    (tmp_path / ".out.previous").mkdir()  # a crash after the second step
    write_one(tmp_path / "out", "newer")
    assert (tmp_path / "out/places/a.html").read_text() == "newer"
    assert names(tmp_path) == ["out"]


@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is Linux's")
def test_linux_exchanges_in_one_step(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "was").write_text(name)
    if not publish.exchange(tmp_path / "one", tmp_path / "other"):
        pytest.skip("this file system has no RENAME_EXCHANGE")
    assert (tmp_path / "one/was").read_text() == "other"
    with pytest.raises(FileNotFoundError):
        publish.exchange(tmp_path / "one", tmp_path / "absent")


def test_an_error_leaves_the_old_output_and_nothing_else(tmp_path: Path) -> None:
    write_one(tmp_path / "out", "old")
    with pytest.raises(RuntimeError):
        fail_after(tmp_path / "out", {"a.txt": "x"})
    assert (tmp_path / "out/places/a.html").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_only_an_empty_folder_or_an_earlier_output_is_replaced(tmp_path: Path, snapshot: Snapshot) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("ten years")
    with pytest.raises(UsageError) as caught:
        write_one(tmp_path / "mine")
    snapshot("output_something_else", str(caught.value))
    assert names(tmp_path) == ["mine"]
    (tmp_path / "mine" / "datapackage.json").write_text('{"name": "of somebody else"}')
    with pytest.raises(UsageError):
        write_one(tmp_path / "mine")
    (tmp_path / "empty").mkdir()
    write_one(tmp_path / "empty")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError) as caught:
        write_one(tmp_path / "file")
    snapshot("output_file", str(caught.value))
    with pytest.raises(UsageError) as caught:
        write_one(tmp_path / "file" / "out")
    snapshot("output_below_file", str(caught.value))
    assert (tmp_path / "file").read_text() == "x"


def test_links_are_refused_anywhere_in_the_path(tmp_path: Path, snapshot: Snapshot) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for path in (tmp_path / "link", tmp_path / "link" / "out", tmp_path / "link" / ".." / "out"):
        with pytest.raises(UsageError) as caught:
            write_one(path)
    snapshot("output_link", str(caught.value))
    assert names(tmp_path) == ["link", "real"]
    assert names(tmp_path / "real") == []
    with pytest.raises(UsageError, match="NUL"):
        OutputFolder(f"{tmp_path}/a\0b")
    with pytest.raises(UsageError, match="root of the disk"):
        OutputFolder("/")


def test_a_second_run_is_refused_while_the_first_writes(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as folder:
        folder.write("a.txt", "x")
        with pytest.raises(UsageError) as caught:
            write_one(tmp_path / "out")
        assert f"process {os.getpid()}, since 20" in str(caught.value)
        write_one(tmp_path / "elsewhere")
    assert names(tmp_path) == ["elsewhere", "out"]


PROGRAM = """
import sys, time
from auditor.audit.output import OutputFolder
with OutputFolder(sys.argv[1]) as folder:
    folder.write("half.html", "half")
    print("ready", flush=True)
    time.sleep(60)
"""


def test_a_killed_run_leaves_nothing_that_stops_the_next(tmp_path: Path) -> None:
    write_one(tmp_path / "out", "old")
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path / "out")], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        with pytest.raises(UsageError, match=f"process {process.pid}"):
            write_one(tmp_path / "out")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (tmp_path / "out/places/a.html").read_text() == "old"
    assert names(tmp_path) == [".out.lock", f".out.staging-{process.pid}", "out"]
    write_one(tmp_path / "out", "new")
    assert (tmp_path / "out/places/a.html").read_text() == "new"
    assert names(tmp_path) == ["out"]


def test_killed_at_any_moment_there_is_one_whole_output(tmp_path: Path) -> None:
    program = PROGRAM.replace("time.sleep(60)", "").replace('"half.html", "half"', '"new.html", "x" * 3_000_000')
    write_one(tmp_path / "out", "old")
    for attempt in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "out")], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(attempt * 0.001)
            process.kill()
        assert whole(tmp_path / "out")
        assert names(tmp_path / "out")[-1] in {"places", "new.html"}


def test_a_full_disk_is_said_with_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot
) -> None:
    write_one(tmp_path / "out", "old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    usage = type(output.shutil.disk_usage(tmp_path))
    monkeypatch.setattr(output.shutil, "disk_usage", lambda path: usage(5_000, 4_000, 1_000))
    monkeypatch.setattr(output.os, "fsync", full)
    with pytest.raises(AuditorError) as caught:
        write_one(tmp_path / "out", "x" * 2_000)
    assert caught.value.exit_code == 1
    snapshot("output_disk_full", str(caught.value))
    assert (tmp_path / "out/places/a.html").read_text() == "old"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize(("code", "name"), [(errno.EROFS, "read_only"), (errno.EACCES, "no_permission")])
def test_a_place_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot, code: int, name: str
) -> None:
    def refuse(self: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(UsageError) as caught:
        write_one(tmp_path / "out")
    snapshot(f"output_{name}", str(caught.value))


@pytest.mark.parametrize(
    "name",
    [
        "../escape.html",
        "/etc/passwd",
        "a/../b.html",
        "a//b.html",
        "a\\b.html",
        "nul\0.html",
        "tab\t.html",
        "\u202egnp.html",
        "doña.html",
        "con.html",
        "places/LPT1",
        "dot.",
        ".hidden",
        "-option",
        "",
        "a b.html",
        "x" * 101,
        "places/",
        "C:x.html",
    ],
)
def test_unsafe_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError):
        safe_name(name)
    with pytest.raises(ValueError), OutputFolder(tmp_path / "out") as folder:
        folder.write(name, "x")
    assert names(tmp_path) == []


def test_names_that_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="in case only"):
        fail_after(tmp_path / "out", {"Washington.html": "x", "washington.html": "y"})
    assert names(tmp_path) == []
