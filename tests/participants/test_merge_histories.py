"""Joining, taking back and joining again, over random histories of both people in every app.

Every row that points to either of them is compared: after taking back it is what it was before, and joining
again gives what joining gave the first time.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bazaars.models import (
    Allocation,
    Application,
    FairnessAnswer,
    PaperKind,
    PaperSeen,
    PaperSent,
    TurnLedger,
)
from okoce.accounts.roles import Role
from okoce.notifications.models import Inbound, Message, MessagePause, OptOut, PushSubscription
from participants import merging as registry
from participants.models import (
    Business,
    CardSeen,
    Consent,
    DataRequest,
    Document,
    Enrolment,
    FosterLink,
    Guardian,
    IdentityPhoto,
    ImportBatch,
    ImportRow,
    MentorAssignment,
    Note,
    Participant,
    SelfRegistration,
    StatusChange,
    StepReached,
    StepTakenBack,
    Transfer,
    TransferRequest,
)
from participants.models.rights import ANSWER_WITHIN
from participants.services import cards, merging
from tests.factories import BookingFactory, ParticipantFactory, ScanFactory, SessionFactory, member
from tests.factories.applicants import sent_in
from tests.factories.bazaars import ApplicationFactory, open_site
from tests.factories.trainings import day_at
from trainings.models import (
    Activity,
    Availability,
    Booking,
    CalendarFeed,
    Certificate,
    EquipmentGrant,
    FeedbackGiven,
    GroupMember,
    NameConfirmation,
    Phase,
    Waiting,
)

pytestmark = pytest.mark.django_db

AGENCIES = ("ppkukm-31-73", "kpkp-31-73", "ppapp-31-73")
STATES = ("invited", "confirmed", "declined", "lapsed", "moved", "released")

# What one of the two has in each app: small numbers that name a session, a site, a step or an agency, so that
# both often have the same.
one_history = st.fixed_dictionaries(
    {
        "bookings": st.dictionaries(st.integers(0, 3), st.sampled_from(STATES), max_size=3),
        "present": st.sets(st.integers(0, 3), max_size=2),
        "sites": st.sets(st.integers(0, 1), max_size=2),
        "stall": st.booleans(),
        "steps": st.dictionaries(st.integers(2, 6), st.integers(1, 200), max_size=3),
        "agencies": st.sets(st.integers(0, 2), max_size=2),
        "years": st.sets(st.sampled_from([2024, 2025, 2026]), max_size=2),
        "businesses": st.lists(st.sampled_from(["Kopi Pagi", "kopi  pagi", "Keripik", ""]), max_size=2),
        "consent": st.lists(st.booleans(), max_size=2),
        "mentor": st.booleans(),
        "reminders": st.sets(st.integers(0, 3), max_size=2),
        "turns": st.sets(st.integers(0, 1), max_size=2),
        "note": st.booleans(),
        "card": st.booleans(),
        "papers": st.integers(0, 2),
        "papers_seen": st.integers(0, 2),
        "paper_sent": st.booleans(),
        "fairness": st.booleans(),
        "guardian": st.booleans(),
        "id_photo": st.booleans(),
        "card_seen": st.booleans(),
        "requests": st.dictionaries(
            st.sampled_from(["copy", "correction", "erasure"]), st.booleans(), max_size=2
        ),
        "moves": st.integers(0, 2),
        "asked_by": st.sets(st.integers(0, 1), max_size=2),
        "withdrew": st.booleans(),
        "step_back": st.booleans(),
        "listed": st.booleans(),
        "self_registered": st.booleans(),
        "certificates": st.sets(st.sampled_from([2024, 2025]), max_size=2),
        "feedback": st.sets(st.integers(0, 3), max_size=2),
        "name_confirmed": st.booleans(),
        "equipment": st.booleans(),
        "feed": st.booleans(),
        "waits": st.sets(st.integers(0, 2), max_size=2),
        "availability": st.booleans(),
        "group": st.booleans(),
        "ended": st.sets(st.sampled_from(["trainings", "bazaars"]), max_size=2),
        "phone": st.booleans(),
        "paused": st.booleans(),
        "wrote": st.integers(0, 2),
    }
)
chosen_fields = st.sets(st.sampled_from(merging.CHOICES), max_size=4)


def build_stage() -> dict[str, Any]:
    """Four sessions (two at one time, two of one activity) and two sites on the same days."""
    start = day_at(20, 9)
    codes = list(Activity.objects.order_by("position").values_list("code", flat=True))
    days = [start + timedelta(days=n) for n in (0, 0, 3, 5)]
    sessions = [
        SessionFactory(activity_code=codes[n], starts_at=day, ends_at=day + timedelta(hours=2))
        for n, day in zip((0, 1, 0, 2), days, strict=True)
    ]
    mentors = [member(Role.MENTOR, "31.73.07") for _ in range(2)]
    batch = ImportBatch.objects.create(
        city_id="31.73", uploaded_by=mentors[0], file_name="a.xlsx", file_size=1, sha256="0" * 64,
        as_of=date(2026, 1, 1),
    )  # fmt: skip
    phase = Phase.objects.create(
        name="Tahap 1", year=2026, city_id="31.73", starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30)
    )
    return {
        "sessions": sessions,
        "sites": [open_site(), open_site()],
        "mentors": mentors,
        "batch": batch,
        "phase": phase,
    }


def live(person: Participant, told: dict[str, Any], stage: dict[str, Any], which: int) -> None:
    """Write one history."""
    now = timezone.now()
    for n, state in told["bookings"].items():
        free = state in ("invited", "confirmed")
        clash = free and Booking.objects.enrolled().filter(
            participant=person, during__overlap=(stage["sessions"][n].starts_at, stage["sessions"][n].ends_at)
        )
        if not (clash and clash.exists()):
            BookingFactory(session=stage["sessions"][n], participant=person, state=state)
    for n in told["present"]:
        ScanFactory(session=stage["sessions"][n], participant=person)
    for n in told["sites"]:
        application = ApplicationFactory(site=stage["sites"][n], participant=person)
        if told["stall"] and not Allocation.objects.filter(participant=person).exists():
            stall = stage["sites"][n].stalls.order_by("pk")[which]
            bazaar = stage["sites"][n].bazaar
            Allocation.objects.create(
                application=application, participant=person, stall=stall, decided_at=now,
                days=(bazaar.starts_on, bazaar.ends_on + timedelta(days=1)),
            )  # fmt: skip
    for n in told["turns"]:
        TurnLedger.objects.create(
            participant=person, site=stage["sites"][n], kind="held", on=date(2026, 1, 1)
        )
    for step, day in told["steps"].items():
        StepReached.objects.create(
            participant=person, step=step, reached_on=date(2026, 1, 1) + timedelta(days=day), evidence="x:1"
        )
    for n in told["agencies"]:
        FosterLink.objects.create(
            participant=person, organisation_id=AGENCIES[n], valid_from=date(2026, 1, 1)
        )
    for year in told["years"]:
        Enrolment.objects.create(participant=person, year=year, enrolled_on=date(year, 2, 1 + which))
    for name in told["businesses"]:
        Business.objects.create(participant=person, name=name)
    for is_given in told["consent"]:
        Consent.objects.create(
            participant=person,
            purpose="messages",
            is_given=is_given,
            text_version="1",
            channel="counter",
            at=now,
        )
    if told["mentor"]:
        MentorAssignment.objects.create(
            participant=person, mentor=stage["mentors"][which], valid_from=date(2026, 1, 1)
        )
    for n in told["reminders"]:
        session = stage["sessions"][n]
        Message.objects.create(
            key=f"session:{session.pk}:participant:{person.pk}:reminder-1d", kind="session_reminder",
            channel="email", participant_id=person.pk, due_at=now, cause_type="trainings.trainingsession",
            cause_id=session.pk,
        )  # fmt: skip
    if told["note"]:
        note = Note(participant=person, author=stage["mentors"][which], role=Role.MENTOR)
        note.text = "datang ke kantor"
        note.save()
    if told["card"]:
        cards.issue(participant_id=person.pk, by=stage["mentors"][which])
    live_in_the_register(person, told, stage, which)
    live_in_trainings(person, told, stage, which)
    live_in_messages(person, told, stage, which)


def live_in_the_register(
    person: Participant, told: dict[str, Any], stage: dict[str, Any], which: int
) -> None:
    """Papers, guardians, wishes, moves, and where the entry came from."""
    now, by = timezone.now(), stage["mentors"][which]
    for n in range(told["papers"]):
        Document.objects.create(
            participant=person, kind="other", title=f"surat {n}", file=f"x{person.pk}{n}", size=3,
            content_type="application/pdf", uploaded_by=by,
        )  # fmt: skip
    kind = PaperKind.objects.order_by("pk").first()
    for n in range(told["papers_seen"]):
        PaperSeen.objects.create(
            participant=person, paper=kind, seen_on=date(2026, 1, 1 + n), recorded_by=by, is_good=n == 0
        )
    if told["paper_sent"]:
        PaperSent.objects.create(
            participant=person, paper=kind, file=f"s{person.pk}", content_type="image/jpeg", size=3,
            sent_at=now,
        )  # fmt: skip
    if told["fairness"]:
        FairnessAnswer.objects.create(
            participant=person, has_disability=which == 0, text="Setuju", consented_at=now
        )
    if told["guardian"]:
        guardian = Guardian(
            participant=person, full_name="Ibu Aminah", relation="parent", agreed_at=now, text_version="1"
        )
        guardian.phone = "+6281200009999"
        guardian.save()
    if told["id_photo"]:
        IdentityPhoto.objects.create(participant=person, file=f"ktp{person.pk}", taken_at=now, taken_by=by)
    if told["card_seen"]:
        CardSeen.objects.create(participant=person, reason="KTP dilihat", seen_at=now, seen_by=by)
    for kind, is_open in told["requests"].items():
        wish = DataRequest(
            participant=person, kind=kind, channel="counter", received_at=now, due_at=now + ANSWER_WITHIN
        )
        if not is_open:
            wish.state, wish.decided_at, wish.answer = "done", now, "sudah"
        wish.asked = {"note": f"nomor {which}"}
        wish.save()
    for n in range(told["moves"]):
        Transfer.objects.create(
            participant=person, from_organisation_id=AGENCIES[n], to_organisation_id=AGENCIES[n + 1],
            moved_on=date(2026, 2, 1), counts_from=date(2026, 2, 1 + n), reason="tugas", recorded_by=by,
        )  # fmt: skip
    for n in told["asked_by"]:
        area = ("31.73.08", "31.73.05")[n]
        TransferRequest.objects.create(
            participant=person, asked_area_id=area, asked_by=by, held_at="Palmerah",
            to_kelurahan_id=f"{area}.1001", to_city_id="31.73", moved_on=date(2026, 2, 1), reason="KTP",
            expires_on=date(2027, 1, 1),
        )  # fmt: skip
    if told["withdrew"]:
        StatusChange.objects.create(
            participant=person, status="withdrawn", was_status="active", starts_on=date(2026, 4, 1),
            counts_from=date(2026, 4, 1), reason="kata keluarga", recorded_by=by,
        )  # fmt: skip
    if told["step_back"]:
        StepTakenBack.objects.create(
            participant=person, step=3, reached_on=date(2026, 3, 1), evidence="manual", reason="keliru",
            taken_back_by=by,
        )  # fmt: skip
    if told["listed"]:
        ImportRow.objects.create(
            batch=stage["batch"], position=10 + which, sheet="Daftar", row=10 + which, status="accepted",
            outcome="existing", participant=person,
        )  # fmt: skip
    if told["self_registered"]:
        row = sent_in()
        SelfRegistration.objects.filter(pk=row.pk).update(
            participant=person, state="accepted", decided_at=now, decided_by=by, typed_ciphertext=None
        )


def live_in_trainings(person: Participant, told: dict[str, Any], stage: dict[str, Any], which: int) -> None:
    """What trainings keep of somebody beside seats and scans."""
    now, by = timezone.now(), stage["mentors"][which]
    for year in told["certificates"]:
        serial = year * 10 + which
        Certificate.objects.create(
            participant=person, year=year, city_id="31.73", kecamatan_id="31.73.07", serial=serial,
            number=f"OKOCE/JB/{year}/{serial}", issuer_id="ppkukm-31-73",
        )  # fmt: skip
    for n in told["feedback"]:
        FeedbackGiven.objects.create(session=stage["sessions"][n], participant=person)
    if told["name_confirmed"]:
        NameConfirmation.objects.create(
            participant=person, name=person.full_name, confirmed_at=now, confirmed_by=by
        )
    if told["equipment"]:
        EquipmentGrant.objects.create(
            participant=person, nik_lookup=person.nik_lookup, item="mixer", given_on=date(2026, 5, 1)
        )
    if told["feed"]:
        token = f"feed{person.pk}".encode()
        CalendarFeed.objects.create(
            kind="participant", participant=person, token_lookup=token.ljust(32, b"0"),
            token_ciphertext=token, created_by=by,
        )  # fmt: skip
    activities = list(Activity.objects.order_by("position")[:3])
    for n in told["waits"]:
        Waiting.objects.create(
            participant=person, activity=activities[n], area_id="31.73.07", since=now - timedelta(days=which)
        )
    if told["availability"]:
        Availability.objects.create(participant=person, evenings=bool(which), changed_at=now, changed_by=by)
    if told["group"]:
        GroupMember.objects.create(
            phase=stage["phase"], kecamatan_id="31.73.07", number=1 + which, participant=person
        )


def live_in_messages(person: Participant, told: dict[str, Any], stage: dict[str, Any], which: int) -> None:
    """What somebody wishes about messages, and wrote."""
    for topic in told["ended"]:
        OptOut.objects.create(participant_id=person.pk, topic=topic)
    if told["phone"]:
        digest = str(person.pk).encode().rjust(32, b"0")
        PushSubscription.objects.create(participant_id=person.pk, digest=digest, secret_ciphertext=b"x")
    if told["paused"]:
        MessagePause.objects.create(
            participant_id=person.pk, reason="keluarga berduka", made_by=stage["mentors"][which]
        )
    for n in range(told["wrote"]):
        Inbound.objects.create(
            participant_id=person.pk, provider_id=f"wamid.{person.pk}.{n}", form="text", at=timezone.now()
        )


def plain(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


def everything(*people: Participant) -> dict[str, list[Any]]:
    """Every row that points to one of them, whole, and the two rows themselves with what their seals hold."""
    ids, found = [person.pk for person in people], {}
    for reference, field in registry.references():
        if reference.startswith(("participants.Merge.", "participants.Participant.")):
            continue
        rows = field.model._base_manager.filter(**{f"{field.attname}__in": ids}).order_by("pk")
        found[reference] = [
            {name: plain(value) for name, value in row.items() if name != "updated_at"}
            for row in rows.values()
        ]
    for person in Participant.everybody.filter(pk__in=ids).order_by("pk"):
        found[person.number] = [
            {
                field.attname: plain(getattr(person, field.attname))
                for field in person._meta.concrete_fields
                if not field.attname.endswith("_ciphertext") and field.attname != "updated_at"
            }
            | {"nik": person.nik, "phone": person.phone, "kk": person.kk}
        ]
    return found


def join(survivor: Participant, merged: Participant, chosen: set[str], by: Any) -> Any:
    return merging.merge(
        survivor_id=survivor.pk, merged_id=merged.pk, chosen=dict.fromkeys(chosen, "merged"), reason="KTP",
        by=by, now=timezone.now(),
    )  # fmt: skip


def check_one_person(survivor: Participant, merged: Participant) -> None:
    """What must hold of a joined pair, whatever the two brought along."""
    left = Booking.objects.filter(participant=merged)
    assert not left.filter(state__in=["invited", "confirmed", "walked_in"]).exists()
    assert not Message.objects.filter(
        participant_id=merged.pk, state__in=["pending", "ready", "held"]
    ).exists()
    assert not Allocation.objects.filter(participant=merged).exclude(state="released").exists()
    assert not Application.objects.filter(participant=merged, state="submitted", site__state="open").exists()
    for reference, field in registry.references():
        if isinstance(registry.rules()[reference], registry.Move):
            assert not field.model._base_manager.filter(**{field.attname: merged.pk}).exists(), reference


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(mine=one_history, theirs=one_history, chosen=chosen_fields)
def test_joining_taking_back_and_joining_again(transactional_savepoint, mine, theirs, chosen):
    with transactional_savepoint():
        stage, officer = build_stage(), member(Role.SUDIN, "31.73")
        survivor = ParticipantFactory(full_name="Siti Aminah", number="JB-PM-90001", birth_place="Jakarta")
        merged = ParticipantFactory(
            full_name="Siti Aminnah", number="JB-PM-90002", birth_date=date(1991, 1, 2), address="Jl. Mawar 3"
        )
        live(survivor, mine, stage, 0)
        live(merged, theirs, stage, 1)
        before = everything(survivor, merged)

        done = join(survivor, merged, chosen, officer)
        joined = everything(survivor, merged)
        check_one_person(survivor, merged)

        merging.undo(merge_id=done.pk, by=officer, now=timezone.now())
        assert everything(survivor, merged) == before

        join(survivor, merged, chosen, officer)
        again = everything(survivor, merged)
        for rows in (*joined.values(), *again.values()):
            for row in rows:  # the moment a message, an application or a stall was given up
                row.pop("finished_at", None)
                row.pop("withdrawn_at", None)
                row.pop("released_at", None)
        assert again == joined


FULL = {
    "bookings": {0: "confirmed"}, "present": {2}, "sites": {0}, "stall": True, "steps": {3: 9},
    "agencies": {0}, "years": {2026}, "businesses": ["Kopi Pagi"], "consent": [True], "mentor": True,
    "reminders": {1},
    "turns": {0}, "note": True, "card": True, "papers": 1, "papers_seen": 1, "fairness": True,
    "paper_sent": True,
    "guardian": True, "id_photo": True,
    "card_seen": True, "requests": {"copy": True}, "moves": 1, "asked_by": {0}, "withdrew": True,
    "step_back": True, "listed": True, "self_registered": True, "certificates": {2025}, "feedback": {0},
    "name_confirmed": True, "equipment": True, "feed": True, "waits": {0}, "availability": True,
    "group": True, "ended": {"bazaars"}, "phone": True, "paused": True, "wrote": 1,
}  # fmt: skip


def test_the_histories_hold_every_table_of_people():
    """Whoever adds a table that points to a participant writes it into the histories above."""
    stage, person = build_stage(), ParticipantFactory()
    live(person, FULL, stage, 0)

    empty = {reference for reference, rows in everything(person).items() if not rows}
    of_people = {name for name in empty if name.startswith(("participants.", "notifications.", "bazaars."))}
    assert of_people == {"participants.DuplicateCandidate.first", "participants.DuplicateCandidate.second"}


def test_two_full_histories_join_and_come_apart():
    stage, officer = build_stage(), member(Role.SUDIN, "31.73")
    survivor, merged = ParticipantFactory(number="JB-PM-90001"), ParticipantFactory(number="JB-PM-90002")
    live(survivor, FULL, stage, 0)
    live(merged, FULL, stage, 1)
    before = everything(survivor, merged)

    done = join(survivor, merged, set(), officer)
    merging.undo(merge_id=done.pk, by=officer, now=timezone.now())

    after = everything(survivor, merged)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


@pytest.fixture
def transactional_savepoint():
    """Each example begins with an empty stage: what it wrote is rolled back."""
    from contextlib import contextmanager

    from django.db import transaction

    @contextmanager
    def savepoint():
        with transaction.atomic():
            try:
                yield
            finally:
                transaction.set_rollback(True)

    return savepoint
