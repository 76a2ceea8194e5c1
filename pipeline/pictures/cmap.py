"""The character map of a font file: which characters it has a glyph for.

Pillow cannot say so: it draws a box for what is missing. The format is OpenType's `cmap` table, of which the
two sub-tables that every font of today has are read (4: the basic plane, 12: all of Unicode). Font files come
with the system, so nothing in them is trusted: what does not add up has no characters.
"""

import struct
from pathlib import Path

_MOST_BYTES = 1 << 22  # of one cmap table; that of the largest CJK font is a tenth of it
_MOST_TABLES = 256
_MOST_GROUPS = 1 << 16
_LAST = 0x10FFFF


def characters(file: Path) -> frozenset[int]:
    """Give the code points that a TrueType or OpenType file (or the first face of a collection) can draw.

    Empty when it cannot be read or is no such font.
    """
    try:
        return _read(_table(file))
    except (OSError, struct.error, ValueError):
        return frozenset()


def _table(file: Path) -> bytes:
    """Find the cmap table."""
    with file.open("rb") as font:
        head = font.read(16)
        if head[:4] == b"ttcf":
            font.seek(*struct.unpack(">I", head[12:16]))
            head = font.read(12)
        else:
            font.seek(12)
        (tables,) = struct.unpack(">H", head[4:6])
        for _ in range(min(tables, _MOST_TABLES)):
            tag, _, offset, length = struct.unpack(">4sIII", font.read(16))
            if tag == b"cmap":
                font.seek(offset)
                return font.read(min(length, _MOST_BYTES))
    return b""


def _read(table: bytes) -> frozenset[int]:
    (count,) = struct.unpack_from(">H", table, 2)
    found: set[int] = set()
    for index in range(min(count, _MOST_TABLES)):
        platform, encoding, offset = struct.unpack_from(">HHI", table, 4 + 8 * index)
        if platform == 0 or (platform == 3 and encoding in {1, 10}):  # Unicode, by either of its owners
            (form,) = struct.unpack_from(">H", table, offset)
            if form == 4:
                found |= _segments(table, offset)
            elif form == 12:
                found |= _groups(table, offset)
    return frozenset(found)


def _segments(table: bytes, start: int) -> set[int]:
    """Read format 4: segments of code points, each with a shift or a list of glyphs."""
    (double,) = struct.unpack_from(">H", table, start + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", table, start + 14)
    firsts = struct.unpack_from(f">{count}H", table, start + 16 + double)
    shifts = struct.unpack_from(f">{count}H", table, start + 16 + 2 * double)
    places = start + 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", table, places)
    found: set[int] = set()
    done = -1
    for index, (first, end, shift, offset) in enumerate(zip(firsts, ends, shifts, offsets, strict=True)):
        if first <= done:
            raise ValueError("segments overlap")
        done = end
        for code in range(first, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", table, places + 2 * index + offset + 2 * (code - first))
            if glyph and (glyph + shift) % 0x10000:
                found.add(code)
    return found


def _groups(table: bytes, start: int) -> set[int]:
    """Read format 12: runs of code points that have runs of glyphs."""
    (count,) = struct.unpack_from(">I", table, start + 12)
    found: set[int] = set()
    done = -1
    for index in range(min(count, _MOST_GROUPS)):
        first, last, glyph = struct.unpack_from(">III", table, start + 16 + 12 * index)
        if not done < first <= last <= _LAST:
            raise ValueError("groups overlap")
        done = last
        found.update(range(first + (glyph == 0), last + 1))
    return found
