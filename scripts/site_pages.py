"""What MkDocs is told beside docs/: README, changes and the list of methods as pages, and the map as the menu."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
BESIDE = {"readme.md": ROOT / "README.md", "changelog.md": ROOT / "CHANGELOG.md"}
"""Pages that stand outside docs/, by the name that they get."""
METHODS = "methods/index.md"

_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+\.md|methods/)\)")
_FENCE = re.compile(r"^( *)```(\w+) ([^\n]+)$", re.M)
_OUTWARD = {"../README.md": "readme.md", "../CHANGELOG.md": "changelog.md"}


def menu() -> list[dict[str, Any]]:
    """Return the menu: the headings of docs/index.md, and below each the pages that it links to."""
    text = (DOCS / "index.md").read_text(encoding="utf-8")
    head, *parts = re.split(r"^## ", text, flags=re.M)
    seen = {"index.md"}
    entries: list[dict[str, Any]] = [{"Start": "index.md"}, *_entries(head, seen)]
    for part in parts:
        title, _, body = part.partition("\n")
        entries.append({title.strip(): _entries(body, seen)})
    methods = [{path.stem: f"methods/{path.name}"} for path in sorted((DOCS / "methods").glob("*.md"))]
    return [*entries, {"Methods": [{"All": METHODS}, *methods]}]


def _entries(text: str, seen: set[str]) -> list[dict[str, Any]]:
    """Return the pages that this text links to and that stand nowhere in the menu yet."""
    found = []
    for title, target in _LINK.findall(text):
        name = _OUTWARD.get(target, target)
        if name not in seen and name.endswith(".md"):
            seen.add(name)
            found.append({title: name})
    return found


def methods_page() -> str:
    """Return the list of methods, each under its own heading."""
    lines = []
    for path in sorted((DOCS / "methods").glob("*.md")):
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- [{title}]({path.name})")
    head = "# Methods\n\nA page for each test: what it asks, assumes, and when it misleads.\n"
    return "\n".join([head, *lines, ""])


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Take the menu from the map."""
    config.nav = menu()
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that docs/ does not hold."""
    for name, path in BESIDE.items():
        files.append(File.generated(config, name, content=path.read_text(encoding="utf-8")))
    files.append(File.generated(config, METHODS, content=methods_page()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn what is right in the checkout into what is right in the pages: links, and what stands behind a fence."""
    markdown = _FENCE.sub(_fence, markdown)
    if page.file.src_uri in BESIDE:
        return re.sub(r"\]\(docs/", "](", markdown).replace("](methods/)", f"]({METHODS})")
    for outward, name in _OUTWARD.items():
        markdown = markdown.replace(f"]({outward}", f"]({name}")
    return markdown.replace("](methods/)", f"]({METHODS})")


def _fence(found: re.Match[str]) -> str:
    """Return a fence with its language alone, below the name of the file that the block is."""
    indent, language, about = found.groups()
    file = "" if language == "console" else about.split()[-1]
    return f"{indent}`{file}`\n\n{indent}```{language}" if file else f"{indent}```{language}"
