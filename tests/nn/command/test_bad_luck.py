"""Bad luck: disks that are full, folders without permission, trainings that diverge.

One clear line on stderr, exit code 2, and what is left is whole.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import nn
from nn.command.main import main
from tests.nn.command.running import (
    ROOT,
    WITHOUT,
    command,
    environment,
    houses,
    names_in,
    run,
    write_csv,
)


def test_a_diverging_training_is_one_line_and_leaves_nothing(tmp_path):
    for lr in ("1e300", "1e5"):
        words = ["train", "linear", "--epochs", "20", "--lr", lr, "--out", "out"]
        result = run(*words, cwd=tmp_path)
        assert result.returncode == 2
        last = result.stderr.splitlines()[-1]
        assert last.startswith("glassgrad: fit: the loss became ")
        assert last.endswith("train again with a smaller learning rate")
        assert "Traceback" not in result.stderr
        assert names_in(tmp_path) == set()


def test_a_training_that_fails_leaves_the_one_before_it(tmp_path):
    words = ["train", "linear", "--epochs", "3", "--out", "out"]
    assert run(*words, cwd=tmp_path).returncode == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    for lr in ("1e300", "1e5"):
        assert run(*words, "--lr", lr, cwd=tmp_path).returncode == 2
        assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_predictions_too_large_to_judge_are_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_csv(
        tmp_path / "large.csv", [["x", "y"], *[[0.5 * i + 0.1, 1e148 * i] for i in range(30)]]
    )
    write_csv(tmp_path / "far.csv", [["x", "y"], [1e150, 1], [2, 2]])
    assert main(["train", "large.csv", "--epochs", "1", "--out", "out"]) == 0
    capsys.readouterr()
    assert main(["predict", "out/model.safetensors", "far.csv"]) == 2
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3  # what was predicted
    assert said.err == (
        "glassgrad: numbers became too large to square or add; give the columns other units, "
        "or train with a smaller --lr\n"
    )


@pytest.mark.parametrize("closed", [("stdout",), ("stderr",), ("stdout", "stderr")])
def test_streams_that_were_closed_take_what_is_printed(tmp_path, closed):
    """As by `glassgrad ... >&-`, or by what starts a daemon."""
    code = "import sys\n" + "".join(f"sys.{name} = None\n" for name in closed)
    words = ["train", "moons", "--epochs", "1", "--hidden", "4", "--out", "out"]
    for line in (["explain", "x*x", "x=2"], ["doctor"], words):
        result = run(*line, cwd=tmp_path, code=code)
        assert (result.returncode, "Traceback" in result.stderr) == (0, False)
    assert (tmp_path / "out" / "model.safetensors").exists()
    assert run("explain", "x*", "x=2", cwd=tmp_path, code=code).returncode == 2


def test_data_without_their_extra_are_one_line(tmp_path):
    result = run("train", "iris", cwd=tmp_path, code=WITHOUT.format(["sklearn"]))
    assert result.returncode == 2
    assert result.stderr == (
        'glassgrad: the iris data set needs sklearn.datasets: pip install "glassgrad[data]"\n'
    )
    assert names_in(tmp_path) == set()


posix = pytest.mark.skipif(sys.platform == "win32", reason="limits and permissions of POSIX")


def limit(size):
    return f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"


@posix
def test_a_full_disk_at_the_start_leaves_no_folder(tmp_path):
    words = ["train", "moons", "--epochs", "1", "--out", "out"]
    result = run(*words, cwd=tmp_path, code=limit(100))
    assert result.returncode == 2
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("glassgrad")]
    assert "settings.json: File too large; make room" in line
    assert "Traceback" not in result.stderr
    assert names_in(tmp_path) == set()


WIDE = ("train", "moons", "--epochs", "1", "--hidden", "40", "--out", "out")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """How large the files of a training are."""
    folder = tmp_path_factory.mktemp("whole")
    assert run(*WIDE, cwd=folder).returncode == 0
    return {path.name: path.stat().st_size for path in (folder / "out").iterdir()}


@posix
@pytest.mark.parametrize("size", [2000, 20000, 100000])
def test_a_disk_that_fills_up_leaves_whole_files(tmp_path, size, whole):
    result = run(*WIDE, cwd=tmp_path, code=limit(size))
    assert result.returncode == 2
    assert "make room" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    out = tmp_path / "out"
    left = {path.name: path.stat().st_size for path in out.iterdir()} if out.exists() else {}
    assert left.items() <= whole.items()
    assert all(file_size <= size for file_size in left.values())


def test_a_disk_that_fills_up_amid_a_training_leaves_its_checkpoint(tmp_path):
    words = ["train", "moons", "--epochs", "6", "--hidden", "4", "--out", "out"]
    assert run(*words, "--seed", "3", cwd=tmp_path).returncode == 0  # what is replaced
    code = """
