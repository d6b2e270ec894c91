"""The log: one line per event, with role and process, and never a secret."""

import json
import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from controller import logs
from controller.settings import Settings


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def test_a_line_says_what_who_and_which_process(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("worker", Settings(log_format="json"))

    logs.get("here").info("stored", count=3)

    line = only_line(capsys)
    assert (line["event"], line["count"], line["level"]) == ("stored", 3, "info")
    assert (line["role"], line["pid"], line["logger"]) == ("worker", os.getpid(), "here")


def test_data_stays_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("worker", Settings(log_format="text"))

    logs.get("here").info("stored")

    told = capsys.readouterr()
    assert told.out == ""
    assert "stored" in told.err


def test_libraries_speak_through_the_same_log(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("api", Settings(log_format="json"))

    logging.getLogger("uvicorn").info("chatter")
    logging.getLogger("uvicorn.error").warning("lost %s", "one")

    assert only_line(capsys)["event"] == "lost one"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"password": "hunter2"}, {"password": "***"}),
        ({"api_key": "hunter2"}, {"api_key": "***"}),
        (
            {"headers": {"Authorization": "hunter2", "Accept": "*/*"}},
            {"headers": {"Authorization": "***", "Accept": "*/*"}},
        ),
        ({"url": "postgresql://me:hunter2@host/db"}, {"url": "postgresql://***@host/db"}),
        ({"sources": ["https://hunter2@forge.example/x.git"]}, {"sources": ["https://***@forge.example/x.git"]}),
        ({"reason": "got `Bearer hunter2hunter2`"}, {"reason": "got `Bearer ***`"}),
        ({"tokens": 3, "mail": "me@example.com"}, {"tokens": 3, "mail": "me@example.com"}),
    ],
    ids=["named", "key", "nested", "in a URL", "in a list", "in a header", "what is no secret"],
)
def test_secrets_are_masked(given: dict[str, Any], shown: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("worker", Settings(log_format="json"))

    logs.get("here").warning("told", **given)

    line = only_line(capsys)
    assert {key: line[key] for key in shown} == shown


def test_tracebacks_are_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("worker", Settings(log_format="json"))

    try:
        raise ConnectionError("cannot reach redis://:hunter2@host")
    except ConnectionError:
        logs.get("here").exception("failed")

    told = only_line(capsys)["exception"]
    assert "redis://***@host" in told
    assert "ConnectionError" in told


def only_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    line: dict[str, Any] = json.loads(lines[0])
    return line
