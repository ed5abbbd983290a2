"""The command line of nn: `python -m nn train moons|digits`.

Owns the arguments, what is printed, and which files a training leaves. Whatever goes wrong ends in
one line on stderr: exit code 2 for what the user can mend, 130 for Ctrl-C.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, NoReturn

from nn.activations import ACTIVATIONS
from nn.checks import rate, whole_number
from nn.command.recipes import RECIPES, Recipe
from nn.data import split
from nn.evaluate import accuracy, predict
from nn.extras import is_installed, remedy
from nn.files import write_atomically
from nn.graph import can_draw, draw_neuron
from nn.init import INITIALISERS
from nn.layers import MLP, Neuron
from nn.optim import SGD
from nn.plot import loss_curve, to_png
from nn.serialize import to_bytes
from nn.train import fit

TEST_FRACTION = 0.2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (default: `sys.argv`) ask for; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal in cp949 or ASCII shows any path
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
        options.run(options)
    except KeyboardInterrupt:
        return _say("interrupted", 130)
    except (OSError, ModuleNotFoundError, FloatingPointError) as error:
        return _say(str(error), 2)
    return 0


def train(options: argparse.Namespace) -> None:
    """Train a network on a data set, print its accuracy and leave its files in a folder."""
    recipe = RECIPES[options.data]
    folder = Path(f"runs/{options.data}" if options.out is None else options.out)
    _check_folder(folder)
    source = Random(options.seed)
    training, test = split(*recipe.data(source), TEST_FRACTION, source)
    hidden = recipe.hidden if options.hidden is None else options.hidden
    model = MLP(
        len(training[0][0]),
        [*hidden, recipe.n_outputs],
        activation=options.activation,
        seed=source,
        init=options.init,
    )
    optimizer = SGD(
        model.parameters(),
        lr=recipe.lr if options.lr is None else options.lr,
        momentum=options.momentum,
        weight_decay=options.weight_decay,
    )
    print(f"{options.data}: {len(training[0])} samples to train on, {len(test[0])} to test")
    print(f"{model}: {len(optimizer.parameters)} parameters")
    missing = _missing_pictures(recipe)
    if missing:
        lines = [remedy(extra, ", ".join(names)) for extra, names in missing.items()]
        print(f"these pictures will be missing: {'; '.join(lines)}", file=sys.stderr)
    sys.stdout.flush()
    history = fit(
        model,
        training,
        recipe.loss,
        optimizer,
        epochs=options.epochs or recipe.epochs,
        batch_size=options.batch_size or recipe.batch_size,
        seed=source,
    )
    for name, data in (("train", training), ("test", test)):
        print(f"{name} accuracy {100 * accuracy(model, data):.1f} %")
    neuron = model.layers[0].neurons[0]
    files: dict[str, Callable[[], bytes]] = {
        "model.safetensors": lambda: to_bytes(model),
        "history.csv": lambda: history.to_csv().encode(),
        "loss.png": lambda: to_png(loss_curve(history)),
        recipe.picture: lambda: to_png(recipe.plot(model, test)),
        "graph.svg": lambda: draw_neuron(neuron, _strongest(neuron, test[0])).svg().encode(),
    }
    left_out = {name for names in missing.values() for name in names}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if name not in left_out:
            write_atomically(folder / name, content())
    print(f"wrote {', '.join(name for name in files if name not in left_out)} to {folder}")


def _missing_pictures(recipe: Recipe) -> dict[str, list[str]]:
    """The extras that are not installed, each with the pictures that need it."""
    missing = {}
    if not is_installed("matplotlib"):
        missing["plot"] = ["loss.png", recipe.picture]
    if not can_draw():
        missing["render"] = ["graph.svg"]
    return missing


def _strongest(neuron: Neuron, rows: list[list[float]]) -> list[float]:
    """The sample that the neuron answers most strongly: one at which a relu lets gradients pass."""
    outputs = predict(neuron, rows)
    return rows[outputs.index(max(outputs))]


def _check_folder(folder: Path) -> None:
    """Raise OSError if nothing could be written there, before an hour of training."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise NotADirectoryError(f"--out: {nearest} is a file; name a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise PermissionError(f"--out: no permission to write to {nearest}; name another folder")


def _say(message: str, code: int) -> int:
    """Print the one line that a failed command leaves, and return its exit code."""
    print(f"nn: {' '.join(message.split())}", file=sys.stderr)
    return code


class _Parser(argparse.ArgumentParser):
    """Reports a wrong argument in one line."""

    def error(self, message: str) -> NoReturn:
        raise SystemExit(_say(f"{message} (see {self.prog} --help)", 2))


def _parser() -> _Parser:
    parser = _Parser(prog="python -m nn", description="Train neural networks.", allow_abbrev=False)
    commands = parser.add_subparsers(title="commands", required=True, metavar="command")
    command = commands.add_parser(
        "train",
        help="train a network on a data set",
        description="Train a multi-layer perceptron with stochastic gradient descent.",
        allow_abbrev=False,
    )
    command.set_defaults(run=train)
    command.add_argument("data", choices=list(RECIPES), help="the data set")
    count = _reader(int, lambda number: whole_number(number, "it"))
    seed = _reader(int, lambda number: whole_number(number, "it", least=0))
    factor = _reader(float, lambda number: rate(number, "it"))
    add = command.add_argument
    add(
        "--hidden",
        type=count,
        nargs="*",
        metavar="N",
        help=f"neurons of each hidden layer, as in --hidden 16 16 ({_defaults('hidden')})",
    )
    add("--activation", choices=list(ACTIVATIONS), default="relu", help="default: relu")
    add("--init", choices=list(INITIALISERS), default="he", help="initial weights; default: he")
    add("--epochs", type=count, metavar="N", help=_defaults("epochs"))
    add("--batch-size", type=count, metavar="N", help=_defaults("batch_size"))
    add("--lr", type=factor, metavar="X", help=f"learning rate ({_defaults('lr')})")
    add("--momentum", type=factor, default=0.9, metavar="X", help="default: 0.9")
    add("--weight-decay", type=factor, default=0.0, metavar="X", help="default: 0")
    add("--seed", type=seed, default=0, metavar="N", help="of all randomness; default: 0")
    add(
        "--out",
        type=_folder,
        metavar="DIR",
        help="for the files; default: runs/moons, runs/digits",
    )
    return parser


def _folder(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("name a folder, or leave the option out")
    return text


def _defaults(setting: str) -> str:
    """The default of one setting for each data set, for the help."""
    values = {name: getattr(recipe, setting) for name, recipe in RECIPES.items()}
    texts = [
        f"{' '.join(map(str, value)) if isinstance(value, tuple) else value} for {name}"
        for name, value in values.items()
    ]
    return f"default: {', '.join(texts)}"


def _reader(kind: type, check: Callable[[Any], Any]) -> Callable[[str], Any]:
    """Return what reads a checked number; argparse says whose it is before the refusal."""

    def read(text: str) -> Any:
        try:
            number = kind(text)
        except ValueError:
            number = text
        try:
            return check(number)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read
