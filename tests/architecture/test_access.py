"""Every address × every role × own area, other kecamatan, other city, and nobody signed in.

Made from the URL map: a new address fails here until its view carries a mark of okoce.accounts.access and
tests/architecture/url_objects.py has a row for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from okoce.accounts.middleware import AccessMiddleware
from okoce.accounts.roles import Role, roles_with
from tests.architecture.url_objects import ROWS, Row
from tests.architecture.world import ACTORS, ANONYMOUS, ELSEWHERE, NEIGHBOUR, NOBODY, OWN, World, build

# Third-party addresses that are no pages of ours would be listed here, each with its reason.
NOT_OURS: set[str] = set()
PLACES = (OWN, NEIGHBOUR, ELSEWHERE)
SIGN_IN_PAGES = ("/masuk/?next=", "/masuk/petugas/?next=", "/peserta/masuk/?next=")
# Whose names may stand on a page that a role opens.
MAY_READ_OF = {
    Role.PROVINCE: {OWN, NEIGHBOUR, ELSEWHERE},
    Role.AUDITOR: {OWN, NEIGHBOUR, ELSEWHERE},
    Role.SUDIN: {OWN, NEIGHBOUR},
    NOBODY: set(),
    ANONYMOUS: set(),
}


def addresses(patterns=None, namespace="") -> Iterator[tuple[str, Any]]:
    """(name with namespace, view) of the whole URL map."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry.url_patterns, inner)
        else:
            yield f"{namespace}{entry.name or entry.pattern}", entry.callback


def test_every_view_says_who_may_use_it():
    unmarked = [
        name for name, view in addresses() if not hasattr(view, "okoce_access") and name not in NOT_OURS
    ]

    assert unmarked == [], (
        "These views carry no mark. Put one of @public, @signed_in, @participant_only or @requires(…) "
        "of okoce.accounts.access on each"
    )


def test_every_address_has_a_row():
    without = sorted({name for name, _view in addresses()} - set(ROWS) - NOT_OURS)

    assert without == [], (
        "Tell in tests/architecture/url_objects.py whose object each of these opens, for example "
        f'"{without[0] if without else ""}": Row(PERSON, number)'
    )


def test_every_row_has_an_address():
    assert sorted(set(ROWS) - {name for name, _view in addresses()}) == []


def expected(access: Any, row: Row, actor: str, place: str) -> str:
    """ok, sign_in, denied (403) or absent (404)."""
    if row.refuses:
        return "denied"
    if access.kind == "public":
        return "absent" if row.reach == {} or row.missing else "ok"
    if actor == ANONYMOUS:
        return "sign_in"
    if access.kind == "permission" and actor not in roles_with(access.permission):
        return "denied"
    if access.kind == "participant" and actor != Role.PARTICIPANT:
        return "denied"
    if row.missing or (row.reach is not None and place not in row.reach.get(actor, ())):
        return "absent"
    return "ok"


def answered(response: Any) -> str:
    if response.status_code == 302 and response.url.startswith(SIGN_IN_PAGES):
        return "sign_in"
    words = {403: "denied", 404: "absent", 405: "method not allowed"}
    return words.get(response.status_code, "ok" if response.status_code < 500 else "broken")


def ask(world: World, name: str, row: Row, actor: str, place: str, method: str) -> Any:
    """One request, whose consequences are taken back."""
    here = world.places[place]
    client = Client()
    if actor != ANONYMOUS:
        client.cookies[settings.SESSION_COOKIE_NAME] = world.keys[actor]
    url = reverse(name, kwargs=row.kwargs(here) if row.kwargs else None)
    with transaction.atomic():
        response = client.post(url, row.data(here)) if method == "post" else client.get(url)
        transaction.set_rollback(True)
    return response


def leaks(world: World, response: Any, actor: str) -> list[str]:
    """Names of people outside the actor's area on a page that was shown."""
    if response.status_code != 200 or response.streaming:
        return []
    text = response.content.decode(errors="replace")
    allowed = MAY_READ_OF.get(actor, {OWN})
    return [p.marker for p in world.places.values() if p.name not in allowed and p.marker in text]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once and taken back at the end; every request takes its own consequences back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_rule_60_access(name, world):
    row, access = ROWS[name], dict(addresses())[name].okoce_access
    faults = []
    for actor in ACTORS:
        for place in PLACES if row.reach is not None else (OWN,):
            response = ask(world, name, row, actor, place, row.method)
            want, got = expected(access, row, actor, place), answered(response)
            if want != got:
                faults.append(f"{actor}, {place}: expected {want}, answered {got} ({response.status_code})")
            if want != "ok" and row.method == "get":  # what may not be read may not be written either
                posted = answered(ask(world, name, row, actor, place, "post"))
                if posted not in (want, "method not allowed"):
                    faults.append(f"{actor}, {place}: expected {want} to a POST, answered {posted}")
            faults += [f"{actor}, {place}: shows {leak}" for leak in leaks(world, response, actor)]
    assert faults == []


def test_a_view_without_a_mark_is_not_served(rf):
    def view(request):
        raise AssertionError("served")

    with pytest.raises(ImproperlyConfigured, match="declares no access rule"):
        AccessMiddleware(view).process_view(rf.get("/"), view, (), {})
