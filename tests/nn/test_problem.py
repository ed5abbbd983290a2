"""Problems: what is made of a user's table, each guess and refusal, and the stratified split."""

import random
import unicodedata
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nn.data import DATA_SETS, Preparation, Problem, problem_of, read_csv


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        path = tmp_path / "data.csv"
        path.write_bytes(text.encode())
        return read_csv(path, **options)

    return read


@pytest.fixture
def refusal(read, tmp_path):
    def refusal(text, **options):
        with pytest.raises(ValueError) as caught:
            read(text, **options)
        message = str(caught.value)
        start = f"{tmp_path / 'data.csv'}: "
        assert message.startswith(start)
        assert message.isprintable()
        assert len(message) < len(start) + 400
        return message.removeprefix(start)

    return refusal


def table(names, *rows):
    return "\n".join([names, *rows]) + "\n"


ANIMALS = table("키,색,종", "1.5,빨강,개", "2,파랑,고양이", "3,파랑,개", "2.5,빨강,고양이")


def column(values, names="x,y"):
    """A table with the target last, its feature the numbers 0, 0.1, ..."""
    return table(names, *(f"{i / 10},{value}" for i, value in enumerate(values)))


def test_a_table_becomes_a_problem(read):
    problem = read(ANIMALS)
    assert problem == Problem(
        name="data.csv",
        features=("키", "색"),
        rows=[[1.5, "빨강"], [2.0, "파랑"], [3.0, "파랑"], [2.5, "빨강"]],
        targets=["개", "고양이", "개", "고양이"],
        target="종",
        task="classify",
        notes=(
            "target: 종, the last column (another: --target COLUMN)",
            "column 색: categories 빨강, 파랑",
            "task: classify, because the target 종 has 2 different texts",
        ),
        classes=("개", "고양이"),
        categories=(None, ("빨강", "파랑")),
    )


def test_the_target_and_the_columns_to_leave_out_are_found_by_name(read):
    problem = read(ANIMALS, target=unicodedata.normalize("NFD", " 키"), ignore="색")
    assert (problem.features, problem.target, problem.task) == (("종",), "키", "regress")
    assert problem.targets == [1.5, 2.0, 3.0, 2.5]
    assert problem.notes == (
        "column 종: categories 개, 고양이",
        (
            "task: regress, because the target 키 has 4 fractional numbers "
            "(for classes: --task classify)"
        ),
    )
    decomposed = read(unicodedata.normalize("NFD", ANIMALS), target="종", ignore=["키"])
    assert decomposed.features == ("색",)
    assert decomposed.classes == ("개", "고양이")
    assert read(ANIMALS, ignore=["종"]).target == "색"


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        ([0, 1, 0, 1], "classify", ("0", "1")),
        (["0", "1.0", "1e0", "00"], "classify", ("0", "1")),
        ([10, 9, 10, 9, -1, -1], "classify", ("-1", "9", "10")),
        ([*range(10)] * 2, "classify", tuple(map(str, range(10)))),
        ([*range(11)] * 2, "regress", ()),
        ([1, 2, 3, 3], "regress", ()),
        ([0.5, 1, 0.5, 1], "regress", ()),
        (["ja", "nein", "ja", "nein"], "classify", ("ja", "nein")),
        (["1반", "2반", "1반", "10반", "2반"], "classify", ("10반", "1반", "2반")),
    ],
)
def test_the_task_is_guessed_and_said(read, values, task, classes):
    problem = read(column(values))
    assert (problem.task, problem.classes) == (task, classes)
    said = [note for note in problem.notes if note.startswith(f"task: {task}, because")]
    assert len(said) == 1
    assert type(problem.targets[0]) is (str if task == "classify" else float)


def test_the_task_is_what_was_asked_for(read):
    assert read(column([0, 1, 0, 1]), task="regress").targets == [0.0, 1.0, 0.0, 1.0]
    problem = read(column([0.5, 1, 0.5, 1]), task="classify")
    assert problem.targets == ["0.5", "1", "0.5", "1"]
    assert not [note for note in problem.notes if note.startswith("task:")]


