"""Signing in as staff, as a person meets it."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from okoce.accounts import services
from okoce.accounts.models import Membership
from okoce.accounts.roles import Role
from tests.factories import member

pytestmark = pytest.mark.django_db

LOGIN = "/masuk/petugas/"
PASSWORD = "sandi-untuk-tes"


def sign_in(client, user, password=PASSWORD, **data):
    return client.post(LOGIN, {"login": user.username, "password": password, **data})


def test_a_user_name_and_its_password_open_the_dashboard(client):
    rina = member(Role.SUDIN, "31.73")

    response = sign_in(client, rina)

    assert (response.status_code, response.url) == (302, reverse("dashboard:home"))
    assert client.session["_auth_user_id"] == str(rina.pk)


def test_the_email_address_serves_as_well_as_the_user_name(client):
    rina = member(Role.SUDIN, "31.73")

    client.post(LOGIN, {"login": rina.email.upper(), "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(rina.pk)


def test_a_wrong_password_says_what_to_do_and_keeps_the_name(client):
    rina = member(Role.SUDIN, "31.73")

    page = sign_in(client, rina, "salah-salah-salah").content.decode()

    assert "Nama pengguna atau kata sandi salah" in page
    assert f'value="{rina.username}"' in page
    assert "<title>Salah: " in page


def test_an_unknown_name_gets_the_same_words_as_a_wrong_password(client):
    rina = member(Role.SUDIN, "31.73")
    known = sign_in(client, rina, "salah-salah-salah").content.decode()
    unknown = client.post(LOGIN, {"login": "x" * len(rina.username), "password": "salah-salah-salah"})

    same = re.compile(r'value="[^"]*"')
    assert same.sub("", unknown.content.decode()) == same.sub("", known)


def test_the_page_asked_for_first_is_opened_after_signing_in(client):
    rina = member(Role.SUDIN, "31.73")

    response = sign_in(client, rina, next="/masuk/sesi/")

    assert response.url == "/masuk/sesi/"


def test_a_foreign_next_page_is_not_followed(client):
    rina = member(Role.SUDIN, "31.73")

    response = sign_in(client, rina, next="https://evil.example/")

    assert response.url == reverse("dashboard:home")


def test_nobody_signs_up(client):
    assert client.get("/masuk/daftar/").status_code == 404


def test_signing_out_needs_a_post(client_as):
    client = client_as(member(Role.SUDIN, "31.73"))

    client.get("/keluar/")
    assert "_auth_user_id" in client.session

    client.post("/keluar/")
    assert "_auth_user_id" not in client.session


def test_a_closed_account_is_told_so_after_the_right_password(client):
    rina = member(Role.SUDIN, "31.73", is_active=False)

    response = client.post(LOGIN, {"login": rina.username, "password": PASSWORD}, follow=True)

    assert "Akun ini ditutup" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_closing_an_account_ends_its_sessions_at_the_next_request(client):
    rina = member(Role.SUDIN, "31.73")
    sign_in(client, rina)
    rina.is_active = False
    rina.save()

    response = client.get("/masuk/sesi/")

    assert response.status_code == 302
    assert "_auth_user_id" not in client.session


def test_somebody_with_two_units_chooses_first_and_then_goes_on(client):
    rina = member(Role.SUDIN, "31.73")
    second = Membership.objects.create(
        user=rina, role=Role.KECAMATAN, area_id="31.73.07", organisation_id="kecamatan-31-73-07"
    )

    response = sign_in(client, rina, next="/masuk/sesi/")
    assert response.url == "/masuk/unit/?next=%2Fmasuk%2Fsesi%2F"

    response = client.post("/masuk/unit/", {"unit": second.pk, "next": "/masuk/sesi/"})
    assert response.url == "/masuk/sesi/"
    assert "<small>Kecamatan Pal Merah</small>" in client.get("/masuk/sesi/").content.decode()


def test_a_page_that_needs_a_role_asks_for_the_unit_first(client):
    rina = member(Role.SUDIN, "31.73")
    Membership.objects.create(
        user=rina, role=Role.KECAMATAN, area_id="31.73.07", organisation_id="kecamatan-31-73-07"
    )
    sign_in(client, rina)

    assert client.get("/sandi/ganti/").url == "/masuk/unit/?next=/sandi/ganti/"


def test_a_unit_of_somebody_else_cannot_be_chosen(client_as):
    other = member(Role.PROVINCE)
    rina = member(Role.SUDIN, "31.73")
    client = client_as(rina)

    page = client.post("/masuk/unit/", {"unit": other.memberships.get().pk})

    assert page.status_code == 200
    assert client.session["membership_id"] == rina.memberships.get().pk


def test_ending_all_other_sessions_leaves_this_one(client):
    rina = member(Role.SUDIN, "31.73")
    elsewhere = Client()
    sign_in(elsewhere, rina)
    sign_in(client, rina)

    response = client.post("/masuk/sesi/akhiri/", follow=True)

    assert "Anda sudah keluar dari 1 tempat lain" in response.content.decode()
    assert client.get("/masuk/sesi/").status_code == 200
    assert elsewhere.get("/masuk/sesi/").status_code == 302


def test_the_list_of_places_names_the_browser_and_not_those_of_others(client):
    rina, other = member(Role.SUDIN, "31.73"), member(Role.SUDIN, "31.73")
    sign_in(Client(headers={"user-agent": "Mozilla/5.0 (X11) Firefox/140.0"}), other)
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
    client.post(LOGIN, {"login": rina.username, "password": PASSWORD}, headers={"user-agent": agent})

    page = client.get("/masuk/sesi/").content.decode()

    assert page.count("Chrome, Android") == 1
    assert "Firefox" not in page


def letter_to(user):
    services.send_password_letter(user_id=user.pk)
    return mail.outbox[-1]


def link_in(letter):
    return re.search(r"https?://[^/]+(/\S+)", letter.body)[1]


def test_a_forgotten_password_is_set_with_the_link_of_the_letter(client):
    rina = member(Role.SUDIN, "31.73")
    page = client.get(link_in(letter_to(rina)), follow=True)
    where = page.redirect_chain[-1][0]

    done = client.post(
        where, {"password1": "kuda merah lari pagi", "password2": "kuda merah lari pagi"}, follow=True
    )

    assert "Kata sandi baru tersimpan" in done.content.decode()
    assert sign_in(client, rina, "kuda merah lari pagi").url == reverse("dashboard:home")


def test_the_key_of_the_letter_leaves_the_address_bar(client):
    rina = member(Role.SUDIN, "31.73")
    link = link_in(letter_to(rina))

    page = client.get(link, follow=True)

    assert page.redirect_chain[-1][0].endswith("-set-password/")
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_used_link_says_so_and_offers_a_new_one(client):
    rina = member(Role.SUDIN, "31.73")
    link = link_in(letter_to(rina))
    rina.set_password("lain sekali ini")
    rina.save()

    page = client.get(link, follow=True).content.decode()

    assert "Tautan ini tidak berlaku lagi" in page


def test_a_new_password_ends_the_sessions_of_the_old_one(client):
    rina = member(Role.SUDIN, "31.73")
    sign_in(client, rina)
    rina.set_password("lain sekali ini")
    rina.save()

    assert client.get("/masuk/sesi/").status_code == 302


@pytest.mark.parametrize("address", ["nobody@example.org", None])
def test_asking_for_a_letter_answers_alike_for_known_and_unknown_addresses(
    client, address, django_capture_on_commit_callbacks, monkeypatch
):
    asked = []
    monkeypatch.setattr(services.current_app, "send_task", lambda name, args, **_: asked.append(args))
    rina = member(Role.SUDIN, "31.73")

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/sandi/lupa/", {"email": address or rina.email})

    assert response.url == "/sandi/lupa/terkirim/"
    assert asked == [[None if address else rina.pk]]
    assert mail.outbox == []


def test_two_different_new_passwords_are_refused_at_the_field(client_as):
    client = client_as(member(Role.SUDIN, "31.73"))

    page = client.post(
        "/sandi/ganti/",
        {"oldpassword": PASSWORD, "password1": "kuda merah lari pagi", "password2": "kuda merah lari sore"},
    )

    errors = page.context["form"].errors
    assert errors == {"password2": ["Dua kata sandi ini berbeda. Ketik yang sama dua kali"]}


def test_changing_the_password_keeps_this_session(client_as):
    rina = member(Role.SUDIN, "31.73")
    client = client_as(rina)

    response = client.post(
        "/sandi/ganti/",
        {"oldpassword": PASSWORD, "password1": "kuda merah lari pagi", "password2": "kuda merah lari pagi"},
    )

    assert response.url == "/masuk/sesi/"
    assert client.get("/masuk/sesi/").status_code == 200


def test_a_short_new_password_is_refused_in_words(client_as):
    client = client_as(member(Role.SUDIN, "31.73"))

    page = client.post(
        "/sandi/ganti/", {"oldpassword": PASSWORD, "password1": "pendek", "password2": "pendek"}
    )

    assert "password1" in page.context["form"].errors


def test_signed_in_people_asking_who_they_are_go_home(client_as):
    assert client_as(member(Role.SUDIN, "31.73")).get("/masuk/").url == reverse("dashboard:home")


def test_a_participant_gets_no_password_by_letter():
    siti = member(Role.PARTICIPANT, password=None)
    siti.set_unusable_password()
    siti.save()

    services.send_password_letter(user_id=siti.pk)

    assert mail.outbox == []


def test_the_letter_names_our_own_address_whatever_host_was_asked(client, settings):
    settings.PORTAL_URL = "https://portal.example"

    assert "https://portal.example/sandi/baru/" in letter_to(member(Role.SUDIN, "31.73")).body
