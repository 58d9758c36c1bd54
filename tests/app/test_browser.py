"""From a spreadsheet to a letter in a real browser, without a terminal; axe-core on every page, phone and laptop.

Needs Chromium, Node and a folder of Node modules (``playwright-core``, ``axe-core``) named by AUDITOR_NODE_MODULES.
AUDITOR_SHOTS names a folder for a picture of every page.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from auditor import cli

from .conftest import header_of, letterhead, write_jail
from .test_serve import program

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).with_name("walk.cjs")
RECORDS = """[[lawsuits]]
place = "48453"
date = "2011"
title = "Example v. Travis County"
source = "made up"
"""


def _chromium() -> str:
    names = (os.environ.get("AUDITOR_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "chrome")
    return next((found for name in names if name and (found := shutil.which(name))), "")


@pytest.fixture(scope="module")
def node() -> str:
    """The program that drives the browser; what lacks skips the test unless AUDITOR_REQUIRE_BROWSER=1."""
    modules = os.environ.get("AUDITOR_NODE_MODULES", "")
    found = shutil.which("node") or ""
    needed = {
        "chromium": bool(_chromium()),
        "node": bool(found),
        "playwright-core in AUDITOR_NODE_MODULES": bool(modules) and Path(modules, "playwright-core").is_dir(),
        "axe-core in AUDITOR_NODE_MODULES": bool(modules) and Path(modules, "axe-core", "axe.min.js").is_file(),
    }
    if lacking := [name for name, there in needed.items() if not there]:
        reason = f"the browser tests need {', '.join(lacking)}"
        if os.environ.get("AUDITOR_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def _walk(node: str, **task: Any) -> dict[str, Any]:
    done = subprocess.run(
        [node, str(SCRIPT)],
        input=json.dumps({"chromium": _chromium(), "shots": os.environ.get("AUDITOR_SHOTS", ""), **task}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_from_a_spreadsheet_to_a_letter(node: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, system = tmp_path / "mine", tmp_path / "system"
    folder.mkdir()
    system.mkdir()
    jail, wrong = write_jail(folder / "jail.xlsx"), folder / "other.toml"
    wrong.write_text("x = 1")
    county = "Dallas County, TX (48113)"
    slip, records, paper = folder / "slip.toml", folder / "records.toml", folder / "paper.docx"
    slip.write_text(RECORDS.replace("place =", "plase ="), encoding="utf-8")
    records.write_text(RECORDS, encoding="utf-8")
    paper.write_bytes(letterhead("Example Legal Aid, since 1970"))
    with program(system) as (started, link):
        given = {"file": jail, "wrong": wrong, "slip": slip, "records": records, "letterhead": paper, "folder": folder}
        paths = {name: str(path) for name, path in given.items()}
        seen = _walk(node, link=link, county=county, place="48453", **paths)
        started.wait(60)
    assert [*system.iterdir()] == []  # closed on the last page: nothing is left
    for page in seen["pages"]:
        about = (page["name"], page["width"])
        assert (page["violations"], page["scripts"], page["wide"], page["small"]) == ([], 0, 0, []), about
    assert len({page["title"] for page in seen["pages"]}) >= 6
    assert (seen["outside"], seen["dialogs"], seen["skipped"]) == ([], [], "main")
    assert seen["focused"] == "f-incidents-0-source"
    assert (seen["working"], seen["atop"], "Travis" in seen["review"]) == (True, True, True)
    assert "Unknown key 'plase' in [[lawsuits]]" in seen["slip"]
    assert "It speaks of records.toml, a review file that is not handed in" in seen["lacking"]
    assert (seen["record"] > 0, seen["again"]) == (True, 1)
    bundle = "auditor-bundle.zip"
    assert seen["saved"] == ["letter-1-county-board.docx", bundle, "audit.toml", bundle]
    assert header_of((folder / "letter.docx").read_bytes()) == "Example Legal Aid, since 1970"
    assert cli.main(["run", str(folder / "audit.toml"), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    review = zipfile.ZipFile(folder / "bundle.zip").read("review/review.json")
    assert review == (tmp_path / "out" / "review.json").read_bytes()
    assert review == zipfile.ZipFile(folder / "again.zip").read("review/review.json")
    capsys.readouterr()


def test_the_policy_is_in_force_and_no_script_is_missed(node: str, tmp_path: Path) -> None:
    with program(tmp_path) as (_, link):
        seen = _walk(node, link=link, plain=True)
    assert (seen["outside"], seen["console"], seen["dialogs"]) == ([], [], [])
    assert (seen["margin"], seen["plain"]) == ("0px", "Save and close")
