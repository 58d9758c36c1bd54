"""Render the pages of the app: autoescape, nothing undefined, no script."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from auditor import __version__
from auditor.app.desk import Desk, desk
from auditor.resources import folder

STEPS: Final = (
    ("/", "Files"),
    ("/questions", "Questions"),
    ("/check", "Check and run"),
    ("/review", "Review"),
    ("/letters", "Letters"),
    ("/finish", "Save and close"),
)


@cache
def environment() -> jinja2.Environment:
    """Return the environment of the templates."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("templates") / "app"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        count=lambda number: f"{number:,}",
        kib=lambda size: f"{max(1, round(size / 1024)):,} kB",
        mib=lambda size: f"{size >> 20:,} MiB",
        percent=lambda share: f"{share:.1%}".replace("%", " %"),
        sentence=lambda text: text[:1].upper() + text[1:],
    )
    return made


def html(request: Request, template: str, **values: Any) -> str:
    """Return a page as text."""
    at = desk(request)
    return (
        environment()
        .get_template(template)
        .render(
            **{"problem": None, "notice": "", **values},
            csrf=at.keys.form,
            here=request.url.path,
            steps=_steps(at),
            version=__version__,
        )
    )


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page."""
    return HTMLResponse(html(request, template, **values), status)


def go(to: str) -> RedirectResponse:
    """Go on to another page after a form was taken."""
    return RedirectResponse(to, 303)


def refusal(request: Request, status: int, head: str, why: str) -> HTMLResponse:
    """Return the page that says why a request is refused."""
    return page(request, "refused.html.j2", status, head=head, why=why)


def _steps(at: Desk) -> list[dict[str, Any]]:
    """Return the steps, each with whether it can be gone to yet."""
    looked = at.jobs.result("look")
    ready = {
        "/": True,
        "/questions": looked is not None,
        "/check": at.jobs.result("check") is not None,
        "/review": at.jobs.result("run") is not None,
        "/letters": at.jobs.result("run") is not None,
        "/finish": True,
    }
    return [{"path": path, "name": name, "ready": ready[path]} for path, name in STEPS]
