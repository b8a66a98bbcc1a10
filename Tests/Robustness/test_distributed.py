"""Shows that a draw needs no coordinator.

A pool in shards goes through fit, merge, weigh --candidates, merge and resample, each shard in
processes of its own, in a random order, two at a time, some of them twice. Documents are drawn by
weight, or chosen as a set: then for each shard anew, and once for all (resample --picks). For a set,
the candidates are also kept in two rounds, first their keys and then the n-grams of those that are
left (weigh --keys-only and --candidates-from). The result is compared byte for byte with one `dsel
select` over all shards. A table of other options, such as budgets of tokens and bytes, follows with
fewer shards. With another pool, by hand:

    Tests/Robustness/.venv/bin/pytest Tests/Robustness/test_distributed.py \\
        --pool POOL --target TARGET --count 2000 --shards 16
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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


STRATA = [
    # Options of weigh, its unit and size, and options of select and resample.
    ([], "documents", 300, [["--count", "300"], ["--count", "120", "--fill"]]),
    (
        ["--logistic-share", "0.3"],
        "documents",
        400,
        [
            ["--count", "400", "--mixture", "wiki=0.3,saga=0.2", "--fill"],
            ["--count", "399", "--mixture", "wiki=0.5,code=0.5"],
            ["--count", "200", "--mixture-temperature", "3"],
            ["--count", "77", "--mixture", "saga=1", "--fill"],
        ],
    ),
    (
        ["--seed", "5", "--temperature", "20"],
        "tokens",
        60000,
        [["--tokens", "60000"], ["--tokens", "9000", "--mixture", "saga=0.4,german=0"]],
    ),
    (
        ["--logistic-share", "0.5"],
        "bytes",
        200000,
        [["--bytes", "200000", "--mixture", "wiki=0.25"], ["--bytes", "70001"]],
    ),
    # More than there is of any value.
    ([], "documents", 5000, [["--count", "5000"], ["--count", "3000", "--fill"]]),
]


@pytest.mark.parametrize("options, unit, kept, draws", STRATA)
def test_strata_of_shards_select_what_one_selects(
    dsel: str,
    tmp_path: Path,
    seed: int,
    options: list[str],
    unit: str,
    kept: int,
    draws: list[list[str]],
) -> None:
    """Texts have copies in other shards, some of them with another value of the field."""
    cluster = Cluster(dsel, tmp_path, moved_copies(tmp_path), 6, seed)
    shards = [f"shards/{name}" for name in cluster.shards]
    cluster.fit(WIKI)
    options = ["--objective", "weight", *options]
    models = ["--target-model", "target.model.zst", "--pool-model", "pool.model.zst"]
    weigh = ["weigh", "--force", *models, "--candidates", str(kept), "--budget", unit, *options]
    weigh += ["--stratify", "domain"]
    cluster.for_each_shard(
        lambda shard: [
            *[*weigh, f"shards/{shard}", "--output", f"candidates/{shard}.zst"],
            *["--manifest", "/dev/null"],
        ]
    )
    cluster.merge("candidates", "all.candidates.zst")
    cluster.run(*weigh, *shards, "--output", "one.zst")
    cluster.same("all.candidates.zst", "one.zst")
    # The candidates serve draws without strata, too.
    size = draws[0][:2]
    for draw in [*[["--stratify", "domain", *draw] for draw in draws], size]:
        select = ["select", "--target", WIKI, "--pool", *shards, *options, *draw]
        manifest = cluster.manifest(*select, "-o", "selected.jsonl")
        copy = ["resample", "--pool", *shards, "-o", "drawn.jsonl", "--candidates"]
        drawn = cluster.manifest(*copy, "all.candidates.zst", *draw)
        cluster.same("selected.jsonl", "drawn.jsonl")
        assert comparable(drawn) == comparable(manifest)
        for name in ["parts", "outside_mixture"]:
            assert drawn.get(name) == manifest.get(name)
        cluster.run(
            *["resample", "--force", "--candidates", "all.candidates.zst", *draw],
            *["--picks", "picks.zst"],
        )
        copied = cluster.manifest(*copy, "picks.zst")
        cluster.same("selected.jsonl", "drawn.jsonl")
        names = ["documents", "bytes", "shortfall", "all_eligible", "by_logistic"]
        for name in names:
            assert copied["selected"][name] == manifest["selected"][name]


def moved_copies(folder: Path) -> str:
    """The fixture's pool, and copies of many of its texts in other domains."""
    text = run(["zstd", "-dcq", str(FIXTURES / "crawl.jsonl.zst")]).checked().output
    lines = text.splitlines()
    domains = ["wiki", "saga", "code", "german"]
    for number, line in enumerate(lines[::3]):
        document = json.loads(line)
        document["domain"] = domains[number % 4]
        lines.append(json.dumps(document).encode())
    path = folder / "pool.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return str(path)


def two_rounds(cluster: Cluster, weigh: list[str]) -> None:
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
            *["weigh", "--force", "--target-model", "target.model.zst", f"shards/{shard}"],
            *["--candidates-from", "all.keys.zst", "--output", f"completed/{shard}.zst"],
        ]
    )
    cluster.merge("completed", "all.completed.zst")
    cluster.same("all.candidates.zst", "all.completed.zst")


