"""Pseudonyms of officers that say nothing about who they are.

A pseudonym must not be derivable from the identifier. A hash of it is: whoever has a list of badge numbers hashes them
all; and a keyed hash is no better when the key is published, as a seed is. A random order from a secret key would be
safe, but the same input, configuration and seed must give the same bytes. So the label is made of nothing but what
is published anyway: officers are numbered in the order of their published figures, the largest first. The label is a
function of the printed table, so it adds no information to it, whatever the reader knows; renaming the officers or
reordering the records leaves every byte as it was. Officers with the same published figures have rows that differ in
the label alone, so their order among each other cannot be seen.

Two things follow. Labels are those of one review: officer 3 of the next is somebody else. And a pseudonym hides the
name, not the person: a reader who knows how many stops an officer made finds the row that says so. The figures that
are published, not the labels, decide how much is given away.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


def rank_pseudonyms(published: Sequence[Sequence[float | str]], word: str = "Officer") -> tuple[str, ...]:
    """Label officers by the order of their published figures.

    Parameters
    ----------
    published : sequence of sequences, length J
        Each officer's figures exactly as they are printed (rounded, suppressed ones as their text): all that any page
        of the output tells of the officer, the leading figure first. Never the identifier.
    word : str
        What precedes the number.

    Returns
    -------
    tuple of str, length J
        Distinct labels "Officer 001", "Officer 002" ..., as many digits as the largest needs. Larger figures come
        first, numbers before text; ties are decided by the next figure.

    Raises
    ------
    ValueError
        If the officers have different numbers of figures, or none, or a figure is not finite.
    """
    rows = [tuple(row) for row in published]
    if any(not row or len(row) != len(rows[0]) for row in rows):
        raise ValueError("every officer needs the same published figures, at least one")
    order = sorted(range(len(rows)), key=lambda at: [_place(value) for value in rows[at]])
    digits = len(str(len(rows)))
    labels = [""] * len(rows)
    for number, at in enumerate(order, start=1):
        labels[at] = f"{word} {number:0{digits}d}"
    return tuple(labels)


@dataclass(frozen=True, slots=True, order=True)
class KeyEntry:
    """Who is behind one pseudonym: for a private file of the user's own, and nowhere else.

    Attributes
    ----------
    place, group : str
        The list that the pseudonym stands in.
    pseudonym : str
    agency, identifier : str
        An identifier means somebody within one agency of one place.
    """

    place: str
    group: str
    pseudonym: str
    agency: str
    identifier: str = field(repr=False)


def sorted_key(entries: Iterable[KeyEntry]) -> tuple[KeyEntry, ...]:
    """Return the entries in the order of the lists and the pseudonyms.

    Raises
    ------
    ValueError
        If within a list a pseudonym stands twice, or an identifier of one agency.
    """
    ordered = tuple(sorted(entries))
    for names in (
        [(entry.place, entry.group, entry.pseudonym) for entry in ordered],
        [(entry.place, entry.group, entry.agency, entry.identifier) for entry in ordered],
    ):
        if len(set(names)) < len(names):
            # The values stay out of the message: it may reach a log.
            raise ValueError("within a list, pseudonyms and the officers behind them must each be distinct")
    return ordered


def _place(value: float | str) -> tuple[bool, float, str]:
    if isinstance(value, str):
        return True, 0.0, value
    if not math.isfinite(value):
        raise ValueError("a published figure must be finite, or the text printed in its place")
    return False, -float(value), ""
