"""`mqtt`: a broker, and a topic."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: broker.example.com}",
    "{host: broker.example.com, port: 8883, tls: true, verify: false, username: a, password: '${secret.P}', topic: plant/ping, publish: ping, receive: ping, qos: 1, version: 5}",
    "{host: broker.example.com, topic: 'plant/+/state', receive: alive, version: 3.1.1}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{host: a, publish: b}", "spec.mqtt.publish", "publish", "`publish` and `receive` need a topic", "add `topic`"),
    (
        "{host: a, topic: 'a/#', publish: b}",
        "spec.mqtt.topic",
        "topic",
        "`topic` has a wildcard, and a message is published to one topic",
        "name the topic",
    ),
    (
        "{host: a, version: 4}",
        "spec.mqtt.version",
        "4",
        "`version` is `4`, but must be `3.1.1` or `5`",
        "write `version: 3.1.1`",
    ),
    ("{host: a, qos: 3}", "spec.mqtt.qos", "3", "`qos` must be at most 2, but is 3", "write `qos: 2`"),
    (
        "{host: a, password: x}",
        "spec.mqtt.password",
        "password",
        "`password` is nobody's without `username`",
        "add `username`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("mqtt", spec).probe == "mqtt"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("mqtt", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("mqtt", spec)
