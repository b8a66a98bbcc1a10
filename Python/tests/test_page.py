"""The examples of Documentation/Python.md, and the first one of Distributed.md."""

import re
import shutil

import pytest
from conftest import CRAWL, ROOT, WIKI
from pools import write_shards

import dsel


def test_the_examples_run(tmp_path, capsys):
    for path in (WIKI, CRAWL):
        shutil.copy(path, tmp_path)
    page = (ROOT / "Documentation/Python.md").read_text()
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 7
    names = {}
    for example in examples:
        exec(compile(example, "Python.md", "exec"), names)
    assert len(names["texts"]) == 100 and len(names["again"].take()) == 10
    assert len(names["mixed"].take()) == 9
    assert len(names["drawn"].take()) == len(names["chosen"].take()) == 50
    assert names["found"]["kl_reduction"] > 0
    assert "--text-field" in capsys.readouterr().out


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
