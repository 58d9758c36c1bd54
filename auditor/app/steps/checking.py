"""Step 3: what was read, what was set aside, which tests are possible, how far they can lead; then the run."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from auditor.app.desk import desk
from auditor.app.forms import posted, text, texts
from auditor.app.pages import go, page


@posted
async def check(request: Request, form: FormData) -> Response:
    """Have the files checked."""
    at = desk(request)
    if at.jobs.result("look") is None:
        return go("/")
    at.jobs.start("check", "/check")
    return go("/working")


async def show(request: Request) -> Response:
    """Show what the check found, and ask which places are wanted."""
    return _page(request)


def _page(request: Request, wrong: str = "", status: int = 200) -> Response:
    at = desk(request)
    if at.jobs.error("check") is not None:
        return go("/questions")
    found = at.jobs.result("check")
    if found is None:
        return go("/")
    return page(
        request,
        "check.html.j2",
        status,
        found=found,
        able=[signal for signal in found["signals"] if signal["can"]],
        unable=[signal for signal in found["signals"] if not signal["can"]],
        places=sorted(found["names"].items(), key=lambda entry: entry[1]),
        problem=at.jobs.error("run"),
        wrong=wrong,
        begun=at.jobs.current is not None and at.jobs.current.step == "run" and at.jobs.current.stopped,
    )


@posted
async def run(request: Request, form: FormData) -> Response:
    """Run the audit: of every place, with the pages of those that were chosen."""
    at = desk(request)
    found = at.jobs.result("check")
    if found is None:
        return go("/")
    if found["questions"]:
        return _page(request, "Answer what is open first.", 422)
    places = [] if text(form, "which") != "some" else texts(form, "place")
    if text(form, "which") == "some" and (not places or set(places) - set(found["names"])):
        return _page(request, "Choose at least one place of the list, or all of them.", 422)
    language = "es" if text(form, "language") == "es" else ""
    at.letters.clear()
    at.jobs.start("run", "/review", places=places, language=language)
    return go("/working")
