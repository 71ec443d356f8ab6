"""Participants as the outbox sees them: whom to greet, how to reach them, whether they want messages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat
from django.urls import NoReverseMatch

from okoce.db.encryption import lookup
from okoce.notifications.directory import Person, Phones
from okoce.notifications.enums import Channel as MessageChannel
from okoce.notifications.models import DeadNumber, OptOut, PushSubscription
from okoce.values import phone as phone_values
from participants import rules
from participants.enums import Purpose, Status
from participants.models import Consent, Participant


def people(ids: Collection[int], *, with_phone: bool) -> dict[int, Person]:
    """{id: Person}, in one query. Who has died is absent: nobody writes to them any more.

    Consent is the newest answer about messages; None when nobody was asked. Who has left the programme, moved
    away or had the use of their data restricted counts as having refused. The phone is opened only
    ``with_phone``.
    """
    newest = (
        Consent.objects.filter(participant=OuterRef("pk"), purpose=Purpose.MESSAGES)
        .order_by("-at", "-pk")
        .values("is_given")[:1]
    )
    rows = (
        Participant.objects.named()
        .filter(pk__in=ids)
        .exclude(status=Status.DIED)
        .annotate(
            wants_messages=Subquery(newest),
            is_off_whatsapp=_off_whatsapp(),
            has_push=_on_phones(),
            ended=_ended(),
        )
        .only(
            "uid", "full_name", "number", "email", "phone_ciphertext", "phone_lookup", "city_id",
            "kecamatan_id", "status", "restricted_at", "erased_at",
        )
    )  # fmt: skip
    return {row.pk: _person(row, with_phone=with_phone) for row in rows}


def _off_whatsapp() -> Exists:
    return Exists(DeadNumber.objects.filter(phone_lookup=OuterRef("phone_lookup")))


def _on_phones() -> Exists:
    return Exists(PushSubscription.objects.filter(participant_id=OuterRef("pk"), ended_at=None))


def _ended() -> ArraySubquery:
    mine = OptOut.objects.filter(participant_id=OuterRef("pk")).order_by()
    return ArraySubquery(mine.annotate(thing=Concat("topic", "channel")).values("thing"))


def _has_ended(channel: MessageChannel) -> Exists:
    return Exists(OptOut.objects.filter(participant_id=OuterRef("pk"), channel=channel))


def addresses() -> tuple[QuerySet[Any], dict[str, Combinable]]:
    """The same people for the database's own use (okoce.notifications.bulk): nothing is opened."""
    by_phone = Q(phone_ciphertext__isnull=False)
    return Participant.objects.named().exclude(status=Status.DIED), {
        "participant_id": F("pk"),
        "city": Coalesce("city_id", Value("")),
        "kecamatan": Coalesce("kecamatan_id", Value("")),
        "has_phone": ExpressionWrapper(by_phone, BooleanField()),
        "has_dead_number": ExpressionWrapper(by_phone & Q(_off_whatsapp()), BooleanField()),
        "has_sms": ExpressionWrapper(by_phone & ~Q(_has_ended(MessageChannel.SMS)), BooleanField()),
        "has_whatsapp": ExpressionWrapper(
            by_phone & ~Q(_off_whatsapp()) & ~Q(_has_ended(MessageChannel.WHATSAPP)), BooleanField()
        ),
        "has_ready_text": ExpressionWrapper(
            by_phone & ~Q(_has_ended(MessageChannel.WHATSAPP)), BooleanField()
        ),
        "has_email": ExpressionWrapper(~Q(email="") & ~Q(_has_ended(MessageChannel.EMAIL)), BooleanField()),
        "has_push": ExpressionWrapper(Q(_on_phones()) & ~Q(_has_ended(MessageChannel.PUSH)), BooleanField()),
    }


def facts(participants: Any) -> Any:
    """Whether each wants messages, as ``people`` has it: takes_messages, refuses_messages."""
    newest = (
        Consent.objects.filter(participant=OuterRef("pk"), purpose=Purpose.MESSAGES)
        .order_by("-at", "-pk")
        .values("is_given")[:1]
    )
    takes_part = Q(status=Status.ACTIVE, restricted_at__isnull=True, erased_at__isnull=True)
    return participants.annotate(
        newest_answer=Subquery(newest),
    ).annotate(
        takes_messages=Case(When(takes_part & Q(newest_answer=True), then=True), default=False),
        refuses_messages=Case(When(~takes_part | Q(newest_answer=False), then=True), default=False),
    )


def _person(row: Participant, *, with_phone: bool) -> Person:
    phone = row.phone if with_phone else ""
    return Person(
        name=row.full_name,
        number=row.number,
        email=row.email,
        phone=phone if phone and phone_values.is_mobile(phone) else "",
        has_phone=bool(row.phone_ciphertext),
        city=row.city_id or "",
        kecamatan=row.kecamatan_id or "",
        consent=row.wants_messages if rules.takes_part(row) else False,
        url="" if with_phone else _page_of(row),  # who sends needs no page
        is_off_whatsapp=row.is_off_whatsapp,
        has_push=row.has_push,
        ended=frozenset(row.ended),
    )


def _page_of(row: Participant) -> str:
    try:
        return row.get_absolute_url()
    except NoReverseMatch:  # a number of an older form, which has no page
        return ""


def index_of(phone: str) -> bytes:
    return lookup(phone, column="participants.phone")


def people_with(indexes: Collection[bytes]) -> dict[bytes, list[int]]:
    """{index: ids} of those who have one of these numbers now, the first registered first. One query."""
    rows = Participant.objects.filter(phone_lookup__in=indexes).exclude(status=Status.DIED)
    found: dict[bytes, list[int]] = {}
    for pk, index in rows.order_by("pk").values_list("pk", "phone_lookup"):
        found.setdefault(bytes(index), []).append(pk)
    return found


PHONES = Phones(index_of=index_of, people_with=people_with)
