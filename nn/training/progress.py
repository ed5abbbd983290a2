"""The progress bar of a training, on stderr.

Owns when it is shown, and what is shown in its place.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from nn.extras import is_installed, remedy


class _NoBar:
    """Stands for the progress bar where none is shown."""

    compiling = staticmethod(nullcontext)

    def update(self, n: int = 1) -> None: ...

    def set_postfix(self, refresh: bool = True, **measures: float) -> None: ...


class _Bar:
    """The bar of tqdm's, and what it does not count.

    Args:
        bar: of tqdm.
    """

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self.update, self.set_postfix = bar.update, bar.set_postfix

    @contextmanager
    def compiling(self) -> Iterator[None]:
        """A block in which a program is made: it is said, and is not taken for a slow batch.

        tqdm reckons the time that is left by what the last batches took.
        """
        bar = self._bar
        bar.set_description("compiling")
        try:
            yield
        finally:
            bar.set_description(None, refresh=False)
            bar.last_print_n, bar.last_print_t = bar.n, bar._time()


@contextmanager
def progress_bar(n_batches: int, n_done: int, verbose: bool) -> Iterator[Any]:
    """A tqdm bar of batches, or one line saying how to get it."""
    if verbose and is_installed("tqdm"):
        from tqdm import tqdm

        with tqdm(total=n_batches, initial=n_done, unit="batch") as bar:
            yield _Bar(bar)
        return
    if verbose:
        print(remedy("train", "no progress bar without tqdm"), file=sys.stderr)
    yield _NoBar()
