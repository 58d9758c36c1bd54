"""What a signal is: a card, options, the cells it sees, and arrays over places that come out.

A signal is one file under ``auditor/signals/<family>/`` that ends in ``SIGNAL = MySignal()``. It is found by searching
the folder; the conformance suite runs over whatever is found.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from auditor.cells import Cells, CellSpec, Inventory
from auditor.findings.card import Card
from auditor.findings.listed import Listed
from auditor.signals.region.result import RegionResult
from auditor.stats.classes.randomisation import Randomised

Floats = NDArray[np.float64]

__all__ = [
    "ClassSample",
    "Contrast",
    "Design",
    "Inventory",
    "Lack",
    "Options",
    "Panel",
    "RankedSample",
    "RegionResult",
    "Signal",
    "blank",
]


class Options(BaseModel):
    """Options of one signal: the table ``[signals.NAME]`` of the configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a signal cannot speak: ids of catalogue sentences, with their values."""

    reason: str
    needs: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contrast:
    """One comparison that a signal makes in every place.

    Attributes
    ----------
    key : str
        Short and stable, such as ``"hispanic/residents"``.
    group, reference : str or None
    event : str
    label : str
        What is compared, for tables and figures.
    counted, among : str
        Plural noun phrases: k ``counted`` among n ``among``.
    comparator, why : str
        What it is held against, and why that was chosen.
    scale : str
        Scale of the estimate: ``"ratio"``.
    shape : str
        ``"rates"``: k and n are focal and focal-plus-reference counts and ``base`` the share that equal rates would
        give; ``"share"``: k of n against a base share; ``"contrast"``: the same numbers, and the estimate is a ratio of
        two ratios; ``"change"``: the estimate is a ratio of after over before, relative to a comparison;
        ``"hits"``: k of n searches found nothing against a base share, and the estimate is the ratio of the shares that
        found something, base over own; ``"pair"``: k of n of the focal group against a base share, which is what the
        reference group's share comes to over the same strata, and the estimate is the ratio of the two shares;
        ``"odds"``: k of n against a base share, and the estimate is the odds ratio; ``"described"``: a number that is
        no comparison of the kind that is tested (a share of records, a threshold), on ``scale``.
    method : str
        Name of the interval.
    tested : bool
        Whether it enters the screen; the others are shown beside it.
    definitions : tuple of str
        Ids of the sentences that must stand before its numbers.
    words : str
        Table of the catalogue that holds its own sentences: ``WORDS.finding`` (also ``-open`` and ``-small``),
        ``WORDS.subject`` and ``WORDS.against`` (what is higher or lower, than what), and, where the label tells strata
        apart, ``WORDS.within-LABEL``. Empty for the sentences of the shape. They may use every number of the panel's
        ``extra`` beside what all findings have.
    own_reason : bool
        Whether a place is told why this contrast was not measured also where another of the signal was.
    """

    key: str
    group: str | None
    reference: str | None
    event: str
    label: str
    counted: str
    among: str
    comparator: str
    why: str
    shape: str
    method: str
    tested: bool
    scale: str = "ratio"
    definitions: tuple[str, ...] = ()
    words: str = ""
    own_reason: bool = False


@dataclass(frozen=True)
class ClassSample:
    """Places that are decided together by relabelling their offence classes.

    Attributes
    ----------
    rows : (J,) bool array
        The places.
    contrast : Randomised
        Their statistics and relabelled statistics; unused (stratum -1) elsewhere.
    alone : bool
        True for a place that is decided by itself: too few others to measure what moves all its classes in common.
    centre : float
        Nationwide log contrast that was taken out of every place (0 where nothing was).
    """

    rows: NDArray[np.bool_]
    contrast: Randomised
    alone: bool
    centre: float


@dataclass(frozen=True)
class RankedSample:
    """Places whose p-values a signal itself took from ranks among negative controls at the same places.

    Attributes
    ----------
    rows : (J,) bool array
        The places.
    controls : int
        How many controls were ranked.
    scale : float
        How many times more variable the focal estimates were taken to be than the controls, at least 1.
    """

    rows: NDArray[np.bool_]
    controls: int
    scale: float


@dataclass(frozen=True)
class Panel:
    """What a signal measured: arrays over place x contrast, all of shape (J, C).

    Entries that were not measured hold NaN and a ``code`` above 0 that points into ``lacks``; nothing downstream
    may read them.

    Attributes
    ----------
    signal : str
    places : tuple of str
    contrasts : tuple of Contrast
    k, n, base : arrays
        Successes, trials and the share expected of them (the screen's input).
    estimate, low, high : arrays
        On the contrast's scale; ``low`` may be 0 and ``high`` infinite (an open interval).
    p_greater, p_less : arrays
        One-sided p-values against the comparator, sampling error alone.
    comparator, comparator_n : arrays
        The comparator's own share or rate, and its base.
    absolute, absolute_low, absolute_high : arrays
        The same in persons per 1,000.
    code : int array
        0 where measured, else 1 + index into ``lacks``.
    testable : bool array
        False where the place was measured but the gates on sample size (seen before any p-value) keep it out of the
        screen: its numbers are stated, its significance is not.
    lacks : tuple of Lack
    notes : mapping of str to bool array
        Caveats: id of a catalogue sentence to the mask of the entries that carry it.
    extra : mapping of str to array
        Further numbers of each entry, named (``z``).
    ranges : mapping of str to (low, high) arrays
        What an assumption could do to the estimate.
    comparator_period : (J, C) object array or None
        ISO interval of the comparator where it is not the place's own.
    censored : (J, C) bool array or None
        Where a suppressed number in the source kept an entry from being measured.
    preferred : (J, C) bool array or None
        Which of several tested contrasts is the one that speaks for a place; None when all tested contrasts do.
    stratum : (J,) int array or None
        Places of different strata are never each other's peers; None when there is one stratum.
    apart : (J, C) bool array or None
        Where the place's own counts are not part of the comparator.
    window : pair of (J, C) object arrays or None
        First and last day of the very rows that were counted.
    hidden : (J, C) bool array or None
        Entries whose numbers may not be printed: they rest on an unpublished count of 1 to 10, or would let one be
        worked out together with what else is printed.
    range_hidden : (J, C) bool array or None
        Entries of which ranges, and missing shares unless ``missing_hidden`` is given, may not be printed, for the same
        reason.
    missing_hidden : (J, C) bool array or None
        Entries of which missing shares may not be printed, where that is decided by itself.
    base_error : (J, C) array or None
        Standard error of the log odds of ``base`` (a survey's margin of error); 0 where the base is a count.
    samples : mapping of int to tuple of ClassSample
        For each contrast that is decided by relabelling classes, what the screen needs of its places.
    given : (J, C) bool array or None
        Entries whose p-values come from a randomisation that the signal itself made (dates, donors): the screen takes
        them as they are.
    ranked : mapping of int to tuple of RankedSample
        For each contrast whose p-values and limits are the signal's own ranks among negative controls, on how many
        they rest: the screen takes them as they are.
    least_p : (J, C) array or None
        The smallest p-value that this randomisation can give.
    coarse : (J, C) bool array or None
        Entries whose estimates mix many small counts: they are printed with few digits, so that none can be worked out.
    listed : tuple of Listed
        Rows of each place for a table of the signal's own, ``tables/SIGNAL.csv``: all that may be printed of them, for
        every value is written as it stands. Empty where the signal has no such table.
    """

    signal: str
    places: tuple[str, ...]
    contrasts: tuple[Contrast, ...]
    k: Floats
    n: Floats
    base: Floats
    estimate: Floats
    low: Floats
    high: Floats
    p_greater: Floats
    p_less: Floats
    comparator: Floats
    comparator_n: Floats
    absolute: Floats
    absolute_low: Floats
    absolute_high: Floats
    code: NDArray[np.int64]
    testable: NDArray[np.bool_]
    lacks: tuple[Lack, ...] = ()
    notes: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    extra: Mapping[str, Floats] = field(default_factory=dict)
    ranges: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)
    missing: Mapping[str, Floats] = field(default_factory=dict)
    comparator_period: NDArray[np.object_] | None = None
    censored: NDArray[np.bool_] | None = None
    apart: NDArray[np.bool_] | None = None
    window: tuple[NDArray[np.object_], NDArray[np.object_]] | None = None
    hidden: NDArray[np.bool_] | None = None
    range_hidden: NDArray[np.bool_] | None = None
    missing_hidden: NDArray[np.bool_] | None = None
    base_error: Floats | None = None
    samples: Mapping[int, tuple[ClassSample, ...]] = field(default_factory=dict)
    given: NDArray[np.bool_] | None = None
    ranked: Mapping[int, tuple[RankedSample, ...]] = field(default_factory=dict)
    least_p: Floats | None = None
    coarse: NDArray[np.bool_] | None = None
    stratum: NDArray[np.int64] | None = None
    preferred: NDArray[np.bool_] | None = None
    listed: tuple[Listed, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.places), len(self.contrasts))
        for name in ("k", "n", "base", "estimate", "low", "high", "p_greater", "p_less", "code", "testable"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{self.signal}: {name} has shape {getattr(self, name).shape}, not {shape}")

    @cached_property
    def speaks(self) -> NDArray[np.bool_]:
        """(J, C) mask of the entries that the screen would test, were they large enough."""
        tested = np.array([contrast.tested for contrast in self.contrasts], dtype=bool)
        mask = np.broadcast_to(tested, self.code.shape)
        return mask if self.preferred is None else mask & self.preferred

    @cached_property
    def entered(self) -> NDArray[np.bool_]:
        """(J, C) mask of the entries that enter the screen."""
        return self.testable & self.speaks

    @property
    def bare(self) -> NDArray[np.bool_]:
        """(J, C) mask of the entries of which no missing share may be printed."""
        mask = self.range_hidden if self.missing_hidden is None else self.missing_hidden
        return np.zeros(self.code.shape, dtype=bool) if mask is None else mask

    @property
    def measured(self) -> NDArray[np.bool_]:
        """(J, C) mask of what was measured."""
        return self.code == 0


@dataclass(frozen=True, slots=True)
class Design:
    """How large a simulation is, and how unequal its places are by nature.

    Attributes
    ----------
    places : int
    typical : float
        Median number of events of a place.
    natural_sd : float
        Between-place standard deviation of the log odds with nobody profiling.
    planted : float
        Share of places that bear the effect.
    """

    places: int = 60
    typical: float = 400.0
    natural_sd: float = 0.0
    planted: float = 0.0


class Signal(ABC):
    """A statistical test of one question, over all places at once.

    Attributes
    ----------
    card : Card
    by_group : str
        What its findings of one group without another to compare with estimate (``"threshold"``); such findings are
        written to a table of the signal's own. Empty where there are none.
    trial : mapping or None
        For a signal that takes seconds rather than milliseconds, options with which the conformance suite tries it on
        few places; it is not measured again in parts of the time. None for all others.
    options : type of Options
    sentences : mapping
    regional : bool
        Whether it speaks of regions only: its panel then says of every place why it is not tested there.
    describes : bool
        Whether it tells what the records are like rather than testing a place: no contrast of it is tested, its
        p-values may be absent, and a protocol can only describe it.
    """

    card: ClassVar[Card]
    regional: ClassVar[bool] = False
    describes: ClassVar[bool] = False
    by_group: ClassVar[str] = ""
    trial: ClassVar[Mapping[str, Any] | None] = None
    options: ClassVar[type[Options]] = Options
    sentences: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def lacks(self, inventory: Inventory, options: Any) -> Lack | None:
        """Say what is missing before this signal can speak at all, or None."""

    @abstractmethod
    def view(self, options: Any) -> CellSpec:
        """Say which cells are needed; the engine groups them, rows never leave it."""

    @abstractmethod
    def measure(self, cells: Cells, options: Any, rng: np.random.Generator) -> Panel:
        """Measure every place."""

    def controls(self, cells: Cells, options: Any, rng: np.random.Generator) -> Panel | None:
        """Measure the same shape of contrast where no profiling effect is expected; None when there is none."""
        return None

    def lacks_places(self, cells: Cells, options: Any) -> Lack | None:
        """Say why no place can be measured, where the counts tell it without a statistic; None where some may be.

        Only for `auditor check`: an audit says it of each place.
        """
        return None

    def decides_by(self, inventory: Inventory, options: Any) -> Literal["peers", "controls", "itself"]:
        """Say what could calibrate this signal in such data: peers alone, negative controls, or its own randomisation.

        Only for `auditor check`, which runs no statistics: an audit looks at the controls themselves.
        """
        return "peers"

    def regions(self, cells: Cells, options: Any, rng: np.random.Generator) -> Sequence[RegionResult]:
        """Estimate what is one number for a region; most signals have none."""
        return ()

    @abstractmethod
    def simulate(self, rng: np.random.Generator, effect: float, design: Design) -> Cells:
        """Draw data under the signal's own null (``effect`` 0) or with a log effect in the planted places."""


def blank(places: int, contrasts: int) -> dict[str, Floats]:
    """Return NaN arrays for every numeric field of a panel."""
    names = (
        "k",
        "n",
        "base",
        "estimate",
        "low",
        "high",
        "p_greater",
        "p_less",
        "comparator",
        "comparator_n",
        "absolute",
        "absolute_low",
        "absolute_high",
    )
    return {name: np.full((places, contrasts), np.nan) for name in names}
