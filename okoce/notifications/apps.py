from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "okoce.notifications"

    def ready(self) -> None:
        from okoce.notifications import (  # noqa: PLC0415
            announcements,
            checks,  # noqa: F401  registers itself
            own_kinds,
            own_phones,
            replies,
            sms_receipts,  # noqa: F401  registers itself
            trying,
        )

        announcements.register()
        own_kinds.register()
        own_phones.register()
        trying.register()
        replies.register()
