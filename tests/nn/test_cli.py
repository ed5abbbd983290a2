"""`python -m nn train` as a user runs it: what it leaves, what it prints, how it fails."""

import csv
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from nn import accuracy, load, predict
from nn.command.main import main

ROOT = Path(__file__).resolve().parents[2]
PNG = b"\x89PNG\r\n\x1a\n"


def environment(**changes):
    return {**os.environ, "PYTHONPATH": str(ROOT), **changes}


def run(*arguments, cwd, code=None, **changes):
    """Run `python -m nn`, or with `code` Python code that does something first."""
    start = (
        ["-m", "nn"]
        if code is None
        else ["-c", f"{code}\nfrom nn.command.main import main; exit(main())"]
    )
    command = [sys.executable, "-W", "error", *start, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=environment(**changes), check=False
    )


def quick(*more):
    return ["train", "moons", "--epochs", "2", "--hidden", "4", *more]


def test_moons_leave_a_model_a_history_and_pictures(tmp_path):
    result = run("train", "moons", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "runs" / "moons"
    names = {"model.safetensors", "history.csv", "loss.png", "boundary.png", "graph.svg"}
    assert {path.name for path in folder.iterdir()} == names
    assert (folder / "loss.png").read_bytes().startswith(PNG)
    assert (folder / "boundary.png").read_bytes().startswith(PNG)
    assert ElementTree.parse(folder / "graph.svg").getroot().tag.endswith("svg")
    text = (folder / "graph.svg").read_text(encoding="utf-8")
    assert all(f">{name}<" in text for name in ("x1", "x2", "w1", "w2", "b", "z", "y"))
    with (folder / "history.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    test_accuracy = float(re.search(r"test accuracy ([\d.]+) %", result.stdout)[1])
    assert test_accuracy >= 97.0
    model = load(folder / "model.safetensors")
    assert predict(model, [[0.0, 1.0], [1.0, -0.5]])[0] < 0 < predict(model, [[1.0, -0.5]])[0]
    assert result.stdout.isascii()


def test_digits_are_learnt_with_the_default_settings(tmp_path):
    from random import Random

    from nn import digits, split

    result = run("train", "digits", "--out", "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    names = {"model.safetensors", "history.csv", "loss.png", "confusion.png", "graph.svg"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert "MLP(64, [32, 10]" in result.stdout
    printed = float(re.search(r"test accuracy ([\d.]+) %", result.stdout)[1])
    assert printed >= 93.0
    # The printed accuracy is that of the saved model on samples that it was not trained on.
    _, test = split(*digits(), 0.2, Random(0))
    measured = accuracy(load(tmp_path / "out" / "model.safetensors"), test)
    assert printed == pytest.approx(100 * measured, abs=0.05)


def test_the_same_seed_leaves_the_same_files(tmp_path):
    for seed, out in ((3, "a"), (3, "b"), (4, "c")):
        assert run(*quick("--seed", seed, "--out", out), cwd=tmp_path).returncode == 0
    files = {
        out: [(tmp_path / out / name).read_bytes() for name in ("model.safetensors", "history.csv")]
        for out in "abc"
    }
    assert files["a"] == files["b"] != files["c"]


def test_every_setting_reaches_the_training(tmp_path, monkeypatch):
    monkeypatch.setattr("nn.command.main.is_installed", lambda module: False)  # no time for plots
    settings = {
        "default": (),
        "hidden": ("--hidden", "5", "3"),
        "linear": ("--hidden",),
        "activation": ("--activation", "tanh"),
        "init": ("--init", "uniform"),
        "epochs": ("--epochs", "3"),
        "batch": ("--batch-size", "5"),
        "lr": ("--lr", "0.001"),
        "momentum": ("--momentum", "0"),
        "decay": ("--weight-decay", "0.1"),
        "seed": ("--seed", "8"),
    }
    models = {}
    for name, arguments in settings.items():
        assert main([*quick("--out", str(tmp_path / name)), *arguments]) == 0
        models[name] = load(tmp_path / name / "model.safetensors")
    assert repr(models["hidden"]).startswith("MLP(2, [5, 3, 1], activation='relu'")
    assert repr(models["linear"]).startswith("MLP(2, [1], output_activation")
    assert repr(models["activation"]).startswith("MLP(2, [4, 1], activation='tanh'")
    assert len((tmp_path / "epochs" / "history.csv").read_text().splitlines()) == 4
    assert len({str(model.state_dict()) for model in models.values()}) == len(models)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: command"),
        (["train"], "the following arguments are required: data"),
        (["fly"], "invalid choice: 'fly'"),
        (["train", "cats"], "invalid choice: 'cats'"),
        (["train", "moons", "--epochs", "0"], "--epochs: it must be a whole number, at least 1"),
        (["train", "moons", "--epochs", "many"], "at least 1; got 'many'"),
        (["train", "moons", "--epochs", "1.5"], "at least 1; got '1.5'"),
        (["train", "moons", "--batch-size", "-4"], "--batch-size: it must be a whole number"),
        (["train", "moons", "--hidden", "16", "0"], "--hidden: it must be a whole number"),
        (["train", "moons", "--lr", "-1"], "--lr: it must be a number, at least 0 and finite"),
        (["train", "moons", "--lr", "nan"], "--lr: it must be a number"),
        (["train", "moons", "--lr", "inf"], "--lr: it must be a number"),
        (["train", "moons", "--lr", "fast"], "got 'fast'"),
        (["train", "moons", "--momentum", "-0.5"], "--momentum: it must be a number"),
        (["train", "moons", "--weight-decay", "x"], "--weight-decay: it must be a number"),
        (["train", "moons", "--seed", "-1"], "--seed: it must be a whole number, at least 0"),
        (["train", "moons", "--activation", "swish"], "invalid choice: 'swish'"),
        (["train", "moons", "--init", "ones"], "invalid choice: 'ones'"),
        (["train", "moons", "--epoch", "3"], "unrecognized arguments: --epoch 3"),
        (["train", "moons", "--lr"], "--lr: expected one argument"),
        (["train", "moons", "--out", "file"], "file is a file; name a folder"),
        (["train", "moons", "--out", "file/inside"], "file is a file; name a folder"),
        (["train", "moons", "--out", ""], "--out: name a folder, or leave the option out"),
    ],
)
def test_wrong_arguments_are_one_line_and_code_2(tmp_path, arguments, message):
    (tmp_path / "file").write_text("mine")
    result = run(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.startswith("nn: ")
    assert result.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_help_names_the_defaults(tmp_path):
    result = run("train", "--help", cwd=tmp_path)
    assert result.returncode == 0
    text = " ".join(result.stdout.split())
    assert "16 16 for moons, 32 for digits" in text
    assert text.isascii()


def test_a_diverging_training_is_one_line(tmp_path):
    result = run(*quick("--lr", "1e300", "--out", "out"), cwd=tmp_path)
    assert result.returncode == 2
    last = result.stderr.splitlines()[-1]
    assert last.startswith("nn: fit: the loss became ")
    assert last.endswith("train again with a smaller learning rate")
    assert not (tmp_path / "out").exists()


MISSING_PLOTS = (
    'these pictures will be missing: loss.png, boundary.png: pip install "glassgrad[plot]"'
)
WITHOUT = "import sys\nfor name in {!r}: sys.modules[name] = None"


def test_without_matplotlib_the_training_completes(tmp_path):
    code = WITHOUT.format(["matplotlib"])
    result = run(*quick("--out", "out"), cwd=tmp_path, code=code)
    assert result.returncode == 0, result.stderr
    assert result.stderr.splitlines()[0] == MISSING_PLOTS  # before the progress bar
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "model.safetensors",
        "history.csv",
        "graph.svg",
    }
    assert "wrote model.safetensors, history.csv, graph.svg to out" in result.stdout


def test_without_any_extra_the_training_completes(tmp_path):
    code = WITHOUT.format(["matplotlib", "tqdm", "numpy", "sklearn", "safetensors"])
    code += "\nimport shutil\nfrom importlib import metadata\nshutil.which = lambda *_, **__: None"
    code += "\ndef none(name): raise metadata.PackageNotFoundError(name)\nmetadata.files = none"
    result = run(*quick("--out", "out"), cwd=tmp_path, code=code)
    assert result.returncode == 0, result.stderr
    assert result.stderr.splitlines() == [
        MISSING_PLOTS + '; graph.svg: pip install "glassgrad[render]"',
        'no progress bar without tqdm: pip install "glassgrad[train]"',
    ]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "model.safetensors",
        "history.csv",
    }


def test_digits_without_scikit_learn_are_one_line(tmp_path):
    result = run("train", "digits", cwd=tmp_path, code=WITHOUT.format(["sklearn"]))
    assert result.returncode == 2
    assert result.stderr == (
        'nn: the digits data set needs sklearn.datasets: pip install "glassgrad[data]"\n'
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_full_disk_is_one_line(tmp_path):
    code = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))"
    result = run(*quick("--out", "out"), cwd=tmp_path, code=code)
    assert result.returncode == 2
    last = result.stderr.splitlines()[-1]
    assert last.startswith("nn: [Errno 27] ")
    assert "model.safetensors'" in last
    assert "Traceback" not in result.stderr
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c_is_one_line_and_code_130(tmp_path):
    command = [sys.executable, "-m", "nn", "train", "moons", "--epochs", "1000000"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    start = b""
    while b"epoch=1" not in start:  # the training is under way
        start += process.stderr.read(1)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=30)
    assert process.returncode == 130
    assert rest.decode().splitlines()[-1] == "nn: interrupted"
    assert "Traceback" not in rest.decode()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["cp949", "ascii"])
