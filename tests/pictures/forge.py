"""The forge: fonts for tests, made of one of ours with another character map."""

import struct
from collections.abc import Mapping
from pathlib import Path

from pipeline.pictures.fonts import own


def font(file: Path, glyphs: Mapping[int, int]) -> Path:
    """Write a font that draws these code points with these glyphs of ours."""
    return with_table(file, table(glyphs))


def table(glyphs: Mapping[int, int]) -> bytes:
    """Give a cmap table of one sub-table, format 12."""
    groups = b"".join(struct.pack(">III", code, code, glyph) for code, glyph in sorted(glyphs.items()))
    head = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(glyphs))
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + head + groups


def with_table(file: Path, cmap: bytes) -> Path:
    """Write a font of ours whose cmap is this one, good or bad."""
    data = bytearray(own("text").read_bytes())
    (tables,) = struct.unpack_from(">H", data, 4)
    entry = next(12 + 16 * index for index in range(tables) if data[12 + 16 * index :][:4] == b"cmap")
    struct.pack_into(">II", data, entry + 8, len(data), len(cmap))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(data) + cmap)
    return file
