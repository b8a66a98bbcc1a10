"""scripts/benchmark.py on a small pool: it is run for its figures too rarely for faults to show in time.

A package that stands in for the reference checks how that is called: as the package's README shows.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from running import FIXTURES, ROOT

REFERENCE = '''
import os, time

class HashedNgramDSIR:
    def __init__(self, raw_datasets, target_datasets, cache_dir, num_proc=None):
        for path in raw_datasets + target_datasets:
            assert os.path.getsize(path) > 0, path
        self.byte_count, self.steps = os.path.getsize(raw_datasets[0]), []
        assert num_proc == 2

    def fit_importance_estimator(self):
        self.steps.append("fit")

    def compute_importance_weights(self):
        self.steps.append("weigh")

    def resample(self, out_dir, num_to_sample, cache_dir=None, top_k=False):
        time.sleep(self.byte_count / 2e7)
        assert self.steps == ["fit", "weigh"] and num_to_sample == 100, (self.steps, num_to_sample)
        with open(os.environ["CALLS"], "a", encoding="utf-8") as calls:
            calls.write("selected\\n")
'''


def pool(folder: Path) -> Path:
    """Large enough for both slices of the reference, and all documents are different."""
    packed = FIXTURES / "crawl.jsonl.zst"
    lines = subprocess.run(["zstd", "-dcq", packed], stdout=subprocess.PIPE, check=True).stdout.splitlines()
    path = folder / "pool.jsonl"
    with path.open("wb") as output:
        for copy in range(2):
            for line in lines:
                record = json.loads(line)
                record["text"] = f"copy{copy} {record['text']}"
                record["domain"] = "french" if len(record["text"]) % 9 == 0 else "other"
                output.write(json.dumps(record).encode() + b"\n")
    return path


def test_all_tables_are_written(dsel: str, tmp_path: Path) -> None:
    packages, calls = tmp_path / "packages", tmp_path / "calls"
    (packages / "data_selection").mkdir(parents=True)
    (packages / "data_selection" / "__init__.py").write_text(REFERENCE)
    information = packages / "data_selection-1.0.3.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: data-selection\nVersion: 1.0.3\n")
    written = tmp_path / "RESULTS.md"
    subprocess.run(
        [
            sys.executable, str(ROOT / "scripts" / "benchmark.py"), "--pool", str(pool(tmp_path)),
            "--target", str(FIXTURES / "wiki.jsonl"), "--runs", "1", "--dsel", dsel, "--python", sys.executable,
            "--reference-megabytes", "2", "--output", str(written),
        ],
        check=True, env={**os.environ, "PYTHONPATH": str(packages), "CALLS": str(calls)},
    )  # fmt: skip
    assert calls.read_text() == "selected\n" * 2
    text = written.read_text()
    for name in [
        "`wc -w`", "`zstd -dc, a core`", "`reference package`", "`dsel`", "`dsel, 2 threads`",
        "`dsel --objective weight --fit-sample 0.1, 2 threads`", "`dsel, .zst of eight frames, 2 threads`",
    ]:  # fmt: skip
        assert re.search(rf"^\| {re.escape(name)} \| \d", text, re.MULTILINE), f"{name} is not in\n{text}"
    kernels = subprocess.check_output([dsel, "--version"], text=True).split("kernels: ")[1].split()[0]
    assert re.search(rf"^\| {kernels} \| all \| .*\| 1\.00 \|", text, re.MULTILINE)
    assert re.search(r"^\| scalar \| ja/fr/de \| \d", text, re.MULTILINE)
    goals = re.findall(r"^\| ([^|]*) \| [\d.]+ \| [\d.]+ \|$", text.split("## Goals")[1], re.MULTILINE)
    assert {"weigh, plain, MB/s a core", "the same with `--fit-sample 0.1` too", "start-up, ms, at most"} <= {*goals}
    # The stand-in takes a second for 20 MB, less what starting it varies by.
    assert 5 < float(re.search(r"^\| `reference package` \| ([\d.]+)", text, re.MULTILINE)[1]) < 80
    # What wasn't measured isn't there.
    assert not any("fasttext" in goal for goal in goals)
    assert "scripts/reference-select.py" in text and "dsel select --target wiki.jsonl --pool pool.jsonl.zst" in text
    assert written.with_suffix(".svg").read_text().startswith("<svg")


def test_threads_and_kinds_of_pools_are_compared(dsel: str, tmp_path: Path) -> None:
    table = subprocess.check_output(
        [
            sys.executable, str(ROOT / "scripts" / "core-speed.py"), "--pool", str(pool(tmp_path)), "--target",
            str(FIXTURES / "wiki.jsonl"), "--dsel", dsel, "--before", dsel, "--threads", "1", "3", "--runs", "1",
            "--copies", "3", "--folder", str(tmp_path),
        ],
        text=True,
    )  # fmt: skip
    rows = re.findall(r"^\| (plain|one frame|frames of 8 MiB) \| (1|3) \| (now|before) (?:\| [\d.]+ ){5}\|$", table, re.MULTILINE)
    assert len({*rows}) == 3 * 2 * 2, table
