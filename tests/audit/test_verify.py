"""``auditor verify`` and the schema of review.json: what was changed is found, whatever was changed."""

import csv
import dataclasses
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor import __version__
from auditor.audit.check_report import CheckReport, EthnicityReach, SignalReach
from auditor.audit.findings_csv import cell, findings_csv
from auditor.audit.output import OutputFolder
from auditor.audit.schema import check_schema, review_schema
from auditor.audit.verify import verify
from auditor.domain.source import Ledger, Source
from auditor.errors import DecisionNeeded, InputError, Problem
from auditor.findings import card, finding, review
from auditor.findings.finding import Comparator, Estimate, Finding, Range, Sentence, Withheld
from auditor.findings.review import PlaceReview, Region, Review
from auditor.records.quality import Quality

Snapshot = Callable[[str, str], None]
Reseal = Callable[[Path], None]
CONFIG = "[audit]\n"
ENVIRONMENT = {
    "auditor": "0",
    "seed": 1,
    "config_sha256": hashlib.sha256(CONFIG.encode()).hexdigest(),
    "protocol_sha256": "0" * 64,
}
PERIOD = {"start": "2008-10-27", "end": "2010-06-30"}
SAID = Sentence("level-mix.low", {"k": 594}, {"en": "594 of 724 had no conviction."})


def a_finding(number: int, place: str, **more: Any) -> Finding:
    """Travis County's published share (594 of 724), as a finding."""
    given: dict[str, Any] = {
        "id": f"F-{number:04d}",
        "signal": "level-mix",
        "family": "match",
        "section": 7,
        "question": "Do lesser cases make up more of the removals?",
        "null": "The shares are equal.",
        "place": place,
        "group": None,
        "reference": None,
        "event": "removal",
        "period": PERIOD,
        "k": 594,
        "n": 724.0,
        "comparator": Comparator(0.2532, 46205.0, "=the nation, as the fact sheet has it", "nation", "", PERIOD),
        "estimate": Estimate(3.24, 3.13, 3.35, 0.95, "ratio", "Wilson"),
        "outcome": "signal",
        "contrast": "none/nation",
        "missing": {"share": 0.01},
        "p_value": 1e-30,
        "controls": {
            **dict.fromkeys(("shift", "spread", "scale", "selected", "lambda", "delta", "floor", "fired")),
            **{"kind": "peers", "scale_of": "ratio", "n": 40, "places": 40, "ratio": 1.9, "low": 1.2, "high": 3.1},
            **{"adequate": True, "promised": True, "code": "adequate", "tail": "normal"},
        },
        "ranges": (Range("all unknown at Level 1", 2.9, 3.3),),
        "sentence": SAID,
        "definitions": (Sentence("define.level", {}, {"en": "A level is ..."}),),
        "caveats": (Sentence("caveat.lag", {}, {"en": "Removals lag."}), SAID),
    }
    return Finding(**{**given, **more})


def a_review() -> Review:
    hidden = Estimate(None, None, None, 0.95, "ratio", "exact")
    places = (
        PlaceReview(
            place="48453",
            name="Travis County",
            state="TX",
            verdict="pattern-worth-examining",
            verdict_reasons=(SAID,),
            caps=(),
            ceiling={"verdict": "pattern-worth-examining", "why": "no controls", "would_raise": "arrests by offence"},
            page="places/48453-travis-county.html",
            rank={"low": 1, "high": 3, "of": 40},
            findings=(
                a_finding(1, "48453"),
                a_finding(2, "48453", k=None, n=None, p_value=None, suppressed=True, estimate=hidden, sentence=None),
            ),
            withheld=(Withheld("benchmark", "no groups", "arrests by group"),),
            sections=(),
        ),
    )
    return Review(
        audit={
            "title": "Example",
            "as_of": "2012-06-30",
            "seed": 1,
            "protocol": {"name": "default", "sha256": "0" * 64},
            "config_sha256": ENVIRONMENT["config_sha256"],
            "software": {"name": "auditor", "version": "0"},
            "focal_groups": ["hispanic"],
            "reference_group": "white",
        },
        sources=(
            {
                "path": "removals.csv",
                "sha256": "2" * 64,
                "format": "counts",
                "rows": {"read": 3, "used": 2, "excluded": [{"reason": "total", "n": 1}], "quarantined": 0},
                "notes": [],
                "quality": {
                    "grade": "A",
                    "reasons": [],
                    "places": 2,
                    "months": 0,
                    "missing_group": None,
                    "unknown_level": 0.0,
                    "suppressed": 0.0,
                    "missing_months": None,
                },
            },
        ),
        calibration={"statement": "none is promised", "negative_controls": [], "promised": False},
        places=places,
        regions=(Region("US", "the nation", (a_finding(3, "US", absolute=None, ranges=(), controls=None),)),),
    )


