"""What participants are told by their own app: the sign-in code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.notifications import kinds
from okoce.notifications.enums import Channel, ConsentRule
from participants.models import Participant, SignInCode
from participants.services.sign_in import KIND


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
            reasons={
                "code_used": _("The code has been used already"),
                "phone_changed": _("The phone number has changed since"),
            },
        )
    )


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
