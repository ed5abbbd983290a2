"""The engines that take part: what each is called, where it comes from, whether it is installed."""

import importlib
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distributions, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Peer:
    """An engine, ours among them.

    Args:
        name: how the tables call it.
        module: the module that must be importable.
        distribution: the package on PyPI, whose version is shown.
        install: the command that installs it.
    """

    name: str
    module: str
    distribution: str
    install: str

    def is_installed(self) -> bool:
        """Whether its module can be found; another package of the same name does not count."""
        try:
            return find_spec(self.module) is not None
        except ModuleNotFoundError:  # the package around it is missing
            return False

    def version(self) -> str:
        """Its version, or `unpackaged` for a plain checkout."""
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return "unpackaged"


@dataclass(frozen=True)
class PeerElsewhere(Peer):
    """A peer that cannot be installed beside ours and has an environment of its own.

    Args:
        python: the interpreter of that environment.
    """

    python: Path

    def is_installed(self) -> bool:
        """Whether that environment has it."""
        return self.python.exists() and self.version() != "unpackaged"

    def version(self) -> str:
        """Its version there, or `unpackaged`."""
        folders = map(str, self.python.parents[1].glob("lib/python3.*/site-packages"))
        found = distributions(name=self.distribution, path=list(folders))
        return next((each.version for each in found), "unpackaged")


@dataclass(frozen=True)
class ValueEngine(Peer):
    """A peer that runs micrograd's programs: it has a class `Value`, and an `MLP` made of it.

    Args:
        nn_module: where its MLP is; its Value is in `module`.
        inputs_name: the attribute of a Value that holds what it was made from.
    """

    nn_module: str
    inputs_name: str

    def value(self) -> Any:
        """Its class `Value`; untyped, as peers ship no type information."""
        return importlib.import_module(self.module).Value

    def mlp(self) -> Any:
        """Its class `MLP`."""
        return importlib.import_module(self.nn_module).MLP


OURS = ValueEngine("glassgrad", "autograd.value", "glassgrad", "pip install -e .", "nn", "inputs")
MICROGRAD = ValueEngine(
    "micrograd",
    "micrograd.engine",
    "micrograd",
    "pip install micrograd==0.1.0",
    "micrograd.nn",
    "_prev",
)
LLVM = Peer("llvmlite", "llvmlite", "llvmlite", "pip install -e '.[compile]'")  # ours, native
TORCH = Peer("torch", "torch", "torch", "pip install torch==2.13.0")
JAX = Peer("jax", "jax", "jax", "pip install jax jaxlib")
CASADI = Peer("casadi", "casadi", "casadi", "pip install casadi")
HIPS = PeerElsewhere(  # its import name is ours
    "HIPS autograd",
    "autograd",
    "autograd",
    "make bench",
    Path(__file__).resolve().parents[1] / ".venv-bench-hips" / "bin" / "python",
)
PEERS: tuple[Peer, ...] = (OURS, LLVM, MICROGRAD, TORCH, JAX, CASADI, HIPS)


def machine() -> str:
    """One line on what this runs on."""
    system = f"{platform.system()} {platform.release()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_processor()}{_registers()}, {system}, {python}"


def _registers() -> str:
    """Of how many doubles the processor's vectors are, on which compiled programs depend."""
    if not LLVM.is_installed():
        return ""
    from autograd.replay.llvm.machine import register_lanes

    return f" with vectors of {register_lanes()} doubles"


def _processor() -> str:
    """The processor's marketing name where the system tells it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
