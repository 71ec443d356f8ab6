"""Requests about own data: the clock, the answer, who sees them, and what a participant does alone."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from okoce.accounts import sessions
from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.db import sealed_files
from okoce.notifications.models import Message
from participants import clock
from participants.enums import Channel, LegalRefusal, Purpose, RequestKind
from participants.models import DataRequest, Participant
from participants.services import changes, consents, dossier, rights
from participants.services.sign_in import account_of
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db
HOURS_72 = timedelta(hours=72)


@pytest.fixture
def staff():
    return member(Role.SUDIN, "31.73")


@pytest.fixture
def siti():
    return ParticipantFactory(full_name="Siti Rahmawati", email="siti@contoh.test")


def received(person, kind=RequestKind.COPY, *, by=None, hours_ago=0, **fields):
    now = timezone.now()
    row, _new = rights.receive(
        participant_id=person.pk, kind=kind, channel=fields.pop("channel", Channel.COUNTER), by=by, now=now,
        received_at=now - timedelta(hours=hours_ago), **fields,
    )  # fmt: skip
    return row


def as_participant(client_as, person):
    user = account_of(person.pk)
    return client_as(user, user.memberships.get(), kind=sessions.PARTICIPANT)


# ---------------------------------------------------------------- the clock
def test_rule_62_a_request_is_due_exactly_72_hours_after_it_arrived(siti, staff):
    row = received(siti, by=staff, hours_ago=5)

    assert row.due_at - row.received_at == HOURS_72
    assert row.received_at < timezone.now() - timedelta(hours=4)


def test_rule_62_the_database_refuses_another_deadline(siti, staff):
    row = received(siti, by=staff)

    with pytest.raises(IntegrityError, match="due_after_72_hours"), transaction.atomic():
        DataRequest.objects.filter(pk=row.pk).update(due_at=row.due_at + timedelta(hours=1))


def test_rule_62_the_queue_shows_the_hours_left_and_the_late_ones_first(client_as, staff):
    early, late = ParticipantFactory(full_name="Wati"), ParticipantFactory(full_name="Budi")
    received(early, by=staff, hours_ago=1)
    received(late, by=staff, hours_ago=80)

    page = client_as(staff).get(reverse("rights:requests"))

    rows = [(row["name"], row["left"].text, row["left"].tone) for row in page.context["rows"]]
    assert rows == [("Budi", "terlambat 8 jam", "bad"), ("Wati", "sisa 70 jam", "info")]
    assert (page.context["waiting"], page.context["late"]) == (2, 1)


@pytest.mark.parametrize(
    ("hours", "words"),
    [(71.5, ("sisa 71 jam", "info")), (24, ("sisa 24 jam", "warn")), (0.5, ("sisa 0 jam", "warn")),
     (-0.5, ("baru saja lewat", "bad")), (-3, ("terlambat 3 jam", "bad"))],
)  # fmt: skip
def test_the_time_left_in_words(hours, words):
    now = timezone.now()
    told = clock.left(now + timedelta(hours=hours), now=now)

    assert (told.text, told.tone) == words


def test_a_request_of_the_future_is_one_of_now(siti, staff):
    row = received(siti, by=staff, hours_ago=-5)

    assert row.received_at <= timezone.now()


def test_asking_twice_is_one_request_and_the_clock_goes_on(siti, staff):
    first = received(siti, by=staff, hours_ago=10, note="Satu")
    again = received(siti, by=staff, note="Dua")

    assert (again.pk, again.due_at, again.asked["note"]) == (first.pk, first.due_at, "Satu\nDua")


def test_what_was_asked_is_sealed(siti, staff):
    row = received(siti, by=staff, note="Rahasia sekali", values={"address": "Gang Mawar"})

    stored = bytes(DataRequest.objects.values_list("asked_ciphertext", flat=True).get(pk=row.pk))
    assert (b"Rahasia" in stored, row.asked["values"]) == (False, {"address": "Gang Mawar"})


# ---------------------------------------------------------------- the answer
def test_a_correction_is_taken_over_field_by_field(siti, staff):
    row = received(siti, RequestKind.CORRECTION, by=staff, values={"rt": "007", "address": "Gang Salah"})

    rights.grant(
        request_id=row.pk, answer="Sudah", accepted=["rt"], version=changes.version_of(siti), by=staff,
        now=timezone.now(),
    )  # fmt: skip

    siti.refresh_from_db(), row.refresh_from_db()
    assert (siti.rt, siti.address, row.state, row.decided_by) == ("007", "", "done", staff)


def test_the_person_is_told_that_there_is_an_answer_and_not_what_it_says(siti, staff):
    row = received(siti, by=staff)
    consents.withdraw(participant_id=siti.pk, purpose="messages", channel="counter", by=staff)

    rights.grant(request_id=row.pk, answer="Jawaban rahasia", by=staff, now=timezone.now())

    message = Message.objects.get(kind="data_request_answer")
    assert (message.participant_id, "rahasia" in json.dumps(message.context)) == (siti.pk, False)
    assert message.state != "cancelled"


def test_a_request_is_answered_once(siti, staff):
    row = received(siti, by=staff)
    rights.refuse(request_id=row.pk, refusal=LegalRefusal.LAW, answer="Tidak", by=staff, now=timezone.now())

    with pytest.raises(rights.Decided):
        rights.grant(request_id=row.pk, answer="Ya", by=staff, now=timezone.now())


def test_a_restricted_person_is_left_out_at_once(siti, staff):
    consents.give(participant_id=siti.pk, purpose="messages", channel="counter", by=staff)
    row = received(siti, RequestKind.RESTRICTION, by=staff)
    counted = Participant.objects.in_programme().count()

    rights.grant(request_id=row.pk, answer="Ya", by=staff, now=timezone.now())

    people = Participant.objects.filter(pk=siti.pk)
    assert (list(people.usable()), list(people.taking_part()), consents.may(siti, "messages")) == (
        [],
        [],
        False,
    )
    assert Participant.objects.in_programme().count() == counted


def test_a_restricted_person_is_in_no_list_of_others(client_as, siti, staff):
    mentor = member(Role.MENTOR, "31.73.07")
    siti.mentor_assignments.create(mentor=mentor)
    Participant.objects.filter(pk=siti.pk).update(restricted_at=timezone.now())

    theirs = client_as(mentor)
    assert "Siti Rahmawati" not in theirs.get("/peserta/").content.decode()
    page = theirs.get(siti.get_absolute_url())
    assert (page.status_code, "Siti Rahmawati" in page.content.decode()) == (403, False)
    assert "Siti Rahmawati" in client_as(staff).get("/peserta/").content.decode()


def test_a_restriction_is_lifted_when_the_person_wants_it(client_as, siti, staff):
    Participant.objects.filter(pk=siti.pk).update(restricted_at=timezone.now())

    client_as(staff).post(reverse("rights:lift", args=[siti.number]))

    siti.refresh_from_db()
    assert (
        siti.restricted_at,
        AuditEvent.objects.filter(action="participants.restriction.lifted").count(),
    ) == (
        None,
        1,
    )


# ---------------------------------------------------------------- pages of the offices
def test_an_officer_erases_a_person_and_the_page_says_so_afterwards(client_as, siti, staff):
    row = received(siti, RequestKind.ERASURE, by=staff)
    office, address = client_as(staff), reverse("rights:grant", args=[row.uid])
    assert "dihapus" in office.get(address).content.decode()

    refused = office.post(address, {"told": "phone"})
    assert refused.status_code == 200
    siti.refresh_from_db()
    assert siti.erased_at is None

    done = office.post(address, {"told": "phone", "is_sure": "on"}, follow=True)

    page = office.get(siti.get_absolute_url())
    assert (done.status_code, page.status_code) == (200, 410)
    assert "Siti Rahmawati" not in (done.content + page.content).decode()


def test_the_kecamatan_sees_requests_of_its_own_people_only(client_as, siti, staff):
    other = ParticipantFactory(kelurahan_id="31.73.08.1001", full_name="Wagiman")
    received(siti, by=staff), received(other, by=staff)

    page = client_as(member(Role.KECAMATAN, "31.73.08")).get(reverse("rights:requests"))

    assert [row["name"] for row in page.context["rows"]] == ["Wagiman"]


def test_the_province_watches_and_does_not_answer(client_as, siti, staff):
    row = received(siti, by=staff)
    province = client_as(member(Role.PROVINCE))

    assert province.get(row.get_absolute_url()).context["may_answer"] is False
    assert province.post(reverse("rights:refuse", args=[row.uid])).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_asks_the_same_number_of_questions(client_as, staff, rows, django_assert_num_queries):
    for _n in range(rows):
        received(ParticipantFactory(), by=staff)
    office, address = client_as(staff), reverse("rights:requests")
    office.get(address)

    with django_assert_num_queries(7):
        office.get(address)


def test_an_answer_with_a_phone_number_is_kept_on_the_form(client_as, siti, staff):
    row = received(siti, by=staff)

    page = client_as(staff).post(
        reverse("rights:grant", args=[row.uid]), {"answer": "Telepon 0812 1234 5678"}
    )

    row.refresh_from_db()
    assert (page.status_code, row.state) == (200, "open")
    assert "Telepon 0812 1234 5678" in page.content.decode()


def test_a_consent_needs_the_way_it_was_said(client_as, siti, staff):
    address = reverse("rights:consent", args=[siti.number, "photos"])
    office = client_as(staff)

    office.post(address, {"answer": "yes"})
    assert consents.may(siti, Purpose.PHOTOS) is False
    office.post(address, {"answer": "yes", "channel": "letter"})
    assert consents.may(siti, Purpose.PHOTOS) is True


def test_rule_61_the_copy_handed_out_is_recorded(client_as, siti, staff):
    answer = client_as(staff).post(reverse("rights:copy", args=[siti.number]))

    event = AuditEvent.objects.get(action="participants.copy.made")
    assert (event.actor, event.target_id) == (staff, str(siti.pk))
    assert "no-store" in answer["Cache-Control"]


# ---------------------------------------------------------------- my data
def test_a_participant_takes_a_copy_that_holds_everything(client_as, siti):
    siti.businesses.create(name="Keripik Siti")
    consents.give(participant_id=siti.pk, purpose="photos", channel="counter", by=None)

    answer = as_participant(client_as, siti).post(reverse("own_data:copy"))

    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        told, page = json.loads(file.read("data.json")), file.read("data.html").decode()
    sections = {s["code"]: s["rows"] for s in told["sections"]}
    assert sections["person"][0]["NIK"] == siti.nik
    assert sections["businesses"][0]["Usaha"] == "Keripik Siti"
    assert ("Keripik Siti" in page, siti.nik in page) == (True, True)
    assert siti.number not in answer["Content-Disposition"]


def test_the_copy_holds_the_papers_and_photos_themselves(
    client_as, siti, staff, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    paper = {"participant": siti, "content_type": "application/pdf", "by": staff}
    kept = dossier.add_document(kind="other", title="Surat", content=b"%PDF-surat", **paper)
    gone = dossier.add_document(kind="other", title="Lain", content=b"%PDF-hapus", **paper)
    dossier.remove_document(document_id=gone.pk, reason="keliru", by=staff)
    lost = dossier.add_document(kind="other", title="Hilang", content=b"%PDF-hilang", **paper)
    with django_capture_on_commit_callbacks(execute=True):
        sealed_files.delete(lost.file)

    answer = as_participant(client_as, siti).post(reverse("own_data:copy"))

    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        papers = {name: file.read(name) for name in file.namelist() if name.startswith("berkas/")}
        told = json.loads(file.read("data.json"))
    (name,) = papers
    assert papers[name] == b"%PDF-surat"
    assert siti.number not in name
    rows = next(s["rows"] for s in told["sections"] if s["code"] == "documents")
    assert name in [row["Berkas dalam salinan ini"] for row in rows]
    assert kept.pk != lost.pk


def test_a_participant_says_no_and_it_holds_at_once(client_as, siti):
    consents.give(participant_id=siti.pk, purpose="messages", channel="counter", by=None)

    as_participant(client_as, siti).post(reverse("own_data:consent", args=["messages"]), {"answer": "no"})

    newest = siti.consents.first()
    assert (newest.is_given, newest.channel, newest.recorded_by) == (False, "self", account_of(siti.pk))


def test_a_participant_proposes_only_what_differs(client_as, siti):
    me = as_participant(client_as, siti)
    form = {
        "full_name": "Siti Rahmawati", "birth_date": "1990-08-17", "sex": "P", "email": "siti@contoh.test",
        "address": "Gang Melati 3", "note": "",
    }  # fmt: skip

    me.post(reverse("own_data:correction"), form)

    row = DataRequest.objects.get()
    assert (row.kind, row.asked, row.entered_by) == (
        "correction",
        {"values": {"address": "Gang Melati 3"}},
        None,
    )


def test_nothing_different_is_no_request(client_as, siti):
    form = {
        "full_name": "Siti Rahmawati",
        "birth_date": "1990-08-17",
        "sex": "P",
        "email": "siti@contoh.test",
    }

    page = as_participant(client_as, siti).post(reverse("own_data:correction"), form)

    assert (page.status_code, DataRequest.objects.count()) == (200, 0)


def test_a_participant_takes_a_request_back_and_only_the_own(client_as, siti, staff):
    mine, theirs = received(siti, by=None, channel=Channel.SELF), received(ParticipantFactory(), by=staff)
    me = as_participant(client_as, siti)

    me.post(reverse("own_data:take_back", args=[mine.uid]))
    foreign = me.post(reverse("own_data:take_back", args=[theirs.uid]))

    mine.refresh_from_db(), theirs.refresh_from_db()
    assert (mine.state, theirs.state, foreign.status_code) == ("taken_back", "open", 404)


def test_rule_61_the_person_sees_which_office_opened_the_numbers(client_as, siti, staff):
    client_as(staff).post(reverse("participants:unmask", args=[siti.number]), {"reason": "call"})

    page = as_participant(client_as, siti).get(reverse("own_data:trail"))

    lines = [(line.what, line.unit) for line in page.context["lines"]]
    assert ("Membuka NIK dan nomor HP lengkap", staff.active_membership.unit_name) in lines
    assert staff.full_name not in page.content.decode()


def test_the_deadline_moves_with_no_ones_clock(siti, staff):
    with time_machine.travel("2026-12-31T23:30:00+07:00", tick=False):
        row = received(siti, by=staff)

    assert timezone.localtime(row.due_at).isoformat() == "2027-01-03T23:30:00+07:00"
