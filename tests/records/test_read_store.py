"""The store: private, locked down, gone afterwards (calibration.md P7, S7)."""

import os
import stat
import subprocess
import sys

import duckdb
import pytest

from auditor.records import own_folder as module
from auditor.records.store import Store, quote


def test_quote():
    assert quote('a"b; DROP TABLE x') == '"a""b; DROP TABLE x"'
    for bad in ("", "a\0b"):
        with pytest.raises(ValueError, match="SQL name"):
            quote(bad)


def test_folder_is_private_and_removed(tmp_path):
    with Store(root=tmp_path) as opened:
        folder = opened.temp
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        path = opened.scratch()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not folder.exists()
    opened.close()


def test_folder_is_removed_after_an_error(tmp_path):
    with pytest.raises(RuntimeError), Store(root=tmp_path):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{outside}')",
        "SELECT * FROM read_text('{outside}')",
        "SELECT * FROM read_parquet('{outside}')",
        "SELECT * FROM sniff_csv('{outside}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM '{outside}'",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '64GB'",
        "SET lock_configuration = false",
        "SELECT * FROM frame",
    ],
)
def test_locked_down(tmp_path, statement):
    outside = tmp_path / "outside.csv"
    outside.write_text("a,b\n1,2\n")
    frame = [1, 2]  # a replacement scan would find a local variable
    with Store() as opened, pytest.raises(duckdb.Error):
        opened.connection.execute(statement.format(outside=outside, folder=tmp_path))
    assert frame
    assert [path.name for path in tmp_path.iterdir()] == ["outside.csv"]


def test_declared_files_are_read_where_they_lie(tmp_path):
    path = tmp_path / "declared.csv"
    path.write_text("a,b\n1,2\n")
    with Store([path]) as opened:
        assert opened.admit(path) == path.resolve()
        assert opened.connection.execute("SELECT * FROM read_csv(?)", [str(path)]).fetchall() == [(1, 2)]


def test_other_files_are_linked_or_copied(tmp_path, monkeypatch):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")

    def no_links(*_):
        raise OSError

    with Store() as opened:
        for _ in range(2):
            inside = opened.admit(path)
            assert inside.parent == opened.temp
            assert opened.connection.execute("SELECT * FROM read_csv(?)", [str(inside)]).fetchall() == [(1, 2)]
            monkeypatch.setattr(module.os, "link", no_links)
    assert path.read_text() == "a,b\n1,2\n"


def test_folder_of_a_killed_process_is_swept(tmp_path):
    """A process that was killed leaves its folder; the next store removes it, but never one that is in use."""
    code = "import os, sys; from pathlib import Path; from auditor.records.store import Store; "
    code += "s = Store(root=Path(sys.argv[1])); print(s.temp, flush=True); os.kill(os.getpid(), 9)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, env=environment)
    left = done.stdout.strip()
    assert os.path.isdir(left)
    other = tmp_path / "auditor-notes"
    other.mkdir()
    with Store(root=tmp_path) as first, Store(root=tmp_path) as second:
        assert not os.path.isdir(left)
        assert first.temp.is_dir()
        assert second.temp.is_dir()
        assert other.is_dir()


def test_no_bar_is_drawn_among_the_results():
    """DuckDB draws one on stdout where it takes the program for an interactive one."""
    with Store() as opened:
        for connection in (opened.connection, opened.connection.cursor()):
            assert connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (False,)


def test_time_zone_is_fixed(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    with Store() as opened:
        assert opened.connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_folder_is_locked_before_others_can_see_it(tmp_path, monkeypatch):
    """Else a store that opens at the same moment would take it for abandoned and remove it."""
    hold = module._hold
    seen = []

    def watch(path):
        seen.append(path.parent.name.startswith(".auditor-"))
        assert list(tmp_path.glob("auditor-*")) == []
        return hold(path)

    monkeypatch.setattr(module, "_hold", watch)
    with Store(root=tmp_path) as opened:
        assert opened.temp.name.startswith("auditor-")
    assert seen == [True]
    assert list(tmp_path.iterdir()) == []
