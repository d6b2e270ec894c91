"""Status pages, by the last part of their address."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, cast

from controller.store.reading.query import Reader, plain
from specs.resource import typed
from specs.status_page import StatusPage


@dataclass(frozen=True, slots=True)
class Published:
    """A live status page. `monitors` are those behind its components, each once."""

    workspace: str
    slug: str
    spec: StatusPage

    @property
    def monitors(self) -> list[str]:
        """The names of the monitors behind its components, each once."""
        return list(dict.fromkeys(name for component in self.spec.components for name in component.monitors or ()))


# What only some may see is shown to nobody as long as we cannot tell who asks.
_SELECT = """
    SELECT workspace, coalesce(spec ->> 'slug', name) AS slug, spec FROM resource
    WHERE kind = 'StatusPage' AND deleted_at IS NULL AND spec -> 'access' IS NULL
"""


async def by_slug(reader: Reader, slug: str) -> Published | None:
    """The page at /status/{slug}."""
    row = await reader.fetchrow(f"{_SELECT} AND coalesce(spec ->> 'slug', name) = $1 ORDER BY id LIMIT 1", slug)
    return _published(row) if row else None


async def every(reader: Reader) -> list[Published]:
    """All pages, by workspace and slug."""
    return [_published(row) for row in await reader.fetch(f"{_SELECT} ORDER BY workspace, slug")]


async def slugs_by_monitor(reader: Reader) -> dict[tuple[str, str], list[str]]:
    """(workspace, monitor) → the pages that show it."""
    found = defaultdict[tuple[str, str], list[str]](list)
    for page in await every(reader):
        for name in page.monitors:
            found[page.workspace, name].append(page.slug)
    return found


def _published(row: Any) -> Published:
    return Published(row["workspace"], row["slug"], cast(StatusPage, typed("StatusPage", plain(row["spec"]))))
