"""What docs/challenge.md says came of the challenge, made again from its table of results."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.docs.pages import ROOT
from tests.docs.tables import Row, chosen, table

DRAWS = 3
_TEXT = ROOT / "docs" / "challenge.md"


def challenge() -> Iterator[str]:
    """Yield the summary, and the result of each set."""
    rows = list(table("challenge"))
    sets = list(dict.fromkeys(row["set"] for row in rows))
    assert (len(sets), {row["seed"] for row in rows}) == (32, {"1", "2", "3"})
    yield "Thirty-two kinds of data sets, each drawn three times (seeds 1 to 3)"
    right = sum(row["right"] == "True" for row in rows)
    yield f"**{right} of {len(rows)}** came out right ({100 * right / len(rows):.0f} %). The goal of 19 in 20 is missed"
    silent = [row for row in rows if row["kind"] in ("null", "reverse")]
    assert sum(int(row["false_flags"]) for row in silent) == 0
    assert sum(int(row["strong"]) for row in silent) == 0
    assert sum(int(row["planted_cleared"]) for row in rows) == 0
    yield f"in the {len(silent)} sets in which nobody profiles"
    planted = chosen("challenge", kind="planted")
    assert sum(int(row["false_flags"]) for row in planted) == 0, "and nobody else"
    found, of = (sum(int(row[name]) for row in planted) for name in ("found", "planted"))
    yield f"{found} of {of} profiling agencies were flagged"
    told = lines()
    assert set(told) == set(sets)
    for name in sets:
        cells = result(chosen("challenge", set=name))
        assert told[name] == cells, name
        yield f"| {' | '.join(cells)} |"
    yield from _blind()


_WORDS = {1: "one", 2: "two", 3: "three", 7: "seven", 10: "ten"}


def _blind() -> Iterator[str]:
    """Yield what the page says of the blind challenge."""
    rows = {row["set"]: row for row in table("blind")}
    right = [row for row in rows.values() if row["right"] == "True"]
    yield f"**{len(right)} of {len(rows)}** came out right"
    assert len(rows) == 20, "Twenty further sets"
    assert sum(int(row["false_flags"]) + int(row["strong"]) + int(row["planted_cleared"]) for row in rows.values()) == 0
    of = {kind: [row for row in rows.values() if row["kind"] == kind] for kind in ("null", "trying", "planted")}
    yield f"all of the {_WORDS[len(of['null'])]} in which nobody profiles and both in which agencies try to be cleared"
    assert len(of["trying"]) == 2
    assert not [row for kind in ("null", "trying") for row in of[kind] if row not in right]
    found = sum(row in right for row in of["planted"])
    yield f"of the {_WORDS[len(of['planted'])]} in which agencies profile {_WORDS[found]}"

    def agencies(name: str) -> tuple[str, str]:
        row = rows[name]
        assert row not in right
        return _WORDS[int(row["planted"])], row["places"]

    yield f"{agencies('blind-01')[0]} counties with traffic, licence and false identification 5 times"
    yield "{} counties of {}".format(*agencies("blind-12"))
    yield "{} of {} counties, and {} of {} for four years".format(*agencies("blind-13"), *agencies("blind-11"))
    yield "{} agencies of {}, stops alone".format(*agencies("blind-16"))


def result(rows: list[Row]) -> tuple[str, str, str]:
    """Return the last cells of a set's line: found, false flags, right."""
    planted = sum(int(row["planted"]) for row in rows)
    shown = f"{sum(int(row['found']) for row in rows)} of {planted}" if rows[0]["kind"] == "planted" else ""
    false = str(sum(int(row["false_flags"]) for row in rows))
    return shown, false, f"{sum(row['right'] == 'True' for row in rows)} of {DRAWS}"


def lines() -> dict[str, tuple[str, str, str]]:
    """Return the last cells of every line of the page's table."""
    found = re.findall(
        r"^\| `([a-z-]+)` \| .* \| ([^|]*) \| (\d+) \| (\d of \d) \|$", _TEXT.read_text(encoding="utf-8"), re.M
    )
    return {name: (shown.strip(), false, right) for name, shown, false, right in found}
