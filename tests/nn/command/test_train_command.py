"""`glassgrad train` with data sets by name: what it leaves, what it prints, what its options do."""

import csv
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from nn import MLP, fit, predict
from nn.command.main import main
from nn.command.recipes import RECIPES
from nn.data import DATA_SETS
from nn.serialize import load_prepared
from tests.nn.command.running import ALWAYS, GRAPHS, PNG, WITHOUT, names_in, quick, run


def accuracy_in(text, part="test"):
    return float(re.search(rf"{part} accuracy ([\d.]+) %", text)[1])


def test_moons_leave_a_model_a_history_pictures_and_the_page(tmp_path):
    result = run("train", "moons", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "runs" / "moons"
    plots = {"loss.png", "boundary.png", "neurons.png"}
    assert names_in(folder) == ALWAYS | GRAPHS | plots
    assert all((folder / name).read_bytes().startswith(PNG) for name in plots)
    for name in GRAPHS:
        assert ElementTree.parse(folder / name).getroot().tag.endswith("svg")
    text = (folder / "graph.svg").read_text(encoding="utf-8")
    assert all(f">{name}<" in text for name in ("x1", "x2", "w1", "w2", "b", "z", "y"))
    assert "graph.svg shows neuron 1 of the first hidden layer, on the test sample" in result.stdout
    assert "<script" in (folder / "training.html").read_text(encoding="utf-8")
    with (folder / "history.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert accuracy_in(result.stdout) >= 97.0
    model, preparation = load_prepared(folder / "model.safetensors")
    assert preparation.answer(predict(model, [preparation.row([0.0, 1.0])])[0]) == "0"
    assert preparation.answer(predict(model, [preparation.row([1.0, -0.5])])[0]) == "1"
    assert result.stdout.isascii()


def test_digits_are_learned_with_the_default_settings(tmp_path):
    result = run("train", "digits", "--out", "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    plots = {"loss.png", "confusion.png", "neurons.png"}
    assert names_in(tmp_path / "out") == ALWAYS | GRAPHS | plots
    assert "MLP(64, [32, 10]" in result.stdout
    assert "split: 1438 to train on, 359 to test" in result.stdout
    assert accuracy_in(result.stdout) >= 93.0
    assert "always" in result.stdout  # what one class for all would get


def test_every_data_set_has_a_recipe():
    assert set(RECIPES) == set(DATA_SETS)


def test_an_empty_word_is_no_hidden_layer(tmp_path):
    assert main([*quick("xor", "--out", tmp_path / "out"), "--hidden", ""]) == 0
    assert repr(load_prepared(tmp_path / "out" / "model.safetensors")[0]).startswith(
        "MLP(2, [1], output_"
    )


@pytest.mark.parametrize("name", ["circles", "spirals", "blobs", "xor", "linear", "iris"])
def test_a_data_set_is_learned_with_its_recipe(tmp_path, name):
    code = WITHOUT.format(["matplotlib"])
    result = run("train", name, "--out", "out", cwd=tmp_path, code=code)
    assert result.returncode == 0, result.stderr
    assert "try" not in result.stderr
    if name == "linear":
        assert float(re.search(r"test .*R2 ([\d.]+)", result.stdout)[1]) > 0.97
    elif name == "xor":
        assert "4 to train on, none to test" in result.stdout
        assert accuracy_in(result.stdout, "train") == 100.0
    else:
        assert accuracy_in(result.stdout) >= 90.0
    graph = (tmp_path / "out" / "graph.svg").read_text("utf-8")
    is_named = "petal length (cm) (standardised)<" in graph
    assert ("standardised" in graph) == (name not in ("circles", "xor"))  # which need no scaling
    assert is_named == (name == "iris")


def test_the_same_seed_leaves_the_same_files(tmp_path):
    for seed, out in ((3, "a"), (3, "b"), (4, "c")):
        assert main(quick("moons", "--seed", seed, "--out", tmp_path / out)) == 0
    files = {
        out: [
            (tmp_path / out / name).read_bytes()
            for name in ("model.safetensors", "history.csv", "training.html", "graph.svg")
        ]
        for out in "abc"
    }
    assert files["a"] == files["b"]
    assert all(a != c for a, c in zip(files["a"], files["c"], strict=True))


SETTINGS = {
    "default": (),
    "hidden": ("--hidden", "5", "3"),
    "commas": ("--hidden", "5,2"),
    "linear": ("--hidden",),
    "activation": ("--activation", "tanh"),
    "activations": ("--hidden", "4", "4", "--activation", "tanh", "sigmoid"),
    "init": ("--init", "uniform"),
    "loss": ("--loss", "cross_entropy"),
    "logits": ("--loss", "binary_cross_entropy_with_logits"),
    "probability": ("--loss", "binary_cross_entropy"),
    "mse": ("--loss", "mse"),
    "epochs": ("--epochs", "3"),
    "batch": ("--batch-size", "5"),
    "all": ("--batch-size", "all"),
    "lr": ("--lr", "0.001"),
    "momentum": ("--momentum", "0"),
    "dampening": ("--dampening", "0.5"),
    "nesterov": ("--nesterov",),
    "decay": ("--weight-decay", "0.1"),
    "l1": ("--l1", "0.1"),
    "l2": ("--l2", "0.1"),
    "test": ("--test", "0.5"),
    "validation": ("--validation", "0.3"),
    "seed": ("--seed", "8"),
}


def test_every_setting_reaches_the_training(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("nn.command.artifacts.is_installed", lambda module: False)
    monkeypatch.setattr("nn.command.artifacts.can_draw", lambda: False)  # no time for pictures
    models = {}
    for name, arguments in SETTINGS.items():
        assert main([*quick("moons", "--out", tmp_path / name), *arguments]) == 0, name
        models[name], _ = load_prepared(tmp_path / name / "model.safetensors")
    said = capsys.readouterr().out
    assert repr(models["hidden"]).startswith("MLP(2, [5, 3, 1], activation='relu'")
    assert repr(models["commas"]).startswith("MLP(2, [5, 2, 1]")
    assert repr(models["linear"]).startswith("MLP(2, [1], output_activation")
    assert repr(models["activation"]).startswith("MLP(2, [4, 1], activation='tanh'")
    assert "activation=['tanh', 'sigmoid']" in repr(models["activations"])
    assert "output_activation='sigmoid'" in repr(models["probability"])
    assert repr(models["loss"]).startswith("MLP(2, [4, 2]")
    assert len((tmp_path / "epochs" / "history.csv").read_text().splitlines()) == 4
    assert "100 to train on, 100 to test" in said
    assert "100 to train on, 60 for validation, 40 to test" in said
    assert "val_loss" in (tmp_path / "validation" / "history.csv").read_text()
    states = [str(model.state_dict()) for model in models.values()]
    assert len(set(states)) == len(models)


def test_early_stopping_takes_a_validation_part_and_keeps_the_best_weights(tmp_path, capsys):
    arguments = ["--early-stopping", "2", "--lr", "0.1", "--epochs", "200", "--out", str(tmp_path)]
    assert main(["train", "sine", *arguments]) == 0
    said = capsys.readouterr().out
    assert "for validation" in said
    best = int(re.search(r"the weights are those of epoch (\d+)", said)[1])
    with (tmp_path / "history.csv").open() as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    assert best == 1 + losses.index(min(losses)) == len(losses) - 2


def test_the_data_may_stand_before_and_after_lists(tmp_path):
    orders = (
        ["train", "moons", "--hidden", "4", "3", "--epochs", "1"],
        ["train", "--hidden", "4", "3", "moons", "--epochs", "1"],
        ["train", "--epochs", "1", "--activation", "relu", "--hidden", "4,3", "moons"],
        ["train", "--epochs", "1", "--hidden", "4", "3", "--activation", "relu", "moons"],
    )
    models = []
    for i, words in enumerate(orders):
        assert main([*words, "--out", str(tmp_path / str(i))]) == 0
        models.append((tmp_path / str(i) / "model.safetensors").read_bytes())
    assert len(set(models)) == 1


def test_the_settings_are_left_beside_the_checkpoint(tmp_path):
    assert main(quick("moons", "--lr", "0.01", "--out", tmp_path)) == 0
    settings = json.loads((tmp_path / "settings.json").read_text(encoding="utf-8"))
    assert (settings["data"], settings["lr"], settings["hidden"]) == ("moons", 0.01, [4])


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("--lr", "30"), "try a smaller --lr than 30, or other initial weights"),
        (
            (
                "--lr",
                "1e-9",
            ),
            "try a larger --lr than 1e-09, or more --epochs",
        ),
        (("--activation", "step"), "try --activation sigmoid"),
    ],
)
def test_a_training_that_learns_nothing_says_what_to_try(tmp_path, arguments, hint):
    settings = ["--epochs", "6", "--hidden", "4", "--out", "out"]
    code = WITHOUT.format(["matplotlib"])
    result = run("train", "circles", *settings, *arguments, cwd=tmp_path, code=code)
    assert result.returncode == 0, result.stderr
    assert hint in result.stderr


MISSING_PLOTS = (
    "these pictures will be missing: loss.png, boundary.png, neurons.png: "
    'pip install "glassgrad[plot]"'
)
MISSING_GRAPHS = (
    'these pictures will be missing: network.svg, graph.svg: pip install "glassgrad[render]"'
)


def test_without_matplotlib_the_training_completes(tmp_path):
    result = run(*quick("moons", "--out", "out"), cwd=tmp_path, code=WITHOUT.format(["matplotlib"]))
    assert result.returncode == 0, result.stderr
    assert result.stderr.splitlines()[0] == MISSING_PLOTS  # before the progress bar
    assert names_in(tmp_path / "out") == ALWAYS | GRAPHS


def test_without_any_extra_the_training_completes(tmp_path):
    code = WITHOUT.format(["matplotlib", "tqdm", "numpy", "sklearn", "safetensors"])
    code += "\nimport shutil\nfrom importlib import metadata\nshutil.which = lambda *_, **__: None"
    code += "\ndef none(name): raise metadata.PackageNotFoundError(name)\nmetadata.files = none"
    result = run(*quick("moons", "--out", "out"), cwd=tmp_path, code=code)
    assert result.returncode == 0, result.stderr
    lines = result.stderr.splitlines()
    assert lines[:2] == [MISSING_PLOTS, MISSING_GRAPHS]
    assert lines[2:] == ['no progress bar without tqdm: pip install "glassgrad[train]"']
    assert names_in(tmp_path / "out") == ALWAYS
    assert "<script" in (tmp_path / "out" / "training.html").read_text(encoding="utf-8")


def test_a_run_into_an_old_folder_replaces_its_files_and_says_so(tmp_path, capsys):
    assert main(quick("moons", "--out", tmp_path)) == 0
    before = (tmp_path / "history.csv").read_text()
    names = names_in(tmp_path)
    assert "replaces" not in capsys.readouterr().err
    assert main(quick("moons", "--out", tmp_path, "--seed", "9")) == 0
    assert f"{tmp_path} holds a training, which this one will replace (" in capsys.readouterr().err
    assert (tmp_path / "history.csv").read_text() != before
    assert names_in(tmp_path) == names


def test_the_accuracy_of_a_logit_is_that_of_its_sign():
    model = MLP(1, [1], seed=0)
    neuron = model.layers[0].neurons[0]
    neuron.weights[0].data, neuron.bias.data = 0.0, 0.2  # as a probability: above a half
    data = [[1.0]] * 4, [1, 1, 1, 0]
    history = fit(model, data, "binary_cross_entropy_with_logits", lr=1e-9, epochs=1, verbose=False)
    assert history["accuracy"] == [0.75]


def test_the_help_says_what_suits_each_data_set(tmp_path, capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["train", "--help"])
    shown = capsys.readouterr().out
    rows = [line.split() for line in shown.partition("what suits the data:\n")[2].splitlines()]
    assert [row[0] for row in rows[1:-2]] == [*DATA_SETS]
    assert rows[5] == ["xor", "4", "tanh", "300", "all", "0.3", "binary_cross_entropy_with_logits"]
    assert rows[6][:2] == ["linear", "none"]
    assert "100 to 20  8 to 16" in shown
    words = " ".join(shown.split())
    assert "kept for testing; default: 0.2; of xor: 0 " in words
    assert "default: none; of diabetes, FILE.csv from 100 rows on: 10 " in words
    assert main(["train", "xor", "--out", str(tmp_path / "xor")]) == 0
    assert "with_logits, SGD, lr 0.3, momentum 0.9, batches of all samples, 300 epochs" in (
        capsys.readouterr().out
    )


def test_help_loads_no_optional_package(tmp_path):
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(sorted({'numpy', 'matplotlib', 'tqdm', 'sklearn'} & "
        "set(sys.modules)), file=sys.stderr))"
    )
    for words in (["--help"], ["train", "--help"], ["predict", "--help"], ["--version"]):
        result = run(*words, cwd=tmp_path, code=code)
        assert result.returncode == 0
        assert result.stderr == "[]\n"
        assert result.stdout.isascii()
