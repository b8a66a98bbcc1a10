"""`dsel weigh --flush-documents N`: a program sends documents, and waits for their weights."""

from __future__ import annotations

import gzip
import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from running import FIXTURES, QUIET, WIKI, run

# Far more than a weight takes. A dsel that waits for more documents never gives one.
PATIENCE = 20.0


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    """Documents of all lengths, the longest of some hundred KB."""
    documents = Path(WIKI).read_bytes().splitlines(keepends=True)
    long = json.dumps({"text": "many words and more " * 20_000}).encode() + b"\n"
    return [*documents[:150], long, *documents[150:249]]


@pytest.fixture(scope="module")
def models(dsel: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("models")
    for name, pool in [("target", WIKI), ("pool", str(FIXTURES / "crawl.jsonl.zst"))]:
        run([dsel, "fit", pool, "-o", f"{folder}/{name}", "--quiet"], folder).checked()
    return ["--target-model", f"{folder}/target", "--pool-model", f"{folder}/pool"]


@pytest.fixture(scope="module")
def weights(dsel: str, lines: list[bytes], models: list[str]) -> list[bytes]:
    """What weigh prints without the option."""
    finished = subprocess.run(
        [dsel, "weigh", *models, "-", "--quiet"],
        input=b"".join(lines), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return finished.stdout.splitlines(keepends=True)


@contextmanager
def weighing(dsel: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        [dsel, "weigh", *words, "-", "--quiet"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
        env={**os.environ, **QUIET},
    )  # fmt: skip
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            assert pipe
            pipe.close()


def received(output: IO[bytes], count: int) -> list[bytes]:
    """So many lines, without waiting for more; fewer at the end of the output."""
    found = b""
    deadline = time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while found.count(b"\n") < count:
            assert selector.select(deadline - time.monotonic()), "no weight came"
            block = os.read(output.fileno(), 1 << 20)
            if not block:
                break
            found += block
    return found.splitlines(keepends=True)


def send_plain(pipe: IO[bytes], block: bytes) -> None:
    left = memoryview(block)
    while left:
        left = left[pipe.write(left) :]


@pytest.mark.parametrize("threads", ["1", "4"])
@pytest.mark.parametrize("count", [1, 2, 100])
def test_weights_come_while_the_pipe_is_open(
    dsel: str, lines: list[bytes], models: list[str], weights: list[bytes], count: int, threads: str
) -> None:
    options = ["--flush-documents", str(count), "--threads", threads]
    with weighing(dsel, *models, *options) as child:
        assert child.stdin and child.stdout
        whole = len(lines) // count * count
        for start in range(0, whole, count):
            send_plain(child.stdin, b"".join(lines[start : start + count]))
            assert received(child.stdout, count) == weights[start : start + count]
        # The rest comes at the end.
        send_plain(child.stdin, b"".join(lines[whole:]))
        child.stdin.close()
        assert child.stdout.read() == b"".join(weights[whole:])
        assert child.wait(PATIENCE) == 0


def test_lines_may_come_in_pieces(
    dsel: str, lines: list[bytes], models: list[str], weights: list[bytes]
) -> None:
    with weighing(dsel, *models, "--flush-documents", "1") as child:
        assert child.stdin and child.stdout
        for number in range(20):
            for piece in (lines[number][:5], lines[number][5:-1], b"\n"):
                send_plain(child.stdin, piece)
                time.sleep(0.01)
            assert received(child.stdout, 1) == [weights[number]]
        # Two and a half lines at once, and what is left of the third.
        send_plain(child.stdin, lines[20] + lines[21] + lines[22][:7])
        assert received(child.stdout, 2) == weights[20:22]
        send_plain(child.stdin, lines[22][7:])
        assert received(child.stdout, 1) == [weights[22]]
        # The last line may have no end.
        send_plain(child.stdin, lines[23].rstrip())
        child.stdin.close()
        assert child.stdout.read() == weights[23]


def test_compressed_documents_come_as_soon_as_they_are_flushed(
    dsel: str, lines: list[bytes], models: list[str], weights: list[bytes]
) -> None:
    with weighing(dsel, *models, "--flush-documents", "1") as child:
        assert child.stdin and child.stdout
        with gzip.GzipFile(fileobj=child.stdin, mode="wb") as packed:
            for number in range(50):
                packed.write(lines[number])
                packed.flush()
                assert received(child.stdout, 1) == [weights[number]]
        child.stdin.close()
        assert child.wait(PATIENCE) == 0


@pytest.mark.parametrize("count", ["1", "3", "100", "100000"])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_files_have_the_same_weights(
    dsel: str, lines: list[bytes], models: list[str], tmp_path: Path, count: str, ending: str
) -> None:
    compress: Callable[[bytes], bytes] = gzip.compress if ending else bytes
    for number, part in enumerate([lines[:100], [], lines[100:]]):
        (tmp_path / f"{number}.jsonl{ending}").write_bytes(compress(b"".join(part)))
    names = [f"{number}.jsonl{ending}" for number in range(3)]
    command = [dsel, "weigh", *models, *names]
    expected = run(command, tmp_path).checked()
    flushed = run([*command, "--flush-documents", count], tmp_path).checked()
    assert flushed.output == expected.output


def test_an_invalid_line_ends_the_run_while_the_pipe_is_open(
    dsel: str, lines: list[bytes], models: list[str], weights: list[bytes]
) -> None:
    options = ["--flush-documents", "3", "--threads", "4"]
    with weighing(dsel, *models, *options) as child:
        assert child.stdin and child.stdout and child.stderr
        send_plain(child.stdin, b"".join(lines[:3]))
        assert received(child.stdout, 3) == weights[:3]
        send_plain(child.stdin, lines[3] + b"{}\n" + lines[4])
        # The program that waits sees the end of the weights.
        assert received(child.stdout, 3) == weights[3:4]
        assert child.wait(PATIENCE) == 1
        assert b"standard input:5: the field" in child.stderr.read()


def test_invalid_lines_that_are_skipped_count(
    dsel: str, lines: list[bytes], models: list[str], weights: list[bytes]
) -> None:
    options = ["--flush-documents", "3", "--on-error", "skip"]
    with weighing(dsel, *models, *options) as child:
        assert child.stdin and child.stdout
        send_plain(child.stdin, lines[0] + b"{}\n" + lines[1])
        found = received(child.stdout, 2)
    # Line numbers count all lines.
    assert json.loads(found[0]) == json.loads(weights[0])
    second = json.loads(weights[1])
    size = len(b"{}\n")
    assert json.loads(found[1]) == {
        **second, "id": "standard input/3", "offset": second["offset"] + size
    }  # fmt: skip


def test_a_line_that_is_too_long_has_its_number(
    dsel: str, lines: list[bytes], models: list[str]
) -> None:
    options = ["--flush-documents", "100", "--max-line-bytes", "300000"]
    with weighing(dsel, *models, *options) as child:
        assert child.stdin and child.stdout and child.stderr
        send_plain(child.stdin, b"".join(lines[:10]))
        try:
            send_plain(child.stdin, b'{"text": "' + b"a" * 1_000_000)
        except BrokenPipeError:
            pass
        assert child.wait(PATIENCE) == 1
        assert b"standard input:11: " in child.stderr.read()


def test_a_signal_ends_a_dsel_that_waits(dsel: str, lines: list[bytes], models: list[str]) -> None:
    with weighing(dsel, *models, "--flush-documents", "1") as child:
        assert child.stdin and child.stdout
        send_plain(child.stdin, lines[0])
        received(child.stdout, 1)
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    "options, message",
    [
        (["-o", "weights.jsonl"], "--output can't be used with --flush-documents"),
        (["--compress", "zstd"], "--compress can't be used with --flush-documents"),
        (["--work-dir", "work"], "--work-dir can't be used with --flush-documents"),
        (["--candidates", "5"], "--candidates can't be used with --flush-documents"),
        (["--format", "dolma"], "--format dolma can't be used with --flush-documents"),
        (["--on-error", "skip", "--rejects", "r.jsonl"], "--rejects can't be used with"),
        (["--flush-documents", "0"], "--flush-documents must be at least 1"),
    ],
)
def test_other_outputs_are_refused(
    dsel: str, models: list[str], tmp_path: Path, options: list[str], message: str
) -> None:
    command = [dsel, "weigh", *models, WIKI, *options]
    if "--flush-documents" not in options:
        command += ["--flush-documents", "1"]
    finished = run(command, tmp_path)
    assert finished.status == 64 and message in finished.errors, finished
    assert list(tmp_path.iterdir()) == []


def test_rows_are_refused(dsel: str, models: list[str], tmp_path: Path) -> None:
    pool = FIXTURES / "golden/parquet/duckdb-gzip-1.parquet"
    finished = run([dsel, "weigh", *models, str(pool), "--flush-documents", "1"], tmp_path)
    assert finished.status == 1 and "Leave --flush-documents out." in finished.errors, finished


def test_signals_are_never_lost(dsel: str, tmp_path: Path) -> None:
    """A signal may come at any moment of a dsel that begins, and that then waits for its input."""
    for number in range(60):
        with subprocess.Popen(
            [dsel, "fit", "-", "-o", "model"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
            env={**os.environ, **QUIET},
        ) as child:  # fmt: skip
            time.sleep(number * 0.0004)
            child.send_signal(signal.SIGTERM)
            try:
                # Ended by the signal itself before it listens, and in order after that.
                assert child.wait(PATIENCE) in (-signal.SIGTERM, 128 + signal.SIGTERM)
            finally:
                child.kill()
    assert list(tmp_path.iterdir()) == []
