"""no_grad, and threads: what is switched on here does not reach there.

Owns the promises of modes.py and blocks.py, and "threads that build separate graphs do not disturb
each other".
"""

import asyncio
import functools
import random
import struct
import threading

import pytest

import autograd as ag
from autograd import Value, modes, no_grad
from autograd.blocks import enable_grad
from autograd.origin import origin_of
from tests.threads import in_threads


@pytest.fixture(autouse=True)
def nothing_left_switched_on():
    yield
    assert modes.active == 0
    assert modes.is_recording()
    assert not modes.in_transform()


def is_recorded():
    return (Value(1.0) + 1.0).op is not None


def test_inside_no_grad_nothing_is_recorded():
    x = Value(3.0, label="x")
    with no_grad():
        y = x * x
        z = ag.dot([x, y], [y, 2.0], ag.tanh(x)) + ag.sum([x, 1.0])
        for node in (y, z, -x, abs(x), x**2, 2 / x, x % 2):
            assert type(node) is Value
            assert (node.op, node.inputs, node.partials) == (None, (), ())
    assert y.data == 9.0
    again = ag.dot([x, x * x], [x * x, 2.0], ag.tanh(x)) + ag.sum([x, 1.0])
    assert again.data == z.data
    again.backward()
    assert x.grad != 0.0
    gradient = x.grad
    z.backward()
    assert (x.grad, z.grad) == (gradient, 1.0)


def test_results_of_no_grad_are_leaves_to_assign_and_to_build_on():
    x = Value(3.0)
    with no_grad():
        y = x * 2.0
    y.data = 5.0
    z = y * x
    z.backward()
    assert (x.grad, y.grad) == (5.0, 3.0)


def test_a_graph_made_outside_can_be_differentiated_inside():
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
    assert x.grad == 6.0


def test_nested_and_left_by_an_exception():
    with no_grad():
        with no_grad():
            assert not is_recorded()
        assert not is_recorded()
        with pytest.raises(ZeroDivisionError), no_grad():
            1 / 0
        assert not is_recorded()
    assert is_recorded()
    with pytest.raises(TypeError), no_grad():
        Value(1.0) + "a"
    assert is_recorded()


def test_one_object_entered_again():
    off = no_grad()
    with off, off:
        assert not is_recorded()
    assert is_recorded()
    with off:
        assert not is_recorded()


def test_as_a_decorator_also_of_a_recursive_function():
    @no_grad()
    def power(x, n):
        """x**n."""
        return x if n == 1 else x * power(x, n - 1)

    assert power.__doc__ == "x**n."
    y = power(Value(2.0), 5)
    assert (y.data, y.op) == (32.0, None)
    assert is_recorded()


def test_blocks_that_overlap_leave_recording_on():
    async def predict(before, during):
        await asyncio.sleep(before)
        with no_grad(), ag.scope("mine"):
            await asyncio.sleep(during)
            assert not is_recorded()

    async def both():
        await asyncio.gather(predict(0.0, 0.02), predict(0.01, 0.03))

    asyncio.run(both())
    assert is_recorded()
    with ag.scope("other"):
        y = Value(1.0) * 2.0
        assert y.op is not None
    found = origin_of(y)
    assert (found.scope.name, found.scope.outer) == ("other", None)


def test_one_block_shared_by_threads_is_left_in_each():
    quiet, entered, left = no_grad(), threading.Event(), threading.Event()

    def other():
        with quiet:
            entered.set()
            left.wait(10.0)
            assert not is_recorded()
        assert is_recorded()

    def recorded_here():
        with quiet:
            thread.start()
            entered.wait(10.0)
        with ag.scope("s"):
            return is_recorded()

    found = []
    thread = threading.Thread(target=lambda: found.append(other()))
    assert recorded_here()
    left.set()
    thread.join()
    assert found == [None]


def test_a_block_left_by_another_thread():
    """A generator may be freed anywhere."""

    def numbers():
        with no_grad():
            yield 1.0

    opened = numbers()
    thread = threading.Thread(target=lambda: next(opened))
    thread.start()
    thread.join()
    opened.close()
    assert is_recorded()
    with no_grad(), no_grad():
        assert not is_recorded()


