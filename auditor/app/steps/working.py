"""The page of a step under way: it stays open, and every word on how far the step has come is added to it.

No script and no reloading: the answer itself goes on until the step ends, and then leads to what it found.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from auditor.app.desk import desk
from auditor.app.forms import posted
from auditor.app.jobs import Job
from auditor.app.pages import environment, go, html

LOOK: Final = 0.25
"""Seconds between two looks at the step."""
TENTHS: Final = 10
WORDS: Final = {
    "look": "Looking at your files",
    "check": "Checking the files",
    "run": "Running the audit",
    "letter": "Writing the letter",
}
_MARK: Final = "<!-- progress -->"


async def show(request: Request) -> Response:
    """Show how far the step has come, until it ends."""
    job = desk(request).jobs.current
    if job is None:
        return go("/")
    if not job.running:
        return go(job.then)
    head, tail = html(request, "working.html.j2", what=WORDS[job.step]).split(_MARK)
    return StreamingResponse(_told(request, job, head, tail), media_type="text/html")


async def _told(request: Request, job: Job, head: str, tail: str) -> AsyncIterator[str]:
    yield head
    last, heard = "", ("", 0)
    while job.running:
        words, done, of = job.said()
        if words != last:
            # Who listens is told of each piece of work, and of each tenth of it; who looks sees every word.
            news = (job.course.what, TENTHS * done // of if of else 0)
            aloud = words if news != heard else ""
            yield environment().get_template("progress.html.j2").render(words=words, done=done, of=of, aloud=aloud)
            last, heard = words, news
        await asyncio.sleep(LOOK)
    yield environment().get_template("ended.html.j2").render(to=job.then, refresh=f"0; url={job.then}")
    yield tail


@posted
async def stop(request: Request, form: FormData) -> Response:
    """Stop the step."""
    at = desk(request)
    job = at.jobs.current
    await run_in_threadpool(at.jobs.stop)
    return go({"look": "/", "check": "/questions", "run": "/check"}.get(job.step, "/letters") if job else "/")
