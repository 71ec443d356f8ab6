"""A saved list is rolled back whole, while nobody has built on it; else it stays, and says why."""

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from okoce.audit.models import AuditEvent
from okoce.organisations.models import Organisation
from participants.models import (
    Business,
    Consent,
    Enrolment,
    FosterLink,
    ImportBatch,
    ImportRow,
    MentorAssignment,
    Participant,
    StepReached,
)
from participants.models.imports import BatchState
from participants.services import import_mending, import_undoing, importing
from participants.services.import_undoing import BuiltOn
from participants.services.importing import NotReady
from tests.factories import ParticipantFactory, member
from tests.factories.trainings import BookingFactory
from tests.participants.import_desk import ON, listed, saved
from tests.participants.importing.lists import HEADER, nik, person

pytestmark = pytest.mark.django_db
LONG = [*HEADER, "Nama Usaha"]


@pytest.fixture
def officer():
    return member("sudin", "31.73")


@pytest.fixture
def list_of_two(tmp_path, officer):
    rows = [[*person(1), "Dapur Satu"], [*person(2), "Dapur Dua"]]
    return saved(listed(tmp_path, officer, *rows, header=LONG), officer, consented=True)


def roll_back(batch, by):
    import_undoing.ask_to_undo(batch=batch, by=by)
    import_undoing.undo(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def ask_the_database(batch):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT participants_undo_import(%s)", [batch.pk])


def history(name):
    return apps.get_model("participants", name)._base_manager.count()


def test_everything_the_list_made_is_gone_with_its_history(list_of_two, officer):
    bystander = ParticipantFactory(number="JB-KB-00900")

    batch = roll_back(list_of_two, officer)

    assert (batch.state, batch.new_count, batch.undo_requested_by) == (BatchState.UNDONE, 2, officer)
    assert list(Participant.objects.all()) == [bystander]
    assert [
        model.objects.count() for model in (Business, Consent, Enrolment, FosterLink, StepReached, ImportRow)
    ] == [0] * 6
    assert [history(name) for name in ("ParticipantEvent", "BusinessEvent", "StepReachedEvent")] == [1, 0, 0]


def test_the_trail_keeps_who_did_it_and_how_many(list_of_two, officer):
    roll_back(list_of_two, officer)

    event = AuditEvent.objects.get(action="participants.import.undone")
    assert (event.actor, event.count, event.details) == (officer, 2, {"put_back": 0})


def test_numbers_are_not_given_again(list_of_two, officer, tmp_path):
    roll_back(list_of_two, officer)

    saved(listed(tmp_path, officer, person(5), name="b.xlsx"), officer)

    assert Participant.objects.get().number == "JB-PM-00003"


def test_the_same_list_can_be_saved_again_afterwards(list_of_two, officer, tmp_path):
    roll_back(list_of_two, officer)

    again = saved(listed(tmp_path, officer, person(1), person(2), name="c.xlsx"), officer)

    assert (again.new_count, Participant.objects.count()) == (2, 2)


def test_after_a_booking_it_is_refused_with_who_and_how_many(list_of_two, officer):
    booked = Participant.objects.order_by("pk").first()
    BookingFactory(participant=booked)

    with pytest.raises(BuiltOn) as refused:
        import_undoing.ask_to_undo(batch=list_of_two, by=officer)

    assert [(one.code, one.count, one.people) for one in refused.value.loss.obstacles] == [
        ("trainings.booking", 1, [booked])
    ]
    assert Participant.objects.count() == 2


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (
            lambda p, by: p.card_tokens.create(token_lookup=b"x", token_ciphertext=b"y"),
            "participants.cardtoken",
        ),
        (lambda p, by: Participant.objects.filter(pk=p.pk).update(email="a@example.org"), "changed"),
        (
            lambda p, by: MentorAssignment.objects.create(participant=p, mentor=by),
            "participants.mentorassignment",
        ),
        (
            lambda p, by: StepReached.objects.create(
                participant=p, step=2, reached_on=ON, evidence="session:1", actor=by
            ),
            "participants.stepreached",
        ),
        (
            lambda p, by: Consent.objects.create(
                participant=p,
                purpose="photos",
                is_given=True,
                text_version="1",
                channel="counter",
                at=timezone.now() + timedelta(seconds=1),
            ),
            "participants.consent",
        ),
        (
            lambda p, by: Business.objects.create(participant=p, name="Baru"),
            "participants.business",
        ),
    ],
)
def test_whatever_somebody_has_built_on_it_forbids_it(list_of_two, officer, work, code):
    work(Participant.objects.first(), officer)

    assert [one.code for one in import_undoing.loss_of(list_of_two).obstacles] == [code]


