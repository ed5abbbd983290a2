"""Writes nn.json, PyTorch's numbers for losses, SGD, layers, initial weights and trainings.

Part of `python -m tests.golden.make`. Each entry holds what was given and what PyTorch in double
precision answers, so that tests/test_golden_nn.py needs nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tests.golden.loss_cases import LOSS_CASES, PENALTY_WEIGHTS, LossCase
from tests.golden.nn_cases import (
    FANS,
    LR_CHANGES,
    SAMPLES,
    START,
    TRAINING_STEPS,
    TRAININGS,
    LayerCase,
    TrainingCase,
    drawn_gradients,
    first_weights,
    layer_cases,
    sgd_options,
)
from tests.pytorch.networks import (
    ACTIVATIONS,
    INITIALISERS,
    LOSSES,
    OPTIMIZERS,
    PENALTIES,
    binary_by_definition,
    tensor,
)

GOLDEN_NN = Path(__file__).with_name("nn.json")

Numbers = Any  # floats in nested lists
Answers = dict[str, Any]


def derivatives(function: Callable[[Tensor], Tensor], at: Numbers, twice: Any = None) -> Answers:
    """Value, gradient and Hessian of `function`; `twice` is the same function for the last."""
    leaf = tensor(at, requires_grad=True)
    value = function(leaf)
    (gradient,) = torch.autograd.grad(value, leaf)
    hessian = torch.autograd.functional.hessian(  # type: ignore[no-untyped-call]
        twice or function, leaf
    )
    return {"value": value.item(), "gradient": gradient.tolist(), "hessian": hessian.tolist()}


def answers_of(loss: str, targets: Numbers) -> Tensor:
    """The targets as PyTorch takes them: class indices whole, all else in double."""
    whole = loss == "cross_entropy" and not isinstance(targets[0], list)
    return torch.tensor(targets, dtype=torch.int64 if whole else torch.float64)


def loss_answers(case: LossCase) -> Answers:
    theirs, targets = LOSSES[case.loss], answers_of(case.loss, case.targets)
    twice = binary_by_definition if case.loss == "binary_cross_entropy" else theirs
    return derivatives(
        lambda x: theirs(x, targets, **case.options),
        case.outputs,
        lambda x: twice(x, targets, **case.options),
    )


def sgd_path(name: str, options: dict[str, Any], gradients: Numbers) -> Numbers:
    """The parameters after each step."""
    parameter = tensor(list(START), True)
    optimizer = OPTIMIZERS[name]([parameter], **options)
    path = []
    for step, gradient in enumerate(gradients):
        parameter.grad = tensor(gradient)
        optimizer.param_groups[0]["lr"] *= LR_CHANGES.get(step, 1.0)
        optimizer.step()
        path.append(parameter.tolist())
    return path


def forward(state: dict[str, Tensor], activations: list[str], inputs: Tensor) -> Tensor:
    """Linear layers one after another, each with its activation function."""
    pairs = list(zip(*[iter(state.values())] * 2, strict=True))  # weight, bias, weight, ...
    for (weight, bias), name in zip(pairs, activations, strict=True):
        inputs = ACTIVATIONS[name](torch.nn.functional.linear(inputs, weight, bias))
    return inputs


def tensors(state: dict[str, Numbers]) -> dict[str, Tensor]:
    return {name: tensor(numbers, True) for name, numbers in state.items()}


def layer_answers(case: LayerCase) -> Answers:
    state, inputs = tensors(case.state), tensor(case.inputs, True)
    outputs = forward(state, case.activations, inputs)
    (outputs * tensor(case.factors)).sum().backward()  # type: ignore[no-untyped-call]
    by_inputs = inputs.grad
    assert by_inputs is not None
    gradients = {name: t.grad.tolist() for name, t in state.items() if t.grad is not None}
    assert gradients.keys() == state.keys()
    return {"outputs": outputs.tolist(), "gradients": gradients, "by inputs": by_inputs.tolist()}


class Drawn(Tensor):
    """Notes from which distribution it is filled: uniform(a, b) or normal(mean, deviation)."""

    seen: tuple[Any, ...] = ()

    def uniform_(self, a: float = 0.0, b: float = 1.0, *, generator: Any = None) -> Drawn:
        self.seen = ("uniform", float(a), float(b))
        return self

    def normal_(self, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Drawn:
        self.seen = ("normal", float(mean), float(std))
        return self


def distribution(name: str, fan_in: int, fan_out: int) -> Numbers:
    """What PyTorch's initialiser draws from; of a constant one the number itself."""
    weight = torch.empty(fan_out, fan_in, dtype=torch.float64).as_subclass(Drawn)
    INITIALISERS[name](weight)
    if weight.seen:
        return weight.seen
    (number,) = set(weight.flatten().tolist())
    return "constant", number


