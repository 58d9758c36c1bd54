"""What ``auditor verify`` finds where a forger changed a folder and made the hashes anew.

The folder is the embedded example with the pages of three places. Each test changes one thing in a copy of it.
"""

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import cli
from auditor.audit import verify_pages
from auditor.audit.api import run_to_folder
from auditor.audit.datapackage import PACKAGE
from auditor.audit.findings_csv import findings_csv
from auditor.audit.pages import pages
from auditor.audit.verdict import FLAG, GRADES
from auditor.audit.verify import VerifyReport, verify
from auditor.audit.verify_files import AGAIN
from auditor.errors import Problem
from auditor.findings.review import Review
from auditor.report.tables import tables
from auditor.resources import folder

Reseal = Callable[[Path], None]
CONFIG = folder("configs") / "demo" / "audit.toml"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example; pages of a flagged place, of one that is not, and of one whose counts are published."""
    out = tmp_path_factory.mktemp("whole") / "out"
    outcome = run_to_folder(CONFIG, out, places=(), quiet=True)
    unflagged = next(entry.place for entry in outcome.review.places if entry.verdict == "inconclusive")
    run_to_folder(CONFIG, out, places=(outcome.flagged[0], unflagged, "48453"), quiet=True)
    return out


@pytest.fixture
def out(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "out"))


def flagged(data: dict[str, Any]) -> dict[str, Any]:
    return next(entry for entry in data["places"] if entry["verdict"] == "pattern-worth-examining")


def unflagged(data: dict[str, Any]) -> dict[str, Any]:
    """A place that is inconclusive although its ceiling would allow a flag."""
    return next(
        entry
        for entry in data["places"]
        if entry["verdict"] == "inconclusive" and GRADES[entry["ceiling"]["verdict"]] >= GRADES[FLAG]
    )


def page(out: Path) -> Path:
    return next((out / "places").glob("travis-county*.html"))


def load(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "review.json").read_text(encoding="utf-8")))


def told(out: Path) -> list[str]:
    return [str(problem) for problem in verify(out, workers=1).problems]


def remake(out: Path, data: dict[str, Any], reseal: Reseal) -> None:
    """Write everything that a changed review gives, as a forger with this very program would."""
    review = Review.from_dict(data)
    (out / "review.json").write_text(review.to_json(), encoding="utf-8")
    chosen = [i for i, entry in enumerate(review.places) if (out / entry.page).exists()]
    for name, text in (("tables/findings.csv", findings_csv(review)), *tables(review), *pages(review, chosen)):
        (out / name).write_bytes(text.encode())
    reseal(out)


def test_the_folder_is_whole_before_and_after_the_hashes_are_made_anew(out: Path, reseal: Reseal) -> None:
    for _ in range(2):
        report = verify(out)
        assert (report.problems, report.notes, report.pages) == ((), (), 4)
        assert report.to_text().startswith("out: whole. ")
        assert json.loads(report.to_json())["whole"] is True
        reseal(out)


def test_a_review_that_is_written_again_stays_whole(out: Path, reseal: Reseal) -> None:
    remake(out, load(out), reseal)
    assert told(out) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("</main>", "<p>The sheriff of this county breaks the law.</p></main>", "The sheriff of this county"),
        ("</main>", "<p data-fixed>99.9 %</p></main>", "99.9 %"),
        ("</style>", 'main::after{content:"99.9 %"}</style>', "main::after"),
        ("</main>", "</main>\n<!-- guilty -->", "guilty"),
        ("Inconclusive", "Clear", "Clear"),
    ],
)
def test_what_is_put_into_a_page_is_found(out: Path, reseal: Reseal, before: str, after: str, said: str) -> None:
    text = page(out).read_text(encoding="utf-8")
    assert before in text
    page(out).write_text(text.replace(before, after, 1), encoding="utf-8")
    reseal(out)
    found = told(out)
    assert found
    assert all(line.startswith(f"places/{page(out).name} › row ") for line in found)
    assert said in found[0]
    assert cli.main(["verify", str(out)]) == 3


def test_a_changed_number_is_named_beside_the_line_that_differs(out: Path, reseal: Reseal) -> None:
    text = page(out).read_text(encoding="utf-8")
    # 594 of Travis County's 724 removals, as the Associated Press published them
    assert ">594</data>" in text
    page(out).write_text(text.replace(">594</data>", ">595</data>", 1), encoding="utf-8")
    reseal(out)
    found = " ".join(told(out))
    assert ">595</data>" in found
    assert "594 is shown as '595'" in found


def test_bytes_that_are_no_text_and_other_line_ends_are_found(out: Path, reseal: Reseal) -> None:
    raw = page(out).read_bytes()
    for changed in (raw + b"\xff", raw.replace(b"\n", b"\r\n")):
        page(out).write_bytes(changed)
        reseal(out)
        assert len(told(out)) == 1


def test_the_index_is_compared_too(out: Path, reseal: Reseal) -> None:
    index = out / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace("</main>", "<p>All of them.</p></main>"))
    reseal(out)
    assert [line.partition(" ")[0] for line in told(out)] == ["index.html"]


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("places", "verdict", "strong-signal"),
        ("funnel", "value", "0.75"),
        ("withheld", "reason", "The sheriff refused."),
        ("sources", "rows", "7"),
    ],
)
def test_a_changed_cell_of_any_table_is_named(out: Path, reseal: Reseal, name: str, column: str, value: str) -> None:
    file = out / f"tables/{name}.csv"
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    rows[1][rows[0].index(column)] = value
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    file.write_text(stream.getvalue(), encoding="utf-8")
    reseal(out)
    found = told(out)
    assert len(found) == 1
    assert found[0].startswith(f"tables/{name}.csv › row 2 › column {column}: ")
    assert value[-10:] in found[0].partition(", the review ")[0]


def test_the_same_cells_in_other_bytes_are_found(out: Path, reseal: Reseal) -> None:
    for name in ("places", "findings"):
        file = out / f"tables/{name}.csv"
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    (out / "tables/funnel.csv").write_bytes(b"\xff")
    (out / "tables/regions.csv").unlink()
    (out / "tables/more.csv").write_text("name\nSheriff\n")
    reseal(out)
    again = AGAIN
    assert sorted(told(out)) == [
        f"tables/findings.csv: the same cells, written otherwise — tables are compared byte for byte — {again}",
        f"tables/funnel.csv: it cannot be read — a table is CSV in UTF-8 — {again}",
        "tables/more.csv: a file that no audit writes — an output holds pages, tables and what they were made from — "
        "take it out",
        f"tables/places.csv: the same cells, written otherwise — tables are compared byte for byte — {again}",
        f"tables/regions.csv: the file is not listed — every output holds it — {again}",
    ]


def test_another_verdict_in_the_review_is_found_in_pages_tables_and_rules(out: Path, reseal: Reseal) -> None:
    data = load(out)
    _above(data)
    (out / "review.json").write_text(Review.from_dict(data).to_json(), encoding="utf-8")
    reseal(out)
    found = "\n".join(told(out))
    assert "the verdict 'strong-signal' is above its ceiling 'notable-departure'" in found
    assert "tables/places.csv › row " in found
    assert "index.html › row " in found
    assert f"{flagged_page(out)} › row " in found


def flagged_page(out: Path) -> str:
    entries = (entry for entry in load(out)["places"] if entry["verdict"] == "strong-signal")
    return str(next(entry["page"] for entry in entries))


def _above(data: dict[str, Any]) -> None:
    entry = flagged(data)
    entry["ceiling"]["verdict"] = "notable-departure"
    entry["verdict"] = "strong-signal"


def _raise_all(data: dict[str, Any]) -> None:
    """Raise verdict and ceiling of a place whose signals are of one family."""
    entry = flagged(data)
    entry["ceiling"]["verdict"] = entry["verdict"] = "strong-signal"
    signals = [finding for finding in entry["findings"] if finding["outcome"] == "signal"]
    for finding in signals:
        if finding["family"] != signals[0]["family"]:
            finding["outcome"] = "inconclusive"


def _invent_a_signal(data: dict[str, Any]) -> None:
    entry = unflagged(data)
    entry["verdict"] = "pattern-worth-examining"
    finding = next(f for f in entry["findings"] if f["tested"] and not f["suppressed"] and f["calibrated_p"])
    finding["outcome"] = "signal"


def _fail_a_control(data: dict[str, Any]) -> None:
    finding = next(f for f in flagged(data)["findings"] if f["outcome"] == "signal" and not f["suppressed"])
    finding["controls"]["fired"] = 0.01


def _clear(data: dict[str, Any]) -> None:
    entry = flagged(data)
    entry["verdict"] = "no-disparity-detected"


def _accuse(data: dict[str, Any]) -> None:
    flagged(data)["verdict_reasons"][0]["text"]["en"] = "The sheriff of this county breaks the law."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_above, "the verdict 'strong-signal' is above its ceiling 'notable-departure'"),
        (_raise_all, "the verdict 'strong-signal' needs signals of two families or more"),
        (
            lambda data: unflagged(data).update(verdict="pattern-worth-examining"),
            "without any finding that is a signal",
        ),
        (_invent_a_signal, "is called a signal, and its own numbers are not those of one"),
        (lambda data: flagged(data).update(verdict="inconclusive"), "although a finding is a signal"),
        (_fail_a_control, "although a negative control of a calibrated test failed"),
        (_clear, "needs compatible findings only"),
        (lambda data: flagged(data).update(verdict="insufficient-data"), "does not fit how many tests"),
        (_accuse, "reads 'The sheriff of this county breaks the law.'"),
    ],
)
def test_a_review_that_contradicts_itself_is_found_although_all_else_was_made_anew(
    out: Path, reseal: Reseal, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    data = load(out)
    change(data)
    remake(out, data, reseal)
    found = told(out)
    assert all(line.startswith("review.json: ") for line in found)
    assert said in " ".join(found)


def test_another_number_of_a_negative_control_is_found(out: Path, reseal: Reseal) -> None:
    data = load(out)
    place = next(i for i, entry in enumerate(data["places"]) if entry is flagged(data))
    number = next(i for i, control in enumerate(data["places"][place]["controls"]) if control["ratio"] is not None)
    file = out / data["places"][place]["page"]
    text = file.read_text(encoding="utf-8")
    start = text.index(f'data-at="/places/{place}/controls/{number}"')
    told_there = re.search(r'<data value="([0-9.]+)" data-ref="ratio">', text[start:])
    assert told_there is not None
    forged = text[start:].replace(told_there[0], '<data value="9.9" data-ref="ratio">', 1)
    file.write_text(text[:start] + forged, encoding="utf-8")
    reseal(out)
    assert f"/places/{place}/controls/{number}/ratio: the page holds '9.9'" in "\n".join(told(out))


def test_a_suppressed_signal_carries_a_flag(out: Path, reseal: Reseal) -> None:
    """A signal whose numbers are hidden is enough for the verdict, and its hidden numbers are asked no questions."""
    data = load(out)
    entry = flagged(data)
    for finding in entry["findings"]:
        if finding["outcome"] == "signal":
            hidden = dict.fromkeys(("value", "low", "high"))
            finding.update(suppressed=True, k=None, n=None, q_value=None, calibrated_p=None, p_value=None)
            finding.update(controls=None, absolute=None, shrunken=None, estimate={**finding["estimate"], **hidden})
    remake(out, data, reseal)
    assert told(out) == []


def test_a_verdict_of_no_kind_and_a_page_of_no_name_are_told_and_not_thrown(out: Path, reseal: Reseal) -> None:
    data = load(out)
    data["places"][0]["verdict"] = "guilty"
    data["places"][1]["page"] = "../evil.html"
    (out / "review.json").write_text(Review.from_dict(data).to_json(), encoding="utf-8")
    reseal(out)
    found = "\n".join(told(out))
    assert "'guilty' is no verdict" in found
    assert "no page can be made from this review" in found


def test_a_review_that_no_page_can_be_made_from_is_told_and_not_thrown(out: Path, reseal: Reseal) -> None:
    data = load(out)
    data["places"][0]["verdict"] = "guilty"
    data["sources"][0]["rows"] = 7
    (out / "review.json").write_text(Review.from_dict(data).to_json(), encoding="utf-8")
    reseal(out)
    found = "\n".join(told(out))
    assert "index.html: this page cannot be made from review.json" in found
    assert "a part has another form than it must have (TypeError" in found


def test_a_key_that_stands_twice_and_a_number_that_is_none_are_found(out: Path, reseal: Reseal) -> None:
    text = (out / "review.json").read_text(encoding="utf-8")
    for forged, said in (
        (text.replace('"schema_version"', '"failures": [{"place": "x"}],\n"schema_version"', 1), "written as auditor"),
        (text.replace('"schema_version": "1"', '"schema_version": Infinity', 1), "Infinity is no number"),
        ("[" * 100_000, "review.json: "),
    ):
        (out / "review.json").write_text(forged, encoding="utf-8")
        reseal(out)
        found = told(out)
        assert said in found[0]


def test_another_configuration_protocol_or_record_of_the_run_is_found(out: Path, reseal: Reseal) -> None:
    (out / "config.toml").write_text((out / "config.toml").read_text() + "# more\n")
    protocol = (out / "protocol.toml").read_text()
    assert "q = 0.05" in protocol
    (out / "protocol.toml").write_text(protocol.replace("q = 0.05", "q = 0.04", 1))
    ran = json.loads((out / "environment.json").read_text())
    (out / "environment.json").write_text(json.dumps({**ran, "seed": 7}))
    reseal(out)
    found = told(out)
    assert all("is called a signal" in line for line in found[3:])  # those with q between 0.04 and 0.05
    assert "it is not the configuration that review.json names" in found[0]
    assert "it is not the protocol that review.json names" in found[1]
    assert f"seed is '7', the review '{ran['seed']}'" in found[2]
    (out / "protocol.toml").write_text("q = ")
    (out / "environment.json").write_text("[]")
    reseal(out)
    found = told(out)
    assert "it cannot be read as a protocol" in found[1]
    assert "environment.json: it cannot be read" in found[2]


def test_a_byte_order_mark_before_the_configuration_is_not_a_change(tmp_path: Path) -> None:
    shutil.copytree(CONFIG.parent, tmp_path / "demo")
    config = tmp_path / "demo" / CONFIG.name
    config.write_bytes(b"\xef\xbb\xbf" + config.read_bytes())
    run_to_folder(config, tmp_path / "out", places=("48453",), quiet=True)
    assert told(tmp_path / "out") == []


def test_another_title_in_the_package_is_found(out: Path) -> None:
    data = json.loads((out / PACKAGE).read_text(encoding="utf-8"))
    (out / PACKAGE).write_text(json.dumps({**data, "title": "A county that profiles"}, indent=1) + "\n")
    assert any("it is not what auditor writes for this folder" in line for line in told(out))


def as_of_another_version(out: Path, reseal: Reseal) -> None:
    data = load(out)
    data["audit"]["software"]["version"] = "0.0.9"
    (out / "review.json").write_text(json.dumps(data), encoding="utf-8")
    ran = json.loads((out / "environment.json").read_text())
    (out / "environment.json").write_text(json.dumps({**ran, "auditor": "0.0.9"}))
    reseal(out)


def test_another_version_is_told_and_its_numbers_are_still_followed(
    out: Path, reseal: Reseal, capsys: pytest.CaptureFixture[str]
) -> None:
    as_of_another_version(out, reseal)
    assert cli.main(["verify", str(out)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("out: nothing disagrees, but not everything could be compared. ")
    assert "note: auditor '0.0.9' wrote this folder" in said
    assert cli.main(["verify", "--json", str(out)]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["whole"] is False
    assert "could not be compared byte for byte" in data["notes"][0]
    text = page(out).read_text(encoding="utf-8")
    page(out).write_text(text.replace(">594</data>", ">595</data>", 1), encoding="utf-8")
    reseal(out)
    assert cli.main(["verify", str(out)]) == 3
    assert "594 is shown as '595'" in capsys.readouterr().out


def test_a_version_that_only_the_review_claims_is_found(out: Path, reseal: Reseal) -> None:
    ran = (out / "environment.json").read_bytes()
    as_of_another_version(out, reseal)
    (out / "environment.json").write_bytes(ran)
    reseal(out)
    assert "the review '0.0.9'" in told(out)[0]


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_workers_change_nothing_and_progress_counts_batches(
    out: Path, reseal: Reseal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_pages, "_BATCH", 1)
    for file in sorted((out / "places").iterdir()):
        file.write_text(file.read_text(encoding="utf-8").replace("</main>", "<p>x</p></main>"), encoding="utf-8")
    reseal(out)
    seen: list[tuple[str, int, int]] = []
    reports = [verify(out, workers=n, progress=lambda *step: seen.append(step)) for n in (1, 2)]
    assert reports[0] == reports[1]
    assert len(reports[0].problems) == 3
    steps = [step for step in seen if step[0] == "comparing pages"]
    assert steps == [("comparing pages", i, 4) for i in range(4)] * 2
    half = len(seen) // 2
    assert seen[:half] == seen[half:]
    assert seen[0][:2] == ("comparing sentences", 0)


def test_a_long_list_is_cut_in_the_text_only_and_cannot_steer_a_terminal() -> None:
    many = tuple(Problem(f"\x1b[2J{i}", "why", "remedy") for i in range(130))
    report = VerifyReport("out", 1, 1, 1, many)
    lines = report.to_text().splitlines()
    assert lines[0] == "out: 130 things do not agree. 1 file, 1 page, 1 finding checked."
    assert lines[1] == "  - \\x1b[2J0 — why — remedy"
    assert (len(lines), lines[-1]) == (102, "  - and 30 more; `auditor verify --json` lists them all")
    assert len(json.loads(report.to_json())["problems"]) == 130


def test_other_code_of_the_same_version_is_told_where_something_differs(out: Path, reseal: Reseal) -> None:
    """A checkout changes while its version stays: what differs may be the program and no hand."""
    assert verify(out).notes == ()
    ran = json.loads((out / "environment.json").read_text())
    assert re.fullmatch("[0-9a-f]{64}", ran["code_sha256"])
    page(out).write_text(page(out).read_text(encoding="utf-8").replace("</h1>", " </h1>", 1), encoding="utf-8")
    reseal(out)
    found = verify(out)
    assert found.problems
    assert found.notes == ()
    (out / "environment.json").write_text(json.dumps({**ran, "code_sha256": "0" * 64}))
    reseal(out)
    found = verify(out)
    assert found.problems
    assert "may be another state of the program" in found.notes[0]
