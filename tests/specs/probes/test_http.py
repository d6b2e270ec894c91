"""`http`: a request to a web server."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{url: https://shop.example.com/health}",
    "{url: 'https://${secret.HOST}:${secret.PORT}/'}",
    "{url: 'HTTPS://192.0.2.1:8443/a?b=c'}",
    "{url: https://shop.example.com/health, method: HEAD, headers: {Authorization: 'Bearer ${secret.TOKEN}'}}",
    "{url: https://shop.example.com/health, query: {page: 1, deep: true, q: 'a b'}}",
    "{url: https://shop.example.com/health, body: '{}'}",
    "{url: https://shop.example.com/health, method: POST, body: ''}",
    "{url: https://shop.example.com/health, method: POST, json: {a: [1, null, 'x', {b: 1.5}], token: '${secret.TOKEN}'}}",
    "{url: https://shop.example.com/health, method: PUT, json: [1, 2]}",
    "{url: https://shop.example.com/health, method: POST, form: {user: monitor, age: 7}}",
    "{url: https://shop.example.com/health, method: POST, form: {a: b}, files: {upload: {name: a.csv, text: 'id', type: text/csv}}}",
    "{url: https://shop.example.com/health, method: POST, files: {a: {name: a.png, base64: iVBORw0KGgo=}}}",
    "{url: https://shop.example.com/health, method: POST, graphql: {query: '{ ok }', variables: {id: 7}, operation: Ok}}",
    "{url: https://shop.example.com/health, auth: {basic: {username: monitor, password: '${secret.P}'}}}",
    "{url: https://shop.example.com/health, auth: {digest: {username: monitor, password: ''}}}",
    "{url: https://shop.example.com/health, auth: {bearer: '${secret.TOKEN}'}}",
    "{url: https://shop.example.com/health, auth: {oauth2: {tokenUrl: https://id.example.com/token, clientId: a, clientSecret: '${secret.S}', scopes: [b], audience: c}}}",
    "{url: https://shop.example.com/health, tls: {ca: '${secret.CA}', certificate: '${secret.CERT}', key: '${secret.KEY}', minVersion: '1.3', serverName: shop.example.com}}",
    "{url: https://shop.example.com/health, tls: {minVersion: 1.2}, verify: false}",
    "{url: https://shop.example.com/health, proxy: 'socks5h://proxy.example.com:1080', ip: 6, version: 3, compression: true, maxSize: 65536, redirects: 0}",
    "{url: https://shop.example.com/health, version: '1.1', resolve: '2001:db8::1'}",
    "{url: https://shop.example.com/health, resolver: dns.example.com}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    (
        "{url: shop.example.com}",
        "spec.http.url",
        "shop.example.com",
        "`shop.example.com` is not an http or https URL",
        "write `https://example.com/health`",
    ),
    (
        "{url: https://a.example, metod: GET}",
        "spec.http.metod",
        "metod",
        "unknown key `metod`",
        "did you mean `method`?",
    ),
    (
        "{url: https://a.example, method: get}",
        "spec.http.method",
        "get",
        "`method` is `get`, but must be `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` or `OPTIONS`",
        "did you mean `GET`?",
    ),
    (
        "{url: https://a.example, json: {a: 1}}",
        "spec.http.json",
        "json",
        "`json` is a body, and GET sends none",
        "add `method: POST`",
    ),
    (
        "{url: https://a.example, method: POST, json: {a: 1}, body: x}",
        "spec.http.body",
        "body",
        "a request has one body, but this has `body` and `json`",
        "remove one of the two",
    ),
    (
        "{url: https://a.example, method: POST, files: {a: {name: b}}}",
        "spec.http.files.a",
        "a",
        "a file takes either `text` or `base64`",
        "write one of the two",
    ),
    (
        "{url: https://a.example, method: POST, files: {a: {name: b, text: c}}, graphql: {query: x}}",
        "spec.http.files",
        "files",
        "a request has one body, but this has `files` and `graphql`",
        "remove one of the two",
    ),
    (
        "{url: https://a.example, auth: {}}",
        "spec.http.auth",
        "auth",
        "`auth` does not say how to prove who asks",
        "add `basic`, `digest`, `bearer` or `oauth2`",
    ),
    (
        "{url: https://a.example, auth: {basic: {username: a, password: b}, bearer: c}}",
        "spec.http.auth.basic",
        "basic",
        "`auth` takes one way to prove who asks, not `basic` and `bearer`",
        "remove one of them",
    ),
    (
        "{url: https://a.example, auth: {oauth2: {tokenUrl: https://b.example, clientId: a}}}",
        "spec.http.auth.oauth2",
        "oauth2",
        "missing key `clientSecret`",
        "add `clientSecret` to `spec.http.auth.oauth2`",
    ),
    (
        "{url: https://a.example, tls: {key: '-----BEGIN X-----'}}",
        "spec.http.tls.key",
        "key",
        "`certificate` and `key` belong together",
        "write both, or neither",
    ),
    (
        "{url: https://a.example, tls: {minVersion: 1.4}}",
        "spec.http.tls.minVersion",
        "1.4",
        "`minVersion` is `1.4`, but must be `1.0`, `1.1`, `1.2` or `1.3`",
        "did you mean `1.3`?",
    ),
    (
        "{url: https://a.example, version: 4}",
        "spec.http.version",
        "4",
        "`version` is `4`, but must be `1.1`, `2` or `3`",
        "write `version: 1.1`",
    ),
    (
        "{url: https://a.example, ip: 5}",
        "spec.http.ip",
        "5",
        "`ip` is the number `5`, but must be `4` or `6`",
        "write `ip: 4`",
    ),
    (
        "{url: https://a.example, ip: '4'}",
        "spec.http.ip",
        "'4'",
        "`ip` is `4`, but must be `4` or `6`",
        "write it without quotes: `ip: 4`",
    ),
    (
        "{url: https://a.example, redirects: 50}",
        "spec.http.redirects",
        "50",
        "`redirects` must be at most 20, but is 50",
        "write `redirects: 20`",
    ),
    (
        "{url: https://a.example, proxy: proxy.example.com:3128}",
        "spec.http.proxy",
        "proxy.example.com:3128",
        "`proxy.example.com:3128` is not an http, https, socks5 or socks5h URL",
        "write `http://proxy.example.com:3128`",
    ),
    (
        "{url: https://a.example, resolve: a.example}",
        "spec.http.resolve",
        "a.example",
        "`a.example` is not an address",
        "write one such as `192.0.2.1` or `2001:db8::1`",
    ),
    (
        "{url: https://a.example, resolve: 192.0.2.1, resolver: 9.9.9.9}",
        "spec.http.resolve",
        "resolve",
        "`resolve` has the address, so there is nothing to ask `resolver` for",
        "remove one of the two",
    ),
    (
        "{url: https://a.example, maxSize: 0}",
        "spec.http.maxSize",
        "0",
        "`maxSize` must be at least 1, but is 0",
        "write `maxSize: 1`",
    ),
    (
        "{url: https://a.example, headers: {A: 1}}",
        "spec.http.headers.A",
        "1",
        "`A` must be text, but is the number `1`",
        'put it in quotes: `A: "1"`',
    ),
    (
        "{url: https://a.example, body: [a]}",
        "spec.http.body",
        "[a]",
        "`body` must be text, but is a list",
        "write one text: `body: …`",
    ),
    (
        "{url: https://a.example, method: POST, files: {a: {name: b, base64: '%'}}}",
        "spec.http.files.a.base64",
        "'%'",
        "`base64` is not base64",
        "write what `base64 FILE` prints, or use `text`",
    ),
]

WRONG_IN_MEANING = [
    (
        "{url: https://a.example, auth: {bearer: x}, headers: {authorization: y}}",
        "spec.http.auth",
        "auth",
        "`auth` and the header `Authorization` say the same thing twice",
        "remove one of the two",
    ),
    (
        "{url: https://a.example, verify: no}",
        "spec.http.verify",
        "no",
        "`verify` must be `true` or `false`, but is the text `no`",
        "write `verify: false`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("http", spec).probe == "http"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM + WRONG_IN_MEANING)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("http", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("http", spec)
