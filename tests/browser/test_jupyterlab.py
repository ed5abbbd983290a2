"""The stepper's widget in a real JupyterLab: keys, clicks, Python, and life without a kernel."""

import re
import subprocess
import sys
import time

import nbformat
import pytest

from tests.browser.jupyterlab import ROOT, Lab, write_notebook

STEP = """\
import autograd as ag
from autograd import Value
w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.5, label="b")
stepper = ag.step(ag.tanh(w * x + b))
stepper
"""
LESSONS = [
    ROOT / "notebooks" / language / f"{name}.ipynb"
    for language, name in (("ko", "01_the_neuron"), ("en", "03_forward_propagation"))
]
STILL = "[data-glassgrad-still]"


@pytest.fixture(scope="module")
def book(server):
    return write_notebook(server.folder / "step.ipynb", STEP, "0").name


def test_browser_and_python_move_together(lab, book, pictures):
    one = lab(book)
    assert one.count() == "1 / 7"
    one.widget.locator(".picture").click(position={"x": 5, "y": 5})
    for key in ("ArrowRight", "ArrowRight", "n"):
        one.page.keyboard.press(key)
    one.wait_for("4 / 7")
    one.shot(pictures, "stepped")
    assert one.python("print(stepper.index)") == "3"
    one.python("stepper.index = 5")
    one.wait_for("6 / 7")
    one.widget.locator('.picture [id="v2"]').click()
    one.wait_for("7 / 7")  # in backpropagation: where v2 passes its gradient on
    assert one.python("print(stepper.index)") == "6"
    one.widget.locator(".buttons .first").click()
    one.page.keyboard.press("ArrowRight")
    one.wait_for("2 / 7")
    assert one.python("print(stepper.index)") == "1"


def test_keys_in_the_widget_are_not_jupyterlabs(lab, book):
    one = lab(book)
    cells = one.page.locator(".jp-CodeCell")
    before = cells.count()
    one.widget.locator(".buttons .next").focus()
    active = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    index = one.page.evaluate(active)
    for key in ("ArrowDown", "ArrowUp", "ArrowRight", "End", "Home", *"abddx", "p", "n"):
        one.page.keyboard.press(key)
    assert cells.count() == before
    assert one.page.evaluate(active) == index
    one.wait_for("4 / 7")


def test_keys_that_a_notebook_takes_on_their_way_down_reach_the_widget(lab, book):
    one = lab(book)
    # As Notebook 7 does with the arrows to the right and left.
    one.page.evaluate(
        """() => document.addEventListener("keydown", (event) => {
            event.preventDefault();
            event.stopImmediatePropagation();
        }, true)"""
    )
    one.widget.locator(".picture").click(position={"x": 5, "y": 5})
    one.page.keyboard.press("ArrowRight")
    one.wait_for("2 / 7")


def test_the_widget_hides_its_still_picture(lab, book):
    one = lab(book)
    assert one.page.locator(STILL).count() == 1
    assert not one.page.locator(STILL).is_visible()


def test_dark_follows_jupyterlabs_theme_and_not_the_system(lab, book, pictures):
    one = lab(book, color_scheme="dark")
    assert one.widget.get_attribute("data-theme") == "light"
    one.command("apputils:change-theme", theme="JupyterLab Dark")
    one.page.wait_for_selector(".glassgrad[data-theme=dark]")
    one.widget.locator(".buttons .last").click()
    one.shot(pictures, "dark")
    one.command("apputils:change-theme", theme="JupyterLab Light")
    one.page.wait_for_selector(".glassgrad[data-theme=light]")


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_to_its_end(lab, server, pictures, lesson):
    name = f"{lesson.parent.name}-{lesson.name}"
    (server.folder / name).write_text(lesson.read_text(encoding="utf-8"), encoding="utf-8")
    one = lab(name, run=False)
    one.command("notebook:run-all-cells")
    cells = sum(cell.cell_type == "code" for cell in nbformat.read(lesson, 4).cells)
    # The state of each cell, not what is on the screen: JupyterLab draws only what is in view.
    state = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
        .filter((cell) => cell.cell_type === "code")
        .map((cell) => [cell.execution_count, cell.outputs.some((o) => o.output_type === "error")])
    """
    end = time.monotonic() + 120
    found = one.page.evaluate(state)
    while not all(count for count, _ in found):
        assert not any(failed for _, failed in found), found
        assert time.monotonic() < end, found
        one.page.wait_for_timeout(200)
        found = one.page.evaluate(state)
    assert len(found) == cells
    assert not any(failed for _, failed in found)
    one.shot(pictures, name.removesuffix(".ipynb"))


@pytest.fixture(scope="module")
def saved(browser, server):
    """A notebook that was run and saved, and whose kernel is gone."""
    path = write_notebook(server.folder / "saved.ipynb", STEP)
    context = browser.new_context(viewport={"width": 1400, "height": 1300})
    one = Lab(context.new_page(), server, path.name)
    one.command("docmanager:save")
    end = time.monotonic() + 20
    while STILL[1:-1] not in path.read_text(encoding="utf-8"):
        assert time.monotonic() < end
        time.sleep(0.1)
    one.command("kernelmenu:shutdown")
    context.close()
    return path


def sees_the_still(page):
    image = page.locator(".jp-OutputArea img[src^='data:image/svg+xml']")
    image.wait_for(timeout=30_000)
    assert image.evaluate("(one) => one.complete && one.naturalWidth") > 100
    assert image.bounding_box()["width"] > 100
    page.locator("summary", has_text="The 7 steps").click()
    assert page.locator("li:visible", has_text="w*x").first.is_visible()


def test_reopened_without_its_kernel_it_still_shows_the_picture(lab, saved, pictures):
    one = lab(saved.name, run=False)
    sees_the_still(one.page)
    assert one.page.get_by_text("run this cell again").is_visible()
    one.shot(pictures, "reopened")


def test_a_notebook_that_is_not_trusted_shows_the_picture_too(lab, saved, pictures):
    path = saved.with_name("stranger.ipynb")
    path.write_text(re.sub(r"import autograd as ag", "import autograd", saved.read_text()))
    one = lab(path.name, run=False)
    sees_the_still(one.page)
    one.shot(pictures, "stranger")


def test_exported_by_nbconvert_it_still_shows_the_picture(browser, server, saved, pictures):
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", str(saved)],
        env=server.environment, check=True, capture_output=True,
    )  # fmt: skip
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(saved.with_suffix(".html").as_uri())
    sees_the_still(page)
    page.screenshot(path=pictures / "nbconvert.png", full_page=True)
    context.close()
