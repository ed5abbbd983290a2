"""Fuzz: expressions, tables and model files that nobody would write by hand.

Owns what may come of any input: a right result, or one clear error of the documented type, soon
and in little memory. The examples are the same in every run.
"""

import codecs
import json
import math
import re
import struct
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import autograd as ag
import nn
from nn.command.expression import FUNCTIONS, evaluate, numbers_of
from nn.command.options import CommandError
from nn.strict_json import parse
from nn.training.checkpoint import read_checkpoint
from tests.nn.training.resumable import StopAfter, train

FUZZ = settings(
    derandomize=True, max_examples=250, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


ENDS = Counter()  # how often each function returned something, and how often it refused


def assert_both(function, least=15):
    """The examples are neither all right nor all wrong."""
    ends = [ENDS[function, is_right] for is_right in (True, False)]
    assert min(ends) >= least, ends


def outcome(function, *errors, begins="", **arguments):
    """What `function` returns, None where it refuses; both soon, and the refusal in one line."""
    begin = time.process_time()
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = function(**arguments)
    except errors as error:
        message, found = str(error), None
        assert len(message.splitlines()) == 1, repr(message)
        assert message.startswith(begins), repr(message)
        assert len(message) < 2000 + len(begins), len(message)
        assert "Traceback" not in message
    assert not said
    ENDS[function, found is not None] += 1
    assert time.process_time() - begin < 5.0
    return found


# Expressions

NUMBERS = [
    "0",
    "1",
    "-1",
    "0.5",
    "1e308",
    "1e-320",
    "1e999",
    "inf",
    "nan",
    "9" * 400,
    "0x1F",
    "1_0",
]
NAMES = ["w", "x", "w", "x", "가", "pi", "e"]
JUNK = [
    "'", '"', "\\", "'\\d'", "\x00", "\x0b", "\n", "\r", "\t", ";", ":", ":=", "lambda", "for",
    "in",
    "1is", "0or", "if", "else", "await", "yield", "@", "~", "&", "|", "^", "<<", ".", "..", "...",
    "{", "}", "=", "==", "!=", "not", "\ud800", "\u202e", "\ufeff", "\U0001f600", "f'{x}'", "b''",
    "#", "**", "*", "//", "%", "1j", "None", "True", "is", "𝒙", "²", "__class__", "ﬁ",
    "()" * 30, "[" * 80, "(" * 150,
]  # fmt: skip
LEAVES = st.sampled_from(NUMBERS + NAMES)


def right(inner):
    """What is right wherever its parts are."""
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "**"])
    one = st.sampled_from(["tanh", "log", "sqrt", "relu", "abs", "exp", "lgamma", "softplus"])
    return st.one_of(
        st.builds("({}{}{})".format, inner, operators, inner),
        st.builds("{}({})".format, one, inner),
        st.builds("max({}, {})".format, inner, inner),
        st.builds("-{}".format, inner),
    )


def longer(inner):
    some = st.lists(inner, max_size=4).map(", ".join)
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<", "<=", "==", "!="])
    return st.one_of(
        st.builds("({}{}{})".format, inner, operators, inner),
        st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), some),
        st.builds("{}([{}])".format, st.sampled_from(sorted(FUNCTIONS)), some),
        st.builds("dot([{}], [{}])".format, some, some),
        st.builds("-{}".format, inner),
    )


RIGHT = st.recursive(st.sampled_from(["w", "x", "가", "2", "0.5", "-1"]), right, max_leaves=10)
GRAMMATICAL = st.recursive(LEAVES, longer, max_leaves=15)
TOKENS = st.sampled_from(NUMBERS + NAMES + JUNK + sorted(FUNCTIONS) + list("+-*/%(),[]<> "))
SOUP = st.lists(TOKENS, max_size=25).map("".join)


@st.composite
def damaged(draw):
    """An expression with a piece left out, doubled, or replaced by junk."""
    text = draw(GRAMMATICAL)
    start = draw(st.integers(0, len(text)))
    stop = draw(st.integers(start, len(text)))
    return text[:start] + draw(st.sampled_from(["", text[start:stop] * 2, *JUNK])) + text[stop:]


@FUZZ
@given(
    st.one_of(RIGHT, RIGHT.map(str.strip), GRAMMATICAL, damaged(), SOUP, st.text(max_size=80)),
    st.floats(),
)
def any_expression(text, number):
    names = {name: number for name in ("w", "x", "가") if re.search(rf"\b{name}\b", text)}
    found = outcome(evaluate, CommandError, text=text, numbers=names)
    if found is not None:
        result, leaves = found
        assert type(result.data) is float
        assert set(leaves) == set(names)
        result.backward()
        assert all(type(leaf.grad) is float for leaf in leaves.values())


