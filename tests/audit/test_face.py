"""The review as scripts and notebooks hold it: letters, tables, the output folder, data frames in place of files."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

import auditor
from auditor.audit import api
from auditor.audit.findings_csv import findings_table
from auditor.audit.verify import verify
from auditor.errors import UsageError

COUNTS = pd.DataFrame(
    [
        (place, 2011, "arrest", group, n)
        for place, values in {"48001": (120, 300), "48003": (90, 410), "48005": (9, 100)}.items()
        for group, n in zip(("hispanic", "white"), values, strict=True)
    ],
    columns=["place", "period", "event", "group", "n"],
)
PEOPLE = pd.DataFrame(
    [
        (place, group, n, "residents")
        for place in ("48001", "48003", "48005")
        for group, n in (("hispanic", 8000), ("white", 30000))
    ],
    columns=["place", "group", "n", "universe"],
)
TABLES = {
    "audit": {
        "title": "Three <counties>",
        "as_of": "2012-06-30",
        "focal_groups": ["hispanic"],
        "reference_group": "white",
    },
    "sources": [{"format": "counts", "path": COUNTS}, {"format": "population", "path": PEOPLE}],
}


@pytest.fixture(scope="module")
def review() -> auditor.Review:
    return auditor.audit(TABLES)


def test_an_audit_of_data_frames_is_that_of_their_files(review: auditor.Review, tmp_path: Path) -> None:
    """The files have the names that the review gives the frames; the review is the same to the byte."""
    COUNTS.to_csv(tmp_path / "frame-1.csv", index=False)
    PEOPLE.to_csv(tmp_path / "frame-2.csv", index=False)
    sources = [{**source, "path": f"frame-{i}.csv"} for i, source in enumerate(TABLES["sources"], 1)]
    assert auditor.audit({**TABLES, "sources": sources}, tmp_path).to_json() == review.to_json()
    assert [source["path"] for source in review.sources] == ["frame-1.csv", "frame-2.csv"]


def test_a_saved_review_is_a_whole_output_and_is_saved_again_to_the_same_bytes(
    review: auditor.Review, tmp_path: Path
) -> None:
    first = review.save(tmp_path / "first")
    report = verify(first, workers=1)
    assert (report.problems, report.notes, report.pages) == ((), (), 4)
    again = auditor.Review.load(first)
    assert again == review
    second = again.save(tmp_path / "second")
    sums = [(folder / "SHA256SUMS").read_bytes() for folder in (first, second)]
    assert sums[0] == sums[1]


def test_a_review_without_its_configuration_is_not_saved(review: auditor.Review, tmp_path: Path) -> None:
    (tmp_path / "review.json").write_text(review.to_json(), encoding="utf-8")
    alone = auditor.Review.load(tmp_path / "review.json")
    with pytest.raises(UsageError, match=r"only review\.json is at hand"):
        alone.save(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_only_the_wanted_pages_are_saved(review: auditor.Review, tmp_path: Path) -> None:
    out = review.save(tmp_path / "out", places=["48003"])
    assert [page.name for page in (out / "places").iterdir()] == [Path(review.place("48003").page).name]
    with pytest.raises(UsageError, match="48009"):
        review.save(tmp_path / "other", places=["48009"])


def test_a_letter_is_that_of_the_command(review: auditor.Review) -> None:
    for form in ("md", "html", "docx"):
        assert review.letter("48003", "records-request", form) == api.letter(review, "48003", "records-request", form)
    assert b"Anderson" in review.letter("48001", "records-request")  # FIPS 48001


def test_the_frame_has_the_rows_and_columns_of_the_table(review: auditor.Review) -> None:
    frame = review.to_frame()
    columns, rows = findings_table(review)
    assert (list(frame.columns), len(frame)) == (columns, len(list(rows)))
    counted = frame[(frame.signal == "benchmark") & (frame.contrast == "hispanic/residents")].set_index("place")
    assert counted.loc["48001", "k"] == 120
    # Nine arrests are not in it, nor anything that they could be worked out of.
    assert counted.loc["48005", "suppressed"]
    assert counted.loc["48005", ["k", "n", "estimate.value", "p_value", "q_value"]].isna().all()


def test_a_notebook_shows_places_and_verdicts_and_no_markup_of_others(review: auditor.Review) -> None:
    shown = review._repr_html_()
    assert "Three &lt;counties&gt;" in shown
    assert "Anderson County" in shown
    assert shown.count("<tr>") == 4


def test_a_notebook_shows_what_was_found_in_a_place(review: auditor.Review) -> None:
    place = review.place("48001")
    assert len(repr(place)) < 120
    shown = place._repr_html_()
    assert f"Anderson County (48001): {place.verdict}" in shown
    said = place.findings[0].sentence
    assert said is not None
    assert said.text["en"] in unescape(shown)
    assert shown.count("<tr>") == 1 + min(len(place.findings), 30)
    evil = dataclasses.replace(place, name="<script>")
    assert "<script>" not in evil._repr_html_()


def test_a_review_is_read_and_its_letter_written_without_pandas(review: auditor.Review, tmp_path: Path) -> None:
    out = review.save(tmp_path / "out")
    program = (
        "import sys\nsys.modules['pandas'] = None\nimport auditor\n"
        f"review = auditor.Review.load({str(out)!r})\n"
        "print(review.place('48001').verdict, len(review.letter('48001', 'records-request')) > 100)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [review.place("48001").verdict, "True"]
