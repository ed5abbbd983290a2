"""nn against PyTorch's numbers in nn.json: losses, SGD, layers, initial weights, whole trainings.

Owns the comparison that `make test` makes without PyTorch, to the tolerances of tests/pytorch, and
that nothing of nn is without such numbers.
"""

from __future__ import annotations

import inspect
import json
import math
import random
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
import nn
from autograd import Value
from nn import losses
from nn.init import Initialiser
from nn.module import Module
from nn.nested import entries, shape_of
from tests.golden import loss_cases, nn_cases

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parent / "golden" / "nn.json").read_text(encoding="ascii")
)
ADVICE = (
    "add a case in tests/golden (loss_cases.py, nn_cases.py) and PyTorch's counterpart in "
    "tests/pytorch/networks.py, then run `python -m tests.golden.make` in the environment of "
    "`make torch`"
)


def each(section: str) -> Any:
    return pytest.mark.parametrize("name", GOLDEN[section])


def gap(ours: Any, theirs: Any) -> float:
    """The largest difference, each relative to PyTorch's number or to 1 if that is smaller.

    Where all numbers are tiny it is relative to the largest: 1 would let any pass.
    """
    assert shape_of(ours) == shape_of(theirs)
    a, b = entries(ours), entries(theirs)
    assert all(map(math.isfinite, a))
    largest = max(map(abs, b))
    scale = largest if 0.0 < largest < 1e-100 else 1.0
    pairs = zip(a, b, strict=True)
    return max(abs(x - y) / max(abs(y), scale) if x != y else 0.0 for x, y in pairs)


def assert_derivatives(function: Any, at: Any, golden: dict[str, Any]) -> None:
    value, gradient = ag.value_and_grad(function)(at)
    assert gap(value, golden["value"]) <= 1e-11
    assert gap(gradient, golden["gradient"]) <= 1e-11
    assert gap(ag.hessian(function)(at), golden["hessian"]) <= 1e-11


@each("losses")
def test_a_loss_has_pytorchs_value_gradient_and_hessian(name: str) -> None:
    golden = GOLDEN["losses"][name]
    loss: Any = nn.LOSSES[golden["loss"]]
    at = golden["outputs"]
    assert_derivatives(lambda x: loss(x, golden["targets"], **golden["options"]), at, golden)
    values = [[Value(x) for x in row] if isinstance(row, list) else Value(row) for row in at]
    loss(values, golden["targets"], **golden["options"]).backward()
    assert gap([v.grad for v in entries(values)], entries(golden["gradient"])) <= 1e-11


@each("penalties")
def test_a_penalty_has_pytorchs_value_gradient_and_hessian(name: str) -> None:
    golden = GOLDEN["penalties"][name]
    assert_derivatives(getattr(losses, golden["penalty"]), golden["weights"], golden)


@each("optimizers")
def test_an_optimiser_takes_pytorchs_steps(name: str) -> None:
    golden = GOLDEN["optimizers"][name]
    parameters = [Value(x) for x in nn_cases.START]
    optimizer = nn.OPTIMIZERS[golden["optimizer"]](parameters, **golden["options"])
    for step, gradient in enumerate(GOLDEN["gradients"]):
        optimizer.zero_grad()
        for parameter, g in zip(parameters, gradient, strict=True):
            parameter.grad = g
        optimizer.lr *= nn_cases.LR_CHANGES.get(step, 1.0)
        optimizer.step()
        assert gap([p.data for p in parameters], golden["path"][step]) <= 1e-11, f"step {step}"


def built(golden: dict[str, Any]) -> Any:
    """The module of a case, with its weights."""
    sizes, names = golden["sizes"], golden["activations"]
    kind = getattr(nn, golden["module"])
    if kind is nn.MLP:
        model = kind(*sizes, list(names[:-1]), output_activation=names[-1], seed=0)
    else:
        model = kind(*sizes, activation=names[0], seed=0)
    model.load_state_dict(golden["state"])
    return model


