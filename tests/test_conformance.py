"""The conformance kit: a correct engine passes it all; each broken one fails the right property."""

import math
import os
import re
import sys
import time
from pathlib import Path
from types import ModuleType

import micrograd.engine
import pytest

from autograd.check import EngineError, check_engine
from autograd.check.conformance.engine import Engine
from autograd.check.conformance.functions import PROPERTIES
from autograd.check.conformance.judge import judge
from autograd.check.conformance.properties import ARITHMETIC, GRAPH
from tests.kit import is_number, run_code
from tests.mini_engine import BROKEN, CHAINS, EXPONENTIAL, RANDOM, SOURCE

NAMES = [prop.name for prop in PROPERTIES]
QUICK = [name for name in NAMES if name not in (*CHAINS[1:], RANDOM)]
RELU = ["addition", "relu", "tanh", "relu_at_zero", "nan_shows", "chain_of_1_000"]
GRAPHS = [prop.name for prop in GRAPH] + ["wide_sum", "many_paths", "chain_of_1_000"]


def judged(broken):
    """The failures of a broken engine, driven in this process."""
    module = ModuleType("engine")
    exec(broken.source(), vars(module))
    engine = Engine(
        module.Value,
        module=module,
        importing=lambda names: [f"from engine import {', '.join(names)}"],
    )
    asked = {*QUICK, broken.property, *broken.alone} - {"chain_of_100_000"}
    results = [judge(prop, engine) for prop in PROPERTIES if prop.name in asked]
    return {result.name: result for result in results if result.status == "failed"}


def failures(report):
    return {result.name: result for result in report.of("failed")}


# A correct engine


def test_a_correct_engine_passes_everything(engine):
    report = check_engine(engine(SOURCE))
    assert report, str(report)
    assert {r.name: r.missing for r in report.of("not offered")} == {}
    assert [result.name for result in report.results] == NAMES


def test_this_engine_passes_everything():
    report = check_engine("autograd")
    assert report, str(report)
    assert report.of("not offered") == []
    assert [result.missing for result in report.results if result.missing] == []


# Broken engines


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_engine_fails_the_right_property(broken, engine, tmp_path):
    engine(broken.source())
    failed = judged(broken)
    assert broken.property in failed, failed.keys()
    if broken.alone:
        assert failed.keys() <= {broken.property, *broken.alone}
    result = failed[broken.property]
    shown = run_code(result.code, tmp_path, "-S")  # a quick start
    want = result.expected.rpartition(" = ")[2]
    assert not is_number(shown, float(want)), result.code  # the fault is there when pasted
    assert _same(shown, result.came), (shown, result.came)
    engine(SOURCE)  # and it is not there in a correct engine
    assert is_number(run_code(result.code, tmp_path, "-S"), float(want))


def test_a_fault_of_one_operation_accuses_no_other(engine):
    """= for += in __mul__ of an engine that subtracts and divides by it, as micrograd does."""
    source = Path(micrograd.engine.__file__).read_text(encoding="utf-8")
    fault = re.sub(r"(\w+\.grad) \+= (\w+\.data \* out\.grad)", r"\1 = \2", source)
    assert sum(a != b for a, b in zip(source.splitlines(), fault.splitlines(), strict=True)) == 2
    failed = failures(check_engine(engine(fault), only=[prop.name for prop in ARITHMETIC + GRAPH]))
    assert failed.keys().isdisjoint(prop.name for prop in ARITHMETIC), failed.keys()
    first = next(iter(failed.values()))
    assert first.name == "reuse"
    assert first.code.endswith("y = a * a\ny.backward()\nprint(a.grad)")


ASSIGNING = """
class Value:
    def __init__(self, data, inputs=(), slopes=(), sign=""):
        self.data, self.grad, self.inputs, self.slopes, self.sign = data, 0.0, inputs, slopes, sign

    def backward(self):
        order = []
        def visit(node):
            if node not in order:
                [visit(child) for child in node.inputs]
                order.append(node)
        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for child, slope in zip(node.inputs, node.slopes):
                child.grad = slope * node.grad + (0.0 if node.sign == "SIGN" else child.grad)

def made(sign, rule):
    def operator(self, other):
        other = other if isinstance(other, Value) else Value(other)
        y, *slopes = rule(self.data, other.data)
        return Value(y, (self, other), slopes, sign)
    return operator

Value.__add__ = made("+", lambda a, b: (a + b, 1.0, 1.0))
Value.__sub__ = made("-", lambda a, b: (a - b, 1.0, -1.0))
Value.__mul__ = made("*", lambda a, b: (a * b, b, a))
Value.__truediv__ = made("/", lambda a, b: (a / b, 1.0 / b, -a / b / b))
"""


