"""Mending a checked list: a row, one cause in all its rows, rows left out, doubles; and back again."""

import pytest

from okoce.audit.models import AuditEvent
from okoce.db.encryption import lookup
from participants.models import ImportRow, Participant
from participants.services import import_mending, importing
from participants.services.import_mending import NothingToMend
from participants.services.importing import NotReady
from tests.factories import ParticipantFactory, member
from tests.participants.import_desk import listed, saved, states
from tests.participants.importing.lists import nik, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return member("sudin", "31.73")


@pytest.fixture
def make(tmp_path, officer):
    return lambda *rows, **options: listed(tmp_path, officer, *rows, **options)


KEBUN = {"kec": "Kebun Jeruk", "kel": "Kebon Jeruk"}


def mend_kebun(batch, officer):
    return import_mending.mend_cause(
        batch=batch,
        cause="E_KEC_TIDAK_DIKENAL",
        written={"kecamatan": "Kebun Jeruk"},
        changes={"kecamatan": "Kebon Jeruk"},
        by=officer,
    )


def test_one_cause_is_mended_in_all_its_rows_at_once(make, officer):
    batch = make(person(1), person(2, **KEBUN), person(3, **KEBUN), person(4, kec="Entah"))

    mending = mend_kebun(batch, officer)

    batch.refresh_from_db()
    assert (mending.rows_count, mending.fine_count, mending.old, mending.new) == (
        2,
        2,
        "Kebun Jeruk",
        "Kebon Jeruk",
    )
    assert states(batch) == [
        (2, "accepted", []),
        (3, "accepted", []),
        (4, "accepted", []),
        (5, "rejected", ["E_KEC_TIDAK_DIKENAL"]),
    ]
    assert (batch.new_count, batch.totals["accepted"], batch.totals["rejected"]) == (3, 3, 1)
    assert batch.totals["per_kecamatan"] == {"31.73.05": 2, "31.73.07": 1}


def test_rows_with_another_fault_stay_and_say_so(make, officer):
    batch = make(person(1, **KEBUN), person(2, nik="1", **KEBUN))

    mending = mend_kebun(batch, officer)

    assert (mending.rows_count, mending.fine_count) == (2, 1)
    assert states(batch)[1] == (3, "rejected", ["E_NIK_PANJANG"])


def test_a_cause_that_a_colleague_has_mended_already_is_nothing_to_mend(make, officer):
    batch = make(person(1, **KEBUN))
    mend_kebun(batch, officer)

    with pytest.raises(NothingToMend):
        mend_kebun(batch, officer)


def test_mending_a_cause_costs_the_same_questions_for_two_rows_and_for_twenty(make, officer):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    few = make(*(person(n, **KEBUN) for n in range(2)), name="few.xlsx")
    many = make(*(person(n, **KEBUN) for n in range(10, 30)), name="many.xlsx")
    with CaptureQueriesContext(connection) as first:
        mend_kebun(few, officer)
    with CaptureQueriesContext(connection) as second:
        mend_kebun(many, officer)

    assert len(first) == len(second)


def test_the_last_mending_can_be_undone_and_only_once(make, officer):
    batch = make(person(1, **KEBUN), person(2, **KEBUN))
    before = states(batch)
    mending = mend_kebun(batch, officer)

    import_mending.undo_last(batch=batch, deed=mending.pk, by=officer)

    batch.refresh_from_db()
    assert states(batch) == before
    assert (batch.new_count, batch.totals["rejected"]) == (0, 2)
    assert importing.values_of(batch.rows.first())["kecamatan"] == "Kebun Jeruk"
    with pytest.raises(NothingToMend):
        import_mending.undo_last(batch=batch, deed=mending.pk, by=officer)


def test_nobody_undoes_the_mending_of_a_colleague_who_was_faster(make, officer):
    batch = make(person(1, **KEBUN), person(2, kec="Entah"))
    seen = mend_kebun(batch, officer)
    row = batch.rows.get(row=3)
    import_mending.mend(row=row, changes={"kecamatan": "Palmerah"}, by=member("sudin", "31.73"))

    with pytest.raises(NothingToMend):
        import_mending.undo_last(batch=batch, deed=seen.pk, by=officer)


def test_rows_that_are_left_out_are_neither_saved_nor_to_be_mended(make, officer):
    batch = make(person(1), person(2), person(3, nik="1"))
    rows = ImportRow.objects.filter(row__in=[3, 4])

    import_mending.leave_out(batch=batch, rows=rows, by=officer)
    batch.refresh_from_db()

    assert (batch.totals["ignored"], batch.totals["rejected"], batch.new_count) == (2, 0, 1)
    batch = saved(batch, officer)
    assert (batch.new_count, Participant.objects.count()) == (1, 1)


