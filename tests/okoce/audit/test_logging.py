"""What reaches the log."""

import io
import json
import logging
import re

import pytest
from django.conf import settings
from django.test import Client

from okoce.accounts.roles import Role
from okoce.audit.logging import JsonLine, MaskPersonalNumbers, mask
from okoce.audit.models import AuditEvent
from okoce.notifications.compose import open_secret
from okoce.notifications.models import Message
from participants.services import cards
from tests.factories import ParticipantFactory, member


@pytest.mark.parametrize(
    "text",
    [
        "3173075708909001",
        "NIK 3173 0757 0890 9001 salah",
        "3173.0757.0890.9001",
        "0812-3456-7890",
        "081234567890",
        "+62 812 3456 7890",
        "6281234567890",
    ],
)
def test_personal_numbers_are_masked(text):
    assert [char for char in mask(text) if char.isdigit()] == []


@pytest.mark.parametrize("text", ["2026-11-21T22:10:46", "batch 12345678", "08.00-12.00", "JB-PM-00417"])
def test_other_numbers_stay(text):
    assert mask(text) == text


@pytest.fixture
def log():
    """Everything the process logs during a test, through the filter and format of the settings."""
    handler = logging.StreamHandler(io.StringIO())
    handler.addFilter(MaskPersonalNumbers())
    handler.setFormatter(JsonLine())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in handler.stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_numbers_in_a_traceback_are_masked(log):
    try:
        raise ValueError("duplicate 3173075708909001")
    except ValueError:
        logging.getLogger("x").exception("failed for %s", "081234567890")

    assert "3173075708909001" not in str(log())
    assert "081234567890" not in str(log())


@pytest.mark.django_db
def test_a_request_has_one_id_in_log_answer_and_trail(client, log):
    rina = member(Role.SUDIN, "31.73")

    response = client.post("/masuk/petugas/", {"login": rina.username, "password": "sandi-untuk-tes"})

    line = next(line for line in log() if line["logger"] == "okoce.request")
    ids = {line["request_id"], response.headers["X-Request-ID"], AuditEvent.objects.get().request_id}
    assert len(ids) == 1
    assert (line["actor"], line["route"], line["status"]) == (rina.pk, "masuk/petugas/", 302)


@pytest.mark.django_db
def test_a_missing_page_is_logged_by_its_pattern(client, log):
    client.get("/k/AAAAAAAAAAAAAAAAAAAAAA/")

    assert [line for line in log() if "AAAAAAAA" in str(line)] == []


@pytest.mark.django_db
def test_a_full_tour_leaves_no_personal_number_code_or_key_in_the_log(log):
    """Signing in as staff and as participant, a card, searches, wrong addresses."""
    siti = ParticipantFactory(phone="+6281200000001", nik="3173075708909001")
    rina = member(Role.SUDIN, "31.73")
    card = cards.address_of(cards.issue(participant_id=siti.pk, by=rina)).split("/k/")[1]
    staff, participant = Client(), Client()
    staff.post("/masuk/petugas/", {"login": rina.username, "password": "sandi-untuk-tes"})
    for path in ("/peserta/", f"/peserta/{siti.number}/", "/masuk/sesi/", "/tidak-ada/3173075708909001/"):
        staff.get(path)
    staff.post("/peserta/cari/", {"q": siti.nik})
    staff.post("/peserta/cari/", {"q": "081200000001"})
    participant.get(f"/k/{card}")
    participant.get("/k/salah-sama-sekali/")
    participant.post("/peserta/masuk/", {"phone": "0812 0000 0001"})
    code = open_secret(Message.objects.get())
    participant.post("/peserta/masuk/kode/", {"code": "0812345"})
    participant.post("/peserta/masuk/kode/", {"code": code, "is_own_phone": "on"})
    participant.get("/masuk/sesi/")

    text = json.dumps(log())
    keys = [c.session.session_key for c in (staff, participant)]
    secrets = [siti.nik, "81200000001", card.strip("/"), "sandi-untuk-tes", settings.SECRET_KEY, *keys]
    assert [secret for secret in secrets if secret in text] == []
    # six digits in a row are in one of many request ids by chance: there more digits stand around them
    assert not re.search(rf"(?<![0-9a-f]){code}(?![0-9a-f])", text)
    assert len(log()) > 10
