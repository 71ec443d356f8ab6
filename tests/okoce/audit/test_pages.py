"""The trail as auditors read it."""

import ast

import pytest
from django.conf import settings
from django.test import Client

from okoce.accounts.roles import Role
from okoce.audit import words
from okoce.audit.models import AuditEvent
from okoce.audit.services import record
from tests.factories import ParticipantFactory, member
from tests.pages import without_tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client_as):
    return client_as(member(Role.AUDITOR))


def recorded(times=1, action="participants.nik.unmasked"):
    rina = member(Role.SUDIN, "31.73", full_name="Rina Puspita")
    siti = ParticipantFactory(full_name="Siti Rahmawati")
    for _ in range(times):
        event = record(rina, action, siti, reason="call")
    return event, siti


@pytest.mark.parametrize("rows", [1, 3])
def test_the_trail_asks_the_same_few_questions_however_long_it_is(auditor, rows, django_assert_num_queries):
    recorded(rows)

    with django_assert_num_queries(
        6
    ):  # request transaction 1, session 1, user 1, units 1, events 1, numbers 1
        page = auditor.get("/audit/")

    assert page.content.decode().count('scope="row"') == rows


def test_the_trail_says_who_did_what_to_whom_without_naming_the_person(auditor):
    _event, siti = recorded()

    page = auditor.get("/audit/").content.decode()

    assert "membuka NIK dan nomor HP lengkap" in page
    assert ("Rina Puspita" in page, siti.number in page, "Siti Rahmawati" in page) == (True, True, False)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 2),
        ({"aksi": "participants.nik.unmasked"}, 1),
        ({"petugas": "rina"}, 1),
        ({"petugas": "budi"}, 0),
        ({"sejak": "2031-01-01"}, 0),
        ({"sampai": "2031-01-01"}, 2),
        ({"sasaran": "JB-PM-99999"}, 0),
    ],
)
def test_filters(auditor, query, found):
    recorded()
    record(None, "accounts.sign_in.failed")

    page = auditor.get("/audit/", query)

    assert len(page.context["rows"]) == found


def test_a_target_is_found_by_the_participant_number(auditor):
    _event, siti = recorded(2)
    recorded()

    assert len(auditor.get("/audit/", {"sasaran": siti.number}).context["rows"]) == 2


def test_the_history_tells_which_personal_fields_changed_but_not_from_what_to_what(auditor):
    event, siti = recorded()
    siti.nik, siti.full_name, siti.status = "3173075708909077", "Siti Aminah", "moved"
    siti.save()

    page = without_tokens(auditor.get(f"/audit/{event.pk}/"))

    assert ("Nama lengkap" in page, "NIK" in page) == (True, True)
    assert "Aktif" in page
    assert "Pindah" in page
    leaks = ["Siti Rahmawati", "Siti Aminah", "3173075708909077", siti.phone, "Agustus 1990", "1990-08-17"]
    assert [leak for leak in leaks if leak in page] == []


def test_a_change_of_a_queryset_is_in_the_history_too(auditor):
    event, siti = recorded()
    type(siti).objects.filter(pk=siti.pk).update(status="withdrawn")

    changes = auditor.get(f"/audit/{event.pk}/").context["changes"]

    assert [change.kind for change in changes] == ["update", "insert"]


@pytest.mark.parametrize("role", [Role.PROVINCE, Role.SUDIN, Role.MENTOR])
def test_nobody_but_auditors_reads_the_trail(client_as, role):
    client = client_as(member(role, "31.73" if role == Role.SUDIN else None))

    assert client.get("/audit/").status_code == 403


def test_a_failed_sign_in_is_recorded_without_what_was_typed():
    rina = member(Role.SUDIN, "31.73")
    Client().post("/masuk/petugas/", {"login": rina.username, "password": "salah-salah-salah"})
    Client().post("/masuk/petugas/", {"login": "kata-sandi-saya", "password": "salah-salah-salah"})

    events = AuditEvent.objects.order_by("pk").values_list("action", "target_id", "details")
    assert list(events) == [
        ("accounts.sign_in.failed", str(rina.pk), {}),
        ("accounts.sign_in.failed", "", {}),
    ]


def test_a_sign_in_is_recorded():
    rina = member(Role.SUDIN, "31.73")
    Client().post("/masuk/petugas/", {"login": rina.username, "password": "sandi-untuk-tes"})

    event = AuditEvent.objects.get()
    assert (event.actor, event.action) == (rina, "accounts.signed_in")


def test_the_trail_cannot_be_rewritten():
    event, _siti = recorded()

    with pytest.raises(TypeError):
        event.save()


def test_every_kind_of_value_that_is_shown_is_no_personal_one():
    personal = {
        "full_name",
        "nik",
        "phone",
        "email",
        "birth",
        "address",
        "rt",
        "rw",
        "kelurahan",
        "name",
        "number",
    }

    assert {
        name for name in words.HARMLESS if any(part in personal for part in (name, name.split("_")[0]))
    } == set()


def recorded_actions():
    """The actions that our source records, where they are written as plain text."""
    for app in ("okoce", "participants", "trainings", "bazaars"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "record":
                    yield from (a.value for a in node.args if isinstance(a, ast.Constant) and a.value)


def test_every_recorded_action_has_words():
    assert sorted(set(recorded_actions()) - set(words.ACTIONS)) == []
