"""StatusPage: what the public may see."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from specs.fields import HttpUrl, Model, Name, Text, TimeZone
from specs.match import Match
from specs.shapes import exactly_one
from specs.tree import Path

STATUS = Literal["operational", "degraded", "partialOutage", "majorOutage", "underMaintenance"]


class Component(Model):
    """A line on the page: fed by monitors, or set by hand."""

    model_config = {"json_schema_extra": exactly_one("monitors", "match", "status")}

    name: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="What readers call it.", examples=["Checkout"]
    )
    description: str | None = Field(default=None, max_length=300, description="One sentence more.")
    monitors: Annotated[list[Name], Field(min_length=1)] | None = Field(
        default=None, description="The monitors behind it; the worst of them shows.", examples=[["checkout"]]
    )
    match: Match | None = Field(
        default=None, description="The monitors behind it, by labels.", examples=[{"labels": {"service": "checkout"}}]
    )
    status: STATUS | None = Field(default=None, description="How it is, set by hand: nothing watches it.")
    group: Annotated[Text, Field(max_length=100)] | None = Field(
        default=None, description="The heading it stands under.", examples=["Shop"]
    )
    hide_uptime: bool | None = Field(default=None, description="Do not show its history.")

    @model_validator(mode="after")
    def _one_source(self) -> "Component":
        found = [key for key in ("monitors", "match", "status") if getattr(self, key) is not None]
        if not found:
            raise ValueError(f"nothing says how `{self.name}` is|add `monitors`, `match` or `status`")
        if len(found) > 1:
            raise ValueError(f"`{found[0]}` and `{found[1]}` both say how `{self.name}` is|remove one of the two")
        return self


class Link(Model):
    """A link in the page's head."""

    title: Annotated[Text, Field(max_length=100)] = Field(description="What it says.", examples=["Shop"])
    url: HttpUrl = Field(description="Where it leads.", examples=["https://shop.example.com"])


class Access(Model):
    """Who may see the page, where that is not everybody; one way."""

    model_config = {"json_schema_extra": exactly_one("password", "networks", "signIn")}

    password: Annotated[str, Field(min_length=8, max_length=8192)] | None = Field(
        default=None, description="Who knows this.", examples=["${secret.PAGE_PASSWORD}"]
    )
    networks: Annotated[list[Text], Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="Who comes from these networks.", examples=[["192.0.2.0/24"]]
    )
    sign_in: bool | None = Field(default=None, description="Members of the workspace.", examples=[True])

    @model_validator(mode="after")
    def _one_way(self) -> "Access":
        if sum(one is not None for one in (self.password, self.networks, self.sign_in)) != 1:
            raise ValueError("`access` takes one way|write `password`, `networks` or `signIn: true`")
        return self


class Subscribe(Model):
    """How readers may be told of news."""

    email: bool = Field(default=False, description="By mail, after they confirmed.")
    webhook: bool = Field(default=False, description="By webhook.")
    slack: bool = Field(default=False, description="In Slack.")
    feeds: bool = Field(default=True, description="Atom, RSS, JSON and calendar feeds.")


_SVG_LIMIT = 32_768


def _check_svg(text: str) -> str:
    lowered = text.lower()
    if "<svg" not in lowered:
        raise ValueError("`{name}` is not an SVG|write the text of an SVG file: `<svg …>…</svg>`")
    if any(word in lowered for word in ("<script", "javascript:", " on", "<foreignobject", 'href="http', "<!entity")):
        raise ValueError("`{name}` does more than draw|remove scripts, event handlers and links to other places")
    return text


Svg = Annotated[
    str,
    Field(max_length=_SVG_LIMIT),
    AfterValidator(_check_svg),
    WithJsonSchema({"type": "string", "maxLength": _SVG_LIMIT, "pattern": "<[sS][vV][gG]"}),
]
_DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$"


class StatusPage(Model):
    """What the public may see, at /status/{slug}."""

    title: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="The page's heading.", examples=["Example Shop"]
    )
    slug: Name | None = Field(default=None, description="The last part of its address; its name when left out.")
    description: str | None = Field(default=None, max_length=500, description="One sentence under the heading.")
    components: Annotated[list[Component], Field(min_length=1, max_length=500)] = Field(
        description="The lines of the page, in order.", examples=[[{"name": "Checkout", "monitors": ["checkout"]}]]
    )
    domains: Annotated[list[Annotated[str, Field(pattern=_DOMAIN)]], Field(max_length=20)] | None = Field(
        default=None, description="Hosts under which it is served, too.", examples=[["status.example.com"]]
    )
    access: Access | None = Field(default=None, description="Who may see it; everybody when left out.")
    logo: Svg | None = Field(default=None, description="An SVG, as text; nothing is loaded from elsewhere.")
    accent: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")] | None = Field(
        default=None, description="The colour of links.", examples=["#0b6e4f"]
    )
    timezone: TimeZone | None = Field(default=None, description="The clock of its times; UTC when left out.")
    language: Annotated[str, Field(pattern="^[a-z]{2}(-[A-Z]{2})?$")] | None = Field(
        default=None, description="Its language.", examples=["en"]
    )
    links: Annotated[list[Link], Field(max_length=20)] | None = Field(default=None, description="Links in its head.")
    support: Text | None = Field(
        default=None, description="Whom readers may ask: an address or a URL.", examples=["support@example.com"]
    )
    days: Annotated[int, Field(ge=1, le=365)] | None = Field(
        default=None, description="How many days of history; 90 when left out.", examples=[90]
    )
    show_latency: bool | None = Field(default=None, description="Show how fast answers are.")
    subscribe: Subscribe | None = Field(default=None, description="How readers may be told of news.")
    search_engines: bool | None = Field(default=None, description="Whether search engines may list it; they may.")

    @model_validator(mode="after")
    def _names_each_once(self) -> "StatusPage":
        seen = set[tuple[str | None, str]]()
        for component in self.components:
            if (component.group, component.name) in seen:
                raise ValueError(f"two `components` are called {component.name}|give each a name of its own")
            seen.add((component.group, component.name))
        return self

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        for at, component in enumerate(self.components):
            for index, name in enumerate(component.monitors or ()):
                yield ("spec", "components", at, "monitors", index), "Monitor", name
            if component.match:
                yield from component.match.named("spec", "components", at, "match")
