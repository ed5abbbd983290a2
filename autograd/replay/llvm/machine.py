"""The processor that native code is for, and turning a module into code.

Owns the one `TargetMachine` of a process.
"""

from functools import cache

import llvmlite.binding as llvm


@cache
def machine() -> llvm.TargetMachine:
    """This processor, with all that it can do."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=1,
        jit=True,
    )


def translated(text: str) -> llvm.ExecutionEngine:
    """A module as code in this process; the code lives as long as what is returned."""
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = machine().triple, str(machine().target_data)
    engine = llvm.create_mcjit_compiler(module, machine())
    engine.finalize_object()
    return engine
