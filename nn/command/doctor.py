"""`glassgrad doctor`: what is installed, where it comes from, and what is missing.

Owns the findings and their order. Heavy packages are asked for their versions, not imported, so
that it is quick and works where one of them is broken.
"""

import argparse
import importlib.metadata
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

import autograd
import nn
from nn._engine import REMEDY
from nn.extras import remedy

OK, MISSING, WRONG = "ok", "--", "!!"
# The extras for those who use glassgrad, in the order in which they are met.
EXTRAS = ("render", "train", "plot", "data", "compile", "test", "notebook")

Finding = tuple[str, str, str]  # (OK, MISSING or WRONG; of what; what was found)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command; it takes no argument."""
    parser.description = (
        "Report the versions, where the packages come from, and what is missing. Exit code 1: "
        "something essential is broken."
    )


def run(_: argparse.Namespace) -> int:
    """Print the findings; return 1 if something essential is broken, else 0."""
    code = 0
    for state, subject, found in findings():
        print(f"{state}  {subject:<18}{found}")
        code = max(code, int(state == WRONG))
    print(
        "Something essential is broken: see the lines with !!"
        if code
        else "Everything essential works."
    )
    return code


def version() -> str:
    """The version of the installed glassgrad."""
    return _version_of("glassgrad") or "(not installed: run from a folder)"


def findings() -> Iterator[Finding]:
    """Yield everything that is worth knowing, the essential first."""
    yield OK, "glassgrad", version()
    yield OK, "Python", f"{platform.python_version()}, {sys.executable}"
    yield OK, "platform", platform.platform()
    yield from _packages()
    yield _gradient()
    yield from _hidden_by_the_current_folder()
    yield _other_autograd()
    yield _renderer()
    for name in EXTRAS:
        yield _extra(name)
    yield _compiler()
    yield _korean_font()
    yield from _terminal()


def _packages() -> Iterator[Finding]:
    homes = []
    for package in (autograd, nn):
        file = Path(str(package.__file__)).resolve()
        homes.append(file.parent.parent)
        yield OK, package.__name__, str(file)
    if homes[0] != homes[1]:
        yield WRONG, "packages", f"autograd and nn come from different folders: {REMEDY}"


def _gradient() -> Finding:
    """The engine at work: the derivative of x * x at 3."""
    x = autograd.Value(3.0)
    (x * x).backward()
    if x.grad == 6.0:
        return OK, "engine", "d(x*x)/dx = 6 at x = 3"
    return WRONG, "engine", f"d(x*x)/dx = {x.grad} at x = 3, not 6: {REMEDY}"


def _hidden_by_the_current_folder() -> Iterator[Finding]:
    """What `python script.py` and `python -m nn` would import from here instead of glassgrad's."""
    here = Path.cwd()
    if _is_our_checkout(here):
        words = "a checkout of glassgrad, which `python script.py` uses here"
        yield OK, "current folder", f'{words}; to install from it: pip install ".[render]"'
        return
    hidden = False
    for package in (autograd, nn):
        spec = PathFinder.find_spec(package.__name__, [str(here)])
        if spec is None or spec.origin is None:  # a folder without __init__.py hides nothing
            continue
        if Path(spec.origin).resolve() == Path(str(package.__file__)).resolve():
            continue
        hidden = True
        found = Path(spec.origin)
        entry = found if found.parent == here else found.parent
        words = (
            f"{entry.name} here hides glassgrad's {package.__name__} from `python script.py` and "
            f"`python -m nn`, not from the command glassgrad: rename {entry.name}"
        )
        yield MISSING, "current folder", words
    if not hidden:
        yield OK, "current folder", "nothing here hides autograd or nn"


def _is_our_checkout(folder: Path) -> bool:
    """Whether the folder is glassgrad's own source, from which it may have been installed."""
    try:
        return '\nname = "glassgrad"\n' in (folder / "pyproject.toml").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False


def _other_autograd() -> Finding:
    other = _version_of("autograd")
    if not other:
        return OK, "other autograd", "not installed"
    return (
        MISSING,
        "other autograd",
        f"autograd {other}, another package, shares the folder with glassgrad: {REMEDY}",
    )


