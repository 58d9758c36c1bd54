"""Check an output folder: its hashes, its review, and that pages and tables are what the review gives.

This shows that a folder agrees with itself and with the program that wrote it. It does not show who wrote it:
someone who changes the data and runs the audit again has a folder that agrees. For that, compare ``SHA256SUMS`` with
the one that its author published.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.audit.datapackage import SUMS
from auditor.audit.errata import read as read_errata
from auditor.audit.errata import told as known_errors
from auditor.audit.lettering.again import differences
from auditor.audit.lettering.again_pdf import pdf_problems
from auditor.audit.lettering.check import checked_file
from auditor.audit.progress import Progress, on_terminal
from auditor.audit.verify_files import (
    AGAIN,
    content,
    file_problems,
    listed_files,
    package_problems,
    stray_problems,
)
from auditor.audit.verify_pages import in_batches, page_names, page_problems
from auditor.audit.verify_review import (
    origin_problems,
    other_code,
    same_version,
    sentence_problems,
    verdict_problems,
    written_by,
)
from auditor.audit.verify_tables import expected_tables, table_problems
from auditor.errors import AuditorError, InputError, Problem
from auditor.findings.review import PlaceReview, Region, Review
from auditor.report.letters.details import Details

COMPARED = ("docx", "md", "pdf")
"""Formats of a letter in which no number names its source: the letter is written again and compared."""

_SHOWN = 100


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
    notes : tuple of str
        What could not be checked, and why: a folder with notes is never called whole.
    errata : tuple of str
        Errors known of the version that wrote the folder, which bear on its findings.
    """

    folder: str
    files: int
    pages: int
    findings: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()
    errata: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; ``whole`` only when everything could be compared and agrees."""
        problems = [{name: getattr(p, name) for name in _PROBLEM} for p in self.problems]
        return {
            "folder": self.folder,
            "whole": not problems and not self.notes,
            "files": self.files,
            "pages": self.pages,
            "findings": self.findings,
            "problems": problems,
            "notes": list(self.notes),
            "errata": list(self.errata),
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n"

    def to_text(self) -> str:
        """Return the result in words: the first problems, and how many more there are."""
        counted = ((self.files, "file"), (self.pages, "page"), (self.findings, "finding"))
        checked = ", ".join(f"{n:,} {name}" if n == 1 else f"{n:,} {name}s" for n, name in counted) + " checked"
        many = "one thing does" if len(self.problems) == 1 else f"{len(self.problems):,} things do"
        if self.problems:
            said = f"{many} not agree"
        else:
            said = "nothing disagrees, but not everything could be compared" if self.notes else "whole"
        lines = [f"{self.folder}: {said}. {checked}.", *(f"  - {p}" for p in self.problems[:_SHOWN])]
        if len(self.problems) > _SHOWN:
            lines.append(f"  - and {len(self.problems) - _SHOWN:,} more; `auditor verify --json` lists them all")
        lines.extend(f"  note: {note}" for note in self.notes)
        lines.extend(f"  known error of the version that wrote it: {erratum}" for erratum in self.errata)
        return "".join(f"{_printable(line)}\n" for line in lines)


def _printable(line: str) -> str:
    """Write what could steer a terminal as an escape: a forged folder chooses its own names and attributes."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


_PROBLEM = ("file", "row", "column", "found", "why", "remedy")


def verify(
    folder: str | Path,
    workers: int | None = None,
    progress: Progress | None = None,
    letters: Sequence[Path] = (),
    details: Details | None = None,
    errata: Path | None = None,
) -> VerifyReport:
    """Check an output folder.

    Parameters
    ----------
    folder : path
        As ``auditor run`` wrote it.
    workers : int, optional
        Processes that render pages; one a processor unless said otherwise.
    progress : callable, optional
        A line on stderr where that is a terminal, unless said otherwise.
    letters : sequence of path
        Letters in HTML, Markdown or DOCX that were written from this folder's review: every line with a figure is held
        against the letter that the review gives (of HTML where ``details`` are given); of HTML also each number's
        source, sentences and wording.
    details : Details, optional
        What the letters were written with.
    errata : path, optional
        A list of known errors that is newer than this version's own.

    Returns
    -------
    VerifyReport
        With every problem; none when all that could be compared agrees.

    Raises
    ------
    InputError
        When this is no output folder at all, or the errata cannot be read.
    """
    known = read_errata(errata)
    root = Path(folder)
    if not (root / SUMS).is_file():
        problem = Problem(f"no {SUMS}", "without it nothing can be checked", "name a folder that `auditor run` wrote")
        raise InputError(f"{root.name or root} is no output folder", [problem])
    listed, problems = listed_files(root)
    problems.extend(file_problems(root, listed))
    review, data = _review(root, problems)
    same = review is not None and same_version(review)
    title = str(review.audit.get("title")) if review is not None and same else None
    problems.extend(package_problems(root, listed, title))
    found = (path.relative_to(root) for path in root.rglob("*.html") if path.is_file() and not path.is_symlink())
    pages = sorted(path.as_posix() for path in found)
    findings = 0
    if review is not None:
        findings = sum(1 for _ in review.findings())
        problems.extend(_stray_pages(pages, review))
        many, show = workers or _processors(), progress or on_terminal(quiet=False)
        problems.extend(_review_problems(root, review, same=same, workers=many, progress=show))
        problems.extend(_tables(root, review, listed, same=same))
        problems.extend(page_problems(root, pages, review, data, same=same, workers=many, progress=show))
        sha256 = hashlib.sha256(content(root, "review.json") or b"").hexdigest()
        for letter in letters:
            problems.extend(_letter_problems(letter, review, data, sha256, details, same=same))
    notes = () if review is None or same else (_another_version(review),)
    if problems and review is not None and other_code(root, review):
        notes = (_OTHER_CODE,)
    wrong = () if review is None else known_errors(review, known)
    return VerifyReport(root.resolve().name, len(listed), len(pages), findings, tuple(problems), notes, wrong)


