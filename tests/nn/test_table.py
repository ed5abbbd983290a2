"""Reading a CSV file: encodings, separators, quotes, line numbers, and every refusal."""

import codecs
import csv
import io
import unicodedata

import pytest
from hypothesis import given, strategies as st

from nn.data import read_table
from nn.data.cells import MISSING, is_missing, is_number, number_in, plain_notations

KOREAN = "키,색,종\r\n1.5,빨강,고양이\r\n2,파랑,개\r\n"
ROWS = [["1.5", "빨강", "고양이"], ["2", "파랑", "개"]]


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        path = tmp_path / "표 1.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, **options)

    return read


@pytest.fixture
def refusal(read, tmp_path):
    def refusal(content, **options):
        with pytest.raises(ValueError) as caught:
            read(content, **options)
        message = str(caught.value)
        start = f"{tmp_path / '표 1.csv'}: "
        assert message.startswith(start)
        assert message.isprintable()
        assert len(message) < len(start) + 300
        return message.removeprefix(start)

    return refusal


@pytest.mark.parametrize(
    ("content", "options", "notes"),
    [
        (KOREAN.encode(), {}, ()),
        (KOREAN.encode("utf-8-sig"), {}, ()),
        (KOREAN.encode("utf-8-sig"), {"encoding": "cp949"}, ()),
        (KOREAN.encode("cp949"), {"encoding": "cp949"}, ()),
        (KOREAN.encode("euc-kr"), {"encoding": "cp949"}, ()),
        (unicodedata.normalize("NFD", KOREAN).encode(), {}, ()),
        (KOREAN.replace("\r\n", "\n").encode(), {}, ()),
        (KOREAN.replace("\r\n", "\r").encode(), {}, ()),
        (KOREAN.rstrip().encode(), {}, ()),
        (KOREAN.replace("\r\n", " \r\n\r\n").replace(",", " , ").encode(), {}, ()),
        (KOREAN.replace("\r\n", ",,\r\n").encode(), {}, ()),  # empty columns of Excel
        ((KOREAN + ",,\r\n,,\r\n").encode(), {}, ()),
        (KOREAN.replace(",", ";").encode(), {}, ("columns: separated by semicolons",)),
        (KOREAN.replace(",", "\t").encode(), {}, ("columns: separated by tabs",)),
        (
            ("sep=;\n" + KOREAN.replace(",", ";")).encode(),
            {},
            ("columns: separated by semicolons",),
        ),
        (
            KOREAN.replace(",", "\t").encode("utf-16"),  # "Unicode text" of Excel
            {},
            (
                "encoding: UTF-16, by the byte order mark of the file",
                "columns: separated by tabs",
            ),
        ),
        (
            codecs.BOM_UTF16_BE + KOREAN.encode("utf-16-be"),
            {"encoding": "cp949"},
            ("encoding: UTF-16, by the byte order mark of the file",),
        ),
    ],
)
def test_the_same_table_in_many_forms(read, content, options, notes):
    table = read(content, **options)
    assert table.names == ("키", "색", "종")
    assert table.rows == ROWS
    assert table.notes == notes


def test_lines_are_those_that_an_editor_shows(read):
    table = read('a,b\n1,2\n\n3,"x\ny\r\nz"\n,\n5,6\r7,"8"\n')
    assert table.rows == [["1", "2"], ["3", "x\ny\r\nz"], ["5", "6"], ["7", "8"]]
    assert table.lines == [2, 4, 8, 9]
    assert read("sep=,\n\na,b\n1,2\n").lines == [4]
    assert read("\n\na,b\n\n1,2\n").lines == [5]


def test_names_are_one_line_and_composed(read):
    table = read(f'"첫\n째","  b   c ",{unicodedata.normalize("NFD", "종")},2024\n1,2,3,4\n')
    assert table.names == ("첫 째", "b c", "종", "2024")


