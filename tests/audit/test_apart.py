"""Signals are measured in processes of their own; what comes out does not depend on it."""

import os
import signal
import time
from pathlib import Path

import pytest

from auditor.audit import apart, measuring
from auditor.audit.apart import Apart, Lost
from auditor.audit.config import load_config
from auditor.audit.run import audit
from auditor.resources import folder
from auditor.signals.registry import discover

pytestmark = pytest.mark.skipif(not apart.possible(), reason="needs a system on which processes are forked safely")


def test_a_result_comes_back_and_a_failure_is_told() -> None:
    assert Apart(lambda: {"answer": [1.5, None]}).result() == {"answer": [1.5, None]}
    with pytest.raises(Lost):
        Apart(lambda: 1 / 0).result()
    with pytest.raises(Lost):  # a function has no copy
        Apart(lambda: lambda: None).result()
    with pytest.raises(Lost):
        Apart(lambda: os.kill(os.getpid(), signal.SIGKILL)).result()


def test_a_daemon_forks_nothing() -> None:
    assert apart.possible()
    assert Apart(apart.possible).result() is False


def test_a_process_ends_with_the_block() -> None:
    with Apart(lambda: time.sleep(60)) as hand:
        process = hand._process
        assert process.is_alive()
    assert process.exitcode == -signal.SIGKILL


def test_a_process_does_not_outlive_its_owner(tmp_path: Path) -> None:
    told = tmp_path / "told"

    def waits() -> None:
        told.write_text(str(os.getpid()))
        time.sleep(60)

    owner = os.fork()
    if not owner:
        Apart(waits)
        while not told.exists() or not told.read_text():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(owner, 0)
    left = int(told.read_text())
    for _ in range(500):
        if _ended(left):
            return
        time.sleep(0.01)
    pytest.fail("it is still there")


def _ended(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.fixture
def apart_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "_MANY", 1)


@pytest.mark.usefixtures("apart_always")
def test_every_panel_comes_back_from_another_process_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_config(folder("configs") / "demo" / "audit.toml")
    alone = audit(settings).to_bytes()
    again: list[str] = []
    monkeypatch.setattr(measuring, "_measure", lambda bench, signal: again.append(signal.card.name))
    assert audit(settings, workers=2).to_bytes() == alone
    assert again == []  # nothing had to be measured here


@pytest.mark.usefixtures("apart_always")
def test_what_fails_in_another_process_fails_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(self: object, *given: object) -> None:
        raise ZeroDivisionError("everywhere")

    monkeypatch.setattr(type(discover()["benchmark"]), "measure", measure)
    with pytest.raises(ZeroDivisionError, match="everywhere"):
        audit(load_config(folder("configs") / "demo" / "audit.toml"), workers=2)