def test_missing_values(read):
    text = table("a,b,c,y", "1,,x,0", "2,5,x,1", "NA,5,x,0", "4,6,,1", "5,6,y,0", "7,8,y,1")
    problem = read(text, missing="drop")
    assert problem.rows == [[2.0, 5.0, "x"], [5.0, 6.0, "y"], [7.0, 8.0, "y"]]
    assert "missing values: 3 of 6 rows left out" in problem.notes
    # A column that is not used may miss what it likes.
    assert len(read(text, ignore=["b", "c"], missing="drop").rows) == 5


def test_what_teaches_nothing_is_said(read):
    rows = [f"{i + 1},3,빨강,{i / 7},{i % 2}" for i in range(12)]
    notes = read(table("번호,a,b,c,y", *rows)).notes
    assert (
        "column 번호 counts the rows, which is no feature; leave it out: ignore=['번호'] "
        "(--ignore 번호)"
    ) in notes
    assert (
        "column a: 3 in every row, which teaches nothing; leave it out: ignore=['a'] (--ignore a)"
    ) in notes
    assert any(
        note.startswith("column b: 빨강 in every row, which teaches nothing") for note in notes
    )


def test_a_class_of_one_sample_is_said(read):
    notes = read(table("a,b,and", "0,0,0", "0,1,0", "1,0,0", "1,1,1")).notes
    assert notes[-1].startswith("class 1: only line 5 has it")


NAMES = [f"사람{i}" for i in range(9)]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (ANIMALS, {"target": "종류"}, "target: there is no column '종류'; did you mean '종'? the"),
        (ANIMALS, {"target": "x"}, "there is no column 'x'; the columns are 키, 색, 종"),
        (ANIMALS, {"target": 2}, "there is no column 2; the columns are"),
        (ANIMALS, {"ignore": ["색깔"]}, "ignore: there is no column '색깔'"),
        (
            ANIMALS,
            {"target": "종", "ignore": "종"},
            "the target '종' is among the columns to ignore",
        ),
        (ANIMALS, {"ignore": ["키", "색"]}, "1 column to learn from; a table needs at least one"),
        (ANIMALS, {"task": "cluster"}, "task must be one of classify, regress; got 'cluster'"),
        (ANIMALS, {"missing": "fill"}, "missing must be one of refuse, drop; got 'fill'"),
        (ANIMALS, {"task": "regress"}, "line 2, column '종': the target is '개', not a number"),
        ("a\n1\n", {}, "1 column to learn from"),
        ("a b\n1 2\n", {}, "separated by commas, semicolons or tabs"),
        (
            table("a,b,y", "1,2,0", "?,2,1", "3,,1", "NA,-,0"),
            {},
            (
                "line 3, column 'a': the value is missing ('?'; 4 missing in all, in 3 of 4 rows); "
                'fill it in, or leave such rows out: missing="drop" (--missing drop)'
            ),
        ),
        (table("a,y", "1,0", "2,"), {}, "line 3, column 'y': the value is missing (''"),
        (
            table("a,비고,y", "1,,0", "2,,1"),
            {},
            "column '비고' has no values; leave it out: ignore=",
        ),
        (
            table("a,b,y", "1,,0", ",2,1", ",3,1"),
            {"missing": "drop"},
            "every row has a missing value; leave out the column that most are in: ignore=['a']",
        ),
        (
            table("키,y", "1,0", "2,1", "모름,1", "4,0"),
            {},
            (
                "line 4, column '키': the value is '모름', not a number like 3 of the 4 in this "
                "column; correct it, or leave the column out: ignore=['키'] (--ignore 키)"
            ),
        ),
        (table("x,y", "a,1.5", "b,2", "a,x"), {}, "line 4, column 'y': the value is 'x', not a"),
        (table("x,y", "a,1.5", "b,2", "a,x"), {}, "correct it, or choose another target"),
        (
            table("x,y", '"1,234",0', "5,1"),
            {},
            "the value is '1,234', not a plain number: write 1234",
        ),
        (table("x;y", "1,5;0", "2,5;1"), {}, "write 1.5, without thousands separators, units and"),
        (table("x,y", "5%,0", "6%,1"), {}, "the value is '5%', not a plain number: write 5, "),
        (table("x,y", "５,0", "6,1"), {}, "the value is '５', not a plain number: write 5, "),
        (table("x,y", "1e999,0", "6,1"), {}, "is '1e999', infinite or too large to be squared"),
        (table("x,y", "inf,0", "6,1", "7,1"), {}, "is 'inf', infinite or too large to be squared"),
        (
            table("이름,y", *(f"{name},{i % 2}" for i, name in enumerate(NAMES))),
            {},
            (
                "column '이름' has 9 different texts in 9 rows, such as '사람0': a name, date or "
                "number of one row teaches nothing; leave it out: ignore=['이름'] (--ignore 이름)"
            ),
        ),
        (
            table("my name,y", *(f"{name},{i % 2}" for i, name in enumerate(NAMES))),
            {},
            '(--ignore "my name")',
        ),
        (
            table("x,y", *(f"{i}kg,{i % 2}" for i in range(9))),
            {},
            "if they are numbers with a unit, write the numbers alone",
        ),
        (
            table("x,y", *(f"t{i // 4},{i % 2}" for i in range(404))),
            {},
            "column 'x' has 101 different texts in 404 rows",
        ),
        (
            column(["x"] * 5),
            {},
            "the target is 'x' in every row; a classification needs rows of at",
        ),
        (column([1] * 5), {}, "the target is '1' in every row; a classification needs rows of at"),
        (column([1] * 5), {"task": "regress"}, "the target is 1 in every row, so there is nothing"),
        (column(NAMES), {}, "column 'y': the target is different in every row, such as '사람0'"),
        (column([1, 2, 3]), {"task": "classify"}, "the target is different in every row"),
        (column([f"c{i // 2}" for i in range(102)]), {}, "has 51 classes, more than 50; join some"),
    ],
)
def test_refusals(refusal, text, options, message):
    assert message in refusal(text, **options)


