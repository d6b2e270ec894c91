"""Files → resources and findings: every mistake is reported once, where it stands, with what to do."""

import pytest

from specs.diagnostics import Severity
from specs.kinds import KINDS
from specs.load import load
from specs.monitor import Monitor
from tests.specs.writing import HTTP, TCP, document, monitor, only, pointed_at, repository

CHANNEL = document("Channel", "webhook: {url: https://hooks.example.com/x}", "hook")

# what is written, as (kind, spec) → code, path, the text that is pointed at, message, hint
MISTAKES = {
    "unknown key, near one": (
        "Monitor",
        f"evry: 60s\n{TCP}",
        ("unknown-key", "spec.evry", "evry", "unknown key `evry`", "did you mean `every`?"),
    ),
    "unknown key, near none": (
        "Monitor",
        f"xyzzy: 1\n{TCP}",
        ("unknown-key", "spec.xyzzy", "xyzzy", "unknown key `xyzzy`", "`wakeful explain Monitor` lists the keys"),
    ),
    "unknown key, in Python's spelling": (
        "Monitor",
        f"depends_on: []\n{TCP}",
        ("unknown-key", "spec.depends_on", "depends_on", "unknown key `depends_on`", "here it is called `dependsOn`"),
    ),
    "unknown key, nested": (
        "Monitor",
        "http:\n  url: https://a.example\n  metod: GET",
        ("unknown-key", "spec.http.metod", "metod", "unknown key `metod`", "did you mean `method`?"),
    ),
    "unknown key that is a number": (
        "Monitor",
        f"200: x\n{TCP}",
        ("unknown-key", "spec.200", "200", "unknown key `200`", "`wakeful explain Monitor` lists the keys"),
    ),
    "unknown key, where an alias hides Python's name": (
        "AlertRule",
        "down: {for_: 2m}\nnotify: [hook]",
        ("unknown-key", "spec.down.for_", "for_", "unknown key `for_`", "did you mean `for`?"),
    ),
    "unknown key in a list": (
        "StatusPage",
        "title: t\ncomponents:\n  - name: x\n    monitors: [other]\n    descr: y",
        (
            "unknown-key",
            "spec.components[0].descr",
            "descr",
            "unknown key `descr`",
            "did you mean `description`?",
        ),
    ),
    "merge key": (
        "Monitor",
        f"<<: {{}}\n{TCP}",
        (
            "unknown-key",
            "spec.<<",
            "<<",
            "unknown key `<<`",
            "YAML 1.2 has no merge keys; repeat the values, or use an alias for all of them",
        ),
    ),
    "missing key": (
        "Monitor",
        "http: {method: GET}",
        ("missing-key", "spec.http", "http", "missing key `url`", "add `url` to `spec.http`"),
    ),
    "missing key at the top": (
        "StatusPage",
        "title: t",
        ("missing-key", "spec", "spec", "missing key `components`", "add `components` to `spec`"),
    ),
    "number for text": (
        "Monitor",
        "http: {url: https://a.example, headers: {X-Version: 1.10}}",
        (
            "type",
            "spec.http.headers.X-Version",
            "1.10",
            "`X-Version` must be text, but is the number `1.1`",
            'put it in quotes: `X-Version: "1.10"`',
        ),
    ),
    "octal for text": (
        "Monitor",
        f"description: 0o17\n{TCP}",
        (
            "type",
            "spec.description",
            "0o17",
            "`description` must be text, but is the number `15`",
            'put it in quotes: `description: "0o17"`',
        ),
    ),
    "mapping for text": (
        "Monitor",
        "http: {url: {a: b}}",
        ("type", "spec.http.url", "{a: b}", "`url` must be text, but is a mapping", "write one text: `url: …`"),
    ),
    "list for text": (
        "Monitor",
        f"description: [a]\n{TCP}",
        (
            "type",
            "spec.description",
            "[a]",
            "`description` must be text, but is a list",
            "write one text: `description: …`",
        ),
    ),
    "nothing for a mapping": (
        "Monitor",
        f"expect:\n{TCP}",
        (
            "type",
            "spec.expect",
            "",
            "`expect` must be a mapping, but is empty",
            "write its keys below it, such as `status` or `latency` or `body`",
        ),
    ),
    "text for a mapping": (
        "Monitor",
        "http: https://a.example",
        (
            "type",
            "spec.http",
            "https://a.example",
            "`http` must be a mapping, but is the text `https://a.example`",
            "write its keys below it, such as `url` or `method` or `headers`",
        ),
    ),
    "text for a list": (
        "Monitor",
        f"regions: eu\n{TCP}",
        ("type", "spec.regions", "eu", "`regions` must be a list, but is the text `eu`", "write `regions: [eu]`"),
    ),
    "text for a number": (
        "Monitor",
        'tcp: {host: h, port: "5432"}',
        (
            "type",
            "spec.tcp.port",
            '"5432"',
            "`port` must be a whole number, but is the text `5432`",
            "write it without quotes: `port: 5432`",
        ),
    ),
    "fraction for a whole number": (
        "Monitor",
        "tcp: {host: h, port: 5.5}",
        (
            "type",
            "spec.tcp.port",
            "5.5",
            "`port` must be a whole number, but is the number `5.5`",
            "write a number without quotes: `port: 3`",
        ),
    ),
    "truth for a number": (
        "Monitor",
        "http: {url: https://a.example, redirects: true}",
        (
            "type",
            "spec.http.redirects",
            "true",
            "`redirects` must be a whole number, but is `true`",
            "write a number without quotes: `redirects: 3`",
        ),
    ),
    "`no` for false": (
        "Monitor",
        "http: {url: https://a.example, verify: no}",
        (
            "type",
            "spec.http.verify",
            "no",
            "`verify` must be `true` or `false`, but is the text `no`",
            "write `verify: false`",
        ),
    ),
    "number in a list of texts": (
        "Monitor",
        "http: {url: https://a.example}\nexpect: {that: [5]}",
        (
            "type",
            "spec.expect.that[0]",
            "5",
            "`that[0]` must be text, but is the number `5`",
            'put it in quotes: `"5"`',
        ),
    ),
    "number in a list of mappings": (
        "StatusPage",
        "title: t\ncomponents:\n  - 5",
        (
            "type",
            "spec.components[0]",
            "5",
            "`components[0]` must be a mapping, but is the number `5`",
            "write its keys below it, such as `name` or `description` or `monitors`",
        ),
    ),
    "too short an interval": (
        "Monitor",
        f"every: 200ms\ntimeout: 100ms\n{TCP}",
        ("value", "spec.every", "200ms", "`every` must be at least 1s, but is 200ms", "write `every: 1s`"),
    ),
    "too long an interval": (
        "Monitor",
        f"every: 2d\n{TCP}",
        ("value", "spec.every", "2d", "`every` must be at most 1d, but is 2d", "write `every: 1d`"),
    ),
    "duration without a unit": (
        "Monitor",
        f"every: 30\n{TCP}",
        ("value", "spec.every", "30", "a duration needs a unit", "write `30s`, `5m` or `1h30m`"),
    ),
    "no duration": (
        "AlertRule",
        "down: {for: a while}\nnotify: [hook]",
        (
            "value",
            "spec.down.for",
            "a while",
            "`a while` is not a duration",
            "write a number and a unit, such as `30s`, `5m` or `1h30m`",
        ),
    ),
    "too large a number": (
        "Monitor",
        "tcp: {host: h, port: 70000}",
        ("value", "spec.tcp.port", "70000", "`port` must be at most 65535, but is 70000", "write `port: 65535`"),
    ),
    "huge number": (
        "Monitor",
        f"tcp: {{host: h, port: {'9' * 60}}}",
        (
            "value",
            "spec.tcp.port",
            "9" * 60,
            f"`port` must be at most 65535, but is {'9' * 39}…",
            "write `port: 65535`",
        ),
    ),
    "too small a number": (
        "Monitor",
        f"confirm: {{down: 0}}\n{TCP}",
        ("value", "spec.confirm.down", "0", "`down` must be at least 1, but is 0", "write `down: 1`"),
    ),
    "empty list": (
        "Monitor",
        f"regions: []\n{TCP}",
        ("value", "spec.regions", "[]", "`regions` must not be empty", "write at least one, or leave the key out"),
    ),
    "empty text": (
        "Monitor",
        f"{HTTP}\nexpect: {{body: {{contains: ''}}}}",
        ("value", "spec.expect.body.contains", "''", "`contains` must not be empty", "write more, or leave it out"),
    ),
    "too long a text": (
        "StatusPage",
        f"title: {'x' * 101}\ncomponents: [{{name: x, monitors: [other]}}]",
        ("value", "spec.title", "x" * 101, "`title` has more than 100 characters", "shorten it"),
    ),
    "too many items": (
        "Monitor",
        f"{HTTP}\nexpect:\n  that: [{', '.join(['status == 200'] * 51)}]",
        (
            "value",
            "spec.expect.that",
            f"[{', '.join(['status == 200'] * 51)}]",
            "`that` has more than 50 items",
            "shorten it",
        ),
    ),
    "status code in a list": (
        "Monitor",
        f"{HTTP}\nexpect: {{status: [200, 999]}}",
        (
            "value",
            "spec.expect.status[1]",
            "999",
            "`999` is not a status code",
            "write `200`, `2xx` or `[200, 204]`",
        ),
    ),
    "status code alone": (
        "Monitor",
        f"{HTTP}\nexpect: {{status: 6xx}}",
        ("value", "spec.expect.status", "6xx", "`6xx` is not a status code", "write `200`, `2xx` or `[200, 204]`"),
    ),
    "mapping for a status code": (
        "Monitor",
        f"{HTTP}\nexpect:\n  status: {{a: b}}",
        ("value", "spec.expect.status", "status", "this is not a status code", "write `200`, `2xx` or `[200, 204]`"),
    ),
    "one of few words": (
        "AlertRule",
        "down: {}\nnotify: [hook]\nseverity: criticl",
        (
            "value",
            "spec.severity",
            "criticl",
            "`severity` is `criticl`, but must be `info`, `warning` or `critical`",
            "did you mean `critical`?",
        ),
    ),
    "no URL": (
        "Monitor",
        "http: {url: shop.example.com}",
        (
            "value",
            "spec.http.url",
            "shop.example.com",
            "`shop.example.com` is not an http or https URL",
            "write `https://example.com/health`",
        ),
    ),
    "no regular expression": (
        "Monitor",
        f"{HTTP}\nexpect: {{body: {{matches: 'a('}}}}",
        (
            "value",
            "spec.expect.body.matches",
            "'a('",
            "`a(` is not a regular expression: missing ), unterminated subpattern at position 1",
            "mend the pattern",
        ),
    ),
    "no name": (
        "Monitor",
        f"regions: [eu, US_1]\n{TCP}",
        (
            "value",
            "spec.regions[1]",
            "US_1",
            "`US_1` is not a name: lower-case letters, digits and dashes, at most 63, "
            "starting and ending with a letter or digit",
            "write `us-1`",
        ),
    ),
    "no mail address": (
        "Channel",
        "email: {to: [a@b.example, nobody], from: w@b.example, host: h}",
        (
            "value",
            "spec.email.to[1]",
            "nobody",
            "`nobody` is not a mail address",
            "write `oncall@example.com`",
        ),
    ),
    "no sender": (
        "Channel",
        "email: {to: [a@b.example], from: Wakeful, host: h}",
        (
            "value",
            "spec.email.from",
            "Wakeful",
            "`Wakeful` is not a sender",
            "write `wakeful@example.com` or `Wakeful <wakeful@example.com>`",
        ),
    ),
    "no token": (
        "Monitor",
        "heartbeat: {period: 1h, token: a/secret/path}",
        (
            "value",
            "spec.heartbeat.token",
            "a/secret/path",
            "`token` holds what cannot be part of an address",
            "use letters, digits, `_`, `.` and `-`",
        ),
    ),
    "no budget": (
        "Config",
        "guards: {maxDeletes: 110%}",
        (
            "value",
            "spec.guards.maxDeletes",
            "110%",
            "`110%` is neither a count nor a percentage",
            "write `10` or `25%`",
        ),
    ),
    "no name of a variable": (
        "Config",
        "variables: {ok: 1, not-ok: 2}",
        (
            "value",
            "spec.variables.not-ok",
            "not-ok",
            "`not-ok` is not a variable name",
            "use letters, digits and `_`",
        ),
    ),
    "no probe": (
        "Monitor",
        "every: 60s",
        (
            "value",
            "spec",
            "spec",
            "the monitor has no probe",
            "add one of `http`, `steps`, `browser`, `tcp`, `udp`, `tls`, `starttls`, `dns`, `icmp`, `websocket`, `grpc`, `ssh`, `smtp`, `domain`, `postgres`, `mysql`, `redis`, `mqtt`, `prometheus`, `heartbeat`, `composite`",
        ),
    ),
    "two probes": (
        "Monitor",
        f"{TCP}\n{HTTP}",
        (
            "value",
            "spec.http",
            "http",
            "a monitor has exactly one probe, but this has `http` and `tcp`",
            "make two monitors of it",
        ),
    ),
    "quorum of more regions than there are": (
        "Monitor",
        f"{TCP}\nregions: [eu, us]\nquorum: 3",
        (
            "value",
            "spec.quorum",
            "quorum",
            "`quorum` is 3, but there are only 2 regions, so it could never be down",
            "write `quorum: 2` or add regions",
        ),
    ),
    "timeout longer than the interval": (
        "Monitor",
        f"{TCP}\nevery: 5s\ntimeout: 10s",
        (
            "value",
            "spec.timeout",
            "timeout",
            "`timeout` is longer than `every`, so checks would pile up",
            "make `timeout` the shorter of the two",
        ),
    ),
    "region named twice": (
        "Monitor",
        f"{TCP}\nregions: [eu, eu]",
        ("value", "spec.regions", "regions", "`regions` names a region twice", "name each region once"),
    ),
    "heartbeat that expects": (
        "Monitor",
        "heartbeat: {period: 1h}\nexpect: {latency: 1s}",
        (
            "value",
            "spec.expect",
            "expect",
            "`expect` is not for `heartbeat`: pings arrive or they do not",
            "remove `expect`",
        ),
    ),
    "status of a TCP connection": (
        "Monitor",
        f"{TCP}\nexpect: {{status: 200}}",
        (
            "value",
            "spec.expect.status",
            "200",
            "`expect` has `status`, which `tcp` cannot tell",
            "for `tcp` there is `latency` and `that`",
        ),
    ),
    "rule without a condition": (
        "AlertRule",
        "notify: [hook]",
        ("value", "spec", "spec", "the rule has no condition", "add `down: {for: 2m}`"),
    ),
    "channel without a type": (
        "Channel",
        "{}",
        (
            "value",
            "spec",
            "spec",
            "the channel has no type",
            "add one of `webhook`, `email`, `slack`, `discord`, `teams`, `telegram`, `pagerduty`, `opsgenie`, `sms`, `voice`, `ntfy`, `mattermost`, `pushover`, `googleChat`, `webPush`, `apprise`",
        ),
    ),
    "undefined variable": (
        "Monitor",
        "every: ${var.interval}\ntcp: {host: h, port: 1}",
        (
            "variable",
            "spec.every",
            "${var.interval}",
            "the variable `interval` is not defined",
            "add it to `variables` of the Config document",
        ),
    ),
    "reference to nothing": (
        "Monitor",
        f"description: costs ${{price}}\n{TCP}",
        (
            "variable",
            "spec.description",
            "costs ${price}",
            "`${price}` is not a reference",
            "write `${var.NAME}` or `${secret.NAME}`, or `$${` for the text",
        ),
    ),
    "reference that is not closed": (
        "Monitor",
        f"description: ${{var.x\n{TCP}",
        (
            "variable",
            "spec.description",
            "${var.x",
            "`${var.x` is not a reference",
            "write `${var.NAME}` or `${secret.NAME}`, or `$${` for the text",
        ),
    ),
    "reference in a key": (
        "Monitor",
        "http:\n  url: https://a.example\n  headers:\n    ${secret.X}: y",
        (
            "variable",
            "spec.http.headers.${secret.X}",
            "${secret.X}",
            "`${secret.X}` is a key, and only values can refer to variables and secrets",
            "write the key out",
        ),
    ),
    "secret where it would be shown": (
        "Monitor",
        f"description: ${{secret.X}}\n{TCP}",
        (
            "secret",
            "spec.description",
            "${secret.X}",
            "a secret cannot stand here: it would be stored and shown",
            "secrets work where a worker uses them: in addresses, headers, passwords and keys of probes and channels",
        ),
    ),
    "dangling dependency": (
        "Monitor",
        f"dependsOn: [other, othr]\n{TCP}",
        (
            "dangling",
            "spec.dependsOn[1]",
            "othr",
            "there is no Monitor `othr`",
            "did you mean `other`?",
        ),
    ),
    "dangling channel": (
        "AlertRule",
        "down: {}\nnotify:\n  - hook\n  - email",
        (
            "dangling",
            "spec.notify[1]",
            "email",
            "there is no Channel `email`",
            "add a Channel of this name, or remove the reference",
        ),
    ),
    "dangling monitor of a rule": (
        "AlertRule",
        "down: {}\nnotify: [hook]\nmatch: {monitors: [zzz]}",
        (
            "dangling",
            "spec.match.monitors[0]",
            "zzz",
            "there is no Monitor `zzz`",
            "add a Monitor of this name, or remove the reference",
        ),
    ),
    "dangling monitor of a page": (
        "StatusPage",
        "title: t\ncomponents:\n  - {name: x, monitors: [other]}\n  - {name: y, monitors: [zzz]}",
        (
            "dangling",
            "spec.components[1].monitors[0]",
            "zzz",
            "there is no Monitor `zzz`",
            "add a Monitor of this name, or remove the reference",
        ),
    ),
    "circle of one": (
        "Monitor",
        f"dependsOn: [a]\n{TCP}",
        (
            "cycle",
            "spec.dependsOn",
            "[a]",
            "these monitors depend on each other in a circle: a → a",
            "remove one of the dependencies",
        ),
    ),
}


