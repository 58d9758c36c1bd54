"""The protocol: what is tested and what must hold, fixed before the data are seen, hashed into the review."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue, PrivateAttr, ValidationError, field_validator, model_validator

from auditor.audit import toml_text
from auditor.audit.complaints import complaints, refuse
from auditor.audit.looks import Looks
from auditor.audit.robustness.alternatives import alternative_problems
from auditor.audit.tables import LEAST_SHOWN, Table, Text, beside, enough
from auditor.domain.vocabulary import DISCRETIONARY, NEUTRAL, OFFENCES, SERIOUS
from auditor.errors import ConfigError, Problem, nearest
from auditor.findings.card import FAMILIES
from auditor.resources import folder

EXAMPLES = {
    "q": "q = 0.05",
    "materiality": "materiality = 1.25",
    "families": 'families.match.level-mix = { role = "test", direction = "greater" }',
}


ELSEWHERE = {"alpha": "the screen controls the false discovery rate q instead; write: q = 0.05"}


class Rule(Table):
    """What the protocol says of one signal.

    Attributes
    ----------
    role : {"test", "describe"}
        ``test`` enters the screen; ``describe`` is shown beside it and counts for no verdict.
    direction : {"greater", "less", "two-sided"}
        What profiling would predict.
    """

    role: Literal["test", "describe"] = "test"
    direction: Literal["greater", "less", "two-sided"] = "greater"


class Gates(Table):
    """What must hold before a test may speak; sizes only, never results."""

    minimum_expected: Annotated[float, Field(gt=0)] = 5.0
    minimum_persons: Annotated[int, Field(ge=LEAST_SHOWN)] = LEAST_SHOWN
    minimum_peers: Annotated[int, Field(ge=2)] = 20


class Offences(Table):
    """The sides of the contrast; every class stands in exactly one list."""

    serious: tuple[str, ...] = SERIOUS
    discretionary: tuple[str, ...] = DISCRETIONARY
    neutral: tuple[str, ...] = NEUTRAL

    @model_validator(mode="after")
    def _partition(self) -> Offences:
        sides = (("serious", self.serious), ("discretionary", self.discretionary), ("neutral", self.neutral))
        seen: dict[str, str] = {}
        for side, classes in sides:
            for index, name in enumerate(classes):
                if name not in OFFENCES:
                    close = nearest(name, OFFENCES)
                    remedy = f"did you mean {close!r}?" if close else f"choose among {', '.join(OFFENCES)}"
                    raise refuse(f"unknown offence class {name!r}", "its rows would be lost", remedy, at=(side, index))
                if name in seen:
                    why = "it can stand on one side only"
                    remedy = f"take it out of {seen[name]} or of {side}"
                    raise refuse(f"{name!r} stands in two lists", why, remedy, at=(side, index))
                seen[name] = side
        missing = [name for name in OFFENCES if name not in seen]
        if missing:
            found = f"no list holds {', '.join(missing)}"
            raise refuse(found, "every class stands in one list", "add them to neutral", at=("neutral",))
        return self

    def sides(self) -> dict[str, str]:
        """Return the side of each class."""
        lists = (("serious", self.serious), ("discretionary", self.discretionary), ("neutral", self.neutral))
        return {offence: side for side, classes in lists for offence in classes}


class Protocol(Table):
    """Families, signals, thresholds and gates.

    Attributes
    ----------
    q : float
        False discovery rate, above 0 and below 0.5.
    materiality : float
        Smallest ratio that matters, above 1.
    detectable, clear_p : float
        For ``no-disparity-detected``: the largest detectable ratio, and the calibrated p above which a test is silent.
    suppress_below : int
        Cells of 1 to one less than this are withheld; at least 11.
    benchmarks : tuple of str
        Universes of population baselines in order of preference.
    families : dict of dict of Rule
        Family to signal to rule.
    gates : Gates
    offences : Offences
    looks : Looks
        How many audits of the same places are planned, if that was fixed beforehand.
    alternatives : dict of dict of dict
        Signal to name of an alternative specification to what it changes.
    blocks : int
        Parts into which the time of each place is cut; at least four from 48 months on.
    """

    q: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    materiality: Annotated[float, Field(gt=1)] = 1.25
    detectable: Annotated[float, Field(gt=1)] = 1.5
    clear_p: Annotated[float, Field(gt=0, lt=1)] = 0.10
    suppress_below: int = LEAST_SHOWN
    benchmarks: tuple[Text, ...] = ("drivers", "adults", "residents", "noncitizens", "foreign-born")
    families: dict[str, dict[str, Rule]] = Field(min_length=1)
    gates: Gates = Gates()
    offences: Offences = Offences()
    looks: Looks = Looks()
    alternatives: dict[str, dict[str, dict[str, JsonValue]]] = Field(default_factory=dict)
    blocks: Annotated[int, Field(ge=2, le=12)] = 2
    _name: str = PrivateAttr(default="")
    _text: str = PrivateAttr(default="")

    @field_validator("suppress_below")
    @classmethod
    def _enough(cls, least: int) -> int:
        return enough(least)

    @field_validator("families")
    @classmethod
    def _families(cls, families: dict[str, dict[str, Rule]]) -> dict[str, dict[str, Rule]]:
        for family in families:
            if family not in FAMILIES:
                close = nearest(family, FAMILIES)
                remedy = f"did you mean {close!r}?" if close else f"choose among {', '.join(FAMILIES)}"
                raise refuse(f"unknown family {family!r}", "families are a closed list", remedy, at=(family,))
        if not any(rule.role == "test" for rules in families.values() for rule in rules.values()):
            why = "without a test no place could ever be flagged or found free of disparity"
            raise refuse("the protocol tests nothing", why, 'give at least one signal role = "test"')
        return families

    @model_validator(mode="after")
    def _excess(self) -> Protocol:
        for family, rules in self.families.items():
            for signal, rule in rules.items():
                if rule.role == "test" and rule.direction != "greater":
                    raise refuse(
                        f"{signal} is tested for {rule.direction!r}",
                        "the screen and its verdicts speak of an excess only",
                        'write direction = "greater", or role = "describe"',
                        at=("families", family, signal, "direction"),
                    )
        return self

    @property
    def name(self) -> str:
        """``default``, or the base name of the file."""
        return "default" if self.default else self._name

    @property
    def text(self) -> str:
        """The file, as it is copied into the output."""
        return self._text

    @property
    def sha256(self) -> str:
        """Hash of the content in canonical JSON: comments and order of keys do not change it."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def screened_sha256(self) -> str:
        """Hash of what can bear on an error rate: everything but the signals that are only described.

        These enter no screen and no verdict, so that rates that were measured without them hold with them.
        """
        content = self.model_dump(mode="json")
        described = {signal for _, signal, rule in self.signals() if rule.role == "describe"}
        for rules in content["families"].values():
            for signal in described & set(rules):
                del rules[signal]
        content["families"] = {family: rules for family, rules in content["families"].items() if rules}
        content["alternatives"] = {k: v for k, v in content["alternatives"].items() if k not in described}
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def default(self) -> bool:
        """Whether this is the protocol as shipped; any other is labelled exploratory."""
        return self.sha256 == _shipped_hash()

    def signals(self) -> Iterator[tuple[str, str, Rule]]:
        """Yield family, signal and rule, in the order of the file."""
        for family, rules in self.families.items():
            for signal, rule in rules.items():
                yield family, signal, rule

    def rule(self, signal: str) -> Rule | None:
        """Return the rule of a signal; None when the protocol does not name it."""
        return next((rule for _, name, rule in self.signals() if name == signal), None)


