"""Log lines as JSON, with personal numbers masked before they are written."""

import json
import logging
import re

from okoce.audit.context import request_id

_NUMBERS = re.compile(r"(?<!\d)(?:\d[ .\-]?){15}\d(?!\d)|(?<!\d)(?:\+?62|0)8[\d \-.]{7,15}\d")


def mask(text: str) -> str:
    """Sixteen-digit runs and mobile numbers replaced by ``[…]``."""
    return _NUMBERS.sub("[…]", text)


class MaskPersonalNumbers(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask(record.getMessage())
        record.args = None
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
