"""`wakeful up`, `controller`, `worker` and `api`: the roles, each a thin start of what does the work."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from controller.cli.environment import read_settings

_source = click.option(
    "--source",
    "sources",
    metavar="SOURCE",
    multiple=True,
    default=["."],
    show_default=True,
    help="Where specs come from: PATH or URL[#BRANCH[:FOLDER]]. May be given several times.",
)
_host = click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
_port = click.option(
    "--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="The port to listen on."
)


@click.command(short_help="Run everything on this machine, servers included.")
@_source
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where PostgreSQL, Valkey and clones are kept; WAKEFUL_DATA_DIR or `.wakeful` by default.",
)
@_host
@_port
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    show_default="one a core, at most 2",
    help="How many worker processes.",
)
def up(sources: tuple[str, ...], data_dir: Path | None, host: str, port: int, workers: int | None) -> int:
    """Run everything on this machine: PostgreSQL, Valkey, controller, workers and API."""
    from controller import logs
    from controller.cli.up import WORKERS
    from controller.cli.up import up as start

    settings = read_settings(data_dir=data_dir)
    logs.configure("up", settings)
    return asyncio.run(start(list(sources), settings.data_dir, host, port, workers or WORKERS, settings))


@click.command()
@_source
def controller(sources: tuple[str, ...]) -> None:
    """Make what runs match what git says, and hand out the checks."""
    from controller.cli import preflight

    settings = read_settings()
    check_sources(sources)
    asyncio.run(preflight.servers(settings))
    from controller import logs
    from controller.workers import lead

    logs.configure("controller", settings)
    asyncio.run(lead.run(settings, list(sources)))


@click.command()
@click.option(
    "--region",
    "regions",
    metavar="REGION",
    multiple=True,
    default=["default"],
    show_default=True,
    help="The region to check from. May be given several times.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 1024),
    default=64,
    show_default=True,
    help="How many batches at once; a thread only waits.",
)
def worker(regions: tuple[str, ...], threads: int) -> None:
    """Run checks, evaluate rules and deliver messages."""
    from controller.cli import preflight

    settings = read_settings()
    asyncio.run(preflight.servers(settings))
    from controller import logs
    from controller.workers import worker as work

    logs.configure("worker", settings)
    work.run(settings, list(dict.fromkeys(regions)), threads)


@click.command()
@_host
@_port
def api(host: str, port: int) -> None:
    """Serve the dashboard, the status pages and the API."""
    from controller.cli import preflight
    from controller.cli.up import require_free

    settings = read_settings()
    require_free(host, port)
    asyncio.run(preflight.servers(settings))
    import uvicorn

    from controller import logs

    logs.configure("api", settings)
    uvicorn.run(
        "api.app:create",
        factory=True,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,  # live streams never end by themselves
    )


def check_sources(sources: Sequence[str]) -> None:
    """Raise UsageError when a source cannot be one; it may be named, as in `NAME=SOURCE`."""
    from controller.git.source import named_sources

    named_sources(sources)
