"""Saving under real faults: killed, interrupted, a disk that takes no more, devices, pipes.

Real children are killed and interrupted at random moments of a loop of `nn.save`: the file is the
old model or the new one, whole, and never a third.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import nn

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")

# Two models in turn, so that "old" and "new" are told apart by every number.
LOOP = """
import sys
import nn
models = [nn.MLP(2, [40, 40, 1], seed=seed) for seed in (1, 2)]
print("begun", flush=True)
try:
    while True:
        for model in models:
            nn.save(model, sys.argv[1])
except KeyboardInterrupt:
    print("interrupted")
"""
LIMITED = """
import resource, sys
import nn
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    nn.save(nn.MLP(2, [40, 40, 1], seed=2), sys.argv[1])
except OSError as error:
    print(error)
"""


def child(code, *arguments):
    return subprocess.Popen(
        # A Ctrl-C inside of open() itself leaves a file that nobody has: Python closes and says so.
        [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-c", code]
        + [*map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def state(seed):
    return nn.MLP(2, [40, 40, 1], seed=seed).state_dict()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_stopped_at_random_moments_of_saving(number, tmp_path):
    path, moments, seen = tmp_path / "model", random.Random(number), set()
    nn.save(nn.MLP(2, [40, 40, 1], seed=1), path)
    states = [state(1), state(2)]
    for _ in range(5):
        process = child(LOOP, path)
        assert process.stdout.readline() == "begun\n"
        time.sleep(moments.uniform(0.005, 0.06))
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
        if number == signal.SIGINT:
            assert (output, errors, process.returncode) == ("interrupted\n", "", 0)
            assert [entry.name for entry in tmp_path.iterdir()] == ["model"]
        else:
            assert process.returncode == -number
        loaded = nn.load(path).state_dict()
        assert loaded in states
        seen.add(states.index(loaded))
        names = {entry.name for entry in tmp_path.iterdir()} - {"model"}
        assert all(name.startswith(".model.") and name.endswith(".tmp") for name in names)
    nn.save(nn.MLP(2, [40, 40, 1], seed=2), path)  # what a killed one left is in nobody's way
    assert nn.load(path).state_dict() == states[1]


@pytest.mark.parametrize("size", [0, 1, 8, 300, 4096, 10_000])
def test_a_disk_that_takes_no_more(size, tmp_path):
    path = tmp_path / "model"
    nn.save(nn.MLP(2, [40, 40, 1], seed=1), path)
    old = path.read_bytes()
    assert len(old) > 10_000
    output, errors = child(LIMITED, path, size).communicate(timeout=30)
    assert (output, errors) == (f"[Errno 27] File too large: '{path}'\n", "")
    assert path.read_bytes() == old
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"]


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="a device of Linux")
def test_the_device_that_is_always_full_stays_a_device():
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        nn.save(nn.MLP(2, [1], seed=0), "/dev/full")
    assert Path("/dev/full").is_char_device()
    nn.save(nn.MLP(2, [1], seed=0), os.devnull)
    assert Path(os.devnull).is_char_device()


def test_a_pipe_gets_the_bytes_and_stays_a_pipe(tmp_path):
    model, pipe, got = nn.MLP(2, [1], seed=0), tmp_path / "pipe", []
    nn.save(model, tmp_path / "file")
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    nn.save(model, pipe)
    reader.join(10)
    assert got == [(tmp_path / "file").read_bytes()]
    assert pipe.is_fifo()
