"""The pages of an output folder against those that its review gives, over worker processes."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from auditor.audit.progress import Progress, silent
from auditor.audit.verify_files import AGAIN, content
from auditor.audit.verify_tables import excerpts
from auditor.errors import Problem
from auditor.findings.review import Review
from auditor.report.editions import INDEX, languages_of, path_in
from auditor.report.render import Renderer
from auditor.report.trace import check_data

_BATCH = 16
_WHY = "pages say what review.json holds, and nothing else"


Page = tuple[str, int | None]


@dataclass(frozen=True)
class _Job:
    """What the workers share; forked, so that it is not copied."""

    root: Path
    data: Mapping[str, Any]
    renderers: Mapping[str, Renderer]
    pages: Mapping[str, Page]


_JOB: list[_Job] = []


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
    _JOB[:] = [_Job(root, data, renderers, pages)]
    try:
        yield from _compared(chosen, workers, progress)
    finally:
        _JOB.clear()


def _compared(chosen: Sequence[str], workers: int, progress: Progress) -> Iterator[Problem]:
    batches = [chosen[i : i + _BATCH] for i in range(0, len(chosen), _BATCH)]
    forking = "fork" in multiprocessing.get_all_start_methods()
    if workers < 2 or len(batches) < 4 or not forking:
        yield from _told(map(_batch_problems, batches), len(batches), progress)
        return
    gc.freeze()  # a collection in a worker would walk the whole review, and so copy it
    try:
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            yield from _told(pool.imap(_batch_problems, batches), len(batches), progress)
    finally:
        gc.unfreeze()


def _told(results: Iterator[list[Problem]], of: int, progress: Progress) -> Iterator[Problem]:
    for done, problems in enumerate(results):
        progress("comparing pages", done, of)
        yield from problems


def _batch_problems(names: Sequence[str]) -> list[Problem]:
    return [problem for name in names for problem in _one(_JOB[0], name)]


def _one(job: _Job, name: str) -> Iterator[Problem]:
    raw = content(job.root, name)
    if raw is None:
        return  # missing or a link: a problem of the lists
    language, index = job.pages[name]
    if language in job.renderers:
        yield from _bytes_problem(job.renderers[language], index, name, raw)
    for text in check_data(raw.decode("utf-8", errors="replace"), job.data):
        yield Problem(text, _WHY, AGAIN, file=name)


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
