"""A form sent after the session had ended, twice, or from two tabs: what was typed survives, the deed is one.

Each deed goes through the real sign-in: the session is over, the form is kept, the officer signs in again and
sends what was kept, twice.
"""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from participants.models import (
    BulkDeed,
    DataRequest,
    FosterLink,
    ImportBatch,
    ImportMending,
    Merge,
    Note,
    Participant,
    SelfRegistration,
    StatusChange,
    Transfer,
)
from participants.services import duplicates, importing
from tests.factories import ParticipantFactory, member
from tests.factories.applicants import sent_in
from tests.participants.import_desk import listed
from tests.participants.importing.lists import AS_OF, person

pytestmark = pytest.mark.django_db

LOGIN = "/masuk/petugas/"
PASSWORD = "sandi-untuk-tes"


class Kept(HTMLParser):
    """The form of the page that gives back what was typed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields, self._is_open = "", {}, False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form" and not self.action and "lanjutkan" not in (found.get("action") or "/lanjutkan"):
            self.action, self._is_open = found["action"], True
        elif tag == "input" and self._is_open and found.get("type") == "hidden":
            self.fields.setdefault(found["name"], []).append(found.get("value") or "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._is_open = False


def kept_in(page) -> Kept:
    html = page.content.decode()
    return Kept(html[html.index("<h1>") :])


@pytest.fixture
def rina():
    return member(Role.SUDIN, "31.73")


def sent_late(client, rina, url, data):
    """The form is sent an hour later, the officer signs in, and sends what was kept: the two answers."""
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        asked = client.post(url, data)
        assert asked.status_code == 302
        assert "/masuk/petugas/" in asked["Location"]
        back = client.post(LOGIN, {"login": rina.username, "password": PASSWORD, "next": "/masuk/lanjutkan/"})
        form = kept_in(client.get(back["Location"]))
        assert form.action == url
        first = client.post(form.action, form.fields)
        second = client.post(form.action, form.fields)
    return first, second


def signed_in(client, rina):
    client.logout()
    client.post(LOGIN, {"login": rina.username, "password": PASSWORD})
    return client


# ---------------------------------------------------------------- one person
def test_a_correction(client, rina):
    someone = ParticipantFactory()
    url = reverse("participants:edit", args=[someone.number])
    read = signed_in(client, rina).get(url).context
    typed = {name: value for name, value in read["form"].initial.items() if value is not None}

    first, second = sent_late(client, rina, url, typed | {"rt": "7", "rw": "8", "version": read["version"]})

    someone.refresh_from_db()
    assert (first.status_code, someone.rt, someone.rw) == (302, "007", "008")
    assert second.status_code == 200  # somebody has changed it meanwhile: oneself
    assert type(someone).pgh_event_model.objects.filter(pgh_label="update").count() == 1


def test_a_transfer(client, rina):
    someone = ParticipantFactory()
    url = reverse("participants:transfer", args=[someone.number])
    data = {"kelurahan": "31.73.08.1001", "day": timezone.localdate().isoformat(), "reason": "KTP baru"}

    sent_late(signed_in(client, rina), rina, url, data)

    someone.refresh_from_db()
    assert (someone.kecamatan_id, Transfer.objects.count()) == ("31.73.08", 1)


def test_a_note_and_a_status(client, rina):
    someone = ParticipantFactory()
    signed_in(client, rina)

    sent_late(
        client, rina, reverse("participants:notes", args=[someone.number]), {"text": "Minta jadwal malam"}
    )
    signed_in(client, rina)
    sent_late(
        client,
        rina,
        reverse("participants:status", args=[someone.number]),
        {"standing": "withdrawn", "day": timezone.localdate().isoformat(), "reason": "atas permintaan"},
    )

    assert (Note.objects.count(), StatusChange.objects.count()) == (1, 1)


def test_joining_two(client, rina):
    one, other = ParticipantFactory(full_name="Siti A"), ParticipantFactory(full_name="Siti A")
    pair = duplicates.propose(one_id=one.pk, other_id=other.pk, now=timezone.now())
    url = reverse("participants:duplicate", args=[pair.uid])
    context = signed_in(client, rina).get(url).context
    typed = dict(context["form"].initial)
    typed |= dict(zip(("version_a", "version_b"), context["versions"], strict=True)) | {"reason": "satu KTP"}

    first, second = sent_late(client, rina, url, typed)

    assert (first.status_code, second.status_code, Merge.objects.count()) == (302, 302, 1)
    assert Participant.objects.count() == 1


# ---------------------------------------------------------------- many people
def test_a_bulk_deed_keeps_its_chosen_people(client, rina):
    people = ParticipantFactory.create_batch(3)
    signed_in(client, rina)
    page = client.post(
        reverse("participants:select"),
        {"tindakan": "pengampu", "asal": "", "id": [one.pk for one in people]},
    )["Location"]
    data = {"organisation": "kpkp-31-73", "day": timezone.localdate().isoformat(), "seen": "3"}

    sent_late(client, rina, page, data)

    assert (FosterLink.objects.count(), BulkDeed.objects.count()) == (3, 1)


def test_the_chosen_people_are_not_there_for_the_next_officer_at_the_computer(client, rina):
    other = member(Role.SUDIN, "31.73")
    signed_in(client, rina)
    page = client.post(
        reverse("participants:select"), {"tindakan": "pengampu", "asal": "", "id": [ParticipantFactory().pk]}
    )["Location"]

    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        client.post(page, {"organisation": "kpkp-31-73", "seen": "1"})
        client.post(LOGIN, {"login": other.username, "password": PASSWORD})
        client.get("/masuk/lanjutkan/")
        answer = client.get(page)

    assert answer.status_code == 404


# ---------------------------------------------------------------- lists
def test_pasted_rows_also_very_many(client, rina):
    lines = [f"{n}. Rojali Nomor 3173071708{n % 90:02d}{9001 + n % 900} Palmerah" for n in range(1, 2500)]
    text = "\n".join(lines)
    assert len(text) > 100_000

    first, second = sent_late(
        signed_in(client, rina),
        rina,
        reverse("participants:import_paste"),
        {"text": text, "as_of": AS_OF.isoformat()},
    )

    batch = ImportBatch.objects.get()
    assert first["Location"] == second["Location"] == reverse("participants:import", args=[batch.uid])
    assert importing.opened(batch).decode().split() == text.split()


def test_an_upload_says_that_its_file_has_to_be_chosen_again(client, rina):
    signed_in(client, rina)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        client.post(
            reverse("participants:import_upload"),
            {"file": SimpleUploadedFile("a.csv", b"Nama;NIK\n"), "as_of": "2018-03-14"},
        )
        client.post(LOGIN, {"login": rina.username, "password": PASSWORD})
        page = client.get("/masuk/lanjutkan/")
        form = kept_in(page)
        again = client.post(form.action, form.fields)

    assert (
        "Berkas tidak dapat disimpan sementara" in page.content.decode() or "Berkas" in page.content.decode()
    )
    assert again.context["form"]["as_of"].value() == "2018-03-14"
    assert "file" in again.context["form"].errors


def test_a_mended_cell_a_cause_and_the_saving(client, rina, tmp_path):
    batch = listed(tmp_path, rina, person(1, kec="Kebun Jeruk", kel="Kebon Jeruk"), person(2, nama=""))
    signed_in(client, rina)
    row = batch.rows.get(row=3)
    sent_late(
        client, rina, reverse("participants:import_row", args=[batch.uid, row.position]), {"nama": "Rojali"}
    )
    signed_in(client, rina)
    sent_late(
        client,
        rina,
        reverse("participants:import_cause", args=[batch.uid]),
        {"sebab": "E_KEC_TIDAK_DIKENAL", "tulisan_kecamatan": "Kebun Jeruk", "ganti": "kec:31.73.05"},
    )
    signed_in(client, rina)
    sent_late(
        client, rina, reverse("participants:import_save", args=[batch.uid]), {"messages_consented": "on"}
    )
    importing.save(batch.pk, on=timezone.localdate())

    batch.refresh_from_db()
    assert (batch.state, batch.messages_consented, batch.new_count) == ("saved", True, 2)
    assert ImportMending.objects.count() == 2


def test_the_columns(client, rina, tmp_path):
    header = ["No", "Nama", "NIK", "Kolom X", "Tgl Lahir", "L/P", "Alamat", "RT/RW", "Kelurahan", "Kecamatan"]
    batch = listed(tmp_path, rina, person(1), header=header)
    url = reverse("participants:import_columns", args=[batch.uid])
    form = signed_in(client, rina).get(url).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    typed = {name: value for name, value in typed.items() if value not in (None, False)}

    sent_late(client, rina, url, typed | {"kolom_0_3": "hp"})

    importing.check(batch.pk)
    assert batch.rows.get().codes == []


# ---------------------------------------------------------------- rights and applicants
def test_a_data_request_is_written_down_and_answered(client, rina):
    someone = ParticipantFactory()
    signed_in(client, rina)
    page = client.get(reverse("rights:enter", args=[someone.number]))
    data = {**page.context["form"].initial, "kind": "restriction", "note": "Jangan dipakai dulu"}
    data["received_on"] = data["received_on"].isoformat()

    sent_late(client, rina, reverse("rights:enter", args=[someone.number]), data)

    row = DataRequest.objects.get()
    signed_in(client, rina)
    sent_late(client, rina, reverse("rights:grant", args=[row.uid]), {"answer": "Sudah dibatasi"})
    row.refresh_from_db()
    someone.refresh_from_db()
    assert (row.state, someone.restricted_at is not None) == ("done", True)


def test_a_question_to_an_applicant(client):
    camat = member(Role.KECAMATAN, "31.73.07")
    row = sent_in()
    signed_in(client, camat)

    sent_late(
        client,
        camat,
        reverse("participants:verification_ask", args=[row.uid]),
        {"question": "Foto KTP buram, kirim lagi"},
    )

    row = SelfRegistration.objects.get()
    assert (row.state, [event.kind for event in row.events.all()].count("asked")) == ("asked", 1)


def test_a_step_of_a_self_registration_waits_for_the_code(client):
    first = client.post(reverse("participants:self_begin"))["Location"]
    typed = {"nik": "3173074708909001", "full_name": "Nurhayati", "birth_date": "1990-08-07", "sex": "P"}
    code = client.get(first).context["code"]

    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        asked = client.post(first, typed)
        assert asked["Location"] == reverse("participants:self_open")
        assert "Isian Anda kami simpan" in client.get(asked["Location"]).content.decode()
        assert typed["nik"] not in str(dict(client.session))
        form = kept_in(client.post(asked["Location"], {"code": code}))
        answer = client.post(form.action, form.fields)

    assert form.action == first
    assert answer["Location"].endswith("/wilayah/")


def test_what_was_typed_waits_for_no_other_registration(client):
    first = client.post(reverse("participants:self_begin"))["Location"]
    other = client.post(reverse("participants:self_begin"))["Location"]
    code = client.get(other).context["code"]

    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        client.post(first, {"nik": "3173074708909001", "full_name": "Nurhayati"})
        answer = client.post(reverse("participants:self_open"), {"code": code})

    assert answer.status_code == 302