def test_quotes(read):
    table = read('a,"b;c"\n"1,5", "say ""hi"""\n5" disk,\' \n')
    assert table.names == ("a", "b;c")
    assert table.rows == [["1,5", 'say "hi"'], ['5" disk', "'"]]


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (
            KOREAN.encode("cp949"),
            {},
            'not UTF-8 (line 1); for a file saved by Korean Excel give encoding="cp949" (--enc',
        ),
        ("a,b\n1,2\n3,값\n".encode("cp949"), {}, "not UTF-8 (line 3); for a file saved by Korean"),
        (b"a,b\n1,caf\xe9\n", {}, 'not UTF-8 (line 2); save it as "CSV UTF-8", or give the'),
        (KOREAN.encode(), {"encoding": "cp949"}, "not cp949 (line 1), but UTF-8: leave the"),
        (b"a\xff", {"encoding": "ascii"}, 'not ascii (line 1); save it as "CSV UTF-8"'),
        (codecs.BOM_UTF16_LE + b"a\0,\0b", {}, 'not utf-16; save it as "CSV UTF-8"'),
        (KOREAN, {"encoding": "cp9499"}, "unknown encoding 'cp9499'; give one such as utf-8"),
        (KOREAN, {"encoding": "hex"}, "unknown encoding 'hex'"),
        (KOREAN, {"encoding": "utf-8\0"}, "unknown encoding 'utf-8\\x00'"),
        (KOREAN, {"encoding": None}, "unknown encoding None"),
        (KOREAN, {"encoding": ""}, "unknown encoding ''"),
        (KOREAN.encode("utf-8-sig"), {"encoding": "nonsense"}, "unknown encoding 'nonsense'"),
        (b"a,b\n1,2\n3,4\n", {"encoding": "utf-16"}, "not utf-16, but UTF-8: leave the encoding"),
        (b"a,b\n1,2\n", {"encoding": "utf-32-le"}, "not utf-32-le (line 1), but UTF-8: leave"),
        (b"", {}, "the file is empty; the first line must name the columns"),
        (b"\r\n\r\n", {}, "the file is empty"),
        (b"\xef\xbb\xbf", {}, "the file is empty"),
        (b",,\n,,\n", {}, "the file is empty"),
        (b"sep=;\n", {}, "the file is empty"),
        (b"PK\x03\x04" + bytes(50), {}, "this is a workbook of a spreadsheet program"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", {}, 'in Excel choose Save As, "CSV UTF-8"'),
        (b"a,b\n1,\x00\n", {}, "line 2 holds the control character U+0000"),
        ("a,b\n1,2\n3,\x1b[31m\n", {}, "line 3 holds the control character U+001B"),
        (KOREAN.encode("utf-16-le"), {"encoding": "latin-1"}, "holds the control character U+0000"),
        ("a,b\n", {}, "there are no rows below the names in line 1"),
        ("\na,b\n,\n", {}, "there are no rows below the names in line 2"),
        (
            "5.1,3.5,0\n4.9,3,0\n",
            {},
            "line 1 must name the columns, but holds the numbers 5.1, 3.5",
        ),
        ("a,,b\n1,2,3\n", {}, "line 1: column 2 has no name; give it one"),
        ("a,,\n1,2,\n", {}, "line 2 has 2 cells, but line 1 names 1 columns"),
        ("a,b, a\n1,2,3\n", {}, "line 1: columns 1 and 3 are both named 'a'; give each its own"),
        ("종,종\n1,2\n", {}, "both named '종'"),
        (
            "a,b\n1,2\n\n1,2,3\n",
            {},
            "line 4 has 3 cells, but line 1 names 2 columns; give each row",
        ),
        ('a,b\n1,"x\ny"\n3\n', {}, "line 4 has 1 cell, but line 1 names 2 columns"),
        ('a,b\n1,"x\n3,4\n', {}, "line 2: a double quote is opened there and never closed"),
        ('a,b\n1,"x"y\n', {}, "line 2: text follows a closing quote; inside quotes write a quote"),
        ('"a,b\n1,2\n', {}, "line 1: a double quote is opened there and never closed"),
        ("a,b\n1,2\n1," + "x" * 200_000, {}, "line 3: a cell is longer than 131072 characters"),
        ('a,b\n1,2\n1,"' + "x\n" * 100_000, {}, "perhaps a double quote is opened there and"),
    ],
)
def test_refusals(refusal, content, options, message):
    assert message in refusal(content, **options)


def test_what_is_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "none.csv")
    with pytest.raises(IsADirectoryError, match="is a folder; name a CSV file"):
        read_table(tmp_path)


def test_a_file_without_end_is_refused(read, monkeypatch):
    monkeypatch.setattr("nn.data.table.MAX_BYTES", 1000)
    with pytest.raises(ValueError, match="larger than 0 MB; take a part of the rows"):
        read("a,b\n" + "1,2\n" * 1000)


