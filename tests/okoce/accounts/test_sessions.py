"""How long a session lives, and what happens to what was being typed when it ends."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from okoce.accounts import services, sessions
from okoce.accounts.models import Membership, SignIn
from okoce.accounts.roles import Role
from tests.factories import member

pytestmark = pytest.mark.django_db

PAGE = "/masuk/sesi/"
LOGIN = "/masuk/petugas/"
PASSWORD = "sandi-untuk-tes"


def after(**delta):
    return time_machine.travel(timezone.now() + timedelta(**delta), tick=False)


def is_alive(client):
    return client.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    ("kind", "alive", "over"),
    [
        (sessions.STAFF, {"minutes": 29}, {"minutes": 31}),
        (sessions.PARTICIPANT, {"minutes": 14}, {"minutes": 16}),
        (sessions.OWN_PHONE, {"days": 29}, {"days": 31}),
    ],
)
def test_an_idle_session_ends(client_as, kind, alive, over):
    role = Role.SUDIN if kind == sessions.STAFF else Role.PARTICIPANT
    user = member(role, "31.73" if role == Role.SUDIN else None)
    client = client_as(user, kind=kind)

    with after(**alive):
        assert is_alive(client)
    client = client_as(user, kind=kind)
    with after(**over):
        assert not is_alive(client)


def test_a_session_of_staff_ends_after_twelve_hours_however_busy(client_as):
    client = client_as(member(Role.SUDIN, "31.73"))
    for minutes in range(20, 12 * 60, 20):
        with after(minutes=minutes):
            assert is_alive(client)

    with after(minutes=12 * 60 + 1):
        assert not is_alive(client)


def test_a_code_by_phone_opens_no_page_of_staff_even_when_the_account_has_a_unit(client_as):
    both = member(Role.PARTICIPANT)
    Membership.objects.create(user=both, role=Role.SUDIN, area_id="31.73")

    client = client_as(both, kind=sessions.PARTICIPANT)

    assert client.get("/sandi/ganti/").status_code == 403


def test_the_place_is_seen_at_most_once_a_minute(client):
    rina = member(Role.SUDIN, "31.73")
    client.post(LOGIN, {"login": rina.username, "password": PASSWORD})
    began = SignIn.objects.get().seen_at
    with after(seconds=30):
        client.get(PAGE)
    assert SignIn.objects.get().seen_at == began
    with after(seconds=90):
        client.get(PAGE)
    assert SignIn.objects.get().seen_at > began


def test_what_was_typed_when_the_session_ended_is_sent_again_after_signing_in(client):
    rina = member(Role.SUDIN, "31.73")
    client.post(LOGIN, {"login": rina.username, "password": PASSWORD})

    with after(hours=1):
        response = client.post("/masuk/unit/", {"unit": "7", "note": "Ibu Siti: kopi susu"})
        assert response.url == f"{reverse('accounts:choose')}?next=/masuk/lanjutkan/"
        page = client.get(response.url).content.decode()
        assert "Isian Anda kami simpan" in page
        response = client.post(
            LOGIN, {"login": rina.username, "password": PASSWORD, "next": "/masuk/lanjutkan/"}
        )
        page = client.get(response.url).content.decode()

    assert '<form method="post" action="/masuk/unit/">' in page
    assert '<input type="hidden" name="note" value="Ibu Siti: kopi susu">' in page


def test_what_was_typed_is_not_shown_to_the_next_person_at_the_computer(client):
    rina, other = member(Role.SUDIN, "31.73"), member(Role.SUDIN, "31.73")
    client.post(LOGIN, {"login": rina.username, "password": PASSWORD})

    with after(hours=1):
        client.post("/masuk/unit/", {"note": "Ibu Siti: kopi susu"})
        client.post(LOGIN, {"login": other.username, "password": PASSWORD})
        response = client.get("/masuk/lanjutkan/")

    assert response.url == reverse("dashboard:home")
    assert "draft" not in client.session


def test_what_was_typed_lies_sealed_in_the_session(client):
    rina = member(Role.SUDIN, "31.73")
    client.post(LOGIN, {"login": rina.username, "password": PASSWORD})

    with after(hours=1):
        client.post("/masuk/unit/", {"nik": "3173075708909001", "password": "rahasia-sekali"})
        kept = str(dict(client.session))

    assert "draft" in client.session
    assert "3173075708909001" not in kept
    assert "rahasia-sekali" not in kept


def test_an_ended_session_keeps_the_page_that_was_asked_for(client):
    rina = member(Role.SUDIN, "31.73")
    client.post(LOGIN, {"login": rina.username, "password": PASSWORD})

    with after(hours=1):
        response = client.get("/sandi/ganti/")
        page = client.get(response.url).content.decode()

    assert response.url == "/masuk/petugas/?next=/sandi/ganti/"
    assert "Sesi Anda sudah berakhir. Masuk lagi" in page


def test_pages_of_signed_in_people_are_not_stored(client_as):
    response = client_as(member(Role.SUDIN, "31.73")).get(PAGE)

    assert response.headers["Cache-Control"] == "no-store, private"


def test_the_wrong_role_is_told_whose_page_it_is(client_as):
    client = client_as(member(Role.PARTICIPANT), kind=sessions.PARTICIPANT)

    response = client.get("/sandi/ganti/")

    assert response.status_code == 403
    assert "Halaman ini untuk: Provinsi, Petugas Sudin, Kantor kecamatan" in response.content.decode()


def test_a_sign_in_begins_with_a_fresh_session_key():
    rina, client = member(Role.SUDIN, "31.73"), Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key

    client.post(LOGIN, {"login": rina.username, "password": PASSWORD})

    assert client.session.session_key != before


def test_what_is_over_is_forgotten(client):
    rina = member(Role.SUDIN, "31.73")
    client.post(LOGIN, {"login": rina.username, "password": PASSWORD})

    services.forget_what_is_over(now=timezone.now() + timedelta(days=1))
    assert SignIn.objects.count() == 1
    services.forget_what_is_over(now=timezone.now() + timedelta(days=91))
    assert SignIn.objects.count() == 0