@pytest.mark.parametrize(("kind", "spec", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_once_where_it_stands(
    kind: str, spec: str, expected: tuple[str, str, str, str, str | None]
) -> None:
    text = document(kind, spec)
    loaded = load({"a.yaml": text, "others.yaml": monitor(name="other") + "---\n" + CHANNEL})

    finding = only(loaded)
    seen = (finding.code, finding.path, pointed_at(text, finding), finding.message, finding.hint)
    assert seen == expected
    assert (finding.file, finding.severity) == ("a.yaml", Severity.ERROR)


ENVELOPES = {
    "no mapping": ("just text\n", [("type", 1, "", "a document must be a mapping")]),
    "list": ("- a\n", [("type", 1, "", "a document must be a mapping")]),
    "unknown version": (
        monitor().replace("/v1", "/v2"),
        [("api-version", 1, "apiVersion", "`wakeful.dev/v2` is not a version we know")],
    ),
    "version that is a number": (
        monitor().replace("wakeful.dev/v1", "1"),
        [("type", 1, "apiVersion", "`apiVersion` must be text, but is the number `1`")],
    ),
    "unknown kind": (
        monitor().replace("Monitor", "Monitr"),
        [("unknown-kind", 2, "kind", "there is no kind `Monitr`")],
    ),
    "kind that is a list": (
        monitor().replace("Monitor", "[Monitor]"),
        [("type", 2, "kind", "`kind` must be text, but is a list")],
    ),
    "unknown key": (
        monitor() + "status: {}\n",
        [("unknown-key", 7, "status", "unknown key `status`")],
    ),
    "no version, no metadata": (
        "kind: Monitor\nspec: {tcp: {host: h, port: 1}}\n",
        [
            ("missing-key", 1, "", "missing key `apiVersion`"),
            ("missing-key", 1, "", "missing key `metadata`"),
        ],
    ),
    "no spec": (
        "apiVersion: wakeful.dev/v1\nkind: Monitor\nmetadata: {name: a}\n",
        [("missing-key", 1, "", "missing key `spec`")],
    ),
    "empty spec": (
        "apiVersion: wakeful.dev/v1\nkind: Monitor\nmetadata: {name: a}\nspec:\n",
        [("type", 4, "spec", "`spec` must be a mapping, but is empty")],
    ),
    "empty metadata": (
        "apiVersion: wakeful.dev/v1\nkind: Monitor\nmetadata: null\nspec: {tcp: {host: h, port: 1}}\n",
        [("type", 3, "metadata", "`metadata` must be a mapping, but is empty")],
    ),
    "metadata without a name": (
        "apiVersion: wakeful.dev/v1\nkind: Monitor\nmetadata: {}\nspec: {tcp: {host: h, port: 1}}\n",
        [("missing-key", 3, "metadata", "missing key `name`")],
    ),
    "name that is a number": (
        monitor(name="5"),
        [("type", 4, "metadata.name", "`name` must be text, but is the number `5`")],
    ),
    "labels that are a list": (
        monitor(labels="[a]"),
        [("type", 5, "metadata.labels", "`labels` must be a mapping, but is a list")],
    ),
    "label that is a mapping": (
        monitor(labels="{team: {a: b}}"),
        [("type", 5, "metadata.labels.team", "`team` must be text, but is a mapping")],
    ),
    "label that is no name": (
        monitor(labels="\n    team: a\n    5x: b"),
        [("value", 7, "metadata.labels.5x", "`5x` is not a label name")],
    ),
    "label whose text YAML would change": (
        monitor(labels="{version: 1.10}"),
        [("type", 5, "metadata.labels.version", "`version` must be text, but is the number `1.1`")],
    ),
    "unknown annotation": (
        monitor(annotations="{wakeful.dev/prnue: disabled}"),
        [
            (
                "unknown-key",
                5,
                "metadata.annotations.wakeful.dev/prnue",
                "unknown annotation `wakeful.dev/prnue`",
            )
        ],
    ),
    "annotation with another value": (
        monitor(annotations="{wakeful.dev/prune: off}"),
        [("value", 5, "metadata.annotations.wakeful.dev/prune", "`off` is neither `disabled` nor `enabled`")],
    ),
    "everything at once": (
        "apiVersion: v1\nkind: Monitr\nmetadata: 5\nspec: x\nextra: 1\n",
        [
            ("api-version", 1, "apiVersion", "`v1` is not a version we know"),
            ("unknown-kind", 2, "kind", "there is no kind `Monitr`"),
            ("type", 3, "metadata", "`metadata` must be a mapping, but is the number `5`"),
            ("type", 4, "spec", "`spec` must be a mapping, but is the text `x`"),
            ("unknown-key", 5, "extra", "unknown key `extra`"),
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), ENVELOPES.values(), ids=ENVELOPES)
def test_a_mistake_around_the_spec_is_reported_where_it_stands(
    text: str, expected: list[tuple[str, int, str, str]]
) -> None:
    loaded = load({"a.yaml": text})

    assert [(one.code, one.span.line, one.path, one.message) for one in loaded.diagnostics] == expected
    assert loaded.resources == []


CONDITIONS = {
    "plain": ("expect: {that: [status == 'x']}", 10, "expect.that[0]", "== 'x'"),
    "double quotes": ('expect: {that: ["status == \\"x\\""]}', 10, "expect.that[0]", '== \\"x'),
    "single quotes": ("expect: {that: ['status == ''x''']}", 10, "expect.that[0]", "== ''x"),
    "text, no list": ("expect: {that: status == 'x'}", 10, "expect.that", "== 'x'"),
    "list": ("expect:\n  that:\n    - latency > duration('1s')\n    - status == 'x'", 13, "expect.that[1]", "== 'x'"),
    "literal": ("expect:\n  that:\n    - |\n      status ==\n        'x'", 13, "expect.that[0]", "=="),
    "literal, second line": (
        "expect:\n  that: |-\n    status == 200 &&\n    jsn.a",
        13,
        "expect.that",
        "jsn.a",
    ),
    "folded, second line": ("expect:\n  that: >\n    status == 200 &&\n    jsn.a", 13, "expect.that", "jsn.a"),
    "plain, second line": ("expect:\n  that:\n    - status == 200 &&\n      jsn.a", 13, "expect.that[0]", "jsn.a"),
    "degraded": ("degraded:\n  that: [jsn.a == 1]", 11, "degraded.that[0]", "jsn"),
}


@pytest.mark.parametrize(("spec", "line", "path", "begins"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_is_wrong_at_the_character_where_it_is(spec: str, line: int, path: str, begins: str) -> None:
    text = "# comment\n\n" + document("Monitor", f"{HTTP}\n# comment\n{spec}")
    finding = only(load({"a.yaml": text}))

    assert (finding.code, finding.span.line, finding.path) == ("condition", line, f"spec.{path}")
    assert text.splitlines()[line - 1][finding.span.column - 1 :].startswith(begins)


@pytest.mark.parametrize(
    ("probe", "condition", "hint"),
    [
        (HTTP, "statsu == 200", "did you mean `status`?"),
        (
            HTTP,
            "foo == 1",
            "`http` has status, latency, phases, body, json, headers, ip, certificate.validFor, certificate.issuer, certificate.subject, certificate.names",
        ),
        (TCP, "status == 200", "`tcp` has connected, latency, ip"),
        (TCP, "conected", "did you mean `connected`?"),
    ],
)
def test_a_condition_may_use_what_its_probe_sees(probe: str, condition: str, hint: str) -> None:
    finding = only(repository(monitor(f"{probe}\nexpect: {{that: ['{condition}']}}")))

    assert finding.code == "condition"
    assert finding.hint == hint


def test_a_condition_with_a_variable_points_at_the_whole_text() -> None:
    config = document("Config", "variables: {word: ok}", "c")
    text = monitor(f"{HTTP}\nexpect:\n  that:\n    - body == '${{var.word}}' && jsn")
    finding = only(load({"a.yaml": text, "config.yaml": config}))

    assert finding.code == "condition"
    assert pointed_at(text, finding) == "body == '${var.word}' && jsn"


def test_a_condition_is_checked_also_where_the_rest_is_wrong() -> None:
    loaded = repository(monitor(f"evry: 5s\n{HTTP}\nexpect: {{that: [status == 'x']}}"))

    assert [one.code for one in loaded.diagnostics] == ["unknown-key", "condition"]


def test_an_undefined_variable_is_not_also_a_syntax_error() -> None:
    finding = only(repository(monitor(f"{HTTP}\nexpect: {{that: ['status == ${{var.code}}']}}")))

    assert finding.code == "variable"


def test_every_finding_is_returned_errors_first_then_by_file_and_place() -> None:
    rule = document("AlertRule", "down: {}\nnotify: [hook]\nmatch: {labels: {team: nobody}}", "rule")
    loaded = load(
        {
            "b.yaml": monitor("evry: 1\nhttp: {url: x, metod: y}", "b"),
            "a.yaml": monitor("tcp: {host: h}", "a") + "---\n" + monitor("tcp: {prt: 1}", "A"),
            "c.yaml": rule + "---\n" + CHANNEL,
            "d.yaml": "a: [\n",
        }
    )

    assert [(one.file, one.span.line, one.code) for one in loaded.diagnostics] == [
        ("a.yaml", 6, "missing-key"),
        ("a.yaml", 11, "value"),
        ("a.yaml", 13, "missing-key"),
        ("a.yaml", 13, "missing-key"),
        ("a.yaml", 13, "unknown-key"),
        ("b.yaml", 6, "unknown-key"),
        ("b.yaml", 7, "value"),
        ("b.yaml", 7, "unknown-key"),
        ("d.yaml", 1, "yaml"),
    ]


def test_a_resource_is_defined_once() -> None:
    loaded = load({"a.yaml": monitor(), "b.yaml": "# hello\n---\n" + monitor()})

    finding = only(loaded)
    assert (finding.code, finding.file, finding.span.line) == ("duplicate", "b.yaml", 6)
    assert finding.message == "Monitor `a` is defined twice, first in a.yaml:1"
    assert finding.path == "metadata.name"


def test_two_kinds_may_share_a_name() -> None:
    assert repository(monitor(name="hook"), CHANNEL).errors == []


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [("slug: x", "slug: x", "spec.slug"), ("slug: two", "", "metadata.name"), ("", "slug: one", "spec.slug")],
    ids=["both slugs", "a name", "a slug"],
)
def test_two_pages_cannot_have_one_address(first: str, second: str, path: str) -> None:
    rest = "title: t\ncomponents: [{name: x, monitors: [a]}]"
    pages = [document("StatusPage", f"{first}\n{rest}", "one"), document("StatusPage", f"{second}\n{rest}", "two")]
    finding = only(repository(monitor(), *pages))

    assert (finding.code, finding.path) == ("duplicate", path)
    assert finding.message.endswith("is taken by `one` in specs.yaml:8")


def test_a_repository_has_one_config() -> None:
    loaded = load({"a.yaml": document("Config", "{}"), "b.yaml": document("Config", "{}", "other")})

    finding = only(loaded)
    assert (finding.code, finding.file, finding.span.line) == ("duplicate", "b.yaml", 2)
    assert finding.message == "a repository has one Config, but another stands in a.yaml:2"


def test_a_circle_of_dependencies_is_named() -> None:
    names = "abc"
    ring = [monitor(f"dependsOn: [{names[(at + 1) % 3]}]\n{TCP}", name) for at, name in enumerate(names)]
    finding = only(repository(*ring, monitor(f"dependsOn: [a]\n{TCP}", "d")))

    assert finding.code == "cycle"
    assert finding.message == "these monitors depend on each other in a circle: a → b → c → a"


def test_a_diamond_of_dependencies_is_no_circle() -> None:
    loaded = repository(
        monitor(f"dependsOn: [b, c]\n{TCP}", "a"),
        monitor(f"dependsOn: [d]\n{TCP}", "b"),
        monitor(f"dependsOn: [d]\n{TCP}", "c"),
        monitor(TCP, "d"),
    )

    assert loaded.diagnostics == []


def test_a_long_chain_of_dependencies_is_no_problem() -> None:
    count = 3000
    chain = [monitor(f"dependsOn: [m{at + 1}]\n{TCP}", f"m{at}") for at in range(count)]

    assert repository(*chain, monitor(TCP, f"m{count}")).diagnostics == []


def test_a_rule_that_watches_nothing_is_a_warning() -> None:
    rule = document("AlertRule", "down: {}\nnotify: [hook]\nmatch:\n  labels: {team: nobody}", "rule")
    loaded = repository(monitor(labels="{team: payments}"), CHANNEL, rule)

    [finding] = [one for one in loaded.diagnostics if one.code == "watches-nothing"]
    assert (finding.code, finding.severity) == ("watches-nothing", Severity.WARNING)
    assert finding.path == "spec.match.labels"
    assert loaded.errors == []
    assert len(loaded.resources) == 3


@pytest.mark.parametrize(
    "broken",
    [
        monitor("tcp: {host: h}", "gateway"),
        monitor("every: ${var.gone}\ntcp: {host: h, port: 1}", "gateway"),
        monitor(TCP, "gateway").replace("kind: Monitor", "kind: Monitr"),
        monitor(TCP, "gateway").replace("/v1", "/v2"),
        monitor(TCP, "gateway") + "more: 1\n",
        "a: [",
        monitor(f"{TCP}\n{TCP}", "gateway"),
    ],
    ids=["spec", "variable", "kind", "version", "envelope", "yaml", "duplicate key"],
)
def test_a_broken_document_is_not_also_missing(broken: str) -> None:
    rule = document("AlertRule", "down: {}\nnotify: [hook]\nmatch: {labels: {tier: gateway}}", "rule")
    loaded = load(
        {"a.yaml": monitor(f"dependsOn: [gateway]\n{TCP}"), "b.yaml": broken, "c.yaml": CHANNEL, "d.yaml": rule}
    )

    assert only(loaded).file == "b.yaml"


def test_a_broken_monitor_with_a_name_from_a_variable_is_not_also_missing() -> None:
    config = document("Config", "variables: {env: prod}", "c")
    broken = monitor("tcp: {host: h}", "gateway-${var.env}")

    loaded = repository(config, broken, monitor(f"dependsOn: [gateway-prod]\n{TCP}"))

    assert only(loaded).code == "missing-key"


def test_variables_of_the_config_are_filled_in_everywhere() -> None:
    config = document("Config", "variables: {domain: example.com, team: payments, port: 8443, every: 5m}", "c")
    text = monitor(
        "every: ${var.every}\nhttp: {url: 'https://shop.${var.domain}:${var.port}/', body: '$${var.domain}'}",
        "shop-${var.team}",
        labels="{team: '${var.team}'}",
    )
    loaded = load({"z.yaml": config, "a.yaml": text})

    assert loaded.diagnostics == []
    [shop] = loaded.resources
    assert (shop.name, shop.labels) == ("shop-payments", {"team": "payments"})
    assert shop.spec["every"] == "5m"
    assert shop.spec["http"]["url"] == "https://shop.example.com:8443/"
    assert shop.spec["http"]["body"] == "$${var.domain}"


def test_secrets_stay_references_where_a_worker_uses_them() -> None:
    loaded = repository(
        monitor("http: {url: 'https://${secret.HOST}/', headers: {A: 'Bearer ${secret.TOKEN}'}}", "one"),
        monitor("heartbeat: {period: 1h, token: '${secret.PING}'}", "two"),
        document("Channel", "webhook: {url: '${secret.URL}', signingSecret: '${secret.SIGN}'}", "three"),
        document(
            "Channel",
            "email: {to: ['${secret.TO}'], from: a@b.example, host: '${secret.HOST}', password: '${secret.P}'}",
            "four",
        ),
    )

    assert loaded.errors == []
    assert loaded.resources[0].spec["http"]["url"] == "https://${secret.HOST}/"


def test_what_was_said_becomes_canonical_plain_values() -> None:
    loaded = repository(
        monitor(
            f"every: 90s\nregions: [eu, us, ap]\n{HTTP}\nexpect: {{status: ['200', 3xx], that: status == 200}}",
            "checkout",
            labels="{tier: 1, public: true}",
            annotations="{wakeful.dev/prune: disabled}",
            renamedFrom="basket",
        )
    )

    [checkout] = loaded.resources
    assert checkout.key == ("Monitor", "default", "checkout")
    assert checkout.labels == {"tier": "1", "public": "true"}
    assert checkout.annotations == {"wakeful.dev/prune": "disabled"}
    assert checkout.renamed_from == "basket"
    assert (checkout.file, checkout.line) == ("specs.yaml", 1)
    assert checkout.spec == {
        "every": "1m30s",
        "timeout": "10s",
        "regions": ["eu", "us", "ap"],
        "confirm": {"down": 2, "up": 1},
        "dependsOn": [],
        "http": {
            "url": "https://shop.example.com/health",
            "method": "GET",
            "headers": {},
            "redirects": 5,
            "verify": True,
        },
        "expect": {"status": [200, "3xx"], "that": ["status == 200"]},
    }


@pytest.mark.parametrize(
    ("spec", "votes", "timeout", "stale"),
    [
        (TCP, 1, 10, 190),
        (f"every: 5s\n{TCP}", 1, 5, 35),
        (f"every: 5s\ntimeout: 1s\n{TCP}", 1, 1, 31),
        (f"regions: [a, b, c]\n{TCP}", 2, 10, 190),
        (f"regions: [a, b, c, d]\n{TCP}", 3, 10, 190),
        (f"regions: [a, b, c]\nquorum: 1\n{TCP}", 1, 10, 190),
    ],
    ids=["defaults", "short interval", "short timeout", "three regions", "four regions", "quorum"],
)
def test_what_was_left_out_follows_from_what_was_said(spec: str, votes: int, timeout: int, stale: int) -> None:
    [resource] = repository(monitor(spec)).resources

    assert isinstance(resource.model, Monitor)
    assert resource.model.votes_needed == votes
    assert resource.model.timeout.total_seconds() == timeout
    assert resource.model.stale_after.total_seconds() == stale


def test_only_the_files_that_the_config_means_are_read() -> None:
    config = document("Config", "paths: ['monitors/**/*.yaml']\nignore: ['**/drafts/*']", "c")
    loaded = load(
        {
            "monitors/config.yaml": config,
            "monitors/a.yaml": monitor(name="a"),
            "monitors/deep/b.yaml": monitor(name="b"),
            "monitors/drafts/c.yaml": "not: ours",
            "other/d.yaml": "not: ours",
            ".github/e.yaml": "not: ours",
        }
    )

    assert loaded.diagnostics == []
    assert [one.name for one in loaded.resources] == ["a", "b"]


def test_an_empty_repository_is_empty() -> None:
    loaded = load({})

    assert (loaded.resources, loaded.diagnostics) == ([], [])


def test_the_kinds_are_those_of_the_registry() -> None:
    finding = only(repository(monitor().replace("Monitor", "xyzzy")))

    assert finding.hint == f"the kinds are {', '.join(f'`{kind}`' for kind in KINDS)}"
