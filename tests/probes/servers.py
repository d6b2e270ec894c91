"""Servers on loopback that behave as a test says: well, badly, or not at all."""

import asyncio
import socket
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
"""Takes a request (its head and body as text) and writes the answer."""


def says(body: bytes | str = b"ok", status: str = "200 OK", **headers: str) -> Answer:
    """A server that answers every request the same way. `content_type` is written `Content-Type`."""
    content = body.encode() if isinstance(body, str) else body
    lines = "".join(f"{name.replace('_', '-').title()}: {value}\r\n" for name, value in headers.items())
    return sends(f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{lines}\r\n".encode() + content)


def sends(raw: bytes) -> Answer:
    """A server that answers every request with these bytes."""

    async def answer(_request: str, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return answer


def redirects_to(location: str, status: str = "302 Found") -> Answer:
    """A server that sends everybody elsewhere."""
    return says(b"", status, location=location)


async def stays_silent(_request: str, _writer: asyncio.StreamWriter) -> None:
    """A server that takes the request and never answers."""
    await asyncio.sleep(30)


async def resets(_request: str, writer: asyncio.StreamWriter) -> None:
    """A server that resets the connection."""
    opened = writer.get_extra_info("socket")
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@asynccontextmanager
async def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a server on 127.0.0.1; gives its port."""
    running = set[asyncio.Task[None]]()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = next(
                (int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0
            )
            body = (await reader.readexactly(length)).decode() if length else ""
            await answer(head + body, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(one(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls, backlog=500)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def closed_port() -> int:
    """A port on which nobody listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Authority:
    """A certificate authority of a test's own; `file` is its certificate."""

    folder: Path
    file: str

    def server(self, *, names: str = "DNS:localhost,IP:127.0.0.1", days: int = 30) -> ssl.SSLContext:
        """A server context with a certificate for these names; with 0 days it has expired."""
        key, request, certificate = (str(self.folder / f"server.{suffix}") for suffix in ("key", "csr", "pem"))
        extensions = self.folder / "server.ext"
        extensions.write_text(f"subjectAltName={names}\n")
        _openssl("req", "-new", *_KEY, "-keyout", key, "-out", request, "-subj", "/O=Test/CN=server")
        signing = ("-CA", self.file, "-CAkey", str(self.folder / "ca.key"), "-CAcreateserial", "-days", str(days))
        _openssl("x509", "-req", "-in", request, *signing, "-extfile", str(extensions), "-out", certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context


def authority(folder: Path) -> Authority:
    """Make a certificate authority in a folder."""
    file = folder / "ca.pem"
    key = ("-keyout", str(folder / "ca.key"), "-out", str(file))
    _openssl("req", "-x509", *_KEY, *key, "-days", "30", "-subj", "/O=Test/CN=Test Authority")
    return Authority(folder, str(file))


_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
