"""Shows that a draw needs no coordinator.

A pool in shards goes through fit, merge, weigh --candidates, merge and resample, each shard in
processes of its own, in a random order, two at a time, some of them twice. Documents are drawn by
weight, or chosen as a set: then for each shard anew, and once for all (resample --picks). For a set,
the candidates are also kept in two rounds, first their keys and then the n-grams of those that are
left (weigh --keys-only and --candidates-from). The result is compared byte for byte with one `dsel select` over all shards. With another pool, by hand:

    Tests/Robustness/.venv/bin/pytest Tests/Robustness/test_distributed.py \\
        --pool POOL --target TARGET --count 2000 --shards 16
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from running import FIXTURES, WIKI, difference, run


class Cluster:
    """A directory with the pool's shards, and processes that know nothing of one another."""

    def __init__(self, dsel: str, folder: Path, pool: str, shard_count: int, seed: int) -> None:
        self.dsel, self.folder, self.generator = dsel, folder, random.Random(seed)
        for name in ["shards", "models", "candidates", "parts", "keys", "completed"]:
            (folder / name).mkdir()
        lines = run(["zstd", "-dcqf", pool]).checked().output.splitlines(keepends=True)
        self.shards = self.write_shards(lines, shard_count)

    def write_shards(self, lines: list[bytes], count: int) -> list[str]:
        """Makes shards of unequal sizes in three containers; returns their names.

        Every fortieth line is in a second shard, too: which copy is drawn must not depend on who
        weighs it.
        """
        shards: list[list[bytes]] = [[] for _ in range(count)]
        for number, line in enumerate(lines, 1):
            first = number - 1 if number <= count else int(count * self.generator.random() ** 1.5)
            shards[first].append(line)
            if number % 40 == 0:
                shards[int(count * self.generator.random())].append(line)
        for number, shard in enumerate(shards):
            path = self.folder / "shards" / f"{number:04}.jsonl"
            path.write_bytes(b"".join(shard))
            if number % 3:
                run([["zstd", "-q", "--rm"], ["gzip"]][number % 3 - 1] + [str(path)]).checked()
        return sorted(path.name for path in (self.folder / "shards").iterdir())

    def run(self, *arguments: str) -> None:
        run([self.dsel, *arguments, "--quiet"], self.folder, seconds=3600).checked()

    def for_each_shard(self, arguments: Callable[[str], list[str]]) -> None:
        """Runs dsel for each shard in a random order, for every third one twice, two at a time."""
        tasks = self.shards + self.shards[2::3]
        self.generator.shuffle(tasks)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda shard: self.run(*arguments(shard)), tasks))

    def merge(self, kind: str, output: str) -> None:
        """Merges all files at once, and in groups of four and these in turn: both must agree."""
        names = [f"{kind}/{name}" for name in sorted(os.listdir(self.folder / kind))]
        self.run("merge", *names, "--output", output)
        self.generator.shuffle(names)
        groups = []
        for start in range(0, len(names), 4):
            groups.append(f"{output}.group-{start}.zst")
            self.run("merge", *names[start : start + 4], "--output", groups[-1])
        self.run("merge", *groups, "--output", f"{output}.grouped.zst")
        # Compressed files, whose names end alike.
        self.same(output, f"{output}.grouped.zst")

    def same(self, one: str, other: str) -> None:
        expected, found = [(self.folder / name).read_bytes() for name in [one, other]]
        assert expected == found, f"{other} is not as {one}: {difference(expected, found)}"


def in_two_rounds(cluster: Cluster, count: str) -> None:
    """Keeps the candidates of a set in two rounds, to all.completed.zst."""
    models = ["--target-model", "target.model.zst", "--pool-model", "pool.model.zst"]
    cluster.for_each_shard(
        lambda shard: [
            *["weigh", "--force", *models, f"shards/{shard}", "--candidates", count, "--keys-only"],
            *["--output", f"keys/{shard}.keys.zst", "--manifest", "/dev/null"],
        ]
    )
    cluster.merge("keys", "all.keys.zst")
    cluster.for_each_shard(
        lambda shard: [
            *["weigh", "--force", "--target-model", "target.model.zst", f"shards/{shard}"],
            *["--candidates-from", "all.keys.zst", "--output", f"completed/{shard}.zst"],
        ]
    )
    cluster.merge("completed", "all.completed.zst")


@pytest.mark.parametrize("objective", ["set", "weight"])
def test_processes_that_know_nothing_of_one_another_select_what_one_selects(
    dsel: str, tmp_path: Path, seed: int, pytestconfig: pytest.Config, objective: str
) -> None:
    target = os.path.abspath(pytestconfig.getoption("target") or WIKI)
    pool = os.path.abspath(pytestconfig.getoption("pool") or FIXTURES / "crawl.jsonl.zst")
    count = str(pytestconfig.getoption("count"))
    cluster = Cluster(dsel, tmp_path, pool, pytestconfig.getoption("shards"), seed)
    shards = [f"shards/{name}" for name in cluster.shards]

    cluster.run("fit", target, "--output", "target.model.zst")
    cluster.for_each_shard(
        lambda shard: ["fit", "--force", f"shards/{shard}", "--output", f"models/{shard}.model.zst"]
    )
    cluster.merge("models", "pool.model.zst")
    cluster.for_each_shard(
        lambda shard: [
            "weigh",
            "--force",
            "--target-model",
            "target.model.zst",
            "--pool-model",
            "pool.model.zst",
            f"shards/{shard}",
            "--candidates",
            count,
            "--objective",
            objective,
            "--output",
            f"candidates/{shard}.candidates.zst",
            "--manifest",
            "/dev/null",
        ]
    )
    cluster.merge("candidates", "all.candidates.zst")
    if objective == "set":
        in_two_rounds(cluster, count)
        cluster.same("all.candidates.zst", "all.completed.zst")
    cluster.run(
        "select",
        "--target",
        target,
        "--pool",
        *shards,
        "--count",
        count,
        "--objective",
        objective,
        "--output",
        "selected.jsonl",
    )
    selected = (tmp_path / "selected.jsonl").read_bytes()
    assert selected

    cluster.run("resample", "--candidates", "all.candidates.zst", "--picks", "picks.zst")
    # Candidates serve smaller selections, too.
    smaller = str(int(count) // 2)
    cluster.run(
        *["resample", "--candidates", "all.candidates.zst", "--count", smaller],
        *["--picks", "smaller.zst"],
    )
    for candidates in ["all.candidates.zst", "picks.zst"]:
        cluster.for_each_shard(
            lambda shard: [
                "resample",
                "--force",
                "--candidates",
                candidates,
                "--pool",
                f"shards/{shard}",
                "--output",
                f"parts/{shard}.jsonl",
                "--manifest",
                "/dev/null",
            ]
        )
        parts = b"".join(
            (tmp_path / "parts" / f"{shard}.jsonl").read_bytes() for shard in cluster.shards
        )
        assert parts == selected, difference(selected, parts)

    command = ["select", "--target", target, "--pool", *shards, "--objective", objective]
    cluster.run(*command, "--count", smaller, "--output", "smaller.jsonl")
    cluster.run("resample", "--candidates", "smaller.zst", "--pool", *shards, "-o", "copied.jsonl")
    cluster.same("smaller.jsonl", "copied.jsonl")
