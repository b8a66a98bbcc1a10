"""The examples of Documentation/Python.md."""

import re
import shutil

from conftest import CRAWL, ROOT, WIKI


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
