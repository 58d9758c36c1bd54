"""The reason that `check` gives for its ceiling: the cap that binds, not the first one met."""

from __future__ import annotations

from pathlib import Path

from auditor.audit.check_ceiling import _recorded, _why
from auditor.audit.config import load_config
from auditor.audit.reading import read_sources
from auditor.audit.run import open_engine
from auditor.audit.verdict import GRADES, Circumstances, Evidence, ceiling
from auditor.audit.wording import text
from auditor.records.store import Store
from auditor.signals.registry import discover

EXPLORATORY = Circumstances(ceiling=GRADES["notable-departure"], caps=("cap.exploratory",))


def made(*caps: str, grade: str = "strong-signal", family: str = "exposure") -> Evidence:
    return Evidence(
        signal="benchmark",
        family=family,
        testable=True,
        calibrated_p=1.0,
        has_control=True,
        ceiling=GRADES[grade],
        caps=caps,
    )


def why(*evidence: Evidence, about: Circumstances = EXPLORATORY) -> str:
    return _why(evidence, about, ceiling(evidence, about), 20)["why"]


def test_a_cap_of_the_audit_explains_nothing_where_the_tests_reach_no_higher():
    low = made("cap.resident-benchmark", grade="pattern-worth-examining")
    assert why(low) == text("ceiling.why-resident-benchmark")
    assert why(low, made(family="match")) == text("ceiling.why-exploratory")


def test_without_a_cap_one_family_is_the_reason():
    assert why(made(), about=Circumstances()) == text("ceiling.why-one-family")
    assert why(made(), made(family="match"), about=Circumstances()) == text("ceiling.why-none")


HEAD = "place,date,event,group,offence\n"
CONFIG = """[audit]
title = "T"
as_of = 2012-06-30

[[sources]]
path = "rows.csv"
"""


def listed(event: str, months: range) -> str:
    """People of one place by month and group, of two classes on each side."""
    of = [
        (group, offence) for group in ("hispanic", "white") for offence in ("traffic", "licence", "theft", "burglary")
    ]
    days = [f"{2009 + m // 12}-{m % 12 + 1:02d}-{day:02d}" for m in months for day in (3, 14, 25)]
    return "".join(f"48453,{day},{event},{group},{offence}\n" for day in days for group, offence in of)


def caps(folder: Path, rows: str) -> list[str]:
    """Return the caps of the discretion contrast, which looks at arrests, bookings, citations and stops."""
    (folder / "rows.csv").write_text(HEAD + rows, "utf-8")
    (folder / "audit.toml").write_text(CONFIG, "utf-8")
    config, signal = load_config(folder / "audit.toml"), discover()["discretion-contrast"]
    with Store() as store:
        return list(
            _recorded(signal, open_engine(config, read_sources(config, store)), config.options(signal.card.name))
        )


def test_years_of_one_event_lift_no_cap_of_another(tmp_path):
    """Arrests of half a year beside detainers of three: all records span more than a year, the arrests do not."""
    short = listed("arrest", range(6))
    assert caps(tmp_path, short) == ["cap.one-year"]
    assert caps(tmp_path, short + listed("detainer", range(36))) == ["cap.one-year"]
    assert caps(tmp_path, listed("arrest", range(36))) == []


def test_what_a_jail_books_is_held_down_as_in_an_audit(tmp_path):
    assert caps(tmp_path, listed("booking", range(36))) == ["cap.jail"]