@each("layers")
def test_a_layer_has_pytorchs_outputs_and_gradients(name: str) -> None:
    golden = GOLDEN["layers"][name]
    model = built(golden)
    samples = [[Value(x) for x in row] for row in golden["inputs"]]
    outputs = [model(row) for row in samples]
    rows = [row if isinstance(row, list) else [row] for row in outputs]
    assert gap([[y.data for y in row] for row in rows], golden["outputs"]) <= 1e-11
    factors = golden["factors"]
    ag.sum([ag.dot(factors, row) for row in rows]).backward()
    arranged = model.arrangement()
    assert arranged.keys() == golden["gradients"].keys()
    for parameter, theirs in golden["gradients"].items():
        ours = [v.grad for v in entries(arranged[parameter])]
        assert shape_of(arranged[parameter]) == shape_of(theirs)
        assert gap(ours, entries(theirs)) <= 1e-11, parameter
    assert gap([[x.grad for x in row] for row in samples], golden["by inputs"]) <= 1e-11
    reversed_ = ag.grad(lambda row: ag.dot(factors, as_row(model(row))))(golden["inputs"][0])
    assert gap(reversed_, golden["by inputs"][0]) <= 1e-11


def as_row(output: Any) -> list[Any]:
    return output if isinstance(output, list) else [output]


class Drawn(random.Random):
    """A source that notes from which distribution it is asked to draw."""

    def __init__(self) -> None:
        super().__init__(0)
        self.seen: list[Any] = []

    def uniform(self, a: float, b: float) -> float:
        self.seen.append(["uniform", a, b])
        return super().uniform(a, b)

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        self.seen.append(["normal", mu, sigma])
        return super().gauss(mu, sigma)


@each("initialisers")
def test_an_initialiser_draws_from_pytorchs_distribution(name: str) -> None:
    golden = GOLDEN["initialisers"][name]
    draw: Initialiser = nn.INITIALISERS[golden["initialiser"]]
    source = Drawn()
    number = draw(*golden["fans"], source)
    ((kind, *numbers),) = source.seen or [["constant", number]]
    assert kind == golden["draws"][0]
    assert numbers == pytest.approx(golden["draws"][1:], rel=1e-14, abs=0.0)


@each("trainings")
def test_a_training_follows_pytorch(name: str) -> None:
    golden = GOLDEN["trainings"][name]
    width = len(golden["state"]["layers.2.bias"])
    model = built({**golden, "module": "MLP", "sizes": [2, [5, 4, width]]})
    loss: Any = nn.LOSSES[golden["loss"]]
    optimizer = nn.SGD(model.parameters(), **golden["options"])
    l1, l2 = golden["penalties"]
    for theirs in golden["losses"]:
        outputs = [model(row) for row in golden["inputs"]]
        ours = loss(outputs, golden["targets"], **golden["loss_options"])
        if l1:
            ours = ours + l1 * losses.l1_penalty(model.parameters())
        if l2:
            ours = ours + l2 * losses.l2_penalty(model.parameters())
        optimizer.zero_grad()
        ours.backward()
        optimizer.step()
        assert gap(ours.data, theirs) <= 1e-9
    assert_weights(model, golden)


@each("trainings")
def test_fit_follows_pytorch(name: str) -> None:
    golden = GOLDEN["trainings"][name]
    width = len(golden["state"]["layers.2.bias"])
    model = built({**golden, "module": "MLP", "sizes": [2, [5, 4, width]]})
    loss: Any = nn.LOSSES[golden["loss"]]
    l1, l2 = golden["penalties"]
    nn.fit(
        model,
        (golden["inputs"], golden["targets"]),
        lambda outputs, targets: loss(outputs, targets, **golden["loss_options"]),
        optimizer=nn.SGD(model.parameters(), **golden["options"]),
        epochs=len(golden["losses"]),
        batch_size=len(golden["inputs"]),
        l1=l1,
        l2=l2,
        seed=0,
        verbose=False,
        threshold=False,
    )
    assert_weights(model, golden)


def assert_weights(model: Module, golden: dict[str, Any]) -> None:
    ours = model.state_dict()
    assert list(ours) == list(golden["weights"])
    for parameter, theirs in golden["weights"].items():
        assert gap(ours[parameter], theirs) <= 1e-9, parameter
    last = list(ours)[-2]
    assert gap(ours[last], golden["state"][last]) > 1e-3  # it has learned something


# Nothing is left out


