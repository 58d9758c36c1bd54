"""The highest verdict that data can reach, told from what they hold before anything is tested."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from auditor.audit.config import Config
from auditor.audit.evidence import ARRESTING, ONE_YEAR
from auditor.audit.run import exploratory
from auditor.audit.verdict import FLAG, GRADES, Circumstances, Evidence, binding, ceiling
from auditor.audit.wording import say, text
from auditor.engine.engine import Engine
from auditor.signals.registry import discover
from auditor.signals.signal import Signal


def ceiling_of(config: Config, engine: Engine, lacking: Collection[str]) -> dict[str, str]:
    """Return the highest verdict that these data can reach, as far as it can be told without any statistics.

    Each signal that can speak counts as one calibrated test, and the rules of the verdict are asked. A cap that follows
    from how an event was recorded holds a test down where it would whichever event and place it looks at.

    Parameters
    ----------
    config : Config
    engine : Engine
    lacking : collection of str
        Names of the signals that cannot speak.

    Returns
    -------
    dict of str to str
        ``verdict``, ``why`` and ``would_raise``.
    """
    inventory, minimum = engine.ground.inventory, config.protocol.gates.minimum_peers
    many = inventory.places >= minimum
    evidence = []
    for name, signal in discover().items():
        rule = config.protocol.rule(name)
        if name in lacking or signal.regional or rule is None or rule.role != "test":
            continue
        how = signal.decides_by(inventory, config.options(name))
        caps = _recorded(signal, engine, config.options(name))
        evidence.append(
            Evidence(
                signal=name,
                family=signal.card.family,
                testable=True,
                calibrated_p=1.0 if many or how == "itself" or name in _BY_ITSELF else None,
                has_control=many and how != "peers",
                ceiling=min([*caps.values(), GRADES["strong-signal"] if many else GRADES[FLAG]]),
                caps=tuple(caps),
            )
        )
    about = _circumstances(config)
    highest = ceiling(evidence, about)
    if not evidence and len(lacking) < len(discover()):
        return {
            "verdict": highest,
            "why": text("ceiling.why-described"),
            "would_raise": text("ceiling.raise-described"),
        }
    return {"verdict": highest, **_why(evidence, about, highest, minimum)}


_BY_ITSELF = ("discretion-contrast",)
"""Signals that can decide one place by itself also where controls would need more places."""


def _recorded(signal: Signal, engine: Engine, options: Any) -> dict[str, float]:
    """Return the caps that hold for every event that a signal may look at, in every place."""
    among = signal.view(options).events
    looked = {event: found for event, found in engine.ground.coverage.items() if not among or event in among}
    if not looked:
        return {}
    caps = {}
    if all((found.days <= ONE_YEAR).all() for found in looked.values()):
        caps["cap.one-year"] = GRADES["notable-departure"]
    if all(found.aggregate.all() for found in looked.values()):
        caps["cap.aggregate"] = GRADES["notable-departure"]
    if signal.card.family in ARRESTING and set(looked) == {"booking"}:
        caps["cap.jail"] = GRADES[FLAG]
    return caps


def _circumstances(config: Config) -> Circumstances:
    if exploratory(config):
        return Circumstances(ceiling=GRADES["notable-departure"], caps=("cap.exploratory",))
    return Circumstances(ceiling=GRADES["strong-signal"])


def _why(evidence: Sequence[Evidence], about: Circumstances, highest: str, minimum: int) -> dict[str, str]:
    if not evidence:
        return {"why": text("ceiling.why-nothing"), "would_raise": text("ceiling.raise-nothing")}
    if all(item.calibrated_p is None for item in evidence):
        raised = say("ceiling.raise-peers", {"peers": minimum}).text["en"]
        return {"why": text("ceiling.why-no-peers"), "would_raise": raised}
    if not any(item.has_control for item in evidence):
        few = any(item.ceiling <= GRADES[FLAG] for item in evidence)
        cap = "alone" if few else "control"
        return {
            "why": text(f"ceiling.why-{'alone' if few else 'no-control'}"),
            "would_raise": text(f"ceiling.raise-{cap}"),
        }
    if highest == "strong-signal":
        return {"why": text("ceiling.why-none"), "would_raise": text("ceiling.raise-none")}
    cap = (binding(evidence, about) or "cap.one-family").removeprefix("cap.")
    return {"why": text(f"ceiling.why-{cap}"), "would_raise": text(f"ceiling.raise-{cap}")}
