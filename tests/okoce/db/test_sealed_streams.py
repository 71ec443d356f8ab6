"""Large files at rest: nothing readable on the disk, nothing moved, cut or put together."""

from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag

from okoce.db import sealed_files
from okoce.db.sealed_streams import PIECE, Broken, SealedWriter, pieces

TEXT = b"Siti Rahmawati 3173024101990001 " * 40_000  # five pieces


@pytest.fixture
def sealed(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    row = uuid4()
    with SealedWriter(column="tes", row=row) as target:
        for at in range(0, len(TEXT), 100_000):
            target.write(TEXT[at : at + 100_000])
    return target.name, row


def read(name, row, column="tes"):
    return b"".join(pieces(name, column=column, row=row))


def test_what_was_written_comes_back(sealed):
    assert read(*sealed) == TEXT


def test_nothing_readable_is_on_the_disk(sealed):
    assert b"Siti Rahmawati" not in sealed_files._path(sealed[0]).read_bytes()


def test_a_file_of_another_row_does_not_open(sealed):
    with pytest.raises(InvalidTag):
        read(sealed[0], uuid4())


def test_a_file_that_was_cut_off_does_not_open(sealed):
    path = sealed_files._path(sealed[0])
    path.write_bytes(path.read_bytes()[: -(PIECE // 4)])

    with pytest.raises((InvalidTag, Broken)):
        read(*sealed)


def test_whole_pieces_taken_from_the_end_are_missed(sealed):
    path, piece = sealed_files._path(sealed[0]), PIECE + 16 + 12 + 4
    path.write_bytes(path.read_bytes()[: 5 + 2 * piece])

    with pytest.raises(InvalidTag):
        read(*sealed)


def test_a_fault_leaves_no_file(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)

    def write():
        with SealedWriter(column="tes", row=uuid4()) as target:
            target.write(b"x" * 10)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()

    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_an_empty_file_is_a_file(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    row = uuid4()
    with SealedWriter(column="tes", row=row) as target:
        pass

    assert read(target.name, row) == b""
