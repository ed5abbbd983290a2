"""`glassgrad train --compiled`: the same files, remembered by the settings, changed by a resume."""

import json
import shutil
import signal
import subprocess
import sys

import pytest

import nn
import nn.command.train as command_of
from nn.command.main import main
from nn.training.checkpoint import read_checkpoint
from tests.nn.command.running import command, environment, houses, names_in, write_csv

WORDS = ["houses.csv", "--nesterov", "--l1", "0.001", "--validation", "0.2", "--hidden", "4"]
WORDS += ["--early-stopping", "100"]
# A Ctrl-C needs some milliseconds to arrive: each call of the program takes ten.
SLOW = (
    "import time\nfrom nn.training.replay import worth\nfrom autograd.replay import Descent\n"
    "worth.PRICE_IN_BATCHES = worth.PRICE_IN_SAMPLES = 0.0\nrun = Descent.run\n"
    "def slow(*arguments):\n    time.sleep(0.01)\n    return run(*arguments)\nDescent.run = slow"
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A current folder with a table in it."""
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "houses.csv", houses(60))
    return tmp_path


@pytest.fixture
def asked(monkeypatch):
    """How each training of this process was asked to be compiled."""
    found = []

    def fit(*arguments, **settings):
        found.append(settings["compiled"])
        return nn.fit(*arguments, **settings, verbose=False)

    monkeypatch.setattr(command_of, "fit", fit)
    return found


@pytest.fixture
def plain(monkeypatch):
    """No plots, which take longer than the training."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def train(out, epochs, *words):
    assert main(["train", *WORDS, "--epochs", str(epochs), "--out", out, *words]) == 0


def setting(folder):
    return json.loads((folder / "settings.json").read_text())["compiled"]


def test_every_file_but_the_settings_has_the_same_bytes(here, asked, capsys):
    train("eager", 15)
    assert "compiled" not in capsys.readouterr().out
    train("exact", 15, "--compiled")
    assert ", 15 epochs, compiled\n" in capsys.readouterr().out
    assert asked == [False, "exact"]
    assert names_in(here / "eager") == names_in(here / "exact")
    for name in names_in(here / "eager") - {"settings.json"}:
        assert (here / "eager" / name).read_bytes() == (here / "exact" / name).read_bytes(), name
    settings = [json.loads((here / f / "settings.json").read_text()) for f in ("eager", "exact")]
    assert settings[0].pop("compiled") == "off"
    assert settings[1].pop("compiled") == "exact"
    assert settings[0] == settings[1]


def test_fast_is_near_and_says_so(here, asked, plain, capsys):
    train("eager", 3)
    train("fast", 3, "--compiled", "fast")
    assert ", 3 epochs, compiled, fast mode\n" in capsys.readouterr().out
    assert (asked, setting(here / "fast")) == ([False, "fast"], "fast")
    weights = [[*read_checkpoint(here / f / "checkpoint").weights] for f in ("eager", "fast")]
    assert weights[1] == pytest.approx(weights[0], rel=1e-9, abs=1e-12)


def test_a_resume_remembers_it_and_may_change_it(here, asked, plain):
    steps = [
        (3, (), False, "off"),
        (5, ("--resume", "--compiled"), "exact", "exact"),
        (7, ("--resume",), "exact", "exact"),
        (9, ("--resume", "--compiled", "off"), False, "off"),
        (11, ("--compiled=exact", "--resume"), "exact", "exact"),
    ]
    for epochs, words, how, kept in steps:
        train("parts", epochs, *words)
        assert (asked[-1], setting(here / "parts")) == (how, kept)
    train("whole", 11)
    for name in ("model.safetensors", "history.csv", "checkpoint", "training.html"):
        assert (here / "parts" / name).read_bytes() == (here / "whole" / name).read_bytes(), name


def test_a_resume_of_settings_that_no_command_wrote(here, asked, plain, capsys):
    train("out", 2)
    path = here / "out" / "settings.json"
    settings = json.loads(path.read_text())
    for wrong in (True, None, "quick", ["fast"], {}):
        path.write_text(json.dumps({**settings, "compiled": wrong}))
        capsys.readouterr()
        assert main(["train", *WORDS, "--epochs", "3", "--out", "out", "--resume"]) == 2
        said = capsys.readouterr()
        assert said.err.count("\n") == 1
        assert "its settings are those of another version of glassgrad" in said.err
    assert len(asked) == 1


def test_a_loss_that_is_not_finite_leaves_nothing(here, asked, capsys):
    words = ["train", "houses.csv", "--lr", "1e200", "--batch-size", "1", "--out", "out"]
    assert main(words) == 2
    eager = capsys.readouterr().err
    assert main([*words, "--compiled"]) == 2
    assert capsys.readouterr().err == eager
    assert "the loss became" in eager
    assert names_in(here) == {"houses.csv"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupted_one_goes_on_to_the_same_bits(here, plain):
    words = ["train", *WORDS, "--early-stopping", "9999", "--epochs", "200", "--compiled"]
    process = subprocess.Popen(
        command(*words, "--out", "cut", code=SLOW),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    said = b""
    while b"epoch=" not in said:
        said += process.stderr.read(1)
        assert process.poll() is None, said
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert b"--resume goes on" in out
    assert b"Traceback" not in err
    assert 0 < read_checkpoint(here / "cut" / "checkpoint").epoch < 200
    shutil.copytree("cut", "whole")
    for name in ("settings.json", "checkpoint"):
        (here / "whole" / name).unlink()
    assert main([*words, "--out", "whole"]) == 0
    assert main([*words, "--out", "cut", "--resume"]) == 0
    for name in ("model.safetensors", "history.csv", "checkpoint"):
        assert (here / "cut" / name).read_bytes() == (here / "whole" / name).read_bytes(), name
