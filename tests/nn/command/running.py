"""Running the command as a user does, and the small tables it is given."""

import csv
import os
import subprocess
import sys
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[3]
PNG = b"\x89PNG\r\n\x1a\n"
WITHOUT = "import sys\nfor name in {!r}: sys.modules[name] = None\n"
ALWAYS = {"model.safetensors", "history.csv", "training.html", "settings.json", "checkpoint"}
GRAPHS = {"network.svg", "graph.svg"}


def environment(**changes):
    return {**os.environ, "PYTHONPATH": str(ROOT), **changes}


def command(*arguments, code=None):
    """The words that run `glassgrad`, or with `code` Python code that does something first."""
    start = (
        ["-m", "nn"]
        if code is None
        else ["-c", f"{code}\nfrom nn.command.main import main; exit(main())"]
    )
    return [sys.executable, "-W", "error", *start, *map(str, arguments)]


def run(*arguments, cwd, code=None, **changes):
    """Run the command in a process of its own; changes are of the environment."""
    return subprocess.run(
        command(*arguments, code=code),
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment(**changes),
        check=False,
    )


def quick(data="moons", *more):
    """A training of a second."""
    return ["train", str(data), "--epochs", "2", "--hidden", "4", *map(str, more)]


def flowers(n=30, seed=0):
    """The rows of a table with a name, numbers, a category in Korean and two Korean classes."""
    source = Random(seed)
    rows = [["번호", "꽃잎 길이", "색", "꽃잎 너비", "품종"]]
    for i in range(n):
        kind = i % 2
        length, width = source.gauss(2 + 3 * kind, 0.5), source.gauss(1 + kind, 0.2)
        color = "빨강" if source.random() < 0.3 + 0.4 * kind else "파랑"
        kinds = "붓꽃", "제비꽃"
        rows.append([f"k{i}", f"{length:.2f}", color, f"{width:.2f}", kinds[kind]])
    return rows


def houses(n=40, seed=0):
    """The rows of a table whose last column is a number."""
    source = Random(seed)
    rows = [["area", "town", "price"]]
    for _ in range(n):
        area, town = source.uniform(20, 120), source.choice(["Busan", "Seoul"])
        price = 3 * area + 100 * (town == "Seoul") + source.gauss(0, 5)
        rows.append([f"{area:.1f}", town, f"{price:.1f}"])
    return rows


def write_csv(path, rows, encoding="utf-8"):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows)
    return path


def read_rows(text):
    return list(csv.reader(text.splitlines()))


def names_in(folder):
    return {path.name for path in folder.iterdir()}