def _shipped() -> Path:
    return folder("configs") / "protocols" / "default.toml"


@cache
def _shipped_hash() -> str:
    return read_protocol(_shipped()).sha256


def load_protocol(name: str = "default", base: str | Path = ".") -> Protocol:
    """Load a protocol by the name that a configuration gives it.

    Parameters
    ----------
    name : str
        ``"default"``, or a path relative to ``base``.
    base : path
        Folder of the configuration.

    Raises
    ------
    ConfigError
        When it cannot be read, or with everything that is wrong in it.
    """
    return read_protocol(_shipped() if name == "default" else beside(Path(base), name))


def read_protocol(path: Path) -> Protocol:
    """Read and check one protocol file; one that is not the shipped one also against the signals."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = "no such file" if isinstance(error, FileNotFoundError) else str(error.strerror)
        remedy = 'write: protocol = "default", or a path relative to the configuration'
        problem = Problem(what, "the protocol says what is tested", remedy, file=path.name)
        raise ConfigError("the protocol cannot be read", [problem]) from error
    text = toml_text.decode(raw, path.name)
    toml = toml_text.parse(text, path.name)
    problems = list(toml.problems)
    protocol = None
    try:
        protocol = Protocol.model_validate_json(json.dumps(toml.data, default=str), strict=True)
    except ValidationError as error:
        problems.extend(
            problem for _, problem in complaints(error, Protocol, toml, examples=EXAMPLES, elsewhere=ELSEWHERE)
        )
    if protocol is not None and path != _shipped():
        problems.extend(_signal_problems(protocol, toml))
    if problems or protocol is None:
        raise ConfigError(f"{path.name} cannot be used", problems)
    protocol._name, protocol._text = path.name, text
    return protocol


def _signal_problems(protocol: Protocol, toml: toml_text.Toml) -> Iterator[Problem]:
    from auditor.signals.registry import discover  # late: the signals bring the numeric libraries

    known = discover()
    for family, signal, rule in protocol.signals():
        path = ("families", family, signal)
        if signal not in known:
            close = nearest(signal, list(known))
            remedy = f"did you mean {close!r}?" if close else f"known: {', '.join(known)}"
            yield toml.problem(path, f"unknown signal {signal!r}", "it would never be tested", remedy)
        elif known[signal].card.family != family:
            right = known[signal].card.family
            why = "corroboration counts families, by the assumption that identifies them"
            yield toml.problem(
                path, f"{signal!r} is not of the family {family!r}", why, f"move it to [families.{right}]"
            )
        elif rule.role == "test" and (known[signal].describes or known[signal].regional):
            why = "it tells what the records are like" if known[signal].describes else "it speaks of regions only"
            yield toml.problem(path, f"{signal!r} cannot be tested", why, 'role = "describe"')
    yield from alternative_problems(protocol.alternatives, {name: found.options for name, found in known.items()}, toml)
