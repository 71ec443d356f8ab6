"""Looks at an uploaded file before anything is parsed. Decides from its first bytes and its directory.

Source: docs/registration-lists.md, "Files".
"""

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path

from participants.importing import compound
from participants.importing.codes import ImportRefused
from participants.importing.textfile import utf16_without_mark

MAX_BYTES = 48 * 1024 * 1024  # 300,000 rows of a real list have about 35 MB
MAX_PASTED = 2 * 1024 * 1024
MAX_MEMBERS = 400
MAX_UNPACKED = 400 * 1024 * 1024
MAX_RATIO = 100  # unpacked to packed; only judged once a member is large
RATIO_FLOOR = 4 * 1024 * 1024
MAX_ROWS = 300_000
HEAD_BYTES = 4096

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff", ".webp")
_OTHER_TYPES = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"),
    (b"MZ", "EXE"),
)
_OTHER_ARCHIVES = (
    ("xl/workbook.bin", "XLSB"),
    ("word/document.xml", "Word"),
    ("ppt/presentation.xml", "PowerPoint"),
    ("content.xml", "OpenDocument"),
)


def read(path: Path) -> bytes:
    """The bytes of a file that is not too big to be looked at. Raises ImportRefused."""
    _refuse_size(path.stat().st_size)
    return path.read_bytes()


def inspect(content: bytes) -> str:
    """'xlsx', 'xls', 'ods' or 'csv'. Raises ImportRefused for anything else, or what is dangerous to open.

    Macros and links to other workbooks are only bytes here: nothing of them is ever run or followed.
    """
    _refuse_size(len(content))
    if content.startswith(_COMPOUND):
        return _inspect_compound(content)
    if content.startswith((_ZIP, _EMPTY_ZIP)):
        return _inspect_archive(content)
    for magic, name in _OTHER_TYPES:
        if content.startswith(magic):
            raise ImportRefused("wrong_type", found=name)
    return _inspect_text(content[:HEAD_BYTES])


def _refuse_size(size: int) -> None:
    if size == 0:
        raise ImportRefused("empty")
    if size > MAX_BYTES:
        raise ImportRefused("too_big", size=size, limit=MAX_BYTES)


def inspect_paste(content: bytes) -> None:
    """Raises ImportRefused for pasted text that is empty or too long."""
    if not content.strip():
        raise ImportRefused("empty")
    if len(content) > MAX_PASTED:
        raise ImportRefused("too_big", size=len(content), limit=MAX_PASTED)


def has_pictures(content: bytes) -> bool:
    """Whether a workbook that was inspected holds pictures: perhaps somebody has scanned the list."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(name.lower().endswith(_PICTURES) for name in archive.namelist())


def _inspect_compound(content: bytes) -> str:
    if _ENCRYPTED_STREAM in content:
        raise ImportRefused("encrypted")
    streams = compound.names(content)
    if "Workbook" in streams or "Book" in streams:
        return "xls"
    if "WordDocument" in streams:
        raise ImportRefused("wrong_type", found="Word")
    raise ImportRefused("wrong_type" if streams else "damaged", found="")


def _inspect_archive(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError) as error:
        raise ImportRefused("damaged") from error
    names = {member.filename.lower() for member in members}
    _refuse_bombs(members)
    if any(member.flag_bits & 0x1 for member in members):
        raise ImportRefused("encrypted")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names and content[:200].find(_OPEN_DOCUMENT) >= 0:
        if _is_sealed(content):
            raise ImportRefused("encrypted")
        return "ods"
    for name, found in _OTHER_ARCHIVES:
        if name in names:
            raise ImportRefused("wrong_type", found=found)
    raise ImportRefused("wrong_type" if names else "damaged", found="ZIP")


def _is_sealed(content: bytes) -> bool:
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as archive,
            archive.open("META-INF/manifest.xml") as manifest,
        ):
            return b"encryption-data" in manifest.read(1_000_000)
    except (KeyError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError, zlib.error, struct.error):
        return False


def _refuse_bombs(members: list[zipfile.ZipInfo]) -> None:
    """From the declared sizes alone; a directory that lies is caught while unpacking, in the child."""
    if len(members) > MAX_MEMBERS:
        raise ImportRefused("bomb")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise ImportRefused("bomb")
    for member in members:
        name = member.filename
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or "\x00" in name:
            raise ImportRefused("damaged")
        if member.file_size > RATIO_FLOOR and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise ImportRefused("bomb")


def _inspect_text(head: bytes) -> str:
    """Text is taken for a CSV when it has none of the bytes that text does not have."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or utf16_without_mark(head) is not None:
        return "csv"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise ImportRefused("wrong_type", found="HTML")
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head):
        raise ImportRefused("wrong_type", found="")
    if not start:
        raise ImportRefused("empty")
    return "csv"
