"""Find one finding of a review."""

from __future__ import annotations

from auditor.findings.finding import Finding
from auditor.findings.review import Review


def find(review: Review, place: str, signal: str, contrast: str) -> Finding:
    """Return the one finding of a place whose contrast starts so."""
    found = [f for f in review.place(place).findings if f.signal == signal and f.contrast.startswith(contrast)]
    assert len(found) == 1, [f.contrast for f in review.place(place).findings]
    return found[0]
