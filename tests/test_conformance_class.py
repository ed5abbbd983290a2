"""The conformance kit as a test class, and what it knows of mathematics by itself."""

import contextlib
import io
import math
import re
import subprocess
import sys
from pathlib import Path
from random import Random

import mpmath
import pytest
from micrograd.engine import Value as MicrogradValue

import autograd
from autograd.check import EngineConformance, check_engine
from autograd.check.conformance.functions import PROPERTIES
from autograd.check.conformance.judge import agree, code, judge
from autograd.check.conformance.programs import Program
from autograd.check.conformance.random_programs import COUNT, differences, expected, expressions
from autograd.check.conformance.reference import DEFINITIONS, FUNCTIONS, Floats, Slopes
from tests.kit import is_number, run_code
from tests.mini_engine import CHAINS, RANDOM, SOURCE

NAMES = [prop.name for prop in PROPERTIES]


REAL = """
from autograd.check import EngineConformance
from engine import Value

class TestMine(EngineConformance):
    Value = Value
    {more}
"""


def run_pytest(folder, source, *more):
    (folder / "test_mine.py").write_text(source)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "test_mine.py",
         *more],
        cwd=folder, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip


def test_the_test_class_passes_on_a_correct_engine(engine, tmp_path):
    engine(SOURCE)
    assert f"{len(PROPERTIES)} passed in" in run_pytest(tmp_path, REAL.format(more=""))


def test_the_test_class_fails_and_skips_with_the_message_of_the_command(engine, tmp_path):
    source = SOURCE.replace("def erf(self)", "def _erf(self)")
    target = engine(source.replace("lambda g: (g, -g)", "lambda g: (g, g)"))
    said = run_pytest(tmp_path, REAL.format(more=""), "-k", "not chain_of and not random")
    report = check_engine(target, only=[n for n in NAMES if n not in (*CHAINS, RANDOM)])
    for result in report.of("failed"):
        assert result.message in said
        assert result.code in said
    assert "the engine offers no erf" in said
    counts = [len(report.of(status)) for status in ("failed", "passed", "not offered")]
    assert "{} failed, {} passed, {} skipped".format(*counts) in said


MAPPED = """
from autograd.check import EngineConformance
from engine import Value as Number

def twice_wrong(x):
    return x.tanh() * 2.0

class TestMine(EngineConformance):
    Value = Number
    make = staticmethod(lambda x: Number(float(x)))
    backward = staticmethod(lambda y: y.backward())
    operations = {"tanh": twice_wrong, "sin": "sin"}
"""


def test_functions_of_the_test_class_are_used_and_can_be_pasted(engine, tmp_path):
    engine(SOURCE)
    said = run_pytest(tmp_path, MAPPED, "-k", "test_tanh or test_sin or test_exp")
    assert "1 failed" in said
    (code,) = re.findall(r"^from test_mine.*?^print\(y.data\)$", said, re.MULTILINE | re.DOTALL)
    assert "tanh = TestMine.operations['tanh']" in code
    assert is_number(run_code(code, tmp_path), 2.0 * math.tanh(0.5))


def test_a_hang_in_a_test_class_is_a_failure(engine, tmp_path):
    engine(SOURCE.replace("def relu(self):", "def relu(self):\n        while True: pass"))
    said = run_pytest(tmp_path, REAL.format(more="seconds = 1.0"), "-k", "test_relu or test_exp")
    assert "no answer within 1 seconds" in said
    assert "a.relu()" in said


class TestThisEngine(EngineConformance):
    Value = autograd.Value


def test_a_hang_in_one_function_ends_in_time_though_it_is_shrunk(engine, tmp_path):
    engine(SOURCE.replace("def tanh(self):", "def tanh(self):\n        while True: pass"))
    real = REAL.format(more="seconds = 0.5")
    said = run_pytest(tmp_path, real, "-k", RANDOM)
    assert "expected an answer, got no answer within 0.5 seconds" in said


def test_random_expressions_of_nothing_are_not_offered():
    class Bare:
        def __init__(self, x):
            self.data, self.grad = x, 0.0

        def backward(self):
            self.grad = 1.0

    class TestBare(EngineConformance):
        Value = Bare

    (prop,) = [prop for prop in PROPERTIES if prop.name == RANDOM]
    result = judge(prop, TestBare.engine())
    assert (result.status, result.message.partition(": ")[2]) == (
        "not offered", "the engine offers no operation to make them of",
    )  # fmt: skip


