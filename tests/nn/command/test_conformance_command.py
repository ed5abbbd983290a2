"""`glassgrad conformance`: the score, its exit codes, the file it writes, and the page about it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nn.command.main import main
from tests.mini_engine import SOURCE
from tests.nn.command.running import ROOT, run

PAGE = ROOT / "docs" / "conformance.md"
WRONG = SOURCE.replace("lambda g: (g, -g)", "lambda g: (g, g)")
QUICK = ["--only", "subtraction", "--only", "addition"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("right.py").write_text(SOURCE)
    Path("wrong.py").write_text(WRONG)
    return tmp_path


def test_the_exit_code_says_whether_all_passes(here, capsys):
    assert main(["conformance", "./right.py", *QUICK]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("./right.py: 2 passed, 0 failed, 0 not offered\n")
    assert said.err == ""
    assert main(["conformance", "./wrong.py", *QUICK]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("./wrong.py: 1 passed, 1 failed, 0 not offered\n")
    assert said.out.endswith(
        "# subtraction: a - b, a - 2\n# expected b.grad = -1.0, got 1.0\n"
        "from wrong import Value\na = Value(2.0)\nb = Value(3.0)\ny = a - b\ny.backward()\n"
        "print(b.grad)\n"
    )


def test_the_command_runs_as_a_process_in_the_folder_of_the_engine(here):
    result = run("conformance", "wrong.py", *QUICK, cwd=here)
    assert result.returncode == 1
    assert result.stderr == ""
    assert result.stdout.startswith("wrong.py: 1 passed, 1 failed")
    plain = run("conformance", "wrong.py", *QUICK, cwd=here, PYTHONIOENCODING="ascii")
    assert plain.stdout == result.stdout


def test_json_holds_the_same_score(here, capsys):
    assert main(["conformance", "./wrong.py", *QUICK, "--json", "score.json"]) == 1
    score = json.loads(Path("score.json").read_text(encoding="utf-8"))
    assert (score["engine"], score["passed"], score["failed"]) == ("./wrong.py", 1, 1)
    assert [p["status"] for p in score["properties"]] == ["passed", "failed"]
    failed = score["properties"][1]
    assert failed["name"] == "subtraction"
    assert (failed["expected"], failed["came"]) == ("b.grad = -1.0", "1.0")
    assert failed["code"] in capsys.readouterr().out


def test_names_are_mapped(here):
    Path("mine.py").write_text(
        SOURCE.replace("def tanh(self)", "def tanh_(self)").replace("def backward", "def diff")
    )
    words = ["conformance", "./mine.py", "--only", "tanh", "--backward", "diff"]
    assert main([*words, "--json", "a.json"]) == 0
    assert main([*words, "--op", "tanh=tanh_", "--json", "b.json"]) == 0
    scores = [json.loads(Path(name).read_text())["passed"] for name in ("a.json", "b.json")]
    assert scores == [0, 1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["./nowhere.py"], "./nowhere.py: no such file; check the name"),
        (["./right.py", "--value", "Tensor"], "has no class 'Tensor', it has Value; name"),
        (["./right.py", "--data", "val"], "has no attribute 'val'; name its data with --data NAME"),
        (["./right.py", "--op", "tanh"], "expected OURS=YOURS, such as tanh=tanh_; got 'tanh'"),
        (["./right.py", "--op", "tanhh=x"], "unknown operation 'tanhh'"),
        (["./right.py", "--only", "everything"], "unknown property 'everything'"),
        (["./right.py", "--seconds", "0"], "greater than 0"),
        (["./right.py", "--json", "right.py"], "would replace what it is made from"),
        (["./right.py", "--json", "no/where.json"], "there is no folder"),
        (["./broken.py"], "broken.py, line 1: "),
        (["./asked.py"], "Value(2.0).grad raised ZeroDivisionError: division by zero; it must"),
        (["nothing_like_it"], "no such module is installed"),
        ([], "required: ENGINE"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(words, said, here, capsys):
    Path("broken.py").write_text("def (")
    asked = (
        "class Value:\n def __init__(self, x): self.data = x\n grad = property(lambda s: 1 / 0)\n"
    )
    Path("asked.py").write_text(asked)
    before = sorted(here.iterdir())
    try:
        code = main(["conformance", *words])
    except SystemExit as exit:
        code = exit.code
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert sorted(path for path in here.iterdir() if path.name != "__pycache__") == before


def steady(text):
    """Without the words of Python's exceptions: they differ between its versions."""
    return re.sub(r"(\w+Error): .*", r"\1", text)


def test_the_page_shows_what_the_command_prints(capsys):
    page = PAGE.read_text(encoding="utf-8")
    (shown,) = re.findall(
        r"```console\n\$ glassgrad conformance micrograd.engine\n(.*?)```", page, re.DOTALL
    )
    assert main(["conformance", "micrograd.engine"]) == 1
    assert steady(capsys.readouterr().out) == steady(shown)


def test_the_test_class_of_the_page_runs(tmp_path):
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "test_micrograd.py").write_text(block)
    words = ["-q", "-p", "no:cacheprovider", "-k", "not chain_of_10", "test_micrograd.py"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    (shown,) = re.findall(
        r"^micrograd.engine: (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    passed, failed, missing = (int(part.split()[0]) for part in shown.split(", "))
    assert f"{failed - 2} failed, {passed} passed, {missing} skipped" in result.stdout
