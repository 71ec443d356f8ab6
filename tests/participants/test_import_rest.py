"""Rows that a saved list left over: mended on the page in a list of their own, saved later."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.urls import reverse

from participants.models import ImportBatch, Participant
from participants.services import import_mending, import_rest, import_undoing, importing
from participants.services.import_mending import NothingToMend
from participants.services.importing import NotReady
from tests.factories import member
from tests.participants.import_desk import listed, saved, states
from tests.participants.importing.lists import nik, person

pytestmark = pytest.mark.django_db

KEBUN = {"kec": "Kebun Jeruk", "kel": "Kebon Jeruk"}


@pytest.fixture
def officer():
    return member("sudin", "31.73")


@pytest.fixture
def make(tmp_path, officer):
    return lambda *rows, **options: listed(tmp_path, officer, *rows, **options)


def rest_of(batch, officer):
    return import_rest.begin_rest(batch=batch, by=officer)[0]


def test_the_rows_left_over_are_mended_and_saved_later(make, officer):
    batch = saved(make(person(1), person(2, **KEBUN), person(3, nik="1")), officer)

    rest = rest_of(batch, officer)
    assert states(rest) == [
        (3, "rejected", ["E_KEC_TIDAK_DIKENAL"]),
        (4, "rejected", ["E_NIK_PANJANG"]),
    ]
    import_mending.mend_cause(
        batch=rest, cause="E_KEC_TIDAK_DIKENAL", written={"kecamatan": "Kebun Jeruk"},
        changes={"kecamatan": "Kebon Jeruk"}, by=officer,
    )  # fmt: skip
    rest = saved(rest, officer)

    assert (rest.new_count, rest.totals["rejected"], Participant.objects.count()) == (1, 1, 2)
    batch.refresh_from_db()
    assert (batch.state, batch.new_count, batch.totals["rejected"]) == ("saved", 1, 2)


def test_asking_twice_opens_the_same_list(make, officer):
    batch = saved(make(person(1), person(2, nik="1")), officer)

    first, again = rest_of(batch, officer), import_rest.begin_rest(batch=batch, by=officer)

    assert again == (first, False)


@pytest.mark.django_db(transaction=True)
def test_two_officers_asking_at_once_get_one_list(make, officer):
    batch = saved(make(person(1), person(2, nik="1")), officer)

    def ask(_n):
        try:
            return import_rest.begin_rest(batch=batch, by=officer)[0].pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        found = set(pool.map(ask, range(2)))

    assert (len(found), ImportBatch.objects.filter(rest_of=batch).count()) == (1, 1)


def test_what_the_rest_left_over_has_a_rest_of_its_own(make, officer):
    batch = saved(make(person(1), person(2, **KEBUN), person(3, nik="1")), officer)
    rest = rest_of(batch, officer)
    import_mending.mend(row=rest.rows.get(row=3), changes={"kecamatan": "Kebon Jeruk"}, by=officer)

    again = rest_of(saved(rest, officer), officer)

    assert (again.rest_of_id, states(again)) == (rest.pk, [(4, "rejected", ["E_NIK_PANJANG"])])


def test_a_discarded_rest_can_be_begun_anew(make, officer):
    batch = saved(make(person(1), person(2, nik="1")), officer)
    importing.discard(batch=rest_of(batch, officer), by=officer)

    _rest, is_new = import_rest.begin_rest(batch=batch, by=officer)

    assert is_new


def test_a_list_without_rest_and_one_that_is_not_saved_have_none(make, officer):
    whole = saved(make(person(1)), officer)
    with pytest.raises(NothingToMend):
        import_rest.begin_rest(batch=whole, by=officer)
    with pytest.raises(NotReady):
        import_rest.begin_rest(batch=make(person(2, nik="1"), name="b.xlsx"), by=officer)
    assert ImportBatch.objects.filter(kind="rest").count() == 0


def test_the_double_of_a_saved_row_is_somebody_registered_already(make, officer):
    batch = saved(make(person(1), person(2, nik=nik(9001), hp="0812-0000-0009")), officer)
    rest = rest_of(batch, officer)
    assert states(rest) == [(3, "duplicate", ["D_NIK_SAMA"])]

    row = import_mending.choose(row=rest.rows.get(), by=officer)

    rest.refresh_from_db()
    assert (row.outcome, rest.new_count, rest.existing_count) == ("existing", 0, 1)


def test_a_slip_of_a_saved_nik_stays_a_double_until_somebody_says_they_are_two(make, officer):
    batch = make(person(1), person(1, nik=nik(9010)))
    assert states(batch)[1][2] == ["D_DUGAAN_NAMA_TGL"]
    rest = rest_of(saved(batch, officer), officer)

    row = import_mending.choose(row=rest.rows.get(), by=officer)
    assert (row.status, row.codes) == ("duplicate", ["D_DUGAAN_NAMA_TGL"])
    row = import_mending.choose(row=rest.rows.get(), by=officer, are_two_people=True)
    assert row.status == "accepted"


def test_the_rest_and_its_list_are_rolled_back_apart(make, officer):
    batch = saved(make(person(1), person(2, **KEBUN)), officer)
    rest = rest_of(batch, officer)
    import_mending.mend(row=rest.rows.get(), changes={"kecamatan": "Kebon Jeruk"}, by=officer)
    rest = saved(rest, officer)

    import_undoing.ask_to_undo(batch=rest, by=officer)
    import_undoing.undo(rest.pk)

    assert ImportBatch.objects.get(pk=rest.pk).state == "undone"
    assert Participant.objects.count() == 1
    import_undoing.ask_to_undo(batch=batch, by=officer)
    import_undoing.undo(batch.pk)
    assert Participant.objects.count() == 0


def test_the_corrected_file_is_still_compared_with_the_list_and_not_with_its_rest(make, officer):
    batch = saved(make(person(1), person(2), person(3, nik="1")), officer)
    rest_of(batch, officer)

    again = make(person(1), person(2), person(3), name="c.xlsx")

    assert again.compared_with_id == batch.pk


def test_the_page_of_a_saved_list_leads_to_its_rest(make, client_as, officer):
    batch, client = saved(make(person(1), person(2, nik="1")), officer), client_as(officer)
    report = reverse("participants:import", args=[batch.uid])
    assert "Perbaiki 1 baris yang tersisa" in client.get(report).content.decode()

    page = client.post(reverse("participants:import_rest", args=[batch.uid]), follow=True)

    rest = ImportBatch.objects.get(kind="rest")
    assert page.redirect_chain == [(reverse("participants:import", args=[rest.uid]), 302)]
    assert "Ini baris yang tersisa dari daftar yang disimpan" in page.content.decode()
    assert reverse("participants:import", args=[rest.uid]) in client.get(report).content.decode()
