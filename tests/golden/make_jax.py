"""Writes jax.json: JAX's numbers, in double, at the edges that docs/edges.md shows.

`python -m tests.golden.make_jax`, in an environment that has `jax==0.10.2` and needs nothing else
(that of `make bench` has JAX, too). Rows are as in golden.json, numbers to 14 digits. Every
derivative is reverse mode's, one entry at a time: a second derivative is the gradient of one
component of the gradient, as PyTorch's are there. Operations run one by one, not under jit.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from tests.golden.edge_points import POINTS, Point

jax.config.update("jax_enable_x64", True)

JAX_JSON = Path(__file__).with_name("jax.json")
GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="ascii"))

Function = Callable[..., Any]


def _stacked(function: Function) -> Function:
    return lambda *operands: function(jnp.stack(operands))


def _dot(*operands: Any) -> Any:
    """Bias first, then weight times input, left to right; operands are ws, then xs, then bias."""
    n = len(operands) // 2
    total = operands[-1]
    for weight, x in zip(operands[:n], operands[n : 2 * n], strict=True):
        total = total + weight * x
    return total


# The comparisons give no floats in JAX, and it has no 1 - x*x of one step, no sum in the order of
# dot: expressions stand for these, the same ones as in tests/pytorch/reference.py.
FUNCTIONS: dict[str, Function] = {
    "identity": lambda x: x,
    "gt": lambda a, b: jnp.float64(a > b),
    "eq": lambda a, b: jnp.float64(a == b),
    "heaviside": lambda a, b: (jnp.float64(a > b) + jnp.float64(a >= b)) / 2,
    "peak": _stacked(lambda t: jnp.max(jax.lax.stop_gradient(t))),
    "add": jnp.add,
    "sub": jnp.subtract,
    "mul": jnp.multiply,
    "div": jnp.divide,
    "neg": jnp.negative,
    "power": lambda x, n: x**n,
    "pow": jnp.power,
    "mod": jnp.remainder,
    "floordiv": jnp.floor_divide,
    "hypot": jnp.hypot,
    "atan2": jnp.arctan2,
    "logaddexp": jnp.logaddexp,
    "co_square": lambda x: (1.0 - x) * (1.0 + x),
    "asin": jnp.arcsin,
    "acos": jnp.arccos,
    "atan": jnp.arctan,
    "asinh": jnp.arcsinh,
    "acosh": jnp.arccosh,
    "atanh": jnp.arctanh,
    **{
        name: getattr(jnp, name)
        for name in (
            "abs sign floor sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan sinh cosh tanh "
            "maximum minimum clip"
        ).split()
    },
    **{
        name: getattr(jax.nn, name)
        for name in "sigmoid log_sigmoid softplus relu leaky_relu elu silu".split()
    },
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "erf": jax.scipy.special.erf,
    "erfc": jax.scipy.special.erfc,
    "lgamma": jax.scipy.special.gammaln,
    "digamma": jax.scipy.special.digamma,
    "polygamma": lambda n, x: jax.scipy.special.polygamma(int(n), x),
    "where": lambda condition, a, b: jnp.where(condition != 0, a, b),
    "sum": _stacked(jnp.sum),
    "mean": _stacked(jnp.mean),
    "prod": _stacked(jnp.prod),
    "max": _stacked(jnp.max),
    "min": _stacked(jnp.min),
    "dot": _dot,
    "logsumexp": _stacked(jax.scipy.special.logsumexp),
    "nll": lambda k, *xs: -jax.nn.log_softmax(jnp.stack(xs))[int(k)],
    "take": lambda k, *xs: jnp.take(jnp.stack(xs), int(k)),
    "softmax": _stacked(lambda t: jax.nn.softmax(t)[0]),
    "log_softmax": _stacked(lambda t: jax.nn.log_softmax(t)[0]),
}


def jax_row(name: str, point: Point) -> list[str]:
    """Operands, value, gradient and Hessian at one point, in four texts."""
    parameters = GOLDEN["operations"][name]["parameters"]
    live = tuple(i for i in range(len(point)) if i not in parameters)

    def function(*inputs: Any) -> Any:
        operands: list[Any] = list(point)
        for i, x in zip(live, inputs, strict=True):
            operands[i] = x
        return FUNCTIONS[name](*operands)

    inputs = [jnp.float64(point[i]) for i in live]
    places = range(len(live))
    gradient = jax.grad(function, tuple(places))
    first = gradient(*inputs)
    second = [
        jax.grad(lambda *xs, i=i: gradient(*xs)[i], tuple(places))(*inputs)  # type: ignore[misc]
        for i in places
    ]
    return [
        " ".join(map(repr, point)),
        _text(function(*inputs)),
        " ".join(map(_text, first)),
        " ".join(map(_text, itertools.chain(*second))),
    ]


def _text(number: Any) -> str:
    return f"{float(number):.14g}"


def jax_text() -> str:
    """All of jax.json, one line a row."""
    operations = []
    for name in sorted(POINTS):
        rows = ",\n".join(json.dumps(jax_row(name, point)) for point in POINTS[name])
        operations.append(f'"{name}": [\n{rows}]')
    return f'{{"jax": "{jax.__version__}",\n"operations": {{\n' + ",\n".join(operations) + "}}\n"


if __name__ == "__main__":
    JAX_JSON.write_text(jax_text(), encoding="ascii")
    print(f"{JAX_JSON}: {len(POINTS)} operations, JAX {jax.__version__}")
