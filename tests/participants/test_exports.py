"""Exports: exactly what is filtered, within what the asker may see, once, recorded, and gone after a day."""

import csv
import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from okoce.accounts.models import Membership
from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.db import sealed_files
from participants import exports
from participants.models import Business, Consent, ExportJob, Participant, StepReached
from participants.models.lists import ExportState
from participants.services import exporting
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db

SELECT = reverse("participants:select")


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def officer(client_as):
    return client_as(member(Role.SUDIN, "31.73"))


def ask(client, *, asal="", ids=(), columns=("number", "name"), reason="report", format="xlsx", **ticks):
    page = client.post(SELECT, {"tindakan": "ekspor", "asal": asal, "id": list(ids)})["Location"]
    data = {"columns": list(columns), "reason": reason, "format": format, **ticks}
    return client.post(page, data)


def made(client, **asked):
    """The job after the worker has been there."""
    uid = ask(client, **asked)["Location"].split("/")[-2]
    job = ExportJob.objects.get(uid=uid)
    exports.make(job.pk)
    job.refresh_from_db()
    return job


def downloaded(client, job):
    answer = client.post(reverse("participants:export_download", args=[job.uid]))
    return b"".join(answer.streaming_content)


def rows_of(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_exactly_what_is_filtered_is_in_the_file(officer):
    mine = ParticipantFactory(full_name="Siti", category="starter", kelurahan_id="31.73.07.1001")
    ParticipantFactory(category="would_be")
    ParticipantFactory(category="starter", kelurahan_id="31.71.01.1001")
    Business.objects.create(participant=mine, name="Keripik", sector_id="kuliner")
    StepReached.objects.create(participant=mine, step=4, reached_on=date(2026, 5, 2), evidence="x")

    job = made(officer, asal="?kategori=starter", columns=["name", "business", "p4", "registered_on"])
    head, *rows = rows_of(downloaded(officer, job))

    assert (job.state, job.rows_total) == (ExportState.DONE, 1)
    assert head[0] == "Nama lengkap"
    by_name = dict(zip(head, rows[0], strict=True))
    assert (by_name["Nama usaha"], by_name["P4 Perizinan"].date()) == ("Keripik", date(2026, 5, 2))
    assert by_name["Tanggal terdaftar"].date() == mine.registered_on


def test_those_who_were_ticked_and_no_others(officer):
    a, _b = ParticipantFactory.create_batch(2)

    job = made(officer, ids=[a.pk])

    assert [row[0] for row in rows_of(downloaded(officer, job))[1:]] == [a.number]


def test_the_heads_are_in_the_language_of_the_asker(officer):
    officer.cookies["bahasa"] = "en"
    ParticipantFactory()

    job = made(officer)

    assert rows_of(downloaded(officer, job))[0] == ["Participant number", "Full name"]


def test_nik_and_phone_need_a_tick_of_their_own(officer):
    person = ParticipantFactory()

    refused = ask(officer, columns=["name", "nik"])
    job = made(officer, columns=["name", "nik", "phone"], personal="on")
    rows = rows_of(downloaded(officer, job))

    assert "Anda memilih NIK atau nomor HP" in refused.content.decode()
    assert refused.context["form"]["columns"].value() == ["name", "nik"]
    assert rows[1] == [person.full_name, person.nik, person.phone]


def test_a_role_that_may_not_gets_no_number_however_it_asks(client_as):
    ParticipantFactory()
    client = client_as(member(Role.PROVINCE))

    refused = ask(client, columns=["name", "nik"], personal="on")

    assert (refused.status_code, ExportJob.objects.count()) == (200, 0)


def test_who_may_not_export_is_told(client_as):
    assert client_as(member(Role.AUDITOR)).get(reverse("participants:exports")).status_code == 403


def test_rule_66_cells_are_neutral_and_phones_keep_their_plus(officer):
    ParticipantFactory(full_name="=HYPERLINK(1)", phone="+6281200001111")

    book = made(officer, columns=["name", "phone"], personal="on")
    text = made(officer, columns=["name", "phone"], personal="on", format="csv")

    assert rows_of(downloaded(officer, book))[1] == ["'=HYPERLINK(1)", "+6281200001111"]
    lines = list(csv.reader(io.StringIO(downloaded(officer, text).decode("utf-8-sig"))))
    assert lines[1] == ["'=HYPERLINK(1)", "+6281200001111"]


def test_rule_61_asking_making_and_downloading_are_recorded_with_how_many(officer):
    ParticipantFactory.create_batch(2)

    job = made(officer, reason="call")
    downloaded(officer, job)

    events = {e.action.split(".")[-1]: e for e in AuditEvent.objects.filter(action__contains=".export.")}
    assert sorted(events) == ["downloaded", "made", "requested"]
    assert (events["made"].count, events["downloaded"].count) == (2, 2)
    assert events["requested"].details["reason"] == "call"


def test_people_whose_data_is_restricted_or_erased_are_left_out(officer):
    ParticipantFactory(full_name="Boleh")
    ParticipantFactory(full_name="Dibatasi", restricted_at=timezone.now())

    job = made(officer)

    assert [row[1] for row in rows_of(downloaded(officer, job))[1:]] == ["Boleh"]
    assert job.left_out == 1


def test_rule_63_a_partner_gets_only_those_who_agreed(officer):
    yes, _no = ParticipantFactory(full_name="Setuju"), ParticipantFactory(full_name="Diam")
    Consent.objects.create(
        participant=yes, purpose="partners", is_given=True, text_version="1", channel="counter",
        at=timezone.now(),
    )  # fmt: skip

    job = made(officer, reason="partner")

    assert [row[1] for row in rows_of(downloaded(officer, job))[1:]] == ["Setuju"]
    assert job.left_out == 1


def test_what_the_asker_sees_is_decided_when_the_file_is_made(client_as):
    user = member(Role.SUDIN, "31.73")
    client = client_as(user)
    ParticipantFactory()
    uid = ask(client)["Location"].split("/")[-2]
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user=user).update(valid_until=yesterday)

    job = ExportJob.objects.get(uid=uid)
    exports.make(job.pk)
    job.refresh_from_db()

    assert (job.state, job.failure, job.file) == (ExportState.FAILED, "not_allowed", "")


