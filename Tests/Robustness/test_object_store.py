"""Selections from and to an object store: moto stands in for S3, and s5cmd reads and writes.

`scripts/test.sh --only readers` installs both, in an environment of their own.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from readers import select
from running import ROOT, run

BIN = ROOT / "Tests/Robustness/.venv-store/bin"

pytestmark = pytest.mark.skipif(
    not (BIN.parent / "installed").exists(), reason="moto and s5cmd aren't installed"
)


@pytest.fixture(scope="module")
def store(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The addresses of the fixtures' pool, in four objects."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("store") / "log"
    with open(log, "wb") as output:
        server = subprocess.Popen(
            [BIN / "moto_server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    before = dict(os.environ)
    os.environ.update(
        AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_REGION="us-east-1",
        S3_ENDPOINT_URL=f"http://127.0.0.1:{port}", PATH=f"{BIN}:{os.environ['PATH']}",
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while run(["s5cmd", "mb", "s3://crawl"]).status != 0:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        lines = crawl.read_bytes().splitlines(keepends=True)
        addresses = []
        for number in range(4):
            part = log.parent / f"{number}.jsonl"
            part.write_bytes(
                b"".join(lines[len(lines) * number // 4 : len(lines) * (number + 1) // 4])
            )
            addresses.append(f"s3://crawl/en/{number}.jsonl")
            run(["s5cmd", "cp", str(part), addresses[-1]]).checked()
        yield addresses
    finally:
        server.terminate()
        server.wait()
        os.environ.clear()
        os.environ.update(before)


READER = ["--reader", "s3://*=s5cmd cat"]


@pytest.mark.parametrize("spool", [[], ["--spool"]], ids=["again", "spool"])
def test_objects_are_read_as_files_are(
    dsel: str, crawl: Path, store: list[str], spool: list[str]
) -> None:
    expected = select(dsel, [str(crawl)]).checked().output
    assert select(dsel, store, *READER, *spool).checked().output == expected


def test_a_missing_key_is_an_error(dsel: str, store: list[str]) -> None:
    finished = select(dsel, [*store[:3], "s3://crawl/en/nope.jsonl"], *READER)
    assert finished.status == 1
    assert "s3://crawl/en/nope.jsonl: the reader command 's5cmd cat' failed" in finished.errors
    assert "not found" in finished.errors


def test_a_selection_becomes_an_object_when_it_is_whole(
    dsel: str, crawl: Path, store: list[str]
) -> None:
    expected = select(dsel, [str(crawl)]).checked().output
    options = ["-o", "s3://crawl/out/selected.jsonl", "--writer", "s5cmd pipe"]
    failed = select(dsel, [*store, "s3://crawl/nope"], *READER, *options)
    assert failed.status == 1
    assert run(["s5cmd", "ls", "s3://crawl/out/*"]).status != 0
    select(dsel, store, *READER, *options).checked()
    assert run(["s5cmd", "cat", "s3://crawl/out/selected.jsonl"]).checked().output == expected
    manifest = run(["s5cmd", "cat", "s3://crawl/out/selected.jsonl.manifest.json"]).checked()
    assert b'"writer" : "s5cmd pipe"' in manifest.output


def test_a_bucket_that_is_missing_loses_nothing(
    dsel: str, crawl: Path, store: list[str], tmp_path: Path
) -> None:
    options = ["-o", "s3://nope/selected.jsonl", "--writer", "s5cmd pipe"]
    finished = select(dsel, store, *READER, *options, folder=tmp_path)
    assert finished.status == 1
    [kept] = tmp_path.iterdir()
    assert str(kept) in finished.errors
    assert kept.read_bytes() == select(dsel, [str(crawl)]).checked().output
