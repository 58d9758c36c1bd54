"""What the pages share: the case, the step under way, the keys, the letters written so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from auditor.app.case import Case
from auditor.app.jobs import Jobs
from auditor.app.keys import Keys


@dataclass(frozen=True)
class Written:
    """A letter that was written.

    Attributes
    ----------
    file, what : str
        Base name; which letter about which place.
    before : tuple of str
        What to settle before it is sent.
    """

    file: str
    what: str
    before: tuple[str, ...]


@dataclass
class Desk:
    """One start of the program.

    Attributes
    ----------
    case : Case
    keys : Keys
    port : int
    jobs : Jobs
    leave : callable
        Ends the program.
    spent : callable
        Told that the link was used, so that the next one can be given.
    letters : list of Written
    wanted : dict
        What the form of the last letter held, for the next one.
    """

    case: Case
    keys: Keys
    port: int
    leave: Callable[[], None]
    spent: Callable[[], None]
    jobs: Jobs = field(init=False)
    letters: list[Written] = field(default_factory=list)
    wanted: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.case)

    def clear(self) -> None:
        """Forget everything that was handed in or made."""
        self.jobs.stop()
        self.jobs.current = None
        self.letters.clear()
        self.wanted.clear()
        self.case.clear()


def desk(request: Request) -> Desk:
    """Return the desk of a request."""
    found: Desk = request.app.state.desk
    return found
