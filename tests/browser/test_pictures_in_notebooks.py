"""Pictures in a real JupyterLab, and in what nbconvert makes of a notebook: nothing is cut off."""

import subprocess
import sys
import time

from tests.browser.jupyterlab import write_notebook

WIDE = """\
import autograd as ag
from autograd import Value
y = Value(0.5, label="x")
for _ in range(8):
    y = ag.tanh(y)
y
"""
# Whether a picture is wider than its cell, and scrolls there to its right end.
SCROLLS = """(picture) => {
    const cell = picture.closest(".jp-OutputArea-output");
    const isWider = picture.getBoundingClientRect().width > cell.clientWidth;
    cell.scrollLeft = 1e6;
    const isSeen = picture.getBoundingClientRect().right < cell.getBoundingClientRect().right + 1;
    return [isWider, ["auto", "scroll"].includes(getComputedStyle(cell).overflowX), isSeen];
}"""


def test_a_picture_wider_than_its_cell_scrolls(lab, server, pictures):
    """The bar is not on the screenshot: Playwright hides scrollbars where no window is open."""
    write_notebook(server.folder / "wide.ipynb", WIDE)
    one = lab("wide.ipynb", run=False, viewport={"width": 1366, "height": 900})
    one.command("notebook:run-all-cells")
    picture = one.page.locator(".jp-OutputArea-output :is(svg, img)").first
    picture.wait_for(timeout=30_000)
    one.shot(pictures, "wide")
    assert picture.evaluate(SCROLLS) == [True, True, True]


FITTING = """\
from autograd import Value
x = Value(1.5, label="x")
((x + 1.0) * 2.0 - 3.0) * x
"""


def test_a_picture_wider_than_the_page_shrinks_to_it(browser, lab, server, pictures):
    path = write_notebook(server.folder / "fitting.ipynb", FITTING)
    one = lab(path.name, run=False)
    one.command("notebook:run-all-cells")
    shows_it_whole(one.page, 1150)
    one.shot(pictures, "fitting")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", str(path)],
        env=server.environment, check=True, capture_output=True,
    )  # fmt: skip
    context = browser.new_context()
    page = context.new_page()
    page.goto(path.with_suffix(".html").as_uri())
    shows_it_whole(page, 900)
    context.close()


def shows_it_whole(page, width):
    """In a window that is narrower than the picture, and scrolls in one that is much narrower."""
    page.set_viewport_size({"width": width, "height": 700})
    image = page.locator(".jp-OutputArea-output img")
    image.wait_for(timeout=30_000)
    waits_until(page, image, "(one) => one.complete && one.width < one.naturalWidth")
    right = image.evaluate("(one) => one.closest('.jp-OutputArea').getBoundingClientRect().right")
    box = image.bounding_box()
    assert box["x"] + box["width"] <= right + 1
    page.set_viewport_size({"width": width - 500, "height": 700})
    waits_until(page, image, "(one) => Math.abs(one.width - 0.6 * one.naturalWidth) < 2")


def waits_until(page, image, condition):
    end = time.monotonic() + 10.0
    while not image.evaluate(condition):
        assert time.monotonic() < end, image.evaluate("(one) => [one.width, one.naturalWidth]")
        page.wait_for_timeout(100)
