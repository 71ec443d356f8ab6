"""Writes the smallest .xls and .ods that spreadsheets would read, for tests."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

FORMULA = object()  # in a row: a formula whose last value was 7

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file; every stream is padded so that it lies in whole sectors."""
    bodies = {
        name: data.ljust(max(4096, -(-len(data) // _SECTOR) * _SECTOR), b"\0")
        for name, data in streams.items()
    }
    directory_sectors = -(-(len(bodies) + 1) * 128 // _SECTOR)
    body_sectors = sum(len(data) // _SECTOR for data in bodies.values())
    fat_sectors = 1
    while fat_sectors * 128 < directory_sectors + body_sectors + fat_sectors:
        fat_sectors += 1
    fat: list[int] = [_FAT] * fat_sectors
    first_directory = len(fat)
    fat += [*range(first_directory + 1, first_directory + directory_sectors), _END]
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    data = b""
    for number, (name, body) in enumerate(bodies.items(), 1):
        start, count = len(fat), len(body) // _SECTOR
        fat += [*range(start + 1, start + count), _END]
        following = number + 1 if number < len(bodies) else _FREE
        entries.append(_entry(name, 2, start, len(body), right=following))
        data += body
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0")
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fat_sectors * _SECTOR, b"\xff")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack(
        "<HHHHHHIIIIIIIIII",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        0,
        0,
        fat_sectors,
        first_directory,
        0,
        4096,
        _END,
        0,
        _END,
        0,
    )
    header += struct.pack("<109I", *range(fat_sectors), *([_FREE] * (109 - fat_sectors)))
    return header + table + directory + data


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE, right: int = _FREE) -> bytes:
    raw = name.encode("utf-16-le")
    entry = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw) + 2, kind, 1, _FREE, right, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def xls(name: str, rows: Sequence[Sequence[Any]], *, is_sealed: bool = False) -> bytes:
    """An Excel 97 workbook with one sheet of texts, numbers and formulas."""
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    width = max(len(row) for row in rows)
    sheet += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            place = struct.pack("<HHH", number, column, 0)
            if value is FORMULA:
                sheet += _record(
                    0x0006, place + struct.pack("<dHI", 7.0, 0, 0) + struct.pack("<HBH", 3, 0x1E, 7)
                )
            elif isinstance(value, int | float):
                sheet += _record(0x0203, place + struct.pack("<d", value))
            elif value is not None:
                text = value.encode("utf-16-le")
                sheet += _record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
    sheet += _record(0x000A, b"")
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    if is_sealed:
        begin += _record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    label = name.encode("utf-16-le")
    size = len(begin) + 4 + 8 + len(label) + 4
    bound = _record(0x0085, struct.pack("<IHBB", size, 0, len(name), 1) + label)
    return compound({"Workbook": begin + bound + _record(0x000A, b"") + sheet})


def ods(name: str, rows: Sequence[Sequence[Any]], *, is_sealed: bool = False) -> bytes:
    """An OpenDocument spreadsheet with one sheet."""
    office, table, text = (
        f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0" for part in ("office", "table", "text")
    )
    body = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}" '
        'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2">'
        f"<office:body><office:spreadsheet><table:table table:name={quoteattr(name)}>{body}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    sealed = "<manifest:encryption-data/>" if is_sealed else ""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest>{sealed}</manifest:manifest>")
    return buffer.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if value is FORMULA:
        return (
            '<table:table-cell table:formula="of:=3+4" office:value-type="string" '
            'office:string-value="tujuh"><text:p>tujuh</text:p></table:table-cell>'
        )
    text = escape(str(value))
    kind = "string"
    if isinstance(value, int | float):
        kind = f'float" office:value="{value}'
    return f'<table:table-cell office:value-type="{kind}"><text:p>{text}</text:p></table:table-cell>'
