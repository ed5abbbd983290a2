"""The processor that native code is for, and turning a module into code.

Owns what is asked of LLVM for both, and about the processor.
"""

import functools
from typing import Any

import llvmlite.binding as llvm


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
def has_many_registers() -> bool:
    """Whether 32 registers hold eight doubles each (AVX-512), not 16 four or 32 two."""
    return bool(llvm.get_host_cpu_features().get("avx512f"))


def translated(text: str, is_optimised: bool = False) -> llvm.ExecutionEngine:
    """A module as code in this process; the code lives as long as what is returned.

    Args:
        is_optimised: whether LLVM's passes go over it, for code that is made once.
    """
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
