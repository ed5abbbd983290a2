"""A CSV file of one's own: trained on, reported, predicted from, in Korean and from Excel."""

import json
import os
import re
import subprocess

import pytest

from nn.command.main import main
from nn.serialize import load_prepared
from tests.nn.command.running import (
    ALWAYS,
    GRAPHS,
    command,
    environment,
    flowers,
    houses,
    names_in,
    read_rows,
    run,
    write_csv,
)

LEARN = ["--ignore", "번호", "--epochs", "30", "--out", "out"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with flowers.csv, trained on, and what was printed."""
    folder = tmp_path_factory.mktemp("flowers")
    write_csv(folder / "flowers.csv", flowers(), "cp949")
    result = run("train", "flowers.csv", "--encoding", "cp949", *LEARN, cwd=folder)
    assert result.returncode == 0, result.stderr
    return folder, result


def test_a_korean_table_is_learned_and_reported(trained):
    folder, result = trained
    said = result.stdout
    assert "data: flowers.csv, 30 rows" in said
    assert "꽃잎 길이, 색 (2 categories), 꽃잎 너비: 4 inputs of the network" in said
    assert "target: 품종, 2 classes: 붓꽃 (15), 제비꽃 (15)" in said
    assert "target: 품종, the last column" in said
    assert "task: classify, because the target 품종 has 2 different texts" in said
    assert "24 to train on, 6 to test" in said
    assert re.search(r"test accuracy 100.0 % \(6 of 6; always 붓꽃: 50.0 %\)", said)
    plots = {"loss.png", "confusion.png", "neurons.png"}
    assert names_in(folder / "out") == ALWAYS | GRAPHS | plots
    assert ">제비꽃<" in (folder / "out" / "network.svg").read_text(encoding="utf-8")


def test_it_is_predicted_from_with_nothing_but_the_model_file(trained, tmp_path):
    folder, _ = trained
    rows = [["품종", "꽃잎 너비", "기타", "색", "꽃잎 길이"]]
    rows += [["제비꽃", "2.0", "x", "파랑", "5.1"], ["붓꽃", "1.0", "y", "빨강", "1.9"]]
    write_csv(tmp_path / "new.csv", rows, "utf-8-sig")
    model = folder / "out" / "model.safetensors"
    result = run("predict", model, "new.csv", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    found = read_rows(result.stdout)
    assert found[0] == [*rows[0], "prediction", "probability 붓꽃", "probability 제비꽃"]
    assert [row[:6] for row in found[1:]] == [[*row, row[0]] for row in rows[1:]]
    assert all(float(row[6]) + float(row[7]) == pytest.approx(1.0, abs=2e-6) for row in found[1:])
    assert result.stderr == "품종: accuracy 100.0 % (2 of 2; always 붓꽃: 50.0 %)\n"


def test_the_file_of_predictions_is_one_that_excel_reads(trained, tmp_path):
    folder, _ = trained
    new = write_csv(tmp_path / "new.csv", flowers(8, seed=1), "cp949")
    words = ["predict", str(folder / "out" / "model.safetensors"), str(new)]
    assert main([*words, "--encoding", "cp949", "--out", str(tmp_path / "out.csv")]) == 0
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = read_rows(content.decode("utf-8-sig"))
    assert len(rows) == 9
    assert rows[0][-3:] == ["prediction", "probability 붓꽃", "probability 제비꽃"]
    # Its own result can be predicted again, and no column is lost.
    assert main([*words[:2], str(tmp_path / "out.csv"), "--out", str(tmp_path / "2.csv")]) == 0
    again = read_rows((tmp_path / "2.csv").read_text(encoding="utf-8-sig"))
    assert again[0][-6:-3] == rows[0][-3:]
    assert again[0][-3:] == [f"{name} 2" for name in rows[0][-3:]]
    assert [row[-3:] for row in again[1:]] == [row[-3:] for row in rows[1:]]


def test_who_predicts_the_table_that_was_trained_on_is_told(trained):
    folder, training = trained
    model = folder / "out" / "model.safetensors"
    result = run("predict", model, "flowers.csv", "--encoding", "cp949", cwd=folder)
    assert result.returncode == 0
    figure, note = result.stderr.splitlines()
    assert figure.startswith("품종: accuracy ")
    assert note.startswith("Note: the network was trained on a table named flowers.csv. If it is ")
    assert note.endswith('rows it never saw, glassgrad train printed in the line "test ...".')
    assert any(line.startswith("test accuracy ") for line in training.stdout.splitlines())


def test_a_message_of_the_command_has_options_not_arguments(tmp_path, capsys):
    rows = [["a b", "n", "y"], *[[1, i, i % 2] for i in range(12)]]
    table = write_csv(tmp_path / "t.csv", rows)
    assert main(["train", str(table), "--epochs", "1", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert 'teaches nothing; leave it out: --ignore "a b"\n' in said
    assert "ignore=[" not in said
    write_csv(table, [*rows, ["", 13, 1]])
    assert main(["train", str(table)]) == 2
    assert capsys.readouterr().err.endswith("leave such rows out: --missing drop\n")
    write_csv(table, [["꽃", "y"], ["1", "2"]], "cp949")
    assert main(["train", str(table)]) == 2
    assert capsys.readouterr().err.endswith("saved by Korean Excel give --encoding cp949\n")


def test_a_number_is_predicted_in_its_own_units(tmp_path, capsys):
    table = write_csv(tmp_path / "houses.csv", houses(120))
    out = tmp_path / "out"
    assert main(["train", str(table), "--epochs", "60", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "task: regress" in said
    assert "72 to train on, 24 for validation, 24 to test" in said
    test = re.search(
        r"test RMSE ([\d.]+), MAE [\d.]+, R2 ([\d.]+) \(always [\d.]+: RMSE ([\d.]+)\)", said
    )
    assert float(test[1]) < 0.2 * float(test[3])
    assert float(test[2]) > 0.95
    assert names_in(out) == ALWAYS | GRAPHS | {"loss.png", "regression.png", "neurons.png"}

    new = write_csv(tmp_path / "new.csv", [["town", "area"], ["Seoul", "100"], ["Busan", "50"]])
    assert main(["predict", str(out / "model.safetensors"), str(new)]) == 0
    captured = capsys.readouterr()
    predicted = [float(row[2]) for row in read_rows(captured.out)[1:]]
    assert predicted == pytest.approx([400, 150], rel=0.15)
    assert captured.err == ""  # no actual values, no report


def test_target_and_task_can_be_chosen(tmp_path, capsys):
    rows = [["grade", "size", "note"], *[[i % 3, i / 10, f"n{i}"] for i in range(30)]]
    table = write_csv(tmp_path / "grades.csv", rows)
    words = ["train", str(table), "--target", "grade", "--ignore", "note", "--epochs", "1"]
    for task, target in (("classify", "3 classes: 0 (10)"), ("regress", "a number from 0 to 2")):
        assert main([*words, "--task", task, "--out", str(tmp_path / task)]) == 0
        assert f"target: grade, {target}" in capsys.readouterr().out
        _, preparation = load_prepared(tmp_path / task / "model.safetensors")
        assert preparation.input_names == ["size"]


def test_a_regression_of_two_numbers_has_no_accuracy(tmp_path):
    rows = [[k * 0.37 % 1, k * 0.61 % 1, 1.5 + k % 2] for k in range(40)]  # -1 and 1, standardised
    table = write_csv(tmp_path / "half.csv", [["a", "b", "price"], *rows])
    options = ["--epochs", "2", "--test", "0", "--validation", "0", "--out", str(tmp_path / "out")]
    assert main(["train", str(table), *options]) == 0
    assert (tmp_path / "out" / "history.csv").read_text().splitlines()[0] == "epoch,loss"


def test_rows_with_missing_values_are_left_out_if_so_told(tmp_path, capsys):
    rows = houses(30)
    rows[5][1] = ""
    table = write_csv(tmp_path / "houses.csv", rows)
    words = ["train", str(table), "--epochs", "1", "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert "line 6, column 'town'" in capsys.readouterr().err
    assert main([*words, "--missing", "drop"]) == 0
    assert "missing values: 1 of 30 rows left out" in capsys.readouterr().out


def test_a_model_saved_from_python_predicts_columns_of_numbers(tmp_path, capsys):
    import nn

    model = nn.MLP(2, [3, 2], seed=1)
    nn.save(model, tmp_path / "plain.safetensors")
    table = write_csv(tmp_path / "points.csv", [["a", "b"], ["1", "2"], ["3", "4.5"]])
    assert main(["predict", str(tmp_path / "plain.safetensors"), str(table)]) == 0
    rows = read_rows(capsys.readouterr().out)
    assert rows[0] == ["a", "b", "output 1", "output 2"]
    expected = nn.predict(model, [[1.0, 2.0], [3.0, 4.5]])
    assert [[float(cell) for cell in row[2:]] for row in rows[1:]] == expected


@pytest.mark.parametrize("encoding", ["cp949", "ascii"])
def test_a_terminal_of_another_encoding_survives(trained, tmp_path, encoding):
    folder, _ = trained
    new = write_csv(tmp_path / "✓ 새 표.csv", flowers(4, seed=2))
    out = tmp_path / "café 한글"
    variables = {"PYTHONIOENCODING": encoding}
    runs = (
        ["train", new, "--ignore", "번호", "--epochs", "1", "--test", "0", "--out", out],
        ["predict", folder / "out" / "model.safetensors", new],
        ["predict", folder / "out" / "model.safetensors", new, "--out", tmp_path / "✓.csv"],
        ["draw", folder / "out" / "model.safetensors", "-o", tmp_path / "✓.svg"],
        ["doctor"],
        ["predict", folder / "✓.safetensors", new],
    )
    for words in runs:
        result = _bytes(words, tmp_path, variables)
        assert result.returncode == (2 if words == runs[-1] else 0), result.stderr
        assert b"Traceback" not in result.stderr
        for text in (result.stdout, result.stderr):
            text.decode(encoding)
    assert (out / "model.safetensors").exists()
    if encoding == "cp949":
        shown = _bytes(runs[1], tmp_path, variables).stdout.decode("cp949")
        assert "제비꽃" in shown


def _bytes(words, cwd, variables):
    return subprocess.run(
        command(*words), capture_output=True, cwd=cwd, env=environment(**variables), check=False
    )


def test_into_a_file_or_program_the_table_goes_in_utf_8(trained):
    folder, _ = trained
    write_csv(folder / "new.csv", flowers(4, seed=2))
    variables = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    words = ["predict", "out/model.safetensors", "new.csv"]
    assert "PYTHONIOENCODING" not in os.environ
    result = _bytes(words, folder, variables)
    assert "제비꽃" in result.stdout.decode("utf-8")


def test_predictions_stop_quietly_when_the_reader_has_enough(trained):
    folder, _ = trained
    write_csv(folder / "more.csv", flowers(20, seed=3))
    words = command("predict", "out/model.safetensors", "more.csv")
    process = subprocess.Popen(
        words, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()  # before anything is printed: Python takes longer to start
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 1
    assert said == b""


def test_the_model_file_holds_the_columns_as_data(trained):
    folder, _ = trained
    _, preparation = load_prepared(folder / "out" / "model.safetensors")
    parts = json.loads(preparation.to_json())
    assert [column["name"] for column in parts["columns"]] == ["꽃잎 길이", "색", "꽃잎 너비"]
    assert parts["target"]["classes"] == ["붓꽃", "제비꽃"]
