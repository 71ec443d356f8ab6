"""A QR code as the path of an SVG, without colours or styles of its own."""

from __future__ import annotations

from dataclasses import dataclass

import segno


@dataclass(frozen=True)
class Code:
    """``path``: strokes one module wide for an svg with the viewBox ``0 0 size size``."""

    path: str
    size: int


def draw(text: str, *, border: int = 4) -> Code:
    """``text`` as a QR code; error correction M, so that a scratched card is still read."""
    matrix = segno.make_qr(text, error="m").matrix
    strokes = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end] == 1:
                end += 1
            if end > x:
                strokes.append(f"M{x + border} {y + border}.5h{end - x}")
            x = max(end, x + 1)
    return Code("".join(strokes), len(matrix) + 2 * border)
