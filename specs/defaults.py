"""Defaults: what holds for the monitors of its folder and below."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, create_model

from specs.fields import Labels, Model
from specs.monitor import PROBES, Monitor

_PARTIAL = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
_KEYS = {name: field for name, field in Monitor.model_fields.items() if name not in PROBES}


def _optional(name: str) -> Any:
    field = _KEYS[name]
    kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    return (
        kind | None,
        Field(default=None, alias=field.alias, description=field.description, examples=field.examples),
    )


_FIELDS: dict[str, Any] = {name: _optional(name) for name in _KEYS} | {
    probe: (_PARTIAL | None, Field(default=None, description=f"For `{probe}` monitors.")) for probe in PROBES
}
MonitorDefaults = create_model(
    "MonitorDefaults",
    __base__=Model,
    __doc__="Keys of a Monitor; those of a probe hold for monitors with that probe.",
    **_FIELDS,
)


class Defaults(Model):
    """What holds for the monitors of its folder and below, unless they or a nearer Defaults say otherwise."""

    monitor: MonitorDefaults | None = Field(
        default=None,
        description="Keys of a Monitor's `spec`. Mappings are joined key by key, anything else is replaced.",
        examples=[{"every": "30s", "regions": ["eu", "us"], "http": {"headers": {"User-Agent": "wakeful"}}}],
    )
    labels: Labels = Field(default={}, description="Labels of each monitor.", examples=[{"team": "payments"}])
    owner: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="Who answers for them; sets `wakeful.dev/owner`.", examples=["team-payments"]
    )