def parts_of(problem):
    return list(zip(problem.rows, problem.targets, strict=True))


@given(
    sizes=st.lists(st.integers(1, 12), min_size=2, max_size=5).filter(lambda s: max(s) > 1),
    fraction=st.floats(0.01, 0.99),
    seed=st.integers(0, 1000),
)
def test_a_split_has_each_class_on_both_sides(sizes, fraction, seed):
    labels = [f"c{label}" for label, n in enumerate(sizes) for _ in range(n)]
    rows = [[float(i)] for i in range(len(labels))]
    problem = Problem("made", ("x",), rows, labels, "y", "classify")
    training, test = problem.split(fraction, seed)
    assert sorted(parts_of(training) + parts_of(test)) == sorted(parts_of(problem))
    for label, n in zip(problem.classes, sizes, strict=True):
        n_test = test.targets.count(label)
        assert n_test == min(max(round(fraction * n), 1), n - 1)
    assert (training.classes, test.classes) == (problem.classes, problem.classes)
    assert problem.split(fraction, seed) == (training, test)
    assert problem.split(fraction, random.Random(seed)) == (training, test)


def test_a_split_of_numbers():
    problem = problem_of("sine", seed=1, n_samples=50)
    training, test = problem.split(0.3, seed=2)
    assert len(test.rows) == 15
    assert sorted(parts_of(training) + parts_of(test)) == sorted(parts_of(problem))
    assert training.targets != sorted(training.targets)


