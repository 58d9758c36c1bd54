"""Files made to harm: each is refused (or read) in bounded memory and time, whatever it claims to hold.

The limits are generous and hard: 60 seconds of processor time and 4 GB of addresses end the process, which fails the
test; what it then took of memory is held to 1 GB. Nothing is timed by the clock.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hostile.corpus import FILES, Hostile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory and time are those of Linux")
ROOT = Path(__file__).resolve().parents[2]
SECONDS, BYTES, RESIDENT = 60, 4 << 30, 1 << 20

Check = Callable[..., dict]


@pytest.fixture(scope="module")
def check() -> Iterator[Check]:
    """Run ``auditor check`` under limits; gives exit code, text and largest memory in kilobytes."""
    command = [sys.executable, str(Path(__file__).with_name("runner.py"))]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT), "PATH": ""}
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def ask(*arguments: Path | str) -> dict:
        task = {"arguments": [str(argument) for argument in arguments], "seconds": SECONDS, "bytes": BYTES}
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
        answer: dict = json.loads(process.stdout.readline())
        assert answer["code"] >= 0, answer["text"]
        assert answer["kilobytes"] <= RESIDENT, f"{answer['kilobytes']:,} KB"
        assert "unexpected error" not in answer["text"], answer["text"]
        return answer

    yield ask
    process.stdin.close()
    process.stdout.close()
    process.wait(timeout=60)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_hostile_file_ends_in_words(check: Check, tmp_path: Path, file: Hostile):
    path = tmp_path / file.name
    path.write_bytes(file.make())
    answer = check("check", path)
    assert answer["code"] == file.code, answer["text"]
    assert file.says in answer["text"], answer["text"]
    assert "root:" not in answer["text"]
    assert len(answer["text"]) < 20_000
    assert [left.name for left in tmp_path.iterdir()] == [file.name]
