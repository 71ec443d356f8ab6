from celery import shared_task
from django.utils import timezone

from bazaars import sales_messages


@shared_task(ignore_result=True)
def ask_for_sales() -> None:
    """The question after the first day and the one reminder when a report is late. Runs on the clock."""
    now = timezone.now()
    sales_messages.ask_for_sales(now=now)
    sales_messages.remind_of_late_sales(now=now)
