"""The own number of the staff: noted, confirmed by a code sent there, used for tests to oneself only."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.models import User
from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.embedded.sms_gateway import TOKEN, SmsGatewayServer
from okoce.notifications import campaigning, directory, kinds, outbox, own_phones, showing, trying
from okoce.notifications.enums import Channel
from okoce.notifications.models import Message, MessageText, OwnPhone
from okoce.notifications.own_phones import Problem
from tests.factories import member
from tests.factories.accounts import PALMERAH
from tests.okoce.notifications.conftest import connect
from tests.okoce.notifications.test_campaigns import _audience, written  # noqa: F401  a fixture
from tests.pages import without_tokens

pytestmark = pytest.mark.django_db

PHONE, OTHER = "+6281200001234", "+6281200005678"
PAGE, REMOVE = reverse("notifications:own_phone"), reverse("notifications:own_phone_remove")
EDIT = reverse("notifications:text_edit", args=["session_reminder", "sms", "id"])
BODY = "Sampai jumpa {starts_at} di {venue}. Jawab di {answer_link} ya."


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, PALMERAH)


@pytest.fixture
def province():
    return member(Role.PROVINCE)


@pytest.fixture
def gateway(settings, domain):
    server = SmsGatewayServer().start()
    settings.SMS_GATEWAY, settings.SMS_TOKEN = server.json_shape(), TOKEN
    yield server.gateway
    server.stop()


def noted(by, phone=PHONE, now=None):
    own_phones.note(phone=phone, by=by, now=now or timezone.now())
    outbox.drain()


def code_in(gateway):
    return "".join(letter for letter in gateway.taken[-1].text.split("OCE: ")[1][:6])


def confirmed(by, gateway, phone=PHONE):
    noted(by, phone)
    assert own_phones.confirm(typed=code_in(gateway), by=by, now=timezone.now()) is None


# ---------------------------------------------------------------- noting and confirming


def test_a_code_goes_to_the_number_and_confirms_it(gateway, camat):
    noted(camat)

    assert gateway.taken[0].to == PHONE
    assert own_phones.ways_to(camat) == []  # not before it is confirmed
    assert own_phones.confirm(typed=code_in(gateway), by=camat, now=timezone.now()) is None
    assert own_phones.ways_to(camat) == [(Channel.SMS, "0812-****-*234")]
    actions = AuditEvent.objects.filter(action__startswith="notifications.own_phone")
    assert set(actions.values_list("action", flat=True)) == {
        "notifications.own_phone.noted", "notifications.own_phone.confirmed",
    }  # fmt: skip


def test_the_number_lies_sealed_and_stands_masked_on_the_page(gateway, camat, client_as):
    confirmed(camat, gateway)

    row = OwnPhone.objects.get()
    assert PHONE.encode() not in bytes(row.phone_ciphertext)
    page = without_tokens(client_as(camat).get(PAGE))
    assert "0812-****-*234" in page
    assert "1234" not in page.replace("0812-****-*234", "")
    assert not AuditEvent.objects.filter(details__icontains="1234").exists()


def test_wrong_tries_are_counted_and_the_code_ends(gateway, camat):
    noted(camat)
    right, wrong = code_in(gateway), "000000" if code_in(gateway) != "000000" else "111111"

    tries = [own_phones.confirm(typed=wrong, by=camat, now=timezone.now()) for _n in range(5)]

    assert tries == [Problem.WRONG] * 4 + [Problem.SPENT]
    assert own_phones.confirm(typed=right, by=camat, now=timezone.now()) is Problem.SPENT
    noted(camat)
    late = timezone.now() + timedelta(minutes=11)
    assert own_phones.confirm(typed=code_in(gateway), by=camat, now=late) is Problem.LATE


def test_a_code_of_before_or_of_somebody_else_confirms_nothing(gateway, camat, province):
    noted(camat)
    first = code_in(gateway)
    noted(camat, OTHER)
    noted(province)

    assert own_phones.confirm(typed=first, by=camat, now=timezone.now()) in (Problem.WRONG, None)
    if code_in(gateway) != first:
        assert own_phones.ways_to(camat) == []
    assert own_phones.confirm(typed="1", by=member(Role.PROVINCE), now=timezone.now()) is Problem.NOT_ASKED


def test_another_number_is_to_be_confirmed_anew(gateway, camat):
    confirmed(camat, gateway)
    noted(camat, OTHER)

    assert own_phones.ways_to(camat) == []
    assert OwnPhone.objects.count() == 1


def test_codes_are_limited_and_need_a_channel(gateway, camat, settings):
    for _n in range(own_phones.CODES_AN_HOUR):
        own_phones.note(phone=PHONE, by=camat, now=timezone.now())

    with pytest.raises(own_phones.TooManyCodes):
        own_phones.note(phone=PHONE, by=camat, now=timezone.now())
    settings.SMS_GATEWAY = ""
    with pytest.raises(own_phones.NotConnected):
        own_phones.note(phone=PHONE, by=camat, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_note_a_number_at_once_make_one_row(gateway):
    camat = member(Role.KECAMATAN, PALMERAH)

    def note():
        try:
            own_phones.note(phone=PHONE, by=User.objects.get(pk=camat.pk), now=timezone.now())
        finally:
            connection.close()

    threads = [threading.Thread(target=note) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert OwnPhone.objects.get().codes == 3
    assert Message.objects.filter(kind=own_phones.KIND).count() == 3


def test_the_page_takes_the_number_the_code_and_takes_it_out_again(gateway, camat, client_as):
    client = client_as(camat)

    wrong = client.post(PAGE, {"aksi": "catat", "phone": "021-3822"}).content.decode()
    assert "08" in wrong
    assert not OwnPhone.objects.exists()
    assert client.post(PAGE, {"aksi": "catat", "phone": "0812-0000-1234"}).status_code == 302
    outbox.drain()
    assert "Angkanya tidak cocok" in client.post(PAGE, {"aksi": "kode", "code": "12"}).content.decode()
    said = client.post(PAGE, {"aksi": "kode", "code": code_in(gateway)}, follow=True).content.decode()
    assert "Nomor Anda terkonfirmasi" in said
    for _twice in range(2):
        assert client.post(REMOVE).status_code == 302
    assert not OwnPhone.objects.exists()


def test_nobody_is_written_to_there_but_the_one_who_is_active(gateway, camat):
    confirmed(camat, gateway)
    key = ("user", camat.pk)

    assert directory.look_up([key])[key].phone == ""  # opened only to send
    assert directory.look_up([key], with_phone=True)[key].phone == PHONE
    User.objects.filter(pk=camat.pk).update(is_active=False)
    assert directory.look_up([key], with_phone=True) == {}


# ---------------------------------------------------------------- a message to many, to oneself


@pytest.mark.usefixtures("_audience")
def test_a_message_to_many_is_tried_by_sms(gateway, province, client_as):
    confirmed(province, gateway)
    campaign = written(province)
    client = client_as(province)
    assert "Kirim ke saya: SMS" in client.get(campaign.get_absolute_url()).content.decode()

    client.post(reverse("notifications:campaign_test", args=[campaign.uid]), {"lewat": "sms"})
    outbox.drain()

    assert gateway.taken[-1].to == PHONE
    assert "Pendaftaran tahap 2 dibuka." in gateway.taken[-1].text
    assert campaigning.figures_of(campaign).total == 0


@pytest.mark.usefixtures("_audience")
@pytest.mark.parametrize("way", ["sms", "whatsapp", "ready_text", "apa-saja"])
def test_without_a_confirmed_number_nothing_is_tried_by_phone(gateway, province, client_as, way):
    noted(province)
    campaign = written(province)

    answer = client_as(province).post(
        reverse("notifications:campaign_test", args=[campaign.uid]), {"lewat": way}, follow=True
    )

    assert "belum punya alamat atau nomor terkonfirmasi" in answer.content.decode()
    assert not Message.objects.filter(campaign=campaign).exists()


# ---------------------------------------------------------------- a text, to oneself


def test_a_text_is_tried_by_sms_as_it_is_typed_and_nothing_is_kept(gateway, province, client_as):
    confirmed(province, gateway)
    before = len(gateway.taken)
    given = {"aksi": "coba", "body": BODY, "reason": "", "based_on": "0"}

    for _twice in range(2):
        page = client_as(province).post(EDIT, given).content.decode()
    outbox.drain()

    assert BODY in page
    assert len(gateway.taken) == before + 1 or len(gateway.taken) == before + 2  # the minute may have turned
    assert "Sampai jumpa Rabu 12 Agustus 2026" in gateway.taken[-1].text
    assert not MessageText.objects.exists()
    assert AuditEvent.objects.filter(action="notifications.text.tried").exists()


def test_an_e_mail_is_tried_with_its_subject(mail, domain, province):
    message = trying.send(
        kind=kinds.get("greeting"), channel="email", language="id", subject="Halo {name}",
        body="Kabar: {words}", by=province, now=timezone.now(),
    )  # fmt: skip
    outbox.drain()

    (letter,) = mail.box.letters
    assert (letter["Subject"], letter.get_content().strip()) == (
        "Uji coba: Halo Siti Rahmawati", "Kabar: apa kabar?",
    )  # fmt: skip
    message.refresh_from_db()
    assert message.state == "sent"


def test_by_whatsapp_the_registered_text_in_use_goes_with_the_example(gateway, whatsapp_here, province):
    confirmed(province, gateway)

    trying.send(
        kind=kinds.get("session_reminder"), channel="whatsapp", language="id", subject="",
        body=f"Halo, {BODY}", by=province, now=timezone.now(),
    )  # fmt: skip
    outbox.drain()

    (one,) = whatsapp_here.api.accepted
    assert one.to.endswith(PHONE.lstrip("+"))
    assert one.template == "session_reminder"
    (shown,) = showing.shown(list(Message.objects.filter(kind=trying.KIND)))
    assert "Rabu 12 Agustus 2026" in shown.text


def test_a_faulty_text_is_not_tried_and_tests_are_limited(mail, domain, province):
    values = {"kind": kinds.get("greeting"), "channel": "email", "language": "id", "by": province}
    now = timezone.now()

    with pytest.raises(ValueError, match="faults"):
        trying.send(subject="Halo", body="{umur}", now=now, **values)
    with pytest.raises(trying.NoWay):
        trying.send(subject="", body="Kabar {words}", now=now, **{**values, "channel": "sms"})
    for _n in range(trying.AN_HOUR):
        trying.send(subject="Halo", body="Kabar {words}", now=now, **values)
    with pytest.raises(trying.TooMany):
        trying.send(subject="Halo", body="Kabar {words}", now=now, **values)


@pytest.fixture
def whatsapp_here(settings):
    from okoce.embedded.cloud_api import CloudApiServer

    server = CloudApiServer().start()
    connect(settings, server)
    yield server
    server.stop()
