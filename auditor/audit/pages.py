"""Render the pages of a review over worker processes; the bytes do not depend on how many."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence

from auditor.audit.progress import Progress, silent
from auditor.findings.review import Review
from auditor.report.editions import languages_of
from auditor.report.render import Renderer

_BATCH = 16
_RENDERER: list[Renderer] = []


def pages(
    review: Review, chosen: Sequence[int], workers: int = 1, progress: Progress = silent
) -> Iterator[tuple[str, str]]:
    """Yield (path, HTML) of the chosen places and, last, of the index, in one language after the other.

    Parameters
    ----------
    review : Review
    chosen : sequence of int
        Positions of the places whose pages are wanted.
    workers : int
        Processes. They are forked, so that the review is shared and not copied; where the system cannot fork, the
        pages are rendered in this process.
    progress : callable
    """
    languages = languages_of(review.audit)
    for turn, language in enumerate(languages):
        renderer = Renderer(review, language)
        for done, (path, html) in enumerate(_rendered(renderer, chosen, workers), turn * len(chosen)):
            progress("writing pages", done, len(languages) * len(chosen))
            yield path, html
        yield renderer.index_path(), renderer.index()


def _rendered(renderer: Renderer, chosen: Sequence[int], workers: int) -> Iterator[tuple[str, str]]:
    forking = "fork" in multiprocessing.get_all_start_methods()
    if workers < 2 or len(chosen) < 4 * _BATCH or not forking:
        for index in chosen:
            yield renderer.place_path(index), renderer.place(index)
        return
    _RENDERER[:] = [renderer]
    try:
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            batches = [chosen[i : i + _BATCH] for i in range(0, len(chosen), _BATCH)]
            for batch, texts in zip(batches, pool.imap(_render_batch, batches), strict=True):
                for index, html in zip(batch, texts, strict=True):
                    yield renderer.place_path(index), html
    finally:
        _RENDERER.clear()


def _render_batch(batch: Sequence[int]) -> list[str]:
    return [_RENDERER[0].place(index) for index in batch]
