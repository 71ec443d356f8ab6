"""Pages that were open when two rows were joined: led to the survivor, nothing written to the merged row."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, connections, transaction
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from participants.models import Business, Document, Note, Participant, StatusChange
from participants.services import businesses, changes, dossier, merging, status
from tests.factories import ParticipantFactory, member

SUBPAGES = (
    "participants:edit", "participants:unmask", "participants:notes", "participants:document_add",
    "participants:card", "participants:card_withdraw", "participants:status", "participants:steps",
    "participants:agency", "participants:transfer", "participants:timeline", "participants:changes",
    "participants:business_add", "participants:join_with", "rights:person", "rights:enter",
)  # fmt: skip


@pytest.fixture
def officer():
    return member(Role.SUDIN, "31.73")


@pytest.fixture
def survivor():
    return ParticipantFactory(number="JB-PM-00001")


def joined(survivor, officer, number="JB-PM-00002"):
    merged = ParticipantFactory(number=number)
    merging.merge(
        survivor_id=survivor.pk, merged_id=merged.pk, chosen={}, reason="x", by=officer, now=timezone.now()
    )
    return Participant.everybody.get(pk=merged.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("name", SUBPAGES)
def test_every_page_of_a_merged_row_leads_to_the_same_page_of_the_survivor(
    client_as, officer, survivor, name
):
    merged = joined(survivor, officer)

    answer = client_as(officer).get(reverse(name, args=[merged.number]) + "?a=1")

    assert (answer.status_code, answer["Location"]) == (302, reverse(name, args=[survivor.number]) + "?a=1")


@pytest.mark.django_db
def test_the_page_it_leads_to_says_why(client_as, officer, survivor):
    merged = joined(survivor, officer)

    page = client_as(officer).get(reverse("participants:notes", args=[merged.number]), follow=True)

    assert "JB-PM-00002 sekarang bagian dari JB-PM-00001" in page.content.decode()


@pytest.mark.django_db
def test_an_officer_of_another_area_learns_nothing_of_the_merge(client_as, officer, survivor):
    merged = joined(survivor, officer)
    stranger = client_as(member(Role.SUDIN, "31.71"))

    answers = [stranger.get(reverse(name, args=[merged.number])) for name in SUBPAGES]

    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.django_db
def test_a_note_of_an_old_tab_is_not_written_and_can_be_sent_for_the_survivor(client_as, officer, survivor):
    merged, client = joined(survivor, officer), client_as(officer)

    answer = client.post(reverse("participants:notes", args=[merged.number]), {"text": "Minta jadwal malam"})
    assert (answer.status_code, Note.objects.count()) == (409, 0)
    page = answer.content.decode()
    target = reverse("participants:notes", args=[survivor.number])
    assert f'action="{target}"' in page
    assert '<input type="hidden" name="text" value="Minta jadwal malam">' in page

    client.post(target, {"text": "Minta jadwal malam"})
    assert [note.participant for note in Note.objects.all()] == [survivor]


@pytest.mark.django_db
def test_a_correction_of_an_old_tab_is_compared_first(client_as, officer, survivor):
    """What was read of the merged row is no version of the survivor."""
    row = ParticipantFactory(number="JB-PM-00002")
    client = client_as(officer)
    read = client.get(reverse("participants:edit", args=[row.number])).context
    merging.merge(
        survivor_id=survivor.pk, merged_id=row.pk, chosen={}, reason="x", by=officer, now=timezone.now()
    )
    typed = {**read["form"].initial, "full_name": "Nama Lain", "version": read["version"]}
    typed = {name: value for name, value in typed.items() if value is not None}

    refused = client.post(reverse("participants:edit", args=[row.number]), typed)
    sent = client.post(refused.context["url"], dict(refused.context["fields"]))

    assert (refused.status_code, sent.status_code) == (409, 200)
    assert not sent.context["form"].is_valid()
    names = set(Participant.everybody.values_list("full_name", flat=True))
    assert "Nama Lain" not in names


# ---------------------------------------------------------------- in the very moment
def written_note(person, by):
    dossier.write_note(participant_id=person.pk, text="catatan", is_sensitive=False, by=by)


def kept_paper(person, by):
    dossier.add_document(
        participant=person,
        kind="other",
        title="surat",
        content=b"%PDF-",
        content_type="application/pdf",
        by=by,
    )


def recorded_status(person, by):
    status.change_status(
        participant_id=person.pk, status="withdrawn", starts_on=person.registered_on, reason="x", by=by,
        today=timezone.localdate(),
    )  # fmt: skip


def corrected(person, by):
    changes.change_participant(
        participant_id=person.pk, version=changes.version_of(person), changes={"rt": "009"}, by=by
    )


def added_business(person, by):
    businesses.save_business(
        participant=person, business_id=None, version="", fields={"name": "Kopi Siti"}, by=by,
        today=timezone.localdate(),
    )  # fmt: skip


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "OR NOT granted AND locktype = 'transactionid'"
        )
        return cursor.fetchone()[0] > 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", [written_note, kept_paper, recorded_status, corrected, added_business])
def test_a_deed_under_way_while_two_are_joined_writes_nothing_to_the_merged_row(deed, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    officer, survivor = member(Role.SUDIN, "31.73"), ParticipantFactory(number="JB-PM-00001")
    person = Participant.objects.get(pk=ParticipantFactory(number="JB-PM-00002").pk)
    locked = Event()

    def join():
        try:
            with transaction.atomic():
                merging.merge(
                    survivor_id=survivor.pk, merged_id=person.pk, chosen={}, reason="x", by=officer,
                    now=timezone.now(),
                )  # fmt: skip
                locked.set()
                until = time.monotonic() + 10
                while time.monotonic() < until and not somebody_waits():
                    time.sleep(0.01)
        finally:
            connections.close_all()

    def act():
        try:
            locked.wait(60)
            deed(person, officer)
        except ObjectDoesNotExist as gone:
            return gone
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        merging_done, answer = pool.submit(join), pool.submit(act)
        merging_done.result()

    assert isinstance(answer.result(), ObjectDoesNotExist)
    theirs = [
        model.objects.filter(participant_id=person.pk).count()
        for model in (Note, Document, StatusChange, Business)
    ]
    assert (theirs, Participant.everybody.get(pk=person.pk).rt) == ([0, 0, 0, 0], person.rt)
