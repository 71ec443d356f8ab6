"""Rows written as an Excel workbook or as CSV, as they come: memory does not grow with them.

A workbook by hand, because a stream of a few hundred thousand rows costs a tenth of what the usual writers
take; read back by openpyxl and calamine in the tests. Texts are inline strings and never formulas, dates are
dates, amounts are numbers.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from okoce.values.cells import neutral

ROWS_IN_SHEET = 1_048_576
WRITE_AT = 1 << 18
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x0041_ as a letter
EPOCH = date(1899, 12, 30).toordinal()


class Target(Protocol):
    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


class Kind(StrEnum):
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"


class Column(Protocol):
    """``head`` over the column, ``width`` in characters."""

    head: str
    kind: Kind
    width: int


STYLES = {Kind.DATE: "1", Kind.NUMBER: "0", Kind.MONEY: "2"}
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BOOK_RELS = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_STYLES = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
    '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/>'
    "<top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def write_xlsx(
    target: Target, rows: Iterable[Sequence[Any]], columns: Sequence[Column], *, title: str
) -> None:
    """One sheet; the first row holds the heads and stays in sight. ``target`` need not be seekable."""
    book = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<workbook xmlns="{_MAIN}" '
        f'xmlns:r="{_OFFICE}"><sheets><sheet name="{_escaped(title[:31])}" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:  # type: ignore[call-overload]
        for name, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELS),
            ("xl/workbook.xml", book),
            ("xl/_rels/workbook.xml.rels", _BOOK_RELS),
            ("xl/styles.xml", _STYLES),
        ):
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(_sheet_head(columns).encode())
            _write_rows(sheet.write, rows, columns)
            sheet.write(b"</sheetData></worksheet>")


def _sheet_head(columns: Sequence[Column]) -> str:
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width}" customWidth="1"/>'
        for n, column in enumerate(columns, 1)
    )
    heads = "".join(f'<c s="3" t="inlineStr"><is><t>{_escaped(c.head)}</t></is></c>' for c in columns)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_MAIN}"><sheetViews>'
        '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
        f'state="frozen"/></sheetView></sheetViews><cols>{widths}</cols><sheetData><row>{heads}</row>'
    )


def _write_rows(
    write: Callable[[bytes], Any], rows: Iterable[Sequence[Any]], columns: Sequence[Column]
) -> None:
    """Cells carry no address: they stand in order, an empty one too."""
    cells = tuple(_cell(column.kind) for column in columns)
    kept: list[str] = []
    for count, row in enumerate(rows, 2):
        if count > ROWS_IN_SHEET:
            raise OverflowError("more rows than a sheet holds")
        kept.append("<row>")
        for cell, value in zip(cells, row, strict=True):
            kept.append("<c/>" if value is None or value == "" else cell(value))
        kept.append("</row>")
        if len(kept) > 20_000:
            write("".join(kept).encode())
            kept.clear()
    write("".join(kept).encode())


def _cell(kind: Kind) -> Callable[[Any], str]:
    if kind is Kind.TEXT:
        return _text
    style = STYLES[kind]
    if kind is Kind.DATE:
        start = f'<c s="{style}"><v>'
        return lambda value: f"{start}{value.toordinal() - EPOCH}</v></c>"
    start = f'<c s="{style}"><v>' if style != "0" else "<c><v>"
    return lambda value: f"{start}{value}</v></c>"


def _text(value: str) -> str:
    """Kept as text, so that sixteen digits stay sixteen digits."""
    return f'<c s="4" t="inlineStr"><is><t xml:space="preserve">{_escaped(neutral(value))}</t></is></c>'


def _escaped(text: str) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if "_x" in text:
        text = _CODED.sub("_x005F_", text)
    return text.replace(">", "&gt;") if ">" in text else text


def write_csv(target: Target, rows: Iterable[Sequence[Any]], columns: Sequence[Column]) -> None:
    """UTF-8 with a mark, so that Excel reads its letters; every text quoted; dates as 2026-03-12."""
    kept = io.StringIO()
    writer = csv.writer(kept, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    target.write(b"\xef\xbb\xbf")
    writer.writerow([column.head for column in columns])
    texts = [n for n, column in enumerate(columns) if column.kind is Kind.TEXT]
    for row in rows:
        cells = ["" if value is None else value for value in row]
        for n in texts:
            cells[n] = neutral(cells[n])
        writer.writerow(cells)
        if kept.tell() > WRITE_AT:
            target.write(kept.getvalue().encode())
            kept.seek(0)
            kept.truncate()
    target.write(kept.getvalue().encode())
