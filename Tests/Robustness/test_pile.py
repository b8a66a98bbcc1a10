"""scripts/pile-cost.py at a tiny size: its documents differ, and it selects what one run selects,
also if it was killed on its way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running import FIXTURES, ROOT, WIKI, Finished, run

SCRIPT = [sys.executable, str(ROOT / "scripts/pile-cost.py")]
CRAWL = str(FIXTURES / "crawl.jsonl.zst")
SHARDS = 3


def command(dsel: str, folder: Path, *more: str) -> list[str]:
    given = ["--dsel", dsel, "--base", CRAWL, "--target", WIKI, "--bytes", "9M"]
    return [*SCRIPT, "--directory", str(folder), *given, f"--shards={SHARDS}", "--count=40", *more]


def selected(folder: Path) -> list[bytes]:
    return [(folder / f"selected/{number:02}.jsonl").read_bytes() for number in range(SHARDS)]


def log(folder: Path) -> list[dict]:
    lines = (folder / "log.jsonl").read_bytes().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


@pytest.fixture(scope="module")
def finished(dsel: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Finished]:
    folder = tmp_path_factory.mktemp("pile")
    return folder, run(command(dsel, folder, "--check"), folder).checked()


def test_selects_what_one_select_does(finished: tuple[Path, Finished]) -> None:
    folder, _ = finished
    copies = b"".join(selected(folder))
    assert copies.count(b"\n") == 40
    assert copies == (folder / "one.jsonl").read_bytes()


def test_all_documents_differ(finished: tuple[Path, Finished]) -> None:
    folder, _ = finished
    counted = {line["shard"]: line for line in log(folder)[1:] if line["stage"] == "fit"}
    texts: list[str] = []
    for number in range(SHARDS):
        words = ["./generate", "halves", f"shards/{number:02}.shard", "documents"]
        output = run(words, folder).checked().output
        lines = output.splitlines()
        # The last line is the one that reaches the shard's size.
        assert len(output) - len(lines[-1]) - 1 < 3_000_000 <= len(output)
        assert [counted[number][name] for name in ("documents", "bytes")] == [
            len(lines),
            len(output),
        ]
        texts += [json.loads(line)["text"] for line in lines]
    assert len(set(texts)) == len(texts) > 4_000


def test_the_table_has_all_steps(finished: tuple[Path, Finished]) -> None:
    _, ended = finished
    table = [line for line in ended.output.decode().splitlines() if line.startswith("| `")]
    assert len(table) == 9
    for line in table:
        *_, memory, bound = line.strip("| ").split(" | ")
        assert int(memory) <= int(bound), line


def test_goes_on_after_a_kill(dsel: str, finished: tuple[Path, Finished], tmp_path: Path) -> None:
    # Kills it with the programs that it runs, once in each of several steps.
    for steps in (2, 6, 10):
        process = subprocess.Popen(
            command(dsel, tmp_path), start_new_session=True, stderr=subprocess.DEVNULL
        )
        while not ((tmp_path / "log.jsonl").exists() and len(log(tmp_path)) > steps):
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    before = log(tmp_path)
    run(command(dsel, tmp_path), tmp_path).checked()
    assert log(tmp_path)[: len(before)] == before
    done = [(line["stage"], line["shard"]) for line in log(tmp_path)[1:]]
    assert len(done) == len(set(done)) == 5 + 4 * SHARDS
    assert selected(tmp_path) == selected(finished[0])


def test_files_of_the_same_documents_give_the_same_selection(
    dsel: str, finished: tuple[Path, Finished], tmp_path: Path
) -> None:
    run(command(dsel, tmp_path, "--form=zst", "--threads=2", "--jobs=1"), tmp_path).checked()
    assert selected(tmp_path) == selected(finished[0])


def test_other_settings_need_another_directory(dsel: str, finished: tuple[Path, Finished]) -> None:
    folder, _ = finished
    refused = run([*command(dsel, folder), "--count=50"], folder)
    assert refused.status == 1
    assert "is of a run with other settings (count)" in refused.errors


def test_a_failing_step_ends_the_run(dsel: str, tmp_path: Path) -> None:
    (tmp_path / "target.jsonl").write_text("{}\n")
    words = command(dsel, tmp_path / "run")
    words[words.index(WIKI)] = str(tmp_path / "target.jsonl")
    failed = run(words, tmp_path)
    assert failed.status == 1
    assert 'target failed:\ntarget.jsonl:1: the field "text" is missing' in failed.errors