import errno, itertools
from nn.training import checkpoint
checkpoint.SHARE = float("inf")
checkpoint.SECONDS, whole, calls = 0.0, checkpoint.write_atomically, itertools.count()
def write(path, content):
    if next(calls) == 3:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))
    whole(path, content)
checkpoint.write_atomically = write"""
    result = run(*words, cwd=tmp_path, code=code)
    assert result.returncode == 2
    assert result.stderr.endswith(
        "No space left on device; make room, or name a folder on another disk\n"
    )
    assert run(*words, "--resume", cwd=tmp_path).returncode == 0
    resumed = (tmp_path / "out" / "model.safetensors").read_bytes()
    assert run(*words, cwd=tmp_path).returncode == 0
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == resumed


@posix
def test_a_full_disk_takes_no_half_of_a_prediction_or_picture(tmp_path):
    nn.save(nn.MLP(2, [1], seed=0), tmp_path / "m.safetensors")
    write_csv(tmp_path / "t.csv", [["a", "b"], *[[i, i] for i in range(100)]])
    for words in (
        ["predict", "m.safetensors", "t.csv", "--out", "p.csv"],
        ["draw", "m.safetensors", "-o", "n.svg"],
    ):
        result = run(*words, cwd=tmp_path, code=limit(200))
        assert result.returncode == 2
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1
        assert f"{words[-1]}: File too large; make room" in result.stderr
        assert names_in(tmp_path) == {"m.safetensors", "t.csv"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_the_device_that_is_always_full(tmp_path):
    nn.save(nn.MLP(2, [1], seed=0), tmp_path / "m.safetensors")
    write_csv(tmp_path / "t.csv", [["a", "b"], [1, 2]])
    words = ["predict", tmp_path / "m.safetensors", tmp_path / "t.csv"]
    result = run(*words, "--out", "/dev/full", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "/dev/full: No space left on device; make room" in result.stderr
    assert not Path("/dev/full").is_file()  # the device is still one
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            command(*words),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            check=False,
        )
    assert result.returncode == 2
    assert result.stderr == (
        "glassgrad: what is printed: No space left on device; "
        "make room, or name a folder on another disk\n"
    )


@posix
def test_a_folder_without_permission(tmp_path):
    with tempfile.TemporaryDirectory() as name:  # not below tmp_path, which only its owner enters
        folder = Path(name)
        write_csv(folder / "houses.csv", houses(20))
        nn.save(nn.MLP(2, [1], seed=0), folder / "m.safetensors")
        write_csv(folder / "t.csv", [["a", "b"], [1, 2]])
        (folder / "secret.csv").write_text("a,b\n1,2\n")
        (folder / "secret.csv").chmod(0)
        folder.chmod(0o555)
        # Root may write anywhere, so the child becomes nobody once everything is imported.
        code = (
            f"import os, sys\nsys.path.insert(0, {str(ROOT)!r})\n"
            "import nn.command.train, nn.command.predict, nn.command.draw, nn.plot, nn.page.build\n"
            "import encodings.utf_8_sig\nif os.getuid() == 0: os.setuid(65534)"
        )
        for words, problem in (
            (["train", "houses.csv", "--out", "out"], "--out: no permission to write to"),
            (["predict", "m.safetensors", "t.csv", "--out", "p.csv"], "--out: no permission"),
            (["draw", "m.safetensors"], "-o: no permission to write to"),
            (["train", "secret.csv"], "secret.csv: Permission denied; ask for the permission"),
        ):
            result = run(*words, cwd=folder, code=code)
            assert result.returncode == 2, result.stderr
            assert result.stdout == ""
            assert len(result.stderr.splitlines()) == 1, result.stderr
            assert problem in result.stderr
        folder.chmod(0o755)
        assert names_in(folder) == {"houses.csv", "m.safetensors", "t.csv", "secret.csv"}
