"""How long a stepper's page takes: python -m tests.browser.opens (with .venv-browser).

Owns the measurement: milliseconds until a long chain's page is there, and of each key on it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from autograd.view.page import stepper_page
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.stepper_sample import chain

KEYS = ("End", "ArrowLeft", "Home")
PRESS = """(key) => {
  const begin = performance.now();
  document.querySelector('.glassgrad').dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true }));
  return performance.now() - begin;
}"""


def opening(page: Page) -> float:
    """ms until the page, once more, counts its records."""
    begin = time.perf_counter()
    page.reload()
    page.locator(".count").wait_for()
    return 1e3 * (time.perf_counter() - begin)


def main() -> None:
    """Print a line for each length."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        for length in (150, 1_500, 15_000):
            path = Path(folder, f"{length}.html")
            path.write_text(stepper_page(chain(length)), encoding="utf-8")
            page.goto(path.as_uri())
            opened = min(opening(page) for _ in range(3))
            keys = ", ".join(f"{key} {page.evaluate(PRESS, key):.1f}" for key in KEYS)
            print(f"{2 * length + 1} records: opens in {opened:.0f} ms; {keys} ms")
        browser.close()


if __name__ == "__main__":
    main()
