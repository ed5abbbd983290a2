"""What a user gets wrong: each is one line that says what and where, code 2, and no new file."""

import os

import pytest

from nn.command.main import main

ROWS = "".join(f"{i % 7},{i * 3 % 11},{'x' if i % 2 else 'y'}\n" for i in range(40))
GOOD = f"a,b,종류\n{ROWS}"
NUMBERS = "a,b,t\n" + "".join(f"{i},{i * i % 13},{i * 1.5 + 0.25}\n" for i in range(40))
NAMES = "이름,나이,종류\n" + "".join(f"사람{i},{i},{'xy'[i % 2]}\n" for i in range(40))

FILES = {
    "good.csv": GOOD,
    "num.csv": NUMBERS,
    "cp949.csv": GOOD.encode("cp949"),
    "empty.csv": "",
    "header.csv": "a,b,c\n",
    "short.csv": GOOD + "1,2\n",
    "long.csv": GOOD + "1,2,x,9\n",
    "text.csv": GOOD + "oops,3,x\n",
    "missing.csv": GOOD + ",3,x\n",
    "one_class.csv": "a,b,c\n" + "1,2,x\n3,2,x\n" * 9,
    "twice.csv": GOOD.replace("a,b", "a,a"),
    "unnamed.csv": GOOD.replace("a,b", "a,"),
    "no_header.csv": "1,2,3\n4,5,6\n7,8,9\n",
    "workbook.csv": b"PK\x03\x04" + b"\0" * 99,
    "nul.csv": GOOD + "\0,\0,x\n",
    "quote.csv": GOOD + '"1,2,x\n',
    "infinite.csv": GOOD + "inf,2,x\n",
    "overflow.csv": GOOD + "1e999,2,x\n",
    "people.csv": NAMES,
    "one_column.csv": "a\n1\n2\n",
    "thousands.csv": GOOD + '"1,234",3,x\n',
    "two_rows.csv": "a,b\n1,x\n2,y\n",
    "no_b.csv": "a,종류\n1,x\n",
    "unseen.csv": "a,b\n1,zzz\n",
    "hole.csv": "a,b\n1,\n",
    "file": "x",
    "junk.safetensors": bytes(range(200)),
    "tiny.safetensors": b"abc",
}
MODEL = "ok/model.safetensors"

