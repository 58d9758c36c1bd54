"""Write docs/methods/<signal>.md from each signal's card and tables: python scripts/write_method_pages.py [--check]."""

from __future__ import annotations

import sys
from pathlib import Path

from auditor.audit.methods import method_page
from auditor.signals.registry import discover

sys.path.insert(0, str(Path(__file__).resolve().parent))
from method_measured import measured_section

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "methods"


def stale() -> dict[Path, str]:
    """Return the pages whose text is not what the cards give now."""
    pages = {FOLDER / f"{name}.md": _page(name) for name in discover()}
    return {
        path: text for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    }


def _page(name: str) -> str:
    return "\n".join([method_page(name), *measured_section(name)]).rstrip() + "\n"


def main() -> int:
    """Write what changed; with --check only name it and return 1."""
    changed = stale()
    for path, text in changed.items():
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8", newline="\n")
        print(path.name)
    return 1 if changed and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
