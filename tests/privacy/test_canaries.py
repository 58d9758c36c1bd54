"""Two hundred texts in personal columns stand in no output, message, log, cache or temporary folder (P4, P7, P8)."""

import base64
import os
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

import pytest

from auditor import cli
from auditor.audit.config import load_config
from auditor.audit.run import open_engine, read_sources
from auditor.records.store import Store
from auditor.signals.registry import discover
from tests.privacy.records import MADE, PERSONAL, canaries, files_under, found_in, write

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("crcl", "records-request", "agency-notice")
FORMS = ("md", "html", "docx")
"""A letter as PDF is a print of the one in HTML."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home and a temporary folder of one's own, in which everything that is left behind shows."""
    for name, variable in (("home", "HOME"), ("temp", "TMPDIR"), ("home", "XDG_CACHE_HOME")):
        (tmp_path / name).mkdir(exist_ok=True)
        monkeypatch.setenv(variable, str(tmp_path / name))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def hits(*folders: Path) -> list[str]:
    return [hit for name, raw in files_under(*folders) for hit in found_in(raw, name)]


def test_there_are_two_hundred_and_they_would_be_found(tmp_path: Path) -> None:
    config = write(tmp_path)
    raw = (config.parent / "people.csv").read_bytes()
    assert MADE == len(set(canaries())) == 10 * len(PERSONAL)
    assert all(name.encode() in raw for name in canaries())
    for shift in range(3):
        assert found_in(base64.b64encode(b"-" * shift + canaries()[7].encode() + b"--"))
    assert found_in("Qzx001CANARY".encode("utf-16-le").lower())
    assert not found_in(b"nothing of the kind")


def test_no_cell_that_a_signal_sees_holds_one(tmp_path: Path) -> None:
    """Rows stay in the database: what a model gets are groups, dates, marks, and numbers in place of people."""
    config, store = load_config(write(tmp_path)), Store()
    try:
        engine = open_engine(config, read_sources(config, store))
        held = store.connection.execute("SELECT officer, person, surname FROM events").fetchall()
        assert sum(found_in(str(row).encode()) != [] for row in held) == len(held) == 900, "they are in the database"
        seen = 0
        for signal in discover().values():
            cells = engine.cells(signal.view(config.options(signal.card.name)))
            for table in (cells.counts, cells.population, *([cells.rows] if cells.rows is not None else [])):
                for name, values in table.columns.items():
                    assert found_in("\n".join(map(str, values)).encode()) == [], (signal.card.name, name)
                    seen += 1
        assert seen > 100
    finally:
        store.close()


def test_no_output_holds_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write(home / "in")
    out, place = home / "out", "48001"
    for call in (
        ["check", str(config)],
        ["check", str(config), "--json"],
        ["check", str(config), "--verbose"],
        ["counts", str(config), "--out", "-"],
        ["init", str(config.parent / "people.csv"), "--out", str(home / "made.toml")],
        ["run", str(config), "--out", str(out), "--json"],
        ["explain", str(out), "--place", place],
        ["verify", str(out)],
    ):
        code = cli.main(call)
        said = capsys.readouterr()
        assert code in (0, 4), (call, said.err)
        assert found_in((said.out + said.err).encode()) == [], call
    (home / "letters").mkdir()
    for kind, form in product(KINDS, FORMS):
        letter = home / "letters" / f"{kind}.{form}"
        cli.main(["letter", str(out), "--place", place, "--kind", kind, "--format", form, "--out", str(letter)])
    capsys.readouterr()
    written = {path.name for path in (home / "letters").iterdir()}
    assert {f"{kind}.{form}" for kind, form in product(("records-request", "agency-notice"), FORMS)} <= written
    assert (out / "review.json").is_file()
    assert hits(out, home / "letters", home / "home", home / "temp") == []
    assert str(home).encode() not in b"".join(raw for _, raw in files_under(out))
    assert list((home / "temp").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("cell", lambda text: text.replace("2011-03-03", "Qzx003canary", 1)),
        ("date", lambda text: text.replace(",arrest,2011", ",Qzx004canary,2011")),
        ("torn", lambda text: text[: len(text) // 2] + '"' + text[len(text) // 2 :]),
        ("short", lambda text: text + "48001,Qzx005canary\n"),
        ("headless", lambda text: text.split("\n", 1)[1]),
        ("place", lambda text: text.replace("\n48001,", "\nNowhere,")),
    ],
)
def test_a_file_that_cannot_be_read_is_told_without_them(
    name: str, change, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Personal columns only: what stands in a column that is read may be quoted, and is no canary here."""
    config = write(home / "in", rows=120)
    people = config.parent / "people.csv"
    people.write_text(change(people.read_text(encoding="utf-8")), encoding="utf-8")
    for call in (["check", str(config)], ["run", str(config), "--out", str(home / "out"), "--json"]):
        cli.main(call)
        said = capsys.readouterr()
        text = said.out + said.err
        for allowed in ("Qzx003canary", "Qzx004canary"):
            text = text.replace(allowed, "")
        assert found_in(text.encode()) == [], (name, text)
    assert hits(home / "home", home / "temp") == []


def test_an_unexpected_error_shows_none(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    """An exception that carries one in its text, as a library's may."""
    from auditor.audit import api

    def broken(*given: object, **named: object) -> None:
        raise RuntimeError(f"could not convert {canaries()[0]}")

    monkeypatch.setattr(api, "check", broken)
    assert cli.main(["check", str(write(home / "in", rows=20))]) == 1
    said = capsys.readouterr()
    assert "unexpected" in said.err
    assert found_in((said.out + said.err).encode()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="signals and process memory as on Linux")
def test_a_killed_run_leaves_private_files_only_and_the_next_one_removes_them(home: Path) -> None:
    config = write(home / "in", rows=3000)
    command = [sys.executable, "-c", _KILLED, str(config), str(home / "out")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == -9, ended.stderr
    (left,) = (home / "temp").iterdir()
    assert left.stat().st_mode & 0o077 == 0
    own = [path for path in left.rglob("*") if path.is_file() and path.stat().st_nlink == 1]
    assert own  # beside links to the user's own files, which nobody else reaches through this folder
    assert [path.name for path in own if path.stat().st_mode & 0o077] == []
    assert cli.main(["check", str(config)]) == 0
    assert list((home / "temp").iterdir()) == []


_KILLED = """
import os, signal, sys
from auditor.audit import run
from auditor.cli import main
def kill(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)
run.measured_audit = kill
main(["run", sys.argv[1], "--out", sys.argv[2]])
"""
