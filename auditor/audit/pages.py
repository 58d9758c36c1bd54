"""Render the pages of a review over worker processes; the bytes do not depend on how many."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence

from auditor.audit.progress import Progress, silent
from auditor.findings.review import Review
from auditor.report.render import Renderer

_BATCH = 16
_RENDERER: list[Renderer] = []


def pages(
    review: Review, chosen: Sequence[int], workers: int = 1, progress: Progress = silent
) -> Iterator[tuple[str, str]]:
    """Yield (path, HTML) of the chosen places and, last, of the index.

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
    renderer = Renderer(review)
    for done, (path, html) in enumerate(_rendered(renderer, review, chosen, workers)):
        progress("writing pages", done, len(chosen))
        yield path, html
    yield "index.html", renderer.index()


def _rendered(renderer: Renderer, review: Review, chosen: Sequence[int], workers: int) -> Iterator[tuple[str, str]]:
    forking = "fork" in multiprocessing.get_all_start_methods()
    if workers < 2 or len(chosen) < 4 * _BATCH or not forking:
        for index in chosen:
            yield review.places[index].page, renderer.place(index)
        return
    _RENDERER[:] = [renderer]
    try:
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            batches = [chosen[i : i + _BATCH] for i in range(0, len(chosen), _BATCH)]
            for batch, texts in zip(batches, pool.imap(_render_batch, batches), strict=True):
                for index, html in zip(batch, texts, strict=True):
                    yield review.places[index].page, html
    finally:
        _RENDERER.clear()


def _render_batch(batch: Sequence[int]) -> list[str]:
    return [_RENDERER[0].place(index) for index in batch]
