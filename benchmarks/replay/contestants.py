"""All who take part, and in which ways; each is imported when it is prepared, never before."""

from collections.abc import Callable
from importlib import import_module
from shutil import which
from typing import Any

from benchmarks.peers import CASADI, HIPS, JAX, LLVM, MICROGRAD, OURS, TORCH, Peer
from benchmarks.replay.contest import EXACT, FAST, Contestant
from benchmarks.replay.elsewhere import Elsewhere
from benchmarks.replay.run import Timed


class PeerWithCompiler(Peer):
    """A peer where there is gcc, too."""

    def is_installed(self) -> bool:
        """Whether both are there."""
        return super().is_installed() and which("gcc") is not None


CASADI_GCC = PeerWithCompiler(CASADI.name, CASADI.module, CASADI.distribution, CASADI.install)


def _way(name: str, peer: Peer, file: str, function: str, **options: Any) -> Contestant:
    """The function of a file of this folder that makes a workload ready."""

    def prepare(workload: str) -> Timed:
        way = getattr(import_module(f"benchmarks.replay.{file}"), function)
        ready: Timed = way(workload, **options)
        return ready

    return Contestant(name, peer, prepare)


def _hips(way: str) -> Callable[[str], Timed]:
    return lambda workload: Elsewhere(HIPS.python, way, workload)


# Value and gradient of a function: benchmarks/replay/functions.py.
CALL_EXACT = _way(EXACT, LLVM, "with_glassgrad", "compiled_call", mode="exact")
CALL_FAST = _way(FAST, LLVM, "with_glassgrad", "compiled_call", mode="fast")
CALL_EXACT_ARRAY = _way(
    EXACT + ", array", LLVM, "with_glassgrad", "compiled_call", mode="exact", as_arrays=True
)
CALL_FAST_ARRAY = _way(
    FAST + ", array", LLVM, "with_glassgrad", "compiled_call", mode="fast", as_arrays=True
)
CALL_FIRST = _way(
    EXACT + ", first tier", LLVM, "with_glassgrad", "compiled_call", mode="exact", first_tier=True
)
CALL_PYTHON = _way(
    "glassgrad python", OURS, "with_glassgrad", "compiled_call", mode="exact", backend="python"
)
CALL_EAGER = _way("glassgrad eager", OURS, "with_glassgrad", "eager_call")
CALL_CASADI = _way("casadi VM, in its arrays", CASADI, "with_casadi", "machine_call")
CALL_CASADI_PYTHON = _way("casadi VM, called from Python", CASADI, "with_casadi", "python_call")
CALL_CASADI_GCC = _way(
    "casadi gcc, in its arrays", CASADI_GCC, "with_casadi", "machine_call", gcc=True
)
CALL_JAX = _way("jax.jit", JAX, "with_jax", "awaited_call")
CALL_JAX_FLOATS = _way("jax.jit, floats in and out", JAX, "with_jax", "call_with_floats")
CALL_JAX_PACKED = _way("jax, one array in and out", JAX, "with_jax", "packed_call")
CALL_TORCH = _way("torch eager", TORCH, "with_torch", "eager_call")
CALL_TORCH_COMPILED = _way("torch compile", TORCH, "with_torch", "compiled_call")
CALL_MICROGRAD = _way("micrograd", MICROGRAD, "with_micrograd", "call")
CALL_HIPS = Contestant(HIPS.name, HIPS, _hips("call"))

# A step of training: benchmarks/replay/tasks.py.
FIT_EXACT = _way(EXACT + ", nn.fit", LLVM, "with_fit", "Fit", compiled=True)
FIT_FAST = _way(FAST + ", nn.fit", LLVM, "with_fit", "Fit", compiled="fast")
DESCENT_EXACT = _way(EXACT + ", Descent", LLVM, "with_glassgrad", "descent", mode="exact")
DESCENT_FAST = _way(FAST + ", Descent", LLVM, "with_glassgrad", "descent", mode="fast")
REST_EXACT = _way(
    EXACT + ", Descent, at rest", LLVM, "with_glassgrad", "descent", mode="exact", rests=True
)
REST_FAST = _way(
    FAST + ", Descent, at rest", LLVM, "with_glassgrad", "descent", mode="fast", rests=True
)
STEP_EXACT = _way(EXACT + ", a call a step", LLVM, "with_glassgrad", "compiled_step", mode="exact")
STEP_FAST = _way(FAST + ", a call a step", LLVM, "with_glassgrad", "compiled_step", mode="fast")
STEP_EAGER = _way("glassgrad eager", OURS, "with_glassgrad", "eager_step")
STEP_JAX = _way("jax.jit", JAX, "with_jax", "step")
STEP_JAX_FLAT = _way("jax.jit, one flat parameter", JAX, "with_jax", "step", flat=True)
SCAN = _way("jax lax.scan", JAX, "with_jax", "whole")
SCAN_FLAT = _way("jax lax.scan, one flat parameter", JAX, "with_jax", "whole", flat=True)
STEP_TORCH = _way("torch eager", TORCH, "with_torch", "eager_step")
STEP_TORCH_DECAY = _way("torch eager, weight_decay", TORCH, "with_torch", "eager_step", decay=True)
STEP_TORCH_FLAT = _way("torch eager, one flat parameter", TORCH, "with_torch", "eager_flat_step")
STEP_TORCH_COMPILED = _way("torch compile", TORCH, "with_torch", "compiled_step")
STEPS_TORCH_COMPILED = _way("torch compile, steps unrolled", TORCH, "with_torch", "unrolled_steps")
STEPS_CASADI = _way("casadi VM", CASADI, "with_casadi", "steps")
STEPS_CASADI_GCC = _way("casadi gcc", CASADI_GCC, "with_casadi", "steps", gcc=True)
STEP_MICROGRAD = _way("micrograd", MICROGRAD, "with_micrograd", "step")
STEP_HIPS = Contestant(HIPS.name, HIPS, _hips("step"))
