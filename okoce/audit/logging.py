"""Log lines as JSON, with personal numbers masked before they are written."""

import json
import logging
import re

from okoce.audit.context import request_id

_NIK = r"(?<!\d)(?:\d[ .\-]?){15}\d(?!\d)"
_PHONE = r"(?<!\d)(?:\+?62|0)[ .\-]?8[1-9](?:[ .\-]?\d){6,11}(?!\d)"
_NUMBERS = re.compile(f"{_NIK}|{_PHONE}")


def mask(text: str) -> str:
    """Sixteen-digit runs and mobile numbers replaced by ``[…]``."""
    return _NUMBERS.sub("[…]", text)


class MaskPersonalNumbers(logging.Filter):
    """Also puts the pattern of an address in the place of the address: it may name a person or hold a key."""

    def filter(self, record: logging.LogRecord) -> bool:
        message, request = record.getMessage(), getattr(record, "request", None)
        if request is not None and getattr(request, "path", "") not in ("", "/"):
            route = getattr(getattr(request, "resolver_match", None), "route", None)
            shown = f"/{route}" if route is not None else "[…]"
            message = message.replace(request.get_full_path(), shown).replace(request.path, shown)
        record.msg, record.args = mask(message), None
        if fields := getattr(record, "fields", None):
            record.fields = {k: mask(v) if isinstance(v, str) else v for k, v in fields.items()}
        return True


class JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        if record.exc_info:
            line["trace"] = mask(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)
