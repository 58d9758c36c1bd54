"""What this run can promise about its error rate, in words and numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from auditor.audit.config import Config
from auditor.audit.measured import Measured
from auditor.audit.screen import Screen
from auditor.audit.screening.null import Null
from auditor.audit.wording import say, text
from auditor.audit.written import pooled


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
    assumed = [null for null in nulls if not null["promised"] and null["code"] in _ASSUMING]
    sentence = _sentence(config, screen, nulls, len(kept), len(assumed))
    tests, selected, cutoff = screen.total()
    return {
        "statement": sentence.text["en"],
        "sentence": {"id": sentence.id, "values": dict(sentence.values), "text": dict(sentence.text)},
        "promised": bool(nulls) and len(kept) == len(nulls),
        "q": config.protocol.q,
        "tests": tests,
        "families": list(screen.families),
        "cutoff": pooled(cutoff, 2) if math.isfinite(cutoff) else None,
        "selected": selected,
        "false_bound": None if screen.false_bound is None else pooled(screen.false_bound, 2),
        "negative_controls": list(_controls(measured)),
        "nulls": nulls,
    }


def _nulls(measured: Sequence[Measured]) -> Iterator[dict[str, Any]]:
    for item in measured:
        for contrast, found in zip(item.panel.contrasts, item.calibrated.nulls, strict=True):
            lone: set[bool] = set()
            for null in sorted(found, key=lambda null: (null.stratum, null.kind)):
                if null.kind == "peers" and null.rows.sum() == 1:  # told once, however many have no peers
                    if null.simulated in lone:
                        continue
                    lone.add(null.simulated)
                if null.kind != "alone":
                    yield _null(item, contrast.key, null)
            yield from _by_themselves(item, contrast.key, found)


def _null(item: Measured, key: str, null: Null) -> dict[str, Any]:
    facts = null.facts()
    return {
        "signal": item.card.name,
        "contrast": key,
        "kind": null.kind,
        "simulated": null.simulated,
        "places": int(facts["places"]),
        "controls": int(null.controls),
        "centre": _maybe(facts["shift"]),
        "sigma": _maybe(facts["spread"]),
        "sigma_upper": _maybe(facts.get("spread_upper")),
        "rho": _maybe(facts.get("rho")),
        "scale": _maybe(facts["scale"]),
        "floor": pooled(float(null.least().min()), 2) if null.decides else None,
        "tail": str(facts["tail"]),
        "adequate": bool(facts["adequate"]),
        "promised": bool(null.promised),
        "code": str(facts["code"]),
        "reason": text(f"adequacy.{facts['code']}"),
    }


def _by_themselves(item: Measured, key: str, found: Sequence[Null]) -> Iterator[dict[str, Any]]:
    """Yield one entry for all places that are each decided by themselves."""
    alone = [null for null in found if null.kind == "alone"]
    for simulated in sorted({null.simulated for null in alone}):
        own = [null for null in alone if null.simulated == simulated]
        first = _null(item, key, own[0])
        yield first | {"places": len(own), "floor": pooled(max(float(null.least().min()) for null in own), 2)}


def _controls(measured: Sequence[Measured]) -> Iterator[str]:
    """Say, for each signal that has any, how many control contrasts there are and over how many places."""
    for item in measured:
        if item.control is None:
            continue
        places = int(item.control.testable.any(axis=1).sum())
        context = {"question": item.card.title, "contrasts": len(item.control.contrasts), "places": places}
        yield say("calibration.controls", context).text["en"]


def _maybe(value: float | None) -> float | None:
    return None if value is None else pooled(value, 2)


_ASSUMING = ("alone", "classes-no-controls")
"""Nulls that decide on an assumption that nothing in the data could check."""


def _sentence(config: Config, screen: Screen, nulls: Sequence[dict[str, Any]], kept: int, assumed: int) -> Any:
    context = {
        "q": config.protocol.q,
        "q_again": config.protocol.q,
        "tests": screen.total()[0],
        "contrasts": len(nulls),
        "promised": kept,
        "assumed": assumed,
    }
    if nulls and kept == len(nulls):
        return say("calibration.promised", context)
    if assumed:
        return say("calibration.partly-assumed" if kept else "calibration.assumed", context)
    if kept:
        return say("calibration.mixed", context)
    reason = text("because.no-peers")
    if nulls:
        reason = say("because.peers-inadequate", {"reason": nulls[0]["reason"]}).text["en"]
    return say("calibration.not-promised", {"because": reason})