def _renderer() -> Finding:
    if importlib.util.find_spec("graphviz") is None:
        return WRONG, "pictures", "graphviz, which glassgrad requires: pip install graphviz"
    from nn.graph import can_draw

    try:
        drawn = can_draw()
    except (OSError, ValueError, RuntimeError, subprocess.CalledProcessError) as error:
        return MISSING, "pictures", f"the renderer fails: {' '.join(str(error).split())}"
    if not drawn:
        return MISSING, "pictures", remedy("render", "no renderer") + ", or install Graphviz's dot"
    dot = shutil.which("dot")  # the order of autograd.view: dot goes first
    if dot is None:
        return OK, "pictures", f"graphviz-pure {_version_of('graphviz-pure')}"
    said = subprocess.run([dot, "-V"], capture_output=True, text=True, check=False).stderr
    return OK, "pictures", f"{said.strip() or 'dot'}, {dot}"


def _extra(name: str) -> Finding:
    """An extra with the versions of its packages, or the line that installs it."""
    found, lacking = [], []
    for package, needed in _requirements(name):
        have = _version_of(package)
        if have and _is_enough(have, needed):
            found.append(f"{package} {have}")
        else:
            lacking.append(f"{package}{needed} ({have or 'not installed'})")
    if not found and not lacking:
        return MISSING, f"extra {name}", "unknown: glassgrad is not installed, only run"
    if lacking:
        return MISSING, f"extra {name}", remedy(name, ", ".join(lacking))
    return OK, f"extra {name}", ", ".join(found)


def _compiler() -> Finding:
    """What compile() and --compiled translate to, tried in a process of its own."""
    subject, without = "compiled code", "Python, the same numbers but slower"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return MISSING, subject, f"{without}: native code needs a Python with the interpreter lock"
    version = _version_of("llvmlite")
    if not version:
        return MISSING, subject, remedy("compile", f"{without}, without llvmlite")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from autograd import compile; print(compile(lambda x: x * x, backend='llvm')(3.0))"
    )
    home = str(Path(str(nn.__file__)).resolve().parents[1])
    command = [sys.executable, "-P", "-c", code, home]
    said = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if said.stdout == "9.0\n":
        return OK, subject, f"native, by llvmlite {version}"
    problem = (said.stderr.strip().splitlines() or [f"3 * 3 is {said.stdout.strip()}"])[-1]
    return MISSING, subject, f"{without}: {problem}"


def _requirements(extra: str) -> list[tuple[str, str]]:
    """The (package, bound) pairs of an extra; extras inside it are opened."""
    try:
        lines = importlib.metadata.requires("glassgrad") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    result = []
    for line in lines:
        requirement, _, marker = line.partition(";")
        if not re.search(rf"extra\s*==\s*['\"]{extra}['\"]", marker):
            continue
        package, inner, bound = re.fullmatch(  # type: ignore[union-attr]
            r"([\w.-]+)(?:\[([^]]*)\])?\s*(.*?)\s*", requirement
        ).groups()
        if package == "glassgrad":
            for name in inner.split(","):
                result += _requirements(name.strip())
        else:
            result.append((package, bound))
    return result


def _is_enough(have: str, needed: str) -> bool:
    """Whether a version satisfies `>=x`, `==x` or no bound; these are all that glassgrad uses."""

    def release(text: str) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", text.partition("+")[0])]

    if needed.startswith("=="):
        return have == needed[2:]
    return release(have) >= release(needed)


def _version_of(distribution: str) -> str:
    """The installed version, "" without one."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _korean_font() -> Finding:
    """The font in which plots write Korean, asked for in a process of its own.

    It takes matplotlib, which is slow to import and may be broken; -P keeps the current folder off
    the path.
    """
    if not _version_of("matplotlib"):
        return MISSING, "Korean in plots", remedy("plot", "no plots without matplotlib")
    code = "from nn.plot import korean_font; print(korean_font() or '')"
    command = [sys.executable, "-P", "-X", "utf8", "-c", code]
    said = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if said.returncode != 0:
        problem = (said.stderr.strip().splitlines() or ["no words"])[-1]
        return MISSING, "Korean in plots", f"matplotlib fails: {problem}"
    if font := said.stdout.strip():
        return OK, "Korean in plots", font
    words = "no installed font has Korean; on Debian or Ubuntu: apt-get install fonts-nanum"
    return MISSING, "Korean in plots", words


def _terminal() -> Iterator[Finding]:
    encoding = sys.stdout.encoding or "unknown"
    try:
        "한글".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        words = f"{encoding}: Korean is shown as \\ud55c..; set PYTHONUTF8=1 to see it"
        yield MISSING, "terminal", words
    else:
        yield OK, "terminal", f"{encoding}, Korean can be shown"
