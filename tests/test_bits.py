"""The same bits: between two runs, and between the supported Pythons on one machine.

Owns the comparison of digests; what is computed stands in tests/bits/digest.py. Nothing is stored:
the last bit of sin or exp is the C library's, which differs between machines.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = " ".join((ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8").split())
VERSIONS = ("3.11", "3.12", "3.13")
THIS = "{}.{}".format(*sys.version_info[:2])


def interpreters(version: str) -> list[str]:
    """Commands that may be Python `version`: pyenv's, then the PATH's."""
    root = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv")))
    found = [str(path) for path in sorted(root.glob(f"versions/{version}.*/bin/python"))]
    on_path = shutil.which(f"python{version}")
    return [*found, *([on_path] if on_path else [])]


def run(command: list[str], hash_seed: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@cache
def digest(python: str, hash_seed: str) -> str:
    done = run([python, "-m", "tests.bits.digest"], hash_seed)
    assert done.returncode == 0, done.stderr
    return done.stdout


def python_of(version: str) -> str | None:
    """The first interpreter that runs and is that version: a pyenv shim may be neither."""
    for python in interpreters(version):
        done = run([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], "0")
        if done.returncode == 0 and done.stdout.strip() == version:
            return python
    return None


def test_two_runs_give_the_same_bits() -> None:
    first = digest(sys.executable, "0")
    assert first == digest(sys.executable, "4242")
    counts = {line.split()[0]: int(line.split()[1]) for line in first.splitlines()}
    stated = re.search(
        r"(\d+) golden operands, (\d+) random graphs, (\d+) trainings and (\d+) initialisers", PAGE
    )
    assert stated is not None
    assert [str(counts[part]) for part in ("rows", "graphs", "trainings", "initialisers")] == [
        *stated.groups()
    ], "docs/accuracy.md says otherwise"


@pytest.mark.parametrize("version", [v for v in VERSIONS if v != THIS])
def test_another_python_gives_the_same_bits(version: str) -> None:
    python = python_of(version)
    if python is None:
        pytest.skip(
            f"no Python {version} here: `pyenv install {version}` or python{version} in PATH"
        )
    assert digest(python, "0") == digest(sys.executable, "0"), (
        f"find the result that differs: diff the output of `python -m tests.bits.digest --lines` "
        f"under {python} and {sys.executable}"
    )


def test_a_changed_bit_changes_the_digest() -> None:
    code = (
        "import math\n"
        "from autograd import special\n"
        "from tests.bits import digest\n"
        "before = digest.bits([0.0, 1.0])\n"
        "assert before != digest.bits([-0.0, 1.0])\n"
        "assert before != digest.bits([0.0, math.nextafter(1.0, 2.0)])\n"
        "assert digest.bits([5e-324]) != digest.bits([0.0])\n"
        "assert digest.bits([math.nan]) == digest.bits([-math.nan])\n"
    )
    done = run([sys.executable, "-c", code], "0")
    assert done.returncode == 0, done.stderr
