"""The life of a list, with the real child process and the real database."""

from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from okoce.audit.models import AuditEvent
from okoce.db.encryption import lookup
from participants.importing.codes import ImportRefused
from participants.models import (
    Business,
    Consent,
    Enrolment,
    FosterLink,
    ImportBatch,
    ImportRow,
    Participant,
    StepReached,
)
from participants.models.imports import BatchState
from participants.services import import_undoing, importing
from participants.services.importing import NotReady
from tests.factories import ParticipantFactory, member
from tests.participants.importing.lists import AS_OF, HEADER, nik, person, save

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 21)


@pytest.fixture
def officer():
    return member("sudin", "31.73")


@pytest.fixture
def content(tmp_path):
    def content(*rows, header=HEADER, name="a.xlsx"):
        return save(tmp_path / name, [header, *rows]).read_bytes()

    return content


@pytest.fixture
def receive(officer):
    def receive(data, **changes):
        options = {
            "content": data,
            "file_name": "jakbar.xlsx",
            "city": "31.73",
            "organisation": officer.active_membership.organisation,
            "by": officer,
            "as_of": AS_OF,
        }
        return importing.receive(**{**options, **changes})[0]

    return receive


def checked(batch):
    importing.check(batch.pk)
    batch.refresh_from_db()
    return batch


def saved(batch, by, *, consented=False):
    importing.request_save(batch=batch, by=by, messages_consented=consented)
    importing.save(batch.pk, on=ON)
    batch.refresh_from_db()
    return batch


def test_a_checked_list_has_its_report_and_no_participant(receive, content):
    batch = checked(receive(content(person(1), person(2, nik="1"), person(3, hp="-"))))

    assert (batch.state, batch.new_count, batch.existing_count) == (BatchState.CHECKED, 2, 0)
    assert [(row.row, row.status, row.codes) for row in batch.rows.all()] == [
        (2, "accepted", []),
        (3, "rejected", ["E_NIK_PANJANG"]),
        (4, "warning", ["W_HP_KOSONG"]),
    ]
    assert batch.totals["rows"] == 3
    assert Participant.objects.count() == 0


def test_the_stored_file_cannot_be_read_and_is_gone_when_the_list_is_saved(
    receive, content, officer, django_capture_on_commit_callbacks
):
    batch = receive(content(person(1)))
    name = batch.file.name
    with default_storage.open(name) as file:
        assert not file.read().startswith(b"PK")

    with django_capture_on_commit_callbacks(execute=True):
        batch = checked(batch)
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        batch = saved(batch, officer)

    assert (default_storage.exists(name), batch.file.name) == (False, "")


def test_no_nik_or_phone_is_in_any_column_in_clear(receive, content, officer):
    saved(checked(receive(content(person(1), person(2, nik="31730717084590"), person(3)))), officer)

    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(("participants_", "audit_"))
    ]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            text = cursor.fetchone()[0] or ""
            for secret in (nik(9001), nik(9003), "31730717084590", "81200000001", "0812-0000-0001"):
                assert secret not in text, table


def test_saving_makes_whole_participants(receive, content, officer):
    header = [*HEADER, "Tempat Lahir", "Jenis Usaha", "Nama Usaha", "Email", "Status usaha (belum/sudah)"]
    row = [*person(1, nama="Nur'aini"), "Tegal", "Kuliner", "Dapur Nur", "nur@example.com", "sudah"]
    saved(checked(receive(content(row, header=header))), officer, consented=True)

    found = Participant.objects.get()
    assert (found.full_name, found.name_key, found.nik, found.phone) == (
        "Nur'aini",
        "nur'aini",
        nik(9001),
        "+62812" + "00000001",
    )
    assert (found.kelurahan_id, found.kecamatan_id, found.city_id) == ("31.73.07.1001", "31.73.07", "31.73")
    assert (found.birth_place, found.birth_date, found.sex, found.rt, found.rw) == (
        "Tegal",
        date(1945, 8, 17),
        "L",
        "001",
        "002",
    )
    assert (found.number, found.source, found.registered_on, found.registered_by) == (
        "JB-PM-00001",
        "import",
        ON,
        officer,
    )
    assert list(Business.objects.values_list("participant_id", "name", "sector_id", "is_running")) == [
        (found.pk, "Dapur Nur", "kuliner", True)
    ]
    assert list(Enrolment.objects.values_list("participant_id", "year")) == [(found.pk, 2026)]
    assert list(StepReached.objects.values_list("participant_id", "step", "actor_id")) == [
        (found.pk, 1, officer.pk)
    ]
    assert list(FosterLink.objects.values_list("participant_id", "organisation_id")) == [
        (found.pk, "ppkukm-31-73")
    ]
    assert list(Consent.objects.values_list("participant_id", "purpose", "is_given")) == [
        (found.pk, "messages", True)
    ]


