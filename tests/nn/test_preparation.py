"""Preparations: scaling, one-hot encoding, targets, answers, and JSON from strangers."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import autograd as ag
from autograd import Value
from nn.data import Preparation, Problem, problem_of, read_table
from nn.data.preparation import (
    ENCODINGS,
    CategoryColumn,
    ClassTarget,
    NumberColumn,
    NumberTarget,
)

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def pets(**changes):
    parts = {
        "name": "pets",
        "features": ("키", "색", "고정"),
        "rows": [[1.0, "빨강", 7.0], [2.0, "파랑", 7.0], [6.0, "파랑", 7.0]],
        "targets": ["개", "고양이", "개"],
        "target": "종",
        "task": "classify",
    }
    return Problem(**{**parts, **changes})


PREPARATION = Preparation.of(pets())


def one_number(targets, **options):
    """The preparation of a regression on these targets."""
    rows = [[float(i)] for i in range(len(targets))]
    return Preparation.of(Problem("made", ("x",), rows, targets, "y", "regress"), **options)


def test_what_is_made_of_a_problem():
    preparation = Preparation.of(pets())
    assert preparation == Preparation(
        columns=(
            NumberColumn("키", 3.0, math.sqrt(14 / 3)),
            CategoryColumn("색", ("빨강", "파랑")),
            NumberColumn("고정", 7.0, 1.0),
        ),
        target=ClassTarget("종", ("개", "고양이"), "index"),
    )
    assert PREPARATION.input_names == ["키", "색=빨강", "색=파랑", "고정"]
    assert PREPARATION.output_names == ["개", "고양이"]
    assert (PREPARATION.n_inputs, PREPARATION.n_outputs) == (4, 2)
    X, y = PREPARATION.data(pets())
    assert X[0] == [-2.0 / math.sqrt(14 / 3), 1.0, 0.0, 0.0]
    assert X[1][1:] == [0.0, 1.0, 0.0]
    assert y == [0, 1, 0]


def test_without_scaling():
    preparation = Preparation.of(pets(), scale=False)
    assert preparation.row([2.5, "파랑", 8.0]) == [2.5, 0.0, 1.0, 8.0]
    preparation = one_number([3.0, 5.0], scale=False)
    assert preparation.target == NumberTarget("y", 0.0, 1.0)
    assert preparation.answer(4.5) == 4.5


def test_only_the_training_rows_count():
    training, test = problem_of("iris").split(0.3, seed=1)
    preparation = Preparation.of(training)
    expected = StandardScaler().fit(np.array(training.rows))
    for rows in (training, test):
        X, _ = preparation.data(rows)
        np.testing.assert_allclose(
            X, expected.transform(np.array(rows.rows)), rtol=1e-12, atol=1e-12
        )


def test_one_hot_is_scikit_learns():
    texts = [["b"], ["a"], ["c"], ["a"]]
    problem = Problem("made", ("x",), texts, list("0101"), "y", "classify")
    X, _ = Preparation.of(problem).data(problem)
    expected = OneHotEncoder(sparse_output=False).fit_transform(texts).tolist()
    assert expected == X


def test_categories_of_the_test_part_are_known():
    problem = Problem("made", ("x",), [["a"], ["b"], ["c"], ["d"]], list("0011"), "y", "classify")
    training, test = problem.split(0.5, seed=1)
    X, _ = Preparation.of(training).data(test)
    assert [sum(row) for row in X] == [1.0, 1.0]
    assert len(X[0]) == 4


@given(st.lists(FINITE, min_size=1, max_size=20))
def test_any_finite_column_is_scaled_to_finite_numbers(numbers):
    rows = [[x] for x in numbers]
    problem = Problem("made", ("x",), rows, [0.0] * len(rows), "y", "regress")
    preparation = Preparation.of(problem)
    X = [row[0] for row in preparation.data(problem)[0]]
    assert all(map(math.isfinite, X))
    assert max(map(abs, X)) <= math.sqrt(len(X)) * 1.001
    if len(set(numbers)) == 1:
        assert set(X) == {0.0}
    elif max(numbers) - min(numbers) > 1e-300:
        spread = max(numbers) / 4 - min(numbers) / 4  # that it is no rounding error of the mean
        if spread > 1e-9 * max(map(abs, numbers)):
            assert np.mean(X) == pytest.approx(0.0, abs=1e-6)
            assert np.std(X) == pytest.approx(1.0, abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=9), st.integers(0, 8))
def test_the_answer_to_an_encoded_number_is_that_number(numbers, place):
    preparation = one_number(numbers)
    number = numbers[place % len(numbers)]
    answer = preparation.answer(preparation.target.encoded(number))
    assert answer == pytest.approx(number, rel=1e-9, abs=1e-9 * max(map(abs, numbers)))


@pytest.mark.parametrize(
    ("encoding", "targets", "n_outputs", "outputs", "probabilities"),
    [
        (
            "index",
            [0, 1],
            2,
            ([3.0, 1.0], [1.0, 3.0]),
            ([0.880797, 0.119203], [0.119203, 0.880797]),
        ),
        ("one_hot", [[1.0, 0.0], [0.0, 1.0]], 2, ([0.9, 0.1], [0.1, 0.9]), (None, None)),
        ("sign", [-1, 1], 1, (-0.1, 0.1), (None, None)),
        ("logit", [0, 1], 1, (-2.0, 2.0), ([0.880797, 0.119203], [0.119203, 0.880797])),
        ("probability", [0, 1], 1, (0.4, 0.6), ([0.6, 0.4], [0.4, 0.6])),
    ],
)
def test_encodings_of_classes(encoding, targets, n_outputs, outputs, probabilities):
    preparation = Preparation.of(pets(), encoding=encoding)
    assert preparation.n_outputs == n_outputs
    assert preparation.output_names == (["개", "고양이"] if n_outputs == 2 else ["종=고양이"])
    assert preparation.data(pets())[1] == [targets[0], targets[1], targets[0]]
    for output, label, expected in zip(outputs, ("개", "고양이"), probabilities, strict=True):
        as_values = ag_values(output)
        for given_output in (output, as_values, [output] if n_outputs == 1 else tuple(output)):
            assert preparation.answer(given_output) == label
            found = preparation.probabilities(given_output)
            assert found == (None if expected is None else pytest.approx(expected, abs=1e-6))
    assert set(ENCODINGS) == {"index", "one_hot", "sign", "logit", "probability"}


def ag_values(output):
    return [Value(x) for x in output] if isinstance(output, list) else Value(output)


def test_equal_outputs_mean_the_first_class_and_borders_too():
    assert PREPARATION.answer([1.0, 1.0]) == "개"
    assert Preparation.of(pets(), encoding="logit").answer(0.0) == "개"
    assert Preparation.of(pets(), encoding="probability").answer(0.5) == "개"


def test_probabilities_of_huge_outputs():
    assert PREPARATION.probabilities([1e308, -1e308]) == [1.0, 0.0]
    assert Preparation.of(pets(), encoding="logit").probabilities(-1e300) == [1.0, 0.0]
    assert ag.softmax([0.0, 0.0]) == [0.5, 0.5]


@pytest.fixture
def table(tmp_path):
    def table(text):
        path = tmp_path / "new.csv"
        path.write_bytes(text.encode())
        return read_table(path)

    return table


def test_a_table_to_predict_has_its_columns_in_any_order(table):
    expected = [PREPARATION.row([2.0, "파랑", 7.0]), PREPARATION.row([1.0, "빨강", 8.5])]
    new = table("메모,고정,색,키\na,7,파랑,2\nb,8.5,빨강,1e0\n")
    assert PREPARATION.inputs(new) == expected
    assert PREPARATION.actual(new) is None
    with_target = table("종,고정,색,키\n개,7,파랑,2\n 새 ,8.5,빨강,1e0\n")
    assert PREPARATION.inputs(with_target) == expected
    assert PREPARATION.actual(with_target) == ["개", "새"]
    assert PREPARATION.actual(table("종,고정\n개,7\n,8\n")) is None


def test_actual_numbers(table):
    numbers = one_number([1.0, 2.0])
    assert numbers.actual(table("x,y\n1,2\n3,4.5\n")) == [2.0, 4.5]
    assert numbers.actual(table("x,y\n1,2\n3,many\n")) is None
    digits = replace(PREPARATION, target=ClassTarget("y", ("0", "1", "2.5"), "index"))
    assert digits.actual(table("x,y\n1,0.0\n3,1e0\n4,2.50\n4,3.0\n4,1e999\n")) == [
        *("0", "1", "2.5", "3", "1e999")
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "키,색,고정\n1,빨강,7\n2,보라,7\n",
            "line 3, column '색': the value is '보라', which the training data did not",
        ),
        ("키,색,고정\n\n,빨강,7\n", "line 3, column '키': the value is missing ('')"),
        ("키,색,고정\n1,NA,7\n", "line 2, column '색': the value is missing ('NA')"),
        ("키,색,고정\n크다,빨강,7\n", "line 2, column '키': the value is '크다', not a number"),
        ('키,색,고정\n"1,234",빨강,7\n', "is '1,234', not a plain number: write 1234 (or 1.234"),
        ("키,색,고정\n1e999,빨강,7\n", "the value is '1e999', infinite or too large to be squared"),
        (
            "키,종\n1,개\n",
            "the table lacks the columns 색, 고정 that the model was trained on; it has",
        ),
        (
            "키,색\n1,빨강\n",
            "the table lacks the column 고정 that the model was trained on; it has 키",
        ),
    ],
)
def test_what_a_table_to_predict_may_not_hold(table, tmp_path, text, message):
    with pytest.raises(ValueError) as caught:
        PREPARATION.inputs(table(text))
    assert str(caught.value).startswith(f"{tmp_path / 'new.csv'}: ")
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PREPARATION.row([1.0]), "a row has 1 cells; give 3: 키, 색, 고정"),
        (lambda: PREPARATION.row([math.nan, "빨강", 1.0]), "column '키': the value is nan, not a"),
        (
            lambda: PREPARATION.row([None, "빨강", 1.0]),
            "column '키': the value is None, not a finite",
        ),
        (
            lambda: PREPARATION.row([1.0, 2.0, 1.0]),
            "column '색': the value is the number 2.0, not one",
        ),
        (
            lambda: one_number([1.0] * 3).data(pets()),
            "the problem lacks the column x that the model",
        ),
        (
            lambda: PREPARATION.data(pets(targets=["개", "새", "개"])),
            "target '종': the value is '새', no known class; known are 개, 고양이",
        ),
        (
            lambda: PREPARATION.answer([1.0]),
            "the network has 1 outputs, but the target '종' is read",
        ),
        (lambda: PREPARATION.answer([1.0, math.nan]), "an output of the network is nan"),
        (
            lambda: Preparation.of(pets(), encoding="onehot"),
            "encoding must be one of index, one_hot",
        ),
        (
            lambda: Preparation.of(pets(targets=["a", "b", "c"]), encoding="sign"),
            "the encoding sign is for 2 classes, there are 3; use index, with cross_entropy",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_preparation_of_lists():
    with pytest.raises(TypeError, match=r"^Preparation\.of: .* got tuple; nn\.read_csv and"):
        Preparation.of(([[1.0]], [2.0]))


def test_the_whole_range_of_the_doubles():
    rows = [[1.7e308], [-1.7e308], [-1.7e308]]
    problem = Problem("made", ("x",), rows, [1.7e308, -1.7e308, -1.7e308], "y", "regress")
    X, y = Preparation.of(problem).data(problem)
    assert [x for (x,) in X] == pytest.approx([math.sqrt(2), -math.sqrt(0.5), -math.sqrt(0.5)])
    assert y == [x for (x,) in X]


def test_a_number_beyond_the_doubles_after_scaling_is_refused():
    preparation = Preparation((NumberColumn("x", 0.0, 1e-10),), NumberTarget("y", 0.0, 1.0))
    with pytest.raises(ValueError, match="too far from those of the training data"):
        preparation.row([1e300])


@pytest.mark.parametrize("name", ["moons", "iris", "diabetes"])
def test_json_both_ways(name):
    preparation = Preparation.of(problem_of(name, seed=1))
    assert Preparation.from_json(preparation.to_json()) == preparation


LABEL = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\xa0"),
    min_size=1,
)


@given(st.lists(LABEL, min_size=2, max_size=5), st.tuples(FINITE, FINITE))
def test_any_preparation_survives_json(labels, numbers):
    from nn.data.cells import label_of

    labels = sorted({label_of(label) for label in labels} - {""})
    mean, deviation = numbers[0], abs(numbers[1]) or 1.0
    if len(labels) < 2:
        return
    preparation = Preparation(
        (CategoryColumn("가", tuple(labels)), NumberColumn("나", mean, deviation)),
        ClassTarget("다", tuple(labels), "index"),
    )
    assert Preparation.from_json(preparation.to_json()) == preparation


NUMBER = {"name": "x", "mean": 0.5, "deviation": 2.0}
TEXTS = {"name": "c", "categories": ["a", "b"]}
CLASSES = {"name": "y", "classes": ["a", "b"], "encoding": "index"}


def described(columns=(NUMBER, TEXTS), target=CLASSES):
    return json.dumps({"columns": list(columns), "target": target})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[" * 500 + "]" * 500, "an object with columns, target is expected"),
        ('{"columns": [], "columns": [], "target": 1}', "a name stands twice"),
        ("{}", "an object with columns, target is expected"),
        ('{"columns": 5, "target": {}}', "columns must be a list"),
        ('{"columns": ["a"], "target": {}}', "columns must be a list"),
        (described([5]), "an object with name, mean, deviation is expected"),
        (described([]), "columns must be a list"),
        (described([NUMBER, NUMBER]), "a name for each and for the target"),
        (described([{**NUMBER, "name": "y"}]), "a name for each and for the target"),
        (described([{**NUMBER, "more": 1}]), "an object with name, mean, deviation is expected"),
        (described([{**NUMBER, "name": 5}]), "the name of a column must be a text, got 5.0"),
        (described([{**NUMBER, "name": ""}]), "must be a text without blanks around it, got ''"),
        (
            described([{**NUMBER, "name": "a\x1b[31m"}]),
            "without control characters, got 'a\\x1b[31m'",
        ),
        (described([{**NUMBER, "name": "a\nb"}]), "without blanks around it"),
        (described([{**NUMBER, "name": "\ud800"}]), "without control characters, got '\\ud800'"),
        (described([{**NUMBER, "mean": "1"}]), "the mean of 'x' must be a finite float"),
        (described([{**NUMBER, "mean": True}]), "the mean of 'x' must be a finite float"),
        (described([{**NUMBER, "mean": None}]), "the mean of 'x' must be a finite float"),
        (described([{**NUMBER, "mean": math.nan}]), "the mean of 'x' must be a finite float"),
        (described([{**NUMBER, "mean": 10**400}]), "the mean of 'x' must be a finite float"),
        (described([NUMBER]).replace("0.5", "1e999"), "the mean of 'x' must be a finite float"),
        (described([NUMBER]).replace("0.5", "1" * 5000), "not JSON"),
        (described([{**NUMBER, "deviation": 0}]), "the deviation of 'x' must be above 0"),
        (described([{**NUMBER, "deviation": -1.0}]), "the deviation of 'x' must be above 0"),
        (described([{**TEXTS, "categories": []}]), "'c' must have at least 1 categories"),
        (described([{**TEXTS, "categories": "ab"}]), "'c' must have at least 1 categories"),
        (described([{**TEXTS, "categories": ["a", 1]}]), "'c' must have at least 1 categories"),
        (
            described([{**TEXTS, "categories": ["a", "a"]}]),
            "a category or class of 'c' stands twice",
        ),
        (described([{**TEXTS, "categories": [" a"]}]), "must be a text without blanks around it"),
        (described(target=5), "an object with name, mean, deviation is expected"),
        (described(target={**CLASSES, "classes": ["a"]}), "'y' must have at least 2 categories"),
        (
            described(target={**CLASSES, "encoding": "hot"}),
            "encoding must be one of index, one_hot",
        ),
        (described(target={**CLASSES, "encoding": {}}), "encoding must be one of index, one_hot"),
        (
            described(target={**CLASSES, "classes": ["a", "b", "c"], "encoding": "sign"}),
            "the encoding sign is for 2 classes, there are 3",
        ),
    ],
)
def test_hostile_json(text, message):
    with pytest.raises(ValueError) as caught:
        Preparation.from_json(text)
    assert str(caught.value).startswith("damaged preparation: ")
    assert message in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "columns",
                    "target",
                    "name",
                    "mean",
                    "deviation",
                    "categories",
                    "classes",
                    "encoding",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, JSON)
def test_any_json_is_a_preparation_or_one_line(columns, target):
    for parts in ({"columns": columns, "target": target}, {"columns": [NUMBER], "target": target}):
        problem = ""
        try:
            Preparation.from_json(json.dumps(parts))
        except ValueError as error:
            problem = str(error)
        assert problem.isprintable()
