"""Optimisers: how a step changes the parameters.

Owns the update rule of stochastic gradient descent, once, as arithmetic on plain numbers, `SGD`,
which applies it to every parameter, and the table of optimisers by name.
"""

from collections.abc import Iterable
from typing import Any

from autograd import Value
from nn.checks import rate


def sgd_update(
    weight: Any,
    gradient: Any,
    velocity: Any,
    lr: Any,
    momentum: Any = 0.0,
    dampening: Any = 0.0,
    weight_decay: Any = 0.0,
    nesterov: Any = False,
) -> tuple[Any, Any]:
    """Return a parameter after one step of SGD, and its velocity (the momentum buffer).

    It is arithmetic: on numbers it is a step, on Values the step as a graph, which is compiled.
    `velocity` is None before the first step with momentum. The rule is PyTorch's
    (https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html):

        g = gradient + weight_decay * weight
        v = momentum * v + (1 - dampening) * g     (v = g at the first step)
        weight = weight - lr * v                   (with nesterov: g + momentum * v instead of v)
    """
    step = gradient
    if weight_decay:
        step = step + weight_decay * weight
    if momentum:
        if velocity is None:
            velocity = step
        else:
            velocity = momentum * velocity + (1.0 - dampening) * step
        step = step + momentum * velocity if nesterov else velocity
    return weight - lr * step, velocity


class _Rate:
    """A rate of an optimiser: assigned a number that is none, it raises ValueError."""

    def __init__(self, text: str) -> None:
        self.__doc__ = text

    def __set_name__(self, owner: type, name: str) -> None:
        self._name, self._place = name, f"_{name}"

    def __get__(self, optimizer: Any, owner: type | None = None) -> Any:
        return self if optimizer is None else getattr(optimizer, self._place)

    def __set__(self, optimizer: Any, number: float) -> None:
        setattr(optimizer, self._place, rate(number, f"SGD: {self._name}"))


class SGD:
    """Stochastic gradient descent, step for step PyTorch's.

    Args:
        parameters: the `Value`s to change, such as `model.parameters()`.
        lr: the learning rate; may be assigned between steps.
        momentum: how much of the last step's velocity is kept.
        dampening: how much less of the gradient enters the velocity.
        weight_decay: the L2 penalty: this times the weight is added to its gradient.
        nesterov: whether to look ahead along the velocity.

    Raises ValueError for a rate that is negative, nan or infinite, for nesterov without momentum or
    with dampening, and for no parameters.
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        self.parameters = _parameters(parameters)
        self.lr = lr
        self.momentum, self.dampening, self.weight_decay = momentum, dampening, weight_decay
        if nesterov not in (True, False):
            raise ValueError(f"SGD: nesterov must be True or False, got {nesterov!r:.40}")
        self.nesterov = bool(nesterov)
        if nesterov and (self.momentum == 0.0 or self.dampening != 0.0):
            raise ValueError("SGD: nesterov needs a momentum > 0, such as 0.9, and dampening 0")
        self.velocities: list[float | None] = [None] * len(self.parameters)

    lr = _Rate("The learning rate.")
    momentum = _Rate("How much of the last step's velocity is kept.")
    dampening = _Rate("How much less of the gradient enters the velocity.")
    weight_decay = _Rate("Times which the weight is added to its gradient.")

    @property
    def rates(self) -> tuple[float, float, float, float, bool]:
        """What `sgd_update` takes after the velocity."""
        return self.lr, self.momentum, self.dampening, self.weight_decay, self.nesterov

    def step(self) -> None:
        """Change every parameter by its gradient, which `backward()` has left in `.grad`.

        All parameters and velocities change or, when an error or a Ctrl-C comes in between, none.
        """
        rates = self.rates
        numbers = [parameter.data for parameter in self.parameters]
        for i, parameter in enumerate(self.parameters):
            if parameter.grad is None:  # what PyTorch has before a backward()
                raise TypeError(
                    f"SGD.step: parameters[{i}].grad is None; call backward() before, or set it to "
                    "0.0 for no change"
                )
        updates = [
            sgd_update(number, parameter.grad, velocity, *rates)
            for number, parameter, velocity in zip(
                numbers, self.parameters, self.velocities, strict=True
            )
        ]
        velocities = [velocity for _, velocity in updates]
        before = self.velocities
        try:
            for parameter, (weight, _) in zip(self.parameters, updates, strict=True):
                parameter.data = weight
            self.velocities = velocities
        except BaseException:
            self.velocities = before
            for parameter, number in zip(self.parameters, numbers, strict=True):
                parameter.data = number
            raise

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters:
            parameter.zero_grad()

    def __repr__(self) -> str:
        return (
            f"SGD({len(self.parameters)} parameters, lr={self.lr}, momentum={self.momentum}, "
            f"dampening={self.dampening}, weight_decay={self.weight_decay}, "
            f"nesterov={self.nesterov})"
        )


OPTIMIZERS: dict[str, type[SGD]] = {"sgd": SGD}


def _parameters(parameters: Iterable[Any]) -> list[Value]:
    """The parameters as a list, or an error for what cannot be optimised."""
    if not isinstance(parameters, Iterable):
        raise TypeError(
            f"SGD: parameters must be a list of Values, got {type(parameters).__name__}; "
            "write SGD(model.parameters(), lr=...)"
        )
    found = list(parameters)
    for i, parameter in enumerate(found):
        if not isinstance(parameter, Value):
            raise TypeError(
                f"SGD: parameters[{i}] must be a Value, got {type(parameter).__name__}; "
                "write SGD(model.parameters(), lr=...)"
            )
        if parameter.op is not None:
            raise ValueError(
                f"SGD: parameters[{i}] is the result of {parameter.op.name}; "
                "only leaves, made by Value(number), can be optimised"
            )
    if not found:
        raise ValueError("SGD: parameters is empty; the model has nothing to train")
    if len({id(parameter) for parameter in found}) < len(found):
        raise ValueError("SGD: parameters holds a Value twice; give each parameter once")
    return found
