"""The files of an output folder against its lists: hashes, what is missing, what does not belong."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from auditor.audit.datapackage import PACKAGE, SUMS, columns_of, datapackage
from auditor.audit.findings_csv import NAME
from auditor.errors import Problem

AGAIN = "take the folder again from where it came, or run the audit again"
REQUIRED = ("index.html", "review.json", "config.toml", "protocol.toml", "environment.json", PACKAGE, NAME)
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def content(root: Path, name: str) -> bytes | None:
    """Return the bytes of a file of the folder; None when it is missing or reached through a symbolic link."""
    file = root / name
    if not file.is_file() or file.resolve() != root.resolve() / name:
        return None
    return file.read_bytes()


def listed_files(root: Path) -> tuple[dict[str, str], list[Problem]]:
    """Read ``SHA256SUMS``: path to hash, and every line that cannot be used."""
    listed: dict[str, str] = {}
    problems: list[Problem] = []
    for row, line in enumerate((root / SUMS).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        found = _LINE.fullmatch(line)
        if found is None or found.group(2) in listed or found.group(2).startswith("/") or ".." in found.group(2):
            why = "each line is a hash, two spaces and a path inside the folder, each path once"
            problems.append(Problem(f"unusable line {line[:80]!r}", why, AGAIN, file=SUMS, row=row))
            continue
        listed[found.group(2)] = found.group(1)
    return listed, problems


def file_problems(root: Path, listed: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what is missing, changed, linked or listed nowhere."""
    present = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_symlink() or path.is_file()}
    for name, expected in sorted(listed.items()):
        file = root / name
        if name not in present:
            yield Problem("the file is missing", f"{SUMS} lists it", AGAIN, file=name)
        elif file.is_symlink():
            yield Problem("the file is a symbolic link", "it could change without notice", AGAIN, file=name)
        elif hashlib.sha256(file.read_bytes()).hexdigest() != expected:
            yield Problem("the file was changed", f"its hash is not the one in {SUMS}", AGAIN, file=name)
    for name in sorted(present - set(listed) - {SUMS}):
        yield Problem("a file that does not belong here", f"{SUMS} does not list it", "take it out", file=name)
    for name in REQUIRED:
        if name not in listed:
            yield Problem("the file is not listed", "every output holds it", AGAIN, file=name)


def package_problems(root: Path, listed: Mapping[str, str], title: str | None) -> Iterator[Problem]:
    """Yield where ``datapackage.json`` and ``SHA256SUMS`` do not agree.

    Parameters
    ----------
    root : path
    listed : mapping
        Path to hash, as ``SHA256SUMS`` has them.
    title : str or None
        Title of the audit: the whole text is compared too. None when another version wrote it, or there is no review.
    """
    try:
        text = (root / PACKAGE).read_text(encoding="utf-8")
        stated = {entry["path"]: entry["hash"] for entry in json.loads(text)["resources"]}
    except (OSError, ValueError, KeyError, TypeError):
        yield Problem("it cannot be read", "it describes the folder", AGAIN, file=PACKAGE)
        return
    expected = {name: f"sha256:{value}" for name, value in listed.items() if name != PACKAGE}
    for name in sorted(set(stated) ^ set(expected)):
        yield Problem(f"{name} stands in one list only", f"{PACKAGE} and {SUMS} must agree", AGAIN, file=PACKAGE)
    for name in sorted(set(stated) & set(expected)):
        if stated[name] != expected[name]:
            yield Problem(f"another hash for {name}", f"{PACKAGE} and {SUMS} must agree", AGAIN, file=PACKAGE)
    if title is not None and stated == expected and all((root / name).is_file() for name in expected):
        files = {name: (listed[name], (root / name).stat().st_size) for name in expected}
        if text != datapackage(files, {"title": title}, _columns(root, files)):
            why = "it holds the title of the audit, the list of files and the columns of its tables, and nothing else"
            yield Problem("it is not what auditor writes for this folder", why, AGAIN, file=PACKAGE)


def _columns(root: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """Read the headers of the tables; one that cannot be read is a problem of the tables."""
    found = {}
    for name in names:
        raw = content(root, name) if name.endswith(".csv") else None
        if raw is not None:
            try:
                found[name] = columns_of(raw)
            except (UnicodeDecodeError, csv.Error):
                continue
    return found


def stray_problems(listed: Mapping[str, str], known: set[str], tables: set[str]) -> Iterator[Problem]:
    """Yield listed files that no audit writes, and tables that every audit writes and are not listed."""
    for name in sorted(set(listed) - known - tables - {SUMS, *REQUIRED}):
        if not name.endswith(".html"):  # those have a message of their own
            why = "an output holds pages, tables and what they were made from"
            yield Problem("a file that no audit writes", why, "take it out", file=name)
    for name in sorted(tables - set(listed) - set(REQUIRED)):
        yield Problem("the file is not listed", "every output holds it", AGAIN, file=name)
