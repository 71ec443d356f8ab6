from celery import shared_task
from django.utils import timezone

from bazaars import confirm_messages, sales_messages, setup_messages
from bazaars.services import incidents, releasing


@shared_task(ignore_result=True)
def ask_for_sales() -> None:
    """When stalls can be set up, the question after the first day and the one reminder when a report is late.

    Runs on the clock.
    """
    now = timezone.now()
    setup_messages.tell_setup_times(now=now)
    sales_messages.ask_for_sales(now=now)
    sales_messages.remind_of_late_sales(now=now)


@shared_task(ignore_result=True)
def settle_stalls() -> None:
    """Stalls that were not confirmed in time go to the next on the reserve list, and whoever has not answered
    is reminded before. Runs on the clock.
    """
    releasing.settle_all()
    confirm_messages.remind(now=timezone.now())


@shared_task(ignore_result=True)
def forget_photos() -> None:
    """Photos of incidents go after half a year. Runs on the clock."""
    incidents.forget_old_photos(now=timezone.now())
