"""The tables of the configuration, as pydantic models."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from auditor.audit.complaints import refuse
from auditor.domain.periods import Period
from auditor.domain.vocabulary import GROUPS, OWN_COUNTRY
from auditor.errors import nearest
from auditor.records.spec import SourceSpec
from auditor.report.tongue import LANGUAGES

LEAST_SHOWN = 11
"""Cells of one to ten people are never printed unless their source is published."""

Text = Annotated[str, Field(min_length=1)]


class Table(BaseModel):
    """A table of the configuration: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PeriodTable(Table):
    """``period = { start = 2008-01-01, end = 2012-06-30 }``, both days included."""

    start: date
    end: date

    @model_validator(mode="after")
    def _order(self) -> PeriodTable:
        if self.start > self.end:
            found = f"the period starts ({self.start}) after it ends ({self.end})"
            remedy = f"write: period = {{ start = {self.end}, end = {self.start} }}"
            raise refuse(found, "no row could fall into it", remedy)
        return self


class AuditTable(Table):
    """``[audit]``: what is audited.

    Attributes
    ----------
    title : str
    as_of : datetime.date
        The date that the report bears; never the clock.
    seed : int
        From 0 to 2**63 - 1.
    focal_groups : tuple of str
        May be empty where no ethnicity is recorded.
    focal_nationalities : tuple of str
        Not built yet; must be empty.
    reference_group : str
    data_opened : datetime.date or None
        As declared by the user.
    exclude : tuple of str
        Places left out of everything.
    protocol : str
        ``"default"`` or a path relative to the configuration.
    period : PeriodTable or None
        Rows outside are left out; None for all.
    decisions : str or None
        A file of decisions on written places and facilities (:mod:`auditor.audit.decisions_file`).
    calibration : str or None
        A file that ``auditor calibrate --out`` wrote for this audit; its rates stand beside every flag.
    """

    title: Text
    as_of: date
    seed: int = Field(default=0, ge=0, lt=2**63)
    focal_groups: tuple[str, ...] = ("hispanic",)
    focal_nationalities: tuple[str, ...] = ()
    reference_group: str = "white"
    data_opened: date | None = None
    exclude: tuple[str, ...] = ()
    protocol: Text = "default"
    period: PeriodTable | None = None
    decisions: Text | None = None
    calibration: Text | None = None

    @field_validator("focal_groups")
    @classmethod
    def _focal(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        for index, group in enumerate(groups):
            _known_group(group, at=(index,))
        if len(set(groups)) < len(groups):
            raise refuse("a focal group is named twice", "it would be tested twice", "name each group once")
        return groups

    @field_validator("reference_group")
    @classmethod
    def _reference(cls, group: str) -> str:
        _known_group(group)
        return group

    @field_validator("focal_nationalities")
    @classmethod
    def _nationalities(cls, nationalities: tuple[str, ...]) -> tuple[str, ...]:
        folded = [" ".join(name.split()).casefold() for name in nationalities]
        for index, name in enumerate(folded):
            if not name or name in OWN_COUNTRY:
                what = "a country without a name" if not name else f"{nationalities[index]!r}"
                found = f"{what} among the focal nationalities"
                why = "citizens of the United States, and of no named country, are on neither side"
                raise refuse(found, why, 'name countries as the sources write them: ["MEXICO", ...]', at=(index,))
        if len(set(folded)) < len(folded):
            raise refuse("a country is named twice", "it would be one country", "name each country once")
        return nationalities

    @model_validator(mode="after")
    def _distinct(self) -> AuditTable:
        if self.reference_group in self.focal_groups:
            found = f"{self.reference_group!r} is both a focal group and the reference group"
            remedy = "choose another reference_group, or take it out of focal_groups"
            raise refuse(found, "a group compared with itself shows nothing", remedy, at=("reference_group",))
        return self


class ReviewTable(Table):
    """``[review]``: the file with the records that no statistic can give."""

    file: Text


class OutputTable(Table):
    """``[output]``: what is printed.

    Attributes
    ----------
    suppress_below : int
        Cells of 1 to ``suppress_below - 1`` people are withheld; at least 11.
    languages : tuple of str
    """

    suppress_below: int = LEAST_SHOWN
    languages: tuple[str, ...] = ("en",)

    @field_validator("suppress_below")
    @classmethod
    def _enough(cls, least: int) -> int:
        return enough(least)

    @field_validator("languages")
    @classmethod
    def _built(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if not languages:
            raise refuse("no language is named", "the pages need one", 'write: languages = ["en"]')
        for index, language in enumerate(languages):
            if language not in LANGUAGES:
                why = f"the languages are {' and '.join(LANGUAGES)}"
                raise refuse(f"unknown language {language!r}", why, 'write: languages = ["en"]', at=(index,))
            if language in languages[:index]:
                raise refuse(f"{language!r} is named twice", "each is written once", "name it once", at=(index,))
        return languages


def enough(least: int) -> int:
    """Check a threshold of suppression.

    Raises
    ------
    pydantic_core.PydanticCustomError
        When cells of ten people or fewer would be printed.
    """
    if least < LEAST_SHOWN:
        found = f"`suppress_below` is {least}"
        why = f"cells of 1 to {LEAST_SHOWN - 1} people are never printed unless they are public already"
        remedy = f"write: suppress_below = {LEAST_SHOWN}; for public figures: published = true on the source"
        raise refuse(found, why, remedy)
    return least


_ALSO_CALLED = {
    **dict.fromkeys(("latino", "latina", "latinx", "latine", "hispano"), "hispanic"),
    **dict.fromkeys(("african-american", "african american"), "black"),
    **dict.fromkeys(("caucasian", "anglo"), "white"),
}


def _known_group(group: str, at: tuple[int, ...] = ()) -> None:
    usable = [name for name in GROUPS if name != "unknown"]
    if group in usable:
        return
    close = _ALSO_CALLED.get(group.lower()) or nearest(group.lower(), usable)
    remedy = f"did you mean {close!r}?" if close else f"choose among {', '.join(usable)}"
    found = "people of unknown group cannot be compared" if group == "unknown" else f"unknown group {group!r}"
    raise refuse(found, "groups are a closed list, so that every source means the same", remedy, at=at)


class ConfigTables(Table):
    """The whole file. ``signals`` is checked against each signal's own options afterwards."""

    audit: AuditTable
    sources: tuple[SourceSpec, ...] = Field(min_length=1)
    review: ReviewTable | None = None
    signals: dict[str, dict[str, object]] = Field(default_factory=dict)
    output: OutputTable = OutputTable()

    @property
    def period(self) -> Period | None:
        """The audited period; None when all of the data count."""
        chosen = self.audit.period
        return None if chosen is None else Period(chosen.start, chosen.end)


def beside(base: Path, name: str) -> Path:
    """Return a path that a configuration names, relative to its own folder."""
    path = Path(name).expanduser()
    return path if path.is_absolute() else base / path
