"""How far each finding bears other choices: specifications, parts of the time, confounding, unrecorded groups.

Nothing here enters an interval: what an assumption could do and what chance could do are kept apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from auditor.audit.protocol import Protocol
from auditor.audit.robustness.again import Again
from auditor.audit.robustness.alternatives import alternatives_of
from auditor.audit.robustness.confounding import Doubts, doubts_of
from auditor.audit.robustness.parts import Ints, parts_of
from auditor.audit.robustness.specifications import respecify
from auditor.cells import Bools, Cells
from auditor.engine.engine import Engine
from auditor.signals.signal import Contrast, Panel, Signal


@dataclass(frozen=True)
class Sensitivity:
    """Sensitivity of what one signal measured; arrays over place x contrast, (J, C), as its panel.

    Attributes
    ----------
    passed, of : int arrays
        Alternative specifications that agree, and that could be measured and changed something. One agrees where its
        own lower limit (sampling error alone) is above 1; where profiling would predict less, its upper limit below 1.
        Only tested contrasts have any.
    names : tuple of str
        The specifications that were run.
    failed : bool array, (J, C, S)
        Which of them were measured and do not agree.
    blocks, same : int arrays
        Parts of the time in which the estimate could be measured, and in which it lies on the same side of 1 as the
        whole; 0 of 0 where the records cannot be cut.
    doubts : Doubts
        E-values and tipping shares.
    """

    passed: Ints
    of: Ints
    names: tuple[str, ...]
    failed: Bools
    blocks: Ints
    same: Ints
    doubts: Doubts

    def failures(self, j: int, c: int) -> list[str]:
        """Return the names of the specifications that do not agree with an entry."""
        return [name for name, bad in zip(self.names, self.failed[j, c], strict=True) if bad]


def sensitivity_of(
    signal: Signal,
    panel: Panel,
    cells: Cells,
    engine: Engine,
    options: BaseModel,
    protocol: Protocol,
    rng: np.random.Generator,
) -> Sensitivity:
    """Measure a signal again under the protocol's alternatives and in parts of the time.

    Parameters
    ----------
    signal : Signal
    panel : Panel
        What it measured.
    cells : Cells
        What it measured that from.
    engine : Engine
        Counts the cells again where a specification or a part of the time needs others.
    options : BaseModel
        Options of the signal in this audit.
    protocol : Protocol
        Declares the alternatives and the number of parts.
    rng : numpy.random.Generator
        Each measurement gets a generator spawned from it.

    Returns
    -------
    Sensitivity
    """
    alternatives = () if signal.regional else alternatives_of(protocol.alternatives, signal.card.name, options)
    again = Again(signal, panel, cells, engine, options)
    ours, others = rng.spawn(2)
    rule = protocol.rule(signal.card.name)
    tried = respecify(again, alternatives, "greater" if rule is None else rule.direction, ours)
    blocks, same = parts_of(again, protocol.blocks, others)
    passed, of = (values.sum(axis=2, dtype=np.int64) for values in (tried.agrees, tried.counted))
    names = tuple(alternative.name for alternative in alternatives)
    return Sensitivity(passed, of, names, tried.counted & ~tried.agrees, blocks, same, doubts_of(panel))


def sensitivity_fields(
    panel: Panel,
    contrast: Contrast,
    sensitivity: Sensitivity | None,
    j: int,
    c: int,
    by_surname: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what a finding says of sensitivity: ``e_value``, ``tipping_point`` and ``robustness``.

    Parameters
    ----------
    panel : Panel
    contrast : Contrast
        The panel's contrast c.
    sensitivity : Sensitivity or None
        None where it was not worked out.
    j, c : int
        Place and contrast.
    by_surname : mapping or None
        The same with groups by surname, of :func:`auditor.audit.robustness.by_surname.surname_fields`.

    Returns
    -------
    dict
        All None for an entry that is hidden, or that was too small to be tested.
    """
    hidden = panel.hidden is not None and bool(panel.hidden[j, c])
    if hidden or not panel.testable[j, c] or not panel.measured[j, c]:
        return {"e_value": None, "tipping_point": None, "robustness": None}
    digits = 3 if panel.coarse is not None and panel.coarse[j, c] else 12
    fields: dict[str, Any] = {"tipping_point": _tipping(panel, contrast, j, c, digits)}
    if sensitivity is None:
        return {**fields, "e_value": None, "robustness": None}
    doubts = sensitivity.doubts
    bare = panel.range_hidden is not None and bool(panel.range_hidden[j, c])
    told = bool(sensitivity.blocks[j, c])
    point = _number(doubts.e_value[j, c], digits)
    robustness = {
        "passed": int(sensitivity.passed[j, c]),
        "of": int(sensitivity.of[j, c]),
        "failed": sensitivity.failures(j, c),
        "blocks": {"same": int(sensitivity.same[j, c]), "of": int(sensitivity.blocks[j, c])} if told else None,
        "e_value_limit": _number(doubts.e_limit[j, c], digits),
        "e_value_of": _of(doubts, j, c),
        "unrecorded_share": None if bare else _number(doubts.unrecorded[j, c], digits),
        "misrecorded_share": _number(doubts.misrecorded[j, c], digits),
        "by_surname": None if by_surname is None else dict(by_surname),
    }
    return {**fields, "e_value": point, "robustness": robustness}


def _of(doubts: Doubts, j: int, c: int) -> str | None:
    if math.isnan(doubts.e_limit[j, c]):
        return None
    return "square-root" if doubts.rooted[j, c] else "ratio"


def _tipping(panel: Panel, contrast: Contrast, j: int, c: int, digits: int) -> float | None:
    """By this factor the comparison must be wrong before the limit reaches 1; none where the interval holds 1."""
    low = _number(panel.low[j, c], digits)
    return low if contrast.shape in ("rates", "contrast") and low is not None and low > 1 else None


def _number(value: Any, digits: int) -> float | None:
    result = float(value)
    return float(f"{result:.{digits}g}") if math.isfinite(result) else None
