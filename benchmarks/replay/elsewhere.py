"""A contestant in a process of another Python: HIPS autograd, whose import name is ours.

The two sides write lines of JSON to each other; with_hips.py is the other one. Its clock counts.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Elsewhere:
    """A run in another process.

    Args:
        python: the interpreter.
        way: "call" or "step".
        workload: the name of a function or of a task.

    Raises RuntimeError when that process ends; its traceback is on stderr.
    """

    def __init__(self, python: Path, way: str, workload: str) -> None:
        program = Path(__file__).with_name("with_hips.py")
        # -I: neither this folder nor PYTHONPATH is on its path, where ours may be.
        self._process = subprocess.Popen(
            [str(python), "-I", str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            self.steps = int(self._ask("prepare", way, workload))
        except BaseException:
            self.close()
            raise

    def seconds(self, calls: int) -> float:
        """How long so many calls take, by the clock of that process."""
        return float(self._ask("seconds", calls))

    def result(self) -> Sequence[float]:
        """Call once; the numbers on which all contestants must agree."""
        return list(map(float, self._ask("result")))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _ask(self, *request: Any) -> Any:
        questions, answers = self._process.stdin, self._process.stdout
        if questions is None or answers is None:
            raise RuntimeError("the process has no pipes")
        try:
            questions.write(json.dumps(request) + "\n")
            questions.flush()
            line = answers.readline()
        except BrokenPipeError:  # it has ended already
            line = ""
        if not line:
            raise RuntimeError(f"with_hips.py ended when it was asked for {request[0]!r}")
        return json.loads(line)
