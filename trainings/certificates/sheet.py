"""The words and figures of one certificate, and the PDF of many.

The same sheets give the same bytes, so that the file of a certificate can be recognised by its digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    import typst

HERE = Path(__file__).resolve().parent
AT_ONCE = 100  # pages of one compilation: memory grows with them
KEPT_FOR = 10  # compilations for which typst keeps what it worked out before
FEW = 10  # pages whose memory is not worth giving back
QR_MASK = 2  # any mask is a valid symbol; trying all eight costs four times as much


@dataclass(frozen=True)
class Row:
    """One activity as attended, in words: the day, the hours, how long, where."""

    title: str
    day: str
    clock: str
    hours: str
    place: str


@dataclass(frozen=True)
class Sheet:
    """``address`` is what the code on the sheet leads to; empty for a sheet without a code."""

    number: str
    edition: int
    name: str
    participant_number: str
    year: int
    total_hours: str
    completed_on: str
    rows: tuple[Row, ...]
    issuer: str
    issued_on: str
    code: str
    check_page: str
    address: str


def pdf(sheets: Sequence[Sheet]) -> bytes:
    """All sheets as one PDF, a page each; at most AT_ONCE."""
    if not 0 < len(sheets) <= AT_ONCE:
        raise ValueError(f"between 1 and {AT_ONCE} sheets, not {len(sheets)}")
    data = [{**asdict(sheet), "qr": qr(sheet.address) if sheet.address else ""} for sheet in sheets]
    made = _compile(json.dumps(data, ensure_ascii=False))
    if len(sheets) > FEW:
        _give_back_memory()
    return made


def _compile(sheets: str) -> bytes:
    return _compiler().compile(format="pdf", sys_inputs={"sheets": sheets}, timestamp=0)


def _give_back_memory() -> None:
    """typst forgets what its last KEPT_FOR compilations did not use; empty ones take 2 ms each."""
    for _time in range(KEPT_FOR + 1):
        _compile("[]")


def pdfs(sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """As ``pdf``, in files of at most AT_ONCE pages."""
    for start in range(0, len(sheets), AT_ONCE):
        yield pdf(sheets[start : start + AT_ONCE])


def qr(address: str) -> str:
    """An SVG of the code; level M, so that a folded sheet is still read."""
    code = segno.make_qr(address, error="m", boost_error=False, mask=QR_MASK)
    return code.svg_inline(scale=1, border=2, omitsize=True)


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    import typst  # noqa: PLC0415 (seven MB that only who makes certificates needs)

    return typst.Compiler(
        str(HERE / "certificate.typ"),
        root=str(HERE),
        font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True,
    )