def options_of(function: Any, *others: str) -> dict[str, Any]:
    """The options of a function and their defaults."""
    found = inspect.signature(function).parameters
    return {name: found[name].default for name in found.keys() - set(others)}


def test_every_loss_and_each_of_its_options_has_golden_numbers() -> None:
    cases = GOLDEN["losses"].values()
    assert {case["loss"] for case in cases} >= nn.LOSSES.keys(), ADVICE
    for name, loss in nn.LOSSES.items():
        first, second, *options = inspect.signature(loss).parameters
        for option in options:
            values = {c["options"][option] for c in cases
                      if c["loss"] == name and option in c["options"]}  # fmt: skip
            assert len(values) >= 2, f"{name}({first}, {second}, {option}=...): {ADVICE}"
    penalties = {name for name in losses.__all__ if name.endswith("_penalty")}
    assert {case["penalty"] for case in GOLDEN["penalties"].values()} >= penalties, ADVICE


def test_every_option_of_every_optimiser_has_golden_numbers() -> None:
    cases = GOLDEN["optimizers"].values()
    for name, kind in nn.OPTIMIZERS.items():
        for option in options_of(kind, "parameters"):
            values = {c["options"].get(option) for c in cases if c["optimizer"] == name}
            assert len(values - {None}) >= 2, f"{name}, {option}: {ADVICE}"


def test_every_layer_and_activation_has_golden_numbers() -> None:
    public = {name for name in nn.__all__ if isinstance(vars(nn)[name], type)}
    kinds = {name for name in public if issubclass(vars(nn)[name], Module)} - {"Module"}
    assert kinds >= {"Neuron", "Layer", "MLP"}
    cases = GOLDEN["layers"].values()
    for kind in kinds:
        seen = {name for c in cases if c["module"] == kind for name in c["activations"]}
        wanted = nn.ACTIVATIONS.keys() - ({"softmax"} if kind == "Neuron" else set())
        assert seen >= wanted, f"{kind}, {sorted(wanted - seen)}: {ADVICE}"


def test_every_initialiser_has_golden_numbers() -> None:
    cases = GOLDEN["initialisers"].values()
    assert {case["initialiser"] for case in cases} >= nn.INITIALISERS.keys(), ADVICE


def test_every_loss_activation_and_option_is_in_a_training() -> None:
    cases = GOLDEN["trainings"].values()
    assert {case["loss"] for case in cases} >= nn.LOSSES.keys(), ADVICE
    assert {name for c in cases for name in c["activations"]} >= nn.ACTIVATIONS.keys(), ADVICE
    assert {name for c in cases for name in c["options"]} >= options_of(nn.SGD, "parameters").keys()


def test_the_numbers_are_of_the_cases_of_today() -> None:
    assert list(GOLDEN["losses"]) == list(loss_cases.LOSS_CASES), ADVICE
    assert list(GOLDEN["trainings"]) == list(nn_cases.TRAININGS), ADVICE
    options = [case["options"] for case in GOLDEN["optimizers"].values()]
    assert options == nn_cases.sgd_options() * len(nn.OPTIMIZERS), ADVICE


class Dense(Module):
    pass


@pytest.mark.parametrize(
    ("table", "new", "check"),
    [
        ("LOSSES", nn.mse_loss, test_every_loss_and_each_of_its_options_has_golden_numbers),
        ("ACTIVATIONS", ag.exp, test_every_layer_and_activation_has_golden_numbers),
        ("OPTIMIZERS", nn.SGD, test_every_option_of_every_optimiser_has_golden_numbers),
        ("INITIALISERS", nn.INITIALISERS["he"], test_every_initialiser_has_golden_numbers),
        ("", Dense, test_every_layer_and_activation_has_golden_numbers),
    ],
)
def test_what_is_new_and_has_no_numbers_is_told(
    table: str, new: Any, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if table:
        monkeypatch.setitem(getattr(nn, table), "new", new)
    else:
        monkeypatch.setattr(nn, "Dense", new, raising=False)
        monkeypatch.setattr(nn, "__all__", [*nn.__all__, "Dense"])
    with pytest.raises(AssertionError, match=r"python -m tests\.golden\.make"):
        check()
