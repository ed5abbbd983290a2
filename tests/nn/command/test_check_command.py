"""`glassgrad check`: the verdict on an expression, its exit codes, its picture."""

import pytest

from autograd import ops
from nn.command.main import main


def test_it_passes(capsys):
    assert main(["check", "tanh(w*x + b)", "w=-3", "x=2", "b=6.88"]) == 0
    assert capsys.readouterr().out.startswith("passed: order 1, 3 leaves")
    assert main(["check", "x*sin(x)", "x=1", "--order", "3"]) == 0


def test_a_wrong_rule_ends_with_1_and_is_marked(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(ops.tanh, "partials", lambda y, x: (1.0 - y,))
    picture = tmp_path / "wrong.gv"
    assert main(["check", "tanh(w*x)", "w=0.3", "x=2", "-o", str(picture)]) == 1
    printed = capsys.readouterr().out
    assert "rule wrong at 'tanh' (node #4), argument 0" in printed
    assert "tanh" in picture.read_text()


def test_what_cannot_be_judged_ends_with_1(capsys):
    assert main(["check", "relu(x)", "x=0"]) == 1
    assert "a kink within the step at 'relu'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["check", "x +", "x=1"],
        ["check", "x"],
        ["check", "x", "x=1", "--order", "4"],
        ["check", "x*x", "x=1", "-o", "picture.txt"],
    ],
)
def test_bad_input_is_one_line_and_2(words, capsys):
    try:
        code = main(words)
    except SystemExit as left:
        code = left.code
    assert code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) <= 3
