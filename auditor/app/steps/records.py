"""The review file on the page of the files: handed in, or taken away again."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from auditor.app.desk import desk
from auditor.app.forms import posted
from auditor.app.pages import go
from auditor.app.review_file import take_in
from auditor.app.steps.files import files_page
from auditor.resources import folder


@posted
async def add(request: Request, form: FormData) -> Response:
    """Take the review file in, or say what is wrong with it."""
    sent = form.get("records")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return files_page(request, status=422, records=["No file was chosen."])
    wrong = await run_in_threadpool(take_in, desk(request).case, sent.filename, sent.file)
    return files_page(request, status=422, records=wrong) if wrong else go("/")


@posted
async def remove(request: Request, form: FormData) -> Response:
    """Delete the review file."""
    desk(request).case.drop_records()
    return go("/")


async def example(request: Request) -> Response:
    """Send the example that the package holds: published facts on two real counties."""
    file = folder("configs") / "review" / "alamance-and-maricopa.toml"
    return FileResponse(file, media_type="application/toml", filename="review-file-example.toml")