@pytest.mark.parametrize("sign", "+-*/")
def test_a_gradient_that_is_assigned_is_found_in_each_operation(sign, engine):
    names = ["addition", "subtraction", "multiplication", "division", "reuse"]
    assert check_engine(engine(ASSIGNING), only=names)
    failed = failures(check_engine(engine(ASSIGNING.replace("SIGN", sign)), only=names))
    assert failed.keys() == {"reuse"}
    assert f"y = a {sign} a\n" in failed["reuse"].code


def _same(shown, came):
    if is_number(shown, math.nan) or shown.replace(".", "").lstrip("-").isdigit():
        return is_number(shown, float(came))
    return shown in came or shown.startswith(came.rstrip(".")[:60])


def test_random_expressions_shrink_to_one_operation():
    (wrong,) = [broken for broken in BROKEN if broken.property == RANDOM]
    result = judged(wrong)["random_expressions"]
    assert result.code.count("tanh") == 1
    assert len(result.code.splitlines()) == 5, result.code
    assert sum(result.code.count(sign) for sign in "+*/-") <= 1


# Engines that misbehave


def test_an_engine_that_hangs_fails_where_it_hangs(engine, tmp_path):
    loop = SOURCE.replace("def relu(self):", "def relu(self):\n        while True: pass")
    only = ["addition", "relu", "tanh", "relu_at_zero"]
    failed = failures(check_engine(engine(loop), seconds=2, only=only))
    assert failed.keys() == {"relu", "relu_at_zero"}
    assert failed["relu"].came == "no answer within 2 seconds"
    assert "a.relu()" in failed["relu"].code


def test_exponential_time_is_a_failure_and_no_hang(engine):
    failed = failures(check_engine(engine(EXPONENTIAL.source()), seconds=2, only=GRAPHS))
    assert failed.keys() == {"many_paths", "chain_of_1_000"}
    assert failed["many_paths"].came == "no answer within 2 seconds"
    assert "for _ in range(100)" in failed["many_paths"].code


@pytest.mark.skipif(sys.platform == "win32", reason="signals and fork are POSIX")
@pytest.mark.parametrize(
    ("line", "came"),
    [
        ("import os; os._exit(3)", "the interpreter ended with exit code 3"),
        ("import os; os._exit(0)", "the interpreter ended with exit code 0"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "interpreter died of SIGSEGV"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("raise KeyboardInterrupt", "the interpreter died of SIGINT"),
        ("raise BaseException('odd')", "BaseException: odd"),
    ],
)
def test_an_engine_that_ends_the_interpreter_fails_only_there(line, came, engine):
    source = SOURCE.replace("def relu(self):", f"def relu(self):\n        {line}")
    failed = failures(check_engine(engine(source), only=RELU))
    assert came in failed["relu"].came
    assert "a.relu()" in failed["relu"].code
    assert failed.keys() == {"relu", "relu_at_zero", "nan_shows"}


def test_an_engine_that_prints_reads_and_writes_to_closed_streams(engine, capfd):
    noise = (
        "import os, sys\nprint('hello'); print('{\"done\": true}'); os.write(1, b'raw')\n"
        "sys.stderr.write('oh')\nassert sys.stdin.read() == ''\n"
    )
    chatty = SOURCE.replace("def __add__(self, other):", "def __add__(self, other):\n"
                            "        print('adding', flush=True)")  # fmt: skip
    assert check_engine(engine(noise + chatty), only=GRAPHS)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX")
def test_a_process_that_the_engine_leaves_behind_holds_nothing_up(engine):
    fork = "import os, time\nif os.fork() == 0:\n    time.sleep(5)\n    os._exit(0)\n"
    begin = time.monotonic()
    assert check_engine(engine(fork + SOURCE), only=["addition"])
    assert time.monotonic() - begin < 4.5


# What cannot be driven


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("class Other: pass", "has no class 'Value', it has Other; name the class with --value"),
        ("Value = 3", "it defines no class"),
        ("class Value(:", "engine.py, line 1: invalid syntax"),
        ("import nothing_of_that_name", "loading it raised ModuleNotFoundError"),
        ("1 / 0", "loading it raised ZeroDivisionError: division by zero"),
        ("raise SystemExit", "loading it raised SystemExit"),
        ("import os; os._exit(7)", "ended the interpreter (the interpreter ended with exit code 7"),
        ("class Value: pass", "Value(2.0) raised TypeError: Value() takes no arguments"),
        (
            "class Value:\n    def __init__(self, x): self.x = x",
            'name its data with data="..." (--data NAME)',
        ),
        ("class Value:\n    def __init__(self, x): self.data = x", "name its grad with grad="),
        (
            "class Value:\n    def __init__(self, x): self.data = x; self.grad = 0",
            "'backward'; name what differentiates with backward=\"...\" (--backward NAME)",
        ),
    ],
)
def test_what_is_no_engine_is_refused_in_one_line(source, said, engine):
    with pytest.raises(EngineError) as refusal:
        check_engine(engine(source))
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("./nowhere.py", "no such file; check the name"),
        ("./", "is a folder"),
        ("no_such_module", "no such module is installed; name a file as ./no_such_module.py"),
        ("no-module", "neither a file nor the name of a module"),
    ],
)
def test_a_wrong_name_is_refused(target, said, engine):
    with pytest.raises(EngineError, match=said):
        check_engine(target)


