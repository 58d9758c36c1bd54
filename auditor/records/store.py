"""The private store of one run: a locked-down DuckDB connection and a temporary folder of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from auditor.records.own_folder import own_folder, sweep

MEMORY = "1GB"


def quote(name: str) -> str:
    """Quote an SQL identifier. The only way a name that came from data may enter a statement.

    Parameters
    ----------
    name : str
        Table or column name.

    Raises
    ------
    ValueError
        When the name is empty or holds a NUL, which SQL cannot carry.
    """
    if not name or "\0" in name:
        raise ValueError("an SQL name must not be empty or hold a NUL")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a string where a statement takes no parameter (the target of COPY). For our own paths only."""
    return "'" + text.replace("'", "''") + "'"


class Store:
    """One run's DuckDB connection and temporary folder; both are gone when the store is closed.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        Files that DuckDB may read where they lie (the declared inputs). Others are linked or copied by
        :meth:`admit`.
    root : pathlib.Path, optional
        Where the temporary folder is made; by default the system's.
    memory : str
        DuckDB's memory limit; beyond it, it spills into the temporary folder.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
        In memory; no file outside ``paths`` and the temporary folder, no extension, no network; its
        configuration is locked.
    temp : pathlib.Path
        Readable by this user only (0700).
    """

    def __init__(self, paths: Iterable[Path] = (), *, root: Path | None = None, memory: str = MEMORY) -> None:
        base = Path(root) if root is not None else Path(tempfile.gettempdir())
        sweep(base)
        self.temp, self._lock = own_folder(base)
        self._allowed = {Path(path).resolve() for path in paths}
        self._count = 0
        try:
            self.connection = _connect(self.temp, sorted(self._allowed), memory)
        except BaseException:
            self._remove()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection and remove the temporary folder. Harmless when done twice."""
        self.connection.close()
        self._remove()

    def fresh(self, stem: str) -> str:
        """Return a name that no table or file of this store has yet."""
        self._count += 1
        return f"{stem}_{self._count}"

    def scratch(self, stem: str = "file") -> Path:
        """Return the path of a new, empty temporary file that only this user may read (0600)."""
        path = self.temp / self.fresh(stem)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return path

    def admit(self, path: Path) -> Path:
        """Return a path under which DuckDB may read this file.

        The file itself when it was declared, else a hard link in the temporary folder, else a copy there.
        """
        resolved = path.resolve()
        if resolved in self._allowed or resolved.is_relative_to(self.temp):
            return resolved
        inside = self.temp / self.fresh("input")
        try:
            os.link(resolved, inside)
        except OSError:
            shutil.copyfile(resolved, inside)
            inside.chmod(0o600)
        return inside

    def drop(self, table: str) -> None:
        """Drop a table if it is there."""
        self.connection.execute(f"DROP TABLE IF EXISTS {quote(table)}")

    def _remove(self) -> None:
        shutil.rmtree(self.temp, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _connect(temp: Path, paths: list[Path], memory: str) -> duckdb.DuckDBPyConnection:
    """Open the connection; the order matters, since nothing can be set once access is off."""
    connection = duckdb.connect(":memory:")
    try:
        # A bar would be drawn among the results, on stdout. Where it is off already nothing is said: in a notebook
        # without widgets even that is refused.
        if connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (True,):
            connection.execute("SET enable_progress_bar = false")
        connection.execute("SET memory_limit = ?", [memory])
        connection.execute("SET temp_directory = ?", [str(temp)])
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET default_null_order = 'nulls_last'")
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET allow_persistent_secrets = false")
        connection.execute("SET allow_community_extensions = false")
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET autoload_known_extensions = false")
        connection.execute("SET allowed_directories = ?", [[str(temp)]])
        connection.execute("SET allowed_paths = ?", [[str(path) for path in paths]])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection
