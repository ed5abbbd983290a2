"""The mutants of a source file, made by mutmut's own rules.

Owns `Mutant` and how one is known again when line numbers have moved. mutmut 3 changes nothing
outside function bodies, and the table of operations is lambdas at module level: so the mutants
come from mutmut 2.5.1, which changes whole files.
"""

import ast
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import mutmut

# Strings are names and messages: the tests of messages look at those, and none is a number.
KINDS = set(mutmut.mutations_by_type) - {"string", "fstring"}
SETTINGS = mutmut.Config(
    swallow_output=True, test_command="", covered_lines_by_filename=None, baseline_time_elapsed=0,
    test_time_multiplier=0, test_time_base=0, dict_synonyms=[], total=0, using_testmon=False,
    tests_dirs=[], hash_of_tests="", pre_mutation=None, post_mutation=None, coverage_data={},
    paths_to_mutate=[], mutation_types_to_apply=KINDS, no_progress=True, ci=True, rerun_all=False,
)  # fmt: skip


@dataclass(frozen=True)
class Key:
    """What a mutant is known by: its file, the definition it is in, the code before and after."""

    file: str
    within: str
    before: str
    after: str
    nth: int  # 1, or more where the same change is possible twice in one definition


@dataclass(frozen=True)
class Mutant:
    """One change of one file, and the whole of the file with it."""

    key: Key
    line: int
    source: str


def mutants_of(file: str) -> list[Mutant]:
    """Every mutant of the file that is a program and differs in more than annotations."""
    source = Path(file).read_text(encoding="utf-8")
    identities = mutmut.list_mutations(mutmut.Context(source=source, config=SETTINGS))
    if len(set(identities)) != len(identities):
        raise ValueError(f"{file}: mutmut gives two mutants one identity, and would try one only")
    unchanged, definitions = _without_annotations(source), _definitions(source)
    seen: Counter[tuple[str, str, str]] = Counter()
    mutants = []
    for identity in identities:
        context = mutmut.Context(source=source, mutation_id=identity, config=SETTINGS)
        changed, _ = mutmut.mutate(context)
        try:
            if _without_annotations(changed) == unchanged:
                continue
        except SyntaxError:
            continue
        first, before, after = _difference(source, changed)
        within = definitions.get(first, "")
        seen[within, before, after] += 1
        key = Key(file, within, before, after, seen[within, before, after])
        mutants.append(Mutant(key, first, changed))
    return mutants


def _without_annotations(source: str) -> str:
    """The program as a text that does not depend on layout and type annotations."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def _definitions(source: str) -> dict[int, str]:
    """For each line the function, class or module-level name that it defines or is part of."""
    names: dict[int, str] = {}

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            name = getattr(node, "name", None)
            if name is None and not prefix and isinstance(node, (ast.Assign, ast.AnnAssign)):
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                name = ast.unparse(target)
            if name is None:
                continue
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                names[line] = prefix + name
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                visit(node.body, f"{prefix}{name}.")

    visit(ast.parse(source).body, "")
    return names


def _difference(source: str, changed: str) -> tuple[int, str, str]:
    """The first line that differs, and what stood and stands there, without indentation."""
    old, new = source.splitlines(), changed.splitlines()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    parts = [(i, j, k, m) for tag, i, j, k, m in blocks if tag != "equal"]
    first = parts[0][0]
    before = " ".join(line.strip() for i, j, _, _ in parts for line in old[i:j])
    after = " ".join(line.strip() for _, _, k, m in parts for line in new[k:m])
    return first + 1, before, after
