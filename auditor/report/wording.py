"""Words that no page and no letter may use, in any language.

The list is that of the project's rules on claims: no legal conclusion, no intent, no causation, no false
probability, no clearance, no league table, no label for a matched or arrested person. What users write and
quotations that are held verbatim are set apart and exempt: pass them as ``held``, or mark the element in HTML with
``data-held``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from auditor.report.wording_es import SPANISH


@dataclass(frozen=True, slots=True)
class Rule:
    """A forbidden wording: a name, why, and the pattern."""

    name: str
    why: str
    pattern: re.Pattern[str]


def _rule(name: str, why: str, *patterns: str) -> Rule:
    return Rule(name, why, re.compile("|".join(patterns), re.IGNORECASE))


_PERSON = r"(?:persons?|people|aliens?|immigrants?|migrants?|arrestees?|inmates?|individuals?|men|women|workers?)"
_LAW = (
    r"law|procedure|histor(?:y|ies)|records?|code|charges?|case|cases|justice|proceedings?|courts?|levels?"
    r"|alien program"
)

RULES: Final = (
    _rule(
        "profiled",
        "a statistic does not say that anyone profiled",
        r"\bprofiled\b",
        r"\b(?:is|are|was|were|been)\s+(?:racially\s+|ethnically\s+)?profiling\b",
        r"\bengag\w+\s+in\s+(?:\w+\s+){0,3}profiling\b",
        r"\bracial profilers?\b",
    ),
    _rule("racist", "a statistic does not judge people", r"\bracis[tm]\b", r"\bracists\b", r"\bbigot"),
    _rule(
        "guilt",
        "legal conclusions are reserved for people",
        r"\bguilty\b",
        r"\bbroke the law\b",
        r"\bbreaks the law\b",
        r"\bviolated (?:the )?(?:law|constitution)\b",
        r"(?<!not a finding of )\bunlawful conduct\b",
        r"\billegal(?:ly)? (?:conduct|arrest|practice|stop)",
    ),
    _rule(
        "proof",
        "statistics do not prove",
        r"(?<!not )(?<!cannot )(?<!never )\bprove[sdn]?\b",
        r"(?<!not )(?<!but not )(?<!no )\bproof (?:of|that)\b",
    ),
    _rule(
        "cause",
        "these designs do not show causes",
        r"\bbecause of (?:their )?(?:race|ethnicity|national origin|skin)\b",
        r"\bcaused\b",
        r"\bcausing\b",
        r"\bintentional(?:ly)?\b",
        r"\bdeliberate(?:ly)?\b",
        r"\bon purpose\b",
        r"\bmotivated by\b",
    ),
    _rule(
        "chance",
        "a p-value is not the probability of an explanation",
        r"\d\s?%\s+(?:chance|probability|likelihood)\s+that\b",
        r"\bdue to chance\b",
        r"\bprobability that (?:it|this|the result) (?:is|was)\b",
        r"\bodds (?:that|of) (?:this|it) happening\b",
    ),
    _rule(
        "impossible",
        "nothing is statistically impossible",
        r"\bstatistically impossible\b",
        r"\bimpossible to explain\b",
        r"\bcannot be explained\b",
    ),
    _rule(
        "clearance",
        "a null result clears no one",
        r"(?<!or )\bno (?:racial |ethnic )?profiling\b",
        r"\bcleared\b",
        r"\bexonerat\w*",
        r"\bvindicat\w*",
        r"\bclean bill of health\b",
        r"(?<!does not show )(?<!not show )\babsence of profiling\b",
    ),
    _rule(
        "league",
        "places are not ranked when their rank intervals overlap",
        r"\bworst\b",
        r"\bnumber one\b",
        r"\branks? first\b",
        r"\btop offenders?\b",
        r"\bmost biased\b",
    ),
    _rule(
        "label",
        "no label for a matched or arrested person",
        r"\bundocumented\b",
        r"\billegals?\b(?! (?:racial or other profiling|conduct|arrest|practice|stop))",
        r"(?<!non-)\bcriminals\b",
        rf"(?<!non-)\bcriminal\b(?! (?:{_LAW})\b)",
    ),
    _rule(
        "innocent",
        "without a conviction is not the same as innocent",
        rf"\binnocent\s+{_PERSON}\b",
        r"\bnon-criminals? \(innocent",
        r"\binnocents\b",
    ),
    _rule(
        "removable",
        "a match is not a finding of removability",
        rf"\b(?:removable|deportable)\s+{_PERSON}\b",
        r"\bmatch(?:es|ed)?\b(?!\s+(?:does|do) not\b)[^.;]{0,40}\b(?:is|are|means?|being)\s+(?:removable|deportable)\b",
    ),
    _rule(
        "ethnicity",
        "nationality, birthplace and surname are not ethnicity",
        r"\b(?:nationality|birthplace|surname|country of birth|citizenship)\s+(?:is|means|shows|gives)\s+"
        r"(?:\w+\s+)?ethnicity\b",
        r"\bethnicity \((?:nationality|birthplace|surname)\)",
    ),
    _rule(
        "increase",
        "a ratio of 2.51 is 151 % more: write it with the kind 'more'",
        r"\{[a-z_0-9]+:(?:ratio|number)[^}]*\}\s?%",
        r"\{[a-z_0-9]+:percent[^}]*\}\s+(?:increase|higher|more)\b",
        r"\{[a-z_0-9]+:percent[^}]*\}\s+(?:decrease|lower|less|fewer)\b",
        r"\d\s?(?:%|percent)\s+(?:increase|rise|decrease|fall)\b",
    ),
    _rule(
        "endorsed",
        "the review is modelled on one recommended in 2011; no agency issued it",
        r"\b(?:OCRCL|CRCL) (?:review|report|finding)\b",
        r"(?<!not )\bendorsed by\b",
        r"(?<!not )\bissued by (?:DHS|OCRCL|CRCL|ICE|the Department)\b",
        r"\bofficial (?:review|finding)\b",
    ),
    _rule("title-vi", "federal effects rules ended on 10 December 2025", r"\bdisparate[- ]impact (?:violation|claim)"),
    *(_rule(name, why, *patterns) for name, why, patterns in SPANISH),
)


@dataclass(frozen=True, slots=True)
class Offence:
    """A forbidden wording that was met."""

    rule: str
    why: str
    found: str
    context: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.found!r} in {self.context!r} ({self.why})"


def check(text: str, held: Iterable[str] = ()) -> list[Offence]:
    """Return every forbidden wording in ``text``.

    Parameters
    ----------
    text : str
        Plain text, or a template with its placeholders.
    held : iterable of str
        Quotations and users' own words that stand in the text verbatim and are exempt.

    Returns
    -------
    list of Offence
        Empty when the text may be printed.
    """
    for quotation in held:
        if quotation:
            text = text.replace(quotation, " … ")
    plain = re.sub(r"\s+", " ", text)
    return [
        Offence(rule.name, rule.why, found.group(0), plain[max(0, found.start() - 40) : found.end() + 40])
        for rule in RULES
        for found in rule.pattern.finditer(plain)
    ]


class _Reader(HTMLParser):
    """Collect the text of a page outside elements marked ``data-held`` and outside style."""

    VOID: Final = frozenset(["br", "hr", "img", "input", "link", "meta", "path", "rect", "line", "circle", "use"])
    BLOCK: Final = frozenset(["p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "caption", "text", "title"])

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.stack: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:
            return
        outer = bool(self.stack and self.stack[-1])
        self.stack.append(outer or tag in ("style", "script") or any(name == "data-held" for name, _ in attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self.stack:
            self.stack.pop()
        if tag in self.BLOCK:
            self.parts.append(" · ")

    def handle_data(self, data: str) -> None:
        if not (self.stack and self.stack[-1]):
            self.parts.append(data)


def check_html(html: str) -> list[Offence]:
    """Return every forbidden wording of a page, outside what is marked ``data-held``."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return check("".join(reader.parts))