def test_without_a_word_about_consent_none_is_recorded(receive, content, officer):
    saved(checked(receive(content(person(1)))), officer)

    assert Consent.objects.count() == 0


def test_whoever_is_registered_by_a_list_has_the_uid_of_their_row(receive, content, officer):
    batch = saved(checked(receive(content(person(1), person(2, nik="1")))), officer)

    found = Participant.objects.get()
    first, second = batch.rows.order_by("position")
    assert (found.uid, found.uid == second.uid) == (first.uid, False)
    assert list(Participant.everybody.came_of(batch.rows.all())) == [found]
    assert (batch.new_count, batch.existing_count, batch.saved_by) == (1, 0, batch.save_requested_by)


def test_rows_name_whom_they_found_in_the_register(receive, content, officer):
    known = ParticipantFactory(nik=nik(9001), number="JB-PM-00901")
    batch = saved(checked(receive(content(person(1), person(2)))), officer)

    rows = list(batch.rows.order_by("position").values_list("outcome", "participant_id"))
    assert rows == [("existing", known.pk), ("", None)]
    assert list(Participant.everybody.came_of(batch.rows.all())) == [
        Participant.objects.get(number="JB-PM-00001")
    ]


def test_whoever_is_not_in_the_register_any_more_is_new_whatever_the_check_said(receive, content, officer):
    first = saved(checked(receive(content(person(1), name="a.xlsx"))), officer)
    second = checked(receive(content(person(1), person(2), name="b.xlsx")))
    assert (second.new_count, second.existing_count) == (1, 1)
    import_undoing.ask_to_undo(batch=first, by=officer)
    import_undoing.undo(first.pk)

    second = saved(second, officer)

    assert (second.new_count, second.existing_count, Participant.objects.count()) == (2, 0, 2)
    assert list(second.rows.values_list("outcome", "participant_id")) == [("", None), ("", None)]
    assert Participant.everybody.came_of(second.rows.all()).count() == 2


def test_numbers_follow_the_order_of_the_list_in_each_kecamatan(receive, content, officer):
    rows = [person(1), person(2, kec="Kembangan", kel="Kembangan Utara"), person(3)]
    saved(checked(receive(content(*rows))), officer)

    numbers = {p.nik: p.number for p in Participant.objects.all()}
    assert numbers == {nik(9001): "JB-PM-00001", nik(9002): "JB-KB-00001", nik(9003): "JB-PM-00002"}


def test_the_same_file_again_changes_nothing(receive, content, officer):
    data = content(person(1), person(2))
    first = saved(checked(receive(data)), officer)
    before = list(Participant.objects.order_by("pk").values())

    again = checked(receive(data))

    assert (again.new_count, again.existing_count) == (0, 2)
    assert importing.saved_before(again) == first
    again = saved(again, officer)
    assert (again.new_count, again.existing_count) == (0, 2)
    assert list(Participant.objects.order_by("pk").values()) == before
    assert (Enrolment.objects.count(), StepReached.objects.count(), FosterLink.objects.count()) == (2, 2, 2)


def test_somebody_registered_elsewhere_is_no_error(receive, content, officer):
    known = ParticipantFactory(
        nik=nik(9001), kelurahan_id="31.71.01.1001", number="JP-GB-00001", full_name="Lama"
    )

    batch = saved(checked(receive(content(person(1), person(2)))), officer)

    known.refresh_from_db()
    assert (batch.new_count, batch.existing_count, known.full_name) == (1, 1, "Lama")


