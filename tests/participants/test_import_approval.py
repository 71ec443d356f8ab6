"""A long list, or another agency's, is saved by two people."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from okoce.audit.models import AuditEvent
from okoce.organisations.models import Organisation
from participants.models import ImportApproval, ImportBatch, Participant
from participants.models.imports import BatchState
from participants.services import import_approval, importing
from participants.services.import_approval import OwnRequest
from participants.services.importing import ApprovalNeeded, NotReady
from tests.factories import member
from tests.participants.import_desk import ON, listed
from tests.participants.importing.lists import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return member("sudin", "31.73", full_name="Rina Puspita")


@pytest.fixture
def colleague():
    return member("sudin", "31.73", full_name="Teguh Prasetyo")


@pytest.fixture
def long_list(tmp_path, officer, settings):
    settings.IMPORT_APPROVAL_ABOVE = 2
    return listed(tmp_path, officer, person(1), person(2), person(3))


def ask(batch, by):
    return import_approval.ask_to_save(batch=batch, by=by, messages_consented=True)


def test_a_short_list_of_the_own_agency_needs_nobody_else(tmp_path, officer, settings):
    settings.IMPORT_APPROVAL_ABOVE = 2
    batch = listed(tmp_path, officer, person(1), person(2))

    assert ask(batch, officer).state == BatchState.SAVING


def test_a_long_list_waits_and_nothing_is_saved(long_list, officer):
    batch = ask(long_list, officer)
    importing.save(batch.pk, on=ON)

    assert (batch.state, Participant.objects.count()) == (BatchState.WAITING, 0)
    import_approval.withdraw(batch=batch, by=officer)
    with pytest.raises(ApprovalNeeded):
        importing.request_save(batch=batch, by=officer, messages_consented=True)


def test_the_list_of_another_agency_waits_however_short(tmp_path, officer):
    pkk = Organisation.objects.get(pk="pkk-31-73")
    batch = listed(tmp_path, officer, person(1), organisation=pkk)

    assert ask(batch, officer).state == BatchState.WAITING


def test_a_second_person_agrees_and_both_stand_in_the_trail(long_list, officer, colleague):
    ask(long_list, officer)

    import_approval.approve(batch=long_list, by=colleague)
    importing.save(long_list.pk, on=ON)

    batch = ImportBatch.objects.get()
    assert (batch.state, batch.new_count, batch.saved_by, batch.messages_consented) == (
        BatchState.SAVED,
        3,
        officer,
        True,
    )
    assert list(
        AuditEvent.objects.filter(action__startswith="participants.import.app").values_list(
            "action", "actor__full_name"
        )
    ) == [
        ("participants.import.approved", "Teguh Prasetyo"),
        ("participants.import.approval_asked", "Rina Puspita"),
    ]


def test_nobody_agrees_to_the_own_request(long_list, officer):
    ask(long_list, officer)

    with pytest.raises(OwnRequest):
        import_approval.approve(batch=long_list, by=officer)
    assert ImportBatch.objects.get().state == BatchState.WAITING


def test_the_database_refuses_one_person_as_both(long_list, officer):
    ask(long_list, officer)

    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        ImportApproval.objects.update(decided_by=officer, decided_at=timezone.now(), decision="approved")


def test_a_list_that_is_sent_back_says_why_and_can_be_asked_for_again(long_list, officer, colleague):
    ask(long_list, officer)
    import_approval.send_back(batch=long_list, by=colleague, reason="Baris 3 bukan warga kita")

    last = import_approval.last_decision(long_list)
    assert (last.decision, last.reason, last.decided_by) == (
        "returned",
        "Baris 3 bukan warga kita",
        colleague,
    )
    assert ask(long_list, officer).state == BatchState.WAITING
    assert ImportApproval.objects.count() == 2


def test_only_the_one_who_asked_takes_the_request_back(long_list, officer, colleague):
    ask(long_list, officer)

    with pytest.raises(OwnRequest):
        import_approval.withdraw(batch=long_list, by=colleague)
    import_approval.withdraw(batch=long_list, by=officer)
    assert ImportBatch.objects.get().state == BatchState.CHECKED


def test_agreeing_after_it_was_withdrawn_saves_nothing(long_list, officer, colleague):
    ask(long_list, officer)
    import_approval.withdraw(batch=long_list, by=officer)

    with pytest.raises(NotReady):
        import_approval.approve(batch=long_list, by=colleague)


def test_asking_and_agreeing_twice_is_once(long_list, officer, colleague):
    ask(long_list, officer)
    ask(long_list, officer)
    import_approval.approve(batch=long_list, by=colleague)
    import_approval.approve(batch=long_list, by=colleague)

    assert (ImportApproval.objects.count(), ImportBatch.objects.get().state) == (1, BatchState.SAVING)


def test_while_it_waits_nothing_can_be_mended_or_discarded(long_list, officer):
    from participants.services import import_mending

    ask(long_list, officer)

    with pytest.raises(NotReady):
        import_mending.mend(row=long_list.rows.first(), changes={"nama": "Lain"}, by=officer)
    with pytest.raises(NotReady):
        importing.discard(batch=long_list, by=officer)


def test_the_command_saves_a_long_list_without_a_second_person(tmp_path, officer, settings):
    from tests.participants.importing.lists import AS_OF, HEADER, save

    settings.IMPORT_APPROVAL_ABOVE = 1
    batch = importing.import_content(
        content=save(tmp_path / "a.xlsx", [HEADER, person(1), person(2)]).read_bytes(),
        file_name="a.xlsx",
        city="31.73",
        organisation=officer.active_membership.organisation,
        by=officer,
        as_of=AS_OF,
        on=ON,
        messages_consented=False,
    )

    assert (batch.state, batch.new_count) == (BatchState.SAVED, 2)


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_who_agree_at_once_save_it_once(long_list, officer):
    ask(long_list, officer)
    colleagues = [member("sudin", "31.73"), member("sudin", "31.73")]
    outcomes = []

    def agree(by):
        try:
            import_approval.approve(batch=long_list, by=by)
            outcomes.append("agreed")
        except NotReady:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=agree, args=[one]) for one in colleagues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["agreed", "too late"]
    assert ImportBatch.objects.get().state == BatchState.SAVING
