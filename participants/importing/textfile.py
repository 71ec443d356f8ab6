"""Reads a list saved as text: ``;``, ``,`` or tab between the fields, UTF-8 or Windows-1252."""

import csv
import io
import re

from participants.importing.cells import Cell
from participants.importing.codes import ImportRefused
from participants.importing.headers import LAST_HEADER_ROW
from participants.importing.workbook import Sheet

SHEET_NAME = "csv"
_DELIMITERS = ";,\t|"
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?\s*\r?\n?', re.IGNORECASE)
_TEXT_FORMULA = re.compile(r'="(.*)"', re.DOTALL)


def read(content: bytes, *, max_rows: int) -> Sheet:
    """The content as one sheet named 'csv'; its rows are the records as a CSV reader counts them."""
    text = decode(content)
    separator = _SEPARATOR_LINE.match(text)
    delimiter = separator[1] if separator and separator[1] in _DELIMITERS else _delimiter_of(text)
    csv.field_size_limit(1_000_000)
    rows: list[list[Cell]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([_unwrapped(value) if value[:2] == '="' else value for value in record])
            if len(rows) > max_rows * 2 + 1000:
                raise ImportRefused("too_many_rows", limit=max_rows)
    except csv.Error as error:
        raise ImportRefused("damaged") from error
    if separator:
        rows[0] = []
    return Sheet(SHEET_NAME, rows, is_text_file=True)


def decode(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace").lstrip("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter_of(text: str) -> str:
    """What parts the header line; of several candidates the most frequent one there.

    Counted outside quotes. "Tempat, Tgl Lahir" brings a comma into files parted by semicolons.
    """
    unquoted = re.sub(r'"(?:[^"]|"")*"', lambda quoted: re.sub(r"[;,\t|\r\n]", " ", quoted[0]), text[:50_000])
    lines = unquoted.splitlines()[:LAST_HEADER_ROW]
    folded = [line.casefold().replace(" ", "") for line in lines]
    headers = [line for line in folded if "nama" in line and ("nik" in line or "ktp" in line)]
    counted = headers[:1] or folded
    return max(_DELIMITERS, key=lambda delimiter: max((line.count(delimiter) for line in counted), default=0))


def _unwrapped(value: str) -> str:
    """``="3173…"`` is the text 3173…; Excel keeps digits that way."""
    match = _TEXT_FORMULA.fullmatch(value)
    return match[1].replace('""', '"') if match else value
