"""Three places with the same things in each, and one person of every role who works in the first.

own: kecamatan Palmerah, Jakarta Barat · neighbour: another kecamatan of Jakarta Barat · elsewhere: Jakarta
Pusat.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.utils import timezone

from bazaars.models import PaperKind
from bazaars.services import incidents, papers, plans
from okoce.accounts import sessions
from okoce.accounts.models import Membership, User
from okoce.accounts.roles import Role
from okoce.audit.services import record
from okoce.notifications.models import Campaign, Inbound, Message
from participants.models import (
    DataRequest,
    DuplicateCandidate,
    FosterLink,
    ImportBatch,
    ImportRow,
    MentorAssignment,
    Merge,
)
from participants.models.rights import ANSWER_WITHIN
from participants.services import businesses, cards, dossier, merging, transfers
from participants.services.sign_in import account_of
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    SessionFactory,
    TrainerFactory,
    UserFactory,
    WaitingFactory,
    member,
)
from tests.factories.applicants import sent_in
from tests.factories.bazaars import (
    AllocationFactory,
    ApplicationFactory,
    BazaarFactory,
    frozen_site,
    open_site,
)
from tests.factories.trainings import HolidayFactory, PhaseFactory, RamadanFactory, completed
from trainings import releasing
from trainings.models import Release, TrainerAbsence, VenueClosure
from trainings.services import certificates, feeds, planning

OWN, NEIGHBOUR, ELSEWHERE = "own", "neighbour", "elsewhere"
KECAMATAN = {OWN: "31.73.07", NEIGHBOUR: "31.73.08", ELSEWHERE: "31.71.06"}
NAMES = {OWN: "Suminah Palmerahwati", NEIGHBOUR: "Wagiman Kembanganto", ELSEWHERE: "Kartolo Mentengono"}
YEAR_OF_CERTIFICATE = {OWN: 2018, NEIGHBOUR: 2019, ELSEWHERE: 2020}
ANONYMOUS, NOBODY = "anonymous", "nobody"
ACTORS = (*(role.value for role in Role), NOBODY, ANONYMOUS)


@dataclass(frozen=True)
class Place:
    """One of each kind of object in a kecamatan. ``marker`` is a name that must not reach anybody else."""

    name: str
    kecamatan: str
    marker: str
    participant: Any
    session: Any
    booking: Any
    bazaar: Any
    site: Any
    allocation: Any
    draw: Any
    message: Any
    inbound: Any
    campaign: Any
    batch: Any
    row: Any
    event: Any
    card: str
    pair: Any
    merge: Any
    applicant: Any
    certificate: Any
    product: Any
    outlet: Any
    document: Any
    note: Any
    transfer: Any
    request: Any
    feed: Any
    wait: Any
    holiday: Any
    ramadan: Any
    phase: Any
    run: Any
    closure: Any
    absence: Any
    release: Any
    incident: Any
    paper: Any

    @property
    def city(self) -> str:
        return self.kecamatan[:5]


@dataclass(frozen=True)
class World:
    places: dict[str, Place]
    keys: dict[str, str]  # actor → session key


def build() -> World:
    places = {name: _place(name) for name in KECAMATAN}
    return World(places, {actor: _session(user, role) for actor, user, role in _people(places[OWN])})


def _place(name: str) -> Place:
    kecamatan = KECAMATAN[name]
    city = kecamatan[:5]
    agency = f"{'pkk' if name == NEIGHBOUR else 'kpkp'}-{city.replace('.', '-')}"
    participant = ParticipantFactory(full_name=NAMES[name], kelurahan_id=f"{kecamatan}.1001")
    FosterLink.objects.create(participant=participant, organisation_id=agency)
    trainer = TrainerFactory(city_id=city, user=UserFactory())
    session = SessionFactory(kecamatan_id=kecamatan, trainer=trainer)
    booking = BookingFactory(session=session, participant=participant)
    bazaar = BazaarFactory(city_id=city, host_id=f"ppkukm-{city.replace('.', '-')}")
    site = open_site(bazaar=bazaar, kecamatan_id=kecamatan, pengampu=_quota(agency))
    type(bazaar).objects.filter(pk=bazaar.pk).update(is_curated=True)
    application = ApplicationFactory(site=site, participant=participant, pengampu_id=agency)
    allocation = AllocationFactory(
        application=application, stall=site.stalls.create(number="Z01", row=8, column=1)
    )
    site.stalls.create(number="P01", row=9, column=1, kind="partner", label="Bulog")
    closed = open_site(bazaar=bazaar, kecamatan_id=kecamatan, pengampu=_quota(agency))
    frozen_site(applications=0, site=closed)
    officer = member(Role.SUDIN, city)
    plans.set_ground(site_id=site.pk, photo=b"foto", size=(40, 30), columns=20, entrance="", by=officer)
    business = participant.businesses.create(name="Usaha", is_running=True)
    product = businesses.save_product(
        business_id=business.pk, product=None, fields={"name": "Produk"}, photo=b"foto", drops_photo=False,
        by=officer,
    )  # fmt: skip
    batch = ImportBatch.objects.create(
        city_id=city, uploaded_by=officer, file="imports/tes.xlsx", file_name="tes.xlsx", file_size=9,
        sha256="0" * 64, as_of=date(2026, 3, 1), state="checked", checked_at=timezone.now(), rows_total=1,
        totals={"rows": 1, "accepted": 1},
    )  # fmt: skip
    return Place(
        name=name,
        kecamatan=kecamatan,
        marker=NAMES[name],
        participant=participant,
        session=session,
        booking=booking,
        bazaar=bazaar,
        site=site,
        allocation=allocation,
        draw=closed.draw,
        message=Message.objects.create(
            key=f"tes:{name}", kind="session_reminder", channel="ready_text", state="ready",
            participant_id=participant.pk, cause_type="trainings.trainingsession", cause_id=session.pk,
            city=city, kecamatan=kecamatan, due_at=timezone.now(),
        ),
        inbound=Inbound.objects.create(
            provider_id=f"wamid.{name}", form="text", state="tray", at=timezone.now(),
            participant_id=participant.pk, city=city, kecamatan=kecamatan,
        ),
        campaign=Campaign.objects.create(
            title="Kabar", announcement="Pendaftaran dibuka", audience="everybody", page="home",
            city=city, kecamatan=kecamatan, office="Kantor", made_by=officer,
        ),
        batch=batch,
        row=ImportRow.objects.create(batch=batch, position=1, sheet="Sheet1", row=2, status="rejected"),
        event=record(officer, "participants.nik.unmasked", participant),
        pair=_pair(participant),
        merge=_merge(participant, officer),
        card=cards.address_of(cards.issue(participant_id=participant.pk, by=officer)).split("/")[-2],
        # with a doubt: accepting asks to compare first, and makes nobody here
        applicant=sent_in(full_name=NAMES[name], kelurahan=f"{kecamatan}.1001", birth_date="1990-08-08"),
        wait=WaitingFactory(participant=participant, area_id=kecamatan),
        feed=feeds.subscribe(
            kind="participant", participant=participant, by=account_of(participant.pk)
        ),
        certificate=_certificate(participant, officer, year=YEAR_OF_CERTIFICATE[name]),
        product=product,
        outlet=businesses.add_outlet(business=business, fields={"kind": "home", "name": "Rumah"}, by=officer),
        document=dossier.add_document(
            participant=participant, kind="other", title="", content=b"isi", content_type="image/jpeg",
            by=officer,
        ),
        note=dossier.write_note(
            participant_id=participant.pk, text="Catatan", is_sensitive=False, by=officer
        ),
        transfer=transfers.request_transfer(
            participant_id=participant.pk, to_kelurahan="31.72.01.1001", moved_on=date(2026, 3, 12),
            reason="Pindah", by=member(Role.SUDIN, "31.72"), today=timezone.localdate(),
        ),
        request=DataRequest.objects.create(
            participant=participant, kind="copy", channel="counter", received_at=(came := timezone.now()),
            due_at=came + ANSWER_WITHIN, entered_by=officer,
        ),
        closure=VenueClosure.objects.create(
            venue=session.venue, first_day=session.starts_at, last_day=session.starts_at, reason="Banjir"
        ),
        absence=TrainerAbsence.objects.create(
            trainer=trainer, first_day=session.starts_at, last_day=session.starts_at
        ),
        release=_release(session),
        incident=incidents.report(
            site_id=site.pk, form_key=uuid.uuid4(), by=officer, now=timezone.now() + timedelta(days=31),
            told=incidents.Told(kind="other", what=f"Kabel milik {NAMES[name]}", photo=b"foto"),
        ),
        paper=papers.send(
            participant_id=participant.pk, paper=PaperKind.objects.get(pk="pirt"), content=b"isi",
            content_type="image/jpeg", by=officer, now=timezone.now(),
        ),
        holiday=HolidayFactory(area_id=city, name=NAMES[name]),
        ramadan=RamadanFactory(),
        phase=(phase := PhaseFactory(city_id=city, name=f"Tahap {NAMES[name]}", kecamatan=(kecamatan,))),
        run=_run(phase, participant, officer),
    )  # fmt: skip


def _run(phase: Any, participant: Any, officer: User) -> Any:
    """A run of a phase whose first group holds the participant."""
    phase.members.create(kecamatan_id=participant.kecamatan_id, number=1, participant=participant)
    return planning.request_plan(phase_id=phase.pk, by=officer, today=timezone.localdate())


def _release(session: Any) -> Any:
    made = Release.objects.create(city_id=session.city_id, released_at=timezone.now())
    made.entries.create(session=session, kind="new", after=releasing.snapshot(session))
    return made


def _certificate(participant: Any, officer: User, *, year: int) -> Any:
    """Each place has its year: an own certificate is addressed by nothing else."""
    completed(participant, year=year)
    certificates.confirm_name(participant_id=participant.pk, name=participant.full_name, by=officer)
    return certificates.issue(participant_id=participant.pk, year=year, by=officer)


def _pair(participant: Any) -> DuplicateCandidate:
    """The participant and somebody of the same place who may be the same."""
    other = ParticipantFactory(full_name=participant.full_name, kelurahan_id=participant.kelurahan_id)
    return DuplicateCandidate.objects.create(
        first=participant, second=other, score=70, reasons=["name_same"], found_at=timezone.now()
    )


def _merge(participant: Any, officer: User) -> Merge:
    """Somebody who was joined to the participant."""
    other = ParticipantFactory(full_name=participant.full_name, kelurahan_id=participant.kelurahan_id)
    return merging.merge(
        survivor_id=participant.pk, merged_id=other.pk, chosen={}, reason="", by=officer, now=timezone.now()
    )


def _quota(agency: str) -> dict[str, Any]:
    from bazaars.feasibility import Bounds

    return {agency: Bounds(0, 3)}


def _people(own: Place):
    """(actor, user, role): everybody works in, or belongs to, the first place."""
    city = own.city
    mentor = member(Role.MENTOR, own.kecamatan)
    MentorAssignment.objects.create(participant=own.participant, mentor=mentor)
    trainer = own.session.trainer.user
    Membership.objects.create(user=trainer, role=Role.TRAINER, area_id=city)
    yield Role.PROVINCE, member(Role.PROVINCE), Role.PROVINCE
    yield Role.SUDIN, member(Role.SUDIN, city), Role.SUDIN
    yield Role.KECAMATAN, member(Role.KECAMATAN, own.kecamatan), Role.KECAMATAN
    yield Role.MENTOR, mentor, Role.MENTOR
    yield Role.TRAINER, trainer, Role.TRAINER
    yield Role.PENGAMPU, member(Role.PENGAMPU, organisation=f"kpkp-{city.replace('.', '-')}"), Role.PENGAMPU
    yield Role.PARTICIPANT, account_of(own.participant.pk), Role.PARTICIPANT
    yield Role.AUDITOR, member(Role.AUDITOR), Role.AUDITOR
    yield NOBODY, UserFactory(), None


def _session(user: User, role: Role | None) -> str:
    """A session as sign-in leaves it."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "okoce.accounts.backends.AccountBackend"
    store[HASH_SESSION_KEY] = User.objects.get(pk=user.pk).get_session_auth_hash()
    kind = sessions.PARTICIPANT if role == Role.PARTICIPANT else sessions.STAFF
    sessions.start(store, kind=kind, now=timezone.now())
    store.save()
    return store.session_key