# Finding operations, and other names


def test_other_names_are_mapped(engine, tmp_path):
    source = (
        re.sub(r"\bValue\b", "Scalar", SOURCE)
        .replace("self.data", "self.val").replace(".data", ".val").replace(".grad", ".g")
        .replace("def backward", "def diff").replace("def tanh(self)", "def tanh_(self)")
    )  # fmt: skip
    names = {"value": "Scalar", "data": "val", "grad": "g", "backward": "diff"}
    names["only"] = [name for name in NAMES if name not in (*CHAINS, RANDOM)]
    without = check_engine(engine(source), **names)
    assert without, str(without)
    assert [result.name for result in without.of("not offered")] == ["tanh"]
    report = check_engine(engine(source), operations={"tanh": "tanh_"}, **names)
    assert report
    assert report.of("not offered") == []
    broken = source.replace("1.0 - y * y", "1.0 + y * y")
    result = failures(check_engine(engine(broken), operations={"tanh": "tanh_"}, **names))["tanh"]
    assert result.code.splitlines() == [
        "from engine import Scalar",
        "a = Scalar(0.5)",
        "y = a.tanh_()",
        "y.diff()",
        "print(a.g)",
    ]


def test_a_file_that_was_written_in_the_same_second_is_read_anew(engine):
    only = ["tanh"]
    path = engine(SOURCE)
    before = Path(path).stat()
    assert check_engine(path, only=only)
    engine(SOURCE.replace("1.0 - y * y", "1.0 + y * y"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [*failures(check_engine(path, only=only))] == ["tanh"]


def test_a_wrong_mapping_or_property_is_refused(engine):
    with pytest.raises(EngineError, match="unknown property 'adition'; there are addition"):
        check_engine(engine(SOURCE), only=["adition"])
    with pytest.raises(EngineError, match="unknown operation 'tanhh'; there are exp"):
        check_engine(engine(SOURCE), operations={"tanhh": "tanh"})
    with pytest.raises(EngineError, match="tanh is mapped to 'nope', but that is neither a method"):
        check_engine(engine(SOURCE), operations={"tanh": "nope"})


def test_functions_beside_the_class_count_and_those_of_floats_do_not(engine):
    source = "from math import exp, log\n" + SOURCE.replace("def tanh(self)", "def _tanh(self)")
    source = source.replace("def exp(self)", "def _exp(self)").replace("def log(self)", "def _l(s)")
    source += "\ndef tanh(x):\n    return x._tanh()\ndef sin(x):\n    return 'no value'\n"
    source = source.replace("def sin(self)", "def _sin(self)")
    report = check_engine(engine(source), only=["exp", "log", "tanh", "sin"])
    statuses = {result.name: result.status for result in report.results}
    assert statuses["tanh"] == "passed"
    assert [statuses[name] for name in ("exp", "log", "sin")] == ["not offered"] * 3


@pytest.mark.parametrize("place", ["sub/my_engine.py", "my-engine.py", "autograd.py"])
def test_the_code_finds_a_file_wherever_it_is(place, engine, tmp_path):
    (tmp_path / "sub").mkdir()
    target = engine(SOURCE.replace("lambda g: (g, -g)", "lambda g: (g, g)"), place)
    result = failures(check_engine(target, only=["subtraction"]))["subtraction"]
    assert run_code(result.code, tmp_path) == "1.0"


def test_a_backward_that_resets_passes_where_that_is_said(engine):
    source = SOURCE.replace("        for node in order:\n            node.grad +=",
                            "        for node in order:\n            node.grad =")  # fmt: skip
    assert source != SOURCE
    target = engine(source)
    failed = failures(check_engine(target, only=GRAPHS)).keys()
    assert failed == {"accumulation", "shared_nodes", "second_backward"}
    assert check_engine(target, resets=True, only=GRAPHS)
    assert failures(check_engine(engine(SOURCE), resets=True, only=GRAPHS)).keys() == failed
