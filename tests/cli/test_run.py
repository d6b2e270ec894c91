"""`wakeful run`."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import call, document, monitor, process, write


class Shop(BaseHTTPRequestHandler):
    """Answers `{"cart": 3}`, with the status that the path asks for."""

    def do_GET(self) -> None:
        body = json.dumps({"cart": 3, "key": self.headers.get("X-Key")}).encode()
        self.send_response(int(self.path.rpartition("/")[2]))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """The address of a web server on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def web(url: str, expect: str = "{}", degraded: str = "{}", headers: str = "{}") -> str:
    """The spec of a monitor of a web server."""
    return f"{{http: {{url: '{url}', headers: {headers}}}, expect: {expect}, degraded: {degraded}}}"


def test_a_target_that_is_up_exits_with_0_and_shows_each_expectation(shop: str, tmp_path: Path) -> None:
    expect = "{status: 200, latency: 5s, body: {contains: cart}, that: ['json.cart == 3', 'size(body) > 1']}"
    write(tmp_path, shop=monitor("shop", web(f"{shop}/200", expect)))

    result = process("run", "shop", tmp_path)

    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert (result.returncode, result.stderr) == (0, "")
    assert lines[:5] == [
        "shop is up",
        f"GET {shop}/200 (127.0.0.1)",
        "",
        "✓ status 200 200",
        lines[4],
    ]
    assert lines[4].startswith("✓ latency at most 5s ")
    assert lines[5:8] == ["✓ body contains “cart” 24 characters of body", "✓ json.cart == 3 3", "✓ size(body) > 1 24"]
    assert any(line.startswith("latency ") for line in lines[8:])
    assert any(line.startswith("connect ") for line in lines[8:])


def test_a_target_that_is_down_exits_with_1_and_says_why(shop: str, tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop", web(f"{shop}/503", "{that: ['json.cart == 4']}")))

    result = call("run", "shop", tmp_path)

    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert lines[0] == "shop is down: status 503, wanted 2xx"
    assert lines[3:5] == ["✗ status 2xx 503", "✗ json.cart == 4 3"]


def test_a_target_that_is_degraded_is_no_failure(shop: str, tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop", web(f"{shop}/200", degraded="{that: ['json.cart > 5']}")))

    result = call("run", "shop", tmp_path)

    assert result.exit_code == 0
    assert result.stdout.startswith("shop is degraded: json.cart is 3, wanted `json.cart > 5`\n")


def test_a_target_that_does_not_answer_shows_no_expectations(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    write(tmp_path, db=monitor("db", f"{{tcp: {{host: 127.0.0.1, port: {port}}}, expect: {{latency: 1s}}}}"))

    result = call("run", "db", tmp_path)

    assert result.exit_code == 1
    assert result.stdout.startswith("db is down: ")
    assert f"tcp 127.0.0.1:{port}" in result.stdout
    assert "✗" not in result.stdout


def test_json_is_for_programs(shop: str, tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop", web(f"{shop}/503", degraded="{latency: 9s}")))

    result = call("run", "shop", tmp_path, "--format", "json")

    seen = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (seen["monitor"], seen["health"], seen["reason"]) == ("shop", "down", "status 503, wanted 2xx")
    assert seen["expectations"][0] == {"wanted": "status 2xx", "seen": "503", "met": False, "unmet_means": "down"}
    assert seen["expectations"][1]["unmet_means"] == "degraded"
    assert seen["latency"] > 0


def test_a_secret_is_used_and_never_shown(shop: str, tmp_path: Path) -> None:
    that = "{that: ['json.key == \"hunter2\"']}"
    write(tmp_path, shop=monitor("shop", web(f"{shop}/${{secret.PART}}/200", that, headers="{X-Key: '${secret.KEY}'}")))

    result = process("run", "shop", tmp_path, WAKEFUL_SECRET_KEY="hunter2", WAKEFUL_SECRET_PART="s3cret")

    assert result.returncode == 0
    assert f"GET {shop}/${{secret.PART}}/200" in result.stdout
    assert "s3cret" not in result.stdout + result.stderr


def test_a_secret_that_is_not_set_is_named(shop: str, tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop", web(f"{shop}/200", headers="{X-Key: '${secret.KEY}'}")))

    result = process("run", "shop", tmp_path)

    assert result.returncode == 64
    assert result.stderr.startswith("error: the secret KEY is not set\nhint: set WAKEFUL_SECRET_KEY")


def test_a_heartbeat_has_nothing_to_run(tmp_path: Path) -> None:
    write(tmp_path, backup=document("Monitor", "backup", "{heartbeat: {period: 1h}}"))

    result = call("run", "backup", tmp_path)

    assert (result.exit_code, result.stdout) == (64, "")
    assert result.stderr.startswith("error: `backup` is a heartbeat: the job calls us, so there is nothing to run\n")


def test_a_name_that_is_nearly_right_is_put_right(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop"))

    result = call("run", "shpo", tmp_path)

    assert (result.exit_code, result.stderr) == (64, "error: there is no monitor `shpo`\nhint: did you mean `shop`?\n")


def test_specs_with_errors_are_shown_and_nothing_is_run(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop", "{evry: 30s}"))

    result = call("run", "shop", tmp_path)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "error: unknown key `evry`" in result.stderr


def test_a_monitor_that_does_not_run_yet_is_not_pretended_to(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=monitor("names", "{dns: {name: example.com}}"),
        b=monitor("login", "{http: {url: https://example.com, auth: {bearer: x}}}"),
    )

    for name, missing in (("names", "`dns`"), ("login", "`http.auth`")):
        done = call("run", name, tmp_path)
        assert (done.exit_code, done.stderr.split("\n")[0]) == (
            64,
            f"error: `{name}` does not run yet: {missing} is not there yet",
        )


def test_a_secret_that_a_server_echoes_is_not_shown(tmp_path: Path) -> None:
    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(str(self.headers["X-Key"]).encode())

        def log_message(self, format: str, *args: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        spec = f"{{http: {{url: '{url}', headers: {{X-Key: '${{secret.KEY}}'}}}}, expect: {{that: [\"body == 'x'\"]}}}}"
        write(tmp_path, a=monitor("echo", spec))
        shown = [
            process("run", "echo", tmp_path, "--format", style, WAKEFUL_SECRET_KEY="hunter22")
            for style in ("text", "json")
        ]
        server.shutdown()

    for done in shown:
        assert done.returncode == 1
        assert "***" in done.stdout
        assert "hunter22" not in done.stdout + done.stderr
