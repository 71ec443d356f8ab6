"""Private files lie sealed, open for their own row only, and do not outlive it."""

import os
import time
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from django.db import transaction

from okoce.db import sealed_files

COLUMN, PHOTO = "participants.ktp_photo", b"\xff\xd8\xff photo of a card"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path / sealed_files.FOLDER


def test_what_was_stored_is_read_back():
    row = uuid4()

    assert (
        sealed_files.load(sealed_files.store(PHOTO, column=COLUMN, row=row), column=COLUMN, row=row) == PHOTO
    )


def test_nothing_readable_lies_on_the_disk(folder):
    name = sealed_files.store(PHOTO, column=COLUMN, row=uuid4())

    assert PHOTO not in (folder / name).read_bytes()
    assert (folder / name).stat().st_mode & 0o777 == 0o600


def test_a_file_under_another_rows_name_does_not_open():
    name = sealed_files.store(PHOTO, column=COLUMN, row=uuid4())

    with pytest.raises(InvalidTag):
        sealed_files.load(name, column=COLUMN, row=uuid4())


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "ab/../../x", "/etc/passwd", "ab/" + "0" * 31])
def test_a_name_that_is_none_of_ours_opens_nothing(name):
    with pytest.raises(FileNotFoundError):
        sealed_files.load(name, column=COLUMN, row=uuid4())


@pytest.mark.django_db(transaction=True)
def test_a_deleted_file_is_gone_with_the_commit_and_not_before(folder):
    name = sealed_files.store(PHOTO, column=COLUMN, row=uuid4())

    with transaction.atomic():
        sealed_files.delete(name)
        assert (folder / name).exists()

    assert not (folder / name).exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_deletion_leaves_the_file(folder):
    name = sealed_files.store(PHOTO, column=COLUMN, row=uuid4())

    with transaction.atomic():
        sealed_files.delete(name)
        transaction.set_rollback(True)

    assert (folder / name).exists()


@pytest.mark.django_db
def test_files_that_no_row_names_are_swept_once_they_are_a_day_old(folder):
    old, young = (sealed_files.store(PHOTO, column=COLUMN, row=uuid4()) for _ in range(2))
    yesterday = time.time() - 2 * sealed_files.ORPHAN_SECONDS
    os.utime(folder / old, (yesterday, yesterday))

    assert sealed_files.sweep() == 1
    assert [(folder / name).exists() for name in (old, young)] == [False, True]


def test_a_private_answer_is_kept_by_nobody_and_taken_for_no_page():
    answer = sealed_files.private_response(PHOTO, content_type="image/jpeg")

    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "inline"
