"""http: ask a web server."""

import re
from base64 import b64decode
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from specs.fields import (
    Host,
    HttpUrl,
    IpAddress,
    Model,
    NumberAsText,
    Pem,
    ScalarText,
    Text,
    UrlOf,
    quoted,
    versions,
)

ProxyUrl = Annotated[str, UrlOf("http", "https", "socks5", "socks5h", example="http://proxy.example.com:3128")]
MOST_FILE = 1024 * 1024
MEDIA_TYPE = r"^[A-Za-z0-9.+_-]+/[A-Za-z0-9.+_-]+(;.*)?$"


def _check_base64(text: str) -> str:
    try:
        b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise ValueError("`{name}` is not base64|write what `base64 FILE` prints, or use `text`") from None
    return text


def _check_media_type(text: str) -> str:
    if not re.fullmatch(MEDIA_TYPE, text):
        raise ValueError(f"`{text}` is not a media type|write one such as `text/csv`")
    return text


Base64 = Annotated[
    str,
    Field(max_length=2 * MOST_FILE),
    AfterValidator(_check_base64),
    WithJsonSchema({"type": "string", "maxLength": 2 * MOST_FILE, "pattern": r"^[A-Za-z0-9+/\s]*={0,2}\s*$"}),
]
MediaType = Annotated[str, AfterValidator(_check_media_type), WithJsonSchema({"type": "string", "pattern": MEDIA_TYPE})]
Parameters = Annotated[
    dict[str, ScalarText],
    Field(max_length=100),
    WithJsonSchema(
        {"type": "object", "maxProperties": 100, "additionalProperties": {"type": ["string", "integer", "boolean"]}}
    ),
]
METHODS = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def one_of(*keys: str) -> dict[str, Any]:
    """The JSON Schema of a mapping that has exactly one of these keys."""
    return {"oneOf": [{"required": [key]} for key in keys]}


def at_most_one_of(*keys: str) -> dict[str, Any]:
    """The JSON Schema of a mapping that has one of these keys, or none."""
    pairs = [(a, b) for index, a in enumerate(keys) for b in keys[index + 1 :]]
    return {"not": {"anyOf": [{"required": list(pair)} for pair in pairs]}}


class Basic(Model):
    """A user and a password, as HTTP Basic or Digest take them."""

    username: Text = Field(description="Who asks; may be `${secret.X}`.", examples=["monitor"])
    password: str = Field(description="May be, and should be, `${secret.X}`.", examples=["${secret.SHOP_PASSWORD}"])


class OAuth2(Model):
    """Client credentials, exchanged for a token that is kept until it expires (RFC 6749, 4.4)."""

    token_url: HttpUrl = Field(description="Where the token is asked for.", examples=["https://id.example.com/token"])
    client_id: Text = Field(description="The client.", examples=["monitor"])
    client_secret: Text = Field(description="Its secret.", examples=["${secret.OAUTH_SECRET}"])
    scopes: Annotated[list[Text], Field(max_length=50)] = Field(
        default=[], description="Scopes to ask for.", examples=[["health:read"]]
    )
    audience: Text | None = Field(default=None, description="Audience to ask for, where the server wants one.")


class Auth(Model):
    """How the request proves who asks; one way."""

    model_config = ConfigDict(json_schema_extra=one_of("basic", "digest", "bearer", "oauth2"))

    basic: Basic | None = Field(default=None, description="HTTP Basic.")
    digest: Basic | None = Field(default=None, description="HTTP Digest.")
    bearer: Text | None = Field(default=None, description="A token.", examples=["${secret.SHOP_TOKEN}"])
    oauth2: OAuth2 | None = Field(default=None, description="A token by client credentials.")

    @model_validator(mode="after")
    def _one_way(self) -> "Auth":
        found = [key for key in ("basic", "digest", "bearer", "oauth2") if getattr(self, key) is not None]
        if not found:
            raise ValueError("`{name}` does not say how to prove who asks|add `basic`, `digest`, `bearer` or `oauth2`")
        if len(found) > 1:
            raise ValueError(f"`{{name}}` takes one way to prove who asks, not {quoted(found)}|remove one of them")
        return self


class Tls(Model):
    """How the connection is encrypted, and who must be at the other end."""

    model_config = ConfigDict(json_schema_extra={"dependentRequired": {"certificate": ["key"], "key": ["certificate"]}})

    ca: Pem | None = Field(
        default=None,
        description="Certificates (PEM) to trust instead of the system's.",
        examples=["${secret.INTERNAL_CA}"],
    )
    certificate: Pem | None = Field(
        default=None, description="Our certificate (PEM), for servers that ask.", examples=["${secret.CLIENT_CERT}"]
    )
    key: Pem | None = Field(default=None, description="Its key (PEM).", examples=["${secret.CLIENT_KEY}"])
    min_version: (
        Annotated[Literal["1.0", "1.1", "1.2", "1.3"], NumberAsText, versions("1.0", "1.1", "1.2", "1.3")] | None
    ) = Field(default=None, description="The lowest TLS version to accept.", examples=["1.2"])
    server_name: Host | None = Field(
        default=None,
        description="The name to ask for and to check, where it is not the host's.",
        examples=["a.example"],
    )

    @model_validator(mode="after")
    def _certificate_and_key(self) -> "Tls":
        if (self.certificate is None) != (self.key is None):
            raise ValueError("`certificate` and `key` belong together|write both, or neither")
        return self


class GraphQL(Model):
    """A GraphQL request, posted as JSON."""

    query: Text = Field(description="The query.", examples=["{ health { ok } }"])
    variables: dict[str, Any] = Field(default={}, description="Its variables.", examples=[{"id": 1}])
    operation: Text | None = Field(default=None, description="Which operation of the query to run.")


