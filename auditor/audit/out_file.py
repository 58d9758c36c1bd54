"""Write a result to one file: whole or not at all, and never into an output folder.

A private file holds numbers that are not suppressed, or a key: only its owner may read it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from auditor.audit.datapackage import is_ours
from auditor.errors import Problem, UsageError

_ELSEWHERE = "give another --out"
_HANDED_ON = "output folders are made to be handed on, and this file is not suppressed"
_HASHED = "the hashes of that folder would no longer cover what is in it"


def check_target(file: Path, *, private: bool = False) -> None:
    """Refuse a file that cannot be written, or that must not stand where it would.

    Raises
    ------
    UsageError
        When the file lies inside an output folder, its own folder does not exist, or it is a folder itself.
    """
    folder = (file if file.is_absolute() else Path.cwd() / file).parent.resolve()
    try:
        whole = file.is_dir()
    except OSError as error:
        raise _refusal(file, str(error.strerror), "nothing can be written there", _ELSEWHERE) from error
    if whole:
        raise _refusal(file, "it is a folder", "the result is one file", _ELSEWHERE)
    if not folder.is_dir():
        raise _refusal(file, "its folder does not exist", "nothing can be written there", "make the folder first")
    if any(is_ours(parent) for parent in (folder, *folder.parents)):
        why = _HANDED_ON if private else _HASHED
        raise _refusal(file, "it would lie inside an output folder", why, _ELSEWHERE)


def write_whole(file: Path, text: str, *, private: bool = False) -> None:
    """Write a text file, as :func:`write_whole_bytes` does."""
    write_whole_bytes(file, text.encode(), private=private)


def write_whole_bytes(file: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file by one rename; a private one is readable by its owner only, from its first byte.

    Raises
    ------
    UsageError
        When it cannot be written.
    """
    check_target(file, private=private)
    staged = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666)
        with open(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(staged, file)
    except OSError as error:
        raise _refusal(file, str(error.strerror), "nothing was written", _ELSEWHERE) from error
    finally:
        with contextlib.suppress(OSError):
            staged.unlink()


def _refusal(file: Path, found: str, why: str, remedy: str) -> UsageError:
    return UsageError("the file cannot be written", [Problem(found, why, remedy, file=file.name)])
