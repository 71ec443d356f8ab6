"""Warned rows: many at once, accepted with a reason or left out; and what of a row is shown to nobody."""

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants.models import ImportRow
from participants.services import import_mending, import_rechecking
from participants.services.import_mending import NothingToMend
from tests.factories import member
from tests.participants.import_desk import listed, states
from tests.participants.importing.lists import HEADER, person

pytestmark = pytest.mark.django_db

SHARED = "hp-bersama"


@pytest.fixture
def officer():
    return member("sudin", "31.73")


@pytest.fixture
def make(tmp_path, officer):
    return lambda *rows, **options: listed(tmp_path, officer, *rows, **options)


def family(*numbers):
    return [person(n, hp="0812-0000-0077") for n in numbers]


def passed(batch, officer, cause, rows=None):
    rows = ImportRow.objects.filter(batch=batch) if rows is None else rows
    return import_mending.pass_warnings(batch=batch, rows=rows, cause=cause, reason="formulir", by=officer)


def test_rule_10_a_phone_of_three_rows_is_pointed_out_and_of_two_is_not(make, client_as, officer):
    batch = make(*family(1, 2, 3), person(4, hp="0812-0000-0088"), person(5, hp="0812-0000-0088"))

    page = client_as(officer).get(reverse("participants:import", args=[batch.uid]), {"sebab": SHARED})

    assert batch.notes["shared_phones"] == 3
    assert list(batch.rows.filter(is_phone_shared=True).values_list("row", flat=True)) == [2, 3, 4]
    assert [line.row for line in page.context["lines"]] == [2, 3, 4]
    assert page.context["warned_count"] == 3
    assert {status for _row, status, _codes in states(batch)} == {"accepted"}


def test_all_rows_of_a_warning_are_accepted_at_once_and_it_can_be_undone(make, officer):
    batch = make(person(1, hp="-"), person(2, hp="-"), person(3))
    before = states(batch)

    mending = passed(batch, officer, "W_HP_KOSONG")

    batch.refresh_from_db()
    assert (mending.rows_count, batch.totals["warning"], batch.totals["accepted"]) == (2, 0, 3)
    assert {status for _row, status, _codes in states(batch)} == {"accepted"}
    import_mending.undo_last(batch=batch, deed=mending.pk, by=officer)
    assert states(batch) == before


def test_accepting_again_is_nothing_to_mend(make, officer):
    batch = make(person(1, hp="-"))
    passed(batch, officer, "W_HP_KOSONG")

    with pytest.raises(NothingToMend):
        passed(batch, officer, "W_HP_KOSONG")


def test_an_accepted_warning_stays_so_when_another_cell_is_mended(make, officer):
    batch = make(person(1, hp="-"))
    passed(batch, officer, "W_HP_KOSONG")

    row = import_mending.mend(row=batch.rows.get(), changes={"alamat": "Jl. Baru 1"}, by=officer)

    assert (row.codes, row.passed) == ([], ["W_HP_KOSONG"])


def test_an_accepted_warning_is_said_again_when_its_own_cell_changes(make, officer):
    batch = make(person(1, hp="-"))
    passed(batch, officer, "W_HP_KOSONG")

    row = import_mending.mend(row=batch.rows.get(), changes={"hp": "belum ada"}, by=officer)

    assert row.status == "warning"
    assert row.passed is None


def test_a_rejected_row_cannot_be_accepted(make, officer):
    batch = make(person(1, hp="-", nik="1"))

    with pytest.raises(NothingToMend):
        passed(batch, officer, "")


def test_one_shared_phone_is_accepted_and_the_chip_counts_the_others(make, officer):
    batch = make(*family(1, 2, 3))

    passed(batch, officer, "", ImportRow.objects.filter(row=2))

    batch.refresh_from_db()
    assert batch.notes["shared_phones"] == 2


def test_the_page_accepts_all_rows_of_a_cause_with_a_reason(make, client_as, officer):
    batch, client = make(*family(1, 2, 3)), client_as(officer)
    url = reverse("participants:import_pass", args=[batch.uid])

    client.post(url, {"sebab": SHARED, "alasan": ""})
    assert batch.rows.filter(is_phone_shared=True).count() == 3
    page = client.post(url, {"sebab": SHARED, "alasan": "keluarga"}, follow=True).content.decode()

    assert "3 baris diterima apa adanya" in page
    assert "dikenal kantor, misalnya satu keluarga" in page
    event = AuditEvent.objects.get(action="participants.import.warnings_passed")
    assert (event.count, event.details) == (3, {"causes": [SHARED], "reason": "keluarga"})


