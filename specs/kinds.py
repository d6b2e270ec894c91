"""The registry: kind → model of its spec."""

from specs.alert_rule import AlertRule
from specs.channel import Channel
from specs.config import Config
from specs.defaults import Defaults
from specs.fields import Model
from specs.monitor import Monitor
from specs.monitor_set import MonitorSet
from specs.status_page import StatusPage
from specs.workspace import Workspace

API_VERSION = "wakeful.dev/v1"

KINDS: dict[str, type[Model]] = {
    "Config": Config,
    "Workspace": Workspace,
    "Defaults": Defaults,
    "Monitor": Monitor,
    "MonitorSet": MonitorSet,
    "AlertRule": AlertRule,
    "Channel": Channel,
    "StatusPage": StatusPage,
}
