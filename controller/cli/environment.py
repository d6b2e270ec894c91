"""The settings, with a mistake in the environment told as one."""

from typing import TYPE_CHECKING, Any

from controller.errors import UsageError

if TYPE_CHECKING:
    from controller.settings import Settings


def read_settings(**overrides: Any) -> "Settings":
    """The settings from the environment. Raises UsageError that names the variable that is wrong."""
    from pydantic import ValidationError

    from controller import settings

    try:
        return settings.load(**overrides)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = f"WAKEFUL_{'_'.join(map(str, first['loc']))}".upper()
        raise UsageError(
            f"the environment variable {name} is wrong: {first['msg']}", "set it right, or unset it"
        ) from None
