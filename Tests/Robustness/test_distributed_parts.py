"""Shows that shards can do what `dsel select` can do: several targets, a random part, added fields.

Each shard is weighed by processes of its own, as in test_distributed.py.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from cluster import Cluster, two_rounds
from running import FIXTURES, WIKI, run
from test_distributed_options import SET, WEIGHT, comparable, large_pool, moved_copies

__all__ = ["large_pool"]

ONE, TWO, THREE = ["wiki"], ["wiki", "code"], ["scripture", "wiki", "code"]
# Targets, options of weigh, its unit and size, and options of select and resample.
PARTS: list[tuple[list[str], list[str], str, int, list[list[str]]]] = [
    (THREE, WEIGHT, "documents", 300, [["--share", "wiki=0.3", "--share", "code=0.2"], []]),
    (
        *(TWO, [*WEIGHT, "--logistic-share", "0.4", "--seed", "3"], "tokens", 90000),
        [["--share", "wiki=0.25,code=0.75"], ["--share", "code=0.1"]],
    ),
    (THREE, [*WEIGHT, "--min-weight", "-5"], "bytes", 200000, [["--share", "code=0,wiki=0.5"]]),
    # A random part.
    (ONE, [*WEIGHT, "--replay", "0.3"], "documents", 400, [["--replay", "0.3"], []]),
    (
        *(TWO, [*WEIGHT, "--top-k", "--replay", "1"], "tokens", 40000),
        [["--replay", "0.5", "--share", "code=0.4"], ["--replay", "1"]],
    ),
    # Copies of a text have other numbers.
    (
        *(ONE, [*WEIGHT, "--logistic-share", "0.5", "--add", "quality=0.7,size=-0.2"]),
        *("documents", 350, [[], ["--count", "90"]]),
    ),
    (
        *(TWO, [*WEIGHT, "--add", "size=-1", "--replay", "0.2", "--stratify", "domain"]),
        *("bytes", 150000),
        [["--replay", "0.2", "--stratify", "domain", "--mixture", "wiki=0.5,code=0.5"]],
    ),
    # Together with strata.
    (
        *(ONE, [*WEIGHT, "--exclude", "evaluation.jsonl", "--exclude-ngram", "8"]),
        *("documents", 300, [[]]),
    ),
    (
        *(TWO, [*WEIGHT, "--exclude", "evaluation.jsonl", "--stratify", "domain"]),
        *("documents", 300),
        [["--stratify", "domain"], ["--stratify", "domain", "--mixture", "wiki=0.4", "--fill"]],
    ),
    (
        *(TWO, [*WEIGHT, "--near-duplicates", "0.5", "--stratify", "domain", "--replay", "0.1"]),
        *("tokens", 60000, [["--stratify", "domain", "--replay", "0.1"], []]),
    ),
    # Numbers of tokens from a field.
    (
        *(TWO, [*WEIGHT, "--tokens-field", "n_tokens", "--add", "quality=0.2"], "tokens", 150000),
        [["--share", "wiki=0.6"], ["--tokens", "7777"]],
    ),
    (
        *(ONE, [*WEIGHT, "--tokens-field", "n_tokens", "--stratify", "domain"], "tokens", 90000),
        [["--stratify", "domain", "--mixture", "wiki=0.4,saga=0.3"], []],
    ),
    (ONE, [*SET, "--tokens-field", "n_tokens"], "tokens", 400000, [[], ["--tokens", "60000"]]),
    (ONE, [*SET, "--tokens-field", "n_tokens", "--near-duplicates", "0.8"], "documents", 90, [[]]),
    # Sets, from a pool with more documents than candidates.
    (TWO, SET, "documents", 500, [["--base", "base.model.zst"], ["--count", "60"]]),
    (
        *(TWO, [*SET, "--replay", "0.25"], "documents", 700),
        [["--share", "wiki=0.6", "--replay", "0.2"]],
    ),
    (
        *(TWO, [*SET, "--add", "quality=-0.5", "--stratify", "kind"], "tokens", 200000),
        [["--share", "code=0.5"], ["--stratify", "kind", "--mixture", "few=0.2,many=0.8"]],
    ),
]


@pytest.mark.parametrize("names, options, unit, kept, draws", PARTS)
def test_parts_of_shards_select_what_one_selects(
    dsel: str,
    tmp_path: Path,
    seed: int,
    large_pool: str,
    names: list[str],
    options: list[str],
    unit: str,
    kept: int,
    draws: list[list[str]],
) -> None:
    """Several targets, a random part, added fields, and what goes together with strata."""
    is_set = "set" in options
    pool = large_pool if is_set else str(FIXTURES / "crawl.jsonl.zst")
    cluster = Cluster(dsel, tmp_path, with_numbers(moved_copies(pool, tmp_path), seed), 5, seed)
    shards = [f"shards/{name}" for name in cluster.shards]
    write_targets(tmp_path)
    keep = ["--keep-field", "quality,size"] if "--add" in options else []
    for name in names:
        cluster.run("fit", f"{name}.jsonl", "-o", f"{name}.model.zst")
    cluster.run("fit", "scripture.jsonl", "-o", "base.model.zst")
    cluster.for_each_shard(
        lambda shard: [
            *["fit", "--force", f"shards/{shard}", "-o", f"models/{shard}.model.zst", *keep]
        ]
    )
    cluster.merge("models", "pool.model.zst")
    models = [word for name in names for word in ["--target-model", model_of(name)]]
    ours = ["--force", *models, "--pool-model", "pool.model.zst", "--candidates", str(kept)]
    weigh = ["weigh", *ours, "--budget", unit, *options]
    cluster.for_each_shard(
        lambda shard: [
            *[*weigh, f"shards/{shard}", "--output", f"candidates/{shard}.zst"],
            *["--manifest", "/dev/null"],
        ]
    )
    cluster.merge("candidates", "all.candidates.zst")
    cluster.run(*weigh, *shards, "--output", "one.zst")
    cluster.same("all.candidates.zst", "one.zst")
    if is_set and "--stratify" not in options:
        two_rounds(cluster, weigh, models)
    for option in ["--stratify", "--replay"]:
        if option in options:
            place = options.index(option)
            options = options[:place] + options[place + 2 :]
    for draw in draws:
        compare_draw(cluster, names, options, unit, kept, draw)


def compare_draw(
    cluster: Cluster, names: list[str], options: list[str], unit: str, kept: int, draw: list[str]
) -> None:
    shards = [f"shards/{name}" for name in cluster.shards]
    target = [word for name in names for word in ["--target", f"{name}={name}.jsonl"]]
    if "--count" not in draw and "--tokens" not in draw:
        draw = [*draw, {"documents": "--count"}.get(unit, f"--{unit}"), str(kept)]
    lists = ["--remainder", "rest"]
    lists += ["--excluded", "excluded"] if "--exclude" in options else []
    lists += ["--rejected-duplicates", "similar"] if "--near-duplicates" in options else []

    def outputs(name: str) -> list[str]:
        ours = [word if word.startswith("--") else f"{name}.{word}" for word in lists]
        return ["-o", f"{name}.jsonl", *ours]

    select = ["select", *target, "--pool", *shards, *options, *draw, *outputs("selected")]
    manifest = cluster.manifest(*select)
    assert manifest["selected"]["documents"]
    # A choice that completes a base needs the n-grams of the targets.
    if "--base" in draw:
        draw = [*draw, *(word for name in names for word in ["--target-model", model_of(name)])]
    resample = ["resample", "--pool", *shards, "--candidates"]
    drawn = cluster.manifest(*resample, "all.candidates.zst", *draw, *outputs("drawn"))
    for name in ["jsonl", *(word for word in lists if not word.startswith("--"))]:
        cluster.same(f"selected.{name}", f"drawn.{name}")
    compared, expected = comparable(drawn), comparable(manifest)
    if "--add" in options:
        # Which copies are counted depends on which were looked at.
        compared.pop("dropped_copies"), expected.pop("dropped_copies")
    assert compared == expected
    if len(names) > 1:
        assert drawn["parts"] == manifest["parts"]
    cluster.run("resample", "--force", "--candidates", "all.candidates.zst", *draw, "--picks", "p")
    copied = cluster.manifest(*resample, "p", "-o", "drawn.jsonl")
    cluster.same("selected.jsonl", "drawn.jsonl")
    for name in ["documents", "bytes", "shortfall", "all_eligible", "by_logistic"]:
        assert copied["selected"].get(name) == manifest["selected"].get(name)
    # A copy is short of nothing that the choice had enough of.
    if manifest["selected"]["shortfall_unit"] == "documents" and not is_short(manifest):
        assert not is_short(copied)


def is_short(manifest: dict[str, Any]) -> bool:
    return any(part["shortfall"] > 0 for part in manifest.get("parts") or [])


def model_of(name: str) -> str:
    return f"{name}={name}.model.zst"


def with_numbers(pool: str, seed: int) -> str:
    """A pool with numbers that don't depend on the text."""
    generator = random.Random(seed)
    lines = []
    for line in Path(pool).read_text().splitlines():
        document = json.loads(line)
        document |= {"quality": generator.gauss(3, 1), "size": generator.randrange(20)}
        document |= {"n_tokens": 1 + 4 * len(document["text"].split()) // 3}
        lines.append(json.dumps(document) + "\n")
    Path(pool).write_text("".join(lines))
    return pool


def write_targets(folder: Path) -> None:
    """Files of targets, and an evaluation file with pieces of some documents."""
    lines = run(["zstd", "-dcqf", str(FIXTURES / "crawl.jsonl.zst")]).checked().output.splitlines()
    documents = [json.loads(line) for line in lines]
    (folder / "wiki.jsonl").write_bytes(Path(WIKI).read_bytes())
    for name in ["scripture", "code"]:
        own = [document for document in documents if document["domain"] == name][:60]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in own))
    pieces = [{"text": " ".join(one["text"].split()[10:60])} for one in documents[::37]]
    text = "".join(json.dumps(piece) + "\n" for piece in pieces)
    (folder / "evaluation.jsonl").write_text(text)
