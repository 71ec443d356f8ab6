from celery import shared_task

from okoce.db import sealed_files


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def sweep_sealed_files() -> None:
    sealed_files.sweep()
