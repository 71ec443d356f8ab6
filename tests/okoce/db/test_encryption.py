"""Sealed numbers open in their own row and column only, and survive a change of keys."""

import os
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag

from okoce.db import encryption
from okoce.db.encryption import decrypt, encrypt, lookup
from participants.models import Participant
from tests.factories import ParticipantFactory

NIK, COLUMN = "3173075708909001", "participants.nik"


def test_what_was_sealed_is_read_back():
    row = uuid4()

    assert decrypt(encrypt(NIK, column=COLUMN, row=row), column=COLUMN, row=row) == NIK


def test_a_ciphertext_moved_to_another_row_does_not_open():
    sealed = encrypt(NIK, column=COLUMN, row=uuid4())

    with pytest.raises(InvalidTag):
        decrypt(sealed, column=COLUMN, row=uuid4())


def test_a_ciphertext_moved_to_another_column_does_not_open():
    row = uuid4()
    sealed = encrypt(NIK, column=COLUMN, row=row)

    with pytest.raises(InvalidTag):
        decrypt(sealed, column="participants.phone", row=row)


@pytest.mark.parametrize("at", [1, 13, -1])
def test_a_changed_byte_does_not_open(at):
    row = uuid4()
    sealed = bytearray(encrypt(NIK, column=COLUMN, row=row))
    sealed[at] ^= 1

    with pytest.raises(InvalidTag):
        decrypt(bytes(sealed), column=COLUMN, row=row)


def test_the_same_number_is_sealed_differently_each_time():
    row = uuid4()

    assert encrypt(NIK, column=COLUMN, row=row) != encrypt(NIK, column=COLUMN, row=row)


def test_after_a_rotation_old_rows_open_and_new_ones_use_the_new_key(settings):
    row, old, new = uuid4(), os.urandom(32), os.urandom(32)
    settings.ENCRYPTION_KEYS = {"1": old}
    before = encrypt(NIK, column=COLUMN, row=row)

    settings.ENCRYPTION_KEYS = {"2": new, "1": old}
    after = encrypt(NIK, column=COLUMN, row=row)

    assert (before[0], after[0]) == (1, 2)
    assert [decrypt(sealed, column=COLUMN, row=row) for sealed in (before, after)] == [NIK, NIK]


def test_a_key_taken_away_opens_nothing(settings):
    row = uuid4()
    settings.ENCRYPTION_KEYS = {"1": os.urandom(32)}
    sealed = encrypt(NIK, column=COLUMN, row=row)
    settings.ENCRYPTION_KEYS = {"2": os.urandom(32)}

    with pytest.raises(KeyError):
        decrypt(sealed, column=COLUMN, row=row)


def test_another_key_under_the_same_number_opens_nothing(settings):
    row = uuid4()
    settings.ENCRYPTION_KEYS = {"1": os.urandom(32)}
    sealed = encrypt(NIK, column=COLUMN, row=row)
    settings.ENCRYPTION_KEYS = {"1": os.urandom(32)}

    with pytest.raises(InvalidTag):
        decrypt(sealed, column=COLUMN, row=row)


def test_a_number_is_found_by_a_digest_that_differs_per_column():
    assert lookup(NIK, column=COLUMN) == lookup(NIK, column=COLUMN)
    assert lookup(NIK, column=COLUMN) != lookup(NIK, column="participants.phone")
    assert len(lookup(NIK, column=COLUMN)) == 32


def test_the_digest_needs_the_key(settings):
    before = lookup(NIK, column=COLUMN)
    settings.LOOKUP_KEY = os.urandom(32)

    assert lookup(NIK, column=COLUMN) != before


def test_the_digest_does_not_come_from_the_encryption_key(settings):
    assert settings.LOOKUP_KEY not in settings.ENCRYPTION_KEYS.values()
    assert settings.SECRET_KEY.encode() != settings.LOOKUP_KEY


def test_the_nonce_comes_from_the_system(monkeypatch):
    monkeypatch.setattr(encryption.os, "urandom", lambda n: b"\x07" * n)

    assert encrypt(NIK, column=COLUMN, row=uuid4())[1:13] == b"\x07" * 12


@pytest.mark.django_db
def test_two_swapped_rows_of_the_database_open_nothing():
    siti, budi = ParticipantFactory(), ParticipantFactory()
    Participant.objects.filter(pk=siti.pk).update(nik_ciphertext=budi.nik_ciphertext)

    with pytest.raises(InvalidTag):
        _ = Participant.objects.get(pk=siti.pk).nik


@pytest.mark.django_db
def test_an_emptied_number_is_null_in_both_columns():
    siti = ParticipantFactory()
    siti.phone = ""
    siti.save()
    siti.refresh_from_db()

    assert (siti.phone, siti.phone_ciphertext, siti.phone_lookup) == ("", None, None)
