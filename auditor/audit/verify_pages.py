"""The pages of an output folder against those that its review gives, over worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

from auditor.audit.crew import shared_out
from auditor.audit.progress import Progress, silent
from auditor.audit.verify_files import AGAIN, content
from auditor.audit.verify_tables import excerpts
from auditor.errors import Problem
from auditor.findings.review import Review
from auditor.report.editions import INDEX, languages_of, path_in
from auditor.report.render import Renderer
from auditor.report.trace import Checker

_BATCH = 16
_WHY = "pages say what review.json holds, and nothing else"


T = TypeVar("T")
Page = tuple[str, int | None]


@dataclass(frozen=True)
class _Job:
    """What the workers share; forked, so that it is not copied."""

    root: Path
    checker: Checker
    renderers: Mapping[str, Renderer]
    pages: Mapping[str, Page]

    def problems(self, name: str) -> Iterator[Problem]:
        """Yield what is wrong with one page."""
        raw = content(self.root, name)
        if raw is None:
            return  # missing or a link: a problem of the lists
        language, index = self.pages[name]
        if language in self.renderers:
            yield from _bytes_problem(self.renderers[language], index, name, raw)
        for text in self.checker.check(raw.decode("utf-8", errors="replace")):
            yield Problem(text, _WHY, AGAIN, file=name)


def page_names(review: Review) -> dict[str, Page]:
    """Return every page of a review by its path: its language, and which place it is of (None: the index)."""
    pages: dict[str, Page] = {}
    languages = languages_of(review.audit)
    for language in languages:
        pages[path_in(INDEX, language, languages)] = (language, None)
        for index, entry in enumerate(review.places):
            pages[path_in(entry.page, language, languages)] = (language, index)
    return pages


def page_problems(
    root: Path,
    names: Sequence[str],
    review: Review,
    data: Mapping[str, Any],
    *,
    same: bool,
    workers: int = 1,
    progress: Progress = silent,
) -> Iterator[Problem]:
    """Hold pages against the review.

    Every number and quoted sentence is followed to its source. When this version of auditor wrote the folder, every
    page is also rendered once more and compared byte by byte; only problems travel between the processes.

    Parameters
    ----------
    root : path
    names : sequence of str
        Paths of the pages that are present; those of no place of the review are passed over.
    review : Review
    data : mapping
        ``review.json`` as it was read.
    same : bool
        Whether this version wrote the folder.
    workers : int
        Processes; where the system cannot fork, all is done in this one.
    progress : callable

    Yields
    ------
    Problem
        In the order of the names.
    """
    renderers: dict[str, Renderer] = {}
    pages: dict[str, Page] = {}
    try:
        pages = page_names(review)
        if same:
            renderers = {language: Renderer(review, language) for language, _ in pages.values()}
    except ValueError as error:  # two places share a page, or a path or a language is not one that the program gives
        yield Problem(str(error), "no page can be made from this review", AGAIN, file="review.json")
    chosen = [name for name in names if name in pages]
    job = _Job(root, Checker(data), renderers, pages)
    yield from in_batches(job.problems, chosen, workers, partial(progress, "comparing pages"))


def in_batches(
    check: Callable[[T], Iterable[Problem]], entries: Sequence[T], workers: int, tell: Callable[[int, int], None]
) -> Iterator[Problem]:
    """Check entries over worker processes, some at a time; yield the problems in the order of the entries."""

    def work(batch: int) -> list[Problem]:
        return [problem for entry in entries[batch * _BATCH : (batch + 1) * _BATCH] for problem in check(entry)]

    batches = -(-len(entries) // _BATCH)
    for done, problems in enumerate(shared_out(work, batches, workers)):
        tell(done, batches)
        yield from problems


def _bytes_problem(renderer: Renderer, index: int | None, name: str, raw: bytes) -> Iterator[Problem]:
    try:
        expected = renderer.index() if index is None else renderer.place(index)
    except Exception as error:  # the boundary of one page: whatever a changed review breaks is told, not thrown
        what = f"this page cannot be made from review.json ({type(error).__name__}: {str(error)[:80]})"
        yield Problem(what, "pages are made from it alone", AGAIN, file=name)
        return
    if raw == expected.encode():
        return
    row, what = _first_difference(raw.decode("utf-8", errors="backslashreplace"), expected)
    yield Problem(what, _WHY, AGAIN, file=name, row=row)


def _first_difference(found: str, expected: str) -> tuple[int, str]:
    """Return the first line that differs, and both readings; found bytes that are no UTF-8 stand as escapes."""
    lines = zip_longest(found.split("\n"), expected.split("\n"))
    for row, (here, there) in enumerate(lines, 1):
        if here != there:
            return row, excerpts(here or "", there or "")
    return 0, "the bytes are not those of the page"
