"""Draws options of `dsel select` at random, and compares ways that must give the same bytes.

One run with one thread, one with two threads from a pool that is cut otherwise, and shards that are
weighed by processes of their own: the selection, the excluded documents, the near-duplicates and
the rest of the pool must not differ. `--seed N` draws other options; a failure prints its own.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from cluster import Cluster, two_rounds
from running import FIXTURES, WIKI, run
from test_distributed_parts import model_of, write_targets

CASES = 12
# Where the text may be: each document has all of these.
TEXTS = [
    *["text", "messages[].content", "title,body", "absent|text", "messages[role=user].content"],
    *['"a.b"', "(title,absent,body)", "parts[0]"],
]


def chance(generator: random.Random, share: float) -> bool:
    return generator.random() < share


class Case:
    """Options that go together, drawn at random."""

    def __init__(self, seed: int) -> None:
        generator = random.Random(seed)
        self.names = generator.choice([["wiki"], ["wiki"], ["code", "wiki"]])
        self.text = ["--text-field", generator.choice(TEXTS)] if chance(generator, 0.6) else []
        self.unit = generator.choice(["documents", "tokens", "bytes"])
        self.size = {"documents": 120, "tokens": 30000, "bytes": 150000}[self.unit]
        self.size = int(self.size * generator.uniform(0.2, 2))
        self.is_set = chance(generator, 0.4)
        # Of all commands that weigh.
        self.options = ["--objective", "set" if self.is_set else "weight"]
        self.options += ["--seed", str(generator.randrange(1000))]
        self.keep: list[str] = []
        if chance(generator, 0.4):
            self.options += ["--exclude", "evaluation.jsonl", "--exclude-text-field", "text"]
            self.options += ["--exclude-ngram", generator.choice(["5", "8", "13"])]
        self.excludes_target = chance(generator, 0.3)
        if self.excludes_target:
            self.options += ["--exclude-target"]
        if chance(generator, 0.3):
            self.options += ["--near-duplicates", generator.choice(["0.5", "0.8"])]
        if chance(generator, 0.4):
            # A model may keep more fields than are added.
            fields = generator.sample(["quality", "size", "age"], generator.randrange(1, 4))
            for field in fields[: generator.randrange(1, len(fields) + 1)]:
                self.options += ["--add", f"{field}={generator.uniform(-1, 1):.3f}"]
            generator.shuffle(fields)
            self.keep = ["--keep-field", ",".join(fields)]
        if chance(generator, 0.4):
            self.options += ["--tokens-field", "n_tokens"]
        if not self.is_set:
            self.draw_by_weight(generator)
        if chance(generator, 0.2):
            self.options += ["--min-weight", f"{generator.uniform(-20, 5):.2f}"]
        if chance(generator, 0.3):
            self.options += ["--max-tokens", "900"]
        # Of all commands that read texts.
        self.lengths: list[str] = []
        if chance(generator, 0.3):
            self.lengths = ["--min-tokens", generator.choice(["0", "50", "200"])]
        # Of `fit` and `select`, and of `fit` for the pool and `select`.
        self.fit: list[str] = []
        self.fit_pool: list[str] = []
        self.features(generator)
        # Of `weigh` with what the draw may ask for, and of the draw.
        self.kept: list[str] = []
        self.draw: list[str] = []
        if chance(generator, 0.3):
            self.kept += ["--stratify", "domain"]
            self.draw += ["--stratify", "domain", "--mixture", "wiki=0.5,code=0.25"]
            # Strata are counted in all documents.
            self.fit_pool = []
        if chance(generator, 0.25):
            self.kept += ["--replay", "0.3"]
            self.draw += ["--replay", "0.2"]
        if len(self.names) > 1 and chance(generator, 0.5):
            self.draw += ["--share", "code=0.3"]
        self.draw += [f"--{'count' if self.unit == 'documents' else self.unit}", str(self.size)]

    def draw_by_weight(self, generator: random.Random) -> None:
        """Options that sets don't have."""
        estimator = generator.choice(["blend", "blend", "blend", "shrunk", "logistic", "ratio"])
        if estimator != "blend":
            self.options += ["--estimator", estimator]
        elif chance(generator, 0.4):
            self.options += ["--logistic-share", generator.choice(["0", "0.3", "1"])]
        if chance(generator, 0.2):
            self.options += generator.choice([["--top-k"], ["--temperature", "20"]])

    def features(self, generator: random.Random) -> None:
        """What models count, and in which documents."""
        # With this estimator, `select` has fewer buckets than `fit`, unless both are told.
        if "ratio" in self.options or chance(generator, 0.3):
            self.fit += ["--buckets", generator.choice(["1000", "10000"])]
        if chance(generator, 0.2):
            self.fit += ["--ngrams", generator.choice(["1", "3"])]
        if chance(generator, 0.2):
            self.fit += ["--tokenizer", "wordpunct"]
        if chance(generator, 0.2):
            self.fit_pool += ["--fit-sample", "0.5"]


