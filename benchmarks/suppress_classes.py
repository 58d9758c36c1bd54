"""Table sets in which single classes of offences are looked at: three classes and more on both sides, a third group.

As the worlds of arrests, but of larger counts: two classes in excess are looked for where ten places have three classes
or more of each side, for a group that is asked about and for one that is not.
"""

from __future__ import annotations

import numpy as np

from benchmarks.suppress_worlds import HALVES, World, count

SERIOUS = ("robbery", "burglary", "theft", "aggravated-assault")
CHOSEN = ("traffic", "licence", "drug-possession", "public-order", "trespass")
GROUPS = ("hispanic", "white", "black", "asian", "unknown")


def classes(rng: np.random.Generator, places: int) -> World:
    """Arrests by group and offence, every group with every class; some with a row of the nation, some by month."""
    ids = tuple(f"480{2 * i + 1:02d}" for i in range(places))
    monthly, nation = bool(rng.random() < 0.15), bool(rng.random() < 0.4)
    typical = float(np.exp(rng.uniform(np.log(30), np.log(250))))
    few = rng.uniform(0.01, 0.12)
    groups = [group for group in GROUPS if group in GROUPS[:3] or rng.random() < 0.7]
    offences = [*SERIOUS[: rng.integers(3, 5)], *CHOSEN[: rng.integers(4, 6)]]
    offences += [name for name in ("fraud", "unknown") if rng.random() < 0.7]
    share = {"black": float(rng.choice([1, 0.5])), "asian": 0.2, "unknown": float(rng.choice([1, 0.4, 0.1]))}
    counts = {}
    for place in (*ids, *(("elsewhere",) if nation else ())):
        for group in groups:
            for offence in offences:
                rare = share.get(group, 1.0) * (0.15 if offence == "unknown" else 1.0)
                n = count(rng, typical * rare * (3 if place == "elsewhere" else 1), few * max(rare, 0.2))
                first = int(rng.binomial(n, 0.5)) if monthly else n
                for half, part in zip(HALVES, (first, n - first), strict=True):
                    counts["arrest", place, group, offence, half] = part
    people = {(place, group): int(rng.integers(3000, 60000)) for place in ids for group in groups if group != "unknown"}
    focal = ("hispanic", "asian") if "asian" in groups and rng.random() < 0.2 else ("hispanic",)
    return World("classes", ids, counts, people, nation, monthly, focal)
