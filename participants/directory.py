"""Participants as the outbox sees them: whom to greet, how to reach them, whether they want messages."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import OuterRef, Subquery
from django.urls import NoReverseMatch

from okoce.notifications.directory import Person
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
        .annotate(wants_messages=Subquery(newest))
        .only(
            "uid", "full_name", "number", "email", "phone_ciphertext", "city_id", "kecamatan_id", "status",
            "restricted_at", "erased_at",
        )
    )  # fmt: skip
    return {row.pk: _person(row, with_phone=with_phone) for row in rows}


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
        url=_page_of(row),
    )


def _page_of(row: Participant) -> str:
    try:
        return row.get_absolute_url()
    except NoReverseMatch:  # a number of an older form, which has no page
        return ""
