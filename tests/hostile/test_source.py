"""What the package's own source never does: run text as code, unpack pickles, start a shell, parse YAML (S9)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "auditor").rglob("*.py"))
CALLS = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "joblib",
    "shelve",
    "marshal",
    "yaml",
    "xmlrpc",
    "telnetlib",
    "ftplib",
    "smtplib",
}
METHODS = {
    "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "pd.read_pickle", "pd.eval",
    "pandas.read_pickle", "pandas.eval", "np.frompyfunc", "numpy.load", "np.load", "tempfile.mktemp", "os.tmpnam",
    "ET.parse", "etree.parse",
}  # fmt: skip
NETWORK = {"urllib.request", "requests", "httpx", "aiohttp", "http.client"}
SERVES = {"socket", "http.server", "socketserver"}
"""What listens on this computer: the local page only."""


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def faults(tree: ast.AST, *, serves: bool = False) -> Iterator[str]:
    """Yield what a file does that none may."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            for name in names:
                if name.split(".")[0] in MODULES or name in NETWORK or (name in SERVES and not serves):
                    yield f"imports {name}"
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        if name in CALLS or name in METHODS:
            yield f"calls {name}"
        if name.endswith((".query", ".eval")) and name.split(".")[0] in {"frame", "df", "data"}:
            yield f"calls {name} of a data frame"
        for keyword in node.keywords:
            off = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
            if keyword.arg in {"shell", "allow_pickle"} and not off:
                yield f"{name} with {keyword.arg}"
            if keyword.arg == "autoescape" and off:
                yield f"{name} with autoescape off"


@pytest.mark.parametrize(
    "text",
    [
        "eval(x)", "import pickle", "from yaml import load", "subprocess.run(x, shell=True)", "os.system(x)",
        "np.load(x)", "other(allow_pickle=flag)", "df.query(x)", "import urllib.request", "import socket",
        "Environment(autoescape=False)", "from http.client import HTTPConnection",
    ],
)  # fmt: skip
def test_each_would_be_found(text: str) -> None:
    assert list(faults(ast.parse(text)))


def test_none_is_there() -> None:
    assert len(SOURCES) > 500
    found = {}
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        told = list(faults(ast.parse(path.read_text(encoding="utf-8")), serves=name.startswith("auditor/app/")))
        if told:
            found[name] = told
    assert found == {}
