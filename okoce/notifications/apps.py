from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "okoce.notifications"

    def ready(self) -> None:
        from okoce.notifications import (  # noqa: PLC0415
            announcements,
            checks,  # noqa: F401  registers itself
            own_kinds,
            replies,
            sms_receipts,  # noqa: F401  registers itself
        )

        announcements.register()
        own_kinds.register()
        replies.register()