def test_the_same_request_is_the_same_job(officer):
    ParticipantFactory()

    first, second = ask(officer), ask(officer)
    other = ask(officer, format="csv")

    assert first["Location"] == second["Location"] != other["Location"]
    assert ExportJob.objects.count() == 2


def test_making_it_twice_makes_it_once(officer):
    ParticipantFactory()
    job = made(officer)

    exports.make(job.pk)

    assert AuditEvent.objects.filter(action="participants.export.made").count() == 1


def test_an_export_of_somebody_else_is_absent(officer, client_as):
    ParticipantFactory()
    job = made(officer)
    colleague = client_as(member(Role.SUDIN, "31.73"))

    assert colleague.get(reverse("participants:export_job", args=[job.uid])).status_code == 404
    assert colleague.post(reverse("participants:export_download", args=[job.uid])).status_code == 404


def test_the_file_is_sealed_on_the_disk_and_deleted_after_a_day(officer, django_capture_on_commit_callbacks):
    ParticipantFactory(full_name="Siti Rahmawati")
    job = made(officer, format="csv")
    path = sealed_files._path(job.file)
    assert b"Siti Rahmawati" not in path.read_bytes()

    later = timezone.now() + timedelta(hours=25)
    with django_capture_on_commit_callbacks(execute=True):
        assert exporting.expire(now=later) == 1
    job.refresh_from_db()

    assert (job.state, job.file, job.asked_ciphertext, path.exists()) == ("expired", "", None, False)


def test_after_a_day_nothing_is_handed_out_even_before_the_clock_has_been_there(officer):
    ParticipantFactory()
    job = made(officer)
    ExportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(minutes=1))

    answer = officer.post(reverse("participants:export_download", args=[job.uid]))

    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("participants:export_job", args=[job.uid]),
    )


def test_the_words_of_a_search_are_sealed_in_the_job(officer):
    ParticipantFactory(full_name="Siti Rahmawati")
    page = officer.post(SELECT, {"tindakan": "ekspor", "asal": "?q=Siti+Rahmawati"})["Location"]
    officer.post(page, {"columns": ["name"], "reason": "report", "format": "xlsx"})

    job = ExportJob.objects.get()

    assert (job.filters, b"Siti" in bytes(job.asked_ciphertext)) == ({}, False)


def test_the_page_shows_progress_and_then_the_file(officer):
    ParticipantFactory()
    address = ask(officer)["Location"]
    job = ExportJob.objects.get()

    assert "Berkas sedang dibuat" in officer.get(address).content.decode()
    exports.make(job.pk)
    assert "Berkas siap" in officer.get(address).content.decode()
    assert "Ekspor saya" in officer.get(reverse("participants:exports")).content.decode()


def test_thousands_of_rows_are_read_alike_by_two_libraries(officer):
    ParticipantFactory.create_batch(60)
    job = made(officer, columns=[c.code for c in exports.export_columns.OWN if not c.is_personal])
    content = downloaded(officer, job)

    def plain(value):
        return "" if value is None else value.date() if hasattr(value, "hour") else value

    calamine = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    ours = [[plain(v) for v in row] for row in rows_of(content)]
    assert ours == [[plain(v) for v in row] for row in calamine]
    assert len(ours) == 61


@pytest.mark.parametrize("count", [1, 3])
def test_the_questions_do_not_grow_with_the_people(officer, count, django_assert_num_queries):
    ParticipantFactory.create_batch(count)
    columns = list(exports.export_columns.all_columns().values())
    people = Participant.objects.order_by("pk")
    list(exports.rows_of(people, columns, today=timezone.localdate()))

    with django_assert_num_queries(7):
        list(exports.rows_of(people, columns, today=timezone.localdate()))


def test_the_age_is_that_of_the_day_the_file_is_made(officer):
    ParticipantFactory(birth_date=date(2000, 3, 1))
    age = [exports.export_columns.all_columns()["age"]]

    ages = [
        list(exports.rows_of(Participant.objects.all(), age, today=date(2026, *day)))
        for day in ((2, 28), (3, 1))
    ]

    assert ages == [[[25]], [[26]]]
