"""What may be watched: one model a file, and here the registry by the key that a Monitor has them under."""

from typing import Any

from specs.probes.browser import Browser
from specs.probes.composite import Composite
from specs.probes.dns import Dns
from specs.probes.domain import Domain
from specs.probes.grpc import Grpc
from specs.probes.heartbeat import Heartbeat
from specs.probes.http import Http
from specs.probes.icmp import Icmp
from specs.probes.mqtt import Mqtt
from specs.probes.mysql import Mysql
from specs.probes.postgres import Postgres
from specs.probes.prometheus import Prometheus
from specs.probes.redis import Redis
from specs.probes.smtp import Smtp
from specs.probes.ssh import Ssh
from specs.probes.starttls import Starttls
from specs.probes.steps import Steps
from specs.probes.tcp import Tcp
from specs.probes.tls import Tls
from specs.probes.udp import Udp
from specs.probes.websocket import Websocket

PROBES: dict[str, Any] = {
    "http": Http,
    "steps": Steps,
    "browser": Browser,
    "tcp": Tcp,
    "udp": Udp,
    "tls": Tls,
    "starttls": Starttls,
    "dns": Dns,
    "icmp": Icmp,
    "websocket": Websocket,
    "grpc": Grpc,
    "ssh": Ssh,
    "smtp": Smtp,
    "domain": Domain,
    "postgres": Postgres,
    "mysql": Mysql,
    "redis": Redis,
    "mqtt": Mqtt,
    "prometheus": Prometheus,
    "heartbeat": Heartbeat,
    "composite": Composite,
}
