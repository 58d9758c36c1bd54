"""Which signals tested something else at another look: their options, as the reviews state them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from auditor.audit.comparison.reviews import Look


def changed_options(looks: Sequence[Look]) -> dict[str, tuple[str, ...]]:
    """Return the signals whose options differ between looks, each with the names of those options.

    A review states the options that are not the default. One that is exploratory beside others that are not, although
    all of them state the same, was written without that statement: no signal of it is known to be the same test, and
    the names are empty.

    Parameters
    ----------
    looks : sequence of Look
        Under one protocol.
    """
    stated = [_stated(look) for look in looks]
    found = {}
    for name in sorted({name for options in stated for name in options}):
        told = [options.get(name, {}) for options in stated]
        keys = sorted({key for options in told for key in options})
        differing = tuple(key for key in keys if len({_text(options.get(key)) for options in told}) > 1)
        if differing:
            found[name] = differing
    if not found and len({exploratory(look) for look in looks}) > 1:
        return {str(card["name"]): () for look in looks for card in look.review.signals}
    return found


def exploratory(look: Look) -> bool:
    """Say whether a look tests anything else than the protocol as shipped would."""
    return bool(look.review.audit["protocol"].get("exploratory"))


def _stated(look: Look) -> dict[str, Mapping[str, Any]]:
    return {str(card["name"]): card.get("options") or {} for card in look.review.signals}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
