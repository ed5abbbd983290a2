"""`glassgrad step`: plain in a pipe, keys in a terminal, a page in a file."""

import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest

from nn.command.main import main

NEURON = ["step", "tanh(w*x + b)", "w=-3", "x=2", "b=6.88"]


def steps_in(text):
    return [int(number) for number in re.findall(r"Step (\d+) of", text)]


def test_in_a_pipe_every_step_is_printed(capsys):
    assert main([*NEURON, "--lr", "0.1", "--weights", "w,b"]) == 0
    text = capsys.readouterr().out
    assert steps_in(text) == list(range(1, 10))
    assert "Forward propagation" in text
    assert "Backpropagation" in text
    assert "Update w <- w - lr*dv5/dw = -3 - 0.1*1.00194 = -3.10019." in text
    assert text.endswith("\n> the node of this step, . what it is made from, - no number yet\n")
    assert "b <- b - lr*dv5/db = 6.88 - 0.1*0.500972 = 6.8299." in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_in_korean(capsys):
    assert main([*NEURON, "--lang", "ko", "--lr", "0.1"]) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in ("순전파", "결과", "역전파", "가중치 업데이트"))


@pytest.mark.parametrize(
    ("condition", "stops"),
    [
        (["--break-op", "tanh"], [3, 5]),
        (["--break-gradient", "1.2"], [7]),
        (["--break-nan"], []),
    ],
)
def test_only_where_a_condition_holds(condition, stops, capsys):
    assert main([*NEURON, *condition]) == 0
    text = capsys.readouterr().out
    assert steps_in(text) == stops
    assert ("No further step" in text) == (not stops)


def test_a_page(tmp_path, capsys):
    path = tmp_path / "step.html"
    assert main([*NEURON, "--html", str(path)]) == 0
    assert capsys.readouterr().out == f"wrote {path}\n"
    page = path.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "6.88" in page


class Terminal:
    """A child with a terminal of its own."""

    def __init__(self, *words):
        self.master, terminal = pty.openpty()
        self.child = subprocess.Popen(
            [sys.executable, "-m", "nn", *words],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            env={**os.environ, "COLUMNS": "80", "LINES": "40"},
        )
        os.close(terminal)

    def shows(self, pattern):
        """Read until the screen matches; return the screen."""
        screen, end = "", time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([self.master], [], [], 0.2)[0]:
                screen += os.read(self.master, 65536).decode()
                screen = screen.rpartition("\x1b[2J")[2]
            if re.search(pattern, screen, re.DOTALL):
                return screen
        raise AssertionError(f"{pattern!r} is not on the screen: {screen!r}")

    def press(self, key):
        os.write(self.master, key.encode())

    def leaves(self):
        try:
            return self.child.wait(60)
        finally:
            os.close(self.master)


@pytest.fixture
def terminal():
    started = []

    def start(*words):
        started.append(Terminal(*words))
        return started[-1]

    yield start
    for one in started:
        one.child.kill()
        one.child.wait()


def test_keys_move(terminal):
    screen = terminal(*NEURON, "--break-op", "tanh")
    assert "Keys:" in screen.shows(r"Step 1 of 7.*Keys:.*quit")
    for key, step in [
        ("\x1b[C", 2), (" ", 3), ("\x1b[D", 2), ("\x1b[D", 1), ("\x1b[D", 1), ("c", 3), ("c", 5),
        ("\x1b[F", 7), ("\x1b[H", 1), ("n", 4), ("n", 5), ("p", 4), ("\x1bOC", 5), ("?", 5),
    ]:  # fmt: skip
        screen.press(key)
        screen.shows(rf"Step {step} of 7.*Keys:.*quit")
    screen.press("c")
    screen.shows("No further step")
    screen.press("q")
    assert screen.leaves() == 0


@pytest.mark.parametrize("command", ["step", "explain"])
def test_the_help_says_what_v2_is(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert "A value without a name is called v2" in capsys.readouterr().out


def test_without_a_stop_the_key_c_says_how_to_set_one(terminal):
    screen = terminal(*NEURON)
    screen.shows("Step 1 of 7.*quit")
    screen.press("c")
    screen.shows("No stop is set.*--break-op tanh")
    screen.press("q")
    assert screen.leaves() == 0


def test_the_terminal_is_left_as_it_was(terminal):
    import termios

    screen = terminal(*NEURON)
    before = termios.tcgetattr(screen.master)
    screen.shows("Step 1 of 7.*quit")
    assert termios.tcgetattr(screen.master) != before
    screen.press("\x1b")  # Escape alone leaves, too
    assert screen.child.wait(60) == 0
    assert termios.tcgetattr(screen.master) == before
