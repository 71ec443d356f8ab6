"""What everything in the portal shares. The Celery app is loaded here so that tasks find it."""

from okoce.celery import app as celery_app

__all__ = ["celery_app"]
