"""A whole run connects to no internet address, and forks nothing that does: seen from the system's side (P6)."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.privacy.records import write

ROOT = Path(__file__).resolve().parents[2]
INTERNET = re.compile(r"\b(?:connect|sendto|sendmsg|bind)\(.*AF_INET6?\b")


def traced(tmp_path: Path, *arguments: str) -> tuple[int, str]:
    """Run a command of Python under strace and return its exit code and its network calls."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    log = tmp_path / "calls"
    command = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(log), sys.executable, *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    if not log.exists() or "ptrace" in ended.stderr:
        pytest.skip("this system lets no process be traced")
    return ended.returncode, log.read_text(encoding="utf-8", errors="replace")


def test_a_connection_would_be_seen(tmp_path: Path) -> None:
    """192.0.2.1 is for documentation: nobody has it."""
    program = "import socket; s = socket.socket(); s.setblocking(False); s.connect_ex(('192.0.2.1', 9))"
    _, calls = traced(tmp_path, "-c", program)
    assert INTERNET.search(calls)


def test_a_run_and_its_letters_connect_nowhere(tmp_path: Path) -> None:
    config, out = write(tmp_path / "in"), tmp_path / "out"
    program = "import sys; from auditor.cli import main; sys.exit(main(sys.argv[1:]))"
    code, calls = traced(tmp_path, "-c", program, "run", str(config), "--out", str(out), "--workers", "2")
    assert code == 0
    assert INTERNET.search(calls) is None, calls
    letter = ["letter", str(out), "--place", "48001", "--kind", "records-request", "--out", str(tmp_path / "a.md")]
    code, calls = traced(tmp_path, "-c", program, *letter)
    assert code == 0
    assert INTERNET.search(calls) is None, calls
