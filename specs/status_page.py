"""StatusPage: what the public may see."""

from typing import Annotated

from pydantic import Field

from specs.fields import Model, Name


class Component(Model):
    """A line on the page, fed by monitors."""

    name: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="What readers call it.", examples=["Checkout"]
    )
    description: str | None = Field(default=None, max_length=300, description="One sentence more.")
    monitors: Annotated[list[Name], Field(min_length=1)] = Field(
        description="The monitors behind it; the worst of them shows.", examples=[["checkout"]]
    )


class StatusPage(Model):
    """What the public may see, at /status/{slug}."""

    title: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="The page's heading.", examples=["Example Shop"]
    )
    slug: Name | None = Field(default=None, description="The last part of its address; its name when left out.")
    description: str | None = Field(default=None, max_length=500, description="One sentence under the heading.")
    components: Annotated[list[Component], Field(min_length=1, max_length=500)] = Field(
        description="The lines of the page, in order."
    )
