"""What the portal looks at before it starts: every registered text can be filled."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from okoce.notifications import compose, kinds, texts
from okoce.notifications.channels import sms
from okoce.notifications.channels.cloud_api import LONGEST_BODY
from okoce.notifications.channels.sms_description import Faulty
from okoce.notifications.enums import Channel


@register()
def registered_texts(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """A gap nobody fills, or a text that WhatsApp would not register, is found here and not when sending."""
    return [
        Error(f"{kind.template(f'whatsapp.{language}')}: {problem}", id="notifications.E001")
        for kind in kinds.registered()
        if Channel.WHATSAPP in kind.channels and not kind.is_free_text
        for language, _name in settings.LANGUAGES
        for problem in _problems(kind, language)
    ]


@register()
def sms_gateway(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """A description that cannot be used is said at the start and not with the first message."""
    try:
        described = sms.gateway()
    except Faulty as fault:
        return [Error(str(fault), id="notifications.E002")]
    if described is not None and described.receipts is not None and not settings.SMS_RECEIPT_SECRET:
        return [
            Warning(
                "SMS_GATEWAY describes receipts, but SMS_RECEIPT_SECRET is missing: none can be told.",
                id="notifications.W001",
            )
        ]
    return []


def _problems(kind: kinds.Kind, language: str) -> list[str]:
    try:
        text = compose.registered_text(kind, language)
    except compose.Unsayable as problem:
        return [problem.reason]
    known = compose.sample_lines(kind, language=language)
    return texts.problems_of(text, known=known, longest=LONGEST_BODY, is_registered=True)