def test_text_survives_any_terminal(tmp_path, encoding):
    folder = tmp_path / "caf\u00e9 \ud55c\uae00 \u2713"
    command = [sys.executable, "-m", "nn", *quick("--out", folder)]
    variables = environment(PYTHONIOENCODING=encoding)
    result = subprocess.run(command, capture_output=True, env=variables, cwd=tmp_path, check=False)
    assert result.returncode == 0, result.stderr
    assert (folder / "model.safetensors").exists()
    result.stdout.decode(encoding)
    result.stderr.decode(encoding)


def test_a_run_into_an_old_folder_replaces_its_files(tmp_path):
    assert main([*quick("--out", str(tmp_path))]) == 0
    before = (tmp_path / "history.csv").read_text()
    assert main([*quick("--out", str(tmp_path), "--seed", "9")]) == 0
    assert (tmp_path / "history.csv").read_text() != before
    assert len(list(tmp_path.iterdir())) == 5


def test_help_loads_no_optional_package(tmp_path):
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(sorted({'numpy', 'matplotlib', 'tqdm', 'sklearn'} & "
        "set(sys.modules)), file=sys.stderr))"
    )
    result = run("train", "--help", cwd=tmp_path, code=code)
    assert result.returncode == 0
    assert result.stderr == "[]\n"
