"""`wakeful import`: another tool's configuration as specs."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.cli.printing import count, out, out_json, paint, say
from controller.errors import UsageError

if TYPE_CHECKING:
    from controller.importers.imported import Imported

TOOLS = ("gatus", "kuma", "blackbox", "upptime", "cstate", "statuspage")
_SUFFIXES = (".yaml", ".yml", ".json", ".toml", ".md", ".csv", ".db", ".sqlite")
_LARGEST = 50 * 1024 * 1024
_MOST_ROWS = 100_000


@click.command("import", short_help="Turn another tool's configuration into specs.")
@click.argument("tool", type=click.Choice(TOOLS))
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--output", metavar="DIR", help="Write the specs into a folder; without it they are printed.")
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@click.option("--strict", is_flag=True, help="Exit with 1 when something could not be carried.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print the report.")
def import_(tool: str, paths: tuple[str, ...], output: str | None, force: bool, strict: bool, style: str) -> int:
    """Turn the configuration of TOOL into specs that validate, and report line by line what could not be carried.

    PATH is a file or a folder of them: Gatus' `config.yaml`, Uptime Kuma's backup or `kuma.db`, blackbox.yml with
    prometheus.yml and rules, `.upptimerc.yml`, a cState site, or answers of a Statuspage saved as JSON. Secrets are
    never copied: each becomes `${secret.NAME}`, and the report names them.
    """
    from controller.importers import IMPORTERS
    from controller.importers.imported import Fate, Unreadable

    files = dict(_texts(paths))
    if not files:
        raise UsageError("there is nothing to import", f"name files that end in {', '.join(_SUFFIXES)}")
    try:
        imported = IMPORTERS[tool](files)
    except Unreadable as error:
        words, _, hint = str(error).partition("|")
        raise UsageError(words, hint or None) from None
    if style == "json":
        out_json(_plain(imported))
    _write(imported, output, force=force, prints=style != "json")
    if style == "text":
        _report(imported)
    return 1 if strict and any(one.fate == Fate.DROPPED for one in imported.notes) else 0


def _texts(paths: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Name and text of every file that is meant; a database is read into the JSON that a backup has."""
    for path in map(Path, paths):
        if path.is_dir():
            found = [
                one
                for one in sorted(path.rglob("*"))
                if one.is_file() and one.suffix in _SUFFIXES and ".git" not in one.parts
            ]
            names = {one: one.relative_to(path).as_posix() for one in found}
        elif path.is_file():
            names = {path: path.name}
        else:
            raise UsageError(f"there is no file or folder `{path}`", "check the path")
        for file, name in names.items():
            if file.stat().st_size > _LARGEST:
                raise UsageError(f"`{file}` is larger than 50 MiB", "give the configuration only")
            content = file.read_bytes()
            if content.startswith(b"SQLite format 3\0"):
                yield f"{name}.json", _database(file)
                continue
            try:
                yield name, content.decode("utf-8-sig")
            except UnicodeDecodeError:
                raise UsageError(f"`{file}` is not UTF-8 text", "save it as UTF-8") from None


