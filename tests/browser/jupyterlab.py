"""A real JupyterLab, with folders of its own, and a notebook that is open in it.

Owns how it is started, and what can be done there; the fixtures `server` and `lab` are in conftest.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
KERNEL_IS_IDLE = """() => {
    const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
    return Boolean(context?.isReady && context.session?.kernel?.status === "idle");
}"""


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
