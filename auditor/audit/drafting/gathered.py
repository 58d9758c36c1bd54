"""What a person named on the command line, as the paths of sources: files, folders, and patterns of files.

A folder stands for the files in it, each a source of its own, but for the tables of a layout of several files. A
pattern ("records/*.csv", in quotes, so that it comes as it is written) whose files have one header is one source, so
that every question is asked once for all of them; files of other headers are sources of their own.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from auditor.audit.drafting.lines import one_line
from auditor.audit.drafting.survey import bundle_of, files_of
from auditor.errors import AuditorError, InputError, Problem, UsageError
from auditor.records.columns import key
from auditor.records.read import read
from auditor.records.spec import SourceSpec
from auditor.records.store import Store


def is_pattern(path: Path) -> bool:
    """Tell whether a path is a pattern: it has a sign of one, and is not a file called so."""
    return glob.has_magic(str(path)) and not path.exists()


def new_paths(files: Sequence[Path], base: Path, specs: Sequence[SourceSpec]) -> list[str]:
    """Return the paths of the sources to add.

    Parameters
    ----------
    files : sequence of path
        As they were named.
    base : path
        Folder of the configuration.
    specs : sequence of SourceSpec
        The sources that it has already; their files are not taken again.

    Raises
    ------
    UsageError
        When a configuration is named among the data.
    InputError
        When there is no such file, or none fits a pattern.
    """
    known = {(base / spec.path).resolve() for spec in specs}
    known |= {file.resolve() for spec in specs for file in files_of(spec, base)}
    paths: list[str] = []
    for path in _gathered(files, known):
        if path.resolve() not in known:
            known.add(path.resolve())
            paths.append(_relative(path, base))
    return paths


def _gathered(files: Sequence[Path], known: set[Path]) -> list[Path]:
    """Return files, with those that belong together as their folder, and other folders as the files in them."""
    named: dict[Path, list[Path]] = {}
    patterns: list[Path] = []
    for file in files:
        if file.suffix.lower() == ".toml":
            raise UsageError(f"{one_line(file.name)} is a configuration; name it with --out to go on with it")
        if is_pattern(file):
            patterns += _of_pattern(file, known)
            continue
        if not file.exists():
            raise _missing(file, "there is no such file")
        folder, own = (file, _inside(file)) if file.is_dir() else (file.parent, [file])
        named.setdefault(folder, []).extend(own)
    return [*(path for folder, own in named.items() for path in _bundled(folder, own)), *patterns]


def _missing(file: Path, found: str) -> InputError:
    problem = Problem(found, "nothing can be read from it", "check the name", file=one_line(file.name))
    return InputError("a file is missing", [problem])


def _of_pattern(pattern: Path, known: set[Path]) -> list[Path]:
    """Return a pattern as it is where its files are of one layout, else its files."""
    fits = files_of(SourceSpec(path=str(pattern.absolute())), Path())
    if not fits:
        raise _missing(pattern, "no file fits the pattern")
    if all(file.resolve() in known for file in fits):
        return []
    fresh = [file for file in fits if file.resolve() not in known]
    return [pattern] if len(fresh) == len(fits) and (bundle_of(fits) is not None or _alike(fits)) else fresh


def _alike(files: Sequence[Path]) -> bool:
    """Tell whether files have the same header; one that cannot be read is a source of its own, and says why."""
    headers: set[tuple[tuple[str, ...], ...]] = set()
    for file in files:
        with Store() as store:
            try:
                tables = read(file, SourceSpec(path=str(file)), store)
            except AuditorError:
                return False
            headers.add(tuple(sorted({tuple(map(key, raw.columns)) for raw in tables})))
        if len(headers) > 1:
            return False
    return True


def _bundled(folder: Path, files: list[Path]) -> list[Path]:
    """Return the folder in place of the tables of one layout, and the other files beside it."""
    adapter = bundle_of(files)
    if adapter is None or adapter.bundle is None:
        return files
    return [folder, *(file for file in files if adapter.bundle.member(file) is None)]


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~$")))


def _relative(file: Path, base: Path) -> str:
    """Return a path relative to the configuration, with forward slashes; absolute where there is no way."""
    try:
        return Path(os.path.relpath(file.resolve(), base.resolve())).as_posix()
    except ValueError:
        return file.resolve().as_posix()
