"""The card: made by staff, shows the status and nothing else."""

import pytest

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.notifications.models import Message
from participants import messages, qr
from participants.models import CardToken
from participants.services import cards
from tests.factories import ParticipantFactory, member
from tests.pages import without_tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def siti():
    return ParticipantFactory(full_name="Siti Rahmawati", phone="+6281200000001")


def path_of(card):
    return "/k/" + cards.address_of(card).split("/k/")[1]


def test_staff_make_a_card_with_one_button(client_as, siti):
    client = client_as(member(Role.KECAMATAN, "31.73.07"))
    page = f"/peserta/{siti.number}/kartu/"
    assert "belum punya kartu" in client.get(page).content.decode()

    client.post(page)

    assert 'class="oo-qr__d"' in client.get(page).content.decode()
    assert [e.action for e in AuditEvent.objects.all()] == ["participants.card.issued"]


def test_the_token_is_stored_sealed_and_hashed_only(siti):
    card = cards.issue(participant_id=siti.pk, by=member(Role.SUDIN, "31.73"))
    token = path_of(card).split("/")[2]

    assert len(token) == 22
    assert token.encode() not in bytes(card.token_ciphertext) + bytes(card.token_lookup)


def test_a_new_card_makes_the_old_one_void(siti):
    by = member(Role.SUDIN, "31.73")
    old = cards.issue(participant_id=siti.pk, by=by)
    new = cards.issue(participant_id=siti.pk, by=by)

    assert cards.open_card(path_of(old).split("/")[2]) is None
    assert cards.open_card(path_of(new).split("/")[2]) == siti


def test_a_withdrawn_card_shows_nothing(client_as, siti, client):
    card = cards.issue(participant_id=siti.pk, by=member(Role.SUDIN, "31.73"))
    client = client_as(member(Role.KECAMATAN, "31.73.07"))

    client.post(f"/peserta/{siti.number}/kartu/tarik/")

    assert client.get(path_of(card)).status_code == 404
    assert CardToken.objects.get().revoked_at is not None


def test_the_status_page_names_nobody(client, siti):
    card = cards.issue(participant_id=siti.pk, by=member(Role.SUDIN, "31.73"))

    response = client.get(path_of(card))
    page = without_tokens(response).replace(path_of(card), "")

    assert response.status_code == 200
    leaks = ["Siti", "Rahmawati", siti.number, "0812", siti.nik, "1990", str(siti.pk) + "/"]
    assert [leak for leak in leaks if leak in page] == []


def test_the_status_page_is_neither_indexed_nor_stored_nor_referred_from(client, siti):
    card = cards.issue(participant_id=siti.pk, by=member(Role.SUDIN, "31.73"))

    headers = client.get(path_of(card)).headers

    assert (headers["X-Robots-Tag"], headers["Cache-Control"], headers["Referrer-Policy"]) == (
        "noindex, nofollow",
        "no-store, private",
        "no-referrer",
    )


def test_an_invented_address_is_not_found(client):
    assert client.get("/k/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404


def test_the_code_is_drawn_as_strokes_of_dark_modules():
    code = qr.draw("https://portal.example/k/AAAAAAAAAAAAAAAAAAAAAA/")

    assert code.size == 41
    assert code.path.startswith("M4 4.5h7M")


def test_who_is_not_there_is_told_once_that_the_card_is_ready_and_not_of_one_withdrawn_since(siti):
    office = member(Role.KECAMATAN, siti.kecamatan_id)
    card = cards.issue(participant_id=siti.pk, by=office, tells=True)

    message = Message.objects.get(kind="card_ready")
    assert (message.participant_id, message.cause_id) == (siti.pk, card.pk)
    assert messages.withdrawn_cards([message]) == {}

    cards.withdraw(participant_id=siti.pk, by=office)
    assert messages.withdrawn_cards([message]) == {message.key: "card_withdrawn"}


def test_a_card_made_in_front_of_the_person_tells_nothing(siti):
    cards.issue(participant_id=siti.pk, by=member(Role.KECAMATAN, siti.kecamatan_id))

    assert not Message.objects.exists()
