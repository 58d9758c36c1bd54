"""Pages in a real browser: nothing runs, nothing is asked for, nothing overflows, axe-core finds no violation.

Needs Chromium, Node and a folder of Node modules (``playwright-core``, ``axe-core``) named by AUDITOR_NODE_MODULES.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.findings.review import Review
from auditor.report.render import render_pages

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).with_name("browser.cjs")


def _chromium() -> str:
    names = (os.environ.get("AUDITOR_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "chrome")
    return next((found for name in names if name and (found := shutil.which(name))), "")


@pytest.fixture(scope="module")
def browser() -> dict[str, str]:
    """What is needed to open a page; its absence skips the test unless AUDITOR_REQUIRE_BROWSER=1."""
    modules = os.environ.get("AUDITOR_NODE_MODULES", "")
    lacking = [
        name
        for name, there in (
            ("chromium", bool(_chromium())),
            ("node", bool(shutil.which("node"))),
            ("AUDITOR_NODE_MODULES with playwright-core", Path(modules, "playwright-core").is_dir() and bool(modules)),
            ("AUDITOR_NODE_MODULES with axe-core", Path(modules, "axe-core", "axe.min.js").is_file()),
        )
        if not there
    ]
    if lacking:
        reason = f"the browser tests need {', '.join(lacking)}"
        if os.environ.get("AUDITOR_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return {"chromium": _chromium(), "modules": modules}


def _open(browser: dict[str, str], files: list[Path], **task: Any) -> list[dict[str, Any]]:
    given = {"chromium": browser["chromium"], "files": [str(file) for file in files], **task}
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(
        [node, str(SCRIPT)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AUDITOR_NODE_MODULES": browser["modules"]},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def _written(pages: dict[str, str], folder: Path) -> dict[str, Path]:
    files = {}
    for path, html in pages.items():
        files[path] = folder / path
        files[path].parent.mkdir(parents=True, exist_ok=True)
        files[path].write_text(html, encoding="utf-8")
    return files


def test_axe_finds_no_violation_and_nothing_overflows(
    browser: dict[str, str], pages: dict[str, str], tmp_path: Path
) -> None:
    files = _written(pages, tmp_path)
    wanted = ("index.html", "travis", "cedar")  # every kind of part; simulated; withheld; an open interval
    chosen = [file for path, file in files.items() if any(name in path for name in wanted)]
    assert len(chosen) == len(wanted)
    phone = _open(browser, chosen, widths=[390], bypass=[True], axe=True)
    laptop = _open(browser, [files["index.html"]], widths=[1280], bypass=[True], axe=True)
    for seen in phone + laptop:
        assert seen["violations"] == [], (seen["file"], seen["width"])
        assert seen["scrollWidth"] <= seen["clientWidth"], (seen["file"], seen["width"])
        assert (seen["dialogs"], seen["requests"], seen["scripts"]) == ([], [], 0)


def test_the_policy_admits_the_style_and_asks_for_nothing(
    browser: dict[str, str], pages: dict[str, str], tmp_path: Path
) -> None:
    files = _written(pages, tmp_path)
    for seen in _open(browser, [files["index.html"]], widths=[1280], bypass=[False], axe=False):
        assert seen["margin"] == "0px"  # the browser's own margin is 8px: the style was accepted
        assert (seen["console"], seen["requests"]) == ([], [])


def _poison(value: Any, payloads: list[str], key: str = "") -> Any:
    """Replace every free text by the next payload."""
    kept = {"place", "verdict", "outcome", "scale", "page", "id", "schema_version"}
    if isinstance(value, dict):
        return {name: _poison(entry, payloads, name) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_poison(entry, payloads, key) for entry in value]
    if isinstance(value, str) and value and key not in kept and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        payloads.append(payloads.pop(0))
        return payloads[-1]
    return value


def test_no_payload_runs_with_or_without_the_policy(
    browser: dict[str, str], review: Review, payloads: tuple[str, ...], tmp_path: Path
) -> None:
    small = replace(review, places=(review.places[0], review.places[5], review.places[10]))
    files: list[Path] = []
    for turn in range(2):
        order = list(payloads[turn * 60 :] + payloads[: turn * 60])
        poisoned = Review.from_dict({**_poison(small.to_dict(), order), "schema_version": "1"})
        files += _written(dict(render_pages(poisoned)), tmp_path / str(turn)).values()
    guarded = _open(browser, files[-1:], widths=[800], bypass=[False], axe=False)
    for seen in guarded + _open(browser, files, widths=[800], bypass=[True], axe=False):
        assert (seen["dialogs"], seen["requests"], seen["scripts"]) == ([], [], 0), seen["file"]
