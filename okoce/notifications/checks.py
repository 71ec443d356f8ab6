"""What the portal looks at before it starts: every registered text can be filled."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from okoce.notifications import compose, gaps, kinds, texts, wording
from okoce.notifications.channels import sms
from okoce.notifications.channels.cloud_api import LONGEST_BODY
from okoce.notifications.channels.sms_description import Faulty
from okoce.notifications.enums import Channel


@register()
def registered_texts(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """A gap nobody fills, or a text that WhatsApp would not register, is found here and not when sending."""
    return [
        message
        for kind in kinds.registered()
        if Channel.WHATSAPP in kind.channels and not kind.is_free_text
        for language, _name in settings.LANGUAGES
        for message in _messages(kind, language)
    ]


def _messages(kind: kinds.Kind, language: str) -> list[CheckMessage]:
    name = kind.template(f"whatsapp.{language}")
    if not compose.has_registered_text(kind, language):
        if language == settings.LANGUAGE_CODE:
            return [Error(f"{name}: template_missing", id="notifications.E001")]
        return [Warning(f"{name} is missing: Indonesian is used", id="notifications.W003")]
    text = compose.registered_text(kind, language)
    known = gaps.names(kind, Channel.WHATSAPP)
    found = texts.problems_of(text, known=known, longest=LONGEST_BODY, is_registered=True)
    return [Error(f"{name}: {problem}", id="notifications.E001") for problem in found]


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


@register()
def whatsapp_account(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """An app of Meta's may be connected to several accounts with texts of the same names."""
    if settings.WHATSAPP_TOKEN and not settings.WHATSAPP_ACCOUNT_ID:
        return [
            Warning(
                "WHATSAPP_ACCOUNT_ID is missing: what is told about the texts of any account is believed.",
                id="notifications.W004",
            )
        ]
    return []


@register(Tags.database)
def edited_texts(app_configs: Any, databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Texts of the province that do not fit their kind any more: the portal's own is used instead."""
    if not databases:
        return []
    try:
        unfit = wording.in_force().unfit.values()
    except DatabaseError:  # before the tables are made
        return []
    return [
        Warning(f"the text {text} names gaps that its kind does not have any more", id="notifications.W002")
        for text in unfit
    ]
