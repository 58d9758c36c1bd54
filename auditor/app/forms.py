"""Read a form that one of our own pages sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from auditor.app.desk import desk

MOST_FILES: Final = 200
MOST_FIELDS: Final = 20_000
LONGEST_FIELD: Final = 1 << 20
WHILE_BUSY: Final = ("/stop", "/delete", "/close")
MARK: Final = "form"


async def form_of(request: Request) -> FormData:
    """Return the form, once it bears the mark of our own pages.

    Raises
    ------
    HTTPException
        403 without the mark, 400 for what is no form, or one with more parts than any of ours.
    """
    form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
    if not desk(request).keys.signed(text(form, MARK)):
        await form.close()
        raise HTTPException(403, "The form did not come from a page of this program.")
    return form


def text(form: FormData, name: str) -> str:
    """Return a text of the form; empty where there is none."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def texts(form: FormData, name: str) -> list[str]:
    """Return every text of a name."""
    return [value.strip() for value in form.getlist(name) if isinstance(value, str) and value.strip()]


Page = Callable[[Request, FormData], Awaitable[Response]]


def posted(endpoint: Page) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that is given the form of the request, read and checked.

    While a step is under way nothing of the case changes: whoever sends a form is led to the step.
    """

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        form = await form_of(request)
        try:
            if desk(request).jobs.running and request.url.path not in WHILE_BUSY:
                return RedirectResponse("/working", 303)
            return await endpoint(request, form)
        finally:
            await form.close()

    return answer
