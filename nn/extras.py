"""Optional packages: whether one is there, and the one line that says how to get it.

Owns the wording of a missing extra. The import itself stands in the function that needs it:

    with extra("plot", "the loss curve"):
        from matplotlib.figure import Figure
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec


@contextmanager
def extra(name: str, purpose: str) -> Iterator[None]:
    """Turn a failed import inside the block into one line naming the extra to install.

    Raises ModuleNotFoundError.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            remedy(name, f"{purpose} needs {error.name}"), name=error.name
        ) from None


def remedy(name: str, problem: str) -> str:
    """`problem`, followed by the command that installs the extra `name`."""
    return f'{problem}: pip install "glassgrad[{name}]"'


def is_installed(module: str) -> bool:
    """Whether the top-level `module` could be imported; it is not imported."""
    return find_spec(module) is not None