def test_rows_taken_in_again_are_what_they_were(make, officer):
    batch = make(person(1), person(2, nik="1"))
    before = states(batch)
    import_mending.leave_out(batch=batch, rows=ImportRow.objects.all(), by=officer)

    import_mending.take_in(batch=batch, rows=ImportRow.objects.all(), by=officer)

    batch.refresh_from_db()
    assert states(batch) == before
    assert (batch.new_count, "ignored" in batch.totals) == (1, False)


def test_of_two_rows_of_one_person_the_chosen_one_counts(make, officer):
    batch = make(person(1, hp="-"), person(2, nik=nik(9001), hp="0812-0000-0009"))
    later = batch.rows.get(row=3)
    assert later.status == "duplicate"

    import_mending.choose(row=later, by=officer)

    batch.refresh_from_db()
    assert states(batch) == [(2, "duplicate", ["D_NIK_SAMA", "W_HP_KOSONG"]), (3, "accepted", [])]
    assert batch.rows.get(row=2).duplicate_of == "Daftar!3"
    assert batch.new_count == 1


def test_three_rows_of_one_person_still_make_one(make, officer):
    batch = make(person(1), person(2, nik=nik(9001)), person(3, nik=nik(9001)))

    import_mending.choose(row=batch.rows.get(row=4), by=officer)

    assert [status for _row, status, _codes in states(batch)] == ["duplicate", "duplicate", "accepted"]
    assert {row.duplicate_of for row in batch.rows.filter(status="duplicate")} == {"Daftar!4"}


def test_two_people_with_one_name_and_birthday_may_both_be_saved(make, officer):
    batch = make(person(1, nama="Siti Aminah"), person(2, nama="Siti Aminah"))
    later = batch.rows.get(row=3)
    assert later.codes == ["D_DUGAAN_NAMA_TGL"]

    import_mending.choose(row=later, by=officer, are_two_people=True)

    batch.refresh_from_db()
    assert [status for _row, status, _codes in states(batch)] == ["accepted", "accepted"]
    assert saved(batch, officer).new_count == 2


def test_the_double_of_a_row_that_is_left_out_takes_its_place(make, officer):
    batch = make(person(1), person(2, nik=nik(9001)))

    import_mending.leave_out(batch=batch, rows=ImportRow.objects.filter(row=2), by=officer)

    assert [status for _row, status, _codes in states(batch)] == ["ignored", "accepted"]


def test_a_mended_nik_frees_the_row_that_was_its_double(make, officer):
    batch = make(person(1), person(2, nik=nik(9001)))

    import_mending.mend(row=batch.rows.get(row=2), changes={"nik": nik(9077, birth="010180")}, by=officer)

    assert [status for _row, status, _codes in states(batch)] == ["warning", "accepted"]


def test_a_warned_row_keeps_what_was_said_of_its_other_cells(make, officer):
    batch = make(person(1, hp="-", kel="Palmerahh"))
    row = batch.rows.get()
    assert row.codes == ["W_HP_KOSONG", "W_KEL_DIKOREKSI"]

    mended = import_mending.mend(row=row, changes={"hp": "0812-0000-0055"}, by=officer)

    assert (mended.status, mended.codes) == ("warning", ["W_KEL_DIKOREKSI"])
    assert importing.values_of(mended)["hp"] == "+62812" + "00000055"


def test_a_mended_row_of_somebody_registered_is_not_counted_as_new(make, officer):
    ParticipantFactory(nik=nik(9001))
    batch = make(person(1, nik="1"))

    import_mending.mend(row=batch.rows.get(), changes={"nik": nik(9001)}, by=officer)

    batch.refresh_from_db()
    row = batch.rows.get()
    assert (batch.new_count, batch.existing_count, row.outcome) == (0, 1, "existing")
    assert bytes(row.nik_lookup) == lookup(nik(9001), column="participants.nik")


def test_a_list_that_was_saved_meanwhile_is_not_mended(make, officer):
    batch = make(person(1), person(2, **KEBUN))
    saved(batch, officer)

    with pytest.raises(NotReady):
        mend_kebun(batch, officer)
    with pytest.raises(NotReady):
        import_mending.leave_out(batch=batch, rows=ImportRow.objects.all(), by=officer)


def test_the_words_that_rows_are_grouped_by_hold_no_number(make):
    batch = make(person(1, kec="Kebun Jeruk"), person(2, kel="3173070817084590"), person(3))

    assert list(batch.rows.order_by("position").values_list("written", flat=True)) == [
        {"kecamatan": "Kebun Jeruk"},
        {"kecamatan": "Palmerah"},
        None,
    ]


def test_the_trail_names_the_deeds_without_personal_data(make, officer):
    batch = make(person(1, **KEBUN))
    mend_kebun(batch, officer)

    event = AuditEvent.objects.get(action="participants.import.cause_mended")
    assert (event.count, event.details) == (1, {"cause": "E_KEC_TIDAK_DIKENAL"})
