"""The examples of Documentation/Python.md and README.md, and the first one of Distributed.md."""

import importlib.util
import json
import re
import shutil
import subprocess

import pytest
from conftest import CRAWL, ROOT, WIKI
from conftest import dsel as program
from pools import write_shards

import dsel


def test_the_examples_run(tmp_path, capsys):
    for path in (WIKI, CRAWL):
        shutil.copy(path, tmp_path)
    page = (ROOT / "Documentation/Python.md").read_text()
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 10
    names = {}
    has_arrow = importlib.util.find_spec("pyarrow") is not None
    if has_arrow:
        make_shards(tmp_path / "shards")
    for example in examples:
        if ".parquet" in example and not has_arrow:
            continue
        exec(compile(example, "Python.md", "exec"), names)
    assert len(names["texts"]) == 100 and len(names["again"].take()) == 10
    assert len(names["mixed"].take()) == 9
    assert len(names["drawn"].take()) == len(names["chosen"].take()) == 50
    assert names["found"]["kl_reduction"] > 0
    assert "--text-field" in capsys.readouterr().out
    if has_arrow:
        chosen = [(row["domain"], row["text"]) for row in names["table"].to_pylist()]
        lines = program("select", "--target", WIKI, "--pool", CRAWL, "--count", "100").splitlines()
        assert chosen == [(row["domain"], row["text"]) for row in map(json.loads, lines)]


def test_the_first_example_runs(tmp_path, capsys):
    for path in (WIKI, CRAWL):
        shutil.copy(path, tmp_path)
    example = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("100 ")


def test_a_selection_on_many_machines_runs(tmp_path, crawl_lines, capsys):
    shutil.copy(WIKI, tmp_path)
    write_shards(tmp_path, crawl_lines)
    page = (ROOT / "Documentation/Distributed.md").read_text()
    example = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    names = {}
    with pytest.warns(dsel.DselWarning, match="empty"):
        exec(compile(example, "Distributed.md", "exec"), names)
    assert names["selected"].manifest["selected"]["documents"] == 100
    assert "'documents': 100" in capsys.readouterr().out


def make_shards(directory):
    """The pool as Parquet files."""
    import pyarrow
    from pyarrow import parquet

    directory.mkdir()
    lines = subprocess.run(["zstd", "-dqc", CRAWL], capture_output=True, check=True).stdout
    rows = [json.loads(line) for line in lines.splitlines()]
    for number, start in enumerate(range(0, len(rows), 500)):
        table = pyarrow.Table.from_pylist(rows[start : start + 500])
        parquet.write_table(table, directory / f"{number}.parquet", row_group_size=100)