class File(Model):
    """A file of a form; what is in it stands here, since workers do not read the repository."""

    model_config = ConfigDict(json_schema_extra=one_of("text", "base64"))

    name: Text = Field(description="The name of the file, as the server sees it.", examples=["order.csv"])
    text: Annotated[str, Field(max_length=MOST_FILE)] | None = Field(
        default=None, description="What is in it, as text.", examples=["id,count\n1,2\n"]
    )
    base64: Base64 | None = Field(
        default=None, description="What is in it, as base64.", examples=["aWQsY291bnQKMSwyCg=="]
    )
    type: MediaType | None = Field(default=None, description="Its media type.", examples=["text/csv"])

    @model_validator(mode="after")
    def _one_content(self) -> "File":
        if (self.text is None) == (self.base64 is None):
            raise ValueError("a file takes either `text` or `base64`|write one of the two")
        return self


class Request(Model):
    """What is asked; shared by `http` and each step of `steps`."""

    url: HttpUrl = Field(description="The address to ask.")
    method: METHODS = Field(default="GET", description="The request method.")
    headers: dict[str, str] = Field(
        default={},
        description="Headers to send; values may hold `${secret.X}`.",
        examples=[{"Authorization": "Bearer ${secret.CHECKOUT_TOKEN}"}],
    )
    body: str | None = Field(default=None, description="The request body, as text.", examples=['{"ping": true}'])
    redirects: Annotated[int, Field(ge=0, le=20)] = Field(
        default=5, description="How many redirects to follow; 0 takes the first answer as it is."
    )
    verify: bool = Field(default=True, description="Check the server's certificate chain and name.")
    query: Parameters | None = Field(
        default=None, description="Added to the address, encoded.", examples=[{"page": "1"}]
    )
    json_: Annotated[Any, WithJsonSchema({})] = Field(
        default=None,
        alias="json",
        description="The request body, as values to send as JSON.",
        examples=[{"ping": True}],
    )
    form: Parameters | None = Field(
        default=None, description="The request body, as form fields.", examples=[{"user": "monitor"}]
    )
    files: Annotated[dict[str, File], Field(min_length=1, max_length=20)] | None = Field(
        default=None,
        description="Files by form field, sent with those of `form` as `multipart/form-data`.",
        examples=[{"upload": {"name": "order.csv", "text": "id\n1\n"}}],
    )
    graphql: GraphQL | None = Field(
        default=None, description="The request body, as a GraphQL query.", examples=[{"query": "{ health { ok } }"}]
    )
    auth: Auth | None = Field(
        default=None, description="How the request proves who asks.", examples=[{"bearer": "${secret.SHOP_TOKEN}"}]
    )
    tls: Tls | None = Field(
        default=None, description="How the connection is encrypted.", examples=[{"minVersion": "1.2"}]
    )
    proxy: ProxyUrl | None = Field(
        default=None, description="A proxy to go through.", examples=["http://proxy.example.com:3128"]
    )
    ip: Literal[4, 6] | None = Field(default=None, description="Use only IPv4 or IPv6.", examples=[4])
    version: Annotated[Literal["1.1", "2", "3"], NumberAsText, versions("1.1", "2", "3")] | None = Field(
        default=None, description="Use only this version of HTTP.", examples=["2"]
    )
    resolve: IpAddress | None = Field(
        default=None, description="Connect to this address, whatever the host's is.", examples=["192.0.2.10"]
    )
    resolver: Host | None = Field(default=None, description="Ask this DNS server.", examples=["192.0.2.53"])
    compression: bool | None = Field(default=None, description="Ask for a compressed answer.", examples=[True])
    max_size: Annotated[int, Field(ge=1, le=100 * 1024 * 1024)] | None = Field(
        default=None, description="Stop reading after this many bytes of body.", examples=[65536]
    )


BODIES = ("body", "json", "form", "graphql")
BODILESS = ("GET", "HEAD")
_WITH_METHOD = {"required": ["method"], "properties": {"method": {"not": {"enum": list(BODILESS)}}}}
REQUEST_SCHEMA: dict[str, Any] = {
    "allOf": [
        at_most_one_of(*BODIES),
        *(at_most_one_of("files", key) for key in BODIES if key != "form"),
        at_most_one_of("resolve", "resolver"),
    ],
    "dependentSchemas": dict.fromkeys(("json", "form", "files", "graphql"), _WITH_METHOD),
}


class Http(Request):
    """Ask a web server, by HTTP/1.1 or 2, over a new connection each time."""

    model_config = ConfigDict(json_schema_extra=REQUEST_SCHEMA)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Http":
        check_request(self)
        return self


def check_request(request: Request) -> None:
    """Raises ValueError where a request has two bodies, none that its method sends, or two ways to prove who asks."""
    if request.auth is not None and any(key.lower() == "authorization" for key in request.headers):
        raise ValueError("`auth` and the header `Authorization` say the same thing twice|remove one of the two")
    if request.resolve is not None and request.resolver is not None:
        raise ValueError("`resolve` has the address, so there is nothing to ask `resolver` for|remove one of the two")
    bodies = (request.body, request.json_, request.form, request.files, request.graphql)
    if not any(body is not None for body in bodies[1:]):
        return
    keys = ("body", "json", "form", "files", "graphql")
    found = [key for key, body in zip(keys, bodies, strict=True) if body is not None]
    if len(found) > 1 and found != ["form", "files"]:
        raise ValueError(f"a request has one body, but this has `{found[0]}` and `{found[1]}`|remove one of the two")
    if found and found != ["body"] and request.method in BODILESS:
        raise ValueError(f"`{found[0]}` is a body, and {request.method} sends none|add `method: POST`")
