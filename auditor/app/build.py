"""Put the pages together."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auditor.app.desk import Desk
from auditor.app.guard import OPEN, UPLOAD, Guard
from auditor.app.pages import refusal
from auditor.app.steps import checking, door, files, finish, letters, questions, records, review, working
from auditor.cli_guard import fault

ROUTES = (
    Route(OPEN, door.enter, methods=["GET"]),
    Route("/style.css", door.style, methods=["GET"]),
    Route("/favicon.ico", door.icon, methods=["GET"]),
    Route("/", files.show, methods=["GET"]),
    Route(UPLOAD, files.add, methods=["POST"]),
    Route("/files/remove", files.remove, methods=["POST"]),
    Route("/look", files.look, methods=["POST"]),
    Route("/earlier", files.earlier, methods=["POST"]),
    Route("/records", records.add, methods=["POST"]),
    Route("/records/remove", records.remove, methods=["POST"]),
    Route("/review-file-example.toml", records.example, methods=["GET"]),
    Route("/working", working.show, methods=["GET"]),
    Route("/stop", working.stop, methods=["POST"]),
    Route("/questions", questions.show, methods=["GET"]),
    Route("/questions", questions.answer, methods=["POST"]),
    Route("/check", checking.show, methods=["GET"]),
    Route("/check", checking.check, methods=["POST"]),
    Route("/run", checking.run, methods=["POST"]),
    Route("/review", review.show, methods=["GET"]),
    Route("/pages/{path:path}", review.served, methods=["GET"]),
    Route("/letters", letters.show, methods=["GET"]),
    Route("/letters", letters.write, methods=["POST"]),
    Route("/letters/{file}", letters.served, methods=["GET"]),
    Route("/finish", finish.show, methods=["GET"]),
    Route("/bundle", finish.bundle, methods=["GET"]),
    Route("/audit.toml", finish.config, methods=["GET"]),
    Route("/delete", finish.delete, methods=["POST"]),
    Route("/close", finish.close, methods=["POST"]),
)


def build(at: Desk) -> Guard:
    """Return the application of one start of the program, behind its guard."""
    app = Starlette(routes=list(ROUTES), exception_handlers={HTTPException: _refused, Exception: _failed})
    app.state.desk = at
    return Guard(app, at.keys, at.port)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    head = {404: "There is no such page", 405: "There is no such page"}.get(error.status_code, "Refused")
    return refusal(request, error.status_code, head, error.detail)


async def _failed(request: Request, error: Exception) -> Response:
    """Name the fault, never its text: that may hold data."""
    why = f"This is a fault of the program, not of your data: {fault(error)}. Nothing was sent anywhere."
    return refusal(request, 500, "Something went wrong", why)
