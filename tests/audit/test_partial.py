"""What a stopped or killed run keeps, and what the next one makes of it."""

import errno
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from auditor.audit import output, partial
from auditor.audit.output import OutputFolder
from auditor.errors import AuditorError, UsageError

KEY, OTHER = "a" * 64, "b" * 64
PAGES = {f"places/{name}.html": f"<p>{name}" for name in "abcdef"}


def write(out: Path, *, key: str = KEY, resume: bool = False, stop_at: str = "") -> tuple[list[str], list[str]]:
    """Write an output of a review and six pages, two a batch; return what was said and which files were made."""
    said: list[str] = []
    made: list[str] = []
    with OutputFolder(out, key=key, resume=resume, tell=said.append) as folder:
        for count, (name, text) in enumerate({"review.json": "{}", **PAGES}.items()):
            if name == stop_at:
                raise KeyboardInterrupt
            if not folder.has(name):
                folder.write(name, text)
                made.append(name)
            if count % 2 == 0:
                folder.keep()
    return said, made


def stopped(out: Path, *, key: str = KEY, at: str = "places/f.html") -> list[str]:
    """Stop a run; return the notes that its interruption carries."""
    with pytest.raises(KeyboardInterrupt) as caught:
        write(out, key=key, stop_at=at)
    return list(caught.value.__notes__)


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def kept(parent: Path) -> Path:
    (folder,) = parent.glob(".out.partial-*")
    return folder


def test_a_stopped_run_is_gone_on_with_to_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "whole")
    assert stopped(tmp_path / "out") == [output._KEPT]
    assert not (tmp_path / "out").exists()
    assert stat.S_IMODE(kept(tmp_path).stat().st_mode) == 0o700
    said, made = write(tmp_path / "out", resume=True)
    assert said == ["going on: the review and 4 pages are there"]  # the fifth was of no batch yet
    assert made == ["places/e.html", "places/f.html"]
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "whole"]


def break_off(out: Path, error: type[BaseException], key: str) -> None:
    with OutputFolder(out, key=key) as folder:
        folder.write("review.json", "{}")
        folder.keep()
        raise error


def test_nothing_is_kept_before_the_review_and_after_an_error(tmp_path: Path) -> None:
    assert stopped(tmp_path / "out", at="review.json") == [output._NOTHING]
    with pytest.raises(RuntimeError):
        break_off(tmp_path / "out", RuntimeError, KEY)
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path / "out", KeyboardInterrupt, "")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_kept_of_inputs_that_changed_while_they_were_read(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt) as caught:
        unsure(tmp_path / "out")
    assert caught.value.__notes__ == [output._NOTHING]
    assert list(tmp_path.iterdir()) == []


def unsure(out: Path) -> None:
    with OutputFolder(out, key=KEY) as folder:
        folder.keep_nothing()
        folder.write("review.json", "{}")
        folder.keep()
        raise KeyboardInterrupt


def test_without_resume_what_was_kept_is_removed_and_that_is_said(tmp_path: Path) -> None:
    stopped(tmp_path / "out")
    said, made = write(tmp_path / "out")
    assert said == ["what an interrupted run had finished is removed (--resume goes on from such)"]
    assert made == ["review.json", *PAGES]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_of_another_run_is_removed_and_that_is_said(tmp_path: Path) -> None:
    stopped(tmp_path / "out", key=OTHER)
    said, made = write(tmp_path / "out", resume=True)
    assert said == [
        "what an interrupted run had finished is removed (of other inputs, another configuration or version)",
        "nothing of this run was kept: it starts from the beginning",
    ]
    assert made == ["review.json", *PAGES]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def spoil_page(folder: Path) -> None:
    (folder / "out/places/a.html").write_text("<p>forged")


def spoil_batch(folder: Path) -> None:
    listed = folder / "batch-00002.json"
    listed.write_text(listed.read_text().replace("places/a.html", "places/z.html"))


def spoil_review(folder: Path) -> None:
    (folder / "out/review.json").write_text("[]")


def cut_batch(folder: Path) -> None:
    listed = folder / "batch-00003.json"
    listed.write_text(listed.read_text()[:40])


def link_page(folder: Path) -> None:
    page = folder / "out/places/a.html"
    page.rename(folder.parent / "elsewhere")
    page.symlink_to(folder.parent / "elsewhere")


