"""`auditor check` in words: about one screen, and nothing lost but to `--verbose`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor import cli
from auditor.audit.check_report import CheckReport, SignalReach
from auditor.audit.check_text import SCREEN, WIDTH, height, lines
from auditor.domain.source import Ledger, Source
from auditor.records.adapter import found_adapters


def source(name: str, own: int, shared: int = 8) -> Source:
    ledger = Ledger(100).step("for a reason", 3, example="2, 3, 4")
    for note in [f"of the layout, {i}" for i in range(shared)] + [f"of {name} alone, {i}" for i in range(own)]:
        ledger = ledger.note(note)
    return Source(name, "0" * 64, "records", ledger)


SIGNALS = tuple(SignalReach(f"signal-{i}", "", i > 5, "" if i > 5 else f"lack {i % 2}") for i in range(9))
MANY = CheckReport(tuple(source(f"{year}.csv", 9) for year in range(2010, 2015)), signals=SIGNALS,
                   ask=("one thing", "another"), notes=("over all",))  # fmt: skip


def test_a_report_of_one_screen_is_left_as_it_is() -> None:
    report = CheckReport((source("a.csv", 2),), signals=SIGNALS)
    assert len(lines(report)) <= SCREEN
    assert lines(report, verbose=False) == lines(report)


def test_a_longer_one_is_shortened_to_a_screen() -> None:
    """5 files of 17 notes, 8 of them of every file: 85 notes, and 51 lines of notes even when each is said once."""
    short, whole = lines(MANY, verbose=False), lines(MANY)
    assert len(whole) > 2 * SCREEN
    assert len(short) <= SCREEN
    assert short[1] == "Shortened to a screen: --verbose shows everything, and --json holds it too."
    assert sum("of the layout, 0" in line for line in short) == 1
    assert "  note (of 5 of the files above): of the layout, 0" in short


def test_no_note_is_lost_without_being_counted() -> None:
    """Notes shown and notes counted are all notes, each said once: 8 of the layout and 5 x 9."""
    short = lines(MANY, verbose=False)
    shown = sum(bool(re.match(r" +note[ :]", line)) for line in short) - 1  # the one over all files is not of a file
    counted = sum(int(found[1]) for line in short if (found := re.fullmatch(r" +and (\d+) (?:more )?notes?", line)))
    assert shown + counted == 8 + 5 * 9


def test_rows_reasons_requests_and_questions_are_never_shortened() -> None:
    short, whole = lines(MANY, verbose=False), lines(MANY)
    kept = [line for line in whole if "note:" not in line and not line.startswith("  no: ")]
    assert [line for line in kept if line not in short] == []
    assert "  no: signal-0, signal-2, signal-4: lack 0" in short
    assert "  note: over all" in short


def test_signals_that_need_rows_stand_on_one_line() -> None:
    needs = {"hit-rate": "contraband, group", "hold-time": "release_date"}
    wanted = [SignalReach(name, "", False, f"no source that lists stops row by row says of them: {columns}")
              for name, columns in needs.items()]  # fmt: skip
    report = CheckReport(MANY.sources, signals=tuple(wanted))
    said = "hit-rate (contraband, group); hold-time (release_date)"
    assert f"  no: no source says row by row what these need: {said}" in lines(report, verbose=False)


def test_lines_longer_than_a_screen_is_wide_count_for_several() -> None:
    assert height(["", "x" * WIDTH, "x" * (WIDTH + 1), "a\nb"]) == 1 + 1 + 2 + 2
    rows = "one row for each event that tells, for the signals named: group (hit-rate, no-charge and 7 more), sex (a-b)"
    asked = (rows, *(f"{i}: " + "something long " * 16 for i in range(9)))
    report = CheckReport(MANY.sources, signals=SIGNALS, ask=asked)
    short = lines(report, verbose=False)
    assert "  - one row for each event that tells: group, sex" in short
    assert "  - and 4 more: --verbose" in short
    assert [line for line in lines(report) if line.startswith("  - ")] == [f"  - {item}" for item in asked]


def test_notes_on_how_a_file_is_made_come_last() -> None:
    ledger = Ledger(100)
    for note in ("the file was packed with gzip", "column 'Dt' read as date", *(f"n{i}" for i in range(60)), "last"):
        ledger = ledger.note(note)
    short = lines(CheckReport((Source("a.csv", "0" * 64, "records", ledger),)), verbose=False)
    assert "    note: n0" in short
    assert not any("gzip" in line for line in short)


def test_what_is_never_shortened_may_take_more_than_a_screen() -> None:
    report = CheckReport(tuple(source(f"{i}.csv", 1) for i in range(30)))
    short = lines(report, verbose=False)
    assert len(short) > SCREEN
    assert sum("97 used" in line for line in short) == 30


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Three foreign files of ICE: every note stands in what --verbose prints."""
    monkeypatch.chdir(tmp_path)
    names = ("ddp-arrests", "ddp-detainers", "ddp-removals")
    for name in names:
        (tmp_path / f"{name}.csv").write_text(found_adapters()[name].sample, encoding="utf-8")
    files = [f"{name}.csv" for name in names]
    assert cli.main(["check", *files]) == 0
    short = capsys.readouterr().out.splitlines()
    assert cli.main(["check", *files, "--verbose"]) == 0
    whole = capsys.readouterr().out.splitlines()
    assert len(short) <= SCREEN
    assert len(whole) > len(short) + SCREEN
    (named,) = [line for line in short if line.startswith("  no (--verbose says why): ")]
    unable = {line.split(": ")[1] for line in whole if line.startswith("  no: ")}
    assert set(named.partition(": ")[2].split(", ")) == unable
    assert sum(line.startswith("    note: ") for line in short) >= len(names)
    for name in names:
        for remark in found_adapters()[name].remarks:
            assert any(remark in line for line in whole), remark
