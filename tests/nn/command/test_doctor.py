"""`glassgrad doctor`: what it finds, what it would find, and that it is quick."""

import os
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest

import autograd
import nn
from nn.command import doctor
from nn.command.main import main
from tests.nn.command.running import ROOT, WITHOUT, run


def findings(result):
    """subject -> (state, what was found)."""
    lines = result.stdout.splitlines()[:-1]
    return {line[4:22].strip(): (line[:2], line[22:]) for line in lines}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_tells_versions_and_where_the_packages_come_from(tmp_path):
    result = run("doctor", cwd=tmp_path)
    assert result.returncode == 0, result.stdout
    found = findings(result)
    assert found["glassgrad"] == ("ok", metadata.version("glassgrad"))
    assert sys.executable in found["Python"][1]
    assert found["autograd"] == ("ok", str(Path(autograd.__file__).resolve()))
    assert found["nn"] == ("ok", str(Path(nn.__file__).resolve()))
    assert found["current folder"][0] == "ok"
    assert found["other autograd"] == ("ok", "not installed")
    assert re.fullmatch(r"graphviz-pure [\d.]+|dot - graphviz version .*", found["pictures"][1])
    assert f"matplotlib {metadata.version('matplotlib')}" in found["extra plot"][1]
    assert found["compiled code"] == ("ok", f"native, by llvmlite {metadata.version('llvmlite')}")
    assert result.stdout.splitlines()[-1] == "Everything essential works."
    assert result.stderr == ""


def test_it_imports_no_heavy_package(tmp_path):
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(sorted({'numpy', 'matplotlib', 'tqdm', 'sklearn'} & "
        "set(sys.modules)), file=sys.stderr))"
    )
    result = run("doctor", cwd=tmp_path, code=code)
    assert result.returncode == 0
    assert result.stderr == "[]\n"


@pytest.mark.parametrize(
    ("name", "package"),
    [("nn.py", "nn"), ("autograd.py", "autograd"), ("nn/__init__.py", "nn")],
)
def test_it_names_what_the_current_folder_hides(here, capsys, name, package):
    (here / name).parent.mkdir(exist_ok=True)
    (here / name).write_text("")
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    entry = name.partition("/")[0]
    assert (
        f"--  current folder    {entry} here hides glassgrad's {package} from `python script.py` "
        f"and `python -m nn`, not from the command glassgrad: rename {entry}" in said
    )


def test_a_folder_that_is_no_package_and_the_checkout_itself_hide_nothing(
    here, capsys, monkeypatch
):
    (here / "nn").mkdir()
    (here / "autograd").mkdir()
    root = Path(nn.__file__).parents[1]
    for folder, words in ((here, "nothing here hides autograd or nn"), (root, "a checkout of")):
        monkeypatch.chdir(folder)
        assert main(["doctor"]) == 0
        assert f"ok  current folder    {words}" in capsys.readouterr().out


def test_it_says_what_would_install_what_is_missing(tmp_path):
    code = (
        "from importlib import metadata\nversion = metadata.version\n"
        "def some(name):\n"
        "    if name in ('tqdm', 'matplotlib', 'llvmlite'):\n"
        "        raise metadata.PackageNotFoundError(name)\n"
        "    return {'scikit-learn': '1.3.9'}.get(name) or version(name)\n"
        "metadata.version = some\n"
        "import shutil\nshutil.which = lambda *_, **__: None\n"
        "def none(name): raise metadata.PackageNotFoundError(name)\nmetadata.files = none"
    )
    result = run("doctor", cwd=tmp_path, code=code)
    assert result.returncode == 0
    found = findings(result)
    for name in ("train", "plot", "data", "compile"):
        state, text = found[f"extra {name}"]
        assert state == "--"
        assert text.endswith(f': pip install "glassgrad[{name}]"')
    assert "scikit-learn>=1.4 (1.3.9)" in found["extra data"][1]  # installed, but too old
    assert 'pip install "glassgrad[render]"' in found["pictures"][1]
    assert 'pip install "glassgrad[plot]"' in found["Korean in plots"][1]
    assert found["compiled code"] == (
        "--",
        'Python, the same numbers but slower, without llvmlite: pip install "glassgrad[compile]"',
    )


def test_the_other_autograd_is_named_with_the_remedy(here, capsys, monkeypatch):
    version = metadata.version
    monkeypatch.setattr(
        metadata, "version", lambda name: "1.9.1" if name == "autograd" else version(name)
    )
    assert main(["doctor"]) == 0
    assert "autograd 1.9.1, another package" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("breakage", "problem"),
    [
        ("import autograd; autograd.__file__ = '/elsewhere/autograd/__init__.py'", "come from"),
        ("import autograd\nautograd.Value.__mul__ = lambda self, other: self + other", "not 6"),
        (WITHOUT.format(["graphviz"]), "pip install graphviz"),
    ],
)
def test_what_is_broken_is_marked_and_the_exit_code_1(tmp_path, breakage, problem):
    result = run("doctor", cwd=tmp_path, code=breakage)
    assert result.returncode == 1, result.stdout + result.stderr
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("!!")]
    assert problem in line
    assert result.stdout.splitlines()[-1].startswith("Something essential is broken")


def test_a_broken_matplotlib_is_reported_not_met(here, capsys, monkeypatch):
    (here / "path").mkdir()
    (here / "path" / "matplotlib.py").write_text("raise ImportError('built for another NumPy')")
    monkeypatch.setenv("PYTHONPATH", str(here / "path"))
    assert main(["doctor"]) == 0
    assert "matplotlib fails: ImportError: built for another NumPy" in capsys.readouterr().out


def test_a_broken_llvmlite_is_reported_and_done_without(here, capsys, monkeypatch):
    (here / "path" / "llvmlite").mkdir(parents=True)
    (here / "path" / "llvmlite" / "__init__.py").write_text("raise ImportError('no libLLVM')")
    monkeypatch.setenv("PYTHONPATH", str(here / "path"))
    assert main(["doctor"]) == 0
    assert "ok  extra compile     llvmlite" in (said := capsys.readouterr().out)
    words = "--  compiled code     Python, the same numbers but slower: ImportError: compile: "
    assert words + 'backend "llvm": llvmlite does not load: no libLLVM\n' in said
    code = "import sys, os\nsys.path.insert(0, os.environ['PYTHONPATH'].split(os.pathsep)[0])"
    paths = f"{here / 'path'}{os.pathsep}{ROOT}"
    words = ["train", "moons", "--epochs", "1", "--compiled", "--out", "out", "--hidden", "2"]
    result = run(*words, "--batch-size", "all", cwd=here, code=code, PYTHONPATH=paths)
    assert result.returncode == 0, result.stderr


def test_the_bounds_of_an_extra_are_understood():
    assert doctor._is_enough("1.10.0", ">=1.9")
    assert not doctor._is_enough("1.9.2", ">=1.10")
    assert doctor._is_enough("0.2.2", "==0.2.2")
    assert not doctor._is_enough("0.2.3", "==0.2.2")
    assert doctor._is_enough("3.0+local", "")
