import pytest
from django.urls import reverse

from participants.services import asking
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db


def test_an_officer_who_asks_like_a_script_is_stopped_at_the_counter_and_in_the_search(
    client_as, monkeypatch
):
    monkeypatch.setattr(asking, "QUESTIONS_AN_HOUR", 2)
    person, another = ParticipantFactory(), ParticipantFactory()
    client = client_as(member("sudin", "31.73"))
    search, counter = reverse("participants:search"), reverse("participants:register")

    answers = [
        client.post(search, {"q": person.nik}).status_code,
        client.post(counter, {"nik": person.nik}).status_code,
        client.post(search, {"q": person.nik}).status_code,
        client.post(counter, {"nik": another.nik}).status_code,
    ]

    assert answers == [302, 200, 429, 429]


def test_a_name_may_be_searched_as_often_as_needed(client_as, monkeypatch):
    monkeypatch.setattr(asking, "QUESTIONS_AN_HOUR", 0)
    client = client_as(member("sudin", "31.73"))

    assert client.post(reverse("participants:search"), {"q": "siti"}).status_code == 302
