"""The parts of a data set: what is trained on, kept for validation and kept for testing."""

from dataclasses import dataclass
from random import Random

from nn.command.options import CommandError
from nn.command.recipes import Recipe
from nn.data import Problem


@dataclass(frozen=True)
class Parts:
    """The samples by their use; those for validation and for testing may be missing."""

    training: Problem
    validation: Problem | None
    test: Problem | None

    @property
    def unseen(self) -> Problem:
        """The samples to look at afterwards: those for testing, else those trained on."""
        return self.test or self.training


def parts_of(problem: Problem, recipe: Recipe, seed: int) -> Parts:
    """Divide the samples by the fractions of `recipe`, each class in each part where it can be.

    The test part depends on its own fraction and the seed alone. Raises CommandError where there
    are too few samples.
    """
    source = Random(seed)
    training, test, validation = problem, None, None
    try:
        if recipe.test:
            training, test = training.split(recipe.test, source)
        if recipe.validation:  # a fraction of the whole
            share = recipe.validation / (1.0 - recipe.test)
            training, validation = training.split(share, source)
    except ValueError:
        raise CommandError(
            f"{problem.name} has {len(problem.rows)} samples, too few to keep some for testing or "
            "validation; add samples, or give --test 0 --validation 0"
        ) from None
    return Parts(training, validation, test)
