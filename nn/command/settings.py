"""The settings of `glassgrad train`: its options, and what they are once recipes fill the gaps.

Owns the arguments of the command, the checks that need several of them, and the record by which
`--resume` knows that it goes on with the same training.
"""

import argparse
import hashlib
import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from nn.activations import ACTIVATIONS
from nn.command import options as read
from nn.command.options import CommandError
from nn.command.recipes import RECIPES, Recipe, default, defaults, recipe_for, refusal
from nn.data import Problem
from nn.init import INITIALISERS
from nn.losses import LOSSES

SETTINGS = "settings.json"  # the record, beside the model and the checkpoint it belongs to
DEFAULT = "default: what suits the data, see below"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of the command."""
    parser.description = (
        "Train a neural network on a CSV file of your own, or on a data set by name: "
        f"{', '.join(RECIPES)}."
    )
    parser.usage = "%(prog)s DATA [options]"
    parser.epilog = "\n".join(["what suits the data:", *[f"  {line}" for line in defaults()]])
    parser.add_argument("data", metavar="DATA", type=read.path, help="FILE.csv, or a name")
    table = parser.add_argument_group("a CSV file").add_argument
    table("--target", metavar="COLUMN", help="what to predict; default: the last column")
    table("--task", choices=["classify", "regress"], help="default: guessed from the target")
    table("--encoding", metavar="E", help="of the file, such as cp949; default: utf-8")
    table(
        "--ignore",
        metavar="COLUMN",
        nargs="+",
        action="extend",
        help="columns to leave out; after DATA",
    )
    table("--missing", choices=["refuse", "drop"], help="rows with missing values; default: refuse")
    network = parser.add_argument_group("the network").add_argument
    network(
        "--hidden",
        type=read.sizes,
        metavar="N ...",
        help="neurons of each hidden layer, as in --hidden 16 16; nothing: no hidden layer; "
        f"{DEFAULT}",
    )
    network(
        "--activation",
        type=read.names_of(ACTIVATIONS),
        metavar="A ...",
        help=f"one, or one for each hidden layer: {', '.join(ACTIVATIONS)}; {DEFAULT}",
    )
    network("--init", choices=list(INITIALISERS), help=f"initial weights; {default('init')}")
    training = parser.add_argument_group("the training").add_argument
    training("--loss", choices=list(LOSSES), help=f"loss function; {DEFAULT}")
    training("--epochs", type=read.number(), metavar="N", help=DEFAULT)
    training(
        "--batch-size",
        type=read.batch_size,
        metavar="N|all",
        help=f"samples for each weight update; 1: stochastic gradient descent; {DEFAULT}",
    )
    training("--lr", type=read.factor(positive=True), metavar="X", help=f"learning rate; {DEFAULT}")
    training(
        "--momentum", type=read.factor(below=1), metavar="X", help=f"below 1; {default('momentum')}"
    )
    training(
        "--dampening",
        type=read.factor(),
        metavar="X",
        help=f"of the momentum; {default('dampening')}",
    )
    training("--nesterov", action="store_true", default=None, help="Nesterov's momentum")
    training(
        "--weight-decay",
        type=read.factor(),
        metavar="X",
        help=f"as PyTorch's SGD; {default('weight_decay')}",
    )
    training(
        "--l1",
        type=read.factor(),
        metavar="X",
        help=f"factor of the sum of |w| in the cost; {default('l1')}",
    )
    training(
        "--l2",
        type=read.factor(),
        metavar="X",
        help=f"factor of the sum of w**2 in the cost; {default('l2')}",
    )
    training(
        "--test",
        type=read.factor(below=1),
        metavar="FRACTION",
        help=f"kept for testing; {default('test')}",
    )
    training(
        "--validation",
        type=read.factor(below=1),
        metavar="FRACTION",
        help=f"kept for validation; {default('validation')}",
    )
    training(
        "--early-stopping",
        type=read.number(),
        metavar="N",
        help="stop after N epochs without a smaller loss on the validation part, keep the best; "
        f"{default('early_stopping')}",
    )
    training(
        "--compiled",
        type=read.compile_mode,
        metavar="[MODE]",
        help="run the training as a program, made in some seconds: the same files, a long training "
        "ends much sooner; fast: sooner still, and right within rounding; off: not (with --resume "
        "the default is what it was)",
    )
    training("--seed", type=read.number(0), default=0, metavar="N", help="default: 0")
    result = parser.add_argument_group("the result").add_argument
    result(
        "--lang",
        choices=["ko", "en"],
        help="of page and pictures; default: the page the reader's, network.svg both, others en",
    )
    result("--out", type=read.path, metavar="DIR", help="default: runs/ and the name of DATA")
    result("--resume", action="store_true", help="go on with an interrupted training in DIR")


def recipe_of(options: argparse.Namespace, problem: Problem) -> Recipe:
    """Return all settings: those given, and the recipe's for the rest.

    Raises CommandError for settings that do not fit together, or not with the data.
    """
    recipe = (
        RECIPES[options.data]
        if options.data in RECIPES
        else recipe_for(problem.task, len(problem.rows))
    )
    given = {
        field.name: getattr(options, field.name)
        for field in fields(Recipe)
        if getattr(options, field.name, None) is not None
    }
    if given.get("batch_size") == "all":
        given["batch_size"] = None
    if "activation" in given and "init" not in given:
        given["init"] = "he" if RECTIFIERS.issuperset(given["activation"]) else "xavier"
    if given.get("validation") == 0.0 and "early_stopping" not in given:
        given["early_stopping"] = None
    if "early_stopping" in given and "validation" not in given and not recipe.validation:
        given["validation"] = 0.2
    recipe = replace(recipe, **given)
    if refused := _conflict(recipe) or refusal(recipe, problem):
        raise CommandError(refused)
    return recipe


RECTIFIERS = {"relu", "leaky_relu", "elu", "gelu", "silu", "softplus"}  # he suits them


def _conflict(recipe: Recipe) -> str:
    """What makes the settings contradict each other, "" if nothing does."""
    n_hidden, n_names = len(recipe.hidden), len(recipe.activation)
    if n_names > 1 and n_names != n_hidden:
        return (
            f"--activation names {n_names} functions for {n_hidden} hidden "
            f"layer{'s' * (n_hidden != 1)}; give one, or one for each"
        )
    if recipe.early_stopping and not recipe.validation:
        return "--early-stopping watches the validation part; give --validation 0.2"
    if recipe.test + recipe.validation >= 1.0:
        return (
            f"--test {recipe.test:g} and --validation {recipe.validation:g} leave nothing to "
            "train on; together they must lie below 1"
        )
    if recipe.nesterov and (not recipe.momentum or recipe.dampening):
        return "--nesterov needs a --momentum above 0, such as 0.9, and no --dampening"
    return ""


def record_of(recipe: Recipe, seed: int, problem: Problem) -> dict[str, Any]:
    """Return what a training that goes on with another must have in common with it, as JSON.

    The number of epochs may be another, and how it is compiled. Of the data it has a fingerprint.
    """
    samples = [problem.features, problem.target, problem.classes, problem.rows, problem.targets]
    text = json.dumps(samples)
    settings = {"data": problem.name, "seed": seed, **asdict(recipe)}
    settings["samples"] = hashlib.sha256(text.encode()).hexdigest()
    result: dict[str, Any] = json.loads(json.dumps(settings))
    return result


def is_trained_on(model: Path, name: str) -> bool:
    """Return whether the record beside a model file says that it learned from a table `name`."""
    try:
        record = json.loads(model.with_name(SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a model file may stand alone, and anything beside it
        return False
    return isinstance(record, dict) and record.get("data") == name


def difference(before: Any, now: dict[str, Any]) -> str:
    """Return in what a record differs from that of the training to go on with, "" if in nothing."""
    if (
        not isinstance(before, dict)
        or before.keys() != now.keys()
        or before["compiled"] not in read.COMPILED
    ):
        return "its settings are those of another version of glassgrad"
    if before["data"] != now["data"]:
        return f"its data were {before['data']}, not {now['data']}"
    changed = [
        name for name in now if name not in ("epochs", "compiled") and before[name] != now[name]
    ]
    if "samples" in changed and len(changed) == 1:
        return f"the samples of {now['data']} have changed since, or other columns are used"
    changed = [name for name in changed if name != "samples"]
    if not changed and isinstance(before["epochs"], int) and now["epochs"] < before["epochs"]:
        return (
            f"it was to have {before['epochs']} epochs, not {now['epochs']}; give as many or more"
        )
    return ", ".join(
        f"its --{name.replace('_', '-')} was {_shown(name, before[name])}, not "
        f"{_shown(name, now[name])}"
        for name in changed
    )


def _shown(name: str, value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value)) or "empty"
    if value is None:
        return "all" if name == "batch_size" else "left out"
    return f"{value}"
