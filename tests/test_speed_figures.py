"""The figures of "How fast" in both READMEs are those of docs/benchmarks.md.

Owns how they follow: each is the quotient of two median times as the page shows them, in two
digits, in three from 100.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
READMES = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")]
UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
TIME = re.compile(r"([\d.]+) (ns|us|ms|s)\b")
PEERS = (r"torch eager", r"torch compile$", r"jax\.jit$|jax\.jit, one|jax, one array", r"micrograd")
FIT = "glassgrad exact, nn.fit"
# The rows of the table in the READMEs.
ROWS = [
    ("tiny-graph", "glassgrad exact"), ("rosenbrock-100", "glassgrad exact, array"),
    *((name, FIT) for name in (
        "moons-relu-full", "moons-tanh-full", "moons-relu-32", "moons-relu-1", "digits",
    )),
]  # fmt: skip


def times(workload):
    """The median seconds of each row of a workload's table."""
    section = re.search(rf"^## {workload}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]
    rows = re.findall(r"^\| ([^|]+?) \| ([^|(]+)", section, re.MULTILINE)
    found = [(name, TIME.match(time)) for name, time in rows]
    return {name: float(time[1]) * UNITS[time[2]] for name, time in found if time}


def on_average(workload):
    """How many samples have a loss."""
    section = re.search(rf"^## {workload}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]
    return re.search(r"([\d.]+) on average", section)[1]


def best(workload, pattern):
    """The shortest of the times of the rows that begin so; None without one."""
    return min((t for name, t in times(workload).items() if re.match(pattern, name)), default=None)


def figure(quotient):
    """A quotient as it is written."""
    return f"{float(f'{quotient:.3g}'):,.0f}" if quotient >= 99.5 else shortest(quotient)


def shortest(quotient):
    return f"{quotient:.0f}" if quotient >= 9.95 else f"{quotient:.1f}"


def speed_section(readme):
    return re.search(r"^## (?:How fast|속도)\n(.*?)^## ", readme, re.MULTILINE | re.DOTALL)[1]


@pytest.mark.parametrize("readme", READMES, ids=("en", "ko"))
def test_the_table_of_the_readme_follows_from_the_page(readme):
    table = re.search(r"\|---\|---:.*\n((?:\|.*\n)+)", speed_section(readme))[1]
    for line, (workload, ours) in zip(table.splitlines(), ROWS, strict=True):
        theirs = [best(workload, pattern) for pattern in PEERS]
        mine = times(workload)[ours]
        wanted = [figure(time / mine) if time else "" for time in theirs]
        assert [cell.strip() for cell in line.split("|")[2:-1]] == wanted, workload


@pytest.mark.parametrize("readme", READMES, ids=("en", "ko"))
def test_the_sentences_of_the_readme_follow_from_the_page(readme):
    lines = speed_section(readme).splitlines()
    said = " ".join(line for line in lines if not line.startswith("|"))
    fits = {name: times(name)[FIT] for name, ours in ROWS if ours == FIT}
    wanted = [
        figure(best(name, pattern) / fits[name])
        for name in ("moons-relu-full", "moons-relu-32", "digits")
        for pattern in (r"torch compile, steps unrolled", r"jax lax\.scan")
    ]
    wanted += [
        figure(best(name, PEERS[2]) / times(name)["glassgrad exact, a call a step"])
        for name in ("moons-relu-full", "moons-relu-32")
    ]
    fast = [fit / times(name)["glassgrad fast, nn.fit"] for name, fit in fits.items()]
    wanted += [figure(min(fast)), figure(max(fast))]
    row = r"step of moons-relu-full \| exact \| ([\d,]+) \| 100 \| ([\d.]+) "
    operations, each = re.search(row, PAGE).groups()
    making = float(operations.replace(",", "")) * float(each) * 1e-6
    steps = round(making / times("moons-relu-full")["glassgrad eager"], -1)
    wanted += [f"{making:.1f}", f"{steps:.0f}"]
    rest = times("moons-relu-full")
    wanted += [figure(rest["glassgrad exact, Descent, at rest"] / rest["glassgrad exact, Descent"])]
    wanted += [f"{float(on_average('moons-relu-full')):.0f}"]
    for number in wanted:
        assert re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", said), number
    assert re.search(r"^- date: (\S+)$", PAGE, re.MULTILINE)[1] in said
