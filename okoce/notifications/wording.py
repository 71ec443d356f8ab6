"""Which words a kind uses at this moment: the province's newest text, or the one that the portal brings.

A text for WhatsApp is used once it was approved; until then the one before it stays in use. A text whose gaps
the kind does not know any more is passed over for the portal's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from okoce.notifications import gaps, kinds
from okoce.notifications.enums import OFF, Channel
from okoce.notifications.kinds import Kind
from okoce.notifications.models import MessageText, RegisteredTemplate

Place = tuple[str, str, str]  # kind, channel (or "group"), language


@dataclass(frozen=True, slots=True)
class Wordings:
    """The texts in force of some kinds. What is absent is the portal's own text."""

    edited: Mapping[Place, MessageText] = field(default_factory=dict)
    unfit: Mapping[Place, MessageText] = field(default_factory=dict)  # would be, but its gaps are gone
    templates: Mapping[tuple[str, str, int], RegisteredTemplate] = field(default_factory=dict)

    def text(self, kind: str, channel: str, language: str) -> MessageText | None:
        return self.edited.get((kind, channel, language))

    def template(self, kind: str, language: str) -> RegisteredTemplate | None:
        """How WhatsApp has the text in force; None when nobody said anything about it."""
        text = self.text(kind, Channel.WHATSAPP, language)
        return self.templates.get((kind, language, text.words_of if text else 0))

    def is_off(self, kind: str, language: str) -> bool:
        template = self.template(kind, language)
        return template is not None and template.state in OFF


def in_force(codes: Collection[str] | None = None) -> Wordings:
    """The texts in force of the kinds ``codes``, or of all. Two queries."""
    if codes is not None and not codes:
        return Wordings()
    templates, newest = RegisteredTemplate.objects.all(), MessageText.objects.in_force()
    if codes is not None:
        templates, newest = templates.filter(kind__in=codes), newest.filter(kind__in=codes)
    edited, unfit = {}, {}
    for text in newest:
        kind = kinds.find(text.kind)
        if kind is None or text.words_of == 0:
            continue
        place = (text.kind, text.channel, text.language)
        (unfit if is_unfit(kind, text) else edited)[place] = text
    return Wordings(edited, unfit, {(t.kind, t.language, t.version): t for t in templates})


def is_unfit(kind: Kind, text: MessageText) -> bool:
    return gaps.unusable(kind, text.channel, text.body, text.subject)


def used_by(ids: Iterable[int | None]) -> dict[int, MessageText]:
    """The versions that messages were sent in. At most one query."""
    wanted = {pk for pk in ids if pk is not None}
    return MessageText.objects.in_bulk(wanted) if wanted else {}
