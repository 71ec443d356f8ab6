from celery import shared_task

from okoce.accounts import services


@shared_task
def send_password_letter(user_id: int | None) -> None:
    services.send_password_letter(user_id=user_id)
