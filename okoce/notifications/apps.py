from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "okoce.notifications"

    def ready(self) -> None:
        from okoce.notifications import announcements, checks, sms_receipts  # noqa: F401, PLC0415

        announcements.register()
