"""The program itself: it listens on this computer alone, lets in by the link, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the extra app is not installed")

from auditor import cli, cli_app
from auditor.app.case import Case
from auditor.app.serve import HOST

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not sent there")


@contextmanager
def program(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the program; give its process and the link that it prints."""
    started = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from auditor.cli import main; sys.exit(main())",
            "app",
            "--no-browser",
            *arguments,
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(folder), "HOME": str(folder)},
    )
    try:
        assert started.stderr is not None
        said = ""
        while "http" not in said:
            line = started.stderr.readline()
            assert line, "it ended before it said its link"
            said = line.strip()
        yield started, said
    finally:
        started.kill()
        started.communicate()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux lists what listens this way")
def test_it_listens_here_alone_and_leaves_nothing(tmp_path: Path) -> None:
    with program(tmp_path) as (started, link):
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/open\?token=([\w-]{40,})", link)
        assert found is not None
        port = int(found.group(1))
        assert _listening(port) == {"0100007F"}  # 127.0.0.1, and no other address of this computer
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(link) as answer:
            assert answer.status == 200
            assert answer.headers.get("server") is None
        with opener.open(f"http://127.0.0.1:{port}/") as answer:
            assert b"Add files" in answer.read()
        evil = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open(evil)
        assert refused.value.code == 403
        refused.value.close()
        (root,) = tmp_path.glob("auditor-app-*")
        assert root.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in root.iterdir() if path.is_dir()} == {0o700}
        started.send_signal(signal.SIGINT)
        _, said = started.communicate(timeout=60)
    assert "new link" in said
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_by_the_system_it_leaves_nothing_either(tmp_path: Path, number: int) -> None:
    with program(tmp_path) as (started, _):
        assert len([*tmp_path.glob("auditor-app-*")]) == 1
        started.send_signal(number)
        started.communicate(timeout=60)
    assert [*tmp_path.iterdir()] == []


def _listening(port: int) -> set[str]:
    """Return the addresses that listen on a port, as the system lists them."""
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    return {
        fields[1].split(":")[0] for fields in lines if fields[3] == "0A" and int(fields[1].split(":")[1], 16) == port
    }


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        assert cli.main(["app", "--no-browser", "--port", str(other.getsockname()[1])]) == 2
    assert "cannot be used here" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli_app, "find_spec", lambda name: None)
    assert cli.main(["app"]) == 2
    assert 'pip install "auditor[app]"' in capsys.readouterr().err


def test_no_other_address_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["app", "--host", "0.0.0.0"]) == 2
    assert HOST == "127.0.0.1"
    capsys.readouterr()


def test_what_a_killed_program_left_is_removed_and_what_is_open_stays(tmp_path: Path) -> None:
    killed = tmp_path / "auditor-app-killed"
    killed.mkdir()
    (killed / "lock").touch()
    (killed / "arrests.csv").write_text("a")
    first = Case.open(tmp_path)
    second = Case.open(tmp_path)
    assert not killed.exists()
    assert first.root.is_dir()
    for case in (first, second):
        assert case.close() is None
        assert not case.root.exists()


def test_a_case_that_is_kept_lies_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    kept = []
    for _ in range(2):
        case = Case.open(tmp_path)
        (case.data / "a.csv").write_text("a")
        case.keep = True
        kept.append(case.close())
    assert [path.name for path in kept if path] == ["auditor-case-1", "auditor-case-2"]
    inside = {
        path.relative_to(tmp_path / "auditor-case-1").as_posix() for path in (tmp_path / "auditor-case-1").rglob("*")
    }
    assert inside == {"case", "case/a.csv", "letters"}
    assert (tmp_path / "auditor-case-1").stat().st_mode & 0o777 == 0o700
