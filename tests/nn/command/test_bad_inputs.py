"""Bad input of every kind: one clear line on stderr, exit code 2, nothing half-written.

Each line is to name what is wrong and what to do: both are held here.
"""

import struct

import pytest

import nn
from nn.command.main import main
from tests.nn.command.running import flowers, write_csv


def one_line(arguments, capsys, folder):
    """The line that a refused command leaves; neither a traceback nor a file."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as exit:  # as argparse leaves
        code = exit.code
    said = capsys.readouterr()
    assert code == 2, said
    assert said.out == ""
    assert said.err.startswith("glassgrad: ")
    assert said.err.count("\n") == 1
    assert said.err.endswith("\n")
    assert "Traceback" not in said.err
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    return said.err


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


ARGUMENTS = [
    ("", "arguments are required: command", "see glassgrad --help"),
    ("fly", "invalid choice: 'fly'", "train"),
    ("train", "arguments are required: DATA", "see glassgrad train --help"),
    ("train cats", "no file and no data set is called 'cats'", "moons, circles"),
    ("train cats.csv", "cats.csv: No such file", "check the name"),
    ("train moons --epochs 0", "--epochs: it must be a whole number, at least 1", "got 0"),
    ("train moons --epochs many", "at least 1", "got 'many'"),
    ("train moons --epochs 1.5", "at least 1", "got '1.5'"),
    ("train moons --batch-size -4", "--batch-size: it must be a whole number", "got -4"),
    ("train moons --batch-size some", "--batch-size", "got 'some'"),
    ("train moons --hidden 16 0", "--hidden: it must be a whole number", "got 0"),
    ("train moons --hidden 1.5", "--hidden: it must be a whole number", "got '1.5'"),
    ("train moons --hidden 9999999", "parameters", "choose smaller layers"),
    ("train moons --lr -1", "--lr: it must be a number greater than 0", "got -1.0"),
    ("train moons --lr 0", "--lr: it must be greater than 0", "try 0.01"),
    ("train moons --lr nan", "--lr: it must be a number", "got nan"),
    ("train moons --lr inf", "--lr: it must be a number", "got inf"),
    ("train moons --lr 0,1", "--lr: it must be a number", "got '0,1'"),
    ("train moons --lr", "--lr: expected one argument", "see glassgrad train --help"),
    ("train moons --momentum 1", "--momentum: it must lie below 1", "got 1.0"),
    ("train moons --momentum -0.5", "--momentum: it must be a number", "got -0.5"),
    ("train moons --nesterov --momentum 0", "--nesterov needs a --momentum", "such as 0.9"),
    ("train moons --nesterov --dampening 0.1", "--nesterov needs", "no --dampening"),
    ("train moons --weight-decay x", "--weight-decay: it must be a number", "got 'x'"),
    ("train moons --l1 -1", "--l1: it must be a number", "at least 0"),
    ("train moons --compiled quick", "--compiled: it must be one of exact", "got 'quick'"),
    ("train moons --compiled=", "--compiled: it must be one of exact", "got ''"),
    ("train moons --hidden x", "--hidden: it must be a whole number, at least 1", "got 'x'"),
    ("train moons --hidden 16 x", "--hidden: it must be a whole number", "got 'x'"),
    ("train --compiled moons foo", "unrecognized arguments: foo", "glassgrad train --help"),
    ("train moons --batch-size foo", "--batch-size: it must be", "at least 1, or all; got 'foo'"),
    ("train moons --bogus", "unrecognized arguments: --bogus (see", "train --help"),
    ("train moons --compiled=quick", "one of exact, fast, off", "got 'quick'"),
    ("train moons --compiled fast off", "one of exact, fast, off", "got 'fast,off'"),
    ("train --compiled fast", "arguments are required: DATA", "see glassgrad train --help"),
    ("train moon", "called 'moon'; did you mean moons? The data sets are moons", "circles"),
    ("train --compiled cats", "no file and no data set is called 'cats'", "moons, circles"),
    ("train moons --compiled --mode fast", "unrecognized arguments: --mode fast (see", "--help"),
    ("train moons --hidden 16 --bogus", "unrecognized arguments: --bogus (see", "train --help"),
    ("train moons --compile", "unrecognized arguments: --compile", "did you mean --compiled"),
    ("train moons --compiled --resume", "holds no training to go on with", "leave --resume out"),
    ("predict m.safetensors t.csv --compiled", "unrecognized arguments", "predict --help"),
    ("train moons --seed -1", "--seed: it must be a whole number, at least 0", "got -1"),
    ("train moons --test 1", "--test: it must lie below 1", "got 1.0"),
    ("train moons --test 0.6 --validation 0.5", "leave nothing to train on", "below 1"),
    ("train moons --early-stopping 3 --validation 0", "--early-stopping", "--validation 0.2"),
    ("train xor --test 0.9 --validation 0.05", "too few to keep", "--test 0"),
    ("train moons --activation swish", "unknown name 'swish'", "relu"),
    ("train moons --activation tahn", "unknown name 'tahn'", "did you mean tanh?"),
    ("train moons --activation relu tanh step", "3 functions for 2 hidden layers", "give one"),
    ("train moons --activation softmax --hidden 1", "softmax", "sigmoid"),
    ("train moons --init ones", "invalid choice: 'ones'", "xavier"),
    ("train moons --loss accuracy", "invalid choice: 'accuracy'", "cross_entropy"),
    ("train spirals --loss hinge", "is for two classes, and class has 3", "cross_entropy"),
    ("train sine --loss cross_entropy", "is for classes, and y is a number", "mse"),
    ("train moons --target x1", "--target is for a CSV file", "omit it"),
    ("train moons --epoch 3", "unrecognized arguments: --epoch", "did you mean --epochs"),
    ("train moons extra", "unrecognized arguments: extra", "see glassgrad train --help"),
    ("train moons --task guess", "invalid choice: 'guess'", "classify"),
    ("train moons --lang fr", "invalid choice: 'fr'", "ko"),
    ("train moons --out file", "file is a file", "name a folder"),
    ("train moons --out file/inside", "file is a file", "name a folder"),
    ("train moons --out=", "--out: the name is empty", "leave the option out"),
    ("train moons --resume", "holds no training to go on with", "leave --resume out"),
    ("train --ignore a moons", "arguments are required: DATA", "see glassgrad train --help"),
    ("train file", "file: the file is empty", "name the columns"),
    ("train .", ".: is a folder", "name a CSV file"),
    ("predict", "arguments are required: MODEL, FILE.csv", "see glassgrad predict --help"),
    ("predict none.safetensors file", "none.safetensors: No such file", "check the name"),
    ("predict file file", "file: no model file", "header"),
    ("predict . file", ".: Is a directory", "name a file"),
    ("predict m.safetensors none.csv", "none.csv: No such file", "check the name"),
    ("predict m.safetensors t.csv --out t.csv", "t.csv would replace", "name another"),
    ("predict m.safetensors t.csv --out m.safetensors", "would replace", "name another"),
    ("predict t.csv m.safetensors", "the model comes first", "predict m.safetensors t.csv"),
    ("predict m.safetensors t.csv --out .", ". is a folder", "name a file in it"),
    ("predict m.safetensors t.csv --out no/p.csv", "there is no folder", "make it first"),
    ("predict m.safetensors t.csv --encoding klingon", "unknown encoding", "cp949"),
    ("predict m.safetensors 3.csv", "has 2 inputs", "a table of just 2 columns"),
    ("predict m.safetensors x.csv", "line 3, column 'b'", "not a number"),
    ("draw", "arguments are required: MODEL", "see glassgrad draw --help"),
    ("draw file", "file: no model file", "header"),
    ("draw m.safetensors -o n.jpeg", "unknown kind of picture", ".svg, .png"),
    ("draw m.safetensors -o network", "unknown kind of picture", ".svg, .png"),
    ("draw m.safetensors -o no/n.svg", "there is no folder", "make it first"),
    ("draw m.safetensors --colour red", "unrecognized arguments", "see glassgrad draw --help"),
    ("draw m.safetensors --dark", "--dark is for an expression", "leave it out"),
    ("draw w*x w=1 x=2 --by z", "--by", "z"),
    ("draw m.safetensors --direction TB", "--direction is for an expression", "leave it out"),
    ("draw w*x", "w has no number", "add w=NUMBER"),
    ("draw nothing", "nothing: No such file", "check the name"),
    ("draw w*x w=1 x=2 --lang ko", "--lang is for a model", "has no words"),
    ("draw w*x w=1 x=2 --direction up", "invalid choice: 'up'", "see glassgrad draw --help"),
    ("draw w*x w=1 x=2 -o g.jpeg", "unknown kind of picture", ".svg, .png"),
    ("draw 2", "made of no name", "let it depend on one"),
    ("draw t.csv", "t.csv is a table, not a model", "glassgrad train t.csv"),
    ("draw m.safetensors x=1", "m.safetensors is a model", "leave x=1 out"),
    ("draw x+ x=1", "'x+': no expression", "at its end"),
    ("step", "arguments are required: EXPRESSION", "see glassgrad step --help"),
    ("step x*x", "x has no number", "add x=NUMBER"),
    ("step x*x x", "'x': expected NAME=NUMBER", "such as w=2"),
    ("step x*x x=", "'' is not a number", "x="),
    ("step x*x x=one", "'one' is not a number", "x=one"),
    ("step x*x x=1 x=2", "x is given twice", "leave one out"),
    ("step x*x x=1 y=2", "there is no y in", "x*x"),
    ("step x x=1", "is a leaf", "step a result"),
    ("step 2*3", "was made of no name", "x=3"),
    ("step x*x x=1 --lr 0", "--lr: it must be greater than 0", "try 0.01"),
    ("step x*x x=1 --weights w", "--weights: there is no 'w'", "there are x"),
    ("step x*x x=1 --break-op tanh", "no step is a 'tanh'", "there are mul"),
    ("step x*x x=1 --html no/s.html", "there is no folder", "make it first"),
    ("step x*x x=1 --html s.html --break-nan", "has its own conditions", "leave --break"),
    ("step x*x x=1 --slowly", "unrecognized arguments: --slowly", "see glassgrad step --help"),
    ("doctor --now", "unrecognized arguments: --now", "see glassgrad doctor --help"),
]


@pytest.mark.parametrize(("words", "problem", "remedy"), ARGUMENTS)
def test_wrong_arguments(here, capsys, words, problem, remedy):
    (here / "file").write_text("")
    nn.save(nn.MLP(2, [1], seed=0), here / "m.safetensors")
    write_csv(here / "t.csv", [["a", "b"], [1, 2]])
    write_csv(here / "3.csv", [["a", "b", "c"], [1, 2, 3]])
    write_csv(here / "x.csv", [["a", "b"], [1, 2], [3, "four"]])
    said = one_line(words.split(), capsys, here)
    assert problem in said
    assert remedy in said


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["draw", ""], "give the model.safetensors"),
        (["step", " "], "the expression is empty"),
        (["train", "moons", ""], "unrecognized arguments: '' (see glassgrad train --help)"),
        (["train", "moons", "--activation", ""], "there are identity, step"),
    ],
)
def test_an_empty_word(here, capsys, words, remedy):
    assert remedy in one_line(words, capsys, here)


ROWS = "length,colour,kind\n" + "".join(
    f"{i},{'red' if i % 3 else 'blue'},{'ab'[i % 2]}\n" for i in range(12)
)
NAMES = "이름,나이,종류\n" + "".join(f"사람{i},{i},{'xy'[i % 2]}\n" for i in range(40))
TABLES = [
    (b"", "the file is empty", "the first line must name the columns"),
    (b"\n\n", "the file is empty", "the first line must name the columns"),
    (b"a,b,c\n", "there are no rows", "below the names"),
    (b"1,2,3\n4,5,6\n", "must name the columns", "put names above them"),
    (b"only\n1\n2\n", "1 column to learn from", "at least one feature and the target"),
    (b"a,a,b\n1,2,3\n", "are both named 'a'", "give each its own name"),
    (b"a,,b\n1,2,3\n", "column 2 has no name", "give it one"),
    (b"a,b\n1,x\n2,y\n3\n", "line 4 has 1 cell,", "give each row 2 cells"),
    (b"a,b\n1,2,3\n", "line 2 has 3 cells", "give each row 2 cells"),
    (b'a,b\n"1,2\n', "a double quote is opened", "never closed"),
    (b"a,b\n1,\n2,y\n", "line 2, column 'b': the value is missing", "--missing drop"),
    (b"a,b\n,\n,\n", "there are no rows", "below the names"),
    (b"a,b\n1,x\ntwo,y\n3,x\n4,y\n", "line 3, column 'a'", "--ignore a"),
    (b'a,b\n"1,234",x\n"2,000",y\n3,x\n', "not a plain number", "write 1234"),
    (b"a,b\n1e999,x\n2,y\n3,x\n", "too large to be squared", "correct it"),
    (b"a,b\n1,1e153\n2,2e153\n3,-3e306\n", "too large to be squared", "correct it"),
    (b"a,b\n1,x\n2,x\n3,x\n", "is 'x' in every row", "at least two classes"),
    (b"a,b\n1,2.5\n2,2.5\n3,2.5\n", "is '2.5' in every row", "choose another target"),
    (b"a,b\n1,p\n2,q\n3,r\n", "is different in every row", "choose another target"),
    (b"a,b\ninf,x\n2,y\n3,x\n", "line 2, column 'a': the value is 'inf'", "correct it"),
    (NAMES.encode(), "column '이름' has 40 different texts in 40 rows", "--ignore"),
    (b"a,b\n1,x\n2,y\n", "too few to keep some for testing", "--test 0"),
    (b"PK\x03\x04 workbook", "workbook of a spreadsheet program", "CSV UTF-8"),
    (b"a,b\n1,\x00\n", "control character U+0000", "CSV UTF-8"),
    ("길이,종류\n1,가\n2,나\n".encode("cp949"), "not UTF-8", "--encoding cp949"),
    (b"a,b\n1,\xff\xfe\n", "not UTF-8", "CSV UTF-8"),
    (b"a\tb\n1\n", "line 2 has 1 cell,", "2 cells"),
]


@pytest.mark.parametrize(("content", "problem", "remedy"), TABLES)
def test_wrong_tables(here, capsys, content, problem, remedy):
    (here / "data.csv").write_bytes(content)
    said = one_line(["train", "data.csv"], capsys, here)
    assert said.startswith("glassgrad: data.csv")
    assert problem in said
    assert remedy in said


@pytest.mark.parametrize(
    ("arguments", "problem", "remedy"),
    [
        (("--target", "kinds"), "target: there is no column 'kinds'", "did you mean 'kind'"),
        (("--ignore", "size"), "ignore: there is no column 'size'", "the columns are"),
        (("--ignore", "kind", "--target", "kind"), "'kind' is among the columns", "ignore"),
        (("--ignore", "length", "colour"), "1 column to learn from", "at least one feature"),
        (("--task", "regress"), "not a number", "choose the task classify"),
        (("--encoding", "utf-16"), "not utf-16", "leave the encoding out"),
        (("--encoding", "klingon"), "unknown encoding 'klingon'", "cp949"),
        (("--loss", "mse", "--task", "regress"), "nothing to regress", "classify"),
        (("--loss", "hinge", "--target", "length", "--task", "regress"), "a number here", "mse"),
    ],
)
def test_wrong_arguments_for_a_table(here, capsys, arguments, problem, remedy):
    (here / "data.csv").write_text(ROWS)
    said = one_line(["train", "data.csv", *arguments], capsys, here)
    assert problem in said
    assert remedy in said


def test_a_table_for_another_model(here, capsys):
    write_csv(here / "flowers.csv", flowers())
    words = ["train", "flowers.csv", "--ignore", "번호", "--epochs", "1", "--out", "out"]
    assert main(words) == 0
    capsys.readouterr()
    good = flowers()[:4]

    def refused(change):
        rows = [list(row) for row in good]
        change(rows)
        write_csv(here / "new.csv", rows)
        return one_line(["predict", "out/model.safetensors", "new.csv"], capsys, here)

    def without_colour(rows):
        for row in rows:
            del row[2]

    assert "lacks the column 색" in refused(without_colour)
    assert "line 3, column '색'" in refused(lambda rows: rows[2].__setitem__(2, "초록"))
    assert "line 2, column '꽃잎 길이'" in refused(lambda rows: rows[1].__setitem__(1, ""))
    assert "not a number" in refused(lambda rows: rows[1].__setitem__(1, "길다"))
    assert "too large" in refused(lambda rows: rows[1].__setitem__(1, "1e999"))
    assert "line 4 has 4 cells" in refused(lambda rows: rows[3].pop())


def test_model_files_from_strangers(here, capsys):
    write_csv(here / "t.csv", [["a", "b"], [1, 2]])
    nn.save(nn.MLP(2, [1], seed=0), here / "good.safetensors")
    good = (here / "good.safetensors").read_bytes()
    (length,) = struct.unpack_from("<Q", good)
    header = good[8 : 8 + length]
    bad = {
        "cut off": good[:-3],
        "a header longer than the file": struct.pack("<Q", 1 << 40) + good[8:],
        "shorter than a header": b"\x00",
        "not JSON": struct.pack("<Q", 5) + b"nope!",
        "of no known kind": good.replace(b"MLP", b"XLP"),
        "a pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x08builtins",
        "too large": good.replace(b'\\"layer_sizes\\": [1]', b'\\"layer_sizes\\":[99]'),
        "without numbers": struct.pack("<Q", length) + header,
    }
    for name, content in bad.items():
        assert content != good, name
        (here / "bad.safetensors").write_bytes(content)
        for words in (["predict", "bad.safetensors", "t.csv"], ["draw", "bad.safetensors"]):
            assert "bad.safetensors: " in one_line(words, capsys, here), name
