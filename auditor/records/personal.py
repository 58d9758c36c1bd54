"""Which columns may point to a person, by their headers: their values are never quoted."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from auditor.records.columns import key
from auditor.records.words import normal

PERSONAL_WORDS = frozenset(
    {"name", "names", "firstname", "lastname", "fullname", "surname", "dob", "birthdate", "birthday", "ssn", "sid",
     "anumber", "inmate", "address", "street", "phone", "email", "person", "complainant", "plate", "vin", "badge"}
)  # fmt: skip
_WHOSE = frozenset({"person", "persons", "inmate", "inmates", "complainant", "s", "of", "the"})
_TRAITS = frozenset(
    {"race", "ethnicity", "ethnic", "eth", "ethn", "ethnicgroup", "raceethnicity", "hispanic", "latino", "sex",
     "gender", "age", "citizenship", "nationality"}
)  # fmt: skip
_HOW_WRITTEN = frozenset({"code", "codes", "cd", "desc", "description", "group", "or", "and"})


def is_personal(name: str, header: str) -> bool:
    """Tell whether the values of a column, canonical ``name``, may point to a person."""
    return name not in ("place", "jurisdiction", "state") and names_a_person(set(normal(header).split()), key(header))


def names_a_person(words: AbstractSet[str], whole: str) -> bool:
    """Tell whether a header is that of names, numbers or addresses of people.

    "Inmate race" only says whose race it is: its codes are those of many people, and whoever must say what they mean
    has to see them.

    Parameters
    ----------
    words : set of str
        Of the header.
    whole : str
        The header as one word, in comparable form.
    """
    if words & _TRAITS and words <= _WHOSE | _TRAITS | _HOW_WRITTEN:
        return False
    return bool(PERSONAL_WORDS & words) or whole in PERSONAL_WORDS
