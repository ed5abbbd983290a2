"""TrainingReport: what `compiled=True` made of a training, in numbers and in words.

Owns how it reads; `history.compiled` holds it.
"""

from typing import NamedTuple

from autograd.replay import PathReport


class TrainingReport(NamedTuple):
    """Who ran the batches of a training: programs, and eager mode.

    Attributes:
        mode: "exact" or "fast".
        n_steps: batches that programs ran; n_eager: those of eager mode.
        n_left_out: samples that programs left out of batches, since they could have no loss.
        programs: what was made.
        notes: why there are no programs, or no more, or none for batches of some size.
        sources: the programs as text of Python: forward propagation, loss, backpropagation and
            weight update, with what their inputs and outputs are.
    """

    mode: str
    n_steps: int
    n_eager: int
    n_left_out: int
    programs: list[PathReport]
    notes: list[str]
    sources: list[str]

    @property
    def source(self) -> str:
        """The program of the largest batches: what native code computes, in the same order.

        Raises ValueError, which says why, where there is none.
        """
        if not self.sources:
            raise ValueError(": ".join(["no batch was run by a program", *self.notes]))
        return self.sources[0]

    @property
    def headline(self) -> str:
        """How many batches programs ran, and how many samples of these they left out."""
        total = self.n_steps + self.n_eager
        batches = f"{self.n_steps:,} of {total:,} batch{'es' * (total != 1)} by programs"
        left_out = f"; {self.n_left_out:,} times a sample left out" if self.n_left_out else ""
        return f"compiled training, {self.mode}: {batches}{left_out}"

    def __str__(self) -> str:
        return "\n  ".join([self.headline, *map(str, self.programs), *self.notes])

    def __repr__(self) -> str:
        return str(self)
