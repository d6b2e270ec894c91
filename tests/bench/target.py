"""A web server that costs next to nothing: 1 KB of JSON per request, one connection each. Run as a process of its own."""

import asyncio
import sys
from typing import cast

import uvloop

BODY = b'{"status": "ok", "pad": "' + b"x" * 980 + b'"}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(BODY)
) + BODY


class Target(asyncio.Protocol):
    """Answers whatever arrives, and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's does not inherit from it

    def data_received(self, data: bytes) -> None:
        if b"\r\n\r\n" in data[-4:]:
            self.transport.write(ANSWER)
            self.transport.close()


async def serve(port: int) -> None:
    """Serve until the process ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Target, "127.0.0.1", port, backlog=8192)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
