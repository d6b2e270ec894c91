"""A real HTTP server on loopback that records what it gets and answers as it is told."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """What the server does with a request: answer, say nothing for a while, or cut the connection."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    hangs: bool = False
    resets: bool = False


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass
class Receiver:
    """Where the server listens, what it has seen, and from which ports."""

    url: str
    requests: list[Request] = field(default_factory=list)
    peers: set[int] = field(default_factory=set)


@contextmanager
def receiver(*answers: Answer) -> Iterator[Receiver]:
    """Run a server that gives these answers in turn, the last one for ever."""
    released = threading.Event()
    queue = list(answers or [Answer()])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            state.requests.append(Request(self.command, self.path, self.headers, body))
            state.peers.add(self.client_address[1])
            answer = queue.pop(0) if len(queue) > 1 else queue[0]
            if answer.hangs:
                released.wait(20)
            elif answer.resets:
                self._reset()
            else:
                self._reply(answer)

        def _reset(self) -> None:
            # Linger zero makes the close a RST instead of a FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.shutdown(socket.SHUT_RD)
            self.close_connection = True

        def _reply(self, answer: Answer) -> None:
            body = b"" if answer.status == 204 else answer.body
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 204 and "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = Receiver(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        released.set()
        server.shutdown()
        server.server_close()
