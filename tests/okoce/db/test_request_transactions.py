"""A database that goes away for a moment costs no request."""

from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse

from okoce.accounts.models import User
from okoce.db import middleware
from okoce.db.middleware import CutOff, RequestTransactionMiddleware
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_request_waits_for_a_database_that_is_being_started(rf, monkeypatch):
    refusals = iter([OperationalError("the database system is starting up")] * 2)
    really, pauses = connection.ensure_connection, []

    def connect():
        if (refusal := next(refusals, None)) is not None:
            raise refusal
        really()

    monkeypatch.setattr(connection, "ensure_connection", connect)
    monkeypatch.setattr(middleware, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=pauses.append))

    answer = RequestTransactionMiddleware(lambda request: HttpResponse("ok"))(rf.get("/"))

    assert answer.content == b"ok"
    assert len(pauses) == 2


def test_a_database_that_stays_away_is_not_waited_for_long(rf, monkeypatch):
    def refuse():
        raise OperationalError("connection refused")

    clock = iter(range(100))
    monkeypatch.setattr(connection, "ensure_connection", refuse)
    monkeypatch.setattr(
        middleware, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda seconds: None)
    )

    with pytest.raises(OperationalError):
        RequestTransactionMiddleware(lambda request: HttpResponse("ok"))(rf.get("/"))


def cut_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")  # the application may not end connections, the owner may
        with pytest.raises(OperationalError):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_request_that_is_cut_off_begins_anew_and_happens_once(rf):
    calls = []

    def view(request):
        calls.append(request.POST["word"])
        UserFactory(username=f"user{len(calls)}")
        if len(calls) == 1:
            cut_off()
            return HttpResponse(status=500)
        return HttpResponse("ok")

    answer = RequestTransactionMiddleware(view)(rf.post("/", {"word": "ya"}))

    assert (answer.status_code, calls) == (200, ["ya", "ya"])
    assert list(User.objects.values_list("username", flat=True)) == ["user2"]


def test_a_request_that_is_cut_off_by_a_server_that_is_gone_waits_for_it(rf, monkeypatch):
    really, calls, refusals = connection.ensure_connection, [], []

    def connect():
        if refusals:
            raise refusals.pop()
        really()

    def view(request):
        calls.append(1)
        if len(calls) == 1:
            cut_off()
            refusals.append(OperationalError("the database system is shutting down"))
        return HttpResponse("ok")

    monkeypatch.setattr(connection, "ensure_connection", connect)
    answer = RequestTransactionMiddleware(view)(rf.get("/"))

    assert (answer.content, len(calls)) == (b"ok", 2)


def test_it_begins_anew_only_once(rf):
    calls = []

    def view(request):
        calls.append(1)
        User.objects.exists()
        cut_off()
        return HttpResponse(status=500)

    with pytest.raises(CutOff):
        RequestTransactionMiddleware(view)(rf.get("/"))

    assert len(calls) == 2
