#!/usr/bin/env python3
"""What limits of `dsel select` must select, and in which order: writes limits.json, by which dsel is tested.

    pip install xxhash regex numpy scipy && python3 limits.py

The draw by weight of oracle.py, from the documents within --min-tokens and --max-tokens, and of these, those from
--min-weight on. Each run has its "settings"; the numbers of documents that are "eligible", "under_min_tokens",
"over_max_tokens" and, of eligible ones, "under_min_weight"; the "random_arm" of all eligible documents; "selected",
the ids in pool order; and "by_weight", the same by falling log weight.
"""

import json
import math
import pathlib

import oracle

OUTPUT = pathlib.Path(__file__).parent / "limits.json"
BASE = oracle.DEFAULTS | oracle.RATIO
RUNS = [
    {"count": 100},
    {"count": 100, "temperature": 50.0, "seed": 3},
    {"count": 100, "max_tokens": 400},
    {"count": 30, "max_tokens": 150, "min_tokens": 60, "seed": 7},
    {"fraction": 0.05, "max_tokens": 300, "min_tokens": 0},
    {"token_budget": 20000, "max_tokens": 250, "temperature": 20.0},
    {"count": 1360, "max_tokens": 120},
    {"count": 100, "min_weight": -150.0, "temperature": 100.0},
    {"token_budget": 30000, "min_weight": -100.5, "max_tokens": 600, "seed": 5},
    {"count": 1360, "min_weight": 0.0},
]


def run(settings):
    target, pool = oracle.inputs(settings)
    oracle.weigh(target, pool, settings)
    most = settings.get("max_tokens", math.inf)
    short = [d for d in pool if d["tokens"] < settings["min_tokens"]]
    long = [d for d in pool if d["tokens"] > most]
    population = [d for d in pool if settings["min_tokens"] <= d["tokens"] <= most]
    assert len({d["text"] for d in population}) == len(population), "no copies to leave out"
    for position, document in enumerate(pool):
        noise = oracle.gumbel(document["text"], settings["seed"])
        document["key"] = document["value"] / settings["temperature"] + noise
        document["text_hash"] = oracle.text_hash(document["text"])
        document["position"] = position
    size, limit = oracle.budget(settings, len(pool))
    least = settings.get("min_weight", -math.inf)
    heavy = [d for d in population if d["log_weight"] >= least]
    main, _ = oracle.draw(heavy, settings, size, limit)
    rate = min(1, limit / sum(size(d) for d in population))
    seed = (settings["seed"] + 2 * 0x9E3779B97F4A7C15) & oracle.MASK
    arm = [d for d in population if oracle.random_bits(d["text"], seed) < math.floor(rate * 2**64)]
    return {
        "settings": settings,
        "eligible": len(population),
        "under_min_tokens": len(short),
        "over_max_tokens": len(long),
        "under_min_weight": len(population) - len(heavy),
        "random_arm": {"documents": len(arm), "tokens": sum(d["tokens"] for d in arm)},
        "selected": [d["id"] for d in sorted(main, key=lambda d: d["position"])],
        "by_weight": [d["id"] for d in sorted(main, key=lambda d: (-d["log_weight"], d["position"]))],
    }


OUTPUT.write_text(json.dumps([run(BASE | settings) for settings in RUNS]) + "\n")