PAGE = """<html><body data-at="/places/0/findings/0"><data value="594" data-ref="k">594</data> of
<data value="724" data-ref="n">724</data>: <data value="3.24" data-ref="estimate/value">3.2</data></body></html>"""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder of another version: its pages cannot be rendered again, its numbers can be followed."""
    found = a_review()
    with OutputFolder(tmp_path / "out", {"title": "Example"}) as folder:
        folder.write("review.json", found.to_json())
        folder.write("tables/findings.csv", findings_csv(found))
        folder.write("index.html", "<html><body><p>Places</p></body></html>")
        folder.write("places/48453-travis-county.html", PAGE)
        folder.write("config.toml", CONFIG)
        folder.write("protocol.toml", "")
        folder.write("environment.json", json.dumps(ENVIRONMENT))
    return tmp_path / "out"


def problems(out: Path) -> list[str]:
    return [str(problem) for problem in verify(out).problems]


def test_a_folder_of_another_version_has_no_problem_and_a_note(out: Path, reseal: Reseal) -> None:
    report = verify(out)
    assert report.problems == ()
    assert (report.files, report.pages, report.findings) == (8, 2, 3)
    first, note = report.to_text().splitlines()
    assert first == (
        "out: nothing disagrees, but not everything could be compared. 8 files, 2 pages, 3 findings checked."
    )
    assert note.startswith("  note: auditor '0' wrote this folder, and this is ")
    data = json.loads(report.to_json())
    assert (data["whole"], len(data["notes"])) == (False, 1)
    reseal(out)
    assert problems(out) == []


def test_every_kind_of_damage_is_named(out: Path, snapshot: Snapshot) -> None:
    (out / "config.toml").write_text("seed = 2")
    (out / "environment.json").unlink()
    (out / "index.html").unlink()
    (out / "index.html").symlink_to(out / "places/48453-travis-county.html")
    (out / "notes.txt").write_text("mine")
    with (out / "SHA256SUMS").open("a") as stream:
        stream.write("0" * 64 + "  ../outside\nnonsense\n")
    snapshot("verify_damage", verify(out).to_text().rstrip("\n").replace(f"this is {__version__}", "this is VERSION"))


def test_another_number_on_a_page_is_found_although_the_hashes_agree(out: Path, reseal: Reseal) -> None:
    page = out / "places/48453-travis-county.html"
    page.write_text(page.read_text().replace(">594<", ">595<"))
    reseal(out)
    found = problems(out)
    assert len(found) == 1
    assert "594 is shown as '595'" in found[0]


def test_another_number_in_the_review_is_found_although_the_hashes_agree(out: Path, reseal: Reseal) -> None:
    text = (out / "review.json").read_text()
    data = json.loads(text)
    data["places"][0]["findings"][0]["k"] = 600
    (out / "review.json").write_text(json.dumps(data))
    reseal(out)
    found = " ".join(problems(out))
    assert "the page holds '594', the review 600" in found
    assert "row 2 › column k: '594', the review '600'" in found


def test_another_cell_in_the_table_is_found_although_the_hashes_agree(out: Path, reseal: Reseal) -> None:
    table = out / "tables/findings.csv"
    rows = list(csv.reader(io.StringIO(table.read_text())))
    rows[3][rows[0].index("estimate.value")] = "1.24"
    for changed, said in (
        (rows, "'1.24', the review '3.24'"),
        (rows[:-1], "2 rows, the review gives 3"),
        ([["x"]], "columns"),
    ):
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows(changed)
        table.write_text(stream.getvalue())
        reseal(out)
        found = problems(out)
        assert len(found) == 1
        assert said in found[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.pop("places"), "it lacks 'places'"),
        (lambda data: data["places"][0].pop("verdict"), "verdict"),
        (lambda data: data["places"][0]["findings"][0].update(outcome="guilty"), "outcome must be one of"),
        (lambda data: data["places"][0]["findings"][0].update(more=1), "more"),
        (lambda data: data.update(schema_version="2"), "schema_version '2'"),
        (lambda data: data.update(extra=1), "unexpected keys: extra"),
    ],
)
def test_a_review_of_another_form_is_found(out: Path, change: Callable[[Any], Any], said: str, reseal: Reseal) -> None:
    data = json.loads((out / "review.json").read_text())
    change(data)
    (out / "review.json").write_text(json.dumps(data))
    reseal(out)
    assert said in " ".join(problems(out))


def test_a_missing_file_that_no_list_names_is_found(out: Path, reseal: Reseal) -> None:
    (out / "protocol.toml").unlink()
    reseal(out)
    assert problems(out) == [
        "protocol.toml: the file is not listed — every output holds it — "
        "take the folder again from where it came, or run the audit again"
    ]


def test_a_page_of_no_place_and_a_forged_package_are_found(out: Path, reseal: Reseal) -> None:
    (out / "places/other.html").write_text("<p>x</p>")
    reseal(out)
    assert "a page of no place of this review" in " ".join(problems(out))
    (out / "places/other.html").unlink()
    reseal(out)
    package = (out / "datapackage.json").read_text()
    (out / "datapackage.json").write_text(package.replace('"path": "index.html"', '"path": "indx.html"'))
    assert "indx.html stands in one list only" in " ".join(problems(out))


def test_no_output_folder_at_all(tmp_path: Path, snapshot: Snapshot) -> None:
    (tmp_path / "pictures").mkdir()
    with pytest.raises(InputError) as caught:
        verify(tmp_path / "pictures")
    snapshot("verify_nothing", str(caught.value))


def test_the_schema_accepts_a_review_and_closes_what_is_ours() -> None:
    validator = jsonschema.Draft202012Validator(review_schema())
    data = json.loads(a_review().to_json())
    assert [error.message for error in validator.iter_errors(data)] == []
    assert Review.from_dict(data).to_json() == a_review().to_json()
    for change in (
        lambda d: d.update(more=1),
        lambda d: d["places"][0].update(more=1),
        lambda d: d["places"][0]["findings"][0].update(more=1),
        lambda d: d["places"][0]["findings"][0].pop("p_value"),
        lambda d: d["places"][0]["findings"][0]["estimate"].update(low="1"),
        lambda d: d["places"][0]["findings"][0].update(p_value=1.5),
        lambda d: d["places"][0]["findings"][0].update(id="7"),
        lambda d: d["places"][0].update(verdict="guilty"),
        lambda d: d["sources"][0].update(sha256="x"),
        lambda d: d["places"][0]["ceiling"].pop("why"),
        lambda d: d["audit"].pop("seed"),
        lambda d: d["calibration"].pop("promised"),
    ):
        changed = json.loads(a_review().to_json())
        change(changed)
        assert list(validator.iter_errors(changed))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("finding", finding.Finding),
        ("estimate", finding.Estimate),
        ("comparator", finding.Comparator),
        ("range", finding.Range),
        ("sentence", finding.Sentence),
        ("withheld", finding.Withheld),
        ("place", review.PlaceReview),
        ("region", review.Region),
    ],
)
def test_the_schema_has_every_field_and_no_other(name: str, kind: Any) -> None:
    definition = review_schema()["$defs"][name]
    fields = {field.name for field in dataclasses.fields(kind)}
    assert set(definition["properties"]) == set(definition["required"]) == fields
    assert definition["additionalProperties"] is False


def test_the_schema_has_every_field_of_the_review_and_the_card() -> None:
    schema = review_schema()
    fields = {field.name for field in dataclasses.fields(Review)}
    assert set(schema["properties"]) == set(schema["required"]) == fields | {"schema_version"}
    families = schema["$defs"]["finding"]["properties"]["family"]["enum"]
    assert tuple(families) == card.FAMILIES
    assert {field.name for field in dataclasses.fields(card.Card)} <= set(schema["$defs"]["card"]["properties"])


def test_findings_csv_has_the_names_of_the_review_and_reads_back_exactly() -> None:
    rows = list(csv.DictReader(io.StringIO(findings_csv(a_review()))))
    assert [row["id"] for row in rows] == ["F-0001", "F-0002", "F-0003"]
    first, hidden, _ = rows
    assert float(first["estimate.value"]) == 3.24
    assert float(first["p_value"]) == 1e-30
    assert first["comparator.why"] == "'=the nation, as the fact sheet has it"
    assert first["sentence.text.en"] == SAID.text["en"]
    assert first["caveats"] == "caveat.lag level-mix.low"
    assert first["ranges.0.low"] == "2.9"
    assert first["missing.share"] == "0.01"
    assert (first["suppressed"], hidden["suppressed"]) == ("false", "true")
    assert hidden["k"] == hidden["n"] == hidden["estimate.value"] == hidden["p_value"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@a", "\t=1", "\r=1", " =1", "＝1", "'=1", '"=1'])
def test_a_text_never_becomes_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_and_plain_texts_stay_as_they_are() -> None:
    assert [cell(value) for value in (-1.5, 0, True, None, "a-b", "Doña Ana")] == [
        "-1.5",
        "0",
        "true",
        "",
        "a-b",
        "Doña Ana",
    ]


QUALITY = Quality(
    0, "a.xlsx", "2011", "counts", 10, 7, 1, 2, 2, 0, None, None, ("arrest",), (), None, None, None, None, "C",
    ("rows quarantined: 20.0%",),
)  # fmt: skip


def test_what_check_prints_fits_its_schema(snapshot: Snapshot) -> None:
    ledger = Ledger(10).step("totals row ('Total')", 1, example="11").step("no place", 2, quarantined=True)
    report = CheckReport(
        sources=(Source("a.xlsx", "0" * 64, "counts", ledger.note("read as cp1252"), sheet="2011"),),
        keys={"place": ["48453", "48309"], "event": [f"e{i}" for i in range(14)]},
        tables={"counts": 7},
        signals=(
            SignalReach("level-mix", "Focus on serious offences", True),
            SignalReach("benchmark", "Rates", False, "No population is given.", "a census table"),
        ),
        ceiling={"verdict": "pattern-worth-examining", "why": "no controls", "would_raise": "arrests by offence"},
        quality=(QUALITY,),
        ethnicity=(EthnicityReach("48453", "Travis County", "arrest", "hispanic", 0.02, 0.335),),
        ask=("one row for each event",),
        missing=("no baseline of residents",),
    )
    validator = jsonschema.Draft202012Validator(check_schema())
    assert [error.message for error in validator.iter_errors(json.loads(report.to_json()))] == []
    assert json.loads(report.to_json())["rows"] == {"read": 10, "used": 7, "excluded": 1, "quarantined": 2}
    snapshot("check_report", report.to_text().rstrip("\n"))
    question = Problem("'Dona Ana'", "no county bears this name", "choose one", "a.xlsx", "2011", 3, "place")
    open_ = CheckReport(()).undecided(DecisionNeeded("1 place", [question], 'places = { "Dona Ana" = "" }\n'))
    assert [error.message for error in validator.iter_errors(json.loads(open_.to_json()))] == []
    snapshot("check_questions", open_.to_text().rstrip("\n"))