# Any character but the controls, which are refused, and a byte order mark.
TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff")
    | st.sampled_from('",;\t\n\r가각'),
    max_size=8,
).map(lambda text: unicodedata.normalize("NFC", text).strip())
TABLES = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.lists(TEXT, min_size=n, max_size=n), min_size=1, max_size=6)
)


@given(
    rows=TABLES,
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    separator=st.sampled_from([",", ";", "\t"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_csv_writer_writes_comes_back(
    tmp_path_factory, rows, newline, encoding, separator, quoting
):
    if newline == "\n" and any("\r" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL  # else the csv module of Python 3.11 leaves a bare \r in the cell
    names = [f"이름{i}" for i in range(len(rows[0]))]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=newline, delimiter=separator, quoting=quoting)
    # One more column, never empty: no row is blank, and none ends in empty cells.
    writer.writerows([[*names, "끝"], *([*row, "."] for row in rows)])
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    table = read_table(path)
    assert table.names == (*names, "끝")
    assert table.rows == [[*row, "."] for row in rows]
    assert table.lines == [2 + k + _n_line_ends(rows[:k]) for k in range(len(rows))]


def _n_line_ends(rows):
    """How many line ends, as editors count them, the cells of `rows` hold."""
    text = "|".join(cell for row in rows for cell in row)
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_one_line(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    problem = ""
    try:
        read_table(path)
    except ValueError as error:
        problem = str(error)
    assert problem.isprintable()


@given(st.text(st.sampled_from('ab1,;\t"\n\r 가'), max_size=60))
def test_any_text_is_a_table_or_one_line(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content.encode())
    problem = ""
    try:
        table = read_table(path)
    except ValueError as error:
        problem = str(error)
    else:
        assert {len(row) for row in table.rows} == {len(table.names)}
        assert table.lines == sorted(set(table.lines))
    assert problem.isprintable()


@pytest.mark.parametrize("cell", ["", " ", "NA", "n/a", "#N/A", "NaN", "NULL", "None", "?", "-"])
def test_missing_cells(cell):
    assert is_missing(cell)
    assert not is_number(cell)
    assert cell.strip().casefold() in MISSING
    with pytest.raises(ValueError, match="is missing"):
        number_in(cell)


@pytest.mark.parametrize("cell", ["0", "-1", "+2.5", ".5", "5.", "1e-3", "1E+5", "007"])
def test_plain_numbers(cell):
    assert is_number(cell)
    assert number_in(cell) == float(cell)


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("1,234,567", "1234567"),
        ("1,234.5", "1234.5"),
        ("0,305", "0.305"),
        ("-0,120", "-0.120"),
        ("-12,345,678.9", "-12345678.9"),
        ("1,5", "1.5"),
        ("12,34", "12.34"),
        ("35%", "35"),
        ("35 %", "35"),
        ("₩1,000,000", "1000000"),
        ("1,000,000원", "1000000"),
        ("$ 5", "5"),
        ("１２．５", "12.5"),
        ("−5", "-5"),
    ],
)
def test_numbers_in_other_notations_are_refused_with_the_plain_one(cell, plain):
    assert not is_number(cell)
    assert plain_notations(cell) == [plain]
    with pytest.raises(ValueError, match=f"not a plain number: write {plain}, without"):
        number_in(cell)


@pytest.mark.parametrize("cell", ["1,234", "₩1,234", "+1,234"])
def test_a_comma_that_may_be_either_is_said_to_be(cell):
    assert [float(one) for one in plain_notations(cell)] == [1234.0, 1.234]
    with pytest.raises(ValueError, match=r"write .?1234 \(or .?1\.234 where the comma is"):
        number_in(cell)


@pytest.mark.parametrize(
    "cell", ["1_000", "0x10", "1 2", "nan1", "1e", "e5", "1,23,456", "--1", "٣"]
)
def test_texts(cell):
    assert not is_number(cell)
    assert plain_notations(cell) == []
    with pytest.raises(ValueError, match=r"is '.*', not a number"):
        number_in(cell)


@pytest.mark.parametrize("cell", ["1e999", "-1e999", "inf", "-Infinity", "∞"])
def test_infinite_numbers(cell):
    with pytest.raises(ValueError, match="infinite or too large to be squared"):
        number_in(cell)
