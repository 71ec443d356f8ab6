"""A notice on the phone: asked for on the own page, sent by the portal's worker, shown by the service worker.

What is real: the pages and their scripts, the permission, the registered service worker, the portal's web and
worker processes, the sealing and signing, the HTTP request, a push service on this machine that checks the
signature and opens the payload with the subscription's private key, the notification in Chromium, and the
receipt that the service worker posts.

What is replaced, because there is no line to the browser's own push service and the addresses that Chromium
hands out always name it: ``PushManager.prototype.subscribe`` answers with a subscription of that local push
service (a real P-256 key pair, made there), and what the service opened is handed to the service worker by
DevTools' ``ServiceWorker.deliverPushMessage`` instead of by Google's line. A headless Chromium has no screen
on which a notice could be tapped: the ``notificationclick`` event is dispatched in the service worker with
the real notification. As that event comes from no finger, ``clients.openWindow`` only notes which page it is
asked to open.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from okoce.embedded.push_service import PushService, PushServiceServer

SUBSCRIBES = """(said) => {
    PushManager.prototype.subscribe = async (wanted) => {
        if (!wanted.userVisibleOnly || wanted.applicationServerKey.length !== 65) throw TypeError();
        return { endpoint: said.endpoint, toJSON: () => said };
    };
}"""


@pytest.fixture
def service(portal) -> Iterator[PushService]:
    server = PushServiceServer(port=portal.push_port).start()
    yield server.service
    server.stop()


def test_a_notice_is_asked_for_shown_and_leads_to_its_page(visitor, portal, service):
    who, phone = portal.participant("stall"), visitor(width=390)
    phone.sign_in_participant(who["phone"], who["number"])
    phone.context.grant_permissions(["notifications"], origin=portal.address)
    phone.page.add_init_script(f"({SUBSCRIBES})({json.dumps(service.subscribe())})")
    phone.follow("Atur pesan saya")
    phone.check("before")
    phone.press("Beri tahu saya di HP ini")
    phone.sees("Mulai sekarang Anda diberi tahu di HP ini", "Chrome, Linux")
    phone.check("with a phone")

    phone.goto("/data-saya/perbaikan/")
    phone.fill(note="Nama jalan saya sudah berganti.")
    phone.press("Kirim perbaikan")
    office = visitor()
    office.sign_in_staff("sudin.jakbar")
    office.goto(f"/hak-data/peserta/{who['number']}/")
    waits = office.page.locator("main li", has_text=re.compile(r"sisa \d"))
    waits.get_by_role("link", name=re.compile("^Perbaikan")).first.click()
    office.follow("Tolak")
    office.fill(refusal="no_evidence", answer="Bawa KTP ke kantor kecamatan.")
    office.press("Tolak permintaan")

    notice = _notice(service)
    assert service.faults == []
    assert who["number"] not in json.dumps(notice)
    worker = _deliver(phone, portal, notice)
    shown = worker.evaluate(
        "async () => (await self.registration.getNotifications()).map(n => [n.title, n.body, n.tag])"
    )
    assert shown == [[notice["title"], notice["body"], notice["tag"]]]

    page = worker.evaluate(
        """async () => {
            const asked = [], [notice] = await self.registration.getNotifications();
            self.clients.openWindow = async (page) => { asked.push(page); return null; };
            const event = new NotificationEvent("notificationclick", { notification: notice });
            const waits = [];
            event.waitUntil = (promise) => waits.push(promise);
            self.dispatchEvent(event);
            await Promise.all(waits);
            return asked[0];
        }"""
    )
    phone.page.goto(page)
    expect(phone.page.get_by_role("heading", level=1)).to_be_visible()
    assert phone.page.url == notice["url"]
    office.goto("/pesan/?kind=data_request_answer")
    office.sees("Dibaca", "Pemberitahuan di HP")

    phone.goto("/data-saya/pesan/")
    phone.press("Matikan")
    phone.sees("HP itu tidak menerima pemberitahuan lagi")
    expect(phone.page.get_by_text("Chrome, Linux")).to_have_count(0)


def _notice(service: PushService) -> dict:
    """What the push service opened, as soon as the portal's worker has sent it."""
    until = time.monotonic() + 40
    while time.monotonic() < until:
        if service.notices:
            return service.notices[0]
        time.sleep(0.2)
    pytest.fail(f"No notice came to the push service: {service.faults}")


def _deliver(phone, portal, notice):
    """Hands the notice to the real service worker until it is shown: as Google's line does, again when the
    worker was just being started or stopped. The same notice twice is shown once.
    """
    line, found = phone.context.new_cdp_session(phone.page), {}
    line.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: found.update({one["scopeURL"]: one for one in said["registrations"]}),
    )
    line.send("ServiceWorker.enable")
    until, last = time.monotonic() + 60, "no service worker is registered"
    while time.monotonic() < until:
        phone.page.wait_for_timeout(300)
        try:
            for registration in [one for scope, one in found.items() if scope.endswith("/status/")]:
                line.send(
                    "ServiceWorker.deliverPushMessage",
                    {
                        "origin": portal.address,
                        "registrationId": registration["registrationId"],
                        "data": json.dumps(notice),
                    },
                )
                last = "it was handed over"
            if worker := _showing(phone):
                return worker
        except PlaywrightError as problem:
            last = str(problem)
    pytest.fail(f"The notice was not shown: {last}")


def _showing(phone):
    """The service worker, once it shows a notice."""
    for _ in range(10):
        for worker in phone.context.service_workers:
            if worker.url.endswith("/status/hp.js") and worker.evaluate(
                "async () => (await self.registration.getNotifications()).length"
            ):
                return worker
        phone.page.wait_for_timeout(200)
    return None
