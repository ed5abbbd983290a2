"""What `glassgrad train` prints: the data, the network, the results, what may have gone wrong.

Owns the words; everything is plain lines, the numbers in the units of the target.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nn.command.measures import describe_classes, describe_numbers
from nn.command.options import as_options
from nn.command.parts import Parts
from nn.command.recipes import Recipe
from nn.data import Preparation, Problem
from nn.evaluate import predict
from nn.layers import MLP
from nn.training.history import History

SHOWN = 12  # columns or classes named in one line


def before(
    problem: Problem,
    preparation: Preparation,
    parts: Parts,
    model: MLP,
    recipe: Recipe,
    seed: int,
) -> Iterator[str]:
    """Yield what is known before the training."""
    yield f"data: {problem.name}, {_count(len(problem.rows), 'row')}"
    yield f"inputs: {_columns(problem, preparation)}"
    yield f"target: {_target(problem)}"
    yield from map(as_options, problem.notes)
    sizes = [f"{len(parts.training.rows)} to train on"]
    if parts.validation:
        sizes.append(f"{len(parts.validation.rows)} for validation")
    sizes.append(f"{len(parts.test.rows)} to test" if parts.test else "none to test")
    yield f"split: {', '.join(sizes)} (seed {seed})"
    yield f"model: {model}, {_count(len(model.parameters()), 'parameter')}"
    batch = "all samples" if recipe.batch_size is None else _count(recipe.batch_size, "sample")
    terms = "".join(
        f", {name.replace('_', ' ')} {getattr(recipe, name):g}"
        for name in ("momentum", "dampening", "weight_decay", "l1", "l2")
        if getattr(recipe, name)
    )
    yield (
        f"training: {recipe.loss}, SGD, lr {recipe.lr:g}{terms}{', nesterov' * recipe.nesterov}, "
        f"batches of {batch}, {_count(recipe.epochs, 'epoch')}{_COMPILED[recipe.compiled]}"
    )


_COMPILED = {"off": "", "exact": ", compiled", "fast": ", compiled, fast mode"}


def replaced(folder: Path) -> Iterator[str]:
    """Yield what becomes of the training that `folder` holds."""
    yield (
        f"{folder} holds a training, which this one will replace "
        "(another --out keeps both, --resume goes on)"
    )


def warnings(recipe: Recipe) -> Iterator[str]:
    """Yield what will keep the network from learning."""
    if "step" in recipe.activation and recipe.hidden:
        yield (
            "the derivative of step is 0, so nothing before it is learned, only the output layer: "
            "try --activation sigmoid"
        )


def after(history: History, model: MLP, preparation: Preparation, parts: Parts) -> Iterator[str]:
    """Yield how the training ended, and how good the network is."""
    if history.stopped == "interrupted":
        yield f"interrupted after {_count(len(history), 'epoch')}; --resume goes on"
    elif history.best_epoch is not None:
        early = "stopped early, " * (history.stopped == "early stopping")
        yield f"{early}{_count(len(history), 'epoch')}; the weights are those of epoch " + str(
            history.best_epoch
        )
    if history.compiled is not None:
        yield "; ".join([history.compiled.headline, *history.compiled.notes])
    known = parts.training.targets
    for name, part in (("train", parts.training), ("test", parts.test)):
        if part is None:
            continue
        X, _ = preparation.data(part)
        answers = [preparation.answer(output) for output in predict(model, X)]
        describe = describe_classes if part.task == "classify" else describe_numbers
        yield f"{name} {describe(answers, part.targets, known)}"  # type: ignore[arg-type]


def hints(before: float, after: float, recipe: Recipe) -> Iterator[str]:
    """Yield what to try if the loss over the training samples has not fallen, and could have."""
    if after == 0.0:
        return
    if after >= before:
        yield (
            f"the loss has not fallen ({before:.4g} before, {after:.4g} after): "
            f"try a smaller --lr than {recipe.lr:g}, or other initial weights (--seed)"
        )
    elif after > 0.95 * before:
        yield (
            f"the loss has hardly fallen ({before:.4g} before, {after:.4g} after): "
            f"try a larger --lr than {recipe.lr:g}, or more --epochs"
        )


def _columns(problem: Problem, preparation: Preparation) -> str:
    texts = [
        name if categories is None else f"{name} ({_count(len(categories), 'category')})"
        for name, categories in zip(problem.features, problem.categories, strict=True)
    ]
    return f"{_listed(texts)}: {_count(preparation.n_inputs, 'input')} of the network"


def _target(problem: Problem) -> str:
    if problem.task == "regress":
        low, high = min(problem.targets), max(problem.targets)
        return f"{problem.target}, a number from {low:g} to {high:g}"
    counts = Counter(problem.targets)
    return f"{problem.target}, {_count(len(problem.classes), 'class')}: " + _listed(
        [f"{name} ({counts[name]})" for name in problem.classes]
    )


def _listed(texts: list[str]) -> str:
    more = f" and {len(texts) - SHOWN} more" if texts[SHOWN:] else ""
    return ", ".join(texts[:SHOWN]) + more


def _count(n: int, noun: str) -> str:
    plural = {"category": "categories", "class": "classes"}.get(noun, f"{noun}s")
    return f"{n} {noun if n == 1 else plural}"
