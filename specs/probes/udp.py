"""udp: send a datagram, and wait for one."""

from pydantic import ConfigDict, Field, model_validator

from specs.fields import Hex, Host, Model, Port, Regex, Text
from specs.probes.http import one_of


class Udp(Model):
    """Send a datagram, and wait for one that comes back."""

    model_config = ConfigDict(json_schema_extra=one_of("send", "sendHex"))

    host: Host = Field(description="Host name or address.", examples=["game.example.com"])
    port: Port = Field(description="Port number.", examples=[27015])
    send: Text | None = Field(default=None, description="What to send.", examples=["status"])
    send_hex: Hex | None = Field(default=None, description="What to send, as bytes.", examples=["00 ff 1b"])
    receive: Regex | None = Field(
        default=None,
        description=r"Regular expression that must be found in what comes back; any answer when left out; a byte is `\xff`.",
        examples=["players"],
    )

    @model_validator(mode="after")
    def _sends_one_thing(self) -> "Udp":
        if self.send is None and self.send_hex is None:
            raise ValueError("there is nothing to send, and without it nothing is learnt|add `send` or `sendHex`")
        if self.send is not None and self.send_hex is not None:
            raise ValueError("`send` and `sendHex` both say what to send|remove one of the two")
        return self
