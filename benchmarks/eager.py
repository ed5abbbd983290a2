"""The suite `eager`: recording a graph and backpropagating through it, one program for each engine.

Owns which workloads it has, who takes part and what the project promises. The peers are engines
that run micrograd's programs.
"""

from benchmarks import moons_step, random_graph
from benchmarks.peers import MICROGRAD, OURS
from benchmarks.suite import MemoryLimit, Suite
from benchmarks.workload import Target

ENGINES = (OURS, MICROGRAD)

SUITE = Suite(
    "eager",
    "recording graphs and backpropagating through them",
    (
        random_graph.workload(
            "random-graph",
            "build 1e5 random operations (+ - * / **2 **-0.5 relu) and backpropagate",
            random_graph.MIXED,
            ENGINES,
            (Target("micrograd", on=2.5, off=1.5),),
        ),
        random_graph.workload(
            "random-graph-single",
            "the same of operations that are one node in micrograd too (+ * **2 **-0.5 relu)",
            random_graph.SINGLE,
            ENGINES,
        ),
        moons_step.workload(
            "moons-step",
            "training step of micrograd's demo: MLP 2-16-16-1, 100 moons, hinge + L2, full batch",
            ENGINES,
            (Target("micrograd", on=15.0, off=5.0),),
        ),
    ),
    MemoryLimit(ENGINES, bytes_a_node=220.0),
)
