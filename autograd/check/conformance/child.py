"""The child process that an engine runs in, so that a hang or a crash stops only it.

Owns the loading of the user's file or module, and the child's side of the conversation: one JSON
object a line. What the engine prints goes nowhere; the conversation has a descriptor of its own.
"""

import importlib
import importlib.util
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from autograd.check.conformance.engine import Engine, EngineError, described
from autograd.check.conformance.functions import PROPERTIES
from autograd.check.conformance.judge import judge

FILE_ENDINGS = (".py", ".pyw")


def is_file(target: str) -> bool:
    """Whether the user means a file, rather than an installed module."""
    return target.endswith(FILE_ENDINGS) or "/" in target or os.sep in target


def load(target: str) -> ModuleType:
    """The module in a file, or the installed module of that name."""
    if not is_file(target):
        if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", target):
            raise EngineError(f"{target}: neither a file nor the name of a module; check it")
        return importlib.import_module(target)
    path = Path(target)
    if path.is_dir():
        raise EngineError(f"{target}: is a folder; name the file in it, or the module")
    if not path.is_file():
        raise EngineError(f"{target}: no such file; check the name")
    folder = str(path.resolve().parent)
    # A file may be called as a module of the kit is (autograd.py): both are to be there.
    name = path.stem if path.stem not in sys.modules else f"engine_in_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise EngineError(f"{target}: is no Python file; name one that ends in .py")
    module = importlib.util.module_from_spec(spec)
    # Python tells the file of this second from that of the last by its size: an engine with another
    # sign would be the one before.
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def importing(target: str, module: str) -> Callable[[list[str]], list[str]]:
    """How the engine is imported by a program that is pasted where the command was run."""
    path = Path(target)
    if not is_file(target):
        return lambda names: [f"from {module} import {', '.join(names)}"]
    if not path.stem.isidentifier():
        return lambda names: [
            "import runpy",
            f"engine = runpy.run_path({str(path)!r})",
            *[f"{name} = engine[{name!r}]" for name in names],
        ]
    here = path.resolve().parent == Path.cwd()
    reach = [] if here else [f"import sys; sys.path.insert(0, {str(path.parent)!r})"]
    return lambda names: [*reach, f"from {path.stem} import {', '.join(names)}"]


def class_in(module: ModuleType, target: str, name: str) -> type:
    """The class called `name`."""
    found = getattr(module, name, None)
    if isinstance(found, type):
        return found
    others = [
        other
        for other, x in vars(module).items()
        if isinstance(x, type) and x.__module__ == module.__name__
    ]
    there = f"it has {', '.join(others)}" if others else "it defines no class"
    raise EngineError(f"{target}: has no class {name!r}, {there}; name the class with --value")


def _engine(request: dict[str, Any]) -> Engine:
    target = request["target"]
    try:
        module = load(target)
    except EngineError:
        raise
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        where = f"{error.filename or target}{line}"
        raise EngineError(f"{where}: {error.msg}; mend it and try again") from error
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and error.name == target.partition(".")[0]:
            raise EngineError(
                f"{target}: no such module is installed; name a file as ./{target}.py"
            ) from error
        raise EngineError(
            f"{target}: loading it raised {described(error)}; it is to load by itself"
        ) from error
    return Engine(
        class_in(module, target, request["value"]),
        module=module,
        importing=importing(target, module.__name__),
        **request["engine"],
    )


def main() -> None:
    """Answer the request in the last argument; the lines go to what was stdout."""
    request = json.loads(sys.argv[-1])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)

    def answer(**line: Any) -> None:
        answers.write(json.dumps(line) + "\n")
        answers.flush()

    try:
        engine = _engine(request)
    except EngineError as error:
        answer(error=str(error))
        return
    answer(offered=sorted(engine.found))
    for prop in PROPERTIES:
        if prop.name in request["properties"]:
            answer(start=prop.name)
            result = judge(prop, engine, watch=lambda code: answer(running=code))
            answer(result=result.as_dict())
    answer(done=True)
    # An engine's own threads and exit functions are not waited for.
    os._exit(0)
