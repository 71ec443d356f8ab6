"""Notes and papers: who reads them, what is recorded, and what is refused."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from PIL import Image

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants.models import Document, FosterLink, MentorAssignment, Note, Participant
from participants.services import dossier
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db
PALMERAH, KEMBANGAN, BARAT = "31.73.07", "31.73.08", "31.73"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def officer():
    return member(Role.KECAMATAN, PALMERAH, full_name="Wawan Setiawan")


def write(person, by, text="Butuh label baru", is_sensitive=False):
    return dossier.write_note(participant_id=person.pk, text=text, is_sensitive=is_sensitive, by=by)


def readable(person, user):
    return [note.text for note in Note.objects.visible_to(user).filter(participant=person)]


# ---------------------------------------------------------------- notes


def test_a_note_is_sealed_in_the_database(officer):
    write(ParticipantFactory(), officer, "Merawat orang tua yang sakit")

    with connection.cursor() as cursor:
        cursor.execute("SELECT n::text FROM participants_note n")
        stored = cursor.fetchone()[0]
    assert b"sakit".hex() not in stored
    assert "sakit" not in stored


def test_a_note_sent_twice_is_one_note(officer):
    person = ParticipantFactory()

    write(person, officer)
    write(person, officer)

    assert (Note.objects.count(), AuditEvent.objects.filter(action="participants.note.written").count()) == (
        1,
        1,
    )


def test_offices_and_the_mentor_read_ordinary_notes_and_an_agency_only_its_own(officer):
    person, mentor = ParticipantFactory(), member(Role.MENTOR, PALMERAH)
    MentorAssignment.objects.create(participant=person, mentor=mentor)
    agency = member(Role.PENGAMPU, organisation="kpkp-31-73")
    FosterLink.objects.create(participant=person, organisation_id="kpkp-31-73")
    write(person, officer, "dari kantor")
    write(person, agency, "dari pengampu")

    assert readable(person, member(Role.SUDIN, BARAT)) == ["dari kantor"]
    assert readable(person, mentor) == ["dari kantor"]
    assert readable(person, agency) == ["dari pengampu"]


@pytest.mark.parametrize("role", [Role.PROVINCE, Role.AUDITOR])
def test_province_and_auditor_read_no_notes(officer, role):
    person = ParticipantFactory()
    write(person, officer)

    assert readable(person, member(role)) == []


def test_a_sensitive_note_stays_with_the_office_that_wrote_it(officer):
    person = ParticipantFactory()
    write(person, officer, "biasa")
    write(person, officer, "peka", is_sensitive=True)
    Participant.objects.filter(pk=person.pk).update(kelurahan_id=f"{KEMBANGAN}.1001", kecamatan_id=KEMBANGAN)

    assert readable(person, member(Role.KECAMATAN, KEMBANGAN)) == ["biasa"]
    assert readable(person, officer) == []
    assert sorted(readable(person, member(Role.SUDIN, BARAT))) == ["biasa", "peka"]


def test_a_mentor_reads_no_sensitive_note_and_cannot_write_one(officer, client_as):
    person, mentor = ParticipantFactory(), member(Role.MENTOR, PALMERAH)
    MentorAssignment.objects.create(participant=person, mentor=mentor)
    write(person, officer, "peka", is_sensitive=True)

    page = client_as(mentor).get(reverse("participants:notes", args=[person.number]))

    assert (readable(person, mentor), "is_sensitive" in page.context["form"].fields) == ([], False)


def test_only_the_author_takes_a_note_back_and_its_text_is_gone(officer, client_as):
    person, other = ParticipantFactory(), member(Role.KECAMATAN, PALMERAH)
    note = write(person, officer)
    url = reverse("participants:note_take_back", args=[person.number, note.uid])

    strange = client_as(other).post(url).status_code
    client_as(officer).post(url)

    note.refresh_from_db()
    assert (strange, note.text_ciphertext, note.taken_back_at is not None) == (404, None, True)


# ---------------------------------------------------------------- papers


def picture():
    out = BytesIO()
    Image.new("RGB", (40, 40), "#0b5d57").save(out, "PNG")
    return SimpleUploadedFile("Kartu NIK 3173074708909001.png", out.getvalue(), "image/png")


def pdf(body=b""):
    content = b"%PDF-1.4\n" + body + b"\ntrailer\n%%EOF\n"
    return SimpleUploadedFile("surat.pdf", content, "application/pdf")


def keep(client, person, file, **more):
    url = reverse("participants:document_add", args=[person.number])
    return client.post(url, {"kind": "permit", "title": "NIB", "file": file, **more})


def test_a_photo_is_kept_sealed_and_each_opening_is_recorded(officer, client_as, settings):
    person, client = ParticipantFactory(), client_as(officer)

    keep(client, person, picture())
    document = Document.objects.get()
    answer = client.post(reverse("participants:document_open", args=[person.number, document.uid]))

    kept = [path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert answer.content.startswith(b"\xff\xd8")
    assert [content.startswith(b"\xff\xd8") for content in kept] == [False]
    assert "3173074708909001" not in answer["Content-Disposition"]
    assert AuditEvent.objects.filter(action="participants.document.opened").count() == 1


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (pdf(b"/OpenAction << /S /JavaScript >>"), "PDF ini membawa program"),
        (SimpleUploadedFile("x.pdf", b"%PDF-1.4 terpotong"), "PDF rusak"),
        (SimpleUploadedFile("x.exe", b"MZ\x90\x00"), "Berkas ini bukan foto"),
    ],
)
def test_a_file_that_is_no_harmless_photo_or_pdf_is_refused_in_words(officer, client_as, file, words):
    page = keep(client_as(officer), ParticipantFactory(), file)

    assert (words in page.content.decode(), Document.objects.count()) == (True, 0)


def test_a_title_with_a_long_number_is_refused(officer, client_as):
    page = keep(client_as(officer), ParticipantFactory(), pdf(), title="KTP 3173074708909001")

    assert (list(page.context["form"].errors), Document.objects.count()) == (["title"], 0)


def test_a_removed_paper_leaves_its_row_without_the_file(
    officer, client_as, settings, django_capture_on_commit_callbacks
):
    person, client = ParticipantFactory(), client_as(officer)
    keep(client, person, pdf())
    document = Document.objects.get()
    url = reverse("participants:document_remove", args=[person.number, document.uid])

    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"reason": "Salah orang"})

    document.refresh_from_db()
    assert (document.file, document.removed_why) == ("", "Salah orang")
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("role", [Role.MENTOR, Role.PENGAMPU, Role.AUDITOR, Role.PROVINCE])
def test_only_offices_open_papers(role, officer, client_as):
    person = ParticipantFactory()
    document = dossier.add_document(
        participant=person, kind="other", title="", content=b"x", content_type="application/pdf", by=officer
    )
    user = member(role, PALMERAH, organisation="kpkp-31-73" if role == Role.PENGAMPU else None)

    answer = client_as(user).post(reverse("participants:document_open", args=[person.number, document.uid]))
    assert answer.status_code == 403
