"""Which module may import which: the arrows of the design, read from the source."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

import autograd
import autograd.attributes
import autograd.check
import autograd.files
import autograd.replay
import autograd.view

ROOT = Path(__file__).resolve().parents[1]

# A module of autograd imports from the rows above its own only, never from its own row: so view,
# check and compile do not know each other. A new module is to be given its place here.
LAYERS = (
    {"attributes", "files", "forking", "listening"},
    {"_clash", "ieee", "modes", "number", "recipe", "special"},
    {"blocks", "gamma", "op"},
    {"ops", "origin"},
    {"backward", "containers", "functions"},
    {"storage"},
    {"node"},
    {"value"},
    {"indexing", "linearize"},
    {"transforms", "vectorize"},
    {"naming"},
    {"program"},
    {"check", "diagnose", "replay", "view"},
    {"__main__", "_hypothesis"},
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}

# The same for the rooms of replay: calls and trainings do not know each other, nor backends either.
REPLAY = (
    {"handlers", "programs", "tapes"},
    {"python", "recording", "reports"},
    {"llvm", "tiers"},
    {"backends"},
    {"calls", "training"},
)
FLOOR = {name: floor for floor, names in enumerate(REPLAY) for name in names}

# The imports of autograd that may stand in a function. A program is written with public names:
PROGRAM = ("autograd.program", "_public_name", "autograd")
# and a notebook asks for the picture.
PICTURE = ("autograd.node", "_repr_mimebundle_", "autograd.view.graph")
# and a program becomes native code, and orders are shuffled by it, where llvmlite is installed.
NATIVE = (
    ("autograd.replay.backends", "_imported", "autograd.replay.llvm.program"),
    ("autograd.replay.training.orders", "_drawn", "autograd.replay.llvm.training.shuffle"),
    ("autograd.replay.training.totals", "_native", "autograd.replay.llvm.training.totals"),
    ("autograd.replay.training.leaves", "_native_slots", "autograd.replay.llvm.cpython.slots"),
)

# The one module of autograd that knows nn: `python -m autograd` starts the command, which is nn's.
COMMAND = ("autograd.__main__", "", "nn.command.main", "main")

# What nn may use of autograd: the names these packages export.
PUBLIC = {
    "autograd": {name for name in vars(autograd) if not name.startswith("_")},
    "autograd.attributes": set(autograd.attributes.__all__),
    "autograd.files": set(autograd.files.__all__),
    "autograd.check": set(autograd.check.__all__),
    "autograd.node": {"stored_number"},
    "autograd.number": {"EXACT"},
    "autograd.origin": {"users_level"},
    "autograd.replay": set(autograd.replay.__all__),
    "autograd.view": set(autograd.view.__all__),
}

# What a module, or a room, may count on: graphviz is installed with glassgrad, and nobody who has
# no hypothesis imports its strategies, nobody who has no llvmlite what writes LLVM. All else is
# optional.
REQUIRED = {
    "autograd.view": {"graphviz"},
    "autograd.check.strategies": {"hypothesis"},
    "autograd.replay.llvm": {"llvmlite"},
    "nn.strategies": {"hypothesis"},
}


class Import(NamedTuple):
    """One imported module or name."""

    module: str  # where the statement stands
    function: str  # inside which function, or TYPE_CHECKING; "": it runs with the module
    target: str  # the module imported, or imported from
    name: str  # the name taken from it, "" for `import target`


def imports_of(module, source, modules):
    """Every import in `source`; a name that is itself one of `modules` is the target."""
    found = []

    def visit(node, function):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found.extend(Import(module, function, alias.name, "") for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{module}: imports are absolute here"
                for alias in child.names:
                    submodule = f"{child.module}.{alias.name}"
                    is_module = submodule in modules
                    found.append(
                        Import(module, function, submodule, "")
                        if is_module
                        else Import(module, function, child.module, alias.name)
                    )
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                visit(child, child.name)
            elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                visit(child, "TYPE_CHECKING")
            else:
                visit(child, function)

    visit(ast.parse(source), "")
    return found


def sources(package):
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted((ROOT / package).rglob("*.py"))
    }


MODULES = sources("autograd") | sources("nn")
IMPORTS = [
    found
    for module, path in MODULES.items()
    for found in imports_of(module, path.read_text(encoding="utf-8"), MODULES)
]


def package_of(module):
    return module.partition(".")[0]


def room_of(module):
    """The name in LAYERS of a module of autograd: view for autograd.view.graph."""
    return module.split(".")[1]


def is_against_the_arrows(found):
    if package_of(found.target) not in ("autograd", "nn"):
        return False
    if found == COMMAND:
        return False
    if package_of(found.module) == "autograd":
        return package_of(found.target) == "nn" or not _is_upward(found)
    if package_of(found.target) == "nn":
        return False
    return found.target not in PUBLIC or bool(found.name and found.name not in PUBLIC[found.target])


def _is_upward(found):
    if found[:3] in (PICTURE, PROGRAM, *NATIVE) or found.module == "autograd":
        return True
    if found.target == "autograd" or found.function not in ("", "TYPE_CHECKING"):
        return False
    here, there = room_of(found.module), room_of(found.target)
    return here == there or RANK[there] < RANK[here]


def is_optional(found, stdlib=sys.stdlib_module_names):
    """Whether the import is of a package that may be missing."""
    target = package_of(found.target)
    rooms = [room for room in REQUIRED if f"{found.module}.".startswith(f"{room}.")]
    required = {name for room in rooms for name in REQUIRED[room]}
    return target not in stdlib and target not in ("autograd", "nn") and target not in required


def test_every_module_of_autograd_has_its_place():
    rooms = {room_of(module) for module in MODULES if module.startswith("autograd.")}
    assert rooms <= RANK.keys()
    assert sum(map(len, LAYERS)) == len(RANK)


def test_imports_follow_the_arrows():
    assert [found for found in IMPORTS if is_against_the_arrows(found)] == []


def is_down_the_stairs(found):
    """Whether an import in replay is from the same room, or one of a floor below."""
    here, there = [name.split(".")[2] for name in (found.module, found.target)]
    return here == there or FLOOR[there] < FLOOR[here] or found[:3] in NATIVE


def test_the_rooms_of_replay_know_those_below_only():
    house = "autograd.replay."
    within = [found for found in IMPORTS if found.module.startswith(house)]
    within = [found for found in within if found.target.startswith(house)]
    assert [found for found in within if not is_down_the_stairs(found)] == []
    assert {name.split(".")[2] for name in MODULES if name.startswith(house)} == FLOOR.keys()
    up = Import("autograd.replay.tapes.tape", "", "autograd.replay.calls.path", "path_of")
    assert not is_down_the_stairs(up)


def test_a_value_imports_its_picture_inside_the_function():
    assert [found[:3] for found in IMPORTS if found[:3] == PICTURE] == [PICTURE]


def test_python_m_autograd_starts_the_command_and_does_nothing_else():
    assert [found for found in IMPORTS if found == COMMAND] == [COMMAND]
    others = {found.target for found in IMPORTS if found.module == "autograd.__main__"}
    assert others == {"sys", "nn.command.main"}
    assert not [found for found in IMPORTS if found.target.endswith("__main__")]


def test_optional_packages_are_imported_inside_functions():
    assert [found for found in IMPORTS if not found.function and is_optional(found)] == []


def test_native_code_is_entered_inside_functions():
    room = "autograd.replay.llvm"
    entered = [
        found
        for found in IMPORTS
        if found.target.startswith(room) and not found.module.startswith(room)
    ]
    assert entered
    assert all(found.function for found in entered)


@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_modules_do_not_import_each_other_in_a_circle(package):
    graph = {
        module: {
            found.target
            for found in IMPORTS
            if found.module == module and not found.function and found.target in MODULES
        }
        for module in MODULES
        if module.startswith(f"{package}.") and not MODULES[module].name.startswith("__init__")
    }
    assert list(TopologicalSorter(graph).static_order())


def test_nn_uses_public_attributes_of_autograd_only():
    private = []
    for module in MODULES:
        if package_of(module) != "nn" or module == "nn._engine":
            continue
        tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
        names = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.name == "autograd"
        }
        private += [
            f"{module}: {node.value.id}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in names
            and node.attr not in PUBLIC["autograd"]
        ]
    assert private == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("autograd.op", "import nn"),
        ("autograd.op", "from nn.command.main import main"),
        ("autograd.__main__", "from nn.command.main import train"),
        ("autograd.__main__", "from nn.layers import MLP"),
        ("autograd.op", "from nn.layers import MLP"),
        ("autograd.op", "from autograd import ops"),
        ("autograd.op", "from autograd.value import Value"),
        ("autograd.op", "import autograd"),
        ("autograd.backward", "from autograd.functions import dot"),
        ("autograd.node", "from autograd.view.graph import draw"),
        ("autograd.node", "def other():\n    from autograd.view.graph import draw"),
        ("autograd.node", "from autograd.value import Value"),
        ("autograd.value", "class C:\n    def f(self):\n        from autograd import ops"),
        ("autograd.view.graph", "from autograd.check import gradcheck"),
        ("nn.layers", "from autograd import ops"),
        ("nn.layers", "from autograd.op import TABLE"),
        ("nn.layers", "from autograd.view.graph import draw"),
        ("nn.layers", "from autograd import _clash"),
        ("nn.layers", "if True:\n    import autograd.value as v"),
    ],
)
def test_an_import_against_the_arrows_is_noticed(module, source):
    modules = MODULES | {"autograd.check": None}
    assert any(map(is_against_the_arrows, imports_of(module, source, modules)))


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        ("autograd.op", "import numpy", True),
        ("autograd.op", "from graphviz import Digraph", True),
        ("autograd.view.text", "from graphviz import nohtml", False),
        ("nn.plot", "from matplotlib.figure import Figure", True),
        ("nn.plot", "import json", False),
    ],
)
def test_an_optional_package_is_noticed(module, source, expected):
    (found,) = imports_of(module, source, MODULES)
    assert is_optional(found) is expected
