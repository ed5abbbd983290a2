"""Module: finding, naming, saving and restoring the parameters of a network.

Owns the two views of a network's parameters: one by one as `Value`s, named by the Python path that
leads to each (`layers.0.neurons.3.weights.1`), and arranged in matrices of plain numbers, named
and shaped as PyTorch's `state_dict` (`layers.0.weight`, `layers.0.bias`).
"""

import reprlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from numbers import Real
from typing import TYPE_CHECKING, Any, Self, TypeGuard, TypeVar

from autograd import Value, boxed
from autograd.attributes import attributes_of
from nn.nested import as_lists, entries, shape_of
from nn.replaced import replaced

if TYPE_CHECKING:
    from autograd.view import Drawing
    from nn.graph.words import Language

# One parameter, or a row, a matrix, ... of parameters.
Arrangement = Value | list["Arrangement"]
# The same with numbers in place of the Values.
Numbers = float | list["Numbers"]

_Kind = TypeVar("_Kind", bound="Module")


class Module:
    """What has parameters: a neuron, a layer, a whole network; subclass it to make your own.

    Parameters are the leaf `Value`s among its attributes, directly, in lists, tuples, dicts or
    arrays, or inside other modules, in the order in which the attributes were set, and after these
    in that of `__slots__`. (A result that is kept under `no_grad` is a leaf, too: keep its number,
    `.data`.)
    """

    training = True
    unboxed: Callable[..., Any]  # `__call__` without leaving a note of the call

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # Pictures show a call of a module as one box. A dataclass with slots is a class made again.
        if "__call__" in vars(cls) and "unboxed" not in vars(cls):
            cls.unboxed = cls.__call__
            cls.__call__ = boxed(cls.unboxed, is_method=True)  # type: ignore[method-assign]

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes of its inputs: each subclass says it."""
        raise NotImplementedError(
            f"{type(self).__name__} does not say what it computes: define "
            "`def __call__(self, inputs):`, which is PyTorch's forward"
        )

    def parameters(self) -> list[Value]:
        """Return every parameter once."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """Return every parameter once, each with its path: `layers.0.neurons.3.bias`."""
        found: list[tuple[str, Value]] = []
        _collect_parameters("", self, found, {})
        return found

    def with_parameters(self, parameters: Iterable[Any]) -> Self:
        """Return the same model with other parameters, as a function of which it is differentiated.

            def loss(weights):
                network = model.with_parameters(weights)
                return nn.mse_loss([network(row) for row in X], y)

            ag.hessian(loss)([p.data for p in model.parameters()])

        Args:
            parameters: numbers or `Value`s, in the order of `parameters()`.

        The model stays as it is. The modules and containers in which its parameters stand are
        copied; all else, such as a random source, is shared. Raises ValueError for more or fewer.
        """
        before, new = self.parameters(), [*parameters]
        if len(new) != len(before):
            raise ValueError(
                f"with_parameters: {type(self).__name__} has {len(before)} parameters, "
                f"got {len(new)}; give one for each of parameters(), in their order"
            )
        twin: Self = replaced(self, dict(zip(before, new, strict=True)), _members)
        return twin

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def train(self, mode: bool = True) -> Self:
        """Set `training` here and in every module inside; returns self."""
        for module in _modules(self):
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set `training` to False here and in every module inside; returns self."""
        return self.train(False)

    def draw(self, lang: "Language | None" = None, **options: Any) -> "Drawing":
        """Draw a Neuron, a Layer or an MLP as columns of neurons; see `nn.graph.draw_network`."""
        from nn.graph.network import draw_network

        known = ("lang", *(draw_network.__kwdefaults__ or ()))
        for name in options:
            if name not in known:
                raise TypeError(f"draw: no option is called {name!r}; there are {', '.join(known)}")
        return draw_network(self, lang, **options)

    def arrangement(self) -> dict[str, Arrangement]:
        """Return the parameters as they are saved: name -> a parameter or nested lists of them.

        A subclass overrides it where the saved form is not that of its attributes: `Layer` saves
        one matrix where it has many neurons. A module that is met inside itself, as by a reference
        to its parent, adds nothing.
        """
        found: dict[str, Arrangement] = {}
        with _arranging(self):
            for name, item in _members(self):
                _arrange(name, item, found)
        return found

    def architecture(self) -> dict[str, Any] | None:
        """Return the constructor's arguments as JSON values, from which `nn.load` rebuilds it.

        None, the default, means that a saved file holds the parameters only.
        """
        return None

    def state_dict(self) -> dict[str, Numbers]:
        """Return the numbers of all parameters: name -> a float or nested lists of floats."""
        return {name: _numbers(array) for name, array in self.arrangement().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set every parameter from `state`, which is as `state_dict` returns it: all or none.

        Entries may be NumPy arrays and tensors too. Raises ValueError for a missing or unexpected
        name, a different shape or an entry that is not a number, and then changes nothing.
        """
        if not isinstance(state, Mapping):
            raise TypeError(
                f"load_state_dict: expected what state_dict() returns, got {type(state).__name__}"
            )
        arrangement = self.arrangement()
        problems = [f"{name} is missing" for name in arrangement if name not in state]
        problems += [f"{name!r:.60} is unexpected" for name in state if name not in arrangement]
        changes: list[tuple[Value, float]] = []
        for name in arrangement.keys() & state.keys():
            array, numbers = arrangement[name], as_lists(state[name])
            if shape_of(array) != shape_of(numbers):
                problems.append(f"{name} {_shape_text(numbers)}, here {_shape_text(array)}")
                continue
            for parameter, number in zip(entries(array), entries(numbers), strict=True):
                try:
                    changes.append((parameter, _float_of(number)))
                except (TypeError, OverflowError):
                    problems.append(f"{name} holds {reprlib.repr(number):.40}, not a number")
                    break
        if problems:
            more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
            raise ValueError(
                f"load_state_dict: {'; '.join(sorted(problems)[:3])}{more}: "
                "the state must be that of a model of the same kind and sizes"
            )
        for parameter, number in changes:
            parameter.data = number


def computes_as(module: Any, kind: type[_Kind]) -> TypeGuard[_Kind]:
    """Whether `module` is of this kind, and its class computes as that kind does."""
    return isinstance(module, kind) and type(module).__call__ is kind.__call__


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Have the model in `eval()`, and afterwards each module in it as it was."""
    was_training = model.training
    before = [(module, module.training) for module in _modules(model)]
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)  # a subclass may do more there
        for module, training in before:
            module.training = training


