"""`dns`: a question to a name server."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{name: shop.example.com}",
    "{name: shop.example.com, type: AAAA}",
    "{name: shop.example.com, type: CNAME}",
    "{name: shop.example.com, type: MX}",
    "{name: shop.example.com, type: NS}",
    "{name: shop.example.com, type: TXT}",
    "{name: shop.example.com, type: SRV}",
    "{name: shop.example.com, type: SOA}",
    "{name: shop.example.com, type: CAA}",
    "{name: shop.example.com, type: PTR}",
    "{name: _dmarc.example.com, type: TXT, server: 192.0.2.53, port: 5353, transport: tcp, dnssec: true, answers: ['v=DMARC1'], rcode: NOERROR}",
    "{name: shop.example.com, transport: tls, server: dns.example.com}",
    "{name: shop.example.com, transport: https, server: 'https://dns.example.com/dns-query'}",
    "{name: gone.example.com, rcode: NXDOMAIN}",
    "{name: shop.example.com, answers: 192.0.2.1}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{}", "spec.dns", "dns", "missing key `name`", "add `name` to `spec.dns`"),
    (
        "{name: a.example, type: mx}",
        "spec.dns.type",
        "mx",
        "`type` is `mx`, but must be `A`, `AAAA`, `CNAME`, `MX`, `NS`, `TXT`, `SRV`, `SOA`, `CAA` or `PTR`",
        "did you mean `MX`?",
    ),
    (
        "{name: a.example, type: ANY}",
        "spec.dns.type",
        "ANY",
        "`type` is `ANY`, but must be `A`, `AAAA`, `CNAME`, `MX`, `NS`, `TXT`, `SRV`, `SOA`, `CAA` or `PTR`",
        "write `type: A`",
    ),
    (
        "{name: a.example, transport: https}",
        "spec.dns.transport",
        "transport",
        "`transport` is `https`, so `server` must be a URL",
        "write `server: https://dns.example.com/dns-query`",
    ),
    (
        "{name: a.example, transport: https, server: dns.example}",
        "spec.dns.transport",
        "transport",
        "`transport` is `https`, so `server` must be a URL",
        "write `server: https://dns.example.com/dns-query`",
    ),
    (
        "{name: a.example, server: 'https://dns.example/q'}",
        "spec.dns.server",
        "server",
        "`server` is a URL, which is for `https`",
        "add `transport: https`, or name the host",
    ),
    (
        "{name: a.example, answers: []}",
        "spec.dns.answers",
        "[]",
        "`answers` must not be empty",
        "write at least one, or leave the key out",
    ),
    (
        "{name: https://a.example}",
        "spec.dns.name",
        "https://a.example",
        "`https://a.example` is a URL, but `name` takes a host",
        "write `name: a.example`",
    ),
    (
        "{name: a.example, rcode: NXDOMAINS}",
        "spec.dns.rcode",
        "NXDOMAINS",
        "`rcode` is `NXDOMAINS`, but must be `NOERROR`, `NXDOMAIN`, `SERVFAIL` or `REFUSED`",
        "did you mean `NXDOMAIN`?",
    ),
]

WRONG_IN_MEANING = [
    (
        "{name: a.example, transport: https, server: 'https://dns.example/q', port: 1}",
        "spec.dns.port",
        "port",
        "`port` is in the URL of `server`",
        "write it there",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("dns", spec).probe == "dns"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM + WRONG_IN_MEANING)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("dns", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("dns", spec)
