"""`dsel resample --by-shard`: one run writes what one run for each shard would write."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from running import FIXTURES, WIKI, run

COUNT = 12


class Pool:
    """Twelve shards, one of them empty, and the choice among all their candidates."""

    def __init__(self, dsel: str, folder: Path, *options: str) -> None:
        self.dsel, self.folder = dsel, folder
        lines = run(["zstd", "-dcq", str(FIXTURES / "crawl.jsonl.zst")]).checked().output.splitlines(True)
        (folder / "shards").mkdir()
        for place in range(COUNT):
            name = folder / f"shards/{place:02}.jsonl"
            name.write_bytes(b"" if place == 5 else b"".join(lines[place::COUNT]))
        self.shards = [f"shards/{place:02}.jsonl" for place in range(COUNT)]
        self.run("fit", WIKI, "-o", "wiki.model")
        self.run("fit", *self.shards, "-o", "pool.model")
        models = ["--target-model", "wiki.model", "--pool-model", "pool.model"]
        self.run("weigh", *models, *self.shards, "--candidates", "30", *options, "-o", "kept")
        self.run("resample", "--candidates", "kept", "--picks", "picks")

    def run(self, *words: str, status: int = 0) -> str:
        finished = run([self.dsel, *words, "--quiet"], self.folder)
        assert finished.status == status, str(finished)
        return finished.errors

    def copy(self, *words: str, candidates: str = "picks", status: int = 0) -> str:
        return self.run("resample", "--candidates", candidates, "--by-shard", *words, status=status)

    def single(self, place: int) -> bytes:
        """What a run for this shard alone writes."""
        name = self.folder / f"single-{place}"
        if not name.exists():
            self.run("resample", "--candidates", "picks", "--pool", self.shards[place], "-o", name.name)
        return name.read_bytes()

    def files(self, directory: str = "out") -> dict[str, bytes]:
        found = {}
        for path in sorted((self.folder / directory).iterdir()):
            read = run(["zstd", "-dcqf", str(path)]).output
            found[path.name] = read
        return found

    def expected(self, *places: int) -> dict[str, bytes]:
        lines = {f"shard_{place:08}.jsonl.zst": self.single(place) for place in places}
        return {name: own for name, own in lines.items() if own}


@pytest.fixture
def pool(dsel: str, tmp_path: Path) -> Pool:
    return Pool(dsel, tmp_path)


def test_one_run_writes_what_single_runs_write(pool: Pool) -> None:
    # In any order of the files, and with one thread or several.
    for number, order in enumerate([pool.shards, pool.shards[::-1]]):
        pool.copy("--pool", *order, "--output-dir", f"out{number}", f"--threads={1 + 3 * number}")
        files = pool.files(f"out{number}")
        manifest = json.loads(files.pop("manifest.json"))
        assert files == pool.expected(*range(COUNT)) and len(files) > 5
        assert sorted(shard["path"] for shard in manifest["shards"]) == sorted(files)
        assert manifest["selected"]["documents"] == 30
    together = b"".join(pool.expected(*range(COUNT)).values())
    pool.run("resample", "--candidates", "picks", "--pool", *pool.shards, "-o", "one")
    assert together == (pool.folder / "one").read_bytes()
    # The choice may be made on the way.
    pool.copy("--pool", *pool.shards, "--output-dir", "out2", candidates="kept")
    assert pool.files("out2") | {"manifest.json": b""} == pool.files("out1") | {"manifest.json": b""}
    run([pool.dsel, "verify", "out1/manifest.json"], pool.folder).checked()


@pytest.mark.parametrize("options", [["--objective", "weight"], ["--near-duplicates", "0.8"]])
def test_other_candidates_and_containers(dsel: str, tmp_path: Path, options: list[str]) -> None:
    pool = Pool(dsel, tmp_path, *options)
    for compress, suffix in [("none", ""), ("gz", ".gz")]:
        pool.copy("--pool", *pool.shards, "--output-dir", compress, "--compress", compress)
        expected = {
            name.replace(".zst", suffix): lines for name, lines in pool.expected(*range(COUNT)).items()
        }  # fmt: skip
        if suffix:
            names = sorted((tmp_path / compress).glob("shard*"))
            found = {path.name: run(["gzip", "-dc", str(path)]).output for path in names}
        else:
            found = pool.files(compress)
            del found["manifest.json"]
        assert found == expected


def test_several_runs_share_a_directory(pool: Pool) -> None:
    parts = [range(4), range(4, 8), range(8, COUNT)]
    started = [
        subprocess.Popen(
            [pool.dsel, "resample", "--candidates", "picks", "--by-shard", "--output-dir", "out", "--quiet",
             "--pool", *[pool.shards[place] for place in part], "--manifest", f"{number}.json"],
            cwd=pool.folder)
        for number, part in enumerate(parts)
    ]  # fmt: skip
    assert [one.wait() for one in started] == [0, 0, 0]
    assert pool.files() == pool.expected(*range(COUNT))
    # One of them again: its files are there, and the others stay.
    again = ["--pool", *pool.shards[:4], "--output-dir", "out", "--manifest", "again.json"]
    assert "out" in pool.copy(*again, status=1)
    assert not (pool.folder / "again.json").exists()
    (pool.folder / "out/shard_00000000.jsonl.zst").write_bytes(b"old")
    (pool.folder / "out/shard_00000009.jsonl.zst").write_bytes(b"theirs")
    pool.copy(*again, "--force")
    files = pool.files()
    assert files.pop("shard_00000009.jsonl.zst") == b"theirs"
    assert files == pool.expected(*(place for place in range(COUNT) if place != 9))


def test_a_fault_leaves_no_file(pool: Pool) -> None:
    path = pool.folder / pool.shards[11]
    before = path.read_bytes()
    path.write_bytes(before.replace(b" the ", b" eht "))
    assert "11.jsonl" in pool.copy("--pool", *pool.shards, "--output-dir", "out", status=1)
    assert not (pool.folder / "out").exists()
    pool.copy("--pool", *pool.shards[:4], "--output-dir", "out", "--manifest", "m.json")
    assert "11.jsonl" in pool.copy(
        "--pool", *pool.shards, "--output-dir", "out", "--manifest", "n.json", "--force", status=1
    )
    assert pool.files() == pool.expected(0, 1, 2, 3)


def test_a_killed_run_is_repeated(pool: Pool) -> None:
    """One input is a pipe that doesn't end, so the run is waiting with its directory open."""
    command = [pool.dsel, "resample", "--candidates", "picks", "--by-shard", "--output-dir", "out", "--quiet",
               "--pool", *pool.shards[:4], "shards/04.jsonl=/dev/fd/0"]  # fmt: skip
    for number in (signal.SIGKILL, signal.SIGTERM):
        reading, writing = os.pipe()
        started = subprocess.Popen(command, cwd=pool.folder, stdin=reading)
        os.close(reading)
        end = time.monotonic() + 20
        while not list(pool.folder.glob(f"out/.part.{started.pid}.*")) and time.monotonic() < end:
            time.sleep(0.01)
        started.send_signal(number)
        started.wait()
        os.close(writing)
        if number == signal.SIGTERM:
            assert not (pool.folder / "out").exists() or list((pool.folder / "out").iterdir()) == []
    pool.copy("--pool", *pool.shards, "--output-dir", "out")
    files = pool.files()
    assert json.loads(files.pop("manifest.json")) and files == pool.expected(*range(COUNT))


