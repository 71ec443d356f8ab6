"""Whom a breach of data concerns: from the trail, between two moments, with how to reach them."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants import affected, exports
from participants.models import ExportJob
from participants.services import changes, erasure, exporting, merging
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db

PAGE, LIST = reverse("rights:breach"), reverse("rights:breach_list")


@pytest.fixture
def officer():
    return member(Role.SUDIN, "31.73")


def opened(person, by):
    changes.unmask(participant=person, reason="call", by=by)


def last_hour():
    now = timezone.now()
    return now - timedelta(hours=1), now + timedelta(minutes=1)


def asked(**changes):
    since, until = (timezone.localtime(moment) for moment in last_hour())
    until += timedelta(minutes=1)
    return {
        "since_day": since.date().isoformat(),
        "since_time": since.strftime("%H:%M"),
        "until_day": until.date().isoformat(),
        "until_time": until.strftime("%H:%M"),
        "officer": "",
        **changes,
    }


def exported(client, people):
    """Ticked people through the pages, made and downloaded."""
    page = client.post(
        reverse("participants:select"), {"tindakan": "ekspor", "asal": "", "id": [one.pk for one in people]}
    )["Location"]
    form = client.get(page).context["form"]
    columns = [code for code, _label in form.fields["columns"].choices][:2]
    answer = client.post(
        page, {"format": "csv", "reason": form.fields["reason"].choices[0][0], "columns": columns}
    )
    job = ExportJob.objects.get()
    exports.make(job.pk)
    job.refresh_from_db()
    b"".join(client.post(reverse("participants:export_download", args=[job.uid])).streaming_content)
    assert answer.status_code == 302
    return job


def test_whoever_was_opened_between_the_moments_is_concerned_once(officer):
    mine, other = ParticipantFactory.create_batch(2)
    opened(mine, officer)
    opened(mine, officer)

    found = affected.between(*last_hour())

    assert found.people == {mine.pk: {"participants.nik.unmasked"}}
    assert other.pk not in found.people


def test_before_and_after_and_other_accounts_do_not_count(officer):
    opened(ParticipantFactory(), officer)
    since, until = last_hour()

    assert affected.between(since - timedelta(days=2), since).people == {}
    assert affected.between(until, until + timedelta(days=1)).people == {}
    assert affected.between(since, until, actor_id=member(Role.SUDIN, "31.73").pk).people == {}
    assert len(affected.between(since, until, actor_id=officer.pk).people) == 1


def test_everybody_in_a_downloaded_file_is_concerned(client_as, officer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    people = ParticipantFactory.create_batch(3)
    ParticipantFactory()
    job = exported(client_as(officer), people)
    exporting.expire(now=timezone.now() + timedelta(days=2))
    job.refresh_from_db()

    found = affected.between(*last_hour())

    assert (job.state, set(found.people)) == ("expired", {one.pk for one in people})


def test_a_file_of_before_people_were_kept_is_told(client_as, officer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    job = exported(client_as(officer), [ParticipantFactory()])
    ExportJob.objects.filter(pk=job.pk).update(people=None)

    found = affected.between(*last_hour())

    assert (found.people, found.unknown_files) == ({}, 1)


def test_a_person_joined_since_is_told_once_and_an_erased_one_not(officer):
    survivor, merged, gone = ParticipantFactory.create_batch(3)
    for one in (survivor, merged, gone):
        opened(one, officer)
    merging.merge(
        survivor_id=survivor.pk, merged_id=merged.pk, chosen={}, reason="x", by=officer, now=timezone.now()
    )
    erasure.erase(participant_id=gone.pk, why="request", by=officer, now=timezone.now())

    assert set(affected.between(*last_hour()).people) == {survivor.pk}


@pytest.mark.parametrize("role", [Role.PROVINCE, Role.AUDITOR])
def test_the_page_counts_and_names_nobody(client_as, officer, role):
    person = ParticipantFactory(full_name="Siti Terdampak")
    opened(person, officer)

    page = client_as(member(role)).get(PAGE, asked())
    text = page.content.decode()

    assert page.context["count"] == 1
    assert "1 orang terdampak" in text
    assert [secret in text for secret in ("Siti Terdampak", person.number, person.phone)] == [False] * 3
    assert AuditEvent.objects.get(action="participants.breach.counted").count == 1


def test_the_province_takes_the_list_and_it_is_recorded(client_as, officer):
    reached = ParticipantFactory(full_name="Ani", phone="+6281200001234")
    by_letter = ParticipantFactory(full_name="Budi", phone="", email="", address="Jl. Mawar 3")
    opened(reached, officer)
    opened(by_letter, officer)

    answer = client_as(member(Role.PROVINCE)).post(LIST, asked())

    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    assert [(row[1], row[7]) for row in rows[1:]] == [("Ani", "Nomor HP"), ("Budi", "Surat")]
    assert "0812-0000-1234" in rows[1][2].replace(" ", "-")
    assert "Jl. Mawar 3" in rows[2][4]
    assert AuditEvent.objects.get(action="participants.breach.list_taken").count == 2
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("role", "page", "taking"), [(Role.AUDITOR, 200, 403), (Role.SUDIN, 403, 403)])
def test_who_may_count_and_who_may_take(client_as, role, page, taking):
    client = client_as(member(role, "31.73" if role == Role.SUDIN else None))

    assert client.get(PAGE).status_code == page
    assert client.post(LIST, asked()).status_code == taking


def test_a_time_that_cannot_be_read_is_kept_and_explained(client_as):
    page = client_as(member(Role.PROVINCE)).get(PAGE, asked(until_day="2020-01-01", officer="siapa"))

    assert set(page.context["form"].errors) == {"until_day", "officer"}
    assert page.context["form"]["officer"].value() == "siapa"


@pytest.mark.parametrize("count", [1, 3])
def test_the_count_asks_the_same_number_of_questions(officer, count, django_assert_num_queries):
    for person in ParticipantFactory.create_batch(count):
        opened(person, officer)

    with django_assert_num_queries(2):
        affected.between(*last_hour())
