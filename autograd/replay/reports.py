"""PathReport: what was made of one way through a function or a step, in numbers and in words.

Owns what is told of a program, and how it reads.
"""

from typing import NamedTuple

from autograd.replay.programs import Program
from autograd.replay.tapes.tape import Tape


class PathReport(NamedTuple):
    """One program.

    Attributes:
        layout: what it was made for: the kinds of the arguments.
        nodes: of the recorded graph; operations: of plain arithmetic, derivatives included.
        samples: how many run in the lanes of vectors, or in loops of Python; 0 if none do.
        loops: how many there are for what repeats round after round.
        guards: the comparisons by which it is chosen.
        inputs, outputs: how many numbers a call brings and gets; leaves: those of the inputs that
            are the function's own, such as weights.
        backend: and why it was chosen; tier: "" or what is run for the time being.
        seconds: for recording and translating; bytes: of memory.
        calls_back: rows of each run that Python computes.
        direct: whether native code takes the numbers out of the arguments, with no Python between.
    """

    layout: str
    nodes: int
    operations: int
    samples: int
    loops: int
    guards: int
    inputs: int
    leaves: int
    outputs: int
    backend: str
    tier: str
    seconds: float
    bytes: int
    calls_back: int
    direct: bool

    @classmethod
    def of(
        cls,
        layout: str,
        tape: Tape,
        program: Program,
        n_leaves: int,
        n_outputs: int,
        seconds: float,
        why: str,
    ) -> "PathReport":
        """What was made of a tape.

        Args:
            layout, seconds: as above; n_leaves, n_outputs: `leaves` and `outputs`.
            tape, program: what was recorded, and what runs.
            why: this backend, after its name.
        """
        return cls(
            layout=layout,
            nodes=len(tape.rows),
            operations=program.n_operations,
            samples=program.samples,
            loops=program.loops,
            guards=len(tape.guards),
            inputs=tape.n_inputs - n_leaves,
            leaves=n_leaves,
            outputs=n_outputs,
            backend=program.backend + why,
            tier=program.tier,
            seconds=seconds,
            bytes=program.bytes,
            calls_back=program.n_calls_back,
            direct=program.direct is not None,
        )

    def __str__(self) -> str:
        how = "lanes of 8" if self.backend == "llvm" else "loops"
        lanes = f", {self.samples} samples in {how}" if self.samples else ""
        loops = f" in {count(self.loops, 'loop')}" if self.loops else ""
        made = "record" if self.tier else "record and translate"
        back = f"{count(self.calls_back, 'call')} back into Python"
        ends = [
            count(self.guards, "guard") if self.guards else "",
            back if self.calls_back else "",
            "native code takes the arguments itself" if self.direct else "",
            self.tier,
        ]
        return (
            f"({self.layout}): {count(self.nodes, 'node')}, "
            f"{count(self.operations, 'operation')}{lanes}{loops}; "
            f"{count(self.inputs, 'number')} in, {count(self.leaves, 'leaf')}, "
            f"{count(self.outputs, 'number')} out; {self.backend}; "
            f"{self.seconds:.3f} s to {made}, {count(self.bytes, 'byte')}"
            + "".join([f"; {end}" for end in ends if end])
        )


def count(n: int, thing: str) -> str:
    """How many there are of a thing: "1 leaf", "2 leaves"."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing.replace('leaf', 'leave')}s"
