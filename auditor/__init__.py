"""Test arrest and immigration-match statistics against baselines, and write the review.

The public names are loaded when they are first used, so that ``import auditor`` (and the command line's
``--help``) stays free of numeric libraries.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Review", "__version__", "audit", "run"]

if TYPE_CHECKING:
    from auditor.audit.api import audit, run
    from auditor.audit.face import Review


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name in {"run", "audit"}:
        from auditor.audit import api

        return getattr(api, name)
    if name == "Review":
        from auditor.audit.face import Review

        return Review
    raise AttributeError(f"module 'auditor' has no attribute {name!r}")


class _Audit(ModuleType):
    """The sub-package ``auditor.audit``, which has the name of a public function and so is called like it."""

    def __call__(self, *given: Any, **named: Any) -> Any:
        from auditor.audit import api

        return api.audit(*given, **named)


class _Package(ModuleType):
    """The package itself: as soon as anything below ``auditor.audit`` is imported, that name is the sub-package's."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "audit" and isinstance(value, ModuleType):
            value.__class__ = _Audit
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
