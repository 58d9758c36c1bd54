"""Test arrest and immigration-match statistics against baselines, and write the review.

The public names are loaded when they are first used, so that ``import auditor`` (and the command line's
``--help``) stays free of numeric libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Review", "__version__", "audit", "run"]

if TYPE_CHECKING:
    from auditor.audit.api import audit, run
    from auditor.findings.review import Review


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name in {"run", "audit"}:
        from auditor.audit import api

        return getattr(api, name)
    if name == "Review":
        from auditor.findings.review import Review

        return Review
    raise AttributeError(f"module 'auditor' has no attribute {name!r}")
