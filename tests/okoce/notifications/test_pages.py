"""The staff pages: who sees what, what they can do, and what must never stand in the HTML."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.notifications import causes
from okoce.notifications.models import DeliveryEvent, Message
from okoce.notifications.services import Draft, queue, queue_many
from participants.models import Participant
from tests.factories import ParticipantFactory, member
from tests.factories.accounts import JAKARTA_BARAT, JAKARTA_PUSAT, KEMBANGAN, PALMERAH

pytestmark = pytest.mark.django_db

SESSION = ("tests.thing", 12)  # nobody describes it
LIST = "/pesan/"


@pytest.fixture(autouse=True)
def _kinds(domain):
    domain.fresh = {"words": "sesi besok pukul 09.00"}
    return domain


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, PALMERAH)


def greet(count: int, *, cause=SESSION, **person):
    start = Message.objects.count()
    people = [
        ParticipantFactory(full_name=f"Siti {n}", number=f"JB-PM-1{n:04d}", **person)
        for n in range(start, start + count)
    ]
    queue_many(
        kind="greeting",
        drafts=[Draft(key=f"greeting:{p.pk}", participant_id=p.pk) for p in people],
        cause=cause,
    )
    return people


def ready_page() -> str:
    return reverse("notifications:ready_texts", args=SESSION)


# ---------------------------------------------------------------- the list


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_equally_often(
    client_as, camat, count, django_assert_num_queries, settings
):
    greet(count)
    client = client_as(camat)
    client.get(LIST)

    with django_assert_num_queries(8):
        page = client.get(LIST)

    assert page.content.decode().count('<th scope="row"') == count


def test_the_list_says_who_what_how_and_why_not(client_as, camat):
    greet(1, email="", phone="")

    page = client_as(camat).get(LIST).content.decode()

    assert "Siti 0" in page
    assert "JB-PM-10000" in page
    assert "Greeting" in page
    assert "Tertahan" in page
    assert "Tidak ada alamat e-mail atau nomor HP untuk pesan ini" in page


def test_no_phone_number_and_no_address_stands_on_any_page(client_as, camat, mail):
    greet(2, phone="+6281234567890")
    greet(1, email="siti@example.org")
    client = client_as(camat)

    pages = [LIST, ready_page(), reverse("notifications:message", args=[Message.objects.first().uid])]
    for address in pages:
        html = client.get(address).content.decode()
        assert not re.search(r"81234567890|1234-5678|siti@example", html)


@pytest.mark.parametrize(
    ("role", "area", "seen"),
    [
        (Role.KECAMATAN, PALMERAH, 1),
        (Role.KECAMATAN, KEMBANGAN, 0),
        (Role.SUDIN, JAKARTA_BARAT, 1),
        (Role.SUDIN, JAKARTA_PUSAT, 0),
        (Role.PROVINCE, None, 1),
    ],
)
def test_an_office_sees_the_messages_of_its_area(client_as, role, area, seen):
    greet(1)
    client = client_as(member(role, area))

    assert client.get(LIST).content.decode().count('<th scope="row"') == seen
    detail = reverse("notifications:message", args=[Message.objects.get().uid])
    assert client.get(detail).status_code == (200 if seen else 404)


@pytest.mark.parametrize("role", [Role.TRAINER, Role.MENTOR, Role.AUDITOR])
def test_roles_without_the_permission_are_told_whose_page_it_is(client_as, role):
    assert client_as(member(role, PALMERAH)).get(LIST).status_code == 403


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("state=ready", 2),
        ("state=sent", 0),
        ("kind=greeting", 2),
        ("kind=code", 1),
        ("channel=sms", 1),
        ("asal=tests.thing:12", 2),
        ("asal=tests.thing:13", 0),
        ("asal=x:99999999999999999999", 3),
        ("asal=x:%C2%B2", 3),
        ("state=%00&kind=%00&asal=%00:1", 3),
        ("state=nonsense&day=never", 3),
    ],
)
def test_the_list_can_be_narrowed(client_as, camat, query, seen):
    people = greet(2)
    queue(kind="code", key="code:1", participant_id=people[0].pk, secret="123456")

    page = client_as(camat).get(f"{LIST}?{query}").content.decode()

    assert page.count('<th scope="row"') == seen


def test_a_day_is_a_day_in_jakarta(client_as, camat):
    greet(2)
    today = timezone.localdate()
    first = Message.objects.first()
    # 23.30 in Jakarta the day before is another day there, and the same day in UTC
    late = timezone.localtime().replace(hour=0, minute=0, second=0) - timedelta(minutes=30)
    Message.objects.filter(pk=first.pk).update(created_at=late)

    page = client_as(camat).get(f"{LIST}?day={today.isoformat()}").content.decode()

    assert page.count('<th scope="row"') == 1


def test_htmx_gets_the_rows_only(client_as, camat):
    greet(1)

    page = client_as(camat).get(LIST, headers={"HX-Request": "true"})

    assert b"<html" not in page.content
    assert page["Vary"].count("HX-Request") == 1


def test_the_tiles_count_what_waits_and_what_went(client_as, camat):
    greet(4)
    ids = list(Message.objects.values_list("pk", flat=True))
    Message.objects.filter(pk=ids[0]).update(state="sent", finished_at=timezone.now())
    Message.objects.filter(pk=ids[1]).update(state="sent", finished_at=timezone.now() - timedelta(days=1))
    Message.objects.filter(pk=ids[2]).update(state="dead", finished_at=timezone.now())

    page = client_as(camat).get(LIST)

    assert page.context["counts"] == {"waiting": 0, "ready": 1, "stuck": 1, "sent": 1}


# ---------------------------------------------------------------- one message


def test_the_page_of_a_message_shows_text_and_history_and_hides_the_code(client_as, camat):
    person = ParticipantFactory(full_name="Siti Rahmawati")
    message = queue(kind="code", key="code:1", participant_id=person.pk, secret="123456")
    DeliveryEvent.objects.create(message=message, event="failed", reason="address_refused:451")

    page = client_as(camat).get(reverse("notifications:message", args=[message.uid])).content.decode()

    assert "123456" not in page
    assert "Kode Anda ••••••" in page
    assert "Server e-mail menolak alamatnya (jawaban 451)" in page


def test_a_message_of_an_unknown_kind_still_has_a_page(client_as, camat):
    greet(1)
    Message.objects.update(kind="from_an_older_version", state="held", reason="unknown_kind")

    page = client_as(camat).get(reverse("notifications:message", args=[Message.objects.get().uid]))

    assert page.status_code == 200
    assert "Portal ini tidak mengenal jenis pesan ini" in page.content.decode()


def test_a_message_that_was_given_up_is_sent_again_after_a_question(client_as, camat, mail):
    greet(1, email="siti@example.org")
    message = Message.objects.get()
    Message.objects.update(state="dead", attempts=8, finished_at=timezone.now())
    client = client_as(camat)
    address = reverse("notifications:retry", args=[message.uid])

    assert "Kirim ulang" in client.get(address).content.decode()
    message.refresh_from_db()
    assert message.state == "dead"
    client.post(address)

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("pending", 0)
    assert AuditEvent.objects.get().action == "notifications.message.retried"


def test_a_message_of_another_area_cannot_be_sent_again(client_as, mail):
    greet(1, email="siti@example.org")
    message = Message.objects.get()
    Message.objects.update(state="dead", finished_at=timezone.now())

    answer = client_as(member(Role.KECAMATAN, KEMBANGAN)).post(
        reverse("notifications:retry", args=[message.uid])
    )

    assert answer.status_code == 404
    assert Message.objects.get().state == "dead"


# ---------------------------------------------------------------- WhatsApp by hand


@pytest.mark.parametrize("count", [1, 3])
def test_the_ready_texts_ask_the_database_equally_often(client_as, camat, count, django_assert_num_queries):
    greet(count)
    client = client_as(camat)
    client.get(ready_page())

    with django_assert_num_queries(14):
        page = client.get(ready_page())

    assert page.content.decode().count("Buka WhatsApp dengan teks untuk") == count


def test_the_button_opens_whatsapp_with_number_and_text_and_is_recorded(client_as, camat):
    (person,) = greet(1, phone="+6281234567890")
    message = Message.objects.get()

    answer = client_as(camat).post(reverse("notifications:open_ready_text", args=[message.uid]))

    target = urlsplit(answer["Location"])
    assert answer.status_code == 303
    assert (target.scheme, target.netloc, target.path) == ("https", "wa.me", "/6281234567890")
    assert parse_qs(target.query) == {"text": ["Yth. Siti 0, sesi besok pukul 09.00"]}
    event = AuditEvent.objects.get()
    assert (event.action, event.details) == (
        "notifications.ready_text.opened",
        {"participant": person.pk},
    )
    assert list(message.events.values_list("event", "actor")) == [("opened", camat.pk)]
    message.refresh_from_db()
    assert message.state == "ready"


def test_the_button_needs_a_post(client_as, camat):
    greet(1)

    answer = client_as(camat).get(reverse("notifications:open_ready_text", args=[Message.objects.get().uid]))

    assert answer.status_code == 405


def test_what_is_not_needed_any_more_is_not_opened_but_cancelled(client_as, camat, domain):
    greet(1)
    message = Message.objects.get()
    domain.unneeded = {message.key: "over"}
    client = client_as(camat)

    assert "It is over" in client.get(ready_page()).content.decode()
    answer = client.post(reverse("notifications:open_ready_text", args=[message.uid]))

    assert answer["Location"] == ready_page()
    message.refresh_from_db()
    assert (message.state, message.reason) == ("cancelled", "over")


def test_ticking_off_and_taking_it_back(client_as, camat):
    greet(2)
    message = Message.objects.order_by("pk").first()
    client = client_as(camat)
    here = f"{ready_page()}?jenis=greeting"

    answer = client.post(reverse("notifications:tick", args=[message.uid]), {"kembali": here})

    assert (answer.status_code, answer["Location"]) == (303, here)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("sent", "by_hand")
    client.post(reverse("notifications:tick", args=[message.uid]))
    assert message.events.count() == 1
    done = client.get(f"{ready_page()}?tampil=sudah").content.decode()
    # the outbox is in the order of keys, which is not that of the people when their ids get a digit more
    person = Participant.objects.get(pk=message.participant_id)
    assert f"Tarik kembali tanda {person.full_name}" in done

    client.post(reverse("notifications:untick", args=[message.uid]))

    message.refresh_from_db()
    assert (message.state, message.finished_at) == ("ready", None)


def test_nobody_is_sent_to_a_foreign_site_afterwards(client_as, camat):
    greet(1)
    tick = reverse("notifications:tick", args=[Message.objects.get().uid])

    answer = client_as(camat).post(tick, {"kembali": "https://evil.example/"})

    assert answer["Location"] == ready_page()


def test_the_whole_group_is_ticked_off_at_once(client_as, camat):
    greet(3)
    address = reverse("notifications:tick_group", args=[*SESSION, "greeting"])
    client = client_as(camat)

    assert "Tandai 3 orang" in client.get(address).content.decode()
    client.post(address)

    assert Message.objects.filter(state="sent", reason="with_group").count() == 3
    assert AuditEvent.objects.get().count == 3
    assert client.get(address).status_code == 302  # nobody is left to ask about


def test_the_text_for_the_group_greets_nobody_by_name(client_as, camat):
    greet(1)

    page = client_as(camat).get(ready_page())

    assert page.context["group_text"] == "Bapak/Ibu, sesi besok pukul 09.00"


def test_ready_texts_of_another_area_are_not_there(client_as):
    greet(1)
    client = client_as(member(Role.KECAMATAN, KEMBANGAN))
    message = Message.objects.get()

    assert client.get(ready_page()).status_code == 404
    for name in ("open_ready_text", "tick", "untick"):
        assert client.post(reverse(f"notifications:{name}", args=[message.uid])).status_code == 404
    assert Message.objects.get().state == "ready"


def test_the_owner_of_the_cause_names_it_and_hides_it(client_as, camat):
    causes.register(
        "x.session", lambda user, pk: causes.Described("Sesi Palmerah", "/x/") if pk == 1 else None
    )
    try:
        client = client_as(camat)
        mine = client.get(reverse("notifications:ready_texts", args=["x.session", 1]))
        foreign = client.get(reverse("notifications:ready_texts", args=["x.session", 2]))
    finally:
        causes.unregister("x.session")

    assert "Sesi Palmerah" in mine.content.decode()
    assert foreign.status_code == 404


# ---------------------------------------------------------------- the demonstration


def test_the_demonstration_shows_the_code_and_escapes_everything(client, settings):
    settings.DEMO = True
    person = ParticipantFactory(full_name="Siti <script>alert(1)</script>")
    queue(kind="code", key="code:1", participant_id=person.pk, secret="123456")
    queue(kind="greeting", key="greeting:1", participant_id=person.pk)

    page = client.get("/demo/pesan/")

    html = page.content.decode()
    assert "Kode Anda 123456" in html
    assert "<script>alert" not in html
    assert "Halaman ini hanya ada di portal peragaan" in html
    assert page["Cache-Control"] == "no-store, private"


def test_outside_the_demonstration_nobody_reads_messages(client, settings):
    settings.DEMO = False
    person = ParticipantFactory()
    queue(kind="code", key="code:1", participant_id=person.pk, secret="123456")

    page = client.get("/demo/pesan/")

    assert page.status_code == 404
    assert "123456" not in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_demonstration_asks_the_database_equally_often(
    client, settings, count, django_assert_num_queries
):
    settings.DEMO = True
    greet(count)

    with django_assert_num_queries(6):
        client.get("/demo/pesan/")
