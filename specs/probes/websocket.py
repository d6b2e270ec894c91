"""websocket: open one, and talk over it."""

from typing import Annotated

from pydantic import Field

from specs.fields import Headers, Model, Regex, Text, UrlOf
from specs.probes.http import Tls

Url = Annotated[str, UrlOf("ws", "wss", example="wss://live.example.com/stream")]


class Websocket(Model):
    """Open a WebSocket, and talk over it where there is something to say."""

    url: Url = Field(description="The address to connect to.", examples=["wss://live.example.com/stream"])
    headers: Headers = Field(
        default={}, description="Headers of the handshake.", examples=[{"Origin": "https://shop.example.com"}]
    )
    subprotocols: list[Text] = Field(default=[], description="Subprotocols to offer.", examples=[["graphql-ws"]])
    send: Text | None = Field(default=None, description="A message to send.", examples=['{"type": "ping"}'])
    receive: Regex | None = Field(
        default=None, description="Regular expression that a message must match.", examples=["pong"]
    )
    verify: bool = Field(default=True, description="Check the server's certificate chain and name.")
    tls: Tls | None = Field(default=None, description="How the connection is encrypted.")
