"""A corrected list of the same sender: new, changed, same, gone; and registered people beside it."""

import pytest
from django.urls import reverse

from okoce.organisations.models import Organisation
from participants.models import ImportRow, Participant
from participants.services import import_mending, importing
from participants.services.import_mending import NothingToMend
from tests.factories import ParticipantFactory, member
from tests.participants.import_desk import ON, listed, saved
from tests.participants.importing.lists import HEADER, nik, person

pytestmark = pytest.mark.django_db
NAMES = dict(
    zip(
        range(1, 12),
        ["Ani", "Budi", "Citra", "Dewi", "Eko", "Fitri", "Gita", "Hadi", "Indra", "Joko", "Kiki"],
        strict=True,
    )
)


@pytest.fixture
def officer():
    return member("sudin", "31.73")


@pytest.fixture
def make(tmp_path, officer):
    return lambda *rows, **options: listed(tmp_path, officer, *rows, **options)


def someone(number, **changes):
    return person(number, nama=NAMES[number], **changes)


def compared(batch):
    return [(row.row, row.compared, row.changed) for row in batch.rows.order_by("position")]


def test_the_first_list_of_a_sender_is_compared_with_nothing(make):
    batch = make(someone(1))

    assert (batch.compared_with, batch.comparison) == (None, {})


def test_a_corrected_list_says_new_changed_same_and_gone(make, officer):
    first = make(someone(1), someone(2), someone(3, nik="1"), someone(4))
    second = make(
        someone(1),
        someone(2, hp="0812-0000-0099"),
        someone(3),
        someone(5),
        name="b.xlsx",
    )

    assert (second.compared_with, second.comparison) == (
        first,
        {"new": 1, "changed": 2, "same": 1, "gone": 1},
    )
    assert compared(second) == [
        (2, "same", None),
        (3, "changed", ["hp"]),
        (4, "changed", ["state"]),
        (5, "new", None),
    ]


def test_another_list_of_the_same_sender_is_not_taken_for_a_corrected_one(make):
    make(*(someone(n) for n in range(1, 6)))
    other = make(*(someone(n) for n in range(6, 12)), name="b.xlsx")

    assert other.compared_with is None


def test_the_list_of_another_sender_is_not_compared(make):
    make(someone(1))
    other = make(someone(1), name="b.xlsx", organisation=Organisation.objects.get(pk="pkk-31-73"))

    assert other.compared_with is None


@pytest.mark.parametrize("part", ["changed", "new", "gone", "same"])
def test_the_page_shows_every_part_without_a_number(make, client_as, officer, part):
    make(someone(1), someone(2), someone(4))
    second = make(someone(1), someone(2, hp="0812-0000-0099"), someone(5), name="b.xlsx")

    url = reverse("participants:import_comparison", args=[second.uid])
    response = client_as(officer).get(url, {"bagian": part})

    assert len(response.context["lines"]) == 1
    html = response.content.decode()
    assert [secret in html for secret in (nik(9001), "+62812" + "00000099", "0812-0000-0002")] == [False] * 3


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    make, client_as, officer, count, django_assert_num_queries
):
    make(*(someone(n) for n in range(1, count + 1)))
    second = make(*(someone(n, hp="0812-0000-0099") for n in range(1, count + 1)), name="b.xlsx")
    browser = client_as(officer)
    url = reverse("participants:import_comparison", args=[second.uid])
    browser.get(url)

    with django_assert_num_queries(9):
        assert len(browser.get(url).context["lines"]) == count


# ---------------------------------------------------------------- registered people
@pytest.fixture
def known():
    return ParticipantFactory(
        nik=nik(9001), phone="+628120000" + "7777", email="lama@example.org", address="Jl. Lama"
    )


def test_what_a_registered_person_has_otherwise_is_found(make, known):
    header = [*HEADER, "Email", "Nama Usaha"]
    batch = make([*someone(1, alamat="-"), "baru@example.org", "Dapur"], header=header)

    assert batch.rows.get().differs == ["hp", "email", "usaha", "foster"]


def test_nothing_is_told_of_somebody_in_another_city(make):
    ParticipantFactory(nik=nik(9001), number="JP-GB-00001", kelurahan_id="31.71.01.1001")
    batch = make(someone(1))

    assert (batch.existing_count, batch.rows.get().differs) == (1, None)
    with pytest.raises(NothingToMend):
        import_mending.take(batch=batch, rows=ImportRow.objects.all(), fields=["hp"], by=batch.uploaded_by)


def test_without_a_choice_the_register_stays(make, known, officer):
    saved(make(someone(1), someone(2)), officer)

    known.refresh_from_db()
    assert (known.phone, known.address) == ("+628120000" + "7777", "Jl. Lama")


def test_a_chosen_phone_and_address_are_taken_over_and_counted(make, known, officer):
    batch = make(someone(1), someone(2))
    import_mending.take(batch=batch, rows=ImportRow.objects.all(), fields=["hp", "alamat"], by=officer)

    batch = saved(batch, officer)

    known.refresh_from_db()
    assert (batch.new_count, batch.existing_count, batch.taken_count) == (1, 1, 1)
    assert (known.phone, known.address, known.rt, known.email) == (
        "+62812" + "00000001",
        "Jl. Mawar No. 1",
        "001",
        "lama@example.org",
    )


def test_a_list_of_registered_people_only_can_be_saved_for_what_it_takes_over(make, known, officer):
    batch = make(someone(1))
    import_mending.take(batch=batch, rows=ImportRow.objects.all(), fields=["hp"], by=officer)

    batch = saved(batch, officer)

    assert (batch.new_count, batch.taken_count, Participant.objects.count()) == (0, 1, 1)


def test_the_history_says_who_took_it_over(make, known, officer):
    from django.apps import apps

    batch = make(someone(1))
    import_mending.take(batch=batch, rows=ImportRow.objects.all(), fields=["hp"], by=officer)
    saved(batch, officer)

    events = apps.get_model("participants", "ParticipantEvent")._base_manager
    change = events.select_related("pgh_context").get(pgh_label="update")
    assert change.pgh_context.metadata["user"] == officer.pk


def test_another_agency_fosters_a_registered_person_from_the_day_of_saving(make, known, officer):
    pkk = Organisation.objects.get(pk="pkk-31-73")
    batch = make(someone(1), organisation=pkk)
    import_mending.take(batch=batch, rows=ImportRow.objects.all(), fields=["foster"], by=officer)
    importing.request_save(batch=batch, by=officer, messages_consented=False, is_approved=True)
    importing.save(batch.pk, on=ON)

    assert list(known.foster_links.values_list("organisation_id", "valid_from", "valid_until")) == [
        ("pkk-31-73", ON, None)
    ]


def test_the_page_of_a_registered_row_shows_both_sides_masked(make, known, client_as, officer):
    batch = make(someone(1))
    url = reverse("participants:import_registered", args=[batch.uid, 1])

    html = client_as(officer).get(url).content.decode()

    assert known.full_name in html
    assert [secret in html for secret in ("+628120000" + "7777", "7777000", nik(9001))] == [False] * 3
    client_as(officer).post(url, {"ambil": ["hp"]})
    assert batch.rows.get().takes == ["hp"]
