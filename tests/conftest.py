"""What every test runs under: hypothesis profiles, and the wheel that packaging tests install."""

import os
import signal
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Where the tests run in the background of a shell, Ctrl-C is ignored, and every child inherits
# that; the tests of Ctrl-C in children need what a user has.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]

# Shared machines are slow at times: a deadline would only measure that. In CI every run tries the
# same examples, so that a failure there can be repeated here.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def only_the_engines_rows() -> Iterator[None]:
    """Rows that a test adds to the table are its own: other tests go through all there are."""
    table = getattr(sys.modules.get("autograd.op"), "TABLE", {})
    before = {**table}
    yield
    for name in table.keys() - before.keys():
        del table[name]


@pytest.fixture(autouse=True)
def no_remembered_programs() -> None:
    """What a test changes in how programs are made is to be in those that it runs."""
    remembered = sys.modules.get("autograd.replay.llvm.remembered")
    if remembered is not None:
        remembered.forget()


@dataclass
class Environment:
    """A virtual environment made for one test module, outside the repository."""

    path: Path

    @property
    def python(self) -> Path:
        folder, suffix = ("Scripts", ".exe") if sys.platform == "win32" else ("bin", "")
        return self.path / folder / f"python{suffix}"

    @property
    def site_packages(self) -> Path:
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        return Path(self.run("-c", code).stdout.strip())

    def pip(self, *arguments: str) -> None:
        result = self.run("-m", "pip", "--disable-pip-version-check", "--quiet", *arguments)
        assert result.returncode == 0, result.stderr

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run this environment's Python, by default where nothing of the repository is in reach."""
        variables = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        variables["PYTHONUTF8"] = "1"
        return subprocess.run(
            [self.python, *arguments],
            cwd=cwd or self.path,
            env=variables,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )


MakeEnvironment = Callable[[str], Environment]


@pytest.fixture(scope="session")
def make_environment(tmp_path_factory: pytest.TempPathFactory) -> MakeEnvironment:
    """Makes an empty virtual environment with pip in it."""

    def make(name: str) -> Environment:
        path = tmp_path_factory.mktemp(name)
        venv.create(path, with_pip=True, symlinks=sys.platform != "win32")
        return Environment(path)

    return make


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as a user gets it, built once for all tests."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    result = subprocess.run(build, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Writes an engine's source into the current folder; returns what `check_engine` is given."""
    monkeypatch.chdir(tmp_path)

    def write(source: str, name: str = "engine.py") -> str:
        (tmp_path / name).write_text(source, encoding="utf-8")
        return f"./{name}"

    return write
