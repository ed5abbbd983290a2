"""Makes sure that `import autograd` finds glassgrad's engine, not another package of that name.

HIPS's autograd, on PyPI, has the same import name and installs into the same folder; a program of
the user's own may be called autograd.py. This module relies on the standard library alone, for the
engine may not be there; importing it is the check, so `nn/__init__.py` imports it before anything
else. A program gets an ImportError; the command line, which is to print no traceback, one line.
"""

import sys
from importlib import metadata
from itertools import pairwise
from pathlib import Path

REMEDY = "pip uninstall -y autograd, then pip install --force-reinstall --no-deps glassgrad"


def require_engine() -> None:
    """Raise ImportError, naming the remedy, unless the package `autograd` is glassgrad's."""
    try:
        import autograd
    except ImportError as error:
        # HIPS's needs NumPy, which may be missing; any other failure speaks for itself.
        if not (other := _other_autograd()):
            raise
        raise ImportError(_message(other)) from error
    if hasattr(autograd, "Value"):
        return
    if autograd.__file__ is None:  # what is left of a folder whose __init__.py was removed
        raise ImportError(_message("only a part of it (another package took the rest away)"))
    file = Path(autograd.__file__)
    if not {"site-packages", "dist-packages"} & {*file.parts}:
        name = file.name if file.name != "__init__.py" else f"the folder {file.parent.name}"
        raise ImportError(
            f"nn needs glassgrad's autograd, but `import autograd` found {file}: "
            f"rename {name}, then start Python again (in a notebook: restart the kernel)"
        )
    raise ImportError(_message(f"{_other_autograd() or 'another package'} in {file}"))


def _other_autograd() -> str:
    """Name and version of the distribution `autograd`, "" if it is not installed."""
    try:
        return f"autograd {metadata.version('autograd')}"
    except metadata.PackageNotFoundError:
        return ""


def _message(found: str) -> str:
    return (
        f"nn needs glassgrad's autograd, but `import autograd` found {found}. In this order: "
        f"{REMEDY}, then start Python again (in a notebook: restart the kernel)"
    )


def _is_command() -> bool:
    """Whether this is glassgrad's command: `glassgrad`, `python -m nn` or `python -m autograd`.

    Python imports the package before it runs the command, so sys.argv must tell: it starts with
    the script's path, or with "-m" while the module named after it is being looked for.
    """
    program = Path(sys.argv[0]).name.lower() if sys.argv else ""
    if program in ("glassgrad", "glassgrad.exe", "glassgrad-script.py"):
        return True
    module = getattr(getattr(sys.modules["__main__"], "__spec__", None), "name", "")
    if program == "-m":
        words = sys.orig_argv[1:]
        module = next((n for m, n in pairwise(words) if m == "-m"), "")
    return module in ("nn", "nn.__main__", "autograd.__main__")


try:
    require_engine()
except ImportError as error:
    if not _is_command():
        raise
    print(f"glassgrad: {error}", file=sys.stderr)
    raise SystemExit(2) from None