def test_a_class_without_an_engine_says_so():
    class TestNothing(EngineConformance):
        pass

    with pytest.raises(TypeError, match="TestNothing: say which engine: Value = YourClass"):
        TestNothing.engine()


# The kit's own definitions


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_definitions_agree_with_mpmath(name):
    theirs = {
        "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)), "silu": lambda x: x / (1 + mpmath.exp(-x)),
        "softplus": lambda x: mpmath.log1p(mpmath.exp(x)), "relu": lambda x: max(x, mpmath.mpf(0)),
        "abs": abs, "maximum": max, "minimum": min, "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
        "neg": lambda x: -x, "pow": lambda a, b: a**b, "log2": lambda x: mpmath.log(x, 2),
    }.get(name) or getattr(mpmath, name)  # fmt: skip
    value, partials = DEFINITIONS[name]
    binary = name in ("add", "sub", "mul", "div", "pow", "maximum", "minimum")
    source = Random(name)
    for _ in range(20):
        low = 0.1 if name in ("log", "log2", "log10", "sqrt", "pow") else -0.9
        xs = [source.uniform(low, 0.9) for _ in range(1 + binary)]
        y = value(*xs)
        with mpmath.workdps(40):
            assert y == pytest.approx(float(theirs(*map(mpmath.mpf, xs))), rel=1e-12)
            for i, partial in enumerate(partials(y, *xs)):
                order = tuple(int(j == i) for j in range(len(xs)))
                true = float(mpmath.diff(theirs, tuple(map(mpmath.mpf, xs)), order))
                assert (partial or 0.0) == pytest.approx(true, rel=1e-10, abs=1e-12)


def test_the_random_expressions_are_many_varied_and_the_same_every_time():
    offered = frozenset({*DEFINITIONS, "radd", "rsub", "rmul", "rdiv"})
    first, again = list(expressions(offered)), list(expressions(offered))
    assert first == again
    assert len(first) == COUNT
    used = {step.operation for expression in first for step in expression.steps}
    assert used == set(DEFINITIONS)
    assert max(len(expression.steps) for expression in first) >= 7
    texts = {expression.program().text for expression in first}
    assert len(texts) > 0.9 * COUNT


def test_the_random_expressions_derivatives_are_right():
    for expression in expressions(frozenset({*DEFINITIONS}), seed=5, count=50):
        numbers = expected(expression)
        forwards = expression.program().run(Slopes())
        for name, number in numbers.items():
            assert number == pytest.approx(forwards[name], rel=1e-8, abs=1e-9)


def test_differences_know_their_error():
    for f, true in ((math.exp, 1.0), (lambda t: math.sin(3.0 + t), math.cos(3.0))):
        derivative, error = differences(f)
        assert abs(derivative - true) <= max(10.0 * error, 1e-12)
        assert error < 1e-10
    assert differences(lambda t: abs(t - 0.001))[1] > 1e-3


def test_a_program_runs_on_floats_and_says_what_it_cannot_say():
    assert Program("a = Value(2.0); y = a ** 2 + 1").run(Floats())["y.data"] == 5.0
    for text in ("import os", "a = Value(1.0); y = a if a else a", "y = f.g(3)", "y = 1 < 2"):
        with pytest.raises((ValueError, KeyError, AttributeError)):
            Program(text).run(Floats())


def test_a_printed_program_computes_what_the_kit_expects():
    """Every program of the list, written for this engine and executed, gives the kit's numbers."""
    engine = TestThisEngine.engine()
    for prop in PROPERTIES:
        for program in prop.programs:
            if prop.name == "chain_of_100_000":
                continue
            numbers = program.run(Slopes(inner=program.reads_inner))
            for read, number in numbers.items():
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    exec(code(program, engine, read), {})
                assert agree(number, float(out.getvalue()), 1e-9), code(program, engine, read)


def test_micrograd_is_found_out():
    class TestMicrograd(EngineConformance):
        Value = MicrogradValue

    engine = TestMicrograd.engine()
    assert engine.found.keys() == {"relu"}
    assert "rpow" not in engine.offered
    assert "pow of two values" not in engine.offered


def test_every_function_has_its_property():
    assert set(FUNCTIONS) <= set(NAMES)
    assert len(NAMES) == len(set(NAMES))
    assert all(name.isidentifier() for name in NAMES)
    assert Path(__file__).with_name("mini_engine.py").exists()
