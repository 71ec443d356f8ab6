"""Saved views: own and shared, with counts, opening the list, and of nobody else."""

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from participants.models import SavedView
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db

LIST, SAVE = reverse("participants:list"), reverse("participants:view_save")


@pytest.fixture
def officer(client_as):
    return client_as(member(Role.SUDIN, "31.73"))


def save(client, name="Tanpa HP Palmerah", params="?kecamatan=31.73.07&hp=tanpa", **ticks):
    return client.post(SAVE + params, {"name": name, **ticks})


def test_a_view_stands_above_the_list_with_its_count(officer):
    ParticipantFactory(phone="")
    ParticipantFactory(phone="", kelurahan_id="31.73.08.1001")

    answer = save(officer)
    page = officer.get(answer["Location"], follow=True)

    assert 'aria-current="page">Tanpa HP Palmerah <b>1</b>' in page.context["chips"]
    assert len(page.context["rows"]) == 1


def test_the_words_of_a_search_are_not_kept(officer):
    save(officer, params="?q=Siti+Rahmawati&hp=tanpa")

    assert SavedView.objects.get().filters == {"hp": "tanpa"}


def test_saving_the_same_twice_is_one_view(officer):
    save(officer)
    save(officer)

    assert SavedView.objects.count() == 1


def test_another_question_under_the_same_name_is_refused_with_what_was_typed(officer):
    save(officer)

    page = save(officer, params="?hp=ada")

    assert "Anda sudah punya tampilan dengan nama ini" in page.content.decode()
    assert page.context["form"]["name"].value() == "Tanpa HP Palmerah"


def test_a_name_with_a_long_number_is_refused(officer):
    page = save(officer, name="NIK 3173024101990001")

    assert (page.status_code, SavedView.objects.count()) == (200, 0)


def test_colleagues_of_the_unit_see_a_shared_view_and_no_own_one(client_as, officer):
    save(officer, name="Bersama", is_shared="on")
    save(officer, name="Sendiri", params="?hp=ada")

    chips = client_as(member(Role.SUDIN, "31.73")).get(LIST).context["chips"]

    assert ("Bersama" in chips, "Sendiri" in chips) == (True, False)


@pytest.mark.parametrize(("role", "area"), [(Role.SUDIN, "31.71"), (Role.KECAMATAN, "31.73.07")])
def test_a_view_of_another_unit_is_absent(client_as, officer, role, area):
    save(officer, is_shared="on")
    uid = SavedView.objects.get().uid
    stranger = client_as(member(role, area))

    answers = [
        stranger.get(LIST, {"simpanan": uid}).status_code,
        stranger.get(reverse("participants:view_change", args=[uid])).status_code,
        stranger.post(reverse("participants:view_open", args=[uid]), {"buka": "1"}).status_code,
        stranger.post(reverse("participants:view_delete", args=[uid])).status_code,
    ]

    assert (answers, SavedView.objects.count()) == ([404] * 4, 1)


def test_a_shared_view_is_changed_by_its_maker_only(client_as, officer):
    save(officer, is_shared="on")
    uid = SavedView.objects.get().uid
    colleague = client_as(member(Role.SUDIN, "31.73"))

    assert colleague.get(reverse("participants:view_change", args=[uid])).status_code == 404
    assert colleague.post(reverse("participants:view_delete", args=[uid])).status_code == 404


def test_the_list_opens_with_the_chosen_view_and_everybody_is_one_press_away(officer):
    ParticipantFactory.create_batch(2)
    save(officer, opens_with="on")

    first = officer.get(LIST)
    everybody = officer.get(LIST, {"tampilan": "semua"})

    assert (first.status_code, "hp=tanpa" in first["Location"]) == (302, True)
    assert len(everybody.context["rows"]) == 2
    assert f'href="{LIST}?tampilan=semua"' in everybody.context["chips"]


def test_renaming_and_deleting(officer):
    save(officer)
    uid = SavedView.objects.get().uid

    officer.post(reverse("participants:view_change", args=[uid]), {"name": "Baru"})
    assert "Baru" in officer.get(LIST).context["chips"]
    officer.post(reverse("participants:view_delete", args=[uid]))
    assert "Baru" not in officer.get(LIST).context["chips"]


def test_the_page_of_views_says_what_each_asks(officer):
    save(officer)

    row = officer.get(reverse("participants:views")).context["rows"][0]

    assert row["asks"] == "Kecamatan: Pal Merah, Nomor HP: Tanpa nomor HP"
