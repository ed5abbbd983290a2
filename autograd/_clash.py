"""The other package called autograd: HIPS's, from PyPI, which installs into a folder of this name.

Owns the warning for an environment that holds both. Where HIPS's files win the import nothing here
is run; then `nn/_engine.py` speaks.
"""

import os
import sys
import warnings

REMEDY = "pip uninstall -y autograd, then pip install --force-reinstall --no-deps glassgrad"


def warn_of_other_autograd() -> None:
    """Warn, in one line, when the distribution `autograd` is installed beside this package.

    To be called once, by `autograd/__init__.py`: the warning points at the import of autograd.
    """
    found = _find_other_autograd()
    if found:
        warnings.warn(
            f"{found}, another package, is installed too and shares the folder 'autograd' with "
            f"glassgrad: updating or removing either breaks this one. To keep glassgrad: {REMEDY}",
            stacklevel=3,
        )


def _find_other_autograd() -> str:
    """Name and version of the distribution `autograd`, "" if it is not installed."""
    # Every import of autograd comes here, so without importlib.metadata or pathlib: 25 and 10 ms.
    for folder in sys.path:
        try:
            entries = os.listdir(folder or os.curdir)  # noqa: PTH208
        except OSError:  # a zip file, or a folder that is no longer there
            continue
        for entry in entries:
            if entry.startswith("autograd-") and entry.endswith((".dist-info", ".egg-info")):
                return entry.rpartition(".")[0].replace("-", " ", 1)
    return ""
