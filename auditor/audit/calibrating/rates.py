"""What a measurement of error rates is made of: rates with binomial intervals, one row for each null that was drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from auditor.stats.ratios.intervals import clopper_pearson

LEVEL = 0.95
_DECIMALS = 4
_Z = float(ndtri((1 + LEVEL) / 2))


@dataclass(frozen=True)
class Rate:
    """A measured rate with its 95 % interval.

    Attributes
    ----------
    value, low, high : float
    k : int or None
        How often it happened; None where the rate is a mean of shares.
    n : int
        Out of how many.
    """

    value: float
    low: float
    high: float
    k: int | None
    n: int


def binomial(k: int, n: int) -> Rate | None:
    """Return k of n with the exact interval (Clopper-Pearson); None where nothing was tried."""
    if not n:
        return None
    low, high = clopper_pearson([k], [n], LEVEL)
    return Rate(_round(k / n), _round(float(low[0])), _round(float(high[0])), int(k), int(n))


def mean_share(shares: Sequence[float]) -> Rate | None:
    """Return the mean of shares over replicates (the false discovery rate is one), with an interval.

    Its standard error is the Monte-Carlo error of the mean. A mean share is never above the chance that the share is
    above 0, so that where no replicate has any the exact upper limit of that chance bounds it.
    """
    if not shares:
        return None
    values = np.asarray(shares, dtype=float)
    mean = float(values.mean())
    error = float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    low, high = max(0.0, mean - _Z * error), min(1.0, mean + _Z * error)
    if error == 0.0:
        few = binomial(int((values > 0).sum()), len(values))
        low, high = 0.0, high if few is None else max(high, few.high)
    return Rate(_round(mean), _round(low), _round(high), None, len(values))


def _round(value: float) -> float:
    return round(value, _DECIMALS)


@dataclass(frozen=True)
class Row:
    """What was measured under one null, or with one effect planted.

    Attributes
    ----------
    what : str
        ``"labels"``, ``"controls"``, ``"placebo"`` (the user's data) or ``"simulated"``.
    signals : tuple of str
        Tests that went through the screen together.
    places : int
    natural, amount : str and float, or None
        Law of the natural differences between places and its parameter, for simulated data.
    effect : float or None
        Log effect in the planted places; 0 where nobody profiles; None on the user's data.
    planted : int
        How many places bear it.
    replicates : int
    any : Rate or None
        Replicates in which any place is flagged.
    flags : float or None
        Mean number of flags (place x family) a replicate.
    fdr, power, sign_errors : Rate or None
        Mean false discovery proportion; planted places that were found; flags that point the wrong way.
    power_by_size : tuple of Rate, or None
        Power in the small, middle and large third of the places.
    promised : float or None
        Share of the nulls that promised an error rate at all.
    reason : str or None
        Why nothing could be measured.
    redrawn : tuple of str or None
        Of shuffled labels: the tests whose counts were redrawn, since shuffling would leave them as they are.
    """

    what: str
    signals: tuple[str, ...]
    places: int
    natural: str | None = None
    amount: float | None = None
    effect: float | None = None
    planted: int = 0
    replicates: int = 0
    any: Rate | None = None
    flags: float | None = None
    fdr: Rate | None = None
    power: Rate | None = None
    power_by_size: tuple[Rate | None, ...] | None = None
    sign_errors: Rate | None = None
    promised: float | None = None
    reason: str | None = None
    redrawn: tuple[str, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain data; what does not apply is None."""
        plain = asdict(self)
        plain["signals"] = list(self.signals)
        redrawn = plain.pop("redrawn")
        if redrawn is not None:
            plain["redrawn"] = list(redrawn)
        plain["power_by_size"] = None if self.power_by_size is None else list(plain["power_by_size"])
        return plain


@dataclass(frozen=True)
class Outcome:
    """What one replicate gave.

    Attributes
    ----------
    flags, false : int
        Rejections (place x family), and those of them in places without an effect.
    wrong, signed : int
        Rejections in either direction that point against a planted effect, and all of those in planted places.
    found, planted : tuple of int
        By third of size: planted places that were flagged, and that were tested.
    promised, nulls : int
        Nulls that promised an error rate, and all of them.
    """

    flags: int
    false: int
    wrong: int = 0
    signed: int = 0
    found: tuple[int, ...] = (0, 0, 0)
    planted: tuple[int, ...] = (0, 0, 0)
    promised: int = 0
    nulls: int = 0


def summarise(about: Mapping[str, Any], outcomes: Sequence[Outcome]) -> Row:
    """Return the row of some replicates.

    Parameters
    ----------
    about : mapping
        The fields of :class:`Row` that say what was drawn.
    outcomes : sequence of Outcome
    """
    nulls = sum(item.nulls for item in outcomes)
    found: dict[str, Any] = {
        "replicates": len(outcomes),
        "any": binomial(sum(item.flags > 0 for item in outcomes), len(outcomes)),
        "flags": _round(sum(item.flags for item in outcomes) / len(outcomes)),
        "promised": _round(sum(item.promised for item in outcomes) / nulls) if nulls else 0.0,
    }
    if about.get("effect"):
        hit = np.array([item.found for item in outcomes]).sum(axis=0)
        of = np.array([item.planted for item in outcomes]).sum(axis=0)
        found |= {
            "fdr": mean_share([item.false / max(1, item.flags) for item in outcomes]),
            "power": binomial(int(hit.sum()), int(of.sum())),
            "power_by_size": tuple(binomial(int(k), int(n)) for k, n in zip(hit, of, strict=True)),
            "sign_errors": binomial(sum(item.wrong for item in outcomes), sum(item.signed for item in outcomes)),
        }
    return Row(**about, **found)
