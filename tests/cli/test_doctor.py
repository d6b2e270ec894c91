"""`wakeful doctor`."""

import json
from pathlib import Path

from tests.cli.command import document, process, write


def looked(*arguments: str, cwd: Path, **environment: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = process("doctor", *arguments, "--format", "json", cwd=cwd, **environment)
    return done.returncode, {one["name"]: one for one in json.loads(done.stdout)}


def test_a_machine_without_servers_of_its_own_is_fine(tmp_path: Path) -> None:
    code, found = looked(cwd=tmp_path)

    assert code == 0
    assert found["Python"]["status"] == found["git"]["status"] == found["data folder"]["status"] == "ok"
    assert found["PostgreSQL"]["status"] == found["Valkey or Redis"]["status"] == "skip"


def test_servers_that_are_there_say_their_version(tmp_path: Path, database_url: str, redis_url: str) -> None:
    code, found = looked(cwd=tmp_path, WAKEFUL_DATABASE_URL=database_url, WAKEFUL_REDIS_URL=redis_url)

    assert (code, found["PostgreSQL"]["status"], found["Valkey or Redis"]["status"]) == (0, "ok", "ok")


def test_servers_that_are_not_there_fail_without_showing_a_password(tmp_path: Path) -> None:
    done = process(
        "doctor",
        cwd=tmp_path,
        WAKEFUL_DATABASE_URL="postgresql://u:hunter22@127.0.0.1:1/db",
        WAKEFUL_REDIS_URL="redis://:hunter22@127.0.0.1:1/0",
    )

    assert done.returncode == 1
    assert "hint: check WAKEFUL_DATABASE_URL" in done.stdout
    assert "hunter22" not in done.stdout + done.stderr


def test_secrets_that_are_not_set_are_named(tmp_path: Path) -> None:
    write(tmp_path, a=document("Channel", "a", "{webhook: {url: '${secret.ONE}', headers: {A: '${secret.TWO}'}}}"))
    _, found = looked(cwd=tmp_path, WAKEFUL_SECRET_ONE="x")

    assert found["secrets"]["words"] == "1 of 2 are not set here: TWO"
