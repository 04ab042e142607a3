"""Takes the picture in the README: the clinic's page with its widgets opened. `python -m tests.picture`."""

import shutil

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import NAMES, QUIET
from tests.browser.hosting import library, partner_site
from tests.readme import ROOT

PICTURE = ROOT / "docs/library.png"
WIDTH, HEIGHT = 1280, 1400


def opened(page: Page) -> None:
    """Go down one topic, open the card, and leave nothing focused."""
    browser, card = page.locator("health-topic-browser"), page.locator("health-article-card")
    browser.get_by_role("link", name="Heart and circulation", exact=True).click()
    browser.get_by_role("heading", name="Heart and circulation").wait_for()
    card.locator(".button").first.click()
    card.locator(".prose").wait_for()
    page.locator("health-appointment-cta").scroll_into_view_if_needed()
    page.locator("health-appointment-cta .button").wait_for()
    page.mouse.move(1, 1)
    page.evaluate("() => { for (const host of document.querySelectorAll('*')) host.shadowRoot?.activeElement?.blur(); scrollTo(0, 0); }")


def take(chromium: Browser, address: str) -> None:
    """Write the picture of the page at this address."""
    page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", locale="en-US", reduced_motion="reduce")
    page.goto(address, wait_until="networkidle")
    opened(page)
    page.screenshot(path=PICTURE, clip={"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}, animations="disabled")


def main() -> None:
    """Start a library, a partner's site and a browser, and take the picture."""
    with library() as server, partner_site(server.url) as partner, sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, NAMES)))
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        take(chromium, f"{partner.url}/clinic.html")
        chromium.close()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
