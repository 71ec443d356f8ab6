"""The smallest WhatsApp: takes every message at once and keeps none. Run as a program, it prints its port.

The stand-in of the demonstration (okoce.embedded.cloud_api) is a thread a connection and checks what it gets:
senders measured against it would all look alike.
"""

from __future__ import annotations

import asyncio
from itertools import count

IDS = count(1)


class Sink(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head, end, rest = self.buffer.partition(b"\r\n\r\n")
            if not end:
                return
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            body = b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.%d"}]}' % next(IDS)
            self.transport.write(  # type: ignore[attr-defined]
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (len(body), body)
            )


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
