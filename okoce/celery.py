"""Celery: wakes up and drains. What must not be lost is a row in PostgreSQL, not a message in the broker."""

from celery import Celery

from okoce.settings.env import choose_settings_module

choose_settings_module()

app = Celery("okoce")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
