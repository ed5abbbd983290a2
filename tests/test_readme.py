"""Whatever a reader may copy runs: the blocks of the README and the examples in docstrings.

Python blocks of a file run in order in one namespace, in an empty folder. A trailing comment that
is a literal or a Value's repr (`x.grad  # 6.0`) is what the statement must show. A `sh` or
`console` block runs after them, in the same folder, if the line above it is `<!-- runnable -->`; in
a `console` block the lines after a command (`$ ...`) are its output, in which `...` stands for
anything.

README.ko.md is README.md for other readers: `drift` finds where the two are no longer one page.
"""

import ast
import contextlib
import doctest
import inspect
import io
import os
import re
import subprocess
import sys
import textwrap
import tokenize
import tomllib
from fnmatch import fnmatch
from itertools import zip_longest
from pathlib import Path

import pytest

import autograd
import nn

ROOT = Path(__file__).resolve().parents[1]
READMES = sorted(ROOT.glob("README*.md"))
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = sorted(ROOT.glob("*.md")) + DOCS
RUN = [*READMES, *[ROOT / "docs" / f"{name}.md" for name in ("compile", "gradcheck", "strategies")]]
PACKAGES = (autograd, nn)
RUNNABLE = r"^<!-- runnable -->\n```(?P<kind>sh|console)\n(?P<text>.*?)^```$"


def python_blocks(text):
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def shell_blocks(text):
    return [m.group("kind", "text") for m in re.finditer(RUNNABLE, text, re.MULTILINE | re.DOTALL)]


def indented_blocks(docstring):
    """The examples of a docstring: its paragraphs that are indented by four spaces."""
    return re.findall(r"(?:^    .*\n(?:\n(?=    ))*)+", docstring, re.MULTILINE)


def run(block, namespace):
    """Execute the statements of `block` and compare each with what its comment promises."""
    lines = block.splitlines()
    for statement in ast.parse(block).body:
        shown = _shown(statement, namespace)
        promised = _promise(lines[statement.end_lineno - 1][statement.end_col_offset :])
        if promised is not None:
            assert shown == promised, f"{ast.unparse(statement)} shows {shown}, not {promised}"


