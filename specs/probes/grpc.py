"""grpc: the health protocol."""

from pydantic import ConfigDict, Field, model_validator

from specs.fields import Host, Model, Port, Text
from specs.probes.http import Tls


class Grpc(Model):
    """Ask the standard health service (grpc.health.v1) whether a service is serving."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"plaintext": {"const": True}}, "required": ["plaintext"]},
            "then": {"not": {"required": ["tls"]}},
        }
    )

    host: Host = Field(description="Host name or address.", examples=["api.example.com"])
    port: Port = Field(default=443, description="Port number.", examples=[50051])
    service: Text | None = Field(
        default=None,
        description="The service to ask about; the server as a whole when left out.",
        examples=["shop.Cart"],
    )
    plaintext: bool = Field(default=False, description="Speak without TLS.")
    verify: bool = Field(default=True, description="Check the server's certificate chain and name.")
    tls: Tls | None = Field(default=None, description="How the connection is encrypted.")
    metadata: dict[str, str] = Field(
        default={}, description="Metadata to send.", examples=[{"authorization": "Bearer ${secret.GRPC_TOKEN}"}]
    )

    @model_validator(mode="after")
    def _encrypted_or_not(self) -> "Grpc":
        if self.plaintext and self.tls is not None:
            raise ValueError("`plaintext` is without TLS, so `tls` means nothing|remove one of the two")
        return self
