"""Ctrl-C in `glassgrad train`, and `--resume`: nothing is lost, and the bits are the same."""

import csv
import shutil
import signal
import subprocess
import sys
import time

import pytest

from nn.command.main import main
from tests.nn.command.running import (
    ALWAYS,
    GRAPHS,
    command,
    environment,
    houses,
    names_in,
    run,
    write_csv,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

# A table with numbers and categories, momentum, validation and early stopping.
WORDS = ["train", "houses.csv", "--nesterov", "--validation", "0.2", "--early-stopping", "100"]
# A Ctrl-C needs some milliseconds to arrive: each batch takes two.
SLOW = (
    "import time, nn.optim\nstep = nn.optim.SGD.step\n"
    "def slow(self):\n    time.sleep(0.002)\n    step(self)\nnn.optim.SGD.step = slow"
)


def n_epochs(folder):
    with (folder / "history.csv").open(encoding="utf-8") as file:
        return len(list(csv.DictReader(file)))


def interrupted(folder, *words, seconds):
    """Run a training and send it SIGINT some seconds after its first epoch."""
    process = subprocess.Popen(
        command(*words, code=SLOW),
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    said = b""
    while b"epoch=" not in said:
        said += process.stderr.read(1)
        assert process.poll() is None, said
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    return process.returncode, out.decode(), (said + err).decode()


def test_an_interrupted_training_keeps_everything_and_goes_on_to_the_same_bits(tmp_path):
    write_csv(tmp_path / "houses.csv", houses(120))
    words = [*WORDS, "--epochs", "60"]
    code, out, err = interrupted(tmp_path, *words, "--out", "cut", seconds=0.3)
    assert "To go on: the same command with --resume" in err
    assert "fit(" not in err
    assert code == 130, err
    assert "Traceback" not in err
    assert "--resume goes on" in out
    plots = {"loss.png", "regression.png", "neurons.png"}
    assert names_in(tmp_path / "cut") == ALWAYS | GRAPHS | plots
    n_before = n_epochs(tmp_path / "cut")
    assert 0 < n_before < 60

    assert run(*words, "--out", "whole", cwd=tmp_path).returncode == 0
    result = run(*words, "--out", "cut", "--resume", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for name in ("model.safetensors", "history.csv", "training.html", "network.svg", "graph.svg"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_there_may_be_more_epochs_than_before(tmp_path):
    write_csv(tmp_path / "houses.csv", houses(60))
    for epochs, out, more in ((4, "cut", ()), (9, "cut", ("--resume",)), (9, "whole", ())):
        result = run(*WORDS, "--epochs", epochs, "--out", out, *more, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
    cut, whole = ((tmp_path / out / "model.safetensors").read_bytes() for out in ("cut", "whole"))
    assert cut == whole
    assert n_epochs(tmp_path / "cut") == 9


def test_an_interrupt_inside_the_first_epoch_leaves_a_model(tmp_path):
    code = SLOW.replace("0.002", "0.2") + (
        "\nimport os, signal, threading\n"
        "threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()"
    )
    words = ["train", "moons", "--batch-size", "1", "--out", "out"]
    result = run(*words, cwd=tmp_path, code=code)
    assert result.returncode == 130, result.stderr
    assert "interrupted after 0 epochs" in result.stdout
    assert {"model.safetensors", "checkpoint"} <= names_in(tmp_path / "out")


def test_another_training_is_not_gone_on_with(tmp_path, capsys):
    table = write_csv(tmp_path / "houses.csv", houses(40))
    out = tmp_path / "out"
    words = ["train", str(table), "--epochs", "2", "--out", str(out)]
    assert main(words) == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def refused(*arguments, folder=out):
        capsys.readouterr()
        assert main([*arguments, "--out", str(folder), "--resume"]) == 2
        said = capsys.readouterr()
        assert said.out == "" or "checkpoint" in said.err  # that is read last
        assert said.err.count("\n") == 1
        return said.err

    assert "its --lr was 0.01, not 0.5" in refused(*words, "--lr", "0.5")
    assert "its --hidden was 16, not 5 5" in refused(*words, "--hidden", "5", "5")
    assert "its --batch-size was 8, not all" in refused(*words, "--batch-size", "all")
    changed = refused(*words, "--early-stopping", "2")
    assert "its --validation was 0.0, not 0.2, its --early-stopping was left out, not 2" in changed
    assert "its --seed was 0, not 7" in refused(*words, "--seed", "7")
    assert "its data were houses.csv, not moons" in refused("train", "moons")
    assert "holds no training to go on with" in refused(*words, folder=tmp_path / "none")
    assert "it was to have 2 epochs, not 1" in refused("train", str(table), "--epochs", "1")
    write_csv(table, houses(40, seed=1))
    assert "the samples of houses.csv have changed since" in refused(*words)
    write_csv(table, houses(40))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    for content in (b"{", b"[]", b"\xff", b"{}"):
        (out / "settings.json").write_bytes(content)
        assert "another version of glassgrad" in refused(*words)
    (out / "settings.json").write_bytes(before["settings.json"])
    (out / "checkpoint").write_bytes(before["checkpoint"][:-9])
    assert "checkpoint" in refused(*words)
    shutil.rmtree(out)