def test_a_later_list_with_the_same_people_forbids_it(list_of_two, officer, tmp_path):
    saved(listed(tmp_path, officer, person(1), person(7), name="b.xlsx"), officer)

    loss = import_undoing.loss_of(list_of_two)

    assert [(one.code, one.count) for one in loss.obstacles] == [("participants.importrow", 1)]


def test_a_seat_that_is_booked_while_it_is_rolled_back_leaves_everything(list_of_two, officer):
    import_undoing.ask_to_undo(batch=list_of_two, by=officer)
    BookingFactory(participant=Participant.objects.first())

    import_undoing.undo(list_of_two.pk)

    batch = ImportBatch.objects.get(pk=list_of_two.pk)
    assert (batch.state, batch.notes["undo_refused"]) == (BatchState.SAVED, True)
    assert (Participant.objects.count(), Business.objects.count()) == (2, 2)


def test_a_list_that_is_not_saved_is_not_rolled_back(tmp_path, officer):
    with pytest.raises(NotReady):
        import_undoing.ask_to_undo(batch=listed(tmp_path, officer, person(1)), by=officer)


def test_asking_twice_and_working_twice_is_once(list_of_two, officer):
    import_undoing.ask_to_undo(batch=list_of_two, by=officer)
    import_undoing.ask_to_undo(batch=list_of_two, by=officer)
    import_undoing.undo(list_of_two.pk)
    import_undoing.undo(list_of_two.pk)

    assert AuditEvent.objects.filter(action="participants.import.undone").count() == 1


def test_what_was_taken_over_goes_back_to_what_the_register_said(tmp_path, officer):
    pkk = Organisation.objects.get(pk="pkk-31-73")
    known = ParticipantFactory(nik=nik(9001), phone="+628120000" + "7777", email="lama@example.org")
    Business.objects.create(participant=known, name="Lama")
    batch = listed(tmp_path, officer, [*person(1), "Dapur Satu"], header=LONG, organisation=pkk)
    import_mending.take(
        batch=batch, rows=ImportRow.objects.all(), fields=["hp", "usaha", "foster"], by=officer
    )
    importing.request_save(batch=batch, by=officer, messages_consented=False, is_approved=True)
    importing.save(batch.pk, on=ON)
    known = Participant.objects.get()
    assert (known.phone, known.businesses.get().name, known.foster_links.count()) == (
        "+62812" + "00000001",
        "Dapur Satu",
        1,
    )

    roll_back(ImportBatch.objects.get(), officer)

    known = Participant.objects.get()
    assert (known.phone, known.businesses.get().name, known.foster_links.count()) == (
        "+628120000" + "7777",
        "Lama",
        0,
    )


def test_the_function_of_the_database_removes_nobody_of_a_list_that_is_not_being_rolled_back(list_of_two):
    with pytest.raises(DatabaseError, match="not being rolled back"):
        ask_the_database(list_of_two)


def test_the_function_removes_nobody_whom_another_registered(list_of_two):
    stranger = ParticipantFactory(number="JB-KB-00901")
    ImportRow.objects.filter(batch=list_of_two, position=1).update(uid=stranger.uid)
    ImportBatch.objects.update(state="undoing")

    with pytest.raises(DatabaseError, match="did not register all"):
        ask_the_database(list_of_two)


@pytest.mark.django_db(transaction=True)
def test_a_roll_back_and_an_import_of_the_same_people_at_once_end_whole(tmp_path, officer):
    first = saved(listed(tmp_path, officer, person(1), person(2)), officer)
    second = listed(tmp_path, officer, person(2), person(3), name="b.xlsx")
    import_undoing.ask_to_undo(batch=first, by=officer)
    importing.request_save(batch=second, by=officer, messages_consented=False)

    def run(work):
        try:
            work()
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=[lambda: import_undoing.undo(first.pk)]),
        threading.Thread(target=run, args=[lambda: importing.save(second.pk, on=ON)]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    first, second = ImportBatch.objects.get(pk=first.pk), ImportBatch.objects.get(pk=second.pk)
    niks = {one.nik for one in Participant.objects.all()}
    assert second.state == BatchState.SAVED
    assert (first.state, niks) in [
        (BatchState.UNDONE, {nik(9002), nik(9003)}),
        (BatchState.SAVED, {nik(9001), nik(9002), nik(9003)}),
    ]
