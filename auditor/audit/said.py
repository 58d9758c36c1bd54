"""The words of a finding: its sentence, its subject, and what it is held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from auditor.audit.measured import Measured
from auditor.audit.wording import has, noun, say, text
from auditor.audit.written import number, writer
from auditor.signals.signal import Contrast, Panel

_OF_TOTALS: Final = frozenset(
    {"share", "share_low", "share_high", "reference_share", "reference_low", "reference_high", "reference_rate"}
    | {"hit_rate", "hit_low", "hit_high", "share_with", "share_without"}
)
"""Shares of counts that stand beside them, with their limits: they say nothing that those do not."""


def sentence_id(panel: Panel, contrast: Contrast, j: int, c: int) -> str:
    """Return the id of the sentence that fits the entry: none at all where there are such words, open, too small."""
    stem = f"{contrast.words}.finding" if contrast.words else f"finding.{contrast.shape}"
    if not panel.testable[j, c]:
        return f"{stem}-small"
    if panel.k[j, c] == 0 and has(f"{stem}-none"):
        return f"{stem}-none"
    open_end = not (math.isfinite(panel.high[j, c]) and math.isfinite(panel.estimate[j, c]))
    return f"{stem}-open" if open_end else stem


def subject_of(contrast: Contrast) -> str:
    """Name what is higher or lower, as a sentence begins."""
    if contrast.words:
        return say(f"{contrast.words}.subject", _groups(contrast)).text["en"]
    if contrast.shape == "rates":
        return f"the {noun('group', contrast.group or '')} rate of {noun('event', contrast.event)}"
    if contrast.shape == "contrast":
        return say("phrase.contrast-subject", {"group": noun("group", contrast.group or "")}).text["en"]
    if contrast.shape == "change":
        return noun("share", contrast.counted)
    return f"{noun('share', contrast.counted)} ({noun('event', contrast.event)})"


def _groups(contrast: Contrast) -> dict[str, Any]:
    """Return the names of the groups compared, also for a second mention, and of what is counted."""
    names = {"group": noun("group", contrast.group or ""), "reference": noun("group", contrast.reference or "")}
    again = {f"{name}_again": value for name, value in names.items()}
    counted = {"counted": noun("counted", contrast.counted), "what": noun("share", contrast.counted)}
    return names | again | counted | {"among": noun("event", contrast.among)}


def _own_words(panel: Panel, contrast: Contrast, context: Mapping[str, Any], j: int, c: int) -> dict[str, Any]:
    """Return what the sentences of a signal's own table may use besides: every number of the panel's ``extra``."""
    write = writer(panel, j, c)
    values: dict[str, Any] = {name: _extra(name, array[j, c], write) for name, array in panel.extra.items()}
    values |= {name: None if context[name] is None else write(context[name]) for name in ("ratio", "low", "high")}
    values |= _groups(contrast)
    within = f"{contrast.words}.within-{contrast.label}"
    return values | ({"within": text(within)} if has(within) else {})


def _extra(name: str, value: Any, write: Callable[[Any], float | None]) -> float | None:
    """Write a further number: counts, and shares of counts that are printed, are exact; what mixes strata is coarse."""
    exact = name in _OF_TOTALS or float(value).is_integer()
    return number(value) if exact else write(value)


def comparator_name(panel: Panel, contrast: Contrast, j: int, c: int) -> str:
    """Name what an entry is held against: without a row of its own, "the nation" is the other places of the audit."""
    from_row = panel.comparator_period is not None and bool(panel.comparator_period[j, c])
    if contrast.comparator != "nation":
        return noun("comparator", contrast.comparator)
    if not from_row:
        return noun("comparator", "peers")
    apart = panel.apart is None or bool(panel.apart[j, c])
    return noun("comparator", "nation" if apart else "nation-whole")


def held_against(measured: Measured, j: int, c: int) -> str:
    """Say what the subject is higher or lower than, as the end of a sentence."""
    panel, contrast = measured.panel, measured.panel.contrasts[c]
    if contrast.words:
        names = _groups(contrast) | {"comparator": comparator_name(panel, contrast, j, c)}
        return say(f"{contrast.words}.against", names).text["en"]
    if contrast.shape == "rates":
        reference, benchmark = noun("group", contrast.reference or ""), noun("event", contrast.comparator)
        return say("phrase.rates", {"reference": reference, "benchmark": benchmark}).text["en"]
    if contrast.shape == "contrast":
        return say("phrase.contrast", {"reference": noun("group", contrast.reference or "")}).text["en"]
    return say("phrase.share", {"comparator": comparator_name(panel, contrast, j, c)}).text["en"]


def _window(measured: Measured, j: int, c: int) -> tuple[str, str]:
    """Return the days of the rows that were counted, else those of the event."""
    if measured.panel.window is not None and measured.panel.window[0][j, c]:
        return str(measured.panel.window[0][j, c]), str(measured.panel.window[1][j, c])
    first, last = measured.cells.window(measured.panel.contrasts[c].event)
    return first[j], last[j]


def context_of(measured: Measured, j: int, c: int) -> dict[str, Any]:
    """Return every value that a sentence about this entry may use."""
    panel, contrast, cells = measured.panel, measured.panel.contrasts[c], measured.cells
    first, last = _window(measured, j, c)
    context: dict[str, Any] = {
        "place": cells.names[j],
        "period": {"start": first, "end": last},
        "k": int(panel.k[j, c]),
        "n": number(panel.n[j, c]),
        "ratio": number(panel.estimate[j, c]),
        "low": number(panel.low[j, c]),
        "high": number(panel.high[j, c]),
        "base": number(panel.comparator[j, c]),
        "comparator": comparator_name(panel, contrast, j, c),
        "among": noun("event", contrast.event if contrast.shape == "rates" else contrast.among),
        "absolute": number(panel.absolute[j, c]),
        "absolute_low": number(panel.absolute_low[j, c]),
        "absolute_high": number(panel.absolute_high[j, c]),
    }
    if contrast.words:
        context |= _own_words(panel, contrast, context, j, c)
    elif contrast.shape == "rates":
        context |= {
            "w": int(panel.n[j, c] - panel.k[j, c]),
            "exposure": number(panel.extra["exposure"][j, c]),
            "exposure_reference": number(panel.extra["exposure_reference"][j, c]),
            "counted": noun("event", contrast.event),
            "group": noun("group", contrast.group or ""),
            "reference": noun("group", contrast.reference or ""),
            "group_again": noun("group", contrast.group or ""),
            "reference_again": noun("group", contrast.reference or ""),
            "benchmark": noun("event", contrast.comparator),
        }
    elif contrast.shape == "contrast":
        write = writer(panel, j, c)
        # Sums over many classes are exact as k and n are; what mixes small classes is written coarsely.
        counts = ("serious", "reference_discretionary", "reference_serious", "classes", "relabellings")
        context |= {name: (number if name in counts else write)(v[j, c]) for name, v in panel.extra.items()}
        context |= {
            name: write(context[name]) if context[name] is not None else None for name in ("ratio", "low", "high")
        }
        context |= {
            "group": noun("group", contrast.group or ""),
            "reference": noun("group", contrast.reference or ""),
            "group_again": noun("group", contrast.group or ""),
            "reference_again": noun("group", contrast.reference or ""),
            "licence": text(f"class-contrast.{contrast.label.replace(' ', '-')}"),
        }
    elif contrast.shape == "change":
        write = writer(panel, j, c)
        context |= {name: write(values[j, c]) for name, values in panel.extra.items()}
        context["counted"] = noun("counted", contrast.counted)
        context["group"] = noun("group", contrast.group or "")
        context["reference"] = noun("group", contrast.reference or "")
    else:
        context |= {
            "counted": noun("counted", contrast.counted),
            "share": number(panel.extra["share"][j, c]),
            "share_low": number(panel.extra["share_low"][j, c]),
            "share_high": number(panel.extra["share_high"][j, c]),
            "z": number(panel.extra["z"][j, c]),
            "points": number(panel.extra["share"][j, c] - panel.comparator[j, c]),
        }
    if panel.comparator_period is not None and panel.comparator_period[j, c]:
        start, _, end = str(panel.comparator_period[j, c]).partition("/")
        context["comparator_period"] = {"start": start, "end": end}
    return context
