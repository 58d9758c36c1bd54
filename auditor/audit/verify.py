"""Check an output folder: its hashes, its review, its tables, and every number that its pages say."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.audit.datapackage import PACKAGE, SUMS
from auditor.audit.findings_csv import NAME, findings_table
from auditor.errors import AuditorError, InputError, Problem
from auditor.findings.review import Review

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_REQUIRED = ("index.html", "review.json", "config.toml", "protocol.toml", "environment.json", PACKAGE, NAME)


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked, and everything that does not agree.

    Attributes
    ----------
    folder : str
        Base name.
    files, pages, findings : int
        How many were checked.
    problems : tuple of Problem
    """

    folder: str
    files: int
    pages: int
    findings: int
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        problems = [{"file": p.file, "found": p.found, "why": p.why, "remedy": p.remedy} for p in self.problems]
        return {
            "folder": self.folder,
            "whole": not problems,
            "files": self.files,
            "pages": self.pages,
            "findings": self.findings,
            "problems": problems,
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n"

    def to_text(self) -> str:
        """Return the result in words."""
        counted = ((self.files, "file"), (self.pages, "page"), (self.findings, "finding"))
        checked = ", ".join(f"{n:,} {name}" if n == 1 else f"{n:,} {name}s" for n, name in counted) + " checked"
        if not self.problems:
            return f"{self.folder}: whole. {checked}.\n"
        many = "one thing does" if len(self.problems) == 1 else f"{len(self.problems)} things do"
        return "\n".join([f"{self.folder}: {many} not agree. {checked}.", *(f"  - {p}" for p in self.problems)]) + "\n"


def verify(folder: str | Path) -> VerifyReport:
    """Check an output folder.

    Parameters
    ----------
    folder : path
        As ``auditor run`` wrote it.

    Returns
    -------
    VerifyReport
        With every problem; none when the folder is whole.

    Raises
    ------
    InputError
        When this is no output folder at all.
    """
    root = Path(folder)
    if not (root / SUMS).is_file():
        problem = Problem(f"no {SUMS}", "without it nothing can be checked", "name a folder that `auditor run` wrote")
        raise InputError(f"{root.name or root} is no output folder", [problem])
    listed, problems = _listed(root)
    problems.extend(_hash_problems(root, listed))
    review, data = _review(root, problems)
    pages = sorted(path for path in root.rglob("*.html") if path.is_file() and not path.is_symlink())
    if review is not None:
        problems.extend(_page_problems(root, pages, data))
        problems.extend(_stray_pages(root, pages, review))
        problems.extend(_table_problems(root, review))
    findings = sum(1 for _ in review.findings()) if review is not None else 0
    return VerifyReport(root.resolve().name, len(listed), len(pages), findings, tuple(problems))


def _listed(root: Path) -> tuple[dict[str, str], list[Problem]]:
    listed: dict[str, str] = {}
    problems: list[Problem] = []
    for row, line in enumerate((root / SUMS).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        found = _LINE.fullmatch(line)
        if found is None or found.group(2) in listed or found.group(2).startswith("/") or ".." in found.group(2):
            why = "each line is a hash, two spaces and a path inside the folder, each path once"
            problems.append(Problem(f"unusable line {line[:80]!r}", why, _AGAIN, file=SUMS, row=row))
            continue
        listed[found.group(2)] = found.group(1)
    return listed, problems


_AGAIN = "take the folder again from where it came, or run the audit again"


def _hash_problems(root: Path, listed: dict[str, str]) -> Iterator[Problem]:
    present = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_symlink() or path.is_file()}
    for name, expected in sorted(listed.items()):
        file = root / name
        if name not in present:
            yield Problem("the file is missing", f"{SUMS} lists it", _AGAIN, file=name)
        elif file.is_symlink():
            yield Problem("the file is a symbolic link", "it could change without notice", _AGAIN, file=name)
        elif hashlib.sha256(file.read_bytes()).hexdigest() != expected:
            yield Problem("the file was changed", f"its hash is not the one in {SUMS}", _AGAIN, file=name)
    for name in sorted(present - set(listed) - {SUMS}):
        yield Problem("a file that does not belong here", f"{SUMS} does not list it", "take it out", file=name)
    for name in _REQUIRED:
        if name not in listed:
            yield Problem("the file is not listed", "every output holds it", _AGAIN, file=name)
    yield from _package_problems(root, listed)


def _package_problems(root: Path, listed: dict[str, str]) -> Iterator[Problem]:
    try:
        package = json.loads((root / PACKAGE).read_text(encoding="utf-8"))
        stated = {entry["path"]: entry["hash"] for entry in package["resources"]}
    except (OSError, ValueError, KeyError, TypeError):
        yield Problem("it cannot be read", "it describes the folder", _AGAIN, file=PACKAGE)
        return
    expected = {name: f"sha256:{value}" for name, value in listed.items() if name != PACKAGE}
    for name in sorted(set(stated) ^ set(expected)):
        yield Problem(f"{name} stands in one list only", f"{PACKAGE} and {SUMS} must agree", _AGAIN, file=PACKAGE)
    for name in sorted(set(stated) & set(expected)):
        if stated[name] != expected[name]:
            yield Problem(f"another hash for {name}", f"{PACKAGE} and {SUMS} must agree", _AGAIN, file=PACKAGE)


def _review(root: Path, problems: list[Problem]) -> tuple[Review | None, dict[str, Any]]:
    try:
        data = json.loads((root / "review.json").read_text(encoding="utf-8"))
        review = Review.from_dict(data)
    except AuditorError as error:
        problems.extend(error.problems)
    except OSError:
        problems.append(Problem("it cannot be read", "the pages are made from it", _AGAIN, file="review.json"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else str(error).splitlines()[0]
        why = "it does not have the form that `auditor schema review` describes"
        problems.append(Problem(what, why, _AGAIN, file="review.json"))
    else:
        unknown = set(data) ^ set(review.to_dict())
        if unknown:
            what = f"unexpected keys: {', '.join(sorted(unknown))}"
            problems.append(Problem(what, "`auditor schema review` closes the list", _AGAIN, file="review.json"))
        return review, data
    return None, {}


def _page_problems(root: Path, pages: list[Path], data: dict[str, Any]) -> Iterator[Problem]:
    from auditor.report.trace import check_data

    for page in pages:
        html = page.read_text(encoding="utf-8", errors="replace")
        for text in check_data(html, data):
            why = "pages say what review.json holds, and nothing else"
            yield Problem(text, why, _AGAIN, file=page.relative_to(root).as_posix())


def _stray_pages(root: Path, pages: list[Path], review: Review) -> Iterator[Problem]:
    """Yield pages of no place of the review (the reverse is allowed: ``--place`` writes some pages only)."""
    known = {"index.html", *(entry.page for entry in review.places)}
    for page in pages:
        name = page.relative_to(root).as_posix()
        if name not in known:
            yield Problem("a page of no place of this review", "review.json names every page", _AGAIN, file=name)


def _table_problems(root: Path, review: Review) -> Iterator[Problem]:
    try:
        text = (root / NAME).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return  # its absence is a problem of the hashes already
    found = list(csv.reader(io.StringIO(text)))
    columns, rows = findings_table(review)
    why = "findings.csv holds the findings of review.json"
    if not found or found[0] != columns:
        yield Problem("other columns than the findings have", why, _AGAIN, file=NAME)
        return
    if len(found) - 1 != len(rows):
        yield Problem(f"{len(found) - 1} rows for {len(rows)} findings", why, _AGAIN, file=NAME)
        return
    for number, (line, expected) in enumerate(zip(found[1:], rows, strict=True), 2):
        if len(line) != len(expected):
            yield Problem(f"{len(line)} cells for {len(expected)} columns", why, _AGAIN, file=NAME, row=number)
            continue
        for column, here, there in zip(columns, line, expected, strict=True):
            if here != there:
                what = f"{here[:60]!r}, the review {there[:60]!r}"
                yield Problem(what, why, _AGAIN, file=NAME, row=number, column=column)
