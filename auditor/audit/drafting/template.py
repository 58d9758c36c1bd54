"""Empty tables with the exact columns of the contract, to be filled in by hand."""

from __future__ import annotations

from typing import Final

from auditor.errors import UsageError, unknown_name

TEMPLATES: Final[dict[str, tuple[str, ...]]] = {
    "interoperability": (
        "state", "jurisdiction", "county_fips", "activation_date", "period_start", "period_end", "cumulative",
        "submissions", "matches", "matches_l1", "matches_l2", "matches_l3", "matches_none",
        "booked", "booked_l1", "booked_l2", "booked_l3", "booked_none",
        "removed", "removed_l1", "removed_l2", "removed_l3", "removed_none", "level_regime", "level_basis", "source",
    ),
    "counts": (
        "place", "period", "event", "n", "group", "group_source", "offence", "level", "level_basis", "level_regime",
        "searched", "contraband", "agency", "cumulative",
    ),
    "records": (
        "place", "event", "date", "time", "age", "sex", "operation", "group", "group_source", "offence", "charge",
        "level", "level_basis", "agency", "officer", "person", "latitude", "longitude", "searched", "contraband",
        "cited", "booked", "disposition", "disposition_date", "conviction_date", "prior_conviction", "detainer",
        "detainer_date", "detainer_type", "lift_reason", "release_eligible_date", "release_date", "transfer_date",
        "facility", "program", "citizenship", "birth_country", "surname", "n",
    ),
    "population": ("place", "group", "n", "period", "age", "sex", "moe", "universe"),
    "places": ("place", "name", "state", "kind", "agency", "parent"),
    "activations": ("place", "program", "date", "agency", "kind"),
    "operations": ("place", "date", "agency", "name"),
}  # fmt: skip
"""Header of each canonical table, in the order of the contract."""

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "interoperability": ("state", "jurisdiction", "period_end", "and one figure"),
    "counts": ("place", "period", "event", "n"),
    "records": ("place", "event", "date"),
    "population": ("place", "group", "n"),
    "places": ("place",),
    "activations": ("place", "program", "date"),
    "operations": ("place", "date"),
}
"""What must be filled in; the rest may stay blank (blank is missing, never zero)."""


def template(name: str) -> str:
    """Return the header of a table as CSV.

    Raises
    ------
    UsageError
        When there is no template of this name.
    """
    if name not in TEMPLATES:
        raise UsageError(unknown_name("template", name, list(TEMPLATES)))
    return ",".join(TEMPLATES[name]) + "\n"
