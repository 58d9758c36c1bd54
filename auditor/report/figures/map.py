"""The map: counties by verdict, one path for each verdict, the state or the nation as the frame."""

from __future__ import annotations

from typing import Any

from auditor.findings.review import Review
from auditor.report import labels, shapes


def verdict_map(review: Review) -> dict[str, Any] | None:
    """Work out the map of a review.

    Returns
    -------
    dict or None
        For ``figures/map.svg.j2``; None when no place is a county or state with an outline.
    """
    codes = [place.place for place in review.places]
    counties = shapes.county_paths([code for code in codes if len(code) == 5 and code.isdigit()])
    whole = shapes.state_paths([code for code in codes if len(code) == 2 and code.isdigit()])
    paths = {**whole, **counties}
    if not paths:
        return None
    states = sorted({code[:2] for code in paths})
    one = states[0] if len(states) == 1 and counties else ""
    box = shapes.view_box(one)
    classes = []
    for verdict in labels.VERDICTS:
        own = [paths[p.place] for p in review.places if p.verdict == verdict.key and p.place in paths]
        if own:
            classes.append({"verdict": verdict, "d": "".join(own)})
    return {
        "box": str(box),
        "tall": box.height > box.width * 1.2,
        "background": "".join(shapes.state_paths([one] if one else None).values()),
        "classes": classes,
        "drawn": len(paths),
        "scale": f"{max(box.width, box.height) / 700:.2f}",
        "source": shapes.source(),
    }
