"""Looks at an uploaded file before anything is parsed. Decides from its first bytes and its directory.

Source: docs/registration-lists.md, "Files".
"""

import io
import re
import struct
import zipfile
from pathlib import Path

from participants.importing.codes import ImportRefused

MAX_BYTES = 5 * 1024 * 1024
MAX_MEMBERS = 200
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100  # unpacked to packed; only judged once a member is large
RATIO_FLOOR = 4 * 1024 * 1024
MAX_ROWS = 20_000
HEAD_BYTES = 4096

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
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
    """'xlsx' or 'csv'. Raises ImportRefused for what is neither, or is dangerous to open."""
    _refuse_size(len(content))
    if content.startswith(_COMPOUND):
        raise ImportRefused("encrypted" if _ENCRYPTED_STREAM in content else "old_xls")
    if content.startswith((_ZIP, _EMPTY_ZIP)):
        _inspect_archive(content)
        return "xlsx"
    for magic, name in _OTHER_TYPES:
        if content.startswith(magic):
            raise ImportRefused("wrong_type", found=name)
    return _inspect_text(content[:HEAD_BYTES])


def _refuse_size(size: int) -> None:
    if size == 0:
        raise ImportRefused("empty")
    if size > MAX_BYTES:
        raise ImportRefused("too_big", size=size, limit=MAX_BYTES)


def _inspect_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError) as error:
        raise ImportRefused("damaged") from error
    names = {member.filename.lower() for member in members}
    _refuse_bombs(members)
    if any(member.flag_bits & 0x1 for member in members):
        raise ImportRefused("encrypted")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise ImportRefused("macros")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise ImportRefused("external_links")
    if "xl/workbook.xml" in names:
        return
    for name, found in _OTHER_ARCHIVES:
        if name in names:
            raise ImportRefused("wrong_type", found=found)
    raise ImportRefused("wrong_type" if names else "damaged", found="ZIP")


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
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "csv"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise ImportRefused("wrong_type", found="HTML")
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head):
        raise ImportRefused("wrong_type", found="")
    if not start:
        raise ImportRefused("empty")
    return "csv"
