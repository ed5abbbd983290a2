"""How many samples have a loss in each step of a training: most others need not be computed.

Owns the sentence about it that stands under a table, since ours depends on it and others do not.
"""

from collections.abc import Sequence
from functools import cache

from benchmarks.peers import LLVM
from benchmarks.replay.tasks import TASKS, Task

AFTER = (100, 300, 1000, 3000)  # steps


def sentence(name: str) -> str:
    """Of a training on all samples by a hinge loss; "" if ours takes no part."""
    if not LLVM.is_installed():
        return ""
    found = counts(name)
    some = [f"{found[k]} after {k:,}" for k in AFTER if k < len(found)]
    return (
        f"Of the {len(TASKS[name].samples()[0])} samples {found[0]} have a loss in the first step, "
        f"{', '.join(some)} and {found[-1]} in the last of {len(found):,}; "
        f"{sum(found) / len(found):.1f} on average; ours computes {computed(name):.1f} of them. At "
        "rest all of them have one."
    )


def computed(name: str) -> float:
    """How many samples take part in a step of a training by our engine, on average."""
    from benchmarks.replay.with_glassgrad import Training

    training = Training(name, "exact")
    n_left_out: int = sum(done.n_left_out for done in training.epochs())
    return len(TASKS[name].samples()[0]) - n_left_out / training.n_batches


@cache
def counts(name: str) -> list[int]:
    """How many have one in each step of a training by our engine."""
    from benchmarks.replay.with_glassgrad import outputs_of

    return with_a_loss(TASKS[name], outputs_of(name))


def with_a_loss(task: Task, outputs: Sequence[Sequence[float]]) -> list[int]:
    """How many have one by the outputs of each step."""
    labels = task.samples()[1]
    return [sum(y * label < 1.0 for y, label in zip(step, labels, strict=True)) for step in outputs]
