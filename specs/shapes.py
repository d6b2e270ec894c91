"""What keys of one mapping have to do with each other, as JSON Schema says it."""

from typing import Any


def exactly_one(*keys: str) -> dict[str, Any]:
    """The JSON Schema of a mapping that has one of these keys."""
    return {"oneOf": [{"required": [key]} for key in keys]}