def training_answers(case: TrainingCase) -> Answers:
    """The loss before each step, and the weights after the last."""
    state, inputs = tensors(first_weights(case)), tensor(SAMPLES)
    targets = answers_of(case.loss, case.targets)
    optimizer = OPTIMIZERS["sgd"](list(state.values()), **case.options)
    losses = []
    for _ in range(TRAINING_STEPS):
        outputs = forward(state, case.activations, inputs).squeeze(-1)
        loss = LOSSES[case.loss](outputs, targets, **case.loss_options)
        for factor, penalty in zip(case.penalties, ("l1_penalty", "l2_penalty"), strict=True):
            if factor:
                loss = loss + factor * sum(PENALTIES[penalty](w) for w in state.values())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    return {"losses": losses, "weights": {name: t.tolist() for name, t in state.items()}}


def section(entries: Iterable[tuple[Any, ...]]) -> str:
    """Name -> case and answers in one JSON object a line."""
    lines = []
    for name, case, *answers in entries:
        given = case if isinstance(case, dict) else asdict(case)
        parts = {**given, **(answers[0] if answers else {})}
        lines.append(
            f"{json.dumps(name)}:{json.dumps(parts, allow_nan=False, separators=(',', ':'))}"
        )
    return "{\n" + ",\n".join(lines) + "}"


def golden_nn_text() -> str:
    """All of nn.json, one line a case."""
    gradients = drawn_gradients(2)
    optimizers = {
        f"{name} {i}": {"optimizer": name, "options": options,
                        "path": sgd_path(name, options, gradients)}
        for name in sorted(OPTIMIZERS)
        for i, options in enumerate(sgd_options())
    }  # fmt: skip
    penalties = {
        f"{name} {i}": {"penalty": name, "weights": weights,
                        **derivatives(PENALTIES[name], weights)}
        for name in sorted(PENALTIES)
        for i, weights in enumerate(PENALTY_WEIGHTS)
    }  # fmt: skip
    initialisers = {
        f"{name} {fans}": {"initialiser": name, "fans": fans, "draws": distribution(name, *fans)}
        for name in sorted(INITIALISERS)
        for fans in FANS
    }
    sections = {
        "losses": section((name, case, loss_answers(case)) for name, case in LOSS_CASES.items()),
        "penalties": section(penalties.items()),
        "gradients": json.dumps(gradients),
        "optimizers": section(optimizers.items()),
        "layers": section(
            (name, case, layer_answers(case))
            for name, case in layer_cases(list(ACTIVATIONS)).items()
        ),
        "initialisers": section(initialisers.items()),
        "trainings": section(
            (name, {**asdict(case), "state": first_weights(case), "inputs": SAMPLES},
             training_answers(case))
            for name, case in TRAININGS.items()
        ),
    }  # fmt: skip
    version = torch.__version__.partition("+")[0]
    body = ",\n".join(f'"{name}": {text}' for name, text in sections.items())
    return f'{{"pytorch": "{version}",\n{body}}}\n'


def write() -> None:
    """Write nn.json beside this module."""
    GOLDEN_NN.write_text(golden_nn_text(), encoding="ascii")
