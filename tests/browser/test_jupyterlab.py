"""The stepper's widget in a real JupyterLab: keys, clicks, Python, and life without a kernel."""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
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
KERNEL_IS_IDLE = """() => {
    const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
    return Boolean(context?.isReady && context.session?.kernel?.status === "idle");
}"""
STILL = "[data-glassgrad-still]"


def write_notebook(path, *cells):
    """A notebook of these code cells, without output."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, path)
    return path


class Server:
    """A JupyterLab with folders of its own, so that nothing of the user's is read or written."""

    def __init__(self, folder):
        self.folder = folder / "notebooks"
        self.folder.mkdir()
        self.runtime = folder / "runtime"
        self.token = secrets.token_hex(16)
        names = ("config", "data", "runtime")
        homes = {f"JUPYTER_{name.upper()}_DIR": str(folder / name) for name in names}
        self.environment = os.environ | homes | {
            "IPYTHONDIR": str(folder / "ipython"), "PYTHONPATH": str(ROOT), "HOME": str(folder),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }  # fmt: skip
        self.log = (folder / "log.txt").open("w", encoding="utf-8")
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
                f"--ServerApp.root_dir={self.folder}", f"--IdentityProvider.token={self.token}",
                "--ServerApp.port=0", "--ServerApp.ip=127.0.0.1",
                "--LabApp.expose_app_in_browser=True",
            ],
            env=self.environment, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        self.url = self._wait()

    def _wait(self, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for file in self.runtime.glob("jpserver-*.json"):
                port = json.loads(file.read_text())["port"]
                if port:
                    return f"http://127.0.0.1:{port}"
            assert self.process.poll() is None, Path(self.log.name).read_text()
            time.sleep(0.2)
        raise AssertionError(Path(self.log.name).read_text())

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("jupyter"))
    yield server
    server.close()


class Lab:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page, server, name, run=True):
        self.page = page
        page.goto(f"{server.url}/lab/tree/{name}?reset&token={server.token}")
        self.wait_until(KERNEL_IS_IDLE, 90.0)  # before the first key, and the first command
        if run:
            self.command("notebook:run-all-cells")
            self.widget.wait_for(timeout=60_000)

    @property
    def widget(self):
        return self.page.locator(".jp-OutputArea .glassgrad")

    def command(self, name, **options):
        """Start a command of JupyterLab, and do not wait: what it promises may never come."""
        self.page.evaluate(
            "([name, options]) => { window.jupyterapp.commands.execute(name, options); }",
            [name, options],
        )

    def wait_until(self, condition, seconds):
        """Wait until a function of JavaScript gives true."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"still not: {condition}"
            self.page.wait_for_timeout(100)

    def count(self):
        return self.widget.locator(".count").inner_text()

    def wait_for(self, place, seconds=10.0):
        end = time.monotonic() + seconds
        while self.count() != place:
            assert time.monotonic() < end, f"{self.count()}, not {place}"
            self.page.wait_for_timeout(50)

    def python(self, code):
        """Run `code` in the last cell, as a user would type it, and return what it prints."""
        cell = self.page.locator(".jp-CodeCell").last
        editor = cell.locator(".cm-content")
        editor.click()
        self.page.keyboard.press("ControlOrMeta+a")
        mark = secrets.token_hex(4)
        self.page.keyboard.insert_text(f"{code}; print('{mark}')")
        self.page.keyboard.press("Control+Enter")
        output = cell.locator(".jp-OutputArea-output").filter(has_text=mark)
        output.wait_for(timeout=30_000)
        return output.inner_text().replace(mark, "").strip()

    def shot(self, folder, name):
        self.page.screenshot(path=folder / f"jupyterlab-{name}.png")


@pytest.fixture
def lab(browser, server, pictures):
    """Opens a notebook in JupyterLab by name."""
    contexts = []

    def open_lab(name, run=True, **options):
        settings = {"locale": "en-US", "viewport": {"width": 1400, "height": 1300}} | options
        context = browser.new_context(**settings)
        contexts.append(context)
        return Lab(context.new_page(), server, name, run)

    yield open_lab
    for context in contexts:
        context.close()


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
