"""The rows of messages, of what comes back, and of who decides about them."""

from okoce.notifications.models.answers import DeadNumber, Inbound, Reply
from okoce.notifications.models.campaigns import Campaign, ChannelPrice
from okoce.notifications.models.chains import MessageChain
from okoce.notifications.models.decency import DecentHours, MessagePause
from okoce.notifications.models.message import DeliveryEvent, Message
from okoce.notifications.models.receipts import DeliveryReceipt, WebhookCall
from okoce.notifications.models.staff import OwnPhone
from okoce.notifications.models.texts import MessageText, RegisteredTemplate, SendingTimes, TemplateNews
from okoce.notifications.models.wishes import OptOut, PushSubscription

__all__ = [
    "Campaign",
    "ChannelPrice",
    "DeadNumber",
    "DecentHours",
    "DeliveryEvent",
    "DeliveryReceipt",
    "Inbound",
    "Message",
    "MessageChain",
    "MessagePause",
    "MessageText",
    "OptOut",
    "OwnPhone",
    "PushSubscription",
    "RegisteredTemplate",
    "Reply",
    "SendingTimes",
    "TemplateNews",
    "WebhookCall",
]
