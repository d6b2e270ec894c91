"""tcp: open a connection."""

from pydantic import ConfigDict, Field, model_validator

from specs.fields import Hex, Host, Model, Port, Regex, Text


class Tcp(Model):
    """Open a TCP connection, and talk over it where there is something to say."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["send", "sendHex"]}})

    host: Host = Field(description="Host name or address.", examples=["db.example.com"])
    port: Port = Field(description="Port number.", examples=[5432])
    send: Text | None = Field(default=None, description="What to send once connected.", examples=["PING"])
    send_hex: Hex | None = Field(default=None, description="What to send, as bytes.", examples=["00 ff 1b"])
    receive: Regex | None = Field(
        default=None,
        description=r"Regular expression that must be found in what comes back; a byte is `\xff`.",
        examples=["^\\+PONG"],
    )

    @model_validator(mode="after")
    def _sends_one_thing(self) -> "Tcp":
        if self.send is not None and self.send_hex is not None:
            raise ValueError("`send` and `sendHex` both say what to send|remove one of the two")
        return self
