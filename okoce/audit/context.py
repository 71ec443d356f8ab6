"""The id that ties a log line, an audit event and an error page to one request."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
