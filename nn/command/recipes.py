"""Recipes: what `glassgrad train DATA` does unless told otherwise.

Owns, for each data set by name and for a table of the user's own, the loss function and the
settings that work, what the help says of them, and which encoding of the classes each loss function
wants.
"""

from dataclasses import dataclass, replace

from nn.data import Problem
from nn.data.encodings import ENCODINGS as OUTPUTS
from nn.losses import LOSSES

# How a loss function wants the classes; all three of the others want one_hot.
ENCODINGS = {
    "cross_entropy": "index",
    "hinge": "sign",
    "binary_cross_entropy": "probability",
    "binary_cross_entropy_with_logits": "logit",
}
NUMBERS = [loss for loss in LOSSES if loss not in ENCODINGS]  # those of a regression


@dataclass(frozen=True)
class Recipe:
    """The settings of a training; those of the command line by the same names replace them."""

    loss: str
    hidden: tuple[int, ...]
    epochs: int
    batch_size: int | None  # None: all samples
    lr: float
    activation: tuple[str, ...] = ("relu",)
    init: str = "he"
    momentum: float = 0.9
    dampening: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    test: float = 0.2
    validation: float = 0.0
    early_stopping: int | None = None
    scale: bool = True  # whether inputs (and a number as target) are standardised
    compiled: str = "off"  # or "exact" or "fast"

    @property
    def encoding(self) -> str:
        """How the classes become targets."""
        return ENCODINGS.get(self.loss, "one_hot")

    @property
    def output_activation(self) -> str | None:
        """The activation function of the output layer; None for a linear one."""
        return "sigmoid" if self.loss == "binary_cross_entropy" else None


_POINTS = Recipe("hinge", (16, 16), epochs=40, batch_size=16, lr=0.05, scale=False)
_TABLE = Recipe(
    "cross_entropy",
    (16,),
    epochs=100,
    batch_size=16,
    lr=0.02,
    weight_decay=0.01,
    validation=0.2,
    early_stopping=10,
)

RECIPES = {
    "moons": _POINTS,
    "circles": _POINTS,
    "spirals": replace(_POINTS, loss="cross_entropy", epochs=120, scale=True),
    "blobs": replace(_POINTS, loss="cross_entropy", hidden=(8,), epochs=20, scale=True),
    # The four corners are all there is: each epoch is one step on all of them.
    "xor": replace(
        _POINTS,
        loss="binary_cross_entropy_with_logits",
        hidden=(4,),
        activation=("tanh",),
        init="xavier",
        epochs=300,
        batch_size=None,
        lr=0.3,
        test=0.0,
    ),
    "linear": replace(_POINTS, loss="mse", hidden=(), epochs=40, lr=0.02, scale=True),
    "sine": replace(
        _POINTS, loss="mse", activation=("tanh",), init="xavier", epochs=100, lr=0.03, scale=True
    ),
    "iris": replace(_TABLE, epochs=80, validation=0.0, early_stopping=None),
    "wine": replace(_TABLE, epochs=40, validation=0.0, early_stopping=None),
    "breast_cancer": replace(_TABLE, epochs=40, validation=0.0, early_stopping=None),
    "diabetes": replace(_TABLE, loss="mse", lr=0.005),
    "digits": Recipe("cross_entropy", (32,), epochs=5, batch_size=16, lr=0.04, scale=False),
}
# How much is made up, where that is not the function's own default.
SAMPLES = {
    "moons": {"n_samples": 200},
    "circles": {"n_samples": 200},
    "spirals": {"n_samples": 300},
    "blobs": {"n_samples": 200},
    "linear": {"n_samples": 200},
    "sine": {"n_samples": 200},
}
HEADER = ("hidden", "activation", "epochs", "batch size", "lr", "loss")  # of the help's table
ENOUGH_ROWS = 100  # to spare a fifth of them for validation
STEPS = 60_000  # samples seen in all: with 16 hidden neurons within a minute


def recipe_for(task: str, n: int) -> Recipe:
    """Return what suits a table of n rows: a small network, standardised, stopped in time."""
    recipe = replace(_TABLE, epochs=min(100, max(20, STEPS // n)))
    if task == "regress":
        recipe = replace(recipe, loss="mse", lr=0.01)
    if n < ENOUGH_ROWS:
        recipe = replace(recipe, validation=0.0, early_stopping=None, batch_size=8)
    return recipe


def defaults() -> list[str]:
    """Return a table of what the recipes do, for the help: a line for each data set."""
    tables = [
        (f"FILE.csv, {what}", [recipe_for(task, n) for n in (1, ENOUGH_ROWS, 10**9)])
        for what, task in (("classes", "classify"), ("numbers", "regress"))
    ]
    rows: list[tuple[str, ...]] = [("DATA", *HEADER)]
    for name, recipes in [*((name, [recipe]) for name, recipe in RECIPES.items()), *tables]:
        shown = [dict.fromkeys(_shown(recipe, column) for recipe in recipes) for column in HEADER]
        rows.append((name, *[" to ".join(cells) for cells in shown]))
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def default(setting: str) -> str:
    """Return what a setting is where it is not given, for its help: most data's, and the others."""
    names: dict[str, list[str]] = {}
    for name, recipe in RECIPES.items():
        names.setdefault(_shown(recipe, setting), []).append(name)
    small, large = [_shown(recipe_for("classify", n), setting) for n in (1, ENOUGH_ROWS)]
    where = f" from {ENOUGH_ROWS} rows on" if small != large else ""
    names.setdefault(large, []).append(f"FILE.csv{where}")
    value, *others = sorted(names, key=lambda value: -len(names[value]))
    return "; ".join(
        [f"default: {value}", *[f"of {', '.join(names[value])}: {value}" for value in others]]
    )


def _shown(recipe: Recipe, column: str) -> str:
    value = getattr(recipe, column.replace(" ", "_"))
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "none"
    if value is None:
        return "all" if column == "batch size" else "none"
    return f"{value:g}" if isinstance(value, float) else f"{value}"


def refusal(recipe: Recipe, problem: Problem) -> str:
    """Return why this loss function cannot be had with this target, "" if it can."""
    if problem.task == "regress":
        if recipe.loss not in NUMBERS:
            return (
                f"--loss {recipe.loss} is for classes, and {problem.target} is a number here; "
                f"choose {', '.join(NUMBERS)}, or give --task classify"
            )
    elif OUTPUTS[recipe.encoding] == 1 and len(problem.classes) != 2:
        return (
            f"--loss {recipe.loss} is for two classes, and {problem.target} has "
            f"{len(problem.classes)}; choose cross_entropy"
        )
    return ""