def _letter_problems(
    letter: Path, review: Review, data: Mapping[str, Any], sha256: str, details: Details | None, *, same: bool
) -> Iterator[Problem]:
    ending = letter.suffix.lower().lstrip(".")
    if ending not in COMPARED:
        told = checked_file(letter, data, sha256)
        yield from told
        # Each number names its source; its other figures are the sender's, and only --details tells them.
        if told or details is None or ending != "html":
            return
    # Another version words its letters otherwise.
    if same:
        yield from (pdf_problems if ending == "pdf" else differences)(letter, review, sha256, details)
    elif ending in COMPARED:
        why = "it can be compared by the version that wrote the review only"
        yield Problem("it cannot be checked here", why, "write it again as HTML", file=letter.name)


_OTHER_CODE = (
    f"other code of the same version ({__version__}) wrote this folder (code_sha256 in environment.json): what is not "
    "as this program writes it may be another state of the program, and no hand. To tell, verify it with the code that "
    "wrote it"
)


def _another_version(review: Review) -> str:
    version = written_by(review)
    wrote = f"auditor {version[:40]!r} wrote this folder"
    if not version:
        wrote = "review.json does not say which version wrote this folder"
    remedy = f"verify it with version {version[:40]!r}" if version else "run the audit again"
    return (
        f"{wrote}, and this is {__version__}: pages and tables could not be compared byte for byte. Checked were the "
        f"hashes, the verdicts, findings.csv and every number that names its source; words, headings, figures, the "
        f"other tables and the protocol were not. To compare everything, {remedy}"
    )


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _review(root: Path, problems: list[Problem]) -> tuple[Review | None, dict[str, Any]]:
    raw = content(root, "review.json")
    if raw is None:
        problems.append(Problem("it cannot be read", "the pages are made from it", AGAIN, file="review.json"))
        return None, {}
    try:
        data = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
        review = Review.from_dict(data)
    except AuditorError as error:
        problems.extend(error.problems)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else str(error).splitlines()[0]
        why = "it does not have the form that `auditor schema review` describes"
        problems.append(Problem(what, why, AGAIN, file="review.json"))
    else:
        problems.extend(_form_problems(raw, data, review))
        return review, data
    return None, {}


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of a review")


def _form_problems(raw: bytes, data: dict[str, Any], review: Review) -> Iterator[Problem]:
    unknown = set(data) ^ {"schema_version", *(field.name for field in dataclasses.fields(Review))}
    if unknown:
        what = f"unexpected keys: {', '.join(sorted(unknown))}"
        yield Problem(what, "`auditor schema review` closes the list", AGAIN, file="review.json")
    elif same_version(review) and not review.is_written(raw):
        why = "two readers could take it differently, as where a key stands twice"
        yield Problem("it is not written as auditor writes it", why, AGAIN, file="review.json")


def _stray_pages(pages: list[str], review: Review) -> Iterator[Problem]:
    """Yield pages of no place of the review (the reverse is allowed: ``--place`` writes some pages only)."""
    known = set(page_names(review))
    for name in pages:
        if name not in known:
            yield Problem("a page of no place of this review", "review.json names every page", AGAIN, file=name)


def _review_problems(root: Path, review: Review, *, same: bool, workers: int, progress: Progress) -> Iterator[Problem]:
    yield from origin_problems(root, review)
    try:
        yield from verdict_problems(root, review)
        if same:
            entries: tuple[PlaceReview | Region, ...] = (*review.places, *review.regions)
            yield from in_batches(sentence_problems, entries, workers, partial(progress, "comparing sentences"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        yield _malformed(error)


def _tables(root: Path, review: Review, listed: dict[str, str], *, same: bool) -> Iterator[Problem]:
    try:
        expected = expected_tables(review, same=same)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        yield _malformed(error)
        return
    if same:
        yield from stray_problems(listed, set(page_names(review)), set(expected))
    for name, text in expected.items():
        yield from table_problems(root, name, text, same=same)


def _malformed(error: Exception) -> Problem:
    what = f"a part has another form than it must have ({type(error).__name__}: {str(error)[:80]})"
    return Problem(what, "pages and tables cannot be made from it", AGAIN, file="review.json")
