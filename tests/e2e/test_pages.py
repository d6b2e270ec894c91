"""Both pages in a real browser: they say what is true, need no script, and ask nobody else."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.house import House, until

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.e2e, pytest.mark.browser]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Where there is none, this is skipped at home and fails in CI."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine")
    assert found is not None, "CI needs Chromium: .ci/run installs it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The quickstart on a port of its own, with one monitor that is down."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(ROOT / "examples/quickstart", folder / "specs")
    one = House(folder, "specs")
    for file in (folder / "specs").glob("*.yaml"):
        file.write_text(file.read_text().replace("8080", str(one.port)))
    down = "---\napiVersion: wakeful.dev/v1\nkind: Monitor\nmetadata: {name: nobody-there}\n"
    down += "spec: {every: 1s, timeout: 1s, tcp: {host: 127.0.0.1, port: 9}}\n"
    (folder / "specs/extra.yaml").write_text(down)
    page = folder / "specs/page.yaml"
    page.write_text(page.read_text() + "    - name: Ghost\n      monitors: [nobody-there]\n")
    with one:
        until(lambda: one.monitor("wakeful-ready")["health"] == "up", 30, "the quickstart is up")
        until(lambda: one.monitor("nobody-there")["health"] == "down", 10, "the ghost is down")
        yield one


def visit(browser: Browser, house: House, path: str, *, width: int, dark: bool) -> tuple[Page, list[str]]:
    """A page without scripts, and every request it made."""
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(house.url + path, wait_until="networkidle")
    if folder := os.environ.get("SCREENSHOTS"):
        name = f"{path.strip('/').replace('/', '-') or 'overview'}-{width}-{scheme}.png"
        page.screenshot(path=Path(folder) / name, full_page=True)
    return page, asked


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390], ids=["laptop", "phone"])
@pytest.mark.parametrize("path", ["/", "/status/quickstart"], ids=["overview", "status page"])
def test_a_page_needs_nobody_else_and_fits_the_screen(
    browser: Browser, house: House, path: str, width: int, dark: bool
) -> None:
    page, asked = visit(browser, house, path, width=width, dark=dark)

    assert all(url.startswith((house.url, "data:")) for url in asked), asked
    box = page.locator("body").bounding_box()
    assert box is not None
    assert box["width"] <= width
    assert page.title() != ""
    page.context.close()


def test_the_status_page_says_what_is_down_and_what_nobody_knows(browser: Browser, house: House) -> None:
    page, _ = visit(browser, house, "/status/quickstart", width=1280, dark=False)

    text = page.locator("body").inner_text().lower()
    assert "ghost" in text
    assert "down" in page.get_by_role("status").first.inner_text().lower()
    assert "unknown" in text or "no data" in text
    assert "all systems operational" not in text
    assert "local-webhook" not in text, "the public is not told whom we tell"
    page.context.close()


def test_the_overview_puts_what_is_wrong_first(browser: Browser, house: House) -> None:
    page, _ = visit(browser, house, "/", width=1280, dark=False)

    text = page.locator("body").inner_text()
    assert text.index("nobody-there") < text.index("wakeful-port")
    assert "connection refused" in text
    page.context.close()