def test_leaving_out_the_rows_of_a_warning_leaves_the_rejected_ones_to_be_mended(make, client_as, officer):
    batch = make(person(1, hp="-"), person(2, hp="-", nik="1"), person(3))

    client_as(officer).post(
        reverse("participants:import_leave_out", args=[batch.uid]), {"sebab": "W_HP_KOSONG"}
    )

    assert [status for _row, status, _codes in states(batch)] == ["ignored", "rejected", "accepted"]


def test_an_unclear_business_status_is_set_for_all_its_rows(make, client_as, officer):
    header = [*HEADER, "Status Usaha"]
    rows = [[*person(1), "entah"], [*person(2), "mungkin"], [*person(3), "sudah"]]
    batch, client = make(*rows, header=header), client_as(officer)
    page = client.get(reverse("participants:import", args=[batch.uid]), {"sebab": "W_STATUS_USAHA"})
    assert [(group.count, group.written) for group in page.context["groups"]] == [(2, {})]

    client.post(
        reverse("participants:import_cause", args=[batch.uid]),
        {"sebab": "W_STATUS_USAHA", "ganti": "usaha:belum"},
    )

    assert {status for _row, status, _codes in states(batch)} == {"accepted"}


def test_a_cause_that_rejects_is_never_replaced_without_its_words(make, client_as, officer):
    batch = make(person(1, kec="Kebun Jeruk"), person(2, kec="Entah"))
    before = states(batch)

    client_as(officer).post(
        reverse("participants:import_cause", args=[batch.uid]),
        {"sebab": "E_KEC_TIDAK_DIKENAL", "ganti": "kec:31.73.05"},
    )

    assert states(batch) == before


# ---------------------------------------------------------------- what completes a masked NIK
def test_no_page_shows_a_birthday_beside_a_masked_nik(make, client_as, officer):
    batch = make(person(1), person(2, nik="31730757089", tgl="17-08-1990"), person(3, kec="Entah"))
    client = client_as(officer)
    pages = [
        client.get(reverse("participants:import", args=[batch.uid]), query).content.decode()
        for query in ({}, {"keadaan": "accepted"}, {"keadaan": "rejected"})
    ]
    pages += [
        client.get(reverse("participants:import_row", args=[batch.uid, row.position])).content.decode()
        for row in batch.rows.all()
    ]
    born = [values["tgl_lahir"] for values in map(import_rechecking.cells_of, batch.rows.all())]

    assert all(born)
    for page in pages:
        for day in (*born, "17-08-1990", "17 Agu 1990", "17/08/1990"):
            assert day not in page


def test_rule_61_a_row_is_opened_by_a_recorded_press_and_counted(make, client_as, officer, monkeypatch):
    batch, client = make(person(1)), client_as(officer)
    row = batch.rows.get()
    url = reverse("participants:import_row_open", args=[batch.uid, row.position])
    values = import_rechecking.cells_of(row)

    page = client.post(url).content.decode()

    assert values["nik"] in page
    assert values["tgl_lahir"] in page
    event = AuditEvent.objects.get(action="participants.import.row_opened")
    assert event.details == {"row": row.position}
    monkeypatch.setattr(import_mending, "UNMASKED_AN_HOUR", 1)
    assert client.post(url).status_code == 429


def test_an_empty_birth_date_keeps_that_of_the_file(make, client_as, officer):
    batch, client = make(person(1)), client_as(officer)
    row = batch.rows.get()
    born = import_rechecking.cells_of(row)["tgl_lahir"]
    url = reverse("participants:import_row", args=[batch.uid, row.position])
    typed = client.get(url).context["form"].initial

    client.post(url, typed | {"nik": "", "hp": "", "tgl_lahir": "", "alamat": "Jl. Lain 2"})

    row.refresh_from_db()
    cells = import_rechecking.cells_of(row)
    assert (cells["tgl_lahir"], cells["alamat"], row.status) == (born, "Jl. Lain 2", "accepted")


def test_another_role_opens_no_row(make, client_as, officer):
    batch = make(person(1))
    url = reverse("participants:import_row_open", args=[batch.uid, 1])

    assert client_as(member(Role.SUDIN, "31.71")).post(url).status_code == 404
