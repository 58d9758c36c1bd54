"""The last step: take the results away, delete everything, close the program."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from auditor.app.bundle import NAME, write_bundle
from auditor.app.desk import desk
from auditor.app.forms import posted, text
from auditor.app.pages import go, page, refusal


async def show(request: Request) -> Response:
    """Show what can be taken away, and how everything is deleted."""
    at = desk(request)
    return page(
        request,
        "finish.html.j2",
        finished=at.jobs.result("run") is not None,
        drafted=at.case.config.exists(),
        changed=at.case.changed,
        letters=at.letters,
        files=len(at.case.files()),
    )


async def bundle(request: Request) -> Response:
    """Send the bundle."""
    at = desk(request)
    if at.jobs.result("run") is None or at.jobs.running:
        return refusal(request, 404, "There is no bundle yet", "Run the audit first.")
    file = await run_in_threadpool(write_bundle, at.case)
    return FileResponse(file, media_type="application/zip", filename=NAME)


async def config(request: Request) -> Response:
    """Send the configuration."""
    at = desk(request)
    if not at.case.config.exists():
        return refusal(request, 404, "There is no configuration yet", "Have your files looked at first.")
    return FileResponse(at.case.config, media_type="application/toml", filename="audit.toml")


@posted
async def delete(request: Request, form: FormData) -> Response:
    """Delete everything that was handed in or made, and begin anew."""
    await run_in_threadpool(desk(request).clear)
    return go("/")


@posted
async def close(request: Request, form: FormData) -> Response:
    """End the program; keep the folder only where that is asked for."""
    at = desk(request)
    at.case.keep = text(form, "keep") == "yes"
    await run_in_threadpool(at.jobs.stop)
    answer = page(request, "closed.html.j2", kept=at.case.keep)
    at.leave()
    return answer
