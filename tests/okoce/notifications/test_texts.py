"""The province writes texts: what is refused, which version is used, and what two people at once do."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, connection, transaction

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.notifications import compose, editing, gaps, kinds, outbox, registering, showing, wording
from okoce.notifications.enums import Channel, TemplateState
from okoce.notifications.models import Message, MessageText, RegisteredTemplate
from okoce.notifications.services import queue
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db

GOOD = "Halo {name}, {words} Sampai jumpa."
KINDS = [pytest.param(kind, id=kind.code) for kind in editing.editable()]


@pytest.fixture(autouse=True)
def _greeting(domain):
    known = kinds.get("greeting")
    kinds.register(
        replace(
            known,
            channels=(Channel.WHATSAPP, Channel.EMAIL, Channel.READY_TEXT),
            gaps={"words": "What is said"},
            required=("words",),
        )
    )


@pytest.fixture
def province():
    return member(Role.PROVINCE)


def save(by, body=GOOD, *, channel="ready_text", language="id", based_on=0, **given):
    return editing.save(
        kind="greeting", channel=channel, language=language, body=body, reason="lebih jelas",
        based_on=based_on, by=by, **given,
    )  # fmt: skip


def used(channel="ready_text", language="id"):
    return wording.in_force(["greeting"]).text("greeting", channel, language)


def problems(body, *, channel="ready_text", subject=""):
    found = editing.problems_of(kinds.get("greeting"), channel, language="id", subject=subject, body=body)
    return found.get("body", []) + found.get("subject", [])


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Halo {name}, sampai jumpa.",  # the words are missing
        "Halo {nama}, {words}",
        "Halo {name, {words}",
        "{words} {{ 7|add:1 }}",
        "{words} " + "a" * 2100,
        "{words} NIK 3173054107900001",
        "{words} hubungi 0812-3456-7890",
        "{words} biaya Rp 50.000",
        "{words} biaya 50.000 saja",
        "{words} modal 5 juta",
        "{words} di Jalan Kembangan Raya No. 12",
        "{words} RT 03/RW 05",
        "{words} rekening 123 456 789 01",
    ],
)
def test_a_text_with_faults_is_refused_in_words(body, province):
    assert problems(body)
    with pytest.raises(ValueError, match="has faults"):
        save(province, body)


@pytest.mark.parametrize(
    "body",
    [
        "{name}, halo. {words} Salam.",
        "Halo {name}, {words}",
        "Halo {name} {words} salam.",
        "Halo {name},\n\n\n{words} salam.",
        "Halo {name}, {words} " + "a" * 1010,
    ],
)
def test_a_text_for_whatsapp_keeps_the_rules_of_registered_texts(body):
    assert problems(body, channel="whatsapp")


def test_times_days_and_places_are_no_private_numbers():
    text = "{words} Pukul 08.00-12.00, Rabu 12 Agustus 2026, lantai 3, 100 orang, tahap 2."

    assert problems(text) == []


def test_a_subject_is_checked_too():
    assert problems(GOOD, channel="email", subject="Halo {umur}")
    assert problems(GOOD, channel="email", subject="Halo {name}") == []


def test_no_kind_has_a_gap_that_could_hold_a_private_value():
    assert {name for kind in kinds.registered() for name in gaps.names(kind, "email")} & {
        "nik", "phone", "address", "amount", "email", "omzet",
    } == set()  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_text_an_editor_begins_with_has_no_faults(kind, language):
    for channel in editing.places(kind):
        subject, body = editing.own_text(kind, channel, language=language)

        assert "2037" not in body + subject
        assert editing.problems_of(kind, channel, language=language, subject=subject, body=body) == {}


def test_a_line_among_others_is_one_line_short_and_keeps_the_link_that_is_needed():
    invitation = kinds.get("session_invitation")
    wrong = {
        "Undangan {activity}\nJawab di {answer_link}": "jeda barisnya",
        f"Undangan {'sekali ' * 40} {{answer_link}}": "240",
        "Undangan {activity}, {starts_at_day}": "answer_link",
    }

    for body, words in wrong.items():
        (problem,) = editing.problems_of(invitation, "line", language="id", subject="", body=body)["body"]
        assert words in problem
    fits = "Undangan {activity}: {answer_link}"
    assert editing.problems_of(invitation, "line", language="id", subject="", body=fits) == {}


# ---------------------------------------------------------------- which words are used


def test_the_newest_version_is_used_and_the_message_remembers_which(province, mail):
    first = save(province, "Yth. {name}: {words}", channel="email", subject="Kabar untuk {name}")
    message = queue(
        kind="greeting", key="g:1", channel=Channel.EMAIL,
        participant_id=ParticipantFactory(full_name="Siti", email="siti@contoh.id").pk,
        context={"words": "sesi besok"},
    )  # fmt: skip

    outbox.drain()
    save(province, "Baru: {words}", channel="email", subject="Baru", based_on=1)

    message.refresh_from_db()
    (shown,) = showing.shown([message])
    assert (message.state, message.text_id) == ("sent", first.pk)
    assert (shown.subject, shown.text) == ("Kabar untuk Siti", "Yth. Siti: sesi besok")


def test_a_message_that_waits_goes_in_the_words_in_use_when_it_goes(province):
    message = queue(
        kind="greeting", key="g:1", channel=Channel.READY_TEXT, participant_id=ParticipantFactory().pk,
        context={"words": "sesi besok"},
    )  # fmt: skip
    save(province, "Kata baru: {words}")

    (prepared,), _refused = compose.prepare([message])

    assert compose.letter(prepared).text == "Kata baru: sesi besok"


def test_going_back_is_a_version_of_its_own(province):
    save(province)
    save(province, "Kedua: {words}", based_on=1)

    third = editing.go_back(
        kind="greeting", channel="ready_text", language="id", version=1, reason="lebih baik", based_on=2,
        by=province,
    )  # fmt: skip

    assert (third.version, third.restores, third.body) == (3, 1, GOOD)
    assert used() == third
    assert MessageText.objects.count() == 3


def test_going_back_to_the_portals_own_text_uses_that(province):
    save(province)

    editing.go_back(
        kind="greeting", channel="ready_text", language="id", version=0, reason="cukup", based_on=1,
        by=province,
    )  # fmt: skip

    assert used() is None


def test_a_text_whose_gaps_are_gone_is_passed_over_and_said(province):
    save(province, "Halo {name}, {words} {number} ya.")
    kinds.register(replace(kinds.get("greeting"), required=("name", "words", "starts_at")))

    words = wording.in_force(["greeting"])
    warnings = [one for one in run_checks(databases=["default"]) if one.id == "notifications.W002"]

    assert words.text("greeting", "ready_text", "id") is None
    assert ("greeting", "ready_text", "id") in words.unfit
    assert len(warnings) == 1


def test_a_language_without_a_registered_text_is_answered_in_indonesian(whatsapp, monkeypatch):
    real = compose.registered_text

    def only_indonesian(kind, language):
        if language == "en":
            raise compose.Unsayable("template_missing")
        return real(kind, language)

    monkeypatch.setattr(compose, "registered_text", only_indonesian)
    queue(
        kind="greeting", key="g:1", participant_id=ParticipantFactory(full_name="Siti").pk, language="en",
        context={"words": "sesi besok."},
    )  # fmt: skip

    outbox.drain()

    assert [(one.language, one.template) for one in whatsapp.accepted] == [("id", "greeting")]


# ---------------------------------------------------------------- two people, and twice


def test_who_was_slower_is_told_and_nothing_is_overwritten(province):
    save(province, "Pertama: {words}")

    with pytest.raises(editing.ChangedMeanwhile):
        save(member(Role.PROVINCE), "Kedua: {words}")

    assert MessageText.objects.count() == 1


def test_saving_twice_from_the_same_page_keeps_one_version(province):
    assert save(province) == save(province)
    assert MessageText.objects.count() == 1


def test_the_same_words_again_are_no_new_version(province):
    save(province)

    with pytest.raises(editing.SameWords):
        save(province, based_on=1)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_kept():
    people, outcomes = [member(Role.PROVINCE), member(Role.PROVINCE)], []
    begin = threading.Barrier(2)

    def write(number):
        begin.wait()
        try:
            save(people[number], f"Dari {'AB'[number]}: {{words}}")
            outcomes.append("saved")
        except editing.ChangedMeanwhile:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[number]) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["saved", "told"]
    assert MessageText.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"version": 1}, "version_once"),
        ({"version": 0}, "version_positive"),
        ({"version": 2, "restores": 2}, "restores_older"),
        ({"version": 2, "body": ""}, "says_something"),
    ],
)
def test_the_database_has_the_last_word(province, fields, constraint):
    save(province)
    row = {
        "kind": "greeting", "channel": "ready_text", "language": "id", "body": "x", "reason": "x",
        "created_by": province,
    }  # fmt: skip

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        MessageText.objects.create(**{**row, **fields})


def test_who_wrote_it_stands_in_the_trail(province):
    save(province)

    event = AuditEvent.objects.get(action="notifications.text.changed")
    assert (event.actor, event.details["version"]) == (province, 1)


# ---------------------------------------------------------------- on a real person


def test_the_preview_shows_the_persons_own_occasion_without_the_own_link_and_sends_nothing(province):
    person = ParticipantFactory(full_name="Siti Rahmawati")
    said = {"words": "sesi besok", "answer_path": "/pelatihan/jawab/abc-rahasiasekaliini/"}
    kinds.register(replace(kinds.get("greeting"), details=lambda rows: {m.key: said for m in rows}))
    queue(
        kind="greeting",
        key="g:1",
        channel=Channel.READY_TEXT,
        participant_id=person.pk,
        cause=("tests.thing", 3),
    )

    example = editing.for_person(
        kinds.get("greeting"), "ready_text", participant_id=person.pk, language="id", by=province
    )

    assert example.is_real
    assert (example.values["name"], example.values["words"]) == ("Siti Rahmawati", "sesi besok")
    assert "rahasiasekaliini" not in str(example.values)
    assert Message.objects.count() == 1
    assert AuditEvent.objects.filter(action="notifications.text.previewed").count() == 1


def test_a_person_without_an_occasion_lends_only_the_name(province):
    person = ParticipantFactory(full_name="Siti Rahmawati")

    example = editing.for_person(
        kinds.get("greeting"), "ready_text", participant_id=person.pk, language="id", by=province
    )

    assert (example.is_real, example.values["name"]) == (False, "Siti Rahmawati")


# ---------------------------------------------------------------- WhatsApp


def approve(language="id", version=1, *, by, state=TemplateState.APPROVED):
    registering.set_by_hand(
        kind="greeting", language=language, version=version, state=state, reason="", by=by
    )


def test_a_text_for_whatsapp_is_used_once_it_is_approved(province, whatsapp):
    kinds.register(replace(kinds.get("greeting"), gaps={"words": "x"}, required=("words",)))
    text = save(province, "Halo {name}, kabar: {words} Salam.", channel="whatsapp")
    assert used("whatsapp") is None

    approve(by=province)

    assert used("whatsapp") == text
    queue(
        kind="greeting", key="g:1", participant_id=ParticipantFactory(full_name="Siti").pk,
        context={"words": "sesi besok."},
    )  # fmt: skip
    outbox.drain()
    assert [(one.template, one.values) for one in whatsapp.accepted] == [
        ("greeting_v1", ("Siti", "sesi besok."))
    ]


def test_a_rejected_new_text_leaves_the_one_before_in_use(province):
    first = save(province, "Satu {name}, kabar: {words} Salam.", channel="whatsapp")
    approve(by=province)
    save(province, "Dua {name}, kabar: {words} Salam.", channel="whatsapp", based_on=1)

    approve(version=2, by=province, state=TemplateState.REJECTED)

    assert used("whatsapp") == first
    assert not wording.in_force(["greeting"]).is_off("greeting", "id")


def test_going_back_to_an_approved_text_needs_no_new_approval(province):
    save(province, "Satu {name}, kabar: {words} Salam.", channel="whatsapp")
    approve(by=province)
    save(province, "Dua {name}, kabar: {words} Salam.", channel="whatsapp", based_on=1)
    approve(version=2, by=province)

    editing.go_back(
        kind="greeting", channel="whatsapp", language="id", version=1, reason="lebih baik", based_on=2,
        by=province,
    )  # fmt: skip

    assert used("whatsapp").words_of == 1
    assert wording.in_force(["greeting"]).template("greeting", "id").name == "greeting_v1"
    assert RegisteredTemplate.objects.count() == 2


def test_what_is_pasted_numbers_the_gaps_in_their_order():
    body = "Halo {name}, {words} Salam, {name} ya."

    assert registering.to_paste(body) == "Halo {{1}}, {{2}} Salam, {{3}} ya."
