"""Photos that people send, made safe before anything of them is kept.

``clean_photo`` checks size and first bytes here, and leaves the decoding to a limited process
(okoce.db.image_child): whatever the file was, what comes back is a fresh JPEG of the pixels alone.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from okoce.db import image_child

LARGEST_BYTES = 8 * 1024 * 1024
MEGABYTE = 1024 * 1024
ACCEPTED = "image/jpeg,image/png,image/webp"  # for ``accept``: a telephone then converts its own formats
CHILD = Path(image_child.__file__)
PATIENCE_SECONDS = 30
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1", b"avif", b"avis")


def clean_photo(upload: Any, *, longest: int = 1600) -> bytes:
    """``upload`` (a file or bytes) as a clean JPEG of at most ``longest`` pixels a side.

    Raises a ValidationError that says in words what is wrong and how to mend it.
    """
    content = upload if isinstance(upload, bytes) else _read(upload)
    _refuse_by_sight(content)
    try:
        child = subprocess.run(  # noqa: S603  our own script, no shell
            [sys.executable, "-I", str(CHILD), str(longest)],
            input=content,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _damaged() from None
    if child.returncode == image_child.TOO_MANY_PIXELS:
        raise ValidationError(
            _("The picture is too large to be opened. Take it again with fewer megapixels"),
            code="photo_too_many_pixels",
        )
    if child.returncode != 0 or not child.stdout.startswith(b"\xff\xd8"):
        raise _damaged()
    return bytes(child.stdout)


def jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height of a JPEG that ``clean_photo`` made, read from its frame header without a decoder."""
    at = 2
    while at + 9 < len(content):
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            high, wide = content[at + 5 : at + 7], content[at + 7 : at + 9]
            return int.from_bytes(wide), int.from_bytes(high)
        at += 2 + length
    raise ValueError("no frame header")


def _read(upload: Any) -> bytes:
    upload.seek(0)
    return bytes(upload.read(LARGEST_BYTES + 1))


def _refuse_by_sight(content: bytes) -> None:
    """What size and first bytes tell, before any decoder sees the file."""
    if not content:
        raise ValidationError(_("The file is empty. Take or choose the photo again"), code="photo_empty")
    if len(content) > LARGEST_BYTES:
        raise ValidationError(
            _("The photo is larger than %(most)d MB. Take it again, or choose a smaller one")
            % {"most": LARGEST_BYTES // MEGABYTE},
            code="photo_too_large",
        )
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        raise ValidationError(
            _(
                "This photo is in the HEIC format of newer phones, which cannot be opened here. "
                "Send a screenshot of it, or choose “Most compatible” in the settings of the camera"
            ),
            code="photo_heic",
        )
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    if not (is_webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        raise ValidationError(
            _("This file is no photo. Choose a picture as JPEG, PNG or WebP"), code="photo_unknown"
        )


def _damaged() -> ValidationError:
    return ValidationError(
        _("The photo is damaged or was cut off on its way. Take or choose it again"), code="photo_damaged"
    )
