"""The output folder: it appears whole, or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from auditor.audit import datapackage, stopping
from auditor.audit.output_errors import explained, refusal
from auditor.audit.output_lock import Lock
from auditor.audit.output_names import safe_name, target
from auditor.audit.partial import REVIEW, Files, Partial, leftovers, place_whole
from auditor.audit.publish import publish, recover, sync_folder, undisturbed
from auditor.errors import AuditorError

_NOTHING = "nothing was published"
_KEPT = "nothing was published; the same command with --resume goes on from what was finished"
_AFRESH = "nothing of this run was kept: it starts from the beginning"
_PUBLISHED = "the output was complete by then"


def _unsaid(line: str) -> None:
    """Say nothing."""


class OutputFolder:
    """Write a folder in a private place beside it, and publish it by one rename when the block ends well.

    Parameters
    ----------
    path : path
        The folder to appear. When it exists it must be empty or an earlier output of auditor; that one
        stays as it is until the very end, and for good when anything fails.
    about : mapping, optional
        For ``datapackage.json``: ``title``, ``description`` and so on.
    key : str
        What the content depends on (:func:`auditor.audit.run_key.run_key`): what is finished then stays in a private
        folder when the run is stopped or killed. Empty: nothing stays.
    resume : bool
        Go on from what a run of the same key finished.
    tell : callable
        Told what is found of earlier runs.

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

    def __init__(
        self,
        path: str | Path,
        about: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        resume: bool = False,
        tell: Callable[[str], None] = _unsaid,
    ) -> None:
        self.path = target(path)
        self.about = dict(about or {})
        self.files: Files = {}
        self.columns: dict[str, list[str]] = {}
        self._folded: set[str] = set()
        self._own = self.path.with_name(f".{self.path.name}.staging-{os.getpid()}")
        self._partial = Partial(self.path, key) if key else None
        self._staging = self._partial.files if self._partial else self._own
        self._resume, self._tell = resume, tell
        self._kept: set[str] = set()
        self._published, self._keeps = False, True
        self._lock = Lock(self.path.with_name(f".{self.path.name}.lock"))

    def __enter__(self) -> OutputFolder:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.__enter__()
        except OSError as error:
            raise self._explained(error) from error
        try:
            self._prepare()
        except OSError as error:
            self._abandon()
            raise self._explained(error) from error
        except BaseException:
            self._abandon()
            raise
        return self

    def _prepare(self) -> None:
        recover(self.path)
        for leftover in self.path.parent.glob(f".{_escaped(self.path.name)}.staging-*"):
            shutil.rmtree(leftover)  # we hold the lock, so its owner is gone
        self._check_replaceable()
        found = self._sweep()
        if self._partial is None:
            self._staging.mkdir(mode=0o700)
            return
        if not found:
            self._partial.make(self._own)
            if self._resume:
                self._tell(_AFRESH)
            return
        held, damaged = self._partial.held()
        for name in held:
            self._note(name, (self._staging / name).read_bytes())
        self._kept = set(held)
        pages = sum(name.endswith(".html") for name in held)
        said = f"going on: the review and {pages:,} pages are there" if held else _AFRESH
        self._tell(said + (f"; {damaged:,} damaged checkpoints are made again" if damaged else ""))

    def _sweep(self) -> bool:
        """Remove what earlier runs kept, but for what this one goes on from: say whether there is any."""
        found = False
        for folder, key in leftovers(self.path, _escaped(self.path.name)):
            same = self._partial is not None and (folder, key) == (self._partial.path, self._partial.key)
            if same and self._resume:
                found = True
                continue
            shutil.rmtree(folder)
            why = "--resume goes on from such" if same else "of other inputs, another configuration or version"
            self._tell(f"what an interrupted run had finished is removed ({why})")
        return found

    def _check_replaceable(self) -> None:
        if not self.path.exists():
            return
        if not self.path.is_dir():
            raise refusal(self.path, "there is a file of this name", "it would be lost")
        if any(self.path.iterdir()) and not datapackage.is_ours(self.path):
            why = "only an empty folder or an earlier output of auditor is replaced"
            raise refusal(self.path, "the folder holds something else", why, "give another --out, or empty it yourself")

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

    def has(self, name: str) -> bool:
        """Say whether a file is there already, from the run that this one goes on with."""
        return name in self._kept

    def read(self, name: str) -> bytes:
        """Return a file that :meth:`has` found."""
        return (self._staging / name).read_bytes()

    def keep(self) -> None:
        """Keep what was written since the last time, should the run be killed; ``review.json`` comes first.

        Raises
        ------
        AuditorError
            When the disk is full.
        """
        if self._partial is None or not self._keeps or REVIEW not in self.files:
            return
        new = {name: entry for name, entry in self.files.items() if name not in self._kept}
        if not new:
            return
        try:
            self._partial.keep(new, self.files[REVIEW][0])
        except OSError as error:
            raise self._explained(error) from error
        self._kept |= new.keys()

    def keep_nothing(self) -> None:
        """Keep nothing of this run, whatever happens: its key does not say what it rests on."""
        self._keeps = False

    def restart(self) -> None:
        """Forget every file that was written: the review was of other places."""
        if self._partial is None:
            shutil.rmtree(self._staging)
            self._staging.mkdir(mode=0o700)
        else:
            self._partial.clear()
        for held in (self.files, self.columns, self._folded, self._kept):
            held.clear()

    def _add(self, name: str, raw: bytes) -> None:
        if name.casefold() in self._folded:
            raise ValueError(f"{name!r} was written already, or differs from another name in case only")
        file = self._staging / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if self._partial is None:
                with file.open("xb") as stream:
                    stream.write(raw)
                    stream.flush()
                    os.fsync(stream.fileno())
            else:
                place_whole(file, self._partial.path / "tmp-file", raw)
        except OSError as error:
            raise self._explained(error, len(raw)) from error
        self._note(name, raw)

    def _note(self, name: str, raw: bytes) -> None:
        self._folded.add(name.casefold())
        self.files[name] = (hashlib.sha256(raw).hexdigest(), len(raw))
        if name.endswith(".csv"):
            self.columns[name] = datapackage.columns_of(raw)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stopped = error is not None and (not isinstance(error, Exception) or stopping.asked() is not None)
        try:
            if kind is None:
                self._finish()
        except OSError as problem:
            raise self._explained(problem) from problem
        except BaseException as problem:
            stopped = not isinstance(problem, Exception)
            error = problem
            raise
        finally:
            keep = stopped and bool(self._kept) and not self._published
            if stopped and error is not None:
                error.add_note(_PUBLISHED if self._published else _KEPT if keep else _NOTHING)
            self._abandon(keep=keep)

    def _finish(self) -> None:
        self._add(datapackage.PACKAGE, datapackage.datapackage(self.files, self.about, self.columns).encode())
        self._add(datapackage.SUMS, datapackage.sums(self.files).encode())
        for folder, _, _ in os.walk(self._staging):
            sync_folder(Path(folder))
        os.chmod(self._staging, 0o777 & ~_umask())
        with undisturbed():
            publish(self._staging, self.path)
            self._published = True

    def _abandon(self, *, keep: bool = False) -> None:
        """Remove what is staged, unless a later run is to go on from it, and let the lock go."""
        try:
            if self._own.exists():
                shutil.rmtree(self._own)
            if self._partial is not None and not keep:
                self._partial.remove()
        finally:
            self._lock.__exit__(None, None, None)

    def _explained(self, error: OSError, needed: int = 0) -> AuditorError:
        return explained(error, self.path, sum(size for _, size in self.files.values()), needed)


def _escaped(name: str) -> str:
    """Return ``name`` such that ``glob`` takes it literally."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
