"""What stands before every page: host, origin, cookie and size of a request; headers of every answer.

A page of another site can make a browser send requests to this computer. None of them gets through: the host must be
ours by name (else a name that another site points here would do), a form must come from our own origin, and the cookie,
which no other site can make a browser send, must be there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auditor.app.keys import Keys

OPEN: Final = "/open"
"""The page that exchanges the link for the cookie."""
LARGEST_UPLOAD: Final = 1 << 30
LARGEST_FORM: Final = 4 << 20
"""Bytes of the request that brings files, and of any other."""
UPLOAD: Final = "/files"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Let through what comes from our own pages, and nothing else.

    Parameters
    ----------
    app : ASGI application
    keys : Keys
    port : int
        Which this program listens on.
    """

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        self.app, self.keys, self.port = app, keys, port
        self.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        sender = _with_headers(send)
        status, why = self._refusal(scope)
        if status:
            await PlainTextResponse(f"{why}\n", status)(scope, receive, sender)
            return
        most = LARGEST_UPLOAD if scope["path"] == UPLOAD else LARGEST_FORM
        with contextlib.suppress(Exception):  # the page of the fault was sent; a log of it could hold data
            await self.app(scope, _counted(receive, most), sender)

    def _refusal(self, scope: Scope) -> tuple[int, str]:
        """Return the status and the reason for which a request is refused; 0 where it is not."""
        host = _values(scope, b"host")
        if len(host) != 1 or host[0].lower() not in self.hosts:
            return 403, "Refused: this program answers to 127.0.0.1 and localhost only."
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "Refused: no such method."
        if scope["method"] == "POST" and _values(scope, b"origin") != [f"http://{host[0].lower()}"]:
            return 403, "Refused: the form did not come from a page of this program."
        if scope["path"] == OPEN:
            return 0, ""
        if any(site not in ("same-origin", "none") for site in _values(scope, b"sec-fetch-site")):
            return 403, "Refused: the request came from another site."
        if not any(self.keys.admits(cookie) for cookie in _cookies(scope, cookie_name(self.port))):
            return 403, "Refused: open the link that the program gave when it started."
        return 0, ""


def cookie_name(port: int) -> str:
    """Return the name of the cookie: browsers do not tell ports apart."""
    return f"auditor-{port}"


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _cookies(scope: Scope, name: str) -> Sequence[str]:
    found = []
    for header in _values(scope, b"cookie"):
        try:
            morsel = SimpleCookie(header).get(name)
        except CookieError:
            continue
        if morsel is not None:
            found.append(morsel.value)
    return found


def _counted(receive: Receive, most: int) -> Receive:
    """Return a reader of the request that stops at so many bytes, whatever its headers say."""
    taken = 0

    async def read() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413, f"More than {most >> 20:,} MiB at once is not taken.")
        return message

    return read


def _with_headers(send: Send) -> Send:
    """Return a sender that adds the headers of every answer where the answer has none of its own."""

    async def write(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {key.lower() for key, _ in message.get("headers", ())}
            more = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in own]
            message = {**message, "headers": [*message.get("headers", ()), *more]}
        await send(message)

    return write
