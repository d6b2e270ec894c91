"""What a notification says; channels only dress it up."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from specs.fields import format_duration


@dataclass(frozen=True)
class Message:
    """One alert's news for one channel. `status` is `firing` or `resolved`; `key` is the idempotency key.

    `incident_key` is the same for all messages about one alert, so that receivers can join them.
    """

    key: str
    incident_key: str
    status: str
    severity: str
    workspace: str
    monitor: str
    rule: str
    reason: str
    started_at: datetime
    resolved_at: datetime | None = None
    summary: str | None = None
    runbook: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    revision: str | None = None

    @property
    def title(self) -> str:
        """`DOWN checkout: status 503, wanted 200`, or `RESOLVED checkout after 4m`."""
        if self.status == "firing":
            return f"DOWN {self.monitor}: {self.summary or self.reason}"
        return f"RESOLVED {self.monitor} after {self.duration}"

    @property
    def duration(self) -> str:
        """How long it lasted, to the second."""
        if self.resolved_at is None:
            return "0s"
        lasted = self.resolved_at - self.started_at
        return format_duration(timedelta(seconds=max(0, round(lasted.total_seconds()))))

    def as_json(self) -> dict[str, Any]:
        """The message as the outbox stores it."""
        return {
            "key": self.key,
            "incident_key": self.incident_key,
            "status": self.status,
            "severity": self.severity,
            "workspace": self.workspace,
            "monitor": self.monitor,
            "rule": self.rule,
            "reason": self.reason,
            "started_at": self.started_at.isoformat(),
            "resolved_at": self.resolved_at.isoformat() if self.resolved_at else None,
            "summary": self.summary,
            "runbook": self.runbook,
            "labels": self.labels,
            "links": self.links,
            "revision": self.revision,
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Message":
        """The inverse of `as_json`."""
        resolved = data.get("resolved_at")
        return Message(
            **data
            | {
                "started_at": datetime.fromisoformat(data["started_at"]),
                "resolved_at": datetime.fromisoformat(resolved) if resolved else None,
            }
        )
