"""Step 1: hand files in, take them away again, have them looked at, with answers of an earlier time or without."""

from __future__ import annotations

import shutil
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from auditor.app.case import Case
from auditor.app.control import mark
from auditor.app.desk import desk
from auditor.app.earlier import NotTakenUp, taken_up
from auditor.app.forms import MOST_FILES, posted, text
from auditor.app.guard import LARGEST_UPLOAD
from auditor.app.names import safe_name
from auditor.app.pages import go, page
from auditor.app.review_file import held


async def show(request: Request) -> Response:
    """Show what was handed in, and the form for more."""
    return files_page(request)


def files_page(
    request: Request,
    refused: list[str] | None = None,
    status: int = 200,
    earlier: list[str] | None = None,
    records: list[str] | None = None,
) -> Response:
    """Return the page, with what was refused of each of its forms."""
    at = desk(request)
    files = [{"id": mark((path.name,)), "name": path.name, "size": path.stat().st_size} for path in at.case.files()]
    return page(
        request,
        "files.html.j2",
        status,
        files=files,
        refused=refused or [],
        earlier=earlier or [],
        wrong_records=records or [],
        records=at.case.records,
        records_held=held(at.case.records),
        problem=at.jobs.error("look"),
        most_files=MOST_FILES,
        most_bytes=LARGEST_UPLOAD,
    )


@posted
async def add(request: Request, form: FormData) -> Response:
    """Take files in; those that cannot be taken are named with the reason."""
    case = desk(request).case
    sent = [part for part in form.getlist("files") if isinstance(part, UploadFile) and part.filename]
    refused = [why for part in sent if (why := await run_in_threadpool(_take, case, part))]
    if not sent:
        refused = ["No file was chosen."]
    if len(refused) < len(sent):
        case.forget("look", "check")
    return files_page(request, refused, 422) if refused else go("/")


def _take(case: Case, part: UploadFile) -> str:
    """Write one file; return why it cannot be taken, or nothing."""
    try:
        target = case.path_for(safe_name(part.filename or ""))
    except ValueError as error:
        return f"{error}."
    if part.size is not None and case.size() + part.size > LARGEST_UPLOAD:
        return f"{target.name}: more than {LARGEST_UPLOAD >> 20:,} MiB in all; use the command line for such files."
    if not part.size:
        return f"{target.name}: the file is empty."
    _write(part, target)
    return ""


def _write(part: UploadFile, target: Path) -> None:
    """Write a file that only its owner may read; none is left where that fails half-way."""
    try:
        with target.open("xb") as stream:
            target.chmod(0o600)
            shutil.copyfileobj(part.file, stream)
    except OSError:
        target.unlink(missing_ok=True)
        raise


@posted
async def remove(request: Request, form: FormData) -> Response:
    """Delete one of the files handed in."""
    at = desk(request)
    wanted = next((path for path in at.case.files() if mark((path.name,)) == text(form, "file")), None)
    if wanted is not None:
        at.case.drop_file(wanted)
    return go("/")


@posted
async def look(request: Request, form: FormData) -> Response:
    """Have the files looked at."""
    at = desk(request)
    if not at.case.files():
        return files_page(request, ["Add a file first."], 422)
    at.case.forget("check")
    at.jobs.start("look", "/questions")
    return go("/working")


@posted
async def earlier(request: Request, form: FormData) -> Response:
    """Have the files looked at with the answers of an earlier time."""
    at = desk(request)
    sent = form.get("earlier")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return files_page(request, status=422, earlier=["No file was chosen."])
    try:
        records = at.case.records
        text = taken_up(await sent.read(), {path.name for path in at.case.files()}, records.name if records else "")
    except NotTakenUp as error:
        return files_page(request, status=422, earlier=list(error.args))
    at.case.forget("check")
    at.jobs.start("look", "/questions", earlier=text)
    return go("/working")