@pytest.mark.parametrize(
    ("spoil", "again", "damaged"),
    [
        (spoil_page, {"places/a.html"}, 1),
        (link_page, {"places/a.html"}, 1),
        (spoil_batch, {"places/a.html", "places/b.html"}, 1),
        (cut_batch, {"places/c.html", "places/d.html"}, 1),
        (spoil_review, {"review.json", "places/a.html", "places/b.html", "places/c.html", "places/d.html"}, 3),
    ],
)
def test_what_is_damaged_is_made_again_and_that_is_said(
    tmp_path: Path, spoil: Any, again: set[str], damaged: int
) -> None:
    stopped(tmp_path / "out")
    spoil(kept(tmp_path))
    said, made = write(tmp_path / "out", resume=True)
    assert set(made) == again | {"places/e.html", "places/f.html"}
    assert said[0].endswith(f"; {damaged} damaged checkpoints are made again")
    write(tmp_path / "whole")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_what_is_not_ours_is_neither_used_nor_removed(tmp_path: Path) -> None:
    stopped(tmp_path / "out", key=OTHER)
    foreign = kept(tmp_path)
    foreign.chmod(0o755)  # somebody else could have written to it
    plain = tmp_path / ".out.partial-notes"
    plain.mkdir(mode=0o700)
    (plain / "thesis.txt").write_text("ten years")
    assert write(tmp_path / "out", resume=True)[0] == ["nothing of this run was kept: it starts from the beginning"]
    assert foreign.is_dir()
    assert (plain / "thesis.txt").is_file()
    with pytest.raises(UsageError, match="not ours"):
        write(tmp_path / "out", key=OTHER, resume=True)
    assert foreign.is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([foreign.name, plain.name, "out"])


def test_pages_of_an_earlier_review_are_forgotten(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out", key=KEY) as folder:
        folder.write("review.json", "old")
        folder.write("places/a.html", "old")
        folder.keep()
        folder.restart()
        assert json.loads((kept(tmp_path) / "auditor-partial.json").read_text())["key"] == KEY
        assert sorted(path.name for path in kept(tmp_path).rglob("*")) == ["auditor-partial.json", "out"]
        folder.write("review.json", "new")
        folder.keep()
    assert sorted(tree(tmp_path / "out")) == ["SHA256SUMS", "datapackage.json", "review.json"]


def test_a_stop_after_publishing_is_no_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = output.publish

    def then_stopped(staging: Path, target: Path) -> None:
        publish(staging, target)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(output, "publish", then_stopped)
    with pytest.raises(KeyboardInterrupt) as caught:
        write(tmp_path / "out")
    assert caught.value.__notes__ == ["the output was complete by then"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(partial.os, "fsync", lambda descriptor: None if not list(tmp_path.rglob("*.json")) else full(0))
    with pytest.raises(AuditorError) as caught:
        write(tmp_path / "out")
    assert caught.value.exit_code == 1
    assert "the disk is full" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a file system is mounted")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=False)
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        write(small / "out")
        before = tree(small / "out")
        with pytest.raises(AuditorError, match="the output could not be written") as caught:
            big(small / "out")
        assert "the disk is full" in str(caught.value)
        assert [path.name for path in small.iterdir()] == ["out"]
        assert tree(small / "out") == before
    finally:
        subprocess.run(["umount", str(small)], check=True)


def big(out: Path) -> None:
    with OutputFolder(out, key=KEY) as folder:
        folder.write("review.json", "{}")
        folder.keep()
        for count in range(8):
            folder.write(f"places/{count}.html", "x" * 200_000)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a file system is mounted")
def test_a_disk_that_is_really_read_only(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,ro", "tmpfs", str(small)], check=False)
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        with pytest.raises(UsageError, match="read-only"):
            write(small / "out")
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_folder_that_nobody_may_write_to(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    program = (
        "import os, sys\n"
        "from auditor.audit.output import OutputFolder\n"
        "from auditor.errors import UsageError\n"
        "os.geteuid() or os.setuid(65534)\n"
        "try:\n"
        "    with OutputFolder(sys.argv[1], key='a' * 64) as folder:\n"
        "        folder.write('review.json', '{}')\n"
        "except UsageError as error:\n"
        "    sys.stderr.write(str(error))\n"
        "    sys.exit(error.exit_code)"
    )
    # Every folder that pytest made for this test, however deep: none of them may keep the other user out.
    for folder in closed.parents:
        if folder.owner() == closed.owner() and not folder.stat().st_mode & 0o005 and folder != Path(folder.anchor):
            folder.chmod(folder.stat().st_mode | 0o055)
    if os.geteuid() == 0:
        os.chown(closed, 65534, -1)
    ended = subprocess.run(
        [sys.executable, "-c", program, str(closed / "out")], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2, ended.stderr
    assert "no permission to write there" in ended.stderr
    assert list(closed.iterdir()) == []
    shutil.rmtree(closed)


@pytest.mark.skipif(os.geteuid() != 0, reason="root enters every folder, and becomes nobody here")
def test_a_folder_that_may_not_even_be_entered(tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "from auditor.audit.output_names import target\n"
        "from auditor.errors import UsageError\n"
        "os.setuid(65534)\n"
        "try:\n"
        "    target(sys.argv[1])\n"
        "except UsageError as error:\n"
        "    sys.stderr.write(str(error))\n"
        "    sys.exit(error.exit_code)"
    )
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    given = [sys.executable, "-c", program, str(closed / "inside" / "out")]
    ended = subprocess.run(given, capture_output=True, text=True, check=False)
    assert ended.returncode == 2, ended.stderr
    assert "no permission to write there" in ended.stderr
