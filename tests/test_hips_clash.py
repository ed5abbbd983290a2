"""HIPS's package, `autograd` on PyPI, installs into our folder: both orders, and the way out."""

import re
import shutil

import pytest

HIPS = "autograd==1.9.1"
REMEDY = "pip uninstall -y autograd, then pip install --force-reinstall --no-deps glassgrad"


@pytest.fixture(scope="module")
def shared_environment(make_environment):
    environment = make_environment("hips")
    environment.pip("install", "numpy", "graphviz")
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
    assert environment.run("-m", "nn", "train", "moons").returncode != 0

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
