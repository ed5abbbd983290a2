"""HIPS's package, `autograd` on PyPI, installs into our folder: both orders, and the way out."""

import re
import shutil
import subprocess
import sys

import pytest

HIPS = "autograd==1.9.1"
REMEDY = "pip uninstall -y autograd, then pip install --force-reinstall --no-deps glassgrad"


@pytest.fixture(scope="module")
def shared_environment(make_environment):
    environment = make_environment("hips")
    environment.pip("install", "--no-compile", "numpy", "graphviz")
    return environment


@pytest.fixture
def environment(shared_environment):
    """An environment in which neither package is installed."""
    shared_environment.pip("uninstall", "-y", "autograd", "glassgrad")
    shutil.rmtree(shared_environment.site_packages / "autograd", ignore_errors=True)
    return shared_environment


def follow(remedy, environment, wheel):
    """Run the commands of the remedy; our wheel stands in for a release on PyPI."""
    for command in remedy.split(", then "):
        program, *arguments = command.split()
        assert program == "pip"
        environment.pip(*(str(wheel) if word == "glassgrad" else word for word in arguments))


def works(environment):
    """Whether both packages import without any warning, and differentiate."""
    code = (
        "import autograd, nn; from autograd import Value; from autograd.view import draw;"
        "x = Value(3.0); (x * x).backward(); print(x.grad, nn.__name__)"
    )
    result = environment.run("-W", "error", "-c", code)
    return result.stdout.split() == ["6.0", "nn"] and not result.stderr


def last_line(environment, code):
    result = environment.run("-c", code)
    assert result.returncode != 0
    return result.stderr.strip().splitlines()[-1]


def assert_one_line(result):
    assert result.returncode == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("glassgrad: nn needs glassgrad's autograd, but ")
    assert result.stderr.count(REMEDY) == 1


def test_without_the_other_package_nothing_is_said(environment, wheel):
    environment.pip("install", "--no-deps", wheel)
    assert works(environment)


def test_theirs_installed_last_wins_and_nn_says_so(environment, wheel):
    environment.pip("install", "--no-deps", wheel)
    environment.pip("install", "--no-deps", HIPS)
    assert environment.run("-c", "import autograd; autograd.elementwise_grad").returncode == 0

    said = last_line(environment, "import nn")
    assert said.startswith(
        "ImportError: nn needs glassgrad's autograd, but `import autograd` found autograd 1.9.1 in "
    )
    assert said.count(REMEDY) == 1
    assert REMEDY in last_line(environment, "from nn import MLP")
    for way in ("-m nn train moons", "-m nn", "-m nn doctor"):
        assert_one_line(environment.run(*way.split()))
    program = environment.python.with_name("glassgrad" + ".exe" * (sys.platform == "win32"))
    result = subprocess.run([program, "doctor"], capture_output=True, text=True, check=False)
    assert_one_line(result)
    # A program of a user's own keeps its exception, whatever it is called.
    user = environment.path / "train.py"
    user.write_text("try:\n    import nn\nexcept ImportError as error:\n    print('caught')\n")
    assert environment.run(user).stdout == "caught\n"

    follow(REMEDY, environment, wheel)
    assert works(environment)


def test_theirs_without_numpy_is_recognised_too(environment, wheel):
    environment.pip("install", "--no-deps", wheel)
    environment.pip("install", "--no-deps", HIPS)
    said = last_line(environment, "import sys; sys.modules['numpy'] = None; import nn")
    assert "found autograd 1.9.1. In this order: " in said
    assert REMEDY in said


def test_ours_installed_last_wins_and_warns_once(environment, wheel):
    environment.pip("install", "--no-deps", HIPS)
    environment.pip("install", "--no-deps", wheel)
    code = "import autograd\nimport nn\nimport autograd.view\nprint(autograd.Value(2.0).data)\n"
    result = environment.run("-c", code)
    assert result.stdout == "2.0\n"
    said = re.findall(r"^.*Warning: .*$", result.stderr, re.MULTILINE)
    assert len(said) == 1
    assert said[0].startswith("<string>:1: UserWarning: autograd 1.9.1, another package, is ")
    assert said[0].endswith(f"To keep glassgrad: {REMEDY}")

    follow(REMEDY, environment, wheel)
    assert works(environment)


def test_the_remedy_in_the_other_order_leaves_a_part_and_nn_says_so(environment, wheel):
    environment.pip("install", "--no-deps", HIPS)
    environment.pip("install", "--no-deps", wheel)
    environment.pip("install", "--force-reinstall", "--no-deps", wheel)
    environment.pip("uninstall", "-y", "autograd")
    said = last_line(environment, "import nn")
    assert "found only a part of it" in said
    assert REMEDY in said

    follow(REMEDY, environment, wheel)
    assert works(environment)
