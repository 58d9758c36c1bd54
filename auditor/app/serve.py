"""Listen on this computer alone, say the link, and leave nothing behind."""

from __future__ import annotations

import signal
import socket
import tempfile
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn

from auditor.app.build import build
from auditor.app.case import Case
from auditor.app.desk import Desk
from auditor.app.guard import OPEN
from auditor.app.keys import Keys
from auditor.errors import UsageError

HOST: Final = "127.0.0.1"
GRACE: Final = 3
"""Seconds that pages under way are given when the program ends."""


def serve(port: int, tell: Callable[[str], None], *, browser: bool) -> Path | None:
    """Serve the pages until their owner closes the program.

    Parameters
    ----------
    port : int
        0 for any that is free.
    tell : callable
        Told the link, a line each.
    browser : bool
        Whether to open the link in the browser.

    Returns
    -------
    path or None
        The folder that was kept.

    Raises
    ------
    UsageError
        When the port is taken.
    """
    with _listening(port) as listener:
        number = int(listener.getsockname()[1])
        case, keys = Case.open(), Keys()
        # Whatever is put aside for a moment (a file on its way in) is put into the case, and goes with it.
        before, tempfile.tempdir = tempfile.tempdir, str(case.root / "tmp")

        def link() -> str:
            return f"http://{HOST}:{number}{OPEN}?token={keys.link}"

        def again() -> None:
            tell(f"The link was used. Another window, or not you? A new link, for once: {link()}")

        at = Desk(case, keys, number, leave=lambda: setattr(server, "should_exit", True), spent=again)
        server = uvicorn.Server(_settings(at))
        if hasattr(signal, "SIGHUP"):  # the window of the terminal is closed
            signal.signal(signal.SIGHUP, server.handle_exit)
        try:
            tell(f"Open this link in your browser (it works once):\n  {link()}")
            tell("Everything stays on this computer. To end: `Save and close` on the page, or Ctrl+C here.")
            if browser:
                webbrowser.open(link())
            server.run(sockets=[listener])
        finally:
            at.jobs.stop()
            tempfile.tempdir = before
            kept = case.close()
        return kept


def _settings(at: Desk) -> uvicorn.Config:
    return uvicorn.Config(
        build(at),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=GRACE,
    )


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((HOST, port))
        listener.listen()  # before the link is said: whoever opens it at once waits, and is not turned away
    except OSError as error:
        listener.close()
        raise UsageError(
            f"port {port} cannot be used here ({error.strerror}): leave --port out, or give another"
        ) from error
    return listener
