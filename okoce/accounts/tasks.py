from celery import shared_task
from django.utils import timezone

from okoce.accounts import services


@shared_task
def send_password_letter(user_id: int | None) -> None:
    services.send_password_letter(user_id=user_id)


@shared_task
def forget_what_is_over() -> None:
    services.forget_what_is_over(now=timezone.now())
