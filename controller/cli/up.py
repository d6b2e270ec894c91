"""`wakeful up`: everything on one machine, kept alive until Ctrl-C."""

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import controller
from controller import settings as environment
from controller.cli.embedded import Postgres, Valkey, locked
from controller.cli.supervisor import Program, Supervisor
from controller.errors import UsageError
from controller.settings import Settings

WORKERS = min(os.cpu_count() or 1, 2)
"""How many workers are enough for one machine."""


async def up(
    sources: list[str], data_dir: Path, host: str, port: int, workers: int = WORKERS, settings: Settings | None = None
) -> int:
    """Run servers, controller, workers and API until a signal. Returns the exit status.

    PostgreSQL and Valkey are embedded unless `settings` names servers of your own. Raises UsageError when a
    source, the port or the data folder cannot be used.
    """
    given = settings or environment.load()
    from controller.git.source import named_sources  # the only part of git that is needed here, and late

    named_sources(sources)
    with locked(data_dir):
        require_free(host, port)
        house = _House(sources, data_dir, host, port, workers, given)
        return await Supervisor().run(house.start)


def require_free(host: str, port: int) -> None:
    """Raise UsageError when nobody can listen there, rather than after everything else has started."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"port {port} is in use", "choose another with --port") from None
        why = error.strerror or str(error)
        raise UsageError(f"cannot listen on {host}:{port}: {why}", "choose others with --host and --port") from None


class _House:
    """What runs, and with which environment."""

    def __init__(
        self, sources: Sequence[str], data_dir: Path, host: str, port: int, workers: int, settings: Settings
    ) -> None:
        self.sources, self.data_dir, self.workers = sources, data_dir.resolve(), workers
        self.host, self.port = host, port
        self.reachable = _reachable(host)
        self.url = f"http://{_bracketed(self.reachable)}:{port}"
        own = settings.model_fields_set
        postgres = None if "database_url" in own else Postgres(data_dir)
        valkey = None if "redis_url" in own else Valkey(data_dir)
        self.servers = [server.program() for server in (postgres, valkey) if server is not None]
        self.env = {
            **environment.environment(),
            "WAKEFUL_DATABASE_URL": postgres.url if postgres else settings.database_url,
            "WAKEFUL_REDIS_URL": valkey.url if valkey else settings.redis_url,
            "WAKEFUL_DATA_DIR": str(self.data_dir),
            "WAKEFUL_PUBLIC_URL": settings.public_url if "public_url" in own else self.url,
        }

    async def start(self, supervisor: Supervisor) -> None:
        """Start all, each when what it needs is there, and say where to look."""
        await supervisor.start(*self.servers)
        await supervisor.once(self._role("migrate"))
        await supervisor.start(*self._roles())
        print(self._banner(), flush=True)

    def _roles(self) -> list[Program]:
        chosen = [part for source in self.sources for part in ("--source", source)]
        workers = [
            self._role("worker", "--region", "default", name=f"worker {number}")
            for number in range(1, self.workers + 1)
        ]
        listen = ("--host", self.host, "--port", str(self.port))
        return [
            self._role("controller", *chosen),
            *workers,
            self._role("api", *listen, ready=lambda: answers(self.reachable, self.port, "/health")),
        ]

    def _role(
        self, role: str, *arguments: str, name: str | None = None, ready: Callable[[], Awaitable[bool]] | None = None
    ) -> Program:
        argv = (sys.executable, *_path_flags(), "-m", "controller.cli.main", role, *arguments)
        return Program(name=name or role, argv=argv, env=self.env, ready=ready)

    def _banner(self) -> str:
        pages = {
            "Overview": f"{self.url}/",
            "Status pages": f"{self.url}/status/NAME",
            "API": f"{self.url}/api/v1/monitors",
            "API reference": f"{self.url}/openapi",
            "Metrics": f"{self.url}/metrics",
            "Data": str(self.data_dir),
        }
        lines = (f"  {name:<14} {place}" for name, place in pages.items())
        return "\n".join(["", "Wakeful is up.", "", *lines, "", "Ctrl-C stops it; the data stays.", ""])


async def answers(host: str, port: int, path: str) -> bool:
    """Whether a GET of that path is answered with 200."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {_bracketed(host)}:{port}\r\nConnection: close\r\n\r\n".encode())
        first = await reader.readline()
        writer.close()
    except OSError:
        return False
    return b" 200 " in first


def _reachable(host: str) -> str:
    """An address on which this machine reaches itself when it listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _path_flags() -> list[str]:
    """Keep a user's folder named `specs` or `api` from passing for ours, unless ours is the one we stand in."""
    return [] if Path(controller.__file__).parents[1] == Path.cwd() else ["-P"]
