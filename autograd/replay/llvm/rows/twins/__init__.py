"""Twins: functions of the C library written once more, so that they run on all lanes at once.

Owns `TWINS`, what exact mode writes in lanes. Each has the steps by which the GNU C library
computes it, each rounded as there, and is used where the library of this process takes these steps:
before it is written, its bits are compared with the library's, all over its range. Where one
differs, the library is called, lane by lane.
"""

from autograd.replay.llvm.rows.lanes import Body
from autograd.replay.llvm.rows.twins.exponential import exp
from autograd.replay.llvm.rows.twins.hyperbolic import tanh

# In place of functions of the C library, in lanes.
TWINS: dict[str, Body] = {"exp": exp, "tanh": tanh}
# Rows of which several vectors together take less time than one after the other.
TOGETHER = {"tanh"}
