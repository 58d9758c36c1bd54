"""Render the pages of a review over worker processes; the bytes do not depend on how many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from auditor.audit.crew import Failed, attempted
from auditor.audit.limits import within
from auditor.audit.poisoned import Poisoned
from auditor.audit.progress import Progress, silent
from auditor.errors import AuditorError
from auditor.findings.review import Review
from auditor.report.editions import languages_of
from auditor.report.render import Renderer

_FEW = 64
"""Pages for which no other process is started."""


def _nothing_yet(path: str) -> bool:
    return False


def pages(
    review: Review,
    chosen: Sequence[int],
    workers: int = 1,
    progress: Progress = silent,
    done: Callable[[str], bool] = _nothing_yet,
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
    done : callable
        Says of a path whether its page is there already; it is left out then.

    Raises
    ------
    Poisoned
        When every other page was yielded: the places whose page failed, if not all did.
    """
    languages = languages_of(review.audit)
    failed: dict[str, str] = {}
    for turn, language in enumerate(languages):
        renderer = Renderer(review, language)
        missing = [index for index in chosen if not done(renderer.place_path(index))]
        before = turn * len(chosen) + len(chosen) - len(missing)
        for count, (index, html) in enumerate(_rendered(renderer, missing, workers), before):
            progress("writing pages", count, len(languages) * len(chosen))
            if isinstance(html, Failed):
                failed[review.places[index].place] = html.error
            else:
                yield renderer.place_path(index), html
        if missing and len(failed) == len(review.places):
            _raise_again(renderer, missing[0])
        if not failed and not done(renderer.index_path()):
            yield renderer.index_path(), renderer.index()
    if failed:
        raise Poisoned(failed)


def _rendered(renderer: Renderer, chosen: Sequence[int], workers: int) -> Iterator[tuple[int, str | Failed]]:
    def work(index: int) -> str:
        with within():
            return renderer.place(index)

    return attempted(work, chosen, workers if len(chosen) >= _FEW else 1)


def _raise_again(renderer: Renderer, index: int) -> None:
    """Raise what every page fails with: that is no fault of a place."""
    renderer.place(index)
    raise AuditorError("no page could be written: the processes that write them were killed (out of memory?)")
