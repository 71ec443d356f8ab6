from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from trainings import reminders


@shared_task
def remind_of_tomorrows_sessions() -> int:
    return reminders.queue_session_reminders(on=timezone.localdate() + timedelta(days=1))
