"""By which ways each kind of message goes, on the page of all kinds. Setting them: test_chain_setting."""

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.notifications import kinds
from okoce.notifications.enums import Channel, Topic
from tests.factories import member

pytestmark = pytest.mark.django_db


def test_the_page_shows_every_kind_its_ways_and_how_long_each_is_waited_for(client_as, settings):
    settings.WHATSAPP_TOKEN, settings.WHATSAPP_PHONE_ID = "x", "1"
    settings.WHATSAPP_APP_SECRET = "y"
    said = client_as(member(Role.PROVINCE)).get(reverse("notifications:chains")).content.decode()

    for kind in kinds.registered():
        assert str(kind.label) in said
    assert "tanpa tanda terima dalam 4 jam: saluran berikutnya" in said
    assert "SMS_GATEWAY" in said  # not connected, and why


def test_the_page_asks_for_the_chains_and_who_is_there(client_as, django_assert_max_num_queries):
    client = client_as(member(Role.PROVINCE))
    client.get(reverse("notifications:chains"))
    with django_assert_max_num_queries(5):
        client.get(reverse("notifications:chains"))


def test_kinds_of_trainings_and_bazaars_can_be_ended_apart():
    topics = {kind.code: kind.topic for kind in kinds.registered()}
    assert topics["session_reminder"] == Topic.TRAININGS
    assert topics["stall_given"] == Topic.BAZAARS
    assert topics["data_request_answer"] == Topic.PROGRAMME


def test_what_is_soon_worth_nothing_is_waited_for_more_shortly():
    assert kinds.get("seat_offered").hours(Channel.WHATSAPP) == 1
    assert kinds.get("session_reminder").hours(Channel.WHATSAPP) == 4
