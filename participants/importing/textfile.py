"""Reads a list saved as text: ``;``, ``,``, tab or ``|`` between the fields, in the encodings offices use."""

import csv
import io
import re
from collections.abc import Iterator

from participants.importing.cells import Cell
from participants.importing.codes import ImportRefused
from participants.importing.headers import LAST_HEADER_ROW
from participants.importing.workbook import Sheet

SHEET_NAME = "csv"
_DELIMITERS = ";,\t|"
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?\s*\r?\n?', re.IGNORECASE)
_TEXT_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_LONGEST_FIELD = 1_000_000
_LOOKED_AT = 50_000


def read(content: bytes, *, max_rows: int) -> Sheet:
    """The content as one sheet named 'csv'; its rows are the records as a CSV reader counts them."""
    return sheet_of(decode(content), SHEET_NAME, max_rows=max_rows)


def sheet_of(text: str, name: str, *, max_rows: int) -> Sheet:
    separator = _SEPARATOR_LINE.match(text)
    delimiter = separator[1] if separator and separator[1] in _DELIMITERS else delimiter_of(text)
    height = text.count("\n") or text.count("\r")
    rows = _records(text, delimiter, has_separator=separator is not None, max_rows=max_rows)
    return Sheet(name, rows, is_text_file=True, height=height + 1)


def _records(text: str, delimiter: str, *, has_separator: bool, max_rows: int) -> Iterator[list[Cell]]:
    csv.field_size_limit(_LONGEST_FIELD)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    count = 0
    try:
        for record in records:
            count += 1
            if count == 1 and has_separator:
                yield []
                continue
            yield [_unwrapped(value) if value[:1] == "=" else value for value in record]
            if count > max_rows * 2 + 1000:
                raise ImportRefused("too_many_rows", limit=max_rows)
    except csv.Error as error:
        raise ImportRefused("damaged") from error


def decode(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one or seen by its zeros, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace").lstrip("\ufeff")
    if (encoding := utf16_without_mark(content)) is not None:
        return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def utf16_without_mark(content: bytes) -> str | None:
    """The encoding of text in which every other byte is zero."""
    head = content[:4096]
    if len(head) < 8:
        return None
    for encoding, low, high in (("utf-16-le", head[::2], head[1::2]), ("utf-16-be", head[1::2], head[::2])):
        if high.count(0) > 0.8 * len(high) and low.count(0) == 0:
            return encoding
    return None


def delimiter_of(text: str) -> str:
    """What parts the header line; of several candidates the most frequent one there.

    Counted outside quotes. "Tempat, Tgl Lahir" brings a comma into files parted by semicolons.
    """
    unquoted = re.sub(
        r'"(?:[^"]|"")*"', lambda quoted: re.sub(r"[;,\t|\r\n]", " ", quoted[0]), text[:_LOOKED_AT]
    )
    lines = unquoted.splitlines()[:LAST_HEADER_ROW]
    folded = [line.casefold().replace(" ", "") for line in lines]
    headers = [line for line in folded if "nama" in line and ("nik" in line or "ktp" in line)]
    counted = headers[:1] or folded
    return max(_DELIMITERS, key=lambda delimiter: max((line.count(delimiter) for line in counted), default=0))


def _unwrapped(value: str) -> str:
    """``="3173…"`` is the text 3173…; Excel keeps digits that way."""
    match = _TEXT_FORMULA.fullmatch(value)
    return match[1].replace('""', '"') if match else value
