"""Whether a file records ethnicity at all: people born in Latin America must be among the Hispanic as a rule.

Jails that record race alone write most people born in Mexico down as white. Read as non-Hispanic, such a file shows
no profiling of anybody, or the reverse. The rule is the one of the review: a group that is recorded in less than a
third of its share of the population is not recorded. Of people born in Mexico and Central America nearly all are
Hispanic by the Census Bureau's definition, which goes by origin, so that a third of them is a third of their share.
"""

from __future__ import annotations

from auditor.records.birthplaces import hispanic_country
from auditor.records.private import counted
from auditor.records.sheet import Sheet, literal

_SHARE = 1 / 3
_FEWEST = 15
"""At a third of their share at least five would be expected."""


def settle_ethnicity(sheet: Sheet) -> None:
    """Take the group out of every row of a sheet whose records of race hold no ethnicity.

    Parameters
    ----------
    sheet : Sheet
        Typed; its recorded groups are compared with its places of birth, where both are there.
    """
    if "group" not in sheet.columns or "birth_country" not in sheet.columns:
        return
    text = sheet.text("birth_country")
    born = [raw for value, _, _ in sheet.distinct(text) if hispanic_country(value) for raw in sheet.spellings[value]]
    if not born:
        return
    listed = ", ".join(map(literal, born))
    told, hispanic = sheet.sql(
        f"SELECT count(*), count(*) FILTER (t.\"group\" = 'hispanic') FROM {sheet.typed} t "  # noqa: S608
        f'JOIN "{sheet.raw.table}" r ON r._row = t._row WHERE t.aside IS NULL AND {text} IN ({listed}) '
        'AND t."group" IS NOT NULL AND t."group" <> \'unknown\' '
        "AND coalesce(t.group_source, '') NOT IN ('surname', 'nationality')"
    )[0]
    if told < _FEWEST or hispanic >= _SHARE * told:
        return
    sheet.run(f'UPDATE {sheet.typed} SET "group" = NULL, group_source = NULL')  # noqa: S608
    sheet.note(
        "group: ethnicity is not recorded in this file: of the people born in Mexico, Central America or another "
        f"Spanish-speaking country of Latin America less than a third are recorded as hispanic"
        f"{counted(sheet.spec, f'{hispanic:,} of {told:,}')}. Its column is of race alone, and white holds Hispanic "
        "people; no group is used from it. A surname or a nationality, labelled as such, is what is left"
    )