def _shown(statement, namespace):
    """What an interactive session shows for the statement."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if isinstance(statement, ast.Expr):
            value = eval(compile(ast.Expression(statement.value), "<block>", "eval"), namespace)
            return printed.getvalue().strip() if value is None else repr(value)
        exec(compile(ast.Module([statement], []), "<block>", "exec"), namespace)
    return printed.getvalue().strip()


def _promise(rest):
    """The output that a trailing comment promises; None for a comment in words."""
    comment = rest.strip().removeprefix("#").strip()
    if comment.startswith("Value("):
        return comment
    try:
        ast.literal_eval(comment)
    except (SyntaxError, ValueError):
        return None
    return comment


def _commands(kind, text):
    """Each command with the output that is written under it."""
    if kind == "sh":
        return [(text, "")]
    commands = []
    for line in text.splitlines(keepends=True):
        command, expected = commands.pop() if commands else ("", "")
        if line.startswith("$ "):
            commands += [(command, expected), (line[2:], "")]
        elif line.startswith("> ") and not expected:
            commands.append((command + line[2:], ""))
        else:
            commands.append((command, expected + line))
    return commands[1:]


def run_shell(kind, text, folder):
    """Run the block where `python` is the one that runs the tests."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    for command, expected in _commands(kind, text):
        result = subprocess.run(
            ["sh", "-e", "-c", command],
            cwd=folder,
            env=os.environ | {"PATH": path, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert result.returncode == 0, f"{command}\n{result.stderr}"
        if expected.strip():
            flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            matches = doctest.OutputChecker().check_output(expected, result.stdout, flags)
            assert matches, f"{command}\nshows\n{result.stdout}\nnot\n{expected}"


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return tmp_path


@pytest.mark.parametrize("page", RUN, ids=lambda path: path.name)
def test_the_blocks_of_a_page_run(page, empty_folder):
    text = page.read_text(encoding="utf-8")
    blocks = python_blocks(text)
    assert blocks
    namespace = {"__name__": "__main__"}
    for block in blocks:
        run(block, namespace)
    for kind, commands in shell_blocks(text):  # they find the files that Python has written
        run_shell(kind, commands, empty_folder)
    if page in READMES:  # whose reader is in a clone, which these files leave clean
        lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
        patterns = [line.strip("/") for line in lines if line and not line.startswith("#")]
        left = [path.name for path in empty_folder.iterdir()]
        assert [name for name in left if not any(fnmatch(name, p) for p in patterns)] == []


@pytest.mark.usefixtures("empty_folder")
def test_the_examples_of_the_packages_run():
    examples = [indented_blocks(inspect.getsource(package).split('"""')[1]) for package in PACKAGES]
    assert any(examples)
    for blocks in examples:
        namespace = {"__name__": "__main__"}
        for block in blocks:
            run(textwrap.dedent(block), namespace)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_what_a_page_names_exists(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"(?:^|`|\$ )make(?: PYTHON=\S+)? ([a-z]+)\b", text, re.MULTILINE)
    assert set(named) <= set(targets)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = ",".join(re.findall(r"(?:glassgrad|\.)\[([\w,-]+)\]", text)).split(",")
    assert set(filter(None, extras)) <= project["optional-dependencies"].keys()
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_demo_ends_with_the_page_that_the_readme_shows_first():
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    demo = re.search(r"^demo:.*\n((?:\t.*\n)+)", make, re.MULTILINE)[1]
    assert "runs/moons/training.html" in demo.partition("echo")[2]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.index("| `training.html` |") < readme.index("| `history.csv`")


# Two languages, one page

HANGUL = re.compile(r"[가-힣]")
FENCED = re.compile(
    r"^(?P<mark><!-- runnable -->\n)?```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
LANGUAGES = {"README.md", "README.ko.md"}  # the pages link to each other
# The Korean page saves its table as Korean Excel does, and says so wherever it is read.
AS_KOREAN_EXCEL = (', encoding="cp949"', " --encoding cp949")


def drift(english, korean):
    """Where a Korean page is no longer the English one: (what, in English, in Korean) of each.

    The same are the levels of the headings, the code but for comments in words and for names in
    Korean, the links, the sizes of the tables, and in each section the names in backquotes. What
    the Korean page calls otherwise in its code may have that name in its text, too.
    """
    for added in AS_KOREAN_EXCEL:
        korean = korean.replace(added, "")
    korean = korean.replace("lessons --lang ko", "lessons --lang en")  # each gets its own
    different, renamed = [], {}
    for pair in zip_longest(_code(english), _code(korean), fillvalue=[]):
        for left, right in zip_longest(*pair, fillvalue=""):
            name = right if left and HANGUL.search(right) else left
            if renamed.setdefault(left, name) != right:
                different.append(("code", left, right))
                break  # what follows in the block is only out of step
    for what, of in (("headings", _headings), ("links", _links), ("tables", _tables)):
        left, right = of(FENCED.sub("", english)), of(FENCED.sub("", korean))
        if left != right:
            different.append((what, left, right))
    for left, right in zip_longest(_names(english), _names(korean), fillvalue=set()):
        missing = {renamed.get(name, name) for name in left} - right
        extra = {name for name in right - left if not HANGUL.search(name)}
        if missing or extra:
            different.append(("names", sorted(missing), sorted(extra)))
    return different


def _code(page):
    """The words of each block."""
    for block in FENCED.finditer(page):
        kind, text = block["kind"], block["text"]
        words = (
            _python_words(text) if kind == "python" else re.sub(r"(?m)(^| )#.*", "", text).split()
        )
        yield [block["mark"] or "", kind, *words]


def _python_words(text):
    """The tokens; a comment that promises nothing is a mark, for its words may be any."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield _promise(token.string) or "#"
        else:
            yield token.string.strip("\"'")


def _headings(text):
    return re.findall(r"^#+(?= )", text, re.MULTILINE)


def _links(text):
    """What is linked to, sorted: the order in a sentence is the language's."""
    return sorted(link for link in re.findall(r"\]\(([^)]+)\)", text) if link not in LANGUAGES)


def _tables(text):
    """The number of cells in each row of each table."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [[row.count("|") - 1 for row in table.splitlines()] for table in tables]


def _names(text):
    """The names in backquotes in each section."""
    sections = re.split(r"^#+ .*$", FENCED.sub("", text), flags=re.MULTILINE)
    return [set(re.findall(r"`([^`]+)`", " ".join(section.split()))) for section in sections]


def test_the_korean_readme_does_not_drift_from_the_english():
    english = (ROOT / "README.md").read_text(encoding="utf-8")
    assert drift(english, (ROOT / "README.ko.md").read_text(encoding="utf-8")) == []


# The runner itself

SAMPLE = """\
# Title

```python
from autograd import Value
x = Value(3.0, label="x")
y = x * x
```
words
```python
y.backward()
x.grad        # 6.0
x             # Value(data=3.0, grad=6.0, label='x')
print("6")    # 6
x.data = 1.0  # a comment in words
```
```sh
exit 1
```
<!-- runnable -->
```sh
python --version > version.txt
```
<!-- runnable -->
```console
$ cat version.txt
Python 3...
$ python -c 'print(1 +
>     1)'
2
```
"""


def test_blocks_share_a_namespace_and_comments_are_promises():
    namespace = {}
    for block in python_blocks(SAMPLE):
        run(block, namespace)
    assert namespace["x"].grad == 6.0
    with pytest.raises(AssertionError, match=r"x\.grad shows 6\.0, not 5\.0"):
        run("x.grad  # 5.0", namespace)
    with pytest.raises(ZeroDivisionError):
        run("1 / 0", namespace)


def test_only_marked_commands_run(tmp_path):
    marked = shell_blocks(SAMPLE)
    assert [kind for kind, _ in marked] == ["sh", "console"]
    run_shell(*marked[0], tmp_path)
    assert (tmp_path / "version.txt").exists()
    run_shell(*marked[1], tmp_path)
    run_shell("console", "$ cat version.txt\nPython 3...\n", tmp_path)
    with pytest.raises(AssertionError, match=r"not\s+Python 2"):
        run_shell("console", "$ cat version.txt\nPython 2...\n", tmp_path)
    with pytest.raises(AssertionError):
        run_shell("sh", "true\nfalse\n", tmp_path)


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("", "# Title", "# 제목"),
        ("headings", "# Title", "## Title"),
        ("", "in words", "말로"),
        ("code", "  # a comment in words", ""),
        ("code", "# 6.0", "# six"),
        ("code", "x * x", "x + x"),
        ("code", "exit 1", "exit 2"),
        ("code", "<!-- runnable -->\n", ""),
        ("", "version.txt", "판.txt"),
        ("code", "> version.txt", "> 판.txt"),
        ("", "exit 1", "exit 1 --encoding cp949"),
        ("links", "words\n```", "[말](a.md)\n```"),
        ("tables", "words\n```", "| 말 |\n```"),
        ("names", "words\n```", "`nn` 말\n```"),
        ("", "words\n```", "`판.txt` 말\n```"),
    ],
)
def test_drift_is_noticed(what, old, new):
    assert old in SAMPLE
    assert drift(SAMPLE, SAMPLE) == []
    assert {found for found, *_ in drift(SAMPLE, SAMPLE.replace(old, new))} == {what} - {""}
