"""Shows that shards can do what `dsel select` can do: a table of budgets, strata and other options.

As in test_distributed.py, each shard is weighed by processes of its own. The merged candidates are
those of one run, and what is drawn from them is what one `dsel select` selects, byte for byte.
"""

from __future__ import annotations

import json
import random
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
    # Sets, from a pool with more documents than candidates.
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
    cluster.for_each_shard(
        lambda shard: [
            *["fit", "--force", f"shards/{shard}", "-o", f"models/{shard}.model.zst", *keep]
        ]
    )
    cluster.merge("models", "pool.model.zst")
    models = [word for name in names for word in ["--target-model", f"{name}={name}.model.zst"]]
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
    if "--count" not in draw:
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


def with_numbers(pool: str, seed: int) -> str:
    """A pool with numbers that don't depend on the text."""
    generator = random.Random(seed)
    lines = []
    for line in Path(pool).read_text().splitlines():
        document = json.loads(line)
        document |= {"quality": generator.gauss(3, 1), "size": generator.randrange(20)}
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
