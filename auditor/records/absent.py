"""Values that are not there, and withheld ones, as DuckDB sees them; days and times that need no column of their own.

The tables of :mod:`auditor.records.words` say the same in Python. These are for columns that are only compared or
counted, row by row, and never mapped by distinct value.
"""

from __future__ import annotations

from auditor.records.sheet import BLANKS, literal
from auditor.records.words import MISSING, REDACTED

_FORMATS = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%m/%d/%Y")


def cut(text: str) -> str:
    """Return the SQL of a text without blanks at its ends."""
    return f"trim({text}, {literal(BLANKS)})"


def redacted(text: str) -> str:
    """Return the SQL of whether a text is nothing but a mark of redaction, such as ``(b)(6), (b)(7)(C)``."""
    exemption = f"(contains({text}, '(') AND length({text}) <= 80 AND regexp_full_match({text}, {literal(REDACTED)}))"
    # Few spellings, compared whole: a column of dates is gone through as fast as it can be.
    return f"({exemption} OR {text} IN ('redacted', 'Redacted', 'REDACTED', '[redacted]', '[Redacted]', '[REDACTED]'))"


def marked(text: str) -> str:
    """Return the SQL of whether a text is one of the marks for a value that is not there."""
    marks = ", ".join(literal(mark) for mark in sorted(MISSING))
    plain = f"trim(regexp_replace(lower({text}), '[^a-z0-9]+', ' ', 'g'))"
    return f"({plain} IN ({marks}) OR {redacted(text)})"


def given(text: str) -> str:
    """Return the SQL of whether a value is there: neither blank nor one of the marks for a missing one."""
    return f"({cut(text)} <> '' AND NOT {marked(text)})"


def moment(text: str) -> str:
    """Return the SQL of a day with its time of day, if any, as a timestamp; NULL where it cannot be read.

    Only ISO days and American ones (month first) are read: for comparisons within ICE's own tables.
    """
    plain = f"regexp_replace({cut(text)}, '(Z|[+-][0-9]{{2}}:?[0-9]{{2}})$', '')"
    formats = ", ".join(literal(form) for form in _FORMATS)
    iso = f"try_cast(replace({plain}, 'T', ' ') AS TIMESTAMP)"
    return f"coalesce({iso}, try_strptime({plain}, [{formats}]), try_cast(left({plain}, 10) AS TIMESTAMP))"
