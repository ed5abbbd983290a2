"""The same bits in two runs, and in every Python of this machine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def digest(python, hash_seed):
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [python, "-m", "tests.bits"], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def other_pythons():
    """Every other supported Python that can be found, by version."""
    found = {}
    for minor in (11, 12, 13, 14):
        name = f"python3.{minor}"
        pyenv = sorted((Path.home() / ".pyenv" / "versions").glob(f"3.{minor}.*/bin/python"))
        for python in (shutil.which(name), *map(str, pyenv)):
            runs = python and subprocess.run([python, "-c", ""], capture_output=True, check=False)
            if runs and runs.returncode == 0 and minor != sys.version_info.minor:
                found[name] = python
    return found


def test_two_runs_give_the_same_bits():
    first = digest(sys.executable, "1")
    assert first == digest(sys.executable, "2")
    assert int(first.split()[2]) > 15_000


OTHERS = other_pythons()


@pytest.mark.skipif(not OTHERS, reason="no other Python here; pyenv install 3.12 3.13 adds them")
@pytest.mark.parametrize("name", OTHERS or ["python3.x"])
def test_other_pythons_give_the_same_bits(name):
    assert digest(OTHERS[name], "3") == digest(sys.executable, "3")
