"""A selection on several machines, in a minute on one:

    python -m dsel.distributed.example

It cuts the pool of Fixtures into 12 shards (made-up documents, where there is no checkout), selects
100 documents from them on a local Ray cluster (or with threads, if Ray isn't installed), and
compares them with those of one `dsel select`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dsel
from dsel.distributed import Engine, Futures, Ray, select

FIXTURES = Path(__file__).resolve().parents[4] / "Fixtures"
SHARDS = 12


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dsel.distributed.example")
    parser.add_argument("--target", type=Path, help="Files of JSON lines, instead of Fixtures.")
    parser.add_argument("--pool", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--threads", action="store_true", help="Use threads, even if Ray is there.")
    given = parser.parse_args()
    if (given.target is None) != (given.pool is None):
        parser.error("give both --target and --pool, or neither")
    for path in (given.target, given.pool):
        if path is not None and not path.exists():
            print(
                f"{path}: there is no such file. Name your own with --target and --pool: files of"
            )
            print('JSON lines with a "text".')
            return 1
    # Some documents are short, which needs no warning here.
    warnings.simplefilter("ignore", dsel.DselWarning)
    with tempfile.TemporaryDirectory(prefix="dsel-example-") as folder:
        target, pool = given.target, given.pool
        if target is None:
            target, pool = examples(Path(folder))
        shards = cut(target, pool, Path(folder) / "pool")
        print(f"{len(shards)} shards, {given.count} documents, {os.cpu_count()} processors")
        engine = begin(is_threads=given.threads)
        start = time.monotonic()
        selected = select(
            engine,
            target,
            shards,
            Path(folder) / "work",
            Path(folder) / "selected",
            count=given.count,
            task_bytes=1,
            compress="none",
        )
        for step, facts in selected.steps.items():
            print(f"  {step:17} {facts['tasks']:3.0f} tasks {facts['bytes']:10,.0f} bytes")
        print(f"many tasks: {time.monotonic() - start:.1f} s, {len(selected.files)} files")
        parts = b"".join(Path(file).read_bytes() for file in selected.files)
        whole = b"".join(dsel.select(target, shards, count=given.count).lines())
        if parts != whole:
            print("the bytes differ from those of one dsel select: this is a bug")
            return 1
        print(f"the same {len(whole):,} bytes as one dsel select")
    return 0


def examples(folder: Path) -> tuple[Path, Path]:
    """The files of Fixtures; without a checkout, a target and a pool of made-up words."""
    names = ("wiki.jsonl", "crawl.jsonl.zst")
    if all((FIXTURES / name).exists() for name in names):
        return FIXTURES / names[0], FIXTURES / names[1]
    print("Fixtures isn't here, so the documents are made up.")
    chance = random.Random(1)
    paths = folder / "target.jsonl", folder / "pool.jsonl"
    for path, count, subjects in zip(paths, (60, 2400), ((0,), (0, 1, 2))):
        with open(path, "w") as file:
            for _ in range(count):
                first = 400 * chance.choice(subjects)
                words = (f"word{first + int(600 * chance.random() ** 2)}" for _ in range(200))
                file.write(json.dumps({"text": " ".join(words)}) + "\n")
    return paths


def cut(target: Path, pool: Path, folder: Path) -> list[Path]:
    """Writes the pool's lines to shards."""
    folder.mkdir()
    # All documents, as lines: the program knows how to decompress them.
    every = dsel.select(
        target, pool, count="1G", objective="weight", duplicates="keep", min_tokens=0
    )
    lines = list(every.lines())
    size = -(-len(lines) // SHARDS)
    paths = []
    for number in range(SHARDS):
        paths.append(folder / f"{number:04}.jsonl")
        paths[-1].write_bytes(b"".join(lines[number * size : (number + 1) * size]))
    return paths


def begin(*, is_threads: bool) -> Engine:
    if not is_threads:
        try:
            # Its own cluster, even if another runs on this machine.
            engine = Ray("local", init={"include_dashboard": False, "log_to_driver": False})
            print("engine: Ray, on this machine")
            return engine
        except ImportError:
            print("engine: threads, because Ray isn't installed: pip install ray")
    return Futures(ThreadPoolExecutor(os.cpu_count()))


if __name__ == "__main__":
    sys.exit(main())