def test_one_file_uploaded_by_two_people_is_one_batch(receive, content):
    data = content(person(1))
    first = receive(data)

    second, is_new = importing.receive(
        content=data,
        file_name="lain.xlsx",
        city="31.73",
        organisation=None,
        by=member("sudin", "31.73"),
        as_of=AS_OF,
    )

    assert (second, is_new) == (first, False)


def test_two_different_lists_with_the_same_people_save_them_once(receive, content, officer):
    first = checked(receive(content(person(1), person(2), name="a.xlsx")))
    second = checked(receive(content(person(2), person(1), person(3), name="b.xlsx")))
    assert (first.new_count, second.new_count) == (2, 3)

    saved(first, officer)
    second = saved(second, officer)

    assert (second.new_count, second.existing_count, Participant.objects.count()) == (1, 2, 3)


def test_a_file_that_cannot_be_read_is_refused_by_name(receive):
    batch = checked(receive(b"halo,apa,kabar\n1,2,3\n"))

    assert (batch.state, batch.refusal) == (BatchState.REFUSED, "no_header")


def test_a_file_that_looks_wrong_leaves_nothing_behind(receive):
    with pytest.raises(ImportRefused):
        receive(b"%PDF-1.7")

    assert ImportBatch.objects.count() == 0


def test_every_step_can_be_repeated(receive, content, officer):
    batch = checked(checked(receive(content(person(1)))))
    batch = saved(saved(batch, officer), officer)

    assert (batch.state, Participant.objects.count(), ImportRow.objects.count()) == (BatchState.SAVED, 1, 1)


def test_a_broken_off_check_begins_anew(receive, content):
    batch = receive(content(person(1)))
    ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.CHECKING, phase="checking", rows_done=500)

    assert checked(batch).state == BatchState.CHECKED


def test_a_discarded_list_cannot_be_saved(receive, content, officer):
    batch = checked(receive(content(person(1))))
    importing.discard(batch=batch, by=officer)

    with pytest.raises(NotReady):
        importing.request_save(batch=batch, by=officer, messages_consented=False)
    assert ImportRow.objects.count() == 0


def test_a_fault_while_saving_leaves_nothing_half_written(receive, content, officer, monkeypatch):
    from participants.services import import_saving

    batch = checked(receive(content(person(1), person(2))))
    importing.request_save(batch=batch, by=officer, messages_consented=False)

    def fail(*args):
        raise RuntimeError("power cut")

    monkeypatch.setattr(import_saving, "_say_who_was_registered", fail)
    with pytest.raises(RuntimeError):
        importing.save(batch.pk, on=ON)
    assert (Participant.objects.count(), Business.objects.count(), StepReached.objects.count()) == (0, 0, 0)

    monkeypatch.undo()
    importing.save(batch.pk, on=ON)
    assert Participant.objects.count() == 2


def test_the_trail_tells_what_was_done_without_personal_numbers(receive, content, officer):
    saved(checked(receive(content(person(1)))), officer)

    assert list(AuditEvent.objects.order_by("pk").values_list("action", "count")) == [
        ("participants.import.uploaded", 1),
        ("participants.import.save_requested", 1),
        ("participants.import.saved", 1),
    ]


def test_the_lookup_of_a_saved_nik_finds_it(receive, content, officer):
    saved(checked(receive(content(person(1)))), officer)

    assert bytes(Participant.objects.get().nik_lookup) == lookup(nik(9001), column="participants.nik")


def test_saving_takes_the_same_number_of_queries_for_any_number_of_people(
    receive, content, officer, django_assert_num_queries
):
    small = checked(receive(content(person(1), name="a.xlsx")))
    large = checked(receive(content(*(person(n) for n in range(2, 12)), name="b.xlsx")))
    importing.request_save(batch=small, by=officer, messages_consented=True)
    importing.request_save(batch=large, by=officer, messages_consented=True)

    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as first:
        importing.save(small.pk, on=ON)
    with CaptureQueriesContext(connection) as second:
        importing.save(large.pk, on=ON)

    assert len(first) == len(second)
