"""Own step: what of a training is code of the user's own, which a program would not run.

Owns telling it: a step that is not `sgd_update`, and what runs between epochs.
"""

from autograd import Value
from nn.module import Module
from nn.optim import SGD
from nn.training.callbacks import EarlyStopping
from nn.training.replay.surroundings import ModelSurroundings
from nn.training.state import Training

OWN_STEP = (
    "; a step that is a function of numbers can be compiled: see model.with_parameters, and "
    "docs/compile.md"
)


def has_own_code(training: Training) -> bool:
    """Whether code of the user's own runs between epochs, which may change anything."""
    kind = type(training.model)
    is_own_mode = kind.train is not Module.train or kind.eval is not Module.eval
    if is_own_mode or type(training.early_stopping) not in (type(None), EarlyStopping):
        return True
    if training.history.validation is None:
        return False
    return ModelSurroundings(training.model, training.cost).key().has_own_code


def own_step(optimizer: SGD) -> str:
    """Why a step is not what `sgd_update` does, such as a method of a subclass; "" if it is."""
    kind, names = type(optimizer), ("step", "zero_grad", "rates")
    own = {name for each in kind.__mro__[: kind.__mro__.index(SGD)] for name in vars(each)}
    own |= {name for each in kind.__mro__[:-1] for name in vars(each) if name in _ANYWHERE}
    is_changed = any(vars(SGD).get(name) is not step for name, step in _STEP.items())
    if own & _OF_A_STEP or is_changed or any(name in vars(optimizer) for name in names):
        return f"{kind.__name__} has a step of its own{OWN_STEP}"
    if not all(isinstance(rate, (int, float)) for rate in optimizer.rates):
        return f"a rate of {kind.__name__} is no number"
    kinds: set[type[Value]] = set(map(type, optimizer.parameters))
    for its_kind in kinds - {Value}:
        if any(getattr(its_kind, name) is not getattr(Value, name) for name in _OF_A_NUMBER):
            return f"a parameter is a {its_kind.__name__}, which has a .data of its own"
    return ""


# What a class of the user's own may have instead: then a program does not do what it does.
_ANYWHERE = {"__getattribute__", "__getattr__", "__setattr__"}  # in a class beside SGD, too
_STEP = {**vars(SGD)}  # which somebody may have replaced
_OF_A_STEP = {"step", "zero_grad", "rates", *_ANYWHERE}
_OF_A_STEP |= {"parameters", "velocities", "lr", "_lr", "momentum", "dampening", "weight_decay"}
_OF_A_STEP |= {"nesterov"}
_OF_A_NUMBER = ("data", "grad", "_number", "__setattr__", "__getattribute__")
