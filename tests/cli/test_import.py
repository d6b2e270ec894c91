"""`wakeful import`."""

import json
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from tests.cli.command import call
from tests.importers.configurations import ALL


def given(tmp_path: Path, tool: str) -> Path:
    for name, text in ALL[tool].items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_files_are_written_and_what_is_lost_is_reported(tmp_path: Path) -> None:
    source = given(tmp_path / "gatus", "gatus")
    done = call("import", "gatus", source, "--output", tmp_path / "specs")

    assert done.exit_code == 0
    assert (tmp_path / "specs/monitors/shop.yaml").read_text().startswith("# Imported from gatus.\n")
    assert "config.yaml:28: dropped endpoints[0].conditions[8]: the condition cannot be read" in done.stderr
    assert call("validate", tmp_path / "specs").exit_code == 0


def test_files_that_are_there_are_not_overwritten_unless_forced(tmp_path: Path) -> None:
    source = given(tmp_path / "in", "upptime")
    arguments = ("import", "upptime", source, "--output", tmp_path / "specs")

    assert [call(*arguments).exit_code, call(*arguments).exit_code, call(*arguments, "--force").exit_code] == [0, 64, 0]


def test_without_a_folder_the_specs_are_printed_and_strict_minds_what_is_lost(tmp_path: Path) -> None:
    source = given(tmp_path, "statuspage")
    done = call("import", "statuspage", source, "--strict")

    assert done.exit_code == 1
    assert "kind: StatusPage" in done.stdout
    assert "subscribers.csv:1: dropped" in done.stderr


def test_the_report_is_there_for_programs(tmp_path: Path) -> None:
    report = json.loads(call("import", "cstate", given(tmp_path, "cstate"), "--format", "json").stdout)

    assert set(report) == {"files", "notes"}
    assert {"fate", "file", "line", "what", "why"} == set(report["notes"][0])


def test_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: 1\n")
    done = call("import", "gatus", tmp_path / "a.yaml")

    assert (done.exit_code, done.stderr.split("\n")[0]) == (64, "error: there are no `endpoints` in it")


def test_kumas_database_is_read(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "kuma.db")
    connection.executescript(
        """
        CREATE TABLE monitor (id INTEGER, name TEXT, type TEXT, url TEXT, interval INTEGER, active BOOLEAN, maxretries INTEGER,
            keyword TEXT, accepted_statuscodes_json TEXT, ignore_tls BOOLEAN);
        INSERT INTO monitor VALUES (1, 'Shop', 'keyword', 'https://shop.example.com', 60, 1, 1, 'ok', '["200-299"]', 1);
        CREATE TABLE notification (id INTEGER, name TEXT, config TEXT);
        INSERT INTO notification VALUES (1, 'Chat', '{"type": "discord", "discordWebhookUrl": "https://d.example/x"}');
        CREATE TABLE monitor_notification (monitor_id INTEGER, notification_id INTEGER);
        INSERT INTO monitor_notification VALUES (1, 1);
        CREATE TABLE status_page (id INTEGER, slug TEXT, title TEXT);
        INSERT INTO status_page VALUES (1, 'public', 'Status');
        CREATE TABLE "group" (id INTEGER, name TEXT, status_page_id INTEGER);
        INSERT INTO "group" VALUES (1, 'Main', 1);
        CREATE TABLE monitor_group (monitor_id INTEGER, group_id INTEGER);
        INSERT INTO monitor_group VALUES (1, 1);
        """
    )
    connection.close()
    done = call("import", "kuma", tmp_path / "kuma.db", "--output", tmp_path / "specs")

    assert (done.exit_code, call("validate", "--strict", tmp_path / "specs").exit_code) == (0, 0)
    assert "verify: false" in (tmp_path / "specs/monitors/monitors.yaml").read_text()
    assert "monitors:\n" in (tmp_path / "specs/status-page.yaml").read_text()


def test_an_imported_monitor_of_a_local_target_runs(tmp_path: Path) -> None:
    class Healthy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "UP"}')

        def log_message(self, format: str, *args: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        (tmp_path / "config.yaml").write_text(
            f'endpoints: [{{name: local, url: "{url}", conditions: ["[STATUS] == 200", "[BODY].status == UP", "[RESPONSE_TIME] < 1500"]}}]\n'
        )
        call("import", "gatus", tmp_path / "config.yaml", "--output", tmp_path / "specs")
        done = call("run", "local", tmp_path / "specs")
        server.shutdown()

    assert done.exit_code == 0
    assert 'json.status == "UP"' in done.stdout
