"""The processor that native code is for, and turning a module into code.

Owns what is asked of LLVM for both, and about the processor.
"""

import functools
from typing import Any

import llvmlite.binding as llvm

from autograd.replay.handlers import put_off


def machine() -> llvm.TargetMachine:
    """This processor, with all that it can do; whatever engine it is given to keeps it."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=1,
        jit=True,
    )


@functools.cache
def register_lanes() -> int:
    """How many doubles one of its vector registers holds: 8 (AVX-512), 4 (AVX2), else 2."""
    features = llvm.get_host_cpu_features()
    return 8 if features.get("avx512f") else 4 if features.get("avx2") else 2


@functools.cache
def n_registers() -> int:
    """How many vectors of eight doubles its registers hold.

    32 with AVX-512. AVX2 has 16 registers of half that, NEON 32 of a quarter; of other processors
    16 of a quarter are expected.
    """
    n = 32 if llvm.get_host_cpu_features().get("neon") else 16
    return 32 if register_lanes() == 8 else n * register_lanes() // 8


@functools.cache
def any_register() -> str:
    """What LLVM calls any of its vector registers, where assembly is given numbers; "" if unknown.

    LLVM Language Reference, "Supported Constraint Code List".
    """
    name = llvm.get_process_triple().partition("-")[0]
    if name == "x86_64":
        return "v" if register_lanes() == 8 else "x"
    return "w" if name in ("aarch64", "arm64") else ""


def lanes_in_order() -> int:
    """Of how many doubles one instruction changes the order as it is told; 1 if there is none."""
    return register_lanes() if register_lanes() > 2 else 1


def translated(text: str, is_optimised: bool = False) -> llvm.ExecutionEngine:
    """A module as code in this process; the code lives as long as what is returned.

    Args:
        is_optimised: whether LLVM's passes go over it, for code that is made once.

    A Ctrl-C meanwhile is heard at the end: an engine takes over the module and the machine a few
    bytecodes before these are told so, and who breaks in between frees them twice, which ends the
    process. Nothing breaks into LLVM itself.
    """
    return put_off(lambda: _engine(text, is_optimised))


def _engine(text: str, is_optimised: bool) -> llvm.ExecutionEngine:
    """What `translated` returns; all else that LLVM needed is freed here, too."""
    module, target = llvm.parse_assembly(text), machine()
    module.triple, module.data_layout = target.triple, str(target.target_data)
    if is_optimised:
        options = llvm.create_pipeline_tuning_options(speed_level=3)
        passes = llvm.create_pass_builder(target, options)
        passes.getModulePassManager().run(module, passes)
    engine = llvm.create_mcjit_compiler(module, target)
    engine.finalize_object()
    return engine


def function_of(engine: llvm.ExecutionEngine, kind: Any, name: str) -> Any:
    """A function of the engine's code as one of ctypes, which keeps that code.

    Two threads that need it for the first time may both make it: what the cache does not keep is to
    live until its caller is through with it.
    """
    found = kind(engine.get_function_address(name))
    found.engine = engine
    return found
