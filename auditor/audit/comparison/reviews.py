"""Read the reviews to be compared, and refuse those whose comparison would mislead."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from auditor.errors import InputError, Problem, UsageError
from auditor.findings.review import PlaceReview, Review


@dataclass(frozen=True)
class Look:
    """One review, as one look at its places.

    Attributes
    ----------
    file : str
        The last part of its path as given, for messages.
    sha256 : str
        Of ``review.json``.
    review : Review
    """

    file: str
    sha256: str
    review: Review

    @property
    def as_of(self) -> str:
        """The date that the report bears, ISO."""
        return str(self.review.audit["as_of"])

    @cached_property
    def places(self) -> dict[str, PlaceReview]:
        """The places by identifier."""
        return {entry.place: entry for entry in self.review.places}


def read_looks(paths: Sequence[Path]) -> tuple[Look, ...]:
    """Read reviews and check that they may be compared.

    Parameters
    ----------
    paths : sequence of path
        Output folders or their review.json, the oldest first.

    Raises
    ------
    UsageError
        When fewer than two are given.
    InputError
        When one cannot be read, or with every reason why they cannot be compared.
    """
    if len(paths) < 2:
        problem = Problem("one review was given", "a change needs two", "write: auditor compare OLD NEW")
        raise UsageError("there is nothing to compare", [problem])
    looks = tuple(_read(Path(path)) for path in paths)
    problems = [*_order(looks), *_settings(looks), *_places(looks)]
    if problems:
        raise InputError("these reviews cannot be compared", problems)
    return looks


def _read(path: Path) -> Look:
    name = path.name or str(path)
    file = path / "review.json" if path.is_dir() else path
    if file.name == "review.json" and file.parent.name:
        name = f"{file.parent.name}/review.json"
    try:
        review = Review.load(file)
        raw = file.read_bytes()
        _ = review.audit["protocol"]["sha256"], review.audit["as_of"], review.calibration["q"]
    except InputError as error:
        raise InputError(error.summary, [replace(problem, file=name) for problem in error.problems]) from error
    except OSError as error:
        found = str(error.strerror)
        raise InputError("a review cannot be read", [Problem(found, "", "name another file", name)]) from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        why = "parts of it are missing or of another kind"
        problem = Problem("this is not a whole review", why, "name a folder written by 'auditor run'", name)
        raise InputError("a review cannot be read", [problem]) from error
    return Look(name, hashlib.sha256(raw).hexdigest(), review)


def _order(looks: Sequence[Look]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for look in looks:
        if look.sha256 in seen:
            why = "a review does not differ from itself, and one look must not count twice"
            yield Problem(f"it is the same review as {seen[look.sha256]}", why, "leave one of them out", look.file)
        seen.setdefault(look.sha256, look.file)
    for old, new in pairwise(looks):
        if new.as_of <= old.as_of and new.sha256 != old.sha256:
            found = f"it bears the date {new.as_of}, not a later one than {old.file} ({old.as_of})"
            why = "looks are counted in time order; two runs for one date are one look"
            yield Problem(found, why, "give the reviews with the oldest first, one for each date", new.file)


def _settings(looks: Sequence[Look]) -> Iterator[Problem]:
    first = looks[0]
    same = "run both audits with the same configuration of groups and the same protocol file"
    for look in looks[1:]:
        if _protocol(look) != _protocol(first):
            found = f"its protocol ({_protocol(look)[:12]}...) is not that of {first.file} ({_protocol(first)[:12]}...)"
            why = "a changed protocol is a new audit: verdicts under other rules differ for that alone"
            yield Problem(found, why, f"{same}; protocol.toml of each folder shows the difference", look.file)
        for name, kind in (("focal_groups", "focal groups"), ("reference_group", "reference group")):
            old, new = first.review.audit[name], look.review.audit[name]
            if _plain(old) != _plain(new):
                found = f"its {kind} ({_shown(new)}) are not those of {first.file} ({_shown(old)})"
                yield Problem(found, "its numbers speak of other people", same, look.file)


def _protocol(look: Look) -> str:
    return str(look.review.audit["protocol"]["sha256"])


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list | tuple) else value


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)


def _places(looks: Sequence[Look]) -> Iterator[Problem]:
    held = [set(look.places) for look in looks]
    for (old, new), look in zip(pairwise(held), looks[1:], strict=True):
        if not old & new:
            why = "only the same places can be compared; identifiers must be the same in both"
            yield Problem("it shares no place with the review before it", why, "give reviews of one area", look.file)
