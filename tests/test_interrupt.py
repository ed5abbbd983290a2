"""Ctrl-C during backward(): every gradient has changed, or none.

Owns the attack: a KeyboardInterrupt is raised before each single bytecode that backward() and the
functions it calls execute, then before any two of them; then by real signals, one and two.
"""

import _thread
import contextlib
import gc
import signal
import sys
import threading
import time

import pytest

import autograd as ag
from autograd import Value, backward
from autograd.backward import topological_order

COMPREHENSIONS = {"<listcomp>", "<genexpr>", "<dictcomp>"}
WATCHED = {
    Value.backward.__code__,
    backward.pull_back.__code__,
    backward.topological_order.__code__,
}


def small_graph():
    x, w = Value(2.0), Value(3.0)
    y = ag.tanh(x * w) + ag.dot([x, w], [w, 0.5], x)
    return y * y + w


def interrupt_before(bytecode, root):
    """Run root.backward(), interrupted before that bytecode; how many it executed."""
    count = 0

    def local(frame, event, argument):
        nonlocal count
        if event == "opcode":
            count += 1
            if count == bytecode:
                raise KeyboardInterrupt
        return local

    def trace(frame, event, argument):
        if frame.f_code in WATCHED or frame.f_code.co_name in COMPREHENSIONS:
            frame.f_trace = local  # before f_trace_opcodes: Python 3.13
            frame.f_trace_opcodes = True
            return local
        return None

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 looks for it once, in settrace
    sys.settrace(trace)
    try:
        root.backward()
    except KeyboardInterrupt:
        assert count == bytecode
    finally:
        sys.settrace(before)
    return count


def gradients(root):
    return [node.grad for node in topological_order(root)]


def test_interrupted_before_any_bytecode_all_gradients_change_or_none():
    root = small_graph()
    n_bytecodes = interrupt_before(0, root)
    changed = gradients(root)
    unchanged = [0.0] * len(changed)
    assert n_bytecodes > 200
    outcomes = set()
    for k in range(1, n_bytecodes + 1):
        root = small_graph()
        interrupt_before(k, root)
        found = gradients(root)
        assert found in (changed, unchanged), f"mixed, interrupted before bytecode {k}"
        outcomes.add(found == changed)
    assert False in outcomes


def test_after_an_interrupt_the_next_backward_is_right():
    root = small_graph()
    root.backward()
    expected = gradients(root)
    for k in (1, 50, 150):
        root = small_graph()
        interrupt_before(k, root)
        assert gradients(root) == [0.0] * len(expected)
        root.backward()
        assert gradients(root) == expected


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a trace function can raise only once")
def test_interrupted_before_any_two_bytecodes_all_gradients_change_or_none():
    code, monitoring, tool = Value.backward.__code__, sys.monitoring, 4
    instruction = monitoring.events.INSTRUCTION

    def interrupt_before_both(first, second, root):
        count = 0

        def callback(code, offset):
            nonlocal count
            count += 1
            if count in (first, second):
                raise KeyboardInterrupt

        monitoring.register_callback(tool, instruction, callback)
        monitoring.set_local_events(tool, code, instruction)
        with contextlib.suppress(KeyboardInterrupt):
            root.backward()
        monitoring.set_local_events(tool, code, 0)
        return count

    root = small_graph()
    monitoring.use_tool_id(tool, "interrupts")
    try:
        n_bytecodes = interrupt_before_both(0, 0, root)
        changed = gradients(root)
        unchanged = [0.0] * len(changed)
        assert n_bytecodes > 50
        for first in range(1, n_bytecodes + 1):
            for second in range(first + 1, first + 40):
                root = small_graph()
                interrupt_before_both(first, second, root)
                assert gradients(root) in (changed, unchanged), (first, second)
    finally:
        monitoring.free_tool_id(tool)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signals on this system")
def test_interrupted_by_a_timer():
    x = Value(1.0)
    nodes = [x]
    for _ in range(20_000):
        nodes.append(nodes[-1] * 1.0)
    start = time.perf_counter()
    nodes[-1].backward()
    duration = time.perf_counter() - start

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    gc.disable()  # hypothesis has a callback there, which must not be what is interrupted
    try:
        for k in range(30):
            for node in nodes:
                node.grad = 0.0
            try:
                signal.setitimer(signal.ITIMER_REAL, duration * (0.05 + k / 30))
                nodes[-1].backward()
                signal.setitimer(signal.ITIMER_REAL, 0.0)
            except KeyboardInterrupt:
                pass
            assert len({node.grad for node in nodes}) == 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()


def test_interrupted_twice_while_gradients_are_written():
    """Ctrl-C held down. A second thread sends two, as soon as it sees the first gradient change."""
    nodes = [Value(1.0)]
    for _ in range(200_000):
        nodes.append(nodes[-1] * 1.0)
    root = nodes[-1]
    done = threading.Event()
    answered = threading.Event()

    def hold_down():
        while root.grad == 0.0 and not done.is_set():
            pass
        for _ in range(2):
            answered.clear()
            _thread.interrupt_main()
            answered.wait(1.0)

    def interrupt(number, frame):
        answered.set()
        while frame is not None:  # elsewhere it would only disturb this test
            if frame.f_code is Value.backward.__code__:
                raise KeyboardInterrupt
            frame = frame.f_back

    handler, interval = signal.signal(signal.SIGINT, interrupt), sys.getswitchinterval()
    watcher = threading.Thread(target=hold_down)
    try:
        sys.setswitchinterval(1e-4)
        watcher.start()
        root.backward()
    except KeyboardInterrupt:
        pass
    finally:
        done.set()
        while watcher.is_alive():
            watcher.join(0.01)
        sys.setswitchinterval(interval)
        signal.signal(signal.SIGINT, handler)
    assert {node.grad for node in nodes} in ({0.0}, {1.0}), "some gradients changed, some did not"
