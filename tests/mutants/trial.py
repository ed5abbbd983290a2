"""One mutant against some tests, in a process of its own that has the mutant in place of the file.

Owns `start`, which forks: pytest and the libraries are imported once, before, and the engine is
imported by the child alone. No file is changed on disk.
"""

import os
import resource
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

MEMORY = 3 << 30  # bytes: an endless loop that fills a list ends


class _Mutated(SourceFileLoader):
    """Loads another source than the one that stands in the file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


class _Finder:
    """Finds the one module that is replaced."""

    def __init__(self, path: str, source: str) -> None:
        module = path.removesuffix(".py").removesuffix("/__init__")
        self.name = module.replace("/", ".")
        self.path, self.source = path, source

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != self.name:
            return None
        absolute = str(Path(self.path).resolve())
        return spec_from_file_location(name, absolute, loader=_Mutated(name, absolute, self.source))


def prepare() -> None:
    """Import what all children share; called before the first `start`."""
    os.environ |= {
        "CI": "1",  # hypothesis tries the same examples every time
        "HYPOTHESIS_NO_PLUGINS": "1",  # the engine's own would import it here
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
    import hypothesis
    import mpmath
    import numpy
    import pytest
    import scipy.optimize

    del mpmath, numpy, pytest, scipy
    # A mutant found is enough; the smallest example would take minutes.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        database=None,
        phases=phases,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    if any(name == "autograd" or name.startswith("autograd.") for name in sys.modules):
        raise RuntimeError("the engine must not be imported before a mutant takes its place")


def start(file: str, source: str, tests: Sequence[str], seconds: float, output: str) -> int:
    """Begin the trial; its process's id. It exits with 0 only where every test passes.

    Args:
        file: the file that the mutant replaces, relative to the working directory.
        source: the mutant.
        tests: what pytest is given.
        seconds: of processor time after which it is killed, and ten times this on the clock.
        output: where what pytest prints goes.
    """
    child = os.fork()
    if child:
        return child
    os.setsid()
    status = 70
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        limit = int(seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(10 * limit)
        sink = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        sys.meta_path.insert(0, _Finder(file, source))
        status = _pytest(tests)
    finally:
        traceback.print_exc()
        sys.stdout.flush()
        os._exit(status)


class _Registering:
    """Does when pytest is ready what hypothesis does for an installed package."""

    def pytest_collection(self) -> None:
        from autograd._hypothesis import register

        register()


def _pytest(tests: Sequence[str]) -> int:
    import pytest

    options = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # prepare() imported it
    return int(pytest.main([*options, *tests], plugins=[_Registering()]))
