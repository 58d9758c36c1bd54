"""What ICE writes of convictions and charges, as far as the canonical columns can hold it without a guess.

Three columns of ICE's tables speak of a person's record. The *criminality* has three values: convicted, charges
pending, neither ("Other Immigration Violator"). The *threat level*, 1 to 3, is ICE's own grading; it is meant to rest
on convictions, and is given to people with nothing but pending charges as well, so that its basis is unknown. The
*most serious conviction* may be of any year, and is no charge of the arrest at hand: it is not read as one.
"""

from __future__ import annotations

from auditor.records.absent import cut, given
from auditor.records.private import said_of
from auditor.records.rearrange import Rearranged

CONVICTED, PENDING, OTHER = "convicted criminal", "pending criminal charges", "other immigration violator"
CRIMINALITY = (
    "apprehension_criminality", "detainer_prepared_criminality", "arrest_criminality", "encounter_criminality",
    "case_criminality",
)  # fmt: skip
THREAT = ("detainer_prep_threat_level", "case_threat_level", "apprehension_threat_level", "encounter_threat_level")
LEVEL_REMARK = (
    "level is ICE's threat level. Where there is none it is 'none' for people with neither a conviction nor a pending "
    "charge known to ICE, '1/2/3' for those with a conviction, unknown for those with charges pending only. "
    "Whether threat levels rest on convictions or on charges is not stated (people with pending charges alone have "
    "some): level_basis and level_regime are unknown, and these levels are never held against those of Secure "
    "Communities"
)


def criminality(work: Rearranged) -> str:
    """Return the SQL of the criminality without its number, in lower case."""
    return f"regexp_replace(lower({cut(work.cell(*CRIMINALITY))}), '^[1-3] +', '')"


def add_level(work: Rearranged) -> None:
    """Add the column ``level``.

    A level is written only where it is true whatever the threat levels rest on: people with neither a conviction nor
    a charge have none by either basis; those with a conviction have one of the three; with charges pending they have
    one or none, depending on the basis.
    """
    if not (work.header(*CRIMINALITY) or work.header(*THREAT)):
        return
    threat, kind = work.cell(*THREAT), criminality(work)
    work.add(
        "level",
        f"CASE WHEN {given(threat)} THEN {threat} WHEN {kind} = '{CONVICTED}' THEN '1/2/3' "
        f"WHEN {kind} = '{OTHER}' THEN 'none' WHEN {kind} = '{PENDING}' THEN 'unknown' END",
    )
    rows = work.count("true")[0]
    both, _ = work.count(f"{given(threat)} AND {kind} = '{OTHER}'")
    if both:
        work.note(
            f"a threat level, though neither a conviction nor a charge is known: {said_of(both, rows)}; the level "
            "stands as it is written"
        )


def add_record(work: Rearranged) -> None:
    """Add what is known of a conviction when a detainer was prepared: ``prior_conviction`` and ``disposition``.

    No conviction known is no prior one; three or more prior misdemeanours (a box of the form) are some. A conviction
    alone may be that of the case at hand, and a prior felony may be a charge ("convicted of or charged with").
    """
    kind, some = criminality(work), f"lower({work.cell('multiple_prior_misd_yes_no')}) = 'yes'"
    none = f"{kind} IN ('{PENDING}', '{OTHER}')"
    work.add(
        "prior_conviction",
        f"CASE WHEN {some} AND {none} THEN '' WHEN {some} THEN 'yes' WHEN {none} THEN 'no' END",
    )
    work.add("disposition", f"CASE WHEN {kind} = '{PENDING}' THEN 'pending' END")