@pytest.mark.sampled
@pytest.mark.parametrize("number", range(CASES))
def test_random_options_give_the_same_bytes_in_all_ways(
    dsel: str, tmp_path: Path, seed: int, number: int
) -> None:
    case = Case(1000 * seed + number)
    print(f"seed {seed}, case {number}: {case.__dict__}")
    generator = random.Random(seed + number)
    pool = write_pool(tmp_path, generator)
    cluster = Cluster(dsel, tmp_path, pool, 1 + generator.randrange(6), seed + number)
    shards = [f"shards/{name}" for name in cluster.shards]
    write_targets(tmp_path)
    for name in case.names:
        path = tmp_path / f"{name}.jsonl"
        lines = Path(WIKI if name == "wiki" else path).read_text().splitlines()
        path.write_text("".join(json.dumps(in_fields(json.loads(one))) + "\n" for one in lines))

    lists = ["--remainder", "rest"]
    if "--exclude" in case.options or case.excludes_target:
        lists += ["--excluded", "excluded"]
    if "--near-duplicates" in case.options:
        lists += ["--rejected-duplicates", "similar"]

    def outputs(name: str) -> list[str]:
        ours = [word if word.startswith("--") else f"{name}.{word}" for word in lists]
        return ["-o", f"{name}.jsonl", *ours]

    def same(name: str) -> None:
        for kind in ["jsonl", *(word for word in lists if not word.startswith("--"))]:
            cluster.same(f"one.{kind}", f"{name}.{kind}")

    targets = [word for name in case.names for word in ["--target", f"{name}={name}.jsonl"]]
    read = [*case.text, *case.lengths]
    select = ["select", *targets, *read, *case.options, *case.fit, *case.fit_pool, *case.draw]
    select += ["--pool"]
    one = cluster.manifest(*select, *shards, "--threads", "1", *outputs("one"))
    # No document may weigh enough, and the first may be larger than a budget of tokens or bytes.
    may_be_empty = case.unit != "documents" or "--min-weight" in case.options
    assert one["selected"]["documents"] > 0 or may_be_empty
    cluster.run(*select, *shards, "--force", "--threads", "2", *outputs("two"))
    same("two")

    fit = ["fit", "--force", *read, *case.fit]
    texts = ["--keep-texts"] if case.excludes_target else []
    for name in case.names:
        cluster.run(*fit, *texts, f"{name}.jsonl", "-o", f"{name}.model.zst")
    cluster.for_each_shard(
        lambda shard: [
            *[*fit, *case.fit_pool, *case.keep, f"shards/{shard}"],
            *["-o", f"models/{shard}.model.zst"],
        ]
    )
    cluster.merge("models", "pool.model.zst")
    models = [word for name in case.names for word in ["--target-model", model_of(name)]]
    weigh = ["weigh", "--force", *models, "--pool-model", "pool.model.zst", *read]
    # With many near-duplicates, a draw of all that candidates were kept for may be refused.
    kept = 3 * case.size if "--near-duplicates" in case.options else case.size
    weigh += [*case.options, *case.kept, "--candidates", str(kept), "--budget", case.unit]
    cluster.for_each_shard(
        lambda shard: [
            *[*weigh, f"shards/{shard}", "--output", f"candidates/{shard}.zst"],
            *["--manifest", "/dev/null"],
        ]
    )
    cluster.merge("candidates", "all.candidates.zst")
    if case.is_set and "--stratify" not in case.kept:
        two_rounds(cluster, weigh, models)
    drawn = cluster.manifest(
        *["resample", "--pool", *shards, "--candidates", "all.candidates.zst", *case.draw],
        *outputs("drawn"),
    )
    same("drawn")
    for name in ["documents", "tokens", "bytes", "shortfall", "all_eligible"]:
        assert drawn["selected"].get(name) == one["selected"].get(name), name


def write_pool(folder: Path, generator: random.Random) -> str:
    """The fixture's pool, with copies, near-duplicates, and numbers that the text decides."""
    lines = run(["zstd", "-dcq", str(FIXTURES / "crawl.jsonl.zst")]).checked().output.splitlines()
    documents = [in_fields(json.loads(line)) for line in lines]
    for document in documents[::7]:
        words = document["text"].split(" ")
        words[generator.randrange(len(words))] = "other"
        documents.append(in_fields({**document, "text": " ".join(words)}))
    for document in documents:
        document["quality"] = round(random.Random(document["text"]).gauss(3, 1), 6)
        document["n_tokens"] = 1 + 4 * len(document["text"].split()) // 3
    documents += [dict(one) for one in generator.sample(documents, 40)]
    # Copies of a text may have other ratings, but not other lengths.
    for document in documents:
        document["size"], document["age"] = generator.randrange(20), generator.uniform(0, 1e9)
    path = folder / "pool.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return str(path)


def in_fields(document: dict[str, Any]) -> dict[str, Any]:
    """A document that has its text in several fields, too."""
    text = document["text"]
    middle = len(text) // 2
    first, second = text[:middle], text[middle:]
    message = {"role": "user", "content": first}
    answer = {"role": "assistant", "content": second}
    return {
        **document,
        **{"messages": [message, answer], "title": first, "body": second},
        **{"a.b": text, "parts": [text, "more"]},
    }