def _database(file: Path) -> str:
    """Uptime Kuma's database as the JSON of its backup."""
    import sqlite3

    def rows(table: str) -> list[dict[str, Any]]:
        try:
            cursor = connection.execute(f"SELECT * FROM {table} LIMIT {_MOST_ROWS}")
        except sqlite3.OperationalError:
            return []
        return [dict(zip([one[0] for one in cursor.description], row, strict=True)) for row in cursor]

    try:
        connection = sqlite3.connect(f"file:{file.resolve()}?mode=ro", uri=True)
        try:
            monitors, told = rows("monitor"), rows("monitor_notification")
            tags, names = rows("monitor_tag"), {one.get("id"): one.get("name") for one in rows("tag")}
            groups, members, pages = rows('"group"'), rows("monitor_group"), rows("status_page")
            notifications = rows("notification")
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise UsageError(f"`{file}` cannot be read as a database: {error}", "give kuma.db, or a JSON backup") from None
    if not monitors:
        raise UsageError(f"`{file}` has no monitors", "is this the database of Uptime Kuma?")
    by_id = {one.get("id"): one for one in monitors}
    for one in monitors:
        number = one.get("id")
        one["notificationIDList"] = {
            str(each["notification_id"]): True for each in told if each.get("monitor_id") == number
        }
        one["tags"] = [
            {"name": names.get(each.get("tag_id")), "value": each.get("value")}
            for each in tags
            if each.get("monitor_id") == number
        ]
        one["maxretries"] = one.get("maxretries", 0)
        one["dns_resolve_server"] = one.get("dns_resolve_server")
        one |= _camel(one)
    for page in pages:
        page["publicGroupList"] = [
            {
                "name": group.get("name"),
                "monitorList": [
                    by_id[each["monitor_id"]] | {}
                    for each in members
                    if each.get("group_id") == group.get("id") and each.get("monitor_id") in by_id
                ],
            }
            for group in groups
            if group.get("status_page_id") == page.get("id")
        ]
    value = {"monitorList": monitors, "notificationList": notifications, "statusPageList": pages}
    return json.dumps(value, default=str)


def _camel(row: dict[str, Any]) -> dict[str, Any]:
    """The columns of the database under the names that the backup has."""
    renamed = {
        "ignore_tls": "ignoreTls", "retry_interval": "retryInterval", "upside_down": "upsideDown", "resend_interval": "resendInterval",
        "expiry_notification": "expiryNotification", "push_token": "pushToken", "json_path": "jsonPath", "json_path_operator": "jsonPathOperator",
        "expected_value": "expectedValue", "invert_keyword": "invertKeyword", "grpc_url": "grpcUrl", "grpc_enable_tls": "grpcEnableTls",
        "database_connection_string": "databaseConnectionString", "database_query": "databaseQuery", "mqtt_topic": "mqttTopic",
        "mqtt_username": "mqttUsername", "mqtt_password": "mqttPassword", "mqtt_success_message": "mqttSuccessMessage",
        "http_body_encoding": "httpBodyEncoding", "auth_method": "authMethod", "proxy_id": "proxyId", "smtp_security": "smtpSecurity",
    }  # fmt: skip
    return {ours: row[theirs] for theirs, ours in renamed.items() if theirs in row}


def _write(imported: "Imported", output: str | None, *, force: bool, prints: bool) -> None:
    if output is None:
        if prints:
            out("---\n".join(f"# {name}\n{text}" for name, text in imported.files.items()).rstrip("\n"))
        return
    root = Path(output)
    there = [name for name in imported.files if (root / name).exists()]
    if there and not force:
        shown = ", ".join(f"`{root / name}`" for name in there[:3])
        raise UsageError(f"there already is {shown}", "choose an empty folder, or `--force`; nothing was written")
    try:
        for name, text in imported.files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            if prints:
                out(str(file))
    except OSError as error:
        raise UsageError(f"`{error.filename}` cannot be written: {error.strerror}", "choose another folder") from None


def _plain(imported: "Imported") -> dict[str, Any]:
    notes = [
        {"fate": str(one.fate), "file": one.file, "line": one.line, "what": one.what, "why": one.why}
        for one in imported.notes
    ]
    return {"files": imported.files, "notes": notes}


def _report(imported: "Imported") -> None:
    colours = {"changed": "yellow", "dropped": "red"}
    for one in imported.notes:
        say(f"{one.file}:{one.line}: {paint(str(one.fate), colours[str(one.fate)])} {one.what}: {one.why}")
    fates = Counter(str(one.fate) for one in imported.notes)
    documents = sum(text.count("apiVersion: wakeful.dev/v1") for text in imported.files.values())
    say(
        f"{count(documents, 'resource')} in {count(len(imported.files), 'file')}; "
        f"{fates['changed']} carried with a difference, {fates['dropped']} not carried"
    )
