"""Forms and endings of detainers: every text seen in released files, and nothing that merely looks like one."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from auditor.domain.detainers import ENDINGS, FORMS, OUTCOMES, UNKNOWN, ending_of, form_of, outcome_of


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("I247A - Immigration Detainer - Notice of Action (as of May 2025)", "i247a"),
        ("I247 (prior to March 2013)", "i247"),
        ("I247D", "i247d"),
        ("I-247N", "i247n"),
        ("Form I-247X, Request for Voluntary Transfer", "i247x"),
        ("i 247 d", "i247d"),
        ("I247G - Request for Advance Notification of Release", "i247g"),
        ("I-247G", "i247g"),
        # The D of the word that follows is no form.
        ("I247 - Detainer", "i247"),
        ("I247 Detainer", "i247"),
        ("i247a", "i247a"),
        ("I247B", UNKNOWN),
        ("I2471", UNKNOWN),
        ("I-200", UNKNOWN),
        ("Immigration detainer", UNKNOWN),
        ("  ", ""),
    ],
)
def test_forms(text, form):
    assert form_of(text) == form


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("Booked into Detention", "custody"),
        ("Lifted - Lack of Funds", "no-space"),
        ("Lifted - Lack of Funds/Space", "no-space"),
        ("No longer in State, Local, or Federal Custody", "left-custody"),
        ("ALIEN NOT SUBJECT TO DEPORTATION", "not-removable"),
        ("not-removable", "not-removable"),
        ("Lifted  by  somebody", UNKNOWN),
        ("A", UNKNOWN),
        ("", ""),
    ],
)
def test_endings(text, ending):
    assert ending_of(text) == ending


def test_every_word_reads_as_itself():
    assert [form_of(word) for word in FORMS] == list(FORMS)
    assert [ending_of(word) for word in ENDINGS] == list(ENDINGS)


def test_every_ending_is_of_one_outcome():
    assert sorted(ending for endings in OUTCOMES.values() for ending in endings) == sorted(ENDINGS)
    assert outcome_of("citizen") == "error"
    assert outcome_of(UNKNOWN) == UNKNOWN
    assert outcome_of("") == ""


def test_every_reason_of_a_released_file_is_known(shared_data: Path):
    """The first 3,000 detainers of Pennsylvania: 842 blank reasons, ten others (counted with grep and sort)."""
    with (shared_data / "pa_ice_detainers_first3000.csv").open(encoding="utf-8") as file:
        found = Counter(ending_of(row["lift_reason"]) for row in csv.DictReader(file))
    assert found[UNKNOWN] == 0
    assert found[""] == 842
    assert found["custody"] == 1423
    assert found["not-removable"] + found["citizen"] == 6
    assert sum(found.values()) == 3000


def test_the_columns_of_the_deportation_data_project_are_known(shared_data: Path):
    with (shared_data / "ddp_detainers_mn_stcloud_sample.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {form_of(row["detainer_type"]) for row in rows} == {"i247a"}
    assert UNKNOWN not in {ending_of(row["detainer_lift_reason"].replace("NA", "")) for row in rows}
