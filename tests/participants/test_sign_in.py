"""A participant signs in with a code, as a person meets it."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from okoce.accounts import sessions
from okoce.accounts.models import User
from okoce.accounts.roles import Role
from okoce.notifications.compose import open_secret
from okoce.notifications.models import Message
from participants.enums import Status
from participants.messages import void
from participants.models import SignInCode
from participants.services import sign_in as services
from participants.services.sign_in import Problem
from tests.factories import ParticipantFactory

pytestmark = pytest.mark.django_db

ASK, CODE, WHO = "/peserta/masuk/", "/peserta/masuk/kode/", "/peserta/masuk/siapa/"
TYPED = "0812 0000 0001"
PHONE = "+6281200000001"
OTHER = "+6281300000002"


def newest_code():
    return open_secret(Message.objects.latest("pk"))


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def ask(client, phone=TYPED, **data):
    return client.post(ASK, {"phone": phone, **data})


def answer(client, code, **data):
    return client.post(CODE, {"code": code, **data})


def error_of(response):
    return response.context["form"].errors["code"][0]


def is_signed_in(client):
    return "_auth_user_id" in client.session


def after(**delta):
    return time_machine.travel(timezone.now() + timedelta(**delta), tick=False)


def test_the_code_that_was_sent_opens_the_status(client):
    siti = ParticipantFactory(phone=PHONE)

    assert ask(client).url == CODE
    response = answer(client, newest_code())

    assert response.url == reverse("dashboard:status")
    siti.refresh_from_db()
    assert client.session["_auth_user_id"] == str(siti.user_id)


def test_the_first_sign_in_makes_an_account_without_a_password_in_the_role_of_participants(client):
    siti = ParticipantFactory(phone=PHONE)
    ask(client)
    answer(client, newest_code())

    user = User.objects.get(username=siti.number)
    assert not user.has_usable_password()
    assert [m.role for m in user.memberships.all()] == [Role.PARTICIPANT]


def test_the_second_sign_in_uses_the_same_account():
    ParticipantFactory(phone=PHONE)
    for _ in range(2):
        client = Client()
        ask(client)
        answer(client, newest_code())

    assert User.objects.count() == 1


def test_an_unknown_number_gets_the_same_answer_and_no_message(client):
    ParticipantFactory(phone=PHONE)
    known, unknown = Client(), Client()

    pages = []
    for visitor, phone in ((known, PHONE), (unknown, OTHER)):
        response = ask(visitor, phone)
        page = visitor.get(response.url).content.decode()
        token = visitor.cookies["csrftoken"].value
        pages.append((response.status_code, response.url, len(page.replace(token, ""))))
    assert pages[0] == pages[1]
    assert Message.objects.count() == 1


def test_an_unknown_number_reads_and_writes_the_same_tables():
    ParticipantFactory(phone=PHONE)

    def tables(phone):
        with CaptureQueriesContext(connection) as queries:
            ask(Client(), phone)
        return [re.findall(r'(INSERT INTO|FROM) "?(\w+)', q["sql"]) for q in queries if "_" in q["sql"]]

    known, unknown = tables(PHONE), tables(OTHER)
    assert [t for t in unknown if t] == [t for t in known if t]


def test_a_wrong_code_says_how_many_tries_are_left_and_the_third_voids_it(client):
    ParticipantFactory(phone=PHONE)
    ask(client)
    code = newest_code()

    words = [error_of(answer(client, wrong(code))) for _ in range(3)]
    words.append(error_of(answer(client, code)))

    assert words == [
        "Kode tidak cocok. Cocokkan dengan pesan: Anda masih dapat mencoba 2 kali lagi",
        "Kode tidak cocok. Cocokkan dengan pesan: Anda masih dapat mencoba 1 kali lagi",
        "Kode salah tiga kali dan tidak berlaku lagi. Minta kode baru",
        "Kode salah tiga kali dan tidak berlaku lagi. Minta kode baru",
    ]
    assert not is_signed_in(client)


def test_a_code_is_late_after_five_minutes(client):
    ParticipantFactory(phone=PHONE)
    ask(client)

    with after(minutes=5, seconds=1):
        page = answer(client, newest_code())

    assert error_of(page) == "Kode sudah lebih dari lima menit. Minta kode baru"


def test_a_code_opens_once(client):
    ParticipantFactory.create_batch(2, phone=PHONE)
    ask(client)
    code = newest_code()
    answer(client, code)

    assert error_of(answer(client, code)) == "Kode sudah dipakai. Minta kode baru"


def test_a_code_opens_only_the_browser_that_asked(client):
    ParticipantFactory(phone=PHONE)
    ask(client)
    thief = Client()

    page = answer(thief, newest_code())

    assert error_of(page) == (
        "Peramban ini belum meminta kode. Tulis nomor HP Anda di sini dulu, lalu kode yang kami kirim"
    )
    assert not is_signed_in(thief)


def test_a_code_for_another_phone_is_recognised_as_such(client):
    ParticipantFactory(phone=PHONE)
    ParticipantFactory(phone=OTHER)
    ask(client, OTHER)
    code = newest_code()
    ask(client, PHONE)

    page = answer(client, code)

    assert error_of(page) == (
        "Kode ini dari permintaan sebelumnya atau untuk nomor HP lain. Tulis kode yang terbaru"
    )
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("12345", "Kode yang ditulis 5 angka. Tulis 6 angka seperti di pesan"),
        ("12a456", "Kode berisi huruf atau tanda. Tulis 6 angkanya saja"),
    ],
)
def test_a_slip_of_the_pen_costs_no_try(client, typed, words):
    ParticipantFactory(phone=PHONE)
    ask(client)

    assert error_of(answer(client, typed)) == words
    assert SignInCode.objects.get().tries == 0


def test_blanks_in_the_code_do_not_matter(client):
    ParticipantFactory(phone=PHONE)
    ask(client)
    code = newest_code()

    assert answer(client, f" {code[:3]} {code[3:]} ").status_code == 302


def test_five_codes_an_hour_for_one_number_whether_registered_or_not():
    ParticipantFactory(phone=PHONE)

    for phone in (PHONE, OTHER):
        statuses = [ask(Client(REMOTE_ADDR=f"10.0.{n}.1"), phone).status_code for n in range(6)]
        assert statuses == [302] * 5 + [200]
    assert Message.objects.count() == 5


def test_twenty_codes_an_hour_from_one_address():
    statuses = [ask(Client(), f"08121000{n:04d}").status_code for n in range(21)]

    assert statuses == [302] * 20 + [200]


def test_too_many_codes_names_other_ways_and_keeps_the_number():
    for _ in range(5):
        ask(Client())

    page = ask(Client()).content.decode()

    assert "buka alamat di kartu Anda, atau minta bantuan kantor kecamatan" in page
    assert f'value="{TYPED}"' in page


def test_a_new_code_is_sent_by_one_button_and_the_old_one_is_void(client):
    ParticipantFactory(phone=PHONE)
    ask(client)
    old = newest_code()

    client.post(CODE, {"again": "1"})

    assert error_of(answer(client, old)).startswith("Kode ini dari permintaan sebelumnya")
    assert answer(client, newest_code()).status_code == 302


def test_several_people_of_one_phone_choose_by_number_and_masked_name(client):
    ParticipantFactory(phone=PHONE, full_name="Budi Santoso")
    siti = ParticipantFactory(phone=PHONE, full_name="Siti Aminah")
    ParticipantFactory(phone=OTHER, full_name="Orang Lain")
    ask(client)

    assert answer(client, newest_code()).url == WHO
    page = client.get(WHO).content.decode()
    assert f"{siti.number}: S••• A•••••" in page
    assert ("Aminah" in page, "Santoso" in page, page.count('name="number"')) == (False, False, 2)

    assert client.post(WHO, {"number": siti.number}).url == reverse("dashboard:status")
    assert User.objects.get().username == siti.number


def test_nobody_of_another_phone_can_be_chosen(client):
    ParticipantFactory.create_batch(2, phone=PHONE)
    other = ParticipantFactory(phone=OTHER)
    ask(client)
    answer(client, newest_code())

    client.post(WHO, {"number": other.number})

    assert not is_signed_in(client)


def test_the_choice_needs_a_proved_phone(client):
    assert client.get(WHO).url == ASK


def test_the_choice_must_be_made_within_ten_minutes(client):
    siti, _budi = ParticipantFactory.create_batch(2, phone=PHONE)
    ask(client)
    answer(client, newest_code())

    with after(minutes=11):
        assert client.post(WHO, {"number": siti.number}).url == ASK


def test_on_the_own_phone_the_session_lives_thirty_days(client):
    ParticipantFactory(phone=PHONE)
    ask(client)
    answer(client, newest_code(), is_own_phone="on")

    assert client.session["session_kind"] == sessions.OWN_PHONE
    assert client.session.get_expiry_age() == pytest.approx(30 * 24 * 3600, abs=5)


def test_elsewhere_the_session_is_a_short_one(client):
    ParticipantFactory(phone=PHONE)
    ask(client)
    answer(client, newest_code())

    assert client.session["session_kind"] == sessions.PARTICIPANT


def test_who_has_died_cannot_be_signed_in_as(client):
    ParticipantFactory(phone=PHONE, status=Status.DIED)

    ask(client)

    assert Message.objects.count() == 0


def test_a_closed_account_is_told_so(client):
    siti = ParticipantFactory(phone=PHONE)
    user = services.account_of(siti.pk)
    user.is_active = False
    user.save()
    ask(client)

    assert answer(client, newest_code()).url == "/masuk/ditutup/"


def test_the_number_stands_nowhere_in_session_or_address(client):
    ParticipantFactory(phone=PHONE)
    response = ask(client)

    stored = str(dict(client.session)) + response.url

    assert ("81200000001" in stored, newest_code() in stored) == (False, False)


def test_the_page_asked_for_first_is_opened_after_the_code(client):
    ParticipantFactory(phone=PHONE)
    ask(client, next="/masuk/sesi/")

    assert answer(client, newest_code()).url == "/masuk/sesi/"


def test_a_landline_is_refused_at_the_field(client):
    page = ask(client, "021 5301234")

    assert "phone" in page.context["form"].errors


def test_the_code_is_cancelled_at_sending_when_the_number_has_changed(client):
    siti = ParticipantFactory(phone=PHONE)
    ask(client)
    siti.phone = OTHER
    siti.save()

    message = Message.objects.get()

    assert void([message]) == {message.key: "phone_changed"}


@pytest.mark.django_db(transaction=True)
def test_ten_answers_at_once_are_three_tries():
    ParticipantFactory(phone=PHONE)
    browser = services.new_browser()
    services.request_code(phone=PHONE, browser=browser, address="203.0.113.7", now=timezone.now())
    code = newest_code()

    def guess(_n):
        try:
            return services.check_code(typed=wrong(code), browser=browser, now=timezone.now()).problem
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        problems = list(pool.map(guess, range(10)))

    assert SignInCode.objects.get().tries == 3
    assert Counter(problems) == {Problem.WRONG: 2, Problem.SPENT: 8}


@pytest.mark.django_db(transaction=True)
def test_one_code_typed_on_ten_connections_opens_once():
    ParticipantFactory(phone=PHONE)
    browser = services.new_browser()
    services.request_code(phone=PHONE, browser=browser, address="203.0.113.7", now=timezone.now())
    code = newest_code()

    def enter(_n):
        try:
            return services.check_code(typed=code, browser=browser, now=timezone.now()).problem
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert Counter(pool.map(enter, range(10))) == {None: 1, Problem.USED: 9}


@pytest.mark.django_db(transaction=True)
def test_a_first_sign_in_on_two_phones_at_once_makes_one_account():
    siti = ParticipantFactory(phone=PHONE)

    def enter(_n):
        try:
            return services.account_of(siti.pk).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(enter, range(5)))) == 1


def test_codes_of_yesterday_are_forgotten(client):
    ask(client)

    assert services.forget_old_codes(now=timezone.now()) == 0
    assert services.forget_old_codes(now=timezone.now() + timedelta(days=2)) == 1
