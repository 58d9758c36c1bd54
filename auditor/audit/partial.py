"""What a run has finished so far, in a private folder beside its output, so that it can be gone on with when killed.

The folder (0700) holds ``out``, the files of the output that are whole, and batches: lists of such files with their
hashes. Nothing is in it that the output itself does not show. Every file is written under another name, made durable,
and renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from auditor.audit.output_names import safe_name
from auditor.errors import Problem, UsageError

Files = dict[str, tuple[str, int]]
"""SHA-256 and bytes by path in the output."""

REVIEW: Final = "review.json"
_MARK = "auditor-partial.json"
_SHOWN = 16


class Partial:
    """The private folder of one run.

    Parameters
    ----------
    output : pathlib.Path
        The output folder to appear.
    key : str
        Of :func:`auditor.audit.run_key.run_key`.
    """

    def __init__(self, output: Path, key: str) -> None:
        self.key = key
        self.path = output.with_name(f".{output.name}.partial-{key[:_SHOWN]}")
        self.files = self.path / "out"
        self._batches = 0
        self._ours = False

    def make(self, staging: Path) -> None:
        """Make the folder; it takes its name only once it says whose it is.

        Parameters
        ----------
        staging : pathlib.Path
            Name to make it under.

        Raises
        ------
        UsageError
            When somebody else has a folder of this name.
        """
        if os.path.lexists(self.path):
            found = "there is a folder of this name that is not ours"
            why = "what an interrupted run finished is kept there"
            problem = Problem(found, why, "remove it, or give another --out", file=self.path.name)
            raise UsageError("the output folder cannot be used", [problem])
        staging.mkdir(mode=0o700)
        _write_whole(staging / _MARK, json.dumps({"auditor": "an unfinished output", "key": self.key}).encode())
        (staging / self.files.name).mkdir()
        staging.rename(self.path)
        self._ours = True

    def keep(self, files: Files, review: str) -> None:
        """Write down that these files are whole.

        Parameters
        ----------
        files : dict
        review : str
            SHA-256 of the review that they show.
        """
        self._batches += 1
        batch = {"key": self.key, "review": review, "files": files}
        text = json.dumps({**batch, "sha256": _check(batch)})
        _write_whole(self.path / f"batch-{self._batches:05d}.json", text.encode())

    def held(self) -> tuple[Files, int]:
        """Return the files that are whole and fit this run, and how many checkpoints do not; remove everything else.

        Files of pages without their review are nothing: none is returned then.
        """
        self._ours = True
        files: Files = {}
        damaged, review = 0, ""
        for listed in sorted(self.path.glob("batch-*.json")):
            batch = _read(listed)
            if batch is None or batch["key"] != self.key or (review and batch["review"] != review):
                damaged += 1
                continue
            whole = {name: entry for name, entry in _entries(batch) if _fits(self.files / name, entry)}
            if not review and REVIEW not in whole:
                damaged += 1
                continue
            review = batch["review"]
            damaged += len(batch["files"]) - len(whole)
            files |= whole
        self._tidy(files)
        if files:
            self.keep(files, review)
        return files, damaged

    def _tidy(self, files: Files) -> None:
        """Remove everything but the mark and some files."""
        for listed in self.path.iterdir():
            if listed.name != _MARK and listed != self.files:
                listed.unlink() if not listed.is_dir() or listed.is_symlink() else shutil.rmtree(listed)
        self.files.mkdir(exist_ok=True)
        for entry in sorted(self.files.rglob("*"), reverse=True):
            if entry.is_dir() and not entry.is_symlink():
                if not any(entry.iterdir()):
                    entry.rmdir()
            elif entry.relative_to(self.files).as_posix() not in files:
                entry.unlink()

    def clear(self) -> None:
        """Forget everything that was finished."""
        self._tidy({})

    def remove(self) -> None:
        """Remove the folder, if we made it or went on from it and it is still there."""
        if self._ours and self.path.exists():
            shutil.rmtree(self.path)


def leftovers(output: Path, escaped: str) -> Iterator[tuple[Path, str]]:
    """Yield the private folders that runs into an output left, each with its key.

    Only those that are ours: of this user, closed to others, and with our mark in them.

    Parameters
    ----------
    output : pathlib.Path
    escaped : str
        Its name such that ``glob`` takes it literally.
    """
    for folder in sorted(output.parent.glob(f".{escaped}.partial-*")):
        known = folder.lstat()
        if not stat.S_ISDIR(known.st_mode) or (hasattr(os, "getuid") and known.st_uid != os.getuid()):
            continue
        if os.name == "posix" and stat.S_IMODE(known.st_mode) & 0o077:
            continue
        try:
            mark = json.loads((folder / _MARK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(mark, dict) and isinstance(mark.get("key"), str):
            yield folder, mark["key"]


def place_whole(path: Path, temporary: Path, raw: bytes) -> None:
    """Write a file under a temporary name, make it durable, and rename it.

    Raises
    ------
    FileExistsError
        When there is such a file already.
    """
    if os.path.lexists(path):
        raise FileExistsError(path.name)
    with temporary.open("xb") as stream:
        stream.write(raw)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.rename(path)


def _write_whole(path: Path, raw: bytes) -> None:
    place_whole(path, path.with_name(f"tmp-{path.name}"), raw)


def _check(batch: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(batch, sort_keys=True).encode()).hexdigest()


def _read(listed: Path) -> dict[str, Any] | None:
    """Read a batch; None where it is not what was written."""
    try:
        batch = json.loads(listed.read_text(encoding="utf-8"))
        claimed = batch.pop("sha256")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return batch if claimed == _check(batch) else None


def _entries(batch: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, int]]]:
    for name, (sha256, size) in batch["files"].items():
        yield safe_name(name), (sha256, size)


def _fits(path: Path, entry: tuple[str, int]) -> bool:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == entry[0]
    except OSError:
        return False
