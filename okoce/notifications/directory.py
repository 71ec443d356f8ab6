"""Who a message goes to. Participants live above this app, so their app registers how to look them up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from okoce.accounts.models import User
from okoce.db.encryption import decrypt

OWN_PHONE_COLUMN: Final = "notifications.own_phone"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to greet and how to reach them. ``phone`` (E.164) is filled only when asked for."""

    name: str
    number: str = ""
    email: str = ""
    phone: str = ""
    has_phone: bool = False
    city: str = ""
    kecamatan: str = ""
    consent: bool | None = None
    url: str = ""
    is_off_whatsapp: bool = False  # WhatsApp said that it does not reach this number
    has_push: bool = False  # lets us show notices on at least one phone
    ended: frozenset[str] = frozenset()  # topics and channels that the person wants no more

    @property
    def has_email(self) -> bool:
        return bool(self.email)


class Addressed(Protocol):
    participant_id: int | None
    user_id: int | None


Resolver = Callable[..., Mapping[int, Person]]
Key = tuple[str, int]

Addresses = tuple[QuerySet[Any], Mapping[str, Combinable]]

_participants: Resolver | None = None
_addresses: Callable[[], Addresses] | None = None


def register_participants(people: Resolver, addresses: Callable[[], Addresses] | None = None) -> None:
    """``people(ids, *, with_phone)`` answers {id: Person} in one or two queries; who is absent gets no
    message. ``addresses()`` says the same of everybody, for the database's own use: see ``addresses``.
    """
    global _participants, _addresses
    _participants, _addresses = people, addresses


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody whom a search found: enough to choose them."""

    pk: int
    uid: UUID
    name: str
    number: str


class Finder(Protocol):
    """Looks among the people whom a user may open."""

    def by_words(self, user: Any, words: str) -> list[Found]: ...

    def by_uid(self, user: Any, uid: UUID) -> Found | None: ...


_finder: Finder | None = None


def register_finder(finder: Finder) -> None:
    global _finder
    _finder = finder


def find(user: Any, words: str) -> list[Found]:
    """A few people by name or number, never by NIK or phone."""
    return _finder.by_words(user, words) if _finder is not None and words.strip() else []


def find_one(user: Any, uid: UUID) -> Found | None:
    return _finder.by_uid(user, uid) if _finder is not None else None


def addresses() -> Addresses:
    """Everybody who can be written to, as a queryset and its columns: ``participant_id``, ``city``,
    ``kecamatan`` and, named as in Person, what a channel asks for (Way.reached_by); ``has_dead_number``
    where WhatsApp does not reach the number.
    """
    assert _addresses is not None, "the app of the participants has registered no addresses"
    return _addresses()


@dataclass(frozen=True)
class Phones:
    """``index_of`` an E.164 number is what ``people_with`` finds people by: {index: their ids}."""

    index_of: Callable[[str], bytes]
    people_with: Callable[[Collection[bytes]], Mapping[bytes, Sequence[int]]]


_phones: Phones | None = None


def register_phones(phones: Phones) -> None:
    global _phones
    _phones = phones


def index_of(phone: str) -> bytes:
    assert _phones is not None
    return _phones.index_of(phone)


def people_with(index: bytes) -> list[int]:
    """The people who have this phone number now; several may share one."""
    return list(people_with_any([index]).get(index, ()))


def people_with_any(indexes: Collection[bytes]) -> Mapping[bytes, Sequence[int]]:
    """The same of several numbers, asked once."""
    assert _phones is not None
    return _phones.people_with(indexes) if indexes else {}


class Facts(Protocol):
    """Adds to a queryset of participants whether each wants messages: ``takes_messages``,
    ``refuses_messages``.
    """

    def __call__(self, participants: Any) -> Any: ...


_facts: Facts | None = None


def register_facts(facts: Facts) -> None:
    global _facts
    _facts = facts


def with_facts(participants: Any) -> Any:
    """``participants`` with whether each wants messages and which channels reach them (``has_…``)."""
    assert _facts is not None, "nobody has registered how to ask for the facts of participants"
    _people, columns = addresses()
    reached = {name: column for name, column in columns.items() if name.startswith("has_")}
    return _facts(participants).annotate(**reached)


def key_of(message: Any) -> Key:
    """Participant before user: a participant who signs in has both."""
    if message.participant_id is not None:
        return ("participant", message.participant_id)
    return ("user", message.user_id)


def look_up(keys: Iterable[Key], *, with_phone: bool = False) -> dict[Key, Person]:
    """The people behind ``keys``, in one query per kind of person."""
    wanted: dict[str, set[int]] = {"participant": set(), "user": set()}
    for kind, pk in keys:
        wanted[kind].add(pk)
    found: dict[Key, Person] = {}
    if wanted["participant"] and _participants is not None:
        people = _participants(wanted["participant"], with_phone=with_phone)
        found.update({("participant", pk): person for pk, person in people.items()})
    if wanted["user"]:
        users = _users(wanted["user"], with_phone=with_phone)
        found.update({("user", pk): person for pk, person in users.items()})
    return found


def of_messages(messages: Collection[Any], *, with_phone: bool = False) -> dict[str, Person]:
    """{message.key: Person}; a message whose person is gone is absent."""
    people = look_up((key_of(m) for m in messages), with_phone=with_phone)
    return {m.key: people[key_of(m)] for m in messages if key_of(m) in people}


def _users(ids: Collection[int], *, with_phone: bool) -> dict[int, Person]:
    """Staff; a confirmed number of their own is for tests to themselves (okoce.notifications.own_phones)."""
    rows = User.objects.filter(pk__in=ids, is_active=True).select_related("own_phone")
    return {row.pk: _user(row, with_phone=with_phone) for row in rows}


def _user(row: User, *, with_phone: bool) -> Person:
    own = getattr(row, "own_phone", None)
    has_phone = own is not None and own.confirmed_at is not None
    phone = ""
    if own is not None and has_phone and with_phone:
        phone = decrypt(own.phone_ciphertext, column=OWN_PHONE_COLUMN, row=own.uid)
    return Person(name=row.full_name, email=row.email, phone=phone, has_phone=has_phone, consent=True)
