"""Fills the disk of `dsel select`, and changes its pool while it runs."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kill_runs import FileRun, timed
from running import Content, differences
from running import run as run_program


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = run_program(["mount", "-t", "tmpfs", "-o", "size=100k", "dsel-test", str(folder)])
    if mounted.status != 0:
        pytest.skip("no tmpfs may be mounted here")
    yield folder
    run_program(["umount", str(folder)]).checked()


@pytest.mark.parametrize("full", ["output", "spool"])
def test_a_full_disk_is_an_error_that_leaves_nothing(
    dsel: str, small_disk: Path, crawl: Path, full: str
) -> None:
    pool, input = ([str(crawl)], None) if full == "output" else (["-"], crawl)
    run = FileRun(dsel, small_disk / full, pool, input)
    finished = run.finish()
    assert finished.status == 1, str(finished)
    advice = (
        "Free some space"
        if full == "output"
        else "Temporary files go to this directory. Set TMPDIR"
    )
    assert f"no space left on device. {advice}" in finished.errors, str(finished)
    assert run.names() == ["spool"]


def append(path: Path, lines: list[bytes]) -> None:
    with open(path, "ab") as file:
        file.write(lines[0])


def replace(path: Path, lines: list[bytes]) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(b"".join(lines))
    other.rename(path)


def truncate(path: Path, lines: list[bytes]) -> None:
    os.truncate(path, path.stat().st_size - len(lines[-1]))


def overwrite(path: Path, lines: list[bytes]) -> None:
    with open(path, "r+b") as file:
        file.write(lines[0].replace(b"e", b"i"))


def vanish(path: Path, lines: list[bytes]) -> None:
    path.unlink()


@pytest.mark.parametrize("change", [append, replace, truncate, overwrite, vanish])
def test_a_pool_that_changes_before_it_is_read_is_refused(
    dsel: str, tmp_path: Path, crawl: Path, change: Callable[[Path, list[bytes]], None]
) -> None:
    with open(crawl, "rb") as file:
        lines = file.readlines()
    run = FileRun(dsel, tmp_path / "run", ["pool.jsonl"])
    pool, target = run.folder / "pool.jsonl", run.folder / "target"
    shutil.copy(crawl, pool)
    # The target is a pipe that keeps dsel waiting once it has looked at the pool.
    os.mkfifo(target)
    run.command[run.command.index("--target") + 1] = "target"
    process = run.start()
    with open(target, "wb") as pipe:
        pipe.writelines(lines[:50])
        time.sleep(0.05)
        change(pool, lines)
    finished = run.ended(process)
    assert finished.status == 1, str(finished)
    said = "no such file" if change is vanish else "the file changed while it was read"
    assert said in finished.errors.lower(), str(finished)
    assert [name for name in run.names() if name not in ("pool.jsonl", "target", "spool")] == []


def overwrite_byte(path: Path) -> None:
    with open(path, "r+b") as file:
        file.seek(-200, os.SEEK_END)
        file.write(b"#")


@pytest.fixture(scope="module")
def both_results(
    dsel: str, crawl: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Content, Content, float]:
    """What undisturbed runs leave of the pool and of the changed one, and the seconds for one."""
    run = FileRun(dsel, tmp_path_factory.mktemp("results") / "run", ["pool.jsonl"])
    pool = run.folder / "pool.jsonl"
    shutil.copy(crawl, pool)
    expected, seconds = timed(run)
    overwrite_byte(pool)
    return expected, timed(run)[0], seconds


@pytest.mark.sampled
@pytest.mark.parametrize("round", range(20))
def test_a_pool_that_changes_while_it_is_read_is_refused_or_read_as_one(
    both_results: tuple[Content, Content, float],
    dsel: str,
    tmp_path: Path,
    crawl: Path,
    seed: int,
    round: int,
) -> None:
    *results, seconds = both_results
    run = FileRun(dsel, tmp_path / "run", ["pool.jsonl"])
    pool = run.folder / "pool.jsonl"
    shutil.copy(crawl, pool)
    process = run.start()
    time.sleep(random.Random(f"change {seed} {round}").uniform(0, seconds))
    overwrite_byte(pool)
    finished = run.ended(process)
    if finished.status == 0:
        found = run.outputs()
        assert found in results, f"not those of the pool: {differences(results[0], found)}"
    else:
        assert finished.status == 1, str(finished)
