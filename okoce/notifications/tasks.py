"""The clock's and the wake-up's side of the outbox. Both tasks may run twice, and at once: the effect is
one.
"""

import logging

from celery import shared_task
from django.utils import timezone

from okoce.notifications import campaigning, fallback, inbound, outbox, pauses, receipts, services, wake

log = logging.getLogger("okoce.notifications")


@shared_task(ignore_result=True)
def drain_outbox() -> None:
    report = outbox.drain()
    if report.sent or report.failed or report.not_sent:
        log.info("outbox: %d sent, %d failed, others %s", report.sent, report.failed, report.not_sent)
    if report.is_more:
        wake.wake()


@shared_task(ignore_result=True)
def work_through_webhooks() -> None:
    receipts.work_through()
    inbound.work_through()


@shared_task(ignore_result=True)
def pass_on_messages() -> None:
    if passed := fallback.pass_on(now=timezone.now()):
        log.info("outbox: %d passed on to another channel", passed)


@shared_task(ignore_result=True)
def work_on_campaigns() -> None:
    """Put the people of running campaigns into the outbox, piece by piece, and back what was laid aside."""
    if queued := campaigning.work():
        log.info("campaigns: %d messages queued", queued)


@shared_task(ignore_result=True)
def expire_messages() -> None:
    now = timezone.now()
    expired, released = services.expire(now=now), services.release_held(now=now)
    released += pauses.end_over(today=timezone.localdate(now), now=now)
    if expired or released:
        log.info("outbox: %d too late, %d put back", expired, released)
