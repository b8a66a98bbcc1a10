"""Pools in shards, and selections from them on many machines."""

import json
import os
import pathlib
import random
import subprocess
import warnings

from conftest import WIKI, dsel

import dsel as api
from dsel import distributed
from dsel.distributed import Futures

SHARDS = 4


def write_shards(folder, lines, count=SHARDS):
    """Shards of unequal sizes in three containers, one of them empty. Every fortieth line is in two
    of them."""
    chance = random.Random(1)
    parts = [[] for _ in range(count)]
    for number, line in enumerate(lines):
        parts[int((count - 1) * chance.random() ** 1.5)].append(line)
        if number % 40 == 0:
            parts[chance.randrange(count - 1)].append(line)
    (folder / "shards").mkdir()
    for number, part in enumerate(parts):
        path = folder / "shards" / f"{number:02}.jsonl"
        path.write_bytes(b"".join(part))
        if number % 3:
            packer = [["zstd", "-q", "--rm"], ["gzip"]][number % 3 - 1]
            subprocess.run([*packer, str(path)], check=True)
    return sorted(str(path) for path in (folder / "shards").iterdir())


def content(selected):
    """The selected lines, in the order of the files' names."""
    names = [name for name in sorted(os.listdir(selected.out)) if name.startswith("shard_")]
    assert [os.path.join(selected.out, name) for name in names] == selected.files
    files = [os.path.join(selected.out, name) for name in names]
    read = [subprocess.run(["zstd", "-dqcf", file], capture_output=True) for file in files]
    lines = b"".join(run.stdout for run in read)
    manifest = json.loads(pathlib.Path(selected.out, "manifest.json").read_bytes())
    assert manifest == selected.manifest
    assert manifest["selected"]["documents"] == len(lines.splitlines())
    return lines


def select(engine, target, pool, work="work", out="out", task_bytes=1, **options):
    """With a task for each shard."""
    with warnings.catch_warnings():
        # An empty shard, and short documents.
        warnings.simplefilter("ignore", api.DselWarning)
        return distributed.select(engine, target, pool, work, out, task_bytes=task_bytes, **options)


def expected_of(shards, *options, target=WIKI):
    return dsel("select", "--target", target, "--pool", *shards, *options)


def reused(selected):
    return {step: facts["reused"] == facts["tasks"] for step, facts in selected.steps.items()}


def environment(**more):
    """For processes that import the package."""
    sources = str(pathlib.Path(api.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": sources, **more}


class Interrupting(Futures):
    """Does something before or after a step."""

    def __init__(self, executor, label, action, is_after=False, **options):
        super().__init__(executor, **options)
        self.label, self.action, self.is_after = label, action, is_after

    def map(self, function, items, label):
        if label == self.label and not self.is_after:
            self.action()
        found = super().map(function, items, label)
        if label == self.label and self.is_after:
            self.action()
        return found
