"""The registry: kind → model of its spec."""

from specs.alert_rule import AlertRule
from specs.channel import Channel
from specs.config import Config
from specs.fields import Model
from specs.monitor import Monitor
from specs.status_page import StatusPage

API_VERSION = "wakeful.dev/v1"

KINDS: dict[str, type[Model]] = {
    "Config": Config,
    "Monitor": Monitor,
    "AlertRule": AlertRule,
    "Channel": Channel,
    "StatusPage": StatusPage,
}