CASES = [
    ("", "required: command"),
    ("fly", "invalid choice: 'fly'"),
    ("--bogus", "required: command"),
    ("train", "required: DATA (see glassgrad train --help)"),
    ("train cats", "the data sets are moons, circles"),
    ("train nofile.csv", "nofile.csv: No such file"),
    ("train folder", "folder: is a folder"),
    ("train cp949.csv", "not UTF-8 (line 1); for a file saved by Korean Excel"),
    ("train empty.csv", "the file is empty"),
    ("train header.csv", "no rows below the names in line 1"),
    ("train short.csv", "line 42 has 2 cells, but line 1 names 3"),
    ("train long.csv", "line 42 has 4 cells, but line 1 names 3"),
    ("train text.csv", "line 42, column 'a': the value is 'oops', not a number"),
    ("train missing.csv", "line 42, column 'a': the value is missing"),
    ("train one_class.csv", "the target is 'x' in every row"),
    ("train twice.csv", "columns 1 and 2 are both named 'a'"),
    ("train unnamed.csv", "column 2 has no name"),
    ("train no_header.csv", "must name the columns, but holds the numbers 1, 2, 3"),
    ("train workbook.csv", 'in Excel choose Save As, "CSV UTF-8"'),
    ("train nul.csv", "line 42 holds the control character U+0000"),
    ("train quote.csv", "line 42: a double quote is opened there and never closed"),
    ("train infinite.csv", "line 42, column 'a': the value is 'inf', infinite"),
    ("train overflow.csv", "the value is '1e999', infinite or too large"),
    ("train people.csv", "column '이름' has 40 different texts in 40 rows"),
    ("train one_column.csv", "needs at least one feature and the target"),
    ("train thousands.csv", "the value is '1,234', not a plain number: write 1234"),
    ("train two_rows.csv", "too few to keep some for testing"),
    ("train good.csv --target 종", "did you mean '종류'?"),
    ("train good.csv --task regress", "nothing to regress"),
    ("train num.csv --task classify", "the target is different in every row"),
    ("train good.csv --encoding klingon", "unknown encoding 'klingon'"),
    ("train good.csv --ignore zz", "there is no column 'zz'"),
    ("train good.csv --ignore a b", "needs at least one feature"),
    ("train good.csv --loss mae", "invalid choice: 'mae'"),
    ("train num.csv --loss cross_entropy", "is for classes, and t is a number"),
    ("train good.csv --hidden 0", "--hidden: it must be a whole number, at least 1"),
    ("train good.csv --epochs 0", "--epochs: it must be a whole number, at least 1"),
    ("train good.csv --lr -1", "--lr: it must be a number, at least 0"),
    ("train good.csv --l2 nan", "--l2: it must be a number"),
    ("train good.csv --momentum 1.5", "--momentum: it must lie below 1"),
    ("train good.csv --batch-size x", "--batch-size"),
    ("train good.csv --test 1.5", "--test: it must lie below 1"),
    ("train good.csv --early-stopping 0", "--early-stopping: it must be"),
    ("train good.csv --seed -1", "--seed: it must be a whole number, at least 0"),
    ("train good.csv --epoch 3", "did you mean --epochs?"),
    ("train good.csv --activation relu tanh relu", "3 functions for 1 hidden layer"),
    ("train good.csv --nesterov --momentum 0", "--nesterov needs a --momentum above 0"),
    ("train good.csv --out file", "--out: file is a file; name a folder"),
    ("train good.csv --resume", "holds no training to go on with"),
    ("train moons --target x", "--target is for a CSV file"),
    ("predict", "required: MODEL, FILE.csv (see glassgrad predict --help)"),
    ("predict nomodel good.csv", "nomodel: No such file"),
    ("predict good.csv good.csv", "no model file"),
    ("predict junk.safetensors good.csv", "no model file"),
    ("predict tiny.safetensors good.csv", "shorter than a header"),
    ("predict cut.safetensors good.csv", "cut off or damaged"),
    (f"predict {MODEL} no_b.csv", "lacks the column b"),
    (f"predict {MODEL} cp949.csv", "--encoding cp949"),
    (f"predict {MODEL} unseen.csv", "line 2, column 'b': the value is 'zzz', not a number"),
    (f"predict {MODEL} hole.csv", "line 2, column 'b': the value is missing"),
    (f"predict {MODEL} good.csv --out nofolder/x.csv", "there is no folder"),
    (f"predict {MODEL} good.csv --out folder", "folder is a folder"),
    (f"predict {MODEL} good.csv --out good.csv", "would replace what it is made from"),
    ("draw", "required: MODEL (see glassgrad draw --help)"),
    ("draw junk.safetensors", "no model file"),
    (f"draw {MODEL} -o x.xyz", "unknown kind of picture"),
    (f"draw {MODEL} -o nofolder/x.svg", "there is no folder"),
    (f"draw {MODEL} --lang fr", "invalid choice: 'fr'"),
    ("doctor x", "unrecognized arguments: x (see glassgrad doctor --help)"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the files, a folder, a trained model and that model cut short."""
    folder = tmp_path_factory.mktemp("place")
    for name, content in FILES.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "folder").mkdir()
    arguments = ["train", str(folder / "good.csv"), "--epochs", "1", "--out", str(folder / "ok")]
    assert main(arguments) == 0
    whole = (folder / MODEL).read_bytes()
    (folder / "cut.safetensors").write_bytes(whole[:-7])
    return folder


def test_there_are_forty_kinds():
    assert len({line for _, line in CASES}) >= 40


@pytest.mark.parametrize(("words", "line"), CASES, ids=lambda text: text or "nothing")
def test_one_line_and_nothing_left(place, words, line, capfd, monkeypatch):
    monkeypatch.chdir(place)
    arguments = words.split()
    if arguments[:1] == ["train"] and len(arguments) > 1 and "--out" not in arguments:
        arguments += ["--out", "never"]
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    try:
        code = main(arguments)
    except SystemExit as stop:
        code = stop.code
    out, err = capfd.readouterr()
    assert code == 2
    assert err.count("\n") == 1, err
    assert err.startswith("glassgrad: ")
    assert line in err
    assert out == ""
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")  # noqa: PTH110
def test_a_full_disk(place, capfd, monkeypatch):
    monkeypatch.chdir(place)
    assert main(["predict", MODEL, "good.csv", "--out", "/dev/full"]) == 2
    _, err = capfd.readouterr()
    assert err.count("\n") == 1
    assert "No space left on device" in err
