"""Shows that a draw needs no coordinator.

A pool in shards goes through fit, merge, weigh --candidates, merge and resample, each shard in
processes of its own, in a random order, two at a time, some of them twice. Documents are drawn by
weight, or chosen as a set: then for each shard anew, and once for all (resample --picks). For a set,
the candidates are also kept in two rounds, first their keys and then the n-grams of those that are
left (weigh --keys-only and --candidates-from). The result is compared byte for byte with one `dsel
select` over all shards. Other options of the draw: test_distributed_options.py. With another pool, by
hand:

    Tests/Robustness/.venv/bin/pytest Tests/Robustness/test_distributed.py \\
        --pool POOL --target TARGET --count 2000 --shards 16
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cluster import Cluster, two_rounds
from running import FIXTURES, WIKI, difference


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
