"""The pages of docs/ as a site: every link leads somewhere, no page asks anybody for anything, nothing is lost."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, pages


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it; a link that leads nowhere, or a page that stands in no menu, makes the build fail."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_in_it(site: Path) -> None:
    names = {Path(name).stem.lower() for name in pages()} | {"changelog"}
    assert names <= {path.stem for path in site.glob("*.html")}
    methods = {path.stem for path in (ROOT / "docs" / "methods").glob("*.md")}
    assert methods <= {path.stem for path in (site / "methods").glob("*.html")}


def test_no_page_fetches_anything(site: Path) -> None:
    for path in site.rglob("*.html"):
        fetched = re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=\"([^\"]+)\"", path.read_text("utf-8"))
        assert fetched
        assert [address for address in fetched if "//" in address] == [], path.name


def test_blocks_are_blocks(site: Path) -> None:
    """Words behind a fence, or a fence inside a list, would be printed as they stand."""
    for path in site.rglob("*.html"):
        assert "```" not in re.sub(r"<pre.*?</pre>", "", path.read_text("utf-8"), flags=re.S), path.name


def test_notebooks_print_what_they_show() -> None:
    """Every cell runs, in a kernel of its own, and prints what is kept in the file."""
    command = [sys.executable, str(ROOT / "scripts" / "run_notebooks.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
