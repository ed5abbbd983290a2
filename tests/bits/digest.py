"""The bits of everything the engine computes, as one digest a part.

`python -m tests.bits.digest` needs a Python and this folder, no package: so any interpreter can
run it. Owns what is computed: every row at every golden operand, random graphs, trainings.
`python -m tests.bits.digest --lines` prints each result instead, to find the one that differs.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import autograd as ag
import nn
from autograd import Value
from tests.golden.comparison import derivatives

GOLDEN = Path(__file__).parents[1] / "golden" / "golden.json"
STRIDE = 2  # every second golden operand: half the time, and every row still at dozens


def bits(numbers: Iterable[float]) -> str:
    """Each number to its last bit; -0.0 is not 0.0. The sign of a nan means nothing."""
    return " ".join(x.hex() for x in numbers)


def rows() -> Iterator[str]:
    """Value, gradient and Hessian of every row of the table, ordinary operands and edges."""
    operations = json.loads(GOLDEN.read_text(encoding="ascii"))["operations"]
    for name, operation in operations.items():
        for row in islice(operation["points"], 0, None, STRIDE):
            point = tuple(float(word) for word in row[0].split())
            found = derivatives(name, point, operation["parameters"])
            yield f"{name} {row[0]}: {bits(found[at] for at in sorted(found))}"


_UNARY = (
    "sin cos tanh sigmoid exp expm1 log sqrt cbrt abs relu softplus log_sigmoid silu gelu erf "
    "erfc lgamma digamma atan asinh log1p"
).split()
_BINARY = "add sub mul div hypot maximum minimum logaddexp atan2 pow".split()


def graph(seed: int) -> Callable[[list[Any]], Any]:
    """A function of four numbers: forty random operations on what is there already."""
    draw = random.Random(seed)
    steps = [
        (draw.choice(_UNARY if draw.random() < 0.5 else _BINARY), draw.random(), draw.random())
        for _ in range(40)
    ]

    def function(leaves: list[Any]) -> Any:
        nodes = list(leaves)
        for name, a, b in steps:
            x, y = nodes[int(a * len(nodes))], nodes[int(b * len(nodes))]
            row = ag.ops.TABLE[name]
            nodes.append(row(x) if row.arity == 1 else row(x, y))
        return ag.logsumexp([ag.tanh(node) for node in nodes])

    return function


def graphs() -> Iterator[str]:
    """Value, gradient, Hessian and a directional derivative of random graphs."""
    for seed in range(40):
        draw = random.Random(-seed - 1)
        point = [draw.uniform(-2.0, 2.0) for _ in range(3)] + [draw.choice((0.0, -0.0, 5e-324))]
        function = graph(seed)
        value, gradient = ag.value_and_grad(function)(point)
        hessian = [x for row in ag.hessian(function)(point) for x in row]
        slope = ag.jvp(function, (point,), ([1.0, -1.0, 0.5, 2.0],))[1]
        yield f"graph {seed}: {bits([value, *gradient, *hessian, slope])}"


OPTIMISERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "dampening": {"momentum": 0.9, "dampening": 0.3},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "weight_decay": {"weight_decay": 0.01, "momentum": 0.5},
}

Loss = Callable[[list[Any], list[Any]], Any]

# The loss, the number of outputs, the output activation, and a target of a class 0, 1 or 2.
LOSSES: dict[str, tuple[Loss, int, str | None, Callable[[int], Any]]] = {
    "mse_loss": (nn.mse_loss, 1, None, float),
    "l1_loss": (nn.l1_loss, 1, None, float),
    "huber_loss": (nn.huber_loss, 1, None, float),
    "hinge_loss": (nn.hinge_loss, 1, None, lambda c: 1.0 if c else -1.0),
    "binary_cross_entropy": (nn.binary_cross_entropy, 1, "sigmoid", lambda c: float(c > 0)),
    "binary_cross_entropy_with_logits": (
        nn.binary_cross_entropy_with_logits, 1, None, lambda c: float(c > 0),
    ),
    "cross_entropy": (nn.cross_entropy, 3, None, int),
}  # fmt: skip


def trainings() -> Iterator[str]:
    """The losses and last weights of a small network under every loss, optimiser, activation."""
    draw = random.Random(7)
    xs = [[draw.gauss(0.0, 1.0), draw.gauss(0.0, 1.0)] for _ in range(6)]
    plans = [(loss, name, "tanh") for loss in LOSSES for name in OPTIMISERS]
    hidden = sorted(set(nn.ACTIVATIONS) - {"softmax", "step"})
    plans += [("mse_loss", "momentum", activation) for activation in hidden]
    for loss_name, optimiser, activation in plans:
        loss, n_outputs, output_activation, target = LOSSES[loss_name]
        targets = [target(i % 3) for i in range(len(xs))]
        model = nn.MLP(2, [4, n_outputs], activation, output_activation, seed=3)
        step = nn.SGD(model.parameters(), lr=0.1, **OPTIMISERS[optimiser])
        seen = []
        for _ in range(4):
            model.zero_grad()
            cost: Value = loss([model(x) for x in xs], targets)
            cost.backward()
            step.step()
            seen.append(cost.data)
        weights = [p.data for p in model.parameters()]
        yield f"{loss_name} {optimiser} {activation}: {bits([*seen, *weights])}"


def initialisers() -> Iterator[str]:
    """The first weights of every initialiser."""
    for init in sorted(nn.INITIALISERS):
        model = nn.MLP(3, [4, 2], seed=11, init=init)
        yield f"{init}: {bits(p.data for p in model.parameters())}"


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "rows": rows,
    "graphs": graphs,
    "trainings": trainings,
    "initialisers": initialisers,
}


def main() -> None:
    """Print a digest a part, or with --lines every result."""
    for name, part in PARTS.items():
        if "--lines" in sys.argv[1:]:
            print("\n".join(part()))
        else:
            lines = list(part())
            text = "\n".join(lines).encode("ascii")
            print(name, len(lines), hashlib.sha256(text).hexdigest())


if __name__ == "__main__":
    main()
