"""The registry: kind → model of its spec."""

from specs.alert_rule import AlertRule
from specs.announcement import Announcement
from specs.channel import Channel
from specs.config import Config
from specs.dashboard import Dashboard
from specs.defaults import Defaults
from specs.escalation import Escalation
from specs.fields import Model
from specs.incident import Incident
from specs.maintenance import Maintenance
from specs.monitor import Monitor
from specs.monitor_set import MonitorSet
from specs.route import Route
from specs.rule_test import RuleTest
from specs.schedule import Schedule
from specs.silence import Silence
from specs.slo import SLO
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
    "RuleTest": RuleTest,
    "Channel": Channel,
    "Route": Route,
    "Escalation": Escalation,
    "Schedule": Schedule,
    "Silence": Silence,
    "Maintenance": Maintenance,
    "StatusPage": StatusPage,
    "Incident": Incident,
    "Announcement": Announcement,
    "SLO": SLO,
    "Dashboard": Dashboard,
}
