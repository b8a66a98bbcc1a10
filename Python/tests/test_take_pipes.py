"""`take` by picks of a pool that came through a pipe, and by files that are none of picks."""

import pytest

arrow = pytest.importorskip("pyarrow")
pytest.importorskip("xxhash")

from conftest import WIKI, dsel  # noqa: E402
from test_take import content, fails, line_pool, pool  # noqa: E402, F401

import dsel as api  # noqa: E402


@pytest.mark.parametrize("rows", [False, True])
def test_a_pool_that_came_through_a_pipe(rows, pool, line_pool):  # noqa: F811
    """As `resample` does it: names of standard input belong to the pool's only file."""
    name, other = ("0.parquet", "1.parquet") if rows else ("0.jsonl", "2.jsonl")
    out = "taken.parquet" if rows else "taken.jsonl"
    words = ["select", "--target", WIKI, "--count", "9", "--min-tokens", "0"]
    dsel(*words, "--pool", "-", "--picks", "piped", stdin=content(name))
    dsel(*words, "--pool", name, "--picks", "picks")
    assert api.take("picks", f"expected.{out}") == api.take("piped", out, pool=name) == 9
    assert content(out) == content(f"expected.{out}")
    assert "a pipe" in str(fails("no_such_file", "piped", out, force=True))
    assert fails("changed", "piped", out, pool=other, force=True).file == other
    fails("unknown_shard", "piped", out, pool=[name, other], force=True)
    dsel(*words, "--pool", "-", other, "--picks", "two", stdin=content(name))
    said = fails("unknown_shard", "two", out, pool=[name, other], force=True)
    assert "only if it was the whole pool" in str(said)


@pytest.mark.parametrize("damaged", [b"", b"\n", b"x", b"[]", b"\xff\n", b"PAR1\0"])
def test_what_is_no_file_of_picks(damaged, tmp_path):
    (tmp_path / "picks").write_bytes(damaged)
    said = str(fails("unusable_picks", "picks", "taken.jsonl"))
    assert "Name one that" in said and "JSON" not in said and "codec" not in said
