"""From rows to letters: who, whether still, in which words. The same code sends, previews and shows ready
texts.

Everything is asked in batches: one question to the directory, and per kind one re-check and one for fresh
details in each language.
"""

from __future__ import annotations

import datetime
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.template import Context, Template, TemplateDoesNotExist, engines
from django.utils import translation
from django.utils.translation import gettext as _

from okoce.db.encryption import decrypt
from okoce.notifications import directory, kinds, pauses, safety, texts, wording
from okoce.notifications.chains import USUAL, Chains
from okoce.notifications.channels import WAYS, Letter
from okoce.notifications.channels.cloud_api import LONGEST_BODY, TemplateCall
from okoce.notifications.directory import Person
from okoce.notifications.ending_links import ending_path
from okoce.notifications.enums import Channel, ConsentRule, State
from okoce.notifications.kinds import Kind
from okoce.notifications.models import Message, MessageText
from okoce.notifications.texts import GROUP, LINE, moment
from okoce.notifications.wording import Wordings

log = logging.getLogger("okoce.notifications")

SECRET_COLUMN = "notifications.secret"  # noqa: S105  a column, no secret
HIDDEN_SECRET = "••••••"  # noqa: S105
CHANNEL_ENDED, PHONE_GONE = "channel_ended", "push_gone"  # the person's next channel takes over
JOINED = "joined"  # the kind of several in one (okoce.notifications.joining)
TRIED = "text_test"  # the kind of a text that somebody sends to oneself (okoce.notifications.trying)
FAILED = "failed"  # not a state: a try that is repeated later


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message that is still needed, its person and the variables of its text."""

    message: Message
    kind: Kind
    person: Person
    details: Mapping[str, Any]
    words: Wordings = field(default_factory=Wordings)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a message does not go: the state it gets (or FAILED) and a reason code."""

    message: Message
    state: str
    reason: str


def prepare(
    messages: Sequence[Message], *, with_phone: bool = False, chains: Chains = USUAL
) -> tuple[list[Prepared], list[Verdict]]:
    """Split ``messages`` into those that may go now and those that may not, in the order given.

    Who sends them gives the ``chains`` in force: a message that is sent knows its next channels.

    A kind whose own code fails delays only its own messages.
    """
    found: dict[str, Prepared | Verdict] = {}
    by_kind: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_kind[message.kind].append(message)
    words = wording.in_force({*by_kind, JOINED})
    for code, group in by_kind.items():
        kind = chains.find(code)
        if kind is None:
            found.update({m.key: Verdict(m, State.HELD, "unknown_kind") for m in group})
            continue
        try:
            found.update(_prepare_kind(kind, group, words, with_phone=with_phone))
        except (OperationalError, InterfaceError):
            raise  # the database is away: nobody's fault, nothing is counted
        except Exception:
            log.exception("preparing messages of kind %s failed", code)
            found.update({m.key: Verdict(m, FAILED, "kind_failed") for m in group})
    results = [found[m.key] for m in messages]
    return (
        [r for r in results if isinstance(r, Prepared)],
        [r for r in results if isinstance(r, Verdict)],
    )


def _prepare_kind(
    kind: Kind, messages: list[Message], words: Wordings, *, with_phone: bool
) -> Iterable[tuple[str, Prepared | Verdict]]:
    people = recipients(kind, messages, with_phone=with_phone)
    resting = pauses.resting(kind, messages)
    unneeded = kind.recheck(messages) if kind.recheck else {}
    details = details_of(kind, [m for m in messages if m.key not in unneeded])
    for message in messages:
        person = people.get(message.key)
        if person is None:
            yield message.key, Verdict(message, State.CANCELLED, "person_gone")
        elif message.key in unneeded:
            yield message.key, Verdict(message, State.CANCELLED, unneeded[message.key])
        elif refusal := consent_problem(kind, person):
            yield message.key, Verdict(message, State.CANCELLED, refusal)
        elif message.participant_id in resting:
            yield message.key, Verdict(message, State.HELD, "paused")
        elif message.channel in person.ended:
            yield message.key, Verdict(message, State.CANCELLED, CHANNEL_ENDED)
        elif message.channel == Channel.PUSH and not person.has_push:
            yield message.key, Verdict(message, State.CANCELLED, PHONE_GONE)
        elif not WAYS[message.channel].reaches(replace(person, is_off_whatsapp=False)):
            yield message.key, Verdict(message, State.HELD, "no_address")
        else:
            yield message.key, Prepared(message, kind, person, details.get(message.key, {}), words)


