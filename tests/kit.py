"""What tests of the conformance kit share: running the code it prints, reading what that says."""

import math
import subprocess
import sys


def run_code(code, folder, *flags):
    """What a pasted program prints last, or the exception it ends with."""
    child = subprocess.run(
        [sys.executable, *flags, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    lines = (child.stdout if child.returncode == 0 else child.stderr).strip().splitlines()
    return lines[-1]


def is_number(text, number):
    """Whether a text is the number."""
    try:
        return math.isclose(float(text), number, rel_tol=1e-7) or (
            math.isnan(float(text)) and math.isnan(number)
        )
    except ValueError:
        return False
