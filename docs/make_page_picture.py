"""docs/page.png: the page of a release, light and dark and on a phone, as a picture for the README.

    python -m docs.make_page_picture        (make picture)

A release of invented newspapers (``made_up_papers``), the second of two, in headless Chromium; needs Debian's chromium
(``make system``) and the development extra.
"""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from docs.made_up_papers import a_day_later, made_up_store
from tasks.release import Publication, ReleaseFacts
from tests.release.page.browser import launched
from tests.release.store import DAY

PICTURE = Path(__file__).with_name("page.png")
PUBLICATION = Publication(
    title="Forty small papers",
    summary="Articles of forty invented newspapers: cleaned, deduplicated, documented, versioned.",
    license="cc0-1.0",
)
# Width and height of each view, and where it stands in the picture.
_VIEWS = {"light": (1100, 1500, "light"), "dark": (1100, 1500, "dark"), "phone": (390, 1500, "light")}
_ANCHORS = {"light": "", "dark": "#quality", "phone": "#sample"}
_WIDTH = 1800


def main() -> None:
    """Make two releases, and the picture of the second one's page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        page = made_up_page(Path(folder))
        browser = launched(driver)
        shots = {name: _shot(browser, page, name) for name in _VIEWS}
        PICTURE.write_bytes(_beside(browser, shots))
        browser.close()


def made_up_page(folder: Path) -> Path:
    """index.html of the second of two releases."""
    store = made_up_store(folder)
    for number in (1, 2):
        read = len(store.documents) + len(store.rejects)
        facts = ReleaseFacts(store_version=number, published_on=DAY, pages_read=read, publication=PUBLICATION)
        release = store.publish(f"2026.11.{21 + number}", facts=facts)
        a_day_later(store) if number == 1 else None
    return release / "index.html"


def _shot(browser: Browser, page: Path, name: str) -> bytes:
    width, height, colours = _VIEWS[name]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=colours, reduced_motion="reduce"
    )
    tab = context.new_page()
    tab.goto(page.as_uri() + _ANCHORS[name])
    tab.wait_for_timeout(400)  # until the charts above are as high as they get, and scrolling has come to rest
    if _ANCHORS[name]:
        tab.evaluate(f"document.querySelector('{_ANCHORS[name]}').scrollIntoView()")
        tab.wait_for_timeout(200)
    shot = tab.screenshot()
    context.close()
    return shot


def _beside(browser: Browser, shots: dict[str, bytes]) -> bytes:
    """The views in one picture, side by side."""
    views = "".join(
        f'<img style="width:{_VIEWS[name][0] / sum(v[0] for v in _VIEWS.values()) * 96:.2f}%" '
        f'src="data:image/png;base64,{base64.b64encode(shot).decode()}">'
        for name, shot in shots.items()
    )
    style = (
        "body{margin:0;padding:16px;background:#c9c6bd;display:flex;gap:1%;align-items:start} img{border-radius:6px}"
    )
    tab = browser.new_page(viewport={"width": _WIDTH, "height": 600})
    tab.set_content(f"<style>{style}</style>{views}")
    tab.wait_for_timeout(200)
    return tab.screenshot(full_page=True)


if __name__ == "__main__":
    main()
