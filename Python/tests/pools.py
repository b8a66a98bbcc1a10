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

SHARDS = 6


def write_shards(folder, lines):
    """Shards of unequal sizes in three containers, one of them empty. Every fortieth line is in two
    of them."""
    chance = random.Random(1)
    parts = [[] for _ in range(SHARDS)]
    for number, line in enumerate(lines):
        parts[int((SHARDS - 1) * chance.random() ** 1.5)].append(line)
        if number % 40 == 0:
            parts[chance.randrange(SHARDS - 1)].append(line)
    (folder / "shards").mkdir()
    for number, part in enumerate(parts):
        path = folder / "shards" / f"{number}.jsonl"
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


def select(engine, target, pool, work="work", out="out", **options):
    with warnings.catch_warnings():
        # An empty shard, and short documents.
        warnings.simplefilter("ignore", api.DselWarning)
        return distributed.select(engine, target, pool, work, out, **options)


def expected_of(shards, *options, target=WIKI):
    return dsel("select", "--target", target, "--pool", *shards, *options)


def reused(selected):
    return {step: facts["reused"] == facts["tasks"] for step, facts in selected.steps.items()}
