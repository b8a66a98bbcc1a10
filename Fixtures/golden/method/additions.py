#!/usr/bin/env python3
"""What `dsel select --add` must select: writes additions.json, by which dsel is tested.

    pip install xxhash regex numpy scipy && python3 additions.py

The draw by weight of oracle.py from Fixtures' pool, whose documents have two more numbers: see numbers(). Each run has its
"settings", with "add"; the "scales" that the sample of the pool gives; and "selected", for each document in pool order its
"id" and "log_weight".
"""

import json
import math
import pathlib

import oracle

OUTPUT = pathlib.Path(__file__).parent / "additions.json"
# As in Documentation/Models.md: the priority of a document in the sample, and how many are in it.
SAMPLE_SEED = 0x9E3779B97F4A7C15
SAMPLED = 1024
BASE = oracle.DEFAULTS | oracle.RATIO
RUNS = [
    {"count": 100, "add": {"quality": 0.3}},
    {"count": 100, "add": {"quality": -2.0}, "temperature": 50.0, "seed": 3},
    {"count": 60, "add": {"quality": 1.0, "age.seconds": -0.5}, "normalize": "sqrt", "buckets": 65536},
    {"token_budget": 20000, "add": {"age.seconds": 5.0}, "temperature": 20.0, "seed": 2},
    {"count": 40, "add": {"quality": 0.5}, "min_tokens": 400, "seed": 7},
    {"count": 50, "add": {"quality": 1.0}, "min_weight": -60.0, "temperature": 30.0},
]


def numbers(document):
    """Numbers without any relation to the text: of the hexadecimal digits of its id."""
    digits = int(document["id"][:8], 16)
    return {"quality": digits % 4096 / 4096, "age.seconds": 1.7e9 + digits % 100003}


def scale(values):
    mean = math.fsum(values) / len(values)
    return mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


def run(settings):
    target, pool = oracle.inputs(settings)
    oracle.weigh(target, pool, settings)
    eligible = [d for d in pool if d["tokens"] >= settings["min_tokens"]]
    assert len({d["text"] for d in eligible}) == len(eligible), "no copies to leave out"
    assert max(d["tokens"] for d in eligible) <= 16384, "no text is cut for the sample"
    sample = sorted(eligible, key=lambda d: oracle.random_bits(d["text"], SAMPLE_SEED) >> 1)[:SAMPLED]
    assert sum(len(d["features"]) for d in sample) <= 2**21
    _, deviation = scale([d["log_weight"] for d in sample])
    scales = {field: scale([numbers(d)[field] for d in sample]) for field in settings["add"]}
    for position, document in enumerate(pool):
        own = numbers(document)
        document["log_weight"] += deviation * math.fsum(
            coefficient * (own[field] - scales[field][0]) / scales[field][1]
            for field, coefficient in settings["add"].items()
        )
        noise = oracle.gumbel(document["text"], settings["seed"])
        document["key"] = document["log_weight"] / settings["temperature"] + noise
        document["text_hash"] = oracle.text_hash(document["text"])
        document["position"] = position
    size, limit = oracle.budget(settings, len(pool))
    heavy = [d for d in eligible if d["log_weight"] >= settings.get("min_weight", -math.inf)]
    main, _ = oracle.draw(heavy, settings, size, limit)
    return {
        "settings": settings,
        "scales": {
            "documents": len(sample),
            "weight_deviation": deviation,
            "terms": [{"field": name, "mean": m, "deviation": s} for name, (m, s) in scales.items()],
        },
        "selected": [
            {"id": d["id"], "log_weight": d["log_weight"]}
            for d in sorted(main, key=lambda d: d["position"])
        ],
    }


if __name__ == "__main__":
    OUTPUT.write_text(json.dumps([run(BASE | settings) for settings in RUNS]) + "\n")