def recipients(kind: Kind, messages: Sequence[Any], *, with_phone: bool = False) -> Mapping[str, Person]:
    if kind.recipients is not None:
        return kind.recipients(messages)
    return directory.of_messages(messages, with_phone=with_phone)


def details_of(kind: Kind, messages: Sequence[Message]) -> dict[str, Mapping[str, Any]]:
    """Fresh values for the texts, asked once per language."""
    found: dict[str, Mapping[str, Any]] = {}
    if kind.details is None or not messages:
        return found
    by_language: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_language[message.language].append(message)
    for language, group in by_language.items():
        with translation.override(supported(language)):
            found.update(kind.details(group))
    return found


def consent_problem(kind: Kind, person: Person) -> str:
    """Why this person may not get this kind; empty when they may."""
    if kind.consent is ConsentRule.NONE:
        return ""
    if person.consent is False:
        return "consent_refused"
    if kind.topic in person.ended:
        return "topic_ended"
    if kind.consent is ConsentRule.REQUIRED and person.consent is not True:
        return "consent_missing"
    return ""


# ---------------------------------------------------------------- words


class Unsayable(Exception):
    """The text cannot be made or may not be sent. ``reason`` is a code of kinds.REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def letter(prepared: Prepared) -> Letter:
    """The message in the recipient's language, for its channel. Raises Unsayable."""
    if prepared.kind.code == TRIED and prepared.message.channel == Channel.WHATSAPP:
        prepared = _as_tried(prepared)
    message = prepared.message
    values = variables(
        message, prepared.details, secret=open_secret(message), name=prepared.person.name,
        number=prepared.person.number,
    )  # fmt: skip
    if message.channel == Channel.WHATSAPP and prepared.kind.is_free_text:
        return _free_letter(prepared, values)
    if message.channel == Channel.WHATSAPP:
        return _registered_letter(prepared, values)
    text = prepared.words.text(message.kind, message.channel, supported(message.language))
    subject, body = _said_on(prepared.kind, message, values, text)
    if any(safety.problem_in(part) for part in (subject, body)):
        raise Unsayable("unsafe_text")
    ends_with = _ending_of(prepared) if message.channel == Channel.EMAIL else ""
    return Letter(
        key=message.key,
        to=prepared.person,
        text=f"{body}\n\n{_how_to_end(ends_with, message.language)}" if ends_with else body,
        ends_with=ends_with,
        subject=subject,
        reference=str(message.uid),
        participant_id=message.participant_id,
        url=page_of(values),
        expires_at=message.expires_at,
        is_urgent=prepared.kind.urgent,
        text_id=text.pk if text else None,
    )


def _said_on(
    kind: Kind, message: Message, values: Mapping[str, Any], text: MessageText | None
) -> tuple[str, str]:
    """(subject, text) of a channel that takes free words: the province's, or the portal's own."""
    if text is not None:
        said = texts.lines_of(values, language=supported(message.language))
        return texts.fill(text.subject, said), texts.fill(text.body, said)
    has_parts = message.channel == Channel.EMAIL or not kind.is_free_text
    wanted = parts_of(kind, message.channel) if has_parts else ("text",)
    parts = {part: render(kind, part, values, language=message.language) for part in wanted}
    subject = " ".join(parts.get("subject", "").split())
    return subject, parts.get("email") or parts.get("text") or parts.get("sms") or subject


def parts_of(kind: Kind, channel: str) -> tuple[str, ...]:
    """The templates of a kind's own text; a long one has a shorter one for SMS, paid by the part."""
    if channel == Channel.SMS and _is_there(kind.template("sms")):
        return ("sms",)
    return WAYS[channel].parts


@lru_cache(maxsize=256)
def _is_there(name: str) -> bool:
    try:
        engines["django"].get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


def _ending_of(prepared: Prepared) -> str:
    """Where the person ends messages like this one; empty for what they asked for themselves."""
    message = prepared.message
    if message.participant_id is None or prepared.kind.consent is ConsentRule.NONE:
        return ""
    return f"{settings.PORTAL_URL}{ending_path(message.uid)}"


