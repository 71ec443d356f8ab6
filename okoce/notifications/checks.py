"""What the portal looks at before it starts: every registered text can be filled."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from okoce.notifications import compose, kinds, texts
from okoce.notifications.channels.cloud_api import LONGEST_BODY
from okoce.notifications.enums import Channel


@register()
def registered_texts(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """A gap nobody fills, or a text that WhatsApp would not register, is found here and not when sending."""
    return [
        Error(f"{kind.template(f'whatsapp.{language}')}: {problem}", id="notifications.E001")
        for kind in kinds.registered()
        if Channel.WHATSAPP in kind.channels
        for language, _name in settings.LANGUAGES
        for problem in _problems(kind, language)
    ]


def _problems(kind: kinds.Kind, language: str) -> list[str]:
    try:
        text = compose.registered_text(kind, language)
    except compose.Unsayable as problem:
        return [problem.reason]
    known = compose.sample_lines(kind, language=language)
    return texts.problems_of(text, known=known, longest=LONGEST_BODY, is_registered=True)
