"""ssh: the banner, or a command."""

from pydantic import ConfigDict, Field, model_validator

from specs.fields import Host, Model, Pem, Port, Regex, Text


class Ssh(Model):
    """Read a server's banner, or sign in and run a command."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {"command": ["username"], "password": ["username"], "key": ["username"]},
            "dependentSchemas": {"username": {"anyOf": [{"required": ["password"]}, {"required": ["key"]}]}},
        }
    )

    host: Host = Field(description="Host name or address.", examples=["bastion.example.com"])
    port: Port = Field(default=22, description="Port number.")
    username: Text | None = Field(
        default=None, description="Who signs in; nobody does when left out.", examples=["monitor"]
    )
    password: Text | None = Field(default=None, description="Their password.", examples=["${secret.SSH_PASSWORD}"])
    key: Pem | None = Field(default=None, description="Their private key (OpenSSH).", examples=["${secret.SSH_KEY}"])
    host_key: Text | None = Field(
        default=None, description="The server's public key, as `ssh-keyscan` prints it; any when left out."
    )
    command: Text | None = Field(
        default=None, description="What to run; exit code 0 is up.", examples=["test -e /run/ok"]
    )
    banner: Regex | None = Field(default=None, description="Regular expression for the banner.", examples=["OpenSSH_9"])

    @model_validator(mode="after")
    def _can_sign_in(self) -> "Ssh":
        if self.command is not None and self.username is None:
            raise ValueError("`command` needs somebody who runs it|add `username` and `key`")
        if self.username is not None and self.password is None and self.key is None:
            raise ValueError("`username` cannot sign in without `password` or `key`|add `key: ${secret.SSH_KEY}`")
        if self.username is None and (self.password is not None or self.key is not None):
            key = "password" if self.key is None else "key"
            raise ValueError(f"`{key}` is nobody's without `username`|add `username`")
        return self