@pytest.mark.parametrize("objective", ["set", "weight"])
def test_processes_that_know_nothing_of_one_another_select_what_one_selects(
    dsel: str, tmp_path: Path, seed: int, pytestconfig: pytest.Config, objective: str
) -> None:
    target = os.path.abspath(pytestconfig.getoption("target") or WIKI)
    pool = os.path.abspath(pytestconfig.getoption("pool") or FIXTURES / "crawl.jsonl.zst")
    count = str(pytestconfig.getoption("count"))
    cluster = Cluster(dsel, tmp_path, pool, pytestconfig.getoption("shards"), seed)
    shards = [f"shards/{name}" for name in cluster.shards]

    cluster.fit(target)
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
        models = ["--target-model", "target.model.zst", "--pool-model", "pool.model.zst"]
        two_rounds(cluster, ["weigh", "--force", *models, "--candidates", count])
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


WEIGHT = ["--objective", "weight"]
# Options of the draw, and sizes: the one that candidates are kept for, and smaller ones.
TABLE: list[tuple[list[str], str, list[str]]] = [
    (WEIGHT, "tokens", ["60000", "4001", "150"]),
    ([*WEIGHT, "--logistic-share", "0.3"], "tokens", ["50000", "7777"]),
    ([*WEIGHT, "--logistic-share", "0.3"], "bytes", ["300000", "54321"]),
    ([*WEIGHT, "--seed", "7", "--temperature", "30"], "bytes", ["200000", "2000"]),
    (["--top-k", "--max-tokens", "400"], "tokens", ["20000", "999"]),
    ([*WEIGHT, "--near-duplicates", "0.8", "--logistic-share", "0"], "tokens", ["40000", "5000"]),
    # More than there is.
    (WEIGHT, "bytes", ["1000000000", "100000"]),
    ([], "tokens", ["30000", "3000"]),
    (["--seed", "3", "--min-tokens", "0"], "tokens", ["90000", "20000"]),
    (["--max-tokens", "300"], "bytes", ["100000", "40000"]),
    (["--near-duplicates", "0.8"], "bytes", ["80000"]),
    ([], "tokens", ["900000"]),
]


@pytest.fixture(scope="module")
def large_pool(tmp_path_factory: pytest.TempPathFactory) -> str:
    """More documents than all are candidates of a set."""
    lines = run(["zstd", "-dcq", str(FIXTURES / "crawl.jsonl.zst")]).checked().output.splitlines()
    path = tmp_path_factory.mktemp("pool") / "pool.jsonl"
    with path.open("wb") as file:
        for turn in range(10):
            for line in lines:
                changed = re.sub(rb'"text": ?"', rb"\g<0>turn%d " % turn, line, count=1)
                file.write(changed + b"\n")
    return str(path)


# What the manifests of select and resample must both have.
COMPARED = ["seed", "eligible_documents", "under_min_tokens", "over_max_tokens", "near_duplicates"]
SELECTED = [
    *["documents", "bytes", "shortfall", "shortfall_unit", "all_eligible", "dropped_copies"],
    *["by_logistic", "threshold_key"],
]


def comparable(manifest: dict[str, Any]) -> dict[str, Any]:
    found = {name: manifest.get(name) for name in COMPARED}
    found |= {name: manifest["selected"].get(name) for name in SELECTED}
    found |= {name: manifest["settings"].get(name) for name in ["size", "objective", "top_k"]}
    return found


@pytest.mark.parametrize("options, unit, sizes", TABLE)
def test_budgets_of_shards_select_what_one_selects(
    dsel: str,
    tmp_path: Path,
    seed: int,
    large_pool: str,
    options: list[str],
    unit: str,
    sizes: list[str],
) -> None:
    # The large pool is full of near-duplicates.
    pool = str(FIXTURES / "crawl.jsonl.zst") if "--near-duplicates" in options else large_pool
    cluster = Cluster(dsel, tmp_path, pool, 5, seed)
    shards = [f"shards/{name}" for name in cluster.shards]
    lengths = options[options.index("--min-tokens") :][:2] if "--min-tokens" in options else []
    cluster.fit(WIKI, *lengths)
    models = ["--target-model", "target.model.zst", "--pool-model", "pool.model.zst"]
    weigh = ["weigh", "--force", *models, "--candidates", sizes[0], "--budget", unit, *options]
    cluster.for_each_shard(
        lambda shard: [
            *[*weigh, f"shards/{shard}", "--output", f"candidates/{shard}.zst"],
            *["--manifest", "/dev/null"],
        ]
    )
    cluster.merge("candidates", "all.candidates.zst")
    # One run over all shards keeps the same.
    cluster.run(*weigh, *shards, "--output", "one.zst")
    cluster.same("all.candidates.zst", "one.zst")
    if "weight" not in options and "--top-k" not in options:
        two_rounds(cluster, weigh)

    select = ["select", "--target", WIKI, "--pool", *shards, *options]
    for size in sizes:
        wanted = [f"--{unit}", size]
        manifest = comparable(cluster.manifest(*select, *wanted, "-o", "selected.jsonl"))
        # The smallest sizes may have no room for the first document.
        assert (tmp_path / "selected.jsonl").read_bytes() or int(size) < 1000
        copy = ["resample", "--pool", *shards, "-o", "drawn.jsonl", "--candidates"]
        drawn = comparable(cluster.manifest(*copy, "all.candidates.zst", *wanted))
        cluster.same("selected.jsonl", "drawn.jsonl")
        assert drawn == manifest
        cluster.run(
            *["resample", "--force", "--candidates", "all.candidates.zst", *wanted, "--picks", "picks.zst"]
        )
        drawn = comparable(cluster.manifest(*copy, "picks.zst"))
        cluster.same("selected.jsonl", "drawn.jsonl")
        assert drawn == manifest
