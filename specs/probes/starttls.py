"""starttls: from plain text to TLS, as a protocol has it."""

from typing import Literal

from pydantic import Field

from specs.fields import Host, Model, Port, Text

PORTS = {"smtp": 25, "imap": 143, "pop3": 110, "ftp": 21, "ldap": 389, "postgres": 5432}


class Starttls(Model):
    """Begin in plain text, change to TLS, and look at the certificate."""

    host: Host = Field(description="Host name or address.", examples=["mail.example.com"])
    protocol: Literal["smtp", "imap", "pop3", "ftp", "ldap", "postgres"] = Field(description="What is spoken before.")
    port: Port | None = Field(
        default=None, description="Port number; the protocol's own when left out.", examples=[587]
    )
    verify: bool = Field(default=True, description="Check the certificate chain and name.")
    server_name: Text | None = Field(default=None, description="The name to check, where it is not the host's.")
