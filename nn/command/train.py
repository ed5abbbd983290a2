"""`glassgrad train DATA`: from a data set to a trained network and its files in a folder.

Owns the order of things: data, settings, network, training, results, files.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from autograd.files import write_atomically
from nn.command import report
from nn.command.artifacts import Artifacts
from nn.command.options import CommandError, meant
from nn.command.output import check_folder
from nn.command.parts import Parts, parts_of
from nn.command.recipes import RECIPES, SAMPLES, Recipe
from nn.command.settings import SETTINGS, arguments, difference, recipe_of, record_of
from nn.data import Preparation, Problem, problem_of, read_csv
from nn.data.problem import REGRESS
from nn.evaluate import loss_of, predict
from nn.layers import MLP
from nn.training.checkpoint import read_checkpoint
from nn.training.fit import fit
from nn.training.history import History
from nn.training.interrupt import resumed_by

__all__ = ["arguments", "run"]

MAX_PARAMETERS = 2_000_000  # each is an object of some hundred bytes, and a node in every sample
CHECKPOINT = "checkpoint"


def run(options: argparse.Namespace) -> int:
    """Train, print what matters and leave the files; return 130 after Ctrl-C, else 0."""
    problem = _problem(options)
    recipe = recipe_of(options, problem)
    folder = Path(options.out or f"runs/{Path(problem.name).stem}")
    check_folder(folder)
    record = record_of(recipe, options.seed, problem)
    if options.resume:
        before = _resumable(folder, record)
        if options.compiled is None:
            recipe = replace(recipe, compiled=before["compiled"])
            record["compiled"] = recipe.compiled
    parts = parts_of(problem, recipe, options.seed)
    preparation = Preparation.of(parts.training, scale=recipe.scale, encoding=recipe.encoding)
    source = Random(options.seed)
    model = _model(preparation, recipe, source)
    artifacts = Artifacts(folder, model, preparation, parts, options.lang)
    for line in report.before(problem, preparation, parts, model, recipe, options.seed):
        print(line)
    sys.stdout.flush()
    replaced = (
        report.replaced(folder) if (folder / SETTINGS).exists() and not options.resume else ()
    )
    for line in (*replaced, *report.warnings(recipe), *artifacts.missing()):
        print(line, file=sys.stderr)
    outputs_of = partial(predict, model)
    loss_before = loss_of(outputs_of, artifacts.training, recipe.loss)
    with nullcontext() if options.resume else _unchanged_if_it_fails(folder):
        history = _fit(model, preparation, parts, recipe, source, folder, record, options.resume)
        loss_after = loss_of(outputs_of, artifacts.training, recipe.loss)
        results = list(report.after(history, model, preparation, parts))
    for line in results:
        print(line)
    for line in report.hints(loss_before, loss_after, recipe):
        print(line, file=sys.stderr)
    written = [*artifacts.write(history), SETTINGS, CHECKPOINT]
    print(f"wrote {', '.join(written)} to {folder}")
    if artifacts.draws_graph:
        print(f"graph.svg shows {artifacts.subject_of_graph()}")
    if history.stopped == "interrupted":
        return 130
    return 0


def _problem(options: argparse.Namespace) -> Problem:
    """The data set by name, or the user's own file."""
    if options.data not in RECIPES:
        path = Path(options.data)
        if not path.exists() and path.suffix.lower() not in (".csv", ".tsv", ".txt"):
            hint = meant(options.data, RECIPES)
            raise CommandError(
                f"no file and no data set is called {options.data!r}{hint}"
                f"{' The' if hint else '; the'} data sets are {', '.join(RECIPES)}"
            )
        return read_csv(
            path,
            target=options.target,
            task=options.task,
            encoding="utf-8-sig" if options.encoding is None else options.encoding,
            ignore=options.ignore or (),
            missing=options.missing or "refuse",
        )
    for name in ("target", "task", "encoding", "ignore", "missing"):
        if getattr(options, name):
            raise CommandError(f"--{name} is for a CSV file; {options.data} needs none, omit it")
    return problem_of(options.data, seed=options.seed, **SAMPLES.get(options.data, {}))


