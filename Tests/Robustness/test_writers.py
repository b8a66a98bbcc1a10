"""Commands that take a selection from dsel: --writer."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest
from readers import check_failure, marked_processes, names, select, shell
from running import WIKI, run, start


def test_a_writer_gets_what_a_file_would(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path
) -> None:
    taken, temporary = tmp_path / "taken", tmp_path / "temporary"
    taken.mkdir()
    temporary.mkdir()
    writer = shell(f'cat > {taken}/"${{1##*/}}"')
    options = ["--output", "s3://box/selected.jsonl", "--writer", writer]
    select(dsel, names(pool, ".jsonl"), *options, folder=temporary).checked()
    assert (taken / "selected.jsonl").read_bytes() == expected
    manifest = json.loads((taken / "selected.jsonl.manifest.json").read_text())
    assert manifest["outputs"][0]["path"] == "s3://box/selected.jsonl"
    assert manifest["outputs"][0]["writer"] == writer
    assert list(temporary.iterdir()) == []
    verified = run([dsel, "verify", str(taken / "selected.jsonl.manifest.json")]).checked()
    assert b"unknown    selected  s3://box/selected.jsonl" in verified.output


def test_a_writer_may_do_without_a_name(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path
) -> None:
    writer = f"sh -c 'cat > {tmp_path}/taken'"
    select(dsel, names(pool, ".jsonl"), "--writer", writer, folder=tmp_path).checked()
    assert (tmp_path / "taken").read_bytes() == expected
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_no_writer_starts_before_the_output_is_whole(dsel: str, pool: Path, tmp_path: Path) -> None:
    reader = shell('head -c 20000 "$1"; exit 3')
    options = ["--reader", f"3.jsonl={reader}", "--writer", f"touch {tmp_path}/began"]
    finished = select(dsel, names(pool, ".jsonl"), *options, folder=tmp_path)
    check_failure(finished, "failed with exit status 3")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", ["cat > taken", "cat > $HOME/taken"])
@pytest.mark.parametrize("name", ["", " sh", " sh {}"])
def test_a_script_that_would_replace_the_selection_is_refused(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path, script: str, name: str
) -> None:
    """The manifest comes after the selection, and such a script can't tell them apart."""
    writer = ["--writer", f"/bin/sh -c '{script}'{name}"]
    output = ["--output", "selected.jsonl"]
    finished = select(dsel, names(pool, ".jsonl"), *output, *writer, folder=tmp_path)
    assert finished.status == 64 and list(tmp_path.iterdir()) == []
    # Each of the three ways that the message names helps.
    command = re.search("--writer '(.*?)'\\.", finished.errors)
    assert command
    folder = tmp_path / "named"
    folder.mkdir()
    select(dsel, names(pool, ".jsonl"), *output, "--writer", command[1], folder=folder).checked()
    assert (folder / "selected.jsonl").read_bytes() == expected
    assert json.loads((folder / "selected.jsonl.manifest.json").read_bytes())
    if "HOME" not in script:
        for options in [writer, [*writer, *output, "--manifest", "m.json"]]:
            select(dsel, names(pool, ".jsonl"), *options, folder=folder).checked()
            assert (folder / "taken").read_bytes() == expected
        assert json.loads((folder / "m.json").read_bytes())


@pytest.mark.parametrize("script, read", [('head -c 10 > /dev/null; : "$1"', 10), (': "$1"', 0)])
def test_a_writer_that_reads_only_a_part_has_failed(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path, script: str, read: int
) -> None:
    options = ["--output", "s3://box/selected.jsonl", "--writer", shell(script)]
    finished = select(dsel, names(pool, ".jsonl"), *options, folder=tmp_path)
    part = f"has read only {read} of {len(expected):,} bytes of its standard input"
    check_failure(finished, part, "is kept in")
    [kept] = tmp_path.iterdir()
    assert kept.read_bytes() == expected


@pytest.mark.parametrize("script", ["head -c 10 > /dev/null; echo \"$1\" >&2; exit 9", ": $1; kill -9 $$"])
def test_a_writer_that_fails_loses_nothing(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path, script: str
) -> None:
    options = ["--output", "s3://box/selected.jsonl", "--writer", shell(script)]
    rest = tmp_path / "rest.jsonl"
    options += ["--remainder", str(rest)]
    finished = select(dsel, names(pool, ".jsonl"), *options, folder=tmp_path)
    check_failure(finished, "s3://box/selected.jsonl: the writer command 'sh -c ", "is kept in")
    [kept] = tmp_path.iterdir()
    assert str(kept) in finished.errors
    assert kept.read_bytes() == expected


def test_a_writers_standard_output_is_not_shown(dsel: str, pool: Path, tmp_path: Path) -> None:
    options = ["--output", "s3://box/selected.jsonl"]
    options += ["--writer", shell('tee "$0.copy/x"; echo "bad $1" >&2; cat; exit 9')]
    finished = select(dsel, names(pool, ".jsonl"), *options, folder=tmp_path)
    check_failure(finished, "bad s3://box/selected.jsonl", "is kept in")
    # tee would have printed the documents.
    assert '{"' not in finished.errors


def test_a_killed_dsel_ends_the_writer(dsel: str, pool: Path, tmp_path: Path) -> None:
    mark = f"DSEL_TEST_MARK={tmp_path}"
    command = [dsel, "select", "--target", WIKI, "--count", "60", "-q", "--writer"]
    command += [f"sh -c 'touch {tmp_path}/began; sleep 4711'", "--pool", *names(pool, ".jsonl")]
    process = start(command, environment={"DSEL_TEST_MARK": str(tmp_path), "TMPDIR": str(tmp_path)})
    deadline = time.monotonic() + 20
    while not (tmp_path / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert marked_processes(mark) == []
    assert os.listdir(tmp_path) == ["began"]
