#!/usr/bin/env python3
"""What `dsel select --count auto` and `--tokens auto` must find: writes sizes.json, by which dsel is tested.

    pip install xxhash regex numpy scipy && python3.11 sizes.py

The search, written a second time from the other oracles beside this file: the target (Fixtures/wiki.jsonl) is divided
by a seeded hash of each text. One half selects from the pool (Fixtures/crawl.jsonl.zst), by sets.py or by the largest
keys. heldout.py judges each selection by the other half. Each run has its "settings"; "selecting" and "predicted", the
documents and tokens of the halves; "trials", the judged sizes; "end", why there are no more; "best"; and "selected",
the ids that the whole target selects at the best size.
"""

import json
import math
import pathlib

import heldout
import oracle
import sets
import xxhash

HERE = pathlib.Path(__file__).parent
OUTPUT = HERE / "sizes.json"
TARGET_HALF = 10
LEAST = {"documents": 64, "tokens": 2**15}
STAGES = [6, 2]
MOST_TOKENS = 2**23
BASE = sets.SHRUNK | {"purity": 0.4}
RUNS = [
    {"unit": "documents", "objective": "weight"},
    {"unit": "documents", "objective": "weight", "seed": 3},
    {"unit": "tokens", "objective": "weight"},
    {"unit": "tokens", "objective": "weight", "limit": 100_000},
    {"unit": "documents", "objective": "set", "limit": 300},
    {"unit": "documents", "objective": "set", "limit": 200, "seed": 7, "purity": 0.5},
    {"unit": "tokens", "objective": "set", "limit": 70_000, "noise": 0.0},
]


def selects(text, seed):
    """Whether a document of the target is in the half that selects."""
    seed = (seed + TARGET_HALF * heldout.SEED_STEP) & heldout.MASK
    identity = xxhash.xxh3_64_intdigest(text.encode())
    return xxhash.xxh3_64_intdigest(identity.to_bytes(8, "little"), seed=seed) < 2**63


def pool_for(target, pool, settings):
    """The eligible documents of the pool, weighed for some documents of the target, and the target's p."""
    pool = [dict(document) for document in pool]
    oracle.weigh(target, pool, settings)
    seen = set()
    for d in pool:
        d["hash"] = oracle.text_hash(d["text"])
        d["eligible"] = d["tokens"] >= settings["min_tokens"] and d["text"] not in seen
        d["counts"] = sets.collections.Counter(d["features"])
        seen.add(d["text"])
    tokens = sum(d["tokens"] for d in target)
    p = {b: c / tokens for b, c in oracle.count(target).items()}
    return sets.eligible_of(pool, settings, settings["unit"], lambda weight: weight), p


def choose(eligible, p, settings, budget):
    if settings["objective"] == "weight":
        return sets.from_the_top(eligible, budget)
    wide = sets.candidate_budget(budget, sets.cost_of(eligible), len(eligible))
    keys = {d["hash"] for d in sets.from_the_top(eligible, wide)}
    candidates = [d | {"part": 0} for d in eligible if d["hash"] in keys]
    case = {
        "purity": settings["purity"],
        "tau": settings["noise"],
        "unit": settings["unit"],
        "budgets": [budget],
        "target": p,
        "candidates": candidates,
    }
    return [candidates[i] for i in sets.search(case)["chosen"]]


def sizes_to_try(eligible, settings):
    whole = sets.cost_of(eligible)
    usual = math.floor(MOST_TOKENS / sum(d["tokens"] for d in eligible) * whole)
    limit = settings.get("limit", usual)
    sizes = [min(LEAST[settings["unit"]], whole, limit)]
    while 2 * sizes[-1] <= min(whole, limit):
        sizes.append(2 * sizes[-1])
    return sizes, "pool" if whole <= limit else "limit"


def run(changes):
    settings = BASE | changes
    target, pool = oracle.inputs(settings)
    halves = {True: [], False: []}
    for document in target:
        halves[selects(document["text"], settings["seed"])].append(document)
    eligible, p = pool_for(halves[True], pool, settings)
    predicted = [d["text"] for d in halves[False]]
    texts = {d["id"]: d["text"] for d in pool}
    sizes, end = sizes_to_try(eligible, settings)
    trials = []
    while sizes:
        stage, sizes = sizes[: STAGES[bool(trials)]], sizes[STAGES[bool(trials)] :]
        for size in stage:
            chosen = choose(eligible, p, settings, size)
            trained = [heldout.words(texts[d["id"]]) for d in chosen if texts[d["id"]] not in predicted]
            found = heldout.judge(trained, predicted)
            trials.append({"size": size, "documents": len(chosen), "tokens": sum(d["tokens"] for d in chosen)})
            trials[-1] |= {name: found[name] for name in ["bits_per_byte", "perplexity"]}
            print(settings["objective"], trials[-1], flush=True)
        best = min(trials, key=lambda trial: trial["bits_per_byte"])["size"]
        if trials[-1]["size"] >= 4 * best:
            end = "turned"
            break
    chosen = {d["id"] for d in choose(*pool_for(target, pool, settings), settings, best)}
    sides = {
        name: {"documents": len(half), "tokens": sum(d["tokens"] for d in half)}
        for name, half in [("selecting", halves[True]), ("predicted", halves[False])]
    }
    return {"settings": settings, **sides, "trials": trials, "end": end, "best": best} | {
        "selected": [d["id"] for d in pool if d["id"] in chosen]
    }


if __name__ == "__main__":
    OUTPUT.write_text(json.dumps({"runs": [run(changes) for changes in RUNS]}, indent=1) + "\n")