def test_a_rerun_removes_what_a_killed_run_left(pool: Pool) -> None:
    """And nothing that belongs to other runs, or that it doesn't know."""
    pool.copy("--pool", *pool.shards[4:], "--output-dir", "out", "--manifest", "other.json")
    others = pool.files()
    out = pool.folder / "out"
    part = ["--pool", *pool.shards[:4], "--output-dir", "out", "--manifest", "m.json", "--force"]
    command = [pool.dsel, "resample", "--candidates", "picks", "--by-shard", "--quiet", *part]
    pool.copy(*part)
    begin = time.monotonic()
    pool.copy(*part)
    length = time.monotonic() - begin
    # Moments at the end, where names change, and at the begin.
    left: set[str] = set()
    for number in range(60):
        started = subprocess.Popen(command, cwd=pool.folder)
        time.sleep(length * (0.1 + 0.9 * number / 60))
        started.kill()
        started.wait()
        left |= {path.name.rsplit(".", 1)[1] for path in out.iterdir() if path.name.startswith(".")}
    assert left & {"dsel-old", "dsel-tmp"}
    # Older shards of another run, and of a run that lives.
    for name, shard in [(".shards.1.dsel-old", 9), (".shards.2.dsel-old", 1), (".shards.3.dsel-old", 1)]:
        (out / name).mkdir()
        (out / name / f"shard_{shard:08}.jsonl.zst").write_bytes(b"older")
    (out / ".shards.4.dsel-tmp").write_bytes(b"\n")
    living = os.open(out / ".shards.3.dsel-old", os.O_RDONLY)
    fcntl.flock(living, fcntl.LOCK_EX)
    (out / ".own").write_bytes(b"")
    pool.copy(*part)
    os.close(living)
    hidden = {path.name for path in out.iterdir() if path.name.startswith(".")}
    assert hidden == {".shards.1.dsel-old", ".shards.3.dsel-old", ".own"}
    for name in hidden - {".own"}:
        shutil.rmtree(out / name)
    (out / ".own").unlink()
    assert pool.files() == pool.expected(0, 1, 2, 3) | others


