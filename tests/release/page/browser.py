"""Debian's Chromium, headless, as the tests of the pages and docs/make_page_picture.py start it."""

from __future__ import annotations

from playwright.sync_api import Browser, Playwright

CHROMIUM = "/usr/bin/chromium"
# It runs as root, without a GPU, on a machine without a network, and asks nobody for anything.
_SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
]  # fmt: skip


def launched(driver: Playwright) -> Browser:
    """A browser with a profile of its own that is gone when it is closed."""
    return driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=_SWITCHES, timeout=120_000)
