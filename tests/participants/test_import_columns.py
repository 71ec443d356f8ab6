"""Columns that are proposed, corrected by hand, and remembered for the next list of the same sender."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from okoce.organisations.models import Organisation
from participants.models import ImportBatch, RememberedColumns
from participants.models.imports import BatchState, ColumnsFrom
from participants.services import importing
from tests.factories import member
from tests.participants.import_desk import checked, listed, states
from tests.participants.importing.lists import HEADER, nik, person

pytestmark = pytest.mark.django_db
# "Telepon rumah" is the family's number, "Kontak" is what the office writes the mobile number under.
STRANGE = [
    "No",
    "NAMA LENGKAP",
    "NIK",
    "Kolom X",
    "Tgl Lahir",
    "L/P",
    "Alamat",
    "RT/RW",
    "Kelurahan",
    "Kecamatan",
]


@pytest.fixture
def officer():
    return member("sudin", "31.73")


@pytest.fixture
def browser(client_as, officer):
    return client_as(officer)


def match(browser, batch, **changes):
    """Sends the page of the columns as it stands, with ``changes`` (field of the form: value)."""
    url = reverse("participants:import_columns", args=[batch.uid])
    form = browser.get(url).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: "on" if value is True else value for name, value in {**sent, **changes}.items()}
    return browser.post(url, {name: value for name, value in sent.items() if value not in (None, False)})


def test_the_page_shows_masked_samples_and_the_proposal(browser, officer, tmp_path):
    batch = listed(tmp_path, officer, person(1), header=STRANGE)

    html = browser.get(reverse("participants:import_columns", args=[batch.uid])).content.decode()

    assert "Kolom X" in html
    assert [secret in html for secret in (nik(9001), "0812-0000-0001")] == [False, False]


def test_a_corrected_column_is_read_and_the_list_checked_anew(browser, officer, tmp_path):
    batch = listed(tmp_path, officer, person(1), header=STRANGE)
    assert states(batch) == [(2, "warning", ["W_HP_KOSONG"])]

    response = match(browser, batch, kolom_0_3="hp")
    batch = checked(batch)

    assert response.url == reverse("participants:import", args=[batch.uid])
    assert (states(batch), batch.columns_from) == ([(2, "accepted", [])], ColumnsFrom.CHOSEN)


def test_it_is_remembered_for_the_sender_and_said(browser, officer, tmp_path):
    match(browser, listed(tmp_path, officer, person(1), header=STRANGE), kolom_0_3="hp")

    again = listed(tmp_path, officer, person(2), header=STRANGE, name="b.xlsx")

    assert (states(again), again.columns_from) == ([(2, "accepted", [])], ColumnsFrom.REMEMBERED)
    html = browser.get(reverse("participants:import", args=[again.uid])).content.decode()
    assert "Kolom dibaca seperti di daftar terakhir pengirim ini." in html


def test_another_sender_and_another_header_are_read_by_themselves(browser, officer, tmp_path):
    match(browser, listed(tmp_path, officer, person(1), header=STRANGE), kolom_0_3="hp")
    pkk = Organisation.objects.get(pk="pkk-31-73")

    other_sender = listed(tmp_path, officer, person(2), header=STRANGE, name="b.xlsx", organisation=pkk)
    other_header = listed(tmp_path, officer, person(3), header=HEADER, name="c.xlsx")

    assert [one.columns_from for one in (other_sender, other_header)] == ["", ""]


def test_the_proposal_chosen_again_is_forgotten(browser, officer, tmp_path):
    first = listed(tmp_path, officer, person(1), header=STRANGE)
    match(browser, first, kolom_0_3="hp")
    checked(first)

    match(browser, first, kolom_0_3="")

    assert RememberedColumns.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kolom_0_2": ""}, "Lembar Daftar: pilih kolom yang berisi “NIK”"),
        ({"kolom_0_3": "nama"}, "“Nama” dipilih untuk lebih dari satu kolom. Biarkan di satu kolom saja"),
        ({"baca_0": False}, "Belum ada lembar yang dipilih. Pilih lembar yang berisi daftar"),
    ],
)
def test_a_choice_that_cannot_be_read_is_explained_and_kept(browser, officer, tmp_path, changes, words):
    batch = listed(tmp_path, officer, person(1), header=STRANGE)

    response = match(browser, batch, **{"kolom_0_6": "rtrw", **changes})

    assert (response.status_code, words in response.content.decode()) == (200, True)
    assert response.context["form"]["kolom_0_6"].value() == "rtrw"
    assert ImportBatch.objects.get().state == BatchState.CHECKED


def test_a_list_without_a_header_can_be_pointed_at(browser, officer, tmp_path):
    rows = [["x", "Rojali", nik(9001), "Palmerah", "Palmerah"]]
    batch = listed(tmp_path, officer, *rows, header=["a", "b", "c", "d", "e"])
    assert (batch.state, batch.refusal) == (BatchState.REFUSED, "no_header")

    match(
        browser,
        batch,
        baca_0="on",
        judul_0="1",
        kolom_0_1="nama",
        kolom_0_2="nik",
        kolom_0_3="kelurahan",
        kolom_0_4="kecamatan",
    )
    batch = checked(batch)

    assert (batch.state, [row.row for row in batch.rows.all()]) == (BatchState.CHECKED, [2])


def test_the_date_of_the_list_can_be_corrected_there(browser, officer, tmp_path):
    batch = listed(tmp_path, officer, person(1, nik=nik(9001, birth="010108"), tgl="01-01-2008"))
    assert states(batch)[0][2] == ["E_USIA_KURANG"]

    match(browser, batch, as_of="2026-01-02")

    assert states(checked(batch))[0][1] == "accepted"


def test_the_file_is_kept_sealed_until_the_list_is_discarded(
    officer, tmp_path, django_capture_on_commit_callbacks
):
    batch = listed(tmp_path, officer, person(1))
    with default_storage.open(batch.file.name) as file:
        assert not file.read().startswith(b"PK")

    with django_capture_on_commit_callbacks(execute=True):
        importing.discard(batch=batch, by=officer)

    assert (default_storage.exists(batch.file.name), ImportBatch.objects.get().file.name) == (False, "")


def test_a_report_that_nobody_saved_is_forgotten_after_thirty_days(
    officer, tmp_path, django_capture_on_commit_callbacks
):
    from datetime import timedelta

    from django.utils import timezone

    from okoce.audit.models import AuditEvent
    from tests.participants.import_desk import saved

    old = listed(tmp_path, officer, person(1))
    kept = saved(listed(tmp_path, officer, person(2), person(3, nik="1"), name="b.xlsx"), officer)
    now, file = timezone.now(), old.file.name
    assert importing.forget_old(now=now) == (0, 0)

    with django_capture_on_commit_callbacks(execute=True):
        assert importing.forget_old(now=now + timedelta(days=31)) == (1, 1)

    old.refresh_from_db()
    assert (old.state, old.rows.count(), default_storage.exists(file)) == ("discarded", 0, False)
    assert [bytes(row.values_ciphertext or b"") for row in kept.rows.all()] == [b"", b""]
    assert AuditEvent.objects.filter(action="participants.import.forgotten").count() == 1
    assert importing.forget_old(now=now + timedelta(days=31)) == (0, 0)