_WITHOUT_SLOTS = Module.__basicsize__


def _members(thing: object) -> Iterable[tuple[str, object]]:
    """The named attributes of a module or items of a container; nothing for anything else."""
    if isinstance(thing, Module):
        has_slots = type(thing).__basicsize__ != _WITHOUT_SLOTS  # few have: others take less time
        return (attributes_of(thing) if has_slots else vars(thing)).items()
    if isinstance(thing, dict):
        return [(str(key), item) for key, item in thing.items()]
    if getattr(getattr(thing, "dtype", None), "hasobject", False):  # a NumPy array of Values
        thing = as_lists(thing)
    if isinstance(thing, (list, tuple)):
        return [(str(i), item) for i, item in enumerate(thing)]
    return ()


def _collect_parameters(
    path: str, thing: object, found: list[tuple[str, Value]], seen: dict[int, object]
) -> None:
    """Append the parameters under `thing` with their paths; `seen` is what was met, by its id."""
    if id(thing) in seen:
        return
    seen[id(thing)] = thing
    if isinstance(thing, Value):
        if thing.op is None:
            found.append((path, thing))
        return
    for name, item in _members(thing):
        _collect_parameters(f"{path}.{name}" if path else name, item, found, seen)


def _modules(root: Module) -> list[Module]:
    """`root` and every module inside it, once each."""
    seen: dict[int, object] = {}
    pending: list[object] = [root]
    while pending:
        thing = pending.pop()
        if id(thing) not in seen:
            seen[id(thing)] = thing
            pending.extend(item for _, item in _members(thing))
    return [thing for thing in seen.values() if isinstance(thing, Module)]


class _Around(threading.local):
    modules: tuple[Module, ...] = ()


_around = _Around()  # the modules that are being arranged, each inside the one before


@contextmanager
def _arranging(module: Module) -> Iterator[None]:
    before = _around.modules
    _around.modules = (*before, module)
    try:
        yield
    finally:
        _around.modules = before


def _arrange(path: str, thing: Any, found: dict[str, Arrangement]) -> None:
    """Add what is saved of `thing` to `found`: a rectangle of parameters as one entry."""
    if any(thing is module for module in _around.modules):
        return
    if isinstance(thing, Module):
        parts = {f"{path}.{name}": array for name, array in thing.arrangement().items()}
    else:
        array = as_lists(thing)
        parts = {path: array} if _is_rectangle_of_parameters(array) else {}
    for name in parts.keys() & found.keys():
        raise ValueError(
            f"two parameters of the model are called {name!r}; give one of them another name"
        )
    found.update(parts)
    if not (parts or isinstance(thing, Module)):
        for name, item in _members(thing):
            _arrange(f"{path}.{name}", item, found)


def _is_rectangle_of_parameters(array: Any) -> bool:
    leaves = entries(array)
    return (
        bool(leaves)
        and all(isinstance(leaf, Value) and leaf.op is None for leaf in leaves)
        and shape_of(array) is not None
    )


def _numbers(array: Arrangement) -> Numbers:
    return [_numbers(item) for item in array] if isinstance(array, list) else array.data


def _float_of(number: Any) -> float:
    """The number as a float; OverflowError for an int beyond them, TypeError for anything else."""
    if not isinstance(number, Real):
        raise TypeError
    return float(number)


def _shape_text(array: Any) -> str:
    shape = shape_of(array)
    if shape is None:
        return "has rows of different lengths"
    return f"has shape {list(shape)}" if shape else "is one number"
