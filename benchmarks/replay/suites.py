"""The suites of compiled programs: their workloads, who takes part, what is promised."""

from dataclasses import dataclass

from benchmarks.replay import contestants as who, least, live
from benchmarks.replay.compiling import PROGRAMS, Program
from benchmarks.replay.contest import EXACT, FAST, Contestant, Limit, Target, Workload

_OURS = (who.CALL_EXACT, who.CALL_FAST)
_SLOWER = (who.CALL_PYTHON, who.CALL_EAGER)
_CASADI = (who.CALL_CASADI_GCC, who.CALL_CASADI, who.CALL_CASADI_PYTHON)
_JAX = (who.CALL_JAX,)
_TORCH = (who.CALL_TORCH_COMPILED, who.CALL_TORCH)

_ON_NUMBERS = (
    *_SLOWER,
    *_CASADI,
    *_JAX,
    who.CALL_JAX_FLOATS,
    who.CALL_JAX_PACKED,
    *_TORCH,
    who.CALL_MICROGRAD,
    who.CALL_HIPS,
)
_ON_A_LIST = (
    who.CALL_EXACT_ARRAY,
    who.CALL_FAST_ARRAY,
    *_SLOWER,
    *_CASADI,
    *_JAX,
    *_TORCH,
    who.CALL_HIPS,
)
# Who is missing would take minutes to compile (jax.jit of 1,000 operations: two) or, HIPS autograd
# at 100,000, minutes for all its calls.
_OF_ANY_SIZE = (*_SLOWER, who.CALL_CASADI, who.CALL_TORCH, who.CALL_MICROGRAD)
_OF_1000 = (*_OF_ANY_SIZE, who.CALL_CASADI_GCC, *_JAX, who.CALL_HIPS)
_LONG = (who.CALL_EXACT, who.CALL_FIRST)  # fast mode: no other ratio, a minute more


def _call(
    name: str,
    what: str,
    others: tuple[Contestant, ...],
    *promises: Target | Limit,
    ours: tuple[Contestant, ...] = _OURS,
) -> Workload:
    """Value and gradient by all arguments, in one call from Python."""
    return Workload(name, what, "call", (*ours, *others), who.CALL_EAGER, promises)


FUNCTIONS = (
    _call(
        "tiny-graph",
        "((a + b) - (a b + b^3))^2 / 2 and both derivatives (BurTorch's tiny graph)",
        _ON_NUMBERS,
        Target(EXACT, "jax.jit", 80.0),
        Limit(EXACT, 100e-9),
    ),
    _call(
        "small-graph",
        "the expression of micrograd's README and both derivatives (BurTorch's small graph)",
        _ON_NUMBERS,
    ),
    _call(
        "rosenbrock-100",
        "the Rosenbrock function of 100 variables and its gradient",
        (*_ON_A_LIST, who.CALL_MICROGRAD),
        Target(EXACT, "casadi VM", 1.0),
        Target(FAST, "jax.jit", 1.5),
    ),
    _call(
        "tanh-1000",
        "the sum of the tanh of 1,000 numbers and its gradient",
        _ON_A_LIST,
        Target(EXACT, "casadi VM", 1.0),
        Target(FAST, "jax.jit", 1.5),
    ),
    _call(
        "random-1e3",
        "a random graph of 1,000 operations (+ - * / **2 **-0.5 relu), by its 20 leaves",
        _OF_1000,
    ),
    _call(
        "random-1e4",
        "the same of 10,000 operations, by its 200 leaves",
        (who.CALL_FIRST, *_OF_ANY_SIZE, who.CALL_HIPS),
    ),
    _call(
        "random-1e5",
        "the same of 100,000 operations, by its 2,000 leaves",
        _OF_ANY_SIZE,
        ours=_LONG,
    ),
    _call("chain-1e3", "a continued fraction 1,000 deep, by its 3 numbers", _OF_1000),
    _call("chain-1e4", "the same 10,000 deep", (*_OF_ANY_SIZE, *_JAX, who.CALL_HIPS)),
    _call("chain-1e5", "the same 100,000 deep", (*_OF_ANY_SIZE, *_JAX)),
)

