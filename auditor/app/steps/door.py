"""The way in: the link that works once is exchanged for a cookie; and the style of the pages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from auditor.app.desk import desk
from auditor.app.guard import cookie_name
from auditor.app.pages import environment
from auditor.resources import folder

_USED = "Refused: this link was used already, or is not of this start of the program. The program has given a new one."


async def enter(request: Request) -> Response:
    """Exchange the link for the cookie.

    The page that follows is not a redirection: a browser that came from another program would not send the cookie.
    """
    at = desk(request)
    if request.method != "GET" or not at.keys.spend(request.query_params.get("token", "")):
        return PlainTextResponse(f"{_USED}\n", 403)
    at.spent()
    answer = Response(environment().get_template("enter.html.j2").render(), media_type="text/html")
    answer.set_cookie(cookie_name(at.port), at.keys.session, path="/", httponly=True, samesite="strict")
    return answer


async def style(request: Request) -> Response:
    """Send the style."""
    return Response((folder("templates") / "app" / "app.css").read_text(encoding="utf-8"), media_type="text/css")


async def icon(request: Request) -> Response:
    """Answer what every browser asks for: there is none."""
    return Response(status_code=204)
