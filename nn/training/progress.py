"""The progress bar of a training, on stderr.

Owns when it is shown, and what is shown in its place.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nn.extras import is_installed, remedy


class _NoBar:
    """Stands for the progress bar where none is shown."""

    def update(self, n: int = 1) -> None: ...

    def set_postfix(self, refresh: bool = True, **measures: float) -> None: ...


@contextmanager
def progress_bar(n_batches: int, n_done: int, verbose: bool) -> Iterator[Any]:
    """A tqdm bar of batches, or one line saying how to get it."""
    if verbose and is_installed("tqdm"):
        from tqdm import tqdm

        with tqdm(total=n_batches, initial=n_done, unit="batch") as bar:
            yield bar
        return
    if verbose:
        print(remedy("train", "no progress bar without tqdm"), file=sys.stderr)
    yield _NoBar()