@pytest.mark.parametrize("block", [no_grad, lambda: ag.scope("s"), ag.recording, ag.detect_anomaly])
def test_a_block_that_another_thread_frees_is_left_where_it_was_entered(block):
    def numbers():
        with block():
            yield 1.0

    opened, before = numbers(), (modes.active, modes.listeners[0])
    next(opened)
    thread = threading.Thread(target=opened.close)
    thread.start()
    thread.join()
    assert (modes.active, modes.listeners[0]) == before
    with ag.scope("here"):
        assert is_recorded()
        assert origin_of(Value(1.0) * 2.0).scope.outer is None
    with ag.recording():
        assert origin_of(Value(1.0) * 2.0).line is not None


def test_a_block_takes_nothing():
    for block in (no_grad, enable_grad, ag.recording, ag.detect_anomaly):
        name = block.__name__
        with pytest.raises(
            TypeError, match=rf"^{name}: takes nothing; write `with {name}\(\):`, or"
        ):
            block(is_recorded)  # `@no_grad` without parentheses


@pytest.mark.parametrize("block", [no_grad(), ag.scope("s"), ag.recording(), ag.detect_anomaly()])
def test_what_runs_after_its_call_cannot_be_decorated(block):
    def numbers():
        yield 1.0

    async def number():
        return 1.0

    async def more():
        yield 1.0

    for function in (numbers, number, more):
        refusal = rf"{function.__name__} is a generator or async.*`with "
        for given in (function, functools.partial(function)):
            with pytest.raises(TypeError, match=refusal):
                block(given)


def test_arithmetic_at_the_edges_inside_no_grad():
    with no_grad():
        assert (1.0 / Value(0.0)).data == float("inf")
        assert ag.log(Value(0.0)).data == float("-inf")
        assert ag.exp(Value(1000.0)).data == float("inf")
        with pytest.raises(TypeError, match="add: expected a number"):
            Value(1.0) + None


def test_transforms_inside_no_grad_give_derivatives():
    with no_grad():
        assert ag.grad(lambda x: x * x)(3.0) == 6.0
        assert ag.hessian(lambda x: x * x * x)(2.0) == 12.0


def test_no_grad_inside_a_differentiated_function_is_a_constant():
    def f(x):
        with no_grad():
            constant = x * x
        return constant * x

    assert ag.grad(f)(3.0) == 9.0
    assert ag.grad(ag.grad(f))(3.0) == 0.0


# Threads


def training(seed):
    """A small training with every kind of node; the bits of every number it went through."""
    draw = random.Random(seed)
    ws = [Value(draw.gauss(0, 1)) for _ in range(6)]
    trace = []
    for _ in range(60):
        xs = [draw.gauss(0, 1) for _ in range(6)]
        hidden = [ag.tanh(ag.dot(ws, xs, w)) for w in ws]
        loss = ag.logsumexp(hidden) + ag.mean([w * w for w in ws]) + ag.relu(hidden[0] - 0.1) / 3
        for w in ws:
            w.grad = 0.0
        loss.backward()
        with no_grad():
            norm = ag.sqrt(sum(w * w for w in ws)).data
        curvature = ag.grad(ag.grad(lambda t: ag.sin(t) * t))(norm)
        for w in ws:
            w.data -= 0.1 * w.grad
        trace += [loss.data, norm, curvature, *[w.grad for w in ws]]
    return struct.pack(f"<{len(trace)}d", *trace)


def test_eight_threads_compute_the_bits_of_a_serial_run():
    serial = [training(k) for k in range(8)]
    assert in_threads(training) == serial
    assert len(set(serial)) == 8


def test_no_grad_in_one_thread_does_not_reach_another():
    def work(k):
        if k % 2:
            with no_grad():
                return all(not is_recorded() for _ in range(2000))
        return all(is_recorded() for _ in range(2000))

    assert in_threads(work) == [True] * 8


def test_a_thread_started_inside_no_grad_records():
    found = []
    with no_grad():
        thread = threading.Thread(target=lambda: found.append(is_recorded()))
        thread.start()
        thread.join()
        assert not is_recorded()
    assert found == [True]


def test_a_transform_in_one_thread_does_not_reach_another():
    inside, leave = threading.Event(), threading.Event()

    def slow(x):
        inside.set()
        assert leave.wait(10)
        return x * x

    results = []
    thread = threading.Thread(target=lambda: results.append(ag.grad(slow)(3.0)))
    thread.start()
    assert inside.wait(10)
    assert type(ag.grad(ag.sin)(0.0)) is float, "a number: no transform is running here"
    leave.set()
    thread.join()
    assert results == [6.0]


def test_the_count_of_open_blocks_is_right_after_many_threads():
    def work(k):
        for _ in range(3000):
            with no_grad():
                pass

    in_threads(work)
    assert modes.active == 0
