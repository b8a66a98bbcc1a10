#!/usr/bin/env python3
"""The shares that `dsel select --mixture auto` must find: writes mixtures.json, by which dsel is tested.

    pip install xxhash regex numpy scipy && python3 mixtures.py

Models of the domains of Fixtures' pool, and expectation maximization over the documents of a target, in numpy and double
precision, by Documentation/Method.md. Each run has the "target": the ids of documents of the pool, some of them twice, or
null for Fixtures/wiki.jsonl; "options" of dsel; the "documents" that the target has; its "shares" of documents, tokens and
bytes by domain; and its "distance".

    python3 mixtures.py --tell POOL.jsonl TARGET.jsonl FIELD

prints the same for other files.
"""

import collections
import json
import pathlib
import random
import sys

import numpy
import oracle

OUTPUT = pathlib.Path(__file__).parent / "mixtures.json"
BUCKETS = 2**16


def folded(features, buckets):
    features = numpy.array(features, dtype=numpy.int64)
    return features * BUCKETS // buckets if buckets > BUCKETS else features


def models(pool, buckets, field):
    """ln p of each stratum's buckets, and the cross-entropy of its own features, each predicted by the others."""
    count = min(buckets, BUCKETS)
    strata = collections.defaultdict(lambda: numpy.zeros(count))
    for document in pool:
        if document["tokens"] >= 100:
            strata[document.get(field) or ""] += numpy.bincount(
                folded(document["features"], buckets), minlength=count
            )
    names = sorted(strata, key=lambda name: name.encode())
    whole = sum(strata.values())
    mass = min(2 * count, whole.sum() / len(names))
    whole = (whole + 1) / (whole + 1).sum()
    logs, own = [], []
    for name in names:
        c = strata[name]
        logs.append(numpy.log((c + mass * whole) / (c.sum() + mass)))
        occurs = c > 0
        others = (c[occurs] - 1 + mass * whole[occurs]) / (c.sum() - 1 + mass)
        own.append(-(c[occurs] * numpy.log(others)).sum() / c.sum())
    return names, numpy.array(logs), numpy.array(own)


def estimate(target, pool, buckets, field):
    names, logs, own = models(pool, buckets, field)
    target = [document for document in target if document["features"]]
    likelihood = numpy.array(
        [logs[:, folded(document["features"], buckets)].sum(axis=1) for document in target]
    )
    lengths = numpy.array([len(document["features"]) for document in target])
    scaled = likelihood / numpy.sqrt(lengths)[:, None]
    scaled = numpy.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares = numpy.full(len(names), 1 / len(names))
    for _ in range(1000):
        of = scaled * shares
        of /= of.sum(axis=1, keepdims=True)
        before, shares = shares, of.mean(axis=0)
        if abs(shares - before).max() < 1e-6:
            break
    of = scaled * shares
    of /= of.sum(axis=1, keepdims=True)

    def shares_of(sizes):
        sizes = numpy.array(sizes, dtype=float)
        return {n: round(float(s), 6) for n, s in zip(names, sizes @ of / sizes.sum(), strict=True)}

    cross = -(of * likelihood).sum() / lengths.sum()
    return {
        "documents": len(target),
        "shares": {
            "documents": shares_of([1 for _ in target]),
            "tokens": shares_of([document["tokens"] for document in target]),
            "bytes": shares_of([len(document["text"].encode()) for document in target]),
        },
        "distance": round(float(cross - lengths @ of @ own / lengths.sum()), 6),
    }


def run(options, parts):
    """- parts: how many documents of each domain are in the target; None for Fixtures/wiki.jsonl."""
    settings = oracle.DEFAULTS | options
    wiki, pool = oracle.inputs(settings)
    target = wiki
    if parts:
        rng = random.Random(15)
        target = []
        for domain, amount in sorted(parts.items()):
            target += rng.sample([d for d in pool if d["domain"] == domain], amount)
        # Some texts come twice.
        target += target[:: max(1, len(target) // 5)]
    arguments = []
    for name in ("ngrams", "buckets"):
        value = options.get("n" if name == "ngrams" else name)
        arguments += [f"--{name}", str(value)] if value else []
    return {
        "target": [d["id"] for d in target] if parts else None,
        "options": arguments,
    } | estimate(target, pool, settings["buckets"], "domain")


RUNS = [
    ({}, None),
    ({}, {"german": 20, "code": 60, "pydocs": 20}),
    ({}, {"scripture": 1, "saga": 5, "satire": 10, "wiki": 30, "sqldocs": 4}),
    ({"n": 1, "buckets": 10000}, {"japanese": 30, "sqldocs": 50, "pydocs": 70}),
    ({"buckets": 100000, "n": 3}, {"code": 10, "scripture": 90, "saga": 2}),
]


def featurized(path):
    for line in open(path, encoding="utf-8"):
        document = json.loads(line)
        hashes = [oracle.token_hash(t) for t in oracle.tokenize_words(document["text"])]
        yield document | {"tokens": len(hashes), "features": oracle.features(hashes, 2, 2**20)}


def main():
    if sys.argv[1:2] == ["--tell"]:
        pool, target, field = sys.argv[2:]
        found = estimate(list(featurized(target)), list(featurized(pool)), 2**20, field)
        print(json.dumps(found, indent=1, ensure_ascii=False))
        return
    runs = [run(*case) for case in RUNS]
    OUTPUT.write_text(json.dumps({"runs": runs}, indent=1) + "\n", encoding="ascii")
    print(f"{OUTPUT.name}: {len(runs)} runs, {OUTPUT.stat().st_size} bytes")


main()
