"""Tests of the Python package: `scripts/test.sh --only python`, or

python -m pytest Python/tests --dsel .build-release/release/dsel
"""

import io
import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Fixtures"
sys.path.insert(0, str(ROOT / "Python/src"))
# A shell's background job ignores interrupts, and so would all programs that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption("--dsel", default=str(ROOT / ".build-release/release/dsel"))


def pytest_configure(config):
    os.environ["DSEL"] = os.path.abspath(config.getoption("--dsel"))


@pytest.fixture(autouse=True)
def nothing_left(tmp_path, monkeypatch):
    """Every test leaves no temporary file and no process."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path)
    before = children()
    yield
    import gc

    gc.collect()
    assert children() <= before
    assert list(scratch.iterdir()) == []


@pytest.fixture
def threads():
    """An engine."""
    from concurrent.futures import ThreadPoolExecutor

    from dsel.distributed import Futures

    with ThreadPoolExecutor(2) as executor:
        yield Futures(executor)


@pytest.fixture
def shards(tmp_path, crawl_lines):
    """Files of a pool."""
    from pools import write_shards

    return write_shards(tmp_path, crawl_lines)


@pytest.fixture
def store(monkeypatch):
    """An object store in memory, whose readers have places of their own.

    Those of fsspec share one, so that of two readers at a time, one would get a part.
    """
    memory = pytest.importorskip("fsspec.implementations.memory")
    shared = memory.MemoryFileSystem._open

    def own(self, path, mode="rb", **options):
        if mode == "rb" and self.isfile(path):
            return io.BytesIO(self.cat_file(path))
        return shared(self, path, mode, **options)

    monkeypatch.setattr(memory.MemoryFileSystem, "_open", own)
    store = memory.MemoryFileSystem()
    store.store.clear()
    yield store
    store.store.clear()


def processes():
    """The processes: number, parent, session, name."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            number, rest = path.read_text().split(" (", 1)
        except OSError:
            continue
        name, facts = rest.rsplit(") ", 1)
        state, parent, _, session = facts.split()[:4]
        if state != "Z":
            found.append((int(number), int(parent), int(session), name))
    return found


def children():
    """The programs that this process has started."""
    found = [(number, parent, name) for number, parent, _, name in processes()]
    if not found:
        out = subprocess.run(["/bin/ps", "-A", "-o", "pid=,ppid=,comm="], capture_output=True)
        found = [line.split(None, 2) for line in out.stdout.decode().splitlines()]
    own = str(os.getpid())
    return {number for number, parent, name in found if str(parent) == own and "dsel" in name}


def dsel(*arguments, stdin=None):
    """What the command writes to standard output."""
    run = subprocess.run(
        [os.environ["DSEL"], *map(str, arguments), "--quiet"], input=stdin, capture_output=True
    )
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


WIKI = FIXTURES / "wiki.jsonl"
CRAWL = FIXTURES / "crawl.jsonl.zst"


@pytest.fixture(scope="session")
def crawl_lines():
    out = subprocess.run(["zstd", "-dqc", str(CRAWL)], capture_output=True, check=True).stdout
    return out.splitlines(keepends=True)


@pytest.fixture(scope="session")
def crawl_rows(crawl_lines):
    return [json.loads(line) for line in crawl_lines]


@pytest.fixture(scope="session")
def wiki_rows():
    return [json.loads(line) for line in WIKI.read_bytes().splitlines()]


@pytest.fixture(scope="session")
def expected():
    """The lines of the command, for options."""
    made = {}

    def lines(*options):
        if options not in made:
            command = ["select", "--target", WIKI, "--pool", CRAWL, *options]
            made[options] = dsel(*command).splitlines(keepends=True)
        return made[options]

    return lines
