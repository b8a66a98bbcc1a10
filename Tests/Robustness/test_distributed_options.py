"""Shows that shards can do what `dsel select` can do: a table of budgets, strata and other options.

As in test_distributed.py, each shard is weighed by processes of its own. The merged candidates are
those of one run, and what is drawn from them is what one `dsel select` selects, byte for byte.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cluster import Cluster, two_rounds
from running import FIXTURES, WIKI, run

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
    found |= {name: manifest["settings"].get(name) for name in ["objective", "top_k"]}
    # A number of documents has two names.
    found["size"] = list(manifest["settings"]["size"].values())
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
            *["resample", "--force", "--candidates", "all.candidates.zst", *wanted],
            *["--picks", "picks.zst"],
        )
        drawn = comparable(cluster.manifest(*copy, "picks.zst"))
        cluster.same("selected.jsonl", "drawn.jsonl")
        assert drawn == manifest


SET = ["--objective", "set"]
STRATA = [
    # Options of weigh, its unit and size, and options of select and resample. The field is domain,
    # unless options name another.
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
    # Sets, from a pool with more documents than candidates.
    (
        SET,
        "documents",
        900,
        [
            ["--count", "900", "--mixture", "wiki=0.3,saga=0.1"],
            ["--count", "400", "--mixture", "code=0.9,saga=0.1"],
            ["--count", "150"],
        ],
    ),
    (
        [*SET, "--seed", "4"],
        "tokens",
        200000,
        [["--tokens", "200000", "--mixture", "german=0.5"], ["--tokens", "30000"]],
    ),
    # More documents of one value than are kept of it.
    (
        [*SET, "--stratify", "kind"],
        "documents",
        700,
        [["--count", "700", "--mixture", "few=0.2,many=0.8"], ["--count", "333"]],
    ),
]


@pytest.mark.parametrize("options, unit, kept, draws", STRATA)
def test_strata_of_shards_select_what_one_selects(
    dsel: str,
    tmp_path: Path,
    seed: int,
    large_pool: str,
    options: list[str],
    unit: str,
    kept: int,
    draws: list[list[str]],
) -> None:
    """Texts have copies in other shards, some of them with another value of the field."""
    pool = large_pool if "set" in options else str(FIXTURES / "crawl.jsonl.zst")
    cluster = Cluster(dsel, tmp_path, moved_copies(pool, tmp_path), 6, seed)
    shards = [f"shards/{name}" for name in cluster.shards]
    cluster.fit(WIKI)
    options = options if "set" in options else ["--objective", "weight", *options]
    models = ["--target-model", "target.model.zst", "--pool-model", "pool.model.zst"]
    weigh = ["weigh", "--force", *models, "--candidates", str(kept), "--budget", unit, *options]
    field = options[options.index("--stratify") + 1] if "--stratify" in options else "domain"
    options = [word for word in options if word not in ["--stratify", field]]
    weigh += [] if "--stratify" in weigh else ["--stratify", field]
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
    for draw in [*[["--stratify", field, *draw] for draw in draws], size]:
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


def moved_copies(pool: str, folder: Path) -> str:
    """A pool, and copies of many of its texts in other domains, and of another kind."""
    lines = run(["zstd", "-dcqf", pool]).checked().output.splitlines()
    documents = [json.loads(line) for line in lines]
    for number, document in enumerate(documents):
        document["kind"] = "many" if number % 10 else "few"
    domains = ["wiki", "saga", "code", "german"]
    for number, document in enumerate(documents[::3]):
        kind = "few" if document["kind"] == "many" and number % 4 == 0 else "many"
        documents.append({**document, "domain": domains[number % 4], "kind": kind})
    path = folder / "pool.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return str(path)
