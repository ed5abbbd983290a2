"""The wheel as a stranger meets it: what is in it, and that one can learn and train from it."""

import csv
import email
import json
import math
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


@pytest.fixture(scope="module")
def core(make_environment, wheel):
    """An environment with nothing but what `pip install glassgrad` brings."""
    environment = make_environment("core")
    environment.pip("install", "--no-compile", wheel)
    return environment


@pytest.fixture(scope="module")
def demo(make_environment, wheel):
    """An environment with the parts that training uses."""
    environment = make_environment("demo")
    environment.pip("install", "--no-compile", f"{wheel}[render,train,plot]")
    return environment


def test_the_wheel_holds_both_packages_with_the_lessons_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    info = f"glassgrad-{PROJECT['version']}.dist-info"
    packaged = {name for name in names if not name.startswith(info)}
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in ("autograd", "nn")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    lessons = {
        f"nn/lessons/{path.relative_to(ROOT / 'notebooks').as_posix()}"
        for lang in ("en", "ko")
        for path in (ROOT / "notebooks" / lang).glob("*.ipynb")
    }
    assert lessons
    assert packaged == modules | lessons
    assert {"autograd/py.typed", "nn/py.typed"} <= packaged
    assert f"{info}/licenses/LICENSE" in names


def test_graphviz_is_the_only_requirement(wheel):
    (metadata,) = (
        zipfile.ZipFile(wheel).read(name)
        for name in zipfile.ZipFile(wheel).namelist()
        if name.endswith(".dist-info/METADATA")
    )
    headers = email.message_from_bytes(metadata)
    needed = [line for line in headers.get_all("Requires-Dist") if "extra ==" not in line]
    assert [re.match(r"[\w-]+", line)[0] for line in needed] == ["graphviz"]
    assert headers["Requires-Python"] == ">=3.11"


def test_the_extra_all_has_every_part():
    parts = re.fullmatch(r"glassgrad\[(.*)\]", *EXTRAS["all"])[1].split(",")
    for_users = [name for name in EXTRAS if name != "all" and not name.startswith("dev")]
    assert sorted(parts) == sorted(for_users)


def test_the_renderer_is_pinned():
    assert all(re.fullmatch(r"graphviz-pure==[\d.]+", line) for line in EXTRAS["render"])


def test_an_expression_a_gradient_and_a_network_need_no_extra(core):
    code = (
        "import autograd as ag, json, nn, sys\n"
        "a, b = ag.Value(2.0, label='a'), ag.Value(-3.0, label='b')\n"
        "ag.tanh(a * b + 10).backward()\n"
        "neuron = nn.Neuron(2, seed=1)\n"
        "print(json.dumps([a.grad, neuron([1.0, 2.0]).data >= 0, ag.__file__, nn.__file__]))\n"
        "assert not {'numpy', 'graphviz', 'matplotlib', 'tqdm'} & sys.modules.keys()\n"
    )
    result = core.run("-W", "error", "-c", code)
    assert result.returncode == 0, result.stderr
    gradient, is_rectified, *files = json.loads(result.stdout)
    assert gradient == pytest.approx(-3.0 * (1.0 - math.tanh(4.0) ** 2))
    assert is_rectified
    assert all(Path(file).is_relative_to(core.site_packages) for file in files)
    installed = core.run("-m", "pip", "list", "--format=json").stdout
    names = {row["name"] for row in json.loads(installed)}
    assert names - {"pip", "setuptools"} == {"glassgrad", "graphviz"}


