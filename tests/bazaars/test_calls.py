"""Calling vendors whom no message reached: the list, its paper, and what they say on the phone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bazaars.enums import AllocationState
from bazaars.models import Allocation
from okoce.audit.models import AuditEvent
from okoce.values import phone
from tests.bazaars.test_after_the_draw import held_by
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import drawn_site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _near(monkeypatch):
    """The bazaar is near, whatever the day."""
    monkeypatch.setattr("okoce.notifications.desk.CALL_BEFORE", timedelta(days=400))


@pytest.fixture
def drawn():
    return drawn_site(3)


@pytest.fixture
def office(client_as, drawn):
    return client_as(member("sudin", drawn.bazaar.city_id))


def text(client, site):
    return client.get(reverse("bazaars:site_call_list", args=[site.pk])).content.decode()


def say(client, allocation, said):
    address = reverse("bazaars:note_call", args=[allocation.pk])
    return client.post(address, {"hasil": said}, follow=True).content.decode()


def test_the_list_names_vendors_with_masked_numbers_and_the_sheet_opens_them_recorded(office, drawn):
    one = held_by(drawn, 0)
    assert one.participant.full_name in text(office, drawn)
    assert one.participant.phone not in text(office, drawn)

    sheet = office.post(reverse("bazaars:call_sheet", args=[drawn.pk]))

    held = Allocation.objects.filter(stall__site=drawn)
    assert phone.display(one.participant.phone) in sheet.content.decode()
    assert "no-store" in sheet["Cache-Control"]
    assert AuditEvent.objects.filter(action="bazaars.call_list.printed").count() == held.count()


@pytest.mark.parametrize(
    ("said", "state"), [("datang", AllocationState.CONFIRMED), ("tidak", AllocationState.RELEASED)]
)
def test_what_a_vendor_says_on_the_phone_counts_like_the_own_answer(office, drawn, said, state):
    one = held_by(drawn, 0)
    for _time in range(2):
        say(office, one, said)
    one.refresh_from_db()
    assert one.state == state


def test_a_press_without_an_answer_changes_nothing(office, drawn):
    one = held_by(drawn, 0)
    assert "Pilih jawaban orang itu" in say(office, one, "")
    one.refresh_from_db()
    assert one.state == AllocationState.ALLOCATED


def test_another_city_sees_no_list(client_as, drawn):
    other = client_as(member("sudin", JAKARTA_PUSAT if drawn.bazaar.city_id != JAKARTA_PUSAT else "31.72"))
    assert other.get(reverse("bazaars:site_call_list", args=[drawn.pk])).status_code == 404
    assert other.post(reverse("bazaars:call_sheet", args=[drawn.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_for_one_vendor_and_for_three(client_as, django_assert_num_queries, count):
    site = drawn_site(count)
    client = client_as(member("sudin", site.bazaar.city_id))
    text(client, site)
    with django_assert_num_queries(7):
        text(client, site)
