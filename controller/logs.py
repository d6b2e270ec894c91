"""The log: one line per event on stderr, for people on a terminal and as JSON elsewhere, without secrets."""

import logging
import os
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from controller.settings import Settings

MASK = "***"
_SECRET_KEY = re.compile(
    r"secret|token|passw(or)?d|passphrase|authorization|cookie|api[-_]?key|private[-_]?key|dsn", re.I
)
_USERINFO = re.compile(r"(?<=://)[^\s/?#@'\"]+@")
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{6,}", re.I)
_NOISY = (
    "aiosmtplib",
    "apprise",
    "asyncio",
    "dramatiq",
    "engineio",
    "git",
    "hpack",
    "httpcore",
    "httpx",
    "litestar",
    "piccolo",
    "socketio",
    "twilio",
    "urllib3",
    "uvicorn",
    "watchfiles",
    "websockets",
)


def configure(role: str, settings: Settings) -> None:
    """Send our own log and the libraries' to stderr, each line with the role and the process id.

    `settings.log_format` is `text`, `json`, or None for text on a terminal. May be called again.
    """
    is_text = settings.log_format == "text" or (settings.log_format is None and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if is_text else "iso", utc=not is_text),
        _origin(role),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    _route_everything_through(_handler(shared, is_text), settings.log_level.upper())


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for one module: `log.info("applied", revision=revision)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide the values of keys that are named like secrets, and who logs in within URLs."""
    return {key: _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if _SECRET_KEY.search(key) and value is not None and not isinstance(value, bool | int | float):
        return MASK
    if isinstance(value, str):
        return _BEARER.sub(rf"\1 {MASK}", _USERINFO.sub(f"{MASK}@", value))
    if isinstance(value, Mapping):
        return {inner: _masked(str(inner), each) for inner, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked("", each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _masked("", str(value))


def _origin(role: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {**event, "role": role, "pid": os.getpid()}

    return add


def _handler(shared: list[Processor], is_text: bool) -> logging.Handler:
    rendered: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if is_text
        else [structlog.processors.JSONRenderer()]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,  # first to text, so that tracebacks are masked, too
                mask,
                *rendered,
            ],
        )
    )
    return handler


def _route_everything_through(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level if level in logging.getLevelNamesMapping() else "INFO")
    for name in list(logging.root.manager.loggerDict):
        library = logging.getLogger(name)
        library.handlers, library.propagate = [], True
    for name in _NOISY:
        # at debug they speak as they like
        logging.getLogger(name).setLevel(logging.NOTSET if root.level <= logging.DEBUG else logging.WARNING)
    logging.captureWarnings(True)
