"""What in a configuration bears on measured error rates."""

from __future__ import annotations

import hashlib
import json

from auditor.audit.config import Config


def settings_sha256(config: Config) -> str:
    """Hash what in a configuration bears on the tests, so that a title, a date or the seed may change.

    Sources are known by their own hashes; here it is how they are read.
    """
    audit = config.audit.model_dump(mode="json")
    kept = {key: audit[key] for key in ("focal_groups", "focal_nationalities", "reference_group", "exclude", "period")}
    content = {
        "audit": kept,
        "sources": [source.model_dump(mode="json", exclude={"path", "citation"}) for source in config.sources],
        "signals": {name: config.options(name).model_dump(mode="json") for name in sorted(config.signals)},
        "suppress_below": config.suppress_below,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
