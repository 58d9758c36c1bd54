"""Names inside an output folder: plain, relative, the same on every system."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from auditor.errors import Problem, UsageError

LONGEST = 100
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def safe_name(name: str) -> str:
    """Return ``name`` when it may be a file of the output folder.

    Parameters
    ----------
    name : str
        Such as ``"places/48453-travis-county.html"``: forward slashes, letters, digits, dots, hyphens and
        underscores.

    Raises
    ------
    ValueError
        For anything else: an absolute path, ``..``, a backslash, NUL or another control character, a mark
        that turns the direction of writing, a name that Windows reserves, a part of more than 100
        characters.
    """
    for part in name.split("/"):
        if not _PLAIN.fullmatch(part) or part.endswith("."):
            raise ValueError(f"{part!r} in {name!r} is no plain file name")
        if part.split(".")[0].lower() in _RESERVED:
            raise ValueError(f"{part!r} in {name!r} is a name that Windows reserves")
        if len(part) > LONGEST:
            raise ValueError(f"{part[:20]!r}... has more than {LONGEST} characters")
    return str(PurePosixPath(name))


def target(path: str | Path) -> Path:
    """Return the absolute path of an output folder, once it is safe to write there.

    A symbolic link anywhere in the path is refused, since it could lead the output elsewhere between the
    check and the writing; the links that systems keep at the top (``/tmp``, ``/var``, ``/home``) are let
    pass.

    Raises
    ------
    UsageError
        When the path holds a link, a NUL, or names no folder that could be made.
    """
    if "\0" in str(path):
        raise _refusal("a NUL character in the output path", "no file system takes it", "choose another name", "")
    given = Path(path)
    typed = given if given.is_absolute() else Path.cwd() / given
    for folder in [typed, *list(typed.parents)[:-2]]:
        if _is_link(folder):
            why = "the output would land elsewhere than the path says"
            raise _refusal("a symbolic link in the output path", why, "give the real path of the folder", folder.name)
    absolute = Path(os.path.normpath(typed))
    if not absolute.name:
        raise _refusal("the output path is the root of the disk", "nothing may be replaced there", "name a folder", "")
    return absolute


def _is_link(folder: Path) -> bool:
    try:
        return folder.is_symlink()
    except PermissionError as error:
        why = f"{folder.parent.name!r} above it may not be entered"
        remedy = "choose a folder of your own"
        raise _refusal("there is no permission to write there", why, remedy, folder.name) from error


def _refusal(found: str, why: str, remedy: str, file: str) -> UsageError:
    return UsageError("the output folder cannot be used", [Problem(found, why, remedy, file=file)])