_STEPS = (
    who.DESCENT_EXACT,
    who.DESCENT_FAST,
    who.FIT_EXACT,
    who.FIT_FAST,
    who.STEP_EXACT,
    who.STEP_FAST,
    who.STEP_EAGER,
    who.STEP_JAX,
    who.STEP_JAX_FLAT,
    who.SCAN,
    who.SCAN_FLAT,
    who.STEP_TORCH_COMPILED,
    who.STEPS_TORCH_COMPILED,
    who.STEP_TORCH,
    who.STEP_TORCH_FLAT,
    who.STEP_HIPS,
)


def _both(ours: str, against: str, at_least: float, apart: str = "") -> tuple[Target, ...]:
    """What is promised, for our best and for `nn.fit` alone.

    Args:
        apart: a way of theirs that is judged in one row and left out in another: steps unrolled
            save calls, as a scan does; one flat parameter is another way to write a model.
    """
    found = Target(ours, against, at_least), Target(ours + ", nn.fit", against, at_least)
    return (*found, Target(ours, against, at_least, apart)) if apart else found


UNROLLED, FLAT = "steps unrolled", "one flat parameter"


_FULL = (
    *_both(FAST, "torch", 20.0, UNROLLED),
    *_both(FAST, "jax.jit", 5.0, FLAT),
    *_both(FAST, "jax lax.scan", 1.5),
)
_ONE = (*_both(EXACT, "torch eager", 100.0), *_both(EXACT, "jax.jit", 20.0, FLAT))


def _of_all_samples(name: str) -> str:
    """What is to be said of a training on all samples."""
    return " ".join([live.sentence(name), least.sentence(name)]).strip()


def _demo(activation: str, batch: str, what: str, *promises: Target) -> Workload:
    """The training step of micrograd's demo."""
    others = [who.STEP_TORCH_DECAY, who.STEPS_CASADI, who.STEPS_CASADI_GCC]
    if batch == "full":
        others = [who.REST_EXACT, who.REST_FAST, *others]
    if activation == "relu":  # micrograd 0.1.0 has no tanh
        others.append(who.STEP_MICROGRAD)
    return Workload(
        f"moons-{activation}-{batch}",
        f"a training step of micrograd's demo, MLP 2-16-16-1, {activation}, {what}",
        "step",
        (*_STEPS, *others),
        who.STEP_EXACT,
        promises,
        remark=_of_all_samples if batch == "full" else lambda _: "",
    )


TRAINING = (
    _demo("relu", "full", "all 100 samples", *_both(EXACT, "torch", 10.0, UNROLLED), *_FULL),
    _demo("tanh", "full", "all 100 samples", *_both(EXACT, "torch", 4.0, UNROLLED), *_FULL),
    _demo("relu", "32", "32 samples"),
    _demo("tanh", "32", "32 samples"),
    _demo("relu", "1", "one sample", *_ONE),
    _demo("tanh", "1", "one sample", *_ONE),
    Workload(
        "digits",
        "an epoch of 1,797 handwritten digits in batches of 32: MLP 64-32-10, relu, cross-entropy",
        "epoch",
        (*_STEPS, who.STEPS_CASADI),
        who.STEP_EXACT,
        _both(FAST, "torch", 3.0),
        a_unit=57,
    ),
)


@dataclass(frozen=True)
class Contests:
    """A suite of workloads, or of programs that are made.

    Args:
        name, what: as of `benchmarks.suite.Suite`.
        workloads: contests, held one after another.
        programs: whose making is timed.
    """

    name: str
    what: str
    workloads: tuple[Workload, ...] = ()
    programs: tuple[Program, ...] = ()

    def names(self) -> list[str]:
        """What `--only` may choose from."""
        workloads = [workload.name for workload in self.workloads]
        return list(dict.fromkeys(workloads + [program.name for program in self.programs]))


SUITES = (
    Contests("functions", "compiled functions called from Python", FUNCTIONS),
    Contests("training", "compiled steps of training", TRAINING),
    Contests("compiling", "how long it takes to make a program", programs=PROGRAMS),
)
