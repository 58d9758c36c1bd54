"""Compiled catalogues (GNU gettext's .mo): written with the same bytes for the same texts, and read back.

The format is that of the GNU gettext manual, section "The Format of GNU MO Files": a header of seven integers, a table
of lengths and offsets of the sorted originals, one of the translations, then the texts themselves, each with a zero
byte behind it. No hash table is written, which readers may not rely on.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final

_MAGIC: Final = 0x950412DE
_JOIN: Final = "\x04"
"""Stands between the context and the original."""


def compiled(messages: Mapping[tuple[str, str], str], header: str) -> bytes:
    """Return a catalogue.

    Parameters
    ----------
    messages : mapping
        (context, original) = translation.
    header : str
        Lines such as ``Content-Type: text/plain; charset=UTF-8``.
    """
    keyed = {f"{context}{_JOIN}{text}".encode(): told.encode() for (context, text), told in messages.items()}
    keyed[b""] = header.encode()
    rows = sorted(keyed.items())
    start = 7 * 4
    at = start + 16 * len(rows)
    originals: list[tuple[int, int]] = []
    translations: list[tuple[int, int]] = []
    for which, table in ((0, originals), (1, translations)):
        for row in rows:
            table.append((len(row[which]), at))
            at += len(row[which]) + 1
    head = struct.pack("<7I", _MAGIC, 0, len(rows), start, start + 8 * len(rows), 0, start + 16 * len(rows))
    tables = b"".join(struct.pack("<2I", *entry) for entry in (*originals, *translations))
    texts = b"".join(row[which] + b"\0" for which in (0, 1) for row in rows)
    return head + tables + texts


def messages(raw: bytes) -> dict[tuple[str, str], str]:
    """Return the texts of a catalogue that :func:`compiled` wrote: (context, original) = translation.

    Raises
    ------
    ValueError
        When it is none.
    """
    magic, _, n, first, second = struct.unpack_from("<5I", raw)
    if magic != _MAGIC:
        raise ValueError("this is no compiled catalogue of this program")
    read = {}
    for i in range(n):
        (a, at), (b, there) = (struct.unpack_from("<2I", raw, table + 8 * i) for table in (first, second))
        context, _, text = raw[at : at + a].decode().rpartition(_JOIN)
        if text or context:
            read[context, text] = raw[there : there + b].decode()
    return read
