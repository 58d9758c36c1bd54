"""Run the notebooks of docs/notebooks/ and keep what they print: python scripts/run_notebooks.py [--check]."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "notebooks"


def executed(path: Path) -> Any:
    """Return a notebook as it is after all of its cells were run, in order, in a folder of no interest.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        When a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=str(FOLDER))
    for cell in notebook.cells:
        cell.metadata.clear()
    notebook.metadata = {"language_info": {"name": "python"}}
    return notebook


def printed(notebook: Any) -> list[str]:
    """Return the plain text that each code cell gives, what it prints and what its last line is worth."""
    return ["".join(_text(output) for output in cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]


def _text(output: Any) -> str:
    return str(output["text"] if output["output_type"] == "stream" else output["data"].get("text/plain", ""))


def main() -> int:
    """Write the notebooks anew; with --check only name those that print something else now and return 1."""
    changed = []
    for path in sorted(FOLDER.glob("*.ipynb")):
        notebook = executed(path)
        if printed(notebook) != printed(nbformat.read(path, as_version=4)):
            changed.append(path.name)
        if "--check" not in sys.argv[1:]:
            nbformat.write(notebook, path)
    print("\n".join(changed))
    return 1 if changed and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
