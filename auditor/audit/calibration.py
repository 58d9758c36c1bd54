"""What this run can promise about its error rate, in words and numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from auditor.audit.build import Measured, pooled
from auditor.audit.config import Config
from auditor.audit.screen import Screen
from auditor.audit.wording import say, text


def statement(config: Config, measured: Sequence[Measured], screen: Screen) -> dict[str, Any]:
    """Return the calibration part of the review.

    Parameters
    ----------
    config : Config
    measured : sequence of Measured
    screen : Screen

    Returns
    -------
    dict
        ``statement`` (a sentence), ``promised``, the number of tests and the cut-off used, and one entry for each
        peer null that was fitted.
    """
    nulls = list(_nulls(measured))
    kept = [null for null in nulls if null["promised"]]
    sentence = _sentence(config, screen, nulls, kept)
    return {
        "statement": sentence.text["en"],
        "sentence": {"id": sentence.id, "values": dict(sentence.values), "text": dict(sentence.text)},
        "promised": bool(nulls) and len(kept) == len(nulls),
        "q": config.protocol.q,
        "tests": screen.tests,
        "families": list(screen.families),
        "cutoff": pooled(screen.cutoff, 2) if math.isfinite(screen.cutoff) else None,
        "negative_controls": [],
        "nulls": nulls,
    }


def _nulls(measured: Sequence[Measured]) -> Iterator[dict[str, Any]]:
    for item in measured:
        for contrast, found in zip(item.panel.contrasts, item.calibrated.nulls, strict=True):
            for stratum, null in sorted(found.items()):
                yield {
                    "signal": item.card.name,
                    "contrast": contrast.key,
                    "simulated": stratum >= 10,
                    "places": int(null.places),
                    "centre": pooled(null.mu, 2),
                    "sigma": pooled(null.sigma, 2),
                    "sigma_upper": pooled(null.sigma_upper, 2),
                    "rho": pooled(null.rho, 2),
                    "tail": str(null.tail),
                    "adequate": bool(null.adequate),
                    "promised": bool(null.promised),
                    "code": str(null.adequacy["code"]),
                    "reason": text(f"adequacy.{null.adequacy['code']}"),
                }


def _sentence(config: Config, screen: Screen, nulls: Sequence[dict[str, Any]], kept: Sequence[Any]) -> Any:
    context = {
        "q": config.protocol.q,
        "q_again": config.protocol.q,
        "tests": screen.tests,
        "contrasts": len(nulls),
        "promised": len(kept),
    }
    if nulls and len(kept) == len(nulls):
        return say("calibration.promised", context)
    if kept:
        return say("calibration.mixed", context)
    reason = text("because.no-peers")
    if nulls:
        reason = say("because.peers-inadequate", {"reason": nulls[0]["reason"]}).text["en"]
    return say("calibration.not-promised", {"because": reason})