def test_any_expression_is_computed_or_refused():
    any_expression()
    assert_both(evaluate)


@FUZZ
@given(
    st.one_of(
        st.lists(st.one_of(st.text(max_size=30), st.builds("{}={}".format, LEAVES, LEAVES))),
        st.dictionaries(st.sampled_from("abcwx가"), st.floats(), min_size=1).map(
            lambda numbers: [f"{name}={number!r}" for name, number in numbers.items()]
        ),
    )
)
def any_words(words):
    found = outcome(numbers_of, CommandError, words=words)
    if found is not None:
        assert len(found) == len(words)
        assert all(type(number) is float for number in found.values())


def test_any_words_are_numbers_or_refused():
    any_words()
    assert_both(numbers_of)


@pytest.mark.parametrize("text", ["'\\d'*x", "1is x", "0x1for x in x", "1or x", "x is 1", "(1)(x)"])
def test_pythons_own_warnings_are_not_printed(text):
    assert outcome(evaluate, CommandError, text=text, numbers={"x": 1.0}) is None


# Tables

CELLS = st.one_of(
    st.sampled_from([
        "1", "2.5", "-3e2", "1e400", "nan", "NA", "", " ", "?", "inf", "1,5", "1 000", "50%", "₩3",
        "a", "b", "가", 'say ""hi""', '"', '"a', '"a""', "a\nb", "\r", "\x00", "\x1a", "\ufeff",
        "\u2028", "\u202e", "\ud800", "=1+1", "１２", "9" * 400, "x" * 140_000, "ﬁ", "é",
    ]),
    st.integers(-9, 9).map(str), st.text(max_size=8),
)  # fmt: skip
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp949", "latin-1", "utf-7"]


@st.composite
def table(draw):
    """The bytes of a table: in order, or with what goes wrong in the files of people."""
    is_clean = draw(st.booleans())
    odd = st.just(False) if is_clean else st.booleans()
    separator = draw(st.sampled_from([",", ";", "\t"] if is_clean else [",", ";", "\t", "|"]))
    ending = draw(st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))
    width = draw(st.integers(2, 4))
    header = list("abcd")
    if draw(odd):
        header = draw(st.sampled_from([list("aabb"), ["", "b", "c", "d"], list("1234")]))
    rows = [header[:width]]
    for _ in range(draw(st.integers(2, 12))):
        row = [str(draw(st.integers(0, 9))) for _ in range(width)]
        if draw(odd):
            row[draw(st.integers(0, width - 1))] = draw(CELLS)
        if draw(odd) and draw(odd) and draw(odd):
            row = draw(st.lists(CELLS, max_size=6))
        rows.append(row)
    quote = draw(st.sampled_from(["{}", '"{}"'] if is_clean else ["{}", ' "{}" ', '"{}']))
    text = ending.join(separator.join(map(quote.format, row)) for row in rows)
    content = text.encode("utf-8" if is_clean else draw(st.sampled_from(ENCODINGS)), "replace")
    if draw(odd):
        marks = [codecs.BOM_UTF8, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, b"PK\x03\x04"]
        content = draw(st.sampled_from(marks)) + content
    return draw(mutations(content)) if draw(odd) else content


@st.composite
def mutations(draw, content):
    """Bytes changed, left out, doubled, put in."""
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        stop = min(len(content), start + draw(st.sampled_from([0, 1, 2, 8, 100])))
        kind = draw(st.sampled_from(["other", "out", "twice", "in", "cut"]))
        new = {"other": draw(st.binary(min_size=1, max_size=9)), "in": draw(st.binary(max_size=20)),
               "twice": content[start:stop] * 2}.get(kind, b"")  # fmt: skip
        content = content[:start] + new + (b"" if kind == "cut" else content[stop:])
    return content


@FUZZ
@given(
    st.one_of(table(), st.binary(max_size=300)),
    st.sampled_from(["utf-8-sig"] * 8 + ["cp949", "utf-16", "latin-1", "no", "", "rot13", "\0"]),
    st.sampled_from([None] * 6 + ["a", "d", "", "가\n", 5]),
    st.sampled_from([None, None, "classify", "regress"]),
    st.sampled_from(["refuse", "drop"]),
)
def any_table(content, encoding, target, task, missing):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(content)
        problem = outcome(
            nn.read_csv, ValueError, begins=f"{path}: ", path=path, target=target, task=task,
            encoding=encoding, missing=missing,
        )  # fmt: skip
    if problem is not None:
        inputs, targets = nn.Preparation.of(problem).data(problem)
        assert len(inputs) == len(targets) == len(problem.rows) > 0
        assert all(math.isfinite(x) for row in inputs for x in row)
        assert not any(note.splitlines()[1:] for note in problem.notes)


