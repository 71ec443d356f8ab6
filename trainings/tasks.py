from celery import shared_task
from django.utils import timezone

from trainings import eligibility, reminders
from trainings.services import groups, offers, planning


@shared_task
def remind_of_sessions() -> int:
    eligibility.forget_old_marks()
    return reminders.queue_session_reminders(now=timezone.now())


@shared_task(ignore_result=True, name=planning.RUN_TASK)
def run_plan(run_id: int) -> None:
    planning.work(run_id)


@shared_task(ignore_result=True, name="trainings.tasks.pick_up_plans")
def pick_up_plans() -> None:
    """Begins anew what a dead worker or an absent broker has left. Runs on the clock."""
    planning.wake_unfinished()
    planning.wake_uninvited()


@shared_task(ignore_result=True)
def settle_offers() -> None:
    """Seats that were offered and not answered in time go to the next. Runs on the clock."""
    offers.settle_all()


@shared_task(ignore_result=True, name=planning.INVITE_TASK)
def invite_groups(run_id: int) -> None:
    groups.invite_members(run_id)
