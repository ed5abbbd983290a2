"""Makes sure that `import autograd` finds glassgrad's engine, not the other package of that name.

HIPS's autograd, on PyPI, has the same import name and installs into the same folder. This module
relies on the standard library alone, for the engine may not be there; importing it is the check,
so `nn/__init__.py` imports it before anything else.
"""

from importlib import metadata

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
    raise ImportError(_message(f"{_other_autograd() or 'another package'} in {autograd.__file__}"))


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


require_engine()
