"""The output folder: it appears whole, or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from auditor.audit import datapackage
from auditor.audit.output_lock import Lock
from auditor.audit.output_names import safe_name, target
from auditor.audit.publish import publish, recover, sync_folder
from auditor.errors import AuditorError, Problem, UsageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_WHOLE = "the output appears whole or not at all: nothing was published, an earlier output is as it was"
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class OutputFolder:
    """Write a folder in a private place beside it, and publish it by one rename when the block ends well.

    Parameters
    ----------
    path : path
        The folder to appear. When it exists it must be empty or an earlier output of auditor; that one
        stays as it is until the very end, and for good when anything fails.
    about : mapping, optional
        For ``datapackage.json``: ``title``, ``description``, ``licenses`` and so on.

    Raises
    ------
    UsageError
        On entry: the path holds a link, the folder holds something else, another run writes there, no
        permission.
    AuditorError
        While writing, when the disk is full.

    Examples
    --------
    >>> with OutputFolder("out") as folder:  # doctest: +SKIP
    ...     folder.write("places/48453.html", page)
    """

    def __init__(self, path: str | Path, about: Mapping[str, Any] | None = None) -> None:
        self.path = target(path)
        self.about = dict(about or {})
        self.files: dict[str, tuple[str, int]] = {}
        self.columns: dict[str, list[str]] = {}
        self._folded: set[str] = set()
        self._staging = self.path.with_name(f".{self.path.name}.staging-{os.getpid()}")
        self._lock = Lock(self.path.with_name(f".{self.path.name}.lock"))

    def __enter__(self) -> OutputFolder:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.__enter__()
        except OSError as error:
            raise self._explained(error, 0) from error
        try:
            self._prepare()
        except OSError as error:
            self._abandon()
            raise self._explained(error, 0) from error
        except BaseException:
            self._abandon()
            raise
        return self

    def _prepare(self) -> None:
        recover(self.path)
        for leftover in self.path.parent.glob(f".{_escaped(self.path.name)}.staging-*"):
            shutil.rmtree(leftover)  # we hold the lock, so its owner is gone
        self._check_replaceable()
        self._staging.mkdir(mode=0o700)

    def _check_replaceable(self) -> None:
        if not self.path.exists():
            return
        if not self.path.is_dir():
            raise self._refusal("there is a file of this name", "it would be lost", "give another --out")
        if any(self.path.iterdir()) and not datapackage.is_ours(self.path):
            why = "only an empty folder or an earlier output of auditor is replaced"
            raise self._refusal("the folder holds something else", why, "give another --out, or empty it yourself")

    def write(self, name: str, content: str | bytes) -> None:
        """Write one file.

        Parameters
        ----------
        name : str
            Relative path with forward slashes; see :func:`auditor.audit.output_names.safe_name`.
        content : str or bytes
            Text is written as UTF-8 with the line ends that it has.

        Raises
        ------
        ValueError
            When the name is not safe, or a file whose name differs in case only was written already.
        AuditorError
            When the disk is full.
        """
        self._add(safe_name(name), content.encode() if isinstance(content, str) else content)

    def _add(self, name: str, raw: bytes) -> None:
        if name.casefold() in self._folded:
            raise ValueError(f"{name!r} was written already, or differs from another name in case only")
        file = self._staging / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as stream:
                stream.write(raw)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise self._explained(error, len(raw)) from error
        self._folded.add(name.casefold())
        self.files[name] = (hashlib.sha256(raw).hexdigest(), len(raw))
        if name.endswith(".csv"):
            self.columns[name] = datapackage.columns_of(raw)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        except OSError as problem:
            raise self._explained(problem, 0) from problem
        finally:
            self._abandon()

    def _finish(self) -> None:
        self._add(datapackage.PACKAGE, datapackage.datapackage(self.files, self.about, self.columns).encode())
        self._add(datapackage.SUMS, datapackage.sums(self.files).encode())
        for folder, _, _ in os.walk(self._staging):
            sync_folder(Path(folder))
        os.chmod(self._staging, 0o777 & ~_umask())
        publish(self._staging, self.path)

    def _abandon(self) -> None:
        """Remove what is staged, if anything still is, and let the lock go."""
        try:
            if self._staging.exists():
                shutil.rmtree(self._staging)
        finally:
            self._lock.__exit__(None, None, None)

    def _refusal(self, found: str, why: str, remedy: str) -> UsageError:
        return UsageError("the output folder cannot be used", [Problem(found, why, remedy, file=self.path.name)])

    def _explained(self, error: OSError, needed: int) -> AuditorError:
        if error.errno in _FULL:
            written = sum(size for _, size in self.files.values())
            free = shutil.disk_usage(self.path.parent).free
            found = f"the disk is full: {written + needed:,} bytes needed so far, {written + free:,} were free"
            problem = Problem(found, _WHOLE, "make room and run it again")
            return AuditorError("the output could not be written", [problem])
        if error.errno in _FORBIDDEN:
            what = "the disk is read-only" if error.errno == errno.EROFS else "no permission to write there"
            return self._refusal(what, "the output needs a folder of its own", "give another --out")
        if isinstance(error, FileExistsError | NotADirectoryError):
            return self._refusal("a part of the path is a file", "no folder can be made there", "give another --out")
        found = f"{error.strerror} (error {error.errno})"
        return AuditorError("the output could not be written", [Problem(found, _WHOLE, "give another --out")])


def _escaped(name: str) -> str:
    """Return ``name`` such that ``glob`` takes it literally."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
