"""One stream out of a compound file, the container of old Office documents."""

import struct
from collections.abc import Sequence

_HEADER = 512
_DIRECTORY_ENTRY = 128
_END_OF_CHAIN = 0xFFFFFFFE
_IN_HEADER = 109


class _Broken(Exception):
    pass


def stream(content: bytes, names: Sequence[str]) -> bytes:
    """The first of the named streams there is; nothing for a file that is broken."""
    try:
        found = _streams(content)
    except (struct.error, IndexError, _Broken, ValueError):
        return b""
    return next((found[name] for name in names if name in found), b"")


def names(content: bytes) -> list[str]:
    """The streams' names; nothing for a file that is broken."""
    try:
        return sorted(_streams(content, only_names=True))
    except (struct.error, IndexError, _Broken, ValueError):
        return []


def _streams(content: bytes, *, only_names: bool = False) -> dict[str, bytes]:
    sector_bits, short_bits = struct.unpack_from("<HH", content, 30)
    if sector_bits not in (9, 12) or short_bits > sector_bits:
        raise _Broken
    size = 1 << sector_bits
    (first_directory,) = struct.unpack_from("<I", content, 48)
    (cutoff,) = struct.unpack_from("<I", content, 56)
    (first_short,) = struct.unpack_from("<I", content, 60)
    table = _table(content, size)

    def chain(sector: int) -> bytes:
        pieces, seen = [], 0
        while sector < len(table):
            pieces.append(_sector(content, sector, size))
            sector = table[sector]
            seen += 1
            if seen > len(table):
                raise _Broken
        return b"".join(pieces)

    directory = chain(first_directory)
    entries = []
    for at in range(0, len(directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        (length,) = struct.unpack_from("<H", directory, at + 64)
        kind = directory[at + 66]
        start, whole = struct.unpack_from("<II", directory, at + 116)
        if kind in (2, 5) and 2 <= length <= 64:
            name = directory[at : at + length - 2].decode("utf-16-le", "replace")
            entries.append((name, kind, start, whole))
    if only_names:
        return {name: b"" for name, kind, _start, _whole in entries if kind == 2}
    root = next((start for _name, kind, start, _whole in entries if kind == 5), _END_OF_CHAIN)
    short_sectors = chain(root) if root < len(table) else b""
    raw = chain(first_short) if first_short < len(table) else b""
    short_table = struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])

    def short_chain(sector: int) -> bytes:
        pieces, seen = [], 0
        while sector < len(short_table):
            pieces.append(short_sectors[sector << short_bits : (sector + 1) << short_bits])
            sector = short_table[sector]
            seen += 1
            if seen > len(short_table):
                raise _Broken
        return b"".join(pieces)

    return {
        name: (short_chain(start) if whole < cutoff else chain(start))[:whole]
        for name, kind, start, whole in entries
        if kind == 2 and name in ("Workbook", "Book")
    }


def _table(content: bytes, size: int) -> tuple[int, ...]:
    """The sector after each sector."""
    sectors = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
    (more,) = struct.unpack_from("<I", content, 68)
    seen = 0
    while more < _END_OF_CHAIN and seen * size < len(content):
        part = struct.unpack(f"<{size // 4}I", _sector(content, more, size))
        sectors += part[:-1]
        more = part[-1]
        seen += 1
    used = [
        sector for sector in sectors if (sector + 1) * size < len(content) + size and sector < _END_OF_CHAIN
    ]
    raw = b"".join(_sector(content, sector, size) for sector in used if (sector + 1) * size >= _HEADER)
    return struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])


def _sector(content: bytes, sector: int, size: int) -> bytes:
    begin = (sector + 1) * size
    piece = content[begin : begin + size]
    if len(piece) < size:
        piece = piece.ljust(size, b"\0")
    return piece
