#!/usr/bin/env python3
"""What dsel compare and dsel explain must find, by the plain functions of oracle.py beside this file.

  comparison.py              write comparison.json and explanation.json

comparison.json: {"runs": [...]}: Fixtures/wiki.jsonl is the target, Fixtures/crawl.jsonl.zst the pool, and every 7th
document of the pool, from the 4th on, the selection. The random arm has the documents of the pool whose
seeded hash is below selection tokens / pool tokens. "lengths" are nearest ranks. "coverage" is the share of the
target's features whose buckets a side has, too.

explanation.json: {"runs": [...]}: of some documents of the pool all n-grams, with the counts of their buckets in both
models, and what each contributes to the value that the draw goes by, but for "bias". "regression" is the value of the
folded bucket, split by occurrences among the document's n-grams that share it: that of the exact optimum, which dsel
comes near.
"""

import collections
import json
import math

import oracle

SEED_STEP = 0x9E3779B97F4A7C15
RANDOM_ARM = 2


def lengths(documents):
    counts = sorted(document["tokens"] for document in documents)

    def rank(percent):
        return counts[max(1, math.ceil(len(counts) * percent / 100)) - 1]

    names = [("min", 0), ("p5", 5), ("p25", 25), ("p50", 50), ("p75", 75), ("p95", 95), ("max", 100)]
    return {name: rank(percent) for name, percent in names}


def side(documents):
    return {
        "documents": len(documents),
        "tokens": sum(document["tokens"] for document in documents),
        "features": sum(len(document["features"]) for document in documents),
        "bytes": sum(document["line_bytes"] for document in documents),
        "lengths": lengths(documents),
        "domains": collections.Counter(document.get("domain") for document in documents),
    }


def compare(settings):
    target, pool = oracle.inputs(settings)
    selected = pool[3::7]
    tokens = [sum(document["tokens"] for document in side) for side in (selected, pool)]
    rate = int(tokens[0] / tokens[1] * 2.0**64)
    seed = (settings["seed"] + RANDOM_ARM * SEED_STEP) & oracle.MASK
    arm = [document for document in pool if oracle.random_bits(document["text"], seed) < rate]
    buckets = settings["buckets"]
    of_target, p = oracle.count(target), oracle.shares(target, buckets)
    result = {"settings": settings, "target": side(target)}
    for name, documents in [("selected", selected), ("pool", pool), ("random_arm", arm)]:
        counts = oracle.count(documents)
        seen = sum(times for bucket, times in of_target.items() if counts[bucket] > 0)
        result[name] = side(documents) | {
            "kl": oracle.kl_divergence(p, oracle.shares(documents, buckets)),
            "coverage": seen / of_target.total(),
        }
    return result


def ngrams(document, settings):
    """The n-grams, as tokens, and their buckets, by occurrence."""
    tokens = oracle.TOKENIZERS[settings["tokenizer"]](document["text"])
    texts = []
    for order in range(1, settings["n"] + 1):
        texts += [" ".join(tokens[last - order + 1 : last + 1]) for last in range(order - 1, len(tokens))]
    return list(zip(texts, document["features"], strict=True))


def explain(settings, places):
    target, pool = oracle.inputs(settings)
    oracle.weigh(target, pool, settings)
    in_target, in_pool = oracle.count(target), oracle.count(pool)
    estimator, buckets = settings["estimator"], settings["buckets"]
    table, theta = {}, None
    if estimator == "ratio":
        table = oracle.ratio_table(in_target, in_pool, buckets)
    elif estimator != "logistic":
        table = oracle.shrunk_table(in_target, in_pool)
    if estimator in ("logistic", "blend"):
        theta = oracle.trained(target, pool, settings)["theta"]
    shift = max(0, (buckets - 1).bit_length() - oracle.FOLDED_BITS)
    documents = []
    for place in places:
        document = pool[place]
        occurrences = ngrams(document, settings)
        counts = collections.Counter(occurrences)
        # The regression sees single tokens, whose features come first.
        folded = collections.Counter(bucket >> shift for _, bucket in occurrences[: document["tokens"]])
        vector = dict(oracle.logistic_vector(document, buckets))
        entries = []
        for (text, bucket), times in counts.items():
            log_ratio = table.get(bucket, 0.0)
            scale = oracle.normalized(1.0, len(occurrences), settings["normalize"])
            regression = 0.0
            if theta is not None and " " not in text:
                whole = float(theta[bucket >> shift]) * vector[bucket >> shift]
                regression = whole * times / folded[bucket >> shift]
            by_ratio = 0.0 if estimator == "logistic" else times * log_ratio * scale
            entries.append(
                [text, bucket, times, in_target[bucket], in_pool[bucket], log_ratio, by_ratio, regression]
            )
        documents.append(
            {
                "line": place + 1,
                "tokens": document["tokens"],
                "value": document["value"],
                "bias": float(theta[oracle.BIAS]) if theta is not None else 0.0,
                "ngrams": entries,
            }
        )
    return {"settings": settings, "documents": documents}


def write(name, runs):
    path = oracle.HERE / name
    path.write_text(
        '{"runs": [\n' + ",\n".join(json.dumps(run) for run in runs) + "\n]}\n", encoding="ascii"
    )
    print(f"{name}: {path.stat().st_size} bytes")


def main():
    defaults = {"tokenizer": "words", "n": 2, "buckets": 1 << 20, "min_tokens": 100}
    runs = [
        defaults | {"seed": 0},
        {"tokenizer": "wordpunct", "n": 3, "buckets": 10000, "seed": 17},
        {"tokenizer": "words", "n": 1, "buckets": 64, "seed": 2**64 - 1},
    ]
    write("comparison.json", [compare(settings) for settings in runs])
    _, pool = oracle.inputs(defaults)
    short = sorted(range(len(pool)), key=lambda place: (pool[place]["tokens"], place))
    places = [short[0], short[40], short[300]]
    runs = [
        defaults | {"estimator": "blend", "normalize": "sqrt"},
        defaults | {"estimator": "shrunk", "normalize": "length"},
        defaults | {"estimator": "logistic", "normalize": "none"},
        defaults | {"estimator": "ratio", "normalize": "none", "buckets": 500, "tokenizer": "wordpunct", "n": 3},
    ]
    write("explanation.json", [explain(settings, places) for settings in runs])


if __name__ == "__main__":
    main()
