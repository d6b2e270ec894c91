"""mqtt: connect to a broker."""

import re
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from specs.fields import Host, Model, NumberAsText, Port, Regex, Text, versions


class Mqtt(Model):
    """Connect to a broker; publish to a topic, or wait for a message of one."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {"publish": ["topic"], "receive": ["topic"], "password": ["username"]},
            "dependentSchemas": {"publish": {"properties": {"topic": {"pattern": "^[^+#]*$"}}}},
        }
    )

    host: Host = Field(description="Host name or address.", examples=["broker.example.com"])
    port: Port = Field(default=1883, description="Port number.", examples=[8883])
    tls: bool = Field(default=False, description="Encrypt the connection.")
    verify: bool = Field(default=True, description="Check the broker's certificate chain and name.")
    username: Text | None = Field(default=None, description="Who signs in; nobody does when left out.")
    password: Text | None = Field(default=None, description="Their password.", examples=["${secret.MQTT_PASSWORD}"])
    topic: Text | None = Field(default=None, description="The topic.", examples=["plant/heartbeat"])
    publish: Text | None = Field(default=None, description="A message to publish there.", examples=["ping"])
    receive: Regex | None = Field(
        default=None, description="Regular expression that a message of the topic must match.", examples=["alive"]
    )
    qos: Annotated[int, Field(ge=0, le=2)] = Field(default=0, description="Quality of service.")
    version: Annotated[Literal["3.1.1", "5"], NumberAsText, versions("3.1.1", "5")] = Field(
        default="3.1.1", description="Version of the protocol."
    )

    @model_validator(mode="after")
    def _has_a_topic(self) -> "Mqtt":
        if self.topic is None and (self.publish is not None or self.receive is not None):
            raise ValueError("`publish` and `receive` need a topic|add `topic`")
        if self.publish is not None and self.topic is not None and re.search("[+#]", self.topic):
            raise ValueError("`topic` has a wildcard, and a message is published to one topic|name the topic")
        if self.password is not None and self.username is None:
            raise ValueError("`password` is nobody's without `username`|add `username`")
        return self
