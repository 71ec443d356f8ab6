"""Every filter of the list: what it leaves, how it stands in the address, and how it is taken away."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from participants.filters import PeopleFilter
from participants.models import Business, FosterLink, MentorAssignment, StepReached
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db

LIST, SEARCH = reverse("participants:list"), reverse("participants:search")


@pytest.fixture
def officer(client_as):
    return client_as(member(Role.SUDIN, "31.73"))


def found(client, **params):
    return {row.name for row in client.get(LIST, params).context["rows"]}


def person(name, **fields):
    return ParticipantFactory(full_name=name, **fields)


def test_by_agency_by_none_and_not_by_one_that_has_ended(officer):
    today = timezone.localdate()
    a, b = person("A"), person("B")
    person("C")
    FosterLink.objects.create(participant=a, organisation_id="kpkp-31-73", valid_from=today)
    FosterLink.objects.create(
        participant=b, organisation_id="kpkp-31-73", valid_until=today - timedelta(days=1)
    )

    assert found(officer, pengampu="kpkp-31-73") == {"A"}
    assert found(officer, pengampu="tanpa") == {"B", "C"}


def test_by_sector_and_by_no_sector(officer):
    Business.objects.create(participant=person("A"), name="Katering", sector_id="kuliner")
    person("B")

    assert (found(officer, sektor="kuliner"), found(officer, sektor="tanpa")) == ({"A"}, {"B"})


def test_rule_10_a_phone_shared_by_three_is_found_and_one_of_two_is_not(officer):
    for n in range(3):
        person(f"Tiga {n}", phone="+6281200003333")
    person("Dua 1", phone="+6281200002222")
    person("Dua 2", phone="+6281200002222")

    assert found(officer, hp="bersama") == {"Tiga 0", "Tiga 1", "Tiga 2"}


def test_by_mentor_mail_sex_source_and_outside(officer):
    mentor = member(Role.MENTOR, "31.73.07")
    MentorAssignment.objects.create(participant=person("A", email="a@example.org", sex="P"), mentor=mentor)
    person("B", email="", sex="L", source="self", is_outside_dki=True)

    assert (found(officer, pendamping="ada"), found(officer, pendamping="tanpa")) == ({"A"}, {"B"})
    assert (found(officer, surel="ada"), found(officer, surel="tanpa")) == ({"A"}, {"B"})
    assert (found(officer, jk="P"), found(officer, sumber="self")) == ({"A"}, {"B"})
    assert found(officer, status="luar") == {"B"}


def test_ages_meet_at_the_birthday(officer):
    today = timezone.localdate()
    leap_day = (today.month, today.day) == (2, 29)
    birthday = today.replace(year=today.year - 25, day=28 if leap_day else today.day)
    person("A", birth_date=birthday)
    person("B", birth_date=birthday + timedelta(days=1))

    assert (found(officer, usia="24"), found(officer, usia="34")) == ({"B"}, {"A"})


def test_days_of_registration_include_both_ends(officer):
    for day in (1, 2, 3):
        person(f"Hari {day}", registered_on=date(2026, 3, day))

    assert found(officer, dari="2026-03-02", sampai="2026-03-03") == {"Hari 2", "Hari 3"}


def test_steps_are_combined(officer):
    for name, steps in (("A", (1, 2)), ("B", (1, 2, 4)), ("C", (1,))):
        someone = person(name)
        for step in steps:
            StepReached.objects.create(participant=someone, step=step, reached_on="2026-05-02", evidence="x")

    assert found(officer, pas="2,-4") == {"A"}
    answer = officer.post(SEARCH, {"q": "", "pas2": "+", "pas4": "-"})
    assert answer["Location"] == f"{LIST}?pas=2%2C-4"


def test_each_filter_that_is_set_can_be_taken_away(officer):
    page = officer.get(LIST, {"kecamatan": "31.73.07", "hp": "tanpa", "pas": "2,-4"})

    set_ones = page.context["set_ones"]
    assert set_ones.count('class="oo-set__one"') == 4
    assert f'href="{LIST}?hp=tanpa&amp;pas=2%2C-4"' not in set_ones  # no row: the words stand all the same
    assert f'href="{LIST}?pas=2%2C-4&amp;hp=tanpa"' in set_ones


@pytest.mark.parametrize(
    "params",
    [
        {"usia": "99"},
        {"jk": "X"},
        {"dari": "2026-13-40"},
        {"dari": "kemarin"},
        {"pengampu": "'; DROP"},
        {"sektor": "x" * 80},
        {"pas": "9,-0,abc,2,-2"},
        {"kolom": "nik,phone"},
        {"hp": "semua"},
        {"urut": "nik"},
    ],
)
def test_what_cannot_be_read_counts_as_not_asked(officer, params):
    person("A")

    assert found(officer, **params) == {"A"}
    assert PeopleFilter.read(params).address() == ""


def test_no_filter_shows_people_of_another_city(officer):
    stranger = person("Asing", kelurahan_id="31.71.01.1001", phone="", email="", sex="P")
    FosterLink.objects.create(participant=stranger, organisation_id="kpkp-31-73")
    asked = [
        {"kecamatan": "31.71.01"}, {"kelurahan": "31.71.01.1001"}, {"pengampu": "kpkp-31-73"},
        {"hp": "tanpa"}, {"surel": "tanpa"}, {"jk": "P"}, {"pendamping": "tanpa"}, {"sektor": "tanpa"},
        {"pas": "-4"}, {"q": "Asing"}, {"tampilan": "semua"}, {"kegiatan": "0"}, {"dari": "2000-01-01"},
    ]  # fmt: skip

    assert [params for params in asked if found(officer, **params)] == []


# ---------------------------------------------------------------- columns and order


def test_columns_are_kept_for_the_person(officer):
    person("A", category="starter")

    officer.post(reverse("participants:columns"), {"columns": ["kategori", "usia", "pengampu", "kontak"]})
    page = officer.get(LIST).content.decode()

    assert all(head in page for head in ("Kategori", "Usia dan jenis kelamin", "Dapat dihubungi lewat"))
    assert "Terakhir hadir" not in page


def test_more_columns_than_fit_are_refused_and_what_was_ticked_stays(officer):
    columns = ["usaha", "pelatihan", "pas", "hadir", "keadaan", "kecamatan", "usia"]

    page = officer.post(reverse("participants:columns"), {"columns": columns})

    assert "Kurangi sampai tersisa 6" in page.content.decode()
    assert page.context["form"]["columns"].value() == columns


@pytest.mark.parametrize("count", [1, 3])
def test_all_columns_cost_two_queries_more_whatever_the_rows(officer, count):
    for one in ParticipantFactory.create_batch(count):
        FosterLink.objects.create(participant=one, organisation_id="kpkp-31-73")
    params = {"kolom": "pengampu,pendamping,usia,kontak,sumber,terdaftar"}
    officer.get(LIST, params)

    with CaptureQueriesContext(connection) as queries:
        officer.get(LIST, params)

    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 7


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("", "CBA"), ("lama", "ABC"), ("nama", "ABC"), ("-nama", "CBA"), ("no", "ABC"), ("-no", "CBA"),
    ],
)  # fmt: skip
def test_the_list_is_sorted_and_goes_on_by_keyset(officer, order, names, monkeypatch):
    for n, name in enumerate("ABC", 1):
        person(name, number=f"JB-PM-0000{n}", registered_on=date(2026, 1, n))

    assert "".join(row.name for row in officer.get(LIST, {"urut": order}).context["rows"]) == names


def test_numbers_never_stand_in_a_column(officer):
    someone = person("A", email="a@example.org")

    page = officer.get(LIST, {"kolom": "kontak"}).content.decode()

    assert "HP, surel" in page or "HP, e-mail" in page.lower() or "HP, email" in page
    assert (someone.phone in page, someone.nik in page, "a@example.org" in page) == (False, False, False)
