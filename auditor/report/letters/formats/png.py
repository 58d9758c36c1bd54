"""A bar as a small PNG, drawn without a library, so that the same letter has the same bytes everywhere."""

from __future__ import annotations

import struct
import zlib
from typing import Final

WIDTH, HEIGHT, EDGE = 720, 48, 2
PALETTE: Final = (b"\xff\xff\xff", b"\x1b\x4b\x7a", b"\x8d\x86\x76", b"\x56\x52\x4a")
"""Ground, first bar, second bar, edge: the colours of the pages."""


def bar(share: float, colour: int) -> bytes:
    """Return a PNG of one bar in its frame.

    Parameters
    ----------
    share : float
        Length, 0 to 1.
    colour : int
        1 for the place, 2 for what it is held against.

    Returns
    -------
    bytes
        8-bit palette image, stored uncompressed (PNG specification, ISO/IEC 15948).
    """
    filled = round((WIDTH - 2 * EDGE) * min(max(share, 0.0), 1.0))
    edge = bytes([3]) * WIDTH
    inside = bytes([3] * EDGE + [colour] * filled + [0] * (WIDTH - 2 * EDGE - filled) + [3] * EDGE)
    rows = [edge] * EDGE + [inside] * (HEIGHT - 2 * EDGE) + [edge] * EDGE
    raw = b"".join(b"\x00" + row for row in rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", b"".join(PALETTE)), (b"IDAT", zlib.compress(raw, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
