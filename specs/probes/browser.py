"""browser: a script in a real browser."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from specs.fields import Duration, HttpUrl, Model, Name, Regex, Text
from specs.probes.http import one_of


class Fill(Model):
    """Write into a field."""

    field: Text = Field(description="Its label, or a CSS selector.", examples=["E-mail"])
    value: str = Field(description="What to write.", examples=["${secret.LOGIN_USER}"])


class Action(Model):
    """One thing that a visitor does or sees."""

    model_config = ConfigDict(json_schema_extra=one_of("open", "click", "fill", "press", "see", "wait"))

    name: Name | None = Field(default=None, description="What the waterfall calls it.")
    open: HttpUrl | None = Field(default=None, description="Go to an address.")
    click: Text | None = Field(
        default=None, description="Click on a text, a role or a CSS selector.", examples=["Sign in"]
    )
    fill: Fill | None = Field(default=None, description="Write into a field.")
    press: Text | None = Field(default=None, description="Press a key.", examples=["Enter"])
    see: Text | None = Field(default=None, description="Wait until a text is shown.", examples=["Welcome"])
    wait: Duration | None = Field(default=None, description="Wait so long.", examples=["500ms"])

    @model_validator(mode="after")
    def _one_thing(self) -> "Action":
        keys = ("open", "click", "fill", "press", "see", "wait")
        if sum(getattr(self, key) is not None for key in keys) != 1:
            raise ValueError(f"an action is one thing|write one of {', '.join(f'`{key}`' for key in keys)}")
        return self


class Browser(Model):
    """Visit a site in a real browser (Playwright), step by step; a screenshot is kept of a failure."""

    model_config = ConfigDict(json_schema_extra=one_of("steps", "script"))

    engine: Literal["chromium", "firefox", "webkit"] = Field(default="chromium", description="Which browser.")
    viewport: Annotated[list[Annotated[int, Field(ge=100, le=10_000)]], Field(min_length=2, max_length=2)] | None = (
        Field(default=None, description="Width and height in pixels.", examples=[[390, 844]])
    )
    steps: Annotated[list[Action], Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="What a visitor does.",
        examples=[[{"open": "https://shop.example.com"}, {"click": "Sign in"}, {"see": "Welcome"}]],
    )
    script: Annotated[str, Field(min_length=1, max_length=50_000)] | None = Field(
        default=None,
        description="A Playwright script in Python instead; `page` is given.",
        examples=["await page.goto('…')"],
    )
    ignore_console: list[Regex] = Field(
        default=[], description="Console errors that do not count, by regular expression.", examples=[["favicon"]]
    )
    console_errors: Literal["ignore", "degraded", "down"] = Field(
        default="ignore", description="What errors on the console mean."
    )

    @model_validator(mode="after")
    def _one_way(self) -> "Browser":
        if self.steps is None and self.script is None:
            raise ValueError("the browser has nothing to do|add `steps` or `script`")
        if self.steps is not None and self.script is not None:
            raise ValueError("`steps` and `script` both say what to do|remove one of the two")
        return self
