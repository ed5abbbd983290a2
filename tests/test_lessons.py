"""The lessons: built from their sources, one in two languages, asked and answered, and run.

That each notebook runs as it stands is for `pytest --nbmake` (see the Makefile); here its code runs
together with that of the hidden answers, with warnings as errors.
"""

import ast
import json
import os
import re
import subprocess
import sys
from itertools import pairwise

import nbformat
import pytest

from notebooks.build import FOLDER, LANGUAGES, Code, LessonError, built, fenced, main, read, sources

HANGUL = re.compile(r"[가-힣]")
SOURCES = sources()
ALL = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
EXERCISES = {"en": "## Exercises", "ko": "## 연습 문제"}


def cells_of(path, lang):
    return json.loads((FOLDER / lang / f"{path.stem}.ipynb").read_bytes())["cells"]


def texts(path, lang):
    return ["".join(c["source"]) for c in cells_of(path, lang) if c["cell_type"] == "markdown"]


def codes(path, lang="en"):
    return ["".join(c["source"]) for c in cells_of(path, lang) if c["cell_type"] == "code"]


def without_words(code):
    """What a cell of code does: its syntax but for comments, texts and the language asked for."""
    tree = ast.parse(code)
    tree.body = [one for one in tree.body if ast.unparse(one) != "nn.plot.use_korean_font()"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = [one for one in node.keywords if one.arg != "lang"]
        if isinstance(node, ast.JoinedStr):
            node.values = [one for one in node.values if isinstance(one, ast.FormattedValue)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@ALL
def test_the_notebooks_are_what_their_source_makes(path):
    for file, text in built(path).items():
        assert file.read_text(encoding="utf-8") == text, "run python -m notebooks.build"


def test_there_is_no_notebook_without_a_source_and_no_number_twice():
    for lang in LANGUAGES:
        names = sorted(path.stem for path in (FOLDER / lang).glob("*.ipynb"))
        assert names == [path.stem for path in SOURCES]
    assert [path.name[:2] for path in SOURCES] == [f"{n:02}" for n in range(1, len(SOURCES) + 1)]


@ALL
def test_a_notebook_is_valid_and_has_no_outputs(path):
    for lang in LANGUAGES:
        notebook = nbformat.read(FOLDER / lang / f"{path.stem}.ipynb", as_version=4)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        assert notebook.metadata.kernelspec.name == "python3"
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
        assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


@ALL
def test_a_reader_sees_one_language(path):
    for english, korean in zip(codes(path, "en"), codes(path, "ko"), strict=True):
        assert without_words(english) == without_words(korean)
        comments = re.findall(r"(?m)(?:^|  )# (.*)", korean)
        assert all(HANGUL.search(one) or not re.search("[a-z]{2}", one) for one in comments), korean
    assert [cell["id"] for cell in cells_of(path, "en")] == [c["id"] for c in cells_of(path, "ko")]
    assert not any(map(HANGUL.search, texts(path, "en") + codes(path)))
    for english, korean in zip(texts(path, "en"), texts(path, "ko"), strict=True):
        assert HANGUL.search(korean), korean
        for mark in (r"^#+ ", r"^```", r"\$\$"):  # headings, code and formulas as in the other
            there = re.findall(mark, english, re.MULTILINE)
            assert re.findall(mark, korean, re.MULTILINE) == there, korean
        # No English sentence is left among the Korean.
        prose = re.sub(r"(?s)```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", "", korean)
        assert not re.search(r"\b(the|and|of|is)\b", prose), korean


@ALL
def test_a_lesson_opens_with_a_question_and_ends_with_exercises(path):
    for lang in LANGUAGES:
        first, *_ = shown = texts(path, lang)
        assert re.match(rf"# {path.name[:2]} \S", first)
        assert "?" in first
        (start,) = (i for i, text in enumerate(shown) if EXERCISES[lang] in text)
        answers = [i for i, text in enumerate(shown) if text.startswith("<details>")]
        assert len(answers) == 3
        assert start < answers[0]
        assert answers[-1] == len(shown) - 1
        assert all(after - before == 2 for before, after in pairwise(answers))  # each its question
        for number, answer in enumerate(answers, 1):
            assert f"**{number}.**" in shown[answer - 1]
        assert cells_of(path, lang)[-1]["cell_type"] == "markdown"


@ALL
def test_a_lesson_fits_one_sitting_and_asserts_what_it_states(path):
    without_exercises = [c for c in read(path) if isinstance(c, Code) or not c.is_answer]
    assert 14 <= len(without_exercises) <= 27
    assert sum(code.count("assert ") for code in codes(path)) >= 8
    for lang in LANGUAGES:
        assert max(len(line) for code in codes(path, lang) for line in code.splitlines()) <= 100


@ALL
def test_what_speaks_korean_is_asked_to(path):
    """The steppers, explanations and plots that a Korean reader sees; not those computed with."""
    nodes = [node for code in codes(path, "ko") for node in ast.walk(ast.parse(code))]
    computed = {ast.unparse(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    for call in (ast.unparse(node) for node in nodes if isinstance(node, ast.Call)):
        if re.match(r"ag\.(step|explain)\(|nn\.plot\.", call) and call not in computed:
            assert "lang='ko'" in call or call == "nn.plot.use_korean_font()"
    for one in (node for node in nodes if isinstance(node, ast.keyword)):
        if one.arg in ("label", "title", "xlabel", "ylabel") and isinstance(
            one.value, ast.Constant
        ):
            words = one.value.value
            assert HANGUL.search(words) or not re.search("[a-z]{3}", words), words
    assert not re.search("lang=|korean", "".join(codes(path, "en")))


@ALL
def test_the_code_runs_without_a_warning_and_so_do_the_answers(path, tmp_path):
    answers = [code for text in texts(path, "en") for code in fenced(text)]
    program = tmp_path / f"{path.stem}.py"
    program.write_text("\n\n".join(codes(path) + answers), encoding="utf-8")
    command = [sys.executable, "-W", "error", str(program)]
    environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONPATH": str(FOLDER.parent)}
    # plt.show() warns without a screen; a notebook has one.
    command[3:3] = ["-W", "ignore:FigureCanvasAgg is non-interactive:UserWarning"]
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""


GOOD = """\
::: en
# 01 One

Why?
:::

::: ko
# 01 하나

왜?
:::

```python
x = 1
```
"""


def test_code_may_have_words_in_both_languages(tmp_path):
    answer = "::: {} solution\n{}\n\n```python\nx  # «one|하나»\n```\n:::\n"
    text = GOOD.replace("x = 1", 'x = f("«cost|비용»"«|, lang="ko"»)  # «input|입력»')
    path = source(tmp_path, text + answer.format("en", "Yes.") + answer.format("ko", "네."))
    english, korean = (json.loads(text)["cells"] for text in built(path).values())
    assert english[1]["source"] == ['x = f("cost")  # input']
    assert korean[1]["source"] == ['x = f("비용", lang="ko")  # 입력']
    assert "x  # one\n" in english[2]["source"]
    assert "x  # 하나\n" in korean[2]["source"]


def source(tmp_path, text, name="01_one.md"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_source_becomes_two_notebooks(tmp_path):
    answer = "{}\n\n```python\ny = 2\n```\n:::\n"
    solution = "::: en solution\n" + answer.format("Yes.")
    solution += "\n::: ko solution\n" + answer.format("네.")
    files = built(source(tmp_path, GOOD + solution))
    assert [file.relative_to(FOLDER).as_posix() for file in files] == [
        "en/01_one.ipynb",
        "ko/01_one.ipynb",
    ]
    english, korean = (json.loads(text)["cells"] for text in files.values())
    assert english[0]["source"] == ["# 01 One\n", "\n", "Why?"]
    assert english[1]["source"] == korean[1]["source"] == ["x = 1"]
    assert "".join(korean[2]["source"]) == (
        "<details>\n<summary>답</summary>\n\n네.\n\n```python\ny = 2\n```\n\n</details>"
    )
    assert built(source(tmp_path, GOOD + solution)) == files


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "opens with `# title`"),
        (GOOD.replace("# 01 하나", "하나"), 1, "opens with `# title`"),
        ("Hello\n" + GOOD, 1, "'Hello' stands outside a block; put it between"),
        (GOOD + "```\nx = 2\n```\n", 16, "'```' stands outside a block"),
        (GOOD + "```python\nx = 2\n", 16, "'```python' is not closed; add a line '```'"),
        (GOOD + "::: en\nMore.\n", 16, "'::: en' is not closed; add a line ':::'"),
        (GOOD + "::: en\nMore.\n::: ko\n더.\n:::\n", 16, "'::: en' is not closed"),
        (GOOD + "::: en\n:::\n::: ko\n더.\n:::\n", 16, "nothing stands inside"),
        (GOOD + "::: en\nMore.\n:::\n", 16, "`::: en` without `::: ko` after it"),
        (GOOD + "::: ko\n더.\n:::\n", 16, "`::: ko` without `::: en` before it"),
        (
            GOOD + "::: en solution\nYes.\n:::\n::: ko\n네.\n:::\n",
            16,
            "`::: en solution` without `::: ko solution` after it",
        ),
        (GOOD + "```python\nx = 1\nx =\n```\n", 18, "not Python: invalid syntax; mend it"),
        (GOOD + "```python\n%time x\n```\n", 17, "commands such as %time"),
        (GOOD + "```python\nx = 1\ny = 2  # «two, 둘»\n```\n", 18, "«English|Korean»; mend"),
        (GOOD + "```python\nx = 1«|,,»\n```\n", 17, "not Python: invalid syntax"),
        (
            GOOD + "::: en\n```python\nx\n```\n:::\n::: ko\n```python\ny\n```\n:::\n",
            21,
            "the code in this block is not that of the English one",
        ),
        (GOOD + "::: en\n```python\nx\n:::\n", 17, "this fence is not closed"),
        (GOOD.encode("utf-16"), 1, "not UTF-8"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(text, line, words, tmp_path):
    with pytest.raises(LessonError) as caught:
        read(source(tmp_path, text))
    assert str(caught.value).startswith(f"{tmp_path.name}/01_one.md:{line}: ")
    assert words in str(caught.value)
    assert "; " in str(caught.value)


def test_a_name_without_a_number_is_refused(tmp_path):
    with pytest.raises(LessonError, match=r"NN_slug\.md; rename it"):
        read(source(tmp_path, GOOD, "One.md"))


def test_the_builder_reports_in_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "source").mkdir()
    monkeypatch.setattr("notebooks.build.FOLDER", tmp_path)
    source(tmp_path / "source", GOOD)
    broken = source(tmp_path / "source", GOOD + "?", "02_two.md")
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("source/02_two.md:16: '?' stands outside a block")
    assert not (tmp_path / "en").exists()  # all or nothing
    assert main(["01"]) == 0
    assert capsys.readouterr().out == "wrote en/01_one.ipynb\nwrote ko/01_one.ipynb\n"
    assert main(["03"]) == 2
    assert "no lesson starts with 03" in capsys.readouterr().err
    broken.unlink()
    assert main([]) == 0
    assert capsys.readouterr().out == ""  # nothing has changed