def test_a_picture_without_a_renderer_is_one_line(core, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    code = "from autograd import Value; from autograd.view import draw; draw(Value(1.0)).svg()"
    result = core.run("-c", code)
    assert result.returncode == 1
    assert 'pip install "glassgrad[render]"' in result.stderr.splitlines()[-1]


def test_training_from_the_wheel_leaves_its_files(demo, tmp_path):
    arguments = ["train", "moons", "--epochs", "2", "--hidden", "4", "--seed", "1", "--out", "out"]
    result = demo.run("-W", "error", "-m", "nn", *arguments, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert "accuracy" in result.stdout

    out = tmp_path / "out"
    with (out / "history.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    assert float(rows[1]["loss"]) < float(rows[0]["loss"])

    pictures = [path.read_bytes() for path in out.glob("*.png")]
    assert len(pictures) == 3  # the loss, the boundary, the hidden neurons
    assert all(picture.startswith(b"\x89PNG\r\n\x1a\n") for picture in pictures)

    graph = ElementTree.parse(out / "graph.svg")
    shown = [text.text for text in graph.iter("{http://www.w3.org/2000/svg}text")]
    assert {"w1", "w2", "b"} <= set(shown)

    load = "import nn, sys; model = nn.load(sys.argv[1]); print(len(model.parameters()))"
    loaded = demo.run("-c", load, "out/model.safetensors", cwd=tmp_path)
    assert loaded.stdout.split() == ["17"], loaded.stderr


def test_training_without_the_extras_says_what_is_missing(core, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    arguments = ["train", "moons", "--epochs", "1", "--hidden", "2", "--out", "out"]
    result = core.run("-m", "nn", *arguments, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "model.safetensors",
        "history.csv",
        "training.html",
        "settings.json",
        "checkpoint",
    }
    for extra in ("plot", "render", "train"):
        assert f'pip install "glassgrad[{extra}]"' in result.stderr


def test_digits_without_their_extra_are_one_line(core, tmp_path):
    result = core.run("-m", "nn", "train", "digits", "--out", "out", cwd=tmp_path)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert 'pip install "glassgrad[data]"' in result.stderr


def script(environment, *arguments, cwd):
    """Run the installed command itself, as a user does who types `glassgrad`."""
    suffix = ".exe" if sys.platform == "win32" else ""
    program = environment.python.with_name(f"glassgrad{suffix}")
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env=variables | {"PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_works_in_a_folder_with_a_students_own_nn_and_autograd(core, tmp_path):
    for name in ("nn.py", "autograd.py", "csv.py", "random.py"):
        (tmp_path / name).write_text("raise SystemExit('the student's own file was imported')\n")
    table = "size,kind\n" + "".join(f"{i},{'ab'[i > 9]}\n" for i in range(20))
    (tmp_path / "table.csv").write_text(table)
    arguments = ["train", "table.csv", "--epochs", "2", "--hidden", "2", "--out", "out"]
    trained = script(core, *arguments, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    predicted = script(core, "predict", "out/model.safetensors", "table.csv", cwd=tmp_path)
    assert predicted.returncode == 0, predicted.stderr
    assert predicted.stdout.startswith("size,kind,prediction,probability a,probability b\n")
    healthy = script(core, "doctor", cwd=tmp_path)
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    for package in ("autograd", "nn"):
        assert str(core.site_packages / package) in healthy.stdout
        assert f"{package}.py here hides glassgrad's {package}" in healthy.stdout
    # What doctor says of the other ways is so.
    (tmp_path / "script.py").write_text("import nn")
    for way in (["script.py"], ["-m", "nn", "doctor"]):
        assert "the student's own file was imported" in core.run(*way, cwd=tmp_path).stderr


def test_a_students_own_autograd_is_named_with_its_remedy(core, tmp_path):
    (tmp_path / "autograd.py").write_text("")
    for way in (["-m", "nn", "doctor"], ["-c", "import nn"]):
        result = core.run(*way, cwd=tmp_path)
        last = result.stderr.strip().splitlines()[-1]
        assert last.endswith(
            "autograd.py: rename autograd.py, then start Python again "
            "(in a notebook: restart the kernel)"
        )
    assert core.run("-m", "nn", "doctor", cwd=tmp_path).returncode == 2


def test_the_wheel_brings_the_lessons(core, tmp_path):
    for lang in ("en", "ko"):
        result = script(core, "lessons", "--lang", lang, lang, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        assert 'pip install "glassgrad[notebook]"' in result.stdout
        copied = {path.name: path.read_bytes() for path in (tmp_path / lang).iterdir()}
        there = (ROOT / "notebooks" / lang).glob("*.ipynb")
        assert copied == {path.name: path.read_bytes() for path in there}


def test_the_source_distribution_brings_the_lessons_and_their_sources(tmp_path):
    build = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path, ROOT]
    result = subprocess.run(build, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        names = {name.partition("/")[2] for name in files.getnames()}
    expected = {
        path.relative_to(ROOT).as_posix()
        for kind in ("source/*.md", "en/*.ipynb", "ko/*.ipynb", "build.py")
        for path in (ROOT / "notebooks").glob(kind)
    }
    assert expected <= names


def test_all_ways_to_start_the_command_do_the_same(core, tmp_path):
    said = script(core, "--version", cwd=tmp_path).stdout
    assert said == f"glassgrad {PROJECT['version']}\n"
    for package in ("nn", "autograd"):
        assert core.run("-m", package, "--version", cwd=tmp_path).stdout == said
        wrong = core.run("-m", package, "train", cwd=tmp_path)
        assert wrong.returncode == 2
        assert wrong.stderr == script(core, "train", cwd=tmp_path).stderr


def test_a_users_program_is_type_checked_against_the_wheel(core, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import autograd as ag\nimport nn\nfrom autograd import Value\n\n"
        "x = Value(2.0, label='x')\n"
        "model = nn.MLP(2, [4, 1], seed=1)\n"
        "rate: float = x.grad\n"
        "x.label = ag.sigmoid\n"
        "names: list[str] = model.parameters()\n"
    )
    check = [sys.executable, "-m", "mypy", "--strict", "--python-executable", core.python, program]
    result = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    complaints = re.findall(r"program\.py:(\d+): error", result.stdout)
    assert complaints == ["8", "9"], result.stdout + result.stderr
