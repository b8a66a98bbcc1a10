"""A pool in shards, and processes that know nothing of one another."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from running import difference, run


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

    def fit(self, target: str, *options: str) -> None:
        self.run("fit", target, "--output", "target.model.zst", *options)
        self.for_each_shard(
            lambda shard: [
                *["fit", "--force", f"shards/{shard}", "--output", f"models/{shard}.model.zst"],
                *options,
            ]
        )
        self.merge("models", "pool.model.zst")

    def manifest(self, *arguments: str) -> dict[str, Any]:
        """Runs dsel with a manifest, which it returns."""
        self.run(*arguments, "--force", "--manifest", "manifest.json")
        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return found

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


def two_rounds(
    cluster: Cluster,
    weigh: list[str],
    models: Sequence[str] = ("--target-model", "target.model.zst"),
) -> None:
    """Keeps the candidates in two rounds, which must give those of one."""
    cluster.for_each_shard(
        lambda shard: [
            *[*weigh, f"shards/{shard}", "--keys-only", "--output", f"keys/{shard}.zst"],
            *["--manifest", "/dev/null"],
        ]
    )
    cluster.merge("keys", "all.keys.zst")
    cluster.for_each_shard(
        lambda shard: [
            *["weigh", "--force", *models, f"shards/{shard}"],
            *["--candidates-from", "all.keys.zst", "--output", f"completed/{shard}.zst"],
        ]
    )
    cluster.merge("completed", "all.completed.zst")
    cluster.same("all.candidates.zst", "all.completed.zst")
