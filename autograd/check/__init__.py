"""Trusting: gradients checked against finite differences, and tests for anyone's own engine.

In order: `gradients` is `gradcheck`, `one_order` what it asks at each order: `recorded` runs the
graph again, `differences` is what numbers say, `rules` checks each operation by itself, `sweeps`
that all uses count, `blame` looks for who is wrong when differentiated again; `verdict` is what was
found, `words` says it. `strategies` draws random tests, `conformance` asks any engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd.check.differences import Comparison, compare
from autograd.check.gradients import assert_gradients, gradcheck
from autograd.check.verdict import Verdict

if TYPE_CHECKING:
    from autograd.check.conformance import EngineConformance, EngineError, Report, check_engine

# What is imported when first asked for: it takes time, and most programs need none of it.
_LAZY = {
    "EngineConformance": "autograd.check.conformance",
    "EngineError": "autograd.check.conformance",
    "Report": "autograd.check.conformance",
    "check_engine": "autograd.check.conformance",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'autograd.check' has no attribute {name!r}")


__all__ = [
    "Comparison",
    "EngineConformance",
    "EngineError",
    "Report",
    "Verdict",
    "assert_gradients",
    "check_engine",
    "compare",
    "gradcheck",
]
