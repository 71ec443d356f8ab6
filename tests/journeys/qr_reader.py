"""What a phone's camera does with the code on a card: the text of an undamaged QR code (ISO/IEC 18004).

No error is corrected: the code comes from the page's own SVG path, so nothing is scratched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from segno import consts

Matrix = list[list[int]]

# The two bits of the format that say how much error correction there is.
LEVELS = {0b01: consts.ERROR_LEVEL_L, 0b00: consts.ERROR_LEVEL_M}
LEVELS |= {0b11: consts.ERROR_LEVEL_Q, 0b10: consts.ERROR_LEVEL_H}
MASKS = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)


def read(path: str) -> str:
    """The text of the code that ``path`` draws (participants/qr.py: strokes one module wide)."""
    code = _matrix(path)
    size = len(code)
    version = (size - 17) // 4
    level, mask = (
        (code[8][0] << 1 | code[8][1]) ^ 0b10,
        (code[8][2] << 2 | code[8][3] << 1 | code[8][4]) ^ 0b101,
    )
    blocks = [
        group.num_data for group in consts.ECC[version][LEVELS[level]] for _block in range(group.num_blocks)
    ]
    bits = [code[y][x] ^ (MASKS[mask](y, x) == 0) for y, x in _places(size, version)]
    codewords = [int("".join(map(str, bits[i : i + 8])), 2) for i in range(0, len(bits) - 7, 8)]
    data = "".join(f"{byte:08b}" for byte in _in_order(codewords, blocks))
    assert data[:4] == "0100", "not in byte mode"
    length = int(data[4:12], 2)
    return bytes(int(data[12 + 8 * i : 20 + 8 * i], 2) for i in range(length)).decode()


def _matrix(path: str) -> Matrix:
    strokes = [tuple(map(int, s)) for s in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path)]
    left, top = min(x for x, _y, _n in strokes), min(y for _x, y, _n in strokes)
    size = max(x + n for x, _y, n in strokes) - left
    code = [[0] * size for _row in range(size)]
    for x, y, length in strokes:
        for along in range(length):
            code[y - top][x - left + along] = 1
    return code


def _places(size: int, version: int) -> Iterator[tuple[int, int]]:
    """Where the data stand: two columns at a time from the right, up and down by turns."""
    columns = [x for x in range(size - 1, 0, -2) if x > 6] + [5, 3, 1]
    for turn, right in enumerate(columns):
        for y in range(size) if turn % 2 else reversed(range(size)):
            for x in (right, right - 1):
                if not _is_pattern(y, x, size, version):
                    yield y, x


def _is_pattern(y: int, x: int, size: int, version: int) -> bool:
    if (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9) or 6 in (y, x):
        return True
    if version >= 7 and ((y < 6 and x >= size - 11) or (x < 6 and y >= size - 11)):
        return True
    centres = consts.ALIGNMENT_POS[version - 2] if version > 1 else ()
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    near = [(a, b) for a in centres for b in centres if abs(a - y) < 3 and abs(b - x) < 3]
    return any(centre not in corners for centre in near)


def _in_order(codewords: list[int], blocks: list[int]) -> list[int]:
    """The data bytes were dealt out to the blocks one by one."""
    dealt = iter(codewords)
    rounds = [[next(dealt) if i < n else None for n in blocks] for i in range(max(blocks))]
    return [byte for block in zip(*rounds, strict=True) for byte in block if byte is not None]
