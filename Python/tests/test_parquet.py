"""Selections from Parquet files are those of the same documents as JSON lines."""

import json
import os
import pathlib
import subprocess

import pytest
from conftest import WIKI, dsel

import dsel as api

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

# The rows of each file.
SPANS = [(0, 500), (500, 501), (501, 1100), (1100, None)]


@pytest.fixture
def pools(tmp_path, crawl_rows):
    """The pool in shards of JSON lines, and in shards of Parquet."""
    for kind in ("jsonl", "parquet"):
        (tmp_path / kind).mkdir()
    rows = [{"n": n, "id": f"id {n}", **row} for n, row in enumerate(crawl_rows)]
    for number, (start, end) in enumerate(SPANS):
        part = rows[start:end]
        with open(f"jsonl/{number}.jsonl", "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in part)
        table = arrow.Table.from_pylist(part)
        table = table.append_column("kind", table["domain"].dictionary_encode())
        table = table.replace_schema_metadata({"origin": "test"})
        parquet.write_table(table, f"parquet/{number}.parquet", row_group_size=150 + 100 * number)
    return tuple(
        [f"{kind}/{number}.{kind}" for number in range(len(SPANS))] for kind in ("jsonl", "parquet")
    )


def lines_of(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


def chosen_lines(*command):
    return [json.loads(line)["n"] for line in dsel(*command).splitlines()]


def taken(*command):
    """The documents that picks name, with the picks."""
    picks = dsel(*command, "--picks", "-").splitlines()
    with open("picks", "wb") as file:
        file.writelines(line + b"\n" for line in picks)
    api.take("picks", "taken.parquet", force=True)
    table = parquet.read_table("taken.parquet")
    assert table.schema.equals(parquet.read_schema("parquet/0.parquet"), check_metadata=True)
    lines = [json.loads(line) for line in picks[1:]]
    starts = {f"parquet/{number}.parquet": start for number, (start, _) in enumerate(SPANS)}
    assert [starts[line["file"]] + line["row"] for line in lines] == table["n"].to_pylist()
    return table["n"].to_pylist(), lines


@pytest.mark.parametrize(
    "options",
    [
        ["--count", "50"],
        ["--count", "50", "--objective", "weight", "--shuffle"],
        ["--tokens", "20k", "--order", "weight"],
        ["--count", "60", "--stratify", "domain", "--replay", "0.2"],
        ["--count", "40", "--duplicates", "keep", "--threads", "3"],
    ],
)
def test_select(options, pools):
    lines, rows = pools
    select = ["select", "--target", WIKI, *options]
    numbers, picks = taken(*select, "--pool", *rows)
    annotated = dsel(*select, "--annotate", "--pool", *lines).splitlines()
    expected = [json.loads(line) for line in annotated]
    # Where copies are kept, the place decides which of them comes first.
    if "keep" not in options:
        assert numbers == [row["n"] for row in expected]
        for pick, row in zip(picks, expected):
            assert pick["key"] == row["dsel"]["key"]
            assert pick.get("log_weight") == row["dsel"].get("log_weight")
            assert pick["text_bytes"] == len(row["text"].encode())
    assert len(numbers) == len(expected)


def test_row_groups_without_rows(pools):
    """Writers give their columns any place: here, pyarrow's own."""
    lines, rows = pools
    table = parquet.read_table(rows[0])
    with parquet.ParquetWriter(rows[0], table.schema, write_page_checksum=True) as writer:
        for part in (table.slice(0, 0), table.slice(0, 200), table.slice(0, 0), table.slice(200)):
            writer.write_table(part)
    parquet.write_table(table.slice(0, 0), "parquet/empty.parquet")
    expected = chosen_lines("select", "--target", WIKI, "--pool", *lines, "--count", "60")
    command = ["select", "--target", WIKI, "--pool", *rows, "parquet/empty.parquet"]
    assert taken(*command, "--count", "60")[0] == expected


def test_the_remainder(pools):
    lines, rows = pools
    select = ["select", "--target", WIKI, "--count", "50", "--pool"]
    dsel(*select, *lines, "-o", "selected", "--remainder", "rest")
    dsel(*select, *rows, "--picks", "picks", "--remainder", "rest.picks")
    api.take("rest.picks", "rest.parquet")
    expected = [row["n"] for row in lines_of("rest")]
    assert parquet.read_table("rest.parquet")["n"].to_pylist() == expected


def models(lines):
    dsel("fit", WIKI, "-o", "wiki.model")
    dsel("fit", *lines, "-o", "pool.model")
    return ["--target-model", "wiki.model", "--pool-model", "pool.model"]


def test_weights(pools):
    lines, rows = pools
    options = models(lines)
    dsel("fit", *rows, "-o", "rows.model")
    one, other = (
        json.loads(pathlib.Path(f"{name}.model").read_text()) for name in ("pool", "rows")
    )
    assert one["counts"] == other["counts"]
    weigh = ["weigh", *options, "--id-field", "id"]
    by_line = [json.loads(line) for line in dsel(*weigh, *lines).splitlines()]
    by_row = [json.loads(line) for line in dsel(*weigh, *rows).splitlines()]
    number = 0
    for line, row in zip(by_line, by_row):
        place = {key: row.pop(key) for key in ("file", "row")}
        assert place == row_place(number)
        for key in ("file", "offset", "bytes"):
            del line[key]
        assert line == row
        number += 1
    assert number == len(by_line) == len(by_row)
    # Without ids, the place stands for it.
    plain = [json.loads(line) for line in dsel("weigh", *options, *rows).splitlines()]
    assert [row["id"] for row in plain] == [f"{row['file']}/{row['row']}" for row in plain]
    dsel("weigh", *options, *lines, "-o", "lines.weights")
    dsel("weigh", *options, *rows, "-o", "rows.weights")
    for draw in (["--count", "30"], ["--tokens", "20k", "--epochs", "2", "--order", "weight"]):
        expected = chosen_lines("resample", *draw, "--weights", "lines.weights", "--pool", *lines)
        draw = ["resample", *draw, "--weights", "rows.weights", "--pool", *rows]
        assert taken(*draw)[0] == expected
    # A document that has two weights is named by its row.
    with open("twice", "wb") as file:
        file.write(dsel("weigh", *options, rows[1]) * 2)
    draw = ["resample", "--weights", "twice", "--pool", rows[1], "--count", "1", "--picks", "-"]
    run = program(*draw)
    assert run.returncode == 1
    assert "parquet/1.parquet: the document at row 0 has two lines of weights" in run.stderr


def row_place(number):
    for file, (start, end) in enumerate(SPANS):
        if end is None or number < end:
            return {"file": f"parquet/{file}.parquet", "row": number - start}
    raise AssertionError


@pytest.mark.parametrize("objective", ["set", "weight"])
def test_candidates(objective, pools):
    """One shard at a time, merged; and the rows are taken one file at a time, too."""
    lines, rows = pools
    options = [*models(lines), "--candidates", "60", "--objective", objective]
    for path in [*lines, *rows]:
        dsel("weigh", *options, path, "-o", f"{path}.candidates")
    for kind, paths in (("lines", lines), ("rows", rows)):
        dsel("merge", *(f"{path}.candidates" for path in paths), "-o", kind)
    expected = chosen_lines("resample", "--candidates", "lines", "--pool", *lines)
    dsel("resample", "--candidates", "rows", "--picks", "picks")
    assert api.take("picks", "all.parquet") == 60
    assert parquet.read_table("all.parquet")["n"].to_pylist() == expected
    parts = []
    for path in rows:
        api.take("picks", "part.parquet", pool=os.path.abspath(path), force=True)
        parts += parquet.read_table("part.parquet")["n"].to_pylist()
    assert parts == expected
    if objective == "set":
        for path in rows:
            dsel("weigh", *options, "--keys-only", path, "-o", f"{path}.keys")
        dsel("merge", *(f"{path}.keys" for path in rows), "-o", "keys")
        second = ["weigh", "--target-model", "wiki.model", "--candidates-from", "keys"]
        for path in rows:
            dsel(*second, path, "-o", f"{path}.candidates", "--force")
        dsel("merge", *(f"{path}.candidates" for path in rows), "-o", "second")
        assert pathlib.Path("second").read_bytes() == pathlib.Path("rows").read_bytes()
    # In Python, too.
    kept = api.Candidates.load("rows")
    selection = api.resample(kept, rows[2:])
    assert [row["n"] for row in selection] == [n for n in expected if n >= SPANS[2][0]]
    assert api.resample(api.pick(kept, count=20), rows).take().num_rows == 20
    # What is left out is named by its row.
    header, first = lines_of("rows")[:2]
    assert "row" in first and "offset" not in first and header["shards"][0]["path"] == rows[0]


def test_fields_and_lists(pools):
    lines, rows = pools
    draw = ["--field", "n=0.01", "--temperature", "2", "--count", "40", "--stratify", "domain"]
    expected = chosen_lines("resample", *draw, "--pool", *lines)
    assert taken("resample", *draw, "--pool", *rows)[0] == expected
    select = ["select", "--target", WIKI, "--count", "50", "--near-duplicates", "0.3"]
    exclude = ["--exclude", WIKI, "--exclude-ngram", "4"]
    for options, flag in ((exclude, "--excluded"), ([], "--rejected-duplicates")):
        dsel(*select, *options, "--pool", *lines, "-o", "o", flag, "lines", "--force")
        dsel(*select, *options, "--pool", *rows, "--picks", "p", flag, "rows", "--force")
        by_line, by_row = lines_of("lines"), lines_of("rows")
        assert len(by_line) == len(by_row) > 0
        for line, row in zip(by_line, by_row):
            assert "row" in row and not {"offset", "bytes", "similar_offset"} & set(row)
            for key in ("reason", "ngram", "similarity"):
                assert line.get(key) == row.get(key)


# What can't be written.


def program(*words):
    return subprocess.run([os.environ["DSEL"], *map(str, words)], capture_output=True, text=True)


@pytest.mark.parametrize("output", [["-o", "x.jsonl"], [], ["--output-dir", "x"]])
def test_rows_are_no_lines(output, pools):
    lines, rows = pools
    for pool in (rows, [*lines, rows[3]]):
        run = program("select", "--target", WIKI, "--pool", *pool, "--count", "5", *output)
        assert run.returncode == 1 and run.stdout == ""
        assert f"{pool[-1 if pool is not rows else 0]}: the rows of a Parquet file" in run.stderr
        assert "--picks picks.jsonl" in run.stderr and "python -m dsel take" in run.stderr
    assert not [name for name in os.listdir() if name.startswith("x")]
    run = program("resample", "--field", "n", "--count", "5", *output, *rows)
    assert run.returncode == 1 and "python -m dsel take" in run.stderr


def test_mixed_pools_have_picks_that_say_so(pools):
    lines, rows = pools
    select = ["select", "--target", WIKI, "--count", "300", "--picks", "picks"]
    dsel(*select, "--pool", lines[0], rows[2])
    with pytest.raises(api.DselError) as caught:
        api.take("picks", "x.parquet")
    assert caught.value.code == "mixed_kinds"


# Messages.


@pytest.mark.parametrize(
    "value, name", [(float("nan"), "NaN"), (float("inf"), "Infinity"), (float("-inf"), "-Infinity")]
)
def test_a_number_that_is_not_finite_is_named(value, name):
    """JSON has no name for it, so that in a line it is a string."""
    table = arrow.table({"text": ["a", "b", "c"], "q": [1.0, value, 3.0]})
    parquet.write_table(table, "q.parquet")
    draw = ["resample", "--field", "q", "--pool", "q.parquet", "--count", "1", "--picks", "picks"]
    run = program(*draw)
    assert run.returncode == 1
    assert f'q.parquet:2: the field "q" is {name}, not a finite number.' in run.stderr
    # Following the advice helps.
    assert program(*draw, "--on-error", "skip", "--rejects", "r").returncode == 0
    assert lines_of("r.reasons.jsonl")[0]["found"] == name


def test_documents_in_the_place_of_a_result(pools):
    rows = pools[1]
    run = program("merge", *rows, "-o", "sum")
    assert run.returncode == 1 and "parquet/0.parquet: a Parquet file of documents" in run.stderr
    assert "a model with 'dsel fit'" in run.stderr
    # Following the advice helps.
    models = []
    for path in rows:
        models.append(pathlib.Path(path).stem + ".model")
        dsel("fit", path, "-o", models[-1])
    dsel("merge", *models, "-o", "sum")
    dsel("fit", *rows, "-o", "all")
    assert pathlib.Path("sum").read_bytes() == pathlib.Path("all").read_bytes()


# In Python.


def test_selections(pools, expected, crawl_lines):
    lines, rows = pools
    numbers = chosen_lines("select", "--target", WIKI, "--count", "50", "--pool", *lines)
    for pool in (rows, "parquet/*.parquet", "parquet"):
        selection = api.select(WIKI, pool, count=50, annotate=True)
        assert [row["n"] for row in selection.rows()] == numbers
    assert selection.take().equals(selection.to_arrow())
    assert selection.to_arrow().schema.equals(parquet.read_schema(rows[0]), check_metadata=True)
    assert list(selection.to_pandas()["n"]) == numbers
    assert {"key", "log_weight", "order"} <= set(selection.annotations[0])
    assert selection.manifest["selected"]["documents"] == 50
    selection.to_parquet("selected.parquet")
    assert parquet.read_table("selected.parquet")["n"].to_pylist() == numbers
    selection.save("selected.jsonl")
    assert [row["n"] for row in lines_of("selected.jsonl")] == numbers
    for wrong in (selection.lines, lambda: selection.indices):
        with pytest.raises(TypeError):
            wrong()
    shuffled = api.select(WIKI, rows, count=50, shuffle=True)
    texts = [row["n"] for row in shuffled]
    assert texts != numbers and sorted(texts) == numbers
    assert shuffled.to_arrow()["n"].to_pylist() == texts


def test_data_sets(pools):
    datasets = pytest.importorskip("datasets")
    rows = pools[1]
    data = api.select(WIKI, rows, count=50).to_dataset()
    assert isinstance(data, datasets.Dataset)
    assert data["n"] == api.select(WIKI, rows, count=50).to_arrow()["n"].to_pylist()


def test_picks_as_an_output(pools):
    rows = pools[1]
    selection = api.select(WIKI, rows, count=50, picks="picks.zst")
    assert api.take("picks.zst", "taken.parquet") == 50
    assert selection.manifest["selected"]["documents"] == 50
    with pytest.raises(TypeError):
        selection.take()


def test_other_pools_to_parquet(crawl_rows):
    selection = api.select(WIKI, crawl_rows, count=20)
    selection.to_parquet("selected.parquet")
    assert parquet.read_table("selected.parquet").to_pylist() == selection.take()
