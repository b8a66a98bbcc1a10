"""What `take` says of names that it can't use, and of packages that are missing."""

import os
import pathlib
import subprocess
import sys

import pytest
from conftest import CRAWL, WIKI, dsel
from pools import environment

import dsel as api
from dsel import _compressed


@pytest.fixture
def picked(tmp_path, crawl_lines):
    os.mkdir("pool")
    for number in range(2):
        lines = crawl_lines[number::2]
        pathlib.Path(f"pool/{number}.jsonl").write_bytes(b"".join(lines))
    words = ["--target", WIKI, "--pool", "pool", "--count", "9"]
    dsel("select", *words, "--picks", "picks")
    dsel("select", *words, "--output", "expected.jsonl")


@pytest.mark.parametrize("name", ["x.jsonl.zst", "sub/x.JSONL.ZSTD"])
def test_an_output_that_needs_a_package_is_named(picked, monkeypatch, name):
    """By its own name: a temporary file's means nothing to anybody."""
    os.mkdir("sub")
    for module in ("compression", "compression.zstd", "pyarrow"):
        # As if it weren't installed.
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError) as caught:
        api.take("picks", name)
    said = str(caught.value)
    assert said.startswith(f"{name} is to be compressed with zstd") and ".dsel-" not in said
    assert "pip install pyarrow" in said and "dsel[" not in said
    assert not os.path.exists(name) and not os.listdir("sub")
    # The advice is another name, too.
    assert api.take("picks", "x.jsonl.gz") == 9


def test_an_input_that_needs_a_package_is_named(monkeypatch):
    for module in ("compression", "compression.zstd", "pyarrow"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=r"crawl\.jsonl\.zst is compressed with zstd") as caught:
        _compressed.opened(str(CRAWL))
    assert "pip install pyarrow" in str(caught.value)


@pytest.mark.parametrize(
    "pool, said",
    [
        ("empty", "knows no file in this directory"),
        ("pool/*.jsonl", "a pattern isn't looked up"),
        ("pool/[01].jsonl", "a pattern isn't looked up"),
        ("other.jsonl", "knows no such file"),
    ],
)
def test_other_directories_and_patterns_of_the_pool_are_refused(picked, pool, said):
    pathlib.Path("other.jsonl").write_bytes(b"")
    os.mkdir("empty")
    with pytest.raises(api.DselError) as caught:
        api.take("picks", "o.jsonl", pool=pool)
    assert caught.value.code == "unknown_shard" and caught.value.file == pool
    assert said in str(caught.value)
    run = subprocess.run(
        [sys.executable, "-m", "dsel", "take", "picks", "-o", "o.jsonl", "--pool", pool],
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert run.returncode == 1 and said in run.stderr
    # The advice: a shell makes names of a pattern without quotes.
    names = sorted(map(str, pathlib.Path("pool").iterdir()))
    assert api.take("picks", "o.jsonl", pool=names) == 9
    assert pathlib.Path("o.jsonl").read_bytes() == pathlib.Path("expected.jsonl").read_bytes()


@pytest.mark.parametrize("pool", ["pool", "pool/", ["moved/x/0.jsonl", "moved"], "moved"])
def test_a_directory_of_the_pool_is_looked_into(picked, pool):
    """As dsel does. It may have other files, and links that lead back to it."""
    pathlib.Path("pool/other.jsonl").write_bytes(b"other")
    os.symlink("..", "pool/up")
    if "moved" in pool:
        os.mkdir("moved")
        os.rename("pool", "moved/x")
    named = [pool] if isinstance(pool, str) else pool
    run = subprocess.run(
        [sys.executable, "-m", "dsel", "take", "picks", "-o", "o.jsonl", "--pool", *named],
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert run.returncode == 0, run.stderr
    expected = pathlib.Path("expected.jsonl").read_bytes()
    assert expected and pathlib.Path("o.jsonl").read_bytes() == expected
    assert api.take("picks", "p.jsonl", pool=pool) == 9
    assert pathlib.Path("p.jsonl").read_bytes() == expected
