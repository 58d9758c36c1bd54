"""A configuration built in code whose sources are data frames: each becomes a file for as long as the audit runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from auditor.audit.config import Config
from auditor.records.own_folder import private_folder


@contextmanager
def on_disk(config: Mapping[str, Any], base: str | Path) -> Iterator[Config]:
    """Give a configuration whose data frames are files, which are gone afterwards.

    Parameters
    ----------
    config : mapping
        The tables of the file; the ``path`` of a source may be a data frame (anything with pandas' ``to_csv``).
    base : path
        Folder that the other paths are relative to.

    Yields
    ------
    Config
        Its text names the frames ``frame-1.csv`` and so on, in the order of the sources, and no folder.
    """
    sources = [dict(source) for source in config.get("sources", ())]
    frames: dict[int, Any] = {}
    for i, source in enumerate(sources):
        if hasattr(source.get("path"), "to_csv"):
            frames[i] = source["path"]
            source["path"] = f"frame-{i + 1}.csv"
    settings = Config.from_dict({**config, "sources": sources} if sources else config, base)
    if not frames:
        yield settings
        return
    with private_folder("frames-") as folder:
        specs = list(settings.sources)
        for i, frame in frames.items():
            file = Path(folder, specs[i].path)
            frame.to_csv(file, index=False)
            specs[i] = specs[i].model_copy(update={"path": str(file)})
        yield replace(settings, sources=tuple(specs))
