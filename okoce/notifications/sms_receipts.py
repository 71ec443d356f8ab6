"""What the SMS gateway tells later: mapped by its description to our receipts, in any order, harmless twice.

The webhook's address holds a secret. What comes is stored sealed and answered at once, like WhatsApp's
(okoce.notifications.receipts), and worked through by the same task.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings

from okoce.notifications import heard
from okoce.notifications.channels import sms, sms_description
from okoce.notifications.channels.sms_description import LONGEST_ID, Receipts
from okoce.notifications.enums import Receipt
from okoce.notifications.receipts import Told, register_source, uuid_of

LARGEST_CALL = 256 * 1024  # bytes
MARK = "sms_gateway"  # what wraps a stored call, so that it is not taken for one of WhatsApp's


def is_secret(given: str) -> bool:
    wanted = settings.SMS_RECEIPT_SECRET
    return bool(wanted) and hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))


def wrapped(content: bytes, *, content_type: str) -> bytes:
    """A call as it is stored. What is no text becomes question marks: it is of no use in any case."""
    text = content.decode("utf-8", "replace")
    is_form = content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"
    return json.dumps({MARK: text, "is_form": is_form}).encode()


def told(call: Mapping[str, Any], *, heard_at: datetime) -> list[Told]:
    """The receipts in a stored call. Raises Unreadable."""
    described = sms.gateway()
    if described is None or described.receipts is None:
        return []
    content = str(call[MARK])
    said = dict(parse_qsl(content)) if call.get("is_form") else heard.parse(content)
    return list(_told(described.receipts, said, heard_at))


def _told(mapped: Receipts, said: Any, heard_at: datetime) -> Iterator[Told]:
    rows = sms_description.at(said, mapped.rows) if mapped.rows else said
    for row in rows if isinstance(rows, list) else [rows]:
        status = _status(mapped, str(sms_description.at(row, mapped.status)))
        given_id = heard.text(sms_description.at(row, mapped.id), longest=LONGEST_ID) if mapped.id else ""
        reference = uuid_of(sms_description.at(row, mapped.reference)) if mapped.reference else None
        if status is None or (not given_id and reference is None):
            continue
        provider_id = f"{sms.IDS}{given_id}" if given_id else f"{sms.IDS}{reference}"
        yield Told(provider_id, reference, status, None, heard_at, "sms")


def _status(mapped: Receipts, word: str) -> Receipt | None:
    if word in mapped.delivered:
        return Receipt.DELIVERED
    if word in mapped.failed:
        return Receipt.FAILED
    return Receipt.SENT if word in mapped.sent else None


register_source(MARK, told)
