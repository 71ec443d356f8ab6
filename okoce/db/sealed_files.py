"""Private files (photos of identity cards, documents), sealed like personal numbers.

A row keeps the random name of its file in a ``SealedFileField``; the content is bound to the column and
the row's uid (okoce.db.encryption), so that a file put under another row's name does not open. No address
serves these files: a view asks for the permission, loads, records the opening and answers with
``private_response``.

    photo = SealedFileField()
    row.photo = sealed_files.store(content, column="participants.ktp_photo", row=row.uid)
    content = sealed_files.load(row.photo, column="participants.ktp_photo", row=row.uid)
    sealed_files.delete(row.photo)      # gone with the commit of the transaction

A transaction that is rolled back leaves a file that no row names; ``sweep`` deletes those.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.http import HttpResponse

from okoce.db.encryption import decrypt_bytes, encrypt_bytes

FOLDER = "sealed"
ORPHAN_SECONDS = 24 * 3600
NAME_LENGTH = 40
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")


class SealedFileField(models.CharField):  # type: ignore[type-arg]
    """The name of a sealed file; empty when there is none. ``sweep`` knows every one of these columns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", NAME_LENGTH)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


def store(content: bytes, *, column: str, row: UUID) -> str:
    """Seals ``content`` for one row and writes it; returns the name to keep in the row."""
    digits = secrets.token_hex(16)
    name = f"{digits[:2]}/{digits}"
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_suffix(".part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(encrypt_bytes(content, column=column, row=row))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return name


def load(name: str, *, column: str, row: UUID) -> bytes:
    """What ``store`` was given. FileNotFoundError when it is gone; InvalidTag when it belongs elsewhere."""
    return decrypt_bytes(_path(name).read_bytes(), column=column, row=row)


def delete(name: str) -> None:
    """Deletes a file once the present transaction is committed; an empty or absent name is no fault."""
    if name:
        path = _path(name)
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def sweep(*, older_than: float = ORPHAN_SECONDS) -> int:
    """Deletes files that no row names, left by roll-backs and kills; how many. Young ones are left alone."""
    folder, count = Path(settings.MEDIA_ROOT) / FOLDER, 0
    old = time.time() - older_than
    candidates = [path for path in folder.glob("??/*") if path.stat().st_mtime < old]
    named = _named() if candidates else set()
    for path in candidates:
        if f"{path.parent.name}/{path.name}" not in named:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
                count += 1
    return count


def private_response(content: bytes, *, content_type: str, file_name: str = "") -> HttpResponse:
    """``content`` for one reader: kept by no cache, taken for no page. A download when it has a name."""
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Disposition"] = f'attachment; filename="{file_name}"' if file_name else "inline"
    return response


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise FileNotFoundError("not the name of a sealed file")
    return Path(settings.MEDIA_ROOT) / FOLDER / name


def _named() -> set[str]:
    """The names in every SealedFileField of every model."""
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedFileField):
                rows = model._base_manager.exclude(**{field.attname: ""})
                found.update(rows.values_list(field.attname, flat=True))
    return found
