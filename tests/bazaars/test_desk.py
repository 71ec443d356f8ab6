"""The desk of a bazaar's place: who was told of the stall, who confirmed, who must be called."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bazaars.enums import AllocationState
from bazaars.messages import CAUSE, STALL_GIVEN
from bazaars.models import Allocation
from bazaars.services import calling
from bazaars.services.calling import BAZAAR_CALL
from bazaars.views.desk import desk_of
from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.notifications.models import Message
from tests.bazaars.test_call_messages import answered
from tests.bazaars.test_pages import text_of
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import drawn_site, open_site, vendor

pytestmark = pytest.mark.django_db

QUERIES = 13


def tell(allocation, *, receipt=""):
    site = allocation.stall.site
    return Message.objects.create(
        key=f"tes:{allocation.pk}", kind=STALL_GIVEN, channel="whatsapp", state="sent", receipt=receipt,
        participant_id=allocation.participant_id, cause_type=CAUSE, cause_id=site.pk,
        city="31.73", kecamatan=site.kecamatan_id, due_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip


def judged(site, *, hours: int):
    now = site.bazaar.begins_at - timedelta(hours=hours)
    return desk_of(site).judged(Allocation.objects.filter(stall__site=site), now=now)


def test_a_vendor_who_was_not_reached_a_day_before_is_called():
    site = drawn_site(3)
    first, second, third = Allocation.objects.filter(stall__site=site).order_by("pk")
    tell(first, receipt="read")
    Allocation.objects.filter(pk=third.pk).update(
        state=AllocationState.CONFIRMED, confirmed_at=timezone.now(), answer_by=None
    )

    rows = dict(judged(site, hours=20).values_list("pk", "why"))

    assert rows == {first.pk: "no_answer", second.pk: "not_delivered", third.pk: ""}
    assert set(judged(site, hours=20 * 24).filter(pk=third.pk).values_list("why", flat=True)) == {""}


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_database_equally_often(officer, count, django_assert_num_queries):
    site = drawn_site(count)
    address = reverse("bazaars:desk", args=[site.pk])
    officer.get(address)

    with django_assert_num_queries(QUERIES):
        officer.get(address)


def test_the_office_sees_the_stall_the_message_and_the_answer(officer):
    site = drawn_site(1)
    allocation = Allocation.objects.get(stall__site=site)
    tell(allocation, receipt="delivered")

    page = text_of(officer.get(reverse("bazaars:desk", args=[site.pk])))

    assert allocation.participant.full_name in page
    assert allocation.stall.number in page
    assert "Sampai" in page or "Terkirim" in page or "Diterima" in page


def test_another_city_finds_nothing(client_as):
    site = drawn_site(1)

    other = client_as(member(Role.SUDIN, JAKARTA_PUSAT))
    assert other.get(reverse("bazaars:desk", args=[site.pk])).status_code == 404


def test_taking_the_file_is_recorded(officer):
    site = drawn_site(1)

    answer = officer.post(reverse("bazaars:desk_file", args=[site.pk]))

    assert answer.status_code == 200
    assert AuditEvent.objects.filter(action="notifications.desk.exported").count() == 1


def test_the_desk_says_what_became_of_the_call(officer):
    site = drawn_site(1)
    for number, state in enumerate(("sent", "pending", "held")):
        Message.objects.create(
            key=f"tes:call:{number}", kind=BAZAAR_CALL, channel="whatsapp", state=state,
            participant_id=900_000 + number, cause_type="bazaars.bazaar", cause_id=site.bazaar_id,
            city="31.73", due_at=timezone.now(), finished_at=timezone.now() if state == "sent" else None,
        )  # fmt: skip

    answer = officer.get(reverse("bazaars:desk", args=[site.pk]))

    call = answer.context["call"]
    assert (call.total, call.sent, call.waiting, call.stuck) == (3, 1, 1, 1)
    assert "3 orang yang boleh mendaftar diberi tahu saat pendaftaran dibuka" in text_of(answer)


def test_the_desk_can_be_printed_and_the_paper_says_what_is_on_it(officer):
    site = drawn_site(2)

    page = text_of(officer.get(reverse("bazaars:desk", args=[site.pk]), {"tampil": "tanpa-jawaban"}))

    assert "data-print" in page
    assert "Belum menjawab: 2 dari 2 orang. Dicetak" in page


def test_calls_that_go_by_hand_are_sent_from_the_desk_with_the_text_for_the_group(officer, sudin):
    site = open_site()
    answered(vendor(), is_given=True)
    calling.tell(site, by=sudin, now=timezone.now())

    page = officer.get(reverse("bazaars:desk", args=[site.pk]))
    ready = officer.get(page.context["call_ready_url"])

    assert "Kirim 1 secara manual" in text_of(page)
    assert (ready.status_code, site.bazaar.name in text_of(ready)) == (200, True)
    assert reverse("bazaars:apply", args=[site.pk]) in text_of(ready)
