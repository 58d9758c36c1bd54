"""Step 2: what was recognised, each doubt as a question; answers go into the configuration and are read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from auditor.app.answered import answers_of
from auditor.app.control import Control, mark
from auditor.app.desk import desk
from auditor.app.forms import posted
from auditor.app.meanings import FORMATS
from auditor.app.pages import go, page


async def show(request: Request) -> Response:
    """Show what was recognised, and ask what is open."""
    return _page(request, {}, {})


def _page(request: Request, errors: Mapping[str, str], given: Mapping[str, Any], status: int = 200) -> Response:
    at = desk(request)
    found = at.jobs.result("look")
    if found is None:
        return go("/")
    errors = {**{mark(entry["path"]): entry["text"] for entry in found["refused"]}, **errors}
    sources = [_source(source, errors) for source in found["sources"]]
    audit = _controls(found["audit"])
    everything = {c.id: c for c in (*audit, *(c for source in found["sources"] for c in _controls(source["controls"])))}
    ready = not any(control.open for control in everything.values()) and not any(
        source["wrong"] or source["unanswerable"] for source in sources
    )
    return page(
        request,
        "questions.html.j2",
        status,
        sources=sources,
        audit=grouped(audit),
        amiss=any(control.id in errors for control in audit),
        formats=dict(FORMATS),
        errors=errors,
        given=given,
        missing=found["missing"],
        ready=ready,
        open=sum(control.open for control in everything.values()),
        problem=at.jobs.error("check"),
    )


def _source(source: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    own = _controls(source["controls"])
    return {**source, "groups": grouped(own), "amiss": any(control.id in errors for control in own)}


def _controls(data: Sequence[Mapping[str, Any]]) -> list[Control]:
    return [Control.of(entry) for entry in data]


def grouped(controls: Sequence[Control]) -> dict[str, list[tuple[str, list[Control]]]]:
    """Return the open controls and the others, each under their headings in the order in which they come."""
    parts: dict[str, dict[str, list[Control]]] = {"open": {}, "more": {}}
    for control in controls:
        parts["open" if control.open or control.first else "more"].setdefault(control.group, []).append(control)
    return {name: list(heads.items()) for name, heads in parts.items()}


@posted
async def answer(request: Request, form: FormData) -> Response:
    """Take answers; the files are then looked at again."""
    at = desk(request)
    found = at.jobs.result("look")
    if found is None:
        return go("/")
    controls = [*_controls(found["audit"]), *(c for source in found["sources"] for c in _controls(source["controls"]))]
    answers, errors, given = answers_of(controls, form)
    if errors:
        return _page(request, errors, given, 422)
    at.case.forget("check")
    if answers:
        at.jobs.start("look", "/questions", answers=[{"path": list(path), "value": value} for path, value in answers])
        return go("/working")
    return go("/questions")