def _how_to_end(address: str, language: str) -> str:
    with translation.override(supported(language)):
        return _("You want no more messages like this? End them here: %(address)s") % {"address": address}


def page_of(values: Mapping[str, Any]) -> str:
    """The page that a message leads to: its own address, else the person's status."""
    paths = (values.get(name) for name in ("answer_path", "confirm_path", "report_path", "page_path"))
    own = next((path for path in paths if isinstance(path, str) and path.startswith("/")), "/status/")
    return f"{values['portal_url']}{own}"


def line_of(prepared: Prepared) -> str:
    """The message as one line of a longer text, in the recipient's language; empty when it has none."""
    message = prepared.message
    try:
        values = variables(
            message, prepared.details, secret="", name=prepared.person.name, number=prepared.person.number
        )
        language = supported(message.language)
        edited = prepared.words.text(message.kind, LINE, language)
        if edited is not None:
            said = texts.fill(edited.body, texts.lines_of(values, language=language))
        else:
            said = render(prepared.kind, LINE, values, language=language)
        line = " ".join(said.split())
    except Unsayable:
        return ""
    except Exception:
        log.exception("the line of a message of kind %s failed", message.kind)
        return ""
    return "" if len(line) > texts.LONGEST_VALUE or safety.problem_in(line) else line


def _as_tried(prepared: Prepared) -> Prepared:
    """A registered text as somebody tries it on oneself: the one in use, with the example in its gaps."""
    message = prepared.message
    kind = kinds.find(str(message.context.get("tried")))
    if kind is None:
        raise Unsayable("unknown_kind")
    stand_in = Message(
        key=message.key, uid=message.uid, kind=kind.code, channel=message.channel, language=message.language,
        user_id=message.user_id,
    )  # fmt: skip
    details = {**kind.sample, **_dated(kind.sample)}
    return Prepared(stand_in, kind, prepared.person, details, wording.in_force({kind.code}))


def _free_letter(prepared: Prepared, values: Mapping[str, Any]) -> Letter:
    """A letter in words of our own, to somebody who has written to us."""
    message = prepared.message
    text = render(prepared.kind, "text", values, language=message.language)
    if not text:
        raise Unsayable("template_missing")
    if safety.problem_in(text):
        raise Unsayable("unsafe_text")
    return Letter(key=message.key, to=prepared.person, text=text, reference=str(message.uid))


def _registered_letter(prepared: Prepared, values: Mapping[str, Any]) -> Letter:
    """A letter of a registered text: its name and the values of its gaps, each one line."""
    message, kind = prepared.message, prepared.kind
    language = _language_of(kind, message.language)
    if prepared.words.is_off(kind.code, language):
        raise Unsayable("template_off")
    text = prepared.words.text(kind.code, Channel.WHATSAPP, language)
    body = text.body if text else registered_text(kind, language)
    said = _said(body, values, language)
    whole = texts.fill(body, said)
    if safety.problem_in(whole):
        raise Unsayable("unsafe_text")
    if len(whole) > LONGEST_BODY:
        raise Unsayable("text_too_long")
    registered = prepared.words.template(kind.code, language)
    name = registered.name if registered else kind.code
    call = TemplateCall(name, language, tuple(said[gap] for gap in texts.gaps(body)))
    return Letter(
        key=message.key, to=prepared.person, text=whole, reference=str(message.uid), template=call,
        text_id=text.pk if text else None,
    )  # fmt: skip


def _language_of(kind: Kind, language: str) -> str:
    """The language in which a registered text is sent: Indonesian where there is none in ``language``."""
    language = supported(language)
    return language if has_registered_text(kind, language) else settings.LANGUAGE_CODE


def _said(body: str, values: Mapping[str, Any], language: str) -> dict[str, str]:
    """{gap: one line} for every gap of a registered text; none is empty."""
    gaps = texts.gaps(body)
    said = texts.lines_of(values, language=language, only=gaps)
    return {gap: said.get(gap) or texts.NOTHING for gap in gaps}


def registered_text(kind: Kind, language: str) -> str:
    """The body of a kind's registered text, with its gaps. Raises Unsayable."""
    try:
        return _source(kind.template(f"whatsapp.{language}"))
    except TemplateDoesNotExist as error:
        raise Unsayable("template_missing") from error


