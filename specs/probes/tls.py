"""tls: the handshake, and the certificate."""

from pydantic import Field

from specs.fields import Host, Port, Text
from specs.probes.http import Tls as Encryption


class Tls(Encryption):
    """Open a connection and do the TLS handshake; for certificates of servers that do not speak HTTP."""

    host: Host = Field(description="Host name or address.", examples=["ldap.example.com"])
    port: Port = Field(default=443, description="Port number.", examples=[636])
    verify: bool = Field(default=True, description="Check the certificate chain and name.")
    alpn: list[Text] | None = Field(default=None, description="Protocols to offer.", examples=[["h2"]])
