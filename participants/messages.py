"""What participants are told by their own app: the sign-in code, what became of a self-registration, and
that a request about own data has an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.notifications import kinds
from okoce.notifications.directory import Person
from okoce.notifications.enums import Channel, ConsentRule, Manner
from okoce.values import phone as phone_values
from participants.enums import SelfState
from participants.models import CardToken, DataRequest, Participant, SelfRegistration, SignInCode
from participants.services import cards, rights, self_registration
from participants.services.sign_in import KIND

PORTAL = {"portal_url": _("Address of this portal")}


def register() -> None:
    """Called when the app starts; the outbox knows the kind from then on."""
    kinds.register(
        kinds.Kind(
            code=KIND,
            label=_("Sign-in code"),
            channels=(Channel.SMS, Channel.EMAIL),
            recheck=void,
            consent=ConsentRule.NONE,  # the person asked for it a moment ago
            urgent=True,
            gaps={"secret": _("The code, shown to nobody but the person")},
            required=("secret",),
            reasons={
                "code_used": _("The code has been used already"),
                "phone_changed": _("The phone number has changed since"),
            },
        )
    )
    asked = self_registration.QUESTION
    for code, label in (
        (self_registration.QUESTION, _("Question about a self-registration")),
        (self_registration.REFUSED, _("Self-registration not accepted")),
    ):
        kinds.register(
            kinds.Kind(
                code=code,
                label=label,
                channels=kinds.USUAL_CHAIN,
                recipients=applicants,
                recheck=decided_otherwise,
                details=questions,
                reasons={"no_question": _("The question is answered, or the registration is decided")},
                consent=ConsentRule.REQUIRED,
                manner=Manner.PROMPT,  # somebody waits for it
                sample={"question": "Apakah alamat Anda masih sama?"},
                gaps=PORTAL | ({"question": _("The question of the office")} if code == asked else {}),
                required=("question", "portal_url") if code == asked else (),
            )
        )
    kinds.register(
        kinds.Kind(
            code=self_registration.ACCEPTED,
            label=_("Self-registration accepted"),
            channels=kinds.USUAL_CHAIN,
            consent=ConsentRule.REQUIRED,
            manner=Manner.PROMPT,
            gaps=PORTAL,
            required=("portal_url",),
        )
    )
    kinds.register(
        kinds.Kind(
            code=rights.MESSAGE,
            label=_("Answer to a request about own data"),
            channels=kinds.USUAL_CHAIN,
            recheck=unanswered,
            consent=ConsentRule.NONE,  # the law demands that they are told (UU 27/2022 art. 30)
            reasons={"not_answered": _("The request is open again or gone")},
            sample={"received_on": "2026-08-12"},
            gaps=PORTAL | {"received_on": _("Day of the request")},
            required=("portal_url",),
        )
    )
    kinds.register(
        kinds.Kind(
            code=cards.READY,
            label=_("Participant card ready"),
            channels=kinds.USUAL_CHAIN,
            recheck=withdrawn_cards,
            reasons={"card_withdrawn": _("The card was withdrawn, or there is a newer one")},
            gaps=PORTAL,
        )
    )


def _of(messages: Sequence[Any]) -> Mapping[int, SelfRegistration]:
    return SelfRegistration.objects.in_bulk({m.cause_id for m in messages if m.cause_id})


def applicants(messages: Sequence[Any]) -> Mapping[str, Person]:
    """Who sent a registration in, as long as it is kept. They are no participants (yet)."""
    rows, found = _of(messages), {}
    for message in messages:
        row = rows.get(message.cause_id)
        typed = self_registration.typed_in(row) if row is not None else {}
        if row is None or not typed:
            continue
        phone = typed.get("phone", "")
        found[message.key] = Person(
            name=typed["full_name"],
            email=typed.get("email", ""),
            phone=phone if phone and phone_values.is_mobile(phone) else "",
            has_phone=bool(phone),
            city=row.city_id or "",
            kecamatan=row.kecamatan_id or "",
            consent=bool(typed.get("messages")),
        )
    return found


def decided_otherwise(messages: Sequence[Any]) -> Mapping[str, str]:
    """Questions that need no answer any more."""
    rows = _of(messages)
    return {
        m.key: "no_question"
        for m in messages
        if m.kind == self_registration.QUESTION
        and (m.cause_id not in rows or rows[m.cause_id].state != SelfState.ASKED)
    }


def questions(messages: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """The words of the question, opened only for sending: the outbox does not keep them."""
    rows, found = _of(messages), {}
    for message in messages:
        row = rows.get(message.cause_id)
        asked = self_registration.question_of(row) if row is not None else None
        found[message.key] = {"question": asked.text if asked else ""}
    return found


def unanswered(messages: Sequence[Any]) -> Mapping[str, str]:
    """Which requests have no answer to tell. One query."""
    answered = set(
        DataRequest.objects.filter(pk__in={m.cause_id for m in messages})
        .exclude(state="open")
        .values_list("pk", flat=True)
    )
    return {m.key: "not_answered" for m in messages if m.cause_id not in answered}


def withdrawn_cards(messages: Sequence[Any]) -> Mapping[str, str]:
    """Which cards show nothing any more. One query."""
    valid = set(
        CardToken.objects.filter(pk__in={m.cause_id for m in messages}, revoked_at=None).values_list(
            "pk", flat=True
        )
    )
    return {m.key: "card_withdrawn" for m in messages if m.cause_id not in valid}


def void(messages: Sequence[Any]) -> Mapping[str, str]:
    """Which codes must not go out any more: used, or the phone is not this person's now. Two queries."""
    codes = SignInCode.objects.in_bulk({m.cause_id for m in messages})
    phones = dict(
        Participant.objects.filter(pk__in={m.participant_id for m in messages}).values_list(
            "pk", "phone_lookup"
        )
    )
    found = {}
    for message in messages:
        code, phone = codes.get(message.cause_id), phones.get(message.participant_id)
        if code is None or code.used_at is not None:
            found[message.key] = "code_used"
        elif phone is None or bytes(phone) != bytes(code.phone_lookup):
            found[message.key] = "phone_changed"
    return found