def has_registered_text(kind: Kind, language: str) -> bool:
    try:
        return bool(registered_text(kind, language))
    except Unsayable:
        return False


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return str(engines["django"].get_template(name).template.source).strip()  # type: ignore[attr-defined]


def preview(
    message: Message,
    kind: Kind,
    person: Person,
    details: Mapping[str, Any],
    *,
    secret: str,
    text: MessageText | None = None,
) -> tuple[str, str]:
    """(subject, text) for reading on a screen, in the recipient's language. Raises Unsayable."""
    values = variables(message, details, secret=secret, name=person.name, number=person.number)
    if message.channel == Channel.WHATSAPP and not kind.is_free_text:
        language = _language_of(kind, message.language)
        body = text.body if text else registered_text(kind, language)
        return "", texts.fill(body, _said(body, values, language))
    return _said_on(kind, message, values, text)


def variables(
    message: Message, details: Mapping[str, Any], *, secret: str, name: str = "", number: str = ""
) -> dict[str, Any]:
    return {
        "name": name,
        "number": number,
        "secret": secret,
        "portal_url": settings.PORTAL_URL,
        **{key: moment(key, value) for key, value in message.context.items()},
        **{key: moment(key, value) for key, value in details.items()},
    }


def render(kind: Kind, part: str, values: Mapping[str, Any], *, language: str) -> str:
    """One part of a kind's text, plain (nothing is escaped). Raises Unsayable."""
    try:
        template = _compiled(kind.template(part))
    except TemplateDoesNotExist as error:
        raise Unsayable("template_missing") from error
    with translation.override(supported(language)):
        return template.render(Context(dict(values), autoescape=False)).strip()


@lru_cache(maxsize=256)
def _compiled(name: str) -> Template:
    compiled: Template = engines["django"].get_template(name).template  # type: ignore[attr-defined]
    return compiled


def supported(language: str) -> str:
    """A language without texts is answered in Indonesian."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def open_secret(message: Message) -> str:
    if not message.secret_ciphertext:
        return ""
    return decrypt(message.secret_ciphertext, column=SECRET_COLUMN, row=message.uid)


def sample_letter(kind: Kind, channel: Channel, *, language: str) -> dict[str, str]:
    """Every part of a kind's text for ``channel``, rendered with the kind's sample."""
    values = _sample_values(kind, channel, language)
    if channel == Channel.WHATSAPP and kind.is_free_text:
        return {"text": render(kind, "text", values, language=language)}
    if channel == Channel.WHATSAPP:
        body = registered_text(kind, language)
        return {"whatsapp": texts.fill(body, _said(body, values, language))}
    return {part: render(kind, part, values, language=language) for part in parts_of(kind, channel)}


def sample_lines(kind: Kind, *, language: str) -> dict[str, str]:
    """{gap: one line} of everything that a registered text of this kind can hold, from its sample."""
    return texts.lines_of(_sample_values(kind, Channel.WHATSAPP, language), language=language)


def _sample_values(kind: Kind, channel: Channel, language: str) -> dict[str, Any]:
    message = Message(key=f"{kind.code}:contoh", kind=kind.code, channel=channel, language=language)
    details = {"name": "Siti Rahmawati", "number": "JB-PM-00417", "secret": "000000", **kind.sample}
    return variables(message, {**details, **_dated(details)}, secret=str(details["secret"]))


def _dated(details: Mapping[str, Any]) -> dict[str, datetime.datetime | datetime.date]:
    return {key: moment(key, value) for key, value in details.items() if key.endswith(("_at", "_on"))}


def group_text(kind: Kind, message: Message) -> str:
    """The text for the group of a message's cause; empty when the kind has none."""
    values = variables(message, details_of(kind, [message]).get(message.key, {}), secret="")
    edited = wording.in_force({kind.code}).text(kind.code, GROUP, supported(message.language))
    try:
        if edited is not None:
            text = texts.fill(edited.body, texts.lines_of(values, language=supported(message.language)))
        else:
            text = render(kind, "group", values, language=message.language)
    except Unsayable:
        return ""
    return "" if safety.problem_in(text) else text
