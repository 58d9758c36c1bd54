"""Step 5: letters, from the finished review, what only the sender knows, and the office's own paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from auditor.app.case import Case
from auditor.app.desk import Desk, Written, desk
from auditor.app.forms import posted, text
from auditor.app.guard import LARGEST_FORM
from auditor.app.letter_form import ASKS, CHOICES, FORMATS, KINDS, details_of, lacking, sections
from auditor.app.pages import go, page, refusal

LANGUAGES = (("en", "English"), ("es", "Spanish (a reading copy of the English letter)"))
TYPES = {".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".pdf": "application/pdf"}


async def show(request: Request) -> Response:
    """Show the letters written so far, and the form of the next one."""
    at = desk(request)
    if at.jobs.result("run") is None:
        return go("/")
    _take_note(at)
    return _page(request, at.wanted, {})


def _take_note(at: Desk) -> None:
    """Put the letter that was written last on the list."""
    found = at.jobs.result("letter")
    if found is not None and found["file"] not in [letter.file for letter in at.letters]:
        at.letters.append(Written(found["file"], found["what"], tuple(found["before"])))


def _page(request: Request, given: Mapping[str, str], errors: Mapping[str, str], status: int = 200) -> Response:
    at = desk(request)
    failed = at.jobs.error("letter")
    return page(
        request,
        "letters.html.j2",
        status,
        places=[(entry["place"], f"{entry['name']}: {entry['label']}") for entry in at.jobs.result("run")["places"]],
        kinds=KINDS,
        formats=FORMATS,
        languages=LANGUAGES,
        factors=CHOICES,
        asks=ASKS,
        sections=[*sections()],
        given=given,
        errors={**(failed or {}).get("fields", {}), **errors},
        letters=at.letters,
        paper=at.case.letterhead.exists(),
        largest=LARGEST_FORM,
        problem=failed if not errors else None,
    )


@posted
async def write(request: Request, form: FormData) -> Response:
    """Have a letter written."""
    at = desk(request)
    found = at.jobs.result("run")
    if found is None:
        return go("/")
    names = ["place", "kind", "format", "language", *(field.name for _, _, own in sections() for field in own)]
    given = {name: text(form, name) for name in names}
    at.wanted = given
    places = {entry["place"]: entry["name"] for entry in found["places"]}
    errors = _unknown(
        given, {"place": places, "kind": dict(KINDS), "format": dict(FORMATS), "language": dict(LANGUAGES)}
    )
    errors |= lacking(given) | await _paper(at.case, form)
    if errors:
        return _page(request, given, errors, 422)
    details, origin = details_of(given)
    at.jobs.start(
        "letter",
        "/letters",
        **{name: given[name] for name in ("place", "kind", "format", "language")},
        details=details,
        origin=[[list(path), name] for path, name in origin.items()],
        stem=f"letter-{len(at.letters) + 1}-{given['kind']}",
        what=f"{dict(KINDS)[given['kind']].partition(':')[0]}; {places[given['place']]}",
    )
    return go("/working")


async def _paper(case: Case, form: FormData) -> dict[str, str]:
    """Keep the letterhead that was sent, or take the one that is there away; return what is wrong with it."""
    sent = form.get("letterhead")
    if isinstance(sent, UploadFile) and sent.filename:
        if not sent.filename.lower().endswith(".docx"):
            return {"letterhead": "Choose a Word document (.docx)."}
        case.letterhead.unlink(missing_ok=True)
        case.letterhead.touch(0o600)
        case.letterhead.write_bytes(await sent.read())
    elif text(form, "letterhead.drop") == "yes":
        case.letterhead.unlink(missing_ok=True)
    return {}


def _unknown(given: Mapping[str, str], known: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: "Choose one of the list." for name, choices in known.items() if given[name] not in choices}


async def served(request: Request) -> Response:
    """Send a letter, or the details that it was written with: one of the files that are there."""
    at = desk(request)
    wanted = {path.name: path for path in at.case.letters.iterdir() if path.is_file()}.get(request.path_params["file"])
    if wanted is None:
        return refusal(request, 404, "There is no such letter", "It was not written, or it was deleted.")
    return FileResponse(wanted, media_type=TYPES.get(wanted.suffix, "application/octet-stream"), filename=wanted.name)
