"""One setting of the configuration as a control of a form: what is asked, which answers there are, what is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Control:
    """A control; plain data, since it travels from the worker to the pages.

    Attributes
    ----------
    path : tuple
        Of the setting in the configuration.
    kind : {"text", "date", "select", "place", "checks", "offer"}
        ``place`` is a choice with a text for what is not in it; ``offer`` a line that may be taken up.
    label : str
    help : tuple of str
    choices : tuple of (value, label)
    value : any
        What stands there; ``""`` for an open question.
    open : bool
        Whether it must be answered.
    group : str
        Under which heading it stands.
    may_lack : bool
        Whether it may be left empty, which takes the line out.
    first : bool
        Whether it stands with the open questions all the same.
    """

    path: Path
    kind: str
    label: str
    help: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    value: Any = ""
    open: bool = False
    group: str = ""
    may_lack: bool = False
    first: bool = False

    @property
    def id(self) -> str:
        """Name of the control in a form, which holds nothing of any file."""
        return mark(self.path)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Control:
        """Build it from :meth:`to_dict` after a way through JSON."""
        tuples = {
            "path": tuple(data["path"]),
            "help": tuple(data["help"]),
            "choices": tuple((value, label) for value, label in data["choices"]),
        }
        return cls(**{**data, **tuples})


def mark(path: Sequence[str | int]) -> str:
    """Return the name of a setting's control: letters and digits only, the same at every look."""
    return "q" + hashlib.sha256(json.dumps(list(path)).encode()).hexdigest()[:16]
