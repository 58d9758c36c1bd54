"""Why an output folder cannot be used or written, and what mends it."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from auditor.errors import AuditorError, Problem, UsageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_WHOLE = "the output appears whole or not at all: nothing was published, an earlier output is as it was"
_ELSEWHERE = "give another --out"


def refusal(path: Path, found: str, why: str, remedy: str = _ELSEWHERE) -> UsageError:
    """Return the refusal of a folder, named by its last part."""
    return UsageError("the output folder cannot be used", [Problem(found, why, remedy, file=path.name)])


def explained(error: OSError, path: Path, written: int = 0, needed: int = 0) -> AuditorError:
    """Return what the system said, in words.

    Parameters
    ----------
    error : OSError
    path : path
        The output folder.
    written, needed : int
        Bytes written so far, and of the file that did not fit.
    """
    if error.errno in _FULL:
        free = shutil.disk_usage(path.parent).free
        found = f"the disk is full: {written + needed:,} bytes needed so far, {written + free:,} were free"
        return AuditorError("the output could not be written", [Problem(found, _WHOLE, "make room and run it again")])
    if error.errno in _FORBIDDEN:
        what = "the disk is read-only" if error.errno == errno.EROFS else "no permission to write there"
        return refusal(path, what, "the output needs a folder of its own")
    if isinstance(error, FileExistsError | NotADirectoryError):
        return refusal(path, "a part of the path is a file", "no folder can be made there")
    found = f"{error.strerror} (error {error.errno})"
    return AuditorError("the output could not be written", [Problem(found, _WHOLE, _ELSEWHERE)])
