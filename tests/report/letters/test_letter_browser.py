"""Letters in a real browser: axe-core finds nothing, nothing overflows, nothing is asked for; a board's is one page.

Needs what tests/report/test_browser.py needs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from auditor.audit.lettering.browser import pdf
from auditor.report.letters.formats.html import html
from auditor.report.letters.model import Letter

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).parents[1] / "browser.cjs"


@pytest.fixture(scope="module")
def chromium() -> str:
    names = (os.environ.get("AUDITOR_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), "")
    modules = Path(os.environ.get("AUDITOR_NODE_MODULES", "missing"))
    there = found and shutil.which("node") and (modules / "axe-core" / "axe.min.js").is_file()
    if not there or not (modules / "playwright-core").is_dir():
        reason = "the browser tests need Chromium, Node, and AUDITOR_NODE_MODULES with playwright-core and axe-core"
        if os.environ.get("AUDITOR_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def test_axe_finds_no_violation_and_nothing_overflows(
    chromium: str, letters: dict[tuple[str, str], Letter], tmp_path: Path
) -> None:
    files = []
    for kind in ("title-vi", "county-board", "records-request", "agency-notice"):
        files.append(tmp_path / f"{kind}.html")
        files[-1].write_text(html(letters["48453", kind]), encoding="utf-8")
    task = {"chromium": chromium, "files": [str(f) for f in files], "axe": True, "widths": [390, 1280]}
    task["bypass"] = [True]
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run([node, str(SCRIPT)], input=json.dumps(task), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for seen in json.loads(done.stdout):
        what = (seen["file"], seen["width"])
        assert seen["violations"] == [], what
        assert seen["scrollWidth"] <= seen["clientWidth"], what
        assert seen["dialogs"] == [], what
        assert (seen["scripts"], seen["requests"]) == (0, []), what


def test_a_board_reads_one_page(chromium: str, letters: dict[tuple[str, str], Letter]) -> None:
    """Notes and enclosures follow on the next one."""
    for place in ("48453", "48309"):
        raw = pdf(html(letters[place, "county-board"], cover=False))
        assert len(re.findall(rb"/Type\s*/Page[^s]", raw)) == 2, place
