"""What people write to the portal's number: kept once, understood where it is plain, else put in the in-tray.

A message is kept when its webhook is worked through and looked at in a transaction of its own, one after the
other for each phone. So repeated and shuffled webhooks, two workers and a killed one change nothing twice.

The answer counts for the message that it quotes, else for the newest question that is still open to that
phone. Where two people share the phone and both were asked, the portal asks back and never guesses. What an
answer does is the domain's (``Kind.answers``); what we say back goes out at once, as free text.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from okoce.db.encryption import decrypt, encrypt
from okoce.notifications import directory, heard, kinds, numbers, opting_in, opting_out, replies, words
from okoce.notifications.enums import Form, InboundState, Meaning, State
from okoce.notifications.kinds import Answered
from okoce.notifications.models import Inbound, Message

log = logging.getLogger("okoce.notifications")

WORDS_COLUMN, PHONE_COLUMN = "notifications.inbound", "notifications.inbound_phone"
LONGEST = 4096  # characters of a text in WhatsApp
QUESTIONS_FOR = timedelta(days=14)  # what somebody writes later belongs to nothing that was asked
CHOICE_WITHIN = timedelta(hours=24)
SAY_AGAIN_AFTER = timedelta(hours=12)  # "a person reads it" is not said to every line of a conversation
AT_ONCE = 200

_FORMS: Mapping[str, Form] = {
    "text": Form.TEXT, "button": Form.BUTTON, "interactive": Form.BUTTON, "reaction": Form.REACTION,
    "audio": Form.VOICE, "voice": Form.VOICE, "image": Form.PICTURE, "video": Form.PICTURE,
    "sticker": Form.PICTURE, "document": Form.FILE, "location": Form.PLACE,
}  # fmt: skip
_READABLE = (Form.TEXT, Form.BUTTON, Form.REACTION)


# ---------------------------------------------------------------- keeping


def keep(value: Mapping[str, Any], *, until: datetime) -> int:
    """Keep every message of one webhook value, each once; how many there were."""
    rows = [
        _row(one, until=until)
        for one in heard.objects(value, "messages")
        if one.get("type") != "unsupported" and heard.text(one.get("id"), longest=200)
    ]
    Inbound.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _row(said: Mapping[str, Any], *, until: datetime) -> Inbound:
    sender = heard.text(said.get("from"), longest=40)
    phone = "+" + "".join(letter for letter in sender if letter.isascii() and letter.isdigit())[:15]
    index = directory.index_of(phone)
    row = Inbound(
        provider_id=heard.text(said["id"], longest=200),
        at=heard.moment(said.get("timestamp"), until=until, newest=lambda: _newest_of(index)),
        form=_FORMS.get(heard.text(said.get("type"), longest=40), Form.OTHER),
        phone_lookup=index,
        quotes=_quoted(said),
    )
    row.phone_ciphertext = encrypt(phone, column=PHONE_COLUMN, row=row.uid)
    if text := _text(said):
        row.words_ciphertext = encrypt(text, column=WORDS_COLUMN, row=row.uid)
    return row


def _newest_of(index: bytes) -> datetime | None:
    """When this phone wrote last, as far as we know."""
    newest: datetime | None = Inbound.objects.filter(phone_lookup=index).aggregate(at=Max("at"))["at"]
    return newest


def _quoted(said: Mapping[str, Any]) -> str:
    if said.get("type") == "reaction":
        return heard.text(heard.part(said, "reaction").get("message_id"), longest=200)
    return heard.text(heard.part(said, "context").get("id"), longest=200)


def _text(said: Mapping[str, Any]) -> str:
    """The words of a message, also of a button that was pressed; a caption under a picture."""
    form = heard.text(said.get("type"), longest=40)
    part = heard.part(said, form)
    if form == "interactive":
        part = heard.part(part, "button_reply") or heard.part(part, "list_reply")
    found = {"text": "body", "button": "text", "interactive": "title", "reaction": "emoji"}
    words = (part.get(found.get(form, "caption")), part.get("payload"))
    return next(filter(None, (heard.text(one, longest=LONGEST) for one in words)), "")


def text_of(inbound: Inbound) -> str:
    """What somebody wrote; empty once the person was erased."""
    if not inbound.words_ciphertext:
        return ""
    return decrypt(inbound.words_ciphertext, column=WORDS_COLUMN, row=inbound.uid)


# ---------------------------------------------------------------- looking at it


def work_through(*, limit: int = AT_ONCE) -> int:
    """Look at what has arrived, the oldest first; how many. Several workers may do so at once."""
    done = 0
    while done < limit and _work_on_next():
        done += 1
    return done


@transaction.atomic
def _work_on_next() -> bool:
    waiting = Inbound.objects.select_for_update(skip_locked=True).filter(state=InboundState.NEW)
    row = waiting.order_by("at", "pk").first()
    if row is None:
        return False
    if row.phone_lookup is not None:  # one after the other for each phone
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('okoce.inbound'), hashtext(%s))",
                [bytes(row.phone_lookup).hex()],
            )
    try:
        with transaction.atomic():
            _look_at(row, now=timezone.now())
    except (OperationalError, InterfaceError):
        raise  # the database is away: it stays as it is, for the next time
    except Exception:
        log.exception("an answer could not be worked on")
        _to_tray(row, "failed")
    row.save()
    return True


def _look_at(row: Inbound, *, now: datetime) -> None:
    assert row.phone_lookup is not None
    index = bytes(row.phone_lookup)
    people = directory.look_up(("participant", pk) for pk in directory.people_with(index))
    known = {pk: person for (_kind, pk), person in people.items()}
    numbers.is_alive(index)
    if not known:
        _to_tray(row, "unknown_sender")
        return
    first = next(iter(known.values()))
    row.city, row.kecamatan = first.city, first.kecamatan
    if len(known) == 1:
        row.participant_id = next(iter(known))
    with translation.override(_language(row)):
        if row.form not in _READABLE:
            _to_tray(row, row.form)
            _say_seldom(row, known, please_write())
            return
        _understand(row, known, text_of(row), now=now)


def _language(row: Inbound) -> str:
    """That of the message that is answered, or of the newest one to this phone."""
    if row.quotes and (quoted := Message.objects.filter(provider_id=row.quotes).first()):
        return quoted.language
    return settings.LANGUAGE_CODE


def _understand(row: Inbound, known: Mapping[int, Any], text: str, *, now: datetime) -> None:
    if row.form == Form.REACTION and not text:
        _settle(row, "reaction_taken_back")
        return
    if asked := _asked_back(row):
        if asked.outcome == "which_one" and _chosen(row, asked, known, text, now=now):
            return
        if asked.outcome == "agree" and words.is_agreement(text):
            _agrees(row, asked, now=now)
            return
    row.meaning = words.meaning_of(text) or ""
    match row.meaning:
        case Meaning.STOP:
            _stops(row, known, now=now)
        case Meaning.START:
            _starts(row, known)
        case Meaning.YES | Meaning.NO | Meaning.MOVE:
            _answers(row, known, Meaning(row.meaning), now=now)
        case Meaning.THANKS if not _is_waited_for(known, now=now):
            _settle(row, "thanks")
        case _:
            _to_tray(row, "unclear")
            _say_seldom(row, known, somebody_reads())


# ---------------------------------------------------------------- yes, no, another day


def _answers(row: Inbound, known: Mapping[int, Any], meaning: Meaning, *, now: datetime) -> None:
    quoted = _quoted_question(row, known)
    questions = [quoted] if quoted else _questions(known, meaning, now=now)
    if not questions:
        questions = _sent_questions(known, now=now)[:1]
    if not questions:
        _to_tray(row, "no_question")
        _say_seldom(row, known, somebody_reads())
    elif len(questions) == 1:
        take(row, questions[0], meaning, now=now)
    else:
        _ask_which(row, questions, known)


def take(row: Inbound, message: Message, meaning: Meaning, *, now: datetime) -> Answered | None:
    """Let the answer have its effect, once; None when the person has answered otherwise since."""
    row.participant_id, row.message = message.participant_id, message
    row.meaning, row.city, row.kecamatan = meaning, *_place_of(row, message)
    later = Inbound.objects.filter(message=message, at__gt=row.at).exclude(pk=row.pk)
    if later.filter(state__in=[InboundState.UNDERSTOOD, InboundState.DONE]).exclude(meaning="").exists():
        _settle(row, "overtaken")
        return None
    done = effect_of(message, meaning, now=now)
    _settle(row, done.code)
    replies.say(row, done.words, language=message.language)
    return done


def effect_of(message: Message, meaning: Meaning, *, now: datetime) -> Answered:
    kind = kinds.get(message.kind)
    assert kind.answers is not None
    with translation.override(message.language):
        return kind.answers.take(message, meaning, now)


def _place_of(row: Inbound, message: Message) -> tuple[str, str]:
    """The office of the person, who may live elsewhere than the session is held."""
    person = directory.of_messages([message]).get(message.key)
    return (person.city, person.kecamatan) if person else (row.city, row.kecamatan)


def _sent_questions(known: Iterable[int], *, now: datetime) -> list[Message]:
    """What the people were asked of late, the newest first."""
    codes = [kind.code for kind in kinds.registered() if kind.answers is not None]
    rows = Message.objects.filter(
        participant_id__in=list(known), kind__in=codes, state=State.SENT, finished_at__gt=now - QUESTIONS_FOR
    )
    return list(rows.order_by("-finished_at", "-pk")[:100])


def _ranks(asked: Sequence[Message]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for code in {m.kind for m in asked}:
        kind = kinds.get(code)
        assert kind.answers is not None
        ranks |= kind.answers.still_open([m for m in asked if m.kind == code])
    return ranks


def open_questions(known: Iterable[int], *, now: datetime) -> list[Message]:
    """Whatever can still be answered for these people, the newest first; each session or stall once."""
    asked = _sent_questions(known, now=now)
    ranks, seen, found = _ranks(asked), set(), []
    for message in asked:
        about = (message.participant_id, message.cause_type, message.cause_id)
        if ranks.get(message.key) and about not in seen:
            seen.add(about)
            found.append(message)
    return found


def _is_waited_for(known: Iterable[int], *, now: datetime) -> bool:
    """Whether one of them was asked something and has not answered at all."""
    return kinds.UNANSWERED in _ranks(_sent_questions(known, now=now)).values()


def _questions(known: Iterable[int], meaning: Meaning, *, now: datetime) -> list[Message]:
    """The newest open question of each person. A yes goes first to what is not answered at all."""
    asked = _sent_questions(known, now=now)
    ranks = _ranks(asked)
    still = [m for m in asked if ranks.get(m.key)]
    if any(ranks[m.key] > kinds.BESIDE for m in still):
        still = [m for m in still if ranks[m.key] > kinds.BESIDE]
    if meaning == Meaning.YES and any(ranks[m.key] == kinds.UNANSWERED for m in still):
        still = [m for m in still if ranks[m.key] == kinds.UNANSWERED]
    newest: dict[int | None, Message] = {}
    for message in still:
        newest.setdefault(message.participant_id, message)
    return list(newest.values())


def _quoted_question(row: Inbound, known: Mapping[int, Any]) -> Message | None:
    if not row.quotes:
        return None
    found = Message.objects.filter(provider_id=row.quotes, participant_id__in=list(known)).first()
    kind = kinds.find(found.kind) if found else None
    return found if kind is not None and kind.answers is not None else None


# ---------------------------------------------------------------- which of them


def _ask_which(row: Inbound, questions: Sequence[Message], known: Mapping[int, Any]) -> None:
    questions = sorted(questions, key=lambda m: (known[m.participant_id].name, m.pk))
    row.state, row.outcome = InboundState.ASKED, "which_one"
    row.options = [m.pk for m in questions]
    about = about_of(questions)
    lines = [
        _("%(n)d. %(name)s: %(about)s")
        % {"n": n, "name": known[m.participant_id].name.split(" ")[0], "about": about.get(m.key, "")}
        for n, m in enumerate(questions, 1)
    ]
    text = _("Several people use this number. For whom is your answer?")
    how = (
        _("Reply with the number. For all of them: BOTH.")
        if len(questions) == 2
        else _("Reply with the numbers, or ALL.")
    )
    replies.say(row, "\n".join([text, *lines, how]), language=questions[0].language, to=questions[0])


def about_of(messages: Sequence[Message]) -> dict[str, str]:
    """{key: what was asked}, in a few words."""
    found: dict[str, str] = {}
    for code in {m.kind for m in messages}:
        kind = kinds.find(code)
        if kind is not None and kind.answers is not None:
            found |= kind.answers.about([m for m in messages if m.kind == code])
    return found


def _asked_back(row: Inbound) -> Inbound | None:
    """What the portal has asked this phone and has no answer to yet."""
    mine = Inbound.objects.filter(
        phone_lookup=row.phone_lookup, state=InboundState.ASKED, at__gt=row.at - CHOICE_WITHIN, at__lte=row.at
    )
    return mine.exclude(pk=row.pk).order_by("-at", "-pk").first()


def _chosen(row: Inbound, asked: Inbound, known: Mapping[int, Any], text: str, *, now: datetime) -> bool:
    by_id = Message.objects.in_bulk(asked.options)
    messages = [by_id[pk] for pk in asked.options if pk in by_id and by_id[pk].participant_id in known]
    names = [known[m.participant_id].name for m in messages]
    picked = words.chosen(text, names)
    if picked is None:
        return False
    row.meaning = Meaning.CHOICE
    said = []
    for position in picked:
        done = effect_of(messages[position], Meaning(asked.meaning), now=now)
        said.append(f"{names[position].split(' ')[0]}: {done.words}" if len(picked) > 1 else done.words)
    first = messages[picked[0]]
    row.participant_id, row.message = first.participant_id, first
    _settle(row, "chosen")
    asked.state = InboundState.UNDERSTOOD
    asked.save(update_fields=["state"])
    replies.say(row, "\n".join(said), language=first.language)
    return True


# ---------------------------------------------------------------- no more, and again


def _stops(row: Inbound, known: Mapping[int, Any], *, now: datetime) -> None:
    """All who have this number, as it is the number that wants peace. Nothing else of them changes."""
    wanted = any(person.consent is not False for person in known.values())
    for pk in sorted(known):
        opting_out.stop(participant_id=pk, way=opting_out.BY_MESSAGE, now=now)
    _settle(row, "stopped")
    if wanted:
        replies.say(
            row,
            _(
                "You get no more messages from us. Seats and stalls that you have stay yours; "
                "if you cannot come, tell your kecamatan office. To get messages again, write START."
            ),
            to=next(iter(sorted(known))),
        )


def _starts(row: Inbound, known: Mapping[int, Any]) -> None:
    """A message back needs a new consent: the person reads what it is for and agrees in so many words."""
    if len(known) > 1:
        _to_tray(row, "several_people")
        replies.say(
            row,
            _("Several people use this number, so each of them agrees in the portal, or at the kecamatan."),
            to=next(iter(sorted(known))),
        )
        return
    ((pk, person),) = known.items()
    if person.consent is True:
        _settle(row, "wanted_already")
        replies.say(row, _("You get our messages already. To end them, write STOP."), to=pk)
        return
    row.state, row.outcome = InboundState.ASKED, "agree"
    text = opting_in.text()
    replies.say(row, f"{text}\n\n" + _("If you agree, reply AGREE. You can end it at any time: STOP."), to=pk)


def _agrees(row: Inbound, asked: Inbound, *, now: datetime) -> None:
    assert asked.participant_id is not None
    opting_in.agree(participant_id=asked.participant_id, way=opting_out.BY_MESSAGE, now=now)
    row.participant_id, row.meaning = asked.participant_id, Meaning.AGREE
    _settle(row, "agreed")
    asked.state = InboundState.UNDERSTOOD
    asked.save(update_fields=["state"])
    replies.say(row, _("Thank you. You get our messages again."))


# ---------------------------------------------------------------- how it ends


def _settle(row: Inbound, outcome: str) -> None:
    row.state, row.outcome = InboundState.UNDERSTOOD, outcome
    row.handled_at = timezone.now()


def _to_tray(row: Inbound, outcome: str) -> None:
    row.state, row.outcome = InboundState.TRAY, outcome


def please_write() -> str:
    return _(
        "We cannot listen to voice messages or look at pictures here. Please write: YES, NO, MOVE, "
        "or your question in words."
    )


def somebody_reads() -> str:
    return _("Thank you. An officer reads your message. If it answers an invitation, reply YES, NO or MOVE.")


def _say_seldom(row: Inbound, known: Mapping[int, Any], text: str) -> None:
    """Once in half a day to one phone: a long story, or a machine, is not answered each time."""
    since = row.received_at or timezone.now()
    lately = Inbound.objects.filter(
        phone_lookup=row.phone_lookup, received_at__gt=since - SAY_AGAIN_AFTER, outcome=row.outcome
    )
    if lately.exclude(pk=row.pk).exists():
        return
    replies.say(row, text, to=next(iter(sorted(known))))