def test_any_table_is_a_problem_or_refused():
    any_table()
    assert_both(nn.read_csv)


# Model files and checkpoints


@pytest.fixture(scope="module")
def valid(tmp_path_factory):
    """The bytes of a model, a model with a preparation, and a checkpoint."""
    folder = tmp_path_factory.mktemp("valid")
    nn.save(nn.MLP(2, [3, 1], activation="tanh", seed=1), folder / "plain")
    problem = nn.Problem("p", ("a", "b"), [[1.0, "x"], [2.0, "y"]], ["n", "j"], "t", "classify")
    nn.save(nn.MLP(3, [2], seed=1), folder / "prepared", nn.Preparation.of(problem))
    train(lr=0.1, momentum=0.9, callbacks=[StopAfter(8)], checkpoint=folder / "run")
    return [(folder / name).read_bytes() for name in ("plain", "prepared", "run")]


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([2**63, -(2**70), 10**400]),
    st.floats(), st.text(max_size=5), st.sampled_from(["MLP", "F64", "relu", "softmax", "\ud800"]),
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)  # fmt: skip


def places(thing, path=()):
    """Every place in a JSON value."""
    yield path
    if isinstance(thing, (dict, list)):
        for key in thing if isinstance(thing, dict) else range(min(len(thing), 5)):
            yield from places(thing[key], (*path, key))


@st.composite
def other_json(draw, thing):
    """The JSON value with one place in it replaced, left out, or put in under another name."""
    thing = json.loads(json.dumps(thing))
    *above, last = ["root", *draw(st.sampled_from(list(places(thing))))]
    whole = {"root": thing}
    holder = whole
    for key in above:
        holder = holder[key]
    kind = draw(st.sampled_from(["replace", "leave out", "nest"]))
    if kind == "leave out" and last != "root":
        del holder[last]
    elif kind == "nest":
        holder[last] = [holder[last]]
    else:
        holder[last] = draw(JSON)
    return whole["root"]


@st.composite
def changed(draw, content):
    """A file whose bytes, header, or JSON inside the header were changed."""
    kind = draw(st.sampled_from(["numbers", "numbers", "bytes", "header", "inside", "length"]))
    if kind == "bytes":
        return draw(mutations(content))
    (length,) = struct.unpack("<Q", content[:8])
    if kind == "numbers":  # other weights, and as many
        start = draw(st.integers(8 + length, len(content) - 8))
        return content[:start] + draw(st.binary(min_size=8, max_size=8)) + content[start + 8 :]
    if kind == "length":
        return (
            struct.pack("<Q", draw(st.sampled_from([0, 1, length - 1, length + 8, 2**63])))
            + content[8:]
        )
    header = json.loads(content[8 : 8 + length])
    if kind == "inside":
        metadata = header["__metadata__"]
        name = draw(st.sampled_from([n for n in metadata if n != "format"]))
        metadata[name] = json.dumps(draw(other_json(json.loads(metadata[name]))))
    else:
        header = draw(other_json(header))
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


@FUZZ
@given(st.data())
def any_file(valid, data):
    content = data.draw(changed(data.draw(st.sampled_from(valid))))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m"
        path.write_bytes(content)
        found = outcome(nn.load_prepared, ValueError, begins=f"{path}: ", path=path)
        again = outcome(read_checkpoint, ValueError, begins=f"{path}: ", path=path)
    if found is not None:
        model, _ = found
        output = model([0.5] * model.n_inputs)
        assert all(
            isinstance(y, ag.Value) for y in (output if isinstance(output, list) else [output])
        )
    if again is not None:
        assert len(again.measured) == again.epoch


def test_any_file_is_a_model_or_refused(valid):
    any_file(valid)
    assert_both(nn.load_prepared)
    assert_both(read_checkpoint, 5)


@FUZZ
@given(
    st.one_of(
        JSON.map(json.dumps), st.text(max_size=60), st.integers(1, 9999).map(lambda n: "[" * n)
    )
)
def any_text(text):
    outcome(parse, ValueError, text=text)


def test_any_text_is_json_or_refused():
    any_text()
    assert_both(parse)


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 1}', "[" * 100_000, "9" * 9999, "", "{'a': 1}", "1 2"]
)
def test_what_no_json_is(text):
    with pytest.raises(ValueError, match=r"\S"):
        parse(text)
