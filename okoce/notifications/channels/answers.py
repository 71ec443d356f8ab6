"""What another server answers over HTTP, read for so long and so far only."""

from __future__ import annotations

import time

import urllib3

LONGEST_SECONDS = 20.0  # of one answer, however slowly it comes
LONGEST = 64 * 1024  # bytes; a real one has a few hundred


def beginning_of(answer: urllib3.BaseHTTPResponse) -> bytes:
    """The beginning of an answer; one that trickles in for longer than an answer may take is none.

    The line stays usable where the answer was read to its end. Raises urllib3's errors.
    """
    until, content = time.monotonic() + LONGEST_SECONDS, b""
    while len(content) < LONGEST and (more := answer.read1(LONGEST)):
        content += more
        if time.monotonic() > until:
            answer.close()
            raise urllib3.exceptions.ProtocolError("the answer trickles")
    if len(content) >= LONGEST:
        answer.close()
    else:
        answer.release_conn()
    return content