def test_thousands_of_shards_need_few_descriptors(dsel: str, tmp_path: Path) -> None:
    lines = run(["zstd", "-dcq", str(FIXTURES / "crawl.jsonl.zst")]).checked().output.splitlines(True)
    (tmp_path / "shards").mkdir()
    for place, line in enumerate(lines[:700]):
        (tmp_path / f"shards/{place:04}.jsonl").write_bytes(line)
    for name, pool in [("t", WIKI), ("p", "shards")]:
        run([dsel, "fit", "--quiet", pool, "-o", f"{name}.model"], tmp_path).checked()
    weigh = [dsel, "weigh", "--quiet", "--target-model", "t.model", "--pool-model", "p.model"]
    run([*weigh, "shards", "--candidates", "700", "--objective", "weight", "-o", "kept"], tmp_path).checked()
    copy = f"ulimit -n 64 && exec {dsel} resample --quiet --candidates kept --pool shards --by-shard"
    copy += " --output-dir out"
    run(["bash", "-c", copy], tmp_path).checked()
    names = sorted(path for path in (tmp_path / "out").iterdir() if path.name != "manifest.json")
    read = b"".join(run(["zstd", "-dcq", str(path)]).output for path in names)
    run([dsel, "resample", "--quiet", "--candidates", "kept", "--pool", "shards", "-o", "one"], tmp_path).checked()
    assert len(names) > 500 and read == (tmp_path / "one").read_bytes()


def test_a_pool_file_is_not_replaced(pool: Pool) -> None:
    pool.copy("--pool", *pool.shards, "--output-dir", "out")
    before = pool.files()
    names = sorted(name for name in before if name.startswith("shard_"))
    files = [f"out/{name}" for name in names]
    pool.run("fit", *files, "-o", "two.model")
    models = ["--target-model", "wiki.model", "--pool-model", "two.model"]
    pool.run("weigh", *models, *files, "--candidates", "5", "-o", "kept2")
    copy = ["--pool", *files, "--output-dir", "out", "--manifest", "m.json", "--force"]
    assert "out/shard_" in pool.copy(*copy, candidates="kept2", status=1)
    assert pool.files() == before


def test_files_and_manifests_of_other_runs_stay(pool: Pool) -> None:
    pool.copy("--pool", *pool.shards[:4], "--output-dir", "out")
    manifest = pool.files()["manifest.json"]
    pool.copy("--pool", *pool.shards[4:], "--output-dir", "out", "--manifest", "m.json", "--force")
    assert pool.files() == pool.expected(*range(COUNT)) | {"manifest.json": manifest}
    # The message names a file, since only this run's own would be replaced.
    again = ["--pool", *pool.shards[4:], "--output-dir", "out", "--manifest", "n.json"]
    assert "out/shard_00000004.jsonl.zst: the file exists. Add --force" in pool.copy(*again, status=1)


def test_a_file_that_another_run_reads_is_not_replaced(pool: Pool) -> None:
    """Of the pool's files, this run has the first, and the directory the second."""
    (pool.folder / "b").mkdir()
    for number, place in enumerate([0, 1]):
        target = pool.folder / ["a.jsonl", "b/shard_00000000.jsonl"][number]
        target.write_bytes((pool.folder / pool.shards[place]).read_bytes())
    files = ["a.jsonl", "b/shard_00000000.jsonl"]
    pool.run("fit", *files, "-o", "two.model")
    models = ["--target-model", "wiki.model", "--pool-model", "two.model"]
    pool.run("weigh", *models, *files, "--candidates", "5", "-o", "kept2")
    before = pool.files("b")
    copy = ["--pool", "a.jsonl", "--output-dir", "b", "--manifest", "m.json", "--force"]
    assert "b/shard_00000000.jsonl" in pool.copy(*copy, candidates="kept2", status=1)
    assert pool.files("b") == before