def _model(preparation: Preparation, recipe: Recipe, source: Random) -> MLP:
    """The network that maps the prepared inputs to the outputs, with its initial weights."""
    sizes = [preparation.n_inputs, *recipe.hidden, preparation.n_outputs]
    n_parameters = sum((n + 1) * m for n, m in pairwise(sizes))
    if n_parameters > MAX_PARAMETERS:
        raise CommandError(
            f"--hidden {' '.join(map(str, recipe.hidden))} makes {n_parameters:,} parameters, "
            f"above the limit of {MAX_PARAMETERS:,}; choose smaller layers"
        )
    activation = recipe.activation if len(recipe.activation) > 1 else recipe.activation[0]
    return MLP(
        sizes[0],
        sizes[1:],
        activation=activation,
        output_activation=recipe.output_activation,
        seed=source,
        init=recipe.init,
    )


def _resumable(folder: Path, record: dict[str, Any]) -> dict[str, Any]:
    """The record of the training in `folder`; CommandError unless it has this data and settings."""
    remedy = "give the same arguments and the --out of that training, or leave --resume out"
    if not (folder / CHECKPOINT).is_file() or not (folder / SETTINGS).is_file():
        raise CommandError(f"--resume: {folder} holds no training to go on with; {remedy}")
    try:
        before = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    except ValueError:
        before = None
    if found := difference(before, record):
        raise CommandError(f"--resume: the training in {folder} is another: {found}; {remedy}")
    return dict(before)


@contextmanager
def _unchanged_if_it_fails(folder: Path) -> Iterator[None]:
    """A training that fails leaves the folder, and what it kept of an earlier one, as it was.

    But where the disk fills up in the middle of it, its own checkpoint stays: --resume goes on.
    """
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    earlier = {folder / name: _read_if_there(folder / name) for name in (SETTINGS, CHECKPOINT)}
    try:
        yield
    except (ArithmeticError, OSError, ValueError) as error:
        checkpoint = folder / CHECKPOINT
        is_own = _read_if_there(checkpoint) not in (None, earlier[checkpoint])
        if isinstance(error, OSError) and is_own and read_checkpoint(checkpoint).epoch > 0:
            raise
        for path, content in earlier.items():
            if content is None:
                path.unlink(missing_ok=True)
            elif content != _read_if_there(path):
                write_atomically(path, content)
        if is_new:
            with suppress(OSError):  # somebody else's file is in it by now
                folder.rmdir()
        raise


def _read_if_there(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _fit(
    model: MLP,
    preparation: Preparation,
    parts: Parts,
    recipe: Recipe,
    source: Random,
    folder: Path,
    record: dict[str, Any],
    resume: bool,
) -> History:
    """Train, with the settings and the checkpoint in the folder."""
    checkpoint = folder / CHECKPOINT
    write_atomically(folder / SETTINGS, json.dumps(record, indent=1).encode())
    with resumed_by("the same command with --resume"):
        return fit(
            model,
            preparation.data(parts.training),
            recipe.loss,
            epochs=recipe.epochs,
            batch_size=recipe.batch_size,
            seed=source,
            validation=preparation.data(parts.validation) if parts.validation else None,
            early_stopping=recipe.early_stopping,
            l1=recipe.l1,
            l2=recipe.l2,
            checkpoint=checkpoint,
            resume=checkpoint if resume else None,
            compiled=recipe.compiled != "off" and recipe.compiled,
            threshold=False if parts.training.task == REGRESS else None,
            lr=recipe.lr,
            momentum=recipe.momentum,
            dampening=recipe.dampening,
            weight_decay=recipe.weight_decay,
            nesterov=recipe.nesterov,
        )
