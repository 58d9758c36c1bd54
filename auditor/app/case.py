"""The private folder of one case: the files handed in, the configuration, the review, the letters.

Nobody but its owner may enter it. It goes when the program ends, unless its owner says that it is to stay; what a
killed program left behind is removed by the next one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.app.config_text import with_records
from auditor.app.names import CONFIG, TOML, taken
from auditor.audit.out_file import write_whole
from auditor.records.own_folder import LOCK, own_folder, sweep

PREFIX: Final = "auditor-app-"
INNER: Final = ("case", "letters", "state", "tmp")


@dataclass
class Case:
    """Where everything of a case lies.

    Attributes
    ----------
    root : path
        Readable by its owner only (0700).
    lock : int or None
        The open file that tells other processes that the folder is in use.
    keep : bool
        Whether the folder stays when the program ends.
    """

    root: Path
    lock: int | None = None
    keep: bool = False

    @classmethod
    def open(cls, base: Path | None = None) -> Case:
        """Make the folder, and remove those that killed programs left."""
        where = base if base is not None else Path(tempfile.gettempdir())
        sweep(where, PREFIX)
        root, lock = own_folder(where, PREFIX)
        made = cls(root, lock)
        made._lay()
        return made

    def _lay(self) -> None:
        for name in INNER:
            (self.root / name).mkdir(mode=0o700, exist_ok=True)

    @property
    def data(self) -> Path:
        """Folder of the configuration and of the files handed in, side by side."""
        return self.root / "case"

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.data / CONFIG

    @property
    def out(self) -> Path:
        """The output folder of the run."""
        return self.root / "review"

    @property
    def letters(self) -> Path:
        """Folder of the letters."""
        return self.root / "letters"

    @property
    def letterhead(self) -> Path:
        """The office's own paper, where it was handed in."""
        return self.root / "letterhead.docx"

    @property
    def state(self) -> Path:
        """Folder of what the steps found."""
        return self.root / "state"

    @property
    def ran(self) -> Path:
        """The configuration that the finished review was made from, as the output folder holds it."""
        return self.out / "config.toml"

    @property
    def records(self) -> Path | None:
        """The review file, where one was handed in."""
        return next((path for path in self._given() if path.suffix.lower() == TOML), None)

    @property
    def ran_records(self) -> Path:
        """SHA-256 of the review file that the finished review was made with; empty, or not there, for none."""
        return self.state / "records.sha256"

    def records_mark(self) -> str:
        """Return the SHA-256 of the review file; empty for none."""
        file = self.records
        return hashlib.sha256(file.read_bytes()).hexdigest() if file else ""

    @property
    def changed(self) -> bool:
        """Whether answers or files were changed since the finished review was made."""
        if not self.ran.exists():
            return False
        if not self.config.exists() or self.config.read_bytes() != self.ran.read_bytes():
            return True
        before = self.ran_records.read_text(encoding="utf-8") if self.ran_records.exists() else ""
        return before != self.records_mark()

    def _given(self) -> list[Path]:
        own = (path for path in self.data.iterdir() if path.is_file() and not path.name.startswith("."))
        return sorted(path for path in own if path.name != CONFIG)

    def files(self) -> list[Path]:
        """Return the data files handed in, by name."""
        return [path for path in self._given() if path.suffix.lower() != TOML]

    def size(self) -> int:
        """Return how many bytes were handed in."""
        return sum(path.stat().st_size for path in self.files())

    def path_for(self, name: str) -> Path:
        """Return where a file of this (safe) name goes.

        Raises
        ------
        ValueError
            When one of that name, in whatever letters, is there.
        """
        if taken(name, [path.name for path in self.files()]):
            raise ValueError(f"a file called {name} is here already: delete it first, or rename the new one")
        return self.data / name

    def forget(self, *steps: str) -> None:
        """Remove what steps found."""
        for step in steps:
            (self.state / f"{step}.json").unlink(missing_ok=True)

    def drop_file(self, path: Path) -> None:
        """Remove one of the files handed in, and what was drafted from it: the configuration names it."""
        path.unlink()
        self.config.unlink(missing_ok=True)
        self.forget("look", "check")

    def put_records(self, checked: Path) -> None:
        """Take in a review file that was found right; it takes the place of the one that is there."""
        self._without_records()
        checked.replace(self.data / checked.name)
        self._name_records()

    def drop_records(self) -> None:
        """Remove the review file, and its name from the configuration."""
        self._without_records()
        self._name_records()

    def _without_records(self) -> None:
        if (file := self.records) is not None:
            file.unlink()

    def _name_records(self) -> None:
        """Write into the configuration which review file there is; what was checked before is to be checked again."""
        if self.config.exists():
            file = self.records
            text = with_records(self.config.read_text(encoding="utf-8"), file.name if file else "")
            write_whole(self.config, text)
        self.forget("check")

    def clear(self) -> None:
        """Remove everything that was handed in or made, and begin anew."""
        for entry in self.root.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != LOCK:
                entry.unlink()
        self._lay()

    def close(self) -> Path | None:
        """End the case: remove the folder, or put it where its owner finds it; return that place.

        Returns
        -------
        path or None
            The folder that was kept.
        """
        try:
            if not self.keep:
                shutil.rmtree(self.root)
                return None
            for name in ("state", "tmp"):
                shutil.rmtree(self.root / name, ignore_errors=True)
            (self.root / LOCK).unlink(missing_ok=True)
            kept = free_folder(Path.home())
            shutil.move(self.root, kept)
            return kept
        finally:
            if self.lock is not None:
                with contextlib.suppress(OSError):
                    os.close(self.lock)
                self.lock = None


def free_folder(home: Path) -> Path:
    """Return the first name of a kept case that is not taken."""
    number = 1
    while (home / f"auditor-case-{number}").exists():
        number += 1
    return home / f"auditor-case-{number}"
