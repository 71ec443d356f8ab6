"""What the demonstration tells of messages: a chain of the province, its own number, an SMS that follows."""

from __future__ import annotations

import pytest
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.dashboard.demo import desk
from okoce.dashboard.demo.chains import KIND, tell_chains
from okoce.dashboard.demo.own_phones import tell_own_phones
from okoce.notifications import chains, own_phones
from okoce.notifications.enums import Channel
from okoce.notifications.models import Message
from tests.factories import BookingFactory, SessionFactory, member
from tests.factories.trainings import tomorrow_at

pytestmark = pytest.mark.django_db


def test_the_province_has_set_one_chain_and_confirmed_its_number(settings):
    province = member(Role.PROVINCE)
    tell_own_phones({"provinsi": province}, timezone.now())  # nothing is connected: nothing is told
    assert own_phones.of(province) is None
    settings.WHATSAPP_TOKEN = settings.WHATSAPP_PHONE_ID = "x"

    tell_chains({"provinsi": province})
    tell_own_phones({"provinsi": province}, timezone.now())

    assert chains.in_force().get(KIND).hours(Channel.WHATSAPP) == 2
    assert own_phones.ways_to(province) == [(Channel.WHATSAPP, "0812-****-*090")]


def test_of_the_invitations_that_failed_the_last_one_is_passed_on(settings):
    settings.WHATSAPP_TOKEN = settings.WHATSAPP_PHONE_ID = "x"
    session = SessionFactory(starts_at=tomorrow_at(9))
    for _n in desk.FARES:
        BookingFactory(session=session)

    desk._receipts(session, timezone.now())

    failed = Message.objects.filter(receipt="failed").order_by("pk")
    assert [message.falls_back_at is not None for message in failed] == [False, True]