def test_parts_keep_the_categories_of_the_whole():
    problem = Problem("made", ("x",), [["a"], ["b"], ["c"], ["d"]], list("0011"), "y", "classify")
    training, test = problem.split(0.5, seed=1)
    assert training.categories == test.categories == (("a", "b", "c", "d"),)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ONE.split(), "split: 2 samples cannot be divided; give at least 2 of a class"),
        (lambda: ONE.split(0), "split: fraction must lie between 0 and 1, got 0"),
        (lambda: ONE.split(1.0), "split: fraction must lie between 0 and 1, got 1.0"),
        (lambda: ONE.split("half"), "split: fraction must lie between 0 and 1, got 'half'"),
        (lambda: made(task="cluster"), "task must be one of classify, regress; got 'cluster'"),
        (lambda: made(rows=[[1.0]]), "1 rows, 2 targets; give a target for each"),
        (lambda: made(rows=[], targets=[]), "0 rows, 0 targets"),
        (lambda: made(rows=[[1.0], [1.0, 2.0]]), "rows[1] has 2 cells for 1 features"),
        (lambda: made(rows=[[1.0], ["x"]]), "rows[1], column 'x' holds 'x', not a finite number"),
        (lambda: made(rows=[[1.0], [float("nan")]]), "column 'x' holds nan, not a finite number"),
        (lambda: made(rows=[["a"], [1.0]]), "a category or class must be a text, got 1.0"),
        (lambda: made(features=("y",)), "there must be features, and names must differ"),
        (lambda: made(features=(" x",)), "the name of a column must be a text without blanks"),
        (
            lambda: made(targets=[0, 1]),
            "must be a text, got 0; name the classes: targets=[str(k) for k in y]",
        ),
        (lambda: made(classes=("a",)), "targets[1] is 'b', not one of ('a',)"),
        (lambda: made(task="regress"), "targets[0] is 'a', not a finite number"),
        (lambda: made(categories=(None, None)), "categories must have an entry for each feature"),
        (lambda: problem_of("iriss"), "unknown data set 'iriss'; did you mean iris? choose one of"),
    ],
)
def test_refusals_in_python(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def made(**changes):
    parts = {
        "name": "made",
        "features": ("x",),
        "rows": [[1.0], [2.0]],
        "targets": ["a", "b"],
        "target": "y",
        "task": "classify",
    }
    return Problem(**{**parts, **changes})


ONE = made()


@pytest.mark.parametrize("name", DATA_SETS)
def test_every_data_set_is_a_problem_and_the_same_pair(name):
    import nn

    problem = problem_of(name, seed=1)
    settings = (
        {} if name in ("iris", "wine", "breast_cancer", "diabetes", "digits") else {"seed": 1}
    )
    X, y = getattr(nn, name)(**settings)
    assert problem.name == name
    assert problem.rows == X
    assert len(problem.features) == len(X[0])
    if problem.task == "regress":
        assert problem.targets == y
    else:
        assert [problem.classes.index(target) for target in problem.targets] == y
        assert len(set(y)) == len(problem.classes)
    if len(problem.rows) > 4:
        assert Counter(problem.split(0.2, 3)[1].targets).keys() <= Counter(problem.targets).keys()


def test_the_names_of_iris_are_those_of_scikit_learn():
    problem = problem_of("iris")
    assert problem.classes == ("setosa", "versicolor", "virginica")
    assert problem.features[2] == "petal length (cm)"
    assert problem_of("breast_cancer").classes == ("malignant", "benign")
    assert problem_of("diabetes").task == "regress"


def test_settings_reach_the_data():
    assert len(problem_of("moons", seed=1, n_samples=30, noise=0.0).rows) == 30
    with pytest.raises(TypeError, match="iris has no settings, got n_samples"):
        problem_of("iris", n_samples=30)


@pytest.mark.parametrize(
    "rows",
    [
        np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        np.array([[1, 2], [3, 4], [5, 6]], dtype=np.int64),
        np.array([[1, 2], [3, 4], [5, 6]], dtype=np.float32),
        [np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0])],
        [[np.int64(1), np.float32(2)], [np.float64(3), np.int32(4)], [5, 6]],
        ((1, 2), (3, 4), (5, 6)),
    ],
)
@pytest.mark.parametrize("targets", [np.array(["a", "b", "a"]), ("a", "b", "a")])
def test_arrays_become_lists_and_numbers_of_numpys_pythons(rows, targets):
    problem = Problem("made", ("x", "y"), rows, targets, "kind", "classify")
    assert problem.rows == [[1, 2], [3, 4], [5, 6]]
    assert {type(cell) for row in problem.rows for cell in row} <= {int, float}
    assert problem.targets == ["a", "b", "a"]
    assert problem.classes == ("a", "b")
    preparation = Preparation.of(problem)
    assert preparation.data(problem)[1] == [0, 1, 0]
    assert preparation.answer(np.array([0.5, 2.0])) == "b"
    assert preparation.answer((np.float32(2.0), np.int64(1))) == "a"


def test_a_problem_is_shown_in_a_line():
    few = Problem("rooms", ("a", "b"), [[1.0, 2.0]] * 500, [1.0] * 500, "price", "regress")
    assert repr(few) == "Problem('rooms', 500 rows of a, b; regress 'price')"
    names = tuple(f"x{i}" for i in range(64))
    many = Problem("images", names, [[0.0] * 64], ["cat"], "animal", "classify")
    shown = "x0, x1, x2, x3, x4, x5, x6, x7, ..."
    assert repr(many) == f"Problem('images', 1 rows of {shown}; classify 'animal')"
