"""Templates → pages, with the one style sheet inside and a policy that allows nothing else."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response

from api.pages import words
from controller.decisions.observation import Health

_FOLDER = Path(__file__).parent.parent / "templates"
_COLOURS = {Health.UP: "1a7f4b", Health.DEGRADED: "b7791f", Health.DOWN: "c22f2f", Health.UNKNOWN: "6b7480"}


def _squeezed(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css)).replace(";}", "}").strip()


STYLE = _squeezed((_FOLDER / "style.css").read_text())
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"style": STYLE, "words": words.WORDS, "colours": _COLOURS}
    environment.filters |= {
        "percent": words.percent,
        "span": words.span,
        "latency": words.latency,
        "day": words.day,
        "time": words.time,
        "exact": words.exact,
    }
    return environment


def render(template: str, **values: Any) -> bytes:
    """A page. Every value is escaped."""
    return _environment().get_template(template).render(**values).encode()


def response(page: bytes, status: int = 200, cache: str = "no-cache") -> Response[bytes]:
    """A page as a response, with its policy."""
    return Response(
        page,
        status_code=status,
        media_type="text/html",
        headers={"content-security-policy": POLICY, "cache-control": cache},
    )


def apology(status: int, detail: str) -> Response[bytes]:
    """The page for a status that is an error."""
    title = {404: "There is no such page", 503: "We cannot tell at the moment"}.get(status, "That did not work")
    return response(render("error.html", title=title, status=status, detail=detail), status, "no-store")
