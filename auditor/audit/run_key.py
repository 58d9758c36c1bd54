"""What a checkpoint rests on, as one hash: a run may only go on from what a run of the same made."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.audit.config import Config
from auditor.audit.environment import environment
from auditor.records.load import files_of
from auditor.records.read import hashed

FORM = "1"
"""Form of the checkpoints; another one makes those of an earlier version unusable."""


def run_key(settings: Config, languages: Sequence[str], places: Sequence[str]) -> str:
    """Return the SHA-256 of everything that the bytes of an output depend on.

    Parameters
    ----------
    settings : Config
        With the seed and the date of the command line.
    languages, places : sequence of str
        Of the pages that are wanted.

    Returns
    -------
    str
        Over the content of every input, the configuration and what it names, the protocol, the seed, the versions of
        this package and of those that it computes with, its own code and templates, and the pages that are wanted. The
        number of workers and the folder of the output are no part of it.
    """
    content: dict[str, Any] = {
        "form": FORM,
        "version": __version__,
        "environment": environment(),
        "config": settings.sha256,
        "audit": settings.audit.model_dump(mode="json"),
        "protocol": settings.protocol.sha256,
        "protocol_text": settings.protocol.text,
        "decisions": settings.decisions.sha256,
        "records": settings.records,
        "inputs": list(_inputs(settings)),
        "languages": list(languages),
        "places": sorted(places),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _inputs(settings: Config) -> Iterator[tuple[str, str]]:
    """Yield the name and the hash of every file that is read; one that cannot be read is reading's to complain of.

    Of a table in a warehouse nothing is known before it was counted: it is never the same, and no run goes on from it.
    """
    for spec in settings.sources:
        if spec.engine:
            yield spec.path, secrets.token_hex()
        for path in files_of(spec, settings.base):
            yield from _beside(path.parent, path.name)
        yield from _beside(settings.base, spec.crosswalk)
    yield from _beside(settings.base, settings.audit.calibration or "")


def _beside(base: Path, name: str) -> Iterator[tuple[str, str]]:
    path = base / name
    if name and path.is_file():
        with suppress(OSError):
            yield path.name, hashed(path)
