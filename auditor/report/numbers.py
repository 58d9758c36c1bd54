"""How a number is written: one module, so that ratio, percent and percentage points cannot be confused.

A ratio of 2.51 is "151 % more", never "251 %": :func:`more` is the only function that turns a ratio into a
percentage. A share of 0.82 against 0.25 differs by 57 *percentage points*: :func:`points` is the only function that
writes a difference of shares. No function prints more digits than the counts support: the last digit of a
percentage is worth at least a fortieth of its standard error.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from auditor.domain.periods import Period, parse_period
from auditor.report.units import units

MINUS = "\u2212"
_ROUNDING = 1e-9


def _checked(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    if not math.isfinite(value):
        raise ValueError(f"{value!r} cannot be printed: what cannot be said is None, never NaN or infinity")
    return value


def _fixed(value: float, decimals: int) -> str:
    """Write with thousands commas, a true minus sign and no negative zero."""
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and any(digit in "123456789" for digit in text)
    return f"{MINUS}{text}" if negative else text


def count(value: float) -> str:
    """Write a count: ``11,000,000``. Fractions of a person (weighted counts) are rounded."""
    return _fixed(_checked(value), 0)


def number(value: float, digits: int = 3) -> str:
    """Write a plain number with ``digits`` significant digits (integers in full)."""
    value = _checked(value)
    if isinstance(value, int) or (abs(value) >= 10**digits):
        return _fixed(value, 0)
    return _fixed(value, _decimals(value, digits))


def _decimals(value: float, digits: int) -> int:
    """Return the decimals that show ``digits`` significant digits of ``value`` (0 to 8)."""
    if value == 0:
        return 0
    magnitude = math.floor(math.log10(abs(value)))
    return min(max(digits - 1 - magnitude, 0), 8)


def percent_decimals(share: float, n: float | None) -> int:
    """Return how many decimals a percentage deserves.

    Parameters
    ----------
    share : float
        The share, 0 to 1.
    n : float or None
        The base of the share. Without one: one decimal, or two significant digits below one percent.

    Returns
    -------
    int
        The largest d for which 10**-d is at least a fortieth of the standard error in percent, and at most
        what gives three significant digits.
    """
    if n is None or n < 1:
        return 1 if abs(share) >= 0.01 or share == 0 else _decimals(share * 100, 2)
    inside = min(max(abs(share), 0.5 / n), 1 - 0.5 / n) if n > 1 else 0.5
    error = 100 * math.sqrt(inside * (1 - inside) / n)
    supported = min(max(math.floor(-math.log10(error / 40)), 0), 4)
    return min(supported, _decimals(inside * 100, 3))


def percent(share: float, n: float | None = None, decimals: int | None = None) -> str:
    """Write a share as a percentage: ``82.0 %`` (0.8204 of 724).

    Parameters
    ----------
    share : float
        0.82, not 82.
    n : float, optional
        Base of the share, which decides the digits.
    decimals : int, optional
        To give an interval the digits of its estimate.

    Raises
    ------
    ValueError
        If it is no share: a ratio of 2.51 is "2.51 times" or "151 % more", and never becomes "251 %".
    """
    share = _checked(share)
    if not -_ROUNDING <= share <= 1 + _ROUNDING:
        raise ValueError(f"{share!r} is no share: a ratio is written by ratio() or more()")
    exact = share in (0, 1)
    places = (0 if exact else percent_decimals(share, n)) if decimals is None else decimals
    return f"{_fixed(share * 100, places)} %"


def points(difference: float) -> str:
    """Write a difference of two shares: ``+56.7 percentage points`` (0.567).

    One decimal; below a twentieth of a point one significant digit, so that a limit does not read as no difference.

    Raises
    ------
    ValueError
        If it lies outside -1 and 1, where no difference of two shares can lie.
    """
    value = _checked(difference) * 100
    if abs(value) > 100 * (1 + _ROUNDING):
        raise ValueError(f"{difference!r} is no difference of two shares")
    decimals = 1 if value == 0 or abs(value) >= 0.05 else min(_decimals(value, 1), 4)
    return f"{_signed(value, decimals)} {units().points}"


def _signed(value: float, decimals: int) -> str:
    text = _fixed(value, decimals)
    return text if text.startswith(MINUS) or not any(c in "123456789" for c in text) else f"+{text}"


def plain_ratio(value: float, n: float | None = None) -> str:
    """Write a ratio without its unit: ``3.24``; one digit less when it rests on fewer than 100 persons."""
    value = _checked(value)
    digits = 2 if n is not None and n < 100 else 3
    if abs(value) >= 100:
        return _fixed(value, 0)
    if abs(value) >= 1:
        return _fixed(value, min(_decimals(value, digits), 2))
    return _fixed(value, 2 if abs(value) >= 0.095 or value == 0 else _decimals(value, 2))


def ratio(value: float, n: float | None = None) -> str:
    """Write a ratio: ``3.24 times``."""
    return f"{plain_ratio(value, n)} {units().times}"


def more(value: float) -> str:
    """Write a ratio as a percentage of change: 2.51 is ``151 % more``, 0.62 is ``38 % less``."""
    change = (_checked(value) - 1) * 100
    return f"{_fixed(abs(change), 0)} {units().more if change >= 0 else units().less}"


def per1000(value: float) -> str:
    """Write an absolute effect that is already in persons per 1,000, without its unit: ``+567``."""
    value = _checked(value)
    return _signed(value, 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2)


def p(value: float) -> str:
    """Write a p- or q-value: ``< 0.001``, ``0.012``, ``0.35``, ``> 0.99``."""
    value = _checked(value)
    if not 0 <= value <= 1:
        raise ValueError(f"{value!r} is not a probability")
    if value < 0.001:
        return "< 0.001"
    if value > 0.99:
        return "> 0.99"
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def brief(value: float) -> str:
    """Write a number to two significant digits, small ones without an exponent: ``1.1``, ``0.000019``, ``350``."""
    return number(value, 2)


def z(value: float) -> str:
    """Write a z-score with its sign: ``+35.1``."""
    return _signed(_checked(value), 1 if abs(value) >= 10 else 2)


def date(value: datetime.date | str) -> str:
    """Write a day: ``27 October 2008``, in Spanish ``27 de octubre de 2008``."""
    day = datetime.date.fromisoformat(value) if isinstance(value, str) else value
    return units().day.format(day=day.day, month=_month(day), year=day.year)


def _month(day: datetime.date) -> str:
    return units().months[day.month - 1]


def period(value: Period | Mapping[str, Any] | str) -> str:
    """Write a period: ``2011``, ``August 2011``, ``27 October 2008 to 30 June 2010``."""
    span = _period(value)
    first, last = span.start, span.end
    if first == last:
        return date(first)
    if span.kind == "fiscal-year":
        return units().fiscal.format(year=last.year, first=date(first), last=date(last))
    if _is_years(span):
        return str(first.year) if first.year == last.year else units().span.format(first=first.year, last=last.year)
    if first.day == 1 and (first.year, first.month) == (last.year, last.month) and last.day >= 28:
        return units().month.format(month=_month(first), year=first.year)
    return units().span.format(first=date(first), last=date(last))


def _is_years(span: Period) -> bool:
    return (span.start.month, span.start.day, span.end.month, span.end.day) == (1, 1, 12, 31)


def between(value: Period | Mapping[str, Any] | str) -> str:
    """Write a period as a sentence begins: ``Between 27 October 2008 and 30 June 2010``, ``In August 2011``."""
    span = _period(value)
    first, last = span.start, span.end
    if first == last:
        return units().on.format(day=date(first))
    text = period(span)
    if span.kind == "fiscal-year":
        return units().within_fiscal.format(period=text)
    if text != units().span.format(first=_end(span, first), last=_end(span, last)):
        return units().within.format(period=text)
    words = units().between_years if _is_years(span) else units().between_days
    return words.format(first=_end(span, first), last=_end(span, last))


def _end(span: Period, day: datetime.date) -> str:
    return str(day.year) if _is_years(span) else date(day)


_parsed = lru_cache(maxsize=4096)(parse_period)


def _period(value: Period | Mapping[str, Any] | str) -> Period:
    if isinstance(value, Period):
        return value
    if isinstance(value, str):
        return _parsed(value)
    start, end = (datetime.date.fromisoformat(str(value[name])) for name in ("start", "end"))
    return Period(start, end, str(value.get("kind", "interval")))


def limits(low: float | None, high: float | None, write: Any) -> str:
    """Write an interval with the writer of its estimate: ``2.98 to 3.51``; an open side is said in words."""
    if low is None and high is None:
        return units().no_limit
    if high is None:
        return units().no_upper.format(limit=write(low))
    if low is None:
        return units().no_lower.format(limit=write(high))
    return units().span.format(first=write(low), last=write(high))
