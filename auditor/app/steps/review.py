"""Step 4: the finished review, its pages served as they were written."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from auditor.app.desk import desk
from auditor.app.pages import go, page, refusal

KINDS: Final = {
    ".html": "text/html",
    ".csv": "text/csv",
    ".json": "application/json",
    ".toml": "text/plain",
    "": "text/plain",
}
"""What an output folder holds, and as what it is sent."""
_POLICY: Final = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"<>]+)">')
_HEAD: Final = 2_000


async def show(request: Request) -> Response:
    """Show what came out, with a link to every page."""
    at = desk(request)
    if at.jobs.error("run") is not None:
        return go("/check")
    found = at.jobs.result("run")
    if found is None:
        return go("/")
    flagged = sum(entry["flagged"] for entry in found["places"])
    return page(request, "review.html.j2", found=found, flagged=flagged, changed=at.case.changed)


async def served(request: Request) -> Response:
    """Send a file of the output folder: one of those that are there, told by its whole path."""
    at = desk(request)
    wanted = files_of(at.case.out).get(request.path_params["path"])
    if wanted is None or at.jobs.result("run") is None:
        return refusal(request, 404, "There is no such page", "The review has no page of this name.")
    kind = KINDS.get(wanted.suffix, "application/octet-stream")
    headers = {"content-security-policy": _policy(wanted)} if kind == "text/html" else {}
    name = wanted.name if kind in ("text/csv", "application/octet-stream") else None
    return FileResponse(wanted, media_type=kind, headers=headers, filename=name)


def files_of(folder: Path) -> dict[str, Path]:
    """Return the plain files below a folder by their path from there; links are no files."""
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(folder.resolve())
    }


def _policy(file: Path) -> str:
    """Return the policy that the page itself states, which no frame may weaken."""
    with file.open(encoding="utf-8") as stream:
        told = _POLICY.search(stream.read(_HEAD))
    own = html.unescape(told.group(1)) if told else "default-src 'none'"
    return f"{own}; frame-ancestors 'none'"
